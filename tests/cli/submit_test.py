#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle submit` with logs on the loopback, good ones and others; what it writes is served and judged."""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest

import pki

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'testlog'))
from testlog import TestLog  # pylint: disable=wrong-import-position

NAMES = ('ash', 'birch', 'cedar', 'dogwood')
LOGS = [f'{name}:{"rfc6962" if i % 2 == 0 else "static-ct"}:{name.title()} Inc'
        for i, name in enumerate(NAMES)]
POLICIES = ('chrome', 'apple', 'mozilla', 'android', 'rfc6962', 'strict')
EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / 'examples/submit'


class SubmitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = tempfile.TemporaryDirectory()
        now = int(time.time())
        cls.ca = pki.Ca(cls.world.name, 'ca', now)
        cls.other_ca = pki.Ca(cls.world.name, 'other', now)
        cls.leaf = cls.make_chain('leaf')
        cls.logs = TestLog(os.path.join(cls.world.name, 'logs'), *LOGS,
                           options=['--roots', cls.ca.pem])
        cls.logs.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.logs.stop()
        cls.world.cleanup()

    @classmethod
    def make_chain(cls, name, **how):
        path = cls.ca.issue(name, **how)
        pki.write(path + '-chain.pem', pki.read(path + '.pem') + pki.read(cls.ca.pem))
        return path

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = os.path.join(folder.name, 'scts')
        for name in NAMES:
            self.logs.tell(name, 'honest')

    def submit(self, *args, chain=None, out=True, log_list=None):
        words = [chain or self.leaf + '-chain.pem', *(['--out', self.out] if out else [])]
        return pki.tattle('submit', *words, '--log-list', log_list or self.logs.path('log_list.json'),
                          '--ca-file', self.logs.path('ca.pem'), *args)

    def renew(self, *args, log_list=None):
        status, out, err = pki.tattle(
            'submit', '--renew', self.out, '--json', '--log-list',
            log_list or self.logs.path('log_list.json'), '--ca-file', self.logs.path('ca.pem'), *args)
        return status, json.loads(out) if out else None, err

    def submit_json(self, *args, **how):
        status, out, err = self.submit('--json', *args, **how)
        return status, json.loads(out), err

    def states(self, answer):
        return {log['log']: log['state'] for log in answer['logs']}

    def first_log(self):
        """The log that is asked first for the certificate."""
        _, answer, _ = self.submit_json('--dry-run')
        return next(name for name in NAMES if name in answer['logs'][0]['log'].lower())

    def check(self, target, *args, policy='strict'):
        status, out, err = pki.tattle('check', target, '--policy', policy, '--json', '--log-list',
                                      self.logs.path('log_list.json'), *args)
        return status, json.loads(out), err

    def test_each_policy_is_satisfied(self):
        for policy in POLICIES:
            with self.subTest(policy):
                shutil.rmtree(self.out, ignore_errors=True)
                status, answer, err = self.submit_json('--policy', policy)
                self.assertEqual((status, err), (0, ''))
                self.assertEqual(answer['did'], 'obtained')
                self.assertTrue(answer['compliant'])
                status, checked, _ = self.check(self.leaf + '-chain.pem', '--tls-scts',
                                                self.out + '/scts.sctlist', policy=policy)
                self.assertEqual(status, 0)
                self.assertEqual({sct['status'] for sct in checked['scts']}, {'valid'})

    def test_what_it_writes_is_what_servers_take(self):
        status, out, err = self.submit('--policy', 'strict')
        self.assertEqual((status, err), (0, ''), out)
        self.assertIn(f'nginx:   ct_scts {self.out};\n', out)
        self.assertIn('ssl_conf_command ServerInfoFile', out)
        files = {name: pki.read(os.path.join(self.out, name)) for name in os.listdir(self.out)}
        scts = {name: data for name, data in files.items() if name.endswith('.sct')}
        self.assertEqual(set(files) - set(scts),
                         {'scts.sctlist', 'leaf-chain.pem.sctl', 'serverinfo.pem', 'scts.json'})
        self.assertEqual(len(scts), 3)
        for name in files:
            mode = os.stat(os.path.join(self.out, name)).st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o644, name)
        for name, sct in scts.items():
            self.assertEqual(sct[1:33].hex() + '.sct', name)
        record = json.loads(files['scts.json'])
        in_order = [scts[sct['file']] for sct in record['scts']]
        self.assertEqual(files['scts.sctlist'], pki.sct_list(in_order))
        self.assertEqual(files['leaf-chain.pem.sctl'], files['scts.sctlist'])
        block = lambda text: ''.join(text.split('-----')[2].split())
        self.assertEqual(block(files['serverinfo.pem'].decode()),
                         block(pki.server_info(files['scts.sctlist'])))
        leaf = hashlib.sha256(pki.read(self.leaf + '.der')).digest()
        self.assertEqual(pki.base64.b64decode(record['certificate_sha256']), leaf)

    def test_served_scts_arrive_and_are_judged_compliant(self):
        self.assertEqual(self.submit('--policy', 'strict')[0], 0)
        for version in ('-tls1_2', '-tls1_3'):
            with pki.s_server(self.leaf, self.ca.pem, version, '-serverinfo',
                          self.out + '/serverinfo.pem') as address:
                status, answer, _ = self.check(address)
                self.assertEqual(status, 0, answer)
                self.assertEqual([sct['source'] for sct in answer['scts']], ['tls'] * 3)
                self.assertTrue(answer['policies']['strict']['compliant'])
        with pki.s_server(self.leaf, self.ca.pem) as address:
            self.assertEqual(self.check(address)[0], 1)  # it was no other SCT

    def test_a_log_that_fails_is_replaced(self):
        for lie in ('unavailable=3600', 'bad-sct-signature', 'not-json', 'truncated'):
            with self.subTest(lie):
                # Logs give the same SCT again for a certificate that they know.
                chain = self.make_chain('leaf' + lie.split('=', maxsplit=1)[0]) + '-chain.pem'
                self.out = os.path.join(self.folder, lie)
                _, plan, _ = self.submit_json('--dry-run', chain=chain)
                victim = plan['logs'][0]['log']
                self.logs.tell(next(n for n in NAMES if n in victim.lower()), lie)
                evidence = self.out + '-evidence'
                status, answer, _ = self.submit_json('--policy', 'strict', '--evidence-dir',
                                                     evidence, chain=chain)
                self.assertEqual(status, 0, answer)
                self.assertEqual(self.states(answer)[victim], 'failed')
                # Only what the log said in its own name is held against it.
                kinds = []
                for name in os.listdir(evidence) if os.path.isdir(evidence) else []:
                    with open(os.path.join(evidence, name), encoding='utf-8') as file:
                        kinds.append(json.load(file)['kind'])
                self.assertEqual(kinds, ['bad_signature'] if lie == 'bad-sct-signature' else [])
                self.assertEqual(list(self.states(answer).values()).count('obtained'), 3)
                for name in NAMES:
                    self.logs.tell(name, 'honest')

    def test_a_slow_log_is_not_waited_for(self):
        self.logs.tell(self.first_log(), 'slow=30000')
        begun = time.monotonic()
        status, answer, err = self.submit_json('--timeout', '30', '--progress')
        self.assertEqual(status, 0, answer)
        self.assertLess(time.monotonic() - begun, 25)
        self.assertEqual(answer['logs'][0]['state'], 'not_awaited')
        self.assertRegex(err, r'is slow, \d+\.\d s: one more log is asked')

    def test_too_few_logs_are_not_enough_and_it_says_what_is_missing(self):
        self.assertEqual(self.submit()[0], 0)
        before = pki.read(self.out + '/scts.json')
        for name in NAMES[1:]:
            self.logs.tell(name, 'unavailable=3600')
        status, out, _ = self.submit()
        self.assertEqual(status, 1)
        self.assertIn('needs an SCT in the TLS extension from one more log: 1 of 2', out)
        self.assertIn('nothing was written', out)
        self.assertEqual(pki.read(self.out + '/scts.json'), before)

    def test_a_log_that_refuses_the_root_gets_nothing(self):
        leaf = self.other_ca.issue('stranger')
        chain = pki.write(leaf + '-chain.pem', pki.read(leaf + '.pem') + pki.read(self.other_ca.pem))
        status, answer, _ = self.submit_json(chain=chain)
        self.assertEqual(status, 1)
        self.assertEqual(set(self.states(answer).values()), {'refuses_root'})
        self.assertFalse(os.path.exists(self.out))

    def test_it_names_the_option_for_the_ca(self):
        where = ('--log-list', self.logs.path('log_list.json'))
        for args in ((), ('--ca-file', '/nonexistent.pem')):
            status, _, err = pki.tattle('log', 'sth', 'ash', *where, *args)
            self.assertEqual(status, 2)
            self.assertRegex(err, r'; .*name .* with --ca-file\n$')

    def test_only_named_logs_are_asked(self):
        status, answer, _ = self.submit_json('--policy', 'rfc6962', '--logs', 'ash', 'cedar')
        self.assertEqual(status, 0)
        self.assertEqual(len(answer['logs']), 2)
        self.assertEqual(set(self.states(answer).values()), {'obtained'})
        status, out, err = self.submit('--logs', 'oak')
        self.assertEqual((status, out), (2, ''))
        self.assertIn('oak', err)

    def test_a_dry_run_asks_nobody(self):
        for name in NAMES:
            self.logs.tell(name, 'unavailable=3600')
        status, out, err = self.submit('--dry-run', out=False)
        self.assertEqual((status, err), (0, ''))
        self.assertEqual(len(re.findall(r' first\b', out)), 3)
        self.assertEqual(len(re.findall(r' in reserve\b', out)), 1)
        self.assertIn('would suffice for chrome', out)

    def test_a_precertificate_gets_scts_for_its_certificate(self):
        path = self.make_chain('precertificate', poison=True)
        status, answer, _ = self.submit_json('--policy', 'strict', chain=path + '-chain.pem')
        self.assertEqual(status, 0, answer)
        names = os.listdir(self.out)
        self.assertEqual({n for n in names if not n.endswith('.sct')}, {'scts.sctlist', 'scts.json'})

    def test_mistakes_are_said_and_nothing_is_written(self):
        lone = self.leaf + '.pem'
        cases = [((), {'chain': '/nonexistent.pem'}, 'nonexistent.pem'),
                 ((), {'chain': lone}, 'without its issuer'),
                 ((), {'out': False}, '--out DIR is missing'),
                 (('--policy', 'lax'), {}, 'no policy has the name lax'),
                 (('--renew', self.out), {}, '--renew reads')]
        for args, how, want in cases:
            status, out, err = self.submit(*args, **how)
            self.assertEqual((status, out), (2, ''), want)
            self.assertIn(want, err)
            self.assertFalse(os.path.exists(self.out))
        pki.write(self.out, 'a file')  # where the folder should be
        status, _, err = self.submit()
        self.assertEqual(status, 2)
        self.assertIn(self.out, err)

    def test_no_log_is_asked_for_what_could_not_be_written(self):
        pki.write(self.folder + '/file', 'a file')
        long = '/new/' + 'x' * 300
        # Where the folder should be, what is named, and why.
        cases = [('/file/scts', '/file', 'Not a directory'), ('/file', '/file', 'Not a directory'),
                 (long, long, 'File name too long')]
        cases = [(self.folder + out, self.folder + named, why) for out, named, why in cases]
        cases += [('/proc/scts', '/proc/scts', 'No such file or directory'),
                  ('/proc', 'into the folder /proc', 'No such file or directory')]
        if os.geteuid() != 0:
            os.mkdir(self.folder + '/closed', 0)
            closed = self.folder + '/closed/scts'
            cases.append((closed, closed, 'Permission denied'))
        for self.out, named, why in cases:
            with self.subTest(self.out):
                status, out, err = self.submit()
                self.assertEqual((status, out), (2, ''))
                self.assertRegex(err, '^tattle: cannot ')
                self.assertIn(f'{named}: {why}; no log was asked', err)
                _, answer, _ = self.submit_json()
                self.assertEqual(set(self.states(answer).values()), {'unasked'})
                self.assertEqual(answer['error'], err.removeprefix('tattle: ').rstrip())
        self.assertFalse(os.path.exists(self.folder + '/new'))

    def test_a_folder_that_was_made_for_nothing_goes_again(self):
        for name in NAMES:
            self.logs.tell(name, 'unavailable=3600')
        top = self.folder + '/made'
        self.out = top + '/of/several'
        self.assertEqual(self.submit()[0], 1)
        self.assertFalse(os.path.exists(top))
        for name in NAMES:
            self.logs.tell(name, 'honest')
        self.assertEqual(self.submit()[0], 0)
        self.assertTrue(os.path.exists(self.out + '/scts.json'))

    def test_a_folder_is_for_one_certificate(self):
        self.assertEqual(self.submit()[0], 0)
        other = self.make_chain('ecdsa')
        status, answer, _ = self.submit_json(chain=other + '-chain.pem')
        self.assertEqual(status, 2)
        self.assertIn('name another folder', answer['error'])
        self.assertEqual(set(self.states(answer).values()), {'unasked'})

    def test_logs_that_take_no_such_certificate_are_named_on_demand(self):
        retired = self.retire(*self.ids()[:2])
        status, out, _ = self.submit('--dry-run', log_list=retired)
        self.assertNotIn('is retired', out)
        self.assertIn('not asked: 2 other logs that take no such certificate', out)
        self.assertEqual(self.submit('--dry-run', '--verbose', log_list=retired)[0], status)
        out = self.submit('--dry-run', '--verbose', log_list=retired)[1]
        self.assertEqual(len(re.findall(r' not asked +is retired', out)), 2)
        self.assertNotIn('--verbose', out)
        # Those that were asked for by name are few, and JSON has all.
        self.assertIn('is retired', self.submit('--dry-run', '--logs', *NAMES, log_list=retired)[1])
        _, answer, _ = self.submit_json('--dry-run', log_list=retired)
        self.assertEqual(list(self.states(answer).values()).count('unfit'), 2)

    def test_renew_does_nothing_while_all_is_well(self):
        self.assertEqual(self.submit()[0], 0)
        before = os.stat(self.out + '/scts.json').st_mtime_ns
        for name in NAMES:
            self.logs.tell(name, 'unavailable=3600')
        status, answer, _ = self.renew()
        self.assertEqual((status, answer['did']), (0, 'nothing_to_do'))
        status, out, _ = pki.tattle('submit', '--renew', self.out, '--log-list',
                                    self.logs.path('log_list.json'))
        self.assertEqual((status, len(out.splitlines())), (0, 2))
        self.assertIn(f'nothing to do: the SCTs in {self.out} satisfy chrome: ', out)
        names = [sct['log'] for sct in json.loads(pki.read(self.out + '/scts.json'))['scts']]
        self.assertTrue(all(name in out for name in names), (names, out))
        self.assertEqual(os.stat(self.out + '/scts.json').st_mtime_ns, before)

    def test_renew_follows_the_certificate(self):
        path = self.make_chain('renewed')
        self.assertEqual(self.submit(chain=path + '-chain.pem')[0], 0)
        self.make_chain('renewed', serial='2002')
        status, answer, _ = self.renew()
        self.assertEqual((status, answer['did']), (0, 'obtained'), answer)
        self.assertEqual(answer['cause'], 'the certificate has changed')
        status, _, _ = self.check(path + '-chain.pem', '--tls-scts', self.out + '/scts.sctlist')
        self.assertEqual(status, 0)

    def test_renew_mends_what_is_missing(self):
        self.assertEqual(self.submit()[0], 0)
        os.remove(self.out + '/serverinfo.pem')
        status, answer, _ = self.renew()
        self.assertEqual((status, answer['did']), (0, 'obtained'), answer)
        self.assertTrue(os.path.exists(self.out + '/serverinfo.pem'))

    def ids(self):
        text = json.loads(pki.read(self.logs.path('log_list.json')))
        return [log['log_id'] for operator in text['operators']
                for log in operator.get('logs', []) + operator.get('tiled_logs', [])]

    def retire(self, *ids):
        """A log list in which these logs are retired."""
        text = json.loads(pki.read(self.logs.path('log_list.json')))
        for operator in text['operators']:
            for log in operator.get('logs', []) + operator.get('tiled_logs', []):
                if log['log_id'] in ids:
                    log['state'] = {'retired': {'timestamp': '2026-01-01T00:00:00Z'}}
        return pki.write(os.path.join(self.folder, 'retired.json'), json.dumps(text))

    def test_renew_replaces_the_scts_of_retired_logs(self):
        self.assertEqual(self.submit()[0], 0)
        record = json.loads(pki.read(self.out + '/scts.json'))
        retired = [sct['log_id'] for sct in record['scts'][:2]]
        status, answer, _ = self.renew(log_list=self.retire(*retired))
        self.assertEqual((status, answer['did']), (0, 'obtained'), answer)
        self.assertIn('no longer satisfy chrome', answer['cause'])
        record = json.loads(pki.read(self.out + '/scts.json'))
        self.assertFalse({sct['log_id'] for sct in record['scts']} & set(retired))
        self.assertEqual({n for n in os.listdir(self.out) if n.endswith('.sct')},
                         {sct['file'] for sct in record['scts']})

    def test_renew_says_when_there_is_nothing_to_replace_them(self):
        self.assertEqual(self.submit()[0], 0)
        before = pki.read(self.out + '/scts.sctlist')
        status, answer, _ = self.renew(log_list=self.retire(*self.ids()[:3]))
        self.assertEqual((status, answer['did']), (1, 'not_enough'), answer)
        self.assertEqual(pki.read(self.out + '/scts.sctlist'), before)

    def test_renew_cannot_tell_without_a_record(self):
        os.mkdir(self.out)
        status, answer, _ = self.renew()
        self.assertEqual(status, 2)
        self.assertIn('tattle submit CHAIN --out', answer['error'])
        pki.write(self.out + '/scts.json', '{"tattle_scts": 2}')
        status, answer, _ = self.renew()
        self.assertEqual(status, 2)
        self.assertIn('unsupported version', answer['error'])

    # examples/submit

    def run_shell(self, *command, **env):
        """Runs a command with a systemctl that only writes down what it is told."""
        bin_dir = os.path.join(self.folder, 'bin')
        os.makedirs(bin_dir, exist_ok=True)
        said = os.path.join(self.folder, 'systemctl.txt')
        script = pki.write(os.path.join(bin_dir, 'systemctl'), f'#!/bin/sh\necho "$@" >> {said}\n')
        os.chmod(script, 0o755)
        wrapper = pki.write(os.path.join(bin_dir, 'tattle'), f'''#!/bin/sh
exec "$TATTLE_EXE" "$@" --log-list {self.logs.path('log_list.json')} \
    --ca-file {self.logs.path('ca.pem')}
''')
        os.chmod(wrapper, 0o755)
        done = subprocess.run(['sh', *command], capture_output=True, text=True, timeout=60,
                              check=False, env={
                                  **os.environ, **env, 'SCTS': os.path.join(self.folder, 'all'),
                                  'PATH': bin_dir + ':' + os.environ['PATH']})
        told = pki.read(said).decode() if os.path.exists(said) else ''
        return done, told

    def run_hook(self, **env):
        return self.run_shell(str(EXAMPLES / 'certbot-deploy-hook'), **env)

    def test_the_certbot_hook_fills_and_refills_a_folder(self):
        lineage = os.path.join(self.folder, 'live/example.org')
        os.makedirs(lineage)
        shutil.copy(self.leaf + '-chain.pem', lineage + '/fullchain.pem')
        folder = os.path.join(self.folder, 'all/example.org')
        for serial in ('3003', '3004'):
            done, told = self.run_hook(RENEWED_LINEAGE=lineage)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn('reload nginx', told)
            self.assertEqual(self.check(lineage + '/fullchain.pem', '--tls-scts',
                                        folder + '/scts.sctlist')[0], 0)
            path = self.make_chain('hooked', serial=serial)
            shutil.copy(path + '-chain.pem', lineage + '/fullchain.pem')

    def test_a_hook_that_cannot_get_enough_leaves_the_server_alone(self):
        lineage = os.path.join(self.folder, 'live/example.org')
        os.makedirs(lineage)
        shutil.copy(self.leaf + '-chain.pem', lineage + '/fullchain.pem')
        for name in NAMES[1:]:
            self.logs.tell(name, 'unavailable=3600')
        done, told = self.run_hook(RENEWED_LINEAGE=lineage)
        self.assertEqual((done.returncode, told), (1, ''), done.stderr)

    def test_commands_of_the_guide_and_the_units_do_what_they_say(self):
        lines = (EXAMPLES / 'README.md').read_text() + (
            EXAMPLES / 'tattle-submit.service').read_text().replace('/usr/bin/tattle', 'tattle')
        commands = re.findall(r"tattle submit (?:/etc|--renew|\"\$)[^`'\n|]*", lines)
        self.assertEqual(len(commands), 6)
        os.mkdir(os.path.join(self.folder, 'all'))
        for command in commands:
            command = command.replace('/etc/tattle/scts', os.path.join(self.folder, 'all')).replace(
                '/etc/letsencrypt/live/example.org/fullchain.pem', self.leaf + '-chain.pem')
            done, told = self.run_shell('-c', command, 'hook', 'example.org', 'key', 'certificate',
                                        self.leaf + '-chain.pem')
            self.assertEqual(done.returncode, 0, (command, done.stderr))
            self.assertEqual('reload nginx' in told, 'systemctl' in command)
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(self.folder, 'systemctl.txt'))
        self.assertEqual(self.check(self.leaf + '-chain.pem', '--tls-scts', os.path.join(
            self.folder, 'all/example.org/scts.sctlist'))[0], 0)

    def test_the_unit_rests_while_there_is_no_folder(self):
        if not shutil.which('systemd-analyze'):
            self.skipTest('systemd-analyze is not installed')
        text = (EXAMPLES / 'tattle-submit.service').read_text()
        condition = re.search('^Condition.*$', text, re.MULTILINE)[0].replace('/etc/tattle/scts',
                                                                          self.folder + '/all')
        def holds():
            return subprocess.run(['systemd-analyze', 'condition', condition], capture_output=True,
                                  timeout=60, check=False).returncode == 0
        self.assertFalse(holds())
        os.mkdir(os.path.join(self.folder, 'all'))
        self.assertFalse(holds())
        os.mkdir(os.path.join(self.folder, 'all/example.org'))
        self.assertTrue(holds())
        # Without the folder the unit's namespace could not be made.
        self.assertRegex(text, '(?m)^ReadWritePaths=-/etc/tattle/scts$')

    def test_systemd_takes_the_units(self):
        if not shutil.which('systemd-analyze'):
            self.skipTest('systemd-analyze is not installed')
        folder = os.path.join(self.folder, 'units')
        os.mkdir(folder)
        for unit in EXAMPLES.glob('tattle-submit*'):
            text = unit.read_text().replace('/usr/bin/tattle', os.environ['TATTLE_EXE'])
            pki.write(os.path.join(folder, unit.name), text)
        units = sorted(os.path.join(folder, name) for name in os.listdir(folder))
        self.assertTrue(units)
        done = subprocess.run(['systemd-analyze', 'verify', '--man=no', *units],
                              capture_output=True, text=True, timeout=60, check=False)
        complaints = [line for line in done.stderr.splitlines() if 'tattle-submit' in line]
        self.assertEqual(complaints, [])


if __name__ == '__main__':
    unittest.main(verbosity=2)
