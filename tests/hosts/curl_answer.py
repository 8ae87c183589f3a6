# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What a server answers to curl, which speaks HTTP/1.1 and HTTP/2."""

import re
import subprocess

import world


class Answer:
    def __init__(self, text):
        head, _, self.body = text.partition('\n\n')
        while re.match(r'HTTP/\S+ 100', head):  # Continue
            head, _, self.body = self.body.partition('\n\n')
        first, *lines = head.split('\n')
        self.version, self.status = first.split('/')[1].split(' ')[0], int(first.split(' ')[1])
        self.headers = [(name.lower(), value) for name, value in (line.split(': ', 1) for line in lines)]

    def values(self, name):
        return [value for known, value in self.headers if known == name]


def ask(ca_file, host, port, where, *arguments, data=None):
    """The host is on the loopback. DATA is JSON, unless the arguments say otherwise."""
    body = ['--data-binary', '@-'] if data is not None else []
    if data is not None and not any(word.startswith('Content-Type') for word in arguments):
        body += ['-H', 'Content-Type: application/json']
    done = subprocess.run(
        ['curl', '-sS', '-i', '--cacert', ca_file, '--resolve', f'{host}:{port}:127.0.0.1', *body,
         *arguments, f'https://{host}:{port}{where}'], input=data, capture_output=True,
        timeout=world.WAIT, check=True)
    return Answer(done.stdout.decode().replace('\r\n', '\n'))
