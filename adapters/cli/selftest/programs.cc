// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "adapters/cli/selftest/programs.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "adapters/cli/output/terminal_text.h"

namespace tattle::cli {
namespace {

constexpr const char* kRequest = "GET / HTTP/1.0\r\n\r\n";

// Scripts take host, port and CA from the environment, so that nothing has to be quoted. Each
// verifies the server as programs in its language do.
constexpr const char* kPython = R"(import os, socket, ssl
e = os.environ
context = ssl.create_default_context(cafile=e["TATTLE_CAFILE"])
plain = socket.create_connection((e["TATTLE_HOST"], int(e["TATTLE_PORT"])))
tls = context.wrap_socket(plain, server_hostname=e["TATTLE_HOST"])
tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
tls.recv(1)
)";

constexpr const char* kRuby = R"(require "socket"
require "openssl"
context = OpenSSL::SSL::SSLContext.new
context.verify_mode = OpenSSL::SSL::VERIFY_PEER
context.ca_file = ENV["TATTLE_CAFILE"]
plain = TCPSocket.new(ENV["TATTLE_HOST"], ENV["TATTLE_PORT"].to_i)
tls = OpenSSL::SSL::SSLSocket.new(plain, context)
tls.hostname = ENV["TATTLE_HOST"]
tls.connect
tls.post_connection_check(ENV["TATTLE_HOST"])
tls.write("GET / HTTP/1.0\r\n\r\n")
tls.read
)";

constexpr const char* kPerl = R"(use IO::Socket::SSL;
my $tls = IO::Socket::SSL->new(
  PeerAddr => "$ENV{TATTLE_HOST}:$ENV{TATTLE_PORT}", SSL_ca_file => $ENV{TATTLE_CAFILE},
  SSL_verify_mode => SSL_VERIFY_PEER, SSL_verifycn_scheme => "http",
  SSL_hostname => $ENV{TATTLE_HOST}, SSL_verifycn_name => $ENV{TATTLE_HOST})
  or die(($SSL_ERROR || $!) . "\n");
print $tls "GET / HTTP/1.0\r\n\r\n";
<$tls>;
)";

constexpr const char* kPhp = R"($ssl = ["cafile" => getenv("TATTLE_CAFILE"),
        "peer_name" => getenv("TATTLE_HOST")];
$tls = stream_socket_client("ssl://" . getenv("TATTLE_HOST") . ":" . getenv("TATTLE_PORT"),
                            $code, $text, 10, STREAM_CLIENT_CONNECT,
                            stream_context_create(["ssl" => $ssl]));
if ($tls === false) exit(1);
fwrite($tls, "GET / HTTP/1.0\r\n\r\n");
fread($tls, 1);
)";

constexpr const char* kNode = R"(const e = process.env;
const tls = require("tls").connect({
  host: e.TATTLE_HOST, port: +e.TATTLE_PORT, servername: e.TATTLE_HOST,
  ca: require("fs").readFileSync(e.TATTLE_CAFILE),
}, () => tls.write("GET / HTTP/1.0\r\n\r\n"));
tls.resume();
tls.on("error", (error) => { console.error(error.message); process.exit(1); });
)";

constexpr const char* kLua = R"(local socket, ssl = require("socket"), require("ssl")
local plain = assert(socket.connect(os.getenv("TATTLE_HOST"), tonumber(os.getenv("TATTLE_PORT"))))
local tls = assert(ssl.wrap(plain, {mode = "client", protocol = "any", options = "all",
                                    verify = "peer", cafile = os.getenv("TATTLE_CAFILE")}))
assert(tls:dohandshake())
tls:send("GET / HTTP/1.0\r\n\r\n")
tls:receive()
)";

struct TestProgram {
  std::string_view name;
  std::vector<std::string> arguments;
  const char* input = "";
};

