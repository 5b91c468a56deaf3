#!/usr/bin/python3
"""The client's commands from end to end, against the stand-in broker of this folder.

Two agencies publish their keys, one sends and the other receives; then the broker lies.
"""

import contextlib
import io
import json
import pathlib
import tempfile
import time
import unittest

import entente_client
from entente_fixture import AGENCIES, FEDERATION, LOG, LogWriter, TestFederation
from entente_formats import encode, random_draw, sign_statement
from entente_messages import pb
from stand_in_broker import StandInBroker, make_certificates

DRAFT = {
    "kind": "information", "purpose": "analysis", "handling": ["H1"], "evaluation": "B2",
    "recipients": [{"agency": "DE.fiu", "instrument": "eu-2019-1153",
                    "obligations": ["no-onward"], "instruction": "for the case only"}],
    "sections": [
        {"about": ["suspect"], "data": ["narrative"], "basis": "assessment", "essential": True,
         "content": {"language": "en", "narrative": {"text": "Three transfers in one week."}}},
        {"about": ["victim"], "data": ["identity"],
         "content": {"language": "en", "subjects": {"subjects": [{"person": {"sex": "SEX_UNKNOWN", "names": [
             {"text": "A. Person", "kind": "NAME_KIND_PRIMARY", "quality": "NAME_QUALITY_GOOD"}]}}]}}}]}


