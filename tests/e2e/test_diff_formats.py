#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""analyze diff for programs: --json has what the tables of doc/diff.md say, no more and no less;
--format=unified is the unified format, and turns the lines of one tape into those of the other."""
import collections
import json
import os
import re
import subprocess
import sys

import pairs
import suite
from harness import run

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "doc", "diff.md")
PYTHON3 = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
KINDS = """environment executable arguments budget exit now-fails no-longer-fails other-error signal
process-new process-gone executes-instead peer-instead path-instead peer-new peer-gone path-new
path-gone flags argument result call-new call-gone bytes count order time thread-new thread-gone
inherits machine""".split()
LEVELS = ("environment budget exit error process peer path flags call bytes count order "
          "time").split()

# ---- the schema, from the document ----

# Members that are not there each time: those of a finding in the list of findings.
HEADS = {"told", "follow"}
WITH_ALL = {"followers"}

# The name of a table, and of a type.
OBJECTS = {"the object": "object", "a finding": "finding", "a place": "place",
           "an excerpt": "excerpt", "bytes": "bytes"}
PLURALS = {"findings": "finding", "strings": "string"}


def schema():
    """{object: {member: type}}"""
    found, at = {}, None
    with open(DOCUMENT, encoding="utf-8") as f:
        for line in f.read().partition("\n## JSON\n")[2].splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if line.startswith("|---"):
                continue
            if not line.startswith("|"):
                at = None
            elif at is None:
                at = found[OBJECTS[cells[0]]] = {}
            else:
                for name in re.findall(r"`(\w+)`", cells[0]):
                    at[name] = cells[1]
    return found


class Wrong(Exception):
    pass


class Checker:
    """Holds a document against the schema."""

    def __init__(self, every):
        self.objects, self.every, self.seen = schema(), every, collections.Counter()

    def check(self, value, kind, where):
        optional = kind.removesuffix(" or null")
        if value is None:
            if optional == kind:
                raise Wrong(f"{where} is null, not {kind}")
            self.seen[where.rpartition(".")[2], None] += 1
            return
        self.seen[where.rpartition(".")[2], type(value)] += 1
        if optional.startswith("list of "):
            one = optional.removeprefix("list of ")
            if not isinstance(value, list):
                raise Wrong(f"{where} is no list")
            for i, x in enumerate(value):
                self.check(x, PLURALS[one], f"{where}[{i}]" if one != "strings" else where)
        elif optional in self.objects:
            self.check_object(value, optional, where)
        elif not self.fits(value, optional):
            raise Wrong(f"{where} is {value!r}, not {kind}")

    @staticmethod
    def fits(value, kind):
        if kind == "number":
            return type(value) is int and value >= 0
        if kind == "boolean":
            return type(value) is bool
        if kind == "string":
            return type(value) is str
        if kind == "hex":
            return type(value) is str and re.fullmatch("0x[0-9a-f]{1,16}", value)
        words = re.findall("`(.*?)`", kind)
        if not words:
            raise Wrong(f"the document has a type that is none: {kind}")
        return value in words

    def check_object(self, value, name, where):
        if not isinstance(value, dict):
            raise Wrong(f"{where} is no object")
        members = set(self.objects[name])
        if name == "finding":
            members -= WITH_ALL if self.every else set()
            members -= HEADS | WITH_ALL
            if re.search(r"^\$\.findings\[\d+\]$", where):
                members |= HEADS | (WITH_ALL if self.every else set())
        if set(value) != members:
            raise Wrong(f"{where}: {sorted(set(value) ^ members)} is missing or too much")
        for member, x in value.items():
            self.check(x, self.objects[name][member], f"{where}.{member}")
        if name == "finding" and (value["kind"] not in KINDS or value["level"] not in LEVELS):
            raise Wrong(f"{where}: {value['kind']}, {value['level']}")


# ---- the unified format ----

HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$")
HEADER = re.compile(r"(?:---|\+\+\+) (.*)\tthread (\d+) of (.*)$")


def number(text):
    return 1 if text is None else int(text)


def parse(text):
    """[(tid, tid, [(from, count, from, count, lines)])], and the lines that stand before."""
    lines, at = text.split("\n"), 0
    if lines.pop() != "":
        raise Wrong("the last line has no end")
    before, files = [], []
    while at < len(lines):
        if lines[at].startswith("--- "):
            old, new = HEADER.match(lines[at]), HEADER.match(lines[at + 1])
            if not old or not new or not lines[at + 1].startswith("+++ "):
                raise Wrong(f"no header: {lines[at:at + 2]}")
            files.append((int(old[2]), int(new[2]), []))
            at += 2
            continue
        m = HUNK.match(lines[at])
        if not m:
            if files:
                raise Wrong(f"no hunk: {lines[at]!r}")
            if re.match(r"(diff |Index:|[-+ @])", lines[at]):
                raise Wrong(f"looks like more than it is: {lines[at]!r}")
            before.append(lines[at])
            at += 1
            continue
        if not files:
            raise Wrong("a hunk of no file")
        a, a_count, b, b_count = int(m[1]), number(m[2]), int(m[3]), number(m[4])
        at += 1
        body = []
        while a_count + b_count > sum((x[0] in " -") + (x[0] in " +") for x in body):
            if at == len(lines) or lines[at][:1] not in (" ", "-", "+"):
                raise Wrong(f"fewer lines than the hunk says: {m[0]}")
            body.append(lines[at])
            at += 1
        if (a_count, b_count) != (sum(x[0] in " -" for x in body), sum(x[0] in " +" for x in body)):
            raise Wrong(f"the counts are wrong: {m[0]}")
        files[-1][2].append((a, a_count, b, b_count, body))
    return files, before


def context_of(body):
    """Lines in common at the beginning and at the end."""
    first = next(i for i, x in enumerate(body) if x[0] != " ")
    last = next(i for i, x in enumerate(reversed(body)) if x[0] != " ")
    return first, last


def apply(hunks, old):
    """The lines that come of the old ones; every hunk must fit exactly where it says."""
    new, at = [], 0
    for a, a_count, b, b_count, body in hunks:
        start = a - 1 if a_count else a
        if start < at:
            raise Wrong("hunks overlap")
        new += old[at:start]
        if len(new) != (b - 1 if b_count else b):
            raise Wrong(f"the place in the new lines is {len(new)}, not that of {b},{b_count}")
        theirs = [x[1:] for x in body if x[0] in " -"]
        if old[start:start + a_count] != theirs:
            raise Wrong(f"line {a} does not fit")
        new += [x[1:] for x in body if x[0] in " +"]
        at = start + a_count
        first, last = context_of(body)
        if first > 3 or last > 3 or (first < 3 and start > 0 and first != start) or \
                (last < 3 and at < len(old)):
            raise Wrong(f"there are not three lines around {a},{a_count}")
    return new + old[at:]


# ---- the pairs ----

def shell(script):
    return ["sh", "-c", script]


LOOP = """
import os, sys
mode = int(open('mode').read())
f = os.open('out', os.O_CREAT | os.O_WRONLY)
for i in range(40):
    if i % 10 == 9 and mode == 2:
        os.fchmod(f, 0o600 + i)
    os.mkdir(f'd{i}')
    os.rmdir(f'd{i}')
