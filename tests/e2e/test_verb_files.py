#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""analyze files: what real programs did to files, in words and as JSON."""
import json
import os
import sys

import suite
from harness import run

PROGRAM = """
import os
os.mkdir("made")
with open("made/a", "xb") as f:
    f.write(b"x" * 5000)
os.rename("made/a", "made/b")
with open("made/b", "rb") as f:
    f.seek(1000)
    f.read()
os.symlink("b", "made/link")
os.stat("made/link")
os.chmod("made/b", 0o600)
os.truncate("made/b", 10)
open("gone", "x").close()
os.unlink("gone")
for place in ("p1", "p2", "p3"):
    try:
        os.stat(place + "/wanted.conf")
    except OSError:
        pass
os.mkdir("p4")
open("p4/wanted.conf", "x").close()
open("p4/wanted.conf").close()
for place in ("p1", "p2", "p3"):
    try:
        open(place + "/never.conf")
    except OSError:
        pass
try:
    os.rmdir("made")
except OSError:
    pass
"""


class Files(suite.TapeTest):
    def record(self, command, status=0, **more):
        tape, result = self.bench.record(command, cwd=self.dir,
                                         env=dict(os.environ, LC_ALL="C"), **more)
        self.assertEqual(result.status, status, result)
        return tape

    def files(self, tape, *options):
        said = json.loads(self.bench.ask("files", "--json", *options, tape))
        return {f["path"]: f for f in said["files"]}, said["searches"]

    def test_what_was_done(self):
        tape = self.record([sys.executable, "-I", "-S", "-c", PROGRAM])
        top = os.path.realpath(self.dir)
        files, searches = self.files(tape, "-P", top)
        self.assertEqual(files[f"{top}/made"]["done"]["create"], 1)
        self.assertEqual(files[f"{top}/made"]["errors"][0]["error"], "ENOTEMPTY")
        a, b = files[f"{top}/made/a"], files[f"{top}/made/b"]
        self.assertEqual((a["created"], a["bytes_written"]), (1, 5000))
        self.assertEqual(a["renamed_to"], f"{top}/made/b")
        self.assertEqual(b["renamed_from"], f"{top}/made/a")
        self.assertGreaterEqual(b["bytes_read"], 4000)
        self.assertEqual((b["done"]["change"], b["done"]["truncate"]), (1, 1))
        self.assertEqual(b["done"]["look"] >= 1, True)
        self.assertEqual(files[f"{top}/made/link"]["done"]["symlink"], 1)
        self.assertEqual(files[f"{top}/gone"]["created"], 1)
        self.assertEqual(files[f"{top}/gone"]["done"]["delete"], 1)
        self.assertRegex(files[f"{top}/gone"]["by"][0]["command"], "python")
        found = {s["name"]: s for s in searches}
        self.assertEqual(found["wanted.conf"]["found"], f"{top}/p4/wanted.conf")
        self.assertEqual(found["wanted.conf"]["places"], 3)
        self.assertIsNone(found["never.conf"]["found"])
        text = self.bench.ask("files", "-P", top, tape).decode()
        self.assertIn(f"wanted.conf: found at {top}/p4/wanted.conf after 3 misses", text)
        self.assertIn(f"never.conf: never found, 3 places tried: {top}/p1, {top}/p2, {top}/p3",
                      text)
        self.assertRegex(text, r"\nFailed\n +1  rmdir +ENOTEMPTY +\S+/made  python")
        self.assertNotIn("\x1b", text)

    def test_parts_and_order(self):
        tape = self.record([sys.executable, "-I", "-S", "-c", PROGRAM])
        top = os.path.realpath(self.dir)
        written, _ = self.files(tape, "--written", "-P", top)
        self.assertIn(f"{top}/made/a", written)
        self.assertNotIn(f"{top}/p1/never.conf", written)
        missing, _ = self.files(tape, "--missing", "-P", top)
        self.assertIn(f"{top}/p1/never.conf", missing)
        self.assertNotIn(f"{top}/made/a", missing)
        failed, _ = self.files(tape, "--failed")
        self.assertEqual(list(failed), [f"{top}/made"])
        everything, _ = self.files(tape, "--sort=path")
        self.assertEqual(list(everything), sorted(everything))
        by_bytes, _ = self.files(tape, "--sort", "bytes")
        sums = [f["bytes_read"] + f["bytes_written"] for f in by_bytes.values()]
        self.assertEqual(sums, sorted(sums, reverse=True))
        self.assertEqual(self.files(tape, "--pid=1")[0], {})
        self.assertEqual(self.files(tape, "--time=1000..")[0], {})
        bad = self.bench.ask("files", "--sort=size", tape, allowed=(2,))
        self.assertEqual(bad, b"")

    def test_compilation(self):
        """The header that is missing is named once, with where it was looked for."""
        self.need("gcc")
        self.write("bad.c", "#include <nofile.h>\n")
        tape = self.record(["gcc", "-c", "bad.c"], 1)
        text = self.bench.ask("files", tape).decode()
        self.assertRegex(text, r"nofile\.h: never found, \d places tried: .*/usr/include")
        self.assertLess(text.count("nofile.h"), 3)
        self.assertRegex(text, r"/tmp/cc\w+\.s  \(created")
        whole = run([suite.ARGS.analyze, "files", "--all", tape])
        self.assertGreater(whole.out.count(b"\n"), text.count("\n") - 3)

    def test_torn_tape(self):
        tape = self.record([sys.executable, "-I", "-S", "-c", PROGRAM])
        with open(tape, "r+b") as f:
            f.truncate(os.path.getsize(tape) // 2)
        result = run([suite.ARGS.analyze, "files", tape])
        self.assertEqual(result.status, 2)


if __name__ == "__main__":
    suite.main()
