"""The thirteen checks of a recipient (docs/formats.md), in their order, without number 12.

Number 12, the recipient's own policy, is left out: this client has no policy engine. `Checker`
gives what was opened or refuses with the reason that the acknowledgement carries.
"""

import dataclasses

import entente_crypto as crypto
from entente_formats import (MAX_HEADER, MAX_RECORD, access_leaf, lane_of, open_access,
                             open_section, open_wrap, read_record, record_hash, section_leaf,
                             verified_signers, verify_batch)
from entente_log import check_evidence
from entente_messages import pb
from entente_strict import Refused, parse, read

TOLERANCE_MS = 5 * 60 * 1000
DELIVERED = (pb.VERDICT_RELEASE, pb.VERDICT_RELEASE_IN_PART)


@dataclasses.dataclass
class Opened:
    """What is known of a delivered record; fields fill up as the checks go on."""

    log_index: int
    record_hash: bytes = b""
    origin: str = ""
    pair_seq: int = 0
    header: object = None
    manifest: object = None
    sections: list = dataclasses.field(default_factory=list)  # (section id, labels, content)
    withheld: list = dataclasses.field(default_factory=list)
    obligations: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Seen:
    """What this recipient has taken before; the node keeps it on disk.

    The same record at the same log index is a delivery that comes again, which is no fault; at
    another index it is a replay, and its number gives it away.
    """

    records: dict = dataclasses.field(default_factory=dict)  # (origin, record id) -> hash
    numbers: dict = dataclasses.field(default_factory=dict)  # (origin, lane, seq) -> (hash, index)

    def check_record(self, opened):
        known = self.records.get((opened.origin, opened.header.record_id), opened.record_hash)
        if known != opened.record_hash:
            raise Refused("record-id-reused", "the record id came with another hash")

    def check_number(self, opened):
        this = (opened.record_hash, opened.log_index)
        if self.numbers.get(self._place(opened), this) != this:
            raise Refused("record-id-reused", "pair_seq was seen")

    def add(self, opened):
        self.records[opened.origin, opened.header.record_id] = opened.record_hash
        self.numbers[self._place(opened)] = (opened.record_hash, opened.log_index)

    @staticmethod
    def _place(opened):
        return opened.origin, lane_of(opened.header.urgency), opened.pair_seq


def check_withholding_note(genesis, statement, part, decision, recipient, log_index):
    """The section ids of a valid note."""
    read(pb.SignedStatement, statement.SerializeToString(deterministic=True))
    public_of = {genesis.note_id: genesis.note}.get
    if not verified_signers(genesis.federation, "withholding", statement, public_of):
        raise Refused("proof-bad", "withholding note: signature")
    note = read(pb.WithholdingNote, statement.body)
    said = (note.log_origin, note.record_hash, note.recipient, note.log_index)
    if said != (genesis.log, part.record_hash, recipient, log_index):
        raise Refused("proof-bad", "withholding note: of another delivery")
    withheld = [section.section_id for section in decision.withheld]
    if list(note.section_ids) != withheld:
        raise Refused("proof-bad", "withholding note: other sections than the decision")
    return withheld


