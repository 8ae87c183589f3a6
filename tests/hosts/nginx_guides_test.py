#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The configuration of nginx in guides, READMEs and manual pages: nginx -t takes each block with the
module, and says what the guides quote. tests/cli/guides_test.py looks after all other blocks."""

import os
import pathlib
import re
import tempfile
import unittest

import nginx_world
import world
from nginx_world import Nginx
from world import pki
import guide_page  # found by way of world
import man_page

GUIDES = world.ROOT / 'examples/guides'
BLOCKS = [block for path in [world.ROOT / 'README.md', *sorted(GUIDES.glob('*.md'))]
          for block in guide_page.blocks_of(path.read_text(encoding='utf-8'), path.name)[0]]
OTHER_PAGES = [world.ROOT / 'adapters' / name for name in ('nginx/README.md', 'daemon/README.md')]
MANUALS = [world.ROOT / 'adapters' / name for name in ('nginx/man/ngx_tattle_module.5', 'daemon/man/tattled.conf.5')]
# What a block of nginx begins with; others on these pages are of shells, or what nginx says.
BEGINS = re.compile(r'(?:http \{|server \{|location |log_format |add_header |ct_\w+ |proxy_\w+ )')
CERTIFICATES = '/etc/letsencrypt/live/example.org'
SCTS = '/etc/tattle/scts'


def blocks(mark):
    return [block for block in BLOCKS if block.mark == mark]


def other_blocks():
    """Pairs of where it stands and text."""
    for path in OTHER_PAGES:
        for line, text in guide_page.any_blocks(path.read_text(encoding='utf-8')):
            if BEGINS.match(text):
                yield f'{path.name}:{line}', text
    for path in MANUALS:
        for example in man_page.Page(path.name, path.read_text(encoding='utf-8')).examples:
            if example.mark == 'nginx':
                yield f'{path.name}:{example.line}', example.text


def whole(text):
    """A block with what stands around it, and without what it leaves out: "..." and the end."""
    text = re.sub(r'(?m)^\s*\.\.\.$', '', text)
    if text.startswith(('location', 'add_header')):
        text = f'server {{ listen 127.0.0.1:8081;\n{text}'
    if not text.startswith('http {'):
        text = f'http {{\n{text}'
    return text + '\n}' * (text.count('{') - text.count('}'))


def stable(line):
    """Without what differs: where the file is, serial numbers, other numbers."""
    for pattern, replacement in ((r' in /\S+:\d+', ' in CONF:N'), (r'serial \w+', 'serial N'), (r'\d+', 'N'), (r'\s+', ' ')):
        line = re.sub(pattern, replacement, line)
    return line.strip()


class GuidesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        cls.world = world.World(folder.name)
        # What the guides name: a certificate without SCTs, and SCTs of the one before it.
        ca = cls.world.ca
        for name in ('before', 'www'):
            path = ca.issue(name, 'www.example.org', serial='1001' if name == 'www' else '1000',
                            subject='/CN=www.example.org')
            pki.write(path + '-chain.pem', pki.read(path + '.pem') + pki.read(ca.pem))
        os.makedirs(CERTIFICATES)
        pki.write(f'{CERTIFICATES}/fullchain.pem', pki.read(cls.world.path('www-chain.pem')))
        pki.write(f'{CERTIFICATES}/privkey.pem', pki.read(cls.world.path('www.key')))
        os.makedirs(f'{SCTS}/old')
        old = pki.x509_entry(pki.read(cls.world.path('before.der')))
        pki.write(f'{SCTS}/old/one.sct', cls.world.logs[0].sct(old, (cls.world.now - pki.DAY) * 1000))
        for name in ('fullchain.pem', 'privkey.pem'):  # those that are named without a folder
            os.symlink(f'{CERTIFICATES}/{name}', cls.world.path(name))
        with open(world.HOSTS, 'a', encoding='ascii') as file:
            file.write('127.0.0.1 backend.example.org backend.example.com\n')

    def check(self, text):
        return Nginx(self.world.folder, f'ct_log_list {self.world.log_list};\nevents {{ }}\n{whole(text)}\n',
                     name='guide').check()

    def test_nginx_takes_each_block(self):
        self.assertGreater(len(blocks('nginx http')), 1)
        for block in blocks('nginx http'):
            status, said = self.check(block.text)
            self.assertEqual(status, 0, f'{block.where}:\n{said}')

    def test_nginx_takes_the_blocks_of_other_pages(self):
        number = 0
        for where, text in other_blocks():
            number += 1
            status, said = self.check(text)
            self.assertEqual(status, 0, f'{where}:\n{text}\n{said}')
        self.assertGreater(number, 7)

    def test_nginx_refuses_what_is_wrong(self):
        first = blocks('nginx http')[0].text
        self.assertNotEqual(self.check(first.replace('ct_scts ', 'ct_scst '))[0], 0)
        self.assertNotEqual(self.check(first + 'ct_gossip maybe;')[0], 0)

    def test_it_is_loaded_as_they_say(self):
        """The module's path is that of Debian, where a copy is put."""
        found, = blocks('nginx main')
        path, = re.findall(r'^load_module (modules/\S+\.so);$', found.text, re.MULTILINE)
        target = pathlib.Path('/usr/share/nginx') / path
        self.assertEqual(target.resolve(), nginx_world.MODULES / nginx_world.module().name)

    def test_the_guide_serves_what_it_gets_and_checks(self):
        text = (GUIDES / 'nginx.md').read_text(encoding='utf-8')
        asked = re.findall(r'--policy (\w+)', text)
        self.assertGreater(len(asked), 2)
        self.assertEqual(set(asked), set(re.findall(r'ct_scts_policy (\w+);', text)))

    def test_nginx_says_what_is_quoted(self):
        texts = [block.text for block in blocks('nginx http')]
        upstream = next(text for text in texts if 'proxy_ssl_ct' in text)
        texts.append(re.sub(r'(proxy_ssl_verify +)on', r'\1off', re.sub(r'(proxy_ssl_ct +)report', r'\1require', upstream)))
        said = '\n'.join(self.check(text)[1] for text in texts)
        seen = [stable(line) for line in said.splitlines()]
        quoted = [line for block in blocks('log nginx')
                  for line in re.sub(r'\n\s+', ' ', block.text).splitlines()]
        self.assertGreater(len(quoted), 1)
        for line in quoted:
            self.assertTrue(any(stable(line) in one for one in seen), f'{line}\nis none of:\n{said}')


if __name__ == '__main__':
    unittest.main()
