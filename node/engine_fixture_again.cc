// The test broker's deliveries, and what it decides again before them: engine_fixture.h.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/ledger/consents.h"
#include "core/ledger/obligations.h"
#include "core/record/statements.h"
#include "node/engine_fixture.h"
#include "node/labels.h"
#include "policy/decide.h"

namespace entente::node {
namespace {

v1::Part PartIn(const v1::Evidence& evidence) {
  v1::Part part;
  EXPECT_TRUE(part.ParseFromString(evidence.part()));
  return part;
}

v1::RecipientDecision DecisionIn(const v1::Part& part, const std::string& recipient) {
  for (const v1::RecipientDecision& one : ledger::DecidedIn(part).decisions()) {
    if (one.recipient() == recipient) return one;
  }
  ADD_FAILURE() << "nothing was decided about " << recipient;
  return {};
}

}  // namespace

v1::Delivery TestBroker::Stripped(const record::ParsedRecord& record, const record::Access& access,
                                  const std::set<std::string>& withheld, uint64_t log_index) const {
  v1::Record stripped = *record.wire;
  auto& accesses = *stripped.mutable_access();
  accesses.erase(std::remove_if(accesses.begin(), accesses.end(),
                                [&](const v1::Access& one) {
                                  return one.recipient() != access.recipient.text();
                                }),
                 accesses.end());
  std::set<std::string> granted;
  auto& wraps = *accesses[0].mutable_wraps();
  wraps.erase(
      std::remove_if(wraps.begin(), wraps.end(),
                     [&](const v1::Wrap& wrap) { return withheld.contains(wrap.section_id()); }),
      wraps.end());
  for (const v1::Wrap& wrap : wraps) granted.insert(wrap.section_id());
  auto& sections = *stripped.mutable_sections();
  sections.erase(
      std::remove_if(sections.begin(), sections.end(),
                     [&](const v1::Section& one) { return !granted.contains(one.section_id()); }),
      sections.end());
  v1::Delivery delivery;
  delivery.set_record(record::Encode(stripped));
  if (withheld.empty()) return delivery;
  v1::WithholdingNote note;
  note.mutable_section_ids()->Assign(withheld.begin(), withheld.end());
  note.set_log_origin(federation_.log_origin());
  note.set_record_hash(ToString(record.hash));
  note.set_recipient(access.recipient.text());
  note.set_log_index(log_index);
  *delivery.mutable_withholding_note() =
      record::SignBody(federation_.name(), note, {{federation_.note_key(), crypto::KeyUse::kNote}});
  return delivery;
}

void TestBroker::DecideAgain(const std::string& agency, Instant now) {
  if (skips_again) return;
  for (auto& [lane, mail] : boxes_[agency]) {
    for (uint64_t i = cursors_[{agency, lane}]; i < mail.size(); ++i) {
      if (!mail[i].record.empty()) DecideAgain(agency, lane, mail[i], now);
    }
  }
}

void TestBroker::DecideAgain(const std::string& agency, v1::Lane lane, Mail& mail, Instant now) {
  const uint64_t newest = std::max(mail.log_index, mail.again_index);
  const v1::Part for_recipient = PartIn(log_.Evidence(newest, agency));
  const v1::SubmissionPart& before = ledger::DecidedIn(for_recipient);
  const uint64_t state = registry_.snapshot_number();
  if (before.snapshot_number() >= registry_.PolicyNumberAt(state)) return;
  const auto record = record::ReadRecord(mail.record);
  ASSERT_TRUE(record.ok()) << record.status();
  const record::Access& access = *record->FindAccess(*AgencyId::Parse(agency));
  policy::RecordLabels labels = LabelsOf(record->header);
  ledger::SubmittedRecord submitted{.record_id = record->header.record_id,
                                    .record_hash = record->hash,
                                    .origin = before.origin(),
                                    .sections = {},
                                    .snapshot_number = state,
                                    .snapshot_hash = registry_.snapshot_hash()};
  for (const record::Section& section : record->sections) {
    labels.sections.push_back(LabelsOf(section.labels));
    submitted.sections.push_back(section.id);
  }
  const auto snapshot = registry_.PolicySnapshot(now);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const policy::Decision decision =
      policy::Decide(**snapshot, labels, {agency, std::string(access.instrument)}, now);
  const auto again = [&](policy::Reader reader, const v1::RecipientDecision& was) {
    v1::RecipientDecision made =
        ledger::Narrowed(was, ledger::DecisionFor(reader, agency, decision, submitted.sections),
                         submitted.sections.size(), *ledger::VocabularyAt(registry_, now));
    if (on_again) on_again(made);
    return made;
  };
  const auto to_recipient = again(policy::Reader::kRecipient, DecisionIn(for_recipient, agency));
  const auto to_origin = again(policy::Reader::kOrigin,
                               DecisionIn(PartIn(log_.Evidence(newest, before.origin())), agency));
  mail.again_index =
      Commit(v1::ENTRY_KIND_DECISION_AGAIN, now,
             ledger::DecisionAgainParts({now, before.origin(), "", ""}, mail.log_index, submitted,
                                        to_origin, to_recipient));
  const v1::Delivery first = mail.delivery;
  mail.delivery = {};
  if (ledger::Releases(to_recipient.verdict())) {
    std::set<std::string> withheld;
    for (const auto& section : to_recipient.withheld()) withheld.insert(section.section_id());
    mail.delivery = Stripped(*record, access, withheld, mail.again_index);
  } else {
    mail.record.clear();
  }
  mail.delivery.set_lane(first.lane());
  mail.delivery.set_mailbox_seq(first.mailbox_seq());
  Put(before.origin(), lane, {}, mail.again_index);
}

}  // namespace entente::node
