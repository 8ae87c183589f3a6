#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What SCT delivery costs nginx: CPU time of a worker for a full handshake.

    tests/hosts/box --bind "$PWD/build/bench" ca-certificates openssl python3 libnginx-mod-mail \\
        libnginx-mod-stream nginx-dev nginx-light -- \\
        python3 tests/bench/nginx_scts.py build/bench [ROUNDS]

BUILD is a build folder with libtattle, libtattle-openssl and tests/hosts/handshakes. Three nginx of one worker
each, with the same ECDSA certificate, are shaken hands with in turn, 100 times a round: one without
the module, one with three SCTs by ct_scts, and one that sends the same bytes by OpenSSL's
ServerInfoFile. Prints the medians over the rounds, and of the ratios within a round. Exit status 1
if delivery costs more than 2 % of a handshake.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1]).resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 151
COUNT = 100  # handshakes a round, each way
BUDGET = 1.02
os.environ['TATTLE_BUILD'] = str(BUILD)
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'hosts'))
os.environ['TATTLE_HANDSHAKES'] = str(BUILD / 'tests' / 'hosts' / 'handshakes')
import nginx_scts_test as delivery  # pylint: disable=wrong-import-position
from nginx_world import Nginx  # pylint: disable=wrong-import-position
from world import pki  # pylint: disable=wrong-import-position


def make_site(folder, name, port, first, second, certificate):
    site = Nginx(folder, f'''
{first}
worker_processes 1;
events {{ }}
http {{
    access_log off;
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_session_tickets off;
        ssl_certificate {certificate}-chain.pem;
        ssl_certificate_key {certificate}.key;
        {second}
    }}
}}
''', name=name)
    if not first:
        site.loaded = []  # nginx as it is without us
        site.config.write_text(site.config.read_text().partition('.so;\n')[2])
    return site


def cpu_ns(site):
    """CPU time that the only worker has had."""
    (pid,) = site.workers()
    return int(pathlib.Path(f'/proc/{pid}/schedstat').read_text(encoding='ascii').split()[0])


def measure(site, port, version, scts):
    """Nanoseconds a handshake; with as many SCTs as that."""
    before = cpu_ns(site)
    said = delivery.shake(port, 'one.test', version, count=COUNT)
    after = cpu_ns(site)
    if said['failed'] or said['with_scts'] != (COUNT if scts else 0):
        raise RuntimeError(json.dumps({**said, 'scts': said['scts'].hex(), 'certificate': ''}))
    return (after - before) / COUNT


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        world = delivery.Pki(folder)
        certificate = world.path('one')
        scts = world.list_of('one', 'alpha', 'beta', 'gamma')
        path = pki.write(world.path('scts.sctlist'), scts)
        info = pki.write(world.path('info.pem'), pki.server_info(scts))
        logs = world.write_log_list(world.path('logs.json'))
        sites = {
            'without': make_site(folder, 'without', 8443, '', '', certificate),
            'ct_scts': make_site(folder, 'with', 8444, f'ct_log_list {logs};', f'ct_scts {path};',
                                 certificate),
            'ServerInfoFile': make_site(folder, 'info', 8445, '',
                                        f'ssl_conf_command ServerInfoFile {info};', certificate),
        }
        ports = {'without': 8443, 'ct_scts': 8444, 'ServerInfoFile': 8445}
        return run(sites, ports)


def run(sites, ports):
    for site in sites.values():
        site.start()
    short = 0
    try:
        for version in ('1.3', '1.2'):
            times = {name: [] for name in sites}
            for number in range(ROUNDS):
                names = list(sites)
                start = number % len(names)  # who comes first should not matter
                for name in names[start:] + names[:start]:
                    times[name].append(measure(sites[name], ports[name], version, name != 'without'))
            for name, all_ns in times.items():
                ratio = statistics.median(ns / peer for ns, peer in zip(all_ns, times['without']))
                median = statistics.median(all_ns)
                print(f'TLS {version} {name}: {median / 1e3:.1f}us, {1e9 / median:.0f} handshakes/s and '
                      f'core, {ratio:.3f} of without')
                short += name == 'ct_scts' and ratio > BUDGET
    finally:
        for site in sites.values():
            site.process.terminate()
            site.process.wait()
    return 1 if short else 0


if __name__ == '__main__':
    sys.exit(main())
