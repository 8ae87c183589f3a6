# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""What the programs under test meet in their box: a PKI of today, servers, a syslog, openssl.cnf.

    world = World(folder)               # the CA is put among the system's in the box
    with world.server('none', '1.3') as server, Syslog() as syslog:
        ... run a program with OPENSSL_CONF=world.conf(mode='require') against
        none.test, server.port ...
        server.ended(), syslog.take()

The PKI is that of tests/cli/pki.py, made for the time that it is.
"""

import contextlib
import json
import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / 'tests' / 'cli'))
import pki  # pylint: disable=wrong-import-position

EXAMPLES = ROOT / 'examples'
GOOD = ('embedded', 'tls')  # compliant, by either channel
STAPLE = 'staple'           # compliant with policy mozilla; chrome takes none by OCSP
BAD = ('none', 'forged')    # no SCTs; two embedded ones whose signatures do not verify
WAIT = 20                   # seconds, for what should come at once
SYSTEM_BUNDLE = '/etc/ssl/certs/ca-certificates.crt'
HOSTS = '/etc/hosts'


def example(name, changes):
    """A file of the examples, with other names in it."""
    text = (EXAMPLES / name).read_text(encoding='utf-8')
    for before, after in changes:
        if before not in text:
            raise ValueError(f'{name} has no "{before}"')
        text = text.replace(before, after)
    return text


def in_a_box():
    """Whether it is safe to change the system's files."""
    return socket.gethostname() == 'box.test'


if not in_a_box():
    # Started by hand as root, what imports this would change /etc of this machine.
    raise RuntimeError('only in a box: see tests/hosts/box --help')


