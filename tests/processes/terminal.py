"""One person at a terminal: a command given in English, in French and with --json, and what must come of it. For the tests of
programs in this folder."""
import json
import os
import re
import subprocess
import time

from desk import ROOT

DONE, NO, USAGE, INPUT, NOT_REACHED = 0, 1, 2, 3, 4
STYLES = {"en": [], "fr": ["--language", "fr"], "json": ["--json"]}
RAW_KEY = re.compile(r"\[[a-z-]+\.[a-z0-9.-]+\]")


class Person:
    """One officer, or nobody, at a terminal."""

    def __init__(self, program, config, clock=None):
        self.program, self.config, self.clock = program, config, clock or {}

    def run(self, words, style):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("ENTENTE_")} | self.clock
        if self.config:
            environment["ENTENTE_CONFIG"] = str(self.config)
        return subprocess.run([self.program, *STYLES[style], *map(str, words)], capture_output=True, text=True, check=False,
                              timeout=60, cwd=ROOT, env=environment)


class Author(Person):
    """Who works with policies: entente-policy has its options after the command."""

    def run(self, words, style):
        return subprocess.run([self.program, *map(str, words), *STYLES[style]], capture_output=True, text=True, check=False,
                              timeout=60, cwd=ROOT)


def one_line_of_json(text, what):
    lines = text.splitlines()
    assert len(lines) == 1, f"{what}: {len(lines)} lines of JSON: {text!r}"
    return json.loads(lines[0])


def check_exit(got, expected, what):
    assert got.returncode == expected, f"{what}: exit {got.returncode}, not {expected}\n{got.stdout}{got.stderr}"
    leaked = RAW_KEY.search(got.stdout + got.stderr)
    assert not leaked, f"{what}: a sentence is missing: {leaked.group()}"


def answers(person, words_of, same_in_french=False):
    """Gives the command in all three styles, `words_of(style)`; its answer as JSON."""
    said = {}
    for style in STYLES:
        words = words_of(style)
        said[style] = person.run(words, style)
        check_exit(said[style], DONE, f"{' '.join(map(str, words))} ({style})")
        assert said[style].stdout.strip(), f"{words}: says nothing"
    assert same_in_french or said["en"].stdout != said["fr"].stdout, f"{words_of('fr')}: French is English"
    print(f"  answers: {' '.join(map(str, words_of('en')[:2]))}", flush=True)
    return one_line_of_json(said["json"].stdout, words_of("json")), said


def errors(person, expected, reason, words, named=""):
    """The same for a command that does not succeed. `named` must stand in the English text."""
    said = {style: person.run(words, style) for style in STYLES}
    for style, got in said.items():
        check_exit(got, expected, f"{words} ({style})")
        assert not got.stdout, f"{words}: an error on standard output: {got.stdout}"
    told = one_line_of_json(said["json"].stderr, words)
    assert told["reason"] == reason, f"{words}: {told}"
    assert told["error"] and told["advice"] and told["exit_code"] == expected, f"{words}: {told}"
    assert named in said["en"].stderr, f"{words}: {named!r} is not named: {said['en'].stderr}"
    # Words of usage are the parser's, which speaks English.
    assert expected == USAGE or said["en"].stderr != said["fr"].stderr, f"{words}: French is English"
    print(f"  exit {expected}: {reason}: {' '.join(map(str, words[:2]))}", flush=True)


def until(what, condition, seconds=30):
    deadline = time.time() + seconds
    while not condition():
        assert time.time() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.2)
