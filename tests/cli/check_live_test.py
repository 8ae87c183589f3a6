#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle check HOST:PORT` against servers on the loopback: good, slow, broken and hostile ones."""

import contextlib
import json
import socket
import ssl
import struct
import tempfile
import threading
import time
import unittest

import pki

FOLDER = tempfile.TemporaryDirectory()
WORLD = pki.World(FOLDER.name)
SLACK = 8  # seconds that a busy machine may add to a timeout of 1; the default would be 10


def check(*args):
    return pki.tattle('check', '--log-list', WORLD.log_list, '--time', str(pki.NOW), *args)


def check_json(*args):
    status, out, err = check('--json', *args)
    return status, [json.loads(line) for line in out.splitlines()], err


def s_server(certificate, *args):
    return pki.s_server(certificate, WORLD.ca.pem, *args)


@contextlib.contextmanager
def server(serve, address='127.0.0.1', family=socket.AF_INET):
    """A TCP server that calls serve(connection) in a thread a connection; yields its address."""
    listener = socket.create_server((address, 0), family=family)

    def run(connection):
        with contextlib.suppress(OSError, AssertionError), connection:
            serve(connection)

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(20)
            threading.Thread(target=run, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f'localhost:{listener.getsockname()[1]}'
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def speak_tls(connection, certificate=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    path = certificate or WORLD.embedded
    context.load_cert_chain(path + '-chain.pem', path + '.key')
    with context.wrap_socket(connection, server_side=True) as tls:
        tls.recv(1)


def expect(connection, word):
    """Reads until a word came, byte by byte, so that nothing of the handshake is taken."""
    text = b''
    while word not in text:
        byte = connection.recv(1)
        if not byte:
            raise OSError('the client hung up')
        text += byte
    return text


def has_ipv6():
    with contextlib.suppress(OSError), socket.create_server(('::1', 0), family=socket.AF_INET6):
        return True
    return False


def wait_for_end(connection):
    while connection.recv(4096):
        pass


class HandshakeTest(unittest.TestCase):
    def test_embedded_scts_in_both_versions(self):
        for version in ('-tls1_2', '-tls1_3'):
            with self.subTest(version), s_server(WORLD.embedded, version) as target:
                status, out, err = check(target)
                self.assertEqual((status, err), (0, ''))
                self.assertIn('TLSv1.' + version[-1], out)

    def test_scts_of_the_tls_extension(self):
        for version in ('-tls1_2', '-tls1_3'):
            with self.subTest(version), \
                    s_server(WORLD.plain, version, '-serverinfo', WORLD.server_info) as target:
                status, [line], _ = check_json(target, '--policy', 'all')
                self.assertEqual([(s['source'], s['status']) for s in line['scts']],
                                 [('tls', 'valid')] * 2)
                self.assertEqual(status, 0)

    def test_scts_of_the_staple(self):
        for version in ('-tls1_2', '-tls1_3'):
            with self.subTest(version), \
                    s_server(WORLD.plain, version, '-status_file', WORLD.ocsp) as target:
                status, [line], _ = check_json(target, '--policy', 'rfc6962')
                self.assertEqual([(s['source'], s['status']) for s in line['scts']],
                                 [('ocsp', 'valid')] * 2)
                self.assertEqual(status, 0)

    def test_no_scts_is_a_clear_no(self):
        with s_server(WORLD.plain) as target:
            status, out, err = check(target)
            self.assertEqual((status, err), (1, ''))
            self.assertIn('no SCTs', out)

    def test_a_chain_that_does_not_validate_is_said_and_judged_all_the_same(self):
        with s_server(WORLD.embedded) as target:
            status, [line], _ = check_json(target)
            self.assertEqual((status, line['chain']['verified']), (0, False))
            status, [line], _ = check_json(target, '--cafile', WORLD.ca.pem)
            self.assertEqual((status, line['chain']), (0, {'verified': True, 'error': None}))

    def test_it_says_whether_a_program_would_judge_the_connection(self):
        with s_server(WORLD.plain) as target:
            _, [line], _ = check_json(target)
            self.assertEqual(line['scope'], 'chain_not_valid')
            _, [line], _ = check_json(target, '--cafile', WORLD.ca.pem)
            self.assertEqual(line['scope'], 'private')
            status, out, _ = check(target, '--cafile', WORLD.ca.pem)
            self.assertEqual(status, 1)
            self.assertIn('to programs: CT not judged: no CA', out)
            public = ('--cafile', WORLD.ca.pem, '--public-roots', WORLD.ca.pem)
            _, [line], _ = check_json(target, *public)
            self.assertEqual(line['scope'], 'public')
            status, out, _ = check(target, *public)
            self.assertEqual(status, 1)
            self.assertNotIn('to programs', out)
            status, _, err = check(target, '--public-roots', '/nonexistent/roots.pem')
            self.assertEqual(status, 2)
            self.assertIn('/nonexistent/roots.pem', err)

    def test_a_host_that_a_configuration_exempts_passes(self):
        config = WORLD.path('tattle.conf')
        public = ('--cafile', WORLD.ca.pem, '--public-roots', WORLD.ca.pem, '--config', config)
        with s_server(WORLD.plain) as target:
            for hosts, status, scope in (('localhost', 0, 'exempt_host'), ('localhos', 1, 'public')):
                pki.write(config, f'mode = require\nexempt_hosts = {hosts}\n')
                got, [line], _ = check_json(target, *public)
                self.assertEqual((got, line['scope'], line['policies']['chrome']['compliant']), (status, scope, False))
            pki.write(config, 'exempt_hosts = localhost\n')
            status, out, _ = check(target, *public)
            self.assertEqual(status, 0)
            self.assertIn('to programs: CT not judged: the host is listed in exempt_hosts', out)
            pki.write(config, f'exempt_spki = {line["spki_sha256"]}\n')
            status, [line], _ = check_json(target, *public)
            self.assertEqual((status, line['scope']), (0, 'exempt_spki'))

    def test_the_name_is_checked_and_is_the_server_name(self):
        with s_server(WORLD.embedded) as target:
            port = target.rsplit(':', 1)[1]
            for host in ('localhost', '127.0.0.1'):
                _, [line], _ = check_json(f'{host}:{port}', '--cafile', WORLD.ca.pem)
                self.assertTrue(line['chain']['verified'], line)
        other = WORLD.ca.issue('other', host='other.test', serial='1003')
        with s_server(other, '-servername', 'localhost', '-servername_fatal',
                      '-cert2', other + '.pem', '-key2', other + '.key') as target:
            status, [line], _ = check_json(target, '--cafile', WORLD.ca.pem)
            self.assertEqual(line['chain']['error'], 'the certificate is not for localhost')
            self.assertEqual(line['scope'], 'chain_not_valid')
            self.assertEqual(status, 1)

    @unittest.skipUnless(has_ipv6(), 'no IPv6 loopback')
    def test_ipv6(self):
        with server(speak_tls, '::1', socket.AF_INET6) as target:
            port = target.rsplit(':', 1)[1]
            status, [line], _ = check_json(f'[::1]:{port}', '--cafile', WORLD.ca.pem)
            self.assertEqual((status, line['chain']['error']),
                             (0, 'the certificate is not for ::1'))

    def test_a_server_without_its_issuer(self):
        def serve(connection):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(WORLD.embedded + '.pem', WORLD.embedded + '.key')
            with context.wrap_socket(connection, server_side=True) as tls:
                tls.recv(1)
        with server(serve) as target:
            status, out, err = check(target)
            self.assertEqual(status, 2)
            self.assertIn('install the whole chain', err)
            # The system or --cafile may have it.
            self.assertEqual(check(target, '--cafile', WORLD.ca.pem)[0], 0)

    def test_the_certificate_behind_the_leaf_need_not_be_its_issuer(self):
        path = WORLD.path('mixed')
        pki.write(path + '-chain.pem', pki.read(WORLD.embedded + '.pem') +
                  pki.read(WORLD.plain + '.pem') + pki.read(WORLD.ca.pem))
        pki.write(path + '.key', pki.read(WORLD.embedded + '.key'))
        with server(lambda connection: speak_tls(connection, path)) as target:
            status, [line], _ = check_json(target)
            self.assertEqual([s['status'] for s in line['scts']], ['valid'] * 2)
            self.assertEqual(status, 0)

    def test_an_empty_and_a_malformed_list_break_no_handshake(self):
        for name, scts in (('empty', b''), ('short', WORLD.tls_list[:-1]), ('junk', b'\xff' * 99)):
            info = pki.write(WORLD.path(name + '.serverinfo'), pki.server_info(scts))
            with self.subTest(name), s_server(WORLD.embedded, '-serverinfo', info) as target:
                status, [line], _ = check_json(target)
                self.assertEqual(status, 0)
                self.assertEqual([s['status'] for s in line['scts'] if s['source'] == 'tls'],
                                 ['malformed'] if scts else [])


class ServerTest(unittest.TestCase):
    def refused(self, target, words, *args):
        """One line that says what, where and what to do, with status 2, within the timeout."""
        start = time.monotonic()
        status, out, err = check(target, '--timeout', '1', *args)
        elapsed = time.monotonic() - start
        self.assertEqual((status, out), (2, ''), err)
        self.assertEqual(err.count('\n'), 1, err)
        self.assertTrue(err.startswith(f'tattle: {target}: '), err)
        self.assertIn(words, err)
        self.assertLess(elapsed, 1 + SLACK)


class BadServerTest(ServerTest):
    def test_hangs(self):
        with server(wait_for_end) as target:
            self.refused(target, 'timed out during the TLS handshake')

    def test_hangs_in_the_middle_of_the_handshake(self):
        def serve(connection):
            # The header of a ServerHello record, then byte after byte of nothing.
            connection.sendall(b'\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03')
            while True:
                time.sleep(0.05)
                connection.sendall(b'\0')
        with server(serve) as target:
            self.refused(target, 'timed out during the TLS handshake')

    def test_never_accepts(self):
        # A full backlog: connection attempts are left without an answer.
        with socket.socket() as listener, contextlib.ExitStack() as stack:
            listener.bind(('127.0.0.1', 0))
            listener.listen(0)
            address = listener.getsockname()
            for _ in range(3):
                client = stack.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex(address)
            time.sleep(0.2)
            self.refused(f'127.0.0.1:{address[1]}', 'timed out')

    def test_resets(self):
        def serve(connection):
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        with server(serve) as target:
            self.refused(target, 'reset by peer')

    def test_closes(self):
        with server(lambda connection: connection.recv(4096)) as target:
            self.refused(target, 'closed')

    def test_refuses_the_connection(self):
        with socket.create_server(('127.0.0.1', 0)) as listener:
            port = listener.getsockname()[1]
        self.refused(f'127.0.0.1:{port}', 'cannot connect to port')

    def test_speaks_clear_text(self):
        for garbage in (b'220 mail.test ESMTP\r\n', b'HTTP/1.1 400 Bad Request\r\n\r\n',
                        b'\x1b[31mhello\r\n', b'\0' * 100):
            def serve(connection):
                connection.sendall(garbage)
                wait_for_end(connection)
            with self.subTest(garbage), server(serve) as target:
                self.refused(target, 'the server does not speak TLS here')

    def test_speaks_only_old_versions(self):
        for version in ('-tls1', '-tls1_1'):
            with self.subTest(version), \
                    s_server(WORLD.embedded, version, '-cipher', 'ALL:@SECLEVEL=0') as target:
                self.refused(target, 'speaks no TLS 1.2 or later')

    def test_unknown_host(self):
        # RFC 6761: names under .invalid never exist; no answer at all is a timeout.
        start = time.monotonic()
        status, _, err = check('no-such-host.invalid', '--timeout', '1')
        self.assertEqual(status, 2)
        self.assertRegex(err, 'cannot find the host|timed out during the search')
        self.assertLess(time.monotonic() - start, 1 + SLACK)

    def test_several_hanging_servers_take_the_time_of_one(self):
        with server(wait_for_end) as slow, s_server(WORLD.embedded) as good:
            start = time.monotonic()
            targets = [slow] * 7 + [good] + [slow] * 7
            status, lines, _ = check_json('--timeout', '1', *targets)
            self.assertLess(time.monotonic() - start, 1 + SLACK)
            self.assertEqual([line['target'] for line in lines], targets)
            self.assertEqual([line['error'] is None for line in lines],
                             [target == good for target in targets])
            self.assertEqual(status, 2)


# What a server of each protocol says: texts to send, and words to wait for.
SMTP = ['>220-mail.test\r\n220 ESMTP\r\n', '<\r\n', '>250-mail.test\r\n250-PIPELINING\r\n'
        '250-starttls\r\n250 8BITMIME\r\n', '<STARTTLS\r\n', '>220 go\r\n']
IMAP = ['>* OK ready\r\n', '<STARTTLS\r\n', '>* CAPABILITY IMAP4rev1\r\na1 OK go\r\n']
POP3 = ['>+OK ready\r\n', '<STLS\r\n', '>+OK go\r\n']
FTP = ['>220-Welcome\r\n to our\r\n220 server\r\n', '<AUTH TLS\r\n', '>234 go\r\n']
STREAM = ("><?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0' "
          "xmlns:stream='http://etherx.jabber.org/streams'><stream:features>")
TLS_FEATURE = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
XMPP = ['<version=\'1.0\'>', STREAM + TLS_FEATURE + '</stream:features>', '<xmpp-tls\'/>',
        ">"]
PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
XMPP[-1] += PROCEED

PROTOCOLS = {'smtp': SMTP, 'imap': IMAP, 'pop3': POP3, 'ftp': FTP, 'xmpp': XMPP,
             'xmpp-server': XMPP}


def talk(connection, steps):
    heard = b''
    for step in steps:
        if step.startswith('>'):
            connection.sendall(step[1:].encode())
        else:
            heard += expect(connection, step[1:].encode())
    return heard


class StartTlsTest(ServerTest):
    def scripted(self, steps, tls=False):
        def serve(connection):
            talk(connection, steps)
            if tls:
                speak_tls(connection)
            else:
                wait_for_end(connection)
        return server(serve)

    def test_every_protocol(self):
        for protocol, steps in PROTOCOLS.items():
            with self.subTest(protocol), self.scripted(steps, tls=True) as target:
                status, out, err = check(target, '--starttls', protocol)
                self.assertEqual((status, err), (0, ''))
                self.assertIn('compliant', out)

    def test_xmpp_names_the_domain_and_the_kind(self):
        for protocol, kind in (('xmpp', b'jabber:client'), ('xmpp-server', b'jabber:server')):
            heard = []
            def serve(connection):
                heard.append(talk(connection, XMPP))
                speak_tls(connection)
            with server(serve) as target:
                self.assertEqual(check(target, '--starttls', protocol)[0], 0)
            self.assertIn(kind, heard[0])
            self.assertIn(b"to='localhost'", heard[0])

    def test_proceed_may_have_an_end_tag(self):
        steps = XMPP[:-1] + ['>' + PROCEED.replace('/>', '></proceed>')]
        with self.scripted(steps, tls=True) as target:
            self.assertEqual(check(target, '--starttls', 'xmpp')[0], 0)

    def test_text_in_pieces(self):
        def serve(connection):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for step in SMTP:
                if step.startswith('>'):
                    for byte in step[1:].encode():
                        connection.sendall(bytes([byte]))
                        time.sleep(0.001)
                else:
                    expect(connection, step[1:].encode())
            speak_tls(connection)
        with server(serve) as target:
            self.assertEqual(check(target, '--starttls', 'smtp')[0], 0)

    def test_clear_text_behind_the_go_ahead_is_injection(self):
        for protocol, steps in PROTOCOLS.items():
            for injected in ('250 OK\r\n', '\n'):
                steps = steps[:-1] + [steps[-1] + injected]
                with self.subTest(protocol), self.scripted(steps, tls=True) as target:
                    self.refused(target, 'clear text follows', '--starttls', protocol)

    def test_refusals(self):
        no_features = [XMPP[0], STREAM + '</stream:features>']
        for protocol, steps, words in (
                ('smtp', ['>554 go away\r\n'], 'refuses TLS: it said "554 go away"'),
                ('smtp', SMTP[:2] + ['>502 what?\r\n'], 'refuses TLS'),
                ('smtp', SMTP[:2] + ['>250-a\r\n250 PIPELINING\r\n'], 'does not offer STARTTLS'),
                ('smtp', SMTP[:-1] + ['>454 later\r\n'], 'refuses TLS'),
                ('imap', ['>* BYE full\r\n'], 'refuses TLS'),
                ('imap', ['>* PREAUTH hello\r\n'], 'refuses TLS'),
                ('imap', IMAP[:-1] + ['>a1 NO never\r\n'], 'refuses TLS'),
                ('pop3', ['>-ERR busy\r\n'], 'refuses TLS'),
                ('pop3', POP3[:-1] + ['>-ERR what?\r\n'], 'refuses TLS'),
                ('ftp', FTP[:-1] + ['>530 Please login\r\n'], 'refuses TLS'),
                ('xmpp', no_features, 'does not offer STARTTLS'),
                ('xmpp', [XMPP[0], '><stream:stream><stream:error><host-unknown/></stream:error>'],
                 'refuses TLS'),
                ('xmpp', XMPP[:-1] + ['><failure/>'], 'refuses TLS')):
            with self.subTest(protocol + words), self.scripted(steps) as target:
                self.refused(target, words, '--starttls', protocol)

    def test_garbage(self):
        for protocol in PROTOCOLS:
            for garbage in ('>hello\r\n', '>\x1b[2J\u202e\r\n', '>999\r\n' if protocol != 'smtp'
                            and protocol != 'ftp' else '>99\r\n'):
                with self.subTest(protocol), self.scripted([garbage]) as target:
                    self.refused(target, 'does not speak', '--starttls', protocol)
                    err = check(target, '--timeout', '1', '--starttls', protocol)[2]
                    self.assertNotRegex(err, '[\x1b\u202e]')

    def test_silence_endless_lines_and_hang_ups(self):
        def drip(connection):
            while True:
                connection.sendall(b'2')
                time.sleep(0.05)
        def flood(connection):
            while True:
                connection.sendall(b'<' * 65536)
        for protocol in PROTOCOLS:
            with self.subTest(protocol):
                with server(wait_for_end) as target:
                    self.refused(target, 'timed out', '--starttls', protocol)
                with server(flood) as target:
                    self.refused(target, 'bytes of clear text', '--starttls', protocol)
                with server(lambda connection: None) as target:
                    self.refused(target, 'before TLS', '--starttls', protocol)
        with server(drip) as target:
            self.refused(target, 'timed out', '--starttls', 'smtp')

    def test_agrees_and_then_speaks_no_tls(self):
        def serve(connection):
            talk(connection, SMTP)
            expect(connection, b'\x16')
            connection.sendall(b'250 what?\r\n')
            wait_for_end(connection)
        with server(serve) as target:
            self.refused(target, 'agreed to TLS and does not speak it', '--starttls', 'smtp')


if __name__ == '__main__':
    unittest.main()
