#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Tests `tattle log` from outside, against small logs of both kinds: log_cli_test.py TATTLE
[unittest arguments]."""

import contextlib
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import time
import unittest

import pki
import small_log
from small_log import TIME_MS, b64

TATTLE = None
KINDS = ('rfc6962', 'static-ct')


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


class LogTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pki_folder = tempfile.TemporaryDirectory()
        cls.ca = pki.Ca(cls.pki_folder.name, 'Test CA')

    @classmethod
    def tearDownClass(cls):
        cls.pki_folder.cleanup()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.logs = {}
        for kind in KINDS:
            log = small_log.SmallLog(folder.name, f'Log of {kind}', kind)
            self.addCleanup(log.close)
            log.roots = [self.ca.der]
            for i in range(20):
                certificate = b'certificate %d' % i
                log.add(pki.x509_entry(certificate), TIME_MS + i, [self.ca.der])
            self.logs[kind] = log
        self.write_list()

    def write_list(self):
        normal = [log.entry() for log in self.logs.values() if log.kind == 'rfc6962']
        tiled = [log.entry() for log in self.logs.values() if log.kind != 'rfc6962']
        pki.write(self.folder / 'list.json', json.dumps({
            'version': '1', 'log_list_timestamp': '2026-09-01T00:00:00Z',
            'operators': [{'name': 'Op', 'logs': normal, 'tiled_logs': tiled}]}))

    def tattle(self, verb, log, *args, status=0, allow=True, json_output=False):
        command = [TATTLE, 'log', verb, log, *map(str, args), '--log-list', 'list.json',
                   *(['--allow-http'] if allow else []), *(['--json'] if json_output else [])]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60,
                              env={**os.environ, 'http_proxy': 'http://127.0.0.1:1/'})
        self.assertEqual(done.returncode, status, (command, done.stdout, done.stderr))
        if status == 0:
            # The small logs are of one time, and the clock goes on.
            self.assertRegex(done.stderr, r'^(tattle: warning: the head is stale: .*\n)?$')
        else:
            self.assertNotEqual(done.stderr, '')
        if json_output:
            return [json.loads(line) for line in done.stdout.splitlines()]
        return done.stdout + done.stderr

    def for_both(self):
        return (self.logs[kind] for kind in KINDS)

    # Which log.

    def test_a_log_is_found_by_each_of_its_names(self):
        for log in self.for_both():
            for name in (log.name, log.kind.upper(), b64(log.log_id), log.log_id.hex(),
                         log.log_id.hex().upper(), f'http://{log.host}', f'http://{log.host}/'):
                self.assertIn(b64(log.log_id), self.tattle('sth', name))

    def test_a_name_of_two_logs_or_none_is_refused(self):
        self.assertIn('2 logs', self.tattle('sth', 'log of', status=2))
        self.assertIn('no log is called', self.tattle('sth', 'nosuch', status=2))
        self.assertIn('no log is called', self.tattle('sth', '', status=2))

    def test_plain_http_is_refused_unless_allowed(self):
        for log in self.for_both():
            text = self.tattle('sth', log.name, status=2, allow=False)
            self.assertIn('https', text)
            self.assertIn('--allow-http allows it', text)

    def test_mistakes_on_the_command_line_look_like_other_errors(self):
        for args, text in (((), "LOG is required: see tattle log sth --help"),
                           (('x', '--timeout', '0'), 'see tattle log sth --help')):
            done = subprocess.run([TATTLE, 'log', 'sth', *args], capture_output=True, text=True,
                                  timeout=60)
            self.assertEqual((done.returncode, done.stdout), (2, ''))
            self.assertEqual(done.stderr.count('\n'), 1)
            self.assertTrue(done.stderr.startswith('tattle: '), done.stderr)
            self.assertIn(text, done.stderr)

    # Heads.

    def test_sth_shows_the_head_once_it_is_verified(self):
        for log in self.for_both():
            text = self.tattle('sth', log.name)
            self.assertRegex(text, r'(?m)^tree_size: 20$')
            (head,) = self.tattle('sth', log.name, json_output=True)
            self.assertEqual(head['tree_size'], 20)
            self.assertEqual(head['timestamp'], log.time_ms)
            self.assertEqual(head['sha256_root_hash'], b64(small_log.root(log.leaves)))

    def test_out_leaves_a_pipe_a_pipe(self):
        pipe = self.folder / 'pipe'
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        log = self.logs['rfc6962']
        self.tattle('sth', log.name, '--out', 'pipe')
        self.assertTrue(pipe.is_fifo())
        self.assertEqual(json.loads(os.read(reader, 65536))['tree_size'], 20)

    def test_sth_shows_no_head_that_the_log_did_not_sign(self):
        for log in self.for_both():
            # The size, and not a number of the port.
            log.spoil = lambda path, body: re.sub(rb'(tree_size": ?|\n)20\b', rb'\g<1>21', body, count=1)
            text = self.tattle('sth', log.name, '--out', 'head.json', status=1)
            self.assertIn('not signed by this log', text)
            self.assertFalse((self.folder / 'head.json').exists())
            (failure,) = self.tattle('sth', log.name, status=1, json_output=True)
            self.assertEqual(failure['failure'], 'bad_signature')

    def test_sth_tells_what_is_no_head(self):
        for log in self.for_both():
            for body in (b'<html></html>', b'{}', b'\x1b[31m', b'x' * 2_000_000):
                log.spoil = lambda path, _, body=body: body
                self.assertNotIn('\x1b', self.tattle('sth', log.name, status=2))

    def test_sth_warns_of_heads_that_are_old_or_from_the_future(self):
        now_ms = int(time.time()) * 1000
        for log in self.for_both():
            for age_ms, word in ((60_000, 'fresh'), (90_000_000, 'stale'), (-3_600_000, 'future')):
                log.time_ms = now_ms - age_ms
                done = self.run_sth(log)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stderr.count('\n'), 0 if word == 'fresh' else 1)
                if word != 'fresh':
                    self.assertRegex(done.stderr, f'^tattle: warning: the head is .*{word}')
                head = json.loads(self.run_sth(log, '--json').stdout)
                self.assertEqual(head['freshness'], word)

    def run_sth(self, log, *args):
        return subprocess.run([TATTLE, 'log', 'sth', log.name, '--log-list', 'list.json',
                               '--allow-http', *args], cwd=self.folder, capture_output=True,
                              text=True, timeout=60)

    # Consistency.

    def test_consistency_links_a_head_of_before(self):
        for log in self.for_both():
            self.tattle('sth', log.name, '--out', 'older.json')
            for i in range(9):
                log.add(pki.x509_entry(b'more %d' % i))
            (result,) = self.tattle('consistency', log.name, 'older.json', json_output=True)
            self.assertEqual(result['older']['tree_size'], 20)
            self.assertEqual(result['newer']['tree_size'], 29)
            self.assertEqual([one['hash'] for one in result['proof']],
                             list(map(b64, small_log.proof(20, log.leaves))))
            self.tattle('sth', log.name, '--out', 'newer.json')
            for heads in (('older.json', 'newer.json'), ('newer.json', 'older.json'),
                          (f'7:{b64(small_log.root(log.leaves[:7]))}', 'newer.json'),
                          (f'0:{b64(small_log.root([]))}',), ('newer.json', 'newer.json')):
                self.assertIn('is part of', self.tattle('consistency', log.name, *heads))

    def test_consistency_tells_a_log_that_rewrote_its_tree(self):
        for log in self.for_both():
            self.tattle('sth', log.name, '--out', 'older.json')
            log.leaves[3] = flip(log.leaves[3], 20)
            log.add(pki.x509_entry(b'one more'))
            self.tattle('consistency', log.name, 'older.json', status=1)
            (failure,) = self.tattle('consistency', log.name, 'older.json', status=1,
                                     json_output=True)
            self.assertEqual(failure['failure'], 'wrong')

    def check_evidence(self, claim, weight):
        """There is one piece in `evidence`, of this kind and worth this; removes it."""
        (file,) = (self.folder / 'evidence').iterdir()
        done = subprocess.run([TATTLE, 'evidence', 'verify', file, '--log-list', 'list.json',
                               '--json'], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0 if weight == 'conclusive' else 1, done)
        found = json.loads(done.stdout)
        self.assertEqual((found['kind'], found['weight']), (claim, weight))
        file.unlink()

    def blame(self, log, claim, weight, *heads):
        """The log is told off in words and JSON, with a hint to --evidence-dir and with evidence."""
        word = {'split_view': 'SPLIT VIEW'}.get(claim, claim.upper())
        text = self.tattle('consistency', log.name, *heads, status=1)
        self.assertIn(f'tattle: {log.name}: {word}: the log signed a tree of', text)
        self.assertIn('--evidence-dir DIR', text)
        (failure,) = self.tattle('consistency', log.name, *heads, '--evidence-dir', 'evidence',
                                 status=1, json_output=True)
        self.assertEqual((failure['failure'], failure['claim']), ('wrong', claim))
        self.assertTrue((self.folder / failure['evidence']).exists())
        self.check_evidence(claim, weight)
        text = self.tattle('consistency', log.name, *heads, '--evidence-dir', 'evidence', status=1)
        self.assertIn('; evidence: evidence/', text)
        self.assertNotIn('--evidence-dir', text)
        self.check_evidence(claim, weight)

    def test_consistency_shows_two_roots_of_one_size(self):
        for log in self.for_both():
            self.tattle('sth', log.name, '--out', 'head.json')
            log.leaves[3] = flip(log.leaves[3], 20)
            self.blame(log, 'split_view', 'conclusive', 'head.json')
            # What nobody signed is held against nobody.
            bare = f'20:{b64(bytes(32))}'
            (failure,) = self.tattle('consistency', log.name, bare, '--evidence-dir', 'evidence',
                                     status=1, json_output=True)
            self.assertEqual(failure['failure'], 'wrong')
            self.assertNotIn('claim', failure)
            self.assertEqual(list((self.folder / 'evidence').iterdir()), [])

    def test_consistency_shows_a_log_that_rewrote_its_tree(self):
        for log in self.for_both():
            self.tattle('sth', log.name, '--out', 'head.json')
            log.leaves[3] = flip(log.leaves[3], 20)
            log.add(pki.x509_entry(b'one more'))
            self.blame(log, 'inconsistent', 'conclusive', 'head.json')

    def test_consistency_says_that_a_log_went_back(self):
        for log in self.for_both():
            self.tattle('sth', log.name, '--out', 'head.json')
            whole = log.leaves[:], log.tile_leaves[:]
            del log.leaves[17:], log.tile_leaves[17:]
            # It shows an older head, and does not know the newer one.
            log.spoil = lambda path, body: b'' if 'consistency' in path else body
            text = self.tattle('consistency', log.name, 'head.json', status=1)
            self.assertRegex(text, r'ROLLBACK: its newest head is of 17 entries, .*one of 20')
            (failure,) = self.tattle('consistency', log.name, 'head.json', status=1,
                                     json_output=True)
            self.assertEqual(failure['claim'], 'rollback')
            # It signs the smaller tree later, be it that it proves it.
            log.time_ms += 1000
            self.blame(log, 'rollback', 'indicative', 'head.json')
            self.tattle('sth', log.name, '--out', 'later.json')
            log.leaves[:], log.tile_leaves[:] = whole
            log.spoil = lambda path, body: body
            self.blame(log, 'rollback', 'indicative', 'head.json', 'later.json')

    def test_consistency_forgives_a_server_that_lags(self):
        for log in self.for_both():
            self.tattle('sth', log.name, '--out', 'head.json')
            honest = log.head
            log.head = lambda: ((17, TIME_MS + 500, small_log.root(log.leaves[:17])) + (log.sign(
                b'\0\1' + struct.pack('>QQ', TIME_MS + 500, 17) +
                small_log.root(log.leaves[:17])),))
            self.assertIn('is part of', self.tattle('consistency', log.name, 'head.json'))
            log.head = honest

    def test_consistency_takes_checkpoints_too(self):
        log = self.logs['static-ct']
        pki.write(self.folder / 'checkpoint', log.checkpoint())
        log.add(pki.x509_entry(b'one more'))
        self.tattle('consistency', log.name, 'checkpoint')

    def test_consistency_takes_no_head_of_somebody_else(self):
        for log, other in zip(KINDS, reversed(KINDS)):
            self.tattle('sth', self.logs[other].name, '--out', 'head.json')
            self.assertIn('no head that this log signed',
                          self.tattle('consistency', self.logs[log].name, 'head.json', status=2))

    def test_consistency_says_what_it_cannot_use(self):
        name = self.logs['rfc6962'].name
        self.assertIn('SIZE:ROOT', self.tattle('consistency', name, '7', status=2))
        self.assertIn('nosuch', self.tattle('consistency', name, 'nosuch', status=2))
        self.tattle('consistency', name, '7:AAAA', status=2)

    # Inclusion.

    def chain_with_scts(self, timestamp_ms=TIME_MS):
        """A chain with an SCT of each log, whose entry the logs do not have yet."""
        def scts(tbs):
            self.precert = pki.precert_entry(tbs, self.ca.der)
            return pki.sct_list([log.promise(self.precert, timestamp_ms, len(log.leaves))
                                 for log in self.logs.values()])
        path = self.ca.issue('leaf', 'leaf.test', scts)
        pki.write(self.folder / 'chain.pem', pki.read(path + '.pem') + pki.read(self.ca.pem))

    def add_precert(self, log):
        log.add(self.precert, TIME_MS, [self.ca.der], b'as submitted')

    def inclusion(self, log):
        return subprocess.run(
            [TATTLE, 'log', 'inclusion', log.name, 'chain.pem', '--log-list', 'list.json',
             '--allow-http'], cwd=self.folder, capture_output=True, text=True, timeout=60)

    def test_inclusion_proves_the_scts_of_a_certificate(self):
        self.chain_with_scts()
        for log in self.for_both():
            self.add_precert(log)
            log.add(pki.x509_entry(b'one more'))
            (result,) = self.tattle('inclusion', log.name, 'chain.pem', json_output=True)
            (sct,) = result['scts']
            self.assertEqual(sct['leaf_index'], 20)
            self.assertEqual(sct['source'], 'embedded')
            self.assertEqual((sct['inclusion'], sct['timestamp_ms']), ('included', TIME_MS))
            self.assertIn('in the tree', self.tattle('inclusion', log.name, 'chain.pem'))

    def test_inclusion_gives_the_log_its_time(self):
        self.chain_with_scts()
        for log in self.for_both():
            done = self.inclusion(log)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn('not in the tree yet', done.stdout)
            self.assertIn('inclusion: not_merged_yet', done.stdout)
            log.time_ms = TIME_MS + 86400 * 1000
            done = self.inclusion(log)
            # That the log finds no hash is its front end's word; a tree that ends before is signed.
            status, said = {'rfc6962': (2, 'gives no proof that it is in the tree, where it promised '
                                           r'it until \S+: ask again later'),
                            'static-ct': (1, 'not in the tree, where')}[log.kind]
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertRegex(done.stdout, said)

    def test_inclusion_asks_twice_where_one_front_end_lags(self):
        self.chain_with_scts()
        log = self.logs['rfc6962']
        self.add_precert(log)
        log.time_ms = TIME_MS + 86400 * 1000
        asked = []

        def spoil(path, body):
            if 'get-proof-by-hash' not in path:
                return body
            asked.append(path)
            return None if len(asked) == 1 else body
        log.spoil = spoil
        self.assertIn('in the tree', self.tattle('inclusion', log.name, 'chain.pem'))
        self.assertEqual(len(asked), 2)

    def test_inclusion_blames_no_log_for_a_proof_that_does_not_hold(self):
        self.chain_with_scts()
        for log in self.for_both():
            self.add_precert(log)
            log.spoil = lambda path, body: (
                re.sub(rb'"audit_path": *\[ *"[^"]*"', f'"audit_path":["{b64(bytes(32))}"'.encode(), body)
                if 'get-proof-by-hash' in path else
                flip(body, 33) if path.startswith('/tile/0/') else body)
            done = self.inclusion(log)
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            self.assertIn('ask again later', done.stdout)
            self.assertIn('inclusion: wrong_answer', done.stdout)

    def test_inclusion_gives_a_log_without_a_listed_delay_the_longest(self):
        self.chain_with_scts()
        pki.write(self.folder / 'list.json', re.sub(rb'"mmd": *\d+, *', b'', pki.read(self.folder / 'list.json')))
        for log in self.for_both():
            log.time_ms = TIME_MS + 3600 * 1000
            done = self.inclusion(log)
            self.assertEqual((done.returncode, 'not in the tree yet' in done.stdout), (2, True), done.stdout)

    def test_inclusion_blames_no_log_for_a_tile_that_is_missing(self):
        self.chain_with_scts()
        log = self.logs['static-ct']
        self.add_precert(log)
        log.time_ms = TIME_MS + 2 * 86400 * 1000
        log.spoil = lambda path, body: None if path.startswith('/tile/0/') else body
        done = self.inclusion(log)
        self.assertEqual((done.returncode, 'where the log promised' in done.stdout), (2, False), done.stdout)

    def test_inclusion_tells_another_leaf_at_the_index(self):
        self.chain_with_scts()
        log = self.logs['static-ct']
        log.add(pki.x509_entry(b'in its place'))
        self.assertIn('another leaf at index 20',
                      self.tattle('inclusion', log.name, 'chain.pem', status=1))

    def test_inclusion_proves_scts_of_tls(self):
        path = self.ca.issue('plain', 'plain.test')
        certificate = pki.read(path + '.der')
        pki.write(self.folder / 'chain.pem', pki.read(path + '.pem') + pki.read(self.ca.pem))
        entry = pki.x509_entry(certificate)
        for log in self.for_both():
            sct = log.promise(entry, TIME_MS, len(log.leaves))
            log.add(entry, TIME_MS)
            pki.write(self.folder / 'scts', pki.sct_list([sct]))
            self.tattle('inclusion', log.name, 'chain.pem', '--tls-scts', 'scts')
            pki.write(self.folder / 'scts', pki.sct_list([flip(sct, 40)]))
            done = subprocess.run(
                [TATTLE, 'log', 'inclusion', log.name, 'chain.pem', '--tls-scts', 'scts',
                 '--log-list', 'list.json', '--allow-http'],
                cwd=self.folder, capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn('not signed by the log', done.stdout)

    def test_inclusion_says_that_there_is_nothing_to_prove(self):
        path = self.ca.issue('plain', 'plain.test')
        pki.write(self.folder / 'chain.pem', pki.read(path + '.pem') + pki.read(self.ca.pem))
        for log in self.for_both():
            self.assertIn('no SCT of this log',
                          self.tattle('inclusion', log.name, 'chain.pem', status=2))

    # Entries.

    def test_entries_are_shown_with_their_names(self):
        self.chain_with_scts()
        leaf = pki.read(self.ca.issue('named', 'named.test') + '.der')
        for log in self.for_both():
            self.add_precert(log)
            log.add(pki.x509_entry(leaf), TIME_MS + 7000, [self.ca.der])
            lines = self.tattle('entries', log.name, '18-21').splitlines()
            self.assertEqual(len(lines), 4)
            self.assertIn('(no certificate)', lines[0])
            self.assertRegex(lines[2], r'^ +20  precert  2026-09-21T\S+Z  leaf.test, 127.0.0.1$')
            self.assertRegex(lines[3], r'^ +21  x509 +2026-09-21T\S+Z  named.test, 127.0.0.1$')
            entries = self.tattle('entries', log.name, '20-21', json_output=True)
            self.assertEqual([one['leaf_index'] for one in entries], [20, 21])
            self.assertEqual([one['type'] for one in entries], ['precert_entry', 'x509_entry'])
            self.assertEqual(entries[0]['leaf_hash'], b64(small_log.root(log.leaves[20:21])))
            self.assertEqual(entries[1]['names'], ['named.test', '127.0.0.1'])
            self.assertEqual(entries[1]['subject'], 'CN=named')

    def test_entries_go_to_a_folder(self):
        self.chain_with_scts()
        for log in self.for_both():
            self.add_precert(log)
            folder = self.folder / 'made' / log.kind
            self.tattle('entries', log.name, '99', '--out', folder, status=2)
            self.assertFalse(folder.exists())
            self.assertIn('cannot make the folder list.json: Not a directory', self.tattle(
                'entries', log.name, '20', '--out', 'list.json/certificates', status=2))
            self.tattle('entries', log.name, '19-20', '--out', folder)
            self.assertEqual(pki.read(folder / '19.der'), b'certificate 19')
            self.assertEqual(pki.read(folder / '20.precert.der'), b'as submitted')

    def test_entries_are_all_those_asked_for(self):
        for log in self.for_both():
            for i in range(120):
                log.add(pki.x509_entry(b'many %d' % i))
            entries = self.tattle('entries', log.name, '3-139', json_output=True)
            self.assertEqual([one['leaf_index'] for one in entries], list(range(3, 140)))

    def test_entries_are_not_shown_where_the_tree_has_others(self):
        for log in self.for_both():
            honest = self.logs['rfc6962'].leaves[9]
            log.spoil = lambda path, body, leaf=honest: (
                body.replace(b64(leaf).encode(), b64(flip(leaf, 20)).encode())
                if 'get-entries' in path else
                body.replace(b'certificate 9', b'certificate X') if '/tile/data' in path else body)
            text = self.tattle('entries', log.name, '9-12', status=1)
            self.assertNotIn('x509', text)

    def test_entries_says_what_range_it_cannot_use(self):
        name = self.logs['rfc6962'].name
        for text in ('5-4', 'x', '1-', '1--2', '0x1', '99999999999999999999', '1-2-3', '1 -2'):
            self.assertIn('no range', self.tattle('entries', name, text, status=2))
        self.assertIn('beyond its end', self.tattle('entries', name, '20', status=2))

    # Roots.

    def test_roots_go_to_a_pem_file(self):
        for log in self.for_both():
            self.assertIn('CN=Test CA', self.tattle('roots', log.name, '--out', 'roots.pem'))
            self.assertEqual(pki.openssl('x509', '-in', str(self.folder / 'roots.pem'), '-outform',
                                         'DER'), self.ca.der)

    # The network.

    def test_a_log_that_is_gone_is_no_answer(self):
        for log in self.for_both():
            log.server.shutdown()
            log.server.socket.close()
            (failure,) = self.tattle('sth', log.name, status=2, json_output=True)
            self.assertEqual(failure['failure'], 'network')

    def test_a_person_sees_that_it_is_tried_again(self):
        log = self.logs['rfc6962']
        log.server.shutdown()
        log.server.socket.close()
        terminal, stderr = pty.openpty()
        with subprocess.Popen([TATTLE, 'log', 'sth', log.name, '--log-list', 'list.json',
                               '--allow-http'], cwd=self.folder, stderr=stderr,
                              stdout=subprocess.DEVNULL) as running:
            os.close(stderr)
            said = b''
            with contextlib.suppress(OSError):  # as Linux says that the other end has gone
                while part := os.read(terminal, 4096):
                    said += part
        os.close(terminal)
        self.assertEqual(running.returncode, 2)
        self.assertEqual(len(re.findall(rb'is tried again in \d+\.\d s\r\n', said)), 3, said)


if __name__ == '__main__':
    TATTLE = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=0)
