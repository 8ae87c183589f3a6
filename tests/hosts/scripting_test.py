#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Ruby, Perl, PHP and Lua under the module."""

import unittest

from cases import *
from cases import tearDownModule

RUBY = "print Net::HTTP.get(URI(ARGV[0]))"

PERL = r'''
use IO::Socket::SSL;
my ($host, $port) = @ARGV;
my $tls = IO::Socket::SSL->new(PeerHost => $host, PeerPort => $port) or die "$SSL_ERROR\n";
print $tls "GET / HTTP/1.0\r\n\r\n";
print <$tls>;
'''

PHP = '$page = file_get_contents($argv[1]); echo $page; exit($page === false ? 1 : 0);'

LUA = r'''
local socket, ssl = require 'socket', require 'ssl'
local host, port = arg[1], arg[2]
local plain = assert(socket.connect(host, port))
local tls = assert(ssl.wrap(plain, {
  mode = 'client', protocol = 'any', verify = 'peer', capath = '/etc/ssl/certs'}))
tls:sni(host)
local ok, message = tls:dohandshake()
if not ok then
  io.stderr:write(message, '\n')
  os.exit(1)
end
tls:send('GET / HTTP/1.0\r\n\r\n')
print(tls:receive('*a'))
'''


class RubyTest(ClientCases, unittest.TestCase):
    """ruby gives each connection an info callback of its own."""

    NAME = 'ruby'
    REFUSED = r'state=error: invalid status response \(OpenSSL::SSL::SSLError\)'

    def command(self, server):
        return ['ruby', '-rnet/http', '-e', RUBY, server.url]


class PerlTest(ClientCases, unittest.TestCase):
    """IO::Socket::SSL has a status callback of its own."""

    NAME = 'perl'
    REFUSED = r'error:\w+:tattle::refused by Certificate Transparency policy'

    def command(self, server):
        return ['perl', '-e', PERL, server.host, str(server.port)]


class PhpTest(ClientCases, unittest.TestCase):
    NAME = 'php'
    REFUSED = r'error:\w+:tattle::refused by Certificate Transparency policy'

    def command(self, server):
        return ['php', '-r', PHP, server.url]


class LuaTest(ClientCases, unittest.TestCase):
    NAME = 'lua5.4'
    REFUSED = r'^refused by Certificate Transparency policy'

    def command(self, server):
        return ['lua5.4', '-', server.host, str(server.port)]

    INPUT = LUA


if __name__ == '__main__':
    unittest.main()
