"""The fourteen checks of a recipient (docs/formats.md), in their order.

Of number 12 only the state of the log is checked, not the recipient's own policy: this client has
no policy engine. `Checker` gives what was opened, or refuses with the reason that the
acknowledgement carries.
"""

import dataclasses

from entente_cases import Cases
import entente_consents
import entente_override
import entente_crypto as crypto
from entente_formats import (MAX_HEADER, MAX_RECORD, access_leaf, lane_of, open_access,
                             open_section, open_wrap, read_inside, record_hash, section_leaf,
                             verify_batch, verify_statement)
from entente_log import check_evidence
from entente_messages import pb
from entente_contents import check_content
from entente_strict import Refused, read

TOLERANCE_MS = 5 * 60 * 1000
MEANT = (pb.RECORD_KIND_ALERT, pb.RECORD_KIND_LEAD, pb.RECORD_KIND_REQUEST, pb.RECORD_KIND_ANSWER,
         pb.RECORD_KIND_INFORMATION, pb.RECORD_KIND_ADVISORY, pb.RECORD_KIND_OUTCOME,
         pb.RECORD_KIND_CONSENT,
         pb.RECORD_KIND_CASE_ITEM, pb.RECORD_KIND_MEMBERSHIP)
IN_A_CASE = (pb.RECORD_KIND_CASE_ITEM, pb.RECORD_KIND_MEMBERSHIP)  # always; requests may be
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
    override: object = None  # by which it came


@dataclasses.dataclass
class Seen:
    """What this recipient has taken before; the node keeps it on disk.

    The same record at the same log index is a delivery that comes again, which is no fault; at
    another index it is a replay, and its number gives it away.
    """

    records: dict = dataclasses.field(default_factory=dict)  # (origin, record id) -> hash
    numbers: dict = dataclasses.field(default_factory=dict)  # (origin, lane, seq) -> (hash, index)
    cases: Cases = dataclasses.field(default_factory=Cases)

    def check_record(self, opened):
        known = self.records.get((opened.origin, opened.header.record_id), opened.record_hash)
        if known != opened.record_hash:
            raise Refused("record-id-reused", "the record id came with another hash")

    def check_number(self, opened):
        this = (opened.record_hash, opened.log_index)
        if self.numbers.get(self._place(opened), this) != this:
            raise Refused("record-id-reused", "pair_seq was seen")

    def comes_again(self, opened):
        """What was taken in is not held against the memberships that came since."""
        this = (opened.record_hash, opened.log_index)
        return self.numbers.get(self._place(opened)) == this

    def add(self, opened):
        self.records[opened.origin, opened.header.record_id] = opened.record_hash
        self.numbers[self._place(opened)] = (opened.record_hash, opened.log_index)

    @staticmethod
    def _place(opened):
        return opened.origin, lane_of(opened.header.urgency), opened.pair_seq


def check_withholding_note(genesis, delivery, part, log_index, recipient):
    """The section ids that the decision withholds, of which a valid note must tell."""
    decision, statement = part.decisions[0], delivery.withholding_note
    withheld = [section.section_id for section in decision.withheld]
    if bool(withheld) != delivery.HasField("withholding_note"):
        raise Refused("proof-bad", "a withholding note and a decision that withholds go together")
    if not withheld:
        return []
    verify_statement(genesis.federation, "withholding", statement,
                     {genesis.note_id: genesis.note}.get)
    note = read(pb.WithholdingNote, statement.body)
    said = (note.log_origin, note.record_hash, note.recipient, note.log_index)
    if said != (genesis.log, part.record_hash, recipient, log_index):
        raise Refused("proof-bad", "withholding note: of another delivery")
    if list(note.section_ids) != withheld:
        raise Refused("proof-bad", "withholding note: other sections than the decision")
    return withheld


def check_again(follower, agency, delivery, first, checkpoint):
    """What the log says was decided again about the record of that part, for this reader."""
    entry, part = check_evidence(delivery.again, checkpoint, agency)
    if part.WhichOneof("event") != "again":
        raise Refused("proof-bad", "not evidence of a decision made again")
    told, decided = part.again, part.again.decided
    named = (decided.record_hash, decided.record_id, decided.origin)
    if (told.first_index != delivery.evidence.log_index
            or delivery.again.log_index <= told.first_index
            or named != (first.record_hash, first.record_id, first.origin)):
        raise Refused("proof-bad", "it was decided again about another record")
    follower.check_snapshot(decided, delivery.again.log_index, entry.instant_ms)
    return decided


