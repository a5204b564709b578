#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Long work on a terminal: how far it is stands there, never among results, and is gone at the
end."""
import os
import re
import select
import threading
import time

import suite
from terminal import Terminal

READING = b"analyze: reading"
LONG = 1.5  # s; nothing is said in the first second


def screen(text):
    """The lines that stand there in the end: a carriage return goes back to the first column."""
    lines = []
    for line in text.replace(b"\r\n", b"\n").split(b"\n"):
        shown = b""
        for part in line.split(b"\r"):
            shown = part + shown[len(part):]
        lines.append(shown.rstrip(b" "))
    return lines


class Progress(suite.TapeTest):
    def setUp(self):
        super().setUp()
        tape, _ = self.bench.record(["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=3000"])
        with open(tape, "rb") as f:
            self.tape = f.read()
        self.fifo = self.bench.path("fifo")
        os.mkfifo(self.fifo)
        self.enough = threading.Event()

    def feed(self):
        """Tapes, one behind the other, until there are enough."""
        with open(self.fifo, "wb") as f:
            try:
                while not self.enough.is_set():
                    f.write(self.tape)
                    f.flush()
            except BrokenPipeError:
                pass

    def run_on_terminal(self, command, until):
        """What came to the terminal, and the status. @until: of the text so far, it is enough."""
        terminal = Terminal(["sh", "-c", f"{{ {command}; }} < '{self.fifo}'"], self.dir)
        feeder = threading.Thread(target=self.feed)
        feeder.start()
        try:
            end = time.monotonic() + 60
            while not until(terminal.text) and time.monotonic() < end:
                if select.select([terminal.fd], [], [], 0.1)[0]:
                    terminal.read_some(1)
        finally:
            self.enough.set()
            status = terminal.end(120)  # what was read ahead comes first
            feeder.join()
        return terminal.text, status

    def long_enough(self):
        begin = time.monotonic()
        return lambda text: time.monotonic() - begin > LONG

    def test_shown_and_gone(self):
        """A table at the end of it."""
        text, status = self.run_on_terminal(f"'{self.bench.analyze}' stats -",
                                            lambda text: READING in text)
        self.assertEqual(status, 0)
        self.assertRegex(text, rb"\ranalyze: reading, \d+ MiB")
        lines = screen(text)
        self.assertFalse([line for line in lines if b"reading" in line], lines)
        self.assertTrue(lines[0].startswith(b"% time"), lines)

    def test_beside_a_file(self):
        """What is written elsewhere does not end it."""
        text, status = self.run_on_terminal(f"'{self.bench.analyze}' print - >out",
                                            lambda text: len(re.findall(READING, text)) > 2)
        self.assertEqual(status, 0)
        self.assertEqual(screen(text), [b""])

    def test_not_among_lines(self):
        """Lines come to the terminal, straight or through a pipe."""
        for command in (f"'{self.bench.analyze}' print -", f"'{self.bench.analyze}' print - | cat"):
            self.enough.clear()
            text, status = self.run_on_terminal(command, self.long_enough())
            self.assertEqual(status, 0)
            self.assertIn(b"read(0", text)
            self.assertNotIn(READING, text)

    def test_not_elsewhere(self):
        """stderr is no terminal."""
        text, status = self.run_on_terminal(f"'{self.bench.analyze}' stats - 2>err",
                                            self.long_enough())
        self.assertEqual(status, 0)
        self.assertNotIn(READING, text)
        with open(self.bench.path("err"), "rb") as f:
            self.assertEqual(f.read(), b"")


if __name__ == "__main__":
    suite.main()
