#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The HTML page, as a browser has it: rows and timeline are there, nothing is fetched, nothing
that a traced program says becomes markup, and without a script the tables are still there."""
import contextlib
import html
import json
import os
import re
import signal
import sys

import suite
from browser import Browser
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
PEERS = r"""
import socket, subprocess, threading
server = socket.create_server(("127.0.0.1", 0))
def answer():
    peer, _ = server.accept()
    peer.recv(7, socket.MSG_WAITALL)
    peer.sendall(b"yes")
    peer.close()
thread = threading.Thread(target=answer)
thread.start()
with socket.create_connection(server.getsockname()) as client:
    client.sendall(b"anybody")
    client.recv(3, socket.MSG_WAITALL)
thread.join()
try:
    socket.create_connection(("127.0.0.1", 1))
except ConnectionRefusedError:
    pass
subprocess.run(["sh", "-c", "yes | head -n 1 | wc -c"])
"""
# Many processes, each with a few calls; none of them long.
MANY = "i=0; while [ $i -lt 1500 ]; do (cd /nowhere.$i) 2>/dev/null; i=$((i + 1)); done"
HOSTILE = [b"</script><img src=x onerror=alert(1)>", b"\"'><svg onload=alert(2)>",
           b"<!--", b"\x1b[31m\x07\x01", b"\xff\xfe\x80", "\u202egnp.exe".encode(), b"&lt;b&gt;"]


def numbers(texts):
    return [float(text or 0) for text in texts]


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(c + c for c in colour[1:])
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= .04045 else ((p + .055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((.2126, .7152, .0722), linear))


def contrast(one, other):
    """As WCAG 2 has it: 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + .05) / (low + .05)


