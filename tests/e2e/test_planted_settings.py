#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets in files that no rule knows by name: as a program of settings has them, weak ones too,
in logins that go over sockets line by line, and in files that a variable or an option names."""
import base64
import os
import sys

import planted

BASE64 = base64.b64encode(b"-----BEGIN PRIVATE KEY-----\nMIIEvQ4711abcdefghijklmnop").decode()
# Each has a secret of its own: none makes another known.
FILES = {
    "settings.py": ("SECRET_KEY = '@'\n", "#h(k2$&w=9n!x0*z)q@5p^7m%4l+8j-6v_3c"),
    "body.txt": ('{"user":"bob","password":"@"}', "two words 9x"),
    "form.txt": ("user=bob&password=@&x=1", "bluewhales"),
    "app.ini": ("[db]\nuser = bob\npassword = @\n", "swordfish"),
    "values.yml": ("db:\n  password: @\n  port: 5432\n", "Kv7!pq"),
    "block.yaml": ("db:\n  password: |\n    @\n", "goldfinch"),
    "app.properties": ("spring.datasource.password=@\n", "nightingale"),
    "app.toml": ('[db]\npassword = "@"\n', "blue kestrel"),
    "redis.conf": ("port 1\nrequirepass @\n", "kingfisher"),
    "wifi.conf": ('network={\n\tpsk="@"\n}\n', "my wifi phrase"),
    "users.xml": ("<user><password>@</password></user>\n", "woodpecker"),
    "users.sql": ("CREATE ROLE bob LOGIN PASSWORD '@';\n", "sandpiper"),
    "logins": ("machine h login bob password @\n", "chaffinch"),
    "auths": ('{"auths":{"r":{"auth":"@"}}}\n', base64.b64encode(b"bob:Dk7rSecretQz").decode()),
    "admin.kube": ("users:\n- user:\n    client-key-data: @\n", BASE64),
    "users": ("bob:@:1000\n", "$6$saltsalt$aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5"),
}
# Reads each, and says it again in the same words, somewhere else.
COPY = "for f in *; do cat $f | cat >/dev/null; done"

TALK = r"""
import os, socket
a, b = socket.socketpair()
for line in open("lines", "rb").read().split(b"|"):
    a.send(line + b"\r\n")
    b.recv(4096)
"""
LINES = ["EHLO h", "AUTH LOGIN", "Ym9i", "LOGIN64", "MAIL FROM:<a>", "AUTH PLAIN", "PLAIN64",
         "USER bob", "PASS FTP", 'a1 LOGIN "bob" "IMAP"']

MORE = r"""
import os
secret = os.environ["DB_PASSWORD"]
with open("wide", "wb") as f:
    f.write(secret.encode("utf-16-le") + b"----" + secret.encode("utf-16-be"))
value = open("/proc/self/fd/0").read().strip().encode()
try:
    os.setxattr("wide", "user.password", value)
    os.getxattr("wide", "user.password")
except OSError:
    pass
"""


class Settings(planted.PlantTest):
    def record(self, command, options=(), env=(), cwd=None, **more):
        tape, result = self.bench.record(
            command, options, cwd=cwd or self.dir,
            env={"PATH": os.environ["PATH"], "HOME": self.dir} | dict(env), **more)
        self.assertEqual(result.status, 0, result)
        return tape

    def test_files(self):
        inner = self.bench.path("inner")
        os.mkdir(inner)
        for name, (text, secret) in FILES.items():
            with open(os.path.join(inner, name), "w", encoding="utf-8") as f:
                f.write(text.replace("@", secret, 1))
        tape = self.record(["sh", "-c", COPY], cwd=inner)
        names = {secret: name for name, (_, secret) in FILES.items()}
        _, text = self.gone(tape, list(names), names)
        # What is around them stays.
        for wanted in (b"SECRET_KEY = '", b'{"user":"bob","password":"', b"requirepass ",
                       b"user=bob&password=", b"machine h login bob password ", b"port: 5432"):
            self.there(wanted, text)

    def test_lines(self):
        login, plain, ftp, imap = "smtpPw9q", "plainPw7x", "nutcracker", "im ap 9q"
        lines = "|".join(LINES)
        for word, value in (("LOGIN64", base64.b64encode(login.encode()).decode()),
                            ("PLAIN64", base64.b64encode(b"\0bob\0" + plain.encode()).decode()),
                            ("FTP", ftp), ("IMAP", imap)):
            lines = lines.replace(word, value)
        self.write("lines", lines)
        script = self.write("talk.py", TALK)
        tape = self.record([sys.executable, "-S", script])
        out, _ = self.redact(tape)
        for path, there in ((tape, True), (out, False)):
            said = self.sent(path)
            for secret in (login, plain, ftp, imap):
                self.assertEqual(bool(planted.left_in(said, [secret])), there, (path, secret))

    def sent(self, tape):
        """What went over sockets: in the file that it was read from nobody knows what it is."""
        return b"".join(base64.b64decode(m["data"]) for o in self.bench.objects(tape)
                        if o["type"] == "syscall" and o["name"] in ("sendto", "recvfrom")
                        for m in o["memory"])

    def test_named(self):
        """Files that are secret because a variable or an option says so."""
        files = {"pw1": "pgpassX7", "pw2": "correct horse", "pw3": "netrcQ99", "pw4": "vault 44 x"}
        for name, text in files.items():
            self.write(name, text + "\n")
        tape = self.record(
            ["sh", "-c", "cat pw1 pw2; sh -c 'cat pw3; true' sh --netrc-file pw3; "
             "sh -c 'cat pw4; true' sh --vault-password-file=pw4"],
            env={"PGPASSFILE": self.bench.path("pw1"), "DB_PASSWORD_FILE": "pw2"})
        before = planted.plain(tape)
        for secret in files.values():
            self.there(secret.encode(), before)
        _, text = self.redact(tape)
        for name, secret in files.items():
            self.not_there(secret.encode(), text, name)

    def test_forms(self):
        """In UTF-16, and as an attribute of a file."""
        script = self.write("more.py", MORE)
        secret, value = "u16Pw99xyz", "xattrPw!9q"
        tape = self.record([sys.executable, "-S", script], env={"DB_PASSWORD": secret},
                           stdin=value.encode())
        before = planted.plain(tape)
        _, text = self.redact(tape)
        for encoding in ("utf-16-le", "utf-16-be"):
            self.there(secret.encode(encoding), before)
            self.not_there(secret.encode(encoding), text)
        if any(o["type"] == "syscall" and o["name"] == "setxattr" and not o.get("error")
               for o in self.bench.objects(tape)):
            self.not_there(value.encode(), text)

    def test_weak(self):
        """A word that is somebody's password stays a word elsewhere."""
        self.write("app.ini", "password = swordfish\n")
        tape = self.record(["sh", "-c", "cat app.ini; echo the swordfish is a fish"])
        _, text = self.redact(tape)
        self.not_there(b"password = swordfish", text)
        self.there(b"the swordfish is a fish", text)


if __name__ == "__main__":
    planted.main()
