#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `analyze` makes of files that are no tapes, or no whole ones: one line, exit 2,
and all that can be read is shown first."""
import json
import os
import struct
import subprocess

import suite
from harness import run

VERBS = ([], ["print"], ["stats"], ["tree"], ["state"], ["info"], ["check"], ["export", "--to", "jsonl"])

# Header.incompatible and Record.crc32c in proto/trace.proto; these never change.
FEATURES_FIELD, CHECKSUM_FIELD = 2, 2047


def varint(n):
    out = bytearray()
    while n > 0x7f:
        out.append(n & 0x7f | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def fields(data):
    """(number, wire type, value, start, end) of a protobuf message's fields."""
    at = 0
    while at < len(data):
        start = at
        tag, at = read_varint(data, at)
        if tag & 7 == 0:
            value, at = read_varint(data, at)
        elif tag & 7 == 1:
            value, at = data[at:at + 8], at + 8
        elif tag & 7 == 2:
            size, at = read_varint(data, at)
            value, at = data[at:at + size], at + size
        elif tag & 7 == 5:
            value, at = data[at:at + 4], at + 4
        else:
            raise ValueError(tag)
        yield tag >> 3, tag & 7, value, start, at


def crc32c(data):
    """CRC-32C, bit by bit: RFC 3720, B.4."""
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


class Input(suite.TapeTest):
    def refused(self, path, stdin=None, readable=b""):
        for verb in VERBS:
            result = run([self.bench.analyze, *verb, path], stdin=stdin)
            self.assertEqual(result.status, 2, result)
            if verb != ["check"]:
                self.assertEqual(result.out, readable, result)
            self.assertEqual(result.err.count(b"\n"), 1, result)
            self.assertTrue(result.err.startswith(b"analyze: "), result)
            self.assertNotIn(b"\x1b", result.err)

    def test_missing(self):
        self.refused(self.bench.path("missing.zst"))

    def test_directory(self):
        self.refused(self.dir)

    def test_empty(self):
        self.refused(self.write("empty.zst", b""))

    def test_text(self):
        self.refused(self.write("text.zst", b"This is no tape.\n" * 1000))
        self.refused(self.write("short.zst", b"x"))
        self.refused(self.write("program.zst", open(self.prog("die"), "rb").read()))

    def test_other_zstd_file(self):
        for text in (b"hello, world\n" * 5000, b"", os.urandom(100000)):
            packed = subprocess.run(["zstd", "-qc"], input=text, stdout=subprocess.PIPE,
                                    check=True).stdout
            self.refused(self.write("other.zst", packed))

    def test_name_with_odd_bytes(self):
        path = self.bench.path("odd\n\x1b[31m.zst")
        result = run([self.bench.analyze, "print", path])
        self.assertEqual((result.status, result.err.count(b"\n")), (2, 1), result)
        self.assertNotIn(b"\x1b", result.err)

    def test_bad_use(self):
        for arguments in (["--no-such-option", "x"], ["print"], ["print", "-s", "many", "x"],
                          ["export", "x"], ["export", "--to", "nothing", "x"]):
            result = run([self.bench.analyze, *arguments])
            self.assertEqual((result.status, result.err.count(b"\n")), (2, 1), result)
            self.assertEqual(result.out, b"")


