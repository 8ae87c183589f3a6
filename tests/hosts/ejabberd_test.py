#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""ejabberd with the module, connecting to other servers."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import ssl
import unittest
import urllib.request

import mail_world
import world
from mail_world import ERROR, INFO, WARNING, eventually, replace, verdicts
from xmpp_world import (BARE, BROKEN, GOOD, OURS, PORT, UNTRUSTED, Daemon, XmppWorld, environment_of)

CNF = '/etc/tattle/openssl.cnf'
DROP_IN = '/etc/systemd/system/ejabberd.service.d/tattle.conf'
GUIDE = 'ejabberd/README.md'
CONFIG = pathlib.Path('/etc/ejabberd/ejabberd.yml')
LOG = pathlib.Path('/var/log/ejabberd/ejabberd.log')
API = ('127.0.0.1', 5443)


def setUpModule():
    global WORLD
    WORLD = XmppWorld()
    configure()


def tearDownModule():
    WORLD.others.stop()
    mail_world.check_guide(GUIDE, LOG.read_text(encoding='utf-8').splitlines() + WORLD.log())


def configure():
    """Debian's configuration with our domain, certificate and address, and without dialback."""
    os.makedirs('/run/ejabberd', exist_ok=True)
    shutil.chown('/run/ejabberd', 'ejabberd')
    for end in ('-chain.pem', '.key'):
        shutil.chown(shutil.copy(WORLD.made[OURS] + end, f'/etc/ejabberd/ours{end}'), 'ejabberd')
    text = CONFIG.read_text(encoding='utf-8')
    for old, new in (
            ('hosts:\n  - localhost\n', f'hosts:\n  - {OURS}\n'),
            ('  - "/etc/ejabberd/ejabberd.pem"\n',
             '  - "/etc/ejabberd/ours-chain.pem"\n  - "/etc/ejabberd/ours.key"\n'),
            ('    port: 5269\n    ip: "::"\n', f'    port: 5269\n    ip: "{WORLD.ADDRESS}"\n'),
            ('      - connected_users_number\n', '      - connected_users_number\n      - send_stanza\n'),
            ('  mod_s2s_dialback: {}\n', '')):
        text = replace(text, old, new)
    CONFIG.write_text(text, encoding='utf-8')


def ask(command, **arguments):
    """Calls ejabberd's HTTP interface, which takes commands from the loopback."""
    context = ssl.create_default_context()
    context.check_hostname = False
    request = urllib.request.Request(f'https://{API[0]}:{API[1]}/api/{command}', json.dumps(arguments).encode(),
                                     {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, context=context, timeout=world.WAIT) as answer:
        return json.load(answer)


class Ejabberd:
    def __init__(self, mode=None):
        environment = {}
        if mode:
            mail_world.install('openssl.cnf', CNF, mode)
            mail_world.install('ejabberd/tattle.conf', DROP_IN)
            environment = environment_of(DROP_IN)
        self.start = len(WORLD.log())
        self.log_start = len(self.lines())
        self.daemon = Daemon('ejabberd', ['ejabberdctl', 'foreground'],
                             [(WORLD.ADDRESS, PORT), API], environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.daemon.stop()

    def lines(self):
        return LOG.read_text(encoding='utf-8').splitlines() if LOG.exists() else []

    def log(self):
        return self.lines()[self.log_start:]

    def said_by_module(self):
        return WORLD.said_by_module(self.start)

    def connect(self, domain):
        """Sends something to another domain's server; returns the line that says what came of it."""
        stanza = f"<iq type='get' from='{OURS}' to='{domain}' id='1'><ping xmlns='urn:xmpp:ping'/></iq>"
        ask('send_stanza', **{'from': OURS, 'to': domain, 'stanza': stanza})
        outcome = re.compile('(?:Accepted outbound s2s EXTERNAL authentication|'
                             f'Failed to establish outbound s2s connection) {OURS} -> {domain}[ :]')
        return eventually(lambda: [line for line in self.log() if outcome.search(line)],
                          f'the connection to {domain}')[0]


class EjabberdTest(unittest.TestCase):
    def assert_connected(self, server, domain):
        self.assertIn('Accepted outbound s2s', server.connect(domain.name))

    def assert_refused(self, server, domain):
        self.assertIn('Peer certificate rejected: Unknown OpenSSL error code: 71',
                      server.connect(domain.name))

    def test_without_the_module_it_connects_and_nothing_is_said(self):
        with Ejabberd() as server:
            for domain in GOOD + BARE:
                with self.subTest(domain.name):
                    self.assert_connected(server, domain)
            self.assertEqual(server.said_by_module(), [])

    def test_report_connects_and_says_what_is_wrong(self):
        with Ejabberd('report') as server:
            for domain in GOOD + BARE:
                with self.subTest(domain.name):
                    self.assert_connected(server, domain)
            self.assertEqual(verdicts(server.said_by_module()),
                             {(INFO, True): len(GOOD), (WARNING, False): len(BARE)})

    def test_require_refuses_servers_without_scts(self):
        with Ejabberd('require') as server:
            for domain in GOOD:
                with self.subTest(domain.name):
                    self.assert_connected(server, domain)
            for domain in BARE:
                with self.subTest(domain.name):
                    self.assert_refused(server, domain)
            self.assertEqual(verdicts(server.said_by_module()),
                             {(INFO, True): len(GOOD), (ERROR, False): len(BARE)})

    def test_malformed_lists_do_not_count(self):
        with Ejabberd('require') as server:
            for domain in BROKEN:
                with self.subTest(domain.name):
                    self.assert_refused(server, domain)
            self.assert_connected(server, GOOD[0])

    def test_what_does_not_validate_is_not_judged(self):
        with Ejabberd('require') as server:
            self.assertIn('Peer certificate rejected: ', server.connect(UNTRUSTED.name))
            self.assertEqual(server.said_by_module(), [])

    def test_with_dialback_nothing_is_refused(self):
        """The guide's "Dangers": ejabberd takes any certificate then, with CT or without."""
        text = CONFIG.read_text(encoding='utf-8')
        self.addCleanup(CONFIG.write_text, text, encoding='utf-8')
        CONFIG.write_text(replace(text, 'modules:\n', 'modules:\n  mod_s2s_dialback: {}\n'),
                          encoding='utf-8')
        with Ejabberd('require') as server:
            self.assert_connected(server, BARE[0])
            self.assert_connected(server, UNTRUSTED)
            self.assertEqual(verdicts(server.said_by_module()), {(ERROR, False): 1})

    def test_a_missing_module_is_tls_without_ct(self):
        """The guide's "Dangers": and nothing says so."""
        with mail_world.without_the_module(), Ejabberd('require') as server:
            self.assert_connected(server, BARE[0])
            self.assertEqual(server.said_by_module(), [])
            self.assertNotIn('tattle', '\n'.join(server.log()))


if __name__ == '__main__':
    unittest.main()
