# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""nginx with our module, in a box.

    site = Nginx(folder, '''
        ct_log_list /path/logs.json;
        events { }
        http { server { listen 127.0.0.1:8443 ssl; ... } }
        ''')
    site.check()                        # nginx -t: its status and what it says
    with site.running():
        site.reload()
        site.errors()

With TATTLE_NGINX_SANITIZED in the environment the module is one with the address sanitizer, and a
test in which that has something to say fails.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import signal
import subprocess
import time

import world

SOURCE = world.ROOT / 'adapters' / 'nginx'
HEADERS = [world.ROOT / 'plugin' / 'include' / 'tattle',
           world.ROOT / 'adapters' / 'openssl' / 'include' / 'tattle']
BUILD = pathlib.Path(os.environ['TATTLE_BUILD'])
MODULES = pathlib.Path('/usr/lib/nginx/modules')
FLAGS = '-fsanitize=address -fno-omit-frame-pointer'


def is_sanitized():
    return 'TATTLE_NGINX_SANITIZED' in os.environ


def module():
    """The path of the module. The first test that asks has nginx build it; others wait."""
    digest = hashlib.sha256()
    for file in sorted(file for folder in (SOURCE, *HEADERS) for file in folder.rglob('*')
                       if file.suffix in ('.c', '.h') or file.name in ('build', 'config')):
        digest.update(file.name.encode() + b'\0' + file.read_bytes())
    folder = BUILD / ('nginx-module-asan' if is_sanitized() else 'nginx-module')
    folder.mkdir(exist_ok=True)
    done = folder / 'built-of'
    with open(folder / 'lock', 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text(encoding='ascii') != digest.hexdigest():
            subprocess.run([SOURCE / 'build', '--output', folder], check=True,
                           stdout=subprocess.DEVNULL,
                           env={**os.environ, **({'CFLAGS': FLAGS, 'LDFLAGS': FLAGS} if is_sanitized() else {}),
                                'PKG_CONFIG_PATH': str(BUILD / 'meson-uninstalled')})
            done.write_text(digest.hexdigest(), encoding='ascii')
    return folder / 'objs' / 'ngx_tattle_module.so'


def wait_until(condition, what, patience=world.WAIT):
    until = time.monotonic() + patience
    while not (found := condition()):
        if time.monotonic() > until:
            raise TimeoutError(what)
        time.sleep(0.02)
    return found


class Nginx:
    """`config` is all but where nginx keeps its own files. Of more than one, each has a name."""

    def __init__(self, folder, config, *, modules=(), name='nginx'):
        self.folder = pathlib.Path(folder)
        self.config = self.folder / f'{name}.conf'
        self.log = self.folder / f'{name}-error.log'
        self.pid_file = self.folder / f'{name}.pid'
        self.reports = self.folder / f'{name}-asan'
        self.loaded = [module(), *(MODULES / f'ngx_{other}_module.so' for other in modules)]
        self.process = None
        self.configure(config)

    def configure(self, config):
        """Writes the configuration; reload() makes it count."""
        self.config.write_text(
            ''.join(f'load_module {path};\n' for path in self.loaded) +
            f'pid {self.pid_file};\nerror_log {self.log} info;\n' + config, encoding='utf-8')

    def environment(self):
        found = {**os.environ, 'LD_LIBRARY_PATH': f'{BUILD / "plugin"}:{BUILD / "adapters" / "openssl"}'}
        if is_sanitized():
            # nginx itself is not sanitized, so the runtime has to be there first. Pools are for good.
            library = subprocess.run(['cc', '-print-file-name=libasan.so'], check=True,
                                     stdout=subprocess.PIPE, text=True).stdout.strip()
            found |= {'LD_PRELOAD': os.path.realpath(library),
                      'ASAN_OPTIONS': f'detect_leaks=0:log_path={self.reports}'}
        return found

    def look_for_reports(self):
        for report in self.folder.glob(self.reports.name + '.*'):
            raise RuntimeError(report.read_text(encoding='utf-8'))

    def check(self):
        """What nginx -t says: its exit status, its lines without time and pid."""
        done = subprocess.run(['nginx', '-t', '-c', self.config], capture_output=True, text=True,
                              check=False, timeout=world.WAIT, env=self.environment())
        return done.returncode, re.sub(r'^nginx: |^\S+ \S+ (\[\w+\]) \d+#\d+: ', r'\1 ', done.stderr,
                                       flags=re.MULTILINE)

    def start(self):
        self.process = subprocess.Popen(['nginx', '-c', self.config, '-g', 'daemon off;'],
                                        stdin=subprocess.DEVNULL, env=self.environment())
        wait_until(lambda: self.process.poll() is not None or self.workers(), 'nginx did not start')
        if self.process.poll() is not None:
            raise RuntimeError(f'nginx did not start:\n{self.errors()}')

    def stop(self):
        """In order; it fails where nginx does not end well."""
        self.process.send_signal(signal.SIGQUIT)
        status = self.process.wait(world.WAIT)
        self.look_for_reports()
        if status != 0:
            raise RuntimeError(f'nginx ended with {status}:\n{self.errors()}')

    @contextlib.contextmanager
    def running(self):
        self.start()
        try:
            yield self
        finally:
            if self.process.poll() is None:
                self.process.terminate()
                self.process.wait(world.WAIT)
            self.look_for_reports()

    def workers(self):
        """The pids of the workers; those that end are among them."""
        path = f'/proc/{self.process.pid}/task/{self.process.pid}/children'
        try:
            return {int(pid) for pid in pathlib.Path(path).read_text(encoding='ascii').split()}
        except FileNotFoundError:
            return set()

    def reload(self):
        """Returns once new workers have come in place of all the old ones, or nginx refuses."""
        before, length = self.workers(), len(self.errors())
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: (self.workers() and not self.workers() & before) or
                   '[emerg]' in self.errors()[length:], 'nginx did not reload')

    def errors(self):
        try:
            return self.log.read_text(encoding='utf-8', errors='replace')
        except FileNotFoundError:
            return ''

    def wait_for_line(self, text, patience=world.WAIT):
        """A line of the error log that has this in it."""
        return wait_until(lambda: next((line for line in self.errors().splitlines() if text in line), None),
                          f'nginx did not say "{text}"', patience)
