#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rules of analyze diff: what each takes away from a pair of runs that differ, what it leaves, and
what is said of a line that is none. MODE is 1 in the first run and 2 in the second."""
import collections
import os
import shutil
import sys

import pairs
import suite
from harness import run

HEAD = "systape-rules 1\n"
OF_MODE = "ignore env MODE\n"
PYTHON3 = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable

# Python without what it looks for at its start.
def python(program):
    return [PYTHON3, "-S", "-E", "-c", "import os, socket\nMODE = int(os.environ['MODE'])\n" + program]


def shell(script):
    return ["sh", "-c", script]


# What runs; the kind of the first finding without the rules, and what it is about; the rules that
# take all of them away; rules alike that take nothing away.
Case = collections.namedtuple("Case", "command kind says rules others", defaults=("",))

TAKEN_AWAY = {
    "call": Case(shell("umask 07$MODE"), "argument flags", "umask", "ignore call umask",
                 "ignore call chmod\nignore path *umask*"),
    "call_by_glob": Case(shell("umask 07$MODE"), "argument flags", "umask", "ignore call ?mas*",
                         "ignore call mask*"),
    "call_of_group": Case(python("os.stat('input')\nos.chmod('input', 0o600 + MODE)"),
                          "argument flags", "chmod", "ignore call fchmodat2", "ignore call chown"),
    "path": Case(python("os.open(f'data.{MODE}', 0)"), "path-instead", "$CWD/data.2", "ignore path $CWD/data.*",
                 "ignore path data.*\nignore path /data.*\nignore bytes *data.*"),
    "path_on_tape": Case(python("os.open(f'data.{MODE}', 0)"), "path-instead", "$CWD/data.2",
                         "ignore path WORK/data.*", "ignore path WORK/data"),
    "path_with_blank": Case(python("os.open(f'a file.{MODE}', 0)"), "path-instead", "a file.2",
                            "ignore path \"*/a file.?\"", "ignore path \"*/a  file.?\""),
    "peer": Case(python("s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                        "s.connect(('127.0.0.1', 1000 + MODE))"),
                 "peer-instead", "127.0.0.1:1002", "ignore peer *127.0.0.1:100?",
                 "ignore peer *127.0.0.2:*"),
    # What a shell does about signals before it forks is its own.
    "process": Case(shell("if [ $MODE = 2 ]; then /bin/true; fi; /bin/echo"), "process-new",
                    "/bin/true", "ignore process */true\nignore call rt_sigprocmask",
                    "ignore process true\nignore call rt_sigprocmask"),
    "descendants": Case(shell("if [ $MODE = 2 ]; then /usr/bin/timeout 99 sh -c '/bin/true; cat data.1'; fi; "
                              "/bin/echo"), "process-new", "timeout",
                        "ignore process */timeout\nignore call rt_sigprocmask",
                        "ignore process */true\nignore call rt_sigprocmask"),
    "bytes": Case(shell("echo $MODE >out"), "bytes", "$CWD/out", "ignore bytes */out",
                  "ignore bytes */input"),
    "mask": Case(python("os.open(f'data.{MODE}', 0)"), "path-instead", "data.2",
                 "mask data\\.[0-9]+ data.N", "mask data\\.[3-9]+ data.N"),
    "mask_without_word": Case(python("os.open(f'data.{MODE}', 0)"), "path-instead", "data.2",
                              "mask \\.[12]", "mask [.][3-9]"),
    "alias_path": Case(shell("cd dir.$MODE; cat ./x"), "path-instead", "dir.2",
                       "alias path $CWD/dir.1=$CWD/dir.2", "alias path $CWD/dir=$CWD/dir.2"),
    "alias_call": Case(python("f = os.open('input', os.O_RDWR)\n"
                              "(os.fsync if MODE == 1 else os.fdatasync)(f)"),
                       "call-new call-gone order", "sync", "alias call fdatasync=fsync",
                       "alias call sync=fsync"),
    "budget": Case(python("for i in range(MODE * 20): os.stat('input')"), "count", "stat",
                   "budget newfstatat $CWD/input <= 41", "budget stat $CWD/other <= 40"),
}

# What is wrong with a line, and what is said of it.
WRONG = {
    "systape-rules 2": "only version 1 is known",
    "systape-rules": "the first line must be 'systape-rules 1'",
    "ignore call umask": "the first line must be 'systape-rules 1'",
    "": "it is empty; the first line must be 'systape-rules 1'",
    "# nothing\n\n": "it is empty; the first line must be 'systape-rules 1'",
}
WRONG_SECOND = {
    "forget all": "'forget' is no rule; ignore, mask, root, alias, pool and budget are",
    "ignore": "use ignore call|path|peer|env|process|bytes GLOB",
    "ignore call": "use ignore call|path|peer|env|process|bytes GLOB",
    "ignore calls umask": "use ignore call|path|peer|env|process|bytes GLOB",
    "ignore path a b": "use ignore call|path|peer|env|process|bytes GLOB",
    "ignore call umsk": "there is no call 'umsk'",
    "ignore path \"a b": "a \" is not closed",
    "mask": "use mask REGEX [WORD]",
    "mask a b c": "use mask REGEX [WORD]",
    "mask a(b": "'a(b' is no regular expression: ",
    "root": "use root NAME=/PATH",
    "root SRC": "use root NAME=/PATH",
    "root SRC=relative": "use root NAME=/PATH",
    "root =/src": "the name of a root is of letters, digits and _, 30 of them at most",
    "root $SRC=/src": "the name of a root is of letters, digits and _, 30 of them at most",
    "root A23456789012345678901234567890X=/src":
        "the name of a root is of letters, digits and _, 30 of them at most",
    "root SRC=/": "use root NAME=/PATH",
    "root SRC=//": "the root of all is none",
    "root SRC=/a//b": "the path of a root is without '//', '/./' and '/../'",
    "root SRC=/a/../b": "the path of a root is without '//', '/./' and '/../'",
    "alias": "use alias call|path A=B",
    "alias call open": "use alias call|path A=B",
    "alias call open=": "use alias call|path A=B",
    "alias path =/b": "use alias call|path A=B",
    "alias env A=B": "use alias call|path A=B",
    "alias call open9=open": "there is no call 'open9'",
    "alias call open=open9": "there is no call 'open9'",
    "alias call open*=stat": "there is no call 'open*'",
    "pool": "use pool GLOB",
    "pool a b": "use pool GLOB",
    "budget fsync": "use budget CALL [GLOB] <= NUMBER",
    "budget fsync 40": "use budget CALL [GLOB] <= NUMBER",
    "budget fsync < 40": "use budget CALL [GLOB] <= NUMBER",
    "budget fsync <= many": "use budget CALL [GLOB] <= NUMBER",
    "budget fsync <= -1": "use budget CALL [GLOB] <= NUMBER",
    "budget fsync <= 99999999999999999999": "use budget CALL [GLOB] <= NUMBER",
    "budget fsink <= 4": "there is no call 'fsink'",
}


class RulesTest(pairs.PairTest):
    def fresh(self):
        super().fresh()
        for name in ("data.1", "data.2", "input", "a file.1", "a file.2", "dir.1/x", "dir.2/x"):
            self.file(name, "some text\n")

    def pair(self, command, modes=("1", "2"), **more):
        """more: variables, where the value of a run is by its place."""
        tapes = []
        for i, mode in enumerate(modes):
            self.fresh()
            words = [word.replace("MODE_HERE", mode) for word in command]
            env = self.env | {"MODE": mode} | {name: values[i] for name, values in more.items()}
            tape, result = self.recorded(words, env=env)
            self.assertEqual(result.status, 0, result)
            tapes.append(tape)
        return tapes

    def rules(self, text):
        return self.write("rules", HEAD + text.replace("WORK", self.work))

    def compared(self, tapes, text=""):
        return self.diff(*tapes, "--rules", self.rules(OF_MODE + text + "\n"))

    def check(self, case):
        tapes = self.pair(case.command)
        found = self.diff(*tapes).findings
        self.assertTrue([x for x in found if x["kind"] == "environment"
                         and x["subject"] == "MODE"], found)
        for text in ("", case.others):
            found = self.compared(tapes, text)
            self.assertEqual(found.status, 1)
            self.assertIn(found.findings[0]["kind"], case.kind.split(), found.text)
            self.assertIn(case.says, pairs.first_lines(found.text))
        found = self.compared(tapes, case.rules)
        self.assertEqual((found.status, found.text), (0, "same\n"))


class TakenAway(RulesTest):
    """Its tests are the rows of the table."""


class Right(RulesTest):
    def test_comments(self):
        path = self.write("rules", "# of the project\n\n  systape-rules 1  # the first\r\n"
                          "\tignore env MODE\t# it is a number\nignore call umask")
        tapes = self.pair(shell("umask 07$MODE"))
        self.assertEqual(self.diff(*tapes, "--rules", path).status, 0)

    def test_first_rules_do_not_count(self):
        """Of two --rules the last is taken, as of all options."""
        tapes = self.pair(shell(":"))
        other = self.write("other", HEAD)
        found = self.diff(*tapes, "--rules", other, "--rules", self.rules(OF_MODE))
        self.assertEqual(found.status, 0)

    def test_budget_over(self):
        tapes = self.pair(python("for i in range(MODE * 20): os.stat('input')"))
        for limit, status in (("39", 1), ("40", 0)):
            found = self.compared(tapes, f"budget stat $CWD/input <= {limit}")
            self.assertEqual(found.status, status, found.text)
            if status:
                first = found.findings[0]
                self.assertEqual((first["kind"], first["level"], first["text"]),
                                 ("budget", "budget", "stat $CWD/input <= 39: 20 -> 40"))
                self.assertEqual((first["a"]["count"], first["b"]["count"]), (20, 40))
                self.assertEqual(len(found.findings), 1, found.text)

    def test_budget_of_all(self):
        """Of all processes together, and of all that it is done to."""
        tapes = self.pair(shell("cat data.1 data.2 >/dev/null; cat input >/dev/null"), ("1", "1"))
        for limit, status in (("3", 0), ("2", 1)):
            found = self.compared(tapes, f"budget openat $CWD/* <= {limit}")
            self.assertEqual(found.status, status, found.text)
        found = self.compared(tapes, "budget fsync <= 0")
        self.assertEqual(found.status, 0, found.text)

    def test_pool(self):
        """Which worker does which part is chance: here it is another order."""
        tapes = []
        for order in ("1\n2\n3\n", "3\n1\n2\n"):
            self.fresh()
            shutil.copy(shutil.which("cat"), f"{self.work}/worker")
            for i in "123":
                self.file(f"part.{i}", f"part {i}\n" * int(i) * 10)
            self.file("order", order)
            # Each takes the next number.
            tapes.append(self.recorded(shell(
                "work() { read -r i; exec ./worker - <part.$i >made.$i; }\n"
                "exec <order; (work); (work); (work); exit 0"))[0])
        rest = "ignore bytes */order\n"
        found = self.diff(*tapes, "--rules", self.rules(rest))
        self.assertEqual(found.status, 1, found.text)
        found = self.diff(*tapes, "--rules", self.rules(rest + "pool */worker"))
        self.assertEqual(found.status, 0, found.text)

    def test_all_is_ignored(self):
        """Of nothing it is not said that it is the same."""
        self.fresh()
        tape = self.recorded(["true"])[0]
        for name in ("*/true", "*"):
            result = run([self.bench.analyze, "diff", "--rules",
                          self.rules(f"ignore process {name}"), tape, tape])
            self.assertEqual((result.status, result.out), (2, b""))
            self.assertEqual(result.err.decode(),
                             f"analyze: {tape}: the rules ignore all of its processes\n")

    def test_rules_that_fit_nothing(self):
        """Keys are made anew, and what is found is the same."""
        kinds = ("mask no_such_thing", "root NO=/no/such/thing", "alias path /no/such=/none",
                 "alias call adjtimex=clock_adjtime", "ignore path */no_such", "pool */no_such",
                 "ignore process */no_such", "ignore call adjtimex", "budget adjtimex <= 0")
        for program, name in (("files", "order"), ("files", "cloexec"), ("files", "sync_each"),
                              ("processes", "threads"), ("processes", "signalled"),
                              ("processes", "one_more"), ("processes", "restart")):
            tapes = []
            for version in "12":
                self.fresh()
                self.file("version", version)
                tapes.append(self.recorded([self.prog(f"version_{program}"), name])[0])
            usual = self.said(*tapes)
            self.assertIn(b"different: ", usual)
            for rule in kinds:
                self.assertEqual(self.said(*tapes, "--rules", self.rules(rule + "\n")), usual,
                                 (name, rule))

    def said(self, *words):
        return self.bench.ask("diff", "--all", *words, allowed=(1,))


class Places(RulesTest):
    def places(self):
        """Two trees of the same, somewhere below the home."""
        found = []
        for name in ("one", "elsewhere/two"):
            path = os.path.join(self.env["HOME"], name)
            os.makedirs(f"{path}/bin")
            with open(f"{path}/data", "w", encoding="ascii") as f:
                f.write("data\n")
            found.append(path)
        return found

    def in_places(self, command, **more):
        """The command, with PLACE in it and in the variables for the place of the run."""
        tapes = []
        self.fresh()
        for place in self.places():
            env = self.env | {name: value.replace("PLACE", place) for name, value in more.items()}
            words = [word.replace("PLACE", place) for word in command]
            tape, result = self.recorded(words, env=env)
            self.assertEqual(result.status, 0, result)
            tapes.append(tape)
        return tapes

    def roots(self):
        return "".join(f"root SRC={self.env['HOME']}/{name}\n" for name in ("one", "elsewhere/two/"))

    def check_places(self, kind, command, **more):
        tapes = self.in_places(command, **more)
        found = self.diff(*tapes)
        self.assertEqual(found.findings[0]["kind"], kind, found.text)
        found = self.diff(*tapes, "--rules", self.rules(self.roots()))
        self.assertEqual((found.status, found.text), (0, "same\n"))
        # One of them alone changes the name, not that there is another.
        found = self.diff(*tapes, "--rules", self.rules(self.roots().split("\n")[0]))
        self.assertEqual(found.status, 1, found.text)

    def test_root(self):
        self.check_places("arguments", ["cat", "PLACE/data"])

    def test_root_in_option(self):
        self.check_places("arguments", ["sh", "-c", "test -e \"${1#-I}/data\"", "sh", "-IPLACE"])

    def test_root_in_variable(self):
        self.check_places("environment", ["true"], CONF="PLACE/bin/settings")

    def test_root_in_list(self):
        self.check_places("environment", ["true"], PYTHONPATH="/usr/lib/x:PLACE/bin:/opt/y")

    def test_mask_in_variable(self):
        tapes = self.pair(shell(":"), RUN=("build-17", "build-18"))
        found = self.compared(tapes)
        self.assertEqual([x["subject"] for x in found.findings], ["RUN"], found.text)
        self.assertEqual(self.compared(tapes, "mask build-[0-9]+ build-N").status, 0)
        self.assertEqual(self.compared(tapes, "mask ^build-[0-9]$ build-N").status, 1)

    def test_root_that_everybody_has(self):
        """/var/tmp is no place of a run, unless it is said."""
        tapes = self.pair(shell("test -e $WHERE/there || :"), WHERE=("/var/tmp", "/opt"))
        self.assertEqual(self.compared(tapes).status, 1)
        found = self.compared(tapes, "root W=/var/tmp\nroot W=/opt")
        self.assertEqual((found.status, found.text), (0, "same\n"))

    # ---- variables that say where the run has its place ----

    def variables(self, tapes, *options):
        return {x["subject"]: x["text"] for story in self.diff(*tapes, *options).findings
                for x in (story, *story["told"]) if x["kind"] == "environment"}

    def test_other_home(self):
        """What is below the one is below the other."""
        homes = []
        for name in ("a", "b"):
            homes.append(self.bench.path(f"homes/{name}"))
            os.makedirs(homes[-1])
        tapes = self.pair(shell("cat $HOME/none 2>/dev/null || true"), ("1", "1"), HOME=homes,
                          SETTINGS=[f"{home}/settings" for home in homes])
        found = self.diff(*tapes)
        self.assertEqual((found.status, found.text), (0, "same\n"))

    def test_no_place(self):
        """A home that everybody has is none: that it is another is said, behind all else."""
        tapes = self.pair(shell("umask 07$MODE"), HOME=(self.env["HOME"], "/"))
        found = self.compared(tapes)
        self.assertEqual([x["kind"] for x in found.findings][-1], "environment", found.text)
        self.assertEqual(found.findings[-1]["text"], f"HOME: {self.env['HOME']} -> /")
        self.assertIn("umask", found.findings[0]["text"])

    def test_place_that_is_seen(self):
        """Where temporary files are elsewhere, this comes first."""
        self.need("mktemp")
        tapes = self.pair(shell("rm \"$(mktemp -p \"$TMPDIR\" name.XXXXXXXXXX)\""), ("1", "1"),
                          TMPDIR=("/var/tmp", self.env["TMPDIR"]))
        found = self.diff(*tapes)
        self.assertEqual(found.findings[0]["kind"], "environment", found.text)
        self.assertEqual(found.findings[0]["subject"], "TMPDIR")

    def test_made_up_in_variable(self):
        """A directory with a name by chance, told to children by a variable."""
        self.need("mktemp")
        tapes = self.pair(shell("GNUPGHOME=$(mktemp -d); export GNUPGHOME; ls -a \"$GNUPGHOME\" "
                                ">/dev/null; rmdir \"$GNUPGHOME\""), ("1", "1"))
        self.assertEqual(self.variables(tapes), {})

    def test_other_value(self):
        """What stands behind the place must be the same."""
        home = self.env["HOME"]
        tapes = self.pair(shell(":"), ("1", "1"), SETTINGS=(f"{home}/good", f"{home}/bad"))
        self.assertEqual(self.variables(tapes), {"SETTINGS": f"SETTINGS: {home}/good -> {home}/bad"})


class Wrong(RulesTest):
    def complaint(self, path, tape):
        result = run([self.bench.analyze, "diff", "--rules", path, tape, tape])
        self.assertEqual((result.status, result.out), (2, b""), result)
        lines = result.err.decode().split("\n")
        self.assertEqual((len(lines), lines[1]), (2, ""), result)
        return lines[0]

    def test_wrong(self):
        self.fresh()
        tape = self.recorded(["true"])[0]
        for text, says in WRONG.items():
            with self.subTest(text):
                path = self.write("wrong.rules", text)
                line = "" if says.startswith("it is empty") else ":1"
                self.assertEqual(self.complaint(path, tape), f"analyze: {path}{line}: {says}")
        for text, says in WRONG_SECOND.items():
            with self.subTest(text):
                path = self.write("wrong.rules", f"systape-rules 1\n\n# x\nignore env A\n{text}\n"
                                  "budget no_such_call <= 1\n")
                said = self.complaint(path, tape)
                self.assertEqual(said[:len(said) if says[-1] != " " else said.index(": ", said.index(" is no ")) + 2],
                                 f"analyze: {path}:5: {says}")

    def test_no_rules(self):
        self.fresh()
        tape = self.recorded(["true"])[0]
        missing = self.bench.path("missing")
        self.assertEqual(self.complaint(missing, tape),
                         f"analyze: cannot read '{missing}': No such file or directory")
        self.assertEqual(self.complaint(self.dir, tape),
                         f"analyze: cannot read '{self.dir}': Is a directory")
        binary = self.write("binary", b"systape-rules 1\n\0\n")
        self.assertEqual(self.complaint(binary, tape), f"analyze: {binary}: it is no text")
        large = self.write("large", HEAD + "#" * (1 << 20))
        self.assertEqual(self.complaint(large, tape),
                         f"analyze: {large}: more than 1024 KiB of rules")
        many = self.write("many", HEAD + "ignore env A\n" * 4097)
        self.assertEqual(self.complaint(many, tape), f"analyze: {many}:4098: there are too many rules")
        roots = self.write("roots", HEAD + "".join(f"root A{i}=/a/{i}\n" for i in range(33)))
        self.assertEqual(self.complaint(roots, tape), f"analyze: {roots}:34: there are too many roots")
        escape = self.write("escape", HEAD + "\033[31mred\n")
        self.assertNotIn("\033", self.complaint(escape, tape))


for _name, _case in TAKEN_AWAY.items():
    setattr(TakenAway, f"test_{_name}", lambda self, c=_case: self.check(c))


if __name__ == "__main__":
    suite.main()
