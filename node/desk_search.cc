// Searching the alerts that this node holds (desk.h).
#include <algorithm>
#include <map>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/log_standing.h"
#include "node/pairs.h"
#include "node/question.h"
#include "node/restrict.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

// Of each issuer: shown, and looked at for one question, since some are over or of another issuer's
// number. Nobody crowds out another.
constexpr size_t kHitsOfIssuer = 10;
constexpr size_t kCandidatesOfIssuer = 50;
constexpr int kSubjectsShown = 8;
constexpr size_t kHitBytes = 32 * 1024;
constexpr size_t kHitsBytes = 2 * 1024 * 1024;
// The newest that are looked at of one alert; an older one lets a hit stand.
constexpr size_t kNotesRead = 100;

using Hits = google::protobuf::RepeatedPtrField<v1::SearchHit>;

// The best first, as many of each issuer and as much as an answer holds.
void Cut(Hits& hits, size_t& bytes, v1::SearchResponse& response) {
  std::stable_sort(hits.begin(), hits.end(), [](const v1::SearchHit& a, const v1::SearchHit& b) {
    return a.score() > b.score();
  });
  Hits kept;
  std::map<std::string, size_t> of_issuer;
  for (v1::SearchHit& hit : hits) {
    if (of_issuer[hit.issuer()] == kHitsOfIssuer || bytes + hit.ByteSizeLong() > kHitsBytes) {
      response.set_left_out(response.left_out() + 1);
      continue;
    }
    ++of_issuer[hit.issuer()];
    bytes += hit.ByteSizeLong();
    *kept.Add() = std::move(hit);
  }
  hits = std::move(kept);
}

// A number, and no part of a name.
bool IsNumber(const v1::SearchAgreement& agreement) {
  return agreement.what() != "name" && agreement.what() != "year-of-birth";
}

}  // namespace

// An alert while it is held against a question.
struct Desk::Candidate {
  v1::SearchHit hit;
  std::vector<v1::SectionContent> sections;
  std::string record_id;  // 16 bytes
  std::string purpose;
  bool behind = false;  // something of its issuer is missing
};

// nullopt: it does not stand any more, or may not be used for what is asked.
absl::StatusOr<std::optional<Desk::Candidate>> Desk::CandidateOfSent(std::string_view record_id,
                                                                     Instant now) const {
  absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(record_id);
  if (!sent.ok()) return sent.status();
  const bool stands = *sent && (*sent)->recalled_ms() == 0 && !IsRestricted(**sent) &&
                      (*sent)->stage() != state::STAGE_PURGED &&
                      static_cast<uint64_t>(now.ms) < (*sent)->expires_ms();
  if (!stands) return std::nullopt;
  absl::StatusOr<state::SentContent> content = sent_.Content(**sent);
  if (!content.ok()) return content.status();
  const v1::Draft& draft = content->draft();
  Candidate candidate;
  candidate.record_id = (*sent)->record_id();
  candidate.purpose = draft.purpose();
  candidate.sections = SectionsOf(draft);
  candidate.hit.set_issuer(ground_->agency.text());
  candidate.hit.set_evaluation(draft.evaluation());
  *candidate.hit.mutable_handling() = draft.handling();
  candidate.hit.set_received_ms((*sent)->created_ms());
  candidate.hit.set_expires_ms((*sent)->expires_ms());
  candidate.hit.set_current_as_of_ms(static_cast<uint64_t>(now.ms));
  return candidate;
}

