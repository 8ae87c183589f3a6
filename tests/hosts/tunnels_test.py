#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""socat and stunnel under the module: what gives TLS to programs that have none."""

import unittest

from cases import *
from cases import tearDownModule


class SocatTest(ClientCases, unittest.TestCase):
    NAME = 'socat'
    REFUSED = r'E SSL_connect\(\): error:\w+:tattle::refused by Certificate Transparency policy'
    INPUT = REQUEST

    def command(self, server):
        return ['socat', '-', f'OPENSSL:{server.host}:{server.port}']


STUNNEL = '''
client = yes
connect = {host}:{port}
CApath = /etc/ssl/certs
verifyChain = yes
checkHost = {host}
syslog = no
debug = notice
output = {log}
'''


class StunnelTest(ClientCases, unittest.TestCase):
    """stunnel as a filter (its "inetd mode"); it ends with 0 whatever became of the connection."""

    NAME = 'stunnel4'
    REFUSED = r'SSL_connect: ssl/.*|SSL_connect: .*'
    INPUT = REQUEST

    def command(self, server):
        self.log = WORLD.path('stunnel.log')
        return ['stunnel4', world.pki.write(WORLD.path('stunnel.conf'), STUNNEL.format(
            host=server.host, port=server.port, log=self.log))]

    def connect(self, server, conf=None):
        outcome = super().connect(server, conf)
        with open(self.log, encoding='utf-8') as file:
            log = file.read()
        os.unlink(self.log)
        is_refused = outcome.status == 0 and not outcome.out
        return outcome._replace(status=1 if is_refused else outcome.status, err=log)


if __name__ == '__main__':
    unittest.main()
