#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""curl under the module."""

import unittest

from cases import *
from cases import tearDownModule


class CurlTest(ResumingCases, unittest.TestCase):
    NAME = 'curl'
    GUIDE = 'curl'
    STATUS = 35
    REFUSED = r'curl: \(35\) OpenSSL/[\d.]+: error:\w+:tattle::refused by Certificate Transparency policy'

    def command(self, server):
        return ['curl', '-sS', server.url]

    def command_twice(self, server):
        return [*self.command(server), server.url]


class ScriptTest(CurlTest):
    """The script of the guide sets the variable itself."""

    IS_VARIANT = True

    def environment(self, conf):
        script = world.example('curl/curl-ct', [('/etc/tattle/openssl.cnf', conf or '/dev/null')])
        os.chmod(world.pki.write(WORLD.path('curl-ct'), script), 0o755)
        return environment()

    def run_program(self, command, conf=None):
        self.environment(conf)
        return super().run_program([WORLD.path('curl-ct'), *command[1:]], conf)


class VerboseCurlTest(CurlTest):
    """-v sets a message callback."""

    IS_VARIANT = True

    def command(self, server):
        return ['curl', '-sSv', server.url]


class CertStatusCurlTest(LogCases, unittest.TestCase):
    """--cert-status wants a staple itself, and looks at it after the handshake."""

    NAME = 'curl'

    def curl(self, name, version, **keys):
        server = server_for(name, version)
        done = subprocess.run(['curl', '-sS', '--cert-status', server.url], capture_output=True,
                              env=environment(WORLD.conf(**keys)), text=True, timeout=RUNS_WITHIN)
        return done, server.ended()

    def test_both_look_at_the_staple(self):
        for version in VERSIONS:
            with self.subTest(version):
                done, _ = self.curl('staple', version, mode='require', policy='mozilla')
                self.assertEqual((done.returncode, done.stdout), (0, 'welcome\n'), done.stderr)
                self.assert_one_line(INFO, '^staple.test: compliant with mozilla: ')
                done, _ = self.curl('embedded', version, mode='require')
                self.assertEqual(done.stderr, 'curl: (91) No OCSP response received\n')
                self.assert_one_line(INFO, '^embedded.test: compliant with chrome: ')
                done, server = self.curl('staple', version, mode='require')
                self.assertEqual((done.returncode, server['request']), (35, ''))
                self.assert_one_line(ERROR, '^staple.test: not compliant with chrome: ')


class InsecureCurlTest(LogCases, unittest.TestCase):
    """-k: nothing validates the chain, so there is nothing to add to."""

    def test_nothing_is_judged(self):
        conf = WORLD.conf(mode='require')
        for version in VERSIONS:
            with self.subTest(version):
                server = server_for('none', version)
                done = subprocess.run(['curl', '-sSk', server.url], capture_output=True, text=True,
                                      env=environment(conf), timeout=RUNS_WITHIN)
                server.ended()
                self.assertEqual((done.returncode, done.stdout), (0, 'welcome\n'))
                self.assertEqual(self.syslog.take(), [])


if __name__ == '__main__':
    unittest.main()
