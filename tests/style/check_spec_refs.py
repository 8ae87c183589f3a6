#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Specifications are cited in one form, so that grep finds them: RFC 6962, Section 3.3."""

import re

import tree

SPACE = r"(?:\s|\n\s*(?://|#|\*)\s*)+"  # also across the lines of a comment
WRONG = [
    (re.compile(r"\bRFC-?\d{3,}\b"), "a space belongs between RFC and its number"),
    (re.compile(r"\b(?:Rfc|rfc)[ -]\d{3,}\b"), "RFC is written in capitals"),
    (re.compile(r"\bRFC" + SPACE + r"\d+,?" + SPACE + r"(?:section|sec\.|Sec\.)"), "write: RFC 6962, Section 3.3"),
    (re.compile(r"\bRFC" + SPACE + r"\d+" + SPACE + r"Section"), "a comma belongs before Section"),
    (re.compile(r"(?i)\bsection" + SPACE + r"\d[\d.]*" + SPACE + r"(?:of|in)" + SPACE + r"(?:the" + SPACE + r")?RFC"),
     "write: RFC 6962, Section 3.3"),
    (re.compile("\u00a7"), "write: RFC 6962, Section 3.3"),
]
KINDS = tree.CXX + (".py", ".md", ".build", ".map")


def check(file):
    if not (file.path.endswith(KINDS) or file.is_script) or file.path.endswith("check_spec_refs.py"):
        return
    for pattern, instead in WRONG:
        for found in pattern.finditer(file.text):
            line = file.text.count("\n", 0, found.start()) + 1
            yield tree.complain(file, line, f"{' '.join(found.group().split())}: {instead}")


BAD = [
    ("core/wire/a.h", "// RFC6962, Section 3.3"),
    ("core/wire/a.h", "// RFC-6962"),
    ("core/wire/a.h", "// rfc 6962"),
    ("core/wire/a.h", "// RFC 6962 Section 3.3"),
    ("core/wire/a.h", "// RFC 6962, section 3.3"),
    ("core/wire/a.h", "// see section 3.3 of RFC 6962"),
    ("core/wire/a.h", "// see Section 3.3 of\n// RFC 6962"),
    ("core/wire/a.h", "// RFC 6962,\n// sec. 3.3"),
    ("README.md", "RFC 6962 \u00a7 3.3"),
]
GOOD = [
    ("core/wire/a.h", "// RFC 6962, Section 3.3, and RFC 9162"),
    ("core/wire/a.h", "// (RFC 6960, Section\n// 4.1.1)"),
    ("core/wire/a.h", "// RFC 6962,\n// Section 3.3"),
    ("core/wire/a.h", "enum { kRfc6962 };  // the policy rfc6962"),
    ("tests/vectors/a.json", "RFC6962"),
]

if __name__ == "__main__":
    tree.run(check, BAD, GOOD)
