#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Manual pages: what --help says stands in them and the other way round, as do the keys of the
configurations and nginx's directives; their examples work."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / 'adapters/cli/completion'), str(ROOT / 'tests/testlog')]

import help_text
from command_lines import commands_in, faults_in
from man_page import Page, defaults_in, option_of
from testlog import TestLog

PROGRAMS = {'tattle': os.environ['TATTLE_EXE'], 'tattled': os.environ['TATTLED_EXE'],
            'tattle-testlog': os.environ['TATTLE_TESTLOG']}
FOLDERS = ('adapters/cli/man', 'adapters/daemon/man', 'adapters/nginx/man', 'tests/testlog')
CHAINS = ROOT / 'examples/chains'
TIMEOUT_S = 120

HELP = {name: help_text.read_all(path) for name, path in PROGRAMS.items()}
PAGES = {path.name: Page(path.name, path.read_text(encoding='utf-8'))
         for folder in FOLDERS for path in sorted((ROOT / folder).glob('*.[1-8]'))}

# Where a table of keys begins, and one of its rows: {"mode", SetMode},
KEY_TABLE = re.compile(r'ConfigKey<\w+> k\w*Keys\[\] = \{(.*?)\n\};', re.DOTALL)
KEY = re.compile(r'\{"(\w+)",')
# A row of nginx's: { ngx_string("ct_log_list"), NGX_MAIN_CONF|..., and what its flags allow.
DIRECTIVE = re.compile(r'\{\s*ngx_string\("(\w+)"\),\s*((?:NGX_\w+\s*\|?\s*)+),')
VARIABLE_TABLE = re.compile(r'ngx_http_variable_t\s+\w+\[\] = \{(.*?)\n\};', re.DOTALL)
CONTEXTS = {'NGX_MAIN_CONF': 'main', 'NGX_HTTP_MAIN_CONF': 'http', 'NGX_HTTP_SRV_CONF': 'server',
            'NGX_HTTP_LOC_CONF': 'location', 'NGX_HTTP_LMT_CONF': 'limit_except', 'NGX_HTTP_LIF_CONF': 'if in location',
            'NGX_HTTP_UPS_CONF': 'upstream', 'NGX_STREAM_MAIN_CONF': 'stream',
            'NGX_STREAM_SRV_CONF': 'server', 'NGX_MAIL_MAIN_CONF': 'mail', 'NGX_MAIL_SRV_CONF': 'server'}


# Keys whose default is no value of theirs: it depends on others.
NO_ONE_DEFAULT = ('gossip_as',)
# What a directive is where nobody says anything, in the module's source, and how it is said.
MERGED = {
    'ct_refresh': (r'define NGX_TATTLE_REFRESH +(\d+)', lambda value: f'{int(value) // 1000}s'),
    'ct_scts_policy': (r'merge_value\(conf->policy, prev->policy, TATTLE_POLICY_(\w+)\)', str.lower),
    'proxy_ssl_ct': (r'merge_uint_value\(conf->mode, prev->mode, TATTLE_MODE_(\w+)\)', str.lower),
    'ct_gossip_limit': (r'rates\.rate = (\d+);\s+\S+rates\.rate_all = (\d+);\s+\S+rates\.checks = (\d+);',
                        lambda values: '{}, {} and {}'.format(*values)),
    'ct_gossip': (r'merge_value\(conf->enable, prev->enable, (\d)\)', lambda value: 'on' if value == '1' else 'off'),
}


def not_by_default(lines):
    """What the code says of keys that are set to something else than they have by default."""
    with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
        file.write('\n'.join(lines) + '\n')
        file.flush()
        done = subprocess.run([os.environ['TATTLE_CONFIG_DEFAULTS'], file.name], capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)
    said = done.stdout.splitlines()
    if done.returncode != (1 if said else 0):
        raise RuntimeError(f'status {done.returncode}: {done.stderr}')
    return [line for line in said if line.startswith('not by default: ')]


def page_of(words):
    """The page that is about a verb, or about one of its own verbs."""
    if words[:1] in (['tattled'], ['tattle-testlog']):
        return words[0] + ('.8' if words[0] == 'tattled' else '.1')
    return '-'.join(words[:2]) + '.1'