class Damaged(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.tape, result = self.bench.record(
            ["sh", "-c", "head -c 6000000 /dev/urandom | cat >/dev/null"], ["-s", "all"])
        self.assertEqual(result.status, 0)
        with open(self.tape, "rb") as f:
            self.bytes = f.read()
        self.whole = self.bench.ask("print", self.tape)

    def test_standard_input(self):
        with open(self.tape, "rb") as f:
            self.assertEqual(self.bench.ask("print", "-", stdin=f), self.whole)
        self.assertEqual(self.bench.ask("print", "-", stdin=self.bytes), self.whole)

    def test_truncated(self):
        shown = []
        for tenth in (1, 3, 6, 9):
            path = self.write("cut.zst", self.bytes[:len(self.bytes) * tenth // 10])
            result = run([self.bench.analyze, "print", path])
            self.assertEqual((result.status, result.err.count(b"\n")), (2, 1), result)
            # A call that ends beyond the cut is shown without its end.
            same = os.path.commonprefix([result.out, self.whole])
            self.assertGreater(len(same), 100)
            shown.append(len(result.out))
            check = run([self.bench.analyze, "check", path])
            self.assertEqual(check.status, 2, check)
            objects = self.bench.ask("export", "--to", "jsonl", path, allowed=(2,))
            for line in objects.splitlines():
                json.loads(line)
        self.assertEqual(shown, sorted(shown))
        self.assertGreater(shown[-1], shown[0])

    def test_hole(self):
        """Damage in the middle costs what it hits, and is reported with its place."""
        middle = len(self.bytes) // 2
        path = self.write("hole.zst", self.bytes[:middle] + b"\x55" * 64 +
                          self.bytes[middle + 64:])
        result = run([self.bench.analyze, "print", path])
        self.assertEqual(result.status, 2, result)
        self.assertRegex(result.err.decode(), r"\d{4,}")
        self.assertIn(b"execve(", result.out)

    def test_repair(self):
        path = self.write("cut.zst", self.bytes[:len(self.bytes) * 2 // 3])
        clean = self.bench.path("repaired.zst")
        self.bench.ask("check", "--repair", "-o", clean, path, allowed=(0, 2))
        self.assertEqual(run([self.bench.analyze, "check", clean]).status, 0)
        self.assertEqual(run(["zstd", "-tq", clean]).status, 0)
        shown = self.bench.ask("print", path, allowed=(2,))
        self.assertEqual(self.bench.ask("print", clean, allowed=(0, 2)), shown)

    def test_output_is_the_tape(self):
        """Nothing is written over the tape that is being read."""
        path = self.write("mine.zst", self.bytes)
        for verb in (["print"], ["export", "--to", "jsonl"], ["check", "--repair"]):
            result = run([self.bench.analyze, *verb, "-o", path, path])
            self.assertEqual((result.status, result.err.count(b"\n")), (2, 1), result)
            with open(path, "rb") as f:
                self.assertEqual(f.read(), self.bytes)
        long = self.write("long.txt", b"x" * 10 * len(self.whole))
        self.bench.ask("print", "-o", long, path)
        with open(long, "rb") as f:
            self.assertEqual(f.read(), self.whole)

    def test_check_tells_where(self):
        """Each damaged place with its offset; what is readable is counted; -- as JSON too."""
        middle = len(self.bytes) // 2
        path = self.write("hole.zst", self.bytes[:middle] + b"\x55" * 64 +
                          self.bytes[middle + 64:])
        check = run([self.bench.analyze, "check", path])
        self.assertEqual((check.status, check.err), (2, b""), check)
        self.assertRegex(check.out.decode(), r"hole.zst: byte \d+: damaged frame: .* lost\)\n")
        self.assertRegex(check.out.decode(), r"damaged in 1 place, readable are .* [1-9]\d* events")
        said = json.loads(self.bench.ask("check", "--json", path, allowed=(2,)))
        self.assertEqual((said["sound"], len(said["damages"])), (False, 1))
        said = json.loads(self.bench.ask("check", "--json", self.tape))
        self.assertEqual((said["sound"], said["damages"], said["lost"]), (True, [], 0))
        self.assertGreater(said["chunks"], 10)

    def test_repaired_tape_says_so(self):
        middle = len(self.bytes) // 2
        for data, lost in ((self.bytes[:middle], False),
                           (self.bytes[:middle] + b"\x55" * 64 + self.bytes[middle + 64:], True)):
            path, clean = self.write("bad.zst", data), self.bench.path("clean.zst")
            self.bench.ask("check", "--repair", "-o", clean, path)
            info = json.loads(self.bench.ask("info", "--json", clean))
            self.assertFalse(info["complete"])
            self.assertEqual(info["lost"] > 0, lost)
            self.assertRegex("".join(info["notes"]), "missing since a repair: byte")
            self.assertIn(b"repaired" if not lost else b"events lost",
                          self.bench.ask("info", clean))

    def test_two_in_one(self):
        path = self.write("two.zst", self.bytes * 2)
        self.assertEqual(self.bench.ask("print", path).count(b"+++ exited with 0 +++\n"),
                         2 * self.whole.count(b"+++ exited with 0 +++\n"))

    def test_quiet_end_of_pipe(self):
        """`analyze print | head -1` ends without a word."""
        result = run(["bash", "-c", 'set -o pipefail; "$@" | head -n 1 >/dev/null; '
                      'echo ${PIPESTATUS[0]}', "bash", self.bench.analyze, "print", self.tape])
        self.assertEqual(result.err, b"")


class Newer(suite.TapeTest):
    """A tape with an incompatible feature bit that nobody knows yet."""

    def test_newer_feature(self):
        tape, _ = self.bench.record(["true"])
        plain = run(["zstd", "-dc", tape]).out
        number, _, record, _, end = next(fields(plain))
        self.assertEqual(number, 1)
        new = self.with_feature(record)
        message = b"\x0a" + varint(len(new)) + new + plain[end:]
        packed = subprocess.run(["zstd", "-qc"], input=message, stdout=subprocess.PIPE,
                                check=True).stdout
        path = self.write("newer.zst", packed)
        for verb in VERBS:
            result = run([self.bench.analyze, *verb, path])
            self.assertEqual((result.status, result.err.count(b"\n")), (2, 1), result)
            self.assertRegex(result.err.decode(), "feature|newer")

    def with_feature(self, record):
        """The record with bit 62 of Header's incompatible features set, its checksum
        made anew."""
        kinds = [f for f in fields(record) if f[1] == 2]
        number, _, header, _, _ = kinds[0]
        kept = b"".join(header[start:end] for n, _, _, start, end in fields(header)
                        if n != FEATURES_FIELD)
        header = kept + varint(FEATURES_FIELD << 3) + varint(1 << 62)
        body = varint(number << 3 | 2) + varint(len(header)) + header
        return body + varint(CHECKSUM_FIELD << 3 | 5) + struct.pack("<I", crc32c(body))


if __name__ == "__main__":
    suite.main()
