#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The lint scripts see what they are there to see: each is given a tree with one thing wrong."""
import os
import stat
import tempfile
import unittest

import howto
import includes
import options
import sources
import symbols
import walkthrough

LICENCE = "SPDX-License-Identifier: Apache-2.0"
REC_HELP = "Usage: rec\n\n  -q, --quiet   say nothing\n"
ANALYZE_HELP = "Usage: analyze\n\n  print   all of it\n\n  print:  -T  times\n  -h, --help   this\n"
MAN_REC = ".It Fl q , Fl -quiet\n"
MAN_ANALYZE = ".It Fl h , Fl -help\n.It Ic print\n.Ss print\n.It Fl T\n"


class Tree(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.root = self.directory.name
        self.addCleanup(self.directory.cleanup)

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)
        return full


class Sources(Tree):
    def complaints(self, path, text):
        self.write(path, text)
        found, checked = sources.check(self.root)
        self.assertEqual(checked, 1)
        return found

    def test_good(self):
        self.assertEqual(self.complaints("a.c", f"/* {LICENCE} */\nint a;\n"), [])

    def test_first_line_may_be_the_interpreter(self):
        self.assertEqual(self.complaints("a.sh", f"#!/bin/sh\n# {LICENCE}\n"), [])

    def test_no_licence(self):
        self.assertIn("SPDX", self.complaints("a.c", "int a;\n")[0])

    def test_licence_comes_late(self):
        self.assertIn("SPDX", self.complaints("a.c", f"int a;\n/* {LICENCE} */\n")[0])

    def test_long_file(self):
        text = f"/* {LICENCE} */\n" + "int a;\n" * 800
        self.assertIn("801 lines", self.complaints("a.c", text)[0])
        self.assertEqual(self.complaints("a.c", text[:-7]), [])

    def test_long_function(self):
        text = f"/* {LICENCE} */\nvoid a(void)\n{{\n" + "\ta();\n" * 81 + "}\n"
        self.assertIn("function of 81", self.complaints("a.c", text)[0])

    def test_note(self):
        self.assertIn("note", self.complaints("a.c", f"/* {LICENCE} */\n/* FIX" "ME */\n")[0])


class Includes(Tree):
    def complaints(self, path, name):
        self.write(path, f'#include "{name}"\n')
        return includes.check(self.root)[0]

    def test_good(self):
        for path, name in (("tools/a.c", "recorder/b.h"), ("recorder/a.c", "format/b.h"),
                           ("recorder/tracee/a.c", "base/b.h"), ("format/codec.c", "trace.pb-c.h")):
            self.assertEqual(self.complaints(path, name), [], path)

    def test_wrong_floor(self):
        for path, name in (("recorder/a.c", "replayer/b.h"), ("replayer/a.c", "tracee/b.h"),
                           ("format/base/a.c", "sys/b.h"), ("recorder/tracee/a.c", "format/b.h")):
            self.assertIn("may not use", self.complaints(path, name)[-1], path)
            os.remove(os.path.join(self.root, path))

    def test_climbing(self):
        self.assertIn("climbs", self.complaints("format/a.c", "../tools/b.h")[0])

    def test_protobuf(self):
        self.assertIn("protobuf", self.complaints("format/a.c", "trace.pb-c.h")[0])

    def test_unknown(self):
        self.assertIn("neighbour", self.complaints("format/a.c", "b.h")[0])

    def test_own_header_first(self):
        self.write("format/a.h", "")
        self.write("format/b.h", "")
        self.assertIn("a.h first", self.complaints("format/a.c", "b.h")[0])
        self.assertEqual(self.complaints("format/a.c", "a.h"), [])


class Options(Tree):
    def setUp(self):
        super().setUp()
        self.rec = self.program("rec", REC_HELP)
        self.analyze = self.program("analyze", ANALYZE_HELP)
        self.pages(MAN_REC, MAN_ANALYZE)
        self.completions("rec", "-q --quiet")
        self.completions("analyze", "-h --help -T")

    def program(self, name, text):
        path = self.write(name, f"#!/bin/sh\n[ \"$*\" = --help ] && cat <<'END'\n{text}END\n")
        os.chmod(path, stat.S_IRWXU)
        return path

    def pages(self, rec, analyze):
        self.write("tools/man/rec.1", rec)
        self.write("tools/man/analyze.1", analyze)

    def completions(self, name, words):
        at = f"tools/completions/{name}"
        verbs = "" if name == "rec" else "print"
        self.write(at + ".bash", f'x="{verbs}"\nmapfile < <(compgen -W "{words}")\n')
        self.write(at + ".zsh", "".join(f"'{w}[text]'\n" for w in words.split()) + verbs)
        self.write(at + ".fish", verbs + "".join(
            f"\ncomplete {'-l' if w.startswith('--') else '-o'} {w.lstrip('-')}"
            for w in words.split()))

    def complaints(self):
        return [*options.check_rec(self.rec, self.root),
                *options.check_analyze(self.analyze, self.root)]

    def test_good(self):
        self.assertEqual(self.complaints(), [])

    def test_option_not_in_page(self):
        self.pages(".It Fl q\n", MAN_ANALYZE)
        self.assertEqual(self.complaints(), ["rec.1: --quiet is missing"])

    def test_option_only_in_page(self):
        self.pages(MAN_REC + ".It Fl z\n", MAN_ANALYZE)
        self.assertEqual(self.complaints(), ["rec.1: there is no -z"])

    def test_verb_not_in_page(self):
        self.pages(MAN_REC, MAN_ANALYZE.replace(".It Ic print\n", ""))
        self.assertEqual(self.complaints(), ["analyze.1, verbs: print is missing"])

    def test_option_of_a_verb(self):
        self.pages(MAN_REC, MAN_ANALYZE.replace(".It Fl T\n", ".It Fl t\n"))
        self.assertEqual(self.complaints(), ["analyze.1: -T is missing", "analyze.1: there is no -t"])

    def test_completion_lacks_option(self):
        self.completions("analyze", "-h --help")
        self.assertEqual([c.split(": ")[1] for c in self.complaints()], ["-T is missing"] * 3)

    def test_completion_invents_option(self):
        self.completions("rec", "-q --quiet --loud")
        self.assertEqual([c.split(": ")[1] for c in self.complaints()], ["there is no --loud"] * 3)


