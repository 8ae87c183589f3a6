# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What the demonstration has running. All of it ends with it, whatever ends it.

    with Parts(folder) as parts:
        log = parts.start('nginx', ['nginx', ...])
        parts.wait_for(log.exists, 'nginx', 10)
        parts.run('tattle', 'check', ...)

While it waits, it looks after everything: a part that has died, a signal or a deadline raise.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

PATIENCE = 30  # seconds, for what should come at once
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Failed(Exception):
    """What went wrong, for people; `log` has more."""

    def __init__(self, sentence, log=None):
        super().__init__(sentence)
        self.log = log

    def tail(self):
        """The end of what the log says."""
        return self.log.read_text(encoding='utf-8', errors='replace').splitlines()[-5:] if self.log else []


class Stopped(Exception):
    """Somebody sent this signal."""

    def __init__(self, number):
        super().__init__(signal.Signals(number).name)
        self.number = number


class Part:
    """A process that is to run until the end."""

    def __init__(self, name, process, log):
        self.name = name
        self.process = process
        self.log = log

    def said(self):
        return self.log.read_text(encoding='utf-8', errors='replace')

    def check(self):
        status = self.process.poll()
        if status is not None:
            how = f'exit status {status}' if status >= 0 else signal.Signals(-status).name
            raise Failed(f'{self.name} has ended ({how})', self.log)


class Parts:
    """Borrows the folder, which has a log of each, and where all of them work."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.parts = []
        self.signal = None
        # Nothing of the user's: neither proxies, nor log lists, nor settings of OpenSSL.
        self.environment = {'PATH': os.environ.get('PATH', os.defpath), 'LC_ALL': 'C.UTF-8'}

    def __enter__(self):
        for number in SIGNALS:
            signal.signal(number, self._note)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # `run` has them wait until now
        return self

    def __exit__(self, *_):
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # it is ending
        self.stop()

    def _note(self, number, _):
        self.signal = self.signal or number

    def _popen(self, command, environment, **files):
        # In a session of its own, so that Ctrl-C comes to us alone; it ends when we are killed, too.
        return subprocess.Popen(['setpriv', '--pdeathsig', 'TERM', '--', *map(str, command)],
                                stdin=subprocess.DEVNULL, start_new_session=True, cwd=self.folder,
                                env={**self.environment, **environment}, **files)

    def start(self, name, command, **environment):
        log = self.folder / f'{name}.log'
        with open(log, 'ab') as file:
            part = Part(name, self._popen(command, environment, stdout=file, stderr=file), log)
        self.parts.append(part)
        return part

    def run(self, *command, may_be=(0,)):
        """A program that ends by itself: its exit status and what it wrote."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            process = self._popen(command, {}, stdout=out, stderr=errors)
            try:
                self.wait_for(lambda: process.poll() is not None, f'the end of {words(command)}')
            finally:
                if process.poll() is None:
                    end(process)
            out.seek(0)
            errors.seek(0)
            status, said = process.returncode, errors.read().decode(errors='replace')
            if status not in may_be:
                raise Failed(f'{words(command)}: exit status {status}: {said.strip()}')
            return status, out.read().decode()

    def wait_for(self, look, what, seconds=PATIENCE):
        """What LOOK gives, as soon as that is something."""
        until = time.monotonic() + seconds
        while True:
            self.check()
            found = look()
            if found:
                return found
            if time.monotonic() > until:
                raise Failed(f'waited {seconds} seconds in vain for {what}')
            time.sleep(0.05)

    def pause(self, seconds):
        until = time.monotonic() + seconds
        self.wait_for(lambda: time.monotonic() >= until, 'time', seconds + PATIENCE)

    def check(self):
        if self.signal:
            raise Stopped(self.signal)
        for part in self.parts:
            part.check()

    def stop(self):
        """The last first: who needs another ends before it."""
        while self.parts:
            end(self.parts.pop().process)


def end(process):
    """In order, or else by force, with all that it has started."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def words(command):
    return ' '.join(os.path.basename(str(word)) for word in command[:2])


def need(program, hint):
    """Where a program is that Debian has, also in folders that are not on the PATH of every user."""
    found = shutil.which(program, path=f'{os.environ.get("PATH", os.defpath)}:/usr/sbin:/sbin')
    if not found:
        raise Failed(f'{program} is missing: {hint}')
    return found
