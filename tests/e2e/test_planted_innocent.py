#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where no secret is, next to nothing is replaced: ordinary programs, and what was taken for a
secret in them, by class. The table is on stderr. Random bytes are replaced wherever they are drawn,
and are no mistake; what they look like elsewhere is compared with the rest."""
import base64
import collections
import json
import os
import socket
import sys

import planted
from harness import have, run, say, wait_for

# Replaced spans of a program beyond its random bytes. What is on a machine differs: its manual
# pages and headers may well have a made-up token for an example.
MOST = 5

SOURCE = r"""
/* Cookie: a name and its value; see the authorization of RFC 6750, section 2.1. */
#include <stdio.h>
#include <string.h>
static const char *password = NULL, *const token_names[] = {"identifier", "keyword", "operator"};
static int monkey(int max_tokens, const char *passwd) { return max_tokens + (int)strlen(passwd); }
/* -----BEGIN PRIVATE KEY----- stands in front of one, and user:password@host is a URL's. */
int main(int argc, char **argv)
{
	int key = argc * 0x5deece66, secret_length = 16;
	printf("%d token(s), key=%08x, password: %s\n", monkey(key, argv[0]), key,
	       password ? "set" : "none");
	return secret_length == sizeof(token_names);
}
"""
# What looks random and is none: it must be found again by whoever reads a bug report.
HASHES = """
commit 9fceb02d0ae598e95dc970b74767f19372d61af8
tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty
Build ID: 7ebc65e52f2bbea498b4040f2f723837
d41d8cd98f00b204e9800998ecf8427e  md5
f81d4fae-7dec-11d0-a765-00a0c91e6bf6
integrity sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb
//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEuanMiXX0=
data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq3Zr9qkR5mVwq1kG3n2hJxJv9Xl5hM2Yt8qk3dQ0aB user@host
ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"
/nix/store/b6gvzjyb2pg0kjfwrjmg1vfhh54ad73z-firefox-33.1/bin
docker.io/library/debian@sha256:2e1ce3ddd2d9a3f6e6fa7ea8b0d7ca3b2dbd08a87e4dbd0e9c0e1d5e0f1c2a3b
primary_key = order_id, foreign key: customer_2024, api_version=2023-10-16, max_tokens=4096
"""

PYTHON = """
import asyncio, email, getpass, hashlib, http.cookies, http.server, imaplib, json, netrc, secrets
import smtplib, sqlite3, ssl, urllib.request, uuid
print(hashlib.sha256(b"x").hexdigest(), uuid.UUID(int=4711), json.dumps({"max_tokens": 4096}))
"""
PERL = r"""
use POSIX; my %h = map { ("key$_" => $_ * 7919) } 1 .. 300;
open(my $f, '>', 'perl.out'); print $f "$_=$h{$_}\n" for sort keys %h; close $f;
print POSIX::strftime("%Y", gmtime(0)), "\n";
"""
SHELL = """
for f in *.c; do wc -l <"$f"; done | sort -n | uniq -c | awk '{print $2}' | tail -3
md5sum a.c; sha256sum a.c; cut -d: -f1,7 /etc/passwd | sort | head -30
grep -n key *.c | sed s/key/kex/g
cat hashes; find . -name '*.c' | xargs ls -l; echo "$HOME" "$PATH"; date -u -d @0
"""
BUILD = "all: a b c\n%: %.c\n\tcc -g -O1 -o $@ $<\n"
SQL = """create table users(id integer primary key, name text, password_hash text);
insert into users values (1, 'bob', hex(zeroblob(16)));
insert into users values (2, 'eve', '5f4dcc3b5aa765d61d8327deb882cf99');
create index by_key on users(name); select * from users order by name; pragma integrity_check;"""


class Innocent(planted.PlantTest):
    def setUp(self):
        super().setUp()
        self.env = {"PATH": os.environ["PATH"], "HOME": self.dir, "LC_ALL": "C", "USER": "bob",
                    "SHLVL": "1", "TERM": "xterm-256color", "PWD": self.dir,
                    "XDG_SESSION_ID": "4711", "GPG_TTY": "/dev/pts/0", "LS_COLORS": "di=01;34",
                    "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "EDITOR": "vi",
                    "KEYTIMEOUT": "10", "TOKENIZERS_PARALLELISM": "false", "COLORTERM": "truecolor"}
        for name in "abc":
            self.write(name + ".c", SOURCE)
        self.write("hashes", HASHES)
        self.write("Makefile", BUILD)

    def programs(self):
        commit = ("git init -q r; cp *.c hashes r; cd r; git add .; git -c user.name=a -c "
                  "user.email=a@b.example commit -qm one; git log -p --stat; git gc -q")
        docs = ("cat /usr/include/*.h /usr/include/x86_64-linux-gnu/sys/*.h; for m in openssl curl "
                "bash git; do zcat /usr/share/man/man1/$m.1.gz; done; true")
        yield "ls", ["ls", "-laR", "/etc"]
        yield "gcc", ["gcc", "-g", "-O2", "-o", "out", "a.c"]
        yield "make", ["make", "-j2", "all"]
        yield "git", ["sh", "-c", commit]
        yield "python3", [sys.executable, "-c", PYTHON]
        yield "perl", ["perl", "-e", PERL]
        yield "sqlite3", ["sqlite3", "new.db", SQL]
        yield "tar", ["tar", "czf", "x.tgz", "--exclude=x.tgz", "-C", "/usr/include/", "linux"]
        yield "bash", ["bash", "-c", SHELL]
        yield "curl", ["curl", "-s", "-o", "out", "http://127.0.0.1:%d/" % self.serve()]
        yield "find", ["find", "/usr/share/doc", "-name", "*key*", "-ls"]
        yield "ip", ["ip", "address"]
        yield "documents", ["sh", "-c", docs]
        yield "redis-cli", ["sh", "-c", "redis-cli -h 127.0.0.1 -p 1 info keyspace; true"]
        yield "nginx", ["nginx", "-V"]

    def serve(self):
        text = HASHES.encode()
        listening = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listening.close)
        child = os.fork()
        if child == 0:
            peer = listening.accept()[0]
            peer.recv(10000)
            peer.sendall(b"HTTP/1.1 200 OK\r\nETag: \"9fceb02d0ae598e95dc9\"\r\nServer: x\r\n"
                         b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
            os._exit(0)
        return listening.getsockname()[1]

    def replaced(self, tape):
        out = self.bench.new_tape()
        result = run([self.bench.analyze, "redact", "--json", "-o", out, tape])
        self.assertEqual(result.status, 0, result)
        count = collections.Counter()
        for x in json.loads(result.out)["removed"]:
            count[x["class"]] += x["count"]
        return out, count

    maxDiff = 20000

    def differences(self, one, two):
        """Bytes of calls that are others, but for those that draw random ones."""
        for a, b in zip(self.bench.objects(one), self.bench.objects(two)):
            for m, n in zip(a.get("memory", []), b.get("memory", [])):
                if m != n and a.get("name") != "getrandom":
                    x, y = (base64.b64decode(z["data"]) for z in (m, n))
                    at = next(i for i, c in enumerate(x) if c != y[i])
                    yield f"{a['name']}: {x[max(0, at - 30):at + 40]} is {y[at:at + 40]}"

    def test_programs(self):
        table, wrong = [], []
        for name, command in self.programs():
            if not have(command[0]) or (name in ("redis-cli",) and not have(name)):
                table.append(f"{name:12} not installed")
                continue
            tape, _ = self.bench.record(command, cwd=self.dir, env=self.env)
            out, count = self.replaced(tape)
            drawn = count.pop("random", 0)
            told = ", ".join(f"{k} {v}" for k, v in sorted(count.items())) or "none"
            table.append(f"{name:12} {os.path.getsize(tape):9} bytes  random {drawn:3}  "
                         f"taken for secrets: {told}")
            if sum(count.values()) > MOST or (count and name != "documents"):
                wrong += [f"{name}: {d}" for d in list(self.differences(tape, out))[:10]]
                wrong.append(f"{name}: {told}")
        say("\n".join(table))
        self.assertEqual(wrong, [])

    def test_certificates(self):
        """Of what is public nothing is replaced, and a key among it is."""
        public = "".join(f"-----BEGIN CERTIFICATE-----\nMIICertificate{i}Abcdefgh\n"
                         "-----END CERTIFICATE-----\n" for i in range(20))
        for name in ("fullchain.pem", "my-ca.pem", "server.cert.pem", "ca-bundle.crt"):
            with self.subTest(name):
                tape, _ = self.bench.record(["cat", self.write(name, public)], env=self.env)
                self.assertEqual(set(self.replaced(tape)[1]) - {"random"}, set())
        key = "MIIkeyAmongThem0123abcdefgh"
        path = self.write("fullchain.pem", public + "-----BEGIN PRIVATE KEY-----\n" + key +
                          "\n-----END PRIVATE KEY-----\n" + public)
        tape, _ = self.bench.record(["cat", path], env=self.env)
        _, text = self.gone(tape, [key])
        self.there(b"MIICertificate19Abcdefgh", text)

    def test_same_answers(self):
        """What is not replaced is not changed."""
        tape, _ = self.bench.record(["bash", "-c", SHELL], cwd=self.dir, env=self.env)
        out, _ = self.replaced(tape)
        for verb in (["print", "-s", "1000"], ["stats"], ["files"], ["tree"], ["errors"], []):
            one, two = (self.bench.ask(*verb, "-e", "trace=!getrandom", t) if verb[:1] == ["print"]
                        else self.bench.ask(*verb, t) for t in (tape, out))
            if not verb:
                # It says that it is redacted.
                one, two = ([x for x in t.split(b"\n") if b"redact" not in x] for t in (one, two))
            self.assertTrue(one == two, verb)


if __name__ == "__main__":
    planted.main()
