# SPDX-License-Identifier: Apache-2.0
"""A second reader of the tape, from doc/trace-format.md and proto/trace.proto alone and
slow: a mistake that the writer and the reader in C share shows as a difference to it.

read(path) gives the events as dicts with the numbers of the file, calls whole: begun and
ended, and the memory of both halves, in one. Memory that did not fit into a call's own
event (DATA) stays an event of its own.
"""
import struct
import subprocess

CALL, BEGUN, END, DATA, FORK, EXEC, SIGNAL, STOP, EXIT = range(1, 10)
NAMES = {CALL: "syscall", DATA: "data", FORK: "fork", EXEC: "exec", SIGNAL: "signal",
         STOP: "stop", EXIT: "exit"}
MASK = (1 << 64) - 1


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7f) << shift
        at += 1
        shift += 7
        if byte < 0x80:
            return value, at


def message(data):
    """field number -> its values, in order: ints, or bytes."""
    found, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            size = {1: 8, 5: 4}[tag & 7]
            value, at = int.from_bytes(data[at:at + size], "little"), at + size
        found.setdefault(tag >> 3, []).append(value)
    return found


def unsigned(field):
    values = []
    for packed in field or []:
        if isinstance(packed, int):
            values.append(packed)
            continue
        at = 0
        while at < len(packed):
            value, at = varint(packed, at)
            values.append(value)
    return values


def signed(field):
    return [v >> 1 ^ -(v & 1) for v in unsigned(field)]


def fixed(field):
    data = b"".join(field or [])
    return [v for v, in struct.iter_unpack("<Q", data)]


def one(msg, number, default=0):
    return msg.get(number, [default])[-1]


class Columns:
    """A chunk's columns, taken value by value."""

    def __init__(self, msg):
        self.columns = {n: iter(unsigned(msg.get(n))) for n in
                        (6, 7, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19, 20, 22, 23, 25, 26)}
        self.columns.update({n: iter(signed(msg.get(n))) for n in (8, 21, 24)})
        self.columns[13] = iter(fixed(msg.get(13)))
        self.columns.update({n: iter(msg.get(n, [])) for n in (28, 29, 30, 31)})
        self.data, self.used = one(msg, 27, b""), 0
        self.pids, self.tids = unsigned(msg.get(4)), unsigned(msg.get(5))

    def next(self, number):
        return next(self.columns[number])

    def left(self):
        return [n for n, column in self.columns.items() if next(column, None) is not None]

    def memory(self, count, args):
        ranges = []
        for _ in range(count):
            info, address, length, beyond = (self.next(n) for n in (23, 24, 25, 26))
            if 1 <= info >> 2 <= 6:
                address += args[(info >> 2) - 1]
            when = "name" if info >> 2 == 7 else "exit" if info & 1 else "entry"
            ranges.append({"when": when, "address": address & MASK,
                           "data": self.data[self.used:self.used + length],
                           "length": length + beyond, "unreadable": bool(info & 2)})
            self.used += length
        return ranges


def chunk(data):
    """The rows of a chunk, as they are in it."""
    msg = message(data)
    columns = Columns(msg)
    seq, time, rows = one(msg, 2), one(msg, 3), []
    for kind in columns.columns[6]:
        seq += columns.next(7)
        time += columns.next(8)
        task, ranges = columns.next(9), columns.next(10)
        row = {"kind": kind, "seq": seq, "time": time, "pid": columns.pids[task],
               "tid": columns.tids[task]}
        if kind in (CALL, BEGUN):
            row.update(arch=columns.next(11), nr=columns.next(12), ip=columns.next(13),
                       args=[columns.next(n) for n in range(14, 20)])
        if kind in (CALL, END, DATA):
            row["span"] = columns.next(20)
        if kind in (CALL, END):
            row.update(ret=columns.next(21), duration=columns.next(22))
        row.update(small(kind, columns))
        row["memory"] = columns.memory(ranges, row.get("args"))
        rows.append(row)
    if columns.left() or columns.used != len(columns.data):
        raise ValueError(f"values left in columns {columns.left()}, or bytes")
    return rows


def small(kind, columns):
    if kind == FORK:
        m = message(columns.next(28))
        return {"child_pid": one(m, 1), "child_tid": one(m, 2), "fork": one(m, 3)}
    if kind == EXEC:
        m = message(columns.next(29))
        return {"former_tid": one(m, 1), "path": one(m, 2, b""), "argv": one(m, 3, b"")}
    if kind in (SIGNAL, STOP):
        m = message(columns.next(30))
        return {"number": one(m, 1), "info": one(m, 2, b"")}
    if kind == EXIT:
        m = message(columns.next(31))
        return {"status": one(m, 1), "process": bool(one(m, 2))}
    return {}


