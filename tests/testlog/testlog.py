# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""tattle-testlog for scripts.

    with TestLog(folder, 'amber:rfc6962:Amber', options=['--roots', 'ca.pem']) as logs:
        logs.url('amber')                       # https://127.0.0.1:41231/amber/
        logs.add_chain('amber', [leaf])         # DER in, the answer's JSON out
        logs.tell('amber', 'rollback=3')

TATTLE_TESTLOG is the program.
"""

import base64
import json
import os
import select
import ssl
import subprocess
import time
import urllib.request

WAIT = 20  # seconds, for what should come at once


class TestLog:
    """One running program; its folder outlives it."""

    def __init__(self, folder, *logs, faces=1, options=()):
        self.folder = str(folder)
        self.command = [os.environ['TATTLE_TESTLOG'], '--dir', self.folder, *options]
        for log in logs:
            self.command += ['--log', log]
        self.command += ['--listen', '127.0.0.1:0'] * faces
        self.process = None
        self.base_urls = []

    def path(self, name):
        return os.path.join(self.folder, name)

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL)
        self.base_urls = []
        while (line := self._read_line()) != 'ready':
            self.base_urls.append(line.split(': ')[1])
        return self

    def __exit__(self, *_):
        self.stop()

    def _read_line(self):
        if not select.select([self.process.stdout], [], [], WAIT)[0]:
            self.process.kill()
            raise RuntimeError('tattle-testlog does not get ready')
        # Unbuffered: what select looks at must not hide in a buffer.
        line = b''
        while not line.endswith(b'\n'):
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                raise RuntimeError(f'tattle-testlog ended with status {self.process.wait()}')
            line += byte
        return line.decode().rstrip('\n')

    def stop(self):
        """Ends it in good order and gives its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(WAIT)
        finally:
            self.process.stdout.close()

    def url(self, log, face=0):
        return f'{self.base_urls[face]}{log}/'

    def open(self, url, data=None):
        """The whole answer of a GET or POST; urllib's errors as they are."""
        handlers = [urllib.request.ProxyHandler({})]
        if url.startswith('https:'):
            context = ssl.create_default_context(cafile=self.path('ca.pem'))
            handlers.append(urllib.request.HTTPSHandler(context=context))
        opener = urllib.request.build_opener(*handlers)
        with opener.open(url, data, timeout=WAIT) as answer:
            return answer.read()

    def get(self, log, path, face=0):
        return json.loads(self.open(self.url(log, face) + path))

    def add_chain(self, log, chain, precert=False, face=0):
        body = json.dumps({'chain': [base64.b64encode(der).decode() for der in chain]}).encode()
        name = 'add-pre-chain' if precert else 'add-chain'
        return json.loads(self.open(f'{self.url(log, face)}ct/v1/{name}', body))

    def wait_for_size(self, log, size, face=0):
        """Waits until the log's head is of this size, and gives it."""
        deadline = time.monotonic() + WAIT
        while (head := self.get(log, 'ct/v1/get-sth', face))['tree_size'] != size:
            if time.monotonic() > deadline:
                raise RuntimeError(f'{log} has {head["tree_size"]} entries, not {size}')
            time.sleep(0.05)
        return head

    def control(self, log, lie):
        """What `tattle-testlog ctl` gives: the finished process."""
        return subprocess.run([self.command[0], 'ctl', self.path('control.sock'), log, lie],
                              capture_output=True, text=True, timeout=WAIT, check=False)

    def tell(self, log, lie):
        done = self.control(log, lie)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
