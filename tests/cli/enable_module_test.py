#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""enable_module_test.py MODULE: what `tattle enable` writes, as OpenSSL and its programs read it;
what `tattle status` sees of programs that run."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import unittest

import pki
from small_system import PATH, SYSTEM_CNF, SystemTest

MODULE = os.path.abspath(sys.argv.pop(1))


class RealModuleTest(SystemTest):
    def openssl(self, cnf):
        return subprocess.run(['openssl', 'version', '-a'], capture_output=True,
                              env={**os.environ, 'OPENSSL_CONF': str(cnf)}, timeout=60)

    def loads(self, cnf):
        """Whether python3 has the module in memory when it reads this cnf."""
        code = ('import ssl, sys; ssl.create_default_context(); '
                'sys.exit(0 if "openssl-module.so" in open("/proc/self/maps").read() else 1)')
        return subprocess.run(['/usr/bin/python3', '-I', '-c', code], timeout=60,
                              env={**os.environ, 'OPENSSL_CONF': str(cnf)}).returncode == 0

    def move_in(self, name):
        """The cnf as it is below --root, with the paths of where it is now."""
        text = self.read(name).replace(PATH, MODULE)
        text = text.replace('/etc/ssl/openssl.cnf', str(self.path('/etc/ssl/openssl.cnf')))
        self.write(name, text.replace('.include /etc/tattle', f'.include {self.root}/etc/tattle'))
        return self.path(name)

    def test_programs_load_it(self):
        systems = (SYSTEM_CNF, '# says nothing\n', 'openssl_conf = other\n[other]\n',
                   SYSTEM_CNF + '[node]\n[default]\nnodejs_conf = node\n')
        for system in systems:
            with self.subTest(system):
                shutil.rmtree(self.path('/etc/tattle'), ignore_errors=True)
                self.write('/etc/ssl/openssl.cnf', system)
                self.assertFalse(self.loads(self.path('/etc/ssl/openssl.cnf')))
                self.tattle('enable', 'env')
                cnf = self.move_in('/etc/tattle/openssl.cnf')
                self.assertEqual(self.openssl(cnf).returncode, 0)
                self.assertTrue(self.loads(cnf))

    def test_system_wide(self):
        for system in (SYSTEM_CNF, SYSTEM_CNF.rstrip('\n'), '# says nothing\n'):
            with self.subTest(system):
                shutil.rmtree(self.path('/etc/tattle'), ignore_errors=True)
                self.write('/etc/ssl/openssl.cnf', system)
                self.tattle('enable', 'system-wide', '--load-into-every-program')
                self.move_in('/etc/tattle/system-wide.cnf')
                cnf = self.move_in('/etc/ssl/openssl.cnf')
                self.assertEqual(self.openssl(cnf).returncode, 0)
                self.assertTrue(self.loads(cnf))
                # Without what it includes, programs go on as before.
                shutil.rmtree(self.path('/etc/tattle'))
                self.assertEqual(self.openssl(cnf).returncode, 0)

    def test_a_module_that_cannot_be_loaded_is_refused(self):
        for content in ('not a module', None):
            module = self.path('/broken.so')
            if content is None:  # a library, and not ours
                shutil.copy(subprocess.run(
                    ['/usr/bin/python3', '-c', 'import _ssl; print(_ssl.__file__)'],
                    capture_output=True, text=True, check=True).stdout.strip(), module)
            else:
                module.write_text(content)
            status, out, err = pki.tattle('enable', 'env', '--module', str(module), '--dry-run')
            self.assertEqual((status, out), (2, ''))
            self.assertIn('cannot be loaded', err)

    def test_the_module_of_a_build_folder_is_not_taken(self):
        # Beside this command there is one, which a cnf that stays must not name.
        _, out, err = pki.tattle('enable', 'env', '--dry-run')
        self.assertNotIn(os.path.dirname(MODULE), out + err)

    def test_status_sees_processes(self):
        self.tattle('enable', 'env')
        cnf = self.move_in('/etc/tattle/openssl.cnf')

        def run(code):
            process = subprocess.Popen(
                ['/usr/bin/python3', '-I', '-c', code + '; import sys; print(1, flush=True); sys.stdin.read()'],
                env={**os.environ, 'OPENSSL_CONF': str(cnf)}, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE)
            self.addCleanup(process.wait)
            self.addCleanup(process.stdout.close)
            self.addCleanup(process.stdin.close)
            process.stdout.readline()
            return process.pid
        loaded = run('import ssl; ssl.create_default_context()')
        # OpenSSL is there, and was told to read another file.
        not_loaded = run('import ctypes; ctypes.CDLL("libcrypto.so.3")')
        no_openssl = run('pass')
        status, out, _ = pki.tattle('status', '--json')
        found = {p['pid']: p for p in json.loads(out)['other_processes']}
        self.assertEqual(found[loaded]['module'], MODULE)
        self.assertIsNone(found[not_loaded]['module'])
        self.assertEqual(found[not_loaded]['openssl_conf'], str(cnf))
        self.assertNotIn(no_openssl, found)
        self.assertIn(status, (1, 2))  # 2 where others' processes may not be looked at
        text = pki.tattle('status')[1]
        self.assertRegex(text, rf'python3\S*\[{loaded}\] has the module\n')
        self.assertRegex(text, rf'python3\S*\[{not_loaded}\] problem: reads {re.escape(str(cnf))}')
        self.assertIsNone(found[loaded]['changed_since'])
        # What is written later, they have not read.
        os.utime(cnf, (time.time() + 60, time.time() + 60))
        status, out, _ = pki.tattle('status', '--json')
        found = {p['pid']: p for p in json.loads(out)['other_processes']}
        self.assertEqual(found[loaded]['changed_since'], str(cnf))
        self.assertRegex(pki.tattle('status')[1], rf'python3\S*\[{loaded}\] problem: has the module, and began before '
                         rf'{re.escape(str(cnf))} was changed: it may run with older settings; start it again\n')


if __name__ == '__main__':
    unittest.main()
