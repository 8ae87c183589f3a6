#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""Writes public_roots.txt from packages ca-certificates of Debian's, through dpkg-deb and openssl:

    make_public_roots.py ca-certificates_*.deb > public_roots.txt

By hand, when there is a newer package; the build reads the text only. README.md says which ones.
"""

import base64
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile

PACKAGE = "ca-certificates"
FOLDER = "usr/share/ca-certificates/mozilla"
HEADER = """\
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
#
# The public roots: SHA-256 of the SubjectPublicKeyInfo and the name, sorted.
# Made by make_public_roots.py from these versions of Debian's {package}:
# {versions}
# Date: {date}
"""


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def spki_hash(certificate):
    pem = output_of("openssl", "x509", "-in", str(certificate), "-noout", "-pubkey")
    lines = [line for line in pem.splitlines() if not line.startswith("-----")]
    return hashlib.sha256(base64.b64decode("".join(lines), validate=True)).hexdigest()


def version_of(package):
    """The version, which begins with the day on which Mozilla's store was taken."""
    name, version = output_of("dpkg-deb", "--show", "--showformat=${Package} ${Version}", package).split()
    if name != PACKAGE or not re.match(r"20[0-9]{6}(?![0-9])", version):
        sys.exit(f"{package}: is no {PACKAGE} with a date for its version")
    return version


def add_roots(names, package):
    """Adds to the names of each key those that the package has for it."""
    with tempfile.TemporaryDirectory() as root:
        subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
        certificates = sorted(pathlib.Path(root, FOLDER).glob("*.crt"))
        if not certificates:
            sys.exit(f"{package}: has no certificates in {FOLDER}")
        for certificate in certificates:
            name = certificate.stem.replace("_", " ")
            names.setdefault(spki_hash(certificate), set()).add(name)


def main(argv):
    if len(argv) < 2:
        sys.exit(__doc__)
    names = {}
    versions = sorted(version_of(package) for package in argv[1:])
    for package in argv[1:]:
        add_roots(names, package)
    newest = versions[-1]
    date = f"{newest[:4]}-{newest[4:6]}-{newest[6:8]}"
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(HEADER.format(package=PACKAGE, versions=", ".join(versions), date=date))
    for digest, same_key in sorted(names.items()):
        print(f"{digest}  {', '.join(sorted(same_key))}")


if __name__ == "__main__":
    main(sys.argv)
