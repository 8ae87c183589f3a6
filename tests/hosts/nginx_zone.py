# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0

"""The zone of gossip as it lies in nginx's memory: adapters/nginx/zone/ngx_tattle_zone.h."""

import collections
import struct
import zlib

MAGIC = struct.pack('<Q', 0x7461747a6f6e6533)
SLOT, LARGE_SLOT, HEADER = 192, 640, 32
NONE = 0xffffffff
COUNTS = 'stored known refused evicted lost conflicting limited rebuilt'
Counts = collections.namedtuple('Counts', COUNTS)

# Offsets within ngx_tattle_sh_t.
WRITING, SIZES, QUEUES, LOGS = 8, 32, 52, 152
LOG_SIZE = 80
FEEDBACK = LOGS + 512 * LOG_SIZE + 2 * 32
SUSPECTS = FEEDBACK + 24
COUNTED = SUSPECTS + 24
COURIER = COUNTED + 8 * 8
SAID_AT = COURIER + 40
LINKED = COURIER + 52
END = COURIER + 64


class Zone:
    """Of a running Nginx; only while its master runs."""

    def __init__(self, site):
        self.memory = f'/proc/{site.process.pid}/mem'
        self.at = self.find(site.process.pid)
        self.small, self.large, self.buckets, self.clients, self.scts = struct.unpack('<5I', self.read(SIZES, 20))

    def find(self, pid):
        with open(f'/proc/{pid}/maps', encoding='ascii') as maps:
            for line in maps:
                bounds, permissions, *_ = line.split()
                if permissions == 'rw-s':
                    start, end = (int(part, 16) for part in bounds.split('-'))
                    with open(self.memory, 'rb') as memory:
                        memory.seek(start)
                        found = memory.read(end - start).find(MAGIC)
                    if found >= 0:
                        return start + found
        raise AssertionError('there is no zone of gossip')

    def read(self, offset, length):
        with open(self.memory, 'rb') as memory:
            memory.seek(self.at + offset)
            return memory.read(length)

    def write(self, offset, data):
        with open(self.memory, 'r+b', buffering=0) as memory:
            memory.seek(self.at + offset)
            memory.write(data)

    def counts(self):
        return Counts(*struct.unpack('<8Q', self.read(COUNTED, 64)))

    def ring(self, offset):
        head, tail = struct.unpack('<QQ', self.read(offset, 16))
        return tail - head

    def suspects(self):
        return self.ring(SUSPECTS)

    def room_for_suspects(self):
        return struct.unpack('<Q', self.read(SUSPECTS + 16, 8))[0]

    def set_share(self, log_id, thousandths, filled_ms):
        """Of a log that has heads."""
        logs = self.read(LOGS, 512 * LOG_SIZE)
        at = LOGS + logs.index(log_id)
        self.write(at + LOG_SIZE - 16, struct.pack('<qQ', thousandths, filled_ms))

    def feedback(self):
        return self.ring(FEEDBACK)

    def linked(self):
        """So many slots are in the chains."""
        return struct.unpack('<I', self.read(LINKED, 4))[0]

    def queues(self):
        """How many slots are free, waiting, given, pinned: of both sizes together."""
        numbers = struct.unpack('<24I', self.read(QUEUES, 96))
        return tuple(numbers[3 * queue + 2] + numbers[12 + 3 * queue + 2] for queue in range(4))

    def courier(self):
        return struct.unpack('<i', self.read(COURIER, 4))[0]

    def next_try(self):
        """Of the courier, in milliseconds since 1970."""
        return struct.unpack('<Q', self.read(COURIER + 16, 8))[0]

    def failures(self):
        """Of the courier, one after the other."""
        return struct.unpack('<Q', self.read(COURIER + 24, 8))[0]

    def forget_when_it_was_said(self):
        """What the courier has said of its failures was said long ago."""
        self.write(SAID_AT, struct.pack('<Q', 0))

    def fill_small_slots(self):
        """As evidence does that is pinned: nothing is free, waits, or may go."""
        self.write(QUEUES, struct.pack('<9I', NONE, NONE, 0, NONE, NONE, 0, NONE, NONE, 1))

    def fill_with_heads(self, num_logs=8):
        """Puts heads that nobody has signed into all small slots. They count once a worker has died."""
        slots = bytearray(self.read(self.align(END), SLOT * self.small))
        for number in range(self.small):
            log = bytes([1 + number % num_logs]) * 32
            record = log + struct.pack('>Q32sQH', number, log, number, 70) + bytes(70)
            struct.pack_into(f'<IHBB24x{len(record)}s', slots, SLOT * number, zlib.crc32(record), len(record), 2, 0, record)
        self.write(self.align(END), slots)

    def small_slots(self):
        """Where each is."""
        start = self.align(END)
        return [start + SLOT * number for number in range(self.small)]

    def slot(self, offset):
        """(crc, length, state, pinned), and the record."""
        data = self.read(offset, SLOT)
        _, length, state, pinned = struct.unpack('<IHBB', data[:8])
        return state, pinned, data[HEADER:HEADER + length]

    def align(self, offset):
        """As ngx_align_ptr does."""
        return (self.at + offset + 63) // 64 * 64 - self.at

    def arrays(self):
        """Where the buckets of keys are, and behind them those of sizes."""
        return self.align(self.align(self.small_slots()[-1] + SLOT) + self.large * LARGE_SLOT)

    def feedback_records(self):
        """Where the first is: behind the buckets, the shares of clients, and the names of SCTs."""
        at = self.arrays()
        for size in (4 * self.buckets, 4 * self.buckets, 32 * self.clients, 32 * self.scts):
            at = self.align(at + size)
        return at + 8

    def are_chains_whole(self):
        """Whether each small slot that is used stands in one chain of its log and size, and can be
        taken out of it."""
        start = self.align(self.arrays() + 4 * self.buckets)
        slots, seen = self.small_slots(), []
        for first in struct.unpack(f'<{self.buckets}I', self.read(start, 4 * self.buckets)):
            before, here = NONE, first
            while here != NONE:
                following, previous = struct.unpack('<II', self.read(slots[here] + 16, 8))
                if previous != before or len(seen) == self.small:
                    return False
                seen.append(here)
                before, here = here, following
        return sorted(seen) == [number for number, offset in enumerate(slots) if self.slot(offset)[0]]

    def die_writing(self, scramble):
        """As a worker that is killed while it writes leaves it: `scramble` says what is spoilt."""
        if 'buckets' in scramble:
            self.write(self.arrays(), b'\xee' * (8 * self.buckets))
        if 'queues' in scramble:
            self.write(QUEUES, b'\xee' * 96)
        if 'links' in scramble:
            for offset in self.small_slots():
                self.write(offset + 8, b'\xee' * (HEADER - 8))
        if 'logs' in scramble:
            self.write(LOGS, b'\xee' * (512 * LOG_SIZE))
        self.write(WRITING, struct.pack('<Q', 1))
