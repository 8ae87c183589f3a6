#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""openssl s_client under the module: the one client whose sessions can be kept in a file."""

import unittest

from cases import *
from cases import tearDownModule


class SClientTest(ClientCases, unittest.TestCase):
    NAME = 'openssl'
    REFUSED = r'error:\w+:tattle::refused by Certificate Transparency policy:.*: not compliant with chrome: '
    INPUT = REQUEST

    def command(self, server, *more):
        return ['openssl', 's_client', '-quiet', '-verify_return_error', '-verify_hostname',
                server.host, '-connect', f'{server.host}:{server.port}', *more]

    def connect_with(self, server, conf, *more):
        done = self.run_program(self.command(server, *more), conf)
        return Outcome(done.returncode, done.stdout, done.stderr, server.ended())

    def test_a_resumed_session_is_judged_again(self):
        session = WORLD.path('session')
        report, require = WORLD.conf('report'), WORLD.conf('require', mode='require')
        for server, case in self.each((*world.GOOD, *world.BAD)):
            with case:
                is_good = server.host.removesuffix('.test') in world.GOOD
                self.assert_connected(self.connect_with(server, report, '-sess_out', session))
                self.syslog.take()
                again = self.connect_with(server, report, '-sess_in', session)
                self.assert_connected(again)
                self.assertTrue(again.server['resumed'])
                verdict = 'compliant' if is_good else 'not compliant'
                self.assert_one_line(INFO if is_good else WARNING,
                                     f'^{server.host}: {verdict} with chrome: ')
                again = self.connect_with(server, require, '-sess_in', session)
                self.assertEqual('welcome' in again.out, is_good)
                self.assertEqual(again.server['request'] != '', is_good)
                self.assert_one_line(INFO if is_good else ERROR,
                                     f'^{server.host}: {verdict} with chrome: ')

    def test_a_session_from_before_the_module_is_not_resumed(self):
        session = WORLD.path('session')
        require = WORLD.conf('require', mode='require')
        for server, case in self.each(('embedded', 'tls', 'none')):
            with case:
                self.assert_connected(self.connect_with(server, None, '-sess_out', session))
                again = self.connect_with(server, require, '-sess_in', session)
                self.assertFalse(again.server['resumed'])
                if server.host == 'none.test':
                    self.assert_refused(again)
                else:
                    self.assert_connected(again)
                self.assertEqual(len(self.syslog.take()), 1)

    def test_what_is_not_judged(self):
        """The mode off, a CA that is not public, a host that is exempt: nothing is refused."""
        for keys, asks in (({'mode': 'off'}, False),
                           ({'mode': 'require', 'public_roots': ''}, True),
                           ({'mode': 'require', 'exempt_hosts': 'none.test'}, True)):
            conf = WORLD.conf(**keys)
            for server, case in self.each(['none']):
                with case:
                    with self.subTest(keys):
                        outcome = self.connect(server, conf)
                        self.assert_connected(outcome)
                        self.assertEqual(outcome.server['asked_scts'], asks)
                        self.assertNotIn(ERROR, [line[0] for line in self.syslog.take()])


class TolerantSClientTest(LogCases, unittest.TestCase):
    """Without -verify_return_error s_client goes on after any error, and says its number."""

    NAME = 'openssl'

    def test_the_program_decides(self):
        conf = WORLD.conf(mode='require')
        for version in VERSIONS:
            with self.subTest(version):
                server = server_for('none', version)
                done = subprocess.run(['openssl', 's_client', '-connect', f'none.test:{server.port}'],
                                      env=environment(conf), capture_output=True, text=True,
                                      input=REQUEST, timeout=RUNS_WITHIN)
                server.ended()
                self.assertIn('Verification error: Certificate Transparency required, but no valid '
                              'SCTs found', done.stdout)
                self.assert_one_line(ERROR, '^none.test: not compliant with chrome: ')


if __name__ == '__main__':
    unittest.main()
