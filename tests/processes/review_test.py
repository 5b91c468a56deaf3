#!/usr/bin/python3
"""What was sent is reviewed by its date: near it, an alarm and a list; when nobody looked, it is kept and not used at the agency
that has it; kept afterwards it is used again; and a month later what nobody looked at is erased everywhere. By the commands, in
English, in French, and with --json, under the example policies and a shifted clock.

  tests/processes/review_test.py --bin build/release/bin
"""
import json
import pathlib
import sys

from commands_test import WHY
from desk import ROOT
from federation import FAKETIME
from story import tell
from terminal import DONE, INPUT, NO, STYLES, USAGE, Person, answers, errors, until


READ = ["--purpose", "asset-recovery", *WHY]
EXPIRES, REVIEW = 'expires = "P200D"\n', 'review_by = "P2D"\n'
LEAD = ('draft = "lead/1"\npurpose = "asset-recovery"\nhandling = ["H1"]\nevaluation = "B2"\n' + EXPIRES +
        '{review}[ask]\nabout = ["suspect"]\ndata = ["financial"]\nbasis = "fact"\nmeasure = "suspend"\n'
        'deadline = "P1D"\nsummary = "three accounts of the rents"\n')
KEEP = ["--keep", "--until", "P90D", *WHY]
AGENCIES = ("FR.fiu", "DE.fiu")


