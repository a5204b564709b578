#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: options.py REC ANALYZE [ROOT]

What --help says, the man pages say and the completions offer: the same verbs and options, none
missing and none invented. --help is the truth, being next to the code that reads the options."""
import os
import re
import subprocess
import sys

import tree

# Before an option in running text: a blank, a bracket, or the comma of a list.
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-[A-Za-z]{1,3})(?![\w-])")
# "  name   what it does", and nothing like "  name: …" or "  name, name: …"
VERB = re.compile(r"^  ([a-z]+) +\S")


def help_of(*command):
    run = subprocess.run([*command, "--help"], capture_output=True, text=True, timeout=60,
                         check=True)
    return run.stdout


def options_of_help(text):
    return set(OPTION.findall(text))


def verbs_of_help(text):
    return {m.group(1) for m in map(VERB.match, text.splitlines()) if m}


def options_of_man(text):
    """The options that .It lines define."""
    found = set()
    for line in text.splitlines():
        if line.startswith(".It Fl "):
            words = re.split(r"\bFl ", line)[1:]
            found |= {"-" + w.split()[0].rstrip(",") for w in words}
    return found - {"--"}


def verbs_of_man(text):
    return set(re.findall(r"^\.It Ic (\w+)$", text, re.M))


def options_of_completion(path, text):
    """Those of a whole file: completions are not told apart by verb."""
    text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
    if path.endswith(".fish"):
        return {"--" + name for name in re.findall(r"^complete .*?-l (\S+)", text, re.M)} | \
            {"-" + name for name in re.findall(r"^complete .*?-[so] (\w+)", text, re.M)}
    if path.endswith(".bash"):
        text = " ".join(re.findall(r'(?:words\+?=|-W )"([^"$]*-[^"]*)"', text))
    else:
        text = " ".join(re.findall(r"'(?:\([^)]*\))?\*?'?(\{[^}]*\}|-[^[']*)", text))
    return {o for o in OPTION.findall(text.replace("{", " ").replace("+", " ").replace(",", " "))}


def differences(what, truth, claim):
    yield from (f"{what}: {name} is missing" for name in sorted(truth - claim))
    yield from (f"{what}: there is no {name}" for name in sorted(claim - truth))


def check_rec(rec, root):
    truth = options_of_help(help_of(rec))
    yield from differences("rec.1", truth,
                           options_of_man("\n".join(tree.lines("tools/man/rec.1", root))))
    yield from check_completions("rec", truth, root)


def check_completions(program, truth, root):
    for shell in ("bash", "zsh", "fish"):
        path = f"tools/completions/{program}.{shell}"
        text = "\n".join(tree.lines(path, root))
        yield from differences(path, truth, options_of_completion(path, text))


def check_analyze(analyze, root):
    text = help_of(analyze)
    verbs, truth = verbs_of_help(text), options_of_help(text)
    page = "\n".join(tree.lines("tools/man/analyze.1", root))
    if not verbs:
        yield "analyze --help: lists no verbs"
    yield from differences("analyze.1, verbs", verbs, verbs_of_man(page))
    yield from differences("analyze.1", truth, options_of_man(page))
    for verb in sorted(verbs):
        for shell in ("bash", "zsh", "fish"):
            path = f"tools/completions/analyze.{shell}"
            if not any(re.search(rf"\b{verb}\b", line) for line in tree.lines(path, root)):
                yield f"{path}: {verb} is missing"
    yield from check_completions("analyze", truth, root)


if __name__ == "__main__":
    where = sys.argv[3] if len(sys.argv) > 3 else tree.ROOT
    # Both must have something to say, or nothing would have been compared.
    programs = [p for p in sys.argv[1:3] if options_of_help(help_of(p))]
    found = [*check_rec(sys.argv[1], where), *check_analyze(sys.argv[2], where)]
    tree.report(found, len(programs) if len(programs) == 2 else 0)
