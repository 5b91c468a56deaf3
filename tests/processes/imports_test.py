#!/usr/bin/python3
"""A list of persons as alerts, by the commands, at real nodes: nothing that stands goes before what takes its place is let go; one entry that
cannot be published stops all; what was recalled by hand stays so; and a draft of another takes no file of the officer's.

  tests/processes/imports_test.py --bin build/release/bin
"""
import json
import sys

from desk import ROOT
from story import tell
from terminal import DONE, INPUT, NO, Person, answers, errors, until

WHY = ["--justification", "a test"]
ENTRY = ("<INDIVIDUAL><DATAID>{number}</DATAID>{name}<UN_LIST_TYPE>T</UN_LIST_TYPE><REFERENCE_NUMBER>T{number:03}</REFERENCE_NUMBER>"
         "<INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>XD{number:06}</NUMBER></INDIVIDUAL_DOCUMENT></INDIVIDUAL>")


class Imports:
    def __init__(self, federation, folder):
        self.folder = folder
        self.felix, self.bia = (Person(federation.bin / "entente", federation.demo / agency / "officers" / f"{name}.toml")
                                for agency, name in (("FR.border", "felix"), ("BR.border", "bia")))
        self.draft = folder / "alert.toml"
        self.draft.write_text((ROOT / "deploy/demo-data/alert.toml").read_text())

    def list_of(self, numbers, name="<FIRST_NAME>KHALIL</FIRST_NAME>"):
        path = self.folder / "list.xml"
        entries = "".join(ENTRY.format(number=number, name=name if number == numbers[-1] else "<FIRST_NAME>KHALIL</FIRST_NAME>")
                          for number in numbers)
        path.write_text(f'<CONSOLIDATED_LIST dateGenerated="2026-01-01"><INDIVIDUALS>{entries}</INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>')
        return path

    def command(self, numbers, *more, to="BR.border", **entry):
        return ["alert", "import", "--list", self.list_of(numbers, **entry), "--draft", self.draft, "--to", to, *WHY, *more]

    def run(self, words):
        got = self.felix.run(words, "json")
        assert got.returncode == DONE, f"{words}: {got.stdout}{got.stderr}"
        return json.loads(got.stdout)

    def standing(self):
        """By passport, whether BR.border finds it."""
        ask = ["--purpose", "border-control", *WHY]
        found = {number: json.loads(self.bia.run(["search", "--document", f"XD{number:06}", *ask], "json").stdout)["hits"]
                 for number in (1, 2, 3)}
        return {number for number, hits in found.items() if hits}

    def published(self):
        assert self.run(self.command([1, 2, 3]))["published"] == 3
        until("all stand at the border", lambda: self.standing() == {1, 2, 3})

    def nobody(self):
        """A typing error in --to must not take every alert away from the border."""
        self.draft.write_text(self.draft.read_text().replace('"escape-risk"', '"armed"'))
        for more in ([], ["--dry-run"]):
            errors(self.felix, NO, "import-refused", self.command([1, 2, 3], *more, to="BR.fiu"), "BR.fiu")
            errors(self.felix, NO, "wrong-agency", self.command([1, 2, 3], *more, to="BR.nope"), "BR.nope")
        until("nothing has gone", lambda: self.standing() == {1, 2, 3}, seconds=5)
        assert self.run(self.command([1, 2, 3]))["replaced"] == 3
        until("the new ones have the place of the old", lambda: self.standing() == {1, 2, 3} and self.markers() == {"ARMED"})

    def markers(self):
        ask = ["--purpose", "border-control", *WHY]
        hits = json.loads(self.bia.run(["search", "--document", "XD000001", *ask], "json").stdout)["hits"]
        return {marker.removeprefix("WARNING_MARKER_") for hit in hits for marker in hit["notice"]["markers"]}

    def by_hand(self):
        """The same mistake without a list; and one that the desk refuses."""
        alert = [one for one in self.run(["alert", "list"])["records"] if one["own_reference"].startswith("UN list T001 ")
                 and one["recipients"][0]["state"] in ("RECIPIENT_STATE_LOGGED", "RECIPIENT_STATE_DELIVERED")]
        assert len(alert) == 1, alert
        draft = self.folder / "one.toml"
        draft.write_text(self.draft.read_text() + '[[section]]\nabout = ["suspect"]\ndata = ["travel-document"]\nbasis = "fact"\n'
                         '[[section.document]]\nkind = "passport"\nnumber = "XD000001"\n')
        replace = ["alert", "publish", "--draft", draft, *WHY, "--replaces", alert[0]["record_id"], "--to"]
        got = self.felix.run([*replace, "BR.fiu"], "en")
        assert got.returncode == NO and f"{alert[0]['record_id']} STANDS as before" in got.stdout, got.stdout + got.stderr
        got = self.felix.run([*replace, "BR.nope"], "en")
        assert got.returncode == NO and f"{alert[0]['record_id']} stands as before" in got.stderr, got.stdout + got.stderr
        assert self.standing() == {1, 2, 3}

    def one_wrong(self):
        errors(self.felix, NO, "import-refused", self.command([1, 2, 3, 4], name=""), "T004")
        errors(self.felix, INPUT, "input-refused", [*self.command([1])[:3], self.empty(), *self.command([1])[4:]], "no entry")

    def empty(self):
        path = self.folder / "empty.xml"
        path.write_text('<CONSOLIDATED_LIST dateGenerated="2026-01-01"><INDIVIDUALS/><ENTITIES/></CONSOLIDATED_LIST>')
        return path

    def recalled(self):
        """Found, and recalled by an officer: tomorrow's list still has them."""
        alert = next(one for one in self.run(["alert", "list"])["records"] if one["own_reference"].startswith("UN list T002 "))
        hits = json.loads(self.bia.run(["search", "--document", "XD000002", "--purpose", "border-control", *WHY], "json").stdout)["hits"]
        assert alert and len(hits) == 1, hits
        self.run(["alert", "recall", hits[0]["record_id"], "--ground", "withdrawn", *WHY])
        until("no longer sought", lambda: self.standing() == {1, 3})
        done, said = answers(self.felix, lambda style: self.command([1, 2, 3]))
        assert done["published"] == 0 and [one["reference"] for one in done["left_out"]] == ["T002"], done
        assert "T002" in said["en"].stderr and "--recalled-too" in said["en"].stderr, said["en"].stderr
        assert self.standing() == {1, 3}
        assert self.run(self.command([1, 2, 3], "--recalled-too"))["published"] == 1
        until("sought again", lambda: self.standing() == {1, 2, 3})
        assert self.run(self.command([1, 2, 3]))["unchanged"] == 3, "published anew, it counts as any other"

    def missing(self):
        errors(self.felix, NO, "import-refused", self.command([1], "--recall-missing"), "2")
        assert self.run(self.command([1], "--recall-missing", "--recall-most", "--dry-run"))["recalled"] == 2
        assert self.standing() == {1, 2, 3}
        assert self.run(self.command([1, 2], "--recall-missing"))["recalled"] == 1
        until("not sought any more", lambda: self.standing() == {1, 2})
        assert self.run(self.command([1, 2, 3]))["published"] == 1, "the list names them again: nobody recalled that by hand"

    def outside(self):
        """Drafts of another, and files of ours."""
        (self.folder / "link").symlink_to("/etc/hostname")
        draft = self.folder / "theirs.toml"
        for path in ("/etc/hostname", "../hostname", "link"):
            draft.write_text('draft = "information/1"\npurpose = "border-control"\nhandling = ["H0"]\nevaluation = "B2"\nexpires = "P5D"\n'
                             '[[section]]\nabout = ["suspect"]\ndata = ["identity"]\nbasis = "fact"\n'
                             f'[section.attachment]\nfile = "{path}"\n')
            errors(self.felix, INPUT, "input-refused", ["information", "send", "--draft", draft, "--to", "BR.border", *WHY], "folder")


def main():
    return tell(__doc__, "imports", ("FR.border", "BR.border", "BR.fiu"), Imports,
                ("published", "nobody", "by_hand", "one_wrong", "recalled", "missing", "outside"))


if __name__ == "__main__":
    sys.exit(main())