def difference(kind, programs, pages):
    """What only one of the two has, in words."""
    return ([f'{kind} {name} is missing' for name in sorted(programs - pages)]
            + [f'{kind} {name} is there for nothing' for name in sorted(pages - programs)])


def show(option):
    names, value = option
    return ' '.join([', '.join(sorted(names)), value]).strip()


def options_in(section):
    return {show(option) for item in section.items() if (option := option_of(item))}


def compare_verb(verb, written, named):
    """Faults of what a page has as the options and arguments of a verb."""
    asked = {show((frozenset(option.names), option.value)) for option in verb.options}
    return difference('option', asked, written) + difference('argument', set(verb.arguments), named)


def compare_page(page, program, verbs):
    """Faults of a page against the help of its verb and of those below; the first is the verb's own."""
    top, below = verbs[0], verbs[1:]
    faults = []
    if page.names()[0] != page.name[:-2]:
        faults.append(f'NAME is {page.names()[0]}')
    if page.description() != top.summary:
        faults.append(f'NAME says "{page.description()}", help "{top.summary}"')
    parts = {' '.join(part.words()): part for part in page.below('VERBS') if part.under}
    # The OPTIONS of a page of verbs are those that all of them have.
    shared = options_in(page.section('OPTIONS')) if program == 'tattle' else set()
    if not below or program != 'tattle':
        named = page.section('SYNOPSIS').line_arguments() - {name for verb in below for name in verb.arguments}
        faults += compare_verb(top, options_in(page.section('OPTIONS')), named)
    if below or parts:
        faults += difference('verb', {' '.join([program, *verb.words]) for verb in below}, set(parts))
    for verb in below:
        if part := parts.get(' '.join([program, *verb.words])):
            faults += [f'{part.title}: {fault}'
                       for fault in compare_verb(verb, options_in(part) | shared, part.title_arguments())]
    return faults


def compare_defaults(page, program, verbs):
    """Options of which page and help say different defaults, or only one of the two."""
    faults = []
    for verb in verbs:
        title = ' '.join([program, *verb.words])
        written = {option[0]: text for section in page.sections
                   if section.title == 'OPTIONS' or section.under == 'VERBS' and ' '.join(section.words()) == title
                   for item, text in section.item_texts() if (option := option_of(item))}
        for option in verb.options:
            asked, said = defaults_in(option.text), defaults_in(written.get(frozenset(option.names), ''))
            if asked != said:
                faults.append(f'{title} {option.names[-1]}: help has by default {asked}, {page.name} {said}')
    return faults


def compare_program(page, verbs):
    """Faults of tattle.1, where verbs are named only."""
    faults = difference('verb', set(verbs.verbs), set(page.keys('VERBS')))
    asked = {show((frozenset(option.names), option.value)) for option in verbs.options}
    return faults + difference('option', asked, options_in(page.section('OPTIONS')))


def keys_in(source):
    """The keys of all tables of a source."""
    return [key for table in KEY_TABLE.findall(source) for key in KEY.findall(table)]


def directives_in(source):
    """Each directive with the contexts that it is allowed in."""
    found = {}
    for name, flags in DIRECTIVE.findall(source):
        found.setdefault(name, set()).update(CONTEXTS[flag] for flag in re.findall(r'NGX_\w+_CONF', flags)
                                             if flag in CONTEXTS)
    return found


def variables_in(source):
    """The names in nginx's tables of variables."""
    return {name for table in VARIABLE_TABLE.findall(source) for name in re.findall(r'ngx_string\("(\w+)"\)', table)}


def contexts_in(page):
    """The same as the page has it: "Context: http, server." behind each directive."""
    found, name = {}, None
    for section in page.below('DIRECTIVES'):
        for line in section.lines:
            if item := re.match(r'^\.It Ic (\w+)', line):
                name = item.group(1)
            elif context := re.match(r'^Context: (.*)\.$', line):
                found[name] = set(context.group(1).split(', '))
    return found


