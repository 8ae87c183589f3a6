# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Completion for zsh."""

import shlex

TEXT = r'''#compdef @NAME@
# zsh completion of @NAME@, made from its --help. SPDX-License-Identifier: Apache-2.0

@FUNCTION@_says() { # what may stand behind a verb, and what behind an option or as an argument
  case $1 in
@CASES@
  esac
}

@FUNCTION@() {
  local word option value='' verb='' arguments=''
  local -a verbs options
  local -A values
  @FUNCTION@_says ''
  for word in "${(@)words[2,CURRENT-1]}"; do
    (( ${verbs[(I)${(b)word}:*]} )) || continue
    verb+=${verb:+ }$word
    @FUNCTION@_says "$verb"
  done
  if [[ $words[CURRENT] == --*=* ]]; then
    option=${words[CURRENT]%%=*}
    compset -P '*='
  else
    option=$words[CURRENT-1]
  fi
  if [[ $option == -* ]] && (( ${+values[$option]} )); then
    value=$values[$option]
  elif [[ $words[CURRENT] == -* ]]; then
    _describe -o option options
    return
  elif (( $#verbs )); then
    _describe verb verbs
    return
  else
    value=$arguments
  fi
  case $value in
    @files) _files ;;
    @folders) _files -/ ;;
    ?*) compadd -- ${=value} ;;
    *) _message 'a value of your own' ;;
  esac
}

@FUNCTION@ "$@"
'''


def described(name, text):
    """As _describe takes it: a colon ends the name."""
    return shlex.quote(name.replace(":", r"\:") + ":" + text)


def case_of(completed):
    """One verb's branch of the table."""
    verb = completed.verb
    options = {name: option.text for option, _ in completed.options for name in option.names}
    values = {name: value for option, value in completed.options if option.value for name in option.names}
    return "\n".join([
        f"    {shlex.quote(' '.join(verb.words))})",
        "      verbs=(" + " ".join(described(*pair) for pair in verb.verbs.items()) + ")",
        "      options=(" + " ".join(described(*pair) for pair in sorted(options.items())) + ")",
        "      values=(" + " ".join(f"{name} {shlex.quote(value)}" for name, value in sorted(values.items())) + ")",
        f"      arguments={shlex.quote(completed.arguments)}",
        "      ;;"])


def completion(name, verbs):
    text = TEXT.replace("@CASES@", "\n".join(map(case_of, verbs)))
    return text.replace("@FUNCTION@", "_" + name.replace("-", "_")).replace("@NAME@", name)
