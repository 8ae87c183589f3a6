#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The configuration of nginx in examples/guides: nginx -t takes each block with the module, and says
what the guides quote. tests/cli/guides_test.py looks after all other blocks."""

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

GUIDES = world.ROOT / 'examples/guides'
BLOCKS = [block for path in [world.ROOT / 'README.md', *sorted(GUIDES.glob('*.md'))]
          for block in guide_page.blocks_of(path.read_text(encoding='utf-8'), path.name)[0]]
CERTIFICATES = '/etc/letsencrypt/live/example.org'
SCTS = '/etc/tattle/scts'


def blocks(mark):
    return [block for block in BLOCKS if block.mark == mark]


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
        with open(world.HOSTS, 'a', encoding='ascii') as file:
            file.write('127.0.0.1 backend.example.org\n')

    def check(self, text):
        # A block may name its own listener; a second one of the same port would be no fault of it.
        return Nginx(self.world.folder, f'ct_log_list {self.world.log_list};\nevents {{ }}\n'
                                        f'http {{\n access_log off;\n{text}\n}}\n', name='guide').check()

    def test_nginx_takes_each_block(self):
        self.assertGreater(len(blocks('nginx http')), 1)
        for block in blocks('nginx http'):
            status, said = self.check(block.text)
            self.assertEqual(status, 0, f'{block.where}:\n{said}')

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
