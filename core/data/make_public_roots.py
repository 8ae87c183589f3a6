#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Writes public_roots.txt from Debian's ca-certificates, through the openssl command:

    make_public_roots.py > public_roots.txt

By hand, when the package has changed; the build reads the text only.
"""

import base64
import hashlib
import pathlib
import subprocess
import sys

PACKAGE = "ca-certificates"
FOLDER = pathlib.Path("/usr/share/ca-certificates/mozilla")
HEADER = """\
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
#
# The public roots: SHA-256 of the SubjectPublicKeyInfo and the name, sorted.
# Made from Debian's {package} {version} by make_public_roots.py > public_roots.txt.
"""


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def spki_hash(certificate):
    pem = output_of("openssl", "x509", "-in", str(certificate), "-noout", "-pubkey")
    lines = [line for line in pem.splitlines() if not line.startswith("-----")]
    return hashlib.sha256(base64.b64decode("".join(lines), validate=True)).hexdigest()


def main(argv):
    if len(argv) != 1:
        sys.exit(__doc__)
    names = {}
    for certificate in sorted(FOLDER.glob("*.crt")):
        name = certificate.stem.replace("_", " ")
        names.setdefault(spki_hash(certificate), []).append(name)
    if not names:
        sys.exit(f"{FOLDER} has no certificates: install {PACKAGE}")
    version = output_of("dpkg-query", "--show", "--showformat=${Version}", PACKAGE)
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(HEADER.format(package=PACKAGE, version=version))
    for digest, same_key in sorted(names.items()):
        print(f"{digest}  {', '.join(same_key)}")


if __name__ == "__main__":
    main(sys.argv)
