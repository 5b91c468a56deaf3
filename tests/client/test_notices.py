#!/usr/bin/python3
"""Recalls, restrictions and their answers: notices that hold, those that must not, and what is left
after a recall.

The record is that of test_checks.py, from FR.fiu to DE.fiu. Recalls and restrictions reach DE.fiu,
the answers FR.fiu; each case that must fail changes one thing.
"""

import json
import pathlib
import queue
import tempfile
import unittest
import unittest.mock

import grpc

from entente_checks import Opened
from entente_crypto import sha256
from entente_fixture import DAY_MS, LOG, fixed_draw
from entente_formats import Key, encode
from entente_messages import pb
import entente_node
from entente_node import Node, State
from entente_notices import check_notice
from entente_strict import Refused, read
from make_known_answers import INSTANT_MS
from test_checks import Scene

LOGGED_MS = INSTANT_MS + 1000
OTHER = "FR.other"
OF_ORIGIN = ("recall", "restriction")  # the others are a recipient's word


class Post(Scene):
    """The scene with notices, logged and delivered as an honest broker does."""

    TYPES = {"recall": (pb.NOTICE_TYPE_RECALL, pb.LANE_URGENT, "FR.fiu record-signing"),
             "erasure": (pb.NOTICE_TYPE_ERASURE, pb.LANE_BULK, "DE.fiu acknowledgement"),
             "restriction": (pb.NOTICE_TYPE_RESTRICTION, pb.LANE_URGENT,
                             "FR.fiu record-signing"),
             "restricted": (pb.NOTICE_TYPE_RESTRICTED, pb.LANE_BULK, "DE.fiu acknowledgement")}

    def recall(self, **changes):
        return pb.RecallNote(**dict(
            log_origin=LOG, origin="FR.fiu", recipient="DE.fiu", record_hash=self.composed.hash,
            ground=pb.RECALL_GROUND_INCORRECT, number=1, instant_ms=INSTANT_MS) | changes)

    def erasure(self, **changes):
        return pb.ErasureNote(**dict(
            log_origin=LOG, origin="FR.fiu", recipient="DE.fiu", record_hash=self.composed.hash,
            instant_ms=INSTANT_MS) | changes)

    def restriction(self, **changes):
        return pb.RestrictionNote(**dict(
            log_origin=LOG, origin="FR.fiu", recipient="DE.fiu", record_hash=self.composed.hash,
            ground=pb.RESTRICTION_GROUND_CONTESTED, processing=True, obligations=["onward:never"],
            number=1, instant_ms=INSTANT_MS) | changes)

    def restricted(self, **changes):
        return pb.RestrictedNote(**dict(
            log_origin=LOG, origin="FR.fiu", recipient="DE.fiu", record_hash=self.composed.hash,
            number=1, instant_ms=INSTANT_MS) | changes)

    def deliver(self, word, body=None, signers=(), instant_ms=LOGGED_MS, signed_as=None, **told):
        """`told` changes what the part says; a body may be bytes."""
        kind, lane, signer = self.TYPES[word]
        body = body or getattr(self, word)()
        statement = self.federation.sign(signed_as or word, body, *(signers or [signer]))
        pair = ("FR.fiu", "DE.fiu") if word in OF_ORIGIN else ("DE.fiu", "FR.fiu")
        told = {"type": word, "from": pair[0], "to": pair[1],
                "statement_digest": sha256(statement.body)} | told
        index = self.log.append_sealed([pb.Part(
            kind=pb.ENTRY_KIND_NOTICE, instant_ms=instant_ms, reader=reader,
            acting_agency=told["from"], notice=pb.NoticePart(**told))
            for reader in sorted({told["from"], *pair})])
        return pb.Delivery(lane=lane, evidence=self.log.evidence(index, pair[1]),
                           notice=pb.Notice(type=kind, statement=statement))

    def holds(self, delivery, reader):
        return check_notice(self.follower(), reader, delivery, self.log.checkpoint())

    def admit_other(self):
        """A second agency of FR, which signs records and notices, too."""
        federation = self.federation
        for use in ("identity", "record-signing", "acknowledgement"):
            federation.keys[f"{OTHER} {use}"] = Key(use, fixed_draw(f"key {OTHER} {use}", 32))
        for kind, statement in (
                (pb.ENTRY_KIND_AGENCY, federation.agency_statement(OTHER)),
                (pb.ENTRY_KIND_KEYS, federation.key_statement(OTHER, ["identity"], "FR authority")),
                (pb.ENTRY_KIND_KEYS, federation.key_statement(
                    OTHER, ["record-signing", "acknowledgement"], f"{OTHER} identity"))):
            self.log.append_open(kind, encode(statement), INSTANT_MS + 500)

    def second_keys(self):
        """One more key of the origin and of the recipient, for the same uses."""
        for owner, use in (("FR.fiu", "record-signing"), ("DE.fiu", "acknowledgement")):
            key = Key(use, fixed_draw(f"second {owner}", 32))
            self.federation.keys[f"{owner} second"] = key
            body = pb.KeyStatement(owner=owner, instant_ms=INSTANT_MS, keys=[pb.KeyEntry(
                use=3 if use == "record-signing" else 5, public_key=key.public,
                from_ms=INSTANT_MS - DAY_MS, until_ms=INSTANT_MS + DAY_MS)])
            statement = self.federation.sign("keys", body, f"{owner} identity")
            self.log.append_open(pb.ENTRY_KIND_KEYS, encode(statement), INSTANT_MS + 500)


