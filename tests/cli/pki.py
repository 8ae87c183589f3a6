# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""A PKI, logs and SCTs for the tests of programs, made with the openssl command and by hand.

Nothing of Tattle is used, so that a mistake in it is not copied into its test. Everything is made
for one time: NOW for the tests of the command, which is told so; the real one for tests/hosts.
"""

import base64
import contextlib
import hashlib
import json
import os
import re
import struct
import subprocess
import time

DAY = 86400
NOW = 1790000000  # 2026-09-21; the tests give it with --time
SCT_LIST_OID = '1.3.6.1.4.1.11129.2.4.2'
POISON = '1.3.6.1.4.1.11129.2.4.3=critical,DER:0500'


def openssl(*args, data=None):
    done = subprocess.run(['openssl', *args], input=data, capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(f'openssl {args}: {done.stderr.decode()}')
    return done.stdout


def write(path, data):
    with open(path, 'wb') as file:
        file.write(data if isinstance(data, bytes) else data.encode())
    return path


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def days_around(now, days, form):
    """Midnight so many days after `now`, or before it, in a form of strftime."""
    return time.strftime(form, time.gmtime(now // DAY * DAY + days * DAY))


# DER, as little as is needed.

def der(tag, *parts):
    body = b''.join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, 'big')
    return bytes([tag, 0x80 | len(length)]) + length + body


def children(element):
    """The elements inside a constructed element, each with its header."""
    def header(data):
        if data[1] < 0x80:
            return 2, data[1]
        size = data[1] & 0x7F
        return 2 + size, int.from_bytes(data[2:2 + size], 'big')
    start, length = header(element)
    rest = element[start:start + length]
    while rest:
        start, length = header(rest)
        yield rest[:start + length]
        rest = rest[start + length:]


def tbs_fields(certificate):
    """version, serial, algorithm, issuer, validity, subject, SPKI, extensions."""
    return list(children(next(children(certificate))))


def vector16(data):
    return struct.pack('>H', len(data)) + data


class Log:
    def __init__(self, folder, name, operator, state='usable'):
        self.name = name
        self.operator = operator
        self.state = state
        self.key = os.path.join(folder, name + '.key')
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256',
                '-out', self.key)
        self.spki = openssl('pkey', '-in', self.key, '-pubout', '-outform', 'DER')
        self.log_id = hashlib.sha256(self.spki).digest()

    def sct(self, entry, timestamp_ms, extensions=b''):
        """A SerializedSCT over a signed_entry with its LogEntryType in front."""
        signed = bytes([0, 0]) + struct.pack('>Q', timestamp_ms) + entry + vector16(extensions)
        signature = openssl('dgst', '-sha256', '-sign', self.key, data=signed)
        return (bytes([0]) + self.log_id + struct.pack('>Q', timestamp_ms) + vector16(extensions) +
                bytes([4, 3]) + vector16(signature))

    def entry(self):
        return {
            'description': self.name, 'log_id': base64.b64encode(self.log_id).decode(),
            'key': base64.b64encode(self.spki).decode(), 'mmd': 86400,
            'url': f'https://{self.name}.test/',
            'state': {self.state: {'timestamp': '2026-01-01T00:00:00Z'}},
        }


def x509_entry(certificate):
    return b'\0\0' + len(certificate).to_bytes(3, 'big') + certificate


def precert_entry(tbs, issuer):
    return (b'\0\1' + hashlib.sha256(tbs_fields(issuer)[6]).digest() +
            len(tbs).to_bytes(3, 'big') + tbs)


def sct_list(scts):
    return vector16(b''.join(vector16(sct) for sct in scts))


def make_request(path, subject):
    """Makes path.csr, and path.key if it is not there yet."""
    if not os.path.exists(path + '.key'):
        openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256',
                '-out', path + '.key')
    openssl('req', '-new', '-key', path + '.key', '-out', path + '.csr', '-subj', subject, '-utf8')


class Ca:
    def __init__(self, folder, name, now=NOW):
        self.folder = folder
        self.name = name
        self.now = now
        self.key = os.path.join(folder, name + '.key')
        self.pem = os.path.join(folder, name + '.pem')
        make_request(os.path.join(folder, name), f'/CN={name}')
        self.der = self._sign(os.path.join(folder, name), '01',
                              'basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign',
                              '-selfsign', '-startdate', '20200101000000Z', '-enddate', '20991231000000Z')

    def issue(self, name, host='localhost', scts=None, serial='1001', subject=None, poison=False, days=90):
        """Issues NAME.pem with NAME.key, which lives so many days, from 20 ago on; scts(tbs) yields an
        SCT list to embed. With poison it is a precertificate."""
        path = os.path.join(self.folder, name)
        make_request(path, subject or f'/CN={name}')
        names = f'subjectAltName=DNS:{host},IP:127.0.0.1' + (f'\n{POISON}' if poison else '')
        form = '%Y%m%d%H%M%SZ'
        issued = ('-cert', self.pem, '-startdate', days_around(self.now, -20, form),
                  '-enddate', days_around(self.now, days - 20, form))
        certificate = self._sign(path, serial, names, *issued)
        if scts is not None:
            # The TBS that logs sign has all but the list; everything else stays the same.
            value = der(0x04, scts(next(children(certificate)))).hex()
            certificate = self._sign(path, serial, f'{names}\n{SCT_LIST_OID}=DER:{value}', *issued)
        write(path + '.der', certificate)
        return path

    def _sign(self, path, serial, extensions, *how):
        config = write(path + '.cnf', f'''
[ca]
default_ca = d
[d]
database = {path}.index
serial = {path}.serial
new_certs_dir = {self.folder}
default_md = sha256
policy = p
x509_extensions = e
unique_subject = no
[p]
commonName = supplied
[e]
{extensions}
''')
        write(path + '.index', '')
        write(path + '.serial', serial + '\n')
        openssl('ca', '-batch', '-notext', '-config', config, '-keyfile', self.key, '-utf8',
                '-in', path + '.csr', '-out', path + '.pem', *how)
        return openssl('x509', '-in', path + '.pem', '-outform', 'DER')


def ocsp_response(leaf, issuer, scts, now=NOW, key=None):
    """An OCSPResponse for one certificate with an SCT list; signed if there is a key of the issuer."""
    oid = lambda text: openssl('asn1parse', '-genstr', 'OID:' + text, '-noout', '-out', '-')
    key_bits = list(children(tbs_fields(issuer)[6]))[1]
    key_bits = key_bits[2 if key_bits[1] < 128 else 3:][1:]
    sha1 = lambda data: der(0x04, hashlib.sha1(data).digest())
    produced = der(0x18, days_around(now, -1, '%Y%m%d%H%M%SZ').encode())
    cert_id = der(0x30, der(0x30, oid('1.3.14.3.2.26'), der(0x05)),
                  sha1(tbs_fields(issuer)[5]), sha1(key_bits), tbs_fields(leaf)[1])
    extension = der(0x30, oid('1.3.6.1.4.1.11129.2.4.5'), der(0x04, der(0x04, scts)))
    single = der(0x30, cert_id, der(0x80), produced, der(0xA1, der(0x30, extension)))
    tbs = der(0x30, der(0xA2, sha1(key_bits)), produced, der(0x30, single))
    signature = openssl('dgst', '-sha256', '-sign', key, data=tbs) if key else b'not signed'
    basic = der(0x30, tbs, der(0x30, oid('1.2.840.10045.4.3.2')), der(0x03, b'\0', signature))
    return der(0x30, der(0x0A, b'\0'),
               der(0xA0, der(0x30, oid('1.3.6.1.5.5.7.48.1.1'), der(0x04, basic))))


@contextlib.contextmanager
def s_server(certificate, ca, *args):
    """An openssl s_server with PATH.pem and PATH.key of a certificate, and its CA's file; yields its
    address."""
    process = subprocess.Popen(
        ['openssl', 's_server', '-accept', '127.0.0.1:0', '-cert', certificate + '.pem',
         '-key', certificate + '.key', '-cert_chain', ca, '-www', *args],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        text = b''
        while not (found := re.search(rb'ACCEPT 127\.0\.0\.1:(\d+)\n', text)):
            line = process.stdout.readline()
            if not line:
                raise RuntimeError('s_server: ' + text.decode())
            text += line
        yield 'localhost:' + found[1].decode()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def server_info(scts):
    """The PEM block by which openssl s_server sends extension 18 in TLS 1.2 and 1.3."""
    # CLIENT_HELLO | TLS1_2_SERVER_HELLO | TLS1_3_CERTIFICATE | IGNORE_ON_RESUMPTION
    block = struct.pack('>IH', 0x11C0, 18) + vector16(scts)
    return ('-----BEGIN SERVERINFOV2 FOR CT-----\n' + base64.encodebytes(block).decode() +
            '-----END SERVERINFOV2 FOR CT-----\n')


class World:
    """One CA, two logs of two operators, and certificates in the ways that SCTs come."""

    def __init__(self, folder):
        self.folder = folder
        self.stamp_ms = (NOW - DAY) * 1000
        self.logs = [Log(folder, 'alpha', 'Alpha Inc'), Log(folder, 'beta', 'Beta Ltd')]
        self.log_list = self.path('logs.json')
        self.write_log_list(self.log_list, '2026-09-20T00:00:00Z')
        self.ca = Ca(folder, 'ca')
        self.plain = self.ca.issue('plain')
        self.embedded = self.ca.issue(
            'embedded', scts=lambda tbs: self.list_over(precert_entry(tbs, self.ca.der)))
        for leaf in (self.plain, self.embedded):
            write(leaf + '-chain.pem', read(leaf + '.pem') + read(self.ca.pem))
        plain = read(self.plain + '.der')
        self.tls_list = self.list_over(x509_entry(plain))
        self.tls_scts = write(self.path('plain.sctlist'), self.tls_list)
        self.ocsp = write(self.path('plain.ocsp'),
                          ocsp_response(plain, self.ca.der, self.tls_list))
        self.server_info = write(self.path('plain.serverinfo'), server_info(self.tls_list))

    def path(self, name):
        return os.path.join(self.folder, name)

    def list_over(self, entry):
        return sct_list([log.sct(entry, self.stamp_ms) for log in self.logs])

    def write_log_list(self, path, timestamp):
        write(path, json.dumps({
            'version': '1.0', 'log_list_timestamp': timestamp,
            'operators': [{'name': log.operator, 'email': [], 'logs': [log.entry()],
                           'tiled_logs': []} for log in self.logs],
        }))


def tattle(*args, env=None):
    """Runs the command under test. Returns status, stdout, stderr."""
    done = subprocess.run([os.environ['TATTLE_EXE'], *args], capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    return done.returncode, done.stdout.decode(), done.stderr.decode()
