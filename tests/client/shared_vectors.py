"""Finds the published test vectors, or says that they were not there."""

import functools
import json
import os
import pathlib
import unittest

from entente_messages import ROOT


def folder():
    """The folder of vectors; without it the test is skipped, and fails where CI=true."""
    place = pathlib.Path(os.environ.get("ENTENTE_SHARED") or ROOT.parent / "shared") / "vectors"
    if place.is_dir():
        return place
    if os.environ.get("CI") == "true":
        raise AssertionError("the shared vectors are not there: set ENTENTE_SHARED")
    raise unittest.SkipTest(say_skipped())


@functools.lru_cache(maxsize=None)
def say_skipped():
    """Says it once, however many tests ask."""
    line = "SKIPPED: tests/client published vectors: ENTENTE_SHARED is not there"
    print(line, flush=True)
    if os.environ.get("ENTENTE_SKIPS"):
        with open(os.environ["ENTENTE_SKIPS"], "a", encoding="utf-8") as file:
            file.write(line + "\n")
    return line


def load(*parts):
    return json.loads(folder().joinpath(*parts).read_text(encoding="utf-8"))


def wycheproof(name):
    """(group, test) of a Wycheproof file."""
    for group in load("wycheproof", f"{name}_test.json")["testGroups"]:
        for test in group["tests"]:
            yield group, test
