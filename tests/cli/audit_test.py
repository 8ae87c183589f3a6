#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle audit` with logs on the loopback: honest ones, and such as break what they promised."""

import base64
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import pki

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'testlog'))
from testlog import TestLog  # pylint: disable=wrong-import-position

BY_HASH = ('ash', 'birch')
STATIC = ('cedar', 'dogwood')
LOGS = [f'{name}:rfc6962:{name.title()} Inc' for name in BY_HASH] + [
    f'{name}:static-ct:{name.title()} Inc' for name in STATIC]


class AuditTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = tempfile.TemporaryDirectory()
        cls.ca = pki.Ca(cls.world.name, 'ca', int(time.time()))
        cls.serial = 1000

    @classmethod
    def tearDownClass(cls):
        cls.world.cleanup()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        AuditTest.serial += 1
        self.leaf = self.ca.issue('leaf', serial=str(self.serial))
        self.chain = pki.write(self.leaf + '-chain.pem',
                               pki.read(self.leaf + '.pem') + pki.read(self.ca.pem))

    def logs(self, *options):
        return TestLog(os.path.join(self.folder, 'logs'), *LOGS,
                       options=['--roots', self.ca.pem, '--head-interval', '1000', *options])

    def obtain(self, logs, names):
        """SCTs of these logs for the certificate, as a file with the list."""
        scts = []
        for name in names:
            answer = logs.add_chain(name, [pki.read(self.leaf + '.der'), self.ca.der])
            decoded = {key: base64.b64decode(answer[key])
                       for key in ('id', 'extensions', 'signature')}
            scts.append(bytes([answer['sct_version']]) + decoded['id'] +
                        answer['timestamp'].to_bytes(8, 'big') +
                        pki.vector16(decoded['extensions']) + decoded['signature'])
        return pki.write(os.path.join(self.folder, 'scts'), pki.sct_list(scts))

    def audit(self, logs, *args, scts=None, log_list=None):
        words = [self.chain, *(['--tls-scts', scts] if scts else [])]
        return pki.tattle('audit', *words, '--log-list', log_list or logs.path('log_list.json'),
                          '--ca-file', logs.path('ca.pem'), *args)

    def audit_json(self, logs, *args, **how):
        status, out, err = self.audit(logs, '--json', *args, **how)
        self.assertTrue(out, err)
        return status, json.loads(out)

    def until(self, logs, want, *args, **how):
        """Audits until the SCTs are in this state: heads come once a second."""
        deadline = time.monotonic() + 30
        while True:
            status, answer = self.audit_json(logs, *args, **how)
            if [sct['inclusion'] for sct in answer['scts']] == want:
                return status, answer
            self.assertLess(time.monotonic(), deadline, answer)
            time.sleep(0.2)

    def test_all_is_proven_where_logs_are_honest(self):
        with self.logs() as logs:
            scts = self.obtain(logs, BY_HASH + STATIC)
            status, answer = self.until(logs, ['included'] * 4, '--ask-rfc6962', scts=scts)
            self.assertEqual(status, 0)
            self.assertEqual(answer['conclusion'],
                             'all 4 valid SCTs are proven to be in the logs')
            for sct in answer['scts']:
                self.assertEqual((sct['leaf_index'], sct['tree_size']), (0, 1))
            status, out, err = self.audit(logs, '--ask-rfc6962', '--progress', scts=scts)
            self.assertEqual(status, 0)
            self.assertEqual(len(re.findall(r'at index 0 of a tree of 1', out)), 4)
            self.assertEqual(len(err.splitlines()), 4)
            self.assertIn('chrome: compliant', out)

    def test_an_rfc6962_log_is_not_told_unless_asked_for(self):
        with self.logs() as logs:
            scts = self.obtain(logs, ('ash', 'cedar'))
            # Whoever asks it would get a lie; so it was not asked.
            logs.tell('ash', 'bad-head-signature')
            status, answer = self.until(logs, ['not_asked', 'included'], scts=scts)
            self.assertEqual(status, 2)
            self.assertIn('--ask-rfc6962', answer['conclusion'])
            status, answer = self.audit_json(logs, '--ask-rfc6962', scts=scts)
            self.assertEqual(status, 2)
            self.assertEqual(answer['scts'][0]['inclusion'], 'wrong_answer')

    def test_a_log_may_take_its_merge_delay(self):
        with self.logs('--merge-delay', '3600000') as logs:
            scts = self.obtain(logs, BY_HASH)
            status, answer = self.audit_json(logs, '--ask-rfc6962', scts=scts)
            self.assertEqual(status, 2)
            self.assertEqual({sct['inclusion'] for sct in answer['scts']}, {'not_merged_yet'})
            self.assertIn('has time until', answer['scts'][0]['reason'])

    def test_a_promise_that_was_broken_is_shown(self):
        evidence = os.path.join(self.folder, 'evidence')
        with self.logs('--mmd', '1') as logs:
            for name in BY_HASH + STATIC:
                logs.tell(name, 'unmerged')
            scts = self.obtain(logs, ('ash', 'cedar'))
            status, answer = self.until(logs, ['no_proof', 'not_included'], '--ask-rfc6962',
                                        '--evidence-dir', evidence, scts=scts)
            self.assertEqual(status, 1)
            self.assertEqual([sct['weight'] for sct in answer['scts']],
                             ['indicative', 'conclusive'])
            self.assertIn('1 of 2 valid SCTs not kept by the log', answer['conclusion'])
            files = [sct['evidence'] for sct in answer['scts']]
            self.assertEqual(sorted(os.path.join(evidence, name) for name in os.listdir(evidence)),
                             sorted(files))
            conclusive = [pki.tattle('evidence', 'verify', file, '--log-list',
                                     logs.path('log_list.json'))[0] for file in files]
            # That no proof was given cannot be shown; that an index is beyond the tree can.
            self.assertEqual(conclusive, [1, 0])
            self.assertNotIn('--evidence-dir', answer['conclusion'])
            status, out, _ = self.audit(logs, '--ask-rfc6962', scts=scts)
            self.assertEqual((status, out.count('NOT INCLUDED'), out.count('no proof  ')),
                             (1, 1, 1))
            self.assertRegex(out, '(?m)^conclusion: .*; --evidence-dir DIR keeps what shows it')

    def test_a_front_end_that_lags_is_no_misbehaviour(self):
        with self.logs('--mmd', '1') as logs:
            scts = self.obtain(logs, ('ash', 'cedar'))
            self.until(logs, ['included'] * 2, '--ask-rfc6962', scts=scts)
            logs.tell('ash', 'no-inclusion')
            status, answer = self.until(logs, ['no_proof', 'included'], '--ask-rfc6962', scts=scts)
            self.assertEqual(status, 2)
            self.assertRegex(answer['conclusion'], '^1 of 2 valid SCTs got no proof,.*ask again later')
            self.assertNotIn('report it', answer['conclusion'])

    def test_a_proof_that_does_not_fold_is_kept(self):
        evidence = os.path.join(self.folder, 'evidence')
        with self.logs() as logs:
            scts = self.obtain(logs, ('ash', 'cedar'))
            self.until(logs, ['included'] * 2, '--ask-rfc6962', scts=scts)
            other = self.ca.issue('other', serial='78')
            logs.add_chain('ash', [pki.read(other + '.der'), self.ca.der])
            logs.wait_for_size('ash', 2)
            logs.tell('ash', 'bad-proof')
            status, answer = self.audit_json(logs, '--ask-rfc6962', scts=scts)
            self.assertEqual((status, answer['scts'][0]['inclusion']), (2, 'wrong_answer'))
            self.assertIn('ask again later', answer['conclusion'])
            self.assertIn('--evidence-dir DIR', answer['conclusion'])
            status, answer = self.audit_json(logs, '--ask-rfc6962', '--evidence-dir', evidence,
                                             scts=scts)
            self.assertNotIn('--evidence-dir', answer['conclusion'])
            status, out, _ = pki.tattle('evidence', 'verify', answer['scts'][0]['evidence'], '--json',
                                        '--log-list', logs.path('log_list.json'))
            found = json.loads(out)
            self.assertEqual((status, found['kind'], found['weight']),
                             (1, 'wrong_tile', 'indicative'))
            self.assertIn('the proof does not lead to that root', found['why'])

    def test_another_leaf_at_the_promised_index_is_shown(self):
        evidence = os.path.join(self.folder, 'evidence')
        with self.logs() as logs:
            other = self.ca.issue('other', serial='77')
            logs.add_chain('cedar', [pki.read(other + '.der'), self.ca.der])
            logs.tell('cedar', 'twin-index')
            scts = self.obtain(logs, ('cedar', 'dogwood'))
            status, answer = self.until(logs, ['wrong_leaf', 'included'],
                                        '--evidence-dir', evidence, scts=scts)
            self.assertEqual(status, 1)
            file = answer['scts'][0]['evidence']
            self.assertEqual(pki.tattle('evidence', 'verify', file, '--log-list',
                                        logs.path('log_list.json'))[0], 0)

    def test_an_sct_without_the_index_that_it_must_have_is_shown(self):
        evidence = os.path.join(self.folder, 'evidence')
        with self.logs() as logs:
            logs.tell('cedar', 'no-index')
            scts = self.obtain(logs, ('cedar', 'dogwood'))
            status, answer = self.until(logs, ['missing_index', 'included'],
                                        '--evidence-dir', evidence, scts=scts)
            self.assertEqual(status, 2)
            status, out, _ = pki.tattle('evidence', 'verify', answer['scts'][0]['evidence'], '--json',
                                        '--log-list', logs.path('log_list.json'))
            found = json.loads(out)
            self.assertEqual((status, found['kind'], found['weight']),
                             (1, 'missing_index', 'indicative'))

    def test_the_network_is_no_misbehaviour(self):
        with self.logs() as logs:
            scts = self.obtain(logs, STATIC)
            self.until(logs, ['included'] * 2, scts=scts)
            logs.tell('cedar', 'unavailable=3600')
            status, answer = self.audit_json(logs, scts=scts)
            self.assertEqual(status, 2)
            self.assertEqual([sct['inclusion'] for sct in answer['scts']],
                             ['cannot_be_asked', 'included'])
            text = json.loads(pki.read(logs.path('log_list.json')))
            for operator in text['operators']:
                for log in operator.get('tiled_logs', []):
                    if 'cedar' in log['description'].lower():
                        log['state'] = {'retired': {'timestamp': '2026-01-01T00:00:00Z'}}
            log_list = pki.write(os.path.join(self.folder, 'retired.json'), json.dumps(text))
            status, answer = self.audit_json(logs, scts=scts, log_list=log_list)
            self.assertEqual(answer['scts'][0]['inclusion'], 'gone')
            self.assertEqual(status, 1)  # one SCT does not satisfy the policy

    def test_a_certificate_without_enough_scts_is_not_compliant(self):
        with self.logs() as logs:
            scts = self.obtain(logs, ('cedar',))
            status, answer = self.until(logs, ['included'], scts=scts)
            self.assertEqual(status, 1)
            self.assertFalse(answer['policies']['chrome']['compliant'])
            # As `tattle check --json` has it.
            reason = answer['policies']['chrome']['reasons'][0]
            self.assertEqual((set(reason), reason['code']), ({'code', 'text'}, 'too_few_logs'))
            self.assertIn('do not satisfy the policy', answer['conclusion'])
            status, answer = self.audit_json(logs)
            self.assertEqual((status, answer['scts']), (1, []))

    def test_what_only_a_stale_list_lets_pass_is_not_proven(self):
        with self.logs() as logs:
            scts = self.obtain(logs, ('ash',) + STATIC)
            self.until(logs, ['included'] * 3, '--ask-rfc6962', scts=scts)
            for known, said in (((), '^there is no valid SCT .*; nobody was asked about 3 SCTs '),
                                (('cedar',), '^the one valid SCT .*; nobody was asked about 2 SCTs '),
                                (STATIC, '^all 2 valid SCTs .*; nobody was asked about 1 SCT ')):
                text = json.loads(pki.read(logs.path('log_list.json')))
                text['log_list_timestamp'] = '2020-01-01T00:00:00Z'
                for operator in text['operators']:
                    for kind in ('logs', 'tiled_logs'):
                        operator[kind] = [log for log in operator.get(kind, [])
                                          if log['description'].lower().startswith(
                                              ('birch', *known))]
                log_list = pki.write(os.path.join(self.folder, 'stale.json'), json.dumps(text))
                status, answer = self.audit_json(logs, '--ask-rfc6962', scts=scts,
                                                 log_list=log_list)
                self.assertEqual(status, 2, answer)
                self.assertRegex(answer['conclusion'], said)

    def test_a_server_is_audited(self):
        with self.logs() as logs:
            scts = self.obtain(logs, STATIC)
            self.until(logs, ['included'] * 2, scts=scts)
            info = pki.write(os.path.join(self.folder, 'info.pem'),
                             pki.server_info(pki.read(scts)))
            server = subprocess.Popen(
                ['openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', self.leaf + '.pem',
                 '-key', self.leaf + '.key', '-cert_chain', self.ca.pem, '-serverinfo', info,
                 '-www'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            try:
                while not (found := re.search(rb'ACCEPT 127\.0\.0\.1:(\d+)\n',
                                              server.stdout.readline())):
                    self.assertIsNone(server.poll())
                self.chain = 'localhost:' + found[1].decode()
                status, answer = self.audit_json(logs)
                self.assertEqual(status, 0, answer)
                self.assertEqual(answer['target'], self.chain)
            finally:
                server.terminate()
                server.wait()
                server.stdout.close()

    def test_mistakes_are_said(self):
        status, out, err = pki.tattle('audit', '/nonexistent.pem', '--json')
        self.assertEqual(status, 2)
        self.assertIn('nonexistent', json.loads(out)['target'])
        self.assertTrue(json.loads(out)['error'])
        for args in (('x.test', '--policy', 'lax'), ('x.test', '--starttls', 'nntp'),
                     ('a.pem', 'b.pem', '--tls-scts', 'c')):
            status, out, err = pki.tattle('audit', *args)
            self.assertEqual((status, out), (2, ''), args)
            self.assertTrue(err.startswith('tattle: audit: '), err)


if __name__ == '__main__':
    unittest.main(verbosity=2)
