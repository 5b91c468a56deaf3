#!/usr/bin/python3
"""Command line of the independent client: one agency's node over gRPC with mutual TLS.

  entente_client.py keygen   --keys DIR [--weeks 9]
  entente_client.py publish  CONNECTION (--own | --statement FILE --kind KIND [--text FILE])
  entente_client.py send     CONNECTION --draft FILE [--officer ID --justification TEXT]
  entente_client.py receive  CONNECTION [--idle SECONDS] [--refuse-obligation WORD]
  entente_client.py follow   CONNECTION
  entente_client.py verify   --genesis FILE --proof RECORDID.tlog-proof

CONNECTION: --genesis FILE --agency CC.name --broker HOST:PORT --certificate PEM --tls-key PEM
--ca PEM --keys DIR --state DIR [--server-name localhost] [--genesis-digest HEX]

DIR of keys holds *.key files, one line `entente-key/1 <use> <64 hex>` each, and periods.json.
Results are lines of JSON. Exit status: 0 all went well, 1 something was refused, 2 no service.
"""

import argparse
import base64
import json
import pathlib
import sys

from google.protobuf import json_format
import grpc

import entente_consents
from entente_formats import (MAX_RECORD, USES, DraftAccess, DraftSection, Key, compose_and_sign,
                             lane_of, random_draw, sign_statement)
from entente_log import Genesis, check_tlog_proof, part_digest, read_entry
from entente_messages import pb
from entente_node import PASSING, Node, State, now_ms, open_channel, refusal_of
from entente_strict import Refused, jurisdiction_of

WEEK_MS = 7 * 86400 * 1000
KINDS = {"agency": pb.ENTRY_KIND_AGENCY, "keys": pb.ENTRY_KIND_KEYS,
         "revocation": pb.ENTRY_KIND_REVOCATION, "policy": pb.ENTRY_KIND_POLICY,
         "federation-file": pb.ENTRY_KIND_FEDERATION_FILE}
OWN_USES = ("record-signing", "acknowledgement", "delivery")


def show(line):
    print(json.dumps(line, sort_keys=True), flush=True)


# ---- keys


def load_keys(folder):
    """Use -> keys, in the order of their file names."""
    keys = {}
    for path in sorted(pathlib.Path(folder).glob("*.key")):
        key = Key.load(path)
        keys.setdefault(key.use, []).append(key)
    return keys


def keygen(arguments):
    """Makes the keys that are missing; delivery keys follow each other by seven days."""
    folder = pathlib.Path(arguments.keys)
    folder.mkdir(parents=True, exist_ok=True)
    keys, periods = load_keys(folder), load_periods(folder)
    # Half an hour back, for brokers whose clock is behind ours.
    begin = now_ms() - 30 * 60 * 1000
    for use in ("identity", "record-signing", "acknowledgement"):
        key = keys[use][0] if use in keys else new_key(folder, use, use)
        periods.setdefault(key.id.hex(), [begin, begin + arguments.weeks * WEEK_MS])
        show_key(key, periods)
    for number in range(arguments.weeks):
        have = keys.get("delivery", [])
        key = (have[number] if number < len(have)
               else new_key(folder, "delivery", f"delivery-{number:03}"))
        periods.setdefault(key.id.hex(), [begin, begin + WEEK_MS])
        begin = periods[key.id.hex()][1]
        show_key(key, periods)
    (folder / "periods.json").write_text(json.dumps(periods, indent=1) + "\n")
    return 0


def new_key(folder, use, name):
    key = Key(use, random_draw(use, 32))
    key.save(folder / f"{name}.key")
    return key


def show_key(key, periods):
    from_ms, until_ms = periods[key.id.hex()]
    show({"use": key.use, "public": key.public.hex(), "key_id": key.id.hex(),
          "from_ms": from_ms, "until_ms": until_ms})


def load_periods(folder):
    path = pathlib.Path(folder) / "periods.json"
    return json.loads(path.read_text()) if path.exists() else {}


def own_statement(node, folder):
    """A statement of the keys that the log does not name yet; None when it names all."""
    periods, known = load_periods(folder), node.follower.directory.keys
    entries = [pb.KeyEntry(use=USES[use], public_key=key.public,
                           from_ms=periods[key.id.hex()][0], until_ms=periods[key.id.hex()][1])
               for use in OWN_USES for key in node.keys.get(use, [])
               if (node.agency, key.id) not in known]
    if not entries:
        return None
    body = pb.KeyStatement(owner=node.agency, keys=entries, format_versions=[1, 3],
                           instant_ms=now_ms())
    return sign_statement(node.genesis.federation, "keys", body, node.keys["identity"][:1])