class Notices(unittest.TestCase):
    """Reading and verifying, the same for both but for who signs and who reads."""

    READERS = {"recall": "DE.fiu", "erasure": "FR.fiu", "restriction": "DE.fiu",
               "restricted": "FR.fiu"}

    def refuses(self, reason, post, delivery, reader):
        with self.assertRaises(Refused) as caught:
            post.holds(delivery, reader)
        self.assertEqual(caught.exception.reason, reason, f"{reader}: {caught.exception}")

    def each(self):
        for word, reader in self.READERS.items():
            yield word, reader, Post()

    def test_honest(self):
        for word, reader, post in self.each():
            post.second_keys()
            self.assertEqual(post.holds(post.deliver(word), reader), getattr(post, word)())
            second = "FR.fiu second" if word in OF_ORIGIN else "DE.fiu second"
            post.holds(post.deliver(word, signers=[second]), reader)
            self.assertEqual(post.follower().alarms, [])

    def test_wrong_signer(self):
        of_origin = ("FR.fiu acknowledgement", "FR.fiu identity", "FR authority",
                     "DE.fiu record-signing", f"{OTHER} record-signing", "broker note")
        of_recipient = ("DE.fiu record-signing", "DE.fiu identity", "DE authority",
                        "FR.fiu acknowledgement", f"{OTHER} acknowledgement", "broker note")
        for word, reader, post in self.each():
            post.admit_other()
            for signer in of_origin if word in OF_ORIGIN else of_recipient:
                self.refuses("key-unknown", post, post.deliver(word, signers=[signer]), reader)

    def test_signature(self):
        for word, reader, post in self.each():
            post.second_keys()
            for other in ("gap", "acknowledgement", *set(self.READERS) - {word}):
                self.refuses("bad-signature", post, post.deliver(word, signed_as=other), reader)
            owner = "FR.fiu" if word in OF_ORIGIN else "DE.fiu"
            two = [Post.TYPES[word][2], f"{owner} second"]
            self.refuses("bad-signature", post, post.deliver(word, signers=two), reader)
            late = post.deliver(word, instant_ms=INSTANT_MS + 7 * DAY_MS)
            self.refuses("key-not-valid-then", post, late, reader)

    def test_another_log_or_reader(self):
        for word, reader, post in self.each():
            post.admit_other()
            make = getattr(post, word)
            for log in ("entente.test/log/broker-2", "entente.other/log/broker-1", ""):
                self.refuses("wrong-agency", post, post.deliver(word, make(log_origin=log)), reader)
            named = {"recipient" if word in OF_ORIGIN else "origin": OTHER}
            self.refuses("wrong-agency", post, post.deliver(word, make(**named)), reader)

    def test_values(self):
        bad = {"recall": ({"number": 0}, {"ground": pb.RECALL_GROUND_UNSPECIFIED}, {"ground": 6}),
               "erasure": (),
               "restriction": ({"number": 0}, {"ground": 0}, {"ground": 7}, {"instant_ms": 0},
                               {"ground": pb.RESTRICTION_GROUND_LIFTED},
                               {"processing": False, "obligations": []}),
               "restricted": ({"number": 0}, {"instant_ms": 0})}
        for word, reader, post in self.each():
            both = ({"record_hash": bytes(31)}, {"record_hash": b""}, {"origin": "EL.fiu"},
                    {"recipient": "DE"}, {"instant_ms": 253402300800000})
            for changes in bad[word] + both:
                body = getattr(post, word)(**changes)
                self.refuses("malformed", post, post.deliver(word, body), reader)
        post = Post()
        post.holds(post.deliver("recall", post.recall(number=2**64 - 1)), "DE.fiu")

    def test_encodings(self):
        for word, reader, post in self.each():
            body = encode(getattr(post, word)())
            for data, reason in ((body + b"\x78\x01", "unknown-field"),
                                 (b"\x0a\x00" + body, "not-canonical"), (b"\x0a", "malformed")):
                self.refuses(reason, post, post.deliver(word, data), reader)
            delivery = post.deliver(word)
            delivery.notice.MergeFromString(b"\x18\x01")
            self.refuses("unknown-field", post, delivery, reader)
            for kind, reason in ((0, "malformed"), (10, "malformed"), (1, "unknown-field")):
                delivery = post.deliver(word)
                delivery.notice.type = kind
                self.refuses(reason, post, delivery, reader)

    def test_part(self):
        for word, reader, post in self.each():
            for told in ({"type": "gap"}, *({"type": t} for t in set(self.READERS) - {word}),
                         {"statement_digest": bytes(32)}, {"from": OTHER}):
                self.refuses("proof-bad", post, post.deliver(word, **told), reader)
            self.refuses("malformed", post, post.deliver(word, type="recalled"), reader)
            delivery = post.deliver(word)
            delivery.evidence.salt = bytes(32)
            self.refuses("proof-bad", post, delivery, reader)
            delivery.evidence.CopyFrom(post.log.evidence(post.index, reader))
            self.refuses("proof-bad", post, delivery, reader)

    def test_two_signatures_of_an_acknowledgement(self):
        """It is not submitted, so that the count of signatures is open."""
        post = Post()
        post.second_keys()
        body = pb.Acknowledgement(
            log_origin=LOG, record_hash=post.composed.hash, origin="FR.fiu", recipient="DE.fiu",
            pair_seq=7, log_index=post.index, opened=True, instant_ms=INSTANT_MS)
        index = post.log.append_sealed([pb.Part(
            kind=pb.ENTRY_KIND_ACKNOWLEDGEMENT, instant_ms=LOGGED_MS, reader="FR.fiu",
            acting_agency="DE.fiu", acknowledgement=pb.AcknowledgementPart(
                recipient="DE.fiu", lane=pb.LANE_BULK, record_hashes=[post.composed.hash]))])
        notice = pb.Notice(type=pb.NOTICE_TYPE_ACKNOWLEDGEMENT, statement=post.federation.sign(
            "acknowledgement", body, "DE.fiu acknowledgement", "DE.fiu second"))
        delivery = pb.Delivery(evidence=post.log.evidence(index, "FR.fiu"), notice=notice)
        self.assertEqual(post.holds(delivery, "FR.fiu"), body)

    def test_words_of_the_part(self):
        for word in ("gap", "pair-head", "recall", "erasure", "restriction", "restricted"):
            part = pb.NoticePart(type=word, to="DE.fiu", statement_digest=bytes(32),
                                 **{"from": "FR.fiu"})
            self.assertEqual(read(pb.NoticePart, encode(part)), part)

    def test_pair_head_with_recalls(self):
        head = pb.PairHead(log_origin=LOG, origin="FR.fiu", recipient="DE.fiu", recalls=3,
                           instant_ms=INSTANT_MS)
        self.assertEqual(read(pb.PairHead, encode(head)).recalls, 3)


