#!/usr/bin/python3
"""Writes known_answers_python.json: one record and its surroundings, from fixed inputs.

The other implementation opens and verifies what stands there. With --check the file is not written
but compared. Every key and every random byte is in the file; nothing in it protects anything.
"""

import json
import pathlib
import sys

import entente_crypto as crypto
from entente_fixture import DAY_MS, FEDERATION, LogWriter, TestFederation, fixed_draw
import entente_formats as formats
from entente_formats import USES, DraftAccess, DraftSection, Key, encode
from entente_log import tlog_proof
import entente_merkle as merkle
from entente_messages import pb
from entente_strict import spoken_reference

PATH = pathlib.Path(__file__).with_name("known_answers_python.json")
INSTANT_MS = 1793620800123  # 2026-11-02T12:00:00.123Z

ABOUT = {
    "all": "bytes are lower-case hex; integers are numbers; made by tests/client/"
           "make_known_answers.py from docs/formats.md alone",
    "federation": "F",
    "genesis": "text of the genesis file, and SHA-256 of its bytes",
    "keys": "name -> use word, use number, secret (Ed25519 seed, or X25519 private key for "
            "delivery), public, key_id",
    "statements": "name, type, names of the signers, body, message (the PAE that is signed), "
                  "statement (bytes of SignedStatement)",
    "randomness": "name -> every random byte drawn for the record, by name; access-N-ephemeral is "
                  "the HPKE sender's ephemeral X25519 private key",
    "record": "of FR.fiu to DE.fiu and IT.gdf: header, record_hash, batch_root, signed_message "
              "(the PAE of the batch), record (bytes of Record); delivery key of IT.gdf in keys",
    "record.sections": "in the order of the record: labels, content, plain (bytes of "
                       "SectionPlain), padded_length, encryption_key, key_commitment, ad, "
                       "ciphertext (with its nonce), leaf",
    "record.access": "info, hpke_key, hpke_base_nonce, hpke_exporter_secret, consents_digest, "
                     "leaf, manifest_plain (bytes of AccessManifest), manifest_padded, manifest, "
                     "wraps (section_id, wrap_key, sealed_key)",
    "large_section": "a section padded by Padme: record_id, section_id, labels, content_key, "
                     "nonce; content is 70 000 bytes 'x' (no SectionContent); plain_length, "
                     "padded_length, ciphertext_length, ciphertext_sha256, leaf",
    "batch_of_8": "record hashes signed as one batch by FR.fiu; filler leaf hashes; root; "
                  "signatures (bytes of Signature, one for each record hash)",
    "log": "entries, leaf_hashes, root, snapshot_hashes (of 0, 1, 2 ... open entries), checkpoint "
           "(signed note as text), verifier_key; the last entry is the submission",
    "submission": "entry_seed, log_index, and for each reader part, salt, digest, inclusion_path",
    "receipt": "SignedStatement of type receipt over the submission, its body, its message",
    "delivered": "what DE.fiu gets: stripped record, withholding_note (SignedStatement), "
                 "withheld section ids; the section withheld stays in the manifest",
    "notices": "type, body, message, statement of an acknowledgement, a gap note, a pair head, "
               "a recall note, an erasure note",
    "tlog_proof": "text of RECORDID.tlog-proof for the origin",
    "spoken_reference": "of the record id",
    "padding": "[plain length, padded length]",
}


class Recorder:
    """A draw that remembers what it gave."""

    def __init__(self, prefix):
        self.prefix, self.drawn = prefix, {}

    def __call__(self, name, length):
        self.drawn[name] = fixed_draw(f"{self.prefix} {name}", length)
        return self.drawn[name]


def header():
    return pb.RecordHeader(
        kind=pb.RECORD_KIND_INFORMATION, origin="FR.fiu", created_ms=INSTANT_MS,
        expires_ms=INSTANT_MS + 90 * DAY_MS, purpose="analysis", handling=["H1", "H2"],
        evaluation="B2", urgency=pb.URGENCY_NORMAL, obtained_from=["CH", "IT"],
        case_id=fixed_draw("case id", 16), membership_number=4, policy_version=3)