class PagesTest(unittest.TestCase):
    def assert_no_faults(self, faults):
        self.assertEqual([], faults, '\n' + '\n'.join(faults))

    def test_there_is_a_page_for_each_command_and_it_is_installed(self):
        wanted = {page_of([program, *verb.words]) for program, verbs in HELP.items() for verb in verbs}
        wanted |= {'tattle.conf.5', 'tattled.conf.5', 'ngx_tattle_module.5'}
        self.assert_no_faults(difference('page', wanted, set(PAGES)))
        for folder in FOLDERS:
            build = (ROOT / folder / 'meson.build').read_text(encoding='utf-8')
            there = {path.name for path in (ROOT / folder).glob('*.[1-8]')}
            self.assertTrue(there, folder)
            named = set(re.findall(r"'([\w.-]+\.[1-8])'", build[build.index('install_man('):]))
            self.assert_no_faults(difference(f'{folder}/meson.build:', there, named))

    def test_mandoc_has_nothing_to_say(self):
        # What else is installed, and so can be referred to, differs from system to system.
        other = re.compile(r'referenced manual not found|outdated mandoc\.db|lacks \S+ entry')
        for folder in FOLDERS:
            for path in sorted((ROOT / folder).glob('*.[1-8]')):
                done = subprocess.run(['mandoc', '-T', 'lint', path], capture_output=True, text=True,
                                      timeout=TIMEOUT_S, check=False)
                said = [line for line in (done.stdout + done.stderr).splitlines() if not other.search(line)]
                self.assert_no_faults(said)
        done = subprocess.run(['mandoc', '-T', 'lint'], input='.Dd x\n.Xx\n', capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=False)
        self.assertIn('WARNING', done.stdout + done.stderr, 'mandoc is blind')

    def test_pages_have_their_sections_and_refer_to_pages_that_are_there(self):
        for page in PAGES.values():
            wanted = {'NAME', 'DESCRIPTION', 'EXAMPLES', 'SEE ALSO'}
            if page.section_number in '18':
                wanted |= {'SYNOPSIS', 'OPTIONS', 'EXIT STATUS'}
            else:
                wanted.add('FILES')
            self.assertEqual(wanted - set(page.titles()), set(), page.name)
            ours = {name for name in page.references() if re.match(r'(?:tattle|ngx_)', name)}
            self.assertEqual(ours - set(PAGES), set(), page.name)
            others = set(PAGES) - {page.name}
            if page.name == 'tattle.1':
                self.assertEqual(others - page.references(), set())
            else:
                self.assertIn('tattle.1', page.references(), page.name)

    def test_options_verbs_and_arguments_are_those_of_help(self):
        faults = compare_program(PAGES['tattle.1'], HELP['tattle'][0])
        for program, verbs in HELP.items():
            by_page = {}
            for verb in verbs:
                if program != 'tattle' or verb.words:
                    by_page.setdefault(page_of([program, *verb.words]), []).append(verb)
            for name, group in by_page.items():
                faults += [f'{name}: {fault}' for fault in compare_page(PAGES[name], program, group)]
        self.assert_no_faults(faults)

    def test_defaults_are_those_of_help(self):
        faults, number = [], 0
        for program, verbs in HELP.items():
            for verb in verbs:
                number += sum(bool(defaults_in(option.text)) for option in verb.options)
                name = page_of([program, *verb.words]) if program != 'tattle' or verb.words else 'tattle.1'
                faults += compare_defaults(PAGES[name], program, [verb])
        self.assertGreater(number, 40)
        self.assert_no_faults(faults)

    def test_keys_are_those_of_the_code(self):
        own = keys_in((ROOT / 'plugin/runtime/config.cc').read_text(encoding='utf-8'))
        daemon = [key for path in sorted((ROOT / 'adapters/daemon').rglob('*.cc'))
                  for key in keys_in(path.read_text(encoding='utf-8'))]
        self.assertGreater(len(own), 5)
        self.assertGreater(len(daemon), 20)
        for name, keys in (('tattle.conf.5', own), ('tattled.conf.5', own + daemon)):
            written = PAGES[name].keys('KEYS')
            self.assertEqual(len(written), len(set(written)), f'{name}: a key stands twice')
            self.assert_no_faults([f'{name}: {fault}' for fault in difference('key', set(keys), set(written))])

    def test_defaults_of_keys_are_those_of_the_code(self):
        """Each set to what the page says changes nothing of what tattled has without a file."""
        for name in ('tattle.conf.5', 'tattled.conf.5'):
            lines = []
            for section in PAGES[name].below('KEYS'):
                for item, text in section.item_texts():
                    keys = Page(name, f'.Sh KEYS\n.It {item}\n').keys('KEYS')
                    if len(keys) == 1 and keys[0] not in NO_ONE_DEFAULT:
                        said = defaults_in(text) + re.findall(r'(Empty), which is the default', text)
                        self.assertEqual(len(said), 1, f'{name}: {keys[0]} by default {said}')
                        lines.append(f'{keys[0]} = {"" if said[0].lower() == "empty" else said[0]}')
            self.assertGreater(len(lines), 9)
            self.assert_no_faults(not_by_default(lines))
        self.assertEqual(len(not_by_default(['audit = yes', 'audit = no', 'gossip_rate = 6', 'syslog ='])), 2)

    def test_defaults_of_the_table_are_those_of_the_code(self):
        rows = re.findall(r'^\| `(\w+)` \| [^|]+ \| (\S[^|]*) \| ', (ROOT / 'plugin/runtime/README.md').read_text(),
                          re.MULTILINE)
        self.assertGreater(len(rows), 9)
        self.assert_no_faults(not_by_default(
            [f'{key} = {"" if said.startswith("empty") else said.strip("`")}' for key, said in rows]))

    def test_defaults_of_directives_are_those_of_the_module(self):
        source = '\n'.join(path.read_text(encoding='utf-8') for path in (ROOT / 'adapters/nginx').rglob('*.[ch]'))
        written = {item.split()[1]: defaults_in(text) for section in PAGES['ngx_tattle_module.5'].below('DIRECTIVES')
                   for item, text in section.item_texts()}
        for name, said in written.items():
            if said or name in MERGED:
                value, = re.findall(MERGED[name][0], source)
                self.assertEqual(said, [MERGED[name][1](value)], name)

    def test_directives_and_their_contexts_are_those_of_the_module(self):
        # One directive may stand in several tables, of http, stream and mail.
        source = '\n'.join(path.read_text(encoding='utf-8') for path in (ROOT / 'adapters/nginx').rglob('*.c'))
        known = directives_in(source)
        self.assertGreater(len(known), 5)
        page = PAGES['ngx_tattle_module.5']
        self.assert_no_faults(difference('directive', set(known), set(page.keys('DIRECTIVES'))))
        self.assertEqual(contexts_in(page), known)
        variables = variables_in(source)
        self.assertGreater(len(variables), 2)
        written = re.findall(r'\$(\w+)', ' '.join(page.section('VARIABLES').items()))
        self.assert_no_faults(difference('variable', variables, set(written)))
        self.assertEqual(set(re.findall(r'^\s*(ct_\w+|proxy_ssl_ct\w*)\b', '\n'.join(
            example.text for example in page.examples), re.MULTILINE)) - set(known), set())

    def test_examples_have_options_that_there_are(self):
        faults, number = [], 0
        for page in PAGES.values():
            for example in page.examples:
                for command in commands_in(example.text):
                    number += 1
                    faults += [f'{page.name}:{example.line}: {fault}' for fault in faults_in(command, HELP)]
        for program, verbs in HELP.items():
            for verb in verbs:
                for command in commands_in(verb.footer.partition('Example')[2]):
                    number += 1
                    faults += [f'{program} {" ".join(verb.words)} --help: {fault}'
                               for fault in faults_in(command, HELP)]
        self.assertGreater(number, 100)
        self.assert_no_faults(faults)

    def test_examples_can_be_copied(self):
        """A bare - or ' in a literal block is shown as a hyphen or a quotation mark by some."""
        for page in PAGES.values():
            for example in page.examples:
                plain = re.sub(r'\\(?:\(..|[-e&])', '', example.source)
                self.assertNotRegex(plain, r"[-'`^~\\]", f'{page.name}:{example.line}')