class Checker:
    """Checks deliveries of records to one agency."""

    def __init__(self, follower, agency, delivery_key, seen, refused_obligations=()):
        self.follower = follower
        self.directory = follower.directory
        self.genesis = follower.directory.genesis
        self.agency = agency
        self.delivery_key = delivery_key  # key id -> living Key, or None
        self.seen = seen
        self.refused_obligations = set(refused_obligations)

    def check(self, delivery, checkpoint, now_ms, opened=None):
        """Gives `opened` filled; on a refusal it holds what was known by then."""
        opened = opened or Opened(delivery.evidence.log_index)
        loose = self._size(delivery)
        opened.record_hash = record_hash(loose.header)
        entry, part, decision = self._evidence(delivery, loose, checkpoint)
        opened.origin = part.submission.origin
        self._signature(delivery, loose, entry)
        record, header = self._strict(delivery, part)
        opened.header = header
        if header.expires_ms <= max(entry.instant_ms, now_ms - TOLERANCE_MS):
            raise Refused("expired")
        self.seen.check_record(opened)
        access = self._access(record, header)
        self._leaves(record, header)
        context = self._manifest(opened, access)
        # pair_seq stands in the manifest, so this half of check 6 cannot come before check 9.
        self.seen.check_number(opened)
        withheld = []
        if delivery.HasField("withholding_note"):
            withheld = check_withholding_note(self.genesis, delivery.withholding_note,
                                              part.submission, decision, self.agency,
                                              opened.log_index)
        opened.withheld = [s for s in opened.manifest.section_ids if s in withheld]
        sections = self._sections(opened, record, access, context, withheld)
        opened.obligations = sorted(set(opened.manifest.obligations) | set(decision.obligations))
        if self.refused_obligations & set(opened.obligations):
            raise Refused("policy-refused", "an obligation that this node cannot honour")
        opened.sections = sections
        return opened

    def _size(self, delivery):
        """Check 1."""
        if len(delivery.record) > MAX_RECORD:
            raise Refused("too-large", "record")
        loose = parse(pb.Record, delivery.record)
        if len(loose.header) > MAX_HEADER:
            raise Refused("too-large", "header")
        return loose

    def _evidence(self, delivery, loose, checkpoint):
        """Check 2."""
        entry, part = check_evidence(delivery.evidence, checkpoint, self.agency)
        if part.WhichOneof("event") != "submission":
            raise Refused("proof-bad", "not evidence of a submission")
        submission = part.submission
        if submission.record_hash != record_hash(loose.header):
            raise Refused("proof-bad", "evidence of another record")
        self.follower.check_snapshot(submission, delivery.evidence.log_index)
        if [decision.recipient for decision in submission.decisions] != [self.agency]:
            raise Refused("proof-bad", "not this agency's decision alone")
        decision = submission.decisions[0]
        if decision.verdict not in DELIVERED:
            raise Refused("proof-bad", "the decision does not release")
        return entry, part, decision

    def _signature(self, delivery, loose, entry):
        """Check 3; the header is read only as far as its instant, strictly in check 4."""
        signature, index = loose.signature, delivery.evidence.log_index
        key = self.directory.keys.get(signature.key_id)
        if key is None or (key.use, key.owner) != ("record-signing", signature.origin):
            raise Refused("key-unknown", "record-signing key")
        if not key.valid_at(index, entry.instant_ms):
            raise Refused("key-not-valid-then", "record-signing key")
        verify_batch(self.genesis.federation, signature, record_hash(loose.header), key.public)
        if parse(pb.RecordHeader, loose.header).created_ms > entry.instant_ms + TOLERANCE_MS:
            raise Refused("future-dated")

    def _strict(self, delivery, part):
        """Check 4."""
        record, header = read_record(delivery.record)
        named = (record.signature.origin, record.signature.key_id)
        if (header.origin, header.signing_key_id) != named:
            raise Refused("bad-signature", "header and signature name different signers")
        submission = part.submission
        if (submission.record_id, submission.origin) != (header.record_id, header.origin):
            raise Refused("proof-bad", "the part names another record")
        return record, header

    def _access(self, record, header):
        """Check 7."""
        if [access.recipient for access in record.access] != [self.agency]:
            raise Refused("wrong-agency", "not exactly one access, our own")
        if access_leaf(record.access[0]) not in header.digests:
            raise Refused("proof-bad", "access leaf")
        return record.access[0]

    def _leaves(self, record, header):
        """Check 8."""
        if any(section_leaf(section) not in header.digests for section in record.sections):
            raise Refused("proof-bad", "section leaf")
        if len({section.section_id for section in record.sections}) != len(record.sections):
            raise Refused("malformed", "a section id twice")

    def _manifest(self, opened, access):
        """Check 9; gives the HPKE context."""
        key = self.delivery_key(access.delivery_key_id)
        if key is None:
            raise Refused("key-unknown", "no living delivery key")
        try:
            context, data = open_access(self.genesis.federation, opened.header,
                                        opened.record_hash, access, key.secret)
        except crypto.CryptoError as error:
            raise Refused("bad-signature", f"manifest: {error}") from error
        opened.manifest = read(pb.AccessManifest, data)
        opened.pair_seq = opened.manifest.pair_seq
        return context

    def _sections(self, opened, record, access, context, withheld):
        """Checks 10 and 11; gives what may be shown once all checks have passed."""
        present = {section.section_id: section for section in record.sections}
        wraps = {wrap.section_id: wrap for wrap in access.wraps}
        granted = set(opened.manifest.section_ids)
        if set(present) != granted - set(withheld) or set(wraps) != set(present):
            raise Refused("proof-bad", "sections are not those of manifest and note")
        plains = []
        for section_id, section in present.items():
            try:
                content_key = open_wrap(context, opened.record_hash, wraps[section_id])
                plains.append((section, *open_section(opened.header.record_id, section,
                                                      content_key)))
            except crypto.CryptoError as error:
                raise Refused("proof-bad", f"section: {error}") from error
        shown = []
        for section, data, commitment in plains:
            if not crypto.equal(commitment, section.key_commitment):
                raise Refused("bad-signature", "key commitment")
            plain = read(pb.SectionPlain, data)
            if plain.labels != section.labels:
                raise Refused("bad-signature", "labels inside differ")
            content = read(pb.SectionContent, plain.content)
            shown.append((section.section_id, read(pb.SectionLabels, plain.labels), content))
        return shown