class World:
    """One CA that is public, two logs of two operators, a certificate for each NAME.test."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.now = int(time.time())
        self.logs = [pki.Log(self.folder, 'alpha', 'Alpha Inc'),
                     pki.Log(self.folder, 'beta', 'Beta Ltd')]
        self.log_list = self.path('logs.json')
        pki.write(self.log_list, json.dumps({
            'version': '1.0',
            'log_list_timestamp': pki.days_around(self.now, -1, '%Y-%m-%dT%H:%M:%SZ'),
            'operators': [{'name': log.operator, 'email': [], 'logs': [log.entry()],
                           'tiled_logs': []} for log in self.logs]}))
        self.ca = pki.Ca(self.folder, 'ca', self.now)
        self.module = os.environ['TATTLE_MODULE']
        self.server_exe = os.environ['TATTLE_TLS_SERVER']
        self.made = {}
        self.move_in()

    def path(self, name):
        return os.path.join(self.folder, name)

    def move_in(self):
        """Makes the box trust the CA and know the names."""
        with open(SYSTEM_BUNDLE, 'ab') as file:
            file.write(pki.read(self.ca.pem))
        name = pki.openssl('x509', '-noout', '-subject_hash', '-in', self.ca.pem).decode().strip()
        os.symlink(self.ca.pem, f'/etc/ssl/certs/{name}.0')
        with open(HOSTS, 'a', encoding='ascii') as file:
            for name in (*GOOD, STAPLE, *BAD, 'other'):
                file.write(f'127.0.0.1 {name}.test\n')

    # Certificates and what comes with them.

    def scts_over(self, entry):
        stamp_ms = (self.now - pki.DAY) * 1000
        return pki.sct_list([log.sct(entry, stamp_ms) for log in self.logs])

    def certificate(self, name):
        """The path without suffix of a certificate for NAME.test; its chain is PATH-chain.pem."""
        if name not in self.made:
            embedded = {'embedded': lambda tbs: pki.precert_entry(tbs, self.ca.der),
                        'forged': lambda tbs: pki.x509_entry(tbs)}.get(name)
            scts = (lambda tbs: self.scts_over(embedded(tbs))) if embedded else None
            made = self.ca.issue(name, f'{name}.test', scts, serial=str(1000 + len(self.made)))
            pki.write(made + '-chain.pem', pki.read(made + '.pem') + pki.read(self.ca.pem))
            self.made[name] = made
        return self.made[name]

    def tls_list(self, name):
        """Two good SCTs over the certificate itself, for extension 18 or a staple."""
        return self.scts_over(pki.x509_entry(pki.read(self.certificate(name) + '.der')))

    def staple(self, name, scts):
        leaf = pki.read(self.certificate(name) + '.der')
        return pki.ocsp_response(leaf, self.ca.der, scts, self.now, self.ca.key)

    def server(self, name, version=None, *, scts=None, staple=None, relay=None):
        """A TLS server for NAME.test, to be used in a `with`; it sends what it is told to."""
        if name == 'tls' and scts is None:
            scts = self.tls_list(name)
        if name == STAPLE and staple is None:
            staple = self.staple(name, self.tls_list(name))
        path = self.certificate(name)
        command = [self.server_exe, path + '-chain.pem', path + '.key']
        for option, data in (('--scts', scts), ('--staple', staple)):
            if data is not None:
                file = self.path(f'sent-{len(os.listdir(self.folder))}')
                command += [option, pki.write(file, data)]
        if version:
            command += ['--tls', version]
        if relay:
            command += ['--relay', str(relay)]
        return Server(f'{name}.test', command)

    # Configuration.

    def conf(self, name='openssl', **keys):
        """Writes an openssl.cnf: that of the examples, with other settings. Returns its path."""
        settings = {'path': self.module, 'mode': 'report', 'log_list': self.log_list,
                    'public_roots': self.ca.pem, 'observe_socket': '', **keys}
        text = (EXAMPLES / 'openssl.cnf').read_text(encoding='ascii')
        before, header, _ = text.partition('[tattle_section]\n')
        if not header:
            raise ValueError('examples/openssl.cnf has no section of the module')
        return pki.write(self.path(name + '.cnf'), before + header + ''.join(
            f'{key} = {value}\n' for key, value in settings.items() if value is not None))


class Server:
    """A tls_server: its host, port, and what became of its connections."""

    def __init__(self, host, command):
        self.host = host
        # Not with the OPENSSL_CONF of the program under test.
        environment = {key: value for key, value in os.environ.items() if key != 'OPENSSL_CONF'}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        env=environment)
        self.reports = queue.SimpleQueue()
        self.patience = WAIT
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f'{host}: tls_server did not start')
        self.port = int(line)
        self.url = f'https://{host}:{self.port}/'
        # Read all the time, so that the server never waits for us.
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.kill()
        self.process.wait()
        if hasattr(self, 'thread'):
            self.thread.join()
        self.process.stdout.close()

    def _read(self):
        for line in self.process.stdout:
            self.reports.put(line)

    def ended(self):
        """What became of the next connection, when it has ended."""
        try:
            return json.loads(self.reports.get(timeout=self.patience))
        except queue.Empty:
            raise TimeoutError(f'{self.host}: nothing came of a connection') from None

    def resumed(self, count):
        """Whether each of the next connections was resumed, in the order of their beginning."""
        reports = sorted((self.ended() for _ in range(count)), key=lambda report: report['number'])
        return [report['resumed'] for report in reports]


class Syslog:
    """The box's syslog: reads all the time, so that nobody finds it full."""

    LINE = re.compile(r'<(\d+)>(?:\w{3} [ \d]\d \d\d:\d\d:\d\d )?([^\[:]+)(?:\[(\d+)\])?: (.*)', re.DOTALL)

    def __init__(self, path='/dev/log'):
        self.path = path
        if in_a_box():
            # Of ten lines that wait, the default, a busy machine would lose the next.
            pki.write('/proc/sys/net/unix/max_dgram_qlen', '500\n')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.lines = []
        self.others = []  # those that take() passed over
        self.marked = threading.Semaphore(0)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._send(b'')
        self.thread.join()
        self.socket.close()
        os.unlink(self.path)

    def _send(self, data):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(data, self.path)

    def _read(self):
        while data := self.socket.recv(65536):
            if data == b'mark':
                self.marked.release()
            else:
                self.lines.append(data.decode())

    def peek(self):
        """All that has been sent to it until now, and was not taken yet."""
        self._send(b'mark')
        if not self.marked.acquire(timeout=WAIT):
            raise TimeoutError('the syslog does not read')
        return list(self.lines)

    def take_raw(self):
        lines = self.peek()
        del self.lines[:len(lines)]
        return lines

    def take(self):
        """The lines of the module: (severity, program, text without "tattle: ")."""
        found = []
        for line in self.take_raw():
            match = self.LINE.fullmatch(line)
            if match and match[4].startswith('tattle: '):
                facility, severity = divmod(int(match[1]), 8)
                if facility != 3:
                    raise AssertionError(f'not of facility daemon: {line}')
                found.append((severity, match[2], match[4].removeprefix('tattle: ')))
            else:
                self.others.append(line)
        return found


