#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""bench.py [options] BUILD_DIR

Measures a release build's rec against strace, and analyze against zstd.

    record    wall time of rec, `strace -f -o F` and `strace -f -s 65536 -o F` on programs,
              all runs of one program interleaved; ratios of medians, events per second,
              bytes per event, size of the tape against strace's text and that text under
              zstd -3, and what was lost. Each unpinned and on one CPU.
    select    wall time of programs that make calls in a loop, bare and under `rec -e` with a
              set that has none of these calls, against what any seccomp filter costs.
    analyze   `analyze stats` on a tape of two million events and of ten times as many:
              time against `zstd -dc`, peak memory.
    sql       `analyze sql` on a tape of two million events: time of a few queries against
              `zstd -dc`, peak memory.
    diff      `analyze diff` on two tapes of the same program, of half a million events (find(1) below
              /usr) and of a copy of 64 MiB of which one byte differs: time against `zstd -dc` of
              both, peak memory.
    verbs     every verb of analyze on a tape of five million events of find(1), which looks at
              all files below /usr again and again (or on the tape that --tape names): medians of
              the time against `zstd -dc`, each run beside one of it, and against what is aimed at
              (3 times for what counts, 8 for what prints, 5 for diff, on smaller tapes), peak
              memory, CPU time of both threads against zstd's; and what a hundredth of the time takes,
              and the beginning.

Exit status: 0, or 1 when a verb took longer than is aimed at.

Times of single runs on a shared machine mean little: only ratios within one run of this
program do.
"""
import argparse
import collections
import ctypes
import json
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

LOOP_CALLS = 200000
EVENTS = 2000000
SELECT_CALLS = 2000000
VERB_EVENTS = 5000000
DIFF_EVENTS = 500000
DIFF_BYTES = 64 << 20
COUNTS, PRINTS, COMPARES = 3, 8, 5
# What is asked of each verb, and how many times `zstd -dc` it may take, None: nothing is aimed at
# (what writes a tape compresses it, a database is sorted). {out}: a file that is written; {part}: a
# hundredth of the time; {early}: the first hundredth. A verb that this build does not have is left
# out.
VERBS = (
    ("overview", COUNTS), ("tree", COUNTS), ("stats", COUNTS), ("stats --by=process", COUNTS),
    ("stats --by=file", COUNTS), ("info", COUNTS), ("check", COUNTS), ("errors", COUNTS),
    ("files", COUNTS), ("net", COUNTS), ("state", COUNTS), ("report", COUNTS),
    ("follow --fd 3", COUNTS), ("print", PRINTS), ("print -yy", PRINTS),
    ("export --to strace", PRINTS), ("export --to jsonl", PRINTS), ("export --to csv", PRINTS),
    ("export --to folded", PRINTS), ("export --to perfetto", PRINTS),
    ("export --to pcapng", PRINTS), ("sql {tape} {count}", COUNTS), ("sql {tape} {group}", PRINTS),
    ("export --to sqlite -o {out}", None), ("scan", None), ("redact -o {out}", None),
    ("repack -o {out}", None),
    ("print {part}", None), ("print -y {part}", None), ("export --to jsonl {part}", None),
    ("files {early}", None), ("stats {part}", None),
)

# {end}: near the last event's place.
QUERIES = ("SELECT count(*) FROM syscalls",
           "SELECT name, count(*), sum(duration) FROM syscalls GROUP BY name",
           "SELECT seq, text FROM syscalls ORDER BY duration DESC LIMIT 10",
           "SELECT name, sum(bytes) FROM transfers GROUP BY name",
           "SELECT count(*) FROM syscalls WHERE seq > {end}",
           "SELECT seq, text FROM syscalls WHERE seq > {end} LIMIT 10")
COUNT, GROUP = QUERIES[:2]

# A mid-size translation unit, made here so that the figures do not depend on a checkout.
COMPILE_INCLUDES = ("stdio stdlib string unistd errno fcntl signal sys/socket sys/stat netdb "
                    "pthread math time poll sys/mman sys/wait termios dirent locale wchar").split()


def translation_unit():
    lines = [f"#include <{name}.h>" for name in COMPILE_INCLUDES]
    for i in range(400):
        lines.append(f"int f{i}(int a, int b) {{ int s = {i}; for (int k = 0; k < a; k++) "
                     f"s = s * 31 + (k ^ b) % (b + {i + 1}); return s + (s >> {i % 7}); }}")
    return "\n".join(lines) + "\n"


def programs(work):
    source = os.path.join(work, "unit.c")
    with open(source, "w", encoding="ascii") as f:
        f.write(translation_unit())
    count = str(LOOP_CALLS // 2)
    return {
        "loop": ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", f"count={count}", "status=none"],
        "buffers": ["dd", "if=" + sys.executable, "of=/dev/null", "bs=4096", "iflag=fullblock",
                    "status=none"],
        "compile": ["gcc", "-O2", "-c", "-o", os.path.join(work, "unit.o"), source],
        "find": ["find", "/usr/share", "-type", "f", "-newer", "/etc/hostname"],
        "python": ["/usr/bin/python3", "-c", "import json, ssl, threading"],
    }


# Seconds, peak resident set in bytes, seconds of CPUs.
Run = collections.namedtuple("Run", "seconds memory cpu")


def timed(command, allowed=(0,), **more):
    """The Run of a command that must end with one of these."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.monotonic() - begin
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in allowed:
        sys.exit(f"bench.py: {' '.join(command)}: status {child.returncode}\n"
                 f"{child.stderr.read().decode(errors='replace')}")
    child.stderr.close()
    return Run(seconds, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime)