class Howto(unittest.TestCase):
    DOCUMENT = "text\n```diff\n # a.def\n+NR(7, new)\n # b.def\n+SYS(new, K_INT,\n+    FD(fd))\n```\n"
    SOURCE = "SYS(old, K_INT, FD(fd))\nSYS(new, K_INT, FD(fd))\nSYS(newer, K_INT, FD(fd))\n"

    def test_example(self):
        self.assertEqual(howto.worked_example(self.DOCUMENT),
                         {"a.def": "NR(7, new)\n", "b.def": "SYS(new, K_INT,\n    FD(fd))\n"})

    def test_no_example(self):
        for text in ("text\n", "```diff\n```\n", "```diff\n # a.def\n-NR(7, new)\n```\n"):
            with self.assertRaises(howto.Failure):
                howto.worked_example(text)

    def test_taken_out(self):
        entry = howto.entries("SYS(new, K_INT,\n    FD(fd))\n")[0]
        self.assertEqual(howto.without(self.SOURCE, entry),
                         "SYS(old, K_INT, FD(fd))\nSYS(newer, K_INT, FD(fd))\n")

    def test_other_in_the_sources(self):
        for entry in ("SYS(new, K_FD, FD(fd))\n", "SYS(none, K_INT)\n", "NR(7, new)\n"):
            with self.assertRaises(howto.Failure):
                howto.without(self.SOURCE, entry)


class Symbols(unittest.TestCase):
    def test_one_place_each(self):
        text = ("a.a:x.c.o:0000000000000010 T one\na.a:x.c.o:0000000000000000 D two\n"
                "a.a:x.c.o:0000000000000000 W shared\nb.a:y.c.o:0000000000000000 W shared\n")
        self.assertEqual(symbols.check(text), ([], 2))

    def test_two_places(self):
        text = ("lib/a.a:x.c.o:0000000000000000 R table\nlib/b.a:y.c.o:0000000000000040 D table\n"
                "lib/b.a:z.c.o:0000000000000000 T other\n")
        self.assertEqual(symbols.check(text)[0],
                         ["table: in lib/a.a:x.c.o and in lib/b.a:y.c.o"])


class Walkthrough(Tree):
    FILE = "`ci/run.sh`, which is run:\n\n```sh\n#!/bin/sh\necho one 17\n```\n\n"

    def walk(self, text):
        """How many commands there are; the text is put where a document would be."""
        return walkthrough.walk(self.write("doc.md", text), ["/bin/true"])

    def test_lines(self):
        fits = walkthrough.fits
        for wanted, said in (([], []), (["…"], []), (["…"], ["a", "b"]), (["a", "…", "b"], ["a", "b"]),
                             (["a", "…", "c", "…", "b"], ["a", "x", "c", "b"]),
                             (["…", "b"], ["b", "b"])):
            self.assertTrue(fits(wanted, said), (wanted, said))
        for wanted, said in (([], ["a"]), (["a"], []), (["a", "…", "a"], ["a"]),
                             (["a", "…", "c", "…", "b"], ["a", "x", "b"]), (["…", "b"], ["b", "a"]),
                             (["a", "…", "b", "c", "…"], ["a", "b", "x", "c"])):
            self.assertFalse(fits(wanted, said), (wanted, said))

    def test_done(self):
        self.assertEqual(self.walk(self.FILE + "```console\n$ ci/run.sh\none 18\n$ cat \\\n  ci/run.sh\n"
                                   "…\necho one 17\n```\n"), 2)
        self.assertEqual(self.walk("- x\n\n  ```console\n  $ echo; echo a >&2\n\n  a\n  ```\n"), 1)

    def test_says_something_else(self):
        for below in ("two 17\n", "", "one 17\none 17\n"):
            with self.assertRaises(walkthrough.Failure):
                self.walk(self.FILE + f"```console\n$ ci/run.sh\n{below}```\n")

    def test_fails(self):
        for text in ("```console\n$ exit 3\n```\n", "```console\nno command\n```\n", "no console\n",
                     "`.github/workflows/x.yml`:\n\n```yaml\n- run: false\n```\n",
                     "`.github/workflows/x.yml`:\n\n```yaml\n- run: apt-get install x\n```\n"):
            with self.assertRaises(walkthrough.Failure):
                self.walk(text)


if __name__ == "__main__":
    unittest.main()
