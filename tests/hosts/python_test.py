#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Python's ssl, asyncio and http.client under the module, in Debian's python3."""

import unittest

from cases import *
from cases import tearDownModule

SSL = '''
import socket, ssl, sys
host, port = sys.argv[1:]
context = ssl.create_default_context()
with socket.create_connection((host, port)) as plain:
    with context.wrap_socket(plain, server_hostname=host) as tls:
        tls.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
        print(tls.recv(1000).decode())
'''

# The server sends its tickets behind the handshake, so the session is taken after the answer.
TWICE = '''
import socket, ssl, sys
host, port = sys.argv[1:]
context = ssl.create_default_context()
session = None
for _ in range(2):
    with socket.create_connection((host, port)) as plain:
        with context.wrap_socket(plain, server_hostname=host, session=session) as tls:
            tls.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
            print(tls.recv(1000).decode(), tls.session_reused)
            session = tls.session
'''

ASYNCIO = '''
import asyncio, sys
async def main(host, port):
    reader, writer = await asyncio.open_connection(host, port, ssl=True)
    writer.write(b'GET / HTTP/1.0\\r\\n\\r\\n')
    print((await reader.read()).decode())
asyncio.run(main(*sys.argv[1:]))
'''

HTTP = '''
import http.client, sys
connection = http.client.HTTPSConnection(*sys.argv[1:])
connection.request('GET', '/')
print(connection.getresponse().read().decode())
'''


class PythonTest(ResumingCases, unittest.TestCase):
    NAME = 'python3'
    GUIDE = 'python'
    PROGRAM = SSL
    REFUSED = r'ssl.SSLError: \[SSL: INVALID_STATUS_RESPONSE\] invalid status response'

    def command(self, server):
        return ['python3', '-c', self.PROGRAM, server.host, str(server.port)]

    def command_twice(self, server):
        return ['python3', '-c', TWICE, server.host, str(server.port)]


class ContextTest(LogCases, unittest.TestCase):
    """What the guide says of contexts and of the environment."""

    NAME = 'python3'

    def run_changed(self, before, after, conf, started_with=None):
        self.assertIn(before, SSL)
        server = server_for('none', '1.3')
        done = subprocess.run(['python3', '-c', SSL.replace(before, after), 'none.test',
                               str(server.port), *([conf] if conf else [])],
                              env=environment(started_with), capture_output=True, text=True,
                              timeout=RUNS_WITHIN)
        server.ended()
        self.assertIn('welcome', done.stdout, done)
        self.assertEqual(self.syslog.take(), [])

    def test_one_that_does_not_verify_is_not_judged(self):
        self.run_changed('context = ssl.create_default_context()\n',
                         'context = ssl._create_unverified_context()\n', None,
                         WORLD.conf(mode='require'))

    def test_the_environment_is_too_late_in_the_program(self):
        self.run_changed('host, port = sys.argv[1:]\n', 'host, port, conf = sys.argv[1:]\n'
                         'import os\nos.environ["OPENSSL_CONF"] = conf\n',
                         WORLD.conf(mode='require'))


class AsyncioTest(PythonTest):
    """asyncio drops what OpenSSL would send when a handshake fails: there is no alert."""

    PROGRAM = ASYNCIO
    ALERT = None
    IS_VARIANT = True


class HttpClientTest(PythonTest):
    PROGRAM = HTTP
    IS_VARIANT = True


class FetchTest(PythonTest):
    """The example of the guide."""

    REFUSED = r'https://.*/: \[SSL: INVALID_STATUS_RESPONSE\] invalid status response'
    IS_VARIANT = True

    def command(self, server):
        return ['python3', str(world.EXAMPLES / 'python' / 'fetch.py'), server.url]


if __name__ == '__main__':
    unittest.main()
