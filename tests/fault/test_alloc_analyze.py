#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""analyze while an allocation fails, each in turn: what it says is what it says otherwise,
or it ends with 2 and a line that tells why."""
import glob
import os

import fault
from fault import FaultTest

GOLDEN = fault.GOLDEN
VERBS = {
    "overview": [], "print": ["print", "-y"], "filtered": ["print", "-e", "trace=/open", "-P", "/etc"],
    "tree": ["tree"], "stats": ["stats"], "processes": ["stats", "--by=process", "--json"],
    "state": ["state", "--at=40", "--maps"],
}
# The other half, a test of its own for the sake of time.
FORMATS = {
    "state_json": ["state", "--at=0.001", "--json"], "info": ["info"],
    "markdown": ["info", "--markdown"], "check": ["check"],
    "jsonl": ["export", "--to", "jsonl"], "report": ["report"],
}
# These verbs are many: of each fewer allocations, unless all are asked for.
FEW = 8
TAPES = ("0.1-threads-signals", "0.1-torn", "0.1-data")
# The verbs that came later. TAPE and OTHER are recorded anew, OUT is a file to be written.
COMPARED = {
    "diff": ["diff", "TAPE", "OTHER"], "diff_json": ["diff", "--json", "--all", "TAPE", "OTHER"],
    "unified": ["diff", "--format=unified", "TAPE", "OTHER"], "same": ["diff", "TAPE", "TAPE"],
    "rules": ["diff", "--rules", "RULES", "TAPE", "OTHER"],
    "baseline": ["baseline", "-o", "OUT", "TAPE", "OTHER"],
    "runs": ["diff", "--good", "TAPE", "--good", "TAPE", "--bad", "OTHER"],
    "learned": ["diff", "LEARNED", "OTHER"],
}
MADE = {
    "redact": ["redact", "-o", "OUT", "--key-file", "KEY", "TAPE"],
    "names": ["redact", "-o", "OUT", "--level=names", "--key-file", "KEY", "--json", "TAPE"],
    "meta": ["redact", "-o", "OUT", "--level=meta", "--key-file", "KEY", "TAPE"],
    "own_rules": ["redact", "-o", "OUT", "--rules", "SECRETS", "--key-file", "KEY", "TAPE"],
    "scan": ["scan", "TAPE"], "scan_json": ["scan", "--json", "TAPE"],
    "repack": ["repack", "-3", "-o", "OUT", "TAPE"],
    "cut_time": ["cut", "--time", "0.001..", "-o", "OUT", "TAPE"],
    "cut_events": ["cut", "--events", "100..200", "-o", "OUT", "TAPE"],
    "cut_calls": ["cut", "-e", "trace=%file", "-o", "OUT", "TAPE"],
}
ASKED = {
    "list": ["follow", "--list", "TAPE"], "list_json": ["follow", "--list", "--json", "TAPE"],
    "stream": ["follow", "--fd=1", "TAPE"], "hex": ["follow", "--pipe", "--hex", "TAPE"],
    "content": ["follow", "--path=text", "--content", "TAPE"],
    "raw": ["follow", "--path=text", "--out", "--raw", "-o", "OUT", "TAPE"],
    "select": ["sql", "--json", "TAPE", "SELECT name, count(*) FROM syscalls GROUP BY name"],
    "tables": ["sql", "TAPE", "SELECT * FROM fds", "SELECT * FROM transfers",
               "SELECT * FROM processes JOIN threads USING (pid)"],
    "selected": ["print", "-y", "SELECTED"], "not_selected": ["print", "-e", "all", "SELECTED"],
    "of_some": ["print", "PIDS"],
    "overview_json": ["--json", "TAPE"], "environment": ["info", "--environment", "TAPE"],
}
COUNTED = {
    "net": ["net", "--all", "TAPE"], "net_json": ["net", "--json", "TAPE"],
    "files": ["files", "--all", "TAPE"], "files_json": ["files", "--json", "TAPE"],
    "errors": ["errors", "--all", "TAPE"], "errors_json": ["errors", "--json", "TAPE"],
    **{f"by_{by}": ["stats", f"--by={by}", "TAPE"] for by in ("syscall", "thread", "file")},
    "state_maps": ["state", "--at=300", "--maps", "TAPE"],
    "state_now": ["state", "--at=300", "--json", "TAPE"],
}
WRITTEN = {
    **{to: ["export", "--to", to, "TAPE"] for to in
       ("jsonl", "strace", "csv", "perfetto", "folded", "pcapng")},
    "sqlite": ["export", "--to", "sqlite", "-o", "OUT", "TAPE"],
    "to_a_file": ["export", "--to", "csv", "-o", "OUT", "--time=..9", "TAPE"],
    "page": ["report", "-o", "OUT", "TAPE"],
}
SCRIPT = """
{ echo "password=hunter2-and-%s"; env; } > text
cat text missing | { read first; cat; } > copy
test -e %s && rm copy
exit %s
"""


class AnyVerb(FaultTest):
    def setUp(self):
        super().setUp()
        self.out = self.bench.path("out")

    def tapes(self):
        if fault.EVERY:
            return sorted(glob.glob(f"{GOLDEN}/*.zst"))
        return [f"{GOLDEN}/{name}.zst" for name in TAPES]

    def once(self, argv, n):
        """(the result, what was written to a file or None, how many allocations) of a run."""
        if os.path.exists(self.out):
            os.unlink(self.out)
        result, count, _ = self.disturbed(argv, ALLOC=n)
        written = None
        if os.path.exists(self.out):
            with open(self.out, "rb") as f:
                written = f.read()
        return result, written, count

    def each(self, argv, name, first):
        """What is wrong in those runs in which one fails."""
        good, wanted, count = self.once(argv, 0)
        self.assertGreater(count, 0, good)
        for n in fault.places(count, first):
            bad, written, _ = self.once(argv, n)
            problem = self.problem(good, bad, written == wanted)
            if problem:
                yield f"{name} {n} of {count}: {problem}"

    def verb(self, *words):
        problems = []
        for tape in self.tapes():
            problems += self.each([self.bench.analyze, *words, tape], os.path.basename(tape),
                                  fault.FIRST)
        if problems:
            self.fail("\n" + "\n".join(problems[:20]))

    def problem(self, good, bad, same_file):
        if bad.status == good.status and bad.out == good.out and bad.err == good.err and same_file:
            return None
        if self.regcomp_failed(bad) or self.sanitizer_failed(bad):
            return None
        if bad.status != 2:
            return f"other output: {bad}"
        before = good.err.decode(errors="replace").splitlines()
        lines = [line for line in bad.err.decode(errors="replace").splitlines()
                 if line not in before]
        if not any("memory" in line for line in lines):
            return f"nobody says why: {bad}"
        if len(lines) > 1 or not lines[0].startswith("analyze: "):
            return f"not one line of ours: {bad}"
        return None


class NewTape(AnyVerb):
    """Of tapes that this very recorder makes."""

    def setUp(self):
        super().setUp()
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "API_TOKEN": "0123456789abcdef"}
        self.words = {"OUT": self.out, "KEY": self.bench.path("key"),
                      "PIDS": self.bench.path("pids.zst"), "LEARNED": self.bench.path("learned.zst"),
                      "RULES": self.write("rules", "systape-rules 1\nignore call get*id\n"
                                          "mask hunter[0-9] <who>\nbudget open* <= 9\n"),
                      "SECRETS": self.write("secrets", "text hunter\npath */text\n")}
        for name, values in (("TAPE", ("one", "text", 0)), ("OTHER", ("two", "copy", 3))):
            self.words[name] = self.bench.record(["sh", "-c", SCRIPT % values], env=env,
                                                 cwd=self.dir)[0]
        self.words["SELECTED"] = self.bench.record(
            ["sh", "-c", SCRIPT % ("one", "text", 0)], ["-e", "trace=%file"], env=env, cwd=self.dir)[0]
        fault.run([self.bench.analyze, "cut", "--pid", str(self.child(self.words["TAPE"])), "-o",
                   self.words["PIDS"], self.words["TAPE"]])
        fault.run([self.bench.analyze, "baseline", "-o", self.words["LEARNED"],
                   self.words["TAPE"], self.words["TAPE"]])

    def child(self, tape):
        return next(o["child_pid"] for o in self.bench.objects(tape) if o["type"] == "fork")

    def verb(self, *words):
        words = [self.words.get(w, w) for w in words]
        # The key is there then.
        good = self.once([self.bench.analyze, *words], 0)[0]
        self.assertIn(good.status, (0, 1), good)
        problems = list(self.each([self.bench.analyze, *words], words[0], FEW))
        if problems:
            self.fail("\n" + "\n".join(problems[:20]))


def tests_of(verbs):
    return {f"test_{name}": lambda self, words=words: self.verb(*words)
            for name, words in verbs.items()}


Analyze = type("Analyze", (AnyVerb,), tests_of(VERBS))
Formats = type("Formats", (AnyVerb,), tests_of(FORMATS))
Compared = type("Compared", (NewTape,), tests_of(COMPARED))
Made = type("Made", (NewTape,), tests_of(MADE))
Asked = type("Asked", (NewTape,), tests_of(ASKED))
Counted = type("Counted", (NewTape,), tests_of(COUNTED))
Written = type("Written", (NewTape,), tests_of(WRITTEN))


class Repair(FaultTest):
    """What is said to be repaired is all that was readable."""

    def repair(self, name):
        tape, problems = f"{GOLDEN}/{name}.zst", []
        out = self.bench.path("out.zst")
        argv = [self.bench.analyze, "check", "--repair", "-o", out, tape]
        good, count = self.allocations(argv)
        self.assertEqual(good.status, 0, good)
        with open(out, "rb") as f:
            wanted = f.read()
        for n in fault.places(count):
            bad, _, _ = self.disturbed(argv, ALLOC=n)
            if bad.status == 2:
                if not bad.err.startswith(b"analyze: ") or b"memory" not in bad.err:
                    problems.append(f"{n} of {count}: {bad}")
                continue
            with open(out, "rb") as f:
                same = f.read() == wanted
            if bad.status or not same:
                problems.append(f"{n} of {count}: same {same}: {bad} {bad.out!r}")
        if problems:
            self.fail("\n" + "\n".join(problems[:20]))

    def test_whole(self):
        self.repair("0.1-threads-signals")

    def test_torn(self):
        self.repair("0.1-torn")


if __name__ == "__main__":
    fault.main()
