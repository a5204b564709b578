# SPDX-License-Identifier: Apache-2.0
"""What the kernel says of a process in /proc, in the words of `analyze state --json`, and
what differs between the two."""
import os
import re

LARGEFILE, CLOEXEC = 0o100000, 0o2000000
NAMED = {name: getattr(os, name) for name in dir(os) if name.startswith("O_")}
NAMED |= {"O_TMPFILE": 0o20200000, "FASYNC": 0o20000, "__O_SYNC": 0o4000000, "O_ACCMODE": 3}
# What an exec maps without a call.
OWN = re.compile(r"\[(stack|vdso|vvar|vvar_vclock|vsyscall)\]")


def number(value):
    """What a double cannot hold is a hexadecimal string."""
    return int(value, 16) if isinstance(value, str) else value


def number_of(flags):
    total = 0
    for word in flags.split("|"):
        total |= NAMED[word] if word in NAMED else int(word.split(" ")[0], 0)
    return total


class Map:
    def __init__(self, start, end, prot, shared, offset, name):
        self.start, self.end, self.prot, self.shared = start, end, prot, shared
        self.offset, self.name = offset if name and name[0] != "[" else 0, name

    def continues(self, other):
        """Whether other goes on where this ends."""
        grown = self.offset + self.end - self.start if self.offset or (
            self.name and self.name[0] != "[") else 0
        return (self.end, self.prot, self.shared, self.name) == (
            other.start, other.prot, other.shared, other.name) and grown == other.offset

    def __repr__(self):
        return (f"{self.start:x}-{self.end:x} {self.prot}{'s' if self.shared else 'p'} "
                f"{self.offset:x} {self.name}")


def merged(maps):
    """The kernel does not always join what it could."""
    out = []
    for m in sorted(maps, key=lambda m: m.start):
        if out and out[-1].continues(m):
            out[-1] = Map(out[-1].start, m.end, m.prot, m.shared, out[-1].offset, m.name)
        else:
            out.append(m)
    return out


def theirs_map(line):
    m = re.fullmatch(r"([0-9a-f]+)-([0-9a-f]+) (...)(.) ([0-9a-f]+) \S+ \d+ *(.*)", line)
    return Map(int(m[1], 16), int(m[2], 16), m[3], m[4] == "s", int(m[5], 16), m[6])


def ours_map(m):
    name = (m["name"] or ("" if m["anonymous"] else "?")) + (" (deleted)" if m["deleted"] else "")
    return Map(int(m["start"], 16), int(m["end"], 16), m["prot"], m["shared"], m["offset"], name)


def by_exec(maps, exe):
    """Those of theirs that the kernel made at the exec, as far as one can tell: the program and
    its loader, and their pages without a file behind them."""
    out = []
    for m in maps:
        after = out and out[-1].end == m.start and not m.name and out[-1].name
        if OWN.fullmatch(m.name) or m.name in (exe, "[heap]") or "/ld-linux" in m.name or after:
            out.append(m)
    return out


def maps_differ(theirs, ours, whole, exe):
    """Texts."""
    theirs, ours = [theirs_map(line) for line in theirs], [ours_map(m) for m in ours]
    if whole:
        # Of the stack more is there than at the start.
        stack = [m for m in theirs if m.name == "[stack]"]
        theirs = [m for m in theirs if m.name not in ("[stack]", "[vsyscall]")]
        if [m.end for m in stack] != [m.end for m in ours if m.name == "[stack]"]:
            return ["the stack is elsewhere"]
        ours = [m for m in ours if m.name not in ("[stack]", "[vsyscall]")]
    else:
        kernels = by_exec(theirs, exe)
        # The first heap is told by brk(2), which may be joined with what was there.
        kept = {m.start for m in ours}
        theirs = [m for m in theirs if m not in kernels or (m.name == "[heap]" and m.start in kept)]
    theirs, ours = [[repr(m) for m in merged(maps)] for maps in (theirs, ours)]
    return [f"- {m}" for m in theirs if m not in ours] + [f"+ {m}" for m in ours
                                                          if m not in theirs]


EPOLL = {"EPOLLIN": 1, "EPOLLPRI": 2, "EPOLLOUT": 4, "EPOLLRDHUP": 0x2000, "EPOLLET": 1 << 31,
         "EPOLLONESHOT": 1 << 30, "EPOLLEXCLUSIVE": 1 << 28}
