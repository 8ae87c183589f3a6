#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Every source begins with the two SPDX lines; build files with the licence's line."""

import tree

COPYRIGHT = "SPDX-FileCopyrightText: The Tattle authors"
LICENSE = "SPDX-License-Identifier: Apache-2.0"


def check(file):
    lines = [line.strip("/*# ") for line in file.text.splitlines()[:6]]
    if file.is_cxx or file.is_script:
        # Behind the #! line of a script, and behind the opening /* of a C comment.
        rest = [line for line in lines if line and not line.startswith("!")]
        if rest[:2] != [COPYRIGHT, LICENSE]:
            yield tree.complain(file, 1, "must begin with the two SPDX lines")
    elif file.name in ("meson.build", "meson_options.txt", ".clang-format", ".clang-tidy"):
        if LICENSE not in lines:
            yield tree.complain(file, 1, f"must begin with # {LICENSE}")


BAD = [
    ("core/base/a.h", "// No licence.\n"),
    ("core/base/a.h", f"// {LICENSE}\n// {COPYRIGHT}\n"),
    ("core/base/a.h", f"// {COPYRIGHT}\n// SPDX-License-Identifier: MIT\n"),
    ("core/base/a.cc", ""),
    ("tests/run", "#!/usr/bin/env bash\necho\n"),
    ("tests/style/a.py", f"# {COPYRIGHT}\n"),
    ("core/meson.build", "project('a')\n"),
]
GOOD = [
    ("core/base/a.h", f"// {COPYRIGHT}\n// {LICENSE}\n\n#include <span>\n"),
    ("plugin/include/tattle/tattle.h", f"/*\n * {COPYRIGHT}\n * {LICENSE}\n */\n"),
    ("tests/run", f"#!/usr/bin/env bash\n# {COPYRIGHT}\n# {LICENSE}\n"),
    ("core/meson.build", f"# {LICENSE}\n"),
    ("README.md", "Tattle\n"),
]

if __name__ == "__main__":
    tree.run(check, BAD, GOOD)
