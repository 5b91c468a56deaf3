#!/usr/bin/python3
"""What is restricted after it was delivered: kept and not used at the agency that has it, with a warning where it is read, under
more obligations, lifted, and closed where they cannot be honoured. By the commands, in English, in French, and with --json,
under the example policies, and across nodes that are killed.

  tests/processes/restrict_test.py --bin build/release/bin
"""
import json
import sys

from commands_test import WHY
from story import tell
from terminal import DONE, INPUT, NO, STYLES, USAGE, Person, answers, errors, until


HEAD = 'purpose = "asset-recovery"\nhandling = ["H1"]\nevaluation = "B2"\nexpires = "P60D"\n'
LEAD = ('draft = "lead/1"\n' + HEAD + '[ask]\nabout = ["suspect"]\ndata = ["financial"]\nbasis = "fact"\nmeasure = "suspend"\n'
        'deadline = "P10D"\nsummary = "three accounts of the rents"\n')
FILE = ('[[section]]\nabout = ["suspect"]\ndata = ["financial"]\nbasis = "fact"\n[section.attachment]\nfile = "{file}"\n'
        'note = "as seized"\n')
INFORMATION = ('draft = "information/1"\n' + HEAD + '[[section]]\nabout = ["suspect"]\ndata = ["narrative"]\nbasis = "fact"\n'
               'text = "The rents go to three accounts."\n')
READ = ["--purpose", "asset-recovery", *WHY]
CONTESTED, LAW, LIFTED = (f"RESTRICTION_GROUND_{word}" for word in ("CONTESTED", "LAW", "LIFTED"))