class NodeOfTheRecipient(unittest.TestCase):
    """The node of DE.fiu: no network, a clock that the test sets."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.now_ms = INSTANT_MS + 60000
        clock = unittest.mock.patch.object(entente_node, "now_ms", lambda: self.now_ms)
        clock.start()
        self.addCleanup(clock.stop)
        self.post, self.last = Post(), {}
        self.channel = grpc.insecure_channel("localhost:1")
        self.addCleanup(self.channel.close)

    def take(self, *deliveries, refused_obligations=()):
        """What the node, started anew, shows of these deliveries, and what it acknowledges."""
        keys = {use: [self.post.federation.keys[f"DE.fiu {use}"]]
                for use in ("delivery", "acknowledgement")}
        node = Node(self.post.federation.genesis, "DE.fiu", keys, State(self.folder), self.channel)
        node.follower, outgoing = self.post.follower(), queue.Queue()
        response = pb.PullResponse(checkpoint=self.post.log.checkpoint_note())
        for delivery in deliveries:
            sent = response.deliveries.add()
            sent.CopyFrom(delivery)
            self.last[sent.lane] = sent.mailbox_seq = self.last.get(sent.lane, 0) + 1
            sent.evidence.CopyFrom(self.post.log.evidence(
                delivery.evidence.log_index, "DE.fiu"))
        shown = list(node._take(response, outgoing, refused_obligations))
        statements = [statement for _ in range(outgoing.qsize())
                      for statement in outgoing.get().acknowledge.acknowledgements]
        return shown, [read(pb.Acknowledgement, s.body) for s in statements]


class AfterARecall(NodeOfTheRecipient):
    """What is left, and what the origin is told."""

    def kept(self):
        """Files that hold something of a record's content."""
        return sorted(path for path in (self.folder / "inbox").rglob("*") if path.is_file())

    def answers(self):
        """The erasure notes in the outbox, each verified as its reader does."""
        bodies = []
        for path in sorted((self.folder / "outbox").iterdir()):
            submission = pb.Submission.FromString(path.read_bytes())
            self.assertEqual(submission.notice.type, pb.NOTICE_TYPE_ERASURE)
            statement = submission.notice.statement
            body = read(pb.ErasureNote, statement.body)
            delivery = self.post.deliver("erasure", statement.body, to=body.origin)
            self.assertEqual(delivery.notice.statement, statement)
            bodies.append(self.post.holds(delivery, "FR.fiu") if body.origin == "FR.fiu" else body)
        return bodies

    def test_the_copy_is_closed_and_answered(self):
        self.take(self.post.delivery)
        self.assertEqual(len(self.kept()), 2)
        (shown,), statements = self.take(self.post.deliver("recall"))
        self.assertEqual((shown["notice"], shown["held"], shown["erasure"]), ("recall", True, 1))
        self.assertNotIn("alarm", shown)
        self.assertEqual((self.kept(), statements), ([], []))
        self.assertEqual(self.answers(), [self.post.erasure(instant_ms=self.now_ms)])

    def test_what_was_closed_stays_closed(self):
        for later in (0, 61 * DAY_MS):
            self.setUp()
            self.take(self.post.delivery)
            self.take(self.post.deliver("recall"))
            self.now_ms += later
            (shown,), (statement,) = self.take(self.post.delivery)
            self.assertTrue(shown["recalled"])
            self.assertNotIn("sections", shown)
            self.assertEqual((statement.opened, statement.pair_seq), (True, 7))
            self.assertEqual(self.kept(), [])

    def test_recall_before_its_record(self):
        shown, (statement,) = self.take(self.post.deliver("recall"), self.post.delivery)
        self.assertEqual(shown[0]["held"], False)
        self.assertTrue(shown[1]["opened"] and shown[1]["recalled"])
        self.assertNotIn("sections", shown[1])
        self.assertEqual(statement, pb.Acknowledgement(
            log_origin=LOG, record_hash=self.post.composed.hash, origin="FR.fiu",
            recipient="DE.fiu", pair_seq=7, log_index=self.post.index, opened=True,
            instant_ms=self.now_ms))
        self.assertEqual(list((self.folder / "inbox").iterdir()), [])
        self.assertEqual(list((self.folder / "receipts").iterdir()), [])
        self.assertEqual(len(self.answers()), 1)
        self.now_ms += 61 * DAY_MS
        (again,), _ = self.take(self.post.delivery)
        self.assertTrue(again["recalled"])

    def test_a_record_under_a_recall_is_checked(self):
        self.take(self.post.deliver("recall"))
        delivery = pb.Delivery()
        delivery.CopyFrom(self.post.delivery)
        delivery.record = delivery.record[:-1]
        (shown,), (statement,) = self.take(delivery)
        self.assertEqual((shown["opened"], statement.opened), (False, False))

    def test_sixty_days(self):
        begin = self.now_ms
        for later, recalled in ((60 * DAY_MS - 1, True), (60 * DAY_MS, None)):
            self.setUp()
            self.take(self.post.deliver("recall"))
            self.now_ms = begin + later
            (shown,), _ = self.take(self.post.delivery)
            self.assertEqual((shown["opened"], shown.get("recalled")), (True, recalled))
            self.assertEqual(len(self.kept()), 0 if recalled else 2)

    def test_the_same_recall_again(self):
        self.take(self.post.delivery)
        recall = self.post.deliver("recall")
        self.take(recall)
        self.now_ms += 5000
        (shown,), _ = self.take(recall)
        self.assertNotIn("alarm", shown)
        self.assertEqual([body.instant_ms for body in self.answers()],
                         [self.now_ms - 5000, self.now_ms])

    def from_another(self):
        self.post.admit_other()
        return self.post.deliver("recall", self.post.recall(origin=OTHER),
                                 [f"{OTHER} record-signing"], **{"from": OTHER})

    def test_recall_of_another_origins_record(self):
        self.take(self.post.delivery)
        kept = self.kept()
        (shown,), _ = self.take(self.from_another())
        self.assertIn("FR.fiu", shown["alarm"])
        self.assertEqual((self.kept(), self.answers()), (kept, []))
        (again,), _ = self.take(self.post.delivery)
        self.assertNotIn("recalled", again)

    def test_recall_of_an_own_record(self):
        State(self.folder).add_sent(self.post.composed.hash)
        (shown,), _ = self.take(self.post.deliver("recall"))
        self.assertIn("DE.fiu", shown["alarm"])
        self.assertEqual(self.answers(), [])

    def test_anothers_recall_does_not_wait_for_the_record(self):
        shown, (statement,) = self.take(self.from_another(), self.post.delivery)
        self.assertNotIn("alarm", shown[0])
        self.assertNotIn("recalled", shown[1])
        self.assertTrue(statement.opened)
        self.assertEqual(len(self.kept()), 2)

    def test_a_recall_that_does_not_hold_changes_nothing(self):
        self.take(self.post.delivery)
        kept = self.kept()
        for delivery in (self.post.deliver("recall", signers=["FR.fiu acknowledgement"]),
                         self.post.deliver("recall", self.post.recall(log_origin="elsewhere")),
                         self.post.deliver("recall", self.post.recall(number=0)),
                         self.post.deliver("recall", self.post.recall(ground=0)),
                         self.post.deliver("recall", statement_digest=bytes(32))):
            (shown,), _ = self.take(delivery)
            self.assertIn("alarm", shown)
            self.assertEqual((self.kept(), self.answers()), (kept, []))
        (again,), _ = self.take(self.post.delivery)
        self.assertNotIn("recalled", again)

    def test_an_erasure_erases_nothing(self):
        """One that a broker sends to the wrong side of the pair."""
        self.take(self.post.delivery)
        kept = self.kept()
        (shown,), _ = self.take(self.post.deliver("erasure"))
        self.assertIn("wrong-agency", shown["alarm"])
        self.assertEqual(self.kept(), kept)

    def test_one_id_of_two_origins(self):
        state, header = State(self.folder), pb.RecordHeader(record_id=bytes(16))
        places = []
        for origin, digest in (("FR.fiu", b"\x01" * 32), (OTHER, b"\x02" * 32)):
            opened = Opened(1, digest, origin, 1, header)
            for _ in range(2):
                place = state.inbox(opened)
                place.mkdir(exist_ok=True)
                (place / "shown.json").write_text(json.dumps(
                    {"origin": origin, "record_hash": digest.hex()}))
            places.append(place)
        self.assertEqual([place.name for place in places],
                         ["00" * 16, "00" * 16 + "-" + "02" * 16])
        state.recall("FR.fiu", b"\x01" * 32, 0)
        self.assertEqual([place.exists() for place in places], [False, True])
        state = State(self.folder)
        self.assertTrue(state.is_recalled("FR.fiu", b"\x01" * 32, INSTANT_MS))
        self.assertFalse(state.is_recalled(OTHER, b"\x01" * 32, INSTANT_MS))


class ErasureIsRead(unittest.TestCase):
    """The origin's side: who says that it erased, and of which record."""

    def test_shown(self):
        post = Post()
        delivery = post.deliver("erasure")
        with tempfile.TemporaryDirectory() as folder, \
                grpc.insecure_channel("localhost:1") as channel:
            node = Node(post.federation.genesis, "FR.fiu", {}, State(folder), channel)
            node.follower = post.follower()
            shown = node._take_notice(delivery, post.log.checkpoint())
            self.assertEqual((shown["notice"], shown["record_hash"]),
                             ("erasure", post.composed.hash.hex()))
            self.assertEqual(shown["statement"]["recipient"], "DE.fiu")
            self.assertNotIn("alarm", shown)


if __name__ == "__main__":
    unittest.main()