def drafts():
    narrative = pb.SectionContent(language="en", narrative=pb.Narrative(
        text="Three transfers in one week; the holder left no trace. — é"))
    account = pb.FinancialAccount(number="FR7630006000011234567890189", institution="Banque",
                                  country="FR", holder="M. Exemple",
                                  balance=pb.Money(amount="1250000.00", currency="EUR"))
    accounts = pb.SectionContent(language="fr", subjects=pb.Subjects(subjects=[pb.Subject(account=account)]))
    person = pb.SectionContent(language="en", subjects=pb.Subjects(subjects=[pb.Subject(note="x" * 300, person=pb.Person(
        names=[pb.Name(text="Exemple, M.", kind=pb.NAME_KIND_PRIMARY, quality=pb.NAME_QUALITY_GOOD)],
        births=[pb.PartialDate(kind=pb.DATE_KIND_YEAR, **{"from": "1971"})], sex=pb.SEX_UNKNOWN))]))
    def labels(about, data, basis, essential):
        return pb.SectionLabels(about=about, data=data, basis=basis, essential=essential)
    return [DraftSection(labels(["suspect"], ["narrative"], "assessment", True), narrative),
            DraftSection(labels(["associate", "suspect"], ["financial"], "fact", False), accounts),
            DraftSection(labels(["victim"], ["identity"], "fact", False), person)]


def statement_answer(kind, statement, **more):
    message = formats.statement_message(FEDERATION, kind, statement.body)
    return dict(more, type=kind, body=statement.body.hex(), message=message.hex(),
                statement=encode(statement).hex())


def section_answer(composed, number, section, draft):
    head = pb.RecordHeader.FromString(composed.header)
    content_key = composed.content_keys[section.section_id]
    key, commitment = formats.section_keys(head.record_id, section.section_id, content_key)
    plain, _ = formats.open_section(head.record_id, section, content_key)
    return {"number": number, "section_id": section.section_id.hex(),
            "content_key": content_key.hex(), "labels": section.labels.hex(),
            "content": encode(draft.content).hex(), "plain": plain.hex(),
            "padded_length": crypto.padded_length(len(plain)), "encryption_key": key.hex(),
            "key_commitment": commitment.hex(),
            "ad": formats.section_ad(head.record_id, section.section_id, section.labels).hex(),
            "ciphertext": section.ciphertext.hex(), "leaf": formats.section_leaf(section).hex()}


def access_answer(composed, access, key):
    head = pb.RecordHeader.FromString(composed.header)
    info = formats.access_info(FEDERATION, head.record_id, head.origin, access.recipient, key.id)
    context, manifest = formats.open_access(FEDERATION, head, composed.hash, access, key.secret)
    wraps = [{"section_id": wrap.section_id.hex(), "sealed_key": wrap.sealed_key.hex(),
              "wrap_key": formats.wrap_key(context, wrap.section_id).hex()}
             for wrap in access.wraps]
    return {"recipient": access.recipient, "delivery_key_id": key.id.hex(), "info": info.hex(),
            "enc": access.enc.hex(), "hpke_key": context.key.hex(),
            "hpke_base_nonce": context.base_nonce.hex(),
            "hpke_exporter_secret": context.exporter_secret.hex(), "salt": access.salt.hex(),
            "instrument": access.instrument, "consents": [c.hex() for c in access.consents],
            "consents_digest": formats.consents_digest(access.consents).hex(),
            "leaf": formats.access_leaf(access).hex(), "manifest_plain": manifest.hex(),
            "manifest_padded": crypto.pad(manifest).hex(), "manifest": access.manifest.hex(),
            "wraps": wraps}


