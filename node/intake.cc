#include "node/intake.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/consents.h"
#include "core/ledger/parts.h"
#include "core/ledger/receipt.h"
#include "core/record/consent_form.h"
#include "core/record/receive.h"
#include "core/record/statements.h"
#include "core/record/words.h"
#include "node/cases.h"
#include "node/decided_again.h"
#include "node/families.h"
#include "node/labels.h"
#include "node/onward.h"
#include "node/table.h"
#include "node/text.h"
#include "policy/decide.h"

namespace entente::node {
namespace {

using crypto::KeyUse;
using ledger::Registry;

std::vector<std::string> ToVector(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// The checks, one after the other; what each finds stays for the next.
class Checking {
 public:
  Checking(Ground& ground, const v1::Delivery& delivery, const audit::Checkpoint& checkpoint,
           PairsIn& pairs, Taking when)
      : ground_(ground),
        delivery_(delivery),
        checkpoint_(checkpoint),
        pairs_(pairs),
        came_(when.came),
        now_(when.now) {}

  absl::Status Run();
  uint64_t pair_seq() const { return opened_ ? opened_->manifest.pair_seq() : 0; }
  const record::Header* header() const { return record_ ? &record_->header : nullptr; }
  // After Run() was OK.
  void Fill(Arrived& arrived) const;

 private:
  absl::Status CheckEvidence();
  absl::Status CheckAgain();
  absl::Status CheckRecord();
  absl::Status CheckSeen();
  absl::Status CheckNote();
  absl::Status Open();
  absl::Status CheckStates();
  absl::StatusOr<policy::RecipientLabels> OwnLabels();
  absl::Status CheckPolicy();
  absl::Status CheckWitnessed(const Registry& registry);
  absl::Status CheckObligations(const Registry& registry, const policy::Decision& inbound);
  absl::Status CompareLogs();
  absl::Status CheckConsentGiven();
  absl::Status CheckCase();

  const v1::RecipientDecision& first() const { return part_.part.submission().decisions(0); }
  // The one that counts: the newest.
  const ledger::VerifiedPart& decided() const { return again_ ? *again_ : part_; }
  const v1::SubmissionPart& deciding() const { return ledger::DecidedIn(decided().part); }
  const v1::RecipientDecision& decision() const { return deciding().decisions(0); }
  // Where the record stands, and when it was decided.
  Instant instant() const { return part_.entry.instant; }
  Instant decided_at() const { return decided().entry.instant; }

  Ground& ground_;
  const v1::Delivery& delivery_;
  const audit::Checkpoint& checkpoint_;
  PairsIn& pairs_;
  const Instant came_;
  const Instant now_;
  ledger::VerifiedPart part_;
  std::optional<ledger::VerifiedPart> again_;
  std::optional<record::ParsedRecord> record_;
  std::vector<SectionId> withheld_;
  std::optional<record::OpenedRecord> opened_;
  std::vector<std::string> obligations_;
  std::vector<std::string> consent_obligations_;
  std::optional<v1::OverrideNote> emergency_;
};

absl::Status Checking::Run() {
  if (delivery_.record().size() > limits::kRecordBytes) {
    return Refuse(Reason::kTooLarge, "the record is larger than 1 MiB");
  }
  for (const auto check : {&Checking::CheckEvidence, &Checking::CheckAgain, &Checking::CheckRecord,
                           &Checking::CheckSeen, &Checking::CheckNote, &Checking::Open,
                           &Checking::CompareLogs, &Checking::CheckConsentGiven,
                           &Checking::CheckStates, &Checking::CheckPolicy, &Checking::CheckCase}) {
    if (absl::Status status = (this->*check)(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// 2
absl::Status Checking::CheckEvidence() {
  absl::StatusOr<ledger::VerifiedPart> part =
      ledger::VerifyEvidence(delivery_.evidence(), checkpoint_);
  if (!part.ok()) return part.status();
  part_ = *std::move(part);
  const v1::Part& told = part_.part;
  if (told.kind() != v1::ENTRY_KIND_SUBMISSION || told.reader() != ground_.agency.text() ||
      told.submission().decisions_size() != 1 || first().recipient() != ground_.agency.text() ||
      !ledger::Releases(first().verdict())) {
    return Refuse(Reason::kProofBad, "the evidence does not say that this was released to us");
  }
  return absl::OkStatus();
}

// 2, of what was decided again before it left
absl::Status Checking::CheckAgain() {
  if (!delivery_.has_again()) return absl::OkStatus();
  absl::StatusOr<ledger::VerifiedPart> again =
      ReadAgain(ground_, delivery_.again(), part_, checkpoint_);
  if (!again.ok()) return again.status();
  again_ = *std::move(again);
  const auto vocabulary = VocabularyAt(ground_.federation.registry(), decided_at());
  if (!ledger::Releases(decision().verdict()) ||
      !ledger::IsNoWider(decision(), first(), *vocabulary)) {
    return Refuse(Reason::kProofBad,
                  "what was decided again does not release it, or more than before");
  }
  return absl::OkStatus();
}

// 1, 3, 4, 5
absl::Status Checking::CheckRecord() {
  const record::SigningKeyLookup lookup =
      [this](const AgencyId& origin, const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    absl::StatusOr<ledger::KeyInfo> key = ground_.federation.registry().FindKey(
        origin.text(), id, KeyUse::kRecordSigning, part_.log_index, instant());
    if (!key.ok()) return key.status();
    return key->public_key;
  };
  absl::StatusOr<record::ParsedRecord> record = record::CheckDelivered(
      delivery_.record(), {ground_.federation_name(), now_, instant(), lookup, &ground_.roots});
  if (!record.ok()) return record.status();
  record_ = *std::move(record);
  const v1::SubmissionPart& told = part_.part.submission();
  if (told.record_hash() != AsText(record_->hash) ||
      told.record_id() != AsText(record_->header.record_id) ||
      told.origin() != record_->header.origin.text()) {
    return Refuse(Reason::kProofBad, "the evidence is of another record");
  }
  return record::CheckHasMeaning(record_->header);
}

// 6, as far as the header tells
absl::Status Checking::CheckSeen() {
  const std::string key =
      record_->header.origin.text() + '\0' + ToString(record_->header.record_id);
  absl::StatusOr<std::optional<std::string>> seen = ground_.db.Get(kReceivedIds, key);
  if (!seen.ok()) return seen.status();
  if (*seen && **seen != AsText(record_->hash)) {
    return Refuse(Reason::kRecordIdReused, "another record with this id came before");
  }
  return absl::OkStatus();
}

absl::Status Checking::CheckNote() {
  for (const v1::WithheldSection& section : decision().withheld()) {
    withheld_.push_back(*FixedBytes<16>(section.section_id()));
  }
  if (!delivery_.has_withholding_note() && withheld_.empty()) return absl::OkStatus();
  if (!delivery_.has_withholding_note()) {
    return Refuse(Reason::kProofBad, "sections were withheld without a note");
  }
  const record::WithholdingExpected expected{ground_.log_origin(), record_->hash,
                                             ground_.agency.text(), decided().log_index, withheld_};
  return record::ReadWithholdingNote(ground_.federation_name(), delivery_.withholding_note(),
                                     record::OnlyKey(KeyUse::kNote, ground_.genesis()->note),
                                     expected)
      .status();
}

// 7 to 11, and the rest of 6
absl::Status Checking::Open() {
  absl::StatusOr<record::OpenedRecord> opened = record::OpenDelivered(
      *record_, ground_.federation_name(), ground_.agency,
      [this](const KeyId& id) { return ground_.keyring.Delivery(id); }, withheld_);
  if (!opened.ok()) return opened.status();
  opened_ = *std::move(opened);
  absl::StatusOr<bool> seen =
      pairs_.Seen(record_->header.origin.text(), record::LaneOf(record_->header.urgency),
                  opened_->manifest.pair_seq());
  if (!seen.ok()) return seen.status();
  if (*seen) return Refuse(Reason::kRecordIdReused, "a record with this number came before");
  return absl::OkStatus();
}

// 11, of what lets us pass on
absl::Status Checking::CheckConsentGiven() {
  std::vector<record::LabelledContent> sections;
  for (const record::OpenedSection& section : opened_->sections) {
    sections.push_back({section.labels, section.content});
  }
  return record::CheckConsentRecord(record_->header.kind, record_->header.origin.text(),
                                    ground_.agency.text(), sections);
}

// 12: under which state it was decided, and that no later one should have decided
absl::Status Checking::CheckStates() {
  absl::Status status =
      CheckState(ground_.federation, part_.part.submission(), part_.log_index, instant());
  if (!status.ok()) return status;
  if (deciding().snapshot_number() >= ground_.federation.LeastPolicy(came_)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kSnapshotBehind,
                "policies have changed since it was decided, and it was not decided again");
}

// What our own access says, its consents verified.
absl::StatusOr<policy::RecipientLabels> Checking::OwnLabels() {
  const record::Access& access = *record_->FindAccess(ground_.agency);
  absl::StatusOr<ledger::Consented> consented = ledger::ReadConsents(
      ground_.federation.registry(), record_->header,
      {ground_.agency.text(), access.instrument, access.consents, access.emergency},
      part_.log_index, instant());
  if (!consented.ok()) return consented.status();
  consent_obligations_ = std::move(consented->obligations);
  emergency_ = std::move(consented->emergency);
  return std::move(consented->labels);
}

// 12: the decision itself, as far as we see the labels
absl::Status Checking::CheckPolicy() {
  absl::StatusOr<Registry> registry = ground_.federation.RegistryAt(deciding().snapshot_number());
  if (!registry.ok()) return registry.status();
  if (ground_.federation.LacksTexts(*registry, ground_.agency.jurisdiction(), decided_at(), now_)) {
    return absl::UnavailableError("texts of our policy are not here");
  }
  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> snapshot =
      registry->PolicySnapshot(decided_at());
  if (!snapshot.ok()) {
    return Refuse(Reason::kPolicyRefused, "no policy could be applied to this record");
  }
  policy::RecordLabels labels = LabelsOf(record_->header);
  for (const record::Section& section : record_->sections) {
    labels.sections.push_back(LabelsOf(section.labels));
  }
  absl::StatusOr<policy::RecipientLabels> own = OwnLabels();
  if (!own.ok()) return own.status();
  const policy::Decision inbound = policy::DecideInbound(**snapshot, labels, *own, decided_at());
  if (!inbound.releases() || !inbound.withheld.empty()) {
    return Refuse(Reason::kPolicyRefused, "our own inbound policy keeps this back");
  }
  if (absl::Status held = CheckWitnessed(*registry); !held.ok()) return held;
  return CheckObligations(*registry, inbound);
}

// What the origin saw of the log and what we see are of one tree, or exchange has stopped: then the
// record waits with all else.
absl::Status Checking::CompareLogs() {
  const std::string& note = opened_->manifest.checkpoint();
  if (note.empty()) return absl::OkStatus();
  const absl::Status heard = ground_.federation.Hear(record_->header.origin.text(), note);
  if (heard.ok()) return heard;
  if (IsRefusal(heard, Reason::kFork)) return absl::UnavailableError(std::string(heard.message()));
  return Refuse(Reason::kProofBad, "the checkpoint in the record is none of this log");
}

// Held, not lost: it stays in the mailbox until then.
absl::Status Checking::CheckWitnessed(const Registry& registry) {
  const auto own = PolicyAt(registry, ground_.agency.jurisdiction(), decided_at());
  const std::string kind(record::KindWord(record_->header.kind));
  if (!own || std::ranges::find(own->quorum_first, kind) == own->quorum_first.end() ||
      ground_.federation.IsWitnessed(decided().log_index)) {
    return absl::OkStatus();
  }
  return absl::UnavailableError("quorum-needed: our policy opens it once witnesses have cosigned");
}

// 13
absl::Status Checking::CheckObligations(const Registry& registry, const policy::Decision& inbound) {
  const auto in_force = VocabularyAt(registry, decided_at());
  const policy::Vocabulary& vocabulary = *in_force;
  const std::vector<std::string> decided = ToVector(decision().obligations());
  const std::vector<std::string> sealed = ToVector(opened_->manifest.obligations());
  if (FirstNotCovered(decided, inbound.obligations, vocabulary)) {
    return Refuse(Reason::kPolicyRefused, "the decision lacks an obligation of our own policy");
  }
  if (const auto dropped = FirstNotCovered(decided, sealed, vocabulary)) {
    // It is honoured all the same; who removed it must be found out.
    ground_.alarms.Count(alarm::kObligationRemoved, record_->header.origin.text(),
                         Text("the broker dropped the obligation ", *dropped, " from record ",
                              HexEncode(record_->header.record_id)),
                         now_);
  }
  obligations_ = UnionOf(UnionOf(decided, sealed, vocabulary), consent_obligations_, vocabulary);
  std::vector<std::string> honoured;
  if (const auto own = PolicyAt(registry, ground_.agency.jurisdiction(), decided_at())) {
    for (const policy::Obligation& obligation : own->can_honour) {
      honoured.push_back(obligation.text);
    }
  }
  if (const auto cannot = FirstNotCovered(honoured, obligations_, vocabulary)) {
    return Refuse(Reason::kPolicyRefused, Text("this agency cannot honour ", *cannot));
  }
  return absl::OkStatus();
}

// 14
absl::Status Checking::CheckCase() {
  const record::Header& header = record_->header;
  std::optional<state::CaseBook> book;
  if (header.case_id) {
    absl::StatusOr<std::optional<state::CaseBook>> found =
        FindCase(ground_, AsText(*header.case_id));
    if (!found.ok()) return found.status();
    book = *std::move(found);
  }
  return CheckInCase(ground_.agency, book, header, opened_->sections, part_.log_index);
}

void FillWithheld(const v1::WithheldSection& section, v1::ShownWithholding& shown) {
  shown.set_section_id(HexEncode(AsBytes(section.section_id())));
  *shown.mutable_rules() = section.rules();
  *shown.mutable_titles() = section.titles();
}

void Checking::Fill(Arrived& arrived) const {
  const record::Header& header = record_->header;
  state::ReceivedRecord& index = arrived.index;
  const std::vector<std::string>& handling = header.handling;
  index.mutable_handling()->Assign(handling.begin(), handling.end());
  index.set_evaluation(header.evaluation);
  index.set_sections_withheld(static_cast<uint32_t>(withheld_.size()));
  index.set_instrument(std::string(record_->FindAccess(ground_.agency)->instrument));
  index.set_logged_ms(static_cast<uint64_t>(instant().ms));
  index.set_purge_ms(static_cast<uint64_t>(PurgeTime(obligations_, now_, header.expires).ms));
  index.set_onward(OnwardOf(obligations_));
  arrived.in_reply_to = opened_->manifest.in_reply_to();
  if (header.case_id) index.set_case_id(ToString(*header.case_id));
  index.set_membership(header.membership_number);

  state::ReceivedContent& content = arrived.content.emplace();
  content.set_header(record_->wire->header());
  for (const record::OpenedSection& section : opened_->sections) {
    state::KeptSection& kept = *content.add_sections();
    kept.set_section_id(ToString(section.id));
    kept.set_labels(section.labels.SerializeAsString());
    kept.set_content(section.content.SerializeAsString());
    if (!section.file) continue;
    kept.mutable_file()->set_size(section.file->size);
    kept.mutable_file()->set_root(ToString(section.file->root));
    kept.set_file_key(ToString(section.content_key->ExposeSecret()));
  }
  for (const v1::WithheldSection& section : decision().withheld()) {
    FillWithheld(section, *content.add_withheld());
  }
  content.mutable_obligations()->Assign(obligations_.begin(), obligations_.end());
  content.set_instruction(opened_->manifest.instruction());
  if (emergency_) *content.mutable_override() = *emergency_;
}

// What can be said of any record, opened or not.
state::ReceivedRecord IndexOf(const Peeked& peeked, const v1::Delivery& delivery,
                              const record::Header* header, Instant now) {
  state::ReceivedRecord index;
  index.set_record_hash(peeked.hash);
  index.set_origin(peeked.origin);
  index.set_record_id(peeked.record_id);
  index.set_kind(peeked.kind);
  index.set_received_ms(static_cast<uint64_t>(now.ms));
  index.set_log_index(delivery.evidence().log_index());
  if (header == nullptr) return index;
  index.set_expires_ms(static_cast<uint64_t>(header->expires.ms));
  index.set_urgency(header->urgency);
  index.set_purpose(header->purpose);
  index.set_signing_key_id(ToString(header->signing_key_id));
  return index;
}

v1::Acknowledgement AcknowledgementOf(const Ground& ground, const state::ReceivedRecord& index) {
  v1::Acknowledgement body;
  body.set_log_origin(std::string(ground.log_origin()));
  body.set_record_hash(index.record_hash());
  body.set_origin(index.origin());
  body.set_recipient(ground.agency.text());
  body.set_pair_seq(index.pair_seq());
  body.set_log_index(index.log_index());
  body.set_opened(index.refusal().empty());
  body.set_refusal(index.refusal());
  body.set_instant_ms(index.received_ms());
  return body;
}

}  // namespace

Peeked Peek(const v1::Delivery& delivery) {
  Peeked peeked;
  v1::Part part;
  if (part.ParseFromString(delivery.evidence().part())) {
    peeked.hash = ledger::DecidedIn(part).record_hash();
    peeked.origin = ledger::DecidedIn(part).origin();
    peeked.record_id = ledger::DecidedIn(part).record_id();
  }
  v1::Record record;
  v1::RecordHeader header;
  if (delivery.has_record()) peeked.record_id.clear();
  if (delivery.record().size() > limits::kRecordBytes ||
      !record.ParseFromString(delivery.record()) || !header.ParseFromString(record.header())) {
    return peeked;
  }
  // The part comes first: no broker takes the acknowledgement of another record than it logged.
  if (peeked.hash.empty()) peeked.hash = ToString(record::RecordHash(record.header()));
  if (peeked.origin.empty()) peeked.origin = header.origin();
  peeked.record_id = header.record_id();
  peeked.kind = header.kind();
  return peeked;
}

absl::StatusOr<Arrived> TakeIn(Ground& ground, const v1::Delivery& delivery,
                               const audit::Checkpoint& checkpoint, PairsIn& pairs, Taking when) {
  const Instant now = when.now;
  const absl::StatusOr<crypto::SigningKey> signing =
      ground.keyring.Signing(ground.federation.registry(), KeyUse::kAcknowledgement, now);
  if (!signing.ok()) {
    return absl::UnavailableError("the log does not have our acknowledgement key yet");
  }
  Checking checking(ground, delivery, checkpoint, pairs, when);
  const absl::Status status = checking.Run();
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (!status.ok() && !refusal) return status;
  Arrived arrived;
  arrived.index = IndexOf(Peek(delivery), delivery, checking.header(), now);
  arrived.index.set_pair_seq(checking.pair_seq());
  if (refusal) {
    arrived.index.set_refusal(ReasonText(*refusal));
    pairs.MarkRefused(arrived.index.log_index());
  } else {
    checking.Fill(arrived);
    absl::Status marked = pairs.Mark(
        arrived.index.origin(), record::LaneOf(arrived.index.urgency()), checking.pair_seq(), now);
    if (!marked.ok()) return marked;
  }
  const v1::SignedStatement acknowledgement =
      record::SignBody(ground.federation_name(), AcknowledgementOf(ground, arrived.index),
                       {{*signing, KeyUse::kAcknowledgement}});
  arrived.index.set_acknowledgement(acknowledgement.SerializeAsString());
  return arrived;
}

}  // namespace entente::node
