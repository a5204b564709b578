# SPDX-License-Identifier: Apache-2.0
"""A pseudo terminal with a command on it, and somebody who types and reads."""
import fcntl
import os
import pty
import select
import struct
import termios
import time

from harness import Failure, wait_for


class Terminal:
    """A session of its own on a pseudo terminal, running one command in the foreground."""

    def __init__(self, argv, cwd):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(cwd)
                os.execvp(argv[0], argv)
            finally:
                os._exit(127)
        self.text = b""

    def read_until(self, wanted, limit=30):
        end = time.monotonic() + limit
        while wanted not in self.text:
            if not self.read_some(end - time.monotonic()):
                raise Failure(f"{wanted!r} never came, only {self.text!r}")

    def read_some(self, limit):
        if limit <= 0 or not select.select([self.fd], [], [], limit)[0]:
            return False
        try:
            more = os.read(self.fd, 4096)
        except OSError:
            return False
        self.text += more
        return bool(more)

    def type(self, text):
        os.write(self.fd, text)

    def forget(self):
        """What was read until now is not to be found again."""
        self.text = b""

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self, limit=30):
        """The rest of the output, and the status as subprocess has it."""
        end = time.monotonic() + limit
        while self.read_some(end - time.monotonic()):
            pass
        wait_for(lambda: os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT),
                 "the end of the terminal's command")
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return status
