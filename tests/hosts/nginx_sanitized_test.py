#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The tests of nginx's module once more, with the address sanitizer in it."""

import os
import unittest

os.environ['TATTLE_NGINX_SANITIZED'] = 'yes'

# pylint: disable=wrong-import-position
import nginx_courier_test as courier
import nginx_module_gossip_test as gossip
import nginx_scts_test as scts
import nginx_upstream_test as upstream
import nginx_world
import nginx_zone_test as zone

CASES = [
    gossip.EndpointTest,
    courier.TattledTest,
    zone.ZoneTest,
    scts.Delivery,
    upstream.Reuse,
]


class SanitizerTest(unittest.TestCase):
    def test_is_in_the_module(self):
        self.assertIn(b'__asan_report', nginx_world.module().read_bytes())


def load_tests(loader, *_):
    cases = [SanitizerTest, *CASES]
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in cases)


if __name__ == '__main__':
    unittest.main()
