#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The module breaks nothing: what programs do with it is what they do without."""

import contextlib
import re
import shutil
import stat
import time
import unittest

from cases import *
from cases import tearDownModule

ODD_CLIENT = os.environ['TATTLE_ODD_CLIENT']

# What the odd client does, how often, and the server that it does it with.
ODD = [
    ('plain', 3, 'embedded'),
    ('info_of_context', 1, 'embedded'),
    ('info_of_context_late', 1, 'embedded'),
    ('info_of_connection', 1, 'embedded'),
    ('info_of_connection', 1, 'tls'),
    ('info_of_both', 1, 'tls'),
    ('messages_of_both', 1, 'tls'),
    ('security', 1, 'tls'),
    ('security_that_is_high', 1, 'embedded'),
    ('security_of_its_own', 1, 'tls'),
    ('status', 1, 'staple'),
    ('status', 1, 'embedded'),
    ('status_that_refuses', 1, 'embedded'),
    ('status_not_asked_for', 1, 'embedded'),
    ('own_ct', 1, 'tls'),
    ('own_ct', 1, 'embedded'),
    ('verify_that_tolerates', 1, 'embedded'),
    ('unload_before', 1, 'embedded'),
    ('unload_between', 1, 'embedded'),
    ('unload_within', 1, 'embedded'),
    ('load_again', 1, 'embedded'),
    ('cleanup_early', 1, 'embedded'),
    ('threads', 100, 'embedded'),
    ('forks', 20, 'embedded'),
]


def run(*command, conf=None, **kwargs):
    # What malloc keeps for a thread would count as memory in use.
    env = {**environment(conf), 'GLIBC_TUNABLES': 'glibc.malloc.tcache_count=0'}
    return subprocess.run(command, env=env, capture_output=True, text=True,
                          timeout=4 * RUNS_WITHIN, **kwargs)


def odd_client(case, count, server, conf=None, prefix=()):
    return run(*prefix, ODD_CLIENT, case, server.host, str(server.port), str(count), conf=conf)


class OddClientTest(LogCases, unittest.TestCase):
    NAME = 'odd_client'

    def test_does_the_same_with_the_module_as_without(self):
        for case, count, name in ODD:
            for version in VERSIONS:
                server = server_for(name, version)
                plain = odd_client(case, count, server)
                self.assertEqual(plain.returncode, 0, plain)
                for mode in ('report', 'require'):
                    with self.subTest(f'{case}, {name}, TLS {version}, {mode}'):
                        conf = WORLD.conf(mode=mode, policy='mozilla')
                        done = odd_client(case, count, server, conf)
                        self.assertEqual((done.returncode, done.stdout), (0, plain.stdout), done)

    def test_is_refused_whatever_it_does(self):
        conf = WORLD.conf(mode='require')
        for case, count, _ in ODD:
            for version in VERSIONS:
                if case in ('own_ct', 'verify_that_tolerates'):
                    continue
                with self.subTest(f'{case}, TLS {version}'):
                    done = odd_client(case, min(count, 5), server_for('none', version), conf)
                    self.assertEqual(done.returncode, 0, done)
                    self.assertNotRegex(done.stdout, r'^[1-9]\d* (of|answers)')

    def test_is_asked_where_it_has_a_callback(self):
        conf = WORLD.conf(mode='require')
        for version in VERSIONS:
            with self.subTest(version):
                done = odd_client('verify_that_tolerates', 1, server_for('none', version), conf)
                self.assertEqual(done.stdout, 'verify: error 71 at depth 0\n1 of 1 answers\n')

    def test_leaves_nothing_behind(self):
        for mode, name in (('require', 'embedded'), ('report', 'tls'), ('require', 'none')):
            for version in VERSIONS:
                with self.subTest(f'{name}, TLS {version}'):
                    conf = WORLD.conf(mode=mode)
                    done = odd_client('growth', 200, server_for(name, version), conf)
                    self.assertIn('descriptors grow by 0\n', done.stdout)
                    grown = int(re.search(r'bytes grow by (-?\d+)', done.stderr)[1])
                    self.assertLess(grown, 2000)

    def test_valgrind_finds_no_fault(self):
        valgrind = ('valgrind', '--quiet', '--error-exitcode=9', '--leak-check=full',
                    '--errors-for-leak-kinds=definite')
        for case, name, version in (('plain', 'tls', '1.2'), ('forks', 'embedded', '1.3'),
                                    ('plain', 'none', '1.3'), ('info_of_both', 'tls', '1.2')):
            with self.subTest(f'{case}, {name}'):
                conf = WORLD.conf(mode='require')
                done = odd_client(case, 2, server_for(name, version), conf, valgrind)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn('==', done.stderr)


class SshTest(LogCases, unittest.TestCase):
    """Who locks himself out of a machine by a log is not helped."""

    NAME = 'sshd'

    def setUp(self):
        super().setUp()
        os.makedirs('/run/sshd', exist_ok=True)
        os.makedirs('/root/.ssh', mode=0o700, exist_ok=True)
        self.key = WORLD.path('ssh')
        if not os.path.exists(self.key):
            run('ssh-keygen', '-q', '-t', 'ecdsa', '-N', '', '-f', self.key)
            shutil.copy(self.key + '.pub', '/root/.ssh/authorized_keys')

    def login(self, conf):
        """Starts sshd, logs in, and says what came back and what sshd has mapped."""
        port = 2222
        process = subprocess.Popen(['/usr/sbin/sshd', '-D', '-p', str(port)], env=environment(conf),
                                   stderr=subprocess.DEVNULL)
        try:
            until = time.monotonic() + world.WAIT
            while time.monotonic() < until:
                done = run('ssh', '-p', str(port), '-i', self.key, '-o', 'StrictHostKeyChecking=no',
                           '-o', 'BatchMode=yes', 'root@127.0.0.1', 'echo welcome', conf=conf)
                if 'refused' not in done.stderr:
                    break
            with open(f'/proc/{process.pid}/maps', encoding='ascii') as file:
                return done.stdout, os.path.basename(WORLD.module) in file.read()
        finally:
            process.terminate()
            process.wait()

    def test_lets_in_who_has_the_key(self):
        self.assertEqual(self.login(None), ('welcome\n', False))
        self.assertEqual(run('sshd', '-t').returncode, 0)
        for keys in ({'mode': 'report'}, {'mode': 'require'}, {'mode': 'nonsense'},
                     {'mode': 'require', 'log_list': '/nonexistent'}):
            with self.subTest(keys):
                conf = WORLD.conf(**keys)
                self.assertEqual(self.login(conf), ('welcome\n', True))
                self.assertEqual(run('/usr/sbin/sshd', '-t', conf=conf).returncode, 0)
        self.assertEqual(self.syslog.take(), [])


