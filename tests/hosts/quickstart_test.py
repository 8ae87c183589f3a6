#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""examples/quickstart, all of it: in a copy of the project, by an ordinary user who has sudo, on a
machine that lacks some packages; stopped while it builds, run to its end, and run again.

Two things are not as they are for users. Packages come from a repository in the box, where those that
are installed are packed again. And after it was stopped the compiler is one that hands out what the
build under test has compiled already, so that a minute is enough; what is linked, and the module for
nginx, are built in earnest. TATTLE_QUICKSTART=whole has it compile all."""

import json
import os
import pathlib
import pty
import pwd
import re
import shutil
import signal
import subprocess
import threading
import time
import unittest

import world
from nginx_world import BUILD, wait_until

IS_WHOLE = os.environ.get('TATTLE_QUICKSTART') == 'whole'
USER = 'visitor'
HOME = pathlib.Path('/home') / USER
PROJECT = HOME / 'tattle'
QUICKSTART = PROJECT / 'build' / 'quickstart'
MISSING = ('libcli11-dev', 'zlib1g-dev')  # of tests/packages
FETCHED = ('nginx', 'nginx-dev')          # nor are they installed later
OBJECTS = pathlib.Path('/srv/objects')
COMPILED = pathlib.Path('/tmp/compiled')  # what the compiler compiled in earnest
COMPILER = f'''#!/bin/sh
out= dependencies= before=
for word; do
  case $before in
    -o) out=$word ;;
    -MF) dependencies=$word ;;
  esac
  before=$word
done
if [ -z "$HAVE_OBJECTS" ] || [ -z "$dependencies" ]; then
  exec "$@"
fi
echo "$out:" >"$dependencies"
case $out in
  *.gch) : >"$out" ;;
  *) cp "{OBJECTS}/$out" "$out" || {{ echo "$out" >>{COMPILED}; exec "$@"; }} ;;
esac
'''


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def copy_project():
    """What git knows, or what is new and not ignored; all but builds where it is no checkout."""
    if (world.ROOT / '.git').exists():
        listed = run('git', '-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard',
                     cwd=world.ROOT).split('\0')
        names = [name for name in listed if (world.ROOT / name).is_file()]
    else:
        names = [path.relative_to(world.ROOT) for top in world.ROOT.iterdir() if not top.name.startswith('build')
                 for path in (top.rglob('*') if top.is_dir() else [top]) if path.is_file()]
    for name in names:
        (PROJECT / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(world.ROOT / name, PROJECT / name)


def make_repository():
    """Of what the user is to lack; apt knows no other."""
    folder = pathlib.Path('/srv/packages')
    folder.mkdir(parents=True)
    run('dpkg-repack', *MISSING, *FETCHED, cwd=folder, stderr=subprocess.DEVNULL)
    with open(folder / 'Packages', 'w', encoding='utf-8') as index:
        for path in folder.glob('*.deb'):
            digest = run('sha256sum', path).split()[0]
            index.write(f'{run("dpkg-deb", "-f", path)}Filename: ./{path.name}\nSize: {path.stat().st_size}\n'
                        f'SHA256: {digest}\n\n')
    shutil.rmtree('/etc/apt/sources.list.d')
    shutil.rmtree('/var/lib/apt/lists')
    pathlib.Path('/etc/apt/sources.list').write_text(f'deb [trusted=yes] file://{folder} ./\n', encoding='ascii')
    run('dpkg', '--purge', '--force-depends', *MISSING, *FETCHED, stderr=subprocess.DEVNULL)


def leave_what_was_killed():
    """What runs leave that were killed in the middle of meson, and of fetching."""
    for name in ('meson-private/coredata.dat', 'nginx.new/nginx_1.deb'):
        (QUICKSTART / name).parent.mkdir(parents=True)
        (QUICKSTART / name).write_text('half', encoding='ascii')


def setUpModule():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as in a terminal; the box has it ignored
    run('useradd', '--create-home', '--shell', '/bin/bash', USER)
    pathlib.Path('/etc/sudoers.d/visitor').write_text(f'{USER} ALL=(ALL) NOPASSWD: ALL\n', encoding='ascii')
    copy_project()
    make_repository()
    leave_what_was_killed()
    run('chown', '-R', f'{USER}:', HOME)
    for path in BUILD.rglob('*.p/*.o'):
        (OBJECTS / path.relative_to(BUILD)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, OBJECTS / path.relative_to(BUILD))
    compiler = pathlib.Path('/usr/local/bin/compiler')
    compiler.write_text(COMPILER, encoding='ascii')
    compiler.chmod(0o755)


def running():
    """Command lines of what the user runs."""
    uid, found = pwd.getpwnam(USER).pw_uid, []
    for path in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            if path.stat().st_uid == uid:
                found.append((path / 'cmdline').read_bytes().replace(b'\0', b' ').decode())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


class Run:
    """A command of the user's, in a session of its own; with its terminal, or a pipe."""

    def __init__(self, *command, terminal=False, **environment):
        self.ours, theirs = pty.openpty() if terminal else os.pipe()
        if not IS_WHOLE:
            environment |= {'CC': 'compiler cc', 'CXX': 'compiler c++'}
        self.process = subprocess.Popen(
            ['setsid', *(['--ctty'] if terminal else []), 'setpriv', '--reuid', USER, '--regid', USER,
             '--init-groups', '--', *command],
            stdin=theirs if terminal else subprocess.DEVNULL, stdout=theirs, stderr=theirs, cwd=HOME,
            env={'PATH': '/usr/local/bin:/usr/bin:/bin', 'HOME': str(HOME), 'LANG': 'C.UTF-8', **environment})
        os.close(theirs)
        self.text = ''
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        try:
            while data := os.read(self.ours, 65536):
                self.text += data.decode(errors='replace').replace('\r\n', '\n')
        except OSError:  # a terminal that nobody has any more
            pass

    def wait_for(self, pattern, seconds):
        def look():
            found = re.search(pattern, self.text)
            if not found and self.process.poll() is not None:
                raise AssertionError(f'it ended:\n{self.text}')
            return found
        return wait_until(look, f'{pattern}; {self.text}', seconds)

    def press_ctrl_c(self):
        os.write(self.ours, b'\x03')

    def end(self, seconds):
        """Its exit status, when nobody can write any more."""
        status = self.process.wait(seconds)
        self.reader.join(10)
        os.close(self.ours)
        return status


