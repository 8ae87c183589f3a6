-- /usr/local/lib/prosody/modules/mod_tattle_ct.lua
-- SPDX-FileCopyrightText: The Tattle authors
-- SPDX-License-Identifier: Apache-2.0

-- Has servers that connect to this one judged by Certificate Transparency: hands the chain that they
-- present to tattled, and closes the connection where its answer is no, or there is none.
--
-- Options: tattle_check_socket = "/run/tattle/check.sock"
--          tattle_timeout = 2     seconds; Prosody stands still meanwhile

module:set_global(); -- or the hook is never called

local unix = require "socket.unix";

local path = module:get_option_string("tattle_check_socket", "/run/tattle/check.sock");
local timeout = module:get_option_number("tattle_timeout", 2);

-- base64_of: a certificate as one word.
local function base64_of(cert)
	local text = cert:pem():match("%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-(.-)%-%-%-%-%-END");
	return (text:gsub("%s+", ""));
end

-- ask: the line that tattled answers, or nil and why there is none.
local function ask(host, chain)
	local words = {};
	for i, cert in ipairs(chain) do
		words[i] = base64_of(cert);
	end
	local request = ("chain direction in host %s der %s\n"):format(host, table.concat(words, " "));
	local client = unix.stream and unix.stream() or unix();
	client:settimeout(timeout);
	local ok, err = client:connect(path);
	if ok then
		ok, err = client:send(request);
	end
	local answer;
	if ok then
		answer, err = client:receive("*l");
	end
	client:close();
	return answer, err;
end

module:hook("s2s-check-certificate", function (event)
	local session, host = event.session, event.host;
	if session.direction ~= "incoming" or not host or not event.cert then
		return; -- connections to other servers are judged by the OpenSSL module
	end
	local answer, err = ask(host, session.conn:socket():getpeerchain());
	if answer and answer:match("^ok ") then
		session.log("info", "Certificate Transparency: %s", answer:sub(4));
		return; -- others go on to decide
	end
	local reason = answer and answer:match("^fail (.*)") or "tattled does not answer: " .. tostring(err);
	session.log("warn", "Refused by Certificate Transparency policy: %s", reason);
	session:close({ condition = "not-authorized", text = "Certificate Transparency: " .. reason }, nil,
		"Certificate fails Certificate Transparency policy");
	return false;
end, 10);
