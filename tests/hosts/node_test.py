#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""node under the module, in both ways: it does not read `openssl_conf` unless it is told to."""

import unittest

from cases import *
from cases import tearDownModule

GET = '''
require('https').get(process.argv[1], answer => answer.pipe(process.stdout)).on('error', error => {
  console.error(String(error));
  process.exit(1);
});
'''

TWICE = '''
const https = require('https');
const agent = new https.Agent({maxCachedSessions: 10});
const get = then => https.get(process.argv[1], {agent}, answer => {
  answer.on('data', data => process.stdout.write(data)).on('end', then);
});
get(() => get(() => {}));
'''


class NodeTest(ResumingCases, unittest.TestCase):
    """By the section nodejs_conf of the file. node has an info callback of its own, verifies
    nothing in the handshake, and looks at the result when it is done."""

    NAME = 'node'
    REFUSED = r'Error: Certificate Transparency required, but no valid SCTs found'
    MAY_COMPLETE = True
    OPTIONS = ()

    def command(self, server):
        return ['node', *self.OPTIONS, '-e', GET, server.url]

    def command_twice(self, server):
        return ['node', *self.OPTIONS, '-e', TWICE, server.url]


class SharedConfigNodeTest(NodeTest):
    """By `openssl_conf`, as everybody else."""

    OPTIONS = ('--openssl-shared-config',)
    IS_VARIANT = True


if __name__ == '__main__':
    unittest.main()
