#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The status pages of nginx's module and of tattled, in Chromium: on a phone and on a desk, in light
and in dark, with nothing to show, with something, and with evidence.

TATTLE_SCREENSHOTS=FOLDER keeps what was seen, in light and in dark, for people to look at; of each also
its top, for READMEs.
"""

import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import tempfile
import threading
import time
import unittest
import urllib.request

import world  # which lets the others be found
from browser import Browser
from fast_log import FastLog
from nginx_world import Nginx, wait_until
from world import pki
import daemon_audit_test  # pylint: disable=wrong-import-order
from daemon_test import Daemon, observation  # pylint: disable=wrong-import-order

PHONE, DESK = (390, 844), (1280, 900)
TOPS = {'phone': 844, 'desk': 1112}  # what a README shows
STATUS, SITE, UPSTREAM = 8414, 8080, 8443
AUDITOR = 'auditor.invalid'
HOUR = 3600_000

# What is wrong with how a page looks, as far as a program can tell. A phone zooms out where something
# is too wide, and its innerWidth with it: hence the width that it has.
LOOK = r'''(width => {
  const faults = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > width) faults.push(`${wide} pixels wide on ${width}`);
  const parse = text => text.match(/[\d.]+/g).map(Number);
  const channel = c => c <= 10.31475 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] === 1) return color;
      if (color[3] > 0) faults.push(`half transparent: ${e.className}`);
    }
    return [255, 255, 255];
  };
  const seen = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest('svg') || seen.has(element)) continue;
    seen.add(element);
    let hidden = false;  // for those who do not see
    for (let e = element; e; e = e.parentElement) hidden ||= getComputedStyle(e).clipPath !== 'none';
    if (hidden) continue;
    const box = element.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) continue;
    if (box.right > width + 1 || box.left < -1) faults.push(`cut off: ${node.data}`);
    const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faults.push(`contrast ${contrast.toFixed(2)}: ${node.data}`);
  }
  for (const svg of document.querySelectorAll('svg')) {
    const box = svg.getBoundingClientRect();
    if (box.right > width + 1 || box.width < 20 || box.height < 10) faults.push('a picture');
  }
  if (seen.size < 5) faults.push('there is nothing to see');
  return {faults, background: luminance(behind(document.body))};
})'''


def setUpModule():
    global BROWSER, FOLDER
    stack = contextlib.ExitStack()
    unittest.addModuleCleanup(stack.close)
    FOLDER = stack.enter_context(tempfile.TemporaryDirectory())
    os.chmod(FOLDER, 0o755)
    BROWSER = stack.enter_context(Browser())


def path(name):
    return os.path.join(FOLDER, name)


class Looks(unittest.TestCase):
    def look(self, url, name):
        """Looks at the page from all sides; returns it, as it is on a phone in the dark."""
        page = BROWSER.open(url)
        self.addCleanup(page.close)
        for size, (width, height) in (('desk', DESK), ('phone', PHONE)):
            for theme in ('light', 'dark'):
                with self.subTest(page=name, size=size, theme=theme):
                    page.show(width, height, dark=theme == 'dark', phone=size == 'phone')
                    seen = page.evaluate(f'{LOOK}({width})')
                    self.assertEqual(seen['faults'], [])
                    (self.assertLess if theme == 'dark' else self.assertGreater)(seen['background'], 0.5)
                    self.keep(page, f'{name}-{size}-{theme}', TOPS[size])
        # Of this machine nothing but the page was asked for, and of others nothing at all.
        self.assertEqual(page.requests, [url])
        self.assertEqual(page.complaints, [])
        self.assertEqual(page.evaluate('document.scripts.length'), 0)
        self.assertGreater(page.evaluate('document.styleSheets[0].cssRules.length'), 60)
        return page

    @staticmethod
    def keep(page, name, top):
        if folder := os.environ.get('TATTLE_SCREENSHOTS'):
            for file, height in ((f'{name}.png', 2400), (f'{name}-top.png', top)):
                pathlib.Path(folder, file).write_bytes(page.screenshot(height))

    def assert_loud(self, page, log):
        """Whoever opens the page on a phone sees it without a move."""
        top, bottom, size, text = page.evaluate('''(() => {
            const piece = document.querySelector('.evidence .piece');
            const box = piece.getBoundingClientRect();
            return [box.top + scrollY, box.bottom + scrollY,
                    parseFloat(getComputedStyle(document.querySelector('h1')).fontSize), piece.innerText];
        })()''')
        self.assertLess(top, bottom)
        self.assertLess(bottom, PHONE[1])
        self.assertGreaterEqual(size, 24)
        self.assertIn(log, text)
        self.assertIn('proven', text)
        self.assertEqual(page.evaluate("document.querySelector('h1').textContent"), 'A log lied')
        self.assertIn('Evidence', page.evaluate('document.title'))


class NginxTest(Looks):
    @classmethod
    def setUpClass(cls):
        cls.now = int(time.time())
        cls.ca = pki.Ca(FOLDER, 'ca', cls.now)
        cls.logs = [FastLog(FOLDER, *name) for name in (
            ('Amber2027', 'Amber Inc'), ('Basalt2027', 'Basalt Ltd'), ('Cobalt2027', 'Cobalt GmbH'))]
        pki.write(path('logs.json'), json.dumps({
            'version': '1.0', 'log_list_timestamp': pki.days_around(cls.now, -1, '%Y-%m-%dT%H:%M:%SZ'),
            'operators': [{'name': log.operator, 'email': [], 'logs': [log.entry()], 'tiled_logs': []}
                          for log in cls.logs]}))
        # One log retires soon, so that what counts today will not suffice then.
        listed = json.loads(pki.read(path('logs.json')))
        listed['operators'][0]['logs'][0]['state'] = {
            'retired': {'timestamp': pki.days_around(cls.now, 20, '%Y-%m-%dT%H:%M:%SZ')}}
        pki.write(path('logs.json'), json.dumps(listed))
        pki.write(path('tattle.conf'), f'public_roots = {cls.ca.pem}\nobserve_socket =\n')
        os.makedirs(path('scts'))
        for name, scts in (('www', cls.logs[:2]), ('shop', cls.logs[1:]), ('a-rather-long-name-of-a-host', [])):
            cls.issue(name, scts)

    @classmethod
    def issue(cls, name, logs):
        made = cls.ca.issue(name, f'{name}.example')
        pki.write(made + '-chain.pem', pki.read(made + '.pem') + pki.read(cls.ca.pem))
        entry = pki.x509_entry(pki.read(made + '.der'))
        if logs:
            pki.write(path(f'scts/{name}.sctlist'),
                      pki.sct_list([log.sct(entry, (cls.now - pki.DAY) * 1000) for log in logs]))

    def site(self, more='', gossip=''):
        site = Nginx(FOLDER, f'''
user root;
ct_log_list {path('logs.json')};
ct_config {path('tattle.conf')};
events {{ }}
http {{
    access_log off;
    {gossip}
    server {{ listen 127.0.0.1:{STATUS}; location / {{ ct_status; }} }}
    {more}
}}
''')
        site.start()
        self.addCleanup(site.stop)
        return site

    def test_nothing_to_show(self):
        self.site()
        page = self.look(f'http://127.0.0.1:{STATUS}/', 'nginx-nothing')
        self.assertEqual(page.evaluate("document.querySelector('h1').textContent"), 'Nothing was looked at yet')

    def test_certificates_logs_and_evidence(self):
        names = ('www', 'shop', 'a-rather-long-name-of-a-host')
        self.site(gossip='ct_gossip_zone gossip:1m;', more=f'ct_scts {path("scts")};' + ''.join(f'''
    server {{
        listen 127.0.0.1:{UPSTREAM} ssl;
        server_name {name}.example;
        ssl_certificate {path(name)}-chain.pem;
        ssl_certificate_key {path(name)}.key;
    }}''' for name in names) + f'''
    server {{
        listen 127.0.0.1:{SITE};
        server_name www.example;
        ct_gossip on;
        location / {{
            proxy_pass https://127.0.0.1:{UPSTREAM};
            proxy_ssl_server_name on;
            proxy_ssl_name $arg_name.example;
            proxy_ssl_verify on;
            proxy_ssl_trusted_certificate {self.ca.pem};
            proxy_ssl_session_reuse off;
            proxy_ssl_ct report;
        }}
    }}''')
        for name, count in (('www', 7), ('a-rather-long-name-of-a-host', 2)):
            for _ in range(count):
                self.ask(f'/?name={name}')
        for number, log in enumerate(self.logs):
            self.bring(*(log.sth(10 ** 8 * (number + 1) + (20 - hours) ** 2 * 1000, self.now * 1000 - hours * HOUR)
                         for hours in range(19)))
        page = self.look(f'http://127.0.0.1:{STATUS}/', 'nginx')
        text = page.evaluate('document.body.innerText')
        self.assertRegex(text, r'chrome\s+until ' + pki.days_around(self.now, 20, '%Y-%m-%d'))
        self.assertIn('3 things need attention', text)
        self.assertIn('2 connections to upstreams were not compliant in the last day', text)
        for name in names:
            self.assertIn(f'{name}.example', text)
        for log in self.logs:
            self.assertIn(log.name, text)
        self.assertEqual(page.evaluate("document.querySelectorAll('svg.growth polyline').length"), 3)
        self.assertRegex(text, r'compliant\s+7\s')
        self.assertRegex(text, r'not compliant\s+2\s')

        # Two trees of one size.
        self.bring(self.logs[2].sth(77, self.now * 1000), self.logs[2].sth(77, self.now * 1000, root=b'\1' * 32))
        time.sleep(1.1)  # each worker gives the page that it made for a second
        page = self.look(f'http://127.0.0.1:{STATUS}/', 'nginx-evidence')
        self.assert_loud(page, 'Cobalt2027')
        self.assertEqual(page.evaluate("document.querySelectorAll('tr.accused').length"), 1)

    def ask(self, target, body=None):
        connection = http.client.HTTPConnection('127.0.0.1', SITE, timeout=world.WAIT)
        try:
            connection.request('POST' if body else 'GET', target, body,
                               {'Host': 'www.example', 'Content-Type': 'application/json'} if body else {})
            return connection.getresponse().status
        finally:
            connection.close()

    def bring(self, *heads):
        self.assertEqual(self.ask('/.well-known/ct/v1/sth-pollination', json.dumps({'sths': heads})), 200)


class DaemonTest(Looks):
    """tattled, whose logs show it another face in the end."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='tattled')
        self.addCleanup(shutil.rmtree, self.folder)

    def url(self, daemon):
        def said():
            text = pathlib.Path(daemon.path('log')).read_text(encoding='utf-8')
            return re.findall(r'serves its status at (http://\S+)', text)[-1:]
        return wait_until(said, 'it does not say where')[0]

    @staticmethod
    def observe(daemon, count):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            for number in range(count):
                sender.sendto(observation([bytes([0x30, 1, number])]), daemon.path('observe'))
        wait_until(lambda: daemon.count('verdicts_compliant') == count, 'observations')

    def test_from_nothing_to_evidence(self):
        logs = daemon_audit_test.Logs(path('testlog'), '--log', 'amber:rfc6962:Amber', '--log',
                                      'basalt:static-ct:Basalt', '--lie', 'amber split-view')
        self.addCleanup(logs.stop)
        status = 'status_listen = 127.0.0.1:0'
        daemon = daemon_audit_test.AuditingDaemon(self.folder, logs, 0, f'{status}\naudit = no').start()
        self.addCleanup(lambda: daemon.close())
        page = self.look(self.url(daemon), 'tattled-nothing')
        self.assertEqual(page.evaluate("document.querySelector('h1').textContent"), 'Nothing was looked at yet')
        daemon.end()

        # With somebody who is not there; whom, is not for everybody.
        status += f'\ngossip_auditors = https://{AUDITOR}:9\ngossip_interval = 10'
        daemon.write_config(status)
        daemon.start()
        daemon.make_due()
        wait_until(lambda: daemon.status()['pool']['heads'] == 2, 'a head of each log')
        self.observe(daemon, 5)
        wait_until(lambda: daemon.status()['gossip']['client']['failing'] == 1, 'an exchange that fails')
        page = self.look(self.url(daemon), 'tattled')
        text = page.evaluate('document.body.innerText')
        for word in ('amber', 'basalt', 'compliant 5', 'Heads are exchanged with 1 auditor.', '1\nfailing'):
            self.assertIn(word, text)
        self.assertIn(AUDITOR, json.dumps(daemon.status()))
        self.assertNotIn(AUDITOR, page.evaluate('document.documentElement.outerHTML'))
        daemon.end()

        daemon.face = 1
        daemon.write_config(status)
        with sqlite3.connect(daemon.path('pool'), timeout=world.WAIT) as pool:
            pool.execute('UPDATE logs SET next_fetch_ms = 1')
        daemon.start()
        wait_until(lambda: daemon.status()['pool']['evidence'] == 1, 'evidence')
        wait_until(lambda: daemon.status()['evidence'], 'evidence in the list')
        self.observe(daemon, 9)  # counts are of this process
        url = self.url(daemon)
        page = self.look(url, 'tattled-evidence')
        self.assert_loud(page, 'amber')
        # The page and the JSON are of one mind.
        with urllib.request.urlopen(url, timeout=world.WAIT) as answer:
            piece, = json.load(answer)['evidence']
        self.assertIn(piece['id'], page.evaluate('document.body.innerText'))
        self.assertEqual(daemon.end(), 0)