def record_answers(federation, answers):
    draw = Recorder("record")
    signing = federation.keys["FR.fiu record-signing"]
    german, italian = federation.keys["DE.fiu delivery"], Key("delivery",
                                                              fixed_draw("IT.gdf delivery", 32))
    federation.keys["IT.gdf delivery"] = italian
    accesses = [DraftAccess("DE.fiu", german.public, "eu-2019-1153", 7, [0, 1, 2],
                            ["no-onward", "delete-after-90d"], [], crypto.sha256(b"answered"),
                            "For the analyst of the case only."),
                DraftAccess("IT.gdf", italian.public, "egmont", 1, [0],
                            consents=[encode(federation.agency_statement("DE.fiu"))])]
    draft = drafts()
    composed, record = formats.compose_and_sign(FEDERATION, header(), draft, accesses, signing,
                                                draw)
    root = formats.batch_leaf(composed.hash)
    answers["randomness"] = {name: data.hex() for name, data in draw.drawn.items()}
    answers["record"] = {
        "header": composed.header.hex(), "record_hash": composed.hash.hex(),
        "batch_root": root.hex(), "signing_key": "FR.fiu record-signing",
        "signed_message": formats.batch_message(FEDERATION, 1, root).hex(),
        "sections": [section_answer(composed, number, section, draft[number])
                     for number, section in enumerate(composed.sections)],
        "access": [access_answer(composed, access, key)
                   for access, key in zip(composed.access, (german, italian))],
        "record": record.hex()}
    return composed, record


def large_section_answer():
    draw = Recorder("large section")
    values = {name: draw(name, length) for name, length in (
        ("record_id", 16), ("section_id", 16), ("content_key", 32), ("nonce", 24))}
    labels = encode(pb.SectionLabels(about=["suspect"], data=["narrative"], basis="fact"))
    section = formats.seal_section(values["record_id"], values["section_id"], labels, b"x" * 70000,
                                   values["content_key"], values["nonce"])
    plain, _ = formats.open_section(values["record_id"], section, values["content_key"])
    return dict({name: value.hex() for name, value in values.items()}, labels=labels.hex(),
                plain_length=len(plain), padded_length=crypto.padded_length(len(plain)),
                ciphertext_length=len(section.ciphertext),
                ciphertext_sha256=crypto.sha256(section.ciphertext).hex(),
                leaf=formats.section_leaf(section).hex())


def batch_answers(federation):
    draw, key = Recorder("batch"), federation.keys["FR.fiu record-signing"]
    hashes = [crypto.sha256(b"record %d" % number) for number in range(3)]
    signatures = formats.sign_batch(FEDERATION, "FR.fiu", key, hashes, draw)
    filler = [draw.drawn[f"batch-leaf-{number}"] for number in range(3, 8)]
    root = merkle.root([formats.batch_leaf(digest) for digest in hashes] + filler)
    return {"record_hashes": [h.hex() for h in hashes], "filler": [f.hex() for f in filler],
            "root": root.hex(), "signed_message": formats.batch_message(FEDERATION, 8, root).hex(),
            "signatures": [encode(signature).hex() for signature in signatures]}


def log_answers(federation, composed, record, answers):
    log = LogWriter(federation, lambda name, length: fixed_draw(f"log {name}", length))
    log.open_all()
    parsed, head = pb.Record.FromString(record), pb.RecordHeader.FromString(composed.header)
    withheld = parsed.sections[2].section_id
    decisions = [
        pb.RecipientDecision(recipient="DE.fiu", verdict=pb.VERDICT_RELEASE_IN_PART,
                             withheld=[pb.WithheldSection(section_id=withheld, rules=["fr.out.4"],
                                                          reasons=["victim-data"])],
                             obligations=["log-access", "no-onward"], rules=["fr.out.1"]),
        pb.RecipientDecision(recipient="IT.gdf", verdict=pb.VERDICT_REFUSE, rules=["fr.out.9"],
                             reasons=["no-instrument"])]
    index = log.append_sealed(log.submission_parts(head, composed.hash, decisions,
                                                   INSTANT_MS + 40))
    checkpoint = log.checkpoint()
    answers["log"] = {
        "entries": [entry.hex() for entry in log.entries],
        "leaf_hashes": [leaf.hex() for leaf in log.leaves], "size": checkpoint.size,
        "root": checkpoint.root.hex(), "snapshot_hashes": [s.hex() for s in log.snapshots],
        "verifier_key": federation.verifier.text(), "checkpoint": log.checkpoint_note().decode()}
    readers = {}
    for reader in ("FR.fiu", "DE.fiu"):
        evidence = log.evidence(index, reader)
        readers[reader] = {"part": evidence.part.hex(), "salt": evidence.salt.hex(),
                           "digest": crypto.sha256(evidence.salt, evidence.part).hex(),
                           "inclusion_path": [step.hex() for step in evidence.inclusion_path]}
    answers["submission"] = {"log_index": index, "readers": readers,
                             "entry_seed": fixed_draw(f"log entry {index} seed", 32).hex()}
    answers["receipt"] = statement_answer("receipt", log.receipt([(composed.hash, index)]))
    note = log.withholding_note(composed.hash, decisions[0], index)
    answers["delivered"] = {
        "recipient": "DE.fiu", "withheld": [withheld.hex()],
        "record": formats.strip_record(parsed, "DE.fiu", [withheld]).hex(),
        "withholding_note": statement_answer("withholding", note)}
    answers["tlog_proof"] = tlog_proof(log.evidence(index, "FR.fiu"),
                                       log.checkpoint_note()).decode()
    return index


