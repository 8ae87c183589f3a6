#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""`tattle check FILE`: good files, and every kind of bad one."""

import hashlib
import json
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

import pki

FOLDER = tempfile.TemporaryDirectory()
WORLD = pki.World(FOLDER.name)
AT = ['--time', str(pki.NOW)]


def check(*args, **kwargs):
    return pki.tattle('check', '--log-list', WORLD.log_list, *AT, *args, **kwargs)


def check_json(*args):
    status, out, err = check('--json', *args)
    return status, [json.loads(line) for line in out.splitlines()], err


class GoodFilesTest(unittest.TestCase):
    def test_embedded_scts_comply(self):
        status, out, err = check(WORLD.embedded + '-chain.pem')
        self.assertEqual((status, err), (0, ''))
        self.assertIn('alpha', out)
        self.assertIn('Beta Ltd', out)
        self.assertIn('chrome   compliant', out)
        self.assertNotIn('\x1b', out)

    def test_json_has_the_promised_names(self):
        status, [line], err = check_json(WORLD.embedded + '-chain.pem')
        self.assertEqual((status, err), (0, ''))
        self.assertLessEqual({'target', 'scts', 'policies', 'list', 'error'}, line.keys())
        self.assertIsNone(line['error'])
        self.assertEqual(line['list'], {'timestamp': '2026-09-20T00:00:00Z', 'stale': False})
        self.assertTrue(line['policies']['chrome']['compliant'])
        self.assertEqual(line['policies']['chrome']['reasons'][0].keys(), {'code', 'text'})
        sct = line['scts'][0]
        self.assertLessEqual({'source', 'status', 'log_state', 'log_state_since', 'log_id', 'log',
                              'operator', 'timestamp_ms', 'reason'}, sct.keys())
        self.assertEqual((sct['source'], sct['status'], sct['log_state'], sct['operator']),
                         ('embedded', 'valid', 'usable', 'Alpha Inc'))
        self.assertEqual(sct['timestamp_ms'], WORLD.stamp_ms)

    def test_tls_and_ocsp_scts_come_from_files(self):
        chain = WORLD.plain + '-chain.pem'
        self.assertEqual(check(chain)[0], 1)
        for option, path, source in (('--tls-scts', WORLD.tls_scts, 'tls'),
                                     ('--ocsp', WORLD.ocsp, 'ocsp')):
            with self.subTest(source):
                status, [line], _ = check_json(chain, option, path, '--policy', 'rfc6962')
                self.assertEqual([(s['source'], s['status']) for s in line['scts']],
                                 [(source, 'valid')] * 2)
                self.assertEqual(status, 0)

    def test_tls_scts_need_no_issuer(self):
        self.assertEqual(check(WORLD.plain + '.pem', '--tls-scts', WORLD.tls_scts)[0], 0)

    def test_der_works_as_pem_does(self):
        chain = pki.write(WORLD.path('chain.der'), pki.read(WORLD.embedded + '.der') + WORLD.ca.der)
        self.assertEqual(check(chain)[0], 0)

    def test_keys_and_text_in_the_file_are_passed_over(self):
        chain = pki.write(WORLD.path('bundle.pem'), b'a comment\n' + pki.read(WORLD.ca.key) +
                          pki.read(WORLD.embedded + '-chain.pem') + b'the end\n')
        self.assertEqual(check(chain)[0], 0)

    def test_a_pipe_is_a_file(self):
        done = subprocess.run(
            ['bash', '-c', 'cat "$1" | "$0" check /dev/stdin --log-list "$2" --time "$3"',
             os.environ['TATTLE_EXE'], WORLD.embedded + '-chain.pem', WORLD.log_list, str(pki.NOW)],
            capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_chain_is_validated_beside(self):
        chain = WORLD.embedded + '-chain.pem'
        _, [line], _ = check_json(chain)
        self.assertFalse(line['chain']['verified'])
        _, [line], _ = check_json(chain, '--cafile', WORLD.ca.pem)
        self.assertEqual(line['chain'], {'verified': True, 'error': None})
        _, [line], _ = check_json(chain, '--cafile', WORLD.ca.pem, '--time', '2026-12-01T00:00:00Z')
        self.assertIn('expired', line['chain']['error'])

    def test_all_policies_decide_together(self):
        status, [line], _ = check_json(WORLD.embedded + '-chain.pem', '--policy', 'all')
        self.assertEqual(list(line['policies']),
                         ['chrome', 'apple', 'mozilla', 'android', 'rfc6962', 'strict'])
        self.assertEqual(status, 0)
        self.assertEqual(check(WORLD.plain + '-chain.pem', '--policy', 'all')[0], 1)

    def test_several_targets_keep_their_order_and_the_highest_status(self):
        targets = [WORLD.plain + '-chain.pem', WORLD.path('none.pem'),
                   WORLD.embedded + '-chain.pem'] * 12
        status, lines, _ = check_json(*targets)
        self.assertEqual(status, 2)
        self.assertEqual([line['target'] for line in lines], targets)
        self.assertEqual(check(targets[0], targets[2])[0], 1)

    def test_quiet_prints_nothing_but_errors(self):
        self.assertEqual(check('--quiet', WORLD.plain + '-chain.pem'), (1, '', ''))
        status, out, err = check('--quiet', '--json', WORLD.path('none.pem'))
        self.assertEqual((status, out), (2, ''))
        self.assertIn('no such file', err)

    def test_verbose_says_more(self):
        _, out, _ = check('-v', WORLD.embedded + '-chain.pem')
        self.assertIn('log_id', out)
        self.assertIn('certificate 2', out)

    def test_the_hash_of_the_key_is_as_exempt_spki_takes_it(self):
        key = subprocess.run(['openssl', 'x509', '-in', WORLD.embedded + '.pem', '-noout', '-pubkey'],
                             capture_output=True, check=True, timeout=60).stdout
        spki = subprocess.run(['openssl', 'pkey', '-pubin', '-outform', 'DER'], input=key, capture_output=True,
                              check=True, timeout=60).stdout
        want = hashlib.sha256(spki).hexdigest()
        chain = WORLD.embedded + '-chain.pem'
        self.assertRegex(check('-v', chain)[1], f'(?m)^  certificate 1: .*\n    spki sha256: {want}\n  certificate 2: ')
        self.assertNotIn('spki', check(chain)[1])
        self.assertEqual(check_json(chain)[1][0]['spki_sha256'], want)
        self.assertIsNone(check_json(WORLD.path('none.pem'))[1][0]['spki_sha256'])

    def test_a_stale_list_is_a_loud_warning_once(self):
        stale = WORLD.path('stale.json')
        WORLD.write_log_list(stale, '2026-01-01T00:00:00Z')
        chain = WORLD.embedded + '-chain.pem'
        for quiet in ([], ['--quiet'], ['--json']):
            status, out, err = check(chain, chain, '--log-list', stale, *quiet)
            self.assertEqual((status, err.count('warning')), (0, 1))
            self.assertIn('tattle loglist update', err)
        self.assertTrue(json.loads(out.splitlines()[0])['list']['stale'])

    def test_what_a_stale_list_lets_count_unchecked_is_no_yes(self):
        stale = WORLD.path('stale-and-short.json')
        WORLD.write_log_list(stale, '2026-01-01T00:00:00Z')
        logs = json.loads(pathlib.Path(stale).read_text(encoding='utf-8'))
        logs['operators'][0].update(logs=[], tiled_logs=[])
        pathlib.Path(stale).write_text(json.dumps(logs), encoding='utf-8')
        status, out, err = check(WORLD.embedded + '-chain.pem', '--log-list', stale)
        self.assertEqual((status, 'unchecked' in out), (2, True), out + err)


class TerminalTest(unittest.TestCase):
    def on_terminal(self, *args, env):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [os.environ['TATTLE_EXE'], 'check', '--log-list', WORLD.log_list, *AT, *args],
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
            env={**os.environ, 'TERM': 'xterm', **env})
        os.close(theirs)
        out = b''
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:
                break
            if not chunk:
                break
            out += chunk
        os.close(ours)
        process.wait(timeout=60)
        return out.decode()

    def test_colour_and_progress_are_for_terminals(self):
        chain = WORLD.embedded + '-chain.pem'
        out = self.on_terminal(chain, chain, env={'NO_COLOR': ''})
        self.assertIn('\x1b[32mcompliant', out)
        self.assertIn('0 of 2 checked', out)
        out = self.on_terminal(chain, env={'NO_COLOR': '1'})
        self.assertNotIn('\x1b', out)
        self.assertNotIn('checked', out.replace('not checked', ''))

    def test_text_of_certificates_cannot_steer_the_terminal(self):
        evil = WORLD.ca.issue('evil', subject='/CN=a\x1b[31m\u202eb\u009b0m', serial='1002')
        chain = pki.write(evil + '-chain.pem', pki.read(evil + '.pem') + pki.read(WORLD.ca.pem))
        _, out, err = check(chain, '-v')
        for harmful in '\x1b\u202e\u009b':
            self.assertNotIn(harmful, out + err)
        _, _, err = check('no\x1b[31m/such')
        self.assertNotIn('\x1b', err)


