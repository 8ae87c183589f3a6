# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""A DNS server for the few names of a box: A, MX and SRV records, from a table, over UDP."""

import socket
import struct
import threading

A, SOA, MX, SRV = 1, 6, 15, 33
NO_ERROR, NAME_ERROR = 0, 3
IN = 1
TTL = 60


def encode_name(name):
    labels = [label.encode() for label in name.rstrip('.').split('.')]
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def read_question(packet):
    """The name and type asked for, and where the question ends. RFC 1035, Section 4.1.2."""
    labels, at = [], 12
    while packet[at]:
        labels.append(packet[at + 1:at + 1 + packet[at]].decode('ascii'))
        at += 1 + packet[at]
    return '.'.join(labels).lower(), struct.unpack_from('>H', packet, at + 1)[0], at + 5


class NameServer:
    """Answers for what is in its table, and says NXDOMAIN to anything else."""

    def __init__(self, address='127.0.0.1', port=53):
        self.records = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        threading.Thread(target=self._serve, daemon=True).start()

    def add_host(self, name, address):
        self._add(name, A, socket.inet_aton(address))

    def add_mx(self, domain, host):
        self._add(domain, MX, struct.pack('>H', 10) + encode_name(host))

    def add_srv(self, name, host, port):
        self._add(name, SRV, struct.pack('>HHH', 0, 0, port) + encode_name(host))

    def _add(self, name, kind, data):
        self.records.setdefault(name, {}).setdefault(kind, []).append(data)

    def _serve(self):
        while True:
            packet, peer = self.socket.recvfrom(4096)
            self.socket.sendto(self._answer(packet), peer)

    def _answer(self, packet):
        name, kind, end = read_question(packet)
        found = self.records.get(name)
        answers = (found or {}).get(kind, [])
        flags = 0x8580 | (NO_ERROR if found else NAME_ERROR)  # an authoritative answer; recursion
        header = packet[:2] + struct.pack('>HHHHH', flags, 1, len(answers), 0, 0)
        # 0xC00C: the name of the question, at offset 12.
        return header + packet[12:end] + b''.join(
            struct.pack('>HHHIH', 0xC00C, kind, IN, TTL, len(data)) + data for data in answers)
