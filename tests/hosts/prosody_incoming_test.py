#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Prosody with mod_tattle_ct, which asks tattled about servers that connect to it."""

import contextlib
import os
import subprocess
import unittest

import mail_world
import tattled_box
from mail_world import ERROR, INFO, WARNING, eventually, verdicts
from xmpp_world import BARE, GOOD, OURS, UNTRUSTED, Prosody, XmppWorld

MODULE = '/usr/local/lib/prosody/modules/mod_tattle_ct.lua'
GUIDE = 'prosody/incoming.md'
# The guide's line in the configuration.
CHANGES = {'\n\t-- Generally required': '\n\t"tattle_ct";\n\t-- Generally required'}
REFUSED = 'Refused by Certificate Transparency policy: '


def setUpModule():
    global WORLD, LOG
    WORLD = XmppWorld()
    LOG = []
    mail_world.install('prosody/mod_tattle_ct.lua', MODULE)


def tearDownModule():
    WORLD.others.stop()
    mail_world.check_guide(GUIDE, LOG + tattled_box.journal())


@contextlib.contextmanager
def prosody():
    start = len(tattled_box.said())
    server = Prosody('ours', WORLD.ADDRESS, {OURS: (WORLD.made[OURS], 'tlsv1_2+')}, changes=CHANGES)
    server.said_by_tattled = lambda: tattled_box.judged(start)
    try:
        yield server
    finally:
        server.stop()
        LOG.extend(server.log())


@contextlib.contextmanager
def tattled(mode):
    with tattled_box.Tattled('prosody/tattled.conf', WORLD, mode):
        yield


class ProsodyIncomingTest(unittest.TestCase):
    def call(self, domain):
        """Has another domain's server ping ours, on a connection of its own."""
        command = ['setpriv', '--reuid', 'prosody', '--regid', 'prosody', '--init-groups',
                   'prosodyctl', '--config', WORLD.others.config, 'shell',
                   f'xmpp:ping("{domain.name}", "{OURS}")']
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False).stdout

    def assert_accepted(self, domain):
        self.assertIn(f'pong from {OURS}', self.call(domain))

    def assert_refused(self, server, domain, reason):
        said = self.call(domain)
        self.assertNotIn('pong', said)
        eventually(lambda: REFUSED + reason in '\n'.join(server.log()), f'the refusal of {domain}')

    def test_require_refuses_servers_without_scts(self):
        with tattled('require'), prosody() as server:
            self.assert_accepted(GOOD[0])
            self.assert_refused(server, BARE[0], 'not compliant with chrome: no SCT was presented')
            self.assertEqual(verdicts(server.said_by_tattled()), {(INFO, True): 1, (ERROR, False): 1})

    def test_report_accepts_and_says_what_is_wrong(self):
        with tattled('report'), prosody() as server:
            self.assert_accepted(GOOD[0])
            self.assert_accepted(BARE[0])
            self.assertEqual(verdicts(server.said_by_tattled()),
                             {(INFO, True): 1, (WARNING, False): 1})

    def test_what_does_not_validate_is_left_to_prosody(self):
        with tattled('require'), prosody() as server:
            self.assertNotIn('pong', self.call(UNTRUSTED))
            self.assertNotIn(REFUSED, '\n'.join(server.log()))
            self.assertEqual(verdicts(server.said_by_tattled()), {})

    def test_without_tattled_nobody_comes_in(self):
        self.assertFalse(os.path.exists(tattled_box.CHECK_SOCKET))
        with prosody() as server:
            self.assert_refused(server, GOOD[0], 'tattled does not answer: ')


if __name__ == '__main__':
    unittest.main()
