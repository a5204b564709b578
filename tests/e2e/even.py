# SPDX-License-Identifier: Apache-2.0
"""Two tellings of one command, by strace and by `analyze print`, in a common form: without
address randomisation, calls told in two halves joined, and what must differ between any
two runs (pids, addresses, times, random bytes) made equal."""
import os
import re

import run as driver
from harness import run, squeeze

# Lines that say different things of one and the same call, on purpose.
UNEQUAL = [(re.compile(pattern), replacement) for pattern, replacement in (
    (r"0x[0-9a-f]{6,}", "0xA"),
    (r"/tmp/[\w./-]*", "/tmp/F"),
    # Random and passing things.
    (r"^getrandom\(\"[^\"]*\"(\.\.\.)?", 'getrandom("R"'),
    (r"\b(tv_sec|tv_nsec|tv_usec|si_utime|si_stime|st_[amc]time\w*)=-?\d+( /\* [^*]* \*/)?",
     r"\1=T"),
    (r"\b(st_ino|f_[a-z]+)=(\{[^}]*\}|\d+)", r"\1=V"),
    (r"\b(sin_port=htons)\(\d+\)|sa_data=\"[^\"]*\"", r"\1V"),
    (r"^sysinfo\(\{.*\}\)", "sysinfo({I})"),
    # A dump's number is the time of day; traffic goes on; a socket is made for each run.
    (r"\bnlmsg_seq=\d{9,}", "nlmsg_seq=V"),
    (r"\b([rt]x_(?:packets|bytes)|multicast)=\d+", r"\1=V"),
    (r"\b(ndiag_ino|[a-z]+diag_cookie)=(?:\d+|\[\d+, \d+\])", r"\1=V"),
    (r"^(getpp?id|getpgrp|getpgid|getsid)(\(.*\)) = \d+$", r"\1\2 = N"),
)]

# The parent's line that tells of a new task.
BIRTH = re.compile(r"(?:\[\w+\] )?(?:clone3?|v?fork)\(.*\) = (\d+)", re.S)

# A pid, maybe; an address has digits that may look like one.
NUMBER = re.compile(r"0x[0-9a-f]+|[0-9]{3,}")


def even(text, pids):
    text = NUMBER.sub(lambda m: "N" if m[0].isdigit() and int(m[0]) in pids else m[0], text)
    for pattern, replacement in UNEQUAL:
        text = pattern.sub(replacement, text)
    return text


STRACE = "6.1"


def why_not():
    """The reason why no telling can be had here that ours may be compared with, or None."""
    try:
        said = run(["strace", "-V"]).out.decode().split("\n", 1)[0]
        if run(plain(["true"])).status != 0:
            return "addresses cannot be made the same in each run: setarch -R is not allowed"
    except FileNotFoundError as e:
        return f"{e.filename} is not installed"
    if not re.fullmatch(rf"strace -- version {re.escape(STRACE)}(?:\.\d+)*", said):
        return f"another strace writes otherwise: {said}, not {STRACE}"
    return None


def plain(command):
    return ["setarch", "-R", *command]


def environment(directory):
    return dict(os.environ, LC_ALL="C", TMPDIR=directory)


def strace(bench, command, options=(), **more):
    """strace's lines: [(pid, text)], as Bench.lines has them."""
    path = bench.path("strace.txt")
    run(["strace", "-f", "-o", path, *options, *plain(command)], **more)
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        pairs = [line.rstrip("\n").partition(" ") for line in f]
    return [(int(pid), squeeze(text.lstrip(" "))) for pid, _, text in pairs]


def systape(bench, command, options=(), **more):
    """The same of rec and analyze."""
    tape, _ = bench.record(plain(command), **more)
    return bench.lines(tape, *options)


def pids_of(*tellings):
    """Of all, because a process number of one may be the size of a file in another."""
    return {pid for lines in tellings for pid, _ in lines}


def by_task(lines, pids, left_out=None):
    """{place: texts} of the tasks in the order in which they were made. A place is what
    another run has as well: which child of which child of the command, (0, 2) the third
    child of the first. Who has no parent in sight counts as another command."""
    lines = driver.join(lines)
    places, tasks, count = {}, {}, {}
    born = {int(m[1]): pid for pid, text in lines if (m := BIRTH.fullmatch(text))}
    roots = sorted({pid for pid, _ in lines} - born.keys())
    for at, pid in enumerate(roots):
        places[pid] = (at,)
    for child, parent in born.items():
        if parent in places:
            places[child] = places[parent] + (count.get(parent, 0),)
            count[parent] = count.get(parent, 0) + 1
    for pid, text in lines:
        if not driver.SPOKEN.fullmatch(text) and not (left_out and left_out.fullmatch(text)):
            tasks.setdefault(places[pid], []).append(even(text, pids))
    return dict(sorted(tasks.items()))
