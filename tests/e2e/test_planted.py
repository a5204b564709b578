#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets through every kind of call that carries bytes: none is left on a redacted tape."""
import base64
import os

import planted

PASSWORD = "Env/S3cr\"t&x y+9"
SHORT = "Nm3ofThread"

KINDS = {"pipes", "bytes", "vectors", "positions", "frames", "failing", "partly", "vmsplice",
         "sendfile", "aio", "datagrams", "credentials", "messages", "sun_path", "alg", "process_vm",
         "keys", "mq", "msg", "random", "xattr", "paths", "comm", "exec", "mount",
         "io_uring", "mapping", "agent"}
# What goes through these is on no tape to begin with.
UNSEEN = {"io_uring", "mapping"}

# Where a secret is one by its place alone.
BARE = {"agent", "alg", "keys", "mount", "process_vm"}


class Calls(planted.PlantTest):
    def setUp(self):
        super().setUp()
        self.env = {"PATH": os.environ["PATH"], "DB_PASSWORD": PASSWORD, "WORKER_SECRET": SHORT}

    def record(self, *arguments, program="planted"):
        place = self.bench.path("place")
        os.mkdir(place)
        self.env["SSH_AUTH_SOCK"] = place + "/socket"
        text = "\n".join([*planted.lines(PASSWORD), SHORT]) + "\n"
        tape, result = self.bench.record([self.prog(program), place, *arguments], env=self.env,
                                         stdin=text.encode())
        self.assertEqual(result.status, 0, result)
        told = dict(line.split(" ", 1) for line in result.out.decode().splitlines())
        self.assertEqual(set(told), KINDS)
        self.carried = {k for k, v in told.items() if v == "carried"}
        refused = {k: v for k, v in told.items() if v != "carried"}
        self.assertGreater(len(self.carried), len(KINDS) - 7, refused)
        return tape

    def kinds_in(self, text):
        return {k for k in KINDS if planted.left_in(text, [planted.token(k)])}

    def test_calls(self):
        self.check_calls(self.record("far"))

    def test_calls_of_32_bit(self):
        if not os.path.exists(self.prog("planted32")):
            self.skipTest("the compiler makes no 32-bit programs")
        self.check_calls(self.record(program="planted32"))

    def check_calls(self, tape):
        there = planted.plain(tape)
        # One byte at a time, and 15 bytes of it: these are in no piece as they are.
        self.assertEqual(self.carried - UNSEEN - {"random", "bytes", "comm"} -
                         self.kinds_in(there), set())
        self.assertEqual(self.kinds_in(there) & UNSEEN, set())
        self.assertTrue(planted.runs(there, planted.token("comm"), 15))
        out, text = self.redact(tape)
        self.assertEqual(self.kinds_in(text), set())
        self.assertEqual(planted.left_in(text, [PASSWORD, SHORT]), [])
        by_bytes = [planted.token("bytes"), PASSWORD]
        self.assertEqual(len(planted.left_in(self.joined(tape), by_bytes)),
                         sum(len(set(planted.forms(s))) for s in by_bytes))
        self.assertEqual(planted.left_in(self.joined(out), by_bytes), [])
        for kind in KINDS:
            self.assertEqual(planted.runs(text, planted.token(kind)), [], kind)
        self.assertEqual(planted.runs(text, PASSWORD), [])
        for kind in BARE & self.carried:
            self.there(planted.token(f"bare-{kind}")[4:].encode(), there, kind)
            self.not_there(planted.token(f"bare-{kind}")[4:][:8].encode(), text, kind)
        for drawn in self.drawn(tape):
            for form in (drawn, drawn.hex().encode()):
                self.there(form, there)
                self.not_there(form, text)

    def test_levels(self):
        tape = self.record()
        for level in ("names", "meta"):
            with self.subTest(level):
                _, text = self.redact(tape, f"--level={level}")
                self.assertEqual(self.kinds_in(text), set())
                self.assertEqual(planted.left_in(text, [PASSWORD, SHORT]), [])

    def drawn(self, tape):
        """The random bytes that the program drew for itself."""
        found = [base64.b64decode(m["data"]) for o in self.bench.objects(tape)
                 if o["type"] == "syscall" and o["name"] == "getrandom" and o["ret"] == 32
                 for m in o["memory"]]
        self.assertTrue(found)
        return found


if __name__ == "__main__":
    planted.main()