# ---- commands over the network


def connect(arguments):
    genesis = Genesis.parse(pathlib.Path(arguments.genesis).read_bytes())
    if arguments.genesis_digest and arguments.genesis_digest != genesis.digest.hex():
        raise Refused("fork", f"the genesis file has digest {genesis.digest.hex()}")
    channel = open_channel(arguments.broker, arguments.ca, arguments.certificate,
                           arguments.tls_key, arguments.server_name)
    node = Node(genesis, arguments.agency, load_keys(arguments.keys), State(arguments.state),
                channel)
    node.follow()
    for alarm in node.follower.alarms:
        print(f"ALARM: {alarm}", file=sys.stderr)
    return node


def publish(arguments):
    node = connect(arguments)
    if arguments.own:
        kind = "keys"
        statement = own_statement(node, arguments.keys)
        if statement is None:
            show({"published": None})
            return 0
    else:
        kind = arguments.kind
        statement = pb.SignedStatement.FromString(pathlib.Path(arguments.statement).read_bytes())
    text = pathlib.Path(arguments.text).read_bytes() if arguments.text else b""
    show({"published": kind, "log_index": node.publish(KINDS[kind], statement, text)})
    return 0


def header_of(draft, node, created):
    return pb.RecordHeader(
        kind=pb.RecordKind.Value("RECORD_KIND_" + draft["kind"].upper().replace("-", "_")),
        origin=node.agency, created_ms=created,
        expires_ms=created + int(draft.get("days", 30) * 86400 * 1000),
        purpose=draft["purpose"], handling=sorted(set(draft["handling"]), key=str.encode),
        evaluation=draft.get("evaluation", ""),
        urgency=pb.Urgency.Value("URGENCY_" + draft.get("urgency", "normal").upper()),
        obtained_from=sorted(set(draft.get("obtained_from", []))),
        policy_version=draft.get("policy_version", node.follower.directory.policy_version(
            jurisdiction_of(node.agency), created)))


def content_of(item, node, created):
    """In protobuf's JSON form; of a consent its note, which is signed here, and its text."""
    if "consent" not in item:
        return json_format.ParseDict(item["content"], pb.SectionContent())
    note = json_format.ParseDict(item["consent"], pb.ConsentNote())
    return entente_consents.give(node.genesis.federation, node.agency,
                                 node.keys["record-signing"][0], note, item.get("text", ""),
                                 created)


def sections_of(draft, node, created):
    """Each section: about, data, basis, essential, and content or consent."""
    sections = []
    for item in draft["sections"]:
        labels = pb.SectionLabels(about=sorted(set(item["about"]), key=str.encode),
                                  data=sorted(set(item["data"]), key=str.encode),
                                  basis=item.get("basis", "fact"),
                                  essential=item.get("essential", False))
        sections.append(DraftSection(labels, content_of(item, node, created)))
    return sections


def accesses_of(draft, node, lane, created):
    accesses = []
    for item in sorted(draft["recipients"], key=lambda item: item["agency"]):
        key = node.follower.directory.delivery_key(item["agency"], node.follower.size, created)
        accesses.append(DraftAccess(
            item["agency"], key.public, item["instrument"],
            node.state.next_pair_seq(item["agency"], lane),
            item.get("sections", list(range(len(draft["sections"])))),
            item.get("obligations", []),
            [base64.b64decode(text) for text in item.get("consents", [])], bytes.fromhex(item.get("in_reply_to", "")),
            item.get("instruction", "")))
    return accesses


def send(arguments):
    draft = json.loads(pathlib.Path(arguments.draft).read_text(encoding="utf-8"))
    node, created = connect(arguments), now_ms()
    header = header_of(draft, node, created)
    lane = lane_of(header.urgency)
    sections = sections_of(draft, node, created)
    accesses = accesses_of(draft, node, lane, created)
    _, record = compose_and_sign(node.genesis.federation, header, sections, accesses,
                                 node.keys["record-signing"][0])
    if len(record) > MAX_RECORD:
        raise Refused("too-large", "record")
    number = node.queue_submission(arguments.officer, arguments.justification, record=record)
    status = 0
    for result in list(node.submit_waiting()):
        show(result)
        if result["number"] == number:
            status = after_submission(node, result, accesses, lane)
    return status


def after_submission(node, result, accesses, lane):
    """Numbers that will not be delivered are closed by a note."""
    if result["committed"]:
        closed = [access for access in accesses if access.recipient in result["refused"]]
    elif result["reason"] in PASSING:
        return 1
    else:
        closed = accesses
    for access in closed:
        send_gap_note(node, access, lane)
    return 1 if closed else 0


