#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What goes to strangers: nothing that this version does not understand, and with the level
`names` nobody's name and no address, while everything still reads as before."""
import json
import subprocess

import suite
import tape as reader
from harness import run

FIELD = 1000
STRANGE = b"of-a-newer-version"

CRC_TABLE = []
for n in range(256):
    for _ in range(8):
        n = n >> 1 ^ (0x82f63b78 if n & 1 else 0)
    CRC_TABLE.append(n)


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xff]
    return crc ^ 0xffffffff


def varint(value):
    out = bytearray()
    while value > 0x7f:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def raw_fields(data):
    """(number, the whole field, its bytes if it has a length)"""
    at = 0
    while at < len(data):
        begin = at
        tag, at = reader.varint(data, at)
        value = None
        if tag & 7 == 0:
            _, at = reader.varint(data, at)
        elif tag & 7 == 2:
            size, at = reader.varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            at += {1: 8, 5: 4}[tag & 7]
        yield tag >> 3, data[begin:at], value


class Newer:
    """Adds a field that nobody knows to messages of a tape."""

    def __init__(self):
        self.added = 0

    def message(self, data, inner):
        """@inner: numbers of fields that are messages, and what is in these."""
        out = b""
        for number, whole, value in raw_fields(data):
            if number in inner:
                whole = field(number, self.message(value, inner[number]))
            out += whole
        self.added += 1
        return out + field(FIELD, STRANGE)

    def record(self, body, inner):
        kind, whole, value = next(raw_fields(body))
        out = field(kind, self.message(value, inner)) if inner is not None else whole
        out += field(FIELD, STRANGE)
        self.added += 1
        return out + varint(2047 << 3 | 5) + crc32c(out).to_bytes(4, "little")

    # Header: facts. Snapshot: processes, their descriptors and mappings. Chunk: forks, execs,
    # ends. Trailer: frames, usage, objects.
    INNER = {1: {31: {}}, 2: {3: {17: {}, 18: {}}}, 3: {28: {}, 29: {}, 31: {}},
             4: {17: {}, 19: {}, 20: {}}}

    def tape(self, path, out):
        frames = [b"", b""]
        for _, _, body in raw_fields(plain(path)):
            kind = next(raw_fields(body))[0]
            frames[kind != 1] += field(1, self.record(body, self.INNER[kind]))
            if kind == 2:
                unknown = field(9, STRANGE)
                unknown += varint(2047 << 3 | 5) + crc32c(unknown).to_bytes(4, "little")
                frames[1] += field(1, unknown)
        with open(out, "wb") as f:
            for frame in frames:
                f.write(subprocess.run(["zstd", "-qc"], input=frame, stdout=subprocess.PIPE,
                                       check=True).stdout)


def plain(tape):
    return subprocess.run(["zstd", "-dcq", tape], stdout=subprocess.PIPE, check=True).stdout


class Unknown(suite.TapeTest):
    def test_left_out(self):
        """Fields and records of a newer version may hold anything: they go, and are counted."""
        self.need("zstd")
        tape, _ = self.bench.record(["sh", "-c", "ls / >/dev/null; true"])
        newer, made = self.bench.path("newer.zst"), Newer()
        made.tape(tape, newer)
        self.assertGreater(made.added, 30)
        self.assertGreater(plain(newer).count(STRANGE), made.added)
        self.assertEqual(self.bench.ask("print", newer), self.bench.ask("print", tape))
        for options in ((), ("--level=names",), ("--level=meta",)):
            out = self.bench.new_tape()
            result = run([self.bench.analyze, "redact", "--json", *options, "-o", out, newer])
            self.assertEqual((result.status, result.err), (0, b""))
            told = json.loads(result.out)
            self.assertEqual((told["left_out"], told["left_out_fields"]), (1, made.added))
            self.assertNotIn(STRANGE, plain(out))
        out = self.bench.new_tape()
        result = run([self.bench.analyze, "redact", "-o", out, newer])
        self.assertIn(b"left out: 1 record or event of a newer version", result.err)
        self.assertIn(b"left out: %d fields of a newer version" % made.added, result.err)
        self.bench.sound_part(out)


if __name__ == "__main__":
    suite.main()
