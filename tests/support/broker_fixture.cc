#include "tests/support/broker_fixture.h"

#include <gtest/gtest.h>

#include <numeric>
#include <utility>

#include "broker/fsck.h"
#include "core/audit/checkpoint.h"
#include "core/base/encoding.h"
#include "core/ledger/receipt.h"
#include "core/record/batch.h"
#include "core/record/statements.h"

namespace entente::broker {

using crypto::KeyUse;

EngineFixture::EngineFixture(testing::FederationOptions options, bool found, QuotaLimits limits,
                             store::Store* disk)
    : federation(std::move(options)),
      used(disk != nullptr ? disk : &store),
      quotas(limits),
      ready(Start(found)) {}

bool EngineFixture::Start(bool found) {
  auto status = InitLog(*used, federation.genesis().text(), Keys());
  if (status.ok()) status = Reopen();
  EXPECT_TRUE(status.ok()) << status;
  if (found && status.ok()) Found();
  return status.ok();
}

BrokerKeys EngineFixture::Keys() const {
  return {federation.checkpoint_key().Clone(), federation.receipt_key().Clone(),
          federation.note_key().Clone()};
}

absl::Status EngineFixture::Reopen() {
  engine.reset();
  auto opened = Engine::Open(*used, federation.genesis().text(), Keys(), quotas, now, hold_file);
  if (!opened.ok()) return opened.status();
  engine = *std::move(opened);
  return absl::OkStatus();
}

void EngineFixture::Found() {
  for (const ledger::Publication& publication : federation.Founding()) {
    auto index = Publish(publication);
    EXPECT_TRUE(index.ok()) << index.status();
  }
}

AgencyId EngineFixture::Id(std::string_view agency) { return *AgencyId::Parse(agency); }

// ---- records

namespace {

record::SectionDraft SectionOf(const LeadDraft& draft, uint32_t position, Random& random) {
  const auto& [about, data] = draft.sections[position];
  record::SectionDraft section;
  section.labels.add_about(about);
  section.labels.add_data(data);
  section.labels.set_basis("fact");
  section.labels.set_essential(draft.essential);
  section.content.set_language("en");
  const auto file = draft.files.find(position);
  if (file == draft.files.end()) {
    section.content.mutable_lead_answer()->set_reason("About " + data);
    section.content.mutable_lead_answer()->set_number(1);
    return section;
  }
  section.content.mutable_attachment()->set_name("statement.pdf");
  record::AttachedFile& attached = section.file.emplace();
  attached.id = random.Bytes<16>();
  attached.content_key = crypto::Secret<32>::Create(random);
  attached.shape = file->second;
  return section;
}

}  // namespace

Lead EngineFixture::Seal(const LeadDraft& draft) {
  Instant created = now + draft.created_after_ms;
  record::SealRequest request{
      .federation = federation.name(),
      .header = {.kind = draft.kind,
                 .origin = Id(draft.origin),
                 .signing_key_id =
                     crypto::MakeKeyId(KeyUse::kRecordSigning,
                                       federation.agency(draft.origin).record_signing.public_key()),
                 .created = created,
                 .expires = created + draft.lives_ms,
                 .purpose = draft.purpose,
                 .handling = {draft.handling},
                 .evaluation = "B2",
                 .urgency = draft.urgency,
                 .obtained_from = draft.obtained_from,
                 .case_id = draft.case_id,
                 .membership_number = draft.membership,
                 .policy_version = draft.policy_version},
      .record_id = draft.record_id};
  std::vector<uint32_t> all(draft.sections.size());
  std::iota(all.begin(), all.end(), 0);
  for (const uint32_t position : all) {
    request.sections.push_back(SectionOf(draft, position, random));
  }
  uint64_t pair_seq = 1;
  for (const std::string& recipient : draft.recipients) {
    const auto by = draft.overrides.find(recipient);
    const std::string& owner = draft.sealed_to.empty() ? recipient : draft.sealed_to;
    const auto& key = federation.agency(owner).delivery[draft.delivery_key];
    request.recipients.push_back({.recipient = Id(recipient),
                                  .delivery_key = key.public_key(),
                                  .instrument = draft.instrument,
                                  .consents = draft.consents,
                                  .emergency = by == draft.overrides.end() ? "" : by->second,
                                  .sections = draft.granted.empty() ? all : draft.granted,
                                  .pair_seq = pair_seq});
  }
  auto sealed = record::SealRecord(request, random);
  EXPECT_TRUE(sealed.ok()) << sealed.status();
  Lead lead{draft, *std::move(sealed), ""};
  Sign(lead.sealed.record, draft.origin);
  lead.bytes = record::Encode(lead.sealed.record);
  return lead;
}

std::string EngineFixture::Consent(const std::string& source, std::string record,
                                   const std::string& signer) {
  v1::ConsentNote note;
  note.set_source(source);
  note.set_holder("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_record(std::move(record));
  note.set_purpose("asset-recovery");
  note.set_instrument("TEST-ALL");
  note.add_about("suspect");
  note.add_data("financial");
  note.set_from_ms(static_cast<uint64_t>(now.ms));
  note.set_until_ms(static_cast<uint64_t>(now.ms) + limits::kDayMs);
  note.set_instant_ms(static_cast<uint64_t>(now.ms));
  const auto& keys = federation.agency(signer.empty() ? source : signer);
  return record::Encode(
      record::SignBody(federation.name(), note, {{keys.record_signing, KeyUse::kRecordSigning}}));
}

void EngineFixture::Sign(v1::Record& record, std::string_view agency) {
  std::vector<Digest> hashes = {record::RecordHash(record.header())};
  auto signatures = record::SignBatch(federation.name(), Id(agency), hashes,
                                      federation.agency(agency).record_signing, random);
  EXPECT_TRUE(signatures.ok()) << signatures.status();
  *record.mutable_signature() = signatures->front();
}

v1::Submission EngineFixture::Submission(const Lead& lead, uint64_t number) const {
  v1::Submission submission;
  submission.set_number(number);
  submission.set_officer_pseudonym(std::string(32, 'p'));
  submission.set_justification_digest(std::string(32, 'j'));
  submission.set_record(lead.bytes);
  return submission;
}

// ---- admission and commit

absl::StatusOr<Admitted> EngineFixture::Admit(const v1::Submission& submission,
                                              std::string_view agency) {
  return engine->AdmitSubmission(submission, Id(agency), now, random);
}

absl::StatusOr<Applied> EngineFixture::CommitOne(Command command) {
  auto result = engine->Commit(std::span(&command, 1));
  if (!result.ok()) return result.status();
  return result->applied.front();
}

absl::StatusOr<uint64_t> EngineFixture::Submit(const v1::Submission& submission,
                                               std::string_view agency) {
  auto admitted = Admit(submission, agency);
  if (!admitted.ok()) return admitted.status();
  if (auto* before = std::get_if<Submitted>(&*admitted)) return before->log_index;
  auto applied = CommitOne(std::get<Command>(*std::move(admitted)));
  if (!applied.ok()) return applied.status();
  return applied->log_index;
}

absl::StatusOr<uint64_t> EngineFixture::Send(const LeadDraft& draft, uint64_t number) {
  return Submit(Submission(Seal(draft), number), draft.origin);
}

absl::StatusOr<uint64_t> EngineFixture::Publish(const ledger::Publication& publication) {
  v1::PublishRequest request;
  request.set_entry_kind(publication.kind);
  *request.mutable_statement() = publication.statement;
  request.set_text(publication.text);
  auto admitted = engine->AdmitPublication(request, now, random);
  if (!admitted.ok()) return admitted.status();
  if (auto* index = std::get_if<uint64_t>(&*admitted)) return *index;
  auto applied = CommitOne(std::get<Command>(*std::move(admitted)));
  if (!applied.ok()) return applied.status();
  return applied->log_index;
}

void EngineFixture::Suspend(std::string_view agency, v1::AgencyStatement::State state) {
  v1::AgencyStatement body;
  body.set_agency(std::string(agency));
  body.set_state(state);
  body.set_kind("fiu");
  body.set_name("Agency " + std::string(agency));
  body.set_from_ms(static_cast<uint64_t>(testing::kFounded.ms));
  body.set_number(2);
  const auto& authority = federation.jurisdiction(agency.substr(0, 2)).authority;
  auto index = Publish(ledger::SignAgencyState(federation.name(), body, authority));
  EXPECT_TRUE(index.ok()) << index.status();
}

// ---- mailboxes

std::vector<v1::Delivery> EngineFixture::Fetch(std::string_view agency) {
  std::vector<v1::Delivery> out;
  LanePositions after = engine->Acknowledged(Id(agency));
  while (true) {
    auto response = engine->Fetch(Id(agency), after, 64, now);
    EXPECT_TRUE(response.ok()) << response.status();
    if (!response.ok()) return out;
    if (response->deliveries().empty() && !DecideAgain(agency, after)) return out;
    for (const v1::Delivery& delivery : response->deliveries()) {
      (delivery.lane() == v1::LANE_URGENT ? after.urgent : after.bulk) = delivery.mailbox_seq();
      out.push_back(delivery);
    }
  }
}

bool EngineFixture::DecideAgain(std::string_view agency, LanePositions after) {
  auto commands = engine->Undecided(Id(agency), after, now, random);
  EXPECT_TRUE(commands.ok()) << commands.status();
  if (!commands.ok() || commands->empty()) return false;
  return engine->Commit(*commands).ok();
}

v1::SignedStatement EngineFixture::SignAcknowledgement(std::string_view agency,
                                                       const v1::Delivery& delivery) {
  v1::Part part;
  EXPECT_TRUE(part.ParseFromString(delivery.evidence().part()));
  v1::Acknowledgement body;
  body.set_log_origin(federation.log_origin());
  body.set_record_hash(part.submission().record_hash());
  body.set_origin(part.submission().origin());
  body.set_recipient(std::string(agency));
  body.set_pair_seq(1);
  body.set_log_index(delivery.evidence().log_index());
  body.set_opened(true);
  body.set_instant_ms(static_cast<uint64_t>(now.ms));
  return record::SignBody(federation.name(), body,
                          {{federation.agency(agency).acknowledgement, KeyUse::kAcknowledgement}});
}

v1::PullAcknowledge EngineFixture::Acknowledge(std::string_view agency,
                                               const std::vector<v1::Delivery>& deliveries) {
  v1::PullAcknowledge out;
  for (const v1::Delivery& delivery : deliveries) {
    out.set_lane(delivery.lane());
    out.set_through_seq(delivery.mailbox_seq());
    if (delivery.has_record()) {
      *out.add_acknowledgements() = SignAcknowledgement(agency, delivery);
    }
  }
  return out;
}

absl::Status EngineFixture::Take(std::string_view agency, const v1::PullAcknowledge& acknowledge) {
  auto command = engine->AdmitAcknowledgement(acknowledge, Id(agency), now, random);
  if (!command.ok() || !*command) return command.status();
  return CommitOne(**std::move(command)).status();
}

void EngineFixture::TakeAll(std::string_view agency) {
  std::map<v1::Lane, std::vector<v1::Delivery>> lanes;
  for (v1::Delivery& delivery : Fetch(agency)) lanes[delivery.lane()].push_back(delivery);
  for (const auto& [lane, deliveries] : lanes) {
    for (size_t i = 0; i < deliveries.size(); i += 64) {
      std::vector<v1::Delivery> some(
          deliveries.begin() + static_cast<std::ptrdiff_t>(i),
          deliveries.begin() + static_cast<std::ptrdiff_t>(std::min(deliveries.size(), i + 64)));
      auto status = Take(agency, Acknowledge(agency, some));
      EXPECT_TRUE(status.ok()) << status;
    }
  }
}

// ---- looking

v1::Part EngineFixture::Verified(const v1::Evidence& evidence, std::string_view checkpoint) {
  auto note = audit::VerifyCheckpoint(checkpoint, federation.genesis()->checkpoint);
  EXPECT_TRUE(note.ok()) << note.status();
  if (!note.ok()) return {};
  auto part = ledger::VerifyEvidence(evidence, note->checkpoint);
  EXPECT_TRUE(part.ok()) << part.status();
  return part.ok() ? part->part : v1::Part{};
}

std::vector<std::pair<std::string, std::string>> EngineFixture::Rows(store::Family family) const {
  std::vector<std::pair<std::string, std::string>> rows;
  auto it = *used->Iterate(family, "");
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    rows.emplace_back(std::string(it->key()), std::string(it->value()));
  }
  return rows;
}

std::string EngineFixture::Findings() const {
  auto report = Fsck(*used, federation.genesis().text());
  if (!report.ok()) return report.status().ToString();
  std::string out;
  for (const auto& finding : report->findings) {
    out += finding.place + " " + finding.key + ": " + finding.what + "\n";
  }
  return out;
}

// ---- notices

namespace {

template <class Body>
v1::Submission NoticeSubmission(const EngineFixture& fixture, v1::NoticeType type, const Body& body,
                                const crypto::SigningKey& key, KeyUse use, uint64_t number) {
  v1::Submission out;
  out.set_number(number);
  out.mutable_notice()->set_type(type);
  *out.mutable_notice()->mutable_statement() =
      record::SignBody(fixture.federation.name(), body, {{key, use}});
  return out;
}

}  // namespace

v1::Submission GapSubmission(const EngineFixture& fixture, std::string_view origin,
                             const v1::GapNote& note, uint64_t number) {
  return NoticeSubmission(fixture, v1::NOTICE_TYPE_GAP, note,
                          fixture.federation.agency(origin).record_signing, KeyUse::kRecordSigning,
                          number);
}

v1::Submission PairHeadSubmission(const EngineFixture& fixture, std::string_view origin,
                                  const v1::PairHead& head, uint64_t number) {
  return NoticeSubmission(fixture, v1::NOTICE_TYPE_PAIR_HEAD, head,
                          fixture.federation.agency(origin).record_signing, KeyUse::kRecordSigning,
                          number);
}

v1::Submission RecallSubmission(const EngineFixture& fixture, const v1::RecallNote& note,
                                uint64_t number) {
  return NoticeSubmission(fixture, v1::NOTICE_TYPE_RECALL, note,
                          fixture.federation.agency(note.origin()).record_signing,
                          KeyUse::kRecordSigning, number);
}

v1::Submission FetchedSubmission(const EngineFixture& fixture, const v1::FetchedNote& note,
                                 uint64_t number) {
  return NoticeSubmission(fixture, v1::NOTICE_TYPE_FETCHED, note,
                          fixture.federation.agency(note.recipient()).acknowledgement,
                          KeyUse::kAcknowledgement, number);
}

// ---- files

std::string SealedBytes(uint64_t file_bytes, Random& random) {
  std::string sealed(record::SealedFileBytes(file_bytes), '\0');
  random.Fill({reinterpret_cast<uint8_t*>(sealed.data()), sealed.size()});
  return sealed;
}

record::FileShape ShapeOf(std::string_view sealed) {
  record::ChunksRoot root;
  root.Update(sealed);
  return {sealed.size(), root.Finish()};
}

}  // namespace entente::broker
