#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a tape says of machine and programs, against what their own tools say; and that a tape
which was packed again says the same."""
import json
import os
import platform
import re
import resource
import shutil
import subprocess
import sys

import suite
from harness import run

MIB = 1 << 20
EXECS = 100


def said(*command):
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


class Info(suite.TapeTest):
    def info(self, tape):
        return json.loads(self.bench.ask("info", "--json", tape))

    def record(self, *command, **more):
        tape = self.bench.new_tape()
        result = run([self.bench.rec, "-q", "-o", tape, *command], **more)
        return tape, result

    def test_machine(self):
        tape, _ = self.record("true")
        info = self.info(tape)
        uname = platform.uname()
        self.assertEqual([info[k] for k in ("sysname", "release", "version", "machine")],
                         [uname.system, uname.release, uname.version, uname.machine])
        release = platform.freedesktop_os_release()
        self.assertEqual(info["distribution"], release["PRETTY_NAME"])
        self.assertEqual(info["facts"]["distribution_id"], release["ID"])
        with open("/proc/sys/kernel/randomize_va_space", encoding="ascii") as f:
            self.assertEqual(info["facts"]["aslr"], f.read().strip())
        text = self.bench.ask("info", tape).decode()
        self.assertRegex(text, r"\nused +\d+\.\d+ s user")
        self.assertGreater(info["usage"]["max_rss"], 0)

    def test_process(self):
        env = {"PATH": os.environ["PATH"], "LC_ALL": "C", "MY_TOKEN": "hunter2"}
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        tape, _ = self.record("sh", "-c", "umask 7; true", env=env)
        process = self.info(tape)["process"]
        values = {v["name"]: v.get("value") for v in process["environment"]}
        self.assertEqual((values["LC_ALL"], values["MY_TOKEN"]), ("C", None))
        self.assertEqual(process["uids"], [os.getuid()] * 4)
        self.assertEqual(int(process["limits"]["nofile"]["soft"], 16), soft)
        self.assertEqual(int(process["limits"]["nofile"]["hard"], 16), hard)
        status = dict(line.split(":\t", 1) for line in said("cat", "/proc/self/status").splitlines()
                      if ":\t" in line)
        for name, field in (("cap_effective", "CapEff"), ("no_new_privs", "NoNewPrivs")):
            self.assertEqual(process["facts"][name], status[field])
        for style in ((), ("--markdown",), ("--json",)):
            self.assertNotIn(b"hunter2", self.bench.ask("info", *style, tape))
        self.assertIn(b"MY_TOKEN=hunter2", self.bench.ask("info", "--environment", tape))

    def test_objects(self):
        self.need("readelf")
        tape, _ = self.record("sh", "-c", "ls >/dev/null; true")
        objects = {o["path"]: o for o in self.info(tape)["objects"]}
        names = " ".join(objects)
        for name in ("/ls", "libc.so", "/ld-linux"):
            self.assertIn(name, names)
        for path, o in objects.items():
            found = re.search(r"Build ID: (\w+)", said("readelf", "-n", path))
            self.assertEqual(o["build_id"], found[1] if found else "", path)
            self.assertEqual((o["state"], o["size"]), ("seen", os.stat(path).st_size))
        ls = next(o for path, o in objects.items() if path.endswith("/ls"))
        self.assertEqual(ls["use"], ["executed"])
        if shutil.which("dpkg-query") and ls["package"]:
            self.assertEqual(ls["package_version"],
                             said("dpkg-query", "-W", "-f", "${Version}", ls["package"]))
            self.assertIn(ls["package"], said("dpkg-query", "-S", "*/bin/ls"))

    def test_gone(self):
        """No build-id is given to a file that is another one, or none, by then."""
        for end, state in (("rm", "gone"), ("cp /bin/cat", "changed")):
            program = self.bench.path("program")
            shutil.copy(shutil.which("true"), program)
            tape, _ = self.record("sh", "-c", f"{program}; {end} {program}")
            o = [o for o in self.info(tape)["objects"] if o["path"] == program]
            self.assertEqual([(x["state"], x["build_id"]) for x in o], [(state, "")])

    def test_parts(self):
        """Each part of a recording says what was run until then, and how much of it runs on."""
        self.need("readelf")
        tape = self.bench.path("parts.zst")
        script = "/bin/ls -l /usr/bin /usr/lib >/dev/null; " * 4 + "/bin/cat /dev/null"
        result = run([self.bench.rec, "-q", "-C", "40K", "-o", tape, "sh", "-c", script])
        self.assertEqual((result.status, result.err), (0, b""))
        count = sum(os.path.basename(tape) + "." in n for n in os.listdir(self.dir))
        self.assertGreater(count, 2)
        parts = [{o["path"]: o for o in self.info(f"{tape}.{n}")["objects"]}
                 for n in range(count)]
        for n, objects in enumerate(parts):
            names = " ".join(objects)
            for name in ("/ls", "libc.so", "/ld-linux"):
                self.assertIn(name, names, n)
            for path, o in objects.items():
                found = re.search(r"Build ID: (\w+)", said("readelf", "-n", path))
                # A busy machine may have had no time for it.
                if o["state"] == "seen":
                    self.assertEqual(o["build_id"], found[1] if found else "", path)
            self.assertLessEqual(set(objects), set(parts[-1]))
        self.assertTrue(any("/cat" in path for path in parts[-1]))
        self.assertEqual({o["state"] for o in parts[-1].values()}, {"seen"})

    # What maintainers ask for, and where in info --json it is.
    ASKED = {
        "kernel": ["release", "version", "machine"], "distribution": ["distribution"],
        "CPU": ["cpu", "cpus"], "memory": ["memory_size", "facts.memory_available"],
        "libc": ["libc"], "page size": ["page_size"], "address space": ["facts.aslr"],
        "limits": ["process.limits.nofile.soft", "process.limits.stack.hard"],
        "cgroup": ["process.facts.cgroup", "process.facts.namespaces"],
        "seccomp": ["process.facts.seccomp", "process.facts.no_new_privs"],
        "capabilities": ["process.facts.cap_effective"],
        "command": ["command", "cwd", "process.exe", "process.umask"],
        "users": ["process.uids", "process.gids", "process.groups"],
        "environment": ["process.environment"], "descriptors": ["process.descriptors"],
        "exit": ["wait_status"], "use": ["usage.user_time", "usage.max_rss", "duration"],
        "recorder": ["tool", "options", "payload_limit", "trace_set"],
        "missing": ["complete", "lost", "unreadable", "shortened", "unfinished", "notes"],
        "counts": ["syscalls", "processes", "threads", "signals", "objects_beyond"],
        "time": ["start_realtime", "facts.time_zone"], "tape": ["tape"],
    }
    # Where the machine has it.
    FACTS = {"lsm": "/sys/kernel/security/lsm", "selinux_enforcing": "/sys/fs/selinux/enforce",
             "ptrace_scope": "/proc/sys/kernel/yama/ptrace_scope",
             "hardware": "/sys/class/dmi/id/product_name"}

    def test_all_that_is_asked_for(self):
        tape = self.bench.new_tape()
        result = run([self.bench.rec, "-q", "-o", tape, "-e", "trace=%process,write", "sh", "-c",
                      "exit 3"],
                     env={"PATH": os.environ["PATH"], "LC_ALL": "C", "LANG": "de_DE.UTF-8"})
        self.assertEqual(result.status, 3)
        info = self.info(tape)
        for what, places in self.ASKED.items():
            for place in places:
                at = info
                for key in place.split("."):
                    self.assertIn(key, at, (what, place))
                    at = at[key]
        self.assertEqual(info["wait_status"], 3 << 8)
        locale = {v["name"]: v.get("value") for v in info["process"]["environment"]}
        self.assertEqual((locale["LC_ALL"], locale["LANG"]), ("C", "de_DE.UTF-8"))
        for fact, path in self.FACTS.items():
            try:
                with open(path, encoding="ascii") as f:
                    there = f.read().strip()
            except OSError:
                continue
            self.assertEqual(info["facts"].get(fact, ""), there, fact)
        # The same for people.
        text = self.bench.ask("info", tape).decode()
        for line in ("command", "ended", "used", "kernel", "distribution", "libc", "cpu", "memory",
                     "security", "user", "limits", "cgroup", "namespaces", "environment",
                     "program", "library", "recorder", "kept", "completeness"):
            self.assertRegex(text, f"(?m)^{line} ")

    def test_environments(self):
        """An environment that is the same each time costs next to nothing."""
        loop = f"i=0; while [ $i -lt {EXECS} ]; do /bin/true; i=$((i+1)); done"
        env = {"PATH": os.environ["PATH"]}
        big = env | {f"VARIABLE_{i}": f"/a/path/of/its/own/{i * 7919}" for i in range(60)}
        sizes = [os.path.getsize(self.record("sh", "-c", loop, env=e)[0]) for e in (env, big)]
        raw = sum(len(k) + len(v) + 2 for k, v in big.items()) * EXECS
        self.assertLess(sizes[1] - sizes[0], raw / 8)


class Repack(suite.TapeTest):
    def test_same(self):
        tape = self.bench.new_tape()
        run([self.bench.rec, "-q", "-o", tape, "sh", "-c",
             "for i in 1 2 3 4 5 6 7 8; do ls -l /usr/bin >/dev/null; cat /etc/passwd; done"])
        for options in (("-19",), ("-z", "19", "--long")):
            out = self.bench.path("packed" + "".join(options))
            result = run([self.bench.analyze, "repack", *options, "-o", out, tape])
            self.assertEqual((result.status, result.err), (0, b""))
            self.assertLessEqual(os.path.getsize(out), os.path.getsize(tape))
            for verb in (["print", "-v"], ["export", "--to", "jsonl"], ["info"], ["state"]):
                self.assertEqual(self.bench.ask(*verb, out), self.bench.ask(*verb, tape), verb)
            self.bench.ask("check", out)
            self.bench.readable_by_protoc(out)
            self.assertEqual(run(["zstd", "-tq", out]).status, 0)

    def test_refused(self):
        tape, analyze = self.bench.new_tape(), self.bench.analyze
        run([self.bench.rec, "-q", "-o", tape, "true"])
        with open(tape, "rb") as f:
            whole = f.read()
        torn, out = self.bench.path("torn"), self.bench.path("out")
        with open(torn, "wb") as f:
            f.write(whole[:-200])
        for words, text in (([tape], b"-o FILE"), (["-o", tape, tape], b"exists"),
                            (["-o", out, torn], b"--repair"), (["-99", "-o", out, tape], b"level"),
                            (["-0", "-o", out, tape], b"level"), (["-o", out], b"no tape"),
                            (["-o", out, tape, tape], b"one tape")):
            result = run([analyze, "repack", *words])
            self.assertEqual(result.status, 2, words)
            self.assertIn(text, result.err)
            self.assertFalse(os.path.exists(out), words)
        with open(tape, "rb") as f:
            self.assertEqual(f.read(), whole)

    def test_small(self):
        """The tape of a small program that fails fits into what bug trackers take."""
        tape = self.bench.new_tape()
        source = self.write("bad.c", "#include <nofile.h>\n")
        result = run([self.bench.rec, "-q", "-o", tape, "cc", "-c", source])
        if result.status == 127:
            self.skipTest("no C compiler")
        self.assertLess(os.path.getsize(tape), MIB)


if __name__ == "__main__":
    suite.main()