class HelpTest(unittest.TestCase):
    """What the pages and completion rely on."""

    def test_all_helps_are_alike(self):
        for program, verbs in HELP.items():
            for verb in verbs:
                where = ' '.join([program, *verb.words])
                self.assertTrue(verb.usage.startswith(where), where)
                self.assertFalse(verb.summary.endswith('.'), where)
                if verb.words:
                    self.assertTrue(verb.summary[0].islower(), where)
                for option in verb.options:
                    self.assertTrue(option.text, f'{where} {option.names}')
                    self.assertNotRegex(option.value, r'\b(?:TEXT|U?INT|FLOAT|VALUE)\b', f'{where} {option.names}')
                for name, text in verb.arguments.items():
                    self.assertTrue(text, f'{where} {name}')
                self.assertEqual(bool(verb.verbs), any(other.words[:-1] == verb.words and other.words
                                                       for other in verbs), where)

    def test_lines_fit_a_terminal(self):
        for program, verbs in HELP.items():
            for verb in verbs:
                done = subprocess.run([PROGRAMS[program], *verb.words, '--help'], capture_output=True,
                                      text=True, timeout=TIMEOUT_S, check=True)
                long = [line for line in done.stdout.splitlines() if len(line) > 100]
                self.assertEqual(long, [], f'{program} {verb.words}')


