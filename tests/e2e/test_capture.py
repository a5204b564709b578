#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The tape holds exactly the bytes that the kernel wrote. Programs make calls with buffers full
of a pattern, see which bytes the kernel changed, and say so (tests/progs/capture.h); here the
same calls are looked up on the tape, and their memory compared: every buffer, at the entry and
at the exit, no byte more and none less."""
import base64

import harness
import suite
import tape as second
from harness import Failure, say

PROGRAMS = ("io", "names", "sockets", "process", "time", "ipc", "misc")
DISTINCT_MIN = 80
# A call may be missing here for these reasons, and for no others.
NOT_HERE = ("ENOSYS", "EPERM", "EACCES", "EOPNOTSUPP", "ENOTTY", "ENODEV", "EADDRNOTAVAIL")
# As which an interrupted call is on the tape: EINTR and the kernel's own.
INTERRUPTED = {-4, -512, -513, -514, -516}
EINTR = -4

FNV_START, FNV_PRIME, MASK = 0xcbf29ce484222325, 0x100000001b3, (1 << 64) - 1


def fnv(data):
    value = FNV_START
    for byte in data:
        value = (value ^ byte) * FNV_PRIME & MASK
    return value


class Side:
    """The bytes of a buffer that belong to the entry or to the exit."""

    def __init__(self, ranges, digest):
        self.hash = int(digest, 16)
        self.offsets = set()
        for item in ranges.split(",") if ranges != "-" else []:
            start, length = map(int, item.split("+"))
            self.offsets.update(range(start, start + length))


class Buffer:
    def __init__(self, text):
        region, size, *sides = text.split(":")
        self.start, self.size = int(region, 16), int(size)
        self.side = {"entry": Side(*sides[:2]), "exit": Side(*sides[2:])}

    def offset(self, address):
        return address - self.start if self.start <= address < self.start + self.size else None


class Call:
    """A line of the program."""

    def __init__(self, line):
        text, _, self.label = line.partition(" # ")
        number, result, args, *buffers = text.split()
        self.number, self.result = int(number), int(result)
        self.args = [int(a, 16) for a in args.split(",")]
        self.buffers = [Buffer(b) for b in buffers]

    def is_told_by(self, o, args):
        """Whether the object of the tape is this call: number, result, every register."""
        same = o["ret"] == self.result or (self.result == EINTR and o["ret"] in INTERRUPTED)
        return o["nr"] == self.number and same and args == self.args


def shown(offsets):
    """{64, 65, 66, 80} -> "64+3 80+1"."""
    runs = []
    for i in sorted(offsets):
        if runs and runs[-1][0] + runs[-1][1] == i:
            runs[-1][1] += 1
        else:
            runs.append([i, 1])
    return " ".join(f"{start}+{length}" for start, length in runs) or "nothing"


def memory_of(o, when):
    """address -> byte of all that the tape has of this call."""
    found = {}
    for m in o["memory"]:
        if m["when"] == when:
            start, data = int(m["address"], 16), base64.b64decode(m.get("data") or "")
            if len(data) != m["length"] and not m.get("unreadable"):
                raise Failure(f"{m['length']} bytes, but {len(data)} kept: {o['text']}")
            found.update(zip(range(start, start + len(data)), data))
    return found


def differences(call, o):
    """What the tape has otherwise than the kernel did it."""
    for when in ("entry", "exit"):
        stray, memory = set(), memory_of(o, when)
        inside = [dict() for _ in call.buffers]
        for address, byte in memory.items():
            at = next(((i, b.offset(address)) for i, b in enumerate(call.buffers)
                       if b.offset(address) is not None), None)
            if at:
                inside[at[0]][at[1]] = byte
            else:
                stray.add(address)
        # What is read elsewhere (paths, vectors) is no matter, but nothing is written there.
        if stray and when == "exit":
            yield f"exit: {len(stray)} bytes outside of all buffers, at {min(stray):#x}"
        for i, (buffer, found) in enumerate(zip(call.buffers, inside)):
            side = buffer.side[when]
            if set(found) != side.offsets:
                yield (f"{when}, buffer {i}: {shown(found)} on the tape, "
                       f"{shown(side.offsets)} by the kernel")
            elif fnv(bytes(found[k] for k in sorted(found))) != side.hash:
                yield f"{when}, buffer {i}: other bytes in {shown(found)}"


class Capture(suite.TapeTest):
    def recorded(self, name):
        """(lines of the program, calls of its tape in order, each with its registers)"""
        tape, result = self.bench.record([self.prog(f"capture_{name}")], ["-s", "all"],
                                         env={"TMPDIR": self.dir})
        if result.status == harness.SKIP:
            return [f"SKIP EPERM # {name}: {result.err.decode().strip()}"], iter(())
        self.assertEqual(result.status, 0, result)
        registers = {e["seq"]: e.get("args") for e in second.read(tape)[2]}
        return (result.out.decode().splitlines(),
                iter([(o, registers[o["seq"]]) for o in self.bench.sound(tape)
                      if o["type"] == "syscall" and o["state"] != "unfinished"]))

    def find(self, call, told):
        """Takes from the tape's calls up to this one."""
        for o, args in told:
            if call.is_told_by(o, args):
                return o
        raise Failure(f"not on the tape: {call.label}, number {call.number}, {call.result}")

    def compare(self, program, equal, wrong, missing):
        lines, told = self.recorded(program)
        self.assertTrue(lines)
        for line in lines:
            word, _, text = line.partition(" ")
            if word == "SKIP":
                reason, _, label = text.partition(" # ")
                self.assertIn(reason, NOT_HERE, line)
                missing.append(f"{label} ({reason})")
                continue
            self.assertEqual(word, "CALL", line)
            call = Call(text)
            o = self.find(call, told)
            problems = "; ".join(differences(call, o))
            if problems:
                wrong[call.label] = f"{call.label}: {problems}"
            else:
                equal.append((o["name"], call.label, len(call.buffers)))

    def test_every_buffer(self):
        equal, wrong, missing = [], {}, []
        for program in PROGRAMS:
            self.compare(program, equal, wrong, missing)
        names = {name for name, _, _ in equal}
        say(f"equal: {len(names)} distinct calls in {len({label for _, label, _ in equal})} ways, "
            f"{len(equal)} times with {sum(n for _, _, n in equal)} buffers")
        say(f"not compared: {', '.join(missing) or 'nothing'}")
        if wrong:
            self.fail("not what the kernel wrote:\n" + "\n".join(wrong.values()))
        self.assertGreaterEqual(len(names), DISTINCT_MIN)


if __name__ == "__main__":
    suite.main()
