#!/usr/bin/python3
"""Restrictions at the recipient: before and after their record, in any order, lifted, and what
cannot be honoured. Which notices hold at all is in test_notices.py.
"""

import json
import unittest

from entente_fixture import DAY_MS, LOG
from entente_messages import pb
from entente_node import State
from entente_restrictions import FILE
from entente_strict import read
from test_notices import OTHER, NodeOfTheRecipient

LIFTED = {"ground": pb.RESTRICTION_GROUND_LIFTED, "processing": False, "obligations": []}


class Restricted(NodeOfTheRecipient):
    """What stands beside the record, and what the origin is told."""

    def marks(self):
        return [json.loads(path.read_text())
                for path in sorted((self.folder / "inbox").glob(f"*/{FILE}"))]

    def kept(self):
        return sorted((self.folder / "inbox").glob("*/shown.json"))

    def answers(self):
        """(number, closed) of each answer in the outbox, verified as its reader does."""
        said = []
        for path in sorted((self.folder / "outbox").iterdir()):
            statement = pb.Submission.FromString(path.read_bytes()).notice.statement
            body = read(pb.RestrictedNote, statement.body)
            if body.origin == "FR.fiu":
                self.post.holds(self.post.deliver("restricted", statement.body), "FR.fiu")
            self.assertEqual((body.log_origin, body.recipient), (LOG, "DE.fiu"))
            said.append((body.number, body.closed))
        return said

    def restrict(self, **changes):
        (shown,), _ = self.take(self.post.deliver("restriction", self.post.restriction(**changes)))
        return shown

    def test_is_kept_marked_and_answered(self):
        self.take(self.post.delivery)
        shown = self.restrict()
        self.assertEqual((shown["notice"], shown["held"], shown["closed"], shown["restricted"]),
                         ("restriction", True, False, 1))
        mark, = self.marks()
        self.assertEqual((mark["processing"], mark["ground"], mark["obligations"]),
                         (True, "RESTRICTION_GROUND_CONTESTED", ["onward:never"]))
        self.assertEqual((len(self.kept()), self.answers()), (1, [(1, False)]))

    def test_lifting_ends_processing_and_keeps_obligations(self):
        self.take(self.post.delivery)
        self.restrict()
        self.restrict(number=2, **LIFTED)
        mark, = self.marks()
        self.assertEqual((mark["processing"], mark["obligations"]), (False, ["onward:never"]))
        self.take(self.post.deliver("restriction", self.post.restriction(number=3, obligations=[])))
        self.assertEqual(self.marks()[0]["obligations"], ["onward:never"])

    def test_an_older_one_is_answered_and_changes_nothing(self):
        self.take(self.post.delivery)
        self.restrict(number=2, **LIFTED)
        self.restrict(number=1)
        self.assertEqual((self.marks(), self.answers()), ([], [(2, False), (1, False)]))

    def test_before_its_record(self):
        self.assertEqual(self.restrict()["held"], False)
        self.take(self.post.delivery)
        mark, = self.marks()
        self.assertTrue(mark["processing"])
        self.restrict(number=2, **dict(LIFTED, obligations=["onward:never"]))
        self.assertFalse(self.marks()[0]["processing"])

    def test_sixty_days(self):
        begin = self.now_ms
        for later, marks in ((60 * DAY_MS - 1, 1), (60 * DAY_MS, 0)):
            self.setUp()
            self.restrict()
            self.now_ms = begin + later
            self.take(self.post.delivery)
            self.assertEqual(len(self.marks()), marks)

    def test_what_cannot_be_honoured_closes_the_record(self):
        for before in (True, False):
            self.setUp()
            deliveries = [self.post.delivery, self.post.deliver("restriction")]
            for delivery in deliveries if before else reversed(deliveries):
                self.take(delivery, refused_obligations=["onward:never"])
            self.assertEqual((self.kept(), self.answers()), ([], [(1, True)]))

    def test_another_origins_record(self):
        self.take(self.post.delivery)
        self.post.admit_other()
        (shown,), _ = self.take(self.post.deliver(
            "restriction", self.post.restriction(origin=OTHER), [f"{OTHER} record-signing"],
            **{"from": OTHER}))
        self.assertIn("FR.fiu", shown["alarm"])
        self.assertEqual((self.marks(), self.answers()), ([], []))

    def test_an_own_record(self):
        State(self.folder).add_sent(self.post.composed.hash)
        shown = self.restrict()
        self.assertIn("DE.fiu", shown["alarm"])
        self.assertEqual(self.answers(), [])


if __name__ == "__main__":
    unittest.main()