class EndToEnd(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        make_certificates(self.folder, FEDERATION, AGENCIES)
        self.federation = TestFederation(random_draw, time.time_ns() // 1_000_000)
        self.log = LogWriter(self.federation, random_draw)
        self.log.open_all(without={f"keys of {agency}" for agency in AGENCIES})
        self.broker = StandInBroker(self.log, self.folder)
        self.addCleanup(self.broker.stop)
        (self.folder / "genesis.toml").write_bytes(self.federation.genesis.data)
        for agency in AGENCIES:
            keys = self.folder / f"{agency}.keys"
            keys.mkdir()
            self.federation.keys[f"{agency} identity"].save(keys / "identity.key")
            self.run_client("keygen", "--keys", str(keys))

    def run_client(self, *arguments, expect=0):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = entente_client.main(list(arguments))
        self.assertEqual(status, expect, output.getvalue())
        return [json.loads(line) for line in output.getvalue().splitlines()]

    def command(self, name, agency, *more, expect=0):
        folder = self.folder
        return self.run_client(
            name, "--genesis", f"{folder}/genesis.toml", "--agency", agency, "--broker",
            f"localhost:{self.broker.port}", "--certificate", f"{folder}/{agency}.pem",
            "--tls-key", f"{folder}/{agency}.key", "--ca", f"{folder}/ca.pem", "--keys",
            f"{folder}/{agency}.keys", "--state", f"{folder}/{agency}.state", *more, expect=expect)

    def publish_all(self):
        for agency in AGENCIES:
            self.command("publish", agency, "--own")

    def send(self, expect=0, **changes):
        (self.folder / "draft.json").write_text(json.dumps(DRAFT | changes))
        return self.command("send", "FR.fiu", "--draft", f"{self.folder}/draft.json", "--officer",
                            "a.martin", "--justification", "case 7", expect=expect)

    def receive(self, agency, *more, expect=0):
        return self.command("receive", agency, "--idle", "0.4", *more, expect=expect)

    def test_publish(self):
        self.assertEqual(self.command("publish", "FR.fiu", "--own")[0]["log_index"],
                         len(self.log.entries) - 1)
        agency = pb.AgencyStatement(agency="DE.fiu", state=pb.AgencyStatement.SUSPENDED,
                                    kind="fiu", name="Unit", number=2)
        prepared = self.folder / "statement"
        prepared.write_bytes(encode(self.federation.sign("agency", agency, "DE authority")))
        self.command("publish", "DE.fiu", "--statement", str(prepared), "--kind", "agency")
        state = self.command("follow", "FR.fiu")[0]
        self.assertEqual(state["alarms"], [])
        self.assertEqual(state["agencies"], {"DE.fiu": "SUSPENDED", "FR.fiu": "ADMITTED"})
        uses = [key["use"] for key in state["keys"] if key["owner"] == "FR.fiu"]
        self.assertEqual(sorted(set(uses)), ["acknowledgement", "delivery", "identity",
                                             "record-signing"])
        self.assertEqual(uses.count("delivery"), 9)
        periods = sorted((key["from_ms"], key["until_ms"]) for key in state["keys"]
                         if key["use"] == "delivery" and key["owner"] == "FR.fiu")
        week = 7 * 86400 * 1000
        self.assertEqual({until - since for since, until in periods}, {week})
        self.assertEqual([since for since, _ in periods[1:]], [until for _, until in periods[:-1]])
        keys = f"{self.folder}/FR.fiu.keys"
        self.run_client("keygen", "--keys", keys)
        self.assertEqual(self.command("publish", "FR.fiu", "--own"), [{"published": None}])
        self.run_client("keygen", "--keys", keys, "--weeks", "10")
        self.broker.refusal = "bad-signature"
        refused = self.command("publish", "FR.fiu", "--own", expect=1)
        self.assertEqual(refused[0]["refused"], "bad-signature")
        self.broker.refusal = None
        self.command("publish", "FR.fiu", "--own")
        self.assertEqual(self.command("follow", "FR.fiu")[0]["alarms"], [])

    def test_send_receive_acknowledge(self):
        self.publish_all()
        self.broker.withhold = {"DE.fiu": [1]}
        sent, = self.send()
        self.assertTrue(sent["committed"])
        got, = self.receive("DE.fiu")
        self.assertTrue(got["opened"])
        self.assertEqual((got["record_id"], got["record_hash"], got["pair_seq"]),
                         (sent["record_id"], sent["record_hash"], 1))
        self.assertEqual([section["content"]["narrative"]["text"] for section in got["sections"]],
                         ["Three transfers in one week."])
        self.assertEqual(len(got["withheld"]), 1)
        self.assertEqual(got["obligations"], ["log-access", "no-onward"])
        heard, = self.receive("FR.fiu")
        self.assertEqual((heard["notice"], heard["record_hash"], heard["statement"]["opened"]),
                         ("acknowledgement", sent["record_hash"], True))
        self.assertEqual(self.receive("DE.fiu"), [])
        proof = f"{self.folder}/FR.fiu.state/receipts/{sent['record_id']}.tlog-proof"
        verified, = self.run_client("verify", "--genesis", f"{self.folder}/genesis.toml",
                                    "--proof", proof)
        self.assertEqual(verified["log_index"], sent["log_index"])
        self.assertEqual(self.send(urgency="urgent", kind="lead")[0]["number"], 2)
        self.assertEqual(self.receive("DE.fiu")[0]["pair_seq"], 1)

    def test_refused_recipient_gets_a_gap_note(self):
        self.publish_all()
        self.broker.refuse = {"DE.fiu"}
        sent, gap = self.send(expect=1)
        self.assertEqual(sent["refused"], ["DE.fiu"])
        self.assertEqual(gap["gap_note"], {"recipient": "DE.fiu", "pair_seq": 1})
        got, = self.receive("DE.fiu")
        self.assertEqual((got["notice"], got["statement"]["pairSeq"]), ("gap", "1"))
        self.broker.refuse = set()
        self.send()
        self.assertEqual(self.receive("DE.fiu")[0]["pair_seq"], 2)

    def test_refusal_that_passes(self):
        self.publish_all()
        self.broker.refusal = "quota"
        self.assertEqual([line["reason"] for line in self.send(expect=1)], ["quota"])
        self.broker.refusal = None
        self.assertEqual(self.receive("FR.fiu"), [])
        self.assertEqual([line["number"] for line in self.send()], [1, 2])
        self.assertEqual([got["pair_seq"] for got in self.receive("DE.fiu")], [1, 2])

    def test_refusal_that_does_not_pass(self):
        self.publish_all()
        for pair_seq, reason in enumerate(("key-not-valid-then", "membership-behind"), 1):
            self.broker.refusal = reason
            refused, gap = self.send(expect=1)
            self.assertEqual(refused["reason"], reason)
            self.assertEqual(gap["gap_note"], {"recipient": "DE.fiu", "pair_seq": pair_seq})
        self.broker.refusal = None
        self.assertEqual(self.send()[0]["number"], 5)
        *notes, got = self.receive("DE.fiu")
        self.assertEqual([(note["notice"], note["statement"].get("logIndex", "0"))
                          for note in notes], [("gap", "0")] * 2)
        self.assertEqual(got["pair_seq"], 3)

    def test_lying_broker_is_refused_and_the_origin_hears_why(self):
        self.publish_all()
        def strip(delivery):
            if delivery.WhichOneof("item") == "record":
                record = pb.Record.FromString(delivery.record)
                removed = record.sections.pop().section_id
                kept = [w for w in record.access[0].wraps if w.section_id != removed]
                del record.access[0].wraps[:]
                record.access[0].wraps.extend(kept)
                delivery.record = encode(record)
        self.send()
        self.broker.tamper = strip
        got, = self.receive("DE.fiu", expect=1)
        self.assertEqual((got["opened"], got["reason"]), (False, "proof-bad"))
        self.assertNotIn("sections", got)
        self.broker.tamper = None
        heard, = self.receive("FR.fiu")
        self.assertEqual((heard["statement"].get("opened"), heard["statement"]["refusal"]),
                         (None, "proof-bad"))
        self.assertEqual(heard["statement"]["pairSeq"], "1")

    def test_obligation_that_cannot_be_honoured(self):
        self.publish_all()
        self.send()
        got, = self.receive("DE.fiu", "--refuse-obligation", "no-onward", expect=1)
        self.assertEqual(got["reason"], "policy-refused")

    def test_forked_or_shortened_log(self):
        self.publish_all()
        self.send()
        self.command("follow", "DE.fiu")
        kept = self.log.entries[:], self.log.leaves[:]
        self.log.entries.pop()
        self.log.leaves.pop()
        self.assertEqual(self.command("follow", "DE.fiu", expect=1)[0]["refused"], "fork")
        self.log.entries, self.log.leaves = kept
        self.command("follow", "DE.fiu")
        self.log.leaves[3] = bytes(32)
        self.assertEqual(self.command("follow", "DE.fiu", expect=1)[0]["refused"], "fork")

    def test_forged_acknowledgement_is_an_alarm(self):
        self.publish_all()
        self.send()
        self.receive("DE.fiu")
        def forge(delivery):
            body = pb.Acknowledgement.FromString(delivery.notice.statement.body)
            body.instant_ms += 1
            delivery.notice.statement.body = encode(body)
        self.broker.tamper = forge
        got, = self.receive("FR.fiu", expect=1)
        self.assertIn("bad-signature", got["alarm"])

    def recall(self, sent, number=1, origin="FR.fiu", recipient="DE.fiu"):
        """What an origin sends to take a record back; this client has no command for it."""
        body = pb.RecallNote(log_origin=LOG, origin=origin, recipient=recipient,
                             record_hash=bytes.fromhex(sent["record_hash"]), number=number,
                             ground=pb.RECALL_GROUND_WITHDRAWN,
                             instant_ms=time.time_ns() // 1_000_000)
        key = entente_client.load_keys(self.folder / f"{origin}.keys")["record-signing"][0]
        statement = sign_statement(FEDERATION, "recall", body, [key])
        notice = pb.Notice(type=pb.NOTICE_TYPE_RECALL, statement=statement)
        with self.broker.lock:
            self.broker._take_notice(origin, pb.Submission(number=1000 + number, notice=notice))

    def test_recall_and_erasure(self):
        self.publish_all()
        opened, = self.send()
        self.receive("DE.fiu")
        inbox = self.folder / "DE.fiu.state" / "inbox"
        self.assertTrue((inbox / opened["record_id"]).exists())
        self.recall(opened)
        recalled, erased = self.receive("DE.fiu")
        self.assertEqual((recalled["notice"], recalled["held"], recalled["lane"]),
                         ("recall", True, "LANE_URGENT"))
        self.assertEqual((erased["number"], erased["committed"]), (recalled["erasure"], True))
        unopened, = self.send()
        self.recall(unopened, 2)
        first, second, answer = self.receive("DE.fiu")
        self.assertEqual((first["held"], second["recalled"], answer["committed"]),
                         (False, True, True))
        self.assertEqual(list(inbox.iterdir()), [])
        heard = self.receive("FR.fiu")
        hashes = [sent["record_hash"] for sent in (opened, opened, unopened, unopened)]
        self.assertEqual([(line["notice"], line["lane"], line["record_hash"]) for line in heard],
                         list(zip(["acknowledgement", "erasure"] * 2, ["LANE_BULK"] * 4, hashes)))
        self.assertTrue(heard[2]["statement"]["opened"])
        self.assertEqual(self.receive("FR.fiu") + self.receive("DE.fiu"), [])

    def test_recall_of_a_record_by_its_recipient(self):
        self.publish_all()
        sent, = self.send()
        self.recall(sent, origin="DE.fiu", recipient="FR.fiu")
        got, = self.receive("FR.fiu", expect=1)
        self.assertEqual((got["notice"], "a record of FR.fiu" in got["alarm"]), ("recall", True))
        heard, = self.receive("DE.fiu")
        self.assertTrue(heard["opened"])

    def test_answer_that_waits(self):
        self.publish_all()
        sent, = self.send()
        self.recall(sent)
        self.broker.notice_refusal = "quota"
        *_, refused = self.receive("DE.fiu", expect=1)
        self.assertEqual((refused["committed"], refused["reason"]), (False, "quota"))
        self.broker.notice_refusal = None
        answer, = self.receive("DE.fiu")
        self.assertEqual((answer["number"], answer["committed"]), (refused["number"], True))

    def test_wrong_genesis_digest(self):
        refused = self.command("follow", "FR.fiu", "--genesis-digest", "00" * 32, expect=1)
        self.assertEqual(refused[0]["refused"], "fork")


if __name__ == "__main__":
    unittest.main()