def mib(size):
    return f"{size / (1 << 20):.2f} MiB"


def packed_size(path):
    return int(subprocess.run(f"zstd -3 -qc '{path}' | wc -c", shell=True, check=True,
                              stdout=subprocess.PIPE).stdout)


class Recorders:
    def __init__(self, build, work):
        self.rec = os.path.join(build, "tools", "rec")
        self.analyze = os.path.join(build, "tools", "analyze")
        self.tape = os.path.join(work, "tape.zst")
        self.short = os.path.join(work, "short.txt")
        self.long = os.path.join(work, "long.txt")
        self.commands = {
            "bare": [],
            "rec": [self.rec, "-q", "-o", self.tape, "--"],
            "strace": ["strace", "-f", "-o", self.short],
            "strace64k": ["strace", "-f", "-s", "65536", "-o", self.long],
        }

    def measure(self, command, rounds, prefix):
        times = {name: [] for name in self.commands}
        for _ in range(rounds):
            for name, recorder in self.commands.items():
                times[name].append(timed([*prefix, *recorder, *command])[0])
        return {name: statistics.median(t) for name, t in times.items()}

    def trailer(self):
        lines = subprocess.Popen([self.analyze, "export", "--to", "jsonl", self.tape],
                                 stdout=subprocess.PIPE)
        last, events = b"{}", 0
        for last in lines.stdout:
            events += 1
        if lines.wait() != 0:
            sys.exit("bench.py: the tape cannot be read")
        return json.loads(last), events - 2


def record(recorders, args, work):
    print(f"{'program':9} {'cpus':5} {'bare':>7} {'rec':>7} {'strace':>7} {'-s 64K':>7}   "
          f"rec/strace rec/-s64K  events/s  B/event  tape/text  tape/zstd(text)  lost")
    for name, command in programs(work).items():
        if args.only and name not in args.only:
            continue
        for where, prefix in (("all", []), ("one", ["taskset", "-c", "0"])):
            median = recorders.measure(command, args.rounds, prefix)
            trailer, events = recorders.trailer()
            tape, text = os.path.getsize(recorders.tape), os.path.getsize(recorders.long)
            packed = packed_size(recorders.long)
            print(f"{name:9} {where:5} {median['bare']:7.3f} {median['rec']:7.3f} "
                  f"{median['strace']:7.3f} {median['strace64k']:7.3f}   "
                  f"{median['rec'] / median['strace']:10.2f} "
                  f"{median['rec'] / median['strace64k']:9.2f} "
                  f"{events / median['rec']:9.0f} {tape / max(events, 1):8.1f}  "
                  f"1/{text / tape:<7.1f}  {tape / packed:15.2f}  "
                  f"{trailer.get('lost')}   [{mib(tape)}, text {mib(text)}]", flush=True)


