#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Who may include whom: one table, in which no arrow points up."""

import re

import tree

# Each layer of core may include itself and those before it (core/meson.build has the same order).
CORE = "base der crypto wire merkle note loglist verify policy serve gossip data".split()

CORE_FOLDERS = [f"core/{layer}" for layer in CORE]
PUBLIC = "<tattle/"  # the C ABI and the adapters' public headers
ADAPTERS = [f"adapters/{name}/include" for name in ("openssl", "curl")]
PLUGIN_CXX = ["plugin/runtime", "plugin/page", "plugin/capi", "plugin/pool", "plugin/net", "plugin/audit",
              "plugin/gossip", "plugin/service"]
EVERYTHING = ["core", "plugin", "adapters", "examples", "tests", "fuzz", "<"]

# Folder -> what it may include beside itself; the longest folder that fits counts. An entry with
# "<" stands for a header of the system or of a library.
TABLE = {
    **{folder: CORE_FOLDERS[:i] for i, folder in enumerate(CORE_FOLDERS)},
    "core/pch": [],
    "plugin/pch": [],
    "plugin/include": [],
    "plugin/runtime": ["core", PUBLIC],
    "plugin/page": ["core"],
    "plugin/capi": ["core", "plugin/runtime", "plugin/page", PUBLIC],
    # The service half: programs only, never libtattle.
    "plugin/pool": ["core", "plugin/runtime"],
    "plugin/net": ["core", "plugin/runtime", "plugin/pool"],
    "plugin/audit": ["core", "plugin/runtime", "plugin/pool", "plugin/net"],
    "plugin/gossip": ["core", "plugin/runtime", "plugin/pool", "plugin/net", "plugin/audit"],
    "plugin/service": ["core", "plugin/runtime"],
    "adapters/openssl": [PUBLIC],
    "adapters/curl": [PUBLIC],
    "adapters/nginx": [PUBLIC],
    "adapters/cli": ["core", *PLUGIN_CXX, *ADAPTERS, PUBLIC],
    "adapters/daemon": ["core", *PLUGIN_CXX, *ADAPTERS, PUBLIC],
    "examples": [PUBLIC],
    # It looks into what an application never sees.
    "examples/simulate": ["core", *PLUGIN_CXX, "adapters/daemon"],
    "fuzz": ["core", *PLUGIN_CXX, "adapters/daemon", "tests/testlib"],
    "tests": EVERYTHING,
}

# Core does no I/O and has no threads, clock, environment or randomness.
NOT_IN_CORE = re.compile(
    r"<(iostream|fstream|istream|ostream|filesystem|thread|mutex|shared_mutex|condition_variable"
    r"|future|random|ctime|clocale|locale|csignal|(?:sys|netinet|arpa)/.*|unistd\.h|time\.h"
    r"|pthread\.h|signal\.h|dlfcn\.h|fcntl\.h|poll\.h|netdb\.h|stdio\.h|stdlib\.h)>"
)