if mode == 2:
    os.umask(0)
    sys.exit(2)
os.unlink('out')
"""
THREADS = """
import os, threading
mode = int(open('mode').read())
def work():
    for i in range(mode * 3):
        os.mkdir('x')
        os.rmdir('x')
t = threading.Thread(target=work)
t.start()
t.join()
"""

# What runs in a directory in which the file mode is 1, then 2.
PAIRS = {
    "same": shell("cat mode >/dev/null; ls >/dev/null; true"),
    "exit": shell("read m <mode; exit $m"),
    "loop": [PYTHON3, "-S", "-E", "-c", LOOP],
    "threads": [PYTHON3, "-S", "-E", "-c", THREADS],
    "missing": shell("read m <mode; cat there.$m"),
    "bytes": shell("read m <mode; echo $m >out; printf '\\033[1m\\377%s' \"$(cat mode)\" >more"),
    "children": shell("read m <mode; for i in 1 2 3; do test $m -lt $i || /bin/echo $i; done"),
    "pool": shell("read m <mode; for i in 1 2 3 4; do (echo $m$i >out.$i) & done; wait"),
    "other_program": shell("read m <mode; if [ $m = 1 ]; then true; else exec ls -l /; fi"),
    "odd_names": shell("read m <mode; >\"a\nb\t$m\033[31m\"; cat \"a\nb\t$m\033[31m\""),
    "signal": shell("read m <mode; test $m = 1 || kill -9 $$"),
}


class Formats(pairs.PairTest):
    def pair(self, name):
        tapes = []
        for mode in "12":
            self.fresh()
            self.file("mode", ("1" if name == "same" else mode) + "\n")
            self.file("there.1", "here\n")
            tapes.append(self.recorded(PAIRS[name])[0])
        return tapes

    def told(self, *words):
        result = run([self.bench.analyze, "diff", *words])
        self.assertEqual(result.err, b"")
        return result.status, result.out.decode()

    def check_json(self, tapes):
        seen = collections.Counter()
        for every in (False, True):
            checker = Checker(every)
            status, text = self.told("--json", *(["--all"] if every else []), *tapes)
            document = json.loads(text)
            checker.check(document, "object", "$")
            self.assertEqual(document["verdict"], "different" if status else "same")
            seen += checker.seen
        self.assertEqual(text, self.told("--json", "--all", *tapes)[1], "it is not the same twice")
        self.assertEqual(text, self.told("--format=json", "--all", *tapes)[1])
        return seen

    def threads(self, tape):
        """{(process, thread): lines} as another program of ours tells them, by the numbers on the
        tape."""
        said = subprocess.run([suite.ARGS.dump, tape, "unified"], stdout=subprocess.PIPE,
                              check=True, timeout=60).stdout.decode()
        found, at = {}, None
        for line in said.split("\n"):
            m = re.match(r"thread (\d+)$", line)
            if m:
                at = found[int(m[1])] = []
            elif at is not None and line:
                at.append(line[1:])
        return found

    def check_unified(self, name, tapes):
        status, text = self.told("--format=unified", *tapes)
        self.assertEqual(status, name != "same")
        self.assertEqual(bool(text), bool(status), text)
        self.assertTrue(text.isprintable() or not re.search(r"[^\n\t\x20-\x7e]", text), text)
        files, before = parse(text)
        old, new = self.threads(tapes[0]), self.threads(tapes[1])
        for a, b, hunks in files:
            self.assertTrue(hunks, text)
            self.assertEqual(apply(hunks, old.get(a, [])), new.get(b, []), text)
            self.check_patch(text, a, old.get(a, []), new.get(b, []))
        return files, before

    def check_patch(self, text, tid, old, new):
        """By patch(1), which is given the part that is about this thread."""
        if not self.have_patch:
            return
        part = re.search(rf"^--- [^\n]*\tthread {tid} of .*?(?=^--- |\Z)", text, re.M | re.S)[0]
        path = self.write("old.txt", "".join(x + "\n" for x in old))
        result = run(["patch", "--silent", "--fuzz=0", path], stdin=part.encode())
        self.assertEqual((result.status, result.out), (0, b""), result)
        with open(path, encoding="utf-8") as f:
            self.assertEqual(f.read().splitlines(), new)

    def setUp(self):
        super().setUp()
        self.have_patch = not run(["sh", "-c", "command -v patch"]).status

    def check_both(self, name):
        tapes = self.pair(name)
        self.check_json(tapes)
        self.check_unified(name, tapes)

    def test_what_is_in_no_line(self):
        files, before = self.check_unified("bytes", self.pair("bytes"))
        self.assertIn("bytes: written to $CWD/out: 2 -> 2 bytes", before)
        self.assertEqual(files, [])
        _, before = self.check_unified("exit", self.pair("exit"))
        self.assertRegex("\n".join(before), r"(?m)^exit: \S+: exit 1 -> exit 2$")
        tapes = self.pair("children")
        _, before = self.check_unified("children", tapes)
        self.assertIn(f"Only in {tapes[1]}: /bin/echo 2", before)

    def test_all_types(self):
        """Each member was there, as each of its types, or the tests say nothing."""
        seen = collections.Counter()
        for name in ("same", "missing", "bytes", "exit", "loop"):
            seen += self.check_json(self.pair(name))
        for member, types in {"was": (None, str), "process": (str,), "first": (None, dict),
                              "excerpt": (None, dict), "hex": (str,), "seq": (None, int),
                              "a_context": (list, str), "followers": (list,), "tid": (int,),
                              "approximate": (bool,), "key": (str,)}.items():
            for kind in types:
                self.assertGreater(seen[member, kind], 0, (member, kind))

    def test_document(self):
        """A schema that has nothing in it fits all."""
        objects = schema()
        self.assertEqual(set(objects), set(OBJECTS.values()))
        self.assertGreater(sum(map(len, objects.values())), 35)
        with self.assertRaises(Wrong):
            Checker(False).check({"count": "1", "pid": 1, "tid": 1, "seq": 1}, "place", "$")
        with self.assertRaises(Wrong):
            Checker(False).check({"count": 1, "pid": 1, "tid": 1}, "place", "$")
        with self.assertRaises(Wrong):
            Checker(False).check({"count": 1, "pid": 1, "tid": 1, "seq": 1, "x": 1}, "place", "$")


for _name in PAIRS:
    setattr(Formats, f"test_{_name}", lambda self, n=_name: self.check_both(n))


if __name__ == "__main__":
    suite.main()
