#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Prosody with the module, connecting to other servers."""

import contextlib
import unittest

import mail_world
import operator_box
import pki  # found by way of mail_world
from mail_world import ERROR, INFO, WARNING, verdicts
from xmpp_world import (BARE, BROKEN, GOOD, OURS, UNTRUSTED, Prosody, XmppWorld, environment_of)

CNF = '/etc/tattle/openssl.cnf'
DROP_IN = '/etc/systemd/system/prosody.service.d/tattle.conf'
GUIDE = 'prosody/README.md'


def setUpModule():
    global WORLD, LOG
    WORLD = XmppWorld()
    operator_box.move_in()
    LOG = []


def tearDownModule():
    WORLD.others.stop()
    mail_world.check_guide(GUIDE, LOG + WORLD.log())


@contextlib.contextmanager
def prosody(mode=None, changes=()):
    """A running Prosody; with a mode, as the guide configures it."""
    environment = {}
    if mode:
        mail_world.install('openssl.cnf', CNF, mode)
        mail_world.install('prosody/tattle.conf', DROP_IN)
        environment = environment_of(DROP_IN)
    start = len(WORLD.log())
    server = Prosody('ours', WORLD.ADDRESS, {OURS: (WORLD.made[OURS], 'tlsv1_2+')}, environment, changes)
    server.said_by_module = lambda: WORLD.said_by_module(start)
    try:
        yield server
    finally:
        server.stop()
        LOG.extend(server.log())


class ProsodyTest(unittest.TestCase):
    def assert_connected(self, server, domain):
        self.assertIn(f'pong from {domain.name}', server.ping(domain.name))

    def assert_refused(self, server, domain):
        self.assertIn("Server-to-server connection failed: Remote server's certificate is not trusted",
                      server.ping(domain.name))
        self.assertIn(f'Forbidding insecure connection to/from {domain.name} because its certificate '
                      'is not trusted', '\n'.join(server.log()))

    def test_without_the_module_it_connects_and_nothing_is_said(self):
        with prosody() as server:
            for domain in GOOD + BARE:
                with self.subTest(domain.name):
                    self.assert_connected(server, domain)
            self.assertEqual(server.said_by_module(), [])

    def test_report_connects_and_says_what_is_wrong(self):
        with prosody('report') as server:
            for domain in GOOD + BARE:
                with self.subTest(domain.name):
                    self.assert_connected(server, domain)
            self.assertEqual(verdicts(server.said_by_module()),
                             {(INFO, True): len(GOOD), (WARNING, False): len(BARE)})

    def test_require_refuses_servers_without_scts(self):
        with prosody('require') as server:
            for domain in GOOD:
                with self.subTest(domain.name):
                    self.assert_connected(server, domain)
            for domain in BARE:
                with self.subTest(domain.name):
                    self.assert_refused(server, domain)
            self.assertEqual(verdicts(server.said_by_module()),
                             {(INFO, True): len(GOOD), (ERROR, False): len(BARE)})

    def test_malformed_lists_do_not_count(self):
        with prosody('require') as server:
            for domain in BROKEN:
                with self.subTest(domain.name):
                    self.assert_refused(server, domain)
            self.assert_connected(server, GOOD[0])

    def test_what_does_not_validate_is_not_judged(self):
        with prosody('require') as server:
            self.assert_refused(server, UNTRUSTED)
            self.assertEqual(verdicts(server.said_by_module()), {})

    def test_without_secure_auth_nothing_is_refused(self):
        """The guide's "Dangers": Prosody takes any certificate then, but of domains that it names."""
        changes = {'s2s_secure_auth = true': 's2s_secure_auth = false\n'
                                             f's2s_secure_domains = {{ "{BARE[1].name}" }}'}
        with prosody('require', changes) as server:
            self.assert_connected(server, BARE[0])
            self.assert_refused(server, BARE[1])
            self.assert_connected(server, UNTRUSTED)
            self.assertEqual(verdicts(server.said_by_module()), {(ERROR, False): 2})

    def test_insecure_domains_are_not_refused(self):
        changes = {'s2s_secure_auth = true': 's2s_secure_auth = true\n'
                                             f's2s_insecure_domains = {{ "{BARE[0].name}" }}'}
        with prosody('require', changes) as server:
            self.assert_connected(server, BARE[0])

    def counted(self, mode):
        """What the command of examples/guides/xmpp.md makes of a connection to each: {name: verdict}."""
        command = operator_box.lines_of('xmpp.md', 'uniq -c')
        start, log = len(WORLD.log()), f'{WORLD.folder}/prosody.log'
        with prosody(mode) as server:
            for domain in GOOD + BARE:
                server.ping(domain.name)
            pki.write(log, ''.join(f'{line}\n' for line in server.log()))
        operator_box.write_journal(WORLD.log(start))
        said = operator_box.run(command.replace('/var/log/prosody/prosody.log', log))
        return {name: verdict for _, name, verdict in map(str.split, said.splitlines())}

    def test_lines_without_a_name_are_counted_by_server(self):
        """A second may end between two lines that belong together: hence the second try."""
        want = {domain.name: ('compliant', 'NOT?') for domain in GOOD}
        want |= {domain.name: ('NOT', 'NOT?') for domain in BARE}

        def wrong(counted):
            return {name: counted.get(name) for name in want if counted.get(name) not in want[name]}
        for mode in ('report', 'require'):
            with self.subTest(mode):
                self.assertEqual(wrong(self.counted(mode)) and wrong(self.counted(mode)), {})

    def test_a_server_whose_key_is_exempt_passes(self):
        """By the commands of examples/guides/operate.md."""
        ask, mend = (operator_box.lines_of('operate.md', words).replace('partner.example', BARE[0].name)
                     for words in ('-showcerts', 'exempt_spki = '))
        with prosody('require') as server:
            self.assert_refused(server, BARE[0])
        self.assertIn('NOT compliant', operator_box.run(f'cd {WORLD.folder}\n{ask}', status=1))
        operator_box.run(f'cd {WORLD.folder}\n{mend}')
        server = Prosody('ours', WORLD.ADDRESS, {OURS: (WORLD.made[OURS], 'tlsv1_2+')}, environment_of(DROP_IN))
        self.addCleanup(server.stop)
        self.assert_connected(server, BARE[0])
        self.assertIn('not trusted', server.ping(BARE[1].name))

    def test_a_missing_module_is_tls_without_ct(self):
        """The guide's "Dangers": and nothing says so."""
        with mail_world.without_the_module(), prosody('require') as server:
            self.assert_connected(server, BARE[0])
            self.assertEqual(server.said_by_module(), [])
            self.assertNotIn('tattle', '\n'.join(server.log()))


if __name__ == '__main__':
    unittest.main()
