#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`analyze sql`, `export --to sqlite` and `--to csv`: the same answers as from the JSON lines, by
other people's readers; and every statement of the cookbook, so that it stays true."""
import csv
import io
import json
import os
import re
import signal
import sqlite3
import subprocess

import suite
from harness import run

COOKBOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../doc/cookbook-sql.md")
SCRIPT = r"""
echo keep > victim
cat victim victim >/dev/null
rm victim
echo sorry >&2
python3 -S -c '
import socket
for i in range(3):
    try: socket.create_connection(("127.0.0.1", 1))
    except OSError: pass
'
ls /nonexistent
exec 7</dev/null
(kill -SEGV $BASHPID)
exit 3
"""


class Sql(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.need("bash", "python3")
        self.tape, result = self.bench.record(["bash", "-c", SCRIPT], cwd=self.dir)
        self.assertEqual(result.status, 3, result)
        self.calls = [o for o in self.bench.objects(self.tape) if o["type"] == "syscall"]

    def sql(self, *statements, **more):
        return json.loads(self.bench.ask("sql", "--json", self.tape, *statements, **more))

    def refused(self, statement, words):
        result = run([self.bench.analyze, "sql", self.tape, statement])
        self.assertEqual((result.status, result.out), (2, b""), result)
        self.assertIn(words, result.err.decode())
        self.assertEqual(result.err.count(b"\n"), 1)

    # ---- the tables against the JSON lines ----

    def test_calls_equal_json_lines(self):
        rows = self.sql("SELECT * FROM syscalls")
        same = ("seq", "end_seq", "time", "duration", "pid", "tid", "arch", "nr", "name", "ret",
                "error", "state", "text")
        self.assertEqual([{k: o[k] for k in same} for o in self.calls],
                         [{k: o[k] for k in same} for o in rows])
        cheap = self.sql("SELECT seq, end_seq, time, duration, pid, tid, arch, nr, name, ret, "
                         "error, state FROM syscalls")
        self.assertEqual(cheap, [{k: o[k] for k in same[:-1]} for o in rows])

    def test_memory_equals_json_lines(self):
        wanted = [(o["seq"], m["when"], int(m["address"], 16), m["length"], m["data"])
                  for o in self.calls for m in o["memory"]]
        rows = self.sql('SELECT * FROM memory')
        self.assertEqual(wanted, [(r["seq"], r["when"], r["address"] if isinstance(
            r["address"], int) else int(r["address"], 16), r["length"], r["data"]) for r in rows])
        joined = self.sql("SELECT count(*) AS n FROM syscalls JOIN memory USING (seq)")
        self.assertEqual(joined, [{"n": len(wanted)}])

    def test_bounds_lose_nothing(self):
        """What is pushed down gives what SQLite would have chosen itself."""
        middle = self.calls[len(self.calls) // 2]
        for where in ("seq = {seq}", "seq >= {seq}", "seq < {seq}", "time > {time} - 0.5",
                      "time BETWEEN {time} AND {time} + 1000000", "pid = {pid}", "tid = {tid}",
                      "name = '{name}'", "nr = {nr}", "error = 'ENOENT'", "error IS NULL",
                      "name IN ('openat', 'read')", "name = 'OPENAT' COLLATE NOCASE",
                      "pid = '{pid}'", "seq = {seq} + 0.0", "seq = {seq} + 0.5", "seq = NULL",
                      "pid = {pid} AND name = '{name}' AND seq <= {seq}"):
            where = where.format(**middle)
            # A sum hides the column from the planner.
            hidden = re.sub(r"\b(seq|time|pid|tid|nr)\b(?= [=<>B])", r"+\1", where)
            hidden = re.sub(r"\b(name|error)\b(?= [=I])", r"coalesce(\1, NULL)", hidden)
            # The affinity of a bare column makes a number of a text; that of a sum does not.
            hidden = re.sub(r"= '(\d+)'", r"= \1", hidden)
            ask = "SELECT seq FROM syscalls WHERE "
            self.assertEqual(self.sql(ask + where), self.sql(ask + hidden), where)

    def test_order_and_joins(self):
        seqs = [r["seq"] for r in self.sql("SELECT seq FROM syscalls ORDER BY seq")]
        self.assertEqual(seqs, sorted(o["seq"] for o in self.calls))
        down = [r["seq"] for r in self.sql("SELECT seq FROM syscalls ORDER BY seq DESC")]
        self.assertEqual(down, seqs[::-1])
        twice = self.sql("SELECT count(*) AS n FROM syscalls a JOIN syscalls b ON a.seq = b.seq "
                         "WHERE a.name = 'read'")
        self.assertEqual(twice, self.sql("SELECT count(*) AS n FROM syscalls WHERE name='read'"))
        # The inner table is asked for ever smaller places.
        back = self.sql("SELECT count(*) AS n FROM (SELECT seq FROM syscalls WHERE name = 'read' "
                        "ORDER BY seq DESC LIMIT 5) x CROSS JOIN syscalls b ON b.seq = x.seq")
        self.assertEqual(back, [{"n": 5}])

    def test_columns_made_from_the_state(self):
        row, = self.sql("SELECT fd, fd_name, bytes, direction FROM syscalls "
                        "WHERE name = 'write' AND bytes = 5 AND fd_name LIKE '%victim'")
        self.assertEqual(row, {"fd": 1, "fd_name": f"{self.dir}/victim", "bytes": 5,
                               "direction": "out"})
        row, = self.sql("SELECT deleted, bytes_in, bytes_out FROM files "
                        f"WHERE path = '{self.dir}/victim'")
        self.assertEqual(row, {"deleted": 1, "bytes_in": 10, "bytes_out": 5})

    def test_what_moved(self):
        """Each way of a call is a row of its own; both names of a rename; and files as the verb
        says them."""
        script = """
import os, socket
d = os.getcwd()
with open("from", "wb") as f: f.write(b"x" * 3000)
i, o = os.open("from", os.O_RDONLY), os.open("to", os.O_WRONLY | os.O_CREAT, 0o600)
os.sendfile(o, i, 0, 1000)
r, w = os.pipe()
os.splice(i, w, 700)
os.rename("from", "other")
os.symlink("other", "short")
os.open("short", os.O_RDONLY)
os.mkfifo("fifo")
"""
        self.tape, result = self.bench.record(["python3", "-S", "-c", script], cwd=self.dir)
        self.assertEqual(result.status, 0, result)
        d = self.dir
        rows = self.sql("SELECT s.name, t.direction, t.bytes, t.name AS file, t.position "
                        "FROM transfers AS t CROSS JOIN syscalls AS s USING (seq) "
                        "WHERE s.name IN ('sendfile', 'splice') ORDER BY 1, 2")
        self.assertEqual([tuple(r.values()) for r in rows],
                         [("sendfile", "in", 1000, f"{d}/from", 0),
                          ("sendfile", "out", 1000, f"{d}/to", 0),
                          ("splice", "in", 700, f"{d}/from", 0),
                          ("splice", "out", 700, rows[3]["file"], None)])
        rows = self.sql("SELECT bytes, direction, fd_name FROM syscalls WHERE name = 'sendfile'")
        self.assertEqual(rows, [{"bytes": 1000, "direction": "both", "fd_name": f"{d}/to"}])
        rows = self.sql("SELECT path, to_path FROM syscalls "
                        "WHERE name IN ('rename', 'symlink') ORDER BY seq")
        self.assertEqual([tuple(r.values()) for r in rows],
                         [(f"{d}/from", f"{d}/other"), (f"{d}/short", "other")])
        rows = self.sql(f"SELECT * FROM files WHERE path LIKE '{d}/%'")
        row = {r["path"][len(d) + 1:]: r for r in rows}
        self.assertEqual((row["from"]["presence"], row["from"]["renamed_to"]),
                         ("gone", f"{d}/other"))
        self.assertEqual((row["from"]["bytes_in"], row["from"]["bytes_out"]), (1700, 3000))
        self.assertEqual(row["to"]["bytes_out"], 1000)
        self.assertEqual(row["other"]["renamed_from"], f"{d}/from")
        self.assertEqual(row["fifo"]["created"], 1)
        fds = self.sql("SELECT bytes_in, bytes_out, calls FROM fds WHERE opened_by = 'openat' "
                       f"AND name = '{d}/from' AND bytes_in > 0")
        self.assertEqual([(r["bytes_in"], r["bytes_out"]) for r in fds], [(1700, 0)])

    def test_processes(self):
        rows = self.sql("SELECT * FROM processes")
        self.assertEqual(rows[0]["status"], 3)
        self.assertEqual(rows[0]["pid"], self.calls[0]["pid"])
        self.assertEqual([r["signal"] for r in rows if r["signal"]], ["SIGSEGV"])
        self.assertEqual(sum(r["calls"] for r in rows), len(self.calls))
        threads = self.sql("SELECT count(*) AS n, sum(calls) AS calls FROM threads")
        self.assertEqual(threads, [{"n": len(rows), "calls": len(self.calls)}])
        self.assertEqual(self.sql("SELECT value FROM tape WHERE key = 'syscalls'"),
                         [{"value": len(self.calls)}])

    def test_descriptors(self):
        shell = self.calls[0]["pid"]
        seven, = self.sql(f"SELECT * FROM fds WHERE fd = 7 AND pid = {shell}")
        self.assertEqual((seven["name"], seven["opened_by"], seven["closed_by"]),
                         ("/dev/null", "dup2", "exit"))
        read = self.sql("SELECT sum(bytes_in) AS n, count(*) AS times FROM fds "
                        "WHERE name LIKE '%/victim' AND opened_by = 'openat' AND bytes_in > 0")
        self.assertEqual(read, [{"n": 10, "times": 2}])
        closed = self.sql("SELECT count(*) AS n FROM fds WHERE opened_by = 'openat' "
                          "AND closed_by = 'close'")[0]["n"]
        opened = self.sql("SELECT count(*) AS n FROM fds WHERE opened_by = 'openat'")[0]["n"]
        self.assertGreater(closed, opened // 2)

    def test_call_that_outlasts_everything(self):
        """Its end is far behind its beginning on the tape; it is one row all the same."""
        self.tape, _ = self.bench.record(
            ["sh", "-c", "dd if=/dev/zero of=/dev/null bs=1 count=30000; true"])
        calls = [o for o in self.bench.objects(self.tape) if o["type"] == "syscall"]
        waits = [o for o in calls if o["name"] == "wait4"]
        ask = "SELECT seq, end_seq, duration, ret, state FROM syscalls WHERE name = 'wait4'"
        rows = self.sql(ask)
        self.assertEqual(rows, [{k: o[k] for k in ("seq", "end_seq", "duration", "ret", "state")}
                                for o in waits])
        self.assertGreater(rows[0]["end_seq"] - rows[0]["seq"], 100000)
        wrote = ("SELECT seq, \"when\", length, data FROM memory JOIN syscalls USING (seq) "
                 "WHERE name = 'wait4'", "SELECT seq, \"when\", length, data FROM memory "
                 f"WHERE seq = {rows[0]['seq']}")
        for statement in wrote:
            self.assertEqual(self.sql(statement), [
                {"seq": o["seq"], **{k: m[k] for k in ("when", "length", "data")}}
                for o in waits[:1 if "=" in statement[-12:] else None] for m in o["memory"]])
        places = [r["seq"] for r in self.sql("SELECT seq FROM memory ORDER BY seq")]
        self.assertEqual(places, sorted(places))
        self.assertEqual(self.sql("SELECT count(*) AS n FROM syscalls"), [{"n": len(calls)}])

    # ---- how it is asked ----

    def test_statements_from_stdin(self):
        text = b".tables\n\nSELECT 1 AS a,\n 'x;y' AS b;\n-- a comment\nSELECT 2 AS c"
        out = self.bench.ask("sql", self.tape, stdin=text).decode()
        self.assertEqual(out, "syscalls\nmemory\nsignals\ntransfers\ntape\nprocesses\nthreads\nfds\nfiles\n"
                              "a  b\n-  ---\n1  x;y\n\nc\n-\n2\n")
        self.assertEqual(self.bench.ask("sql", self.tape, "-", stdin=text).decode(), out)

    def test_tape_from_stdin(self):
        with open(self.tape, "rb") as f:
            data = f.read()
        out = self.bench.ask("sql", "--csv", "-", "SELECT count(*) AS n FROM syscalls "
                             "JOIN memory USING (seq)", stdin=data)
        n = sum(len(o["memory"]) for o in self.calls)
        self.assertEqual(out, f"n\r\n{n}\r\n".encode())

    def test_formats(self):
        ask = """SELECT 1 AS a, NULL AS b, 2.0 AS c, 'x"y,' AS d, x'00ff' AS e"""
        for option, wanted in (("--csv", b'a,b,c,d,e\r\n1,,2.0,"x""y,",\\x00\\xff\r\n'),
                               ("--json", b'[{"a":1,"b":null,"c":2.0,"d":"x\\"y,","e":"AP8="}]\n'),
                               ("--line", b'    a = 1\n    b = \n    c = 2.0\n    d = x"y,\n'
                                          b'    e = \\x00\\xff\n')):
            self.assertEqual(self.bench.ask("sql", option, self.tape, ask), wanted)
        self.assertEqual(self.bench.ask("sql", self.tape, "SELECT char(27) AS a, 12 AS bcd"),
                         b"a     bcd\n----  ---\n\\x1b   12\n")
        self.assertEqual(self.bench.ask("sql", "--json", self.tape, "SELECT 1 WHERE 0"), b"[]\n")

    def test_refusals(self):
        self.refused("SELECT foo\nFROM syscalls", "'SELECT foo FROM syscalls': no such column: foo")
        for statement in ("ATTACH 'x.db' AS x", "CREATE TABLE x(a)", "DROP TABLE files",
                          "DELETE FROM syscalls", "PRAGMA temp_store = 2", "VACUUM INTO 'x.db'",
                          "SELECT load_extension('x')", "CREATE TEMP TABLE x(a)"):
            self.refused(statement, "")
        self.assertFalse(os.path.exists(self.bench.path("x.db")))
        result = run([self.bench.analyze, "sql", self.write("no.zst", "no tape"), "SELECT 1"])
        self.assertEqual(result.status, 2, result)

    def test_torn_tape(self):
        with open(self.tape, "rb") as f:
            data = f.read()
        torn = self.write("torn.zst", data[:len(data) * 2 // 3])
        result = run([self.bench.analyze, "sql", "--csv", torn, "SELECT count(*) FROM syscalls"])
        self.assertEqual(result.status, 2, result)
        self.assertIn(b"torn.zst: byte ", result.err)
        self.assertEqual(result.out.split(b"\r\n")[0], b"count(*)")

    def test_chosen_calls(self):
        only = self.sql("-e", "%process", "SELECT DISTINCT name FROM syscalls")
        self.assertIn({"name": "execve"}, only)
        self.assertNotIn({"name": "read"}, only)

    # ---- exports ----

    def test_database(self):
        to = self.bench.path("t.db")
        for _ in range(2): # the second replaces the first
            self.bench.ask("export", "--to", "sqlite", "-o", to, self.tape)
        db = sqlite3.connect(to)
        self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        for ask in ("SELECT * FROM syscalls ORDER BY seq", "SELECT * FROM fds",
                    "SELECT * FROM files", "SELECT * FROM processes", "SELECT * FROM signals",
                    "SELECT name, count(*), sum(duration) FROM syscalls GROUP BY name ORDER BY 1",
                    "SELECT sum(length(data)) FROM syscalls JOIN memory USING (seq)"):
            mine = [[int(v, 16) if isinstance(v, str) and re.fullmatch("0x[0-9a-f]{14,}", v) else v
                     for v in r.values()] for r in self.sql(ask)]
            theirs = [[v % 2**64 if isinstance(v, int) and abs(v) > 2**53 else v for v in row]
                      for row in db.execute(ask).fetchall()]
            self.assertEqual(mine, theirs, ask)
        db.close()

    def test_database_refusals(self):
        other = self.write("other", "precious")
        for args in (["-o", other], ["-o", self.tape], ["-o", self.dir], ["-o", "-"], []):
            result = run([self.bench.analyze, "export", "--to", "sqlite", *args, self.tape])
            self.assertEqual((result.status, result.out), (2, b""), result)
            self.assertEqual(result.err.count(b"\n"), 1)
        with open(other) as f:
            self.assertEqual(f.read(), "precious")
        self.assertEqual([n for n in os.listdir(self.dir) if n.endswith(".part")], [])

    def test_database_interrupted(self):
        """Nothing half done is left, and it died as it was told to."""
        tape, _ = self.bench.record(["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=30000"])
        to, part = self.bench.path("t.db"), self.bench.path("t.db.part")
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            child = subprocess.Popen([self.bench.analyze, "export", "--to", "sqlite", "-o", to,
                                      tape], stderr=subprocess.PIPE)
            while not os.path.exists(part) and child.poll() is None:
                pass
            child.send_signal(signal_number)
            err = child.communicate(timeout=60)[1]
            self.assertEqual((child.returncode, err), (-signal_number, b""))
            self.assertEqual([n for n in os.listdir(self.dir) if n.startswith("t.db")], [])

    def test_part(self):
        """Of some processes and seconds: the calls that print shows, and no memory of others."""
        first, last = self.calls[len(self.calls) // 4], self.calls[len(self.calls) // 2]
        pid = last["pid"]
        mine = [o["seq"] for o in self.calls
                if o["pid"] == pid and first["time"] <= o["time"] <= last["time"]]
        self.assertTrue(0 < len(mine) < len(self.calls))
        part = [f"--time={first['time'] / 1e9:.9f}..{last['time'] / 1e9 + 5e-10:.10f}",
                f"--pid={pid},"]
        text = self.bench.ask("export", "--to", "csv", *part, self.tape)
        rows = csv.DictReader(io.StringIO(text.decode("utf-8", "surrogateescape"), newline=""))
        self.assertEqual([int(r["seq"]) for r in rows], mine)
        to = self.bench.path("part.db")
        self.bench.ask("export", "--to", "sqlite", "-o", to, *part, self.tape)
        db = sqlite3.connect(to)
        self.assertEqual(db.execute("SELECT seq FROM syscalls ORDER BY seq").fetchall(),
                         [(seq,) for seq in mine])
        self.assertEqual({pid}, {p for (p,) in db.execute("SELECT pid FROM processes")})
        wanted = {o["seq"] for o in self.calls if o["memory"]} & set(mine)
        self.assertEqual({seq for (seq,) in db.execute("SELECT seq FROM memory")}, wanted)
        db.close()

    def test_csv(self):
        text = self.bench.ask("export", "--to", "csv", self.tape)
        # It is written without SQLite, which would say the same.
        self.assertEqual(text, self.bench.ask("sql", "--csv", self.tape, "SELECT * FROM syscalls"))
        rows = list(csv.DictReader(io.StringIO(text.decode("utf-8", "surrogateescape"),
                                               newline="")))
        self.assertEqual([(int(r["seq"]), r["name"], r["error"] or None, r["text"]) for r in rows],
                         [(o["seq"], o["name"], o["error"], o["text"]) for o in self.calls])
        to = self.bench.path("t.csv")
        self.bench.ask("export", "--to", "csv", "-o", to, self.tape)
        self.need("sqlite3")
        result = run(["sqlite3", ":memory:", f".import --csv {to} t", "SELECT count(*) FROM t",
                      "SELECT count(*) FROM t WHERE name = 'openat'"])
        opens = sum(o["name"] == "openat" for o in self.calls)
        self.assertEqual(result.out.decode().split(), [str(len(self.calls)), str(opens)], result)

    # ---- the cookbook ----

    def test_cookbook(self):
        with open(COOKBOOK) as f:
            recipes = re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", f.read(), re.M | re.S)
        self.assertGreaterEqual(len(recipes), 10)
        for title, body in recipes:
            statements = re.findall(r"```sql\n(.*?)```", body, re.S)
            self.assertTrue(statements, title)
            for statement in statements:
                self.assertTrue(self.sql(statement), f"no answer: {title}")

    def test_cookbook_answers(self):
        with open(COOKBOOK) as f:
            recipes = dict(re.findall(r"^## (.*?)\n.*?```sql\n(.*?)```", f.read(), re.M | re.S))
        gone, = self.sql(recipes["Who deleted the file?"])
        self.assertRegex(gone["command"], "rm victim")
        # Where the name of a user is asked for, a name service is looked for in vain, too.
        again, = [row for row in self.sql(recipes["Who tries to connect again and again?"])
                  if row["error"] == "ECONNREFUSED"]
        self.assertEqual(again["times"], 3)
        failed = self.sql(recipes["Which processes failed, and what did they say last?"])
        self.assertIn("cannot access '/nonexistent'", str([r["said"] for r in failed]))
        before = self.sql(recipes["What happened in the 10 ms before the crash?"])
        self.assertRegex(before[-1]["text"], r"^kill\(\d+, SIGSEGV\)")


if __name__ == "__main__":
    suite.main()
