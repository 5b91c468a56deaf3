"""Notices of docs/formats.md: statements that come through a mailbox, and when one holds."""

import dataclasses

from entente_crypto import sha256
from entente_log import check_evidence
from entente_messages import pb
import entente_override
from entente_strict import Refused, read, read_carried


@dataclasses.dataclass(frozen=True)
class Form:
    """One type of notice. Signer and reader are the fields of the body that name them."""

    word: str  # the type of the statement, and of the part
    body: type
    signer: str
    reader: str
    use: str


NOTICES = {
    pb.NOTICE_TYPE_GAP: Form("gap", pb.GapNote, "origin", "recipient", "record-signing"),
    pb.NOTICE_TYPE_PAIR_HEAD: Form("pair-head", pb.PairHead, "origin", "recipient",
                                   "record-signing"),
    pb.NOTICE_TYPE_ACKNOWLEDGEMENT: Form("acknowledgement", pb.Acknowledgement, "recipient",
                                         "origin", "acknowledgement"),
    pb.NOTICE_TYPE_RECALL: Form("recall", pb.RecallNote, "origin", "recipient", "record-signing"),
    pb.NOTICE_TYPE_ERASURE: Form("erasure", pb.ErasureNote, "recipient", "origin",
                                 "acknowledgement"),
    pb.NOTICE_TYPE_FETCHED: Form("fetched", pb.FetchedNote, "recipient", "origin",
                                 "acknowledgement"),
    pb.NOTICE_TYPE_RESTRICTION: Form("restriction", pb.RestrictionNote, "origin", "recipient",
                                     "record-signing"),
    pb.NOTICE_TYPE_RESTRICTED: Form("restricted", pb.RestrictedNote, "recipient", "origin",
                                    "acknowledgement")}


def check_notice(follower, agency, delivery, checkpoint):
    """The body of a notice that holds; refuses any other."""
    notice, genesis = delivery.notice, follower.directory.genesis
    read_carried(notice)
    if notice.type == pb.NOTICE_TYPE_OVERRIDE:
        return entente_override.check_notice(follower, agency, delivery, checkpoint)
    if notice.type not in NOTICES:
        raise Refused("malformed", "a notice of no known type")
    form, statement = NOTICES[notice.type], notice.statement
    entry, part = check_evidence(delivery.evidence, checkpoint, agency)
    body = read(form.body, statement.body)
    signer, reader = getattr(body, form.signer), getattr(body, form.reader)
    if form.word != "acknowledgement" and len(statement.signatures) != 1:
        raise Refused("bad-signature", f"{form.word}: exactly one signature")
    follower.directory.check_statement(form.word, statement, signer, form.use,
                                       delivery.evidence.log_index, entry.instant_ms)
    if body.log_origin != genesis.log or reader != agency:
        raise Refused("wrong-agency", "a notice of another log or to another reader")
    if not _tells(part, form, body, statement):
        raise Refused("proof-bad", "the part speaks of another notice")
    return body


def _tells(part, form, body, statement):
    """An acknowledgement's part names records, that of any other notice its digest."""
    if form.word == "acknowledgement":
        told = part.acknowledgement
        return told.recipient == body.recipient and body.record_hash in told.record_hashes
    told = part.notice
    return ((told.type, getattr(told, "from"), told.to, told.statement_digest)
            == (form.word, getattr(body, form.signer), getattr(body, form.reader),
                sha256(statement.body)))
