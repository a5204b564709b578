# SPDX-License-Identifier: Apache-2.0
"""More programs of which two runs must compare equal (test_diff_same.py), and how their directories
are made."""
import json
import shutil

from pairs import Program

# Those that take longer.
MAKING = ("https", "make", "ninja", "cmake", "cmake again", "ar", "gdb", "go")

UNITTEST = """
import os, tempfile, unittest
class It(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp()
    def tearDown(self):
        os.rmdir(self.dir)
    def test_one(self):
        with tempfile.NamedTemporaryFile(dir=self.dir) as f:
            f.write(b"x")
    def test_two(self):
        for i in range(5):
            with open(f"{i}.txt", encoding="ascii") as f:
                self.assertTrue(f.read())
"""
UNNAMED = """
import mmap, tempfile
for size in (100, 200000):
    f = tempfile.TemporaryFile()
    f.write(bytes(size))
    f.flush()
    print(len(mmap.mmap(f.fileno(), 0)))
"""
HTTPS = """
import http.server, ssl, threading, urllib.request
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.RequestHandlerClass.log_message = lambda *a: None
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"https://127.0.0.1:{server.server_address[1]}/1.txt"
ask = ssl.create_default_context(cafile="cert.pem")
ask.check_hostname = False
print(len(urllib.request.urlopen(url, context=ask).read()))
server.shutdown()
"""
GO = """
package main
import ("fmt"; "os"; "sync")
func main() {
    var all sync.WaitGroup
    for i := 0; i < 8; i++ {
        all.Add(1)
        go func(i int) {
            defer all.Done()
            os.WriteFile(fmt.Sprintf("g%d", i), []byte("text"), 0644)
        }(i)
    }
    all.Wait()
    fmt.Println("done")
}
"""
SERVE_NGINX = """
nginx -p . -c nginx.conf
curl -s --retry 9 --retry-connrefused --unix-socket sock http://x/1.txt | wc -c
nginx -p . -c nginx.conf -s quit 2>/dev/null
"""
NGINX = """
daemon on; pid nginx.pid; error_log error.log; worker_processes 2; user root;
events { worker_connections 64; }
http { access_log off; server { listen unix:sock; root .; } }
"""


def data(test):
    test.file("data.json", json.dumps([{"name": f"n{i}", "at": i} for i in range(3000)]))


def xml(test):
    test.file("data.xml", "<a>" + "".join(f"<b n='{i}'/>" for i in range(3000)) + "</a>")


def once(test, name, make):
    """A file that is made before the first run, and the same in all of them."""
    kept = test.bench.path(name)
    try:
        shutil.copy2(kept, f"{test.work}/{name}")
    except FileNotFoundError:
        test.sh(make)
        shutil.copy2(f"{test.work}/{name}", kept)


def programs(python, sources, texts, tree, numbers, repository):
    """Their names, and what they need: makers of directories."""
    def unittest(test):
        texts(test)
        test.file("test_it.py", UNITTEST)

    def project(test):
        sources(test)
        test.file("CMakeLists.txt", "cmake_minimum_required(VERSION 3.10)\nproject(p C)\n"
                                    "add_executable(prog a.c)\n")

    def configured(test):
        project(test)
        test.sh("cmake -S . -B build >/dev/null")

    def built(test):
        sources(test)
        once(test, "prog", "gcc -g -o prog a.c")

    def go(test):
        test.file("main.go", GO)
        test.env["GOCACHE"] = test.bench.path("gocache")
        once(test, "prog", "GO111MODULE=off go build -o prog main.go")

    def https(test):
        texts(test)
        test.file("main.py", HTTPS)
        once(test, "both.pem", "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -days 30 "
                               "-out cert.pem -subj /CN=localhost 2>/dev/null; "
                               "cat cert.pem key.pem >both.pem")
        for name in ("cert.pem", "key.pem"):
            shutil.copy2(f"{test.work}/both.pem", f"{test.work}/{name}")

    def nginx(test):
        texts(test)
        test.file("serve.sh", SERVE_NGINX)
        test.file("nginx.conf", NGINX)

    return {
        "rsync": Program(["rsync", "-a", "tree/", "copy/"], tree),
        "cp -r": Program(["cp", "-r", "tree", "copy"], tree),
        "du": Program(["du", "-s", "tree"], tree),
        "zip": Program(["zip", "-qrXD", "tree.zip", "tree"], tree),
        "jq": Program(["jq", ".[3].name", "data.json"], data),
        "xmllint": Program(["xmllint", "--format", "data.xml"], xml),
        "awk": Program(["awk", "{ n += $1 } END { print n }", "numbers"], numbers),
        "sed -i": Program(["sed", "-i", "s/some/many/", "numbers"], numbers),
        "gzip": Program(["gzip", "-nk", "numbers"], numbers),
        "openssl": Program(["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-k", "secret", "-S",
                            "0011223344556677", "-in", "numbers", "-out", "numbers.enc"], numbers),
        "perl -i": Program(["perl", "-i.bak", "-pe", "s/line/row/", "1.txt", "2.txt"], texts),
        "vim": Program(["vim", "-es", "-u", "NONE", "-c", "%s/line/row/", "-c", "wq", "1.txt"],
                       texts),
        "bash loop": Program(["bash", "-c", "for i in {1..20}; do x=$(echo $i); done; wait"]),
        "unittest": Program(["sh", "-c", f"{python} -m unittest -q test_it 2>/dev/null"], unittest),
        "https": Program([python, "main.py"], https, ("openssl",)),
        "wget": Program(["wget", "-q", "-O", "page", "http://127.0.0.1:PORT/page"]),
        "nginx": Program(["sh", "serve.sh"], nginx, ("nginx", "curl")),
        "make": Program(["make", "-s"], sources, ("gcc",)),
        "ninja": Program(["ninja", "--quiet", "-j1"], sources, ("gcc",)),
        "cmake": Program(["cmake", "-S", ".", "-B", "build", "-G", "Unix Makefiles"], project,
                         ("gcc",)),
        "cmake again": Program(["cmake", "-S", ".", "-B", "build"], configured, ("gcc", "cmake")),
        "unnamed": Program([python, "-c", UNNAMED]),
        "ar": Program(["sh", "-c", "gcc -c a.c b.c && ar rcD lib.a a.o b.o && strip lib.a"], sources,
                      ("gcc", "ar")),
        "gdb": Program(["gdb", "-nx", "-batch", "-ex", "info line main", "prog"], built, ("gcc",)),
        "go": Program(["./prog"], go, ("go",)),
        "git status": Program(["git", "status", "--short"], repository),
        "git diff": Program(["git", "diff", "HEAD~1", "HEAD"], repository),
        "man": Program(["man", "-P", "cat", "-E", "ascii", "ls"]),
        "dpkg -l": Program(["dpkg", "-l"]),
    }
