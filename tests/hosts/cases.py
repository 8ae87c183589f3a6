# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The cases that hold for every program which opens TLS connections: subclasses say how it is run.

    class CurlTest(ClientCases, unittest.TestCase):
        NAME = 'curl'
        REFUSED = r'tattle::refused by Certificate Transparency policy'

        def command(self, server):
            return ['curl', '-sS', server.url]

The page that the servers send is "welcome"; a program that prints it has connected.
"""

import collections
import os
import re
import subprocess
import tempfile

import world

FOLDER = tempfile.TemporaryDirectory()
os.chmod(FOLDER.name, 0o755)
WORLD = world.World(FOLDER.name)
VERSIONS = ('1.2', '1.3')
INFO, WARNING, ERROR = 6, 4, 3  # severities of syslog
REFUSAL_ALERT = 113             # bad_certificate_status_response
REQUEST = 'GET / HTTP/1.0\r\n\r\n'
RUNS_WITHIN = 30                # seconds, for what takes a fraction of one

Outcome = collections.namedtuple('Outcome', 'status out err server')
_SERVERS = {}


def server_for(name, version, relay=None):
    """A server that all cases use; whoever connects to it takes one report of it."""
    if (name, version) not in _SERVERS:
        _SERVERS[name, version] = WORLD.server(name, version, relay=relay)
    return _SERVERS[name, version]


def tearDownModule():  # pylint: disable=invalid-name
    """For the modules that import it."""
    for server in _SERVERS.values():
        server.stop()
    FOLDER.cleanup()


def environment(conf=None):
    return {'PATH': os.environ['PATH'], 'HOME': FOLDER.name, 'LANG': 'C.UTF-8',
            **({'OPENSSL_CONF': conf} if conf else {})}


def malformed():
    """Name of a mistake, and what a server for other.test sends that makes it."""
    good = WORLD.tls_list('other')
    for name, data in world.malformed_lists(good):
        yield f'SCT list: {name}', {'scts': data}
    for name, data in world.malformed_staples(WORLD.staple('other', good), good):
        yield f'staple: {name}', {'staple': data}


def without_numbers(text):
    """Ports, times and versions differ from day to day."""
    return re.sub(r'\d+', 'N', text)


class LogCases:
    """What the module says in the syslog."""

    NAME = ''     # what the syslog calls the program
    GUIDE = None  # the folder below examples/ whose README.md quotes what is seen here

    def setUp(self):
        super().setUp()
        self.syslog = world.Syslog()
        self.addCleanup(self.syslog.stop)

    def assert_one_line(self, severity, pattern):
        lines = self.syslog.take()
        self.assertEqual(len(lines), 1, lines)
        self.assertEqual(lines[0][:2], (severity, self.NAME))
        self.assertRegex(lines[0][2], pattern)
        return lines[0][2]

    def assert_quoted(self, text):
        """In a block of the guide that shows logs; a line there that begins with blanks continues."""
        if self.GUIDE:
            guide = (world.EXAMPLES / self.GUIDE / 'README.md').read_text(encoding='utf-8')
            blocks = re.findall(r'^```log\n(.*?)^```', guide, re.MULTILINE | re.DOTALL)
            self.assertIn(without_numbers(text), without_numbers(re.sub(r'\n +', ' ', ''.join(blocks))))


class ClientCases(LogCases):
    REFUSED = ''           # an expression: what it prints when a connection is refused
    STATUS = None          # its exit status then, if a guide says so
    INPUT = None           # its stdin
    ALERT = REFUSAL_ALERT  # None: the program hangs up without one
    MAY_COMPLETE = False   # the program looks at the verify result after the handshake
    RELAY = None           # the port of a plain server that answers in the place of ours
    IS_VARIANT = False     # another way of a program that was shown all malformed lists already

    def command(self, server):
        raise NotImplementedError

    def environment(self, conf):
        return environment(conf)

    def run_program(self, command, conf=None):
        return subprocess.run(command, env=self.environment(conf), capture_output=True, text=True,
                              input=self.INPUT, timeout=RUNS_WITHIN, cwd=FOLDER.name)

    def connect(self, server, conf=None):
        """Runs the program once. The outcome, with what the server saw of it."""
        done = self.run_program(self.command(server), conf)
        return Outcome(done.returncode, done.stdout, done.stderr, server.ended())

    def assert_connected(self, outcome):
        self.assertIn('welcome', outcome.out, outcome)
        self.assertEqual(outcome.status, 0, outcome)

    def assert_kept_out(self, outcome):
        """Nothing was sent to the server, and the program ended by itself."""
        self.assertNotIn('welcome', outcome.out)
        self.assertEqual(outcome.server['request'], '', 'data were sent')
        self.assertGreater(outcome.status, 0, outcome)  # less: killed by a signal

    def assert_refused(self, outcome):
        self.assert_kept_out(outcome)
        text = outcome.out + outcome.err
        self.assertRegex(text, self.REFUSED)
        self.assertIn(self.STATUS, (None, outcome.status))
        self.assert_quoted(re.search(self.REFUSED, text)[0].replace('forged.test', 'none.test'))
        if not self.MAY_COMPLETE:
            self.assertFalse(outcome.server['completed'], outcome)
            self.assertEqual(outcome.server['alert'], self.ALERT or 0)

    def each(self, names):
        """Pairs of a server and the subtest that it is for."""
        for name in names:
            for version in VERSIONS:
                yield server_for(name, version, self.RELAY), self.subTest(f'{name}, TLS {version}')

    def test_without_the_module(self):
        for server, case in self.each(('embedded', 'none')):
            with case:
                outcome = self.connect(server)
                self.assert_connected(outcome)
                self.assertFalse(outcome.server['asked_scts'])
                self.assertEqual(self.syslog.take(), [])

    def test_report(self):
        conf = WORLD.conf(mode='report')
        for server, case in self.each(world.GOOD):
            with case:
                outcome = self.connect(server, conf)
                self.assert_connected(outcome)
                self.assertTrue(outcome.server['asked_scts'] and outcome.server['asked_staple'])
                self.assert_one_line(INFO, f'^{server.host}: compliant with chrome: ')
        for server, case in self.each((world.STAPLE, *world.BAD)):
            with case:
                self.assert_connected(self.connect(server, conf))
                self.assert_one_line(WARNING, f'^{server.host}: not compliant with chrome: ')

    def test_require(self):
        conf = WORLD.conf(mode='require')
        for server, case in self.each(world.GOOD):
            with case:
                self.assert_connected(self.connect(server, conf))
                line = self.assert_one_line(INFO, f'^{server.host}: compliant with chrome: ')
                if server.host == 'embedded.test':
                    self.assert_quoted(f'{self.NAME}[1]: tattle: {line}')
        for server, case in self.each(world.BAD):
            with case:
                self.assert_refused(self.connect(server, conf))
                line = self.assert_one_line(ERROR, f'^{server.host}: not compliant with chrome: ')
                if server.host == 'none.test':
                    self.assert_quoted(f'{self.NAME}[1]: tattle: {line}')

    def test_staple(self):
        conf = WORLD.conf(mode='require', policy='mozilla')
        for server, case in self.each([world.STAPLE]):
            with case:
                self.assert_connected(self.connect(server, conf))
                self.assert_one_line(INFO, 'compliant with mozilla: ')

    def test_malformed(self):
        """Whatever a server sends in the place of two good SCTs: kept out, in time, no crash."""
        if self.IS_VARIANT:
            return
        conf = WORLD.conf(mode='require', policy='mozilla')
        for number, (name, sent) in enumerate(malformed()):
            version = VERSIONS[number % 2]
            with self.subTest(f'{name}, TLS {version}'), \
                    WORLD.server('other', version, relay=self.RELAY, **sent) as server:
                self.assert_kept_out(self.connect(server, conf))


class ResumingCases(ClientCases):
    """For a program that connects twice, and resumes the TLS session the second time."""

    def command_twice(self, server):
        raise NotImplementedError

    def connect_twice(self, server, conf):
        """The outcome of a run that must connect twice."""
        done = self.run_program(self.command_twice(server), conf)
        self.assertEqual(done.stdout.count('welcome'), 2, done)
        return server.resumed(2)

    def test_a_resumed_session_is_judged_alike(self):
        for mode, names in (('report', ('embedded', 'tls', 'none')),
                            ('require', ('embedded', 'tls'))):
            conf = WORLD.conf(mode=mode)
            for server, case in self.each(names):
                with case:
                    self.assertEqual(self.connect_twice(server, conf), [False, True])
                    first, second = self.syslog.take()
                    self.assertEqual(first, second)
                    self.assertEqual(first[0], WARNING if server.host == 'none.test' else INFO)
