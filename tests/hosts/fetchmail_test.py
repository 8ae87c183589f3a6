#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""fetchmail under the module, against a small POP3 server behind TLS."""

import socketserver
import threading
import unittest

from cases import *
from cases import tearDownModule

MESSAGE = b'From: a@example.org\r\nTo: b@example.org\r\nSubject: test\r\n\r\nwelcome\r\n'

class Pop3(socketserver.StreamRequestHandler):
    """One mailbox with one message."""

    def handle(self):
        self.wfile.write(b'+OK\r\n')
        while line := self.rfile.readline():
            verb = line.split()[0].upper() if line.split() else b''
            self.wfile.write({
                b'STAT': b'+OK 1 %d\r\n' % len(MESSAGE),
                b'LIST': b'+OK 1 %d\r\n' % len(MESSAGE),
                b'UIDL': b'+OK\r\n1 id\r\n.\r\n',
                b'CAPA': b'+OK\r\nUSER\r\n.\r\n',
                b'RETR': b'+OK\r\n' + MESSAGE + b'.\r\n',
            }.get(verb, b'+OK\r\n'))
            if verb == b'QUIT':
                return


class FetchmailTest(ClientCases, unittest.TestCase):
    NAME = 'fetchmail'
    GUIDE = 'fetchmail'
    STATUS = 2
    REFUSED = (r'fetchmail: Server certificate verification error: Certificate Transparency required, '
               r'but no valid SCTs found\n'
               r'fetchmail: OpenSSL reported: error:\w+:tattle::refused by Certificate Transparency policy')
    MORE = ()

    @classmethod
    def setUpClass(cls):
        socketserver.ThreadingTCPServer.daemon_threads = True
        cls.pop3 = socketserver.ThreadingTCPServer(('127.0.0.1', 0), Pop3)
        threading.Thread(target=cls.pop3.serve_forever, daemon=True).start()
        cls.RELAY = cls.pop3.server_address[1]

    @classmethod
    def tearDownClass(cls):
        cls.pop3.shutdown()
        cls.pop3.server_close()

    def command(self, server):
        path = world.pki.write(WORLD.path('fetchmailrc'), world.example('fetchmail/fetchmailrc', [
            ('mail.example.org', server.host), ('service 995', f'service {server.port}'),
            ('/usr/bin/procmail -d %T', 'cat'), *self.MORE]))
        os.chmod(path, 0o600)
        return ['fetchmail', '--fetchmailrc', path, '--nosyslog']

    def test_without_sslcertck_it_tolerates_everything(self):
        self.MORE = [('ssl sslcertck', 'ssl no sslcertck')]
        conf = WORLD.conf(mode='require')
        for server, case in self.each(['none']):
            with case:
                self.assert_connected(self.connect(server, conf))
                self.assert_one_line(ERROR, '^none.test: not compliant with chrome: ')


if __name__ == '__main__':
    unittest.main()