const std::vector<TestProgram>& TestPrograms() {
  static const std::vector<TestProgram> programs = {
      {"curl", {"-q", "-sS", "--noproxy", "*", "--cacert", "{cafile}", "{url}"}},
      {"openssl",
       {"s_client", "-quiet", "-verify_return_error", "-verify_hostname", "{host}", "-servername",
        "{host}", "-CAfile", "{cafile}", "-connect", "{host}:{port}"},
       kRequest},
      {"python", {"-I", "-c", kPython}},
      {"ruby", {"-e", kRuby}},
      {"perl", {"-e", kPerl}},
      {"php", {"-r", kPhp}},
      {"node", {"-e", kNode}},
      {"lua", {"-e", kLua}},
      {"socat", {"-T5", "-", "OPENSSL:{host}:{port},cafile={cafile}"}, kRequest},
      {"w3m", {"-no-proxy", "-o", "ssl_ca_file={cafile}", "-dump", "{url}"}},
      {"wget",
       {"--no-config", "--no-proxy", "-q", "-t", "1", "-O", "/dev/null",
        "--ca-certificate={cafile}", "{url}"}},
      {"git", {"-c", "http.proxy=", "ls-remote", "{url}"}},
  };
  return programs;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs PairsOf(const Placeholders& values) {
  return {{"{host}", values.host},
          {"{port}", values.port},
          {"{url}", values.url},
          {"{cafile}", values.cafile},
          {"{cnf}", values.cnf}};
}

// KnownName is the name in the table: "python3.11" is python, "nodejs" node.
std::string KnownName(const std::string& word) {
  std::string name = std::filesystem::path(word).filename().string();
  if (name == "nodejs") {
    return "node";
  }
  return name.substr(0, name.find_last_not_of("0123456789.-") + 1);
}

bool HasPlaceholder(const std::string& word) {
  const Pairs pairs = PairsOf({});
  return std::any_of(pairs.begin(), pairs.end(),
                     [&](const auto& pair) { return word.find(pair.first) != std::string::npos; });
}

// FillInWord goes over a word once: a value that looks like a placeholder is a value.
std::string FillInWord(std::string_view word, const Pairs& pairs) {
  std::string out;
  while (!word.empty()) {
    const auto found = std::find_if(pairs.begin(), pairs.end(),
                                    [&](const auto& pair) { return word.starts_with(pair.first); });
    out += found == pairs.end() ? std::string(word.substr(0, 1)) : found->second;
    word.remove_prefix(found == pairs.end() ? 1 : found->first.size());
  }
  return out;
}

}  // namespace

Outcome<Command> FindTestCommand(const std::vector<std::string>& words) {
  if (std::any_of(words.begin(), words.end(), HasPlaceholder)) {
    return Command{words, {}, {}, kRequest};
  }
  if (words.size() > 1) {
    return Sorry(
        "the command does not say where to connect: put {host}, {port} or {url}, and {cafile}, "
        "into it");
  }
  for (const TestProgram& program : TestPrograms()) {
    if (program.name == KnownName(words.front())) {
      Command command{words, {}, {}, program.input};
      command.argv.insert(command.argv.end(), program.arguments.begin(), program.arguments.end());
      return command;
    }
  }
  return Sorry(fmt::format(
      "how to make {} connect is not known here; known are {}. Give a command that connects, such "
      "as: tattle selftest -- {} --ca {{cafile}} {{url}}",
      Sanitize(words.front()), TestProgramNames(), Sanitize(words.front())));
}

Command FillIn(Command command, const Placeholders& values) {
  for (std::string& word : command.argv) {
    word = FillInWord(word, PairsOf(values));
  }
  command.variables = {{"TATTLE_HOST", values.host},
                       {"TATTLE_PORT", values.port},
                       {"TATTLE_URL", values.url},
                       {"TATTLE_CAFILE", values.cafile},
                       {"OPENSSL_CONF", values.cnf},
                       {"GIT_SSL_CAINFO", values.cafile},
                       {"GIT_TERMINAL_PROMPT", "0"},
                       // Messages in one language, and without the reader's name.
                       {"LC_ALL", "C"}};
  command.without = {"http_proxy",  "https_proxy", "all_proxy",      "HTTP_PROXY",
                     "HTTPS_PROXY", "ALL_PROXY",   "OPENSSL_MODULES"};
  return command;
}

std::string TestProgramNames() {
  std::string out;
  for (const TestProgram& program : TestPrograms()) {
    out.append(out.empty() ? "" : ", ").append(program.name);
  }
  return out;
}

}  // namespace tattle::cli