# What servers may send that is not a list of two good SCTs, or not a response that has one.

def malformed_lists(good):
    """Name and bytes of SCT lists, each made of a good one of two by one mistake."""
    first_len = int.from_bytes(good[2:4], 'big')
    first = good[4:4 + first_len]
    second = good[6 + first_len:]
    yield 'nothing', b''
    yield 'one byte', b'\0'
    yield 'an empty list', b'\0\0'
    yield 'an empty item', pki.sct_list([b''])
    yield 'an empty item before a good one', pki.sct_list([b'', first])
    yield 'cut in the second', good[:-1]
    yield 'cut in the first', good[:40]
    yield 'a byte too many', good + b'\0'
    yield 'the list is said to be longer', pki.vector16(good[2:])[:1] + b'\xff' + good[2:]
    yield 'the first is said to be longer', good[:2] + b'\xff\xff' + good[4:]
    yield 'only the first', pki.sct_list([first])
    yield 'twice the first', pki.sct_list([first, first])
    yield 'of version 2', pki.sct_list([b'\1' + sct[1:] for sct in (first, second)])
    yield 'of unknown logs', pki.sct_list([b'\0' + b'x' * 32 + sct[33:] for sct in (first, second)])
    yield 'the log of the other', pki.sct_list([first[:33] + second[33:], second[:33] + first[33:]])
    yield 'of another time', pki.sct_list([sct[:40] + bytes([sct[40] ^ 1]) + sct[41:]
                                           for sct in (first, second)])
    yield 'of an unknown algorithm', pki.sct_list([sct[:43] + b'\xfe\xfe' + sct[45:]
                                                   for sct in (first, second)])
    yield 'a broken signature', pki.sct_list([first[:-1] + bytes([first[-1] ^ 1]),
                                              second[:-1] + bytes([second[-1] ^ 1])])
    yield 'noise', bytes((i * i * 7 + 3) % 251 for i in range(4000))
    yield 'many of nothing', pki.sct_list([b'x'] * 5000)


def malformed_staples(good, scts):
    """Name and bytes of OCSP responses; `scts` is the list that the good one carries."""
    def without(part, instead):
        if part not in good:
            raise AssertionError('no such part in the response')
        return good.replace(part, instead)
    wrong = bytes(len(scts))
    yield 'one byte', b'0'
    yield 'not DER', b'nothing that could be read'
    yield 'cut in half', good[:len(good) // 2]
    yield 'cut at the end', good[:-1]
    yield 'bytes behind it', good + b'\0\0'
    yield 'no response in it', bytes.fromhex('30030a0103')
    yield 'of no bytes inside', pki.der(0x30, pki.der(0x0A, b'\0'), pki.der(0xA0))
    yield 'an indefinite length', b'\x30\x80' + good[2:] + b'\0\0'
    yield 'a length of 4 GB', b'\x30\x84\xff\xff\xff\xff' + good
    yield 'an empty SCT list', without(scts, wrong)
    yield 'another extension', without(bytes.fromhex('2b06010401d679020405'),
                                       bytes.fromhex('2b06010401d679020406'))
    yield 'noise', bytes((i * i * 11 + 5) % 251 for i in range(4000))
