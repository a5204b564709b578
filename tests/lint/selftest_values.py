#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""values.py sees a wrong number, a wrong flag and a wrong layout, and only these."""
import os
import shutil
import sys
import tempfile
import unittest
from unittest import mock

import values

CC = os.environ.get("CC", "cc")
FLAGS = """FLAGSET(some_flags, "O_???", /* a comment, F(1, NOT_THIS) */
	FM(0, 3, O_RDONLY) F({cloexec}, O_CLOEXEC) F(7, NO_HEADER_KNOWS_THIS)
	FM(0600, 0777, 0600))
"""
REQUESTS = """/* F(1, NOT_THIS) */
F(0x5401, NO_HEADER_KNOWS_THIS or TCGETS) F64({ptn}, TIOCGPTN) F32(1, TIOCSPTLCK)
"""


class Flags(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)

    def complaints(self, cloexec, ptn="0x80045430"):
        for name, text in (("flags.def", FLAGS.format(cloexec=cloexec)),
                           ("ioctls.def", REQUESTS.format(ptn=ptn))):
            with open(os.path.join(self.directory, name), "w", encoding="utf-8") as f:
                f.write(text)
        with mock.patch.multiple(values, SYS=self.directory,
                                 FLAG_HEADERS=["asm/fcntl.h", "no/such.h"],
                                 IOCTL_HEADERS=["asm/ioctls.h"]):
            return values.flags(CC)

    def test_good(self):
        self.assertEqual(self.complaints("02000000"), ([], 4))

    def test_wrong(self):
        found, checked = self.complaints("02000001")
        self.assertEqual(checked, 4)
        self.assertEqual(found, ["O_CLOEXEC is not 02000001 in asm/fcntl.h"])
        found, checked = self.complaints("02000000", "0x80045431")
        self.assertEqual(checked, 4)
        self.assertEqual(found, ["TIOCGPTN is not 0x80045431 in asm/ioctls.h"])


class Numbers(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)
        shutil.copytree(os.path.join(values.SYS, "numbers"),
                        os.path.join(self.directory, "numbers"))
        self.good = self.text("x86_64.def")
        self.good32 = self.text("i386.def")

    def text(self, name):
        with open(os.path.join(values.SYS, "numbers", name), encoding="utf-8") as f:
            return f.read()

    def complaints(self, text, name="x86_64.def"):
        with open(os.path.join(self.directory, "numbers", name), "w", encoding="utf-8") as f:
            f.write(text)
        with mock.patch.multiple(values, SYS=self.directory):
            return values.numbers(CC)[0]

    def test_good(self):
        self.assertEqual(self.complaints(self.good), [])

    def test_wrong(self):
        self.assertEqual(self.complaints(self.good.replace("NR(257,", "NR(256,")),
                         ["openat is 256 here and 257 in asm/unistd_64.h"])

    def test_missing(self):
        self.assertEqual(self.complaints(self.good.replace("NR(257, openat)\n", "")),
                         ["openat, 257 in asm/unistd_64.h, has no line"])

    def test_i386(self):
        self.assertEqual(self.complaints(self.good32, "i386.def"), [])
        self.assertEqual(self.complaints(self.good32.replace("_OWN(7,", "_OWN(8,"), "i386.def"),
                         ["waitpid is 8 here and 7 in asm/unistd_32.h"])
        self.assertEqual(self.complaints(self.good32.replace("NR(295, openat)\n", ""), "i386.def"),
                         ["openat, 295 in asm/unistd_32.h, has no line"])


class Layouts(unittest.TestCase):
    def complaints(self, size, offset, width):
        struct = ("timespec", size, [("tv_sec", 0, 8), ("tv_nsec", offset, width)])
        wanted = list(values.layout_assertions(struct, "struct timespec", {}))
        return values.failures(CC, values.includes(["time.h"]), wanted)

    def test_good(self):
        self.assertEqual(self.complaints(16, 8, 8), ([], 5))

    def test_wrong(self):
        self.assertEqual(self.complaints(24, 12, 4)[0],
                         ["timespec is not 24 bytes", "timespec.tv_nsec is not at 12",
                          "timespec.tv_nsec is not 4 bytes"])

    def test_what_cannot_be_compiled_is_left_out(self):
        wanted = [("sizeof(struct nothing_of_the_kind) == 1", "a"), ("1 == 2", "b")]
        self.assertEqual(values.failures(CC, "", wanted), (["b"], 1))


if __name__ == "__main__":
    sys.exit(unittest.main())
