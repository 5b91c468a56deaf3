"""A member whose node is of a later release than any here: it says, publishes and submits what nobody has a word for yet. It
speaks through the independent client of tests/client, which reads record format 1 alone."""
import contextlib
import io
import pathlib
import sys
import types

import grpc

from desk import ROOT

sys.path.insert(0, str(ROOT / "tests/client"))
# pylint: disable=wrong-import-position
import entente_client as client
from entente_formats import USES, Key, compose, random_draw, sign_batch, sign_statement
from entente_messages import pb
from entente_node import now_ms, refusal_of

LATER = 1000  # of a field, a notice, a record's format: no release will come so far
OBLIGATIONS = ["no-judicial-use-without-consent", "onward:with-consent", "use-only-for-stated-purpose"]
UNKNOWN_FIELD = b"\xc2\x3e\x01x"  # number 1000, a text


def draft_to(recipient):
    return {"kind": "information", "purpose": "asset-recovery", "handling": ["H1"], "evaluation": "B2", "days": 5,
            "recipients": [{"agency": recipient, "instrument": "FIU-UNION-2024", "obligations": OBLIGATIONS}],
            "sections": [{"about": ["suspect"], "data": ["narrative"], "essential": True,
                          "content": {"language": "en", "narrative": {"text": "in words that all know"}}}]}


class LaterMember:
    def __init__(self, federation, agency, broker):
        demo, certs = federation.demo, federation.demo / "certs"
        self.agency, self.listed = agency, None
        self.arguments = types.SimpleNamespace(
            genesis=demo / "genesis.toml", genesis_digest=None, agency=agency, broker=broker, certificate=certs / f"agency/{agency}.pem",
            tls_key=certs / f"agency/{agency}.key", ca=certs / "ca/broker.pem", keys=demo / agency / "client-keys",
            state=demo / agency / "client", server_name="localhost", weeks=9)
        pathlib.Path(self.arguments.keys).mkdir(exist_ok=True)

    def join(self, identity):
        """Makes its keys and publishes them, with the formats that it reads."""
        (self.arguments.keys / "identity.key").write_text(identity.read_text())
        (self.arguments.keys / "identity.key").chmod(0o600)
        with contextlib.redirect_stdout(io.StringIO()):
            client.keygen(self.arguments)
        node = client.connect(self.arguments)
        node.publish(pb.ENTRY_KIND_KEYS, client.own_statement(node, self.arguments.keys))

    def publish(self, body):
        """None, or the reason for which it was refused."""
        node = client.connect(self.arguments)
        statement = sign_statement(node.genesis.federation, "keys", body, node.keys["identity"][:1])
        try:
            node.publish(pb.ENTRY_KIND_KEYS, statement)
        except grpc.RpcError as error:
            return refusal_of(error).reason
        return None

    def list_formats(self, formats):
        return self.publish(pb.KeyStatement(owner=self.agency, format_versions=formats, instant_ms=now_ms()))

    def publish_later_key(self):
        """A key of which more is said than there is a field for."""
        key, begin = Key("officer", random_draw("officer", 32)), now_ms()
        entry = pb.KeyEntry(use=USES["officer"], public_key=key.public, from_ms=begin, until_ms=begin + client.WEEK_MS)
        entry.MergeFromString(UNKNOWN_FIELD)
        return self.publish(pb.KeyStatement(owner=self.agency, keys=[entry], instant_ms=begin))

    def submit(self, node, **item):
        """What became of one submission."""
        number = node.queue_submission(**item)
        result, = [one for one in list(node.submit_waiting()) if one["number"] == number]
        return result

    def send(self, recipient, alter=lambda composed: None):
        """An ordinary record, or one that `alter` makes another of before it is signed."""
        node, created = client.connect(self.arguments), now_ms()
        draft = draft_to(recipient)
        header, signing = client.header_of(draft, node, created), node.keys["record-signing"][0]
        header.signing_key_id = signing.id
        lane = client.lane_of(header.urgency)
        accesses = client.accesses_of(draft, node, lane, created)
        composed = compose(node.genesis.federation, header, client.sections_of(draft, node, created), accesses)
        alter(composed)
        signature, = sign_batch(node.genesis.federation, self.agency, signing, [composed.hash])
        result = self.submit(node, record=composed.record(signature))
        with contextlib.redirect_stdout(io.StringIO()):
            client.after_submission(node, result, accesses, lane)
        return result

    def send_later_format(self, recipient):
        def alter(composed):
            header = pb.RecordHeader.FromString(composed.header)
            header.format_version = LATER
            composed.header = header.SerializeToString(deterministic=True)
        return self.send(recipient, alter)

    def send_later_field(self, recipient):
        return self.send(recipient, lambda composed: composed.access[0].MergeFromString(UNKNOWN_FIELD))

    def send_notice(self, recipient, notice_type, word):
        """A pair head, or the same under a type that nobody knows."""
        node = client.connect(self.arguments)
        sent = node.state.data.get("pair_seq", {}).get(f"{recipient} {pb.LANE_BULK}", 0)
        body = pb.PairHead(log_origin=node.genesis.log, origin=self.agency, recipient=recipient, bulk_seq=sent, instant_ms=now_ms())
        statement = sign_statement(node.genesis.federation, word, body, node.keys["record-signing"][:1])
        return self.submit(node, notice=pb.Notice(type=notice_type, statement=statement))

    def send_head(self, recipient):
        return self.send_notice(recipient, pb.NOTICE_TYPE_PAIR_HEAD, "pair-head")

    def send_later_notice(self, recipient):
        return self.send_notice(recipient, LATER, "later")
