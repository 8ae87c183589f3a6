#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""nginx and HAProxy under the module, as clients of the servers behind them."""

import contextlib
import http.client
import shutil
import signal
import socket
import ssl
import time
import unittest

from cases import *
from cases import tearDownModule


def wait_for_port(port, process):
    until = time.monotonic() + world.WAIT
    while True:
        with contextlib.suppress(OSError), socket.create_connection(('127.0.0.1', port)):
            return
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f'{process.args}: nobody listens on {port}')
        time.sleep(0.01)


def workers_of(process):
    with open(f'/proc/{process.pid}/task/{process.pid}/children', encoding='ascii') as file:
        return set(file.read().split())


class ProxyCases(ClientCases):
    """The proxy's answer is 200 or an error; its status counts as 0 or itself."""

    PORT = 0

    def tls_for_visitors(self, path):
        """The change of the example by which the proxy serves TLS itself, on port 8443."""
        raise NotImplementedError

    def start(self, server, conf):
        """Starts the proxy in front of the server."""
        raise NotImplementedError

    def log(self):
        """What the proxy itself says of a request, while it still runs."""
        raise NotImplementedError

    @contextlib.contextmanager
    def running(self, server, conf):
        process = self.start(server, conf)
        try:
            wait_for_port(self.PORT, process)
            yield process
        finally:
            process.terminate()
            process.wait(world.WAIT)

    def get(self, path='/'):
        connection = http.client.HTTPConnection('127.0.0.1', self.PORT, timeout=world.WAIT)
        with contextlib.closing(connection):
            connection.request('GET', path)
            answer = connection.getresponse()
            return (0 if answer.status == 200 else answer.status), answer.read().decode()

    def connect(self, server, conf=None):
        with self.running(server, conf):
            status, page = self.get()
            return Outcome(status, page, self.log(), server.ended())

    def test_a_resumed_session_is_judged_alike(self):
        for mode, names in (('report', ('embedded', 'tls', 'none')),
                            ('require', ('embedded', 'tls'))):
            conf = WORLD.conf(mode=mode)
            for server, case in self.each(names):
                with case, self.running(server, conf):
                    self.assertEqual([self.get() for _ in range(2)], [(0, 'welcome\n')] * 2)
                    self.assertEqual(server.resumed(2), [False, True])
                    first, second = self.syslog.take()
                    self.assertEqual(first, second)
                    self.assertEqual(first[0], WARNING if server.host == 'none.test' else INFO)

    def test_its_own_visitors_are_not_judged(self):
        path = WORLD.certificate('other')
        both = world.pki.write(WORLD.path('visited.pem'), world.pki.read(path + '-chain.pem') +
                               world.pki.read(path + '.key'))
        self.MORE = [*self.MORE, self.tls_for_visitors(both)]
        server = server_for('embedded', '1.3')
        with self.running(server, WORLD.conf(mode='require')):
            context = ssl.create_default_context(cafile=WORLD.ca.pem)
            connection = http.client.HTTPSConnection('other.test', 8443, context=context)
            with contextlib.closing(connection):
                connection.request('GET', '/')
                self.assertEqual(connection.getresponse().read(), b'welcome\n')
        server.ended()
        self.assert_one_line(INFO, '^embedded.test: ')

    def test_a_second_try_is_refused_too(self):
        conf = WORLD.conf(mode='require')
        for server, case in self.each(['none']):
            with case, self.running(server, conf):
                for _ in range(2):
                    status, page = self.get()
                    self.assert_kept_out(Outcome(status, page, '', server.ended()))
                self.assertEqual([line[0] for line in self.syslog.take()], [ERROR] * 2)


NGINX = '''
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    {site}
}}
'''


class NginxTest(ProxyCases, unittest.TestCase):
    NAME = 'nginx'
    GUIDE = 'nginx-upstream'
    PORT = 8080
    MAY_COMPLETE = True  # nginx looks at the verify result when the handshake is done
    REFUSED = (r'upstream SSL certificate verify error: \(71:Certificate Transparency required, but '
               r'no valid SCTs found\) while SSL handshaking to upstream')
    MORE = ()

    def tls_for_visitors(self, path):
        return ('listen 127.0.0.1:8080;', 'listen 127.0.0.1:8080; listen 127.0.0.1:8443 ssl; '
                f'ssl_certificate {path}; ssl_certificate_key {path};')

    def start(self, server, conf):
        site = world.example('nginx-upstream/upstream.conf', [
            ('backend.example.org:443', f'{server.host}:{server.port}'),
            ('proxy_ssl_name backend.example.org', f'proxy_ssl_name {server.host}'), *self.MORE])
        path = world.pki.write(WORLD.path('nginx.conf'),
                               NGINX.format(folder=FOLDER.name, site=site))
        return subprocess.Popen(['nginx', '-c', path], env=environment(conf),
                                stderr=subprocess.DEVNULL)

    def log(self):
        with open(WORLD.path('error.log'), encoding='utf-8') as file:
            text = file.read()
        os.unlink(WORLD.path('error.log'))
        return text


    def test_a_reload_changes_nothing(self):
        server = server_for('none', '1.3')
        with self.running(server, WORLD.conf(mode='report')) as process:
            self.assertEqual(self.get()[0], 0)
            WORLD.conf(mode='require')
            before = workers_of(process)
            process.send_signal(signal.SIGHUP)
            until = time.monotonic() + world.WAIT
            while before & workers_of(process) and time.monotonic() < until:
                time.sleep(0.01)
            self.assertFalse(before & workers_of(process))
            self.assertEqual(self.get()[0], 0)
        server.resumed(2)
        self.assertEqual([line[0] for line in self.syslog.take()], [WARNING] * 2)


