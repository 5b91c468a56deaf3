#!/usr/bin/python3
"""A person asks what is held about them: the data-protection officers of two agencies read all of it, decide, and answer. By the
commands, in English, in French, and with --json, under the example policies.

  tests/processes/subject_test.py --bin build/release/bin
"""
import json
import pathlib
import sys

from commands_test import WHY
from story import tell
from terminal import DONE, INPUT, NO, USAGE, Person, answers, errors, until

LEAD = ('draft = "lead/1"\npurpose = "asset-recovery"\nhandling = ["H1"]\nevaluation = "B2"\nexpires = "P90D"\n'
        '[ask]\nabout = ["suspect"]\ndata = ["financial"]\nbasis = "fact"\nmeasure = "suspend"\ndeadline = "P1D"\n'
        'summary = "{summary}"\n'
        '[[section]]\nabout = ["suspect"]\ndata = ["financial"]\nbasis = "fact"\n'
        '[[section.account]]\nnumber = "DE89370400440532013000"\nholder = "{holder}"\n')
REPORT = ["subject", "report", "--name", "Mirela Inventata", *WHY]
ANSWER = ["--for-subject", "--supervisor", "The authority, 1 Main Street"]
AGENCIES = ("FR.fiu", "DE.fiu")


class Subjects:
    def __init__(self, federation, folder):
        self.folder = folder
        self.anna, self.rita, self.admin, self.dora, self.german_admin = (
            Person(federation.bin / "entente", federation.demo / agency / "officers" / f"{name}.toml")
            for agency, name in (("FR.fiu", "anna"), ("FR.fiu", "rita"), ("FR.fiu", "admin"), ("DE.fiu", "rita"), ("DE.fiu", "admin")))
        self.named, self.silent = "", ""

    def say(self, person, words):
        got = person.run(words, "json")
        assert got.returncode == DONE, f"{words}: {got.stdout}{got.stderr}"
        return json.loads(got.stdout)

    def send(self, summary, holder):
        draft = self.folder / "lead.toml"
        draft.write_text(LEAD.format(summary=summary, holder=holder))
        return self.say(self.anna, ["lead", "send", "--draft", draft, "--to", "DE.fiu", *WHY])["record_id"]

    def held(self):
        for admin in (self.admin, self.german_admin):
            self.say(admin, ["officer", "add", "rita", "--role", "reader,data-protection-officer"])
        nothing, said = answers(self.rita, lambda style: REPORT)
        assert nothing["asked"] and not nothing["items"], nothing
        self.nothing = self.rita.run([*REPORT, *ANSWER], "en").stdout
        self.named = self.send("ask Mrs Inventata, Mirela", "E. Muster")
        self.silent = self.send("three accounts", "M. Inventata / Mirela Inventata")
        self.send("three accounts", "E. Muster")
        until("the leads have come", lambda: len(self.say(self.dora, REPORT)["items"]) == 2)
        for person, direction in ((self.rita, "SENT"), (self.dora, "RECEIVED")):
            until("each has its receipt", lambda: all(item["receipt_path"] for item in self.say(person, REPORT)["items"]))
            report, said = answers(person, lambda style: REPORT)
            assert {item["record_id"] for item in report["items"]} == {self.named, self.silent}, report
            for item in report["items"]:
                assert item["direction"] == f"SUBJECT_DIRECTION_{direction}", item
                assert pathlib.Path(item["receipt_path"]).exists(), item["receipt_path"]
            assert report["undecided"] == "2" and "lead_ask.summary" in said["en"].stdout, said["en"].stdout
            assert "DÉCISION : aucune" in said["fr"].stdout, said["fr"].stdout
        assert "ASK FR.fiu" in self.dora.run(REPORT, "en").stdout
        again, _ = answers(self.rita, lambda style: [*REPORT[:3], "Мирела Инвентата", *WHY])
        assert len(again["items"]) == 2, again

    def refusals(self):
        errors(self.anna, NO, "not-authorised", REPORT, "data-protection-officer")
        errors(self.rita, NO, "label-missing:decision", [*REPORT, *ANSWER], self.named)
        errors(self.rita, NO, "label-missing:decision", [*REPORT, "--tell", self.named, *ANSWER], self.silent)
        errors(self.dora, NO, "label-missing:reason", [*REPORT, "--tell", self.named], "FR.fiu")
        errors(self.rita, INPUT, "input-refused", [*REPORT, "--withhold", f"{self.named}=secret"], "rights-of-others")
        errors(self.rita, INPUT, "input-refused", [*REPORT, "--withhold", self.named], "RECORD=GROUND")
        errors(self.rita, INPUT, "input-refused", [*REPORT, "--tell", self.named, "--for-subject"], "--supervisor")
        errors(self.rita, NO, "label-missing:question", ["subject", "report", *WHY])
        errors(self.rita, USAGE, "usage", ["subject", "report", "--name", "A B"])

    def told(self):
        decided = [*REPORT, "--tell", f"{self.named}:asked the prosecutor", "--withhold-silently", f"{self.silent}=obstruct-inquiry:until Friday"]
        report, said = answers(self.rita, lambda style: decided)
        assert report["undecided"] == "0" and "DECISION: told" in said["en"].stdout, said["en"].stdout
        answer, said = answers(self.rita, lambda style: [*decided, *ANSWER])
        assert len(answer["items"]) == 1 and not answer["withheld"], answer
        assert self.silent not in json.dumps(answer) and self.named not in json.dumps(answer), answer
        assert "the recovery of assets" in said["en"].stdout and "The authority, 1 Main Street" in said["fr"].stdout, said["en"].stdout
        both = [*REPORT, *(word for record in (self.named, self.silent) for word in ("--withhold-silently", f"{record}=national-security"))]
        silent = self.rita.run([*both, *ANSWER], "en").stdout

        def undated(text):
            return [line for line in text.splitlines() if not line.startswith("Given on ")]
        assert undated(silent) == undated(self.nothing), silent
        out = self.folder / "answer.txt"
        written = self.say(self.rita, [*decided, "--out", out])
        assert written == {"out": str(out)} and out.stat().st_mode & 0o777 == 0o600, written
        errors(self.rita, INPUT, "input-refused", [*decided, "--out", out], "answer.txt")

    def logged(self):
        lines = self.say(self.rita, ["log", "--record", self.silent, *WHY])["consultations"]
        decided = [line for line in lines if line["operation"] == "access-decision"]
        assert decided[0]["justification"] == "until Friday" and "obstruct-inquiry" in decided[0]["detail"], decided
        lines = self.say(self.rita, ["log", "--record", self.named, *WHY])["consultations"]
        assert any(line["operation"] == "disclosure" and "a person asks" in line["detail"] for line in lines), lines
        report = self.say(self.rita, REPORT)
        assert all(item["decided_before"] for item in report["items"]), report
        verified = [pathlib.Path(item["receipt_path"]) for item in report["items"]]
        assert all(path.suffix == ".tlog-proof" for path in verified), verified


def main():
    return tell(__doc__, "subjects", AGENCIES, Subjects, ("held", "refusals", "told", "logged"))


if __name__ == "__main__":
    sys.exit(main())
