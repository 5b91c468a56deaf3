"""Strict reading of docs/formats.md: names, canonical messages, lengths, lists and enum values.

`read(kind, data)` parses one message from the bytes carried and refuses what another writer could
have meant differently. Reasons come from the closed list of refusals.
"""

import re

from google.protobuf.message import DecodeError

from entente_messages import pb

ISO_3166 = frozenset("""
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT
BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH
ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT
HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS
LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI
NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG
SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK""".split())

AGENCY = re.compile(r"([A-Z]{2}|ORG)\.[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
OFFICER = re.compile(r"[a-z0-9][a-z0-9.-]{1,40}")
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MAX_ENTRY = 65535
LAST_INSTANT_MS = 253402300799999
LIFE_MS = (5 * 365 + 2) * 86400 * 1000


class Refused(Exception):
    """A refusal with a reason of the closed list, and a text for people."""

    def __init__(self, reason, text=""):
        super().__init__(f"{reason}: {text}" if text else reason)
        self.reason = reason
        self.text = text


# ---- names


def is_jurisdiction(name):
    return name == "ORG" or name in ISO_3166


def is_agency(name):
    return bool(AGENCY.fullmatch(name)) and is_jurisdiction(name.split(".")[0])


def is_officer(name):
    return bool(OFFICER.fullmatch(name))


def jurisdiction_of(agency):
    return agency.split(".", 1)[0]


def spoken_reference(record_id):
    number = int.from_bytes(record_id[:10], "big")
    values = [number >> shift & 31 for shift in range(75, -1, -5)]
    text = "".join(CROCKFORD[value] for value in values)
    groups = [text[i:i + 4] for i in range(0, 16, 4)]
    return "-".join(groups + [CROCKFORD[_check_value(values)]])


def _check_value(values):
    return sum(value * (position + 1) for position, value in enumerate(values)) % 31


def read_reference(text):
    """The first 10 bytes of the record id."""
    folded = text.upper().replace("-", "").replace(" ", "")
    folded = folded.replace("O", "0").replace("I", "1").replace("L", "1")
    if len(folded) != 17 or any(character not in CROCKFORD for character in folded):
        raise Refused("malformed", "not a spoken reference")
    *values, check = (CROCKFORD.index(character) for character in folded)
    if check != _check_value(values):
        raise Refused("malformed", "the check character does not fit")
    number = 0
    for value in values:
        number = number << 5 | value
    return number.to_bytes(10, "big")


# ---- rules for fields: each takes a value and refuses


def _require(held, text, reason="malformed"):
    if not held:
        raise Refused(reason, text)


def _length(*lengths):
    return lambda value: _require(len(value) in lengths, f"length {len(value)}, not {lengths}")


def _one_of(*values):
    return lambda value: _require(value in values, f"{value!r} is not listed")


def _filled(value):
    _require(bool(value), "empty")


def _agency(value):
    _require(is_agency(value), f"not an agency name: {value!r}")


def _jurisdiction(value):
    _require(is_jurisdiction(value), f"not a jurisdiction: {value!r}")


def _owner(value):
    _require(is_agency(value) or is_jurisdiction(value), f"not an owner: {value!r}")


def _file_type(value):
    state = value.removeprefix("calendar-")
    listed = value in ("vocabulary", "groups", "instruments")
    _require(listed or (state != value and state in ISO_3166), f"{value!r} is not listed")


def _each(rule):
    def check(values):
        for value in values:
            rule(value)
    return check


def _sorted(key=lambda value: value, reason="not-canonical"):
    """Ascending byte order without repeats; texts are compared as UTF-8."""
    def check(values):
        keys = [key(value) for value in values]
        keys = [k.encode() if isinstance(k, str) else k for k in keys]
        _require(all(a < b for a, b in zip(keys, keys[1:])), "not sorted, or one twice", reason)
    return check


def _at_most(length):
    """Texts are counted in UTF-8."""
    def check(value):
        size = len(value.encode() if isinstance(value, str) else value)
        _require(size <= length, f"{size} bytes, more than {length}")
    return check


def _distinct(key):
    def check(values):
        keys = [key(value) for value in values]
        _require(len(set(keys)) == len(keys), "one is there twice")
    return check


def _count(low, high):
    return lambda values: _require(low <= len(values) <= high, f"{len(values)} of {low}..{high}")


def _digest_count(values):
    _require(len(values) in (8, 16, 32, 64, 256), f"{len(values)} digests")


def _instant(value):
    _require(value <= LAST_INSTANT_MS, "an instant beyond the year 9999")


def _log_instant(value):
    _require(value < 1 << 63, "an instant beyond all")


H16, H32, H64 = _length(16), _length(32), _length(64)
NONE_OR_32 = _length(0, 32)
LP16 = _at_most(65535)
SORTED = _sorted()
BY_SECTION = _sorted(lambda value: value.section_id)

RULES = {
    "Record": {"header": [_filled],
               "sections": [_count(0, 32), _distinct(lambda section: section.section_id)],
               "access": [_count(1, 200), _distinct(lambda access: access.recipient)]},
    "RecordHeader": {
        "format_version": [_one_of(1, 3)], "record_id": [H16], "origin": [_agency],
        "signing_key_id": [H32], "created_ms": [_instant], "expires_ms": [_instant],
        "handling": [_filled, SORTED], "obtained_from": [_each(_jurisdiction), SORTED],
        "case_id": [_length(0, 16)],
        "digests": [_each(H32), _digest_count, _sorted(reason="digest-order")]},
    "Signature": {"origin": [_agency], "key_id": [H32], "batch_size": [_one_of(1, 8, 64)],
                  "path": [_each(H32)], "ed25519": [H64]},
    "Section": {"section_id": [H16], "labels": [LP16], "key_commitment": [H32]},
    "SectionLabels": {"about": [_filled, SORTED], "data": [_filled, SORTED]},
    "Access": {"recipient": [_agency], "delivery_key_id": [H32], "instrument": [LP16],
               "consents": [_count(0, 16)],
               "enc": [H32], "salt": [H16], "wraps": [BY_SECTION]},
    "Wrap": {"section_id": [H16], "sealed_key": [_length(48)]},
    "AccessManifest": {"section_ids": [_each(H16), SORTED], "obligations": [SORTED],
                       "pair_seq": [_filled], "in_reply_to": [_length(0, 32)]},
    "KeySignature": {"key_id": [H32], "ed25519": [H64]},
    "SignedStatement": {"signatures": [_filled, _sorted(lambda signature: signature.key_id)]},
    "WithholdingNote": {"record_hash": [H32], "recipient": [_agency],
                        "section_ids": [_filled, _each(H16), SORTED], "rules": [SORTED]},
    "Acknowledgement": {"record_hash": [H32], "origin": [_agency], "recipient": [_agency],
                        "instant_ms": [_instant]},
    "GapNote": {"origin": [_agency], "recipient": [_agency], "pair_seq": [_filled]},
    "PairHead": {"origin": [_agency], "recipient": [_agency], "instant_ms": [_instant]},
    "RecallNote": {"origin": [_agency], "recipient": [_agency], "record_hash": [H32],
                   "number": [_filled], "instant_ms": [_instant]},
    "ErasureNote": {"origin": [_agency], "recipient": [_agency], "record_hash": [H32],
                    "instant_ms": [_instant]},
    "FetchedNote": {"origin": [_agency], "recipient": [_agency], "record_hash": [H32],
                    "section_ids": [_filled, _each(H16), SORTED],
                    "instant_ms": [_filled, _instant]},
    "RestrictionNote": {"origin": [_agency], "recipient": [_agency], "record_hash": [H32],
                        "obligations": [SORTED], "number": [_filled],
                        "instant_ms": [_filled, _instant]},
    "RestrictedNote": {"origin": [_agency], "recipient": [_agency], "record_hash": [H32],
                       "number": [_filled], "instant_ms": [_filled, _instant]},
    "ConsentNote": {"source": [_agency], "holder": [_agency], "recipient": [_agency],
                    "purpose": [_filled], "instrument": [_filled], "about": [_filled, SORTED],
                    "data": [_filled, SORTED], "from_ms": [_instant], "until_ms": [_instant],
                    "instant_ms": [_filled, _instant], "obligations": [SORTED]},
    "OverrideNote": {"origin": [_agency], "recipient": [_agency], "record": [H16],
                     "purpose": [_filled], "rules": [_filled, SORTED], "about": [_filled, SORTED],
                     "data": [_filled, SORTED],
                     "sources": [_filled, _count(1, 16), _each(_agency), SORTED],
                     "ground": [_one_of(1, 2, 3)], "reason_digest": [H32], "from_ms": [_instant],
                     "until_ms": [_instant], "instant_ms": [_filled, _instant]},
    "Consent": {"text": [_at_most(4096)]},
    "LeadAsk": {"deadline_ms": [_instant],
                "recipients": [_count(0, 200), _each(_agency), SORTED]},
    "LeadAnswer": {"number": [_one_of(*range(1, 257))],
                   "measures": [_count(0, 64), _sorted(lambda measure: measure.number)]},
    "TakenMeasure": {"number": [_filled], "on": [_at_most(200)], "reference": [_at_most(200)],
                     "from_ms": [_filled, _instant], "until_ms": [_instant],
                     "since_ms": [_instant], "court_reference": [_at_most(200)]},
    "AlertNotice": {"confirm_by_ms": [_instant]},
    "NotIdentical": {"alert_record_id": [H16], "established_ms": [_instant]},
    "RequestAsk": {"due_ms": [_instant]},
    "Finding": {"found_ms": [_instant]},
    "CaseMember": {"agency": [_agency]},
    "Membership": {"case_id": [H16], "number": [_filled], "title": [_filled, _at_most(200)],
                   "members": [_count(0, 200), _sorted(lambda member: member.agency)],
                   "before": [NONE_OR_32]},
    "Entry": {"format_version": [_one_of(1)], "instant_ms": [_log_instant]},
    "SealedEntry": {"part_digests": [_each(H32), _sorted(reason="digest-order"),
                                     lambda v: _one_of(2, 4, 8, 16, 32, 64, 128, 256)(len(v))]},
    "AgencyStatement": {"agency": [_agency], "kind": [_filled], "number": [_filled],
                        "from_ms": [_instant], "until_ms": [_instant]},
    "KeyStatement": {"owner": [_owner], "format_versions": [SORTED], "instant_ms": [_instant]},
    "KeyEntry": {"use": [_one_of(*range(1, 14))], "public_key": [H32], "from_ms": [_instant],
                 "until_ms": [_instant]},
    "Revocation": {"owner": [_owner], "key_id": [H32], "instant_ms": [_instant]},
    "PolicyStatement": {"jurisdiction": [_jurisdiction], "version": [_filled], "digest": [H32],
                        "in_force_ms": [_instant]},
    "FederationFileStatement": {"type": [_file_type],
                                "version": [_filled], "digest": [H32],
                                "in_force_ms": [_instant]},
    "Part": {"instant_ms": [_log_instant], "reader": [_agency], "acting_agency": [_agency],
             "officer_pseudonym": [NONE_OR_32], "justification_digest": [NONE_OR_32]},
    "SubmissionPart": {"record_id": [H16], "record_hash": [H32], "origin": [_agency],
                       "snapshot_hash": [H32],
                       "decisions": [_filled, _sorted(lambda decision: decision.recipient)]},
    "WithheldSection": {"section_id": [H16], "rules": [SORTED], "reasons": [SORTED]},
    "RecipientDecision": {"recipient": [_agency], "obligations": [SORTED], "rules": [SORTED],
                          "reasons": [SORTED], "withheld": [BY_SECTION]},
    "AcknowledgementPart": {"recipient": [_agency], "record_hashes": [_each(H32)]},
    "NoticePart": {"type": [_one_of("gap", "pair-head", "recall", "erasure", "fetched",
                                     "restriction", "restricted", "override")],
                   "from": [_agency], "to": [_agency], "statement_digest": [H32]},
    "RefusalPart": {"record_id": [_length(0, 16)], "record_hash": [NONE_OR_32]},
    "ExpiryPart": {"record_id": [H16], "record_hash": [H32], "recipient": [_agency]},
    "ReceiptItem": {"record_hash": [H32]},
    "Receipt": {"items": [_filled], "root": [H32]},
}


# ---- reading


def parse(kind, data):
    """Parses only; for what must be looked at before it is read strictly."""
    message = kind()
    try:
        message.ParseFromString(data)
    except DecodeError as error:
        raise Refused("malformed", kind.DESCRIPTOR.name) from error
    return message


def read(kind, data):
    """Strict reading of one message from the bytes carried."""
    message = parse(kind, data)
    canonical(message, data)
    check_values(message)
    return message


def canonical(message, data):
    """Refuses unknown fields and every encoding but the one in field order."""
    name = message.DESCRIPTOR.name
    known = type(message)()
    known.CopyFrom(message)
    known.DiscardUnknownFields()
    if known.ByteSize() != message.ByteSize():
        raise Refused("unknown-field", name)
    if message.SerializeToString(deterministic=True) != data:
        raise Refused("not-canonical", name)


def read_carried(message):
    """Strict reading of a message that arrived inside one that is not itself read strictly.

    The outer parser has dropped the bytes as carried, so only unknown fields and values are left
    to check; the signed bytes inside are fields of type bytes and stay as carried.
    """
    return read(type(message), message.SerializeToString(deterministic=True))


def check_values(message):
    """Enum values, oneofs, lengths and lists, here and in every message inside."""
    descriptor = message.DESCRIPTOR
    rules = RULES.get(descriptor.name, {})
    for oneof in descriptor.oneofs:
        optional = oneof.name == f"_{oneof.fields[0].name}"
        _require(optional or message.WhichOneof(oneof.name),
                 f"{descriptor.name}.{oneof.name} is not set")
    for field in descriptor.fields:
        value = getattr(message, field.name)
        try:
            _check_field(message, field, value, rules.get(field.name, []))
        except Refused as refusal:
            text = f"{descriptor.name}.{field.name}: {refusal.text}"
            raise Refused(refusal.reason, text) from None
    _check_class(message)


OPTIONAL = ("DutyDesk", "Money", "PartialDate", "Person", "SealedFile", "Statement")


def _check_field(message, field, value, rules):
    repeated = field.label == field.LABEL_REPEATED
    absent = field.has_presence and not message.HasField(field.name)
    if field.enum_type is not None and not absent:
        listed = {number for number in field.enum_type.values_by_number if number != 0}
        for number in value if repeated else [value]:
            _require(number in listed, f"enum value {number}")
    if field.message_type is not None:
        if repeated:
            for inner in value:
                check_values(inner)
        elif not absent:
            check_values(value)
        elif field.containing_oneof is None:
            _require(field.message_type.name in OPTIONAL, f"{field.name} is missing")
    for rule in rules:
        rule(value)


def _check_class(message):
    """Open entries and sealed entries have their own kinds, and parts their own events."""
    name = message.DESCRIPTOR.name
    if name == "Entry":
        expected = "open" if message.kind < pb.ENTRY_KIND_SUBMISSION else "sealed"
        _require(message.WhichOneof("class") == expected, "kind and class differ")
    elif name == "Part":
        events = {pb.ENTRY_KIND_SUBMISSION: "submission", pb.ENTRY_KIND_NOTICE: "notice",
                  pb.ENTRY_KIND_ACKNOWLEDGEMENT: "acknowledgement",
                  pb.ENTRY_KIND_REFUSAL: "refusal", pb.ENTRY_KIND_EXPIRY: "expiry",
                  pb.ENTRY_KIND_DECISION_AGAIN: "again"}
        _require(message.WhichOneof("event") == events.get(message.kind), "kind and event differ")
        _check_actor(message)
    elif name == "RecordHeader":
        _require(message.created_ms < message.expires_ms, "created after it expires")
        _require(message.expires_ms - message.created_ms <= LIFE_MS, "lives too long")
        _require(jurisdiction_of(message.origin) not in message.obtained_from,
                 "obtained from its own origin")
        _require(bool(message.case_id) == bool(message.membership_number),
                 "a case without the number of its membership, or a number without a case")
    elif name == "Section":
        # This client reads format version 1 and says so in its key statements.
        _require(not message.HasField("file"), "an attachment in a record of version 1")
    elif name == "SectionContent":
        _require(message.WhichOneof("body") != "attachment", "an attachment without its file")
    elif name == "ConsentNote":
        _require(message.holder != message.recipient, "the holder is the recipient")
        _length(16 if message.source == message.holder else 32)(message.record)
        _require(message.from_ms < message.until_ms, "until is not after from")
    elif name == "RestrictionNote":
        restricts = message.processing or bool(message.obligations)
        _require(not message.processing if message.ground == pb.RESTRICTION_GROUND_LIFTED
                 else restricts, "the ground does not fit what is restricted")
    elif name == "Membership":
        _require(bool(message.before) == (message.number > 1),
                 "each membership but the first names the one before")
    elif name == "WithheldSection":
        _require(len(message.titles) in (0, len(message.rules)), "one title for each rule, or none")
    elif name == "Acknowledgement":
        _require(message.opened != bool(message.refusal), "opened, or refused with a reason")
        _require(message.pair_seq or not message.opened, "what was opened has its number")


def _check_actor(part):
    """Who acts in a part, and what of it its reader may see."""
    actor, event = part.acting_agency, part.WhichOneof("event")
    if event == "submission":
        _require(part.submission.origin == actor, "an origin submits")
        if part.reader != actor:
            _require([decision.recipient for decision in part.submission.decisions]
                     == [part.reader], "not the reader's decision alone")
            _require(part.submission.decisions[0].verdict < pb.VERDICT_HOLD, "nothing is released")
    elif event == "again":
        decided = part.again.decided
        _require(decided.origin == actor, "it is the origin's record")
        _require(len(decided.decisions) == 1, "one recipient is decided about again")
        about = decided.decisions[0]
        _require(about.recipient != actor and part.reader in (actor, about.recipient),
                 "for the origin and this recipient")
        _require(about.verdict != pb.VERDICT_HOLD, "what is decided again does not wait")
    elif event == "acknowledgement":
        told = part.acknowledgement
        _require(told.recipient == actor, "a recipient acknowledges")
        _require(0 < told.from_seq <= told.through_seq if part.reader == actor
                 else told.from_seq == told.through_seq == 0, "no range of a lane")
    elif event == "notice":
        names = (getattr(part.notice, "from"), part.notice.to)
        _require(names[0] == actor and part.reader in names, "a notice's names")
