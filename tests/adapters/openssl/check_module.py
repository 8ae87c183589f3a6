#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Holds the OpenSSL module to what a stranger's process needs: check_module.py MODULE.

It exports the two names that OpenSSL looks for and nothing else, needs libcrypto and libc only (no
libssl: the program's own is used; no C++ runtime), and stays when OpenSSL unloads its modules.
Before that it proves on doctored input that each of these checks can fail.
"""

import re
import subprocess
import sys

EXPORTS = ["OPENSSL_finish", "OPENSSL_init"]
NEEDED = {"libcrypto", "libc", "libm", "ld-linux-x86-64", "ld-linux-aarch64"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def complaints_about(symbols, dynamic):
    exports = sorted(line.split()[-1] for line in symbols if " U " not in line and " w " not in line)
    wanted = [line.split()[-1].split("@")[0] for line in symbols if " U " in line]
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    if exports != EXPORTS:
        yield f"exports {exports}"
    yield from (f"wants {name} of libssl" for name in wanted if re.match(r"(D?TLS|SSL)_", name))
    yield from (f"wants {name} of libstdc++" for name in wanted if name.startswith("_Z"))
    yield from (f"needs {name}" for name in needed if name.split(".so")[0] not in NEEDED)
    if "NODELETE" not in dynamic:
        yield "is not linked with -z nodelete"


def main():
    symbols = output("nm", "-D", sys.argv[1]).splitlines()
    dynamic = output("readelf", "-d", "-W", sys.argv[1])
    complaints = list(complaints_about(symbols, dynamic))
    for complaint in complaints:
        print(f"openssl-module.so: {complaint}", file=sys.stderr)
    if complaints:
        return 1
    for more in ("0000000000001000 T _ZN6tattle1xEv", " U SSL_new@OPENSSL_3.0.0", " U _Znwm@GLIBCXX_3.4"):
        assert list(complaints_about([*symbols, more], dynamic)), more
    assert list(complaints_about(symbols[:0], dynamic))
    assert list(complaints_about(symbols, dynamic + "(NEEDED) Shared library: [libssl.so.3]"))
    assert list(complaints_about(symbols, dynamic.replace("NODELETE", "")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
