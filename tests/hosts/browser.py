# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Debian's Chromium without a window, driven by the DevTools protocol over a pipe.

    with Browser() as browser:
        page = browser.open('http://127.0.0.1:8080/')
        page.show(390, 844, dark=True, phone=True)
        page.evaluate('document.title')
        page.requests, page.complaints          # all that it asked for; what the console says
        page.screenshot()                       # PNG, of the whole page
"""

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE = 60
PROGRAM = 'chromium-headless-shell'
OPTIONS = [
    '--no-sandbox',  # it runs as root, in a box
    '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-default-apps', '--disable-sync', '--hide-scrollbars', '--remote-debugging-pipe',
    # Nothing but this machine has a name or an address.
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]


class Page:
    """A tab, once it has loaded."""

    def __init__(self, browser, target):
        self.browser = browser
        self.target = target
        self.session = browser.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        self.requests = []    # URLs
        self.complaints = []  # of the console, as of a broken Content-Security-Policy
        self.loaded = False

    def call(self, method, **parameters):
        return self.browser.call(method, session=self.session, **parameters)

    def take(self, method, parameters):
        if method == 'Network.requestWillBeSent':
            self.requests.append(parameters['request']['url'])
        elif method == 'Log.entryAdded':
            self.complaints.append(parameters['entry']['text'])
        elif method == 'Page.loadEventFired':
            self.loaded = True

    def evaluate(self, expression):
        answer = self.call('Runtime.evaluate', expression=expression, returnByValue=True)
        if 'exceptionDetails' in answer:
            raise ValueError(answer['exceptionDetails'])
        return answer['result'].get('value')

    def show(self, width, height, dark=False, phone=False):
        """As a device of this size shows it."""
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.call('Emulation.setEmulatedMedia',
                  features=[{'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}])

    def close(self):
        self.browser.call('Target.closeTarget', targetId=self.target)

    def screenshot(self, height=None):
        """PNG of the whole page, or of what is above `height`."""
        width, whole = self.evaluate('[innerWidth, document.documentElement.scrollHeight]')
        clip = {'x': 0, 'y': 0, 'width': width, 'height': min(height or whole, whole), 'scale': 1}
        answer = self.call('Page.captureScreenshot', format='png', clip=clip, captureBeyondViewport=True)
        return base64.b64decode(answer['data'])


class Browser(contextlib.AbstractContextManager):
    """One process for any number of pages."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        ours, theirs = os.pipe(), os.pipe()
        # It reads from descriptor 3 and writes to 4.
        self.process = subprocess.Popen(
            ['/bin/bash', '-c', f'exec "$0" "$@" 3<&{ours[0]} 4>&{theirs[1]}',
             PROGRAM, *OPTIONS, f'--user-data-dir={self.folder}', 'about:blank'],
            pass_fds=(ours[0], theirs[1]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(ours[0])
        os.close(theirs[1])
        self.to, self.of = ours[1], theirs[0]
        self.rest, self.number = b'', 0
        self.answers, self.pages = {}, {}

    def __exit__(self, *_):
        os.close(self.to)  # which ends it
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.of)
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self, until):
        """One message more."""
        while b'\0' not in self.rest:
            if not select.select([self.of], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError('the browser says nothing')
            more = os.read(self.of, 1 << 20)
            if not more:
                raise RuntimeError('the browser has ended')
            self.rest += more
        text, _, self.rest = self.rest.partition(b'\0')
        message = json.loads(text)
        if 'id' in message:
            self.answers[message['id']] = message
        elif message.get('sessionId') in self.pages:
            self.pages[message['sessionId']].take(message['method'], message['params'])

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': parameters}
        if session:
            message['sessionId'] = session
        data = json.dumps(message).encode() + b'\0'
        while data:
            data = data[os.write(self.to, data):]
        until = time.monotonic() + PATIENCE
        number = self.number
        while number not in self.answers:
            self.receive(until)
        answer = self.answers.pop(number)
        if 'error' in answer:
            raise ValueError(f'{method}: {answer["error"]}')
        return answer['result']

    def open(self, url):
        page = Page(self, self.call('Target.createTarget', url='about:blank')['targetId'])
        self.pages[page.session] = page
        for domain in ('Page', 'Network', 'Log', 'Runtime'):
            page.call(f'{domain}.enable')
        page.loaded = False
        page.call('Page.navigate', url=url)
        until = time.monotonic() + PATIENCE
        while not page.loaded:
            self.receive(until)
        return page