class Restrictions:
    def __init__(self, federation, folder):
        self.federation, self.folder = federation, folder
        self.anna, self.dieter = (
            Person(federation.bin / "entente", federation.demo / agency / "officers" / f"{name}.toml")
            for agency, name in (("FR.fiu", "anna"), ("DE.fiu", "dieter")))
        self.leads = {}

    def say(self, person, words):
        got = person.run(words, "json")
        assert got.returncode == DONE, f"{words}: {got.stdout}{got.stderr}"
        return json.loads(got.stdout)

    def inbox(self, *words):
        return {one["record_id"] for one in self.say(self.dieter, ["inbox", *words])["items"]}

    def told(self, record, person=None, *words):
        """The restriction as a list shows it."""
        for one in self.say(person or self.anna, ["restrict", "list", *words])["records"]:
            if one["record_id"] == record:
                return one["restrictions"][0]
        return {}

    def send(self, kind, text, to="DE.fiu"):
        draft = self.folder / "draft.toml"
        draft.write_text(text)
        sent = self.say(self.anna, [kind, "send", "--draft", draft, "--to", to, *WHY])["record_id"]
        until(f"{sent} has come", lambda: sent in self.inbox())
        return sent

    def restricting(self):
        """Of a lead for each style; the recipient keeps it and does not use it."""
        self.leads = {style: self.send("lead", LEAD) for style in STYLES}
        restrict = ["--ground", "contested", "--processing", *WHY]
        restricted, said = answers(self.anna, lambda style: ["restrict", self.leads[style], *restrict])
        assert restricted["recipients"] == ["DE.fiu"], restricted
        assert "told so: DE.fiu" in said["en"].stdout, said["en"].stdout
        until("all are confirmed", lambda: all(int(self.told(one)["confirmed_ms"]) for one in self.leads.values()))
        assert not self.inbox() & set(self.leads.values()), "what is restricted is listed with others"
        assert self.inbox("--restricted") == set(self.leads.values())
        _, said = answers(self.dieter, lambda style: ["inbox"])
        assert "inbox --restricted" in said["en"].stdout, said["en"].stdout
        _, said = answers(self.dieter, lambda style: ["inbox", "--restricted"])
        assert "RESTRICTED" in said["en"].stdout and "LIMITÉ" in said["fr"].stdout, said["en"].stdout
        errors(self.anna, USAGE, "usage", ["restrict", *WHY])
        errors(self.anna, INPUT, "input-refused", ["restrict", self.leads["en"], "--ground", "lifted", *WHY], "restrict lift")
        errors(self.anna, USAGE, "usage", ["restrict", self.leads["en"], "--ground", "law"])
        errors(self.anna, USAGE, "usage", ["restrict", "lift", self.leads["en"], "--ground", "law", *WHY])
        errors(self.anna, NO, "label-missing:restriction", ["restrict", self.leads["en"], "--ground", "law", *WHY])
        errors(self.anna, NO, "label-unknown:obligation",
               ["restrict", self.leads["en"], "--ground", "law", "--obligation", "onward:perhaps", *WHY])
        errors(self.anna, NO, "wrong-agency", ["restrict", self.leads["en"], *restrict, "--to", "NL.fiu"], "DE.fiu")
        errors(self.dieter, NO, "wrong-agency", ["restrict", self.leads["en"], *restrict], "FR.fiu")

    def reading(self):
        """It says so before all else, and is logged as what it is; nothing else can be done."""
        shown, said = answers(self.dieter, lambda style: ["show", self.leads["en"], *READ])
        assert shown["item"]["restrictions"][0]["ground"] == CONTESTED and shown["item"]["restrictions"][0]["processing"], shown
        first = {style: said[style].stdout.splitlines()[0] for style in ("en", "fr")}
        assert first["en"].startswith("RESTRICTED by FR.fiu on ") and first["en"].endswith("DO NOT USE."), first
        assert "its accuracy is contested" in first["en"] and "NE PAS UTILISER" in first["fr"], first
        lines = self.say(self.dieter, ["log", "--record", self.leads["en"], *WHY])["consultations"]
        marked = [line for line in lines if "restricted" in line["detail"] and line["operation"] == "consultation"]
        assert len(marked) == len(STYLES), lines
        take = ["lead", "take", self.leads["en"], "--reference", "DE-1", *WHY]
        errors(self.dieter, NO, "policy-refused", take, "contested")
        lines = self.say(self.anna, ["log", "--record", self.leads["en"], *WHY])["consultations"]
        assert any(line["operation"] == "alteration" and line["detail"] == "its use restricted" for line in lines), lines
        listed, said = answers(self.anna, lambda style: ["lead", "list"])
        assert all(one["restrictions"] for one in listed["records"] if one["record_id"] in self.leads.values()), listed
        assert "DE.fiu keeps it and does not use it" in said["en"].stdout, said["en"].stdout
        _, said = answers(self.anna, lambda style: ["show", self.leads["en"], *READ])
        assert "DE.fiu keeps it" in said["en"].stdout.splitlines()[0], said["en"].stdout

    def after_a_crash(self):
        for agency in ("FR.fiu", "DE.fiu"):
            self.federation.kill(agency)
            self.federation.start(agency)
        assert self.inbox("--restricted") == set(self.leads.values()), "a node that was killed forgot what is restricted"

    def lifting(self):
        answers(self.anna, lambda style: ["restrict", "lift", self.leads[style], *WHY])
        until("they are in use again", lambda: set(self.leads.values()) <= self.inbox())
        assert self.told(self.leads["en"])["ground"] == LIFTED, self.told(self.leads["en"])
        errors(self.anna, NO, "malformed", ["restrict", "lift", self.leads["en"], *WHY])
        self.say(self.dieter, ["lead", "take", self.leads["en"], "--reference", "DE-1", *WHY])

    def obliging(self):
        """Added, and never taken away; what cannot be honoured closes the record."""
        for words, obligation in ((["--obligation", "onward:with-consent"], "onward:with-consent"),
                                  (["--obligation", "onward:never"], "onward:never")):
            self.say(self.anna, ["restrict", self.leads["fr"], "--ground", "law", *words, *WHY])
            until(f"{obligation} holds", lambda obligation=obligation: obligation in self.say(
                self.dieter, ["show", self.leads["fr"], *READ])["obligations"])
        assert "onward:with-consent" not in self.say(self.dieter, ["show", self.leads["fr"], *READ])["obligations"]
        assert self.leads["fr"] in self.inbox(), "an obligation keeps nobody from using it"
        listed, said = answers(self.dieter, lambda style: ["restrict", "list", "--received"])
        assert {one["origin"] for one in listed["records"]} == {"FR.fiu"}, listed
        assert "onward:never" in said["fr"].stdout, said["fr"].stdout
        self.say(self.anna, ["restrict", self.leads["json"], "--ground", "law", "--obligation", "inform-source:P1D", *WHY])
        until("it is closed", lambda: self.told(self.leads["json"]).get("closed"))
        assert self.leads["json"] not in self.inbox() | self.inbox("--restricted")
        errors(self.dieter, NO, "expired", ["show", self.leads["json"], *READ], "cannot honour")

    def files(self):
        """What is kept is not carried out of the node."""
        file = self.folder / "rents.csv"
        file.write_text("account;amount\n1;2\n")
        record = self.send("information", INFORMATION + FILE.format(file=file))
        out = self.folder / "saved.csv"
        save = ["attachment", "save", record, "--out", out, *READ]
        until("the file is there", lambda: self.dieter.run(save, "json").returncode == DONE)
        out.unlink()
        self.say(self.anna, ["restrict", record, "--ground", "evidence", "--processing", "--to", "DE.fiu", *WHY])
        until("it is restricted", lambda: record in self.inbox("--restricted"))
        errors(self.dieter, NO, "policy-refused", save, "evidence")
        assert not out.exists()

    def nobody_alarmed(self):
        for person in (self.anna, self.dieter):
            assert not self.say(person, ["status"])["alarms"], self.say(person, ["status"])


def main():
    return tell(__doc__, "restrictions", ("FR.fiu", "DE.fiu"), Restrictions,
                ("restricting", "reading", "after_a_crash", "lifting", "obliging", "files", "nobody_alarmed"))


if __name__ == "__main__":
    sys.exit(main())
