#include "broker/delivery.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/ledger/parts.h"
#include "core/record/statements.h"

namespace entente::broker {
namespace {

using Ids = std::set<std::string_view>;

Ids WithheldIds(const v1::RecipientDecision& decision) {
  Ids ids;
  for (const v1::WithheldSection& section : decision.withheld()) ids.insert(section.section_id());
  return ids;
}

// Keeps the elements whose section is (or is not) among `ids`.
template <typename List>
void KeepSections(List& list, const Ids& ids, bool among) {
  auto drop = [&](const auto& one) { return ids.contains(one.section_id()) != among; };
  list.erase(std::remove_if(list.begin(), list.end(), drop), list.end());
}

}  // namespace

absl::StatusOr<v1::Record> StripRecord(v1::Record record, std::string_view recipient,
                                       const v1::RecipientDecision& decision) {
  auto& accesses = *record.mutable_access();
  auto others = [&](const v1::Access& access) { return access.recipient() != recipient; };
  accesses.erase(std::remove_if(accesses.begin(), accesses.end(), others), accesses.end());
  if (accesses.size() != 1) {
    return absl::InternalError("a record in a mailbox whose owner has no access to it");
  }
  auto& wraps = *accesses[0].mutable_wraps();
  KeepSections(wraps, WithheldIds(decision), false);
  Ids granted;
  for (const v1::Wrap& wrap : wraps) granted.insert(wrap.section_id());
  KeepSections(*record.mutable_sections(), granted, true);
  return record;
}

std::optional<v1::SignedStatement> MakeWithholdingNote(const ledger::Genesis& genesis,
                                                       const crypto::SigningKey& note_key,
                                                       const v1::Part& part, uint64_t log_index) {
  const v1::SubmissionPart& submission = ledger::DecidedIn(part);
  if (submission.decisions_size() != 1 || submission.decisions(0).withheld().empty()) {
    return std::nullopt;
  }
  v1::WithholdingNote note;
  note.set_log_origin(genesis->log_origin);
  note.set_record_hash(submission.record_hash());
  note.set_recipient(part.reader());
  note.set_log_index(log_index);
  std::set<std::string> ids;
  std::set<std::string> rules;
  for (const v1::WithheldSection& section : submission.decisions(0).withheld()) {
    ids.insert(section.section_id());
    rules.insert(section.rules().begin(), section.rules().end());
  }
  note.mutable_section_ids()->Assign(ids.begin(), ids.end());
  note.mutable_rules()->Assign(rules.begin(), rules.end());
  return record::SignBody(genesis->federation, note, {{note_key, crypto::KeyUse::kNote}});
}

v1::Evidence MakeEvidence(uint64_t log_index, std::string_view entry, std::string_view salted_part,
                          std::span<const Digest> path) {
  v1::Evidence evidence;
  evidence.set_log_index(log_index);
  evidence.set_entry(std::string(entry));
  evidence.set_salt(std::string(salted_part.substr(0, sizeof(Salt32))));
  evidence.set_part(std::string(salted_part.substr(sizeof(Salt32))));
  for (const Digest& hash : path) evidence.add_inclusion_path(ToString(hash));
  return evidence;
}

}  // namespace entente::broker
