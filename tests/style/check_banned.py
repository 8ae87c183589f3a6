#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Calls, names and marks that are not to be in the code."""

import re

import tree


def call(*names):
    """A call of one of these functions, plain or of std, but not of another name's end."""
    return re.compile(r"(?<![\w.>])(?:::)?(?:std::)?(?:" + "|".join(names) + r")\s*\(")


CXX_FOLDERS = ("core", "plugin", "adapters/openssl", "adapters/curl", "adapters/cli", "adapters/daemon")

# Pattern, folders, what to do instead. Looked for in code, not in comments or literals.
IN_CODE = [
    (call("memcpy", "memmove", "memcmp", "strcpy", "strncpy", "strcat", "strtok", "gets"),
     CXX_FOLDERS, "spans know their length: std::copy, Equal, ByteReader"),
    (call("sprintf", "vsprintf"), CXX_FOLDERS, "writes without a bound: fmt or std::snprintf"),
    (call("atoi", "atol", "strtol", "strtoul"), CXX_FOLDERS, "std::from_chars tells what was wrong"),
    (call("time", "gettimeofday", "clock_gettime", "localtime", "gmtime", "mktime"),
     ("core", "plugin/capi"), "time is an argument"),
    (re.compile(r"\b(?:system|steady|high_resolution|utc|file)_clock\b"),
     ("core", "plugin/capi"), "time is an argument"),
    (call("getenv", "secure_getenv", "setenv", "setlocale"), ("core", "plugin/capi"),
     "the environment belongs to plugin/runtime and the programs"),
    (call("rand", "srand", "random"), ("core",), "randomness is an argument"),
    (call("printf", "fprintf", "vprintf", "vfprintf", "puts", "fputs", "putchar", "perror"),
     ("core", "plugin"), "libraries print nothing"),
    (re.compile(r"\bstd::(?:cout|cerr|clog)\b"), ("core", "plugin"), "libraries print nothing"),
    (call("exit", "abort", "_exit", "quick_exit"), ("core", "plugin"), "not our process to end"),
    (re.compile(r"\bthrow\b(?!\s*;)"), ("core", "plugin/runtime", "plugin/capi"),
     "return a Result; nothing is thrown"),
    (re.compile(r"(?i)\b\w*(?:util(?!ity\b)s?|helper|manager)\w*\b"), ("core", "plugin", "adapters", "fuzz", "tests"),
     "a name that says nothing"),
    (re.compile(r"\b(?:handle|process)_[a-z]\w*|\bdata2\b"),
     ("core", *CXX_FOLDERS[2:]), "a name that says nothing"),
]

# Call sites that must be: the path and the word, and why.
EXCEPTIONS = {}

MARK = re.compile(r"\b(?:TO" r"DO(?!\(#\d+\): )|FIX" r"ME|X" r"XX)\b")
NAME = re.compile(r"(?i)(?:util(?!ity)s?|helper|manager)")


def check(file):
    if NAME.search(file.name):
        yield tree.complain(file, 1, "a file name that says nothing")
    if file.is_cxx:
        for number, line in file.code_lines():
            for pattern, folders, instead in IN_CODE:
                found = pattern.search(line) if file.under(*folders) else None
                if found and (file.path, found.group().strip("( ")) not in EXCEPTIONS:
                    yield tree.complain(file, number, f"{found.group().strip()}: {instead}")
    if file.is_cxx or file.is_script or file.name == "meson.build":
        for number, line in file.lines():
            if MARK.search(line):
                yield tree.complain(file, number, "a mark without an issue: TO" "DO(#123): ...")


BAD = [
    ("core/base/a.cc", "  memcpy(a, b, n);"),
    ("core/base/a.cc", "  std::memcmp (a, b, n);"),
    ("plugin/capi/a.cc", "  ::strcpy(a, b);"),
    ("adapters/cli/a.cc", "  sprintf(a, b);"),
    ("core/base/a.cc", "  auto now = time(nullptr);"),
    ("core/base/a.cc", "  auto now = std::chrono::system_clock::now();"),
    ("core/base/a.cc", '  getenv("HOME");'),
    ("core/base/a.cc", '  std::printf("x");'),
    ("plugin/runtime/a.cc", '  std::cout << "x";'),
    ("core/base/a.cc", "  throw 1;"),
    ("core/base/string_util.h", ""),
    ("core/base/a.cc", "class LogManager;"),
    ("core/base/a.cc", "void ParseHelper();"),
    ("core/base/a.cc", "void process_sct();"),
    ("core/base/a.cc", "// TO" "DO: later"),
    ("tests/run", "#!/bin/sh\n# FIX" "ME"),
]
GOOD = [
    ("core/base/a.cc", "#include <utility>\n// memcpy(a, b) is not used\nint time_ms = Time(1);"),
    ("core/base/a.cc", '  return "time(";'),
    ("core/base/a.cc", "  std::snprintf(a, n, b);  report.time(); x->exit();"),
    ("core/base/a.cc", "// TO" "DO(#12): later"),
    ("adapters/cli/a.cc", '  std::printf("x");  getenv("HOME");'),
    ("adapters/nginx/a.c", "  ngx_memcpy(a, b, n);  process_events(c);"),
    ("core/base/a.cc", "void Swap() noexcept(false);  using std::utility;"),
    ("plugin/capi/guard.h", "  throw;  // again, within the barrier"),
]

if __name__ == "__main__":
    tree.run(check, BAD, GOOD)
