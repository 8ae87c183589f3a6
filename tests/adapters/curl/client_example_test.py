#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""client_example_test.py PROGRAM: examples/curl_client against openssl s_server."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from client_example import WORLD, ClientExample, config  # noqa: E402


class ClientExampleTest(ClientExample, unittest.TestCase):
    def target(self, address):
        return f'https://{address}/'

    def environment(self, ca):
        return {'CURL_CA_BUNDLE': ca, 'no_proxy': '*'}

    def check_compliant(self, out, err):
        self.assertIn('s_server', out)
        self.assertIn('public: compliant with chrome', err)

    def check_tls_scts(self, out, err):
        self.check_compliant(out, err)

    def check_refused(self, out, err):
        self.assertEqual(out, '')
        self.assertIn('localhost: not compliant with chrome: ', err)

    def check_reported(self, out, err):
        self.assertIn('s_server', out)
        self.assertIn('public: not compliant', err)

    def check_private(self, _, err):
        self.assertIn('private: ', err)

    def test_clear_text(self):
        status, out, _ = self.client('-c', config(), 'http://localhost:1/')
        self.assertEqual((status, out), (2, ''))

    def test_nothing_to_gossip(self):
        with self.server(WORLD.embedded) as url:
            status, _, err = self.client('-g', '-c', config(), url)
            self.assertEqual(status, 0)
            self.assertNotIn('gossip', err)


if __name__ == '__main__':
    unittest.main()
