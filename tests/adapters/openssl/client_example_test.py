#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""client_example_test.py PROGRAM: examples/openssl_client against openssl s_server."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
import client_example  # noqa: E402


class ClientExampleTest(client_example.ClientExample, unittest.TestCase):
    def environment(self, ca):
        return {'SSL_CERT_FILE': ca, 'SSL_CERT_DIR': '/'}

    def check_compliant(self, out, err):
        self.assertEqual(err, '')
        self.assertEqual(out.count('embedded  valid '), 2)
        self.assertIn('public: ', out)

    def check_tls_scts(self, out, _):
        self.assertEqual(out.count('tls       valid '), 2)

    def check_refused(self, _, err):
        self.assertRegex(err, 'tattle::refused by Certificate Transparency policy:.*localhost: ')

    def check_reported(self, out, err):
        self.assertEqual(err, '')
        self.assertIn('public: ', out)

    def check_private(self, out, _):
        self.assertIn('private: ', out)


if __name__ == '__main__':
    unittest.main()
