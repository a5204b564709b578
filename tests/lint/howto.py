#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""howto.py SCRATCH COMPILER [CMAKE_OPTION…]

Does what doc/howto-add-syscall.md shows: in a copy of the sources the call of the worked example
is taken out, and is then unknown; the lines of the document are added, no more and no less, and
the call is recorded, printed, found by -e trace=%desc and exported as the document says."""
import json
import os
import re
import shutil
import sys

import tree

sys.path.insert(0, os.path.join(tree.ROOT, "tests", "e2e"))
import harness  # noqa: E402

HOWTO = "doc/howto-add-syscall.md"
COPIED = ("CMakeLists.txt", "cmake", "format", "proto", "recorder", "replayer", "tools")
# The call that the document adds, with its number and the flag that it shows.
PROGRAM = """#include <stdio.h>
#include <unistd.h>
int main(void)
{
	printf("%d %ld\\n", getpid(), syscall(434, getpid(), 04000));
	return 0;
}
"""
SHOWN = "`pidfd_open(4711, PIDFD_NONBLOCK) = 3`"
ENTRY = re.compile(r"^[A-Z]\w*\(", re.M)


class Failure(Exception):
    pass


def worked_example(text):
    """path -> the entries that the first diff block of @text adds to it."""
    block = re.search(r"^```diff\n(.*?)^```$", text, re.M | re.S)
    added, path = {}, None
    for line in block[1].splitlines() if block else []:
        if line.startswith(" # "):
            path = line[3:]
        elif line.startswith("+") and path:
            added[path] = added.get(path, "") + line[1:] + "\n"
        else:
            raise Failure(f"{HOWTO}: what is this line of the diff? {line!r}")
    if not added:
        raise Failure(f"{HOWTO}: no worked example")
    return added


def entry_at(text, start):
    """The entry that begins at @start, with its line's end: up to where its parentheses close."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth == 0 and text[at] == ")":
            return text[start:text.index("\n", at) + 1]
    raise Failure(f"parentheses do not close: {text[start:start + 40]!r}")


def entries(text):
    return [entry_at(text, m.start()) for m in ENTRY.finditer(text)]


def head(entry):
    """"SYS(pidfd_open," of an entry; of a one-line entry that has nothing more, all of it."""
    parts = re.match(r"[A-Z]\w*\([\w]+,", entry)
    return parts[0] if parts and not entry.startswith("NR(") else entry.rstrip("\n")


def squeezed(text):
    return " ".join(text.split())


def without(text, entry):
    """@text without this entry, which must be in it as it stands."""
    at = re.search("^" + re.escape(head(entry)), text, re.M)
    if not at:
        raise Failure(f"{head(entry)} of the worked example is nowhere in the sources")
    found = entry_at(text, at.start())
    if squeezed(found) != squeezed(entry):
        raise Failure(f"the worked example is not what the sources have:\n{entry}{found}")
    return text[:at.start()] + text[at.start() + len(found):]


def rewrite(root, path, change):
    full = os.path.join(root, path)
    with open(full, encoding="utf-8") as f:
        text = f.read()
    with open(full, "w", encoding="utf-8") as f:
        f.write(change(text))


def take_out(root, added):
    for path, text in added.items():
        for entry in entries(text):
            rewrite(root, path, lambda t, entry=entry: without(t, entry))


def put_in(root, added):
    for path, text in added.items():
        rewrite(root, path, lambda t, text=text: t + text)


BUILD_LIMIT = 900  # seconds: a compiler does not hang, and others may have the machine


def run(*argv, **more):
    result = harness.run(argv, timeout=BUILD_LIMIT, **more)
    if result.status != 0:
        raise Failure(f"{result}\n{result.out.decode(errors='replace')[-3000:]}")
    return result.out.decode()


class Copy:
    """The sources in a directory of their own, and what is built of them."""

    def __init__(self, scratch, compiler, options):
        shutil.rmtree(scratch, ignore_errors=True)
        self.source, self.build = os.path.join(scratch, "source"), os.path.join(scratch, "build")
        self.prog, self.tape = os.path.join(scratch, "prog"), os.path.join(scratch, "tape.zst")
        self.compiler, self.options = compiler, options
        os.makedirs(self.source)
        for name in COPIED:
            path = os.path.join(tree.ROOT, name)
            copy = shutil.copytree if os.path.isdir(path) else shutil.copy
            copy(path, os.path.join(self.source, name))

    def tool(self, name):
        return os.path.join(self.build, "tools", name)

    def configure(self):
        run("cmake", "-S", self.source, "-B", self.build, f"-DCMAKE_C_COMPILER={self.compiler}",
            "-DBUILD_TESTING=OFF", *self.options)
        with open(self.prog + ".c", "w", encoding="utf-8") as f:
            f.write(PROGRAM)
        run(self.compiler, "-o", self.prog, self.prog + ".c")

    def make(self):
        run("cmake", "--build", self.build, "--parallel", "2", "--target", "rec", "analyze")

    def record(self):
        """(pid of the program, what its call gave back)"""
        return map(int, run(self.tool("rec"), "-q", "-o", self.tape, "--", self.prog).split())

    def print(self, *options):
        return [harness.squeeze(line) for line in
                run(self.tool("analyze"), "print", *options, self.tape).splitlines()]

    def exported(self):
        return [json.loads(line) for line in
                run(self.tool("analyze"), "export", "--to", "jsonl", self.tape).splitlines()]


def told(lines, text):
    return any(line.split(None, 1)[-1] == text for line in lines)


def check_unknown(copy):
    copy.record()
    if any("pidfd_open" in line for line in copy.print()):
        raise Failure("pidfd_open is known before it is described")
    if not any(re.search(r"\bsyscall_0x1b2\(", line) for line in copy.print()):
        raise Failure("the unknown call is not on the tape")


def check_described(copy):
    pid, result = copy.record()
    wanted = SHOWN.strip("`").replace("4711", str(pid)).replace("= 3", f"= {result}")
    for options in ([], ["-e", "trace=%desc"], ["-e", "trace=pidfd_open"]):
        if not told(copy.print(*options), wanted):
            raise Failure(f"print {options} does not say: {wanted}\n" +
                          "\n".join(copy.print(*options)[-8:]))
    if told(copy.print("-e", "trace=%file"), wanted):
        raise Failure("pidfd_open takes no file name")
    call = next(o for o in copy.exported() if o.get("name") == "pidfd_open")
    args = [(a["name"], int(a["value"], 16)) for a in call["args"]]
    if args != [("pid", pid), ("flags", 0o4000)] or call["ret"] != result:
        raise Failure(f"exported: {call}")


def check(scratch, compiler, options):
    text = "\n".join(tree.lines(HOWTO)) + "\n"
    if SHOWN not in text:
        raise Failure(f"{HOWTO} does not say {SHOWN}")
    added = worked_example(text)
    copy = Copy(scratch, compiler, options)
    take_out(copy.source, added)
    copy.configure()
    copy.make()
    check_unknown(copy)
    put_in(copy.source, added)
    copy.make()
    check_described(copy)
    shutil.rmtree(scratch)
    return sum(len(entries(lines)) for lines in added.values())


if __name__ == "__main__":
    harness.require_ptrace()
    try:
        print(f"{check(sys.argv[1], sys.argv[2], sys.argv[3:])} lines added, one call known")
    except Failure as e:
        print(e)
        sys.exit(1)
