#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What each program does where something of Tattle is missing or broken: broken_ways.md.

TATTLE_UPDATE_GOLDEN=1 writes that file anew; the review reads the difference.
"""

import pathlib
import unittest

import curl_test
import fetchmail_test
import node_test
import proxies_test
import python_test
import s_client_test
import scripting_test
import tunnels_test
from cases import *
from cases import tearDownModule

PATIENCE = 6  # seconds, until a program that has ended counts as one that said nothing
GOLDEN = pathlib.Path(__file__).with_name('broken_ways.md')
PROGRAMS = [
    ('curl', curl_test.CurlTest),
    ('fetchmail', fetchmail_test.FetchmailTest),
    ('HAProxy', proxies_test.HaproxyTest),
    ('Lua (LuaSec)', scripting_test.LuaTest),
    ('nginx, upstream', proxies_test.NginxTest),
    ('node', node_test.NodeTest),
    ('openssl s_client', s_client_test.SClientTest),
    ('Perl (IO::Socket::SSL)', scripting_test.PerlTest),
    ('PHP', scripting_test.PhpTest),
    ('Python', python_test.PythonTest),
    ('Ruby', scripting_test.RubyTest),
    ('socat', tunnels_test.SocatTest),
    ('stunnel', tunnels_test.StunnelTest),
]

HEAD = '''# What programs do where something is missing or broken

Made by `broken_ways_test.py`: Debian 12's programs under the OpenSSL module, in mode `require`, with a server
that is compliant and one that is not, over TLS 1.3.

- **judges**: connects to the one and refuses the other, as it should
- **unjudged**: connects to both, as without Tattle
- **refuses**: connects to neither: nobody can judge
- **fails**: says no word to the server

'''


def quiet_diagnostics(keys):
    path = WORLD.conf(**keys)
    text = world.pki.read(path).decode()
    return world.pki.write(path, text.replace('[default]', '[default]\nconfig_diagnostics = 0'))


def ways():
    """Title, what it is, the file or None, whether there is a syslog."""
    text = world.pki.write(WORLD.path('text'), 'this is no module, list or configuration\n')
    conf = lambda **keys: lambda: WORLD.conf(mode='require', **keys)
    yield 'all well', 'nothing is missing', conf(), True
    yield 'module gone', 'the file that `path` names is missing', conf(path='/nonexistent.so'), True
    yield 'module broken', 'it is no shared object', conf(path=text), True
    yield 'module gone, quietly', 'and `config_diagnostics = 0`, which is 1 in Debian\'s file', \
        lambda: quiet_diagnostics({'mode': 'require', 'path': '/nonexistent.so'}), True
    yield 'no openssl.cnf', 'the file that OPENSSL_CONF names is missing', \
        lambda: '/nonexistent.cnf', True
    yield 'key unknown', 'in the section of the module', conf(colour='blue'), True
    yield 'tattle.conf broken', '`config` names a file with a line that says nothing', \
        conf(config=text), True
    yield 'list gone', 'the file that `log_list` names is missing', \
        conf(log_list='/nonexistent.json'), True
    yield 'list broken', 'it is no JSON', conf(log_list=text), True
    yield 'roots gone', 'the file that `public_roots` names is missing', \
        conf(public_roots='/nonexistent.pem'), True
    yield 'no tattled', 'nobody listens on `observe_socket`', \
        conf(observe_socket='/run/tattle/observe.sock'), True
    yield 'no syslog', 'nobody listens on /dev/log', conf(), False


class BrokenWaysTest(unittest.TestCase):
    def setUp(self):
        self.lines = []  # of the module, in syslog
        self.statuses = []  # with which the program under test has ended

    def watch(self, case):
        """Keeps the statuses, also of programs that no server heard of."""
        run_program = case.run_program

        def watched(*args):
            done = run_program(*args)
            self.statuses.append(done.returncode)
            return done
        case.run_program = watched

    def is_connected(self, case, name, conf):
        """None if the program does not speak to the server at all."""
        self.statuses.clear()
        # A server of its own: what comes late from one cell is not taken for the next one's.
        with WORLD.server(name, '1.3', relay=case.RELAY) as server:
            server.patience = PATIENCE
            try:
                outcome = case.connect(server, conf)
            except (TimeoutError, RuntimeError):
                outcome = None
            self.assertGreaterEqual(min(self.statuses, default=0), 0, 'killed by a signal')
            if outcome is None:
                self.assertTrue(server.reports.empty(), 'it has connected after all')
                return None
        if outcome.status == 0 and 'welcome' in outcome.out:
            return True
        self.assertGreater(outcome.status, 0, 'killed by a signal')
        self.assertEqual(outcome.server['request'], '')
        return False if outcome.server['asked_scts'] else None

    def cell(self, case, conf):
        """One word for what becomes of connections."""
        first = self.is_connected(case, 'none', conf)
        if first is None:
            return 'fails'
        if first:
            return 'unjudged'
        return 'judges' if self.is_connected(case, 'embedded', conf) else 'refuses'

    def row(self, program, kind):
        kind.setUpClass()
        self.addCleanup(kind.tearDownClass)
        case = kind()
        self.watch(case)
        for title, _, make_conf, has_syslog in ways():
            with world.Syslog('/dev/log' if has_syslog else '/dev/nobody') as case.syslog:
                yield self.cell(case, make_conf())
                if program == 'curl':
                    self.keep_lines(title, case.syslog.take())

    def keep_lines(self, title, lines):
        """Each once; what is said of the good server tells nothing new."""
        lines = [line[2].replace(FOLDER.name, '/FOLDER') for line in lines]
        self.lines += [f'- *{title}*: `{line}`\n' for line in dict.fromkeys(lines)
                       if not line.startswith('embedded.test: ')]

    def table(self):
        titles = [title for title, *_ in ways()]
        yield HEAD
        for title, what, *_ in ways():
            yield f'- *{title}*: {what}\n'
        yield f'\n| | {" | ".join(titles)} |\n|{" --- |" * (len(titles) + 1)}\n'
        for program, kind in PROGRAMS:
            yield f'| {program} | {" | ".join(self.row(program, kind))} |\n'
        yield '\nWhat the module says in syslog meanwhile (under curl; none.test is the server to refuse):\n\n'
        yield from self.lines

    def test_the_table_is_true(self):
        table = ''.join(self.table())
        if os.environ.get('TATTLE_UPDATE_GOLDEN'):
            GOLDEN.write_text(table, encoding='utf-8')
        self.assertEqual(table, GOLDEN.read_text(encoding='utf-8'))


if __name__ == '__main__':
    unittest.main()
