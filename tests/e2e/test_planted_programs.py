#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real programs with real ways of keeping and telling secrets: none is left on a redacted tape."""
import base64
import http.server
import json
import os
import re
import ssl
import subprocess
import sys
import threading

import planted
from harness import run

USER = "bob"
HOME_FILES = {
    ".netrc": ("machine h.example login bob password @\n", "Nt4rc7zPqWx"),
    ".pgpass": ("h.example:5432:db:bob:@\n", "Pg8pass2KvLm"),
    ".my.cnf": ("[client]\nuser=bob\npassword=@\n", "My5cnf3TrUd"),
    ".aws/credentials": ("[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
                         "aws_secret_access_key = @\n", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzz1"),
    ".docker/config.json": ('{"auths":{"reg.example":{"auth":"@"}}}\n',
                            base64.b64encode(b"bob:Dk7rSecretQz").decode()),
    ".kube/config": ("users:\n- name: a\n  user:\n    token: @\n", "kubeTok9a8b7c6d5e4f"),
    ".npmrc": ("//registry.example/:_authToken=@\n", "npmAuth1x2y3z4w5"),
    ".pypirc": ("[pypi]\nusername = __token__\npassword = @\n", "pypiPass77QQzz"),
    ".git-credentials": ("https://bob:@@h.example\n", "gitCred5Xw9Yz"),
    ".config/gh/hosts.yml": ("github.com:\n    oauth_token: @\n", "ghoAuthTok1234567"),
    ".config/git/credentials": ("https://bob:@@g.example\n", "gitXdg8Cred1"),
    ".vault-token": ("@\n", "vaultTok3nValue99"),
    ".htpasswd": ("bob:@\n", "$apr1$x8Hq2Lzz$Qw9kVb3rTt1YyUuIiOoPp/"),
    ".cargo/credentials.toml": ('[registry]\ntoken = "@"\n', "cargoTok9Xx8Yy7"),
    ".ssh/id_ed25519": ("-----BEGIN OPENSSH PRIVATE KEY-----\n@\n"
                        "-----END OPENSSH PRIVATE KEY-----\n",
                        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ"),
    "tls.key": ("-----BEGIN PRIVATE KEY-----\n@\n-----END PRIVATE KEY-----\n",
                "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj"),
}
# Copies them by a pipe, and says them in other words, in a file that no rule knows.
COPY = 'cat "$1"; cat "$1" | cat >copy; base64 -w0 <"$1"; od -An -tx1 -v <"$1" | tr -d " \\n"'

SITE_COOKIE = "sess7cookieWx91"
SITE_TOKEN = "tok7fromSite2Qz"


class Site(http.server.BaseHTTPRequestHandler):
    """Gives a cookie and a token, and says back what it was sent."""

    def do_GET(self):
        body = json.dumps({"access_token": SITE_TOKEN, "id": 4711}).encode()
        self.send_response(200)
        self.send_header("Set-Cookie", f"sid={SITE_COOKIE}; Path=/; HttpOnly")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_):
        pass


class Programs(planted.PlantTest):
    def setUp(self):
        super().setUp()
        self.home = self.bench.path("home")
        os.mkdir(self.home, 0o700)
        self.env = {"PATH": os.environ["PATH"], "HOME": self.home, "LC_ALL": "C"}

    def in_home(self, name, text):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o600)
        return path

    def serve(self, wrap=None):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        if wrap:
            server.socket = wrap(server.socket)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return server.server_address[1]

    def record(self, command, options=(), env=(), status=0, **more):
        tape, result = self.bench.record(command, options, cwd=self.dir,
                                         env=self.env | dict(env), **more)
        if status is not None:
            self.assertEqual(result.status, status, result)
        return tape

    def test_files(self):
        """Each alone, so that no other makes it known."""
        self.need("base64", "od", "tr")
        for name, (text, secret) in HOME_FILES.items():
            with self.subTest(name):
                path = self.in_home(name, text.replace("@", secret, 1))
                _, after = self.gone(self.record(["sh", "-c", COPY, "sh", path]), [secret])
                self.assertEqual(planted.runs(after, secret, 12), [])

    def test_shadow(self):
        if os.geteuid():
            self.skipTest("only root reads it")
        shadow = "/etc/shadow"
        with open(shadow, encoding="utf-8") as f:
            lines = [line.split(":") for line in f]
        hashes = [x[1] for x in lines if len(x[1]) > 20]
        tape = self.record(["cat", shadow])
        out, _ = self.gone(tape, hashes)
        said = b"".join(base64.b64decode(m["data"]) for o in self.bench.objects(out)
                        if o["type"] == "syscall" and o["name"] == "read" for m in o["memory"])
        self.not_there(b"\nroot:" if not lines[0][0] == "root" else b"root:", said)

    def test_curl(self):
        self.need("curl")
        site = f"http://127.0.0.1:{self.serve()}"
        self.in_home(".netrc", "machine localhost login bob password NetRcPw4711\n")
        secrets = [f"curlSecret{i}aZ9" for i in range(9)]
        s = iter(secrets)
        config = f'user = "bob:{next(s)}"\nurl = "{site}/config"\n'
        commands = [
            ["-u", f"bob:{next(s)}", site], ["-H", f"Authorization: Bearer {next(s)}", site],
            ["-H", f"X-Api-Key: {next(s)}", site], ["-b", f"a=b; sid={next(s)}", site],
            ["-d", f"user=bob&password={next(s)}", site],
            ["-d", json.dumps({"user": "bob", "password": next(s)}), site],
            [f"{site}/x?a=1&api_key={next(s)}&b=2"],
            [site.replace("//", f"//bob:{next(s)}@")],
            ["-n", site.replace("127.0.0.1", "localhost")],
            ["-c", "jar", site], ["-b", "jar", site], ["-K", "-"]]
        for command in commands:
            with self.subTest(command):
                argv = ["curl", "-sS", "-o", "out", *command]
                tape = self.record(argv, stdin=config.encode())
                before = planted.plain(tape)
                wanted = [x for x in [*secrets, "NetRcPw4711", SITE_COOKIE, SITE_TOKEN]
                          if planted.left_in(before, [x])]
                self.assertGreater(len(wanted), 2 if command[0] not in ("-c", "-b") else 1)
                self.gone(tape, wanted)

    def certificate(self):
        self.need("openssl")
        result = run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
                      "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                      self.bench.path("k.pem"), "-out", self.bench.path("c.crt")])
        self.assertEqual(result.status, 0, result)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.bench.path("c.crt"), self.bench.path("k.pem"))
        return self.serve(lambda s: context.wrap_socket(s, server_side=True))

    def test_key_log(self):
        """What decrypts a connection, of three programs."""
        self.need("curl")
        port = self.certificate()
        fetch = (f"import ssl, socket; c = ssl.create_default_context(cafile='c.crt'); "
                 f"s = c.wrap_socket(socket.create_connection(('127.0.0.1', {port})), "
                 f"server_hostname='127.0.0.1'); s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n'); "
                 f"s.recv(1000)")
        commands = {
            "curl": ["curl", "-sS", "--cacert", "c.crt", f"https://127.0.0.1:{port}/"],
            "python": [sys.executable, "-c", fetch],
            "openssl": ["openssl", "s_client", "-keylogfile", "kept", "-connect",
                        f"127.0.0.1:{port}"]}
        for name, command in commands.items():
            with self.subTest(name):
                kept = self.bench.path("kept")
                env = {} if name == "openssl" else {"SSLKEYLOGFILE": kept}
                tape = self.record(command, env=env, status=None)
                if not os.path.exists(kept):
                    continue
                with open(kept, encoding="ascii") as f:
                    keys = [line.split()[2] for line in f if not line.startswith("#")]
                os.unlink(kept)
                self.assertTrue(keys)
                self.gone(tape, keys)

    def test_private_keys(self):
        """Made and used, with a passphrase."""
        self.need("openssl")
        word = "kEyPass4711zz"
        script = ("openssl genpkey -algorithm ed25519 -out plain.pem && openssl pkey -in plain.pem "
                  f"-aes256 -passout pass:{word} -out locked && openssl pkey -in locked -passin "
                  "env:KEYWORD -out again -text && cat plain.pem >copy")
        tape = self.record(["sh", "-c", script], env={"KEYWORD": word})
        with open(self.bench.path("plain.pem"), encoding="ascii") as f:
            lines = [x for x in f.read().split("\n") if x and not x.startswith("-")]
        self.gone(tape, [word, *lines])

    def test_shapes_of_keys(self):
        """In files that no rule knows, and one that is cut off."""
        one, two = "MIIshapeOneAbc+/defghijk0123", "MIIshapeTwoAbc+/defghijk4567"
        head, tail = "-----BEGIN %s-----", "-----END %s-----"
        shapes = {
            "RSA": f"{head}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0\n\n{one}\n{two}\n"
                   f"{tail}",
            "OpenSSH": f"a: |\n    {head}\n    {one}\n    {two}\n    {tail}\nb: 1",
            "PGP": f"{head}\nVersion: x\n\n{one}\n{two}\n=abcd\n{tail}",
            "cut off": f"{head}\n{one}\n{two}\n",
            "in CRLF": f"{head}\r\n{one}\r\n{two}\r\n{tail}\r\n"}
        kinds = {"RSA": "RSA PRIVATE KEY", "OpenSSH": "OPENSSH PRIVATE KEY",
                 "PGP": "PGP PRIVATE KEY BLOCK"}
        for name, shape in shapes.items():
            with self.subTest(name):
                text = "x=1\n" + shape.replace("%s", kinds.get(name, "PRIVATE KEY"))
                self.gone(self.record(["cat"], stdin=text.encode()), [one, two])
        text = json.dumps({"type": "service_account", "private_key":
                           (head + "\n" + one + "\n" + two + "\n" + tail).replace(
                               "%s", "PRIVATE KEY"), "n": 1})
        self.gone(self.record(["cat"], stdin=text.encode()), [one, two])

    def test_decoded(self):
        """What is base64 or hexadecimal of something: that is a secret, too."""
        self.need("openssl")
        tape = self.record(["sh", "-c", "openssl genpkey -algorithm rsa -out k.pem 2>/dev/null; "
                            "openssl pkey -in k.pem -outform DER -out x; cat x >y"])
        with open(self.bench.path("k.pem"), encoding="ascii") as f:
            lines = [x for x in f.read().split("\n") if len(x) == 64]
        before = planted.plain(tape)
        _, after = self.gone(tape, lines)
        # The first begins with what kind of key it is, and the other form may not say so.
        for raw in map(base64.b64decode, lines[1:]):
            self.there(raw, before)
            for at in range(0, len(raw) - 16):
                self.not_there(raw[at:at + 16], after)
        script = ("import base64, json, os; a = json.load(open(os.environ['HOME'] + "
                  "'/.docker/config.json')); "
                  "print(base64.b64decode(a['auths']['reg.example']['auth']).decode())")
        self.in_home(".docker/config.json", HOME_FILES[".docker/config.json"][0].replace(
            "@", HOME_FILES[".docker/config.json"][1]))
        self.gone(self.record([sys.executable, "-S", "-c", script]), ["Dk7rSecretQz"])

    def test_logins(self):
        """In protocols of lines, from where nobody knows."""
        words = ["ftpPw4711x", "imapPw4712x", "smtpPw4713x"]
        said = (f"USER bob\r\nPASS {words[0]}\r\na1 LOGIN bob {words[1]}\r\nAUTH PLAIN "
                + base64.b64encode(b"\0bob\0" + words[2].encode()).decode() + "\r\n")
        script = ("import socket, sys; a, b = socket.socketpair(); t = sys.stdin.buffer.read()\n"
                  "for c in t: a.send(bytes([c])); b.recv(1)\n"
                  "print(t.split()[-1])\n")
        tape = self.record([sys.executable, "-S", "-c", script], stdin=said.encode())
        self.gone(tape, words)
        # No password, but the same by its looks.
        tape = self.record(["cat"], stdin=b"PASS src/app2.test.js\r\nPASS\r\n")
        _, text = self.redact(tape)
        self.there(b"PASS src/app2.test.js\r\nPASS\r\n", text)

    def test_wrapped(self):
        """base64 with ends of lines at every place of the secret, as programs write it."""
        self.need("base64")
        secret = "wrapSecret4711/Zz+x"
        # It is known by its name once, and then only in other words.
        script = ("import base64, email.mime.text, os, subprocess, sys, textwrap\n"
                  "s = os.environ['DB_PASSWORD']\n"
                  "for i in range(30, 110):\n"
                  "    t = ('x' * i + s + 'y' * 90).encode()\n"
                  "    sys.stdout.write(base64.encodebytes(t).decode())\n"
                  "    if i % 20 == 0:\n"
                  "        sys.stdout.write(email.mime.text.MIMEText(t.decode(), _charset='utf-8')"
                  ".as_string())\n"
                  "        b = base64.b64encode(t).decode()\n"
                  "        sys.stdout.write('k: |\\n  ' + '\\r\\n  '.join(textwrap.wrap(b, 64)))\n"
                  "        sys.stdout.flush()\n"
                  "        subprocess.run(['base64'], input=t, check=True)\n")
        tape = self.record([sys.executable, "-S", self.write("w.py", script)],
                           env={"DB_PASSWORD": secret})
        before = re.sub(rb"\r?\n[ \t]*", b"", planted.plain(tape))
        for form in list(planted.forms(secret))[1:6:2]:
            self.there(form, before)
        self.gone(tape, [secret])

    def test_git(self):
        self.need("git")
        port = self.serve()
        secrets = ["gitUrlTok12345Zz", "gitExtra98765Qq", "gitHelper4711Ww"]
        script = f"""
git init -q r && cd r
git remote add origin http://bob:{secrets[0]}@127.0.0.1:{port}/r.git
git fetch -q origin
git -c http.extraHeader='Authorization: Basic {base64.b64encode(
    b"bob:" + secrets[1].encode()).decode()}' ls-remote http://127.0.0.1:{port}/x.git
git config credential.helper store
printf 'protocol=http\\nhost=127.0.0.1:{port}\\nusername=bob\\npassword={secrets[2]}\\n\\n' |
    git credential approve
git -c credential.helper=store credential fill <<!
protocol=http
host=127.0.0.1:{port}

!
git config --get remote.origin.url; true
"""
        tape = self.record(["sh", "-c", script], env={"GIT_TERMINAL_PROMPT": "0"})
        self.gone(tape, secrets)

    def test_ssh_agent(self):
        self.need("ssh-agent", "ssh-add", "ssh-keygen")
        script = ("ssh-keygen -q -t ed25519 -N '' -C c -f key && eval $(ssh-agent -s) && "
                  "ssh-add key && ssh-add -l && ssh-keygen -q -Y sign -n x -f key.pub key.pub; "
                  "ssh-add -D; ssh-agent -k")
        tape = self.record(["sh", "-c", script], status=None)
        with open(self.bench.path("key"), encoding="ascii") as f:
            lines = f.read().split("\n")[1:-2]
        blob = base64.b64decode("".join(lines))
        seed = blob[blob.rindex(b"\0\0\0\x40") + 4:][:32]
        before = planted.plain(tape)
        self.there(seed, before, "the agent was never told the key")
        _, after = self.gone(tape, lines[:-1])
        for at in range(0, 24):
            self.not_there(seed[at:at + 8], after)

    def test_gpg(self):
        self.need("gpg", "gpg-agent")
        home = self.bench.path("g")
        os.mkdir(home, 0o700)
        word = "gpgPassphrase47x"
        script = (f"gpg -q --batch --passphrase {word} --pinentry-mode loopback --quick-gen-key "
                  "a@b.example ed25519 sign never; echo text | gpg -q --batch --pinentry-mode "
                  "loopback --passphrase-fd 3 --clearsign 3<word; gpgconf --kill all")
        self.write("word", word + "\n")
        tape = self.record(["sh", "-c", script], env={"GNUPGHOME": home}, status=None)
        keys = []
        for name in os.listdir(home + "/private-keys-v1.d"):
            with open(f"{home}/private-keys-v1.d/{name}", "rb") as f:
                keys.append(f.read())
        before = planted.plain(tape)
        _, after = self.gone(tape, [word])
        for key in keys:
            secret = key[-24:]
            self.there(secret, before)
            self.not_there(secret, after)

    def test_other_process(self):
        """Its variables and arguments, read in /proc by somebody else; it is not on the tape."""
        secrets = ["envOfAnother7Xx", "argOfAnother9Yy"]
        with subprocess.Popen(["sh", "-c", "echo; read x", "--password", secrets[1]],
                              env=self.env | {"DB_PASSWORD": secrets[0]},
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            other.stdout.readline()
            at = f"/proc/{other.pid}"
            script = f"cat {at}/environ {at}/cmdline | tr '\\0' '\\n' >got; cd {at}; cat environ"
            self.gone(self.record(["sh", "-c", script]), secrets)
            other.stdin.close()

    def test_tokens(self):
        """By what they look like, and nothing else; scan knows them, too."""
        tokens = {
            "AWS": "AKIAQ3EGRT7ZK2LM9PXW", "GitHub": planted.token("tokens"),
            "GitHub fine": "github_pat_11ABCDEFG0" + "aB3dE5gH7j" * 6,
            "GitLab": "glpat-aB3dE5gH7jK9mN1pQ3rS", "Slack": "xoxb-123456789012-abcdefABCDEF12",
            "Stripe": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "Google": "AIza" + "SyA9b8c7" * 5,
            "npm": "npm_" + "aB3dE5gH7j" * 4,
            "JWT": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0."
                   "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"}
        for name, token in tokens.items():
            with self.subTest(name):
                tape = self.record(["sh", "-c", "cat; base64 </dev/null"],
                                   stdin=f"look at {token}, said he\n".encode())
                out, _ = self.gone(tape, [token])
                self.assertEqual(run([self.bench.analyze, "scan", tape]).status, 1)
                result = run([self.bench.analyze, "scan", out])
                self.assertEqual(result.status, 0, result.out)


if __name__ == "__main__":
    planted.main()