class FaultTest(Looks):
    """What this test looks for, it finds."""

    PAGE = '''<!DOCTYPE html><meta name="viewport" content="width=device-width"><style>p { color: #999; background: #aaa } div { width: 900px }
b { position: absolute; left: 800px }</style><p>faint</p><p>1</p><p>2</p><p>3</p><div><img src="/other"><b>wide</b></div>'''
    POLICY = "default-src 'none'; img-src 'self'"

    def test_a_page_with_faults(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header('Content-Type', 'text/html')
                if self.path == '/strict':
                    self.send_header('Content-Security-Policy', FaultTest.POLICY)
                self.end_headers()
                self.wfile.write(FaultTest.PAGE.encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        url = f'http://127.0.0.1:{server.server_port}/'
        page = BROWSER.open(url + 'strict')
        self.addCleanup(page.close)
        self.assertEqual(page.requests, [url + 'strict', url + 'other'])
        complaint, = (text for text in page.complaints if 'Content Security Policy' in text)
        self.assertIn('style', complaint)
        page = BROWSER.open(url)
        self.addCleanup(page.close)
        page.show(*PHONE, phone=True)
        faults = '\n'.join(page.evaluate(f'{LOOK}({PHONE[0]})')['faults'])
        for fault in ('contrast 1.2', 'pixels wide on', 'cut off: wide'):
            self.assertIn(fault, faults)


if __name__ == '__main__':
    unittest.main()
