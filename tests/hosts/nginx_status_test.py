#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""ct_status of nginx's module: what it says, and in which formats."""

import base64
import calendar
import hashlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import unittest

import nginx_world
import world
from nginx_front import Front, UpstreamWorld
from nginx_world import wait_until
from world import pki

STATUS = 'location /status { ct_status; }\n'
JSON_TYPE = 'application/json'
TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
HTML_TYPE = 'text/html; charset=utf-8'
# What is said beside the parts.
ROOT = {'program', 'version', 'time'}
NO_PAGE_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# What Prometheus 2.x, a browser and curl send.
PROMETHEUS = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1'
BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,text/plain;q=0.8,*/*;q=0.5'


def setUpModule():
    global FOLDER, WORLD
    FOLDER = tempfile.TemporaryDirectory()
    WORLD = UpstreamWorld(FOLDER.name)


def tearDownModule():
    FOLDER.cleanup()


def seconds(date):
    return calendar.timegm(time.strptime(date, '%Y-%m-%dT%H:%M:%SZ'))


def unique(pairs):
    """An object of JSON in which no name stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f'a name stands twice: {pairs}')
    return found


def parse_prometheus(text):
    """Name -> (type, {labels: value}), by the rules of the text format 0.0.4: one group a metric,
    HELP and TYPE once and before its samples."""
    metrics, helped, current = {}, set(), None
    if not text.endswith('\n'):
        raise ValueError('the last line has no end')
    for line in text.split('\n')[:-1]:
        if comment := re.fullmatch(r'# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)', line):
            what, name, value = comment.groups()
            if what == 'HELP':
                if name in helped or name in metrics:
                    raise ValueError(f'HELP of {name} stands twice, or too late')
                helped.add(name)
            else:
                if name in metrics or value not in ('counter', 'gauge', 'untyped'):
                    raise ValueError(f'TYPE of {name}: {value}')
                metrics[name] = (value, {})
                current = name
            continue
        sample = re.fullmatch(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})?'
                              r' ([0-9]+)', line)
        if not sample or sample[1] != current:
            raise ValueError(f'not a sample of {current}: {line}')
        values = metrics[current][1]
        if sample[2] in values:
            raise ValueError(f'twice: {line}')
        values[sample[2]] = int(sample[3])
    if empty := [name for name, (_, values) in metrics.items() if not values]:
        raise ValueError(f'without a sample: {empty}')
    if missing := set(metrics) - helped:
        raise ValueError(f'without HELP: {missing}')
    return metrics


class Said(unittest.TestCase):
    def front(self, locations='', **options):
        return Front(WORLD, STATUS + locations, **options)

    def json(self, site, target='/status'):
        status, headers, body = site.get(target)
        self.assertEqual((status, headers['content-type']), (200, JSON_TYPE))
        return json.loads(body, object_pairs_hook=unique)

    def numbers(self, site):
        return self.json(site)['upstreams']

    def location(self, path, server, mode):
        return (f'location {path} {{ proxy_pass https://127.0.0.1:{server.port}; proxy_ssl_name {server.host};'
                f' proxy_ssl_ct {mode}; }}\n')

    def test_log_list(self):
        site = self.front()
        with site.running():
            before = int(time.time())
            said = self.json(site)
            self.assertEqual(set(said), ROOT | {'log_list'})
            self.assertRegex(said['version'], r'^\d+\.\d+\.\d+$')
            self.assertLessEqual(before - 1, seconds(said['time']))
            self.assertLessEqual(seconds(said['time']), time.time())
            made = json.loads(pki.read(WORLD.log_list))['log_list_timestamp']
            self.assertEqual(said['log_list'], {'timestamp': made, 'age_seconds': said['log_list']['age_seconds'],
                                                'stale': False, 'logs': 2, 'skipped': 0, 'unusable': False})
            age = said['log_list']['age_seconds']
            self.assertLessEqual(abs(seconds(said['time']) - seconds(made) - age), 1)

    def test_a_stale_list_is_said(self):
        old = pki.write(WORLD.path('old.json'), json.dumps({
            **json.loads(pki.read(WORLD.log_list)),
            'log_list_timestamp': pki.days_around(WORLD.now, -71, '%Y-%m-%dT%H:%M:%SZ')}))
        site = self.front()
        site.configure(site.text(STATUS).replace(WORLD.log_list, old))
        with site.running():
            self.assertIs(self.json(site)['log_list']['stale'], True)
            metrics = parse_prometheus(site.get('/status?format=prometheus')[2])
            self.assertEqual(metrics['tattle_log_list_stale'], ('gauge', {None: 1}))

    def test_upstreams_that_go_by_a_list_of_their_own_say_which(self):
        old = json.loads(pki.read(WORLD.log_list))
        old['log_list_timestamp'] = pki.days_around(WORLD.now, -71, '%Y-%m-%dT%H:%M:%SZ')
        del old['operators'][1]
        path = pki.write(WORLD.path('own.json'), json.dumps(old))
        with WORLD.server('embedded') as server:
            site = self.front()
            text = site.text(STATUS + self.location('/', server, 'report')).replace(
                WORLD.config, WORLD.write_config('own.conf', log_list=path))
            site.configure(text)
            with site.running():
                # ct_log_list goes over it.
                self.assertEqual([name for name in self.numbers(site) if 'log_list' in name], [])
            site.configure(re.sub('ct_log_list .*\n', '', text))
            with site.running():
                said = self.numbers(site)
                self.assertEqual((said['log_list_timestamp'], said['log_list_stale'], said['log_list_logs'],
                                  said['log_list_skipped']), (old['log_list_timestamp'], True, 1, 0))
                self.assertGreater(said['log_list_age_seconds'], 71 * pki.DAY - 60)
                # Everything else goes by the one that is built in.
                self.assertGreater(self.json(site)['log_list']['logs'], 10)
                metrics = parse_prometheus(site.get('/status?format=prometheus')[2])
                self.assertEqual(metrics['tattle_upstreams_log_list_stale'], ('gauge', {None: 1}))
            os.rename(path, path + '.gone')
            with site.running():
                said = self.numbers(site)
                self.assertEqual((said['log_list_stale'], said['log_list_logs'], said['list_problems']), (True, 0, 1))
                self.assertNotIn('log_list_timestamp', said)
                site.stop()

    def test_counts_what_became_of_connections(self):
        with WORLD.server('embedded') as good, WORLD.server('none') as bad:
            site = self.front(self.location('/good', good, 'require') + self.location('/bad', bad, 'require') +
                              self.location('/report', bad, 'report') + self.location('/off', bad, 'off'))
            with site.running():
                self.assertEqual({name: value for name, value in self.numbers(site).items() if value},
                                 {'list_loads': 1})
                for target, want in (('/good', 200), ('/good', 200), ('/bad', 502), ('/report', 200), ('/off', 200)):
                    self.assertEqual(site.get(target)[0], want)
                self.assertEqual({name: value for name, value in self.numbers(site).items() if value},
                                 {'judged': 4, 'compliant': 2, 'not_compliant': 2, 'refused': 1, 'resumed': 1,
                                  'cache_hits': 1, 'list_loads': 1})
                site.stop()

    def test_both_formats_say_the_same(self):
        with WORLD.server('none') as server:
            site = self.front(self.location('/', server, 'report'))
            with site.running():
                site.get('/')
                said = self.json(site)
                status, headers, body = site.get('/status?format=prometheus')
                self.assertEqual((status, headers['content-type']), (200, TEXT_TYPE))
                metrics = parse_prometheus(body)
                self.assertEqual(metrics['tattle_upstreams_not_compliant_total'], ('counter', {None: 1}))
                for name, value in said['upstreams'].items():
                    self.assertEqual(metrics.pop(f'tattle_upstreams_{name}_total'), ('counter', {None: value}))
                self.assertEqual(metrics.pop('tattle_log_list_logs'), ('gauge', {None: 2}))
                self.assertEqual(metrics.pop('tattle_log_list_timestamp_seconds'),
                                 ('gauge', {None: seconds(said['log_list']['timestamp'])}))
                self.assertEqual(set(metrics), {
                    'tattle_time_seconds', 'tattle_log_list_age_seconds', 'tattle_log_list_stale',
                    'tattle_log_list_skipped', 'tattle_log_list_unusable'})

    def test_numbers_are_of_all_workers_and_outlive_them(self):
        with WORLD.server('none') as server:
            locations = self.location('/', server, 'require')
            site = self.front(locations, workers=3)
            with site.running():
                for _ in range(12):
                    self.assertEqual(site.get('/')[0], 502)
                self.assertEqual(self.numbers(site)['refused'], 12)
                self.assertEqual(self.numbers(site)['list_loads'], 1)
                site.reload()
                self.assertEqual(self.numbers(site)['refused'], 12)
                self.assertEqual(self.numbers(site)['list_loads'], 2)
                site.get('/')
                before = site.workers()
                for worker in before:
                    os.kill(worker, signal.SIGKILL)
                wait_until(lambda: len(site.workers() - before) == 3, 'no new workers came')
                self.assertEqual(site.get('/')[0], 502)
                self.assertEqual(self.numbers(site)['refused'], 14)
                site.stop()

    def test_the_format_is_who_asks(self):
        site = self.front('location /json { ct_status json; } location /text { ct_status prometheus; }'
                          ' location /page { ct_status html; }')
        with site.running():
            for target, accept, want in (
                    ('/status', None, JSON_TYPE),
                    ('/status', '*/*', JSON_TYPE),
                    ('/status', JSON_TYPE, JSON_TYPE),
                    ('/status', BROWSER, HTML_TYPE),
                    ('/status', 'application/json, text/html;q=0.5', JSON_TYPE),
                    ('/status?format=html', None, HTML_TYPE),
                    ('/page', None, HTML_TYPE),
                    ('/page?format=json', JSON_TYPE, HTML_TYPE),
                    ('/status', PROMETHEUS, TEXT_TYPE),
                    ('/status', 'text/plain', TEXT_TYPE),
                    ('/status?format=json', PROMETHEUS, JSON_TYPE),
                    ('/status?format=prometheus', JSON_TYPE, TEXT_TYPE),
                    ('/status?x=1&format=prometheus', None, TEXT_TYPE),
                    ('/json', PROMETHEUS, JSON_TYPE),
                    ('/json?format=prometheus', None, JSON_TYPE),
                    ('/text', BROWSER, TEXT_TYPE),
            ):
                with self.subTest(target=target, accept=accept):
                    status, headers, body = site.get(target, {'Accept': accept} if accept else {})
                    self.assertEqual((status, headers['content-type']), (200, want))
                    self.assertEqual(int(headers['content-length']), len(body.encode()))
                    if want == TEXT_TYPE:
                        parse_prometheus(body)
                    elif want == HTML_TYPE:
                        self.assertTrue(body.startswith('<!DOCTYPE html>\n') and body.endswith('</html>\n'), body)
                    else:
                        json.loads(body)
            for target in ('/status?format=', '/status?format=xml', '/status?format=jsonx'):
                with self.subTest(target):
                    self.assertEqual(site.get(target)[0], 400)

    def test_what_includes_it_goes_on_behind_it(self):
        formats = {'html': '</html>', 'json': '"program"', 'prometheus': '# TYPE'}
        site = self.front(''.join(f"""
            location = /{format} {{
                ssi on;
                default_type text/html;
                return 200 'before<!--#include virtual="/status?format={format}" -->behind';
            }}""" for format in formats))
        with site.running():
            for format, sign in formats.items():
                with self.subTest(format):
                    status, _, body = site.get('/' + format)
                    self.assertEqual((status, body[:6], body[-6:]), (200, 'before', 'behind'))
                    self.assertIn(sign, body)
        self.assertEqual(site.loud(), [])

    def test_headers_and_methods(self):
        site = self.front()
        with site.running():
            for method, want in (('GET', 200), ('HEAD', 200), ('POST', 405), ('PUT', 405), ('DELETE', 405)):
                with self.subTest(method):
                    status, headers, body = site.ask(method, '/status', body='x' * 1000 if method == 'POST' else None)
                    self.assertEqual(status, want)
                    if want != 200:
                        continue
                    self.assertEqual(headers['cache-control'], 'no-store')
                    self.assertEqual(headers['x-content-type-options'], 'nosniff')
                    self.assertEqual(headers['content-security-policy'], NO_PAGE_POLICY)
                    self.assertEqual(body == '', method == 'HEAD')
                    self.assertGreater(int(headers['content-length']), 100)

    def test_the_page_is_of_what_json_says(self):
        with WORLD.server('none') as server:
            site = self.front(self.location('/', server, 'report'))
            with site.running():
                site.get('/')
                said = self.json(site)
                status, headers, page = site.get('/status', {'Accept': BROWSER})
                self.assertEqual((status, headers['content-type']), (200, HTML_TYPE))
                self.assertEqual({name: headers[name] for name in (
                    'cache-control', 'referrer-policy', 'vary', 'x-content-type-options')}, {
                        'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'vary': 'Accept',
                        'x-content-type-options': 'nosniff'})
                style = re.search('<style>(.*?)</style>', page, re.DOTALL)[1]
                digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
                self.assertEqual(headers['content-security-policy'],
                                 f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; "
                                 "base-uri 'none'; form-action 'none'")
                self.assertIn(f'nginx module {said["version"]}', page)
                self.assertIn('not compliant <b>1</b>', page)
                self.assertEqual(page.count('<rect class="bad"'), 1)
                head = site.ask('HEAD', '/status', {'Accept': BROWSER})
                self.assertEqual((head[0], head[1]['content-type'], head[2]), (200, HTML_TYPE, ''))

    def test_the_page_is_made_once_a_second_at_most(self):
        """And JSON is always new."""
        with WORLD.server('none') as server:
            site = self.front(self.location('/', server, 'report'))
            with site.running():
                page = lambda: site.get('/status?format=html')[2]  # pylint: disable=unnecessary-lambda-assignment
                judged = 0

                def is_kept():
                    nonlocal judged
                    before = page()
                    site.get('/')
                    judged += 1
                    self.assertEqual(self.numbers(site)['not_compliant'], judged)
                    return page() == before
                wait_until(is_kept, 'the same page again')  # a slow machine may take a second for it
                wait_until(lambda: f'not compliant <b>{judged}</b>' in page(), 'another page')

    def test_verdicts_by_the_hour(self):
        with WORLD.server('embedded') as good, WORLD.server('none') as bad:
            site = self.front(self.location('/good', good, 'require') + self.location('/bad', bad, 'require'), workers=2)
            with site.running():
                before = int(time.time())
                for _ in range(3):
                    site.get('/good')
                site.get('/bad')
                verdicts = self.json(site)['verdicts']
                hours = verdicts.pop('hours')
                self.assertLessEqual(seconds(verdicts.pop('since')), time.time())
                self.assertEqual(verdicts, {'of': 'Connections to upstreams', 'compliant': 3, 'not_compliant': 1,
                                            'undecided': 0, 'refused': 1, 'out_of_scope': 0})
                # An hour may have ended meanwhile.
                for hour in hours:
                    self.assertEqual(seconds(hour['from']) % 3600, 0)
                    self.assertLess(before - seconds(hour['from']), 3600)
                self.assertEqual({name: sum(hour[name] for hour in hours)
                                  for name in ('compliant', 'not_compliant', 'undecided')},
                                 {'compliant': 3, 'not_compliant': 1, 'undecided': 0})
                site.reload()
                self.assertEqual(self.json(site)['verdicts']['hours'], hours)
                site.stop()

    def test_the_configuration_of_the_readme(self):
        text = (nginx_world.SOURCE / 'README.md').read_text(encoding='utf-8').partition('\n## Status\n\n')[2]
        block = re.match(r'(?:    .*\n|\n)+', text)[0]
        self.assertIn('allow 127.0.0.1;', block)
        # Who comes by a Unix socket has no address.
        site = Front(WORLD, block.replace('allow 127.0.0.1;', 'allow unix:;'))
        with site.running():
            self.assertEqual(set(self.json(site, '/ct-status')), ROOT | {'log_list'})
        site = Front(WORLD, block)
        with site.running():
            self.assertEqual(site.get('/ct-status')[0], 403)

    def test_says_what_is_wrong_and_where(self):
        for server, want in (
                ('ct_status;', '"ct_status" directive is not allowed here in '),
                ('location / { ct_status; ct_status; }', '"ct_status" directive is duplicate in '),
                ('location / { ct_status json prometheus; }', 'invalid number of arguments in "ct_status" directive in '),
                ('location / { ct_status xml; }', 'invalid format "xml" in "ct_status" directive, it must be "html", "json" '
                                                  'or "prometheus" in '),
        ):
            with self.subTest(server):
                status, said = Front(WORLD, server).check()
                self.assertEqual(status, 1, said)
                self.assertIn('[emerg] ', said)
                self.assertIn(want, said)


