#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""Prints a page. Nothing in here knows of Tattle."""

import sys
import urllib.error
import urllib.request

try:
    with urllib.request.urlopen(sys.argv[1]) as page:
        print(page.read().decode())
except urllib.error.URLError as error:
    sys.exit(f'{sys.argv[1]}: {error.reason}')
