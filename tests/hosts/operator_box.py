# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Somebody who does in a box what a guide says, with the guide's own lines.

    operator_box.move_in()
    operator_box.write_journal(WORLD.log())
    operator_box.run(operator_box.lines_of('operate.md', 'verification failed'))

There is no systemd in a box: systemctl does what it would do to tattled, and journalctl shows the lines of a syslog."""

import os
import pathlib
import subprocess

import world
import guide_page  # found by way of world

BIN = pathlib.Path('/usr/local/bin')
JOURNAL = pathlib.Path('/var/log/journal.txt')

SUDO = '''#!/bin/bash
# As sudo, for root.
if [ "$1" = -u ]; then
    exec setpriv --reuid "$2" --regid "$2" --init-groups "${@:3}"
fi
exec "$@"
'''

JOURNALCTL = f'''#!/usr/bin/python3
# The lines of a syslog by -t and -p, as the real one shows them.
import getopt, re, sys
NAMES = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']
options, words = getopt.getopt(sys.argv[1:], 'S:t:p:')
assert not words, words
tags = [value for name, value in options if name == '-t']
first, _, last = dict(options).get('-p', 'debug').rpartition('..')
severities = range(NAMES.index(first) if first else 0, NAMES.index(last) + 1)
for line in open({str(JOURNAL)!r}, encoding='utf-8'):
    match = re.fullmatch(r'<(\\d+)>(\\w{{3}} [ \\d]\\d [\\d:]{{8}} )?([^\\[:]+)(.*)\\n', line)
    if match and int(match[1]) % 8 in severities and (not tags or match[3] in tags):
        print((match[2] or 'Nov 28 07:00:00 ') + 'box ' + match[3] + match[4])
'''

SYSTEMCTL = f'''#!/usr/bin/python3
# What systemd does to tattled.
import os, pathlib, signal, subprocess, sys, time
def processes():
    found = []
    for comm in pathlib.Path('/proc').glob('[0-9]*/comm'):
        try:
            if comm.read_text() == 'tattled\\n' and 'Z' not in (comm.parent / 'stat').read_text().split()[2]:
                found.append(int(comm.parent.name))
        except OSError:
            pass
    return found
verb, unit = sys.argv[1:]
assert unit == 'tattled', unit
if verb == 'reload':
    for process in processes():
        os.kill(process, signal.SIGHUP)
if verb in ('stop', 'restart'):
    for process in processes():
        os.kill(process, signal.SIGTERM)
    while processes():
        time.sleep(0.01)
if verb in ('start', 'restart'):
    subprocess.Popen(['setpriv', '--reuid', 'tattle', '--regid', 'tattle', '--clear-groups',
                      {os.environ.get('TATTLED_EXE', '')!r}], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL, start_new_session=True)
'''


def move_in():
    for name, text in (('sudo', SUDO), ('journalctl', JOURNALCTL), ('systemctl', SYSTEMCTL)):
        (BIN / name).write_text(text, encoding='utf-8')
        (BIN / name).chmod(0o755)
    for name in ('tattle', 'tattled'):
        if exe := os.environ.get(f'{name.upper()}_EXE'):
            (BIN / name).unlink(missing_ok=True)
            (BIN / name).symlink_to(exe)


def write_journal(lines):
    """Lines as they come to syslog: <PRIORITY>TIME TAG[PID]: TEXT."""
    JOURNAL.write_text(''.join(line.rstrip('\n') + '\n' for line in lines), encoding='utf-8')


def lines_of(page, words):
    """The block of a guide in which the words are."""
    text = (world.EXAMPLES / 'guides' / page).read_text(encoding='utf-8')
    found = [block.text for block in guide_page.blocks_of(text, page)[0]
             if block.language == 'sh' and words in block.text]
    if len(found) != 1:
        raise AssertionError(f'{page}: {len(found)} blocks have {words!r}')
    return found[0]


def run(text, status=0):
    """What bash printed to stdout."""
    done = subprocess.run(['bash', '-c', text], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60, check=False,
                          env={**os.environ, 'PATH': f'{BIN}:{os.environ["PATH"]}'})
    if status is not None and done.returncode != status:
        raise AssertionError(f'status {done.returncode}: {text}\n{done.stdout}{done.stderr}')
    return done.stdout