def kill_while_it_links_the_module():
    """What has changed is built anew, but not into the place of the one that works."""
    build = PROJECT / 'adapters' / 'nginx' / 'build'
    text, modified = build.read_bytes(), build.stat().st_mtime_ns
    build.write_text('#!/bin/sh\nmkdir -p "$4/objs"; echo half >"$4/objs/ngx_tattle_module.so"; kill -KILL $PPID\n',
                     encoding='ascii')
    status = Run(PROJECT / 'examples/demo/build', HAVE_OBJECTS='yes').end(60)
    build.write_bytes(text)
    os.utime(build, ns=(modified, modified))
    return status


def state():
    """When each file of the build was written; logs may be."""
    return {path: path.lstat().st_mtime_ns for path in QUICKSTART.rglob('*')
            if path.is_file() and path.suffix not in ('.log', '.txt')}


def unity_size():
    with open(BUILD / 'meson-info' / 'intro-buildoptions.json', encoding='utf-8') as options:
        return next(option['value'] for option in json.load(options) if option['name'] == 'unity_size')


class QuickstartTest(unittest.TestCase):
    def end(self, started, status, seconds):
        self.assertEqual(started.end(seconds), status, started.text)
        wait_until(lambda: not running(), f'the end of {running()}')
        self.assertEqual(list(pathlib.Path('/tmp').glob('tattle-demo-*')), [])

    def assert_caught(self, text):
        self.assertRegex(text, r'examples/chains/compliant.pem ...\n *chrome +compliant')
        self.assertRegex(text, r'examples/chains/not-compliant.pem ...\n *chrome +NOT compliant')
        self.assertRegex(text, 'FOUND.* cedar signed two trees')
        self.assertRegex(text, r'page.* shows evidence against cedar\n')

    def test_from_a_fresh_machine_to_a_log_that_is_caught(self):
        script = PROJECT / 'examples' / 'quickstart'
        first = Run(script, terminal=True)
        first.wait_for(r'\[[1-9]\d*/\d+\]', 300)
        first.press_ctrl_c()
        self.end(first, 130, 20)
        self.assertRegex(first.text, f'^installing Debian packages: {" ".join(MISSING)}\n')
        self.assertIn('building into build/quickstart', first.text)
        self.assertNotIn('failed', first.text)

        if not IS_WHOLE:  # the same groups of files as there
            self.end(Run('/usr/bin/meson', 'configure', QUICKSTART, f'-Dunity_size={unity_size()}'), 0, 60)
        second = Run(script, HAVE_OBJECTS='yes')
        self.end(second, 0, 1800)
        self.assertNotIn('installing', second.text)
        self.assertIn("getting Debian's nginx", second.text)
        self.assertNotIn('\x1b', second.text)
        self.assert_caught(second.text)
        self.assertFalse(COMPILED.exists())

        before = state()
        self.assertEqual(kill_while_it_links_the_module(), -signal.SIGKILL)
        start = time.monotonic()
        third = Run(script, terminal=True)
        self.end(third, 0, 120)
        self.assertLess(time.monotonic() - start, 60)
        self.assertNotRegex(third.text, r"building|getting|\d/\d+\]")
        self.assert_caught(third.text)
        self.assertIn('\x1b[1;31mFOUND', third.text)
        self.assertEqual(before.items() - state().items(), set())

    def test_a_full_disk_is_named(self):
        folder = HOME / 'small'
        folder.mkdir()
        run('mount', '-t', 'tmpfs', '-o', f'size=100k,uid={pwd.getpwnam(USER).pw_uid}', 'small', folder)
        full = Run(PROJECT / 'examples/demo/build', folder)
        self.end(full, 2, 60)
        self.assertRegex(full.text, f'\\nis the disk full\\? free in {folder}: 0M\n$')
        run('umount', folder)

    def test_what_another_user_left_is_refused(self):
        folder = HOME / 'of-root'
        folder.mkdir()
        shutil.chown(folder, USER, USER)
        (folder / 'build.log').touch()
        refused = Run(PROJECT / 'examples/demo/build', folder)
        self.end(refused, 2, 60)
        self.assertEqual(refused.text, f"examples/demo/build: files in {folder} are another user's, as after sudo: "
                                       'remove it first\n')

    def test_a_path_with_spaces_is_refused(self):
        refused = Run(PROJECT / 'examples/demo/build', HOME / 'with spaces')
        self.end(refused, 2, 60)
        self.assertEqual(refused.text, "examples/demo/build: nginx's own build takes no path with spaces: "
                                       f'{PROJECT}, {HOME}/with spaces\n')


if __name__ == '__main__':
    unittest.main()
