#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""walkthrough.py REC ANALYZE DOCUMENT…

Does what documents show, each in an empty directory of its own, from its beginning to its end:

- a block behind a line that ends in "`name`:", or in such a sentence with more behind the name,
  becomes the file of that name; one that begins with #! can be executed;
- of a block marked `console` each line behind "$ " is run (also those below it that end a
  line with \\), and must say what stands below it. Numbers may be others, "…" alone in a line is
  any lines, blanks do not count, and the directory is /home/me;
- of a file in .github/workflows all commands are run but for those that install us."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import tree

sys.path.insert(0, os.path.join(tree.ROOT, "tests", "e2e"))
import harness  # noqa: E402

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.M | re.S)
NAMED = re.compile(r"`([\w.-][\w./-]*)`(?:, [^`:]*(?:`[^`]*`[^`:]*)*)?:$")
WORKFLOW = re.compile(r"^\s*- run: (.*)$", re.M)
INSTALLS = re.compile(r"\bapt-get install\b")
ANY = "…"
HERE = "/home/me"
NEEDS = {"doc/diff.md": ["jq"], "doc/bug-report.md": ["gcc"]}


class Failure(Exception):
    pass


def even(line):
    return re.sub(r"\d+", "N", " ".join(line.split()))


def fits(wanted, said):
    """Whether lines are as wanted, where ANY stands for any number of them."""
    parts, at = [[]], 0
    for line in wanted:
        if line == ANY:
            parts.append([])
        else:
            parts[-1].append(line)
    if len(parts) == 1:
        return said == wanted
    # The first stands at the beginning, the last at the end, the others in the first place they fit.
    first, last = parts[0], parts[-1]
    if said[:len(first)] != first or len(said) < len(first) + len(last):
        return False
    at, end = len(first), len(said) - len(last)
    for part in parts[1:-1]:
        at = next((i for i in range(at, end + 1) if said[i:i + len(part)] == part), end) + len(part)
    return at <= end and said[end:] == last


def lines_of(text):
    return [even(line) for line in text.rstrip("\n").split("\n")] if text.strip() else []


def commands(block):
    """[(command, what is below it)] of a console."""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append([line[2:], []])
        elif found and not found[-1][1] and found[-1][0].endswith("\\"):
            found[-1][0] += "\n" + line
        elif found:
            found[-1][1].append(line)
        else:
            raise Failure(f"no command is above {line!r}")
    return [(command, "\n".join(below)) for command, below in found]


class Walk:
    def __init__(self, tools):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="systape-walk-"))
        self.home = os.path.join(self.dir, "home")
        self.work = os.path.join(self.dir, "work")
        bin_dir = os.path.join(self.dir, "bin")
        for path in (self.home, self.work, bin_dir):
            os.mkdir(path)
        for tool in tools:
            os.symlink(os.path.abspath(tool), os.path.join(bin_dir, os.path.basename(tool)))
        self.env = {"PATH": f"{bin_dir}:/usr/bin:/bin", "HOME": self.home, "LC_ALL": "C.UTF-8"}
        self.count = 0

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def run(self, command):
        """What it says, on both."""
        self.count += 1
        result = harness.run(["sh", "-c", command], cwd=self.work, env=self.env, timeout=100,
                             out=subprocess.PIPE)
        return result.status, (result.out + result.err).decode("utf-8", "backslashreplace")

    def console(self, block):
        for command, below in commands(block):
            # Both in one stream, in the order in which they come.
            status, said = self.run(f"exec 2>&1\n{command}")
            said = said.replace(self.work, HERE)
            if status > 2 or status < 0:
                raise Failure(f"$ {command}\nexits with {status}:\n{said}")
            if not fits(lines_of(below), lines_of(said)):
                raise Failure(f"$ {command}\nsays:\n{said}\nand not:\n{below}")

    def file(self, name, content):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(content)
        if content.startswith("#!"):
            os.chmod(path, 0o755)
        if name.startswith(".github/workflows/"):
            self.workflow(content)

    def workflow(self, content):
        found = [command for command in WORKFLOW.findall(content) if not INSTALLS.search(command)]
        if not found:
            raise Failure("a workflow without a command")
        for command in found:
            status, said = self.run(command)
            if status != 0:
                raise Failure(f"{command} of the workflow exits with {status}:\n{said}")


def walk(path, tools):
    """How many commands there were; None: a program for them is not installed."""
    text = "\n".join(tree.lines(path)) + "\n"
    if not all(harness.have(program) for program in NEEDS.get(path, ())):
        return None
    w = Walk(tools)
    try:
        for block in FENCE.finditer(text):
            above = text[:block.start()].rstrip().rpartition("\n")[2]
            named = NAMED.search(above)
            indent = len(block[0]) - len(block[0].lstrip(" "))
            content = "".join(line[indent:] if line.strip() else "\n"
                              for line in block[2].splitlines(True))
            if block[1] == "console":
                w.console(content)
            elif named:
                w.file(named[1], content)
    except (Failure, harness.Failure) as e:
        raise Failure(f"{path}: {e}") from None
    finally:
        w.close()
    if not w.count:
        raise Failure(f"{path}: no command in it")
    return w.count


if __name__ == "__main__":
    harness.require_ptrace()
    try:
        counts = [walk(document, sys.argv[1:3]) for document in sys.argv[3:]]
        for document, count in zip(sys.argv[3:], counts):
            print(f"{document}: {count} commands" if count else
                  f"{document}: not all of {', '.join(NEEDS[document])} are installed")
        if not any(counts):
            sys.exit(harness.SKIP)
    except Failure as e:
        print(e)
        sys.exit(1)
