"""What the broker is sent and what it answers, taken apart to the last field: messages within `bytes` as well, by the list below.
Whatever is not listed there is a finding: nobody has said what stands in it."""
import importlib
import typing

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError

from desk import ROOT

# Bytes that are a message themselves.
NESTED = {
    "Submission.record": "Record", "Record.header": "RecordHeader", "Section.labels": "SectionLabels",
    "Access.consents": "SignedStatement", "Access.override": "SignedStatement",
    "Delivery.record": "Record", "Evidence.entry": "Entry", "Evidence.part": "Part", "GetEntriesResponse.entries": "Entry",
}
# What is signed where, by the field that the SignedStatement stands in.
BODIES = {
    "Access.consents": "ConsentNote", "Access.override": "OverrideNote", "PullAcknowledge.acknowledgements": "Acknowledgement",
    "SubmitResponse.receipt": "Receipt", "Delivery.withholding_note": "WithholdingNote",
}
NOTICE_NAMES = {
    "NOTICE_TYPE_GAP": "GapNote", "NOTICE_TYPE_PAIR_HEAD": "PairHead", "NOTICE_TYPE_ACKNOWLEDGEMENT": "Acknowledgement",
    "NOTICE_TYPE_RECALL": "RecallNote", "NOTICE_TYPE_ERASURE": "ErasureNote", "NOTICE_TYPE_FETCHED": "FetchedNote",
    "NOTICE_TYPE_OVERRIDE": "OverrideNote", "NOTICE_TYPE_RESTRICTION": "RestrictionNote",
    "NOTICE_TYPE_RESTRICTED": "RestrictedNote",
}
GENESIS = "the genesis file"
ENTRY_NAMES = {
    "ENTRY_KIND_GENESIS": GENESIS, "ENTRY_KIND_AGENCY": "AgencyStatement", "ENTRY_KIND_KEYS": "KeyStatement",
    "ENTRY_KIND_REVOCATION": "Revocation", "ENTRY_KIND_POLICY": "PolicyStatement", "ENTRY_KIND_FEDERATION_FILE": "FederationFileStatement",
    "ENTRY_KIND_QUORUM": "QuorumStatement",
}


def padded(length):
    """docs/formats.md, pad(x): what is sealed shows its length in steps only."""
    if length <= 65_536:
        return length > 0 and length % 256 == 0
    exponent = length.bit_length() - 1
    return length % (1 << (exponent - exponent.bit_length())) == 0


def one_of(*lengths):
    return lambda length: length in lengths


# Bytes with nothing in them to take apart, and the lengths that they may have.
ID, DIGEST, KEY, SIGNATURE, TEXT = one_of(16), one_of(32), one_of(32), one_of(64), lambda length: True
OPAQUE = {
    "RecordHeader.record_id": ID, "RecordHeader.case_id": ID, "Section.section_id": ID, "Access.salt": ID, "Wrap.section_id": ID,
    "OverrideNote.record": ID, "FetchStart.section_id": ID, "FetchedNote.section_ids": ID, "ConsentNote.record": one_of(16, 32),
    "Submission.officer_pseudonym": DIGEST, "Submission.justification_digest": DIGEST, "RecordHeader.signing_key_id": DIGEST,
    "RecordHeader.digests": DIGEST, "Signature.key_id": DIGEST, "Signature.path": DIGEST, "Section.key_commitment": DIGEST,
    "SealedFile.root": DIGEST, "Access.delivery_key_id": DIGEST, "Access.enc": KEY, "KeySignature.key_id": DIGEST,
    "Acknowledgement.record_hash": DIGEST, "RecallNote.record_hash": DIGEST, "ErasureNote.record_hash": DIGEST,
    "FetchedNote.record_hash": DIGEST, "RestrictionNote.record_hash": DIGEST, "RestrictedNote.record_hash": DIGEST,
    "OverrideNote.reason_digest": DIGEST, "FetchStart.record_hash": DIGEST, "GetTextRequest.digest": DIGEST,
    "KeyEntry.public_key": KEY, "Revocation.key_id": DIGEST, "PolicyStatement.digest": DIGEST,
    "FederationFileStatement.digest": DIGEST, "SealedEntry.part_digests": DIGEST,
    "Signature.ed25519": SIGNATURE, "KeySignature.ed25519": SIGNATURE,
    "Section.ciphertext": lambda length: padded(length - 24 - 16), "Access.manifest": lambda length: padded(length - 16),
    "Wrap.sealed_key": one_of(48), "UploadRequest.piece": lambda length: length <= 65_536,
    "PublishRequest.text": TEXT, "GetTextResponse.text": TEXT, "GetEntriesResponse.checkpoint": TEXT,
    "GetEntriesResponse.witnessed": TEXT, "GetCheckpointResponse.witnessed": TEXT, "NextCheckpointResponse.add_checkpoint": TEXT,
    "GetCheckpointResponse.checkpoint": TEXT, "GetConsistencyResponse.path": DIGEST, "PublishResponse.checkpoint": TEXT,
}