class Report(suite.TapeTest):
    def page(self, command, status=0, **more):
        tape, result = self.bench.record(command, cwd=self.dir, **more)
        if status is not None:
            self.assertEqual(result.status, status, result)
        path = self.bench.path("page.html")
        self.assertEqual(self.bench.ask("report", "-o", path, tape), b"")
        with open(path, "rb") as f:
            page = f.read()
        self.assertEqual(page, self.bench.ask("report", tape), "not the same again")
        self.assertLess(len(page), PAGE_MAX)
        return path, page.decode()

    @contextlib.contextmanager
    def browser(self, path):
        """The page after its script ran; what the browser complains of is a failure."""
        self.need("chromium")
        with Browser(self.bench.path("browser")) as browser:
            browser.open(path)
            yield browser
            self.assertEqual(browser.complaints, [])

    def browse(self, path):
        with self.browser(path) as browser:
            return browser.get("document.documentElement.outerHTML")

    @staticmethod
    def timeline(page):
        return json.loads(re.search(r'id=tl-data>(.*?)</script>', page, re.S).group(1))

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
        self.assertRegex(page, r"more kinds of failures, of those that matter least, are not shown")
        lanes = self.timeline(page)["lanes"]
        # One that a busy machine kept waiting for long has a row of its own.
        shells = [lane for lane in lanes if lane["name"] == "(sh)"]
        self.assertEqual(sum(lane.get("count", 1) for lane in shells), 1500)
        self.assertEqual(sum(lane["failed"] for lane in shells), 1500)
        self.assertEqual({lane["by"] for lane in shells}, {0})
        self.assertLess(len(lanes), 40)
        self.browse(path)

    def test_tables(self):
        """They are sorted by a click on a head, numbers as numbers, and searched by words."""
        path, page = self.page(["sh", "-c", "i=0; while [ $i -lt 12 ]; do (cd /nowhere.$i; cd /); "
                                            "i=$((i + 1)); done; cat /etc/passwd | wc -c"])
        table = "document.querySelector('#calls table')"
        column = (f"[...{table}.tBodies[0].rows].filter((r) => !r.hidden)"
                  ".map((r) => r.cells[%d].dataset.v ?? r.cells[%d].textContent)")
        with self.browser(path) as browser:
            def cells(n, head=None):
                if head is not None:
                    browser.get(f"{table}.tHead.rows[0].cells[{head}].querySelector('button').click()")
                return browser.get(column % (n, n))

            self.assertEqual(numbers(cells(1)), sorted(numbers(cells(1)), reverse=True))
            counts = numbers(cells(3, 3))
            self.assertEqual(counts, sorted(counts, reverse=True))
            self.assertGreater(counts[0], counts[-1])
            self.assertEqual(numbers(cells(3, 3)), counts[::-1])
            self.assertEqual(browser.get(f"{table}.tHead.rows[0].cells[3].ariaSort"), "ascending")
            names = cells(0, 0)
            self.assertEqual(names, sorted(names, reverse=True))
            self.assertEqual(browser.get(f"{table}.tHead.rows[0].cells[3].ariaSort"), None)
            browser.get("document.querySelector('#calls input').focus()")
            browser.ask("Input.insertText", text="PIPE 2")
            found = cells(0)
            self.assertTrue(found and all("pipe" in name for name in found), found)
            self.assertEqual(browser.get("document.querySelector('#calls .find span').textContent"),
                             f"{len(found)} of {len(names)} rows")

    def test_timeline(self):
        """Keys, wheel, drag and buttons move it; the row under the pointer is told."""
        path, page = self.page(["sh", "-c", "for i in 1 2 3; do ls / >/dev/null; done; exit 3"], 3)
        data = self.timeline(page)
        with self.browser(path) as browser:
            browser.window(1200, 900)

            def view():
                return browser.get("document.querySelector('#tl-box canvas').dataset.view"
                                   ".split(' ').map(Number)")

            browser.get("document.querySelector('#tl-box canvas').focus()")
            self.assertEqual(view(), [0, data["span"]])
            browser.key("+", "+")
            inner = view()
            self.assertAlmostEqual(inner[1] - inner[0], .6 * data["span"], delta=2)
            self.assertAlmostEqual(sum(inner) / 2, data["span"] / 2, delta=2)
            browser.key("ArrowRight")
            self.assertGreater(view()[0], inner[0])
            self.assertAlmostEqual(view()[1] - view()[0], inner[1] - inner[0], delta=2)
            for _ in range(9):
                browser.key("ArrowLeft")
            self.assertEqual(view()[0], 0)
            browser.key("0", "0")
            self.assertEqual(view(), [0, data["span"]])
            browser.key("-", "-")
            self.assertEqual(view(), [0, data["span"]])
            for _ in range(60):
                browser.key("+", "+")
            self.assertGreaterEqual(view()[1] - view()[0], 1000)
            browser.get("[...document.querySelectorAll('#tl-tools button')].pop().click()")
            self.assertEqual(view(), [0, data["span"]])
            box = browser.get("(document.querySelector('#tl-box').scrollIntoView({block: 'center'}),"
                              "document.querySelector('#tl-box canvas').getBoundingClientRect()"
                              ".toJSON())")
            x, y = box["x"] + box["width"] / 2, box["y"] + 26 + 11
            browser.mouse("mouseMoved", x, y)
            said = browser.get("document.getElementById('tl-said').textContent")
            self.assertIn(f"{data['lanes'][0]['pid']} ", said)
            self.assertIn("exit 3", said)
            browser.mouse("mouseMoved", x, y + 22)
            said = browser.get("document.getElementById('tl-said').textContent")
            self.assertIn(f"started by {data['lanes'][0]['pid']}", said)
            browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-100, modifiers=2)
            near = view()
            self.assertLess(near[1] - near[0], data["span"])
            browser.mouse("mousePressed", x, y, button="left", buttons=1, clickCount=1)
            browser.mouse("mouseMoved", x + 40, y, button="left", buttons=1)
            browser.mouse("mouseReleased", x + 40, y, button="left", clickCount=1)
            self.assertLess(view()[0], near[0])

    def test_contrast(self):
        """Text can be read on what it stands on (WCAG AA), drawn things be seen."""
        _, page = self.page(["true"])
        style = re.search(r"<style>(.*?)</style>", page, re.S).group(1)
        light, dark = (dict(re.findall(r"--([\w-]+): (#\w+);", block))
                       for block in re.findall(r":root \{(.*?)\}", style, re.S)[:2])
        for colours in (light, {**light, **dark}):
            grounds = [colours[name] for name in ("ground", "card", "stripe", "bad-ground")]
            for name, least in (("ink", 7), ("dim", 4.5), ("bad", 4.5), ("good", 4.5),
                                ("accent", 4.5), ("warm", 4.5), ("exec", 3)):
                for ground in grounds:
                    self.assertGreaterEqual(contrast(colours[name], ground), least,
                                            (name, colours[name], ground))
            self.assertGreaterEqual(contrast(colours["ink"], colours["line"]), 4.5)

    def test_paper_and_small_screens(self):
        """Nothing is wider than the screen, and nothing is cut off on paper."""
        path, _ = self.page(["sh", "-c", "ls -l / >/dev/null; ls /nowhere"], 2)
        with self.browser(path) as browser:
            for width in (360, 800, 1600):
                for scheme in ("light", "dark"):
                    browser.window(width, 800, scheme)
                    self.assertLessEqual(browser.get("document.documentElement.scrollWidth"), width)
            self.assertTrue(browser.pdf().startswith(b"%PDF"))
            browser.window(1000, 1400)
            browser.ask("Emulation.setEmulatedMedia", media="print")
            self.assertLessEqual(browser.get("document.documentElement.scrollWidth"), 1000)
            self.assertEqual(browser.get("[...document.querySelectorAll('.scroll')].filter((e) => "
                                         "e.scrollHeight > e.clientHeight + 2).length"), 0)
            self.assertEqual(browser.get("getComputedStyle(document.querySelector('nav')).display"),
                             "none")

    def test_files(self):
        """What was written, read, could not be, and what was looked for, by whom."""
        self.need("gcc")
        self.write("a.c", "#include <stdio.h>\n#include \"own.h\"\nint main(void) { return OWN; }\n")
        self.write("own.h", "#define OWN 3\n")
        path, page = self.page(["sh", "-c", "gcc -c a.c -o a.o && mv a.o b.o && echo x >/dev/full"],
                               None)
        section = page.split("<section id=files>")[1].split("</section>")[0]
        tables = dict(re.findall(r"<caption>(.*?)</caption>.*?<tbody>(.*?)</tbody>", section, re.S))
        written, read = tables["Written and changed"], tables["Read, executed, mapped, listed"]
        self.assertRegex(written, re.escape(f"{self.dir}/b.o") +
                         r"</code>.*renamed from .*/a\.o</td><td class=by>(as|mv) ")
        self.assertRegex(read, re.escape(f"{self.dir}/own.h") + r"</code>.*cc1 ")
        self.assertRegex(tables["Failed, other than that there was no such file"],
                         r"/dev/full</code>.*<code>write</code>.*ENOSPC")
        self.assertRegex(tables["Looked for in one place after the other"],
                         r"<code>stdio\.h</code></td><td><code>/usr/include/stdio\.h<")
        self.browse(path)

    def test_part(self):
        """The page says that it is of a part, and still who ran and how it ended."""
        tape, result = self.bench.record(["sh", "-c", "ls /nowhere; exit 3"])
        self.assertEqual(result.status, 3, result)
        pid = json.loads(self.bench.ask("tree", "--json", tape))[0]["pid"]
        page = self.bench.ask("report", "--time", "0..0.000001", f"--pid={pid}", tape).decode()
        self.assertIn(f"<code>--time 0..0.000001, --pid {pid}</code>", page)
        self.assertIn("exited with 3", page)
        self.assertNotIn("ENOENT", page)
        self.assertNotIn("Only a part", self.bench.ask("report", tape).decode())

    def test_part_without_the_end(self):
        """Who is there at the end of the part has not hung: the tape goes on."""
        tape, _ = self.bench.record(["sh", "-c", "sleep 0.5; exit 3"])
        begun = next(o["time"] for o in self.bench.objects(tape) if "nanosleep" in o.get("name", ""))
        page = self.bench.ask("report", "--time", f"0..{begun / 1e9 + 0.1:.9f}", tape).decode()
        self.assertIn("exited with 3", page)
        self.assertIn("clock_nanosleep", page)
        self.assertNotIn("time or a signal (", page)
        self.assertNotIn("for time or a signal for", page)
        rows = page.split("<section id=processes>")[1].split("</section>")[0].split("<tr")
        self.assertEqual([len(re.findall(r">running<", row)) for row in rows if "sleep" in row],
                         [1, 1], rows)

    def test_peers(self):
        """Over the network, refused ones too, and by which pipe what went between whom."""
        path, page = self.page([sys.executable, "-c", PEERS], timeout=120)
        section = page.split("<section id=peers>")[1].split("</section>")[0]
        tables = dict(re.findall(r"<caption>(.*?)</caption>.*?<tbody>(.*?)</tbody>", section, re.S))
        peers = tables["Peers, over the network and in the computer"].split("</tr>")
        (listens,) = [row for row in peers if "<td class=rank>listens</td>" in row]
        port = re.search(r"127\.0\.0\.1:(\d+)<", listens).group(1)
        (client,) = [row for row in peers if re.search(
            rf"connected</td><td class=rank>TCP</td><td class=address><code>127\.0\.0\.1:{port}<", row)]
        self.assertRegex(client, "data-v=7>7\u00a0B</td><td class=n data-v=3>3\u00a0B</td>"
                                 "<td class=n data-v=1>1</td>")
        (refused,) = [row for row in peers if "ECONNREFUSED" in row]
        self.assertIn("<code>127.0.0.1:1<", refused)
        self.assertIn("<tr class=bad>", refused)
        ways = tables["Through pipes and pairs of sockets"].split("</tr>")
        for one, other, size in (("yes", "head", None), ("head", "wc", 2)):
            (row,) = [row for row in ways if re.search(
                rf"<td>pipe</td><td class=by>{one} \d+<.*<td class=by>{other} \d+<", row)]
            if size:
                self.assertEqual(row.count(f"data-v={size}>{size}\u00a0B<"), 2, row)
        self.browse(path)

    def test_what_still_waits(self):
        """Who does not end is told with what it waits in."""
        self.need("timeout")
        _, page = self.page(["timeout", "-s", "INT", "1", "sh", "-c", "sleep 1000 | cat"], 124,
                            timeout=120)
        wrong = page.split("<section id=wrong>")[1].split("</section>")[0]
        self.assertRegex(wrong, r"<p class=cause>SIGINT was sent to it by process \d+ \(timeout ")
        self.assertRegex(wrong, r"waiting for a pipe or terminal")

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
