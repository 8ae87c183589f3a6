#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The alert rules of examples/prometheus, read and run by promtool: what fires when, and what does not."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import world
import alert_rules  # pylint: disable=wrong-import-order

README = alert_rules.PATH.with_name('README.md')
DAY = 86400
FOUND = 'tattled_evidence_found_timestamp_seconds'
PROVEN, INDICATED = 'tattled_evidence{weight="conclusive"}', 'tattled_evidence{weight="indicative"}'

# What is there where all is well, after an hour; minute by minute.
WELL = {
    'tattled_status_timestamp_seconds': '0+60x1500',
    'up{job="tattled"}': '1x1500',
    'tattled_log_list_logs': '72x1500',
    'tattled_log_list_timestamp_seconds': '1x1500',
    'tattled_log_list_stale': '0x1500',
    'tattled_problems': '0x1500',
    'tattled_checks_total': '0+100x1500',
    'tattled_checks_refused_total': '0+1x1500',
    'tattled_verdicts_not_compliant_total': '0+1x1500',
    'tattled_log_failures{log_id="a",log="Amber"}': '2x1500',
    'tattled_log_lines_lost_total': '7x1500',
    'tattled_gossip_invalid_scts': '0x1500',
    'tattle_gossip_heads_conflicting_total': '3x1500',
    'tattle_gossip_heads_lost_total': '3x1500',
    'tattle_gossip_tattled': '1x1500',
    'tattle_log_list_age_seconds': f'{50 * DAY}x1500',
    'tattle_log_list_stale': '0x1500',
    'tattle_log_list_unusable': '0x1500',
    'tattle_scts_insufficient': '0x1500',
    'tattle_scts_sufficient_until_seconds': f'{30 * DAY}x1500',
    'tattle_scts_unusable': '0x1500',
    'tattle_upstreams_list_problems_total': '1x1500',
    'tattle_upstreams_log_list_stale': '0x1500',
    'tattle_upstreams_log_list_age_seconds': f'{50 * DAY}x1500',
    'tattle_upstreams_not_compliant_total': '5x1500',
    'tattle_upstreams_undecided_total': '5x1500',
}