class SystemFileTest(LogCases, unittest.TestCase):
    """In the system's own openssl.cnf: every program loads it, and none says anything."""

    COMMANDS = [
        ['/usr/sbin/sshd', '-t'],
        ['ssh-keygen', '-l', '-f', '/etc/ssh/ssh_host_rsa_key.pub'],
        ['python3', '-c', 'import hashlib; print(hashlib.sha256(b"x").hexdigest())'],
        ['python3', '-c', 'import ssl; print(ssl.OPENSSL_VERSION)'],
        ['openssl', 'version'],
        ['openssl', 'list', '-providers'],
        ['openssl', 'dgst', '-sha256', '/etc/passwd'],
        ['socat', '-V'],
        ['su', '-s', '/bin/sh', 'nobody', '-c', 'openssl rand -hex 0'],
    ]

    @contextlib.contextmanager
    def in_the_system_file(self, **keys):
        """As `tattle enable system-wide` does it: one .include at the end."""
        path = '/etc/ssl/openssl.cnf'
        with open(path, encoding='ascii') as file:
            before = file.read()
        section = WORLD.conf(**keys)
        with open(section, encoding='ascii') as file:
            text = file.read()
        world.pki.write(section, text[text.index('[openssl_init]'):])
        world.pki.write(path, f'{before}\n.include {section}\n')
        try:
            yield
        finally:
            world.pki.write(path, before)

    def test_commands_do_the_same(self):
        before = [run(*command) for command in self.COMMANDS]
        with self.in_the_system_file(mode='require'):
            for plain, command in zip(before, self.COMMANDS):
                with self.subTest(' '.join(command)):
                    done = run(*command)
                    self.assertEqual((done.returncode, done.stdout, done.stderr),
                                     (plain.returncode, plain.stdout, plain.stderr))
            self.assertEqual(self.syslog.take(), [])

    def test_set_user_id_programs_pass_over_the_environment(self):
        copy = shutil.copy('/usr/bin/openssl', WORLD.path('openssl-suid'))
        server = WORLD.server('none', '1.3')
        self.addCleanup(server.stop)
        conf = WORLD.conf(mode='require')
        os.chmod(conf, 0o644)
        client = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', copy, 's_client',
                  '-verify_return_error', '-quiet', '-connect', f'none.test:{server.port}']
        for mode, is_refused in ((0o755, True), (0o755 | stat.S_ISUID, False)):
            os.chmod(copy, mode)
            done = run(*client, conf=conf, input=REQUEST)
            self.assertEqual('welcome' not in done.stdout, is_refused, done)
            self.assertEqual(server.ended()['asked_scts'], is_refused)


class ServerTest(LogCases, unittest.TestCase):
    """Servers that have the module are left alone."""

    NAME = 'openssl'

    @contextlib.contextmanager
    def serving(self, command, conf):
        process = subprocess.Popen(command, env=environment(conf), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            yield process
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()

    def test_s_server_sends_its_scts(self):
        path = WORLD.certificate('tls')
        info = world.pki.write(WORLD.path('info'), world.pki.server_info(WORLD.tls_list('tls')))
        for version in VERSIONS:
            with self.subTest(version):
                option = '-tls' + version.replace('.', '_')
                command = ['openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', path + '.pem',
                           '-key', path + '.key', '-serverinfo', info, '-www', option]
                with self.serving(command, WORLD.conf(mode='require')) as process:
                    while not (found := re.match(r'ACCEPT 127\.0\.0\.1:(\d+)', line :=
                                                 process.stdout.readline())):
                        self.assertTrue(line, 's_server ended')
                    self.assertEqual(self.syslog.take(), [])
                    run('openssl', 's_client', '-verify_hostname', 'tls.test', '-connect',
                        f'tls.test:{found[1]}', conf=WORLD.conf('client'), input=REQUEST)
                # This line is the client's.
                self.assert_one_line(INFO, '^tls.test: compliant with chrome: SCTs in the TLS ext')

    def test_a_server_that_forks(self):
        path = WORLD.certificate('embedded')
        command = ['socat', f'OPENSSL-LISTEN:4433,fork,reuseaddr,verify=0,cert={path}-chain.pem,'
                   f'key={path}.key', 'SYSTEM:echo welcome']
        with self.serving(command, WORLD.conf(mode='require')) as process:
            until = time.monotonic() + world.WAIT
            answers = 0
            while answers < 20 and time.monotonic() < until and process.poll() is None:
                done = run('openssl', 's_client', '-quiet', '-connect', 'embedded.test:4433')
                answers += 'welcome' in done.stdout
        self.assertEqual(answers, 20)
        self.assertEqual(self.syslog.take(), [])


if __name__ == '__main__':
    unittest.main()