absl::StatusOr<std::optional<Desk::Candidate>> Desk::CandidateOfReceived(
    std::string_view record_hash, std::string_view purpose, Instant now) const {
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground_->db, kReceived, record_hash);
  if (!received.ok()) return received.status();
  if (!*received || !CheckUse(**received).ok()) return std::nullopt;
  absl::StatusOr<state::ReceivedContent> content = ContentOf(**received, now);
  if (IsRefusal(content.status(), Reason::kExpired)) return std::nullopt;
  if (!content.ok()) return content.status();
  if (!CheckPurpose(*content, (*received)->purpose(), purpose).ok()) return std::nullopt;
  const absl::StatusOr<Completeness> whole = CompletenessOf(ground_->db, (*received)->origin());
  if (!whole.ok()) return whole.status();
  Candidate candidate;
  candidate.record_id = (*received)->record_id();
  candidate.purpose = (*received)->purpose();
  candidate.sections = SectionsOf(*content);
  v1::SearchHit& hit = candidate.hit;
  hit.set_issuer((*received)->origin());
  hit.set_evaluation((*received)->evaluation());
  *hit.mutable_handling() = (*received)->handling();
  hit.set_received_ms((*received)->received_ms());
  // What the log had by then, or the issuer's last word after which nothing is missing.
  candidate.behind = whole->behind;
  hit.set_current_as_of_ms(std::max(whole->behind ? 0 : whole->head_ms, (*received)->logged_ms()));
  hit.set_expires_ms((*received)->expires_ms());
  *hit.mutable_obligations() = content->obligations();
  hit.set_sections_withheld((*received)->sections_withheld());
  ShowLogStanding(*ground_, **received, hit);
  return candidate;
}

absl::StatusOr<std::optional<Desk::Candidate>> Desk::CandidateOf(std::string_view name,
                                                                 std::string_view purpose,
                                                                 Instant now) const {
  absl::StatusOr<std::optional<Candidate>> candidate =
      name.size() == sizeof(RecordId) ? CandidateOfSent(name, now)
                                      : CandidateOfReceived(name, purpose, now);
  if (!candidate.ok() || !*candidate) return candidate;
  v1::SearchHit& hit = (*candidate)->hit;
  hit.set_record_id(HexOf((*candidate)->record_id));
  hit.set_reference(ReferenceOf((*candidate)->record_id));
  for (const v1::SectionContent& section : (*candidate)->sections) {
    if (section.has_alert_notice()) *hit.mutable_notice() = section.alert_notice();
  }
  const auto at = static_cast<uint64_t>(now.ms);
  const uint64_t confirm_by = hit.notice().confirm_by_ms();
  const bool old = hit.current_as_of_ms() + static_cast<uint64_t>(limits::kCopyFreshMs) < at;
  hit.set_state(confirm_by != 0 && confirm_by < at ? v1::COPY_STATE_UNCONFIRMED
                : old || (*candidate)->behind      ? v1::COPY_STATE_VERIFY_FIRST
                                                   : v1::COPY_STATE_CURRENT);
  return candidate;
}

// What agrees, and the subjects to look at; false when nothing does.
bool Desk::Compare(const Question& question, const search::IndexCandidate& found,
                   Candidate& candidate) {
  v1::SearchHit& hit = candidate.hit;
  const std::vector<v1::Subject> subjects = SubjectsOf(candidate.sections);
  for (size_t i = 0; i < subjects.size(); ++i) {
    const std::vector<v1::SearchAgreement> agreements = Agreements(question, subjects[i]);
    for (const v1::SearchAgreement& agreement : agreements) *hit.add_agreements() = agreement;
    const bool named = found.name && found.subject == i;
    const bool shown =
        named || !agreements.empty() || subjects[i].has_person() || subjects[i].has_document();
    const bool fits = hit.subjects_size() < kSubjectsShown &&
                      hit.ByteSizeLong() + subjects[i].ByteSizeLong() < kHitBytes;
    if (shown && fits) *hit.add_subjects() = subjects[i];
  }
  hit.set_score(hit.agreements().empty() ? 0 : 1);
  if (!found.name) return hit.score() > 0;
  hit.set_score(std::max(hit.score(), found.name->score));
  for (v1::SearchAgreement& agreement : Agreements(*found.name)) {
    *hit.add_agreements() = std::move(agreement);
  }
  return true;
}