def notice_answers(federation, composed, index):
    origin = federation.genesis.log
    acknowledgement = pb.Acknowledgement(
        log_origin=origin, record_hash=composed.hash, origin="FR.fiu", recipient="DE.fiu",
        pair_seq=7, log_index=index, opened=True, instant_ms=INSTANT_MS + 5000)
    gap = pb.GapNote(log_origin=origin, origin="FR.fiu", recipient="DE.fiu", lane=pb.LANE_BULK,
                     pair_seq=8, log_index=index)
    head = pb.PairHead(log_origin=origin, origin="FR.fiu", recipient="DE.fiu", bulk_seq=8,
                       instant_ms=INSTANT_MS + DAY_MS)
    recall = pb.RecallNote(log_origin=origin, origin="FR.fiu", recipient="DE.fiu",
                           record_hash=composed.hash, ground=pb.RECALL_GROUND_INCORRECT, number=2,
                           instant_ms=INSTANT_MS + 2 * DAY_MS)
    erasure = pb.ErasureNote(log_origin=origin, origin="FR.fiu", recipient="DE.fiu",
                             record_hash=composed.hash,
                             instant_ms=INSTANT_MS + 2 * DAY_MS + 7000)
    signing, acknowledging = "FR.fiu record-signing", "DE.fiu acknowledgement"
    return [statement_answer(kind, federation.sign(kind, body, signer), signers=[signer])
            for kind, body, signer in (("acknowledgement", acknowledgement, acknowledging),
                                       ("gap", gap, signing), ("pair-head", head, signing),
                                       ("recall", recall, signing),
                                       ("erasure", erasure, acknowledging))]


def make():
    federation = TestFederation(fixed_draw, INSTANT_MS - 3600 * 1000)
    answers = {"_about": ABOUT, "federation": FEDERATION,
               "genesis": {"text": federation.genesis.data.decode(),
                           "sha256": federation.genesis.digest.hex()}}
    composed, record = record_answers(federation, answers)
    answers["keys"] = {name: {"use": key.use, "use_number": USES[key.use],
                              "secret": key.secret.hex(), "public": key.public.hex(),
                              "key_id": key.id.hex()} for name, key in federation.keys.items()}
    answers["statements"] = [statement_answer(kind, statement, name=name, signers=signers)
                             for name, _, kind, signers, statement in federation.statements()]
    answers["large_section"] = large_section_answer()
    answers["batch_of_8"] = batch_answers(federation)
    index = log_answers(federation, composed, record, answers)
    answers["notices"] = notice_answers(federation, composed, index)
    head = pb.RecordHeader.FromString(composed.header)
    answers["spoken_reference"] = {"record_id": head.record_id.hex(),
                                   "text": spoken_reference(head.record_id)}
    lengths = (0, 1, 254, 255, 256, 511, 512, 65279, 65280, 65535, 65536, 67583, 67584, 70000,
               131071, 131072, 1000000)
    answers["padding"] = [[length, crypto.padded_length(length)] for length in lengths]
    return json.dumps(answers, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PATH.read_text(encoding="utf-8") == make() else 1)
    PATH.write_text(make(), encoding="utf-8")