def send_gap_note(node, access, lane):
    note = pb.GapNote(log_origin=node.genesis.log, origin=node.agency, recipient=access.recipient,
                      lane=lane, pair_seq=access.pair_seq)
    statement = sign_statement(node.genesis.federation, "gap", note,
                               node.keys["record-signing"][:1])
    node.queue_submission(notice=pb.Notice(type=pb.NOTICE_TYPE_GAP, statement=statement))
    for result in node.submit_waiting():
        show(dict(result, gap_note={"recipient": access.recipient, "pair_seq": access.pair_seq}))


def receive(arguments):
    node, status = connect(arguments), 0
    for result in node.receive(arguments.idle, arguments.refuse_obligation or (),
                               arguments.at_most):
        show(result)
        if result.get("opened") is False or "alarm" in result:
            status = 1
    for result in node.submit_waiting(items=("notice",)):
        show(result)
        if not result["committed"]:
            status = 1
    return status


def follow(arguments):
    node = connect(arguments)
    directory = node.follower.directory
    show({"log": node.genesis.log, "size": node.follower.size,
          "root": node.follower.root_at(node.follower.size).hex(),
          "snapshot_number": len(node.follower.snapshots) - 1,
          "snapshot_hash": node.follower.snapshots[-1].hex(),
          "genesis_digest": node.genesis.digest.hex(), "quorum": node.genesis.quorum,
          "agencies": {name: pb.AgencyStatement.State.Name(told[-1][1].state)
                       for name, told in sorted(directory.agencies.items())},
          "keys": [{"key_id": key.id.hex(), "use": key.use, "owner": key.owner,
                    "from_ms": key.from_ms, "until_ms": key.until_ms, "log_index": key.index,
                    "revoked": key.revoked_index} for key in directory.keys.values()],
          "alarms": node.follower.alarms})
    return 1 if node.follower.alarms else 0


def verify(arguments):
    """A receipt on file: three files, the genesis file, and nothing else."""
    genesis = Genesis.parse(pathlib.Path(arguments.genesis).read_bytes())
    proof = pathlib.Path(arguments.proof)
    entry = proof.with_suffix(".entry").read_bytes()
    salted = proof.with_suffix(".part").read_bytes()
    index, checkpoint = check_tlog_proof(proof.read_bytes(), genesis.checkpoint, entry)
    salt, part = salted[:32], salted[32:]
    if part_digest(salt, part) not in read_entry(entry).sealed.part_digests:
        raise Refused("proof-bad", "the part is not in the entry")
    show({"log_index": index, "tree_size": checkpoint.size,
          "part": json_format.MessageToDict(pb.Part.FromString(part))})
    return 0


# ---- arguments


def parser():
    top = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    commands = top.add_subparsers(dest="command", required=True)
    making = commands.add_parser("keygen")
    making.add_argument("--keys", required=True)
    making.add_argument("--weeks", type=int, default=9)
    checking = commands.add_parser("verify")
    checking.add_argument("--genesis", required=True)
    checking.add_argument("--proof", required=True)
    network = {name: commands.add_parser(name)
               for name in ("publish", "send", "receive", "follow")}
    for command in network.values():
        for name in ("genesis", "agency", "broker", "certificate", "tls-key", "ca", "keys",
                     "state"):
            command.add_argument(f"--{name}", required=True)
        command.add_argument("--server-name", default="localhost")
        command.add_argument("--genesis-digest")
    what = network["publish"].add_mutually_exclusive_group(required=True)
    what.add_argument("--own", action="store_true")
    what.add_argument("--statement")
    network["publish"].add_argument("--kind", choices=sorted(KINDS), default="keys")
    network["publish"].add_argument("--text")
    network["send"].add_argument("--draft", required=True)
    network["send"].add_argument("--officer", default="")
    network["send"].add_argument("--justification", default="")
    network["receive"].add_argument("--idle", type=float, default=5)
    network["receive"].add_argument("--at-most", type=int)
    network["receive"].add_argument("--refuse-obligation", action="append")
    return top


def main(argv=None):
    arguments = parser().parse_args(argv)
    commands = {"keygen": keygen, "publish": publish, "send": send, "receive": receive,
                "follow": follow, "verify": verify}
    try:
        return commands[arguments.command](arguments)
    except Refused as refused:
        show({"refused": refused.reason, "text": refused.text})
        return 1
    except grpc.RpcError as error:
        refusal = refusal_of(error)
        if refusal is not None:
            show({"refused": refusal.reason, "text": refusal.text, "code": error.code().name})
            return 1
        print(f"{error.code().name}: {error.details()}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