# Libraries have one place each, so that they can be replaced there.
HOMES = {
    "<openssl/": ("core/crypto", "plugin/capi", "adapters/openssl", "adapters/curl", "adapters/cli",
                  "adapters/daemon", "adapters/nginx", "plugin/net", "plugin/service", "examples", "fuzz", "tests"),
    "<nlohmann/": ("core/base", "tests"),
    "<CLI/": ("plugin/service",),
    "<curl/": ("plugin/net", "adapters/curl", "adapters/cli/fetch", "examples", "tests"),
    "<sqlite3.h>": ("plugin/pool", "tests"),
    "<libpq": ("plugin/pool", "tests"),
    "<nghttp2/": ("plugin/net", "tests"),
    "<event2/": ("plugin/net", "adapters/daemon", "tests"),
    "<boost/": ("plugin/net", "tests"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"][^>"]+[>"])')


def row_of(path):
    rows = [folder for folder in TABLE if path.startswith(folder + "/")]
    return max(rows, key=len, default=None)


def fault_with(file, row, target):
    """What is wrong with including `target`, or None."""
    if target.startswith("<"):
        if target.startswith(PUBLIC):
            if row != "plugin/include" and not {PUBLIC, "<"} & set(TABLE[row]):
                return "public headers are above this folder"
            return None
        if row.startswith("core/") and NOT_IN_CORE.match(target):
            return "core does no I/O and has no threads, clock or environment"
        if row == "plugin/include" and target not in ("<stddef.h>", "<stdint.h>", "<tattle/tattle.h>"):
            return "the C ABI includes stddef.h and stdint.h only"
        for library, homes in HOMES.items():
            if target.startswith(library) and not file.under(*homes):
                return f"{library[1:].rstrip('/>')} is for {', '.join(homes)}"
        return None
    name = target.strip('"')
    if name.split("/")[0] not in tree.TOPS:
        # nginx's own headers and the neighbours of one adapter's or example's file.
        return None if file.under("adapters/nginx", "examples") else "say the path from the root"
    if any(name.startswith(folder + "/") for folder in [row, *TABLE[row]]):
        return None
    return f"{row} may not include this"


def check(file):
    if not file.is_cxx:
        return
    row = row_of(file.path)
    if row is None:
        yield tree.complain(file, 1, "in no row of the table of tests/style/check_layers.py")
        return
    for number, line in file.code_lines():
        found = INCLUDE.match(line)
        fault = found and fault_with(file, row, found.group(1))
        if fault:
            yield tree.complain(file, number, f"{found.group(1)}: {fault}")


BAD = [
    ("core/base/a.h", '#include "core/wire/sct.h"'),
    ("core/wire/a.cc", '#include "core/verify/verify.h"'),
    ("core/policy/a.cc", '#include "plugin/runtime/config.h"'),
    ("core/verify/a.cc", "#include <fstream>"),
    ("core/verify/a.cc", "#include <tattle/tattle.h>"),
    ("core/verify/a.cc", "  #  include <sys/stat.h>"),
    ("core/verify/a.cc", "#include <openssl/evp.h>"),
    ("core/base/a.cc", '#include "bytes.h"'),
    ("core/newlayer/a.cc", ""),
    ("plugin/capi/a.cc", '#include "plugin/pool/pool.h"'),
    ("plugin/capi/a.cc", "#include <sqlite3.h>"),
    ("plugin/include/tattle/tattle.h", "#include <stdbool.h>"),
    ("plugin/include/tattle/tattle.h", '#include "core/base/bytes.h"'),
    ("adapters/curl/a.cc", '#include "adapters/openssl/collector.h"'),
    ("adapters/cli/a.cc", '#include "adapters/openssl/collector.h"'),
    ("adapters/cli/a.cc", "#include <CLI/CLI.hpp>"),
    ("adapters/openssl/a.cc", '#include "core/base/bytes.h"'),
    ("examples/check.c", '#include "plugin/capi/handle.h"'),
    ("fuzz/a_fuzz.cc", '#include "adapters/cli/output/columns.h"'),
    ("core/gossip/a.cc", '#include "examples/simulate/stream.h"'),
]
GOOD = [
    ("core/wire/a.cc", '#include "core/base/reader.h"\n#include "core/wire/sct.h"\n#include <span>'),
    ("core/wire/a.cc", '// #include "core/verify/verify.h"'),
    ("core/base/json.cc", "#include <simdjson.h>"),
    ("plugin/capi/a.cc", '#include "core/verify/verify.h"\n#include <tattle/tattle.h>'),
    ("adapters/cli/a.cc", '#include "core/verify/verify.h"\n#include <tattle/openssl.h>'),
    ("plugin/service/a.cc", "#include <CLI/CLI.hpp>"),
    ("adapters/openssl/a.cc", '#include "adapters/openssl/b.h"\n#include <openssl/ssl.h>\n#include <mutex>'),
    ("tests/unit/base/a_test.cc", '#include "core/base/reader.h"\n#include <filesystem>'),
    ("examples/check.c", "#include <tattle/tattle.h>"),
    ("examples/simulate/a.cc", '#include "plugin/pool/pool.h"\n#include "examples/simulate/stream.h"'),
    ("core/meson.build", "#include <iostream>"),
]

if __name__ == "__main__":
    tree.run(check, BAD, GOOD)