# What fires after 25 hours if this is otherwise: all of it, and nothing else.
CASES = (
    ({}, ''),
    # The file of a daemon that died an hour ago; and one that was only late.
    ({'tattled_status_timestamp_seconds': '0+60x1440 86400x60'}, 'TattledSilent'),
    ({'tattled_status_timestamp_seconds': '0+60x1498 89880x2'}, ''),
    ({'up{job="tattled"}': '1x1460 0x40', 'tattled_status_timestamp_seconds': '0+60x1460'}, 'TattledDown'),
    ({FOUND: '3600x1500', PROVEN: '1x1500', INDICATED: '0x1500'}, 'TattledConclusiveEvidence'),
    ({FOUND: '3600x1500', PROVEN: '0x1500', INDICATED: '1x1500'}, 'TattledIndicativeEvidence'),
    ({'tattled_log_list_logs': '0x1500', 'tattled_log_list_timestamp_seconds': '0x1500'}, 'TattledNoLogList'),
    ({'tattled_log_list_stale': '1x1500'}, 'TattledLogListStale'),
    ({'tattled_problems': '0x1460 1x40'}, 'TattledProblems'),
    ({'tattled_problems': '0x1490 1x10'}, ''),
    ({'tattled_checks_refused_total': '0x1490 0+20x10'}, 'TattledRefusesMany'),
    ({'tattled_checks_refused_total': '0x1490 1x10', 'tattled_checks_total': '0x1490 1x10'}, ''),
    ({'tattled_verdicts_not_compliant_total': '0+1x1470 1470+10x30'}, 'TattledNotCompliantGrows'),
    ({'tattled_verdicts_not_compliant_total': '0x1470 0+0x20 9x10'}, ''),
    ({'tattled_log_failures{log_id="a",log="Amber"}': '3x1500'}, 'TattledAuditsFail'),
    ({'tattled_log_lines_lost_total': '7x1470 8x30'}, 'TattledLogLinesLost'),
    ({'tattled_log_lines_lost_total': '7x1400 8x100'}, ''),
    ({'tattled_gossip_invalid_scts': '0x1000 1x500'}, 'TattledShowedInvalidScts'),
    ({'tattled_gossip_invalid_scts': '1x1500'}, ''),
    ({'tattle_gossip_heads_conflicting_total': '3x100 4x1400'}, 'TattleNginxSplitView'),
    ({'tattle_log_list_age_seconds': f'{57 * DAY}x1500'}, 'TattleNginxLogListOld'),
    ({'tattle_upstreams_log_list_age_seconds': f'{57 * DAY}x1500'}, 'TattleNginxLogListOld'),
    ({'tattle_log_list_age_seconds': f'{71 * DAY}x1500', 'tattle_log_list_stale': '1x1500'}, 'TattleNginxLogListStale'),
    ({'tattle_upstreams_log_list_stale': '1x1500'}, 'TattleNginxLogListStale'),
    ({'tattle_log_list_unusable': '1x1500'}, 'TattleNginxLogListUnusable'),
    ({'tattle_upstreams_list_problems_total': '1x1470 2x30'}, 'TattleNginxLogListUnusable'),
    ({'tattle_scts_insufficient': '1x1500'}, 'TattleNginxSctsInsufficient'),
    ({'tattle_scts_sufficient_until_seconds': f'{10 * DAY}x1500'}, 'TattleNginxSctsEndSoon'),
    ({'tattle_scts_unusable': '1x1500'}, 'TattleNginxSctsUnusable'),
    ({'tattle_upstreams_undecided_total': '5x1470 6x30'}, 'TattleNginxUpstreamsUndecided'),
    ({'tattle_upstreams_not_compliant_total': '5x1470 6x30'}, 'TattleNginxUpstreamsNotCompliant'),
    ({'tattle_gossip_tattled': '1x1460 0x40'}, 'TattleNginxTattledAway'),
    ({'tattle_gossip_heads_lost_total': '3x1470 4x30'}, 'TattleNginxHeadsLost'),
    ({'tattle_gossip_suspect_scts{host="www.example"}': '_x1000 1x500'}, 'TattleNginxSuspectScts'),
    ({'tattle_gossip_suspect_scts{host="www.example"}': '1x1500'}, ''),
)

# The same after so many days, with what is there at that time alone.
LATER = (
    (6.75, {FOUND: '1', PROVEN: '1', INDICATED: '0'}, 'TattledConclusiveEvidence'),
    (7.25, {FOUND: '1', PROVEN: '1', INDICATED: '1'}, ''),
    (55.75, {'tattled_log_list_timestamp_seconds': '1', 'tattled_log_list_stale': '0'}, ''),
    (56.25, {'tattled_log_list_timestamp_seconds': '1', 'tattled_log_list_stale': '0'}, 'TattledLogListOld'),
    (71, {'tattled_log_list_timestamp_seconds': '1', 'tattled_log_list_stale': '1'}, 'TattledLogListStale'),
    (71, {'tattled_log_list_timestamp_seconds': '0', 'tattled_log_list_stale': '0'}, ''),
)


# And over weeks, in steps of five minutes: what was proven long ago is no alarm when something else is found.
WEEKS = (
    ({FOUND: '1x3000', PROVEN: '1x3000', INDICATED: '2x3000'}, ''),
    ({FOUND: '1x2500 750000x500', PROVEN: '1x3000', INDICATED: '2x2500 3x500'}, 'TattledIndicativeEvidence'),
    ({FOUND: '1x2500 750000x500', PROVEN: '1x2500 2x500', INDICATED: '2x3000'}, 'TattledConclusiveEvidence'),
)


def promtool(*arguments):
    done = subprocess.run(['promtool', *arguments], capture_output=True, text=True, timeout=world.WAIT * 10,
                          check=False)
    return done.returncode, done.stdout + done.stderr


