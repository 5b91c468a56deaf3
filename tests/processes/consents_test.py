#!/usr/bin/python3
"""What one agency gave goes on to a third: asked for, let go, attached, delivered, taken back; and what handling code H3 holds
until a person lets it go. By the commands, in English, in French, and with --json, under the example policies.

  tests/processes/consents_test.py --bin build/release/bin
"""
import json
import sys

from commands_test import DONE, NO, INPUT, Person, STYLES, WHY, answers, errors, until
from story import tell


HEAD = ('purpose = "asset-recovery"\nhandling = ["{handling}"]\nevaluation = "B2"\nexpires = "P30D"\n{more}\n')
INFORMATION = ('draft = "information/1"\n' + HEAD + '[[section]]\nabout = ["suspect"]\ndata = ["narrative"]\nbasis = "fact"\n'
               'text = "The rents go to three accounts at the harbour bank."\n')
REQUEST = ('draft = "request/1"\n' + HEAD + '[ask]\nabout = ["suspect"]\ndata = ["narrative"]\nbasis = "fact"\n'
           'facts = "NL.fiu looks for the same accounts"\nlink = "the information is yours"\n'
           'intended_use = "may it go to NL.fiu, for asset-recovery?"\nground = "other"\n')
LEAD = ('draft = "lead/1"\n' + HEAD + 'instruction = "Not a word to the bank before Monday."\n[ask]\nabout = ["suspect"]\n'
        'data = ["narrative"]\nbasis = "fact"\nmeasure = "monitor"\ndeadline = "P10D"\nsummary = "three accounts"\n')


