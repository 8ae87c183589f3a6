#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""SCT delivery by nginx's module."""

import base64
import contextlib
import json
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest


from nginx_world import Nginx, wait_until
from world import pki

HTTPS, STREAM, IMAPS, IMAP = 8443, 8444, 9993, 9143
EVENTS = 'events { }\n'
REFRESH = 'ct_refresh 100ms;'  # 10 seconds would be a third of this test's time


def setUpModule():
    global PKI
    folder = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(folder.cleanup)
    os.chmod(folder.name, 0o755)
    PKI = Pki(folder.name)


def split(scts):
    """The SerializedSCTs of a list."""
    out, rest = [], scts[2:]
    assert len(rest) == struct.unpack('>H', scts[:2])[0]
    while rest:
        size = struct.unpack('>H', rest[:2])[0]
        out.append(rest[2:2 + size])
        rest = rest[2 + size:]
    return out


class Pki:
    """A CA, logs of four operators, and certificates, each with an SCT of each log."""

    def __init__(self, folder):
        self.folder = folder
        self.now = int(time.time())
        self.stamp_ms = (self.now - pki.DAY) * 1000
        self.logs = {name: pki.Log(folder, name, f'{name.capitalize()} Inc')
                     for name in ('alpha', 'beta', 'gamma', 'delta')}
        self.ca = pki.Ca(folder, 'ca', self.now)
        self.scts = {}
        for name in ('one', 'two', 'renewed', 'dynamic'):
            self.issue(name)
        pki.openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048',
                    '-out', self.path('rsa.key'))
        self.issue('rsa', host='one.test')
        self.issue('embedded', embed=('alpha', 'beta'))

    def path(self, name):
        return os.path.join(self.folder, name)

    def issue(self, name, host=None, embed=()):
        make = (lambda tbs: pki.sct_list([self.logs[log].sct(
            pki.precert_entry(tbs, self.ca.der), self.stamp_ms) for log in embed])) if embed else None
        path = self.ca.issue(name, host or f'{name}.test', make, serial=str(1000 + len(self.scts)))
        pki.write(path + '-chain.pem', pki.read(path + '.pem') + pki.read(self.ca.pem))
        entry = pki.x509_entry(pki.read(path + '.der'))
        self.scts[name] = {log: self.logs[log].sct(entry, self.stamp_ms) for log in self.logs}

    def list_of(self, name, *logs):
        return pki.sct_list([self.scts[name][log] for log in logs])

    def write_log_list(self, path, retired=(), without=(), retiring=()):
        entries = {}
        for name, log in self.logs.items():
            if name not in without:
                entries[name] = log.entry()
                if name in retired:
                    entries[name]['state'] = {'retired': {'timestamp': '2026-06-01T00:00:00Z'}}
                if name in retiring:
                    soon = pki.days_around(self.now, 9, '%Y-%m-%dT%H:%M:%SZ')
                    entries[name]['state'] = {'retired': {'timestamp': soon}}
        pki.write(path + '.new', json.dumps({
            'version': '1.0',
            'log_list_timestamp': pki.days_around(self.now, -1, '%Y-%m-%dT%H:%M:%SZ'),
            'operators': [{'name': self.logs[name].operator, 'email': [], 'logs': [entry],
                           'tiled_logs': []} for name, entry in entries.items()]}))
        os.rename(path + '.new', path)
        return path

    def write_ctlog(self):
        """The log list as OpenSSL's own CT code takes it."""
        return pki.write(self.path('ctlog.cnf'), f'enabled_logs = {",".join(self.logs)}\n' + ''.join(
            f'[{name}]\ndescription = {name}\nkey = {base64.b64encode(log.spki).decode()}\n'
            for name, log in self.logs.items()))


