#!/usr/bin/python3
"""A record that was decided again before it left: the second decision is taken, and held against
the first and against the log."""

import unittest

from entente_formats import encode, strip_record
from entente_messages import pb
from entente_strict import Refused, read
from make_known_answers import INSTANT_MS
from test_checks import Refusing, Scene

HOUR_MS = 3600 * 1000


class AgainScene(Scene):
    """As the scene, and two hours later France has a new policy: it is decided again."""

    def __init__(self, withhold_again=(1, 2), verdict=pb.VERDICT_RELEASE_IN_PART,
                 obligations=("log-access",), policy=True, again=True, change_part=None, **arguments):
        super().__init__(**arguments)
        self.change_part = change_part
        if policy:
            self._new_policy(INSTANT_MS + HOUR_MS)
        if again:
            self._decide_again(withhold_again, verdict, obligations)
        self.delivery.evidence.CopyFrom(self.log.evidence(self.index, "DE.fiu"))
        self.now_ms = INSTANT_MS + 2 * HOUR_MS

    def _new_policy(self, instant_ms):
        body = pb.PolicyStatement(jurisdiction="FR", version=4, digest=bytes(32),
                                  in_force_ms=instant_ms)
        statement = self.federation.sign("policy", body, "FR policy-author",
                                         "FR policy-protection")
        self.log.append_open(pb.ENTRY_KIND_POLICY, encode(statement), instant_ms)

    def _decide_again(self, withhold, verdict, obligations):
        ids = sorted(self.record.sections[number].section_id for number in withhold)
        decision = pb.RecipientDecision(
            recipient="DE.fiu", obligations=list(obligations), verdict=verdict,
            withheld=[pb.WithheldSection(section_id=i, rules=["fr.out.4"]) for i in ids])
        self.again = self.log.append_sealed(self._parts(decision, INSTANT_MS + 2 * HOUR_MS))
        self.delivery.again.CopyFrom(self.log.evidence(self.again, "DE.fiu"))
        self.delivery.record = strip_record(self.record, "DE.fiu", ids)
        self.delivery.ClearField("withholding_note")
        if ids:
            note = self.log.withholding_note(self.composed.hash, decision, self.again)
            self.delivery.withholding_note.CopyFrom(note)

    def _parts(self, decision, instant_ms):
        decided = pb.SubmissionPart(
            record_id=self.header.record_id, record_hash=self.composed.hash, origin="FR.fiu",
            snapshot_number=len(self.log.snapshots) - 1, snapshot_hash=self.log.snapshots[-1],
            decisions=[decision])
        parts = [pb.Part(kind=pb.ENTRY_KIND_DECISION_AGAIN, instant_ms=instant_ms, reader=reader,
                         acting_agency="FR.fiu",
                         again=pb.DecisionAgainPart(first_index=self.index, decided=decided))
                 for reader in ("FR.fiu", "DE.fiu")]
        if self.change_part:
            for part in parts:
                self.change_part(part)
        return parts


class Again(Refusing):
    def test_the_second_decision_counts(self):
        opened = AgainScene().check()
        self.assertEqual(len(opened.sections), 1)
        self.assertEqual(len(opened.withheld), 2)

    def test_a_broker_that_skips_it(self):
        self.refuses("snapshot-behind", AgainScene(again=False))

    def test_a_policy_of_a_moment_ago_is_none(self):
        scene = AgainScene(again=False)
        scene.now_ms = INSTANT_MS + HOUR_MS + 10 * 60 * 1000
        self.assertEqual(len(scene.check().sections), 2)

    def test_keys_are_no_policy(self):
        scene = AgainScene(again=False, policy=False)
        self.assertEqual(len(scene.check().sections), 2)

    def test_wider_than_the_first(self):
        self.refuses("proof-bad", AgainScene(withhold_again=(1,)))
        self.refuses("proof-bad", AgainScene(obligations=()))

    def test_a_refusal_with_a_record(self):
        self.refuses("proof-bad", AgainScene(verdict=pb.VERDICT_REFUSE))

    def test_of_another_record_or_place(self):
        def other_hash(part):
            part.again.decided.record_hash = bytes(32)
        def other_place(part):
            part.again.first_index -= 1
        self.refuses("proof-bad", AgainScene(change_part=other_hash))
        self.refuses("proof-bad", AgainScene(change_part=other_place))

    def test_a_state_that_the_log_has_not(self):
        def no_state(part):
            part.again.decided.snapshot_hash = bytes(32)
        self.refuses("proof-bad", AgainScene(change_part=no_state))

    def test_the_note_is_of_the_second(self):
        scene = AgainScene()
        self.refuses("proof-bad", scene.resign_note(
            lambda note: setattr(note, "log_index", scene.index)))

    def test_the_first_must_hold_too(self):
        scene = AgainScene()
        scene.delivery.evidence.log_index += 1
        self.refuses("proof-bad", scene)

    def test_the_part_is_read_strictly(self):
        scene = AgainScene()
        for change in (lambda part: setattr(part, "acting_agency", "DE.fiu"),
                       lambda part: part.again.decided.decisions.add(recipient="NL.fiu"),
                       lambda part: setattr(part.again.decided.decisions[0], "verdict",
                                            pb.VERDICT_HOLD)):
            part = pb.Part.FromString(scene.delivery.again.part)
            change(part)
            with self.assertRaises(Refused):
                read(pb.Part, encode(part))


if __name__ == "__main__":
    unittest.main()