class Consents:
    def __init__(self, federation, folder):
        self.folder = folder
        self.anna, self.dieter, self.nina, self.rita = (
            Person(federation.bin / "entente", federation.demo / agency / "officers" / f"{name}.toml")
            for agency, name in (("FR.fiu", "anna"), ("DE.fiu", "dieter"), ("NL.fiu", "nina"), ("FR.fiu", "rita")))
        self.original = self.consent = None

    def draft(self, name, text, handling="H2", more=""):
        path = self.folder / f"{name}.toml"
        path.write_text(text.format(handling=handling, more=more))
        return path

    def say(self, person, words):
        got = person.run(words, "json")
        assert got.returncode == DONE, f"{words}: {got.stdout}{got.stderr}"
        return json.loads(got.stdout)

    def has(self, person, record):
        until(f"{record} has come", lambda: record in {one["record_id"] for one in self.say(person, ["inbox"])["items"]})

    def asking(self):
        """Germany's information may not go on; France asks."""
        draft = self.draft("original", INFORMATION)
        self.original = self.say(self.dieter, ["information", "send", "--draft", draft, "--to", "FR.fiu", *WHY])["record_id"]
        self.has(self.anna, self.original)
        onward = self.draft("onward", INFORMATION, more='obtained_from = ["DE"]')
        preview = self.anna.run(["information", "preview", "--draft", onward, "--to", "NL.fiu"], "json")
        assert preview.returncode == NO, preview.stdout
        assert "FR-OUT-910" in json.loads(preview.stdout)["recipients"][0]["rules"], preview.stdout
        asked = self.say(self.anna, ["request", "send", "--draft", self.draft("request", REQUEST), "--to", "DE.fiu", "--about",
                                     self.original, *WHY])
        self.has(self.dieter, asked["record_id"])
        answer = ["answer", asked["record_id"], "--state", "answered", *WHY]
        errors(self.dieter, NO, "label-missing:text", answer, "--text")
        first = self.say(self.dieter, [*answer, "--text", "It my."])
        errors(self.dieter, NO, "malformed", [*answer, "--text", "It may."], "--replaces")
        self.say(self.dieter, [*answer, "--text", "It may.", "--replaces", first["reference"]])

    def giving(self):
        give = ["consent", "give", self.original, "--holder", "FR.fiu", "--for", "NL.fiu", "--purpose", "asset-recovery", *WHY]
        given, _ = answers(self.dieter, lambda style: [*give, "--until", "P20D", "--text", f"as asked, {style}"])
        self.consent = given["record_id"]
        errors(self.dieter, NO, "malformed", [*give, "--until", "P60D"], "not after")
        errors(self.dieter, NO, "malformed", [*give, "--until", "P20D", "--data", "biometric"], "narrative")
        errors(self.dieter, INPUT, "input-refused", [*give, "--until", "soon"], "--until")
        errors(self.dieter, NO, "wrong-agency", [*give[:4], "NL.fiu", *give[5:], "--until", "P20D"], "NL.fiu")
        errors(self.anna, NO, "wrong-agency", [*give, "--until", "P20D"], "DE.fiu")
        for_court = [*give[:7], "--purpose", "prosecute", *WHY, "--until", "P20D"]
        errors(self.dieter, NO, "label-missing:under", for_court, "MLA-UNION-2000, UNTOC-MLA")
        errors(self.dieter, NO, "policy-refused", [*for_court, "--instrument", "MLA-UNION-2000"], "no-rule-allows")
        self.has(self.anna, self.consent)
        shown, said = answers(self.anna, lambda style: ["show", self.consent, "--purpose", "asset-recovery", *WHY])
        note = shown["sections"][0]["consent"]
        assert (note["source"], note["holder"], note["recipient"], note["data"]) == ("DE.fiu", "FR.fiu", "NL.fiu", ["narrative"]), note
        assert "DE.fiu lets FR.fiu pass on to NL.fiu" in said["en"].stdout and "as asked, json" in said["en"].stdout, said["en"].stdout
        assert "DE.fiu autorise FR.fiu à transmettre à NL.fiu" in said["fr"].stdout, said["fr"].stdout
        assert "onward:with-consent" in said["fr"].stdout, said["fr"].stdout
        until("all three have come", lambda: len(self.say(self.anna, ["consent", "list"])["consents"]) == 3)
        for person, received, word in ((self.anna, True, "Received from DE.fiu"), (self.dieter, False, "Given to FR.fiu")):
            listed, said = answers(person, lambda style: ["consent", "list"])
            assert {one["received"] for one in listed["consents"]} == {received}, listed
            assert self.consent in {one["record_id"] for one in listed["consents"]}, listed
            assert word in said["en"].stdout, said["en"].stdout

    def passing_on(self):
        onward = self.draft("onward", INFORMATION, more='obtained_from = ["DE"]')
        send = ["information", "send", "--draft", onward, "--to", "NL.fiu", *WHY]
        preview, said = answers(self.anna, lambda style: ["information", "preview", *send[2:6], "--consent", self.consent])
        assert [one["source"] for one in preview["recipients"][0]["consents"]] == ["DE.fiu"], preview
        assert "goes along the consent of DE.fiu" in said["en"].stdout, said["en"].stdout
        sent, _ = answers(self.anna, lambda style: [*send, "--consent", self.consent])
        self.has(self.nina, sent["record_id"])
        shown, _ = answers(self.nina, lambda style: ["show", sent["record_id"], "--purpose", "asset-recovery", *WHY])
        assert "onward:with-consent" in shown["obligations"], shown
        named = self.draft("named", INFORMATION, more=f'obtained_from = ["DE"]\nconsents = ["{self.consent}"]')
        self.has(self.nina, self.say(self.anna, [*send[:3], named, *send[4:]])["record_id"])
        used = self.say(self.anna, ["log", "--record", self.consent, *WHY])["consultations"]
        assert sum("attached" in line["detail"] for line in used) == len(STYLES) + 1, used
        for agency in (self.anna, self.nina):
            assert not self.say(agency, ["status"])["alarms"], self.say(agency, ["status"])
        self.refused(send)

    def refused(self, send):
        errors(self.anna, NO, "malformed", [*send, "--consent", self.original], "consent")
        errors(self.anna, NO, "not-found", [*send, "--consent", "0" * 32])
        errors(self.anna, NO, "consent-missing", [*send[:5], "DE.fiu", *WHY, "--consent", self.consent], "NL.fiu")
        silent = self.draft("silent", INFORMATION)
        errors(self.anna, NO, "consent-missing", [*send[:3], silent, *send[4:], "--consent", self.consent], "obtained_from DE")

    def taking_back(self):
        recalled = self.say(self.dieter, ["consent", "recall", self.consent, "--ground", "withdrawn", *WHY])
        assert recalled["recipients"] == ["FR.fiu"], recalled
        until("it is of no use any more", lambda: any(
            one["record_id"] == self.consent and one["why_not"] for one in self.say(self.anna, ["consent", "list"])["consents"]))
        onward = self.draft("onward", INFORMATION, more='obtained_from = ["DE"]')
        errors(self.anna, NO, "expired", ["information", "send", "--draft", onward, "--to", "NL.fiu", "--consent", self.consent, *WHY],
               "recalled")

    def bound(self):
        """No rule of France asks for a consent at H1; what Germany obliged it to does, and then a second person looks."""
        gave = self.say(self.dieter, ["information", "send", "--draft", self.draft("gave", INFORMATION, "H1"), "--to", "FR.fiu", *WHY])
        self.has(self.anna, gave["record_id"])
        onward = ["--draft", self.draft("bound", INFORMATION, "H1", 'obtained_from = ["DE"]'), "--to", "NL.fiu"]
        preview, said = answers(self.anna, lambda style: ["information", "preview", *onward])
        assert preview["recipients"][0]["second_person"] == ["onward:DE"], preview
        assert "what DE gave" in said["en"].stdout and "HELD" in said["en"].stdout, said["en"].stdout
        held = self.say(self.anna, ["information", "send", *onward, *WHY])["record_id"]
        waiting, said = answers(self.rita, lambda style: ["status"])
        assert waiting["held_waiting"] == "1" and "entente held list" in said["en"].stdout, said["en"].stdout
        self.say(self.rita, ["held", "refuse", held, *WHY])

    def free_text(self):
        """H3: a person lets it go, and whoever reads it reads first what they may not do."""
        lead = self.draft("free", LEAD, handling="H3")
        silent = self.folder / "silent.toml"
        silent.write_text(lead.read_text().replace('instruction = "Not a word to the bank before Monday."\n', ""))
        errors(self.anna, NO, "label-missing:instruction", ["lead", "send", "--draft", silent, "--to", "NL.fiu", *WHY])
        records = {style: self.say(self.anna, ["lead", "send", "--draft", lead, "--to", "NL.fiu", *WHY])["record_id"] for style in STYLES}
        held, said = answers(self.rita, lambda style: ["held", "list", *WHY])
        seen = {one["record_id"]: one["seen"] for one in held["records"]}
        assert set(records.values()) == set(seen) and "free-text" in held["records"][0]["recipients"][0]["second_person"], held
        assert "H3" in said["fr"].stdout and "Not a word" in said["fr"].stdout, said["fr"].stdout
        answers(self.rita, lambda style: ["held", "release", records[style], "--seen", seen[records[style]], *WHY])
        for record in records.values():
            self.has(self.nina, record)
        _, said = answers(self.nina, lambda style: ["show", records["en"], "--purpose", "asset-recovery", *WHY])
        for style in ("en", "fr"):
            assert "Not a word to the bank before Monday." in said[style].stdout.splitlines()[0], said[style].stdout
        assert not self.say(self.anna, ["status"])["alarms"], "its own release is found in the log"


def main():
    return tell(__doc__, "consents", ("FR.fiu", "DE.fiu", "NL.fiu"), Consents,
                ("asking", "giving", "passing_on", "taking_back", "free_text", "bound"))


if __name__ == "__main__":
    sys.exit(main())
