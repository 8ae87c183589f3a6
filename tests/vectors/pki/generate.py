# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Writes the test vectors and the example chains. Not needed to build or to test.

    /usr/bin/python3 tests/vectors/pki/generate.py [--check]

Needs Debian's python3-cryptography. The same keys give the same bytes: --check writes nothing and
fails if a file differs from what would be written, is missing or is left over.
"""

import json
import pathlib
import sys

import authority
import logs
import table
import vector

PROJECT = pathlib.Path(__file__).resolve().parents[3]
VECTORS = PROJECT / "tests/vectors/verify"
EXAMPLES = PROJECT / "examples/chains"


def files():
    """Every file by its path, as bytes."""
    out = {VECTORS / "log_list.json": logs.encode_list(logs.LISTED, logs.DENIED).encode()}
    for name, one in table.ALL.items():
        for file, content in one.files().items():
            if file.endswith(".json"):
                content = (json.dumps(content, indent=1) + "\n").encode()
            out[VECTORS / name / file] = content
    out[EXAMPLES / "log_list.json"] = logs.encode_list(logs.EXAMPLE).encode()
    out[EXAMPLES / "root.pem"] = authority.pem(vector.ROOT.certificate)
    for name, scts in vector.example_chains().items():
        chain = vector.Vector("", scts, host=f"{name}.example").files()["chain.pem"]
        out[EXAMPLES / f"{name}.pem"] = chain
    return out


def differences(wanted):
    for path, content in wanted.items():
        if not path.exists() or path.read_bytes() != content:
            yield f"{path.relative_to(PROJECT)}: differs or is missing"
    for folder in (VECTORS, EXAMPLES):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path not in wanted and path.name != "README.md":
                yield f"{path.relative_to(PROJECT)}: is left over"


def main():
    wanted = files()
    if sys.argv[1:] == ["--check"]:
        found = list(differences(wanted))
        print("\n".join(found) or f"{len(wanted)} files are as generated")
        return 1 if found else 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    for path, content in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print(f"{len(wanted)} files written, {len(table.ALL)} vectors")
    return 0


if __name__ == "__main__":
    sys.exit(main())
