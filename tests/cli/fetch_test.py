#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle fetch` against servers on the loopback that write down all they are sent."""

import contextlib
import http.server
import json
import os
import pty
import signal
import socket
import sqlite3
import ssl
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
import pki  # pylint: disable=wrong-import-position
from daemon_test import TATTLE, WAIT, eventually  # pylint: disable=wrong-import-position
from daemon_gossip_test import GossipingDaemon  # pylint: disable=wrong-import-position

FOLDER = tempfile.TemporaryDirectory(prefix='fetch')
WORLD = pki.World(FOLDER.name)
ENDPOINT = '/.well-known/ct/v1/sth-pollination'
BIG = bytes(range(32, 127)) * 20_000
HELLO = b'hello\n'
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.lower().endswith('_proxy')}


def heed_hangups():
    """Whoever started the tests may have been told to ignore them (nohup), and we with him."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *arguments):
        pass

    def note(self):
        length = int(self.headers.get('Content-Length', 0))
        body = self.rfile.read(length)
        self.server.requests.append((self.command, self.path, dict(self.headers), body, self.client_address))

    def answer(self, status=200, body=HELLO, **fields):
        self.send_response(status)
        fields = {'Content-Length': str(len(body)), **self.server.fields, **fields}
        for name, value in fields.items():
            self.send_header(name.replace('_', '-'), value)
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def do_GET(self):
        self.note()
        what, _, where = self.path[1:].partition('?')
        if what == 'to':
            self.answer(302, b'moved', Location=where)
        elif what == 'circle':
            self.answer(302, b'moved', Location='/circle')
        elif what == 'missing':
            self.answer(404, b'no such page\n')
        elif what == 'big':
            self.answer(body=BIG)
        elif what == 'binary':
            self.answer(body=b'\x7fELF\0\1')
        elif what == 'escape':
            self.answer(body=b'', X_Title='\x1b[2Jgone')
        elif what == 'short':
            self.answer(body=b'only this', Content_Length='100')
            self.close_connection = True
        elif what == 'closed':
            self.close_connection = True
        elif what == 'endless':
            self.endless()
        else:
            self.answer()

    do_HEAD = do_GET

    def do_POST(self):
        self.note()
        self.answer(self.server.post_status, b'{"sths":[]}', Content_Type='application/json')

    def endless(self):
        self.send_response(200)
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        for _ in range(10 * WAIT):
            self.wfile.write(b'400\r\n' + b'x' * 1024 + b'\r\n')
            time.sleep(0.1)


class Site(http.server.ThreadingHTTPServer):
    """A server with a certificate of the world's, or without any."""
    daemon_threads = True
    block_on_close = False

    def __init__(self, certificate=None, fields=None):
        super().__init__(('127.0.0.1', 0), Handler)
        self.requests = []
        self.num_connections = 0
        self.fields = fields or {}
        self.post_status = 200
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate + '-chain.pem', certificate + '.key')
        scheme = 'https' if certificate else 'http'
        self.url = f'{scheme}://localhost:{self.server_port}/'
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def get_request(self):
        connection, address = super().get_request()
        self.num_connections += 1
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        pass  # clients that refuse

    def close(self):
        self.shutdown()
        self.server_close()


def head_of(log, now_ms, tree_size=7):
    """A head as the outbox has it (plugin/runtime/outbox.cc)."""
    root = bytes([tree_size]) * 32
    signature = pki.openssl('dgst', '-sha256', '-sign', log.key,
                            data=bytes([0, 1]) + struct.pack('>QQ', now_ms, tree_size) + root)
    return (log.log_id + struct.pack('>QQ', tree_size, now_ms) + root +
            pki.vector16(bytes([4, 3]) + pki.vector16(signature)))


def outbox(now, heads, host=b'localhost'):
    def vector24(data):
        return len(data).to_bytes(3, 'big') + data
    hosts = bytes([len(host)]) + host + vector24(b''.join(heads))
    return b'TTLB\1' + struct.pack('>QQ', now * 1000, (now + pki.DAY) * 1000) + vector24(hosts)