class Reviews:
    def __init__(self, federation, folder):
        self.federation, self.folder = federation, folder
        self.leads, self.left = {}, ""
        self.people()

    def people(self):
        """With the clock of the federation."""
        self.anna, self.dieter = (
            Person(self.federation.bin / "entente", self.federation.demo / agency / "officers" / f"{name}.toml",
                   self.federation.clock_environment())
            for agency, name in zip(AGENCIES, ("anna", "dieter")))

    def pass_days(self, days):
        """Since the beginning."""
        self.federation.stop()
        self.federation.clock = f"+{days}d"
        self.federation.start_all()
        self.people()

    def say(self, person, words):
        got = person.run(words, "json")
        assert got.returncode == DONE, f"{words}: {got.stdout}{got.stderr}"
        return json.loads(got.stdout)

    def inbox(self, *words):
        return {one["record_id"] for one in self.say(self.dieter, ["inbox", *words])["items"]}

    def alarms(self, code):
        return [one["text"] for one in self.say(self.anna, ["status"])["alarms"] if one["code"] == code]

    def due(self):
        return [one["record_id"] for one in self.say(self.anna, ["review"])["records"]]

    def draft(self, review):
        draft = self.folder / "draft.toml"
        draft.write_text(LEAD.format(review=review))
        return ["--draft", draft, "--to", "DE.fiu"]

    def near(self):
        """A lead for each style, and one that nobody will look at."""
        _, said = answers(self.anna, lambda style: ["review"])
        assert "Nothing" in said["en"].stdout, said["en"].stdout
        _, said = answers(self.anna, lambda style: ["lead", "preview", *self.draft(REVIEW)])
        assert "To be reviewed by " in said["en"].stdout, said["en"].stdout
        for what in (*STYLES, "left"):
            self.leads[what] = self.say(self.anna, ["lead", "send", *self.draft(REVIEW), *WHY])["record_id"]
        self.left = self.leads["left"]
        until("all have come", lambda: self.inbox() >= set(self.leads.values()))
        until("each has its alarm", lambda: len(self.alarms("storage-review-near")) == 4)
        assert "entente review " in self.alarms("storage-review-near")[0]
        _, said = answers(self.anna, lambda style: ["review", "list"])
        assert set(self.due()) == set(self.leads.values()), self.due()
        assert "! " not in said["en"].stdout and "--keep" in said["fr"].stdout, said["en"].stdout
        _, said = answers(self.anna, lambda style: ["lead", "list"])
        assert "To be reviewed by " in said["en"].stdout, said["en"].stdout
        _, said = answers(self.anna, lambda style: ["show", self.left, *READ])
        assert "To be reviewed by " in said["en"].stdout, said["en"].stdout
        _, said = answers(self.dieter, lambda style: ["show", self.left, *READ])
        assert "To be reviewed" not in said["en"].stdout, "a review date travelled"

    def refusals(self):
        errors(self.anna, NO, "malformed", ["lead", "send", *self.draft('review_by = "P200D"\n'), *WHY], "before the record's expiry")
        alert = self.folder / "alert.toml"
        text = (ROOT / "deploy/demo-data/alert.toml").read_text()
        alert.write_text(text.replace("\nhandling", "\nreview_by = \"P2D\"\nhandling", 1) +
                         '\n[[section]]\nabout = ["suspect"]\ndata = ["identity"]\nbasis = "fact"\n[[section.person]]\nnames = ["A B"]\n')
        errors(self.anna, NO, "malformed", ["alert", "publish", "--draft", alert, "--to", "DE.fiu", *WHY], "confirm_by")
        errors(self.anna, USAGE, "usage", ["review", self.left, "--keep", *WHY])
        errors(self.anna, USAGE, "usage", ["review", "--keep"])
        errors(self.anna, INPUT, "input-refused", ["review", self.left, "--keep", "--until", "soon", *WHY], "--until")
        errors(self.anna, NO, "malformed", ["review", self.left, "--keep", "--until", "P300D", *WHY], "expiry")
        errors(self.dieter, NO, "wrong-agency", ["review", self.left, *KEEP], "FR.fiu")

    def missed(self):
        """Nobody looked: kept there, and not used."""
        self.pass_days(3)
        until("all are restricted", lambda: self.inbox("--restricted") == set(self.leads.values()))
        assert not self.inbox() & set(self.leads.values())
        assert len(self.alarms("storage-review-missed")) == 4 and not self.alarms("storage-review-near")
        _, said = answers(self.anna, lambda style: ["review"])
        assert "! " in said["en"].stdout and "nobody reviewed it in time" in said["en"].stdout, said["en"].stdout
        errors(self.anna, NO, "malformed", ["restrict", "lift", self.left, *WHY], "entente review")
        take = ["lead", "take", self.left, "--reference", "DE-1", *WHY]
        errors(self.dieter, NO, "policy-refused", take)

    def kept(self):
        """Looked at afterwards: used again."""
        kept, said = answers(self.anna, lambda style: ["review", self.leads[style], *KEEP])
        assert kept["recipients"] == ["DE.fiu"], kept
        assert "lifted" in said["en"].stdout, said["en"].stdout
        until("they are in use again", lambda: self.inbox() >= {self.leads[style] for style in STYLES})
        assert self.inbox("--restricted") == {self.left}
        assert self.due() == [self.left] and len(self.alarms("storage-review-missed")) == 1
        lines = self.say(self.anna, ["log", "--record", self.leads["en"], *WHY])["consultations"]
        assert any(line["detail"].startswith("reviewed: kept until ") for line in lines), lines
        assert any(line["justification"].startswith("nobody reviewed it by ") and not line["officer"] for line in lines), lines

    def taken_back(self):
        """A month later, of what nobody looked at: erased at both, and signed for."""
        # In steps in which nobody's keys run out.
        self.pass_days(18)
        until("the log has come to that day", lambda: not self.alarms("erasure-held"))
        self.pass_days(34)

        def state():
            return {one["record_id"]: one["recipients"][0]["state"] for one in self.say(self.anna, ["lead", "list"])["records"]}
        until("it is erased", lambda: state()[self.left] == "RECIPIENT_STATE_ERASED")
        assert [state()[self.leads[style]] for style in STYLES] == ["RECIPIENT_STATE_DELIVERED"] * 3, state()
        assert not self.inbox("--restricted"), self.inbox("--restricted")
        errors(self.dieter, NO, "expired", ["show", self.left, *READ], "withdrawn")
        errors(self.anna, NO, "expired", ["review", self.left, *KEEP])
        assert len(self.alarms("storage-review-recalled")) == 1 and not self.alarms("storage-review-missed")
        assert not self.due(), self.due()


def main():
    assert pathlib.Path(FAKETIME).exists(), "libfaketime is not installed: deploy/setup tests"
    return tell(__doc__, "reviews", AGENCIES, Reviews,
                ("near", "refusals", "missed", "kept", "taken_back"))


if __name__ == "__main__":
    sys.exit(main())
