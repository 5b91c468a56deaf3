"""The programs of the previous release: built in build/previous from the commit that tests/previous names, beside today's."""
import dataclasses
import os
import pathlib
import re
import subprocess

from desk import ROOT

TREE = ROOT / "build/previous"
LOG = ROOT / "build/previous.log"


class NotThere(Exception):
    """The previous release cannot be had here; the text says why, and what helps."""


@dataclasses.dataclass(frozen=True)
class Release:
    """Its programs, and the tree that they were built from: scripts, policies and drafts of its time."""
    name: str
    root: pathlib.Path
    bin: pathlib.Path


def git(*words, **environment):
    return subprocess.run(["git", *words], capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, **environment})


def commit():
    """The commit that tests/previous names, when the history here has it."""
    named = (ROOT / "tests/previous").read_text().strip()
    if not re.fullmatch("[0-9a-f]{40}", named):
        raise NotThere(f"tests/previous does not name a commit: {named!r}")
    top = git("rev-parse", "--show-toplevel")
    if top.returncode != 0 or pathlib.Path(top.stdout.strip()).resolve() != ROOT:
        raise NotThere(f"{ROOT} has no history (an archive?), and tests/previous names commit {named} in it: take a clone")
    if git("merge-base", "--is-ancestor", named, "HEAD").returncode != 0:
        raise NotThere(f"the history here lacks {named}, or it is of another branch; of a shallow clone: git fetch --unshallow")
    return named


def check_out(named):
    """By an index of its own, so that files which did not change keep their times and are not built again."""
    TREE.mkdir(parents=True, exist_ok=True)
    got = git("read-tree", "--reset", "-u", named, GIT_DIR=git("rev-parse", "--absolute-git-dir").stdout.strip(),
              GIT_WORK_TREE=str(TREE), GIT_INDEX_FILE=str(ROOT / "build/previous.index"))
    if got.returncode != 0:
        raise NotThere(f"commit {named} cannot be checked out into {TREE}: {got.stderr}")


def compile_programs():
    commands = [["cmake", "--build", "--preset", "release", "-j", "2", "--target", "programs"]]
    if not (TREE / "build/release/build.ninja").exists():
        commands.insert(0, ["cmake", "--preset", "release"])
    with LOG.open("w") as log:
        for command in commands:
            done = subprocess.run(command, check=False, cwd=TREE, stdout=log, stderr=subprocess.STDOUT,
                                  env={**os.environ, "CCACHE_BASEDIR": str(TREE)})
            if done.returncode != 0:
                tail = "\n".join(LOG.read_text().splitlines()[-40:])
                raise NotThere(f"the previous release does not build (whole log: {LOG}):\n{tail}")


def previous(prepared):
    """Builds what is not built yet. `prepared`: a folder with its programs, which are taken as they are; else None."""
    named = commit()
    print(f"the previous release, {named}: its tree is {TREE}", flush=True)
    check_out(named)
    if prepared is None:
        print("building it (the first time takes minutes)", flush=True)
        compile_programs()
    return Release("previous", TREE, pathlib.Path(prepared or TREE / "build/release/bin").resolve())


def today(bin_dir):
    return Release("today", ROOT, pathlib.Path(bin_dir).resolve())
