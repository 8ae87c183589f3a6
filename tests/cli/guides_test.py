#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The guides of examples/guides and the project's README: each block of them is run or checked, by what
the line that opens it says (examples/guides/README.md has the list). Of all pages in Markdown the
commands within the text have options that there are, and links lead somewhere.

What needs a box, nginx's configuration, is checked by tests/hosts/nginx_guides_test.py."""

import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / 'testlog'))

import guide_page
from command_lines import commands_in, faults_in
from guide_checks import PORTS, ROOT, TIMEOUT_S, UPDATE, VERBS, Checks, Walk, log_lines, read
from testlog import TestLog

# What a test of its own runs: the demonstration, by tests/hosts/demo_test.py.
EXEMPT = {'README.md': ('Start',)}

# Pages for those who have all of it running.
RUNS_ALREADY = ('examples/guides/log-list.md', 'examples/guides/operate.md', 'examples/guides/upgrade.md')

# Messages that are not ours.
OF_OTHERS = {
    'failed (13: Permission denied)': 'nginx',
    'is not binary compatible': 'nginx',
    'undefined reference to': 'the linker',
}


def pages():
    return ['README.md', *sorted(str(path.relative_to(ROOT)) for path in (ROOT / 'examples/guides').glob('*.md'))]


def all_markdown():
    listed = subprocess.run(['git', 'ls-files', '--cached', '--others', '--exclude-standard', '*.md'], cwd=ROOT,
                            capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if listed.returncode != 0:  # no checkout: the folders of the project
        folders = ('core', 'plugin', 'adapters', 'tests', 'fuzz', 'examples')
        return ['README.md', *(str(path.relative_to(ROOT)) for folder in folders
                               for path in sorted((ROOT / folder).rglob('*.md')))]
    return listed.stdout.split()


def spoken(path):
    """What a file may say: in C and C++ the literals, of scripts and configurations all."""
    if path.suffix in ('.cc', '.c', '.h'):
        text = re.sub(r'"\s*\n\s*"', '', path.read_text(encoding='utf-8'))
        return '\n'.join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', text))
    return path.read_text(encoding='utf-8') if path.suffix in ('.py', '.txt', '.lua', '.conf') else ''


def unsaid(page, text, said):
    """What a page says that one sees, and nobody says."""
    faults = []
    for line, words in guide_page.words_seen(text):
        parts = [part.replace('_', ' ') for part in re.split(r' ?\.\.\. ?', words) if part]
        if words not in OF_OTHERS and not all(part in said for part in parts):
            faults.append(f'{page}:{line}: nobody says "{words}"')
    return faults


def starts_tattled(command):
    return re.search(r'\bsystemctl (?:re)?start\b.*\btattled\b|\bsystemctl enable --now tattled\b', command)


def missing_before_tattled(commands):
    """What a page does not do before it starts tattled, and by that leaves to the reader: tattled has to be
    installed, its user made, its configuration looked at; and it has to be there after the next boot."""
    steps = {'meson install': 'tattled is not installed', 'systemd-sysusers': 'there is no user tattle',
             'sudo -u tattle tattled --check': 'nobody looks at tattled.conf',
             'systemctl enable( --now)? tattled': 'it is gone after the next boot'}
    for command in commands:
        steps = {step: why for step, why in steps.items() if not re.search(step, command)}
        if starts_tattled(command):
            return [f'{command}: {why}' for why in steps.values()]
        if 'sudo -u tattle' in command and 'systemd-sysusers' in steps:
            return [f'{command}: {steps["systemd-sysusers"]}']
    return []


def unshown(page, text):
    """Claims of a page that name no test, a file that is not there, or a name that is not in it."""
    faults = []
    for line, kind, cell in guide_page.claims_of(text):
        spans = re.findall(r'`([^`]+)`', cell)
        files = [span for span in spans if '/' in span and ' ' not in span]
        if not files and not kind.startswith('cannot'):
            faults.append(f'{page}:{line}: is shown by nothing')
        sources = ''
        for file in files:
            if (ROOT / file).is_file():
                sources += read(file)
            else:
                faults.append(f'{page}:{line}: there is no {file}')
        faults += [f'{page}:{line}: {span} is in none of its files'
                   for span in spans if span not in files and span not in sources]
    return faults


class GuidesTest(unittest.TestCase):
    def walk(self, page):
        folder = pathlib.Path(tempfile.mkdtemp(prefix='guide'))
        self.addCleanup(shutil.rmtree, folder)
        for file in (ROOT / 'examples/chains').iterdir():
            shutil.copy(file, folder)
        ports = PORTS
        if 'logs/' in page:
            logs = TestLog(folder / 'logs', 'amber:rfc6962:Amber', 'birch:static-ct:Birch', faces=2,
                           options=['--roots', str(folder / 'root.pem'), '--synthetic', '20'])
            logs.__enter__()
            self.addCleanup(logs.stop)
            ports = [re.search(r':(\d+)/', url).group(1) for url in logs.base_urls]
        walk = Walk(folder, ports)
        self.addCleanup(walk.end)
        return walk

    def test_each_block_is_run_or_checked(self):
        number = 0
        for page in pages():
            text = read(page)
            blocks, faults = guide_page.blocks_of(text, page, EXEMPT.get(page, ()))
            with self.subTest(page=page):
                checks = Checks(self.walk(text), UPDATE)
                for block in blocks:
                    number += 1
                    faults += checks.check(block)
                for before, after in checks.changed.items():
                    text = text.replace(before, after)
                    (ROOT / page).write_text(text, encoding='utf-8')
                self.assertEqual(faults, [], '\n'.join(faults))
        self.assertGreater(number, 40)

    def test_commands_within_the_text_have_options_that_there_are(self):
        faults, number = [], 0
        for page in all_markdown():
            messages = set(guide_page.words_seen(read(page)))
            for line, span in set(guide_page.code_spans(read(page))) - messages:
                for command in commands_in(span) if span.startswith('tattle') else []:
                    number += 1
                    faults += [f'{page}:{line}: {fault}' for fault in faults_in(command, VERBS)]
        self.assertGreater(number, 50)
        self.assertEqual(faults, [], '\n'.join(faults))

    def test_commands_in_all_blocks_have_options_that_there_are(self):
        faults, number = [], 0
        for page in all_markdown():
            for line, block in guide_page.any_blocks(read(page)):
                for command in commands_in(block):
                    number += 1
                    faults += [f'{page}:{line}: {fault}' for fault in faults_in(command, VERBS)]
        self.assertGreater(number, 40)
        self.assertEqual(faults, [], '\n'.join(faults))

    def test_configurations_in_all_blocks_are_right(self):
        """Blocks of nothing but keys that tattled knows: they need no mark to be known."""
        keys = set(re.findall(r'\{"(\w+)",', ''.join(path.read_text(encoding='utf-8') for path in (
            *(ROOT / 'adapters/daemon').rglob('*.cc'), ROOT / 'plugin/runtime/config.cc'))))
        number, folder = 0, pathlib.Path(tempfile.mkdtemp(prefix='guide'))
        self.addCleanup(shutil.rmtree, folder)
        checks = Checks(Walk(folder, PORTS))
        for page in all_markdown():
            for line, text in guide_page.any_blocks(read(page)):
                settings = [one for one in text.splitlines() if one.strip() and not one.startswith('#')]
                named = [re.match(r'(\w+) *=', one) for one in settings]
                if all(named) and keys.issuperset(one.group(1) for one in named):
                    number += 1
                    self.assertEqual(checks.config(guide_page.Block(page, line, 'conf tattled.conf', text)), [])
        self.assertGreater(number, 20)

    def test_tattled_is_started_from_nothing_and_for_good(self):
        number = 0
        for page in pages():
            with self.subTest(page=page):
                blocks, _ = guide_page.blocks_of(read(page), page, EXEMPT.get(page, ()))
                commands = [line for block in blocks if block.language == 'sh' for line in block.text.splitlines()]
                number += any(starts_tattled(line) for line in commands)
                self.assertEqual([] if page in RUNS_ALREADY else missing_before_tattled(commands), [])
        self.assertGreater(number, 2)

    def test_what_one_sees_is_said_by_somebody(self):
        """Messages in tables: by the code or its tests, or in what programs wrote for another guide."""
        said = ''.join(spoken(path) for folder in ('core', 'plugin', 'adapters', 'examples', 'tests/cli', 'tests/hosts')
                       for path in (ROOT / folder).rglob('*') if path != pathlib.Path(__file__))
        said += '\n'.join(line for page in all_markdown() for line in log_lines(read(page)))
        said = said.replace('_', ' ')
        number = sum(len(list(guide_page.words_seen(read(page)))) for page in pages())
        faults = [fault for page in pages() for fault in unsaid(page, read(page), said)]
        self.assertGreater(number, 20)
        self.assertEqual(faults, [], '\n'.join(faults))

    def test_claims_are_shown_by_what_is_there(self):
        faults, number = [], 0
        for page in pages():
            text = read(page)
            number += len(list(guide_page.claims_of(text)))
            faults += unshown(page, text)
        self.assertGreater(number, 40)
        self.assertEqual(faults, [], '\n'.join(faults))

    def test_links_lead_somewhere(self):
        faults, number = [], 0
        for page in all_markdown():
            for link in guide_page.links_of(read(page)):
                number += 1
                path, _, anchor = link.partition('#')
                target = (ROOT / page).parent / path if path else ROOT / page
                if target.is_dir() and anchor:
                    target = target / 'README.md'
                if not target.exists():
                    faults.append(f'{page}: {link} is not there')
                elif anchor and anchor not in guide_page.anchors_of(target.read_text(encoding='utf-8')):
                    faults.append(f'{page}: {link} has no such heading')
        self.assertGreater(number, 100)
        self.assertEqual(faults, [], '\n'.join(faults))

    def test_the_built_in_list_is_stale_when_the_pages_say(self):
        made = datetime.date.fromisoformat(json.loads(read('core/data/log_list.json'))['log_list_timestamp'][:10])
        said = [(page, day) for page in pages()
                for day in re.findall(r'\bstale\W+(?:since|from) ([\d-]+)', read(page))]
        self.assertGreater(len(said), 3)
        for page, day in said:
            self.assertEqual(day, str(made + datetime.timedelta(days=70)), page)

    def test_the_readme_stays_short(self):
        text = re.sub(r'^```.*?^```', '', read('README.md'), flags=re.MULTILINE | re.DOTALL)
        self.assertLess(len(text.split()), 700, 'a screen, and two tables')
        self.assertLess(read('README.md').count('\n'), 95)
        self.assertEqual([line for line in text.splitlines() if len(line) > 126], [], 'too wide for a terminal')


class BlindnessTest(unittest.TestCase):
    """That wrong pages are found."""

    def faults(self, text, page='x.md'):
        folder = pathlib.Path(tempfile.mkdtemp(prefix='guide'))
        self.addCleanup(shutil.rmtree, folder)
        walk = Walk(folder, PORTS)
        self.addCleanup(walk.end)
        blocks, found = guide_page.blocks_of(text, page)
        return found + [fault for block in blocks for fault in Checks(walk).check(block)]

    def test_finds_what_is_wrong(self):
        for good in ('```sh run\ntattle --version\n```\n', '```sh run status=2\ntattle check nosuchfile\n```\n',
                     '```console run\n$ printf "%s\\n" a\na\n```\n', '```sh shown: needs root\ntattle status\n```\n',
                     *(f'```sh shown: needs root\n{command}\n```\n' for command in (
                         'tattle log sth amber', 'tattle check --policy all a.pem', 'tattle check HOST --policy NAME',
                         'tattle check a.pem --policy "$policy" 2>/dev/null', 'tattle submit --renew a b --policy strict',
                         'tattle-testlog --dir logs --log amber:rfc6962:Amber &', 'tattled --config tattled.conf',
                         "tattle fetch --policy=apple --header 'A: b' https://example.org/", 'its tattled asks the logs')),
                     '```sh run\nexport A=1\n```\n```sh run\ntest $A = 1\n```\n',
                     '```conf tattle.conf\nmode = require\n```\n', '```conf tattled.conf\naudit = no\n```\n',
                     '```conf part of examples/postfix/tls_policy\npartner.example  secure\n```\n',
                     '- a list\n\n    that goes on\n'):
            self.assertEqual(self.faults(good), [], good)
        for bad in ('    tattle check\n', '```sh\ntattle check\n```\n', '```\nx\n```\n', '```sh run\nfalse\n```\n',
                    '```sh run status=1\ntrue\n```\n', '```sh shown:\ntattle check\n```\n', '```sh run\ntrue\n',
                    *(f'```sh shown: needs root\n{command}\n```\n' for command in (
                        'tattle check --nosuch', 'tattle nosuch', 'tattle log nosuch', 'tattle evidence frobnicate x',
                        'tattled nosuch', 'sudo tattled restart', 'tattle-testlog --dir logs nosuch',
                        'tattle check --policy crome a.pem', 'tattle check --policy=crome a.pem',
                        'tattle check a.pem --starttls smpt', 'sudo tattle enable postfix --mode requires',
                        'tattle decode --as stth FILE', 'tattle submit --renew a b --policy crome')),
                    '```console run\n$ echo a\nb\n```\n', '```console run\n$ echo a\n```\n',
                    '```conf tattle.conf\nmode = never\n```\n', '```conf tattle.conf\naudit = no\n```\n',
                    '```conf tattled.conf\nmood = off\n```\n', '```c client.c tattle-openssl\nint main( {}\n```\n',
                    '```conf part of examples/postfix/tls_policy\nother.example  secure\n```\n',
                    '```conf part of nosuchfile\nx\n```\n', '```yaml x\na: b\n```\n',
                    '```log of examples/postfix/README.md\npostfix/smtp[1]: all is well\n```\n',
                    '- a list\n\n  ```sh run\n  true\n  ```\n'):
            self.assertTrue(self.faults(bad), bad)

    def test_finds_what_is_not_done_before_tattled_starts(self):
        good = ['sudo meson install -C build', 'sudo systemd-sysusers', 'sudo -u tattle tattled --check',
                'sudo systemctl enable tattled', 'sudo systemctl restart tattled prosody']
        self.assertEqual(missing_before_tattled(good), [])
        self.assertEqual(missing_before_tattled([*good[:3], 'sudo systemctl enable --now tattled']), [])
        self.assertEqual(missing_before_tattled(['sudo systemctl restart prosody']), [])
        for left_out in range(4):
            self.assertTrue(missing_before_tattled(good[:left_out] + good[left_out + 1:]), left_out)
        self.assertTrue(missing_before_tattled([good[0], good[2], good[1], *good[3:]]))

    def test_finds_messages_that_nobody_says(self):
        text = '| what you see | what it is |\n| --- | --- |\n| `out of ... paper` | `nothing of this` |\n'
        self.assertEqual(unsaid('x.md', text, 'out of luck and paper'), [])
        self.assertEqual(len(unsaid('x.md', text, 'out of luck')), 1)

    def test_finds_claims_that_nothing_shows(self):
        table = '| claim | | shown by |\n| --- | --- | --- |\n| a | %s | %s |\n'
        self.assertEqual(unshown('x.md', table % ('stops', '`tests/cli/guides_test.py` (`BlindnessTest`)')), [])
        self.assertEqual(unshown('x.md', table % ('cannot', '')), [])
        for kind, cell in (('stops', ''), ('stops', 'a test'), ('cannot', '`tests/cli/nosuch_test.py`'),
                           ('stops', '`tests/cli/guide_page.py` (`NoSuchTest`)')):
            self.assertTrue(unshown('x.md', table % (kind, cell)), cell)


if __name__ == '__main__':
    unittest.main()