class Parts(unittest.TestCase):
    """What other parts of the module, or other modules, say by ngx_tattle_status.h."""

    @classmethod
    def setUpClass(cls):
        objects = nginx_world.module().parent
        cls.module = WORLD.path('ngx_http_status_part_module.so')
        folders, = re.findall(r'^ALL_INCS = ((?:.*\\\n)*.*)', (objects / 'Makefile').read_text(encoding='utf-8'), re.MULTILINE)
        subprocess.run(['cc', '-shared', '-fPIC', '-Wall', '-Werror', '-o', cls.module,
                        os.environ['TATTLE_NGINX_PART'], f'-I{world.ROOT}',
                        *folders.replace('\\\n', ' ').split()], check=True, cwd='/usr/share/nginx/src')

    def test_both_formats(self):
        site = Front(WORLD, STATUS)
        site.loaded.append(self.module)
        site.configure(site.text(STATUS))
        odd = {'plain': 1, '"quoted" \\ {x="1"}': 2, 'two?lines???': 3, 'Straße €': 4, 'latin ? ?': 5, '': 6}
        with site.running():
            said = json.loads(site.get('/status')[2], object_pairs_hook=unique)
            self.assertEqual(list(said), ['program', 'version', 'time', 'log_list', 'part', 'empty', 'things'])
            self.assertEqual(said['things'], [{'name': 'one', 'inner': {'number': 1, 'none': []}}, {}])
            self.assertEqual(said['empty'], {})
            self.assertEqual(said['part'], {
                'large': 2 ** 64 - 1, 'small': 0, 'odd': odd, 'other': {'plain': 7}, 'yes': True, 'no': False,
                'begun': '2009-02-13T23:31:30Z', 'many': '"' * 5000, 'nothing': '', 'last': {'plain': 8}})
            metrics = parse_prometheus(site.get('/status?format=prometheus')[2])
            escaped = {'{name="%s"}' % name.replace('\\', '\\\\').replace('"', '\\"'): value
                       for name, value in odd.items()}
            self.assertEqual(metrics.pop('tattle_part_odd'), ('gauge', escaped))
            self.assertEqual({name: metric for name, metric in metrics.items() if '_part_' in name}, {
                'tattle_part_large_total': ('counter', {None: 2 ** 64 - 1}),
                'tattle_part_small': ('gauge', {None: 0}),
                'tattle_part_other': ('gauge', {'{name="plain"}': 7}),
                'tattle_part_yes': ('gauge', {None: 1}),
                'tattle_part_no': ('gauge', {None: 0}),
                'tattle_part_begun_seconds': ('gauge', {None: 1234567890}),
                'tattle_part_last': ('gauge', {'{name="plain"}': 8})})
            site.stop()


class Parser(unittest.TestCase):
    """The parser of this test finds what would be wrong."""

    def test_refuses(self):
        good = '# HELP a b\n# TYPE a gauge\na 1\n'
        self.assertEqual(parse_prometheus(good), {'a': ('gauge', {None: 1})})
        for bad in (good[:-1], good + 'b 1\n', good + 'a 1\n', good + good, good.replace('gauge', 'number'),
                    '# TYPE a gauge\na 1\n', '# HELP a b\n# TYPE a gauge\n', good + '\n', good.replace('a 1', 'a{b=c} 1'),
                    good.replace('a 1', 'a x')):
            with self.subTest(bad), self.assertRaises(ValueError):
                parse_prometheus(bad)


if __name__ == '__main__':
    unittest.main()
