#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""usage: state_walk.py LOG SEED STEPS DEPTH

Opens, duplicates, closes, passes on and inherits descriptors at random, always the same for
a seed. Now and then it asks the kernel what each of them is: a line `PID FD TEXT` (or `PID
cwd TEXT`) in LOG, next to a call with that descriptor (or with AT_FDCWD) that is found in a
recording.

Each process has a directory of its own, and names change only while no child runs: else
nobody could tell what came first."""
import ctypes
import fcntl
import os
import random
import socket
import sys
import threading

LIBC = ctypes.CDLL(None, use_errno=True)
MAX = 40
CLOSE_RANGE, CLOSE_RANGE_CLOEXEC, CLONE_FILES, CLONE_FS = 436, 4, 0x400, 0x200
MARK = "/marker"


def is_open(fd):
    try:
        os.fstat(fd)
        return True
    except OSError:
        return False


class Walk:
    def __init__(self, log, seed, steps, depth):
        self.log, self.seed, self.steps, self.depth = log, seed, steps, depth
        self.random = random.Random(f"{seed} {depth}")
        self.top = os.path.join(TOP, str(os.getpid()), "own")

    def fds(self):
        """But the standard ones and the log."""
        found = [int(n) for n in os.listdir("/proc/self/fd")]
        return sorted(fd for fd in found if fd > 2 and fd != self.log and is_open(fd))

    def dump(self):
        lines = [f"{os.getpid()} cwd {os.readlink('/proc/self/cwd')}\n"]
        try:
            os.stat(MARK)
        except FileNotFoundError:
            pass
        for fd in [0, *self.fds()]:
            fcntl.fcntl(fd, fcntl.F_GETFD)
            lines.append(f"{os.getpid()} {fd} {os.readlink(f'/proc/self/fd/{fd}')}\n")
        os.write(self.log, "".join(lines).encode())

    # ---- steps ----

    def name(self):
        return self.random.choice(["a", "b", "./c", "d<1>", "../e", "sub/f", "sub/../g", 'h"i'])

    def flags(self):
        return os.O_RDWR | os.O_CREAT | self.random.choice([0, os.O_APPEND])

    def open_file(self):
        fd = os.open(self.name(), self.flags())
        os.set_inheritable(fd, self.random.random() < 0.7)

    def open_at(self):
        base = os.open(".", os.O_PATH)
        os.open(self.name(), self.flags(), dir_fd=base)
        os.close(base)

    def open_other(self):
        self.random.choice([
            lambda: os.open("/dev/null", os.O_RDONLY), lambda: os.open("/proc/self/stat", os.O_RDONLY),
            lambda: os.memfd_create("m m"), lambda: os.eventfd(1),
            lambda: LIBC.epoll_create1(0),
            lambda: os.pidfd_open(os.getpid()), os.pipe, lambda: os.pipe2(0),
            lambda: socket.socket(socket.AF_UNIX).detach(),
            lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).detach(),
            lambda: [s.detach() for s in socket.socketpair()],
        ])()

    def copy(self, fd):
        self.random.choice([
            lambda: os.dup(fd), lambda: os.dup2(fd, self.random.randrange(50, 60)),
            lambda: os.dup2(fd, self.random.randrange(50, 60), inheritable=False),
            lambda: fcntl.fcntl(fd, fcntl.F_DUPFD, 70),
            lambda: fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 80)])()

    def change_flag(self, fd):
        self.random.choice([
            lambda: os.set_inheritable(fd, True), lambda: os.set_inheritable(fd, False),
            lambda: fcntl.ioctl(fd, 0x5451), lambda: fcntl.fcntl(fd, fcntl.F_SETFD, 0)])()

    def close_some(self, fd):
        if self.random.random() < 0.7:
            os.close(fd)
        elif self.log < fd or self.log > fd + 2:
            LIBC.syscall(CLOSE_RANGE, fd, fd + 2, self.random.choice([0, CLOSE_RANGE_CLOEXEC]))

    def change_directory(self):
        where = self.random.choice(["sub", "..", "."])
        try:
            if self.random.random() < 0.5:
                os.chdir(where)
            else:
                fd = os.open(where, os.O_RDONLY | os.O_DIRECTORY)
                os.fchdir(fd)
                os.close(fd)
        except OSError:
            pass
        if not os.readlink("/proc/self/cwd").startswith(self.top):
            os.chdir(self.top)

    def reap(self):
        while True:
            try:
                os.wait()
            except ChildProcessError:
                return

    def rename(self):
        self.reap()
        try:
            self.random.choice([lambda: os.rename(self.name(), self.name()),
                                lambda: os.unlink(self.name())])()
        except OSError:
            pass

    def follow_link(self):
        self.reap()
        link = f"link{os.getpid()}.{self.random.randrange(1 << 30)}"
        os.symlink(self.random.choice(["a", self.top + "/b", "./sub/../c"]), link)
        os.open(link, self.flags())
        os.unlink(link)

    def pass_on(self, fd):
        a, b = socket.socketpair()
        socket.send_fds(a, [b"x"], [fd, 0])
        socket.recv_fds(b, 1, 2)
        a.close()
        b.close()

    def in_threads(self):
        """Both at once: who gets which number is not known before."""
        def some(walk):
            for _ in range(8):
                fd = os.open(walk.name(), walk.flags())
                if walk.random.random() < 0.5:
                    os.close(fd)
        walks = [Walk(self.log, self.random.random(), 0, 0) for _ in range(2)]
        threads = [threading.Thread(target=some, args=[w]) for w in walks]
        for t in threads:
            t.start()
        for t in threads:
            t.join()

    def in_own_table(self):
        """A thread that shares no more descriptors, nor the directory."""
        def some():
            LIBC.unshare(CLONE_FILES | CLONE_FS)
            os.chdir("/")
            os.open("/dev/zero", os.O_RDONLY)
            for fd in self.fds()[:2]:
                os.close(fd)
        t = threading.Thread(target=some)
        t.start()
        t.join()

    def fork(self):
        if self.depth >= 2:
            return
        pid = os.fork()
        if pid == 0:
            self.depth += 1
            self.random = random.Random(f"{self.seed} {self.depth} child")
            self.top = os.path.join(TOP, str(os.getpid()), "own")
            if self.random.random() < 0.5:
                self.exec()
            self.run()
            self.reap()
            os._exit(0)
        if self.random.random() < 0.5:
            os.waitpid(pid, 0)

    def exec(self):
        os.set_inheritable(self.log, True)
        args = [str(a) for a in (self.log, self.random.randrange(1000), self.steps, self.depth)]
        os.execv(sys.executable, [sys.executable, "-I", __file__, *args])

    def step(self):
        fds = self.fds()
        if len(fds) > MAX:
            for fd in fds[MAX // 2:]:
                os.close(fd)
            return
        one = self.random.choice(fds) if fds else 0
        on_one = [self.copy, self.change_flag, self.close_some, self.close_some, self.pass_on]
        others = [self.open_file, self.open_file, self.open_at, self.open_other, self.open_other,
                  self.change_directory, self.rename, self.follow_link, self.in_threads,
                  self.in_own_table, self.fork]
        if fds and self.random.random() < 0.5:
            self.random.choice(on_one)(one)
        else:
            self.random.choice(others)()

    def run(self):
        os.makedirs(self.top, exist_ok=True)
        os.chdir(self.top)
        for i in range(self.steps):
            os.makedirs("sub", exist_ok=True)
            self.step()
            if i % 5 == 4:
                self.dump()


TOP = os.environ["STATE_TOP"]

if __name__ == "__main__":
    where = sys.argv[1]
    log = int(where) if where.isdigit() else fcntl.fcntl(
        os.open(where, os.O_WRONLY | os.O_APPEND | os.O_CREAT), fcntl.F_DUPFD, 100)
    walk = Walk(log, sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    walk.run()
    walk.reap()
