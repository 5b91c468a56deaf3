#!/usr/bin/python3
"""Consents: one that holds is taken with what it obliges to, and every change to it is refused."""

import unittest

import entente_consents
from entente_fixture import DAY_MS, FEDERATION, fixed_draw
from entente_formats import DraftSection, encode
from entente_messages import pb
from entente_strict import Refused
import make_known_answers
from make_known_answers import INSTANT_MS
from test_checks import Refusing, Scene

OWN_ID = fixed_draw("record-id", 16)
PURPOSE = make_known_answers.header().purpose
SIGNER = "DE.fiu record-signing"


def note(**changes):
    """Of DE.fiu, which gets back what it gave, to FR.fiu."""
    return pb.ConsentNote(**dict(
        source="DE.fiu", holder="FR.fiu", recipient="DE.fiu", record=bytes(32), purpose=PURPOSE,
        instrument="eu-2019-1153", about=["suspect"], data=["financial", "narrative"],
        from_ms=INSTANT_MS, until_ms=INSTANT_MS + DAY_MS, instant_ms=INSTANT_MS,
        obligations=["onward:never"]) | changes)


def own(**changes):
    return note(**dict(source="FR.fiu", record=OWN_ID) | changes)


def from_de(header):
    del header.obtained_from[:]
    header.obtained_from.append("DE")


def attached(*notes, kind="consent", signer=SIGNER, change_header=from_de):
    def consents(federation):
        return [encode(federation.sign(kind, body, signer)) for body in notes]
    return Scene(change_header, consents=consents)


class Attached(Refusing):
    def test_one_that_holds(self):
        self.assertIn("onward:never", attached(note()).check().obligations)
        two = attached(note(), note(obligations=["second-person"]))
        self.assertLessEqual({"onward:never", "second-person"}, set(two.check().obligations))

    def test_the_origins_own(self):
        attached(own(), signer="FR.fiu record-signing", change_header=None).check()
        self.refuses("consent-missing", attached(own(record=bytes(16)),
                                                 signer="FR.fiu record-signing"))

    def test_of_another_record(self):
        for change in (dict(holder="FR.other"), dict(recipient="DE.other"), dict(purpose="other")):
            with self.subTest(change):
                self.refuses("consent-missing", attached(note(**change)))
        self.refuses("consent-missing", attached(note(), change_header=lambda header:
                                                 header.ClearField("obtained_from")))

    def test_signature(self):
        self.refuses("key-unknown", attached(note(), signer="FR.fiu record-signing"))
        self.refuses("key-unknown", attached(note(), signer="DE.fiu acknowledgement"))
        self.refuses("bad-signature", attached(note(), kind="recall"))
        late = note(instant_ms=INSTANT_MS + 7 * DAY_MS)
        self.refuses("future-dated", attached(late))
        self.refuses("key-not-valid-then", attached(note(instant_ms=INSTANT_MS - 2 * DAY_MS)))

    def test_form(self):
        for change in (dict(about=[]), dict(data=[]), dict(purpose=""), dict(instrument=""),
                       dict(record=bytes(16)), dict(holder="DE.fiu", record=bytes(16)),
                       dict(until_ms=INSTANT_MS), dict(instant_ms=0)):
            with self.subTest(change):
                self.refuses("malformed", attached(note(**change)))
        self.refuses("not-canonical", attached(note(data=["narrative", "financial"])))
        self.refuses("malformed", attached(*[note()] * 17))
        attached(*[note()] * 16).check()

    def test_it_is_of_no_other_time_than_its_signature(self):
        """Outside its days it lets nothing go, which is for policy to say."""
        attached(note(from_ms=1, until_ms=2)).check()


class Given(Refusing):
    """A record of kind consent, from FR.fiu to DE.fiu."""

    def given(self, body, kind=pb.RECORD_KIND_CONSENT, more=(), **labels):
        def change(header):
            header.kind = kind
        key = Scene().federation.keys["FR.fiu record-signing"]
        content = entente_consents.give(FEDERATION, "FR.fiu", key, body, "as asked", INSTANT_MS)
        if body.source != "FR.fiu":
            raise AssertionError("it is given by the one who signs")
        section = DraftSection(pb.SectionLabels(**dict(
            about=["suspect"], data=["narrative"], basis="fact", essential=True) | labels), content)
        return Scene(change, grant=range(1 + len(more)), withhold=(), sections=[section, *more])

    def body(self, **changes):
        return note(**dict(source="", holder="DE.fiu", recipient="BR.fiu") | changes)

    def test_one_that_was_given(self):
        (_, _, content), = self.given(self.body()).check().sections
        self.assertEqual(content.consent.text, "as asked")

    def test_another_holder_or_form(self):
        self.refuses("malformed", self.given(self.body(holder="DE.other")))
        self.refuses("malformed", self.given(self.body(about=["victim"])))
        self.refuses("malformed", self.given(self.body(), essential=False))
        self.refuses("malformed", self.given(self.body(), data=["financial", "narrative"]))
        self.refuses("label-missing:data", self.given(self.body(), data=["financial"]))
        self.refuses("malformed", self.given(self.body(), more=make_known_answers.drafts()[:1]))
        self.refuses("malformed", self.given(self.body(), kind=pb.RECORD_KIND_INFORMATION))

    def test_of_another_than_who_sends_it(self):
        scene = Scene()
        statement = scene.federation.sign("consent", note(holder="FR.fiu", recipient="DE.other"), SIGNER)
        content = pb.SectionContent(language="und", consent=pb.Consent(statement=encode(statement)))
        labels = pb.SectionLabels(about=["suspect"], data=["narrative"], basis="fact", essential=True)
        header = pb.RecordHeader(kind=pb.RECORD_KIND_CONSENT, origin="FR.fiu")
        with self.assertRaises(Refused):
            entente_consents.check_record(header, [(b"", labels, content)], "FR.fiu")
        header.origin = "DE.fiu"
        entente_consents.check_record(header, [(b"", labels, content)], "FR.fiu")


if __name__ == "__main__":
    unittest.main()
