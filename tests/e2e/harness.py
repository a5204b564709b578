# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: running things so that nothing outlives a test, and
asking `rec` and `analyze` for tapes and their contents.

Every run has a time limit. Who overruns it is killed with all of its descendants, found
by parentage: the test itself is their reaper, so a daemon cannot get away, and nobody
else's processes are ever touched.
"""
import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import tape as second

TIMEOUT = 60
SKIP = 77
PROTOC_MAX = 1 << 20
PR_SET_CHILD_SUBREAPER = 36

# A sanitized recorder would lower the limit of core files, which the command inherits.
os.environ.setdefault("ASAN_OPTIONS", "disable_coredump=0")
ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def settle():
    """What a test gets from whoever runs it (nohup, a job in the background, a service), and would
    hand on to what it records: signals that are ignored or held back, who may read new files,
    standard descriptors that are not open, where temporary files are."""
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGCHLD, signal.SIGALRM,
                   signal.SIGUSR1, signal.SIGUSR2, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.umask(0o022)
    while (null := os.open(os.devnull, os.O_RDWR)) < 3:
        os.set_inheritable(null, True)
    os.close(null)
    # Scripts take the names of directories as they are, the address of a local socket has 107
    # bytes for all of one, and what a compiler says begins with that of its file there.
    if not re.fullmatch(r"[\w./+-]{1,48}", tempfile.gettempdir(), re.ASCII):
        os.environ["TMPDIR"] = tempfile.tempdir = "/tmp"


settle()


class Failure(Exception):
    """A test's own words on what is wrong."""


def wait_for(condition, what, limit=30):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"not within {limit} s: {what}")
        time.sleep(0.01)


def parents():
    """pid -> parent pid of all processes."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as f:
                    found[int(name)] = int(f.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                pass
    return found


def descendants(root):
    tree = parents()
    found, todo = set(), [root]
    while todo:
        parent = todo.pop()
        for pid, ppid in tree.items():
            if ppid == parent and pid not in found:
                found.add(pid)
                todo.append(pid)
    return found


def kill_descendants(root=None):
    """Also those stopped by a tracer: SIGKILL takes them out of it."""
    for _ in range(20):
        todo = descendants(root or os.getpid())
        if not todo:
            return
        for pid in todo:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.05)


class Result:
    def __init__(self, argv, status, out, err):
        self.argv, self.status, self.out, self.err = argv, status, out, err

    def __str__(self):
        return (f"{' '.join(map(str, self.argv))}: status {self.status}\n"
                f"{self.err.decode(errors='replace')[-3000:]}")


def run(argv, *, stdin=None, cwd=None, env=None, timeout=TIMEOUT, out=subprocess.PIPE, **more):
    """Runs to the end, in a process group of its own. status is as subprocess has it:
    negative for a signal."""
    child = subprocess.Popen(
        [str(a) for a in argv], cwd=cwd, env=env, process_group=0, stdout=out,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL if stdin is None else
        subprocess.PIPE if isinstance(stdin, bytes) else stdin, **more)
    try:
        text, err = child.communicate(stdin if isinstance(stdin, bytes) else None, timeout)
    except subprocess.TimeoutExpired:
        kill_descendants()
        child.wait()
        raise Failure(f"still running after {timeout} s: {' '.join(map(str, argv))}") from None
    return Result(argv, child.returncode, text, err)


class Bench:
    """The two programs under test, and a directory that goes away."""

    def __init__(self, rec, analyze):
        self.rec, self.analyze = os.path.abspath(rec), os.path.abspath(analyze)
        self.dir = tempfile.mkdtemp(prefix="systape-e2e-")
        os.chmod(self.dir, 0o755)
        self.count = 0

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        kill_descendants()
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def new_tape(self):
        self.count += 1
        return self.path(f"tape{self.count}.zst")

    def command(self, tape, command, options=()):
        return [self.rec, "-q", "-o", tape, *options, "--", *command]

    def record(self, command, options=(), **more):
        """(tape, result of rec)"""
        tape = self.new_tape()
        return tape, run(self.command(tape, command, options), **more)

    def sanitized(self):
        with open(self.rec, "rb") as f:
            return b"__asan_init" in f.read()

    def ask(self, *args, allowed=(0,), **more):
        """What `analyze` says: bytes."""
        result = run([self.analyze, *args], **more)
        if result.status not in allowed:
            raise Failure(f"analyze failed: {result}")
        return result.out

    def wait_until_attached(self, tape, pid):
        """Until `rec -p` has told the tape what there is: nothing is missed from then on."""
        wait_for(lambda: f"process {pid}:".encode() in self.ask("state", tape, allowed=(0, 2)),
                 "the tape has its snapshot")

    def lines(self, tape, *options):
        """What print shows: [(pid, text)], with the padding before the result taken out."""
        found = []
        for line in self.ask("print", *options, tape).decode("utf-8", "surrogateescape").split("\n"):
            if line:
                pid, _, text = line.partition(" ")
                if not pid.isdigit():
                    raise Failure(f"a line without a pid: {line!r}")
                found.append((int(pid), squeeze(text.lstrip(" "))))
        return found

    def objects(self, tape):
        """The tape as JSON lines, with the calls that the recorder was not asked for."""
        found = []
        for line in self.ask("export", "--to", "jsonl", "-e", "trace=all", tape).split(b"\n"):
            if line:
                try:
                    found.append(json.loads(line))
                except ValueError as e:
                    raise Failure(f"no JSON: {line[:300]!r}: {e}") from None
        return settled(found)

    def readable_by_protoc(self, tape):
        """What needs no code of ours. Its text is ten times as long: not for large tapes."""
        if not have("protoc") or os.path.getsize(tape) > PROTOC_MAX:
            return
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "proto")
        result = run(["sh", "-c", 'zstd -dc "$1" | protoc --proto_path="$2" '
                      "--decode=systape.Trace trace.proto >/dev/null", "sh", tape, root])
        if result.status != 0:
            raise Failure(f"protoc finds fault: {result}")

    def sound_part(self, tape):
        """Holds for a tape that was made of another: every part of it is readable."""
        for argv in ([self.analyze, "check", tape], ["zstd", "-tq", tape]):
            result = run(argv)
            if result.status != 0 or result.err:
                raise Failure(f"not clean: {result} {result.out!r}")
        self.readable_by_protoc(tape)

    def sound(self, tape):
        """Holds for every tape of an undisturbed recording. Returns its objects."""
        check = run([self.analyze, "check", tape])
        if check.status != 0 or check.err:
            raise Failure(f"not clean: {check} {check.out!r}")
        result = run(["zstd", "-tq", tape])
        if result.status != 0:
            raise Failure(f"zstd finds fault: {result}")
        self.readable_by_protoc(tape)
        objects = self.objects(tape)
        problem = inconsistent(objects) or second.difference(second.read(tape)[2], objects)
        if problem:
            raise Failure(problem)
        return objects


def squeeze(text):
    """`close(3)     = 0` -> `close(3) = 0`; blanks in strings are before the last `)`."""
    head, sep, tail = text.rpartition(") ")
    while sep and not tail.lstrip(" ").startswith("= "):
        head, sep, rest = head.rpartition(") ")
        tail = rest + ") " + tail
    return f"{head}) {tail.lstrip(' ')}" if sep else text


def settled(objects):
    """One object for each call: one that outlasts the reader's window is told twice, first
    as begun, with all that it read, then as ended, with the beginning of that."""
    begun, found = {}, []
    for o in objects:
        first = begun.pop(o.get("seq"), None) if o["type"] == "syscall" else None
        if first is not None:
            o["memory"] = ([m for m in first["memory"] if m["when"] == "entry"] +
                           [m for m in o["memory"] if m["when"] == "exit"])
            found[first["at"]] = o
            continue
        found.append(o)
        if o["type"] == "syscall" and o.get("end_seq") is None:
            begun[o["seq"]] = {"at": len(found) - 1, "memory": o["memory"]}
    return found


def inconsistent(objects):
    """What does not fit together in a complete tape's JSON lines, or None."""
    if not objects or objects[0].get("type") != "header":
        return "the first line is no header"
    trailer = objects[-1]
    if trailer.get("type") != "trailer":
        return "the last line is no trailer"
    if trailer.get("complete") is not True or trailer.get("lost") != 0:
        return f"not complete: {trailer}"
    calls = [o for o in objects if o["type"] == "syscall"]
    if trailer.get("syscalls") != len(calls):
        return f"the trailer counts {trailer.get('syscalls')} calls, there are {len(calls)}"
    return wrong_order(objects, calls) or wrong_lives(objects)


