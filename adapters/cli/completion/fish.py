# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Completion for fish."""

TEXT = r'''# fish completion of @NAME@, made from its --help. SPDX-License-Identifier: Apache-2.0

function @FUNCTION@_at # whether the verb so far is this one
    set -l verb ''
    for word in (commandline -opc)[2..]
        if contains -- (string trim -- "$verb $word") @VERBS@
            set verb (string trim -- "$verb $word")
        end
    end
    test "$verb" = "$argv"
end

complete -c @NAME@ -f
@LINES@
'''

FILES = {"@files": "-F", "@folders": "-a '(__fish_complete_directories)'"}


def quoted(text):
    """Within fish's single quotes only these two mean something."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def lines_of(completed, function, name):
    """What may stand behind one verb."""
    verb = completed.verb
    words = " ".join(verb.words)
    begin = f"complete -c {name} -n {quoted(f'{function}_at {words}'.rstrip())}"
    lines = [f"{begin} -a {word} -d {quoted(text)}" for word, text in verb.verbs.items()]
    for option, value in completed.options:
        names = " ".join(("-l " if one.startswith("--") else "-s ") + one.lstrip("-") for one in option.names)
        takes = f"{'-r' if value == '@files' else '-x'} {FILES.get(value, f'-a {quoted(value)}')}" if option.value else ""
        lines.append(" ".join(part for part in (begin, names, takes, f"-d {quoted(option.text)}") if part))
    if completed.arguments:
        lines.append(f"{begin} " + FILES.get(completed.arguments, f"-a {quoted(completed.arguments)}"))
    return lines


def completion(name, verbs):
    function = "__" + name.replace("-", "_")
    text = TEXT.replace("@VERBS@", " ".join(quoted(" ".join(one.verb.words)) for one in verbs if one.verb.words) or "''")
    text = text.replace("@LINES@", "\n".join(line for one in verbs for line in lines_of(one, function, name)))
    return text.replace("@FUNCTION@", function).replace("@NAME@", name)