EPOLL_ALWAYS = 0x18


class Fd:
    """Of /proc/PID/fd and fdinfo."""

    def __init__(self, link, info):
        self.link = link
        self.info = {}
        self.tfd = []
        self.wd = {}
        for line in info:
            key, _, value = line.partition(":")
            self.info.setdefault(key.strip(), value.strip())
            if m := re.match(r"tfd: +(\d+) events: +([0-9a-f]+) data: +([0-9a-f]+)", line):
                self.tfd.append((int(m[1]), int(m[2], 16) & ~EPOLL_ALWAYS, int(m[3], 16)))
            if m := re.match(r"inotify wd:([0-9a-f]+) .* mask:([0-9a-f]+)", line):
                self.wd[int(m[1], 16)] = int(m[2], 16)


IN = {"IN_CREATE": 0x100, "IN_OPEN": 0x20}


def events_of(text, names):
    return sum(names[word] for word in text.split("|"))


def name_of(fd):
    """With ? for the number of a socket's inode: the kernel's link has no address in it."""
    if fd["kind"] in ("pipe", "socket") and fd["inode"]:
        return f"{fd['kind']}:[{fd['inode']}]"
    return fd["name"] or "?"


def fd_differs(theirs, ours):
    """Texts, and how many things were compared."""
    flags = int(theirs.info["flags"], 8)
    found = [("name", theirs.link, name_of(ours)),
             ("cloexec", bool(flags & CLOEXEC), ours["cloexec"])]
    if ours["flags"] is not None:
        found.append(("flags", flags & ~(LARGEFILE | CLOEXEC), number_of(ours["flags"])))
    if ours["position"] is not None:
        found.append(("position", int(theirs.info["pos"]), number(ours["position"])))
    if theirs.link == "anon_inode:[eventpoll]":
        watches = [(w["fd"], events_of(w["events"], EPOLL), int(w["data"], 16))
                   for w in ours.get("watches", [])]
        found.append(("epoll", sorted(theirs.tfd), sorted(watches)))
    if theirs.link == "anon_inode:inotify":
        found.append(("inotify", theirs.wd, {w["wd"]: events_of(w["events"], IN)
                                             for w in ours.get("watches", [])}))
    if "it_interval" in theirs.info:
        timer = ours.get("timer") or {"interval_seconds": 0, "interval_nanoseconds": 0}
        found.append(("timer", theirs.info["it_interval"],
                      f"({timer['interval_seconds']}, {timer['interval_nanoseconds']})"))
    return [f"{what}: {a} but {b}" for what, a, b in found if a != b], len(found)


class Look:
    """At a process that waits, from outside: the members that a Dump of its own has."""

    def __init__(self, pid):
        top = f"/proc/{pid}"
        self.pid, self.marker = pid, f"pid {pid}"
        self.cwd, self.root, self.exe = (os.readlink(f"{top}/{n}") for n in ("cwd", "root", "exe"))
        with open(f"{top}/status", encoding="utf-8") as f:
            self.status = dict(line.rstrip("\n").split(":", 1) for line in f)
        self.status = {k: v.strip() for k, v in self.status.items()}
        with open(f"{top}/maps", encoding="utf-8", errors="surrogateescape") as f:
            self.maps = f.read().splitlines()
        self.fds = {}
        for n in os.listdir(f"{top}/fd"):
            with open(f"{top}/fdinfo/{n}", encoding="utf-8") as f:
                self.fds[int(n)] = (os.readlink(f"{top}/fd/{n}"), f.read().splitlines())


OPENAT = 257


def waits(pid, call=None):
    """Whether all of its threads sleep in a call, and the first one in this. A tracer's stop is
    no sleep."""
    try:
        for tid in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{tid}/stat", encoding="utf-8") as f:
                if f.read().rpartition(")")[2].split()[0] != "S":
                    return False
        with open(f"/proc/{pid}/syscall", encoding="utf-8") as f:
            number = f.read().split()[0]
    except (OSError, IndexError):
        return False
    return number.isdigit() and call in (None, int(number))


def masks(process):
    caught = ignored = 0
    for s in process["signals"]:
        if s["ignored"]:
            ignored |= 1 << (s["number"] - 1)
        else:
            caught |= 1 << (s["number"] - 1)
    return caught, ignored
