#include "node/engine_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/consents.h"
#include "core/ledger/receipt.h"
#include "core/record/notice_forms.h"
#include "core/record/statements.h"
#include "core/record/words.h"
#include "node/labels.h"
#include "node/table.h"
#include "policy/decide.h"

namespace entente::node {
namespace {

testing::FederationOptions OptionsOf(std::vector<std::string> agencies,
                                     std::map<std::string, std::string> policies, int quorum) {
  testing::FederationOptions options;
  options.quorum = quorum;
  options.agencies = std::move(agencies);
  options.policies = std::move(policies);
  options.agencies_publish = true;
  return options;
}

v1::DraftSection Section(std::string about, std::string data, std::string text) {
  v1::DraftSection section;
  section.add_about(std::move(about));
  section.add_data(std::move(data));
  section.set_basis("fact");
  section.mutable_content()->set_language("en");
  section.mutable_content()->mutable_narrative()->set_text(std::move(text));
  return section;
}

}  // namespace

TestBroker::TestBroker(const testing::Federation& federation)
    : federation_(federation), log_(federation.NewLog()), registry_(federation.NewRegistry()) {}

v1::GetEntriesResponse TestBroker::Entries(const v1::GetEntriesRequest& request) const {
  v1::GetEntriesResponse response;
  const uint64_t end = std::min(log_.size(), request.from() + request.limit());
  for (uint64_t i = request.from(); i < end; ++i) response.add_entries(log_.entries()[i]);
  response.set_checkpoint(log_.Checkpoint());
  response.set_newest_format(record::kCheckpointVersion);
  if (witnessed) response.set_witnessed(witnessed());
  return response;
}

absl::StatusOr<v1::GetTextResponse> TestBroker::Text(std::string_view agency,
                                                     const v1::GetTextRequest& request) const {
  const auto text = registry_.FindText(*FixedBytes<32>(request.digest()));
  if (text == nullptr || withholds_texts) return absl::NotFoundError("no such text");
  const size_t at = text->find("jurisdiction = \"");
  if (text->starts_with("policy ") && text->substr(at + 16, 2) != agency.substr(0, 2)) {
    return Refuse(Reason::kNotAuthorised, "another jurisdiction's policy");
  }
  v1::GetTextResponse response;
  response.set_text(*text);
  return response;
}

absl::StatusOr<v1::PublishResponse> TestBroker::Publish(const v1::PublishRequest& request,
                                                        Instant now) {
  const ledger::Publication publication{static_cast<v1::EntryKind>(request.entry_kind()),
                                        request.statement(), request.text()};
  const std::string body = testing::BodyOf(publication);
  absl::Status status = registry_.Check(log_.size(), publication.kind, now, body);
  if (!status.ok()) return status;
  const uint64_t index = log_.Append(testing::EntryOf(publication, now));
  status = registry_.Apply(index, log_.LeafAt(index), publication.kind, now, body);
  if (!status.ok()) return status;
  if (!request.text().empty()) registry_.SetText(request.text());
  v1::PublishResponse response;
  response.set_log_index(index);
  response.set_checkpoint(log_.Checkpoint());
  return response;
}

uint64_t TestBroker::Commit(v1::EntryKind kind, Instant now,
                            std::vector<ledger::ReaderPart> parts) {
  absl::StatusOr<ledger::SealedEntry> sealed =
      ledger::WriteSealedEntry(kind, now, parts, random_.Bytes<32>());
  EXPECT_TRUE(sealed.ok()) << sealed.status();
  return log_.Append(*sealed, std::move(parts));
}

void TestBroker::Put(const std::string& agency, v1::Lane lane, v1::Delivery delivery,
                     uint64_t log_index, std::string record) {
  std::vector<Mail>& mail = boxes_[agency][lane];
  delivery.set_lane(lane);
  delivery.set_mailbox_seq(mail.size() + 1);
  mail.push_back({std::move(delivery), log_index, std::move(record)});
}

uint64_t TestBroker::CommitRecord(const std::string& agency, const v1::Submission& submission,
                                  Instant now) {
  absl::StatusOr<record::ParsedRecord> record = record::ReadRecord(submission.record());
  EXPECT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE(record::CheckSubmitted(*record).ok());
  policy::RecordLabels labels = LabelsOf(record->header);
  ledger::SubmittedRecord submitted{.record_id = record->header.record_id,
                                    .record_hash = record->hash,
                                    .origin = agency,
                                    .sections = {},
                                    .snapshot_number = registry_.snapshot_number(),
                                    .snapshot_hash = registry_.snapshot_hash()};
  for (const record::Section& section : record->sections) {
    labels.sections.push_back(LabelsOf(section.labels));
    submitted.sections.push_back(section.id);
  }
  const auto snapshot = registry_.PolicySnapshot(now);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  std::vector<ledger::DecidedRecipient> decided;
  for (const record::Access& access : record->access) {
    const auto to = ledger::ReadConsents(
        registry_, record->header,
        {access.recipient.text(), access.instrument, access.consents, access.emergency},
        log_.size(), now);
    EXPECT_TRUE(to.ok() || on_consents) << to.status();
    policy::RecipientLabels with{access.recipient.text(), std::string(access.instrument)};
    if (to.ok()) with = to->labels;
    if (on_consents) on_consents(with);
    decided.push_back({access.recipient.text(), policy::Decide(**snapshot, labels, with, now)});
    if (on_decision) on_decision(decided.back().recipient, decided.back().decision);
  }
  if (on_record) on_record(submitted);
  const ledger::Act act{now, agency, submission.officer_pseudonym(),
                        submission.justification_digest()};
  const uint64_t index =
      Commit(v1::ENTRY_KIND_SUBMISSION, now, ledger::SubmissionParts(act, submitted, decided));
  for (const ledger::DecidedRecipient& one : decided) {
    const record::Access* access = record->FindAccess(*AgencyId::Parse(one.recipient));
    if (!one.decision.releases()) continue;
    std::set<std::string> withheld;
    for (const policy::WithheldSection& section : one.decision.withheld) {
      withheld.insert(ToString(record->sections[section.section].id));
    }
    Put(one.recipient, record::LaneOf(record->header.urgency),
        Stripped(*record, *access, withheld, index), index, submission.record());
  }
  TellSources(*record, decided, act, index);
  committed_[{agency, submission.number()}] = {index, ToString(record->hash)};
  return index;
}

uint64_t TestBroker::CommitNotice(const std::string& agency, const v1::Submission& submission,
                                  Instant now) {
  const v1::SignedStatement& statement = submission.notice().statement();
  const Digest digest = crypto::Sha256(statement.body());
  const record::NoticeForm& form = *record::FindNoticeForm(submission.notice().type());
  const std::string to = record::NoticeAddressee(submission.notice());
  const uint64_t index = Commit(v1::ENTRY_KIND_NOTICE, now,
                                ledger::NoticeParts({now, agency, "", ""}, form.word, to, digest));
  v1::Delivery delivery;
  *delivery.mutable_notice() = submission.notice();
  Put(to, record::IsUrgent(form.type) ? v1::LANE_URGENT : v1::LANE_BULK, std::move(delivery),
      index);
  committed_[{agency, submission.number()}] = {index, ToString(digest)};
  return index;
}

v1::SubmitResponse TestBroker::Submit(const std::string& agency, const v1::SubmitRequest& request,
                                      Instant now) {
  v1::SubmitResponse response;
  v1::Receipt receipt;
  std::vector<std::pair<int, uint64_t>> evidence;
  for (const v1::Submission& submission : request.submissions()) {
    v1::SubmissionResult& result = *response.add_results();
    result.set_number(submission.number());
    if (const auto refusal = refuses ? refuses(submission) : std::nullopt) {
      *result.mutable_refusal() = *refusal;
      continue;
    }
    const auto known = committed_.find({agency, submission.number()});
    const uint64_t index = known != committed_.end() ? known->second.first
                           : submission.has_record() ? CommitRecord(agency, submission, now)
                                                     : CommitNotice(agency, submission, now);
    v1::ReceiptItem& item = *receipt.add_items();
    item.set_record_hash(committed_[{agency, submission.number()}].second);
    item.set_log_index(index);
    evidence.emplace_back(response.results_size() - 1, index);
  }
  for (const auto& [i, index] : evidence) {
    *response.mutable_results(i)->mutable_committed() = log_.Evidence(index, agency);
    AddTold(index, agency, *response.mutable_results(i));
  }
  response.set_checkpoint(log_.Checkpoint());
  if (!receipt.items().empty()) {
    receipt.set_log_origin(federation_.log_origin());
    receipt.set_tree_size(log_.size());
    receipt.set_root(ToString(log_.RootAt(log_.size())));
    *response.mutable_receipt() =
        ledger::SignReceipt(federation_.genesis(), receipt, federation_.receipt_key());
  }
  if (on_response) on_response(response);
  return response;
}

v1::PullResponse TestBroker::Pull(const std::string& agency) {
  v1::PullResponse response;
  for (const v1::Lane lane : {v1::LANE_URGENT, v1::LANE_BULK}) {
    const std::vector<Mail>& mail = boxes_[agency][lane];
    for (uint64_t i = cursors_[{agency, lane}]; i < mail.size(); ++i) {
      if (keeps_back && keeps_back(mail[i].delivery)) continue;
      v1::Delivery& delivery = *response.add_deliveries();
      delivery = mail[i].delivery;
      *delivery.mutable_evidence() = log_.Evidence(mail[i].log_index, agency);
      const uint64_t again = mail[i].again_index;
      if (again != 0) *delivery.mutable_again() = log_.Evidence(again, agency);
      if (on_delivery) on_delivery(delivery);
    }
  }
  response.set_checkpoint(log_.Checkpoint());
  return response;
}

size_t TestBroker::waiting(const std::string& agency) const {
  size_t count = 0;
  const auto box = boxes_.find(agency);
  if (box == boxes_.end()) return 0;
  for (const auto& [lane, mail] : box->second) {
    const auto cursor = cursors_.find({agency, lane});
    count += mail.size() - (cursor == cursors_.end() ? 0 : cursor->second);
  }
  return count;
}

void TestBroker::Acknowledge(const std::string& agency, const v1::PullAcknowledge& acknowledge,
                             Instant now) {
  uint64_t& cursor = cursors_[{agency, acknowledge.lane()}];
  if (acknowledge.through_seq() <= cursor) return;
  std::vector<ledger::AcknowledgedRecord> records;
  for (const v1::SignedStatement& statement : acknowledge.acknowledgements()) {
    const auto body = record::ReadBody<v1::Acknowledgement>(statement.body());
    ASSERT_TRUE(body.ok()) << body.status();
    records.push_back({body->origin(), *FixedBytes<32>(body->record_hash())});
  }
  const uint64_t index =
      Commit(v1::ENTRY_KIND_ACKNOWLEDGEMENT, now,
             ledger::AcknowledgementParts({now, agency, "", ""}, acknowledge.lane(), cursor + 1,
                                          acknowledge.through_seq(), records));
  cursor = acknowledge.through_seq();
  for (int i = 0; i < acknowledge.acknowledgements_size(); ++i) {
    v1::Delivery delivery;
    delivery.mutable_notice()->set_type(v1::NOTICE_TYPE_ACKNOWLEDGEMENT);
    *delivery.mutable_notice()->mutable_statement() = acknowledge.acknowledgements(i);
    Put(records[static_cast<size_t>(i)].origin, v1::LANE_BULK, std::move(delivery), index);
  }
}

void ToldRandom::Fill(std::span<uint8_t> out) {
  chance_.Fill(out);
  if (next.empty() || next.size() != out.size()) return;
  std::ranges::copy(std::exchange(next, ""), out.begin());
}

TestNode::TestNode(std::string agency, const testing::Federation& federation, Instant now)
    : random(agency[0] * 256u + agency[1]), agency_(std::move(agency)), federation_(federation) {
  const absl::Status status = Open(now);
  EXPECT_TRUE(status.ok()) << status;
}

absl::Status TestNode::Open(Instant now) {
  engine_.reset();
  Settings settings{.agency = *AgencyId::Parse(agency_),
                    .genesis = federation_.genesis().text(),
                    .genesis_digest = federation_.genesis().digest(),
                    .first_administrator = "admin",
                    .second_person = second_person,
                    .sessions = sessions};
  auto engine = Engine::Open(settings, federation_.agency(agency_).identity.Clone(),
                             {store, slots, store_key, random}, now);
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  return absl::OkStatus();
}

size_t TestNode::RowsOf(store::Family family) const {
  size_t rows = 0;
  EXPECT_TRUE(ForEachBytes(store, family, "", [&](auto, auto) {
                ++rows;
                return absl::OkStatus();
              }).ok());
  return rows;
}

void TestNode::Restart(Instant now) {
  engine_.reset();
  store.Crash();
  slots.Crash();
  store_key.Crash();
  const absl::Status status = Open(now);
  ASSERT_TRUE(status.ok()) << status;
}

World::World(std::vector<std::string> agencies, std::map<std::string, std::string> policies,
             int quorum)
    : federation(OptionsOf(agencies, std::move(policies), quorum)) {
  if (quorum > 0) {
    broker.witnessed = [this, agencies] {
      return federation.Cosigned(broker.log().Checkpoint(), agencies, now);
    };
  }
  for (const std::string& agency : agencies) {
    TestNode& made = nodes_.try_emplace(agency, agency, federation, now).first->second;
    for (const auto& [id, role] : {std::pair("author", "author"), std::pair("reader", "reader"),
                                   std::pair("protector", "data-protection-officer")}) {
      v1::AddOfficerRequest request;
      request.mutable_officer()->set_id(id);
      request.mutable_officer()->add_roles(role);
      EXPECT_TRUE(made->AddOfficer("admin", request, now).ok());
    }
  }
  Settle();
}

absl::Status World::Exchange(TestNode& node) {
  Engine& engine = node.engine();
  do {
    const v1::GetEntriesRequest request = engine.NextEntries();
    absl::Status status = engine.OnEntries(request, broker.Entries(request), now);
    if (!status.ok()) return status;
  } while (engine.BehindLog());
  for (const v1::GetTextRequest& request : engine.NextTexts()) {
    absl::Status status = engine.OnText(request, broker.Text(node.agency(), request), now);
    if (!status.ok()) return status;
  }
  if (const auto request = engine.NextPublish(now)) {
    engine.OnPublished(broker.Publish(*request, now), now);
  }
  absl::StatusOr<std::optional<v1::SubmitRequest>> submit = engine.NextSubmit(now);
  if (!submit.ok()) return submit.status();
  if (*submit) {
    absl::Status status = engine.OnSubmitResponse(broker.Submit(node.agency(), **submit, now), now);
    if (!status.ok()) return status;
  }
  (void)engine.StartPull();
  broker.DecideAgain(node.agency(), now);
  const v1::PullResponse pulled = broker.Pull(node.agency());
  if (!pulled.deliveries().empty()) {
    absl::Status status = engine.OnPullResponse(pulled, now);
    if (!status.ok()) return status;
  }
  const v1::GetEntriesRequest request = engine.NextEntries();
  absl::Status status = engine.OnEntries(request, broker.Entries(request), now);
  for (const v1::PullAcknowledge& acknowledge : engine.NextAcknowledges()) {
    broker.Acknowledge(node.agency(), acknowledge, now);
  }
  return status;
}

void World::Settle(std::vector<std::string> offline) {
  uint64_t size = 0;
  do {
    size = broker.log().size();
    for (auto& [agency, node] : nodes_) {
      if (std::ranges::find(offline, agency) != offline.end()) continue;
      for (int round = 0; round < 3; ++round) {
        const absl::Status status = Exchange(node);
        EXPECT_TRUE(status.ok()) << agency << ": " << status;
        if (!status.ok()) return;
      }
    }
  } while (broker.log().size() != size);
}

void SetExpiry(v1::Draft& lead, Instant expires) {
  const auto ms = static_cast<uint64_t>(expires.ms);
  v1::LeadAsk& ask = *lead.mutable_sections(0)->mutable_content()->mutable_lead_ask();
  lead.set_expires_ms(ms);
  ask.set_deadline_ms(std::min(ask.deadline_ms(), ms));
}

v1::ListRequest Leads() {
  v1::ListRequest request;
  request.set_kind(v1::RECORD_KIND_LEAD);
  return request;
}

v1::Draft World::Lead(std::vector<std::string> recipients) const {
  v1::Draft lead;
  lead.set_kind(v1::RECORD_KIND_LEAD);
  for (std::string& recipient : recipients) lead.add_recipients(std::move(recipient));
  lead.set_purpose("asset-recovery");
  lead.add_handling("H1");
  lead.set_evaluation("B2");
  lead.set_urgency(v1::URGENCY_NORMAL);
  lead.set_expires_ms(static_cast<uint64_t>((now + 60 * limits::kDayMs).ms));
  lead.set_justification("case 4711, order of the court");
  lead.set_own_reference("FR-2026-4711");
  v1::DraftSection& ask = *lead.add_sections();
  ask = Section("suspect", "financial", "");
  v1::LeadAsk& body = *ask.mutable_content()->mutable_lead_ask();
  body.set_measure(v1::LEAD_MEASURE_FREEZE);
  body.set_deadline_ms(static_cast<uint64_t>((now + 2 * limits::kDayMs).ms));
  body.set_summary("three accounts at the harbour bank");
  v1::DraftSection& house = *lead.add_sections();
  house = Section("victim", "address", "");
  house.mutable_content()->mutable_subjects()->add_subjects()->mutable_address()->add_lines(
      "the house at the quay");
  return lead;
}

void World::PublishPolicy(std::string_view jurisdiction, uint64_t version) {
  PublishPolicy(jurisdiction, version, testing::DefaultPolicy(jurisdiction, version));
}

void World::PublishPolicy(std::string_view jurisdiction, uint64_t version,
                          const std::string& text) {
  const ledger::Publication policy = federation.SignPolicy(jurisdiction, version, text);
  v1::PublishRequest request;
  request.set_entry_kind(policy.kind);
  *request.mutable_statement() = policy.statement;
  request.set_text(policy.text);
  const absl::StatusOr<v1::PublishResponse> published = broker.Publish(request, now);
  EXPECT_TRUE(published.ok()) << published.status();
}

std::string World::Send(std::string_view from, const v1::Draft& lead) {
  absl::StatusOr<v1::SendResponse> sent = node(from)->Send("author", lead, now);
  EXPECT_TRUE(sent.ok()) << sent.status();
  return sent.ok() ? sent->record_id() : "";
}

v1::RecordSummary World::SentLead(std::string_view agency, const std::string& record_id) {
  absl::StatusOr<v1::ListResponse> leads = node(agency)->ListRecords("author", Leads(), now);
  EXPECT_TRUE(leads.ok()) << leads.status();
  for (const v1::RecordSummary& lead : leads->records()) {
    if (lead.record_id() == record_id) return lead;
  }
  ADD_FAILURE() << "no lead " << record_id;
  return {};
}

v1::RecipientState World::StateOf(std::string_view agency, const std::string& record_id,
                                  std::string_view recipient) {
  const v1::RecordSummary lead = SentLead(agency, record_id);
  for (const v1::RecipientStatus& status : lead.recipients()) {
    if (status.recipient() == recipient) return status.state();
  }
  return v1::RECIPIENT_STATE_UNSPECIFIED;
}

std::vector<v1::InboxItem> World::InboxOf(std::string_view agency) {
  absl::StatusOr<v1::InboxResponse> inbox = node(agency)->Inbox("reader", {}, now);
  EXPECT_TRUE(inbox.ok()) << inbox.status();
  return {inbox->items().begin(), inbox->items().end()};
}

std::vector<std::string> World::AlarmsOf(std::string_view agency) {
  absl::StatusOr<v1::StatusResponse> status = node(agency)->Status("admin", now);
  EXPECT_TRUE(status.ok()) << status.status();
  std::vector<std::string> codes;
  for (const v1::Alarm& alarm : status->alarms()) codes.push_back(alarm.code());
  return codes;
}

absl::StatusOr<v1::ShowResponse> World::Show(std::string_view agency,
                                             const std::string& record_id) {
  v1::ShowRequest request;
  request.set_record_id(record_id);
  request.set_justification("on duty, case 4711");
  return node(agency)->Show("reader", request, now);
}

}  // namespace entente::node
