#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Completion in zsh and fish, by the shells themselves: what tests/cli/completion_test.py asks of bash.

    completion_test.py FOLDER    where the completions were built
"""

import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import time
import unittest

import world
from completion_cases import CompletionCases  # found by way of world

COMPLETIONS = pathlib.Path(sys.argv[1])

# zsh completes on a terminal only. Of what it would offer it prints each match on a line, between two
# marks; the line that was typed is dropped, and nothing is run.
ZSHRC = r'''
PROMPT='' RPROMPT='' PS2=''
unsetopt prompt_sp prompt_cr beep
fpath=(@FOLDER@ $fpath)
autoload -Uz compinit
compinit -D -u
zstyle ':completion:*' insert-tab false
zstyle ':completion:*' list-separator ''
ask() {
  print -r -- '<<<'
  zle complete-word
  print -r -- '>>>'
  BUFFER=
}
zle -N ask
bindkey '^I' ask
compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  local -a found
  builtin compadd -A found "$@"
  (( $#found )) && print -rl -- match\ $^found
  builtin compadd "$@" # or _files would look further
  local status_=$?
  compstate[list]='' compstate[insert]=''
  return status_
}
print ready
'''


class Zsh:
    """An interactive zsh at a terminal of ours."""

    def __init__(self, home):
        (home / '.zshrc').write_text(ZSHRC.replace('@FOLDER@', str(COMPLETIONS)), encoding='utf-8')
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(home)
            os.execvpe('zsh', ['zsh', '-i'], {'PATH': os.environ['PATH'], 'HOME': str(home), 'ZDOTDIR': str(home),
                                              'TERM': 'dumb', 'LANG': 'C.UTF-8'})
        self.read_until('ready')

    def read_until(self, end):
        text, until = '', time.monotonic() + world.WAIT
        while end not in text:
            if not select.select([self.terminal], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError(f'zsh says: {text}')
            text += os.read(self.terminal, 65536).decode('utf-8', 'replace')
        return text

    def complete(self, line):
        os.write(self.terminal, line.encode() + b'\t')
        text = self.read_until('>>>').rpartition('<<<')[2]
        return [found.strip().removeprefix('match ') for found in text.splitlines() if found.startswith('match ')]

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


class ZshTest(CompletionCases, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.zsh = Zsh(self.folder)
        self.addCleanup(self.zsh.end)

    def complete(self, line):
        return sorted({found.rstrip('/') for found in self.zsh.complete(line) if found != '.zshrc'})


class FishTest(CompletionCases, unittest.TestCase):
    """fish has a question for it. One fish is asked all; the end of a line is marked, since it may be a blank."""

    ASK = f"""
        for file in {COMPLETIONS}/*.fish; source $file; end
        while read line; complete -C (string sub --end -1 -- $line); echo '>>>'; end
        """

    def setUp(self):
        super().setUp()
        self.fish = subprocess.Popen(['fish', '--no-config', '-c', self.ASK], cwd=self.folder, text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(self.fish.communicate)

    def complete(self, line):
        self.fish.stdin.write(line + '.\n')
        self.fish.stdin.flush()
        words = []
        for found in self.fish.stdout:
            if found == '>>>\n':
                break
            # Of --option=value it offers the whole word.
            words.append(found.rstrip('\n').split('\t')[0].rstrip('/').rpartition('=')[2])
        return sorted(set(words))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
