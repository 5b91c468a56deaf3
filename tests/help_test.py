#!/usr/bin/python3
"""Every program says what it does: --help exits 0 and names exit codes, each command's help too, --help-all has it
all, --version the project's version, and a wrong option exits 2 with a sentence on standard error.

Usage: tests/help_test.py BIN_DIR
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSION = re.search(r"project\(entente VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
PROGRAMS = {
    "entente": ["lead send", "lead take", "lead decline", "lead update", "lead show", "lead list", "status", "inbox", "show", "log", "decisions", "keys",
                "agency enrol", "agency approve", "agency list", "certificate request", "certificate check", "officer add", "officer list", "officer passphrase",
                "officer reset-passphrase", "assign", "unit list", "unit rule", "reviewed", "lock", "unlock", "held list",
                "held release", "held refuse", "consent give", "consent list", "consent recall", "officer key new", "officer key publish", "override show", "override sign", "override list", "override review", "restrict", "restrict lift", "restrict list", "subject report", "review", "review list", "checkpoint show", "checkpoint compare", "checkpoint fork", "authority sign-quorum", "attachment save", "watch", "authority new",
                "authority policy-keys", "authority sign-policy", "authority sign-federation-file", "authority sign-calendar",
                "authority publish"],
    "entente-broker": ["run", "init", "fsck", "export"],
    "entente-node": ["witness"],
    "entente-audit": ["verify-receipt", "verify-tiles", "prove-fork", "verify-fork", "report", "affected"],
    "entente-policy": ["check", "test", "diff", "sign", "decide", "render", "shadow", "explain"],
}


def run(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=False)


def check_help(program, words, errors):
    got = run(program, *words, "--help")
    name = " ".join([program.name, *words])
    if got.returncode != 0 or "Usage" not in got.stdout:
        errors.append(f"{name} --help: exit {got.returncode}")
    for line in got.stdout.splitlines():
        if re.match(r"^  -{1,2}[a-z][\w,-]*(?: [A-Z:{},a-z.]+)*\s*$", line):
            index = got.stdout.splitlines().index(line)
            below = got.stdout.splitlines()[index + 1:index + 2]
            if not below or not below[0].startswith("        "):
                errors.append(f"{name}: the option in '{line.strip()}' says nothing about itself")


def check_help_all(program, commands, errors):
    """One page with every option of every command, of all levels."""
    got = run(program, "--help-all")
    if got.returncode != 0:
        errors.append(f"{program.name} --help-all: exit {got.returncode}")
    for command in commands:
        usage = f"Usage: {program.name} {command} "
        if usage not in got.stdout:
            errors.append(f"{program.name} --help-all lacks '{usage}'")
            continue
        own = got.stdout.split(usage)[1].split("Usage: ")[0]
        for option in re.findall(r"^  (?:-\w,)?(--[a-z][a-z-]*)", run(program, *command.split(), "--help").stdout, re.M):
            if option not in own:
                errors.append(f"{program.name} --help-all lacks {option} of {command}")


def main():
    folder, errors = pathlib.Path(sys.argv[1]), []
    for name, commands in PROGRAMS.items():
        program = folder / name
        check_help(program, [], errors)
        if "xit codes" not in run(program, "--help").stdout:
            errors.append(f"{name} --help does not name its exit codes")
        for command in commands:
            check_help(program, command.split(), errors)
        check_help_all(program, commands, errors)
        version = run(program, "--version")
        if version.returncode != 0 or version.stdout != f"{name} {VERSION}\n":
            errors.append(f"{name} --version says {version.stdout!r}, exit {version.returncode}")
        wrong = run(program, "--no-such-option")
        if wrong.returncode != 2 or not wrong.stderr:
            errors.append(f"{name}: a wrong option exits {wrong.returncode}, not 2 with a sentence")
    print("\n".join(errors) or f"{len(PROGRAMS)} programs, {sum(map(len, PROGRAMS.values()))} commands: all explain themselves")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
