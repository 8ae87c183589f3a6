#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Writes the completion of a program for a shell, made from its --help.

    generate.py bash PROGRAM
"""

import pathlib
import shlex
import sys

import help_text

POLICIES = "chrome apple mozilla android rfc6962 strict"

# Words that an option or an argument takes, which help has in its text only. What takes files is
# known from the name of the value. tests/cli/completion_test.py holds them against the text.
WORDS = {
    "--mode": "report require",
    "--policy": POLICIES,
    "--starttls": "smtp imap pop3 xmpp xmpp-server ftp",
    "--kind": "rfc6962 static-ct",
    "decode --as": "auto sth checkpoint sct-list sct merkle-leaf",
    "check --policy": POLICIES + " all",
    "gossip send --as": "client server",
    "loglist convert --to": "v3 ctlog",
    "loglist show --state": "none pending qualified usable readonly retired rejected unknown denied",
    "pool list --state": "unlinked linked conflicting pending included not_included skipped conclusive indicative",
    "pool list WHAT": "heads scts evidence peers",
    "enable PROGRAM": "postfix env node system-wide",
    "disable PROGRAM": "postfix env node system-wide",
    "status PROGRAM": "postfix env node system-wide",
}
FILES = ("FILE", "KEYFILE", "FILE|DIR", "SOCKET")
# Arguments that are files, or may be.
FILE_ARGUMENTS = ("TARGET", "FILE", "CHAIN", "INPUT", "FIRST", "SECOND", "OLD", "NEW")

BASH = r'''# bash completion of @NAME@, made from its --help. SPDX-License-Identifier: Apache-2.0

@FUNCTION@_says() { # what may stand behind a verb, and what behind an option or as an argument
  case $1 in
@CASES@
  esac
}

@FUNCTION@() {
  local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path='' word
  local verbs options values arguments value=''
  COMPREPLY=()
  @FUNCTION@_says ''
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ -n $word && " $verbs " == *" $word "* ]] || continue
    path+=${path:+ }$word
    @FUNCTION@_says "$path"
  done
  # --option=value comes as three words.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $before == '=' ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [[ $before == -* && $values == *$'\n'"$before "* ]]; then
    value=${values#*$'\n'"$before "}
    value=${value%%$'\n'*}
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    return
  elif [[ -n $verbs ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$cur")
    return
  else
    value=$arguments
  fi
  case $value in
    @files) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null ;;
    @folders) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); compopt -o filenames 2>/dev/null ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$value" -- "$cur") ;;
  esac
  return 0
}
complete -F @FUNCTION@ @NAME@
'''


def words_of(path, name):
    """What completes a value: words, "@files", "@folders" or nothing."""
    return WORDS.get(" ".join([*path, name]), "" if name.isupper() else WORDS.get(name, ""))


def value_of(verb, option):
    for name in option.names:
        if words := words_of(verb.words, name):
            return words
    kind = option.value.removesuffix("...")
    return "@files" if kind in FILES else "@folders" if kind == "DIR" else ""


def argument_of(verb):
    """What completes the arguments of a verb; its first one decides, as they are of one kind."""
    for name in verb.arguments:
        if words := words_of(verb.words, name):
            return words
    return "@files" if any(name in FILE_ARGUMENTS for name in verb.arguments) else ""


def case_of(verb):
    """One verb's branch of the table."""
    options = sorted(verb.option_names())
    values = [f"{name} {value_of(verb, option)}" for option in verb.options if option.value for name in option.names]
    lines = [f"    {shlex.quote(' '.join(verb.words)) or repr('')})"]
    for name, text in (("verbs", " ".join(verb.verbs)), ("options", " ".join(options)),
                       ("values", "".join(f"\n{value}" for value in sorted(values))), ("arguments", argument_of(verb))):
        quoted = "$'" + text.replace("\n", "\\n") + "'" if "\n" in text else shlex.quote(text)
        lines.append(f"      {name}={quoted}")
    return "\n".join([*lines, "      ;;"])


def bash(name, verbs):
    text = BASH.replace("@CASES@", "\n".join(map(case_of, verbs)))
    return text.replace("@FUNCTION@", "_" + name.replace("-", "_")).replace("@NAME@", name)


def main():
    if len(sys.argv) != 3 or sys.argv[1] != "bash":
        sys.exit(__doc__)
    program = sys.argv[2]
    sys.stdout.write(bash(pathlib.Path(program).name, help_text.read_all(program)))


if __name__ == "__main__":
    main()
