#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the corpus anew from what real programs do: corpus.py REC PROGS, with the directory
of the programs of tests/progs. Files of other names stay."""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))
import tape  # noqa: E402

WHOLE_TAPES = {"true": ["true"], "crash": ["./die", "segv"], "threads": ["./exec_non_leader"],
               "signals": ["./sigqueue"]}
CALLS_OF = ("clone3_fork", "efault", "exec_args", "files", "getsockopt_len", "handler_calls",
            "i386", "int80", "leader_exits_first", "machine", "memory", "mmsg", "null_pointers",
            "odd_numbers", "partial_iov", "polling", "recvmsg_name", "scm_rights", "sigtstp",
            "sockets", "vfork_exec", "wait_codes")
COMMAND_LINES = {
    "rec": (
        "-o t.zst -s 64K -q -z 19 -- true -x", "-p 1,2 -p 3 -e trace=%file,!read", "--help",
        "-e !/^(open|stat).*$ -E A=b -E PATH -u nobody cmd", "-C 10M -W 10 -o t cmd", "--version",
        "--max-size=1G --max-time=2.5m --max-events=1000 cmd", "--ring 10M --ring-on-failure cmd",
        "--payload=all --level=7 --trace=network --output=- cmd", "-s 18446744073709551615 cmd"),
    "print": (
        "-tt -T -yy -s 1000 -e trace=%file -Z t.zst", "--pid=1,2 --time=1.5..2 -ttt -r -n -i",
        "-e status=failed,unfinished -e signal=!SIGCHLD,10 -e quiet=exit,attach -qq",
        "-P /etc/hosts -P /tmp -X raw -a 60 -x -xx -v -f -z -o out",
        "--timestamps=unix,us --syscall-times=us --strings-in-hex=non-ascii --decode-fds=path",
        "--const-print-style=verbose --time=..5 --quiet=all --status=successful --signal=none"),
    "choice": (
        "trace=%file,%process", "!read,write,?nothing", "/^(open|close)", "all", "none", "t=!!0,1",
        "%network,/x$,400", "!%desc,memory,%%stat,%clock"),
}
JOURNALS_OF = ("sigqueue", "exec_non_leader", "clone3_fork")
ARCHS = (0xc000003e, 0x40000003, 0xc00000b7)
JOURNAL_HEAD, JOURNAL_INPUT = 4096, 8000
INPUT_MAX, SMALL_MAX, RANGES_MAX, ALIKE_MAX, NUMBERS = 4000, 8000, 255, 2, 470


class Studio:
    """Records in a directory and on a host that say nothing of where it was done."""

    def __init__(self, rec, progs):
        self.progs, self.dir = progs, tempfile.mkdtemp(prefix="tape-")
        with open(os.path.join(self.dir, "key"), "wb") as f:
            f.write(b"AKIAIOSFODNN7EXAMPLE\n")
        shutil.copy(rec, os.path.join(self.dir, "rec"))

    def record(self, command, options=("-s", "16"), environment=()):
        if command[0].startswith("./"):
            shutil.copy(os.path.join(self.progs, command[0]), self.dir)
        script = 'hostname example; exec rec -q -o x.zst "$@"'
        subprocess.run(["env", "-i", f"PATH={self.dir}:/usr/bin:/bin", "HOME=/", *environment,
                        "unshare", "-u", "sh", "-c", script, "sh", *options, *command],
                       cwd=self.dir, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       check=False)
        with open(os.path.join(self.dir, "x.zst"), "rb") as f:
            return f.read()

    def journal(self, program):
        """What is left when the recorder is killed behind a program."""
        shutil.copy(os.path.join(self.progs, program), self.dir)
        self.record(["sh", "-c", f"./{program} >/dev/null; kill -9 $PPID"])
        with open(os.path.join(self.dir, "x.zst.journal"), "rb") as f:
            return f.read()


def records(data):
    raw = subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE, check=True).stdout
    return tape.message(raw)[1]


def chunks(data):
    """The rows of each chunk."""
    return [tape.chunk(chunk) for record in records(data)
            for chunk in tape.message(record).get(3, [])]


# ---- the form that events.c reads ----

def number(n):
    return bytes([(n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "little")


def signed(n):
    return number((n << 1 ^ n >> 63) & tape.MASK)


def counted(data):
    return number(len(data)) + data


def call(e):
    arch = e.get("arch", 0)
    out = bytes([ARCHS.index(arch) if arch in ARCHS else 3]) + number(e.get("nr", 0))
    out += number(e.get("ip", 0)) + b"".join(map(number, e.get("args", [0] * 6)))
    out += signed(e.get("ret", 0)) + number(e.get("duration", 0))
    out += bytes([1 if "ret" in e else 0])
    return out + number(e.get("span", 0))


def small(e):
    if e["kind"] == tape.FORK:
        return number(e["child_pid"]) + number(e["child_tid"]) + bytes([e["fork"], 0])
    if e["kind"] == tape.EXEC:
        return number(e["former_tid"]) + counted(e["path"]) + counted(e["argv"])
    if e["kind"] in (tape.SIGNAL, tape.STOP):
        return bytes([not e["info"]]) + number(e["number"]) + e["info"]
    return bytes([not e["process"]]) + number(e["status"])


def memory(m, args):
    argument = args.index(m["address"]) + 1 if m["address"] in args else 0
    out = bytes([(m["when"] == "exit") | m["unreadable"] << 1 | argument << 2])
    if not argument:
        out += number(m["address"])
    return out + number(m["length"] - len(m["data"])) + counted(m["data"])


def event(e, before):
    kind = e["kind"]
    out = bytes([kind - 1]) + number(max(0, e["seq"] - before.get("seq", 0)))
    out += signed(e["time"] - before.get("time", 0)) + number(e["pid"]) + number(e["tid"])
    out += call(e) if kind <= tape.DATA else small(e)
    ranges = e["memory"][:RANGES_MAX]
    args = e.get("args", []) if kind <= tape.DATA else []
    return out + bytes([len(ranges)]) + b"".join(memory(m, args) for m in ranges)


def inputs(head, events):
    """Inputs of a few thousand bytes, which all begin with @head."""
    out, before = head, {}
    for e in events:
        more = event(e, before)
        if len(out) + len(more) > INPUT_MAX and out != head:
            yield out
            out, more = head, event(e, {})
        out += more
        before = e
    yield out


def as_events(data):
    """As tape.c makes chunks of them."""
    out, before = b"", {}
    for rows in chunks(data):
        out += number(len(rows) - 1)
        for row in rows:
            out += event(row, before)
            before = row
        out += number(0) + b"\0"
    return out


# ---- files ----

def write(target, name, data):
    directory = os.path.join(HERE, "corpus", target)
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, name), "wb") as f:
        f.write(data)


def write_tape(name, data):
    write("reader", name, data)
    write("repair", name, b"\0" + data)


def write_tapes(tapes):
    for name, data in tapes.items():
        write_tape(f"{name}.zst", data)
    true, damaged = tapes["true"], bytearray(tapes["threads"])
    damaged[len(damaged) * 2 // 3] ^= 0x55
    write_tape("damaged.zst", damaged)
    write_tape("cut-in-chunk.zst", true[:len(true) * 2 // 3])
    write_tape("cut-in-seek-table.zst", true[:-5])
    write_tape("two.zst", true + tapes["signals"])
    write("reader", "no-tape.zst", subprocess.run(
        ["zstd", "-qc"], input=b"hello\n", stdout=subprocess.PIPE, check=True).stdout)
    write("reader", "no-tape.txt", b"hello\n")


def write_codec(tapes):
    kinds = {1: "header", 2: "snapshot", 3: "chunk", 4: "trailer"}
    for name, data in tapes.items():
        for record in records(data):
            write("codec", f"{name}-{kinds[min(tape.message(record))]}", record)


def write_chunks(tapes):
    for name, data in tapes.items():
        out = as_events(data)
        write("stream", name, b"\0" + out)
        write("repair", name, b"\1" + out)


def write_journals(journals):
    """The first entries of the first slot, and the head: format/container/journal_priv.h."""
    for name, data in journals.items():
        entries, at = data[JOURNAL_HEAD + 16:], 0
        while at < JOURNAL_INPUT:
            at += struct.unpack_from("=I", entries, at)[0] or JOURNAL_INPUT
        write("recovery", f"{name}-entries", b"\0\x08" + entries[:at])
        write("recovery", f"{name}-file", data[:28] + b"a tape's number\0" +
              data[44:JOURNAL_HEAD + 1024])


def every_call():
    """Calls of each number, whose arguments all point to a few bytes that may be pointers to
    the same, or lengths."""
    place = 0x1000
    data = struct.pack("<4Q", place, 2, place, 1)
    for nr in range(NUMBERS):
        yield {"kind": tape.CALL, "seq": 2 * nr + 1, "time": nr, "pid": 1, "tid": 1, "ip": place,
               "arch": ARCHS[0], "nr": nr, "args": [place] * 6, "ret": 4, "duration": 1, "span": 1,
               "memory": [{"when": when, "address": place, "data": data, "length": len(data),
                           "unreadable": False} for when in ("entry", "exit")]}


def some_calls(tapes):
    """Of calls that are alike, the first few."""
    seen = {}
    for data in tapes:
        for e in tape.whole([row for rows in chunks(data) for row in rows]):
            alike = (e["kind"], e.get("arch"), e.get("nr"), e.get("ret", 0) < 0)
            seen[alike] = seen.get(alike, 0) + 1
            if seen[alike] <= ALIKE_MAX:
                yield e


def write_events(name, events):
    options, header = b"\0\0\0", number(10 ** 18) + number(16) + counted(b"example") * 2
    ends = number(1) + counted(b"true\0") + number(10 ** 9) + number(0x8b) + b"\0" + counted(b"")
    head = options + header + counted(b"true\0") + counted(b"/") + ends
    for i, data in enumerate(inputs(head, events)):
        write("print", f"{name}-{i:02}", data)
    was_there = number(1) + number(0) + counted(b"/home") + counted(b"/") + counted(b"/dev/null")
    for i, data in enumerate(inputs(b"\2" + was_there, events)):
        write("state", f"{name}-{i:02}", data)
    calls = [e for e in events if e["kind"] == tape.CALL and e["arch"] == ARCHS[0]]
    for i, data in enumerate(inputs(b"\0" + number(64) + number(128 << 10), calls)):
        write("capture", f"{name}-{i:02}", data)


# ---- two tapes, and one with secrets: fuzz_diff.c and fuzz_redact.c say in which form ----

FILE, EVENTS, RECORDS = range(3)
EDITED, RULED, LEARNED, ALL, BEHIND = (1 << n for n in range(2, 7))
SECRETS = ('read key <key; TOKEN=$key cat key >copy; echo "password=bluebird" >&2; rm copy',
           'read key <key; TOKEN=$key cat key >other; echo "password=hunter2" >&2; exit 3')


def as_records(data):
    return b"".join(struct.pack("<H", len(r)) + r for r in records(data) if len(r) < 1 << 16)


def write_pairs(pairs):
    """The larger ones in few forms: the corpus is read again for every test."""
    for name, (a, b) in pairs.items():
        write("diff", f"{name}-file", bytes([FILE | LEARNED]) + counted(a) + b)
        edits = b"".join(struct.pack("<HB", 37 * n, n) for n in range(9, 40))
        write("diff", f"{name}-edited",
              bytes([RECORDS | EDITED | RULED]) + counted(as_records(a)) + edits)
        if len(as_records(a)) < SMALL_MAX:
            write("diff", f"{name}-behind", bytes([FILE | BEHIND | LEARNED]) + counted(a) + b)
            write("diff", f"{name}-events", bytes([EVENTS]) + counted(as_events(a)) + as_events(b))
            write("diff", f"{name}-records",
                  bytes([RECORDS | RULED | ALL]) + counted(as_records(a)) + as_records(b))


def write_secrets(name, data):
    for level, (form, made) in enumerate(((FILE, data), (EVENTS, as_events(data)),
                                          (RECORDS, as_records(data)))):
        write("redact", f"{name}-level-{level}", bytes([0x80 | form + 3 * level]) + made)
    write("redact", f"{name}-records", bytes([0x80 | RECORDS]) + as_records(data))


def write_command_lines():
    for whose, (program, lines) in enumerate(COMMAND_LINES.items()):
        for i, line in enumerate(lines):
            words = "".join(f"{word}\0" for word in line.split()).encode()
            write("options", f"{program}-{i:02}", bytes([whose]) + words)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    studio = Studio(*sys.argv[1:])
    try:
        tapes = {name: studio.record(command) for name, command in WHOLE_TAPES.items()}
        journals = {name: studio.journal(name) for name in JOURNALS_OF}
        secrets = [studio.record(["sh", "-c", text], (), ("KEY=bluebird",)) for text in SECRETS]
        others = [studio.record([f"./{name}"]) for name in CALLS_OF]
    finally:
        shutil.rmtree(studio.dir)
    write_tapes(tapes)
    write_journals(journals)
    write_codec(tapes)
    write_chunks(tapes)
    write_pairs({"same": (tapes["true"], tapes["true"]), "signals": (tapes["crash"], tapes["signals"]),
                 "shell": secrets})
    write_secrets("shell", secrets[0])
    write_secrets("threads", tapes["threads"])
    write_events("real", list(some_calls([*tapes.values(), *others])))
    write_events("every-number", list(every_call()))
    write_command_lines()


if __name__ == "__main__":
    main()