def shake(port, host='', version='1.3', signature='any', count=1, mode='full'):
    """What the client says of its handshakes; "scts" and "certificate" are bytes."""
    done = subprocess.run(
        [os.environ['TATTLE_HANDSHAKES'], str(port), host, version, signature, str(count), mode],
        check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    said = json.loads(done.stdout)
    for key in ('scts', 'certificate'):
        said[key] = bytes.fromhex(said[key])
    return said


class Delivery(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        os.chmod(self.folder, 0o755)
        self.log_list = PKI.write_log_list(str(self.folder / 'logs.json'))
        self.dir = self.folder / 'scts'
        self.dir.mkdir()

    # What is served.

    def put(self, file, content, *, secret=False):
        """Replaces a file as tattle submit does; it may be one that workers may not read."""
        path = self.dir / file
        path.parent.mkdir(exist_ok=True)
        pki.write(str(path) + '.new', content)
        os.chmod(str(path) + '.new', 0o600 if secret else 0o644)
        os.rename(str(path) + '.new', path)
        return path

    def put_all(self, *names):
        """The SCTs of certificates, in each of the forms that files have; names say nothing."""
        for number, name in enumerate(names):
            self.put(f'{number}.sct', PKI.scts[name]['alpha'])
            self.put(f'{number}.sctlist', PKI.list_of(name, 'beta'))
            self.put(f'{number}-serverinfo.pem', pki.server_info(PKI.list_of(name, 'gamma')))
            self.put(f'folder{number}/some.sctl', PKI.list_of(name, 'delta'))

    def server(self, name='one', *, port=HTTPS, more='', block='http'):
        listen = f'listen 127.0.0.1:{port} ssl;' if port != IMAP else f'listen 127.0.0.1:{port};'
        names = f'server_name {name}.test;' if block == 'http' else ''
        what = {'http': 'location / { return 200 "welcome"; }',
                'stream': 'return "welcome";', 'mail': 'protocol imap;'}[block]
        certificates = '' if 'ssl_certificate' in more else (
            f'ssl_certificate {PKI.path(name)}-chain.pem; ssl_certificate_key {PKI.path(name)}.key;')
        return (f'server {{ {listen} {names} {certificates} '
                f'ssl_protocols TLSv1.2 TLSv1.3; {more}\n{what} }}\n')

    def site(self, blocks, modules=(), workers=2):
        return Nginx(self.folder, f'ct_log_list {self.log_list};\n{REFRESH}\nworker_processes {workers};\n'
                     f'{EVENTS}{blocks}', modules=modules)

    def http(self, *servers, more=None, workers=2):
        more = f'ct_scts {self.dir};' if more is None else more
        return self.site(f'http {{ access_log off; {more}\n{"".join(servers)} }}\n', workers=workers)

    def assert_sent(self, said, name, logs=None, number=3):
        """That so many SCTs of this very certificate came, of different logs."""
        self.assertEqual(said['failed'], 0, said['error'])
        self.assertEqual(said['certificate'], pki.read(PKI.path(name) + '.der'))
        self.assertNotEqual(said['scts'], b'', 'no SCTs')
        sent = split(said['scts'])
        made = {sct: log for log, sct in PKI.scts[name].items()}
        self.assertTrue(all(sct in made for sct in sent), 'an SCT of another certificate')
        found = {made[sct] for sct in sent}
        self.assertEqual((len(found), len(sent)), (number, number))
        if logs is not None:
            self.assertEqual(found, set(logs))

    def assert_not_sent(self, said, name):
        self.assertEqual(said['failed'], 0, said['error'])
        self.assertEqual(said['certificate'], pki.read(PKI.path(name) + '.der'))
        self.assertEqual((said['with_scts'], said['scts']), (0, b''))

    # Delivery.

    def test_http_with_two_certificates_and_several_names(self):
        self.put_all('one', 'rsa', 'two')
        rsa = (f'ssl_certificate {PKI.path("one")}-chain.pem; '
               f'ssl_certificate_key {PKI.path("one")}.key; '
               f'ssl_certificate {PKI.path("rsa")}-chain.pem; '
               f'ssl_certificate_key {PKI.path("rsa")}.key;')
        # The default server sends none.
        site = self.http(self.server('renewed', more='ct_scts off;'), self.server('one', more=rsa),
                         self.server('two'))
        with site.running():
            for version in ('1.2', '1.3'):
                with self.subTest(version):
                    for _ in range(2):
                        self.assert_sent(shake(HTTPS, 'one.test', version, 'ecdsa'), 'one')
                        self.assert_sent(shake(HTTPS, 'one.test', version, 'rsa'), 'rsa')
                        self.assert_sent(shake(HTTPS, 'two.test', version), 'two')
                        self.assert_not_sent(shake(HTTPS, 'renewed.test', version), 'renewed')
                        self.assert_not_sent(shake(HTTPS, '', version), 'renewed')
            site.stop()
        self.assertNotIn('[alert]', site.errors())
        self.assertNotIn('[crit]', site.errors())

    def test_others_find_the_scts_good(self):
        self.put_all('one')
        with self.http(self.server()).running() as site:
            done = subprocess.run(
                [os.environ['TATTLE_EXE'], 'check', '--json', '--log-list', self.log_list, '--cafile',
                 PKI.ca.pem, f'127.0.0.1:{HTTPS}'],
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            found = json.loads(done.stdout)['scts']
            self.assertEqual([(sct['source'], sct['status']) for sct in found], [('tls', 'valid')] * 3)
            for version in ('-tls1_2', '-tls1_3'):
                said = pki.openssl('s_client', '-ct', '-ctlogfile', PKI.write_ctlog(), '-CAfile',
                                   PKI.ca.pem, version, '-connect', f'127.0.0.1:{HTTPS}').decode()
                self.assertIn('SCTs present (3)', said)
                self.assertEqual(said.count('validation status: valid'), 3, said)
            site.stop()

    def test_stream(self):
        self.put_all('one')
        site = self.site(f'stream {{ ct_scts {self.dir};\n'
                         f'{self.server(port=STREAM, block="stream")} }}\n', modules=['stream'])
        with site.running():
            for version in ('1.2', '1.3'):
                self.assert_sent(shake(STREAM, '', version), 'one')
            site.stop()

    def test_mail(self):
        self.put_all('one')
        site = self.site(
            f'mail {{ ct_scts {self.dir}; auth_http 127.0.0.1:1/;\n'
            f'{self.server(port=IMAPS, block="mail")}'
            f'{self.server(port=IMAP, block="mail", more="starttls on;")} }}\n', modules=['mail'])
        with site.running():
            for version in ('1.2', '1.3'):
                self.assert_sent(shake(IMAPS, '', version), 'one')
            done = subprocess.run(
                [os.environ['TATTLE_EXE'], 'check', '--json', '--log-list', self.log_list, '--cafile',
                 PKI.ca.pem, '--starttls', 'imap', f'127.0.0.1:{IMAP}'],
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(done.stdout.count('"tls"'), 3, done.stdout)
            site.stop()

    def test_not_on_resumption(self):
        self.put_all('one')
        with self.http(self.server()).running() as site:
            for version in ('1.2', '1.3'):
                with self.subTest(version):
                    said = shake(HTTPS, '', version, count=4, mode='resumed')
                    self.assertEqual((said['done'], said['resumed'], said['with_scts']), (4, 3, 1))
            site.stop()

    def test_certificates_by_variables(self):
        self.put_all('one', 'dynamic')
        folder = PKI.folder
        dynamic = (f'ssl_certificate {folder}/$ssl_server_name-chain.pem; '
                   f'ssl_certificate_key {folder}/$ssl_server_name.key;')
        for suffix in ('-chain.pem', '.key'):
            for name in ('one', 'dynamic', 'two'):
                with contextlib.suppress(FileExistsError):
                    os.symlink(PKI.path(name) + suffix, PKI.path(f'{name}.test{suffix}'))
            os.chmod(PKI.path('one') + suffix, 0o644)
            os.chmod(PKI.path('dynamic') + suffix, 0o644)
            os.chmod(PKI.path('two') + suffix, 0o644)
        site = self.http(self.server('dynamic', more=dynamic))
        self.assertNotIn('[warn]', site.check()[1])
        with site.running():
            for version in ('1.2', '1.3'):
                for _ in range(3):
                    self.assert_sent(shake(HTTPS, 'dynamic.test', version), 'dynamic')
                    self.assert_sent(shake(HTTPS, 'one.test', version), 'one')
                    self.assert_not_sent(shake(HTTPS, 'two.test', version), 'two')
            site.wait_for_line('SCTs of the certificate "two" (serial')
            # Renewed ones are found for these certificates, too.
            self.put('two.sctlist', PKI.list_of('two', 'alpha', 'beta'))
            wait_until(lambda: all(shake(HTTPS, 'two.test')['scts'] for _ in range(10)), 'not sent')
            self.assert_sent(shake(HTTPS, 'two.test'), 'two', number=2)
            site.stop()

    def test_other_parts_hear_of_it(self):
        self.put_all('one')
        said = 'location = /said { return 200 "$ct_status $ct_reason"; }'
        status = 'location = /status { ct_status json; }'
        site = self.http(self.server(more=said + status), self.server('two', more=said),
                         self.server('renewed', more=f'{said} ct_scts_policy rfc6962;'))
        with site.running():
            for name, want in (
                    ('one', 'compliant SCTs in the TLS extension from 3 logs of 3 operators'),
                    ('two', 'not_compliant no SCT was presented: needs embedded SCTs'),
                    ('renewed', 'not_compliant no SCT was presented: needs an SCT from a log')):
                self.assertIn(want, self.get(name, '/said'))
            found = json.loads(self.get('one', '/status'))['scts']
            self.assertEqual(found, {'files': 4, 'unusable': 0, 'certificates': 3, 'insufficient': 2})
            # Each of them once: two that hold nothing, one that may not be read, a folder that may not.
            self.put('text.sct', 'hello')
            self.put('huge.sct', b' ' * (256 * 1024 + 1))
            self.put('secret.sct', PKI.scts['one']['alpha'], secret=True)
            (self.dir / 'closed').mkdir(mode=0o700)
            self.put('closed/some.sct', PKI.scts['one']['alpha'])
            wait_until(lambda: all(json.loads(self.get('one', '/status'))['scts']['unusable'] == 4 for _ in range(10)),
                       'not all are counted')
            for name in ('text.sct', 'huge.sct'):
                self.put(name, PKI.scts['two']['alpha'])
            (self.dir / 'secret.sct').chmod(0o644)
            (self.dir / 'closed').chmod(0o755)
            wait_until(lambda: all(json.loads(self.get('one', '/status'))['scts']['unusable'] == 0 for _ in range(10)),
                       'they are still counted')
            PKI.write_log_list(self.log_list, retiring=('alpha', 'beta', 'gamma'))
            site.wait_for_line('certificate "one" (serial 1000) satisfy the policy "chrome" only until')
            wait_until(lambda: all('sufficient_until' in self.get('one', '/status') for _ in range(10)),
                       'no end is said')
            site.stop()

    @staticmethod
    def get(name, path):
        """The body that a server gives."""
        context = ssl.create_default_context(cafile=PKI.ca.pem)
        with socket.create_connection(('127.0.0.1', HTTPS), timeout=20) as plain, \
                context.wrap_socket(plain, server_hostname=f'{name}.test') as tls:
            tls.sendall(f'GET {path} HTTP/1.0\r\nHost: {name}.test\r\n\r\n'.encode())
            answer = b''
            while piece := tls.recv(4096):
                answer += piece
        return answer.decode().partition('\r\n\r\n')[2]

    def test_policy_says_how_many(self):
        self.put_all('one')
        with self.http(self.server(more='ct_scts_policy rfc6962;')).running() as site:
            self.assert_sent(shake(HTTPS), 'one', number=2)
            site.stop()

    def test_nothing_to_do_where_embedded_scts_suffice(self):
        site = self.http(self.server('embedded'))
        status, said = site.check()
        self.assertEqual(status, 0, said)
        self.assertNotIn('[warn]', said)
        with site.running():
            self.assert_not_sent(shake(HTTPS), 'embedded')
            site.stop()

    def test_status_is_of_stream_and_mail_too(self):
        self.put('text.sct', 'hello\n')
        for block, module, port in (('stream', 'stream', STREAM), ('mail', 'mail', IMAPS)):
            with self.subTest(block):
                other = 'auth_http 127.0.0.1:1/;' if block == 'mail' else ''
                socket_path = self.folder / f'{block}.sock'
                site = self.site(f'http {{ server {{ listen unix:{socket_path}; location / {{ ct_status json; }} }} }}\n'
                                 f'{block} {{ ct_scts {self.dir}; {other}\n{self.server(port=port, block=block)} }}\n',
                                 modules=[module])
                with site.running():
                    said = subprocess.run(['curl', '-sS', '--unix-socket', socket_path, 'http://localhost/'], check=True,
                                          capture_output=True, text=True).stdout
                    found = json.loads(said)
                    self.assertEqual((found['scts']['files'], found['scts']['unusable'], found['scts']['certificates'],
                                      found['scts']['insufficient']), (1, 1, 1, 1))
                    self.assertEqual(len(found['certificates']), 1)
                    site.stop()

    def test_warns_of_servers_without_tls(self):
        plain = 'server {{ listen 127.0.0.1:8080; {} }}\n'
        site = self.http(self.server(), plain.format(f'ct_scts {self.dir};'), plain.format('ct_scts off;'), plain.format(''))
        status, said = site.check()
        self.assertEqual(status, 0, said)
        line = 1 + site.config.read_text(encoding='utf-8').split('127.0.0.1:8080')[0].count('\n')
        self.assertIn(f'[warn] "ct_scts" sends nothing: the server is without TLS in {site.config}:{line}\n', said)
        # What the block around says is for those that have TLS.
        self.assertEqual(said.count('without TLS'), 1, said)

    # Files.

    def test_bad_files_are_told_of_and_stop_nothing(self):
        good = PKI.list_of('one', 'alpha', 'beta')
        bad = bytearray(PKI.scts['one']['gamma'])
        bad[-1] ^= 1
        self.put('good.sctlist', good)
        self.put('truncated.sctlist', good[:-1])
        self.put('empty.sct', b'')
        self.put('text.sct', 'hello\n')
        self.put('huge.sct', b' ' * (256 * 1024 + 1))
        self.put('bad.sct', bytes(bad))
        self.put('of-the-certificate-before.sct', PKI.scts['renewed']['alpha'])
        self.put('unknown.sct', PKI.scts['one']['delta'])
        self.put('readme.txt', 'not looked at')
        self.put('key.pem', 'not looked at')
        self.put('broken-serverinfo.pem', pki.server_info(good)[:150])
        os.mkfifo(self.dir / 'pipe.sct')
        PKI.write_log_list(self.log_list, without=('delta',))
        site = self.http(self.server(), more=f'ct_scts {self.dir} /nowhere/else.sct;')
        status, said = site.check()
        self.assertEqual(status, 0, said)
        line = 1 + site.config.read_text(encoding='utf-8').split('ct_scts')[0].count('\n')
        for want in (f'"/nowhere/else.sct" failed (2: No such file or directory) in {site.config}:{line}\n',
                     'truncated.sctlist" cannot be used, ignored: sct_list: truncated',
                     'empty.sct" cannot be used, ignored: sct_file: truncated',
                     'text.sct" cannot be used, ignored: it is no file with SCTs',
                     'huge.sct" is larger than 262144 bytes, ignored',
                     'broken-serverinfo.pem" cannot be used, ignored: pem: truncated',
                     'pipe.sct" is not a file, ignored',
                     'SCT 1 of "{}/bad.sct" is not sent: fits no certificate here',
                     'SCT 1 of "{0}/of-the-certificate-before.sct" is not sent: fits no certificate here (tried on 1): '
                     'it was made for another, or is damaged; if the certificate was renewed: '
                     '"tattle submit --renew {0}"\n',
                     'SCT 1 of "{}/unknown.sct" is not sent: the log is not in the log list'):
            with self.subTest(want):
                self.assertIn(want.format(self.dir), said)
        self.assertNotIn('not looked at', said)
        self.assertNotIn('readme.txt', said)
        self.assertNotIn('key.pem', said)
        self.assertEqual(said.count('[warn]'), 10, said)
        with site.running():
            site.reload()
            self.assert_sent(shake(HTTPS), 'one', ('alpha', 'beta'), 2)
            site.stop()

    def test_many_that_fit_nothing_do_not_hold_up_the_start(self):
        names = [f'many{number}' for number in range(16)]
        for name in names:
            if name not in PKI.scts:
                PKI.issue(name)
        # 1,200 SCTs on 16 certificates are more than nginx tries before it starts.
        foreign = [PKI.scts['two']['alpha'][:-2] + number.to_bytes(2, 'big') for number in range(1200)]
        for number in range(0, len(foreign), 400):
            self.put(f'foreign{number}.sctlist', pki.sct_list(foreign[number:number + 400]))
        for name in names:
            self.put(f'{name}.sctlist', PKI.list_of(name, 'alpha', 'beta'))
        site = self.http(*(self.server(name) for name in names), workers=1)
        status, said = site.check()
        self.assertEqual(status, 0, said)
        self.assertIn('not all SCTs have been tried on all certificates yet', said)
        with site.running():
            for name in names:
                wait_until(lambda name=name: len(shake(HTTPS, f'{name}.test')['scts']) > 200, 'not sent', 60)
                self.assert_sent(shake(HTTPS, f'{name}.test'), name, ('alpha', 'beta'), 2)
            site.wait_for_line('foreign800.sctlist" is not sent: fits no certificate here (tried on 16)', 60)
            site.stop()

    def test_too_few_are_told_of_and_sent(self):
        self.put('one.sct', PKI.scts['one']['alpha'])
        site = self.http(self.server())
        status, said = site.check()
        self.assertEqual(status, 0, said)
        self.assertRegex(said, r'\[error\] ct_scts: the SCTs of the certificate "one" \(serial \w+\) do '
                               r'not satisfy the policy "chrome": needs an SCT in the TLS extension')
        with site.running():
            self.assert_sent(shake(HTTPS), 'one', ('alpha',), 1)
            site.stop()

    def test_renewed_files_need_no_reload(self):
        self.put('one.sct', PKI.scts['one']['alpha'])
        with self.http(self.server()).running() as site:
            workers = wait_until(lambda: len(site.workers()) == 2 and site.workers(), 'no workers')
            self.assert_sent(shake(HTTPS), 'one', number=1)
            self.put('one.sct', PKI.list_of('one', 'beta', 'gamma'))
            self.wait_until_sent({'beta', 'gamma'})
            self.put('later/two.sctlist', PKI.list_of('one', 'alpha', 'delta'))
            (self.dir / 'one.sct').unlink()
            self.wait_until_sent({'alpha', 'delta'})
            self.put('later/two.sctlist', b'')
            site.wait_for_line('two.sctlist" cannot be used, ignored')
            wait_until(lambda: not shake(HTTPS)['scts'] and not shake(HTTPS)['scts'], 'still sent')
            self.assertEqual(site.workers(), workers)
            # What all workers find, one says.
            self.assertEqual(site.errors().count('two.sctlist" cannot be used'), 1)
            site.stop()

    def test_what_workers_may_not_read_stays_as_it_was(self):
        self.put('one.sct', PKI.list_of('one', 'alpha', 'beta'))
        mark = pki.write(str(self.folder / 'mark.sct'), PKI.scts['one']['alpha'])
        # One, so that all have read what one has.
        with self.http(self.server(), more=f'ct_scts {mark} {self.dir};', workers=1).running() as site:
            secret = self.put('secret.sct', PKI.scts['one']['gamma'], secret=True)
            site.wait_for_line('secret.sct" failed (13: Permission denied)')
            secret.chmod(0o644)
            self.assertIn('[notice]', site.wait_for_line('secret.sct" can be used now'))
            self.wait_until_sent({'alpha', 'beta', 'gamma'})
            self.dir.chmod(0o700)
            self.assertIn('[error]', site.wait_for_line(f'"{self.dir}" failed (13: Permission denied)'))
            before = len(site.errors())
            self.put('more.sct', PKI.scts['one']['delta'])
            # It has looked again when it has seen this.
            pki.write(mark, 'no SCTs')
            site.wait_for_line('mark.sct" cannot be used')
            self.assert_sent(shake(HTTPS), 'one', ('alpha', 'beta', 'gamma'))
            self.assertNotIn('Permission denied', site.errors()[before:])
            self.dir.chmod(0o755)
            self.assertIn('[notice]', site.wait_for_line('all files and folders can be read now'))
            (self.dir / 'one.sct').unlink()
            self.wait_until_sent({'gamma', 'delta'})
            pki.write(mark, PKI.scts['one']['alpha'])
            self.assertIn('[notice]', site.wait_for_line('mark.sct" can be used now'))
            self.wait_until_sent({'alpha', 'gamma', 'delta'})
            self.assertEqual((site.errors().count('can be used now'), site.errors().count('can be read now')), (2, 1))
            site.stop()

    def test_what_is_gone_goes_beside_a_folder_that_workers_may_not_read(self):
        self.put('one.sct', PKI.list_of('one', 'alpha', 'beta'))
        secret = self.put('lost+found/some.sct', PKI.scts['one']['gamma']).parent
        secret.chmod(0o700)
        with self.http(self.server(), workers=1).running() as site:
            site.wait_for_line(f'"{secret}" failed (13: Permission denied)')
            self.assert_sent(shake(HTTPS), 'one', ('alpha', 'beta', 'gamma'))
            (self.dir / 'one.sct').unlink()
            self.wait_until_sent({'gamma'})
            self.put('one.sct', PKI.scts['one']['delta'])
            self.wait_until_sent({'gamma', 'delta'})
            site.stop()

    def wait_until_sent(self, logs):
        """Until every worker sends these; which of them answers is chance."""
        want = {PKI.scts['one'][log] for log in logs}

        def all_do():
            return all(set(split(said['scts'] or b'\0\0')) == want
                       for said in (shake(HTTPS) for _ in range(10)))
        wait_until(all_do, f'{logs} are not sent')

    def test_a_log_that_retires_is_told_of_and_done_without(self):
        self.put('one.sctlist', PKI.list_of('one', 'alpha', 'beta', 'gamma'))
        with self.http(self.server()).running() as site:
            self.assert_sent(shake(HTTPS), 'one', ('alpha', 'beta', 'gamma'))
            PKI.write_log_list(self.log_list, retired=('beta',))
            line = site.wait_for_line('is not sent with the certificate "one"')
            self.assertIn('[warn]', line)
            self.assertIn('SCT 2 of', line)
            self.assertIn('log retired 2026-06-01, and not embedded', line)
            self.wait_until_sent({'alpha', 'gamma'})
            PKI.write_log_list(self.log_list, retired=('beta', 'gamma'))
            site.wait_for_line('do not satisfy the policy "chrome"')
            site.stop()

    def test_a_log_list_that_could_not_be_read_is_tried_again(self):
        self.put('one.sctlist', PKI.list_of('one', 'alpha', 'beta', 'gamma'))
        with self.http(self.server(), workers=1).running() as site:
            secret = PKI.write_log_list(str(self.folder / 'secret.json'), retired=('beta',))
            os.chmod(secret, 0o600)
            os.rename(secret, self.log_list)
            site.wait_for_line('logs.json" failed (13: Permission denied)')
            self.assert_sent(shake(HTTPS), 'one', ('alpha', 'beta', 'gamma'))
            os.chmod(self.log_list, 0o644)
            self.wait_until_sent({'alpha', 'gamma'})
            self.assertEqual(site.errors().count('logs.json" failed'), 1)
            site.stop()

    # Reloads.

    def test_reloads_under_load_fail_no_handshake(self):
        self.put_all('one', 'two')
        site = self.http(self.server(), self.server('two'))
        with site.running():
            clients = [subprocess.Popen(
                [os.environ['TATTLE_HANDSHAKES'], str(HTTPS), host, version, 'any', '0'],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                for host, version in (('one.test', '1.3'), ('two.test', '1.2'))]
            for number in range(5):
                self.put(f'more{number}.sct', PKI.scts['renewed']['alpha'][:40 + number])
                site.reload()
            for client in clients:
                said = json.loads(client.communicate()[0])
                self.assertEqual((said['failed'], said['error']), (0, ''))
                self.assertGreater(said['done'], 20)
                self.assertEqual(said['with_scts'], said['done'])
            site.stop()
        self.assertNotIn('[alert]', site.errors())

    def test_server_info_file_excludes_it(self):
        info = self.put('x-serverinfo.pem', pki.server_info(PKI.list_of('one', 'alpha', 'beta')))
        conflict = f'ssl_conf_command ServerInfoFile {info};'
        status, said = self.http(self.server(more=conflict)).check()
        self.assertEqual(status, 1, said)
        self.assertIn('[emerg] "ct_scts" and "ssl_conf_command ServerInfoFile" exclude each other in '
                      f'the server in {self.folder}/nginx.conf:', said)
        # Another server of the socket may have it, also the default one.
        self.put_all('two')
        site = self.http(self.server(more=f'ct_scts off; {conflict}'), self.server('two'))
        with site.running():
            self.assert_sent(shake(HTTPS, 'two.test'), 'two')
            self.assert_sent(shake(HTTPS, 'one.test'), 'one', number=2)
            site.stop()

    def test_says_what_is_wrong_and_where(self):
        for more, want in (
                ('ct_scts;', 'invalid number of arguments in "ct_scts" directive in '),
                ('ct_scts "";', 'invalid path "" in '),
                (f'ct_scts {self.dir} off;', 'invalid path "off" in '),
                ('ct_scts on;', 'invalid path "on": "ct_scts" takes folders and files with SCTs, or "off" in '),
                (f'ct_scts {self.dir}; ct_scts off;', '"ct_scts" directive is duplicate in '),
                ('ct_scts_policy;', 'invalid number of arguments in "ct_scts_policy" directive in '),
                ('ct_scts_policy opera;', 'unknown policy "opera", it must be "chrome", "apple"'),
                ('ct_scts_policy apple; ct_scts_policy apple;',
                 '"ct_scts_policy" directive is duplicate in '),
        ):
            for block, modules in (('http', ()), ('stream', ['stream']), ('mail', ['mail'])):
                with self.subTest(f'{block}: {more}'):
                    server = self.server(more=more, block=block)
                    other = 'auth_http 127.0.0.1:1/;' if block == 'mail' else ''
                    status, said = self.site(f'{block} {{ {other}\n{server} }}\n', modules).check()
                    self.assertEqual(status, 1, said)
                    self.assertIn('[emerg] ', said)
                    self.assertIn(want, said)
                    self.assertRegex(said, r'nginx\.conf:\d+')
        status, said = self.site(f'http {{ server {{ location / {{ ct_scts {self.dir}; }} }} }}').check()
        self.assertEqual(status, 1)
        self.assertIn('"ct_scts" directive is not allowed here in ', said)


if __name__ == '__main__':
    unittest.main()