def whole(rows):
    """Calls in one piece."""
    events, begun = [], {}
    for row in rows:
        kind = row["kind"]
        if kind == END:
            call = begun[row["seq"] - row["span"]]
            call["memory"] += row["memory"]
            call.update(ret=row["ret"], duration=row["duration"], end_seq=row["seq"])
            continue
        if kind == CALL:
            row["end_seq"] = row["seq"] + row["span"]
        if kind in (CALL, BEGUN):
            begun[row["seq"]] = row
            row["kind"] = CALL
        events.append(row)
    return events


def read(path):
    """(header, snapshots, events, trailer); messages by field number."""
    raw = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
    header, snapshots, rows, trailer = None, [], [], None
    for record in message(raw)[1]:
        for number, values in message(record).items():
            if number == 1:
                header = message(values[0])
            elif number == 2:
                snapshots.append(message(values[0]))
            elif number == 3:
                rows += chunk(values[0])
            elif number == 4:
                trailer = message(values[0])
    return header, snapshots, whole(rows), trailer


# Greater numbers are hexadecimal strings in JSON.
EXACT = 1 << 53


def difference(events, objects):
    """What the JSON lines say otherwise than the tape, or None."""
    said = {o["seq"]: o for o in objects if "seq" in o and o["type"] in NAMES.values()}
    for e in events:
        o = said.pop(e["seq"], None)
        if o is None:
            return f"not in the JSON lines: {short(e)}"
        for key, value in expected(e).items():
            if isinstance(value, int) and value > EXACT:
                value = hex(value)
            if o.get(key) != value:
                return f"{key} is {value} on the tape, {o.get(key)} in the JSON line: {short(o)}"
        if e["kind"] == CALL and (problem := call_difference(e, o)):
            return f"{problem}: {short(o)}"
    return f"not on the tape: {short(next(iter(said.values())))}" if said else None


def short(what):
    text = str(what)
    return text if len(text) < 800 else text[:800] + "..."


def expected(e):
    same = {"type": NAMES[e["kind"]], "time": e["time"], "pid": e["pid"], "tid": e["tid"]}
    if e["kind"] == CALL:
        same["nr"] = e["nr"]
    if e["kind"] == CALL and "ret" in e:
        same.update(duration=e["duration"], end_seq=e["end_seq"])
    if e["kind"] == FORK:
        same.update(child_pid=e["child_pid"], child_tid=e["child_tid"],
                    kind=("fork", "vfork", "clone", "thread")[e["fork"]])
    if e["kind"] == EXEC:
        same["former_tid"] = e["former_tid"]
    if e["kind"] == EXIT:
        same["process"] = True if e["process"] else None
        if not e["status"] & 0x7f:
            same["status"] = e["status"] >> 8
    if same.get("process", 0) is None:
        del same["process"]
    return same


# select, mmap and socketcall of 32-bit programs, whose arguments are in memory.
INDIRECT = ((0x40000003, 82), (0x40000003, 90), (0x40000003, 102))
# rt_sigreturn and sigreturn, whose argument is where the stack is.
ON_STACK = ((0xc000003e, 15), (0x40000003, 119), (0x40000003, 173))


def registers(e):
    """The values of the registers, and of two that are next to each other."""
    if (e["arch"], e["nr"]) in ON_STACK:
        return {m["address"] for m in e["memory"]}
    pairs = zip(e["args"], e["args"][1:])
    return {*e["args"], *(n for a, b in pairs for n in (a | b << 32, a << 32 | b))}


def call_difference(e, o):
    # Arguments are told in the order of the notation, and not all of them always.
    for arg in o["args"]:
        if (e["arch"], e["nr"]) not in INDIRECT and int(arg["value"], 16) not in registers(e):
            return f"{arg['name']} is in no register on the tape"
    ours = sorted((m["when"], m["address"], m["length"], len(m["data"])) for m in e["memory"])
    theirs = sorted((m["when"], int(m["address"], 16), m["length"],
                     len(m.get("data") or "") // 4 * 3 - (m.get("data") or "").count("="))
                    for m in o["memory"])
    theirs += [("name", m["fd"], len(m["name"].encode()), len(m["name"].encode()))
               for m in o.get("made", ())]
    ours, theirs = sorted(ours), sorted(theirs)
    return None if ours == theirs else short(f"memory: tape {ours}, JSON {theirs}")
