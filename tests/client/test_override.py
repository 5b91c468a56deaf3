#!/usr/bin/python3
"""Overrides: one that holds is taken, every change to it is refused, and the source is told."""

import unittest

from entente_crypto import sha256
import entente_override
from entente_fixture import DAY_MS, fixed_draw
from entente_formats import Key, USES, encode
from entente_messages import pb
from entente_notices import check_notice
from entente_strict import Refused
import make_known_answers
from make_known_answers import INSTANT_MS
from test_checks import Refusing, Scene
from test_notices import Post

OWN_ID = fixed_draw("record-id", 16)
PURPOSE = make_known_answers.header().purpose
AUTHOR, RELEASER, SECOND = "FR.fiu author", "FR.fiu releaser", "FR.fiu second author"


def note(**changes):
    """Of FR.fiu, which lets go to DE.fiu what DE.fiu gave."""
    return pb.OverrideNote(**dict(
        origin="FR.fiu", recipient="DE.fiu", record=OWN_ID, purpose=PURPOSE,
        rules=["FR-OUT-910"], about=["suspect"], data=["financial"], sources=["DE.fiu"],
        ground=pb.OVERRIDE_GROUND_LIFE, reason_digest=bytes(32), from_ms=INSTANT_MS,
        until_ms=INSTANT_MS + DAY_MS, instant_ms=INSTANT_MS) | changes)


def publish_officers(scene):
    federation, entries = scene.federation, []
    for name, role in ((AUTHOR, "author"), (RELEASER, "releaser"), (SECOND, "author")):
        federation.keys[name] = Key("officer", fixed_draw(f"key {name}", 32))
        entries.append(pb.KeyEntry(
            use=USES["officer"], public_key=federation.keys[name].public, role=role,
            from_ms=INSTANT_MS - DAY_MS, until_ms=INSTANT_MS + 6 * DAY_MS))
    body = pb.KeyStatement(owner="FR.fiu", keys=entries, instant_ms=INSTANT_MS - 1000)
    scene.log.append_open(pb.ENTRY_KIND_KEYS, encode(federation.sign("keys", body, "FR.fiu identity")),
                          INSTANT_MS - 1000)


def from_de(header):
    del header.obtained_from[:]
    header.obtained_from.append("DE")


def going(body, signers=(AUTHOR, RELEASER), kind="override", change_header=from_de, **more):
    return Scene(change_header, before=publish_officers,
                 override=lambda federation: encode(federation.sign(kind, body, *signers)), **more)


class Going(Refusing):
    def test_one_that_holds(self):
        opened = going(note()).check()
        self.assertEqual(opened.header.format_version, 3)
        self.assertEqual(list(opened.override.sources), ["DE.fiu"])

    def test_none(self):
        opened = Scene(from_de).check()
        self.assertEqual((opened.header.format_version, opened.override), (1, None))

    def test_of_another_record(self):
        for change in (dict(recipient="DE.other"), dict(purpose="other"), dict(record=bytes(16))):
            with self.subTest(change):
                self.refuses("consent-missing", going(note(**change)))
        self.refuses("key-unknown", going(note(origin="FR.other")))

    def test_signatures(self):
        for signers in ((AUTHOR,), (AUTHOR, RELEASER, SECOND)):
            self.refuses("malformed", going(note(), signers))
        self.refuses("consent-missing", going(note(), (AUTHOR, SECOND)))
        self.refuses("key-unknown", going(note(), (AUTHOR, "FR.fiu record-signing")))
        self.refuses("bad-signature", going(note(), kind="consent"))

    def test_time(self):
        self.refuses("future-dated", going(note(instant_ms=INSTANT_MS + 3600 * 1000)))
        self.refuses("consent-missing", going(note(instant_ms=INSTANT_MS - DAY_MS)))
        self.refuses("malformed", going(note(until_ms=INSTANT_MS + DAY_MS + 1)))
        going(note(from_ms=1, until_ms=2)).check()

    def test_who_is_told(self):
        self.refuses("wrong-agency", going(note(sources=["BR.fiu", "DE.fiu"])))
        self.refuses("wrong-agency", going(note(sources=["DE.never"])))
        self.refuses("consent-missing", going(note(), change_header=lambda header: (
            from_de(header), header.obtained_from.insert(0, "BR"))))

    def test_form(self):
        for change in (dict(rules=[]), dict(about=[]), dict(data=[]), dict(sources=[]),
                       dict(ground=0), dict(reason_digest=b""), dict(purpose=""),
                       dict(instant_ms=0), dict(until_ms=INSTANT_MS), dict(sources=["FR.fiu"])):
            with self.subTest(change):
                self.refuses("malformed", going(note(**change)))
        self.refuses("not-canonical", going(note(rules=["B", "A"])))

    def test_it_is_under_the_leaf(self):
        scene = going(note())
        scene.change_record(lambda record: record.access[0].ClearField("override"))
        self.refuses("proof-bad", scene)

    def test_a_version_that_has_none(self):
        scene = Scene(from_de)
        statement = pb.SignedStatement(body=b"x", signatures=[
            pb.KeySignature(key_id=bytes(32), ed25519=bytes(64))])
        scene.change_record(lambda record: setattr(
            record.access[0], "override", encode(statement)))
        self.refuses("malformed", scene)


class Told(unittest.TestCase):
    """FR.fiu's override reaches DE.fiu as a notice."""

    def deliver(self, body=None, signers=(AUTHOR, RELEASER), **told):
        post = Post(before=publish_officers)
        statement = post.federation.sign("override", body or note(), *signers)
        told = {"type": "override", "from": "FR.fiu", "to": "DE.fiu",
                "statement_digest": sha256(statement.body)} | told
        index = post.log.append_sealed([pb.Part(
            kind=pb.ENTRY_KIND_NOTICE, instant_ms=INSTANT_MS + 1000, reader=reader,
            acting_agency="FR.fiu", notice=pb.NoticePart(**told))
            for reader in ("DE.fiu", "FR.fiu")])
        delivery = pb.Delivery(lane=pb.LANE_URGENT, evidence=post.log.evidence(index, "DE.fiu"),
                               notice=pb.Notice(type=pb.NOTICE_TYPE_OVERRIDE, statement=statement))
        return check_notice(post.follower(), "DE.fiu", delivery, post.log.checkpoint())

    def refuses(self, reason, **changes):
        with self.assertRaises(Refused) as refused:
            self.deliver(**changes)
        self.assertEqual(refused.exception.reason, reason)

    def test_one_that_holds(self):
        self.assertEqual(self.deliver().recipient, "DE.fiu")

    def test_lies(self):
        self.refuses("malformed", signers=(AUTHOR,))
        self.refuses("consent-missing", signers=(AUTHOR, SECOND))
        self.refuses("proof-bad", statement_digest=bytes(32))
        self.refuses("proof-bad", body=note(sources=["DE.other"]))
        self.refuses("proof-bad", type="recall")


class Form(unittest.TestCase):
    def test_an_officers_key_has_a_role(self):
        scene = Scene(before=publish_officers)
        key = scene.federation.keys[AUTHOR]
        follower = scene.follower()
        known = follower.directory.find_key("FR.fiu", "officer", key.id, 1000, INSTANT_MS)
        self.assertEqual(known.role, "author")
        self.assertIsNone(entente_override.check_attached(None, None, pb.Access(), 0, 0))


if __name__ == "__main__":
    unittest.main()
