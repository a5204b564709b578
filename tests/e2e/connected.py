# SPDX-License-Identifier: Apache-2.0
"""A program with sockets of all kinds, made before anybody records; they are used when a line
comes. It says "ready", and the addresses of its client and of its listener."""

SOCKETS = """
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
named = socket.socket(socket.AF_UNIX)
named.bind(sys.argv[1])
named.listen()
unix = socket.socket(socket.AF_UNIX)
unix.connect(sys.argv[1])
accepted, _ = named.accept()
one, other = socket.socketpair()
print("ready", *client.getsockname(), *listener.getsockname(), flush=True)
sys.stdin.readline()
for a, b in ((client, server), (unix, accepted), (one, other)):
    a.sendall(b"question")
    assert b.recv(100) == b"question"
    b.sendall(b"answer")
    assert a.recv(100) == b"answer"
"""
