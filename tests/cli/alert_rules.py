# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The alert rules of examples/prometheus, as far as tests without Prometheus need them."""

import pathlib
import re

PATH = pathlib.Path(__file__).resolve().parents[2] / 'examples/prometheus/tattle.rules.yml'
# Of our programs: Prometheus has metrics of its own.
METRIC = re.compile(r'\b(tattled?_[a-z0-9_]+)(?:\{([a-z_]+)="([a-z]+)"\})?')


def expressions():
    """Each alert's name with its expression on one line."""
    found = {}
    for rule in PATH.read_text(encoding='utf-8').split('- alert: ')[1:]:
        expr = re.search(r'^ +expr: (?:>-\n)?(.*?)(?=\n +(?:for|labels):)', rule, re.DOTALL | re.MULTILINE)
        found[rule.split('\n', 1)[0]] = ' '.join(expr[1].split())
    return found


def metrics(prefix):
    """The metrics that rules ask for and that begin with this: (name, label, value)."""
    return {found.groups() for expr in expressions().values() for found in METRIC.finditer(expr)
            if found[1].startswith(prefix)}


def missing(prefix, text):
    """What rules ask for and `text`, metrics as Prometheus reads them, does not have."""
    lines = text.splitlines()
    def has(name, label, value):
        sample = re.compile(re.escape(name) + (rf'\{{(?:[^}}]*,)?{label}="{value}"' if label else r'[ {]'))
        return any(sample.match(line) for line in lines)
    return sorted(name + (f'{{{label}="{value}"}}' if label else '')
                  for name, label, value in metrics(prefix) if not has(name, label, value))
