#!/usr/bin/python3
"""The walk of README, "A first exchange by hand", as it stands there: each command of its blocks is given to a shell, in their
order, in a folder in which `demo` is a federation as ./deploy/demo --keep leaves one. Words in capitals are filled in as README
says. Every other command that README names is one.

  tests/processes/walk_test.py --bin build/release/bin
  tests/processes/walk_test.py --bin build/release/bin --demo demo     in the demo's own federation, which runs
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from desk import ROOT
from federation import Federation

AGENCIES = ("FR.fiu", "BR.fiu", "DE.fiu", "NL.fiu", "CH.fiu", "AE.fiu", "FR.border", "BR.border", "DE.border")
README = (ROOT / "README.md").read_text()
PATIENCE_S = 60
ID = re.compile(r"\b[0-9a-f]{32}\b")
# Whose record README means by RECORD: of the last of these that was given.
SENDS = ("lead send", "case post", "information send")


def walk():
    """The commands of the indented blocks, each with its continuation lines."""
    section = README.split("\n## A first exchange by hand\n")[1].split("\n## ")[0]
    lines = [line.strip() for line in section.splitlines() if line.startswith("    ")]
    return "\n".join(lines).replace("\\\n", "").splitlines()


def named():
    """The words of each command that README names in its running text: `entente held list --justification …`."""
    spans = re.findall(r"`(entente(?:-[a-z]+)?(?: [^`]*)?)`", README)
    return sorted({" ".join(re.match(r"[a-z-]+(?: [a-z][a-z-]*)*", span).group().split()[:3]) for span in spans})


class Walk:
    def __init__(self, folder, after_stories):
        self.folder, self.known, self.after_stories = folder, {}, after_stories
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("ENTENTE_")}

    def shell(self, command):
        return subprocess.run(["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True,
                              check=False, timeout=300)

    def export(self, words):
        """For all that follows, as in a terminal."""
        name, _ = words.split("=", 1)
        self.environment[name] = self.shell(f"export {words}; printf %s \"${name}\"").stdout

    def fill(self, command):
        def value(match):
            assert match.group() in self.known, f"README does not say before '{command}' what {match.group()} is"
            return self.known[match.group()]
        return re.sub(r"\b(?:RECORD|ALERT|CASE|CONSENT)\b", value, command)

    def give(self, command):
        """What was sent a moment ago may not have come yet."""
        deadline = time.time() + PATIENCE_S
        while True:
            got = self.shell(command)
            found = not command.startswith("entente search") or re.search(r"^HIT", got.stdout, re.M)
            if got.returncode == 0 and found:
                return got.stdout
            if got.returncode == 0 and self.after_stories and time.time() > deadline:
                return got.stdout  # a story has recalled this one
            assert time.time() < deadline, f"{command}\nexit {got.returncode}\n{got.stdout}{got.stderr}"
            time.sleep(1)

    def learn(self, command, said):
        """What README calls by a word in capitals from here on."""
        ids = ID.findall(said)
        for word, commands in (("RECORD", SENDS), ("ALERT", ("search",)), ("CASE", ("case open",)), ("CONSENT", ("consent give",))):
            if command.startswith(tuple(f"entente {one} " for one in commands)):
                assert ids or self.after_stories, f"{command}: names none: {said}"
                self.known[word] = ids[0] if ids else self.known.get(word, "")

    def step(self, line):
        print(f"  $ {line}", flush=True)
        if line.startswith("export "):
            return self.export(line.removeprefix("export "))
        return self.learn(line, self.give(self.fill(line)))


def check_named(programs):
    for words in named():
        program, *rest = words.split()
        while rest and subprocess.run([programs / program, *rest, "--help"], capture_output=True, check=False).returncode != 0:
            # A word that is no command may be the value of one: `entente-policy decide` DIR.
            assert len(rest) > 1, f"README names `{words}`, which is no command"
            rest.pop()
        print(f"  is a command: {program} {' '.join(rest)}", flush=True)


def place(folder, programs):
    """As the folder of the project, in which README is followed."""
    (folder / "deploy").symlink_to(ROOT / "deploy")
    (folder / "build/release").mkdir(parents=True)
    (folder / "build/release/bin").symlink_to(programs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--demo")
    options = parser.parse_args()
    programs = pathlib.Path(options.bin).resolve()
    base = pathlib.Path(tempfile.mkdtemp(prefix="entente-walk-"))
    place(base, programs)
    federation = None if options.demo else Federation(programs, base / "demo", AGENCIES)
    if options.demo:
        (base / "demo").symlink_to(pathlib.Path(options.demo).resolve())
    else:
        federation.found()
    commands = walk()
    try:
        check_named(programs)
        path = Walk(base, bool(options.demo))
        for line in commands:
            path.step(line)
    except AssertionError as error:
        print(f"walk: NOT AS README SAYS: {error}\nwhat is left to look at: {base}")
        return 1
    finally:
        if federation:
            federation.stop()
    shutil.rmtree(base)
    print(f"walk: {len(commands)} lines of README, all as it says")
    return 0


if __name__ == "__main__":
    sys.exit(main())