def words(*arguments, world=True):
    config = pki.write(WORLD.path('tattle.conf'), 'observe_socket =\noutbox =\n')
    of_world = ['--config', config, '--log-list', WORLD.log_list, '--time', str(pki.NOW), '--cafile',
                WORLD.ca.pem, '--public-roots', WORLD.ca.pem]
    return [TATTLE, 'fetch', *(of_world if world else []), *arguments]


class Done:
    def __init__(self, arguments, more):
        done = subprocess.run(arguments, capture_output=True, timeout=2 * WAIT, check=False,
                              stdin=subprocess.DEVNULL, env={**ENVIRONMENT, **more})
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr.decode()

    def json(self):
        return json.loads(self.out)


def fetch(*arguments, world=True, **more):
    return Done(words(*arguments, world=world), more)


class FetchTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=FOLDER.name)
        self.good = self.site(WORLD.embedded)
        self.bad = self.site(WORLD.plain)

    def site(self, certificate=None, **more):
        site = Site(certificate, **more)
        self.addCleanup(site.close)
        return site

    def path(self, name):
        return os.path.join(self.folder, name)


class JudgedTest(FetchTest):
    def test_a_compliant_server(self):
        done = fetch('--require-ct', self.good.url)
        self.assertEqual((done.status, done.out, done.err), (0, HELLO, ''))
        (method, path, fields, _, _), = self.good.requests
        self.assertEqual((method, path), ('GET', '/'))
        self.assertEqual(set(fields), {'Host', 'User-Agent', 'Accept'})
        # Without a scheme it is https.
        self.assertEqual(fetch(self.good.url.removeprefix('https://')).out, HELLO)

    def test_refused_and_nothing_sent(self):
        done = fetch('--require-ct', '-o', self.path('a'), self.bad.url)
        self.assertEqual((done.status, done.out), (1, b''))
        self.assertRegex(done.err, r'\Atattle: https://localhost:\d+/: refused, nothing was sent: '
                                   r'localhost: not compliant with chrome: no SCT [^\n]*\n\Z')
        self.assertEqual((self.bad.num_connections, self.bad.requests), (1, []))
        self.assertEqual(os.listdir(self.folder), [])

    def test_reported(self):
        done = fetch(self.bad.url)
        self.assertEqual((done.status, done.out), (0, HELLO))
        self.assertRegex(done.err, r'\Atattle: warning: localhost: not compliant with chrome: [^\n]*\n\Z')

    def test_settings(self):
        require = pki.write(self.path('require.conf'), 'mode = require\nobserve_socket =\noutbox =\n')
        self.assertEqual(fetch('--config', require, self.bad.url).status, 1)
        strict = pki.write(self.path('strict.conf'), 'mode = require\npolicy = nosuch\n')
        done = fetch('--config', strict, self.bad.url)
        self.assertEqual(done.status, 2)
        self.assertIn('strict.conf:2: policy: ', done.err)
        for option in (('--policy', 'nosuch'), ('--config', '/nonexistent'), ('--log-list', '/nonexistent'),
                       ('--public-roots', '/nonexistent'), ('--time', 'noon'), ('-H', 'nothing'),
                       ('-H', 'A: b\nC: d'), ('--max-time', '-1'), ('--json', '-o', '-')):
            before = len(self.bad.requests)
            done = fetch(*option, self.bad.url)
            self.assertEqual((done.status, done.out, len(self.bad.requests)), (2, b'', before), option)
            self.assertRegex(done.err, r'\A(tattle: [^\n]*\n){1,2}\Z', option)
        done = fetch('--max-size', str(1 << 63), self.bad.url)
        self.assertEqual(done.status, 2)
        self.assertIn('--max-size', done.err)

    def test_a_list_from_a_folder_of_ones_own(self):
        name = os.path.relpath(WORLD.log_list)
        self.assertEqual(fetch('--log-list', name, '--require-ct', self.good.url).status, 0)

    def test_a_stale_list_is_said(self):
        old = WORLD.path('old.json')
        WORLD.write_log_list(old, '2026-01-01T00:00:00Z')
        done = fetch('--require-ct', '--log-list', old, self.good.url)
        self.assertEqual((done.status, done.out), (0, HELLO))
        self.assertIn('warning: the log list is older than 70 days', done.err)

    def test_a_chain_that_nobody_trusts_is_no_answer(self):
        other = pki.Ca(self.folder, 'other')
        for more in ((), ('--require-ct',)):
            done = fetch('--cafile', other.pem, *more, self.good.url)
            self.assertEqual(done.status, 2)
            self.assertRegex(done.err, r'\Atattle: https://localhost:\d+/: SSL certificate problem: .*--cafile')
        self.assertEqual(self.good.requests, [])

    def test_verbose(self):
        done = fetch('-v', '--policy', 'rfc6962', self.good.url)
        self.assertEqual((done.status, done.out), (0, HELLO))
        for line in ('> GET / HTTP/1.1', '< HTTP/1.1 200 OK', r'\* CT: scope public, mode report, verified now',
                     r'  1  embedded  alpha  Alpha Inc  .*  valid   usable since 2026-01-01',
                     r'  2  embedded  beta .*', '  rfc6962  compliant: .*'):
            self.assertRegex(done.err, f'(?m)^{line}$')
        done = fetch('-v', '--require-ct', self.bad.url)
        self.assertRegex(done.err, '(?m)^  chrome   NOT compliant: no SCT')

    def test_scts_of_the_other_channels(self):
        for how in (('-serverinfo', WORLD.server_info), ('-status_file', WORLD.ocsp)):
            with pki.s_server(WORLD.plain, WORLD.ca.pem, *how) as target:
                done = fetch('--require-ct', '--policy', 'rfc6962', f'https://{target}/')
                self.assertEqual(done.status, 0, done.err)
                self.assertIn(b's_server', done.out)

    def test_json(self):
        answer = fetch('--json', self.good.url).json()
        self.assertEqual([sct.pop('log') for sct in answer['scts']], ['alpha', 'beta'])
        self.assertEqual([sct['status'] for sct in answer.pop('scts')], ['valid', 'valid'])
        self.assertEqual(answer, {
            'url': self.good.url, 'final_url': self.good.url, 'status': 200, 'bytes': len(HELLO),
            'mode': 'report', 'scope': 'public', 'policy': 'chrome', 'verdict': 'compliant',
            'reasons': [{'code': 'compliant_embedded', 'text': 'embedded SCTs from 2 logs of 2 operators'}],
            'reason': 'compliant with chrome: embedded SCTs from 2 logs of 2 operators', 'gossip': None,
            'error': None})
        done = fetch('--json', '--require-ct', '-o', self.path('a'), self.bad.url)
        answer = done.json()
        self.assertEqual((done.status, done.err, answer['verdict'], answer['status'], answer['bytes']),
                         (1, '', 'not_compliant', None, 0))
        self.assertEqual([reason['code'] for reason in answer['reasons']], ['no_scts'])
        self.assertIn('refused', answer['error'])
        fetch('--json', '-o', self.path('a'), self.good.url)
        self.assertEqual(pki.read(self.path('a')), HELLO)
        done = fetch('--json', '--log-list', '/nonexistent', self.good.url)
        self.assertEqual((done.status, done.json()['status']), (2, None))


