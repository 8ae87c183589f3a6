#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Files stay small: 150 lines a header, 400 a source, 600 in nginx's layout, which gives every
argument and brace a line. Tests are tables and may be longer.
Functions are measured by clang-tidy."""

import tree

HEADER = 150
SOURCE = 400
NGINX = 600

# Path -> lines allowed, and why. An entry that is no longer needed must go.
EXCEPTIONS = {
    "adapters/curl/include/tattle/curl.h": (180, "what belongs to whom stands in one place"),
    "adapters/openssl/include/tattle/openssl.h": (200, "what belongs to whom stands in one place"),
    "plugin/include/tattle/gossip.h": (360, "the contract of gossip is one header, most of it comments"),
    "plugin/include/tattle/serve.h": (230, "the contract is one header, most of it comments"),
    "plugin/include/tattle/tattle.h": (700, "the contract is one header, most of it comments"),
}


def limit_of(file):
    if not file.is_cxx and not file.is_script:
        return None
    if file.under("tests/unit", "tests/bench", "tests/abi") or file.path.endswith("_test.py"):
        return None
    if file.path in EXCEPTIONS:
        return EXCEPTIONS[file.path][0]
    if file.path.endswith((".h", ".hpp")):
        return HEADER
    return NGINX if file.under("adapters/nginx") else SOURCE


def check(file):
    limit = limit_of(file)
    lines = file.text.count("\n")
    if limit and lines > limit:
        yield tree.complain(file, lines, f"{lines} lines, {limit} are allowed")


def stale_exceptions(files):
    sizes = {file.path: file.text.count("\n") for file in files}
    for path in EXCEPTIONS:
        usual = HEADER if path.endswith((".h", ".hpp")) else SOURCE
        if sizes.get(path, usual + 1) <= usual:
            yield f"{path}: needs no exception in tests/style/check_sizes.py"


BAD = [
    ("core/base/a.h", "\n" * 151),
    ("core/base/a.cc", "\n" * 401),
    ("adapters/nginx/a.c", "\n" * 601),
    ("tests/style/a.py", "\n" * 401),
    ("tests/testlib/a.h", "\n" * 151),
]
GOOD = [
    ("core/base/a.h", "\n" * 150),
    ("core/base/a.cc", "\n" * 400),
    ("adapters/nginx/a.c", "\n" * 600),
    ("tests/unit/base/a_test.cc", "\n" * 900),
    ("examples/chains/log_list.json", "\n" * 9000),
]

if __name__ == "__main__":
    tree.run(check, BAD, GOOD, stale_exceptions)
