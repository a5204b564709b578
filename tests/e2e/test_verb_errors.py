#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""analyze errors: failures of real programs, those that matter first."""
import json
import os
import sys

import suite

REFUSED = """
import select, socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
port = s.getsockname()[1]
s.close()
s = socket.socket()
s.setblocking(False)
try:
    s.connect(("127.0.0.1", port))
except BlockingIOError:
    pass
select.select([], [s], [], 30)
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
for i in range(3):
    try:
        open("secret/x")
    except OSError:
        pass
raise SystemExit(3)
"""


class Errors(suite.TapeTest):
    def record(self, command, status=0):
        tape, result = self.bench.record(command, cwd=self.dir, env=dict(os.environ, LC_ALL="C"))
        self.assertEqual(result.status, status, result)
        return tape

    def test_compilation(self):
        self.need("gcc")
        self.write("bad.c", "#include <nofile.h>\n")
        tape = self.record(["gcc", "-c", "bad.c"], 1)
        text = self.bench.ask("errors", tape).decode()
        self.assertRegex(text, r"\n\nBefore a bad end\n +\d+  openat +ENOENT +\S+/nofile.h and in "
                               r"\d other directories  by cc1 \d+  first at ")
        self.assertIn("\n         openat(AT_FDCWD<", text)
        self.assertIn("ENOENT         No such file or directory", text)
        self.assertNotIn("ld.so.preload", text)
        everything = self.bench.ask("errors", "--all", tape).decode()
        self.assertIn("ld.so.preload", everything)
        # The least of all comes last.
        self.assertGreater(everything.index("ld.so.preload"), everything.index("nofile.h"))

    def test_what_only_the_socket_says(self):
        self.write("secret", "")
        tape = self.record([sys.executable, "-I", "-S", "-c", REFUSED], 3)
        said = json.loads(self.bench.ask("errors", "--json", tape))
        late = [f for f in said["failures"] if f["error"] == "ECONNREFUSED"]
        self.assertEqual([(f["call"], f["count"]) for f in late], [("getsockopt", 1)])
        self.assertRegex(late[0]["object"], r"^127\.0\.0\.1:\d+$")
        secret = [f for f in said["failures"] if f["object"] == "secret/x"]
        self.assertEqual([(f["error"], f["count"]) for f in secret], [("ENOTDIR", 3)])
        self.assertRegex(secret[0]["by"][0]["command"], "python")
        self.assertLess(secret[0]["first_time"], secret[0]["last_time"])
        ranks = [f["rank"] for f in said["failures"]]
        order = ["fatal", "serious", "missing", "probe", "expected"]
        self.assertEqual(ranks, sorted(ranks, key=order.index))
        none = json.loads(self.bench.ask("errors", "--json", "--pid=1", tape))
        self.assertEqual(none["failures"], [])
        few = json.loads(self.bench.ask("errors", "--json", "-e", "trace=getsockopt", tape))
        self.assertEqual({f["call"] for f in few["failures"]}, {"getsockopt"})

    def test_many(self):
        """Thousands of names make no thousands of lines."""
        tape = self.record([sys.executable, "-I", "-S", "-c",
                            "import os\nfor i in range(500): os.path.exists(f'none{i}')"])
        text = self.bench.ask("errors", tape).decode()
        self.assertLess(text.count("\n"), 200)
        self.assertRegex(text, r"  and \d+ more \(--all shows them\)\n")
        self.assertIn("none499", self.bench.ask("errors", "--all", tape).decode())


if __name__ == "__main__":
    suite.main()
