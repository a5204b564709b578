# SPDX-License-Identifier: Apache-2.0
"""Runs of a program in which one allocation fails, or in which reads and writes are
interrupted and short: what libfault.so does, and what the tests of it share."""
import os
import signal
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "..", "golden")
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

import suite  # noqa: E402
from harness import run  # noqa: E402

LIBRARY = {"fault": "libfault.so"}
# All of them: minutes instead of seconds.
EVERY = bool(os.environ.get("SYSTAPE_FAULT_EVERY"))
FIRST = 24


def places(count, first=FIRST):
    """Which of @count allocations are let fail: each of the first and of the last, and others
    at distances without a common factor."""
    if EVERY or count <= 2 * first:
        return list(range(1, count + 1))
    step = next(n for n in range(max(2, (count - 2 * first) // first), count)
                if all(n % k for k in range(2, int(n ** 0.5) + 1)))
    return [*range(1, first + 1), *range(first + 1, count - first, step),
            *range(count - first + 1, count + 1)]


class FaultTest(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.state = self.bench.path("state")

    def environment(self, **wishes):
        """For one run; the wishes are libfault's."""
        with open(self.state, "wb") as f:
            f.write(bytes(16))
        env = dict(os.environ, LD_PRELOAD=LIBRARY["fault"], FAULT_STATE=self.state)
        for name, value in wishes.items():
            env[f"FAULT_{name}"] = str(value)
        if self.bench.sanitized():
            # The C library itself leaks when memory fails it (setlocale(3), regcomp(3)).
            env["ASAN_OPTIONS"] = (env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
                                   ":allocator_may_return_null=1:detect_leaks=0")
        return env

    def counted(self):
        """(allocations, moves) of the run before."""
        with open(self.state, "rb") as f:
            return struct.unpack("QQ", f.read())

    def disturbed(self, argv, **more):
        """(result, allocations, moves) of a run; the keywords in capitals are libfault's."""
        wishes = {n: more.pop(n) for n in list(more) if n.isupper()}
        result = run(argv, env=self.environment(**wishes), **more)
        return result, *self.counted()

    def allocations(self, argv, **more):
        """How many there are when none fails; the good run as well."""
        result, count, _ = self.disturbed(argv, ALLOC=0, **more)
        self.assertGreater(count, 0, result)
        return result, count

    def not_ours(self, err):
        """A sanitizer's own thread could not begin: it gives up then."""
        return self.bench.sanitized() and b"AddressSanitizer: CHECK failed: sanitizer_" in err


    def regcomp_failed(self, result):
        """glibc's own: where a table cannot grow, what it frees it has freed before."""
        if self.bench.sanitized():
            return b"double-free" in result.err and b"in regcomp" in result.err
        return result.status == -signal.SIGABRT and b"double free" in result.err

    def sanitizer_failed(self, result):
        """Its own: it needs memory when a thread begins, and ends when there is none."""
        return b"AddressSanitizer: CHECK failed" in result.err and \
            b"GetThreadStackTopAndBottom" in result.err


def main():
    arguments = sys.argv[1:]
    at = arguments.index("--fault")
    LIBRARY["fault"] = os.path.abspath(arguments[at + 1])
    sys.argv[1:] = arguments[:at] + arguments[at + 2:]
    suite.main()