class BadFilesTest(unittest.TestCase):
    def refused(self, path, words, *args):
        """One line that says what, where and what to do; status 2; nothing else."""
        status, out, err = check(path, *args)
        self.assertEqual((status, out), (2, ''), err)
        self.assertEqual(err.count('\n'), 1, err)
        self.assertIn(path, err)
        self.assertIn(words, err)
        self.assertIn(': ', err.split(path, 1)[1][2:], 'says what to do')
        _, [line], err = check_json(path, *args)
        self.assertIn(words, line['error'])
        self.assertEqual((line['scts'], line['policies'], err), ([], {}, ''))

    def file(self, name, content):
        return pki.write(WORLD.path(name), content)

    def test_missing(self):
        for name in ('missing.pem', 'missing.crt', 'folder/missing'):
            self.refused(WORLD.path(name), 'no such file')

    def test_empty(self):
        self.refused(self.file('empty.pem', b''), 'is empty')

    def test_folder(self):
        self.refused(WORLD.folder, 'is a folder')

    def test_not_a_certificate(self):
        for content in (b'hello\n', b'\x30\x03\x02\x01\x05', b'\0' * 1000):
            self.refused(self.file('text.pem', content), 'holds no certificate')
        self.refused(WORLD.ca.key, 'holds no certificate, only other PEM blocks')

    def test_broken_pem(self):
        pem = pki.read(WORLD.embedded + '-chain.pem')
        self.refused(self.file('cut.pem', pem[:-40]), 'certificate 2')
        self.refused(self.file('junk.pem', b'-----BEGIN CERTIFICATE-----\nAAAA\n'
                               b'-----END CERTIFICATE-----\n' + pem), 'certificate 1')

    def test_bytes_behind_der(self):
        self.refused(self.file('tail.der', pki.read(WORLD.plain + '.der') + b'x'),
                     'bytes behind certificate 1')

    def test_wrong_order(self):
        leaf, ca = pki.read(WORLD.embedded + '.pem'), pki.read(WORLD.ca.pem)
        self.refused(self.file('reverse.pem', ca + leaf), 'certificate 1 issued certificate 2')
        self.refused(self.file('gap.pem', leaf + pki.read(WORLD.plain + '.pem') + ca),
                     'certificate 1 was issued by certificate 3')

    def test_no_issuer_behind_the_leaf(self):
        leaf = pki.read(WORLD.embedded + '.pem')
        self.refused(self.file('twice.pem', leaf + leaf), 'no issuer')
        # A CA of the same name with another key: only the signature tells (the name fits).
        folder = WORLD.path('impostor')
        os.mkdir(folder)
        impostor = pki.Ca(folder, 'ca')
        self.refused(self.file('impostor.pem', leaf + pki.read(impostor.pem)), 'no issuer')

    def test_lone_certificate_with_embedded_scts(self):
        status, out, err = check(WORLD.embedded + '.pem')
        self.assertEqual(status, 2)
        self.assertIn('not checked', out)
        self.assertIn("the issuer's certificate is missing", err)
        self.assertNotIn('compliant', out)

    def test_lone_certificate_without_scts_is_a_clear_no(self):
        self.assertEqual(check(WORLD.plain + '.pem')[0], 1)

    def test_hundred_megabytes(self):
        path = WORLD.path('big.pem')
        with open(path, 'wb') as file:
            file.truncate(100 << 20)
        self.refused(path, 'is larger than')
        chain = WORLD.plain + '-chain.pem'
        for option in ('--tls-scts', '--ocsp'):
            self.refused(chain, 'is larger than', option, path)

    def test_endless_device(self):
        self.refused('/dev/zero', 'is larger than')

    def test_silent_pipe(self):
        path = WORLD.path('pipe')
        os.mkfifo(path)
        writer = os.open(path, os.O_RDWR)
        self.refused(path, 'timed out', '--timeout', '0.3')
        os.close(writer)

    @unittest.skipIf(os.geteuid() == 0, 'root reads everything')
    def test_unreadable(self):
        path = self.file('secret.pem', b'x')
        os.chmod(path, 0)
        self.refused(path, 'cannot be read')

    def test_file_that_opens_and_cannot_be_read(self):
        self.refused('/proc/self/mem', 'cannot be read')

    def test_log_list_cut_at_every_byte(self):
        log_list = pki.read(WORLD.log_list)
        for size in range(0, len(log_list), 11):
            cut = self.file('cut.json', log_list[:size])
            status, out, err = check(WORLD.embedded + '-chain.pem', '--log-list', cut)
            self.assertEqual((status, out, err.count('\n')), (2, '', 1), err)
            self.assertIn(cut, err)

    def test_list_cut_at_every_byte(self):
        chain = WORLD.plain + '-chain.pem'
        for size in range(len(WORLD.tls_list)):
            cut = self.file('cut.sctlist', WORLD.tls_list[:size])
            status, [line], _ = check_json(chain, '--tls-scts', cut)
            with self.subTest(size):
                if size == 0:
                    self.assertIn('is empty', line['error'])
                    self.assertEqual(status, 2)
                else:
                    self.assertEqual([s['status'] for s in line['scts']], ['malformed'])
                    self.assertIn('--tls-scts is no SCT list', line['error'])
                    self.assertEqual((status, line['policies']), (2, {}))

    def test_certificate_cut_at_every_byte(self):
        der = pki.read(WORLD.plain + '.der')
        for size in range(1, len(der), 7):
            status, out, err = check(self.file('cut.der', der[:size]))
            self.assertEqual((status, out, err.count('\n')), (2, '', 1))

    def test_staple_cut_at_every_byte(self):
        staple = pki.read(WORLD.ocsp)
        for size in range(1, len(staple), 7):
            cut = self.file('cut.ocsp', staple[:size])
            status, [line], _ = check_json(WORLD.plain + '-chain.pem', '--ocsp', cut)
            self.assertEqual((status, [s['status'] for s in line['scts']]), (2, ['malformed']))
            self.assertIn('--ocsp is no OCSP response', line['error'])

    def test_log_list_that_knows_no_log(self):
        for text in ('{"operators":[]}', 'enabled_logs = \n', '{"operators":[{"name":"x"}]}'):
            empty = self.file('empty-list', text.encode())
            status, out, err = check(WORLD.embedded + '-chain.pem', '--log-list', empty)
            self.assertEqual((status, out, err.count('\n')), (2, '', 1), err)
            self.assertIn('knows no log', err)

    def test_output_that_is_lost_is_no_answer(self):
        with open('/dev/full', 'w', encoding='utf-8') as full:
            done = subprocess.run([os.environ['TATTLE_EXE'], 'check', WORLD.plain + '-chain.pem'],
                                  stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn('cannot be written', done.stderr)


class CommandLineTest(unittest.TestCase):
    def usage(self, words, *args):
        status, out, err = pki.tattle(*args)
        self.assertEqual((status, out), (2, ''), err)
        self.assertIn(words, err)

    def test_mistakes_have_status_2(self):
        chain = WORLD.plain + '-chain.pem'
        self.usage('TARGET', 'check')
        self.usage('--time', 'check', '--time', 'noon', chain)
        self.usage('seconds since 1970', 'check', '--time', '-5', chain)
        self.usage('chrome', 'check', '--policy', 'netscape', chain)
        self.usage('xmpp-server', 'check', '--starttls', 'gopher', 'localhost')
        self.usage('--timeout', 'check', '--timeout', '0', chain)
        self.usage('--timeout', 'check', '--timeout', 'nan', chain)
        self.usage('one file', 'check', '--ocsp', WORLD.ocsp, chain, chain)
        self.usage('subcommand', '')
        self.usage('', 'check', '--no-such-option', chain)

    def test_targets_that_are_nothing_say_how_to_write_one(self):
        for target, words in (('localhost:0', 'not a port'), ('localhost:65536', 'not a port'),
                              ('https://localhost/', 'is a URL'), ('a b', 'neither a file'),
                              ('', 'neither a file'), ('[::1', 'not a server'),
                              ('x..y', 'neither a file'), ('-:443', 'cannot find the host')):
            with self.subTest(target):
                status, _, err = check('--timeout', '5', '--', target)
                self.assertEqual(status, 2)
                self.assertIn(words, err)

    def test_options_of_files_and_servers_do_not_mix(self):
        status, _, err = check('--starttls', 'smtp', WORLD.plain + '-chain.pem')
        self.assertEqual(status, 2)
        self.assertIn('is a file', err)
        status, _, err = check('--ocsp', WORLD.ocsp, 'localhost')
        self.assertEqual(status, 2)
        self.assertIn('is no file', err)

    def test_broken_setup_is_said_once_and_in_every_json_line(self):
        chain = WORLD.plain + '-chain.pem'
        for option in ('--log-list', '--cafile'):
            status, lines, err = check_json(chain, chain, option, WORLD.path('none'))
            self.assertEqual((status, len(lines), err.count('\n')), (2, 2, 1))
            self.assertTrue(all(line['error'] for line in lines))

    def test_version_and_help(self):
        self.assertEqual(pki.tattle('--version')[0], 0)
        status, out, _ = pki.tattle('check', '--help')
        self.assertEqual(status, 0)
        self.assertIn('Exit status', out)


class ConfigTest(unittest.TestCase):
    """--config: as programs with these settings judge."""

    CHAIN = WORLD.embedded + '-chain.pem'

    def check(self, text, *args, now=pki.NOW):
        config = pki.write(WORLD.path('tattle.conf'), text)
        status, out, err = pki.tattle('check', '--json', '--time', str(now), '--config', config, *args)
        return status, out and json.loads(out), err

    def with_list(self, text, *args, **kwargs):
        return self.check(f'log_list = {WORLD.log_list}\n{text}', *args, **kwargs)

    def test_policy_and_list_are_those_of_the_file(self):
        status, line, err = self.with_list('policy = strict\nmode = off\n', self.CHAIN)
        self.assertEqual((status, list(line['policies']), err), (0, ['strict'], ''))
        self.assertEqual(line['list']['timestamp'], '2026-09-20T00:00:00Z')

    def test_options_overrule_it(self):
        stale = WORLD.path('stale.json')
        WORLD.write_log_list(stale, '2026-01-01T00:00:00Z')
        for text, option in (('policy = strict\n', ('--policy', 'rfc6962')), ('', ('--policy', 'chrome'))):
            _, line, _ = self.with_list(text, self.CHAIN, *option)
            self.assertEqual(list(line['policies']), [option[1]])
        _, line, _ = self.check(f'log_list = {stale}\n', self.CHAIN, '--log-list', WORLD.log_list)
        self.assertFalse(line['list']['stale'])
        _, _, err = self.with_list('public_roots = /none\n', self.CHAIN)
        self.assertIn('/none', err)
        status, _, err = self.with_list('public_roots = /none\n', self.CHAIN, '--public-roots', WORLD.ca.pem)
        self.assertEqual((status, err), (0, ''))

    def test_on_stale(self):
        late = pki.NOW + 100 * pki.DAY
        status, line, err = self.with_list('', self.CHAIN, now=late)
        self.assertTrue(line['policies']['chrome']['compliant'])
        self.assertIn('newer logs are unknown and verdicts lenient', err)
        status, line, err = self.with_list('on_stale = fail\n', self.CHAIN, now=late)
        self.assertEqual((status, line['policies']['chrome']['compliant']), (1, False))
        self.assertEqual(line['policies']['chrome']['reasons'][0]['code'], 'list_stale')
        self.assertIn('so that nothing is compliant', err)
        self.assertEqual(self.with_list('on_stale = fail\n', self.CHAIN)[0], 0)

    def test_an_exempt_key_passes(self):
        plain = WORLD.plain + '-chain.pem'
        for name in (WORLD.plain, None):
            hash_of = check_json(WORLD.ca.pem if name is None else plain)[1][0]['spki_sha256']
            text = f'exempt_spki = {hash_of}\n'
            status, line, _ = self.with_list(text, plain, '--cafile', WORLD.ca.pem)
            self.assertEqual((status, line['scope'], line['policies']['chrome']['compliant']),
                             (0, 'exempt_spki', False))
            # A chain that does not validate, no program takes.
            self.assertEqual(self.with_list(text, plain)[0], 1)
        self.assertEqual(self.with_list(f'exempt_spki = {"0" * 64}\n', plain, '--cafile', WORLD.ca.pem)[0], 1)

    def test_what_is_wrong_with_it(self):
        for text, want in (('mode = requir\n', ':1: mode: '), ('mode\n', ':1: '), ('log_list = list\n', 'log_list')):
            status, out, err = self.check(text, self.CHAIN)
            self.assertEqual((status, out, err.count('\n')), (2, '', 1))
            self.assertIn('--config: ', err)
            self.assertIn(want, err)
        status, _, err = pki.tattle('check', '--config', WORLD.path('none'), self.CHAIN)
        self.assertEqual(status, 2)
        self.assertIn('No such file', err)


if __name__ == '__main__':
    unittest.main()
