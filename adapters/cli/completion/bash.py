# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Completion for bash."""

import shlex

TEXT = r'''# bash completion of @NAME@, made from its --help. SPDX-License-Identifier: Apache-2.0

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


def case_of(completed):
    """One verb's branch of the table."""
    verb = completed.verb
    values = [f"{name} {value}" for option, value in completed.options if option.value for name in option.names]
    lines = [f"    {shlex.quote(' '.join(verb.words))})"]
    for name, text in (("verbs", " ".join(verb.verbs)), ("options", " ".join(sorted(verb.option_names()))),
                       ("values", "".join(f"\n{value}" for value in sorted(values))),
                       ("arguments", completed.arguments)):
        quoted = "$'" + text.replace("\n", "\\n") + "'" if "\n" in text else shlex.quote(text)
        lines.append(f"      {name}={quoted}")
    return "\n".join([*lines, "      ;;"])


def completion(name, verbs):
    text = TEXT.replace("@CASES@", "\n".join(map(case_of, verbs)))
    return text.replace("@FUNCTION@", "_" + name.replace("-", "_")).replace("@NAME@", name)