class RedirectTest(FetchTest):
    def test_followed_and_judged_each(self):
        url = f'{self.good.url}to?{self.good.url}'
        done = fetch(url)
        self.assertEqual((done.status, done.out), (0, b'moved'))
        self.assertEqual(fetch('-L', '--require-ct', url).out, HELLO)
        url = f'{self.good.url}to?{self.bad.url}'
        done = fetch('-L', '--require-ct', url)
        self.assertEqual((done.status, done.out, self.bad.requests), (1, b'', []))
        self.assertIn('refused', done.err)
        done = fetch('-L', url)
        self.assertEqual((done.status, done.out), (0, HELLO))
        self.assertIn('warning: localhost: not compliant', done.err)

    def test_bounded(self):
        done = fetch('-L', self.good.url + 'circle')
        self.assertEqual(done.status, 2)
        self.assertRegex(done.err, r'[mM]aximum \(10\) redirects')
        self.assertEqual(len(self.good.requests), 11)

    def test_never_to_clear_text(self):
        plain = self.site()
        url = f'{self.good.url}to?{plain.url}'
        for more in ((), ('--require-ct',)):
            done = fetch('-L', *more, url)
            self.assertEqual((done.status, done.out), (2, b''))
            self.assertIn('--allow-cleartext', done.err)
        done = fetch(plain.url)
        self.assertEqual((done.status, done.out), (2, b''))
        self.assertRegex(done.err, 'is in clear text: .*--allow-cleartext')
        self.assertEqual(plain.requests, [])
        for more in (('-L', url), ('--require-ct', plain.url)):
            done = fetch('--allow-cleartext', *more)
            self.assertEqual((done.status, done.out), (0, HELLO), done.err)
        self.assertEqual(fetch('ftp://localhost/').status, 2)
        self.assertEqual(fetch('file:///etc/passwd').status, 2)
        self.assertEqual(fetch('-L', f'{self.good.url}to?file:///etc/passwd').out, b'')


