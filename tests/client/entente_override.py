"""Overrides (docs/formats.md, "Override"): in an emergency a record goes without consent."""

from entente_crypto import sha256
from entente_formats import verify_statement
from entente_log import check_evidence
from entente_messages import pb
from entente_strict import Refused, jurisdiction_of, read

TOLERANCE_MS = 5 * 60 * 1000
DAY_MS = 86400 * 1000


def read_override(carried):
    """What an override says, read strictly; its signatures are not asked."""
    statement = read(pb.SignedStatement, carried)
    note = read(pb.OverrideNote, statement.body)
    if note.origin in (note.recipient, *note.sources):
        raise Refused("malformed", "the origin as recipient or source")
    if not note.from_ms < note.until_ms <= note.from_ms + DAY_MS:
        raise Refused("malformed", "it lasts a day at most")
    return statement, note


def check_signed(directory, statement, note, index, instant_ms):
    """By an author and a releaser of the origin, within the last day."""
    if len(statement.signatures) != 2:
        raise Refused("malformed", "an override has two signatures")
    if note.instant_ms > instant_ms + TOLERANCE_MS:
        raise Refused("future-dated", "an override signed later than now")
    if note.instant_ms < instant_ms - DAY_MS:
        raise Refused("consent-missing", "an override of another day")
    roles = set()

    def public_of(key_id):
        key = directory.find_key(note.origin, "officer", key_id, index, note.instant_ms)
        roles.add(key.role)
        return key.public
    verify_statement(directory.genesis.federation, "override", statement, public_of)
    if len(roles) != 2:
        raise Refused("consent-missing", "signed twice in one office")


def check_attached(directory, header, access, index, instant_ms):
    """What the override of an access says; None without one."""
    if not access.override:
        return None
    statement, note = read_override(access.override)
    check_signed(directory, statement, note, index, instant_ms)
    if ((note.origin, note.recipient, note.purpose, note.record)
            != (header.origin, access.recipient, header.purpose, header.record_id)):
        raise Refused("consent-missing", "of another record, recipient or purpose")
    for source in note.sources:
        if jurisdiction_of(source) not in header.obtained_from:
            raise Refused("wrong-agency", f"{source} gave nothing")
        directory.check_admitted(source, index, instant_ms)
    if set(header.obtained_from) != {jurisdiction_of(source) for source in note.sources}:
        raise Refused("consent-missing", "a State that gave something is not told")
    return note


def check_notice(follower, agency, delivery, checkpoint):
    """That we are told: the body of a notice that holds; refuses any other."""
    statement = delivery.notice.statement
    entry, part = check_evidence(delivery.evidence, checkpoint, agency)
    statement, note = read_override(statement.SerializeToString(deterministic=True))
    check_signed(follower.directory, statement, note, delivery.evidence.log_index,
                 entry.instant_ms)
    told = part.notice
    if ((told.type, getattr(told, "from"), told.to, told.statement_digest)
            != ("override", note.origin, agency, sha256(statement.body))):
        raise Refused("proof-bad", "the part speaks of another notice")
    if agency not in note.sources:
        raise Refused("proof-bad", "another is told")
    return note
