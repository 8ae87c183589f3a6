#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What a POST of heads that nginx knows costs its worker, beside the same POST answered `return 204`.

    tests/hosts/box --bind "$PWD/build/bench" ca-certificates curl openssl python3 nginx-dev nginx-light wrk -- \\
        python3 tests/bench/nginx_gossip.py build/bench [ROUNDS]

BUILD is a build folder with plugin/libtattle.so. CPU time of the one worker, user and system, is the
scheduler's; wrk keeps it busy for a second each time, cases take turns, and medians over the rounds are
printed: of microseconds a request, and of the difference to the peer of the same round. Exit status 1
if bytes that came before cost more than 3 us above the peer.
"""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 31
OTHER_ROUNDS = 3  # of what is not held against a budget
os.environ['TATTLE_BUILD'] = str(BUILD)
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'hosts'))
# pylint: disable=wrong-import-position
from fast_log import FastLog
from nginx_world import Nginx, wait_until
from nginx_zone import Zone
from world import pki

SECONDS = 1
POLLINATION = '/.well-known/ct/v1/sth-pollination'
BUDGET_US = 3.0  # of a duplicate above `return 204`

CONFIG = '''
user root;
worker_processes 1;
ct_log_list {folder}/logs.json;
events {{ }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    ct_gossip_zone gossip:10m;
    ct_gossip_limit rate=1000000 total=1000000 checks=1000000;
    server {{
        listen 127.0.0.1:8080;
        server_name www.example;
        ct_gossip on;
        client_body_buffer_size 128k;
        location = /204 {{ return 204; }}
    }}
}}
'''

# A member that nobody knows makes each body another one.
SCRIPT = '''
local head, n = [=[{head}]=], 0
local headers = {{ ["Content-Type"] = "application/json", ["Host"] = "www.example" }}
request = function()
  n = n + 1
  local body = {new} and (head .. ',"n":' .. n .. '}}') or (head .. '}}')
  return wrk.format("POST", "{path}", headers, body)
end
'''


def cpu_ns(site):
    worker, = site.workers()
    return int(pathlib.Path(f'/proc/{worker}/schedstat').read_text(encoding='ascii').split()[0])


def measure(site, folder, path, head, new):
    """Microseconds of CPU a request, and bytes of an answer."""
    script = pki.write(os.path.join(folder, 'wrk.lua'),
                       SCRIPT.format(head=head, path=path, new=str(new).lower()))
    before = cpu_ns(site)
    said = subprocess.run(['wrk', '-t1', '-c8', f'-d{SECONDS}s', '-s', script, 'http://127.0.0.1:8080'],
                          check=True, capture_output=True, text=True).stdout
    used = cpu_ns(site) - before
    if 'Non-2xx' in said or 'Socket errors' in said:
        raise RuntimeError(said)
    requests, read, unit = re.search(r'(\d+) requests in \S+, ([\d.]+)(\w+) read', said).groups()
    size = float(read) * {'KB': 1 << 10, 'MB': 1 << 20, 'GB': 1 << 30}[unit] / int(requests)
    return used / 1000 / int(requests), size


def post(body):
    subprocess.run(['curl', '-sS', '--fail', '-o', '/dev/null', '-H', 'Content-Type: application/json',
                    '-H', 'Host: www.example', '--data-binary', '@-', 'http://127.0.0.1:8080' + POLLINATION],
                   input=body.encode(), check=True)


def main():
    now_ms = int(time.time()) * 1000 - 60_000
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        logs = [FastLog(folder, f'log{number}', 'Operator') for number in range(6)]
        pki.write(os.path.join(folder, 'logs.json'), json.dumps({
            'version': '1.0', 'log_list_timestamp': pki.days_around(time.time(), -1, '%Y-%m-%dT%H:%M:%SZ'),
            'operators': [{'name': 'Operator', 'email': [], 'tiled_logs': [],
                           'logs': [log.entry() for log in logs]}]}))
        one, six, many = ([log.sth(size, now_ms) for size in range(1, each + 1) for log in logs[:num]]
                          for each, num in ((1, 1), (1, 6), (25, 6)))
        site = Nginx(folder, CONFIG.format(folder=folder))
        failed = False
        with site.running():
            for stage, keep in (('the zone has these heads only', six), ('and 1,500 more', None)):
                if keep is None:
                    for log in logs:
                        for start in range(1, 251, 50):
                            post(json.dumps({'sths': [log.sth(size, now_ms) for size in range(start, start + 50)]}))
                    wait_until(lambda: Zone(site).counts().stored == 1500, 'all are kept')
                for name, sths in (('1 head', one), ('6 heads', six)) + ((('150 heads', many),) if keep is None else ()):
                    head = '{"sths":' + json.dumps(sths, separators=(',', ':'))
                    post(head + '}')
                    rows = {'204': [], 'same': [], 'other': []}
                    sizes = {}
                    for number in range(ROUNDS):
                        for case, path, new in (('204', '/204', False), ('same', POLLINATION, False),
                                                ('other', POLLINATION, True)):
                            if new and number >= OTHER_ROUNDS:
                                continue
                            used, sizes[case] = measure(site, folder, path, head, new)
                            rows[case].append(used)
                    peer = statistics.median(rows['204'])
                    print(f'{stage}: {name}, {len(head) + 1} bytes; return 204: {peer:.1f} us')
                    for case, what in (('same', 'the same bytes'), ('other', 'the same heads in other bytes')):
                        more = statistics.median(a - b for a, b in zip(rows[case], rows['204']))
                        ours = statistics.median(rows[case])
                        print(f'    {what}: {ours:.1f} us, {ours / peer:.2f} of it, {more:+.1f} us; '
                              f'an answer is {sizes[case]:.0f} bytes', flush=True)
                        failed = failed or (case == 'same' and more > BUDGET_US)
        print('budget', BUDGET_US, 'us:', 'short' if failed else 'ok')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