def labelled(series):
    """With the labels that Prometheus adds."""
    name, _, labels = series.partition('{')
    return f'{name}{{{labels.rstrip("}") + "," if labels else ""}instance="a:1"}}'


class RulesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_tests(self, tests, interval='30m'):
        file = self.folder / 'tests.yml'  # which may be JSON
        file.write_text(json.dumps({'rule_files': [str(alert_rules.PATH)], 'evaluation_interval': interval,
                                    'tests': tests}))
        return promtool('test', 'rules', str(file))

    @staticmethod
    def case(name, series, minutes, fires, interval='1m'):
        return {'name': name, 'interval': interval,
                'input_series': [{'series': labelled(key), 'values': value} for key, value in series.items()],
                'promql_expr_test': [{
                    'expr': 'count by (alertname) (ALERTS{alertstate="firing"})', 'eval_time': f'{minutes}m',
                    'exp_samples': [{'labels': f'{{alertname="{fires}"}}', 'value': 1}] if fires else []}]}

    def test_are_rules(self):
        status, said = promtool('check', 'rules', str(alert_rules.PATH))
        self.assertEqual(status, 0, said)
        self.assertIn(f'SUCCESS: {len(alert_rules.expressions())} rules found', said)

    def test_fire_when_they_should_and_not_else(self):
        tests = [self.case(f'{number}: {changes}', {**WELL, **changes}, 1500, fires)
                 for number, (changes, fires) in enumerate(CASES)]
        status, said = self.run_tests(tests)
        self.assertEqual(status, 0, said)
        tests = []
        for number, (days, series, fires) in enumerate(LATER):
            steps = round(days * 288)  # of five minutes
            tests.append(self.case(f'later, {number}: {series}', {
                name: f'_x{steps - 12} {value}x20' for name, value in series.items()}, steps * 5, fires, '5m'))
        tests += [self.case(f'weeks, {number}: {series}', series, 2952 * 5, fires, '5m')
                  for number, (series, fires) in enumerate(WEEKS)]
        status, said = self.run_tests(tests, '6h')
        self.assertEqual(status, 0, said)
        self.assertEqual({fires for *_, fires in CASES + LATER + WEEKS} - {''}, set(alert_rules.expressions()))

    def test_promtool_sees_what_fires_for_nothing(self):
        tests = [self.case('one', {**WELL, 'tattled_problems': '1x1500'}, 1500, '')]
        self.assertNotEqual(self.run_tests(tests)[0], 0)

    def test_annotations_are_filled_in(self):
        tests = [{'name': 'one', 'interval': '1m', 'input_series': [
            {'series': 'tattled_log_failures{log_id="a",log="Amber",instance="a:1"}', 'values': '4x10'}],
                  'alert_rule_test': [{'eval_time': '5m', 'alertname': 'TattledAuditsFail', 'exp_alerts': [{
                      'exp_labels': {'severity': 'warning', 'log_id': 'a', 'log': 'Amber', 'instance': 'a:1'},
                      'exp_annotations': {
                          'summary': '4 audits of the log Amber failed in a row',
                          'description': 'tattled on a:1 cannot ask it. tattle status says why.'}}]}]}]
        status, said = self.run_tests(tests, '1m')
        self.assertEqual(status, 0, said)

    def test_the_configuration_of_the_readme(self):
        text = README.read_text(encoding='utf-8')
        blocks = [block for block in re.findall(r'(?:^    .*\n|^\n)+', text, re.MULTILINE)
                  if 'scrape_configs:' in block]
        self.assertEqual(len(blocks), 1)
        block = '\n'.join(line.removeprefix('    ') for line in blocks[0].splitlines())
        self.assertIn('tattle.rules.yml', block)
        file = self.folder / 'prometheus.yml'
        file.write_text(re.sub(r'- .*tattle\.rules\.yml', f'- {alert_rules.PATH}', block))
        status, said = promtool('check', 'config', str(file))
        self.assertEqual(status, 0, said)


if __name__ == '__main__':
    unittest.main()