def load():
    """Every message by its name; of every call the messages that go in and come out."""
    messages, calls = {}, {}
    for path in sorted((ROOT / "proto/entente/v1").glob("*.proto")):
        module = importlib.import_module(f"entente.v1.{path.stem}_pb2")
        messages.update({name: getattr(module, name) for name in module.DESCRIPTOR.message_types_by_name})
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                calls[f"/{service.full_name}/{method.name}"] = (method.input_type.name, method.output_type.name)
    return messages, calls


MESSAGES, CALLS = load()


def by_number(names, enum):
    return {enum.values_by_name[name].number: message for name, message in names.items()}


NOTICES = by_number(NOTICE_NAMES, MESSAGES["Notice"].DESCRIPTOR.fields_by_name["type"].enum_type)
ENTRIES = by_number(ENTRY_NAMES, MESSAGES["Entry"].DESCRIPTOR.fields_by_name["kind"].enum_type)


class Frame(typing.NamedTuple):
    """What was recorded at the broker: who called (FR.fiu), which call, "header", "sent" or "answered", and the bytes."""
    caller: str
    call: str
    what: str
    bytes: bytes

    def message(self):
        return MESSAGES[CALLS[self.call][self.what == "answered"]].FromString(self.bytes)


def agency_of(name):
    """FR.fiu of spiffe://entente.test/agency/FR/fiu."""
    return ".".join(name.split("/")[4:6])


def read_frames(recorded, growing=False):
    """Of tests/hostile/record.cc. One that is cut is an error, but at the end of what is still being written."""
    frames, at = [], 0
    while at < len(recorded):
        parts = []
        for _ in range(4):
            length = int.from_bytes(recorded[at:at + 4], "big")
            if at + 4 + length > len(recorded):
                assert growing, "the recording is cut"
                return frames
            parts.append(recorded[at + 4:at + 4 + length])
            at += 4 + length
        caller, call, what, data = parts
        frames.append(Frame(agency_of(caller.decode()), call.decode(), what.decode(), data))
    return frames


class Walk:
    """Collects the values of every field that is set, under `Message.field`, and what nobody has said anything of."""

    def __init__(self):
        self.values, self.findings = {}, set()

    def frames(self, frames):
        for frame in frames:
            if frame.what == "header":
                self._note(f"header {frame.bytes.decode(errors='replace').split(':')[0]}", frame.bytes)
            elif frame.call not in CALLS:
                self.findings.add(f"the broker was called {frame.call}, which no proto of this checkout has")
            else:
                self.message(frame.message())
        return self

    def message(self, message, says=None):
        """`says`: what is signed in a SignedStatement here."""
        name = message.DESCRIPTOR.name
        for field in message.UnknownFields():
            self.findings.add(f"{name} has a field number {field.field_number} that no proto of this checkout has")
        for field, value in message.ListFields():
            full = f"{name}.{field.name}"
            says_there = BODIES.get(full) or signed_by(message) or says
            for one in value if field.label == FieldDescriptor.LABEL_REPEATED else [value]:
                self._note(full, one)
                if field.type == FieldDescriptor.TYPE_MESSAGE:
                    self.message(one, says_there)
                elif field.type == FieldDescriptor.TYPE_BYTES:
                    self._bytes(full, one, says_there)

    def _note(self, name, value):
        self.values.setdefault(name, []).append(value)

    def _bytes(self, full, value, says):
        inner = {"SignedStatement.body": says, "OpenEntry.body": "SignedStatement"}.get(full, NESTED.get(full))
        if full == "OpenEntry.body" and says == GENESIS:
            return
        if inner:
            self._parse(full, inner, value, says)
        elif full not in OPAQUE:
            self.findings.add(f"{full} is bytes, and metadata_messages.py does not say what stands in it: name its message in NESTED (of "
                              "what is signed: in BODIES, NOTICE_NAMES or ENTRY_NAMES), or in OPAQUE the lengths that it may have")
        elif not OPAQUE[full](len(value)):
            self.findings.add(f"{full} has {len(value)} bytes, which is no length that it may have")

    def _parse(self, full, inner, value, says):
        try:
            parsed = MESSAGES[inner].FromString(value)
        except DecodeError as error:
            self.findings.add(f"{full} is no {inner}: {error}")
            return
        self.message(parsed, says)


def signed_by(message):
    """What a statement within this message says, where the message's own type or kind tells."""
    name = message.DESCRIPTOR.name
    table, field = {"Notice": (NOTICES, "type"), "PublishRequest": (ENTRIES, "entry_kind"), "Entry": (ENTRIES, "kind")}.get(name, ({}, ""))
    return table.get(getattr(message, field)) if table else None
