#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Builds users' programs from what gets installed, and from nothing else.

install_test.py BUILD MAKE_INPUT ABI_TEST_C CHECK_C OPENSSL_CLIENT_C [CURL_CLIENT_C] installs BUILD
into an empty folder, compiles the headers alone, then the programs by what pkg-config says, with the shared and
with the static libraries, and runs them. At last it takes all of it away again.
"""

import os
import pathlib
import platform
import shlex
import subprocess
import sys
import tempfile

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
C = shlex.split(os.environ.get("CC", "cc")) + ["-std=c99"] + WARNINGS
CXX = shlex.split(os.environ.get("CXX", "c++")) + ["-std=c++11"] + WARNINGS
ROOT = pathlib.Path(__file__).resolve().parents[2]  # no public header is found from there
TIME_MS = "1792000000000"  # within the life of make_input's certificate


def run(command, **options):
    """Runs a command that must succeed, and returns what it printed."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def check_example(libdir):
    """What users copy names the module where --prefix=/usr and the build's LIBDIR put it on x86_64."""
    libdir = str(libdir).replace(platform.machine(), "x86_64")
    module = f"path = {pathlib.PurePosixPath('/usr') / libdir / 'tattle/openssl-module.so'}\n"
    for name in ("examples/openssl.cnf", "adapters/openssl/README.md"):
        assert module in (ROOT / name).read_text(encoding="utf-8"), (name, module)
    assert "meson setup build --prefix=/usr " in (ROOT / "README.md").read_text(encoding="utf-8")


class Tree:
    """What `meson install` leaves behind."""

    def __init__(self, build, destdir):
        run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", destdir])
        (self.pc,) = destdir.rglob("tattle.pc")
        (header,) = destdir.rglob("tattle.h")
        self.lib = self.pc.parent.parent
        self.prefix = header.parent.parent.parent
        (module,) = destdir.rglob("openssl-module.so")
        check_example(module.parent.parent.relative_to(self.prefix))

    @staticmethod
    def uninstall(build, destdir):
        """What `ninja uninstall` does leaves nothing of it, but folders."""
        run(["meson", "--internal", "uninstall"], cwd=build)
        left = [path for path in destdir.rglob("*") if not path.is_dir()]
        assert not left, left

    def pkg_config(self, *options, package="tattle"):
        env = dict(os.environ, PKG_CONFIG_PATH=str(self.pc.parent))
        variable = f"--define-variable=prefix={self.prefix}"
        return shlex.split(run(["pkg-config", variable, *options, package], env=env))

    def check_header(self, name="tattle", package="tattle"):
        source = f"#include <tattle/{name}.h>\n"
        flags = self.pkg_config("--cflags", package=package)
        run(C + flags + ["-fsyntax-only", "-xc", "-"], input=source)
        run(CXX + flags + ["-fsyntax-only", "-xc++", "-"], input=source)

    def build(self, source, program, static, package="tattle"):
        if static:
            libs = self.pkg_config("--libs", "--static", package=package)
            assert f"-l{package}" in libs, libs
            if package == "tattle-curl":
                # libcurl stays shared: Debian has no static libraries of all that it uses.
                static_curl = {*self.pkg_config("--libs", "--static", package="libcurl")}
                kept = self.pkg_config("--libs", "--static", package="tattle-openssl")
                dropped = static_curl - {*self.pkg_config("--libs", package="libcurl"), *kept}
                libs = [lib for lib in libs if lib not in dropped]
            libs = [f"-l:lib{lib[2:]}.a" if lib.startswith("-ltattle") else lib for lib in libs]
        else:
            libs = self.pkg_config("--libs", package=package)
        run(C + self.pkg_config("--cflags", package=package) + [f"-I{ROOT}", source, "-o", program] + libs)
        dynamic = run(["readelf", "-d", program])
        assert ("libtattle.so.1" in dynamic) != static, dynamic


def main():
    build, make_input, abi_test, check, *clients = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        given = root / "input"
        given.mkdir()
        run([make_input, given])
        tree = Tree(build, root / "tree")
        needed = [*tree.pkg_config("--print-requires"), *tree.pkg_config("--print-requires-private")]
        assert [word for word in needed if word.isidentifier()] == ["libcrypto"], needed
        tree.check_header()
        tree.check_header("gossip")
        tree.check_header("serve")
        names = {client: pathlib.Path(client).stem.removesuffix("_client") for client in clients}
        for name in names.values():
            tree.check_header(name, f"tattle-{name}")
        env = dict(os.environ, LD_LIBRARY_PATH=str(tree.lib))
        for static in (False, True):
            tree.build(abi_test, root / "abi_test", static)
            run([root / "abi_test", given], env=env)
            tree.build(check, root / "check", static)
            printed = run([root / "check", given / "chain.pem", given / "log_list.json", TIME_MS],
                          env=env)
            assert printed.count("  valid  ") == 2, printed
            assert "chrome: compliant" in printed, printed
            for client, name in names.items():
                program = root / f"{name}_client"
                tree.build(client, program, static, f"tattle-{name}")
                done = subprocess.run([program], env=env, check=False, capture_output=True,
                                      text=True)
                assert done.returncode == 2 and "usage" in done.stderr, done
        tree.uninstall(build, root / "tree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
