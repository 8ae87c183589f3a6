#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What an answer of ct_status costs its worker, with as many certificates as it lists.

    tests/hosts/box --bind "$PWD/build/bench" ca-certificates curl openssl python3 libnginx-mod-mail \\
        libnginx-mod-stream nginx-dev nginx-light -- python3 tests/bench/nginx_status.py build/bench [ROUNDS]

BUILD is a build folder with libtattle and libtattle-openssl. CPU time of the one worker, user and system, is
the scheduler's; the formats take turns, and medians over the rounds are printed, of milliseconds an answer.
Exit status 1 if a page that is made anew, which it is once a second at most, costs more than 10 ms: a hundredth
of the worker.
"""

import http.client
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 31
os.environ['TATTLE_BUILD'] = str(BUILD)
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'hosts'))
# pylint: disable=wrong-import-position
from fast_log import FastLog
from nginx_world import Nginx, wait_until
from world import pki

CERTIFICATES = 250
LOGS = 60  # as many as there are
HEADS = 24  # of each, as many as are shown
ANSWERS = 10  # a round, of each format but a new page
BUDGET_MS = 10.0
PAGE_AGE = 1.1  # seconds, after which it is made anew
ANEW = 'the page, made anew'

CONFIG = '''
user root;
worker_processes 1;
ct_log_list {folder}/logs.json;
events {{ }}
http {{
    access_log off;
    keepalive_requests 1000000;
    server_names_hash_bucket_size 128;
    ct_gossip_zone gossip:10m;
    ct_gossip_limit rate=1000000 total=1000000 checks=1000000;
    ct_scts {folder}/scts;
    server {{
        listen 127.0.0.1:8080;
        server_name www.example;
        ct_gossip on;
        location = /status {{ ct_status; }}
        location = /204 {{ return 204; }}
    }}
{servers}
}}
'''

SERVER = '''    server {{
        listen 127.0.0.1:8443 ssl;
        server_name {host};
        ssl_certificate {certificate}.pem;
        ssl_certificate_key {certificate}.key;
    }}
'''


def make_site(folder):
    now = int(time.time())
    stamp = (now - 60) * 1000
    logs = [FastLog(folder, f'log{number}', f'Operator {number % 6}') for number in range(LOGS)]
    pki.write(os.path.join(folder, 'logs.json'), json.dumps({
        'version': '1.0', 'log_list_timestamp': pki.days_around(now, -1, '%Y-%m-%dT%H:%M:%SZ'),
        'operators': [{'name': log.operator, 'email': [], 'tiled_logs': [], 'logs': [log.entry()]} for log in logs]}))
    os.mkdir(os.path.join(folder, 'scts'))
    ca = pki.Ca(folder, 'ca', now)
    servers = []
    for number in range(CERTIFICATES):
        host = f'site{number}.example'
        certificate = ca.issue(f'site{number}', host)
        entry = pki.x509_entry(pki.read(certificate + '.der'))
        pki.write(os.path.join(folder, 'scts', f'{number}.sctlist'),
                  pki.sct_list([logs[(number + more) % LOGS].sct(entry, stamp) for more in range(3)]))
        servers.append(SERVER.format(host=host, certificate=certificate))
    return Nginx(folder, CONFIG.format(folder=folder, servers=''.join(servers))), logs, stamp


def cpu_ns(site):
    worker, = site.workers()
    return int(pathlib.Path(f'/proc/{worker}/schedstat').read_text(encoding='ascii').split()[0])


def ask(client, where, body=None):
    client.request('POST' if body else 'GET', where, body, {'Host': 'www.example'})
    answer = client.getresponse()
    text = answer.read()
    if answer.status not in (200, 204):
        raise RuntimeError((answer.status, text))
    return text


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        site, logs, stamp = make_site(folder)
        with site.running():
            client = http.client.HTTPConnection('127.0.0.1', 8080, timeout=60)
            wait_until(lambda: json.loads(ask(client, '/status'))['scts']['insufficient'] == 0, 'all SCTs are found', 120)
            for log in logs:
                ask(client, '/.well-known/ct/v1/sth-pollination', json.dumps(
                    {'sths': [log.sth(1000 * number, stamp - 3_600_000 * number) for number in range(1, HEADS + 1)]}))
            page = '/status?format=html'
            formats = (('return 204', '/204', ANSWERS), ('Prometheus', '/status?format=prometheus', ANSWERS),
                       ('JSON', '/status', ANSWERS), (ANEW, page, 1), ('the page again', page, ANSWERS))
            used, sizes = {name: [] for name, _, _ in formats}, {}
            for _ in range(ROUNDS):
                time.sleep(PAGE_AGE)
                for name, where, answers in formats:
                    before = cpu_ns(site)
                    for _ in range(answers):
                        sizes[name] = len(ask(client, where))
                    used[name].append((cpu_ns(site) - before) / 1e6 / answers)
            client.close()
        print(f'{CERTIFICATES} certificates, {len(logs)} logs')
        for name, row in used.items():
            print(f'    {name}: {statistics.median(row):.2f} ms, {sizes[name]} bytes')
        is_ok = statistics.median(used[ANEW]) <= BUDGET_MS
        print('budget', BUDGET_MS, 'ms:', 'ok' if is_ok else 'short')
    return 0 if is_ok else 1


if __name__ == '__main__':
    sys.exit(main())