def check_no_wider(again, first):
    """Without the words of the vocabulary: each word that was, and nothing that was withheld."""
    def words(decision):
        return {obligation.partition(":")[0] for obligation in decision.obligations}
    withheld = {section.section_id for section in again.withheld}
    if (again.verdict not in DELIVERED or not words(first) <= words(again)
            or not {section.section_id for section in first.withheld} <= withheld):
        raise Refused("proof-bad", "what was decided again does not release it, or more")


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
        if len(delivery.record) > MAX_RECORD:
            raise Refused("too-large", "record")
        entry, part = self._evidence(delivery, checkpoint)
        decided_at, decided = delivery.evidence.log_index, part
        if delivery.HasField("again"):
            decided_at = delivery.again.log_index
            decided = check_again(self.follower, self.agency, delivery, part, checkpoint)
            check_no_wider(decided.decisions[0], part.decisions[0])
        opened.record_hash, opened.origin = part.record_hash, part.origin
        record = self._signature(delivery, entry)
        opened.header = header = self._strict(record)
        self._meaning(header)
        self._times(header, entry, now_ms)
        self._same_record(record, header, part)
        self.seen.check_record(opened)
        opened.withheld = check_withholding_note(self.genesis, delivery, decided, decided_at,
                                                 self.agency)
        access = self._access(record, header)
        if any(section_leaf(section) not in header.digests for section in record.sections):
            raise Refused("proof-bad", "section leaf")
        context = self._manifest(opened, access)
        sections = self._sections(opened, record, access, context)
        entente_consents.check_record(header, sections, self.agency)
        self.seen.check_number(opened)
        self.follower.check_snapshot(part, delivery.evidence.log_index, entry.instant_ms)
        self.follower.check_current(decided, now_ms)
        consented = entente_consents.check_attached(self.directory, header, access,
                                                    delivery.evidence.log_index, entry.instant_ms)
        opened.override = entente_override.check_attached(
            self.directory, header, access, delivery.evidence.log_index, entry.instant_ms)
        self._obligations(opened, decided.decisions[0], consented)
        if not self.seen.comes_again(opened):
            self.seen.cases.check(opened, sections, self.agency)
        opened.sections = sections
        return opened

    def _evidence(self, delivery, checkpoint):
        """Check 2."""
        entry, part = check_evidence(delivery.evidence, checkpoint, self.agency)
        if part.WhichOneof("event") != "submission":
            raise Refused("proof-bad", "not evidence of a submission")
        decisions = part.submission.decisions
        if [decision.recipient for decision in decisions] != [self.agency]:
            raise Refused("proof-bad", "not this agency's decision alone")
        if decisions[0].verdict not in DELIVERED:
            raise Refused("proof-bad", "the decision does not release")
        return entry, part.submission

    def _signature(self, delivery, entry):
        """Check 3."""
        record = read(pb.Record, delivery.record)
        if len(record.header) > MAX_HEADER:
            raise Refused("too-large", "header")
        signature = record.signature
        key = self.directory.find_key(signature.origin, "record-signing", signature.key_id,
                                      delivery.evidence.log_index, entry.instant_ms)
        verify_batch(self.genesis.federation, signature, record_hash(record.header), key.public)
        return record

    def _strict(self, record):
        """Check 4."""
        header = read_inside(record)
        named = (record.signature.origin, record.signature.key_id)
        if (header.origin, header.signing_key_id) != named:
            raise Refused("bad-signature", "header and signature name different signers")
        return header

    @staticmethod
    def _meaning(header):
        if header.kind not in MEANT:
            raise Refused("malformed", "no meaning is given to this kind")
        if header.kind != pb.RECORD_KIND_REQUEST:
            if (header.kind in IN_A_CASE) != bool(header.case_id):
                raise Refused("malformed", "a case is missing, or this kind has none")

    def _times(self, header, entry, now_ms):
        """Check 5."""
        if header.created_ms > entry.instant_ms + TOLERANCE_MS:
            raise Refused("future-dated")
        if max(entry.instant_ms, now_ms) - header.expires_ms > TOLERANCE_MS:
            raise Refused("expired")

    def _same_record(self, record, header, part):
        """Check 6, its first part."""
        if ((part.record_hash, part.record_id, part.origin)
                != (record_hash(record.header), header.record_id, header.origin)):
            raise Refused("proof-bad", "the part names another record")

    def _access(self, record, header):
        """Check 7."""
        if [access.recipient for access in record.access] != [self.agency]:
            raise Refused("wrong-agency", "not exactly one access, our own")
        if access_leaf(record.access[0]) not in header.digests:
            raise Refused("proof-bad", "access leaf")
        return record.access[0]

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

    def _sections(self, opened, record, access, context):
        """Checks 10 and 11; gives what may be shown once all checks have passed."""
        present = {section.section_id for section in record.sections}
        wraps = {wrap.section_id: wrap for wrap in access.wraps}
        granted = set(opened.manifest.section_ids)
        if present != granted - set(opened.withheld) or set(wraps) != present:
            raise Refused("proof-bad", "sections are not those of manifest and note")
        return [self._section(opened, section, wraps[section.section_id], context)
                for section in record.sections]

    def _section(self, opened, section, wrap, context):
        try:
            content_key = open_wrap(context, opened.record_hash, wrap)
            data, commitment = open_section(opened.header.record_id, section, content_key)
        except crypto.CryptoError as error:
            raise Refused("proof-bad", f"section: {error}") from error
        if not crypto.equal(commitment, section.key_commitment):
            raise Refused("bad-signature", "key commitment")
        plain = read(pb.SectionPlain, data)
        if plain.labels != section.labels:
            raise Refused("bad-signature", "labels inside differ")
        labels, content = read(pb.SectionLabels, plain.labels), read(pb.SectionContent, plain.content)
        check_content(labels, content)
        return section.section_id, labels, content

    def _obligations(self, opened, decision, consented):
        """Check 13, without the words of the vocabulary: of one word all values are kept."""
        opened.obligations = sorted(set(opened.manifest.obligations) | set(decision.obligations)
                                    | consented)
        if self.refused_obligations & set(opened.obligations):
            raise Refused("policy-refused", "an obligation that this node cannot honour")
