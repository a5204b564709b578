# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium that a test asks questions, over two pipes: no port, no other program.
What a page complains of (errors, forbidden by its policy) is kept in `complaints`."""
import base64
import fcntl
import json
import os
import select
import subprocess
import time

from harness import Failure

ANSWER_MAX = 60
COMMAND, ANSWER = 3, 4  # the descriptors that the browser has them at


class Browser:
    def __init__(self, home):
        to_it, self.to_it = os.pipe()
        self.from_it, from_it = os.pipe()

        def descriptors():
            ends = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (to_it, from_it)]
            for fd, end in zip((COMMAND, ANSWER), ends):
                os.dup2(end, fd, inheritable=True)

        self.child = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             f"--user-data-dir={home}"], env=dict(os.environ, HOME=home), close_fds=False,
            process_group=0, preexec_fn=descriptors, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_it)
        os.close(from_it)
        self.kept, self.events, self.complaints = b"", [], []
        self.last, self.session = 0, None

    def __enter__(self):
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target,
                                flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(domain + ".enable")
        return self

    def __exit__(self, *exc):
        os.close(self.to_it)
        self.child.kill()
        self.child.wait()
        os.close(self.from_it)

    def message(self):
        end = time.monotonic() + ANSWER_MAX
        while b"\0" not in self.kept:
            ready, _, _ = select.select([self.from_it], [], [], max(end - time.monotonic(), 0))
            more = os.read(self.from_it, 1 << 16) if ready else b""
            if not more:
                raise Failure("the browser does not answer")
            self.kept += more
        text, _, self.kept = self.kept.partition(b"\0")
        return json.loads(text)

    def take(self, message):
        if message.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
            self.complaints.append(message["params"])
        self.events.append(message.get("method"))

    def ask(self, method, **params):
        self.last += 1
        request = {"id": self.last, "method": method, "params": params}
        if self.session:
            request["sessionId"] = self.session
        os.write(self.to_it, json.dumps(request).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.last:
                break
            self.take(message)
        if "error" in message:
            raise Failure(f"{method}: {message['error']}")
        return message["result"]

    def open(self, path):
        self.events.clear()
        self.ask("Page.navigate", url=f"file://{path}")
        while "Page.loadEventFired" not in self.events:
            self.take(self.message())

    def get(self, expression):
        """What the expression is in the page, once a frame has been drawn."""
        result = self.ask("Runtime.evaluate", awaitPromise=True, returnByValue=True,
                          expression="new Promise((done) => requestAnimationFrame(() => "
                          f"requestAnimationFrame(() => done({expression}))))")
        if "exceptionDetails" in result:
            raise Failure(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def key(self, key, text=""):
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key,
                     **({"text": text} if text and kind == "keyDown" else {}))

    def mouse(self, kind, x, y, **more):
        self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def window(self, width, height, scheme="light"):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.ask("Page.captureScreenshot",
                                              captureBeyondViewport=True)["data"]))

    def pdf(self):
        return base64.b64decode(self.ask("Page.printToPDF", printBackground=True)["data"])
