#!/usr/bin/python3
"""The recipient's checks: an honest delivery passes, and every change to it is refused.

The delivery is that of the known answers: one record with a section withheld. Each case changes
one thing, as a broker, an origin or a network might, and expects the reason of formats.md.
"""

import unittest
import unittest.mock

from entente_checks import Checker, Opened, Seen
from entente_directory import Follower
from entente_fixture import DAY_MS, FEDERATION, LogWriter, TestFederation, fixed_draw
import entente_formats as formats
from entente_formats import DraftAccess, encode
from entente_messages import pb
from entente_strict import Refused
import make_known_answers
from make_known_answers import INSTANT_MS

HEADER_FIELDS_IN_ORDER = [field.name for field in pb.RecordHeader.DESCRIPTOR.fields]
seal_section = formats.seal_section


def flip(data, position=0):
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1:]


class Scene:
    """One record from FR.fiu to DE.fiu, logged and delivered; parts of it can be changed."""

    def __init__(self, change_header=None, grant=(0, 1, 2), withhold=(2,), entry_ms=40, pair_seq=7,
                 obligations=(), signer="FR.fiu record-signing", change_composed=None,
                 seal=formats.seal_section, sections=None, draw=fixed_draw, entries_before=0,
                 consents=lambda federation: (), override=lambda federation: b"",
                 before=lambda scene: None):
        self.federation = TestFederation(fixed_draw, INSTANT_MS - 3600 * 1000)
        self.log = LogWriter(self.federation, fixed_draw)
        self.log.open_all()
        before(self)
        for _ in range(entries_before):
            self.log.append_sealed([pb.Part(
                kind=pb.ENTRY_KIND_EXPIRY, instant_ms=INSTANT_MS, reader="FR.fiu",
                acting_agency="FR.fiu", expiry=pb.ExpiryPart(
                    record_id=bytes(16), record_hash=bytes(32), recipient="FR.fiu"))])
        header = make_known_answers.header()
        header.ClearField("case_id")
        header.ClearField("membership_number")
        if change_header:
            change_header(header)
        key = self.federation.keys["DE.fiu delivery"]
        access = DraftAccess("DE.fiu", key.public, "eu-2019-1153", pair_seq, list(grant),
                             list(obligations), list(consents(self.federation)),
                             override=override(self.federation))
        signing = self.federation.keys[signer]
        header.signing_key_id = signing.id
        sections = sections or make_known_answers.drafts()
        with unittest.mock.patch.object(formats, "seal_section", seal):
            self.composed = formats.compose(FEDERATION, header, sections, [access], draw)
        if change_composed:
            change_composed(self.composed)
        signature, = formats.sign_batch(FEDERATION, "FR.fiu", signing, [self.composed.hash])
        self.record = pb.Record.FromString(self.composed.record(signature))
        self.header = pb.RecordHeader.FromString(self.composed.header)
        self._log_and_deliver(withhold, entry_ms)

    def _log_and_deliver(self, withhold, entry_ms):
        ids = sorted(self.record.sections[number].section_id for number in withhold)
        decision = pb.RecipientDecision(
            recipient="DE.fiu", obligations=["log-access"],
            verdict=pb.VERDICT_RELEASE_IN_PART if ids else pb.VERDICT_RELEASE,
            withheld=[pb.WithheldSection(section_id=i, rules=["fr.out.4"]) for i in ids])
        parts = self.log.submission_parts(self.header, self.composed.hash, [decision],
                                          INSTANT_MS + entry_ms)
        self.index = self.log.append_sealed(parts)
        self.delivery = pb.Delivery(
            lane=pb.LANE_BULK, mailbox_seq=1, evidence=self.log.evidence(self.index, "DE.fiu"),
            record=formats.strip_record(self.record, "DE.fiu", ids))
        if ids:
            note = self.log.withholding_note(self.composed.hash, decision, self.index)
            self.delivery.withholding_note.CopyFrom(note)
        self.decision, self.withheld, self.seen = decision, ids, Seen()
        self.now_ms = INSTANT_MS + 60000

    def follower(self):
        follower = Follower(self.federation.genesis)
        for entry in self.log.entries:
            follower.append(entry)
        return follower

    def check(self, keys=True, refused=(), opened=None):
        key = self.federation.keys["DE.fiu delivery"]
        checker = Checker(self.follower(), "DE.fiu",
                          lambda key_id: key if keys and key_id == key.id else None,
                          self.seen, refused)
        opened = opened or Opened(self.index)
        return checker.check(self.delivery, self.log.checkpoint(), self.now_ms, opened)

    def change_record(self, change):
        record = pb.Record.FromString(self.delivery.record)
        change(record)
        self.delivery.record = encode(record)
        return self

    def resign_note(self, change, signer="broker note"):
        note = pb.WithholdingNote.FromString(self.delivery.withholding_note.body)
        change(note)
        self.delivery.withholding_note.CopyFrom(
            self.federation.sign("withholding", note, signer))
        return self


