#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `analyze state --at` says of processes is what the kernel said of them at that call: of a
program that does all there is to do at random, and of usual programs."""
import json
import os

import state_kernel as kernel
import suite
from harness import say

SEEDS, STEPS = 4, 120


class Dump:
    """What a process said of itself."""

    def __init__(self, head):
        _, pid, self.marker = head.split(" ")
        self.pid = int(pid)
        self.cwd = self.root = self.exe = ""
        self.status, self.fds, self.maps = {}, {}, []

    def take(self, line):
        word, _, rest = line.partition(" ")
        if word in ("cwd", "root", "exe"):
            setattr(self, word, rest)
        elif word == "status":
            key, _, value = rest.partition(":")
            self.status[key] = value.strip()
        elif word == "fd":
            number, _, link = rest.partition(" ")
            self.last = self.fds[int(number)] = (link, [])
        elif word == "info":
            self.last[1].append(rest)
        elif word == "map":
            self.maps.append(rest)


def dumps(path):
    found = []
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        for line in f.read().split("\n"):
            if line.startswith("dump "):
                found.append(Dump(line))
            elif line and line != "end":
                found[-1].take(line)
    return found


class StateAt(suite.TapeTest):
    def state(self, tape, place, *options):
        return json.loads(self.bench.ask("state", "--at", str(place), "--json", *options, tape))

    def markers(self, tape):
        """(pid, name) -> seq"""
        text = self.bench.ask("export", "--to", "jsonl", "-e", "trace=access,faccessat,faccessat2",
                              tape)
        found = {}
        for line in text.splitlines():
            event = json.loads(line)
            if event["type"] == "syscall" and "/marker/" in event["text"]:
                found[event["pid"], event["text"].split('"')[1]] = event["seq"]
        return found

    def compare_fds(self, dump, process):
        """How many things were compared."""
        ours = {fd["fd"]: fd for fd in process["fds"]}
        self.assertEqual(sorted(dump.fds), sorted(ours))
        count = 0
        for number, (link, info) in dump.fds.items():
            wrong, n = kernel.fd_differs(kernel.Fd(link, info), ours[number])
            self.assertEqual(wrong, [], (dump.marker, number, ours[number]))
            count += n
        return count

    def compare(self, dump, process):
        caught, ignored = kernel.masks(process)
        pairs = [("cwd", dump.cwd, process["cwd"]), ("root", dump.root, process["root"]),
                 ("exe", dump.exe, process["exe"]),
                 ("umask", int(dump.status["Umask"], 8), process["umask"]),
                 ("pgid", int(dump.status["NSpgid"]), process["pgid"]),
                 ("sid", int(dump.status["NSsid"]), process["sid"]),
                 ("ppid", int(dump.status["PPid"]), process["ppid"]),
                 ("caught", int(dump.status["SigCgt"], 16), caught),
                 ("ignored", int(dump.status["SigIgn"], 16), ignored)]
        for what, theirs, ours in pairs:
            self.assertEqual((dump.marker, what, theirs), (dump.marker, what, ours))
        # One that has been joined may not have gone yet.
        self.assertLessEqual(len(process["threads"]), int(dump.status["Threads"]))
        maps = kernel.maps_differ(dump.maps, process["maps"], process["maps_whole"], dump.exe)
        self.assertEqual(maps, [], dump.marker)
        return len(pairs) + len(dump.maps) + self.compare_fds(dump, process)

    def test_random(self):
        count = total = positions = 0
        for seed in range(SEEDS):
            top, log = self.bench.path(f"top{seed}"), self.bench.path(f"log{seed}")
            os.mkdir(top)
            tape, result = self.bench.record(
                [self.prog("state_truth"), log, str(seed), str(STEPS), "0"], cwd=top, timeout=200)
            self.assertEqual(result.status, 0, result)
            places = self.markers(tape)
            for dump in dumps(log):
                place = places[dump.pid, dump.marker]
                with self.subTest(seed=seed, pid=dump.pid, marker=dump.marker, place=place):
                    state = self.state(tape, place, "--pid", str(dump.pid))
                    [process] = state["processes"]
                    total += self.compare(dump, process)
                    positions += sum(fd["position"] is not None for fd in process["fds"])
                    count += 1
        self.assertGreater(count, 30)
        say(f"{count} processes, {total} things compared, {positions} positions among them")


if __name__ == "__main__":
    suite.main()
