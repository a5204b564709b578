#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What today's analyze says of tapes of released versions, against what is written down next
to them: golden.py [--accept] --analyze ANALYZE --proto TRACE.PROTO TAPE..."""
import argparse
import difflib
import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Suffix of the file with the text: how to get it.
TEXTS = {"print.txt": ["print", "-v", "-s", "64"], "jsonl": ["export", "--to", "jsonl"],
         "info.txt": ["info"]}
WHOLE_MAX = 64 << 10
SKIP = 77


def say(analyze, verb, tape):
    """What it writes, on both channels, and its status, if that is not 0."""
    result = subprocess.run([analyze, *verb, tape], cwd=HERE, capture_output=True, timeout=60,
                            env={"TZ": "UTC", "PATH": os.environ["PATH"]}, check=False)
    out = result.stdout
    if len(out) > WHOLE_MAX:
        out = f"{len(out)} bytes, SHA-256 {hashlib.sha256(out).hexdigest()}\n".encode()
    out += b"".join(b"stderr: " + line + b"\n" for line in result.stderr.splitlines())
    if result.returncode:
        out += f"exit status {result.returncode}\n".encode()
    return out


def compare(analyze, tape, accept):
    """The differences, as texts."""
    for suffix, verb in TEXTS.items():
        name = f"{tape.removesuffix('.zst')}.{suffix}"
        path = os.path.join(HERE, name)
        now, before = say(analyze, verb, tape), b""
        if os.path.exists(path):
            with open(path, "rb") as f:
                before = f.read()
        if now == before:
            continue
        if accept:
            with open(path, "wb") as f:
                f.write(now)
        lines = (t.decode(errors="backslashreplace").splitlines() for t in (before, now))
        yield "\n".join(difflib.unified_diff(*lines, name, f"analyze {' '.join(verb)} {tape}", n=1,
                                             lineterm=""))


def decode(proto, tape):
    """What is wrong with the tape for those who have nothing but the schema."""
    # Of a tape without an end zstd gives what there is, and complains.
    raw = subprocess.run(["zstd", "-dcq", tape], cwd=HERE, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, check=False).stdout
    text = subprocess.run(["protoc", f"--proto_path={os.path.dirname(proto)}",
                           "--decode=systape.Trace", proto], input=raw, capture_output=True,
                          check=False)
    if text.returncode:
        yield f"{tape}: protoc: {text.stderr.decode(errors='replace')}"
    for part in ("header", "snapshot", "chunk"):
        if f"\n  {part} {{".encode() not in text.stdout:
            yield f"{tape}: protoc finds no {part}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--analyze", required=True, type=os.path.abspath)
    parser.add_argument("--proto", required=True, type=os.path.abspath)
    parser.add_argument("--accept", action="store_true", help="write down what it says now")
    parser.add_argument("tapes", nargs="+", metavar="TAPE", type=os.path.basename)
    args = parser.parse_args()
    for program in ("zstd", "protoc"):
        if not shutil.which(program):
            print(f"{program} is not installed")
            sys.exit(SKIP)
    status = 0
    for tape in args.tapes:
        for problem in decode(args.proto, tape):
            print(problem)
            status = 1
        for difference in compare(args.analyze, tape, args.accept):
            print(difference)
            status = status or not args.accept
    sys.exit(status)


if __name__ == "__main__":
    main()
