# SPDX-License-Identifier: Apache-2.0
"""Runs of a program in which one allocation fails, or in which reads and writes are
interrupted and short: what libfault.so does, and what the tests of it share."""
import os
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
FIRST, LINES_MAX = 60, 4


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

    def disturbed(self, argv, **more):
        """(result, allocations, moves) of a run; the keywords in capitals are libfault's."""
        env = dict(os.environ, LD_PRELOAD=LIBRARY["fault"], FAULT_STATE=self.state)
        if self.bench.sanitized():
            env["ASAN_OPTIONS"] = (env.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
                                   ":allocator_may_return_null=1")
        for name in [n for n in more if n.isupper()]:
            env[f"FAULT_{name}"] = str(more.pop(name))
        with open(self.state, "wb") as f:
            f.write(bytes(16))
        result = run(argv, env=env, **more)
        with open(self.state, "rb") as f:
            return result, *struct.unpack("QQ", f.read())

    def allocations(self, argv, **more):
        """How many there are when none fails; the good run as well."""
        result, count, _ = self.disturbed(argv, ALLOC=0, **more)
        self.assertGreater(count, 0, result)
        return result, count

    def one_clear_line(self, result, name):
        """A failure that is one, and said."""
        lines = result.err.decode(errors="replace").splitlines()
        self.assertTrue(lines, result)
        self.assertLessEqual(len(lines), LINES_MAX, result)
        for line in lines:
            self.assertTrue(line.startswith(f"{name}: "), result)


def main():
    arguments = sys.argv[1:]
    at = arguments.index("--fault")
    LIBRARY["fault"] = os.path.abspath(arguments[at + 1])
    sys.argv[1:] = arguments[:at] + arguments[at + 2:]
    suite.main()