class ExamplesTest(unittest.TestCase):
    """Each in a folder with the files of examples/chains, and the folder of a test log that runs."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='man'))
        self.addCleanup(shutil.rmtree, self.folder)
        bin_folder = self.folder / 'bin'
        bin_folder.mkdir()
        for name, path in PROGRAMS.items():
            (bin_folder / name).symlink_to(pathlib.Path(path).resolve())
        keep = ('ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LSAN_OPTIONS')
        self.env = {name: os.environ[name] for name in keep if name in os.environ}
        self.env.update(PATH=f'{bin_folder}:{os.environ["PATH"]}', HOME=str(self.folder), LANG='C.UTF-8')

    def run_one(self, name, example, number):
        place = self.folder / f'{name}.{number}'
        shutil.copytree(CHAINS, place)
        with contextlib.ExitStack() as stack:
            if 'logs/' in example.text:
                stack.enter_context(TestLog(place / 'logs', 'amber:rfc6962:Amber',
                                            options=['--roots', str(CHAINS / 'root.pem'), '--synthetic', '8']))
            done = subprocess.run(['bash', '-euo', 'pipefail', '-c', example.text], cwd=place, env=self.env,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=TIMEOUT_S, check=False)
        self.assertEqual(str(done.returncode), example.word,
                         f'{name}:{example.line}:\n{example.text}{done.stdout}{done.stderr}')

    def test_those_that_need_no_network_are_run(self):
        number = 0
        for page in PAGES.values():
            ran = 0
            for example in page.examples:
                if example.mark == 'run':
                    ran += 1
                    with self.subTest(page=page.name, line=example.line):
                        self.run_one(page.name, example, ran)
            number += ran
        self.assertGreater(number, 20)

    def test_each_example_says_what_it_is(self):
        for page in PAGES.values():
            examples = [example for example in page.examples if example.section == 'EXAMPLES']
            self.assertTrue(examples, page.name)
            for example in examples:
                self.assertTrue(example.mark, f'{page.name}:{example.line} has no mark')

    def test_configurations_are_right(self):
        number = 0
        for page in PAGES.values():
            for example in page.examples:
                if example.mark != 'file':
                    continue
                number += 1
                path = self.folder / 'tattled.conf'
                # Of what it names nothing is there; what the keys say is right all the same.
                path.write_text(example.text + 'nosuchkey = 1\n', encoding='utf-8')
                done = subprocess.run([PROGRAMS['tattled'], '--check', '--config', path], env=self.env,
                                      capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
                faults = [line for line in done.stderr.splitlines() if re.search(r'tattled\.conf:\d+: ', line)]
                self.assertEqual(len(faults), 1, f'{page.name}:{example.line}: {done.stderr}')
                self.assertIn('nosuchkey', faults[0])
        self.assertGreater(number, 3)


class BlindnessTest(unittest.TestCase):
    """That the comparisons above see what they look for."""

    PAGE = ('.Sh NAME\n.Nm tattle-x\n.Nd do x\n.Sh SYNOPSIS\n.Nm tattle x\n.Ar FILE ...\n.Sh OPTIONS\n'
            '.Bl -tag\n.It Fl o , Fl -out Ar DIR ...\n.It Fl -json\n.El\n.Sh KEYS\n.It Ic mode , policy Ar X\n')

    def verb(self, **changes):
        verb = help_text.Help(['x'], 'do x', 'tattle x', {'FILE': ''},
                              [help_text.Option(['-o', '--out'], 'DIR...', ''),
                               help_text.Option(['--json'], '', '')], {}, '')
        for name, value in changes.items():
            setattr(verb, name, value)
        return verb

    def test_sees_what_only_one_of_the_two_has(self):
        page = Page('tattle-x.1', self.PAGE)
        self.assertEqual(compare_page(page, 'tattle', [self.verb()]), [])
        more = self.verb().options + [help_text.Option(['--new'], '', '')]
        other = [help_text.Option(['-o', '--out'], 'FILE', ''), help_text.Option(['--json'], '', '')]
        for changes in ({'options': more}, {'options': more[:1]}, {'options': other}, {'arguments': {}},
                        {'arguments': {'FILE': '', 'TO': ''}}, {'summary': 'do y'}):
            self.assertTrue(compare_page(page, 'tattle', [self.verb(**changes)]), changes)
        below = self.verb(words=['x', 'y'])
        self.assertTrue(compare_page(page, 'tattle', [self.verb(), below]))
        for old in ('.It Fl -json\n', ' ...\n.Sh OPT', '.Nd do x'):
            self.assertIn(old, self.PAGE)
        self.assertTrue(compare_page(Page('tattle-x.1', self.PAGE.replace('.It Fl -json\n', '')), 'tattle',
                                     [self.verb()]))

    def test_sees_defaults_that_differ(self):
        text = self.PAGE.replace('Ar DIR ...\n', 'Ar DIR ...\nThe folder; by default\n.Pa /tmp .\n')
        for said, wanted in (('by default /tmp', 0), ('where (default /tmp)', 0), ('by default /var', 1), ('', 1)):
            option = help_text.Option(['-o', '--out'], 'DIR...', said)
            faults = compare_defaults(Page('tattle-x.1', text), 'tattle', [self.verb(options=[option])])
            self.assertEqual(len(faults), wanted, said)

    def test_reads_keys_and_directives(self):
        self.assertEqual(Page('x.5', self.PAGE).keys('KEYS'), ['mode', 'policy'])
        source = 'constexpr ConfigKey<Config> kKeys[] = {\n    {"mode", Set},\n    {"rate",\n     [] {}},\n};\n'
        self.assertEqual(keys_in(source), ['mode', 'rate'])
        source = '    { ngx_string("ct_x"),\n      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF\n      |NGX_CONF_FLAG,\n'
        self.assertEqual(directives_in(source), {'ct_x': {'http', 'server'}})

    def test_sees_options_that_there_are_not(self):
        verbs = {'tattle': [help_text.Help([], '', '', {}, [], {'x': ''}, ''), self.verb()]}
        self.assertEqual(faults_in('tattle x a -o b --json -', verbs), [])
        self.assertEqual(faults_in('tattle x -- cat --new', verbs), [])
        for command in ('tattle x --new', 'tattle x -q', 'tattle y'):
            self.assertEqual(len(faults_in(command, verbs)), 1, command)
        text = "    tattle x a \\\n        --json | jq .x && tattle y 'b'\n    FOO=1 tattle z  # why\n"
        self.assertEqual([' '.join(command.split()) for command in commands_in(text)],
                         ['tattle x a --json', "tattle y 'b'", 'tattle z'])


if __name__ == '__main__':
    unittest.main()