def wrong_order(objects, calls):
    places = [o["seq"] for o in objects if "seq" in o]
    places += [c["end_seq"] for c in calls if c.get("end_seq") is not None]
    if len(set(places)) != len(places):
        return "a place in the order is taken twice"
    if places and (min(places) != 1 or max(places) != len(places)):
        return f"places have holes: {len(places)} of them from {min(places)} to {max(places)}"
    open_until = {}
    for o in sorted((o for o in objects if "seq" in o), key=lambda o: o["seq"]):
        if o["type"] == "syscall":
            if o["seq"] < open_until.get(o["tid"], 0):
                return f"a call within a call: {o}"
            if (o.get("end_seq") is None) != (o["state"] == "unfinished"):
                return f"state and end do not fit: {o}"
            if o["state"] != "unfinished":
                if o["end_seq"] <= o["seq"]:
                    return f"a call ends before it begins: {o}"
                if o["name"] not in ("execve", "execveat"):
                    open_until[o["tid"]] = o["end_seq"]
    return None


def wrong_lives(objects):
    """Every task begins by a fork (or is the command, or ran already when it was attached to)
    before anything it does, and ends, unless it was let go of."""
    attached = not objects[0]["command"]
    let_go = bool(objects[-1].get("reason"))
    born = {o["child_tid"] for o in objects if o["type"] == "fork"}
    alive, died, first = set(), set(), True
    for o in sorted((o for o in objects if "seq" in o), key=lambda o: o["seq"]):
        if first or (attached and o["tid"] not in born | died):
            alive.add(o["tid"])
            first = False
        if o["type"] == "fork":
            alive.add(o["child_tid"])
            died.discard(o["child_tid"])
        if o["tid"] not in alive and not (o["type"] == "exec" and o["pid"] == o["tid"]):
            return f"not born or dead already: {o}"
        if o["type"] == "exec":
            alive.add(o["tid"])
        if o["type"] == "exit":
            alive.discard(o["tid"])
            died.add(o["tid"])
    # Threads that an exec takes away need no exit of their own.
    gone = {o["former_tid"] for o in objects if o["type"] == "exec"}
    left = alive - gone
    return f"no end of {sorted(left)}" if left and not let_go else None


def near(lines, at, span=12):
    """The neighbourhood of a line, for a message."""
    low = max(0, at - span)
    return "\n".join(f"    {pid} {text}" for pid, text in lines[low:at + span])


def have(program):
    return shutil.which(program) is not None


def require_ptrace():
    """Ends the test as skipped where no process may trace another at all."""
    child = os.fork()
    if child == 0:
        os._exit(ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) != 0)  # TRACEME
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        say("skipped: ptrace is not allowed here")
        sys.exit(SKIP)


def say(text):
    print(text, file=sys.stderr, flush=True)