class AnswerTest(FetchTest):
    def test_a_file_is_there_whole_or_not_at_all(self):
        path = pki.write(self.path('a'), b'old')
        os.chmod(path, 0o640)
        for what, status in (('short', 2), ('closed', 2), ('missing', 1)):
            done = fetch('-f', '-o', path, self.good.url + what)
            self.assertEqual((done.status, pki.read(path)), (status, b'old'), done.err)
            self.assertRegex(done.err, r'\Atattle: https://[^\n]*\n\Z')
        self.assertEqual(fetch('-o', path, self.good.url + 'big').status, 0)
        self.assertEqual(pki.read(path), BIG)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o640)
        before = os.umask(0o027)
        try:
            fetch('-o', self.path('new'), self.good.url)
        finally:
            os.umask(before)
        self.assertEqual(stat.S_IMODE(os.stat(self.path('new')).st_mode), 0o640)
        self.assertEqual(sorted(os.listdir(self.folder)), ['a', 'new'])

    def test_a_place_that_cannot_be_written_is_said_before_anything_is_asked(self):
        for path in (self.folder, self.path('none/a')):
            done = fetch('-o', path, self.good.url)
            self.assertEqual(done.status, 2)
            self.assertRegex(done.err, r'\Atattle: https://localhost:\d+/: -o: cannot [^\n]*\n\Z')
        self.assertEqual(self.good.requests, [])
        done = fetch('-o', '/dev/full', self.good.url)
        self.assertEqual(done.status, 2)
        self.assertIn('No space left', done.err)
        self.assertEqual(fetch('-o', '/dev/null', self.good.url).status, 0)
        self.assertTrue(stat.S_ISCHR(os.stat('/dev/null').st_mode))

    def test_fail(self):
        done = fetch(self.good.url + 'missing')
        self.assertEqual((done.status, done.out, done.err), (0, b'no such page\n', ''))
        done = fetch('--fail', self.good.url + 'missing')
        self.assertEqual((done.status, done.out), (1, b''))
        self.assertIn('HTTP status 404', done.err)

    def test_head_and_fields(self):
        done = fetch('-I', '-H', 'X-One: 1', '-H', 'Accept: text/html', self.good.url)
        self.assertEqual(done.status, 0)
        self.assertRegex(done.out, rb'\AHTTP/1\.1 200 OK\n(.+\n)*Content-Length: 6\n\n\Z')
        (method, _, fields, _, _), = self.good.requests
        self.assertEqual((method, fields['X-One'], fields['Accept']), ('HEAD', '1', 'text/html'))
        for more in ('-I', '-v'):
            done = fetch(more, self.good.url + 'escape')
            self.assertNotIn(b'\x1b', done.out + done.err.encode())
            self.assertIn(b'?[2Jgone', done.out + done.err.encode())

    def test_bounds(self):
        for what, more in (('big', ('--max-size', '1000')), ('endless', ('--max-size', '3000'))):
            done = fetch('-o', self.path('a'), *more, self.good.url + what)
            self.assertEqual(done.status, 2)
            self.assertIn(f'more than {more[1]} bytes', done.err)
        self.assertEqual(fetch('--max-size', str(len(BIG)), self.good.url + 'big').out, BIG)
        start = time.monotonic()
        done = fetch('-o', self.path('a'), '--max-time', '0.5', self.good.url + 'endless')
        self.assertLess(time.monotonic() - start, WAIT / 3)
        self.assertEqual(done.status, 2)
        self.assertIn('timed out', done.err)
        self.assertEqual(os.listdir(self.folder), [])

    def test_an_ending_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            path = pki.write(self.path('a'), b'old')
            with subprocess.Popen(words('-o', path, self.good.url + 'endless'), stderr=subprocess.PIPE,
                                  env=ENVIRONMENT, preexec_fn=heed_hangups) as process:
                eventually(lambda: len(os.listdir(self.folder)) == 2, 'the file')
                eventually(lambda: any(os.path.getsize(self.path(name)) > 1000
                                       for name in os.listdir(self.folder)), 'a part of it')
                process.send_signal(number)
                self.assertEqual(process.wait(WAIT), -number)
                self.assertEqual(process.stderr.read(), b'')
            self.assertEqual(os.listdir(self.folder), ['a'])
            self.assertEqual(pki.read(path), b'old')

    def test_a_closed_pipe_is_quiet(self):
        with subprocess.Popen(words(self.good.url + 'endless'), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
            process.stdout.read(10)
            process.stdout.close()
            self.assertEqual((process.wait(WAIT), process.stderr.read()), (2, b''))


    def test_a_closed_stdout_is_no_socket(self):
        done = subprocess.run(words(self.good.url), stderr=subprocess.PIPE, env=ENVIRONMENT, timeout=WAIT,
                              check=False, preexec_fn=lambda: os.close(1))
        self.assertEqual(done.returncode, 2)
        self.assertIn(b'cannot write the answer', done.stderr)
        self.assertEqual(len(self.good.requests), 1)

    def test_secrets_are_not_shown(self):
        url = self.good.url.replace('://', '://me:secret@')
        done = fetch('-v', '-H', 'Cookie: a=secret', url)
        self.assertEqual(done.status, 0)
        self.assertIn('Authorization', self.good.requests[0][2])
        self.assertIn('> authorization: (not shown)\n', done.err)
        self.assertIn('> cookie: (not shown)\n', done.err)
        for done in (done, fetch('--json', url), fetch('--max-size', '1', url),
                     fetch('-L', '--json', url + 'to?/')):
            self.assertNotIn('secret', done.out.decode() + done.err)
            self.assertNotIn('bWU6c2VjcmV0', done.err)


class TerminalTest(FetchTest):
    def run_on_terminal(self, *arguments, stdout=False, stderr=False):
        """The status, and what the terminal shows."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(words(*arguments), stdin=subprocess.DEVNULL,
                              stdout=theirs if stdout else subprocess.DEVNULL,
                              stderr=theirs if stderr else subprocess.DEVNULL, env=ENVIRONMENT) as process:
            os.close(theirs)
            shown = b''
            with contextlib.suppress(OSError):
                while part := os.read(ours, 4096):
                    shown += part
            os.close(ours)
            return process.wait(WAIT), shown

    def test_only_text(self):
        self.assertEqual(self.run_on_terminal(self.good.url, stdout=True), (0, b'hello\r\n'))
        self.assertEqual(self.run_on_terminal(self.good.url + 'binary', stdout=True), (2, b''))
        self.assertEqual(self.run_on_terminal('-o', '-', self.good.url + 'binary', stdout=True),
                         (0, b'\x7fELF\0\1'))
        self.assertEqual(fetch(self.good.url + 'binary').out, b'\x7fELF\0\1')

    def test_progress(self):
        url = self.good.url + 'endless'
        status, shown = self.run_on_terminal('--max-time', '2', '-o', '/dev/null', url, stderr=True)
        self.assertEqual(status, 2)
        self.assertRegex(shown, rb'\r\x1b\[K\d+\.\d kB, \d+\.\d kB/s\r\x1b\[K')
        for more in (('-s',), ('--json',)):
            _, shown = self.run_on_terminal('--max-time', '1', '-o', '/dev/null', *more, url, stderr=True)
            self.assertEqual(b'kB/s' in shown, more == ('--json',))
        _, shown = self.run_on_terminal('--max-time', '1', url, stdout=True, stderr=True)
        self.assertNotIn(b'kB/s', shown)


class GossipTest(FetchTest):
    def setUp(self):
        super().setUp()
        self.good.fields['TransGossipEnabled'] = 'Yes'
        self.outbox = pki.write(self.path('outbox'), outbox(
            pki.NOW, [head_of(log, WORLD.stamp_ms) for log in WORLD.logs]))

    def gossip(self, *arguments):
        return fetch('--outbox', self.outbox, *arguments)

    def sent(self):
        """Header fields and bodies with heads, of all requests so far."""
        return ([fields['TransGossip'] for _, _, fields, _, _ in self.good.requests
                 if 'TransGossip' in fields],
                [body for method, _, _, body, _ in self.good.requests if method == 'POST'])

    def test_heads_go_in_a_header_and_by_post_on_the_same_connection(self):
        done = self.gossip('--gossip', '-v', '--require-ct', '-o', self.path('a'), self.good.url)
        self.assertEqual((done.status, pki.read(self.path('a'))), (0, HELLO))
        (header,), (body,) = self.sent()
        self.assertRegex(header, '^0:[0-9a-f]{64}:')
        self.assertEqual(len(json.loads(body)['sths']), 2)
        get, post = self.good.requests
        self.assertEqual((post[1], get[4]), (ENDPOINT, post[4]))
        self.assertEqual(set(post[2]), {'Host', 'Accept', 'Content-Type', 'Content-Length'})
        for line in (f'> TransGossip: {header}', f'> POST {ENDPOINT} HTTP/1.1', f'> {body.decode()}',
                     '< {"sths":[]}', '* gossip: the server says TransGossipEnabled: Yes',
                     '* gossip: tree heads went with the request',
                     f'* gossip: {len(body)} bytes of tree heads were posted: taken (HTTP status 200), '
                     '11 bytes came back'):
            self.assertIn('\n' + line + '\n', done.err)

    def test_json(self):
        answer = self.gossip('--gossip', '--json', self.good.url).json()
        size = len(self.sent()[1][0])
        self.assertEqual(answer['gossip'], {
            'enabled': 'Yes', 'in_header': True, 'why_not': None,
            'post': {'status': 200, 'taken': True, 'sent_bytes': size, 'received_bytes': 11, 'error': None}})
        self.good.post_status = 503
        answer = self.gossip('--gossip', '--json', self.good.url).json()
        self.assertEqual((answer['gossip']['post']['status'], answer['gossip']['post']['taken'],
                          answer['error']), (503, False, None))

    def test_nothing_goes_that_may_not(self):
        by_user = self.good.url.replace('://', '://me:secret@')
        by_address = self.good.url.replace('localhost', '127.0.0.1')
        for arguments in ((self.good.url,), ('--gossip', '-H', 'Cookie: a=b', self.good.url),
                          ('--gossip', '-H', 'X-Api: mine', self.good.url), ('--gossip', by_user),
                          ('--gossip', by_address)):
            done = self.gossip(*arguments)
            self.assertEqual((done.status, self.sent()), (0, ([], [])), arguments)
        answer = self.gossip('--gossip', '--json', '-H', 'Cookie: a=b', self.good.url).json()
        self.assertIn('-H', answer['gossip']['why_not'])
        # Those that are not trusted, or are refused, get nothing either.
        plain = self.site()
        for site, more in ((plain, ('--allow-cleartext',)), (self.bad, ('--require-ct',))):
            self.gossip('--gossip', *more, site.url)
            self.assertFalse([one for one in site.requests if one[0] == 'POST' or 'TransGossip' in one[2]])

    def test_no_outbox_is_no_failure(self):
        done = fetch('--gossip', '-v', self.good.url)
        self.assertEqual((done.status, self.sent()), (0, ([], [])))
        self.assertIn('* gossip: nothing was posted: ', done.err)

    def test_tattled_is_told(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as tattled:
            tattled.bind(self.path('observe'))
            tattled.settimeout(WAIT)
            self.gossip('--gossip', '--observe-socket', self.path('observe'), self.good.url)
            notes = [tattled.recv(1 << 18) for _ in range(5)]
        self.assertEqual([note[:4] for note in notes], [b'TTLO'] + [b'TTLG'] * 4)
        self.assertIn(b'localhost', notes[0])
        # In the header, what the server says, by POST, what it answers.
        self.assertEqual([note[13] for note in notes[1:]], [4, 1, 4, 3])
        self.assertTrue(notes[2].endswith(b'Yes') and notes[4].endswith(b'{"sths":[]}'))


class Http2Test(unittest.TestCase):
    """With the server of tattled, and today's clock."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=FOLDER.name)
        self.now = int(time.time())
        self.log = pki.Log(self.folder, 'gamma', 'Gamma')
        pki.write(self.path('log_list.json'), json.dumps({
            'version': '1.0', 'log_list_timestamp': pki.days_around(self.now, -1, '%Y-%m-%dT%H:%M:%SZ'),
            'operators': [{'name': 'Gamma', 'email': [], 'logs': [self.log.entry()], 'tiled_logs': []}]}))
        self.ca = pki.Ca(self.folder, 'ca', self.now)
        stamp = (self.now - pki.DAY) * 1000
        site = self.ca.issue('site', 'localhost', lambda tbs: pki.sct_list(
            [self.log.sct(pki.precert_entry(tbs, self.ca.der), stamp)]))
        self.certificate, self.key = site + '.pem', site + '.key'
        self.daemon = GossipingDaemon(self.folder, self, 0, self, 'audit = no\n').start()
        self.addCleanup(self.daemon.close)

    def path(self, name):
        return os.path.join(self.folder, name)

    def fetch(self, *arguments):
        config = pki.write(self.path('tattle.conf'), 'observe_socket =\n')
        return fetch('--config', config, '--log-list', self.path('log_list.json'), '--cafile', self.ca.pem,
                     '--public-roots', self.ca.pem, '--policy', 'rfc6962', '--outbox', self.path('heads'),
                     *arguments, f'https://localhost:{self.daemon.port}/', world=False)

    def test_judged_and_gossiped_in_both_versions(self):
        for number, (more, version) in enumerate((((), '2'), (('--http1.1',), '1.1'))):
            head = head_of(self.log, self.now * 1000, tree_size=7 + number)
            pki.write(self.path('heads'), outbox(self.now, [head]))
            done = self.fetch('--require-ct', '--gossip', '--json', '-v', *more)
            self.assertEqual(done.status, 0, done.err)
            self.assertRegex(done.err, f'(?m)^> POST {ENDPOINT} HTTP/{version}$')
            self.assertRegex(done.err, f'(?m)^< HTTP/{version} 200')
            answer = done.json()
            self.assertEqual((answer['status'], answer['verdict']), (404, 'compliant'))
            self.assertEqual((answer['gossip']['enabled'], answer['gossip']['in_header'],
                              answer['gossip']['post']['taken']), ('Yes', True, True))
            with sqlite3.connect(self.daemon.path('pool'), timeout=WAIT) as pool:
                self.assertEqual(pool.execute('SELECT count(*) FROM heads').fetchone()[0], number + 1)

    def test_refused(self):
        done = self.fetch('--require-ct', '--policy', 'chrome')
        self.assertEqual(done.status, 1)
        self.assertEqual(self.daemon.count('gossip_requests'), 0)


if __name__ == '__main__':
    unittest.main()