class ToleratingNginxTest(LogCases, unittest.TestCase):
    """proxy_ssl_verify off: nothing validates the chain, so there is nothing to add to."""

    NAME = 'nginx'
    PORT = 8080

    def nginx(self):
        proxy = NginxTest()
        proxy.MORE = [('    location / {', '''
    location /off {
        proxy_pass https://backend;
        proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;
        proxy_ssl_server_name on;
        proxy_ssl_name none.test;
    }
    location / {''')]
        return proxy

    def test_a_location_beside_it_takes_its_session_and_fails(self):
        """With and without the module, and with a server that is compliant."""
        for mode, name in ((None, 'embedded'), ('require', 'embedded'), ('require', 'none')):
            for version in VERSIONS:
                with self.subTest(f'{mode}, {name}, TLS {version}'):
                    conf = WORLD.conf(mode=mode) if mode else None
                    proxy, server = self.nginx(), server_for(name, version)
                    proxy.MORE = [(before, after.replace('none.test', server.host))
                                  for before, after in proxy.MORE]
                    with proxy.running(server, conf):
                        self.assertEqual(proxy.get('/off'), (0, 'welcome\n'))
                        server.ended()
                        self.assertEqual(self.syslog.take(), [])
                        self.assertEqual(proxy.get('/')[0], 502)
                        report = server.ended()
                        self.assertEqual((report['resumed'], report['request']), (True, ''))


CHROOT = '/var/lib/haproxy'


class HaproxyTest(ProxyCases, unittest.TestCase):
    """Each retry would be a connection of its own, a second later; each thread keeps its sessions."""

    NAME = 'haproxy'
    GUIDE = 'haproxy'
    PORT = 8081
    REFUSED = r'pages backend/one .* 503 217 - - SC--'
    MORE = [('timeout connect 5s', 'timeout connect 5s\n    retries 0'),
            ('log /dev/log local0', 'log /dev/log local0\n    nbthread 1')]

    @contextlib.contextmanager
    def running(self, server, conf):
        """In its chroot: HAProxy opens its log there for each line, and the module looks there for a
        newer list."""
        listed = CHROOT + WORLD.log_list
        os.makedirs(os.path.dirname(listed), exist_ok=True)
        shutil.copyfile(WORLD.log_list, listed)
        os.makedirs(CHROOT + '/dev', exist_ok=True)
        with world.Syslog(CHROOT + '/dev/log') as self.own, super().running(server, conf) as process:
            yield process

    def tls_for_visitors(self, path):
        return ('bind 127.0.0.1:8081', f'bind 127.0.0.1:8081\n    bind 127.0.0.1:8443 ssl crt {path}')

    def start(self, server, conf):
        path = world.pki.write(WORLD.path('haproxy.cfg'), world.example('haproxy/haproxy.cfg', [
            ('backend.example.org:443', f'{server.host}:{server.port}'),
            ('backend.example.org', server.host), *self.MORE]))
        return subprocess.Popen(['haproxy', '-db', '-f', path], env=environment(conf),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def log(self):
        """HAProxy's own line comes when the answer has gone."""
        until = time.monotonic() + world.WAIT
        own = []
        while not own and time.monotonic() < until:
            own = [line for line in self.own.peek() if 'backend/one' in line]
        return '\n'.join(own)


    def test_without_a_list_in_the_chroot_the_first_one_stays(self):
        server = WORLD.server('embedded', '1.3')
        self.addCleanup(server.stop)
        with self.running(server, WORLD.conf(mode='require')):
            os.unlink(CHROOT + WORLD.log_list)
            until, lines = time.monotonic() + world.WAIT, []
            while len(lines) < 3 and time.monotonic() < until:
                self.assertEqual(self.get(), (0, 'welcome\n'))
                lines += [line[2] for line in self.syslog.take() if line[2] not in lines]
                if any('the list from before stays in use' in line for line in lines):
                    return
        self.fail(f'nothing is said of the list: {lines}')

    def test_a_check_is_judged_too(self):
        self.MORE = [('ssl verify required', 'check inter 100ms ssl verify required'), *self.MORE]
        conf = WORLD.conf(mode='require')
        server = WORLD.server('none', '1.3')
        self.addCleanup(server.stop)
        with self.running(server, conf):
            until = time.monotonic() + world.WAIT
            down = []
            while not down and time.monotonic() < until:
                down = [line for line in self.own.peek() if ' is DOWN, ' in line]
        self.assert_quoted(down[0][down[0].index('Server'):down[0].index(', check')])
        self.assertEqual(self.syslog.take()[0][:2], (ERROR, self.NAME))


class ToleratingHaproxyTest(LogCases, unittest.TestCase):
    """verify none: the chain is not validated, so there is nothing to add to."""

    NAME = 'haproxy'

    def test_nothing_is_judged(self):
        conf = WORLD.conf(mode='require')
        for version in VERSIONS:
            with self.subTest(version):
                proxy, server = HaproxyTest(), server_for('none', version)
                proxy.MORE = [('verify required', 'verify none'), *HaproxyTest.MORE]
                outcome = proxy.connect(server, conf)
                self.assertEqual((outcome.status, outcome.out), (0, 'welcome\n'))
                self.assertTrue(outcome.server['asked_scts'])
                self.assertEqual(self.syslog.take(), [])


if __name__ == '__main__':
    unittest.main()