class Refusing(unittest.TestCase):
    """What a refusal must be like: of this reason, and with nothing shown."""

    def refuses(self, reason, scene, **arguments):
        opened = Opened(scene.index)
        with self.assertRaises(Refused) as caught:
            scene.check(opened=opened, **arguments)
        self.assertEqual(caught.exception.reason, reason, str(caught.exception))
        self.assertEqual(opened.sections, [], "something would be shown")
        return opened


class Checks(Refusing):
    def changed(self, change):
        return Scene().change_record(change)

    def test_honest_delivery(self):
        scene = Scene(obligations=["no-onward"])
        self.assertFalse(any(a.startswith("open entry") for a in scene.follower().alarms))
        opened = scene.check()
        self.assertEqual(opened.pair_seq, 7)
        self.assertEqual(opened.withheld, scene.withheld)
        self.assertEqual(opened.obligations, ["log-access", "no-onward"])
        drafts = make_known_answers.drafts()[:2]
        self.assertEqual([content for _, _, content in opened.sections],
                         [draft.content for draft in drafts])
        Scene(withhold=()).check()
        Scene(grant=(0,), withhold=(1, 2)).check()
        Scene(grant=(0,), withhold=()).check()

    def test_1_size(self):
        def widen(record):
            record.header += bytes(formats.MAX_HEADER)
        self.refuses("too-large", self.changed(widen))
        scene = Scene()
        scene.delivery.record += bytes(formats.MAX_RECORD)
        self.refuses("too-large", scene)

    def test_2_evidence(self):
        for field in ("entry", "part", "salt"):
            scene = Scene()
            evidence = scene.delivery.evidence
            for position in (0, len(getattr(evidence, field)) - 1):
                kept = getattr(evidence, field)
                setattr(evidence, field, flip(kept, position))
                self.refuses("proof-bad", scene)
                setattr(evidence, field, kept)
        for change in (lambda e: setattr(e, "log_index", e.log_index - 1),
                       lambda e: e.inclusion_path.append(bytes(32)),
                       lambda e: e.inclusion_path.pop(),
                       lambda e: e.inclusion_path.__setitem__(0, flip(e.inclusion_path[0]))):
            scene = Scene()
            change(scene.delivery.evidence)
            self.refuses("proof-bad", scene)
        scene = Scene()
        scene.delivery.evidence.CopyFrom(scene.log.evidence(scene.index, "FR.fiu"))
        self.refuses("proof-bad", scene)

    def test_2_evidence_of_another_record(self):
        scene = Scene()
        parts = scene.log.submission_parts(scene.header, bytes(32), [scene.decision],
                                           INSTANT_MS + 50)
        index = scene.log.append_sealed(parts)
        scene.delivery.evidence.CopyFrom(scene.log.evidence(index, "DE.fiu"))
        self.refuses("proof-bad", scene)

    def test_2_part(self):
        """A broker that logs something else than it delivers."""
        def deliver(change):
            scene = Scene()
            parts = scene.log.submission_parts(scene.header, scene.composed.hash, [scene.decision],
                                               INSTANT_MS + 50)
            change(parts)
            scene.index = scene.log.append_sealed(parts)
            scene.delivery.evidence.CopyFrom(scene.log.evidence(scene.index, "DE.fiu"))
            scene.resign_note(lambda note: setattr(note, "log_index", scene.index))
            return scene

        def notice(parts):
            parts[1].notice.CopyFrom(pb.NoticePart(type="gap", to="DE.fiu", **{"from": "FR.fiu"},
                                                   statement_digest=bytes(32)))
            for part in parts:
                part.kind = pb.ENTRY_KIND_NOTICE
        def another_origin(parts):
            parts[1].submission.origin = parts[1].acting_agency = "FR.other"

        deliver(lambda parts: None).check()
        for change in (notice, another_origin,
                       lambda parts: setattr(parts[1].submission, "record_id", bytes(16)),
                       lambda parts: setattr(parts[1].submission, "snapshot_number", 99),
                       lambda parts: setattr(parts[1].submission, "snapshot_hash", bytes(32)),
                       lambda parts: setattr(parts[1], "instant_ms", INSTANT_MS)):
            self.refuses("proof-bad", deliver(change))
        for change in (lambda parts: setattr(parts[1].submission, "origin", "DE.fiu"),
                       lambda parts: setattr(parts[1].submission.decisions[0], "recipient", "FR.a"),
                       lambda parts: parts[1].submission.decisions.add().CopyFrom(
                           pb.RecipientDecision(recipient="FR.a", verdict=pb.VERDICT_RELEASE)),
                       lambda parts: setattr(parts[1].submission.decisions[0], "verdict",
                                             pb.VERDICT_HOLD)):
            self.refuses("malformed", deliver(change))

    def test_3_signature(self):
        self.refuses("bad-signature", self.changed(
            lambda r: setattr(r.signature, "ed25519", flip(r.signature.ed25519))))
        self.refuses("key-unknown", self.changed(
            lambda r: setattr(r.signature, "key_id", flip(r.signature.key_id))))
        self.refuses("key-unknown", self.changed(
            lambda r: setattr(r.signature, "origin", "DE.fiu")))
        self.refuses("key-unknown", Scene(signer="FR.fiu acknowledgement"))
        self.refuses("key-unknown", Scene(signer="DE.fiu record-signing"))
        self.refuses("key-not-valid-then", Scene(entry_ms=7 * DAY_MS))

    def test_5_future_dated(self):
        self.refuses("future-dated", Scene(entry_ms=-5 * 60 * 1000 - 1))
        Scene(entry_ms=-5 * 60 * 1000).check()

    def test_3_revoked_before_and_after(self):
        for before, reason in ((True, "key-not-valid-then"), (False, None)):
            scene = Scene()
            key = scene.federation.keys["FR.fiu record-signing"]
            body = pb.Revocation(owner="FR.fiu", key_id=key.id, reason="lost",
                                 instant_ms=INSTANT_MS)
            statement = encode(scene.federation.sign("revocation", body, "FR.fiu identity"))
            if before:
                scene.log = LogWriter(scene.federation, fixed_draw)
                scene.log.open_all()
                scene.log.append_open(pb.ENTRY_KIND_REVOCATION, statement, INSTANT_MS)
                scene._log_and_deliver((2,), 40)
                self.refuses(reason, scene)
            else:
                scene.log.append_open(pb.ENTRY_KIND_REVOCATION, statement, INSTANT_MS + 60)
                scene.delivery.evidence.CopyFrom(scene.log.evidence(scene.index, "DE.fiu"))
                scene.check()

    def test_4_every_header_field_is_signed(self):
        tried = 0
        for name in HEADER_FIELDS_IN_ORDER:
            scene = Scene()
            header = pb.RecordHeader.FromString(scene.header.SerializeToString())
            value = getattr(header, name)
            if isinstance(value, (int, str, bytes)):
                setattr(header, name, value + (1 if isinstance(value, int) else
                                               "x" if isinstance(value, str) else b"x"))
            else:
                value.append(value[-1])
            scene.change_record(lambda record: setattr(record, "header", encode(header)))
            self.refuses("bad-signature", scene)
            tried += 1
        self.assertEqual(tried, 16)

    def test_4_strict(self):
        for data, reason in ((b"\x28\x01", "unknown-field"), (b"\x0a\x00", "not-canonical")):
            scene = Scene()
            scene.delivery.record = data + scene.delivery.record
            self.refuses(reason, scene)
        def named_otherwise(header):
            header.origin = "DE.fiu"
        self.refuses("bad-signature", Scene(change_header=named_otherwise))
        def misordered(composed):
            header = pb.RecordHeader.FromString(composed.header)
            digests = list(header.digests)
            header.digests[0], header.digests[1] = digests[1], digests[0]
            composed.header = encode(header)
        self.refuses("digest-order", Scene(change_composed=misordered))

    def test_5_meaning(self):
        meant = ("ALERT", "LEAD", "REQUEST", "ANSWER", "INFORMATION", "ADVISORY", "OUTCOME")
        for name, number in pb.RecordKind.items():
            def of_kind(header, number=number):
                header.kind = number
            if name.removeprefix("RECORD_KIND_") in meant:
                Scene(change_header=of_kind).check()
            elif number:
                self.refuses("malformed", Scene(change_header=of_kind))
        def in_a_case(header):
            header.case_id, header.membership_number = bytes(16), 1
        self.refuses("malformed", Scene(change_header=in_a_case))

    def test_4_case_and_number(self):
        for field, value in (("case_id", bytes(16)), ("membership_number", 1)):
            def one_alone(header, field=field, value=value):
                header.kind = pb.RECORD_KIND_REQUEST
                setattr(header, field, value)
            self.refuses("malformed", Scene(change_header=one_alone))

    def test_5_expired(self):
        def short(header):
            header.expires_ms = INSTANT_MS + 1000
        scene = Scene(change_header=short)
        scene.now_ms = INSTANT_MS + 1000 + 5 * 60 * 1000
        scene.check()
        scene.now_ms += 1
        self.refuses("expired", scene)
        late = Scene(change_header=short, entry_ms=1000 + 5 * 60 * 1000)
        late.check()
        self.refuses("expired", Scene(change_header=short, entry_ms=1001 + 5 * 60 * 1000))

    def test_6_seen(self):
        first, replayed, other = Scene(), Scene(), Scene(entry_ms=41, pair_seq=8)
        first.seen.add(first.check())
        first.check()
        replayed.seen = other.seen = first.seen
        parts = replayed.log.submission_parts(replayed.header, replayed.composed.hash,
                                              [replayed.decision], INSTANT_MS + 50)
        replayed.index = replayed.log.append_sealed(parts)
        replayed.delivery.evidence.CopyFrom(replayed.log.evidence(replayed.index, "DE.fiu"))
        replayed.resign_note(lambda note: setattr(note, "log_index", replayed.index))
        self.refuses("record-id-reused", replayed)
        def other_purpose(header):
            header.purpose = "other"
        for pair_seq in (7, 8):
            changed = Scene(change_header=other_purpose, pair_seq=pair_seq)
            changed.seen = first.seen
            self.refuses("record-id-reused", changed)

    def test_7_access(self):
        self.refuses("malformed", self.changed(lambda r: r.access.add().CopyFrom(r.access[0])))
        def another(record):
            record.access.add().CopyFrom(record.access[0])
            record.access[1].recipient = "FR.fiu"
        self.refuses("wrong-agency", self.changed(another))
        for field in ("salt", "enc", "delivery_key_id"):
            self.refuses("proof-bad", self.changed(lambda r: setattr(
                r.access[0], field, flip(getattr(r.access[0], field)))))
        self.refuses("proof-bad", self.changed(
            lambda r: setattr(r.access[0], "instrument", "other")))
        consent = encode(Scene().federation.agency_statement("FR.fiu"))
        self.refuses("proof-bad", self.changed(lambda r: r.access[0].consents.append(consent)))
        self.refuses("wrong-agency", self.changed(
            lambda r: setattr(r.access[0], "recipient", "FR.fiu")))

    def test_8_sections(self):
        for field in ("section_id", "key_commitment", "ciphertext"):
            self.refuses("proof-bad", self.changed(lambda r: setattr(
                r.sections[0], field, flip(getattr(r.sections[0], field)))))
        labels = encode(pb.SectionLabels(about=["suspect"], data=["other"], basis="fact"))
        self.refuses("proof-bad", self.changed(lambda r: setattr(r.sections[0], "labels", labels)))
        self.refuses("malformed", self.changed(lambda r: r.sections.add().CopyFrom(r.sections[0])))

    def test_9_manifest(self):
        self.refuses("key-unknown", Scene(), keys=False)
        opened = self.refuses("bad-signature", self.changed(
            lambda r: setattr(r.access[0], "manifest", flip(r.access[0].manifest))))
        self.assertEqual(opened.pair_seq, 0)

    def test_10_sections_of_the_manifest(self):
        def strip(record):
            section_id = record.sections[0].section_id
            del record.sections[0]
            wraps = [w for w in record.access[0].wraps if w.section_id != section_id]
            del record.access[0].wraps[:]
            record.access[0].wraps.extend(wraps)
        opened = self.refuses("proof-bad", self.changed(strip))
        self.assertEqual(opened.pair_seq, 7)
        self.refuses("proof-bad", self.changed(lambda r: r.access[0].wraps.pop()))
        self.refuses("proof-bad", self.changed(lambda r: setattr(
            r.access[0].wraps[0], "sealed_key", flip(r.access[0].wraps[0].sealed_key))))
        ungranted = Scene(grant=(0,), withhold=())
        section = ungranted.record.sections[1]
        ungranted.change_record(lambda r: r.sections.add().CopyFrom(section))
        self.refuses("proof-bad", ungranted)
        bare = Scene()
        bare.delivery.ClearField("withholding_note")
        self.refuses("proof-bad", bare)

    def test_10_withholding_note(self):
        for change in (lambda n: setattr(n, "record_hash", bytes(32)),
                       lambda n: setattr(n, "recipient", "FR.fiu"),
                       lambda n: setattr(n, "log_index", n.log_index + 1),
                       lambda n: setattr(n, "log_origin", "entente.test/log/other"),
                       lambda n: n.section_ids.insert(0, bytes(16))):
            self.refuses("proof-bad", Scene().resign_note(change))
        self.refuses("malformed", Scene().resign_note(lambda n: n.section_ids.pop()))
        self.refuses("key-unknown", Scene().resign_note(lambda n: None, "broker receipt"))
        scene = Scene()
        note = scene.delivery.withholding_note
        note.signatures[0].ed25519 = flip(note.signatures[0].ed25519)
        self.refuses("bad-signature", scene)
        needless = Scene(withhold=(), grant=(0, 1))
        needless.delivery.withholding_note.CopyFrom(Scene().delivery.withholding_note)
        self.refuses("proof-bad", needless)

    def test_10_what_was_never_granted_is_told_too(self):
        scene = Scene(grant=(0,), withhold=(1, 2))
        self.assertEqual(scene.check().withheld, scene.withheld)
        self.assertEqual(len(scene.withheld), 2)

    def test_12_state(self):
        """A decision may lack what was logged in the last quarter of an hour, no more."""
        for minutes, reason in ((14, None), (15, "snapshot-behind")):
            scene = Scene()
            agency = pb.AgencyStatement(agency="DE.fiu", number=2, kind="fiu", name="Unit",
                                        state=pb.AgencyStatement.ADMITTED)
            statement = scene.federation.sign("agency", agency, "DE authority")
            parts = scene.log.submission_parts(scene.header, scene.composed.hash, [scene.decision],
                                               INSTANT_MS + 50 + minutes * 60000)
            scene.log.append_open(pb.ENTRY_KIND_AGENCY, encode(statement), INSTANT_MS + 50)
            scene.index = scene.log.append_sealed(parts)
            scene.delivery.evidence.CopyFrom(scene.log.evidence(scene.index, "DE.fiu"))
            scene.resign_note(lambda note, scene=scene: setattr(note, "log_index", scene.index))
            if reason is None:
                scene.check()
            else:
                self.refuses(reason, scene)

    def test_11_commitment_and_labels(self):
        def other_labels(record_id, section_id, labels, content, content_key, nonce):
            inside = encode(pb.SectionLabels(about=["victim"], data=["other"], basis="fact"))
            key, commitment = formats.section_keys(record_id, section_id, content_key)
            plain = encode(pb.SectionPlain(labels=inside, content=content))
            sealed = formats.crypto.xchacha_seal(key, nonce, formats.crypto.pad(plain),
                                                 formats.section_ad(record_id, section_id, labels))
            return pb.Section(section_id=section_id, labels=labels, key_commitment=commitment,
                              ciphertext=nonce + sealed)

        def other_commitment(*arguments):
            section = seal_section(*arguments)
            section.key_commitment = flip(section.key_commitment)
            return section
        self.refuses("bad-signature", Scene(seal=other_labels))
        self.refuses("bad-signature", Scene(seal=other_commitment))

    def test_13_obligations(self):
        scene = Scene(obligations=["no-copy"])
        scene.check(refused=["unknown-word"])
        self.refuses("policy-refused", scene, refused=["no-copy"])
        self.refuses("policy-refused", scene, refused=["log-access"])


if __name__ == "__main__":
    unittest.main()
