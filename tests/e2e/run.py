#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""run.py --rec REC --analyze ANALYZE [--stdin TEXT] [--strace] PROG [ARG…] [-- REC_OPTION…]

Records a program of tests/progs, which prints on stdout what its trace must contain, one
directive a line, and checks that it does:

    EXPECT text        this line occurs, after those of the EXPECT and MATCH lines before
    MATCH regex        the same with a regular expression, for the whole line
    ANYWHERE regex     some line matches
    ABSENT regex       no line matches
    COUNT n regex      n lines match
    JSON expression    true in jq, with the JSON lines as one array
    STATUS n           rec's exit status                    (default: 0)
    KILLED signal      rec dies by this signal
    STDERR regex       occurs in what rec and the program wrote to stderr
    PRINT options      print the tape with these options
    BARE differs       the program acts differently without a tracer

EXPECT@PID and so on look at this task's lines only; their order is the task's own. Lines
of the trace in which directives are written do not count. Lines are without pid column
and padding. For every program: the tape is sound (see harness.Bench.sound), and without
the recorder the program ends the same and says the same, numbers aside.

--strace checks the text directives against strace instead, which is how to try new ones.
Exit status: 0 fine, 1 not, 77 skipped by the program.
"""
import argparse
import json
import os
import re
import shlex
import signal
import sys

import harness
from harness import Failure, near, run

WORDS = ("EXPECT", "MATCH", "ANYWHERE", "ABSENT", "COUNT", "JSON", "STATUS", "KILLED", "STDERR",
         "PRINT", "BARE")
SPOKEN = re.compile(r'(\[i386\] )?write\(1, "(' + "|".join(WORDS) + r")[ @].*", re.S)

UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)", re.S)


class Directive:
    def __init__(self, line):
        word, _, self.text = line.partition(" ")
        self.word, _, task = word.partition("@")
        self.task = int(task) if task else None
        self.line = line
        if self.word not in WORDS:
            raise Failure(f"no directive: {line}")


def directives(out):
    return [Directive(line) for line in out.decode("utf-8", "surrogateescape").splitlines() if line]


def by_word(said, *words):
    return [d for d in said if d.word in words]


def join(lines):
    """Makes one line, at the place of its first half, of a call that is told in two."""
    joined, half = [], {}
    for pid, text in lines:
        resumed = RESUMED.fullmatch(text)
        if resumed and pid in half:
            at = half.pop(pid)
            joined[at] = (pid, joined[at][1] + resumed[1])
        else:
            joined.append((pid, text))
        if joined and text.endswith(UNFINISHED):
            half[pid] = len(joined) - 1
            joined[-1] = (pid, text[:-len(UNFINISHED)])
    return [(pid, harness.squeeze(text)) for pid, text in joined]


def check_text(said, lines):
    lines = [(pid, text) for pid, text in join(lines) if not SPOKEN.fullmatch(text)]
    place = {}
    for d in by_word(said, "EXPECT", "MATCH"):
        at = start = place.get(d.task, 0)
        wanted = harness.squeeze(d.text)
        while at < len(lines) and not (
                d.task in (None, lines[at][0]) and
                (lines[at][1] == wanted if d.word == "EXPECT" else
                 re.fullmatch(d.text, lines[at][1], re.S))):
            at += 1
        if at == len(lines):
            scope = [x for x in lines if d.task in (None, x[0])]
            elsewhere = "" if start == 0 else f" after line {start}"
            raise Failure(f"not found{elsewhere}: {d.line}\n  of these:\n"
                          f"{near(scope, nearest(scope, wanted))}")
        place[d.task] = at + 1
    for d in by_word(said, "ANYWHERE", "ABSENT", "COUNT"):
        check_count(d, lines)


def nearest(lines, wanted):
    """The line that begins most like what was not found."""
    return max(range(len(lines)), default=0,
               key=lambda i: len(os.path.commonprefix([lines[i][1], wanted])))


def check_count(d, lines):
    count, regex = d.text.split(" ", 1) if d.word == "COUNT" else (None, d.text)
    hits = [i for i, (pid, text) in enumerate(lines)
            if d.task in (None, pid) and re.fullmatch(regex, text, re.S)]
    wrong = {"ANYWHERE": not hits, "ABSENT": bool(hits),
             "COUNT": count is not None and len(hits) != int(count)}[d.word]
    if wrong:
        at = hits[0] if hits else nearest(lines, re.sub(r"\\(.)", r"\1", regex))
        raise Failure(f"{len(hits)} lines match: {d.line}\n  near:\n{near(lines, at)}")


def check_json(said, objects):
    wanted = by_word(said, "JSON")
    if not wanted:
        return
    program = "[" + ",".join(f"(try ({d.text}) catch .)" for d in wanted) + "]"
    result = run(["jq", "-c", program], stdin=json.dumps(objects).encode())
    if result.status != 0:
        raise Failure(f"jq: {result}\n{program}")
    for d, value in zip(wanted, json.loads(result.out)):
        if value is not True:
            raise Failure(f"{value}, not true: {d.line}")


def wanted_status(said):
    for d in said:
        if d.word == "STATUS":
            return int(d.text)
        if d.word == "KILLED":
            return -getattr(signal, d.text)
    return 0


def check_run(said, result):
    if result.status != wanted_status(said):
        raise Failure(f"status {result.status}, not {wanted_status(said)}: {result}")
    for d in by_word(said, "STDERR"):
        if not re.search(d.text, result.err.decode(errors="replace")):
            raise Failure(f"not on stderr: {d.line}\n{result}")


def shape(out):
    """What does not differ from run to run."""
    return re.sub(rb"0x[0-9a-f]+|\d\d\d+|/tmp/systape-e2e-\w+", b"N", out)


def check_bare(said, result, command, stdin, env):
    bare = run(command, stdin=stdin, env=env)
    if bare.status != result.status:
        raise Failure(f"ends with {bare.status} bare, {result.status} recorded: {bare}")
    if not by_word(said, "BARE") and shape(bare.out) != shape(result.out):
        raise Failure(f"says other things bare:\n{shape(bare.out).decode(errors='replace')}\n"
                      f"recorded:\n{shape(result.out).decode(errors='replace')}")


def print_options(said):
    return [o for d in by_word(said, "PRINT") for o in shlex.split(d.text)]


def test(bench, command, stdin, options, env):
    tape, result = bench.record(command, options, stdin=stdin, env=env)
    if result.status == harness.SKIP and result.err.startswith(b"skipped: "):
        harness.say(result.err.decode().strip())
        return harness.SKIP
    if result.status == 99:
        raise Failure(f"the program broke: {result}")
    said = directives(result.out)
    check_run(said, result)
    if not said:
        raise Failure("the program said nothing")
    objects = bench.sound(tape)
    lines = bench.lines(tape, *print_options(said))
    check_text(said, lines)
    check_json(said, objects)
    check_bare(said, result, command, stdin, env)
    return 0


def test_strace(bench, command, stdin, env):
    path = bench.path("strace.txt")
    first = run(command, stdin=stdin, env=env)
    options = print_options(directives(first.out))
    result = run(["strace", "-f", "-o", path, *options, *command], stdin=stdin, env=env)
    if result.status == harness.SKIP:
        harness.say(result.err.decode().strip())
        return harness.SKIP
    said = directives(result.out)
    check_run(said, result)
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        pairs = [line.rstrip("\n").partition(" ") for line in f]
    check_text(said, [(int(pid), harness.squeeze(text.lstrip(" "))) for pid, _, text in pairs])
    check_bare(said, result, command, stdin, env)
    return 0


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--rec", default="rec")
    parser.add_argument("--analyze", default="analyze")
    parser.add_argument("--strace", action="store_true")
    parser.add_argument("--stdin")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    command, options = args.command, []
    if "--" in command:
        at = command.index("--")
        command, options = command[:at], command[at + 1:]
    stdin = None if args.stdin is None else args.stdin.encode()
    command[0] = os.path.abspath(command[0])
    harness.require_ptrace()
    with harness.Bench(args.rec, args.analyze) as bench:
        env = dict(os.environ, TMPDIR=bench.dir)
        try:
            if args.strace:
                return test_strace(bench, command, stdin, env)
            return test(bench, command, stdin, options, env)
        except Failure as e:
            harness.say(f"{os.path.basename(command[0])}: {e}")
            return 1


if __name__ == "__main__":
    sys.exit(main())
