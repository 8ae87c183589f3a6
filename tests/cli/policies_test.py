#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Where the policies differ: each row of the table of examples/guides/policies.md is a certificate
that is made here, and judged by `tattle check --policy all`."""

import json
import pathlib
import re
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
import pki  # pylint: disable=wrong-import-position

PAGE = pathlib.Path(__file__).resolve().parents[2] / 'examples/guides/policies.md'
POLICIES = ['chrome', 'apple', 'mozilla', 'android', 'rfc6962', 'strict']
HEADING = '## One certificate, several answers'
ROW = re.compile(r'^\| (\w[\w ,-]*) \| [^|]+ \|((?: (?:yes|no) \|)+)$', re.MULTILINE)

RETIRED = pki.NOW - 5 * pki.DAY  # the day on which a log retires or changes hands
EARLY, LATE = RETIRED - pki.DAY, RETIRED + pki.DAY


def instant(seconds):
    return time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(seconds))


class Log(pki.Log):
    """A log of an operator, usable unless it says something else; with `tiled` of the static kind."""

    def __init__(self, folder, name, operator, *, retired=False, tiled=False, before=None):
        super().__init__(folder, name, operator)
        self.retired = retired
        self.tiled = tiled
        self.before = before  # whose it was until RETIRED

    def extensions(self):
        return bytes([0]) + pki.vector16((7).to_bytes(5, 'big')) if self.tiled else b''

    def entry(self):
        found = super().entry()
        if self.retired:
            found['state'] = {'retired': {'timestamp': instant(RETIRED)}}
        if self.before:
            found['previous_operators'] = [{'name': self.before, 'end_time': instant(RETIRED)}]
        if self.tiled:
            url = found.pop('url')
            found |= {'submission_url': url, 'monitoring_url': url, 'mmd': 60}
        return found


class World:
    """The logs that the cases use, by name, and their CA."""

    def __init__(self, folder):
        self.folder = folder
        self.logs = {name: Log(folder, name, operator, **more) for name, operator, more in (
            ('alpha', 'Alpha', {}),
            ('alpha2', 'Alpha', {}),
            ('beta', 'Beta', {}),
            ('gone', 'Beta', {'retired': True}),
            ('tiles', 'Gamma', {'tiled': True}),
            ('tiles2', 'Delta', {'tiled': True}),
            ('bought', 'Alpha', {'before': 'Beta'}),
            ('sold', 'Beta', {'before': 'Alpha'}))}
        operators = {}
        for log in self.logs.values():
            kind = 'tiled_logs' if log.tiled else 'logs'
            operators.setdefault(log.operator, {'logs': [], 'tiled_logs': []})[kind].append(log.entry())
        self.log_list = pki.write(f'{folder}/logs.json', json.dumps({
            'version': '1', 'log_list_timestamp': instant(pki.NOW - pki.DAY),
            'operators': [{'name': name, 'email': [], **logs} for name, logs in operators.items()]}))
        self.ca = pki.Ca(folder, 'ca')
        self.made = 0

    def scts(self, which, entry):
        """SCTs of logs: a name, or (name, time) where that matters; "-" before it leaves leaf_index out."""
        found = []
        for one in which:
            name, stamp = one if isinstance(one, tuple) else (one, LATE)
            log = self.logs[name.lstrip('-')]
            found.append(log.sct(entry, stamp * 1000, b'' if name.startswith('-') else log.extensions()))
        return pki.sct_list(found)

    def judge(self, embedded=(), tls=(), ocsp=(), days=90):
        """Compliant or not, by policy, of a certificate that comes with SCTs of these logs."""
        self.made += 1
        path = self.ca.issue(
            f'case{self.made}', days=days, serial=str(1000 + self.made),
            scts=(lambda tbs: self.scts(embedded, pki.precert_entry(tbs, self.ca.der))) if embedded else None)
        leaf = pki.read(path + '.der')
        pki.write(path + '-chain.pem', pki.read(path + '.pem') + pki.read(self.ca.pem))
        arguments = []
        if tls:
            arguments += ['--tls-scts', pki.write(path + '.tls', self.scts(tls, pki.x509_entry(leaf)))]
        if ocsp:
            response = pki.ocsp_response(leaf, self.ca.der, self.scts(ocsp, pki.x509_entry(leaf)))
            arguments += ['--ocsp', pki.write(path + '.ocsp', response)]
        _, out, err = pki.tattle('check', path + '-chain.pem', '--log-list', self.log_list, '--time', str(pki.NOW),
                                 '--policy', 'all', '--json', *arguments)
        if err:
            raise RuntimeError(err)
        answer = json.loads(out)
        bad = [sct for sct in answer['scts'] if sct['status'] != 'valid']
        if bad or len(answer['scts']) != len((*embedded, *tls, *ocsp)):
            raise RuntimeError(f'not the SCTs that were made: {answer["scts"]}')
        return {name: verdict['compliant'] for name, verdict in answer['policies'].items()}


# What the names of the rows stand for.
CASES = {
    'no SCT': {},
    'two operators': {'embedded': ['alpha', 'beta']},
    'one operator': {'embedded': ['alpha', 'alpha2']},
    '180 days': {'embedded': ['alpha', 'beta'], 'days': 180},
    '181 days': {'embedded': ['alpha', 'beta'], 'days': 181},
    '181 days, three logs': {'embedded': ['alpha', 'alpha2', 'beta'], 'days': 181},
    'TLS': {'tls': ['alpha', 'beta']},
    'TLS, one operator': {'tls': ['alpha', 'alpha2']},
    'OCSP': {'ocsp': ['alpha', 'beta']},
    'one embedded, one by TLS': {'embedded': ['alpha'], 'tls': ['beta']},
    'one by TLS, one by OCSP': {'tls': ['alpha'], 'ocsp': ['beta']},
    'static-ct only': {'embedded': ['tiles', 'tiles2']},
    'no leaf_index': {'embedded': ['alpha', '-tiles']},
    'retired, stamped before': {'embedded': [('alpha', EARLY), ('gone', EARLY)]},
    'retired, the other later': {'embedded': [('alpha', LATE), ('gone', EARLY)]},
    'retired, stamped after': {'embedded': [('alpha', EARLY), ('gone', LATE)]},
    'retired, all': {'embedded': [('gone', EARLY)]},
    'retired, by TLS': {'tls': [('alpha', EARLY), ('gone', EARLY)]},
    'bought since': {'embedded': [('alpha', EARLY), ('bought', EARLY)]},
    'sold since': {'embedded': [('alpha', EARLY), ('sold', EARLY)]},
}


def table(text):
    """Name of a row -> what it says of each policy."""
    rows = ROW.findall(text.partition(HEADING)[2])
    return {name: dict(zip(POLICIES, [word == 'yes' for word in re.findall(r'yes|no', answers)]))
            for name, answers in rows}


class PoliciesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.world = World(folder.name)

    def test_the_table_says_what_is_judged(self):
        text = PAGE.read_text(encoding='utf-8')
        self.assertIn('| ' + ' | '.join(POLICIES) + ' |', text)
        written = table(text)
        self.assertEqual(list(written), list(CASES))
        for name, case in CASES.items():
            with self.subTest(name):
                self.assertEqual(self.world.judge(**case), written[name])

    def test_each_pair_of_policies_differs_somewhere(self):
        """But for strict, which is all of them, on what one of them says no to."""
        rows = table(PAGE.read_text(encoding='utf-8')).values()
        for number, one in enumerate(POLICIES):
            for other in POLICIES[number + 1:]:
                self.assertTrue(any(row[one] != row[other] for row in rows), (one, other))
        for row in rows:
            self.assertEqual(row['strict'], all(row[name] for name in POLICIES[:4]))


if __name__ == '__main__':
    if sys.argv[1:] == ['--print']:  # the answers, for the page
        with tempfile.TemporaryDirectory() as made:
            world = World(made)
            for case_name, case in CASES.items():
                verdicts = world.judge(**case)
                print(f'| {case_name} | ... |', ' | '.join('yes' if verdicts[p] else 'no' for p in POLICIES), '|')
        sys.exit()
    unittest.main()
