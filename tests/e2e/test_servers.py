#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Servers as Debian has them, under load: started under rec, and attached to and let go of.
Who is not installed is skipped."""
import glob
import os
import re
import signal
import socket
import subprocess
import unittest

import harness
import suite
from harness import Failure, run, wait_for

MEMORY_MAX = 64 << 20  # of rec itself
SCALE = 10 if os.environ.get("SYSTAPE_LONG") else 1


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def field(pid, name):
    """None: it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as f:
            return next(line.split()[1] for line in f if line.startswith(name + ":"))
    except (FileNotFoundError, ProcessLookupError):
        return None


def size(path):
    try:
        return os.path.getsize(path)
    except FileNotFoundError:
        return 0


class Server:
    """What all of them have in common."""

    def setUp(self):
        super().setUp()
        os.chmod(self.dir, 0o777)
        self.port = free_port()
        self.env = dict(os.environ, LC_ALL="C")

    def start(self, command):
        child = subprocess.Popen(command, cwd=self.dir, env=self.env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(child.wait)
        self.addCleanup(lambda: child.poll() is None and harness.kill_descendants(child.pid))
        self.addCleanup(lambda: child.poll() is None and child.kill())
        wait_for(lambda: child.poll() is not None or listens(self.port), "the server listens")
        self.assertIsNone(child.poll(), "the server has ended")
        return child

    def small(self, pid):
        peak = int(field(pid, "VmHWM")) * 1024
        print(f"peak resident set of rec: {peak / (1 << 20):.1f} MiB")
        if not self.bench.sanitized():
            self.assertLess(peak, MEMORY_MAX)

    def both_said(self):
        """What the clients get, bare and recorded, and how the server ends."""
        bare = self.start(self.command())
        said = [self.client(), self.stop(bare)]
        self.port = free_port()
        tape = self.bench.new_tape()
        rec = self.start(self.bench.command(tape, self.command()))
        again = self.client()
        self.small(rec.pid)
        # A supervisor knows the number of rec alone.
        self.assertEqual(said, [again, self.stop(rec)])
        return tape

    def stop(self, child):
        """By the signal that is the server's own."""
        child.send_signal(self.ends_by)
        return child.wait(60)

    def test_recorded(self):
        tape = self.both_said()
        objects = self.bench.sound(tape)
        names = {o.get("name") for o in objects}
        self.assertTrue({"accept", "accept4"} & names, names)

    def take_hold(self, child, load):
        """rec, which has all processes of the server. One of them may end just before, which rec
        refuses: then once more, as long as the load lasts."""
        while load.poll() is None:
            tape = self.bench.new_tape()
            pids = ",".join(map(str, {child.pid} | harness.descendants(child.pid)))
            rec = subprocess.Popen([self.bench.rec, "-q", "-o", tape, "-p", pids],
                                   stderr=subprocess.PIPE)
            self.addCleanup(rec.stderr.close)
            self.addCleanup(rec.kill)
            wait_for(lambda r=rec, t=tape: r.poll() is not None or size(t) > 20000 or
                     load.poll() is not None, "some tape")
            if rec.poll() is None:
                return tape, rec
            self.assertRegex(rec.stderr.read(), b"no such process|it has ended")
        return None, None

    def let_go(self, child, rec):
        self.small(rec.pid)
        rec.send_signal(signal.SIGINT)
        self.assertEqual(rec.wait(60), 0)
        for pid in {child.pid} | harness.descendants(child.pid):
            self.assertIn(field(pid, "TracerPid"), ("0", None))

    def under_load(self, child):
        """The tapes; None when the load has ended too early to say anything."""
        load = subprocess.Popen(self.lasting_load(), cwd=self.dir, env=self.env,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(load.stdout.close)
        tapes = []
        for _ in range(2):
            tape, rec = self.take_hold(child, load)
            if rec:
                self.let_go(child, rec)
                tapes.append(tape)
        lasted = load.poll() is None
        out = load.communicate(timeout=100)[0].decode()
        self.assertEqual(load.returncode, 0, out)
        self.assertRegex(out, self.all_served)
        return tapes if lasted and len(tapes) == 2 else None

    def test_attached(self):
        """Twice taken hold of and let go under load: no request fails."""
        child = self.start(self.command())
        tapes = next(filter(None, (self.under_load(child) for _ in range(5))), None)
        self.assertIsNotNone(tapes, "the load has always ended too early")
        for tape in tapes:
            self.bench.sound(tape)
        self.stop(child)


@unittest.skipUnless(harness.have("nginx") and harness.have("curl") and harness.have("ab"),
                     "nginx, curl or ab is not installed")
class Nginx(Server, suite.TapeTest):
    ends_by = signal.SIGQUIT
    all_served = r"Failed requests: +0\n"

    def command(self):
        self.write("index.html", "fine\n" * 1000)
        user = "user root;" if os.geteuid() == 0 else ""
        conf = self.write("nginx.conf", f"""{user} daemon off; worker_processes 2; pid nginx.pid;
error_log error.log; events {{}} http {{ access_log off; server {{ listen 127.0.0.1:{self.port};
root {self.dir}; }} client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f;
uwsgi_temp_path u; scgi_temp_path s; }}""")
        return ["nginx", "-p", self.dir, "-c", conf]

    def load(self):
        return ["ab", "-q", "-n", str(400 * SCALE), "-c", "8", self.url("index.html")]

    def lasting_load(self):
        return ["ab", "-q", "-t", "4", "-n", "1000000", "-c", "8", self.url("index.html")]

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def client(self):
        load = run(self.load())
        self.assertRegex(load.out.decode(), self.all_served)
        return [run(["curl", "-s", "-w", "%{http_code}", self.url(name)]).out
                for name in ("index.html", "nothing")]


@unittest.skipUnless(harness.have("redis-server") and harness.have("redis-benchmark"),
                     "redis is not installed")
class Redis(Server, suite.TapeTest):
    ends_by = signal.SIGTERM
    all_served = r'"SET","[\d.]+"[^"]'

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", self.dir,
                "--save", "", "--appendonly", "yes"]

    def load(self, count=800 * SCALE):
        return ["redis-benchmark", "-p", str(self.port), "-n", str(count), "-c", "10", "-t",
                "set,get,lpush", "--csv"]

    def lasting_load(self):
        return self.load(60000)

    def client(self):
        # It listens before it has read its file.
        wait_for(lambda: run(["redis-cli", "-p", str(self.port), "ping"]).out == b"PONG\n", "PONG")
        load = run(self.load())
        self.assertEqual(load.status, 0, (load.out, load.err))
        script = ["FLUSHALL", "SET a b", "GET a", "INCR n", "LRANGE nothing 0 -1", "BGREWRITEAOF"]
        return run(["redis-cli", "-p", str(self.port)], stdin="\n".join(script).encode()).out


def postgres_programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    return os.path.dirname(found[-1]) if found else None


@unittest.skipUnless(postgres_programs(), "postgresql is not installed")
class Postgres(Server, suite.TapeTest):
    ends_by = signal.SIGINT
    all_served = r"number of failed transactions: 0"

    def setUp(self):
        super().setUp()
        self.programs = postgres_programs()
        # It refuses to run as root.
        self.become = (["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
                       if os.geteuid() == 0 else [])
        data = self.bench.path("data")
        made = run([*self.become, f"{self.programs}/initdb", "-D", data, "-U", "tester", "-A",
                    "trust", "--no-sync"], env=self.env)
        self.assertEqual(made.status, 0, made)

    def command(self):
        return [*self.become, f"{self.programs}/postgres", "-D", self.bench.path("data"), "-p",
                str(self.port), "-k", "", "-h", "127.0.0.1", "-F"]

    def ask(self, *arguments):
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "tester"]
        result = run([f"{self.programs}/{arguments[0]}", *where, *arguments[1:], "postgres"],
                     env=self.env)
        if result.status != 0:
            raise Failure(str(result))
        return result.out.decode()

    def start(self, command):
        child = super().start(command)
        ready = [f"{self.programs}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        wait_for(lambda: run(ready).status == 0, "postgres is ready")
        self.ask("pgbench", "-i", "-q")
        return child

    def lasting_load(self):
        return [f"{self.programs}/pgbench", "-h", "127.0.0.1", "-p", str(self.port), "-U", "tester",
                "-c", "4", "-T", "4", "postgres"]

    def client(self):
        said = self.ask("pgbench", "-c", "4", "-t", str(10 * SCALE))
        self.assertRegex(said, self.all_served)
        table = self.ask("psql", "-c", "select count(*) from pgbench_history")
        return [table, re.findall(r"actually processed: (.*)", said)]


if __name__ == "__main__":
    suite.main()
