#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The HTML page, as a browser has it: rows and timeline are there, nothing is fetched, nothing
that a traced program says becomes markup, and without a script the tables are still there."""
import html
import os
import re
import signal
import sys

import suite
from harness import run

PAGE_MAX = 3 << 20
CLIENT = r"""
import http.server, threading, urllib.request
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever).start()
for name in ("", "nothing"):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{name}").read()
    except OSError:
        pass
server.shutdown()
"""
# Many processes, each with a few calls; none of them long.
MANY = "i=0; while [ $i -lt 1500 ]; do (cd /nowhere.$i) 2>/dev/null; i=$((i + 1)); done"
HOSTILE = [b"</script><img src=x onerror=alert(1)>", b"\"'><svg onload=alert(2)>",
           b"<!--", b"\x1b[31m\x07\x01", b"\xff\xfe\x80", "\u202egnp.exe".encode(), b"&lt;b&gt;"]


class Report(suite.TapeTest):
    def page(self, command, status=0, **more):
        tape, result = self.bench.record(command, cwd=self.dir, **more)
        self.assertEqual(result.status, status, result)
        path = self.bench.path("page.html")
        self.assertEqual(self.bench.ask("report", "-o", path, tape), b"")
        with open(path, "rb") as f:
            page = f.read()
        self.assertEqual(page, self.bench.ask("report", tape), "not the same again")
        self.assertLess(len(page), PAGE_MAX)
        return path, page.decode()

    def browse(self, path, *options):
        """The document after its script ran; what the browser complains of is a failure."""
        self.need("chromium")
        home = self.bench.path("browser")
        result = run(["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                      "--enable-logging=stderr", f"--user-data-dir={home}", *options, "--dump-dom",
                      f"file://{path}"], env=dict(os.environ, HOME=self.dir), timeout=120)
        self.assertEqual(result.status, 0, result)
        said = [line for line in result.err.split(b"\n") if b"CONSOLE" in line]
        self.assertEqual(said, [])
        return result.out.decode()

    def self_contained(self, page):
        """The policy allows nothing but its own; no element names anything outside."""
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
        self.assertRegex(policy, r"^default-src 'none'; script-src 'sha256-[\w+/]{43}='; "
                                 r"style-src 'sha256-[\w+/]{43}='; ")
        bare = re.sub(r"<script.*?</script>|<style>.*?</style>", "", page, flags=re.S)
        self.assertEqual(re.findall(r"<[^>]*\s(?:src|srcset|data|action|style|on\w+)\s*=", bare), [])
        self.assertEqual([a for a in re.findall(r'href="([^"]*)"', bare) if a[0] != "#"], [])
        self.assertNotRegex(bare, r"<(?:img|link|iframe|object|embed|base)\b")

    def test_build(self):
        self.need("make", "gcc")
        self.write("Makefile", "all: good.o bad.o\n%.o: %.c\n\tgcc -c $< -o $@\n")
        self.write("good.c", "int good;\n")
        self.write("bad.c", "#include <nofile.h>\n")
        path, page = self.page(["make", "-j2", "-k"], 2)
        self.self_contained(page)
        self.assertRegex(page, r"<p class=verdict>exited with 2 <span")
        self.assertIn("bad.c:1:10: fatal error: nofile.h: No such file or directory", page)
        failures = page.split("<section id=failures>")[1]
        self.assertRegex(failures.split("</tr>")[1], r"/nofile\.h</code></td><td class=rank "
                                                     r"data-v=4>before a bad end<")
        document = self.browse(path)
        self.assertIn('data-timeline="drawn"', document)
        self.assertRegex(document, r"<canvas[^>]*aria-label=\"Timeline of \d+ threads")
        self.assertIn('<th scope="col" class="n"><button type="button">total</button></th>', document)

    def test_without_a_script(self):
        """No table waits for one, and who cannot see the timeline is told so."""
        path, page = self.page(["sh", "-c", "ls /; true"])
        self.assertIn("<noscript><p>The timeline is drawn by a script.", page)
        self.assertIn("<div id=tl hidden>", page)
        bare = self.write("bare.html", re.sub(r"<script>.*?</script>", "", page, flags=re.S))
        document = self.browse(bare)
        self.assertNotIn('data-timeline="drawn"', document)
        for section in ("failures", "slow", "calls", "processes"):
            rows = document.split(f'<section id="{section}">')[1].split("</section>")[0]
            self.assertRegex(rows, r"<tbody>\s*<tr", section)
        self.assertRegex(document, r'<th scope="row"><code>wait4</code></th>')

    def test_daemon(self):
        path, page = self.page([sys.executable, "-c", CLIENT], timeout=120)
        self.self_contained(page)
        self.assertRegex(page, r"<p class=verdict>exited with 0 <span")
        self.assertNotIn("<section id=wrong>", page)
        document = self.browse(path)
        threads = int(re.search(r"Timeline of (\d+) threads", document).group(1))
        self.assertGreaterEqual(threads, 3)
        self.assertRegex(document, r"<code>accept4</code>")

    def test_crash(self):
        path, page = self.page([self.prog("die"), "segv"], -signal.SIGSEGV)
        self.assertRegex(page, r"<p class=verdict>killed by SIGSEGV \(SEGV_MAPERR, address ")
        signals = page.split("<section id=signals>")[1].split("</section>")[0]
        self.assertIn("--- SIGSEGV {", signals)
        self.browse(path)

    def test_hostile_names(self):
        """They are told as they are, and are text everywhere."""
        program = self.write("open.py", "import os, sys\nfor name in sys.argv[1:]:\n"
                             "    try:\n        os.open(name, 0)\n    except OSError:\n"
                             "        os.write(2, os.fsencode(name))\nsys.exit(1)\n")
        names = [b"/nowhere/" + name for name in HOSTILE]
        path, page = self.page([sys.executable, program, *map(os.fsdecode, names)], 1)
        self.self_contained(page)
        self.assertNotRegex(page, r"[\x00-\x08\x0b-\x1f\x7f\u202e\ufffd]")
        bare = re.sub(r"<script.*?</script>", "", page, flags=re.S)
        self.assertNotIn("<img", bare)
        self.assertEqual(page.count("</script>"), 2)
        self.assertIn(html.escape("/nowhere/</script><img src=x onerror=alert(1)>"), page)
        self.assertIn(r"/nowhere/\xff\xfe\x80", page)
        document = self.browse(path)
        self.assertIn('data-timeline="drawn"', document)
        self.assertNotIn("<img", document.split("<script")[0])

    def test_what_does_not_fit_is_counted(self):
        path, page = self.page(["sh", "-c", MANY], timeout=120)
        self.assertRegex(page, r"<p class=cut>501 more processes are not shown here")
        self.assertRegex(page, r"made the most calls; 1261 others are not in it")
        self.assertRegex(page, r"more kinds of failures, of those that matter least, are not shown")
        self.browse(path)

    def test_torn_tape(self):
        """What is readable is told, and that the rest is missing."""
        tape, result = self.bench.record(["sh", "-c", "ls / >/dev/null; ls /nowhere"])
        with open(tape, "rb") as f:
            whole = f.read()
        torn = self.write("torn.zst", whole[:len(whole) * 2 // 3])
        result = run([self.bench.analyze, "report", torn])
        self.assertEqual(result.status, 2)
        self.assertIn(b"torn.zst", result.err)
        self.assertIn(b"<dt>the tape</dt><dd>cut off</dd>", result.out)
        self.assertTrue(result.out.endswith(b"</html>\n"))

    def test_one_tape_a_page(self):
        tape, _ = self.bench.record(["true"])
        result = run([self.bench.analyze, "report", tape, tape])
        self.assertEqual(result.status, 2)
        self.assertIn(b"a page is about one tape", result.err)
        self.assertEqual(result.out, self.bench.ask("report", tape))


if __name__ == "__main__":
    suite.main()
