#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`analyze print` writes of sockets what strace writes: addresses, options, and netlink
messages; of made-up ones all, and of real ones from the kernel."""
import ctypes
import difflib
import re
import shutil
import unittest

import even
import suite

# What the kernel and the tools count and time: no two runs have the same.
COUNTS = re.compile(r"\b(nlmsg_(?:seq|pid)|nl_pid|rta_\w+|ifa_\w+|[ct]stamp|ndm_\w+|ndt[cs]_\w+)"
                    r"=(-?\d+|0x[0-9a-f]+)\b")


class Comparison(suite.TapeTest):
    def same(self, command, options=()):
        env = even.environment(self.dir)
        options = ["-e", "trace=%network", *options]
        theirs = even.strace(self.bench, command, options, env=env)
        ours = even.systape(self.bench, command, options, env=env)
        theirs, ours = ([COUNTS.sub(r"\1=N", text) for _, text in lines]
                        for lines in (theirs, ours))
        wrong = [line for line in difflib.unified_diff(theirs, ours, "strace", "analyze", n=0,
                                                       lineterm="") if not line.startswith("@@")]
        self.assertEqual("\n".join(line for line in wrong if "+++ exited" not in line), "")
        self.assertGreater(len(ours), 1)


class Net(Comparison):
    def test_addresses(self):
        for words in ("abbrev", "raw", "verbose"):
            with self.subTest(words=words):
                self.same([self.prog("socket_addresses")], ["-X", words])

    def test_options(self):
        for words in ("abbrev", "raw", "verbose"):
            with self.subTest(words=words):
                self.same([self.prog("socket_options")], ["-X", words])

    def test_netlink_attributes(self):
        for options in (["-s", "1000"], ["-v"], ["-s", "4"], ["-s", "1000", "-X", "raw"],
                        ["-s", "1000", "-X", "verbose"]):
            with self.subTest(options=options):
                self.same([self.prog("netlink_shapes")], options)


class Own(Comparison):
    """In a network of its own there is nothing but a loopback device."""
    CLONE_NEWNET = 0x40000000

    @classmethod
    def setUpClass(cls):
        if ctypes.CDLL(None).unshare(cls.CLONE_NEWNET) != 0:
            raise unittest.SkipTest("no network of one's own")

    def test_real(self):
        self.need("ip")
        ip = shutil.which("ip")
        for command in (["-d", "link"], ["addr"], ["rule"], ["route", "show", "table", "all"],
                        ["-6", "route", "show", "table", "all"], ["ntable"], ["netconf"],
                        ["addrlabel"], ["link", "set", "none", "up"], ["route", "get", "1.2.3.4"],
                        ["netns", "list-id"], ["xfrm", "state"], ["tcp_metrics"]):
            with self.subTest(command=command):
                self.same([ip, *command], ["-s", "65536"])


if __name__ == "__main__":
    suite.main()
