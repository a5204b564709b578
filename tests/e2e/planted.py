# SPDX-License-Identifier: Apache-2.0
"""Planted secrets, and a search for what is left of them that does not use our reader: in the
bytes that zstd gives."""
import base64
import json
import re
import subprocess
import urllib.parse

import suite
from harness import run

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
MASK = (1 << 64) - 1


def token(name):
    """As tests/progs/planted.h makes it."""
    x = 0xcbf29ce484222325
    for c in name.encode():
        x = (x ^ c) * 0x100000001b3 & MASK
    text = "ghp_"
    for _ in range(36):
        x = (x * 6364136223846793005 + 1442695040888963407) & MASK
        text += DIGITS[(x >> 33) % 62]
    return text


def forms(secret):
    """As a program of another language makes them; of base64 what no neighbour changes."""
    raw = secret.encode()
    yield raw
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(b"\0" * before + raw)
            yield text[(before * 8 + 5) // 6:(before + len(raw)) * 8 // 6]
    yield urllib.parse.quote(secret, safe="").encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield json.dumps(secret)[1:-1].encode()


def lines(secret):
    """The same, whole, each as a program would send it."""
    raw = secret.encode()
    return [secret, *(encode(before + raw).decode() for before in (b"", b"u", b"us")
                      for encode in (base64.b64encode, base64.urlsafe_b64encode)),
            urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret), raw.hex(),
            raw.hex().upper(), json.dumps(secret)]


def plain(tape):
    return subprocess.run(["zstd", "-dcq", tape], stdout=subprocess.PIPE, check=True).stdout


def left_in(text, secrets):
    """What of these secrets is in some bytes, in any form."""
    return sorted({f.decode() for s in secrets for f in forms(s) if f in text})


def left(tape, secrets):
    return left_in(plain(tape), secrets)


def runs(text, secret, least=8):
    """Beginnings of a secret of at least so many bytes: what a cut leaves behind."""
    found = [m.start() for m in re.finditer(re.escape(secret.encode()[:least]), text)]
    return [text[at:at + len(secret)] for at in found]


class PlantTest(suite.TapeTest):
    def setUp(self):
        super().setUp()
        self.need("zstd")

    def there(self, wanted, text, what=None):
        """Without saying all of the text."""
        self.assertTrue(wanted in text, what or wanted)

    def not_there(self, wanted, text, what=None):
        self.assertFalse(wanted in text, what or wanted)

    def joined(self, tape):
        """What was read and written byte by byte, put together by who and where."""
        streams = {}
        for o in self.bench.objects(tape):
            if o["type"] == "syscall" and o["name"] in ("read", "write"):
                for m in o["memory"]:
                    if m["length"] < 4:
                        streams.setdefault((o["pid"], o["args"][0]["value"]), bytearray()).extend(
                            base64.b64decode(m["data"]))
        return b"\n".join(streams.values())

    def redact(self, tape, *options, status=0):
        """The new tape, and what it holds. What is said of it tells no secret."""
        out = self.bench.new_tape()
        result = run([self.bench.analyze, "redact", *options, "-o", out, tape])
        self.assertEqual(result.status, status, result)
        return out, plain(out)

    def gone(self, tape, secrets, names=None, options=()):
        """All of them are on the tape, and in no form on the redacted one."""
        before = plain(tape)
        absent = [s for s in secrets if not left_in(before, [s])]
        self.assertEqual(absent, [], "not there to begin with")
        out, text = self.redact(tape, *options)
        # Also where base64 goes on in the next line.
        unwrapped = re.sub(rb"\r?\n[ \t]*", b"", text)
        found = [(names or {}).get(s, s) for s in secrets
                 if left_in(text, [s]) or left_in(unwrapped, [s])]
        self.assertEqual(found, [], "left")
        return out, text


def main():
    suite.main()
