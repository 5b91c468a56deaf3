#!/usr/bin/python3
"""In an emergency a record goes on without the consent of the one that gave its data: asked for, signed by two officers with keys
that the node never sees, released, told to the source, reviewed on both sides. By the commands, in English, in French, and with
--json, under the example policies.

  tests/processes/override_test.py --bin build/release/bin
"""
import base64
import hashlib
import json
import sys

from commands_test import WHY
from story import tell
from terminal import DONE, INPUT, NO, STYLES, USAGE, Person, answers, errors, until


HEAD = 'purpose = "asset-recovery"\nhandling = ["H2"]\nevaluation = "B2"\nexpires = "P30D"\nobtained_from = ["DE"]\n{more}\n'
INFORMATION = ('draft = "information/1"\n' + HEAD + '[[section]]\nabout = ["{about}"]\ndata = ["narrative"]\nbasis = "fact"\n'
               'text = "They move her tonight, to the house behind the mill."\n')
RULE, REASON = "FR-OUT-910", "A woman is held there, and nobody in Germany answers at night"
ASKED = ["--override", RULE, "--override-ground", "life", "--override-reason", REASON]


class Overrides:
    def __init__(self, federation, folder):
        self.folder = folder
        self.program = federation.bin / "entente"
        self.anna, self.rita, self.admin, self.nina, self.gerd, self.german_admin = (
            Person(self.program, federation.demo / agency / "officers" / f"{name}.toml")
            for agency, name in (("FR.fiu", "anna"), ("FR.fiu", "rita"), ("FR.fiu", "admin"), ("NL.fiu", "nina"),
                                 ("DE.fiu", "rita"), ("DE.fiu", "admin")))
        self.records = {}

    def draft(self, name, about="suspect", more=""):
        path = self.folder / f"{name}.toml"
        path.write_text(INFORMATION.format(about=about, more=more))
        return path

    def say(self, person, words):
        got = person.run(words, "json")
        assert got.returncode == DONE, f"{words}: {got.stdout}{got.stderr}"
        return json.loads(got.stdout)

    def send(self, draft, to="NL.fiu", asked=tuple(ASKED)):
        return ["information", "send", "--draft", draft, "--to", to, *asked, *WHY]

    def keys(self):
        """Each makes their own; the administrator publishes the public half, for the office that they have."""
        self.say(self.admin, ["officer", "add", "rita", "--role", "reader,releaser,data-protection-officer"])
        self.say(self.german_admin, ["officer", "add", "rita", "--role", "reader,data-protection-officer"])
        made, _ = answers(Person(self.program, None), lambda style: ["officer", "key", "new", "--out", self.folder / f"anna-{style}.key"])
        assert (self.folder / "anna-json.key").stat().st_mode & 0o777 == 0o600
        errors(Person(self.program, None), INPUT, "input-refused", ["officer", "key", "new", "--out", made["file"]], "anna-json.key")
        rita = self.say(Person(self.program, None), ["officer", "key", "new", "--out", self.folder / "rita.key"])
        publish = ["officer", "key", "publish"]
        errors(self.anna, NO, "not-authorised", [*publish, "anna", "--role", "author", "--public-key", made["key"]])
        errors(self.admin, NO, "not-authorised", [*publish, "anna", "--role", "releaser", "--public-key", made["key"]])
        errors(self.admin, NO, "malformed", [*publish, "anna", "--role", "author", "--public-key", made["key"], "--until", "P9Y"], "two years")
        errors(self.admin, INPUT, "input-refused", [*publish, "anna", "--role", "author", "--public-key", made["key"], "--until", "soon"],
               "--until")
        published = self.say(self.admin, [*publish, "anna", "--role", "author", "--public-key", made["key"]])
        self.say(self.admin, [*publish, "rita", "--role", "releaser", "--public-key", rita["key"]])
        until("both keys are in the log", lambda: {one["officer"] for one in self.say(self.anna, ["keys"])["keys"] if one["use"] == "officer"
                                                   and "log_index" in one} == {"anna", "rita"})
        assert published["key_id"] in {one["key_id"] for one in self.say(self.anna, ["keys"])["keys"]}

    def asking(self):
        """What does not yield is refused at the desk; the rest is held for two."""
        draft = self.draft("night")
        assert self.anna.run(self.send(draft, asked=()), "json").returncode == NO, "without consent or override it is forbidden"
        errors(self.anna, NO, "policy-refused:override", self.send(draft, asked=[*ASKED[:1], "FR-OUT-000", *ASKED[2:]]), "FR-OUT-000")
        errors(self.anna, NO, "policy-refused:override", self.send(self.draft("victim", about="victim")), RULE)
        errors(self.anna, NO, "malformed", self.send(draft, to="NL.fiu,DE.fiu"), "one recipient")
        errors(self.anna, NO, "label-missing:override-ground", self.send(draft, asked=ASKED[:2]))
        errors(self.anna, NO, "wrong-agency", self.send(draft, asked=[*ASKED, "--source", "NL.fiu"]), "NL")
        assert self.anna.run(self.send(draft, asked=ASKED[2:]), "json").returncode == USAGE
        preview, said = answers(self.anna, lambda style: ["information", "preview", "--draft", draft, "--to", "NL.fiu", *ASKED])
        assert preview["recipients"][0]["second_person"] == ["override"], preview
        assert "emergency" in said["en"].stdout and "urgence" in said["fr"].stdout, said["en"].stdout
        sent, _ = answers(self.anna, lambda style: self.send(draft))
        named = self.draft("named", more=f'[override]\nrules = ["{RULE}"]\nground = "life"\nreason = "{REASON}"\nsources = ["DE.fiu"]')
        self.records = {style: self.say(self.anna, self.send(named, asked=()))["record_id"] for style in STYLES}
        assert sent["record_id"] not in self.records.values()

    def signing(self):
        """On what was seen, in one's own name, an author first."""
        show = lambda person, record: self.say(person, ["override", "show", record, *WHY])
        sign = lambda record, seen, key: ["override", "sign", record, "--seen", seen, "--key", self.folder / key, *WHY]
        record = self.records["en"]
        shown, said = answers(self.anna, lambda style: ["override", "show", record, *WHY])
        assert shown["reason"] == REASON and shown["role"] == "author" and shown["override"]["note"]["sources"] == ["DE.fiu"], shown
        digest = hashlib.sha256(base64.b64decode(shown["salt"]) + REASON.encode()).digest()
        assert base64.b64decode(shown["override"]["note"]["reason_digest"]) == digest, shown
        assert shown["seen"] in said["en"].stdout and "danger immédiat" in said["fr"].stdout, said["fr"].stdout
        errors(self.rita, NO, "policy-held:override", sign(record, shown["seen"], "rita.key"), "author")
        errors(self.anna, NO, "not-authorised", sign(record, shown["seen"], "rita.key"), "another officer")
        other = show(self.anna, self.records["fr"])["seen"]
        errors(self.anna, INPUT, "input-refused", sign(record, other, "anna-json.key"), "not what was seen")
        errors(self.anna, INPUT, "input-refused", sign(record, shown["seen"], "none.key"), "none.key")
        seen = {style: show(self.anna, self.records[style])["seen"] for style in STYLES}
        signed, _ = answers(self.anna, lambda style: sign(self.records[style], seen[style], "anna-json.key"))
        assert [one["officer"] for one in signed["signers"]] == ["anna"], signed
        held, said = answers(self.rita, lambda style: ["held", "list", *WHY])
        looked = {one["record_id"]: one["seen"] for one in held["records"]}
        assert REASON in said["en"].stdout and RULE in said["fr"].stdout, said["en"].stdout
        release = lambda style: ["held", "release", self.records[style], "--seen", looked[self.records[style]], *WHY]
        errors(self.rita, NO, "policy-held:override", release("en"), "sign")
        answers(self.rita, lambda style: sign(self.records[style], seen[style], "rita.key"))
        answers(self.rita, release)

    def arriving(self):
        """The recipient reads first how it came; the source is told, and not the reason."""
        for record in self.records.values():
            until(f"{record} has come", lambda: record in {one["record_id"] for one in self.say(self.nina, ["inbox"])["items"]})
        shown, said = answers(self.nina, lambda style: ["show", self.records[style], "--purpose", "asset-recovery", *WHY])
        assert shown["override"]["sources"] == ["DE.fiu"] and shown["override"]["ground"] == "OVERRIDE_GROUND_LIFE", shown
        assert "EMERGENCY" in said["en"].stdout.splitlines()[0] and "URGENCE" in said["fr"].stdout.splitlines()[0], said["en"].stdout
        until("Germany is told of all", lambda: len(self.say(self.gerd, ["override", "list"])["overrides"]) == 3)
        for person, received, word in ((self.rita, False, "Ours, to NL.fiu"), (self.gerd, True, "By FR.fiu, to NL.fiu")):
            listed, said = answers(person, lambda style: ["override", "list"])
            assert {one["received"] for one in listed["overrides"]} == {received}, listed
            assert {one["record_id"] for one in listed["overrides"]} == set(self.records.values()), listed
            assert word in said["en"].stdout and RULE in said["fr"].stdout, said["en"].stdout
        told, said = answers(self.gerd, lambda style: ["override", "show", self.records["en"], *WHY])
        assert "reason" not in told or not told["reason"], told
        assert REASON not in said["en"].stdout, said["en"].stdout
        ours, said = answers(self.rita, lambda style: ["override", "show", self.records["en"], *WHY])
        assert ours["reason"] == REASON and REASON in said["fr"].stdout, ours
        assert [one["officer"] for one in ours["override"]["signers"]] == ["anna", "rita"], ours
        errors(self.anna, NO, "malformed", ["override", "sign", self.records["en"], "--seen", ours["seen"], "--key",
                                            self.folder / "anna-json.key", *WHY], "override")

    def reviewing(self):
        for person in (self.rita, self.gerd):
            assert self.say(person, ["status"])["overrides_to_review"] == "3"
            review = lambda style: ["override", "review", self.records[style], "--finding", "justified", "--text", f"looked at, {style}"]
            answers(person, review)
            errors(person, NO, "malformed", review("en"), "review")
            listed, said = answers(person, lambda style: ["override", "list"])
            assert {one["finding"] for one in listed["overrides"]} == {"OVERRIDE_FINDING_JUSTIFIED"}, listed
            assert "looked at, fr" in said["en"].stdout, said["en"].stdout
        assert self.rita.run(["override", "review", self.records["en"], "--finding", "perhaps", "--text", "x"], "json").returncode == INPUT
        errors(self.anna, NO, "not-authorised", ["override", "review", self.records["en"], "--finding", "justified", "--text", "x"])
        for person in (self.anna, self.nina, self.gerd):
            assert not self.say(person, ["status"])["alarms"], self.say(person, ["status"])


def main():
    return tell(__doc__, "override", ("FR.fiu", "DE.fiu", "NL.fiu"), Overrides,
                ("keys", "asking", "signing", "arriving", "reviewing"))


if __name__ == "__main__":
    sys.exit(main())
