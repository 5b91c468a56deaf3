#include "node/held_alerts.h"

#include <utility>

#include "node/families.h"
#include "node/restrict.h"
#include "node/table.h"

namespace entente::node {
namespace {

bool IsSearched(v1::RecordKind kind) {
  return kind == v1::RECORD_KIND_ALERT || kind == v1::RECORD_KIND_INFORMATION;
}

// What a note is kept under. An agency's name holds no slash.
std::string NoteKey(std::string_view issuer, std::string_view record_id) {
  return std::string(issuer) + "/" + std::string(record_id);
}

}  // namespace

std::vector<v1::Subject> SubjectsOf(const std::vector<v1::SectionContent>& sections) {
  std::vector<v1::Subject> subjects;
  for (const v1::SectionContent& section : sections) {
    subjects.insert(subjects.end(), section.subjects().subjects().begin(),
                    section.subjects().subjects().end());
  }
  return subjects;
}

std::vector<v1::SectionContent> SectionsOf(const state::ReceivedContent& content) {
  std::vector<v1::SectionContent> sections;
  for (const state::KeptSection& kept : content.sections()) {
    sections.emplace_back().ParseFromString(kept.content());
  }
  return sections;
}

std::vector<v1::SectionContent> SectionsOf(const v1::Draft& draft) {
  std::vector<v1::SectionContent> sections;
  for (const v1::DraftSection& section : draft.sections()) sections.push_back(section.content());
  return sections;
}

void HeldAlerts::Add(std::string_view issuer, std::string_view name,
                     const std::vector<v1::SectionContent>& sections) {
  Remove(name);
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(names_.size()));
    names_.emplace_back();
  }
  const uint32_t number = free_.back();
  free_.pop_back();
  names_[number] = std::string(name);
  numbers_.emplace(std::string(name), number);
  const auto owner =
      issuers_.try_emplace(std::string(issuer), static_cast<uint32_t>(issuers_.size())).first;
  index_.Add(number, owner->second, SubjectsOf(sections));
}

void HeldAlerts::AddNotes(std::string_view issuer, std::string_view name,
                          const std::vector<v1::SectionContent>& sections) {
  Remove(name);
  for (const v1::SectionContent& section : sections) {
    if (!section.has_not_identical()) continue;
    const std::string key = NoteKey(issuer, section.not_identical().alert_record_id());
    notes_[key].emplace_back(name);
    alert_of_note_.emplace(std::string(name), key);
    return;
  }
}

void HeldAlerts::AddReceived(const state::ReceivedRecord& received,
                             const state::ReceivedContent& content) {
  if (!IsSearched(received.kind())) return;
  if (received.kind() == v1::RECORD_KIND_ALERT) {
    return Add(received.origin(), received.record_hash(), SectionsOf(content));
  }
  AddNotes(received.origin(), received.record_hash(), SectionsOf(content));
}

void HeldAlerts::AddSent(const state::SentRecord& sent, const v1::Draft& draft) {
  if (!IsSearched(sent.kind())) return;
  if (sent.kind() == v1::RECORD_KIND_ALERT)
    return Add(agency_, sent.record_id(), SectionsOf(draft));
  AddNotes(agency_, sent.record_id(), SectionsOf(draft));
}

void HeldAlerts::Remove(std::string_view name) {
  if (const auto note = alert_of_note_.find(std::string(name)); note != alert_of_note_.end()) {
    std::vector<std::string>& notes = notes_[note->second];
    std::erase(notes, std::string(name));
    if (notes.empty()) notes_.erase(note->second);
    alert_of_note_.erase(note);
  }
  const auto found = numbers_.find(std::string(name));
  if (found == numbers_.end()) return;
  index_.Remove(found->second);
  names_[found->second].clear();
  free_.push_back(found->second);
  numbers_.erase(found);
}

std::vector<HeldAlerts::Found> HeldAlerts::Find(const search::IndexQuestion& question,
                                                size_t most) const {
  std::vector<Found> found;
  for (search::IndexCandidate& candidate : index_.Find(question, most)) {
    found.push_back({names_[candidate.number], std::move(candidate)});
  }
  return found;
}

std::vector<std::string> HeldAlerts::NotesOn(std::string_view issuer,
                                             std::string_view record_id) const {
  const auto found = notes_.find(NoteKey(issuer, record_id));
  return found == notes_.end() ? std::vector<std::string>() : found->second;
}

absl::Status HeldAlerts::LoadReceived(const store::Reader& db, const Vault& vault) {
  return ForEachBytes(db, kReceived, "", [&](std::string_view, std::string_view value) {
    const auto received = ParseStored<state::ReceivedRecord>(value);
    if (received.ok() &&
        (!IsSearched(received->kind()) || !received->refusal().empty() || received->purged() ||
         received->recalled_ms() != 0 || received->restriction().processing())) {
      return absl::OkStatus();
    }
    const absl::StatusOr<std::string> plain =
        received.ok() ? vault.Get(received->record_hash()) : received.status();
    if (absl::IsInternal(plain.status())) return plain.status();
    const auto content = plain.ok() ? ParseStored<state::ReceivedContent>(*plain) : plain.status();
    if (content.ok()) AddReceived(*received, *content);
    unread_ += content.ok() ? 0 : 1;
    return absl::OkStatus();
  });
}

absl::Status HeldAlerts::LoadSent(const store::Reader& db, const Vault& vault) {
  return ForEachBytes(db, kSent, "", [&](std::string_view, std::string_view value) {
    const auto sent = ParseStored<state::SentRecord>(value);
    if (sent.ok() && (!IsSearched(sent->kind()) || sent->stage() == state::STAGE_PURGED ||
                      sent->recalled_ms() != 0 || IsRestricted(*sent))) {
      return absl::OkStatus();
    }
    const absl::StatusOr<std::string> plain =
        sent.ok() ? vault.Get(sent->record_id()) : sent.status();
    if (absl::IsInternal(plain.status())) return plain.status();
    const auto content = plain.ok() ? ParseStored<state::SentContent>(*plain) : plain.status();
    if (content.ok()) AddSent(*sent, content->draft());
    unread_ += content.ok() ? 0 : 1;
    return absl::OkStatus();
  });
}

absl::Status HeldAlerts::Load(const store::Reader& db, const Vault& vault) {
  absl::Status status = LoadReceived(db, vault);
  return status.ok() ? LoadSent(db, vault) : status;
}

}  // namespace entente::node