class Filter(ctypes.Structure):
    """A struct sock_fprog of one instruction, which returns SECCOMP_RET_ALLOW."""
    _fields_ = [("len", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def under_a_filter():
    """What a seccomp filter costs by itself, the best that there can be."""
    libc = ctypes.CDLL(None, use_errno=True)
    allow = Filter(1, struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    if libc.prctl(22, 2, ctypes.byref(allow), 0, 0):  # PR_SET_SECCOMP
        os._exit(99)


def dd(size, count):
    return ["dd", "if=/dev/zero", "of=/dev/null", f"bs={size}", f"count={count}", "status=none"]


def select(recorders, args):
    """The least time of each, the runs interleaved: a filter costs tens of nanoseconds a call,
    which is less than what other programs on the machine do to a median."""
    recorder = [recorders.rec, "-q", "-o", recorders.tape]
    unselected = [*recorder, "-e", "trace=%network"]
    for size, count in ((1, SELECT_CALLS // 2), (65536, SELECT_CALLS // 20)):
        command, times = dd(size, count), {}
        for _ in range(args.rounds * 3):
            for way, prefix, more in (("bare", [], {}), ("rec", unselected, {}),
                                      ("floor", [], {"preexec_fn": under_a_filter})):
                took = timed([*prefix, *command], **more)[0]
                times[way] = min(took, times.get(way, took))
        few = timed([*recorder, *dd(size, count // 20)])[0] * 20
        bare, start = times["bare"], empty(unselected)
        print(f"read and write of {size} bytes, {2 * count} calls: bare {bare:.3f} s; "
              f"rec -e trace=%network {times['rec'] / bare:.2f} of it, without its start and end "
              f"{(times['rec'] - start) / bare:.2f}; under a filter that allows all "
              f"{times['floor'] / bare:.2f}; rec without -e about {few / bare:.0f}", flush=True)


def empty(recorder):
    """What recording costs a program that does nothing."""
    bare = min(timed(["true"])[0] for _ in range(10))
    return min(timed([*recorder, "true"])[0] for _ in range(10)) - bare


def make_tape(recorders, events):
    subprocess.run([recorders.rec, "-q", "-o", recorders.tape, "--", "dd", "if=/dev/zero",
                    "of=/dev/null", "bs=1", f"count={events // 2}", "status=none"], check=True)


def stats_of(recorders, events, args):
    """Tape of so many events; (MiB, zstd seconds, analyze seconds, analyze's memory)."""
    make_tape(recorders, events)
    zstd, stats, memory = [], [], 0
    for _ in range(args.rounds):
        zstd.append(timed(["zstd", "-dc", recorders.tape])[0])
        seconds, peak, _ = timed([recorders.analyze, "stats", recorders.tape])
        stats.append(seconds)
        memory = max(memory, peak)
    z, s = statistics.median(zstd), statistics.median(stats)
    print(f"{events:10} events, {mib(os.path.getsize(recorders.tape))}: zstd -dc {z:.3f} s, "
          f"analyze stats {s:.3f} s = {s / z:.2f} times, {mib(memory)} of memory, "
          f"{s / events * 1e9:.0f} ns/event", flush=True)
    return s


def analyze(recorders, args):
    once = stats_of(recorders, args.events, args)
    if args.times > 1:
        more = stats_of(recorders, args.events * args.times, args)
        print(f"{args.times} times the events: {more / once:.2f} times the time")


def sql(recorders, args):
    make_tape(recorders, args.events)
    zstd = statistics.median(timed(["zstd", "-dc", recorders.tape])[0]
                             for _ in range(args.rounds))
    print(f"{args.events:10} events, zstd -dc {zstd:.3f} s")
    for query in QUERIES:
        query = query.format(end=2 * args.events - 1000)
        runs = [timed([recorders.analyze, "sql", recorders.tape, query])
                for _ in range(args.rounds)]
        seconds = statistics.median(run[0] for run in runs)
        print(f"{seconds:8.3f} s = {seconds / zstd:5.1f} times, "
              f"{mib(max(run[1] for run in runs))} of memory: {query}", flush=True)


def find_tape(recorders, events):
    """A tape of at least so many events; how many."""
    find = "find /usr -xdev -size +1000G >/dev/null 2>&1"
    seen, rounds = 0, 1
    while seen < events:
        subprocess.run([recorders.rec, "-q", "-o", recorders.tape, "--", "sh", "-c",
                        f"for i in $(seq {rounds}); do {find}; done"], check=True)
        told = subprocess.run([recorders.analyze, "info", "--json", recorders.tape], check=True,
                              stdout=subprocess.PIPE).stdout
        seen = json.loads(told)["syscalls"]
        rounds = max(rounds + 1, rounds * events // seen + 1)
    return seen


def held(times, aim):
    return "" if not aim else "held" if times <= aim else "NOT HELD"


def words_of(verb, tape, duration, work):
    """The arguments of analyze, and what it shows of them."""
    begin, end = duration * 0.98, duration * 0.99
    given = {"tape": tape, "count": COUNT, "group": GROUP, "out": os.path.join(work, "out")}
    spans = {"{part}": f"--time={begin:.3f}..{end:.3f}", "{early}": f"--time=0..{end - begin:.3f}"}
    words = [spans.get(word, word) for word in verb.split()]
    words = [word.format(**given) if word.startswith("{") else word for word in words]
    if tape not in words:
        words.append(tape)
    return words, " ".join(w for w in words if w != tape).replace(work + "/", "")


class Beside:
    """Runs, each beside one of `zstd -dc`: of a machine that is not quiet only the ratio holds."""

    def __init__(self, rounds, tapes):
        self.rounds, self.tapes = rounds, tapes

    def measure(self, command, allowed=(0,), clear=None):
        """The medians of a command, and how many times that of zstd its time and its CPU time
        are."""
        zstd, runs = [], []
        for _ in range(self.rounds):
            if clear and os.path.exists(clear):
                os.unlink(clear)
            zstd.append([timed(["zstd", "-dc", tape]) for tape in self.tapes])
            runs.append(timed(command, allowed))
        seconds = statistics.median(r.seconds for r in runs)
        cpu = statistics.median(r.cpu for r in runs)
        return (Run(seconds, max(r.memory for r in runs), cpu),
                seconds / statistics.median(sum(r.seconds for r in z) for z in zstd),
                cpu / statistics.median(sum(r.cpu for r in z) for z in zstd))


def verbs(recorders, args, work):
    if args.tape:
        recorders.tape = os.path.abspath(args.tape)
    else:
        find_tape(recorders, args.verb_events)
    tape = recorders.tape
    told = json.loads(subprocess.run([recorders.analyze, "info", "--json", tape], check=True,
                                     stdout=subprocess.PIPE).stdout)
    there = subprocess.run([recorders.analyze, "--help"], check=True, stdout=subprocess.PIPE,
                           text=True).stdout
    beside = Beside(args.rounds, [tape])
    z = statistics.median(timed(["zstd", "-dc", tape])[0] for _ in range(args.rounds))
    print(f"{told['syscalls']} calls, {mib(os.path.getsize(tape))}: zstd -dc {z:.3f} s")
    print(f"{'verb':40} {'seconds':>8} {'times':>6} {'aim':>4} {'CPU':>6} {'ns/call':>8}  memory")
    missed = 0
    for verb, aim in VERBS:
        words, shown = words_of(verb, tape, told["duration"] / 1e9, work)
        if not re.search(rf"^  {words[0]} ", there, re.M) or \
                (words[0] == "export" and words[2] not in there):
            continue
        clear = words[words.index("-o") + 1] if "-o" in words else None
        # scan says what it found by its status.
        allowed = (0, 1) if words[0] == "scan" else (0,)
        took, times, cpu = beside.measure([recorders.analyze, *words], allowed, clear)
        missed += bool(aim) and times > aim
        print(f"{shown[:40]:40} {took.seconds:8.3f} {times:6.2f} {aim or '':>4} {cpu:6.2f} "
              f"{took.seconds / told['syscalls'] * 1e9:8.0f}  {mib(took.memory):12} "
              f"{held(times, aim)}", flush=True)
    return missed


def diff_of(recorders, args, what, tapes):
    took, times, cpu = Beside(args.rounds, tapes).measure([recorders.analyze, "diff", *tapes],
                                                          (0, 1))
    told = json.loads(subprocess.run([recorders.analyze, "diff", "--json", *tapes], check=False,
                                     stdout=subprocess.PIPE).stdout)
    sizes = " and ".join(mib(os.path.getsize(tape)) for tape in tapes)
    print(f"{what}, {sizes}: analyze diff {took.seconds:.3f} s = {times:.2f} times zstd -dc of both "
          f"(CPU: {cpu:.2f}), aim {COMPARES}, {held(times, COMPARES)}, {mib(took.memory)} of memory; {told['verdict']}, "
          f"{len(told['findings'])} findings", flush=True)
    return times > COMPARES


def diff(recorders, args, work):
    second = os.path.join(work, "second.zst")
    find_tape(recorders, 1)
    told = subprocess.run([recorders.analyze, "info", "--json", recorders.tape], check=True,
                          stdout=subprocess.PIPE).stdout
    rounds = max(1, DIFF_EVENTS // json.loads(told)["syscalls"])
    command = f"for i in $(seq {rounds}); do find /usr -xdev -size +1000G >/dev/null 2>&1; done"
    for tape in recorders.tape, second:
        subprocess.run([recorders.rec, "-q", "-o", tape, "--", "sh", "-c", command], check=True)
    missed = diff_of(recorders, args, f"{rounds} times find", (recorders.tape, second))

    # Piece by piece: what this program has at its peak counts for all that it runs.
    source, piece = os.path.join(work, "source"), bytearray(i * i >> 8 & 0xff for i in range(1 << 20))
    last = bytearray(piece)
    for tape in recorders.tape, second:
        with open(source, "wb") as f:
            for _ in range((DIFF_BYTES >> 20) - 1):
                f.write(piece)
            f.write(last)
        subprocess.run([recorders.rec, "-q", "-o", tape, "--", "dd", f"if={source}",
                        f"of={work}/copy", "bs=4096", "status=none"], check=True)
        last[-100] ^= 1
    return missed + diff_of(recorders, args, "a copy, a byte near its end differs",
                            (recorders.tape, second))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", metavar="BUILD_DIR")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", help="this program; repeatable")
    parser.add_argument("--part", action="append",
                        choices=("record", "select", "analyze", "sql", "diff", "verbs"),
                        help="repeatable; default: all")
    parser.add_argument("--verb-events", type=int, default=VERB_EVENTS)
    parser.add_argument("--tape", help="for verbs: this one, instead of recording one")
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--times", type=int, default=10, help="1: no larger tape")
    args = parser.parse_args()
    cpu = re.search(r"model name\s*: (.*)", open("/proc/cpuinfo", encoding="ascii").read())
    print(f"{os.uname().release}, {os.cpu_count()} CPUs, {cpu[1] if cpu else 'unknown CPU'}, "
          f"medians of {args.rounds}")
    work, missed = tempfile.mkdtemp(prefix="systape-bench-"), 0
    try:
        recorders = Recorders(args.build, work)
        if not args.part or "record" in args.part:
            record(recorders, args, work)
        if not args.part or "select" in args.part:
            select(recorders, args)
        if not args.part or "analyze" in args.part:
            analyze(recorders, args)
        if not args.part or "sql" in args.part:
            sql(recorders, args)
        if not args.part or "diff" in args.part:
            missed += diff(recorders, args, work)
        if not args.part or "verbs" in args.part:
            missed += verbs(recorders, args, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