// The issuer's notes that somebody is another than the subject of this alert.
absl::Status Desk::ApplyNotes(const Question& question, Candidate& candidate, Instant now) const {
  v1::SearchHit& hit = candidate.hit;
  // Whoever shows a number that the alert itself names, or without papers has its very name and day
  // of birth, is no other.
  const bool own = std::ranges::any_of(hit.agreements(), IsNumber) ||
                   IsBornAs(question, SubjectsOf(candidate.sections));
  std::vector<std::string> names = ground_->held.NotesOn(hit.issuer(), candidate.record_id);
  if (names.size() > kNotesRead) names.erase(names.begin(), names.end() - kNotesRead);
  for (const std::string& name : names) {
    absl::StatusOr<std::optional<Candidate>> note = CandidateOf(name, candidate.purpose, now);
    if (!note.ok()) return note.status();
    if (!*note) continue;
    for (const v1::SectionContent& section : (*note)->sections) {
      if (!section.has_not_identical()) continue;
      hit.set_cleared(hit.cleared() + 1);
      if (own || !IsOf(question, section.not_identical())) continue;
      hit.set_not_identical_since_ms(section.not_identical().established_ms());
    }
  }
  return absl::OkStatus();
}

void Desk::ReportUnread(const absl::Status& why, Instant now) {
  ground_->alarms.Raise(alarm::kLocalFault, "alerts",
                        Text("an alert that this node holds cannot be read and is not found: ",
                             std::string(why.message())),
                        now);
}

absl::Status Desk::FindAlerts(const Question& question, std::string_view purpose, Instant now,
                              v1::SearchResponse& response) {
  for (const HeldAlerts::Found& found :
       ground_->held.Find(ForIndex(question), kCandidatesOfIssuer)) {
    absl::StatusOr<std::optional<Candidate>> candidate = CandidateOf(found.name, purpose, now);
    if (absl::IsInternal(candidate.status())) return candidate.status();
    if (!candidate.ok()) {
      ReportUnread(candidate.status(), now);
      response.set_unread(response.unread() + 1);
      continue;
    }
    if (!*candidate || !Compare(question, found.candidate, **candidate)) continue;
    if (absl::Status status = ApplyNotes(question, **candidate, now); !status.ok()) {
      ReportUnread(status, now);
    }
    v1::SearchHit& hit = (*candidate)->hit;
    const bool cleared = hit.not_identical_since_ms() != 0;
    *(cleared ? response.add_not_identical() : response.add_hits()) = std::move(hit);
  }
  size_t bytes = 0;
  Cut(*response.mutable_hits(), bytes, response);
  Cut(*response.mutable_not_identical(), bytes, response);
  return absl::OkStatus();
}

absl::StatusOr<v1::SearchResponse> Desk::Search(std::string_view officer,
                                                const v1::SearchRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kReader});
  if (status.ok()) status = CheckJustification(request.justification());
  if (status.ok() && request.purpose().empty()) {
    status = Refuse(Reason::kLabelMissing, "purpose", "no purpose given");
  }
  if (status.ok()) {
    status = CheckPurposeKnown(ground_->federation.registry(), request.purpose(), now);
  }
  if (!status.ok()) return status;
  const absl::StatusOr<Question> question = ReadQuestion(request, now);
  if (!question.ok()) return question.status();
  v1::SearchResponse response;
  response.set_agency(ground_->agency.text());
  response.set_asked_ms(static_cast<uint64_t>(now.ms));
  response.set_alerts(ground_->held.alerts());
  response.set_unread(ground_->held.unread());
  response.set_purpose(request.purpose());
  response.mutable_asked()->Assign(question->asked.begin(), question->asked.end());
  status = FindAlerts(*question, request.purpose(), now, response);
  if (!status.ok()) return status;
  // What is not shown was not consulted; that it was asked is logged in every case.
  std::vector<state::DiaryLine> lines = {
      MakeLine(officer, operation::kSearch, "", request.purpose(), request.justification(), now)};
  lines.back().set_asked(absl::StrJoin(question->kinds, ", "));
  for (const auto* hits : {&response.hits(), &response.not_identical()}) {
    for (const v1::SearchHit& hit : *hits) {
      lines.push_back(MakeLine(officer, operation::kConsultation, *HexDecode(hit.record_id()),
                               request.purpose(), request.justification(), now));
    }
  }
  store::WriteBatch batch;
  if (status = ground_->Commit(batch, lines); !status.ok()) return status;
  return response;
}

}  // namespace entente::node
