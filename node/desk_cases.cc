// Cases at the desk: who is in them, what was posted, and what one who came later is shown
// (desk.h).
#include <algorithm>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/record/content.h"
#include "core/record/reference.h"
#include "node/cases.h"
#include "node/compose.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

absl::Status NoSuchCase(std::string_view name) {
  return RefuseAdvising(Reason::kMalformed, "", Text("no case ", name, " at this node"),
                        "entente case list shows the cases that this agency is in");
}

// Sorted by agency; the later word counts.
void Put(v1::Membership& membership, const v1::CaseMember& member) {
  auto& members = *membership.mutable_members();
  const auto found = std::ranges::find(members, member.agency(), &v1::CaseMember::agency);
  (found == members.end() ? *members.Add() : *found) = member;
  std::ranges::sort(members, {}, &v1::CaseMember::agency);
}

bool Remove(v1::Membership& membership, const std::string& agency) {
  auto& members = *membership.mutable_members();
  const auto found = std::ranges::find(members, agency, &v1::CaseMember::agency);
  if (found == members.end()) return false;
  members.erase(found);
  return true;
}

void Address(const v1::Membership& membership, v1::Draft& draft) {
  draft.clear_recipients();
  for (const v1::CaseMember& member : membership.members()) draft.add_recipients(member.agency());
}

v1::Draft MembershipDraft(const v1::OpenCaseRequest& request, const std::string& case_id) {
  v1::Draft draft;
  draft.set_kind(v1::RECORD_KIND_MEMBERSHIP);
  draft.set_purpose(request.purpose());
  *draft.mutable_handling() = request.handling();
  draft.set_evaluation(request.evaluation());
  draft.set_urgency(v1::URGENCY_URGENT);
  draft.set_expires_ms(request.expires_ms());
  draft.set_justification(request.justification());
  draft.set_case_id(HexOf(case_id));
  v1::DraftSection& section = *draft.add_sections();
  section.add_about("other");
  section.add_data("organisation");
  section.set_basis("fact");
  section.set_essential(true);
  section.mutable_content()->set_language("und");
  v1::Membership& membership = *section.mutable_content()->mutable_membership();
  membership.set_case_id(case_id);
  membership.set_number(1);
  membership.set_title(request.title());
  for (const v1::CaseMember& member : request.members()) Put(membership, member);
  Address(membership, draft);
  return draft;
}

v1::CaseEntry EntryOf(std::string_view record_id, std::string_view origin, v1::RecordKind kind,
                      uint64_t membership) {
  v1::CaseEntry entry;
  entry.set_record_id(HexOf(record_id));
  entry.set_reference(ReferenceOf(record_id));
  entry.set_origin(std::string(origin));
  entry.set_kind(kind);
  entry.set_membership(membership);
  return entry;
}

bool IsShareable(const state::SentRecord& sent, std::string_view case_id, Instant now) {
  const bool leaves = sent.stage() == state::STAGE_DRAFT || sent.stage() == state::STAGE_SEALED ||
                      sent.stage() == state::STAGE_COMMITTED;
  return leaves && sent.case_id() == case_id && sent.kind() != v1::RECORD_KIND_MEMBERSHIP &&
         sent.copy_of().empty() && sent.recalled_ms() == 0 && !IsRestricted(sent) &&
         sent.expires_ms() > static_cast<uint64_t>(now.ms);
}

// It went there, or may yet.
bool MayHave(const state::SentRecord& sent, const std::string& recipient) {
  return sent.recalled_ms() == 0 &&
         std::ranges::any_of(sent.recipients(), [&](const state::SentRecipient& one) {
           return one.recipient() == recipient && one.state() != v1::RECIPIENT_STATE_NOT_SENT &&
                  one.state() != v1::RECIPIENT_STATE_REFUSED &&
                  one.state() != v1::RECIPIENT_STATE_UNDELIVERED;
         });
}

}  // namespace

absl::StatusOr<std::string> Desk::FindCaseId(std::string_view name) const {
  const auto whole = FixedFromHex<16>(name);
  const auto prefix = record::ParseReference(name);
  std::vector<std::string> found;
  absl::Status status =
      ForEachBytes(ground_->db, kCases, "", [&](std::string_view key, std::string_view) {
        const auto id = FixedBytes<16>(key);
        if (id && (whole ? *whole == *id : prefix.ok() && record::Matches(*prefix, *id))) {
          found.emplace_back(key);
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  if (found.empty()) return NoSuchCase(name);
  if (found.size() == 1) return std::move(found.front());
  // An owner chooses the id of its case, and can make it look like another's.
  return RefuseAdvising(Reason::kMalformed, "", Text("several cases are called ", name),
                        "give the whole id, and ask who opened the one that you do not know");
}

// Of a post: where it goes, when nobody is named, and whether all who are named are in the case.
absl::Status Desk::PlaceInCase(v1::Draft& draft, Instant now) const {
  if (draft.case_id().empty()) return absl::OkStatus();
  absl::StatusOr<std::string> id = FindCaseId(draft.case_id());
  if (!id.ok()) return id.status();
  draft.set_case_id(HexOf(*id));
  absl::StatusOr<std::optional<state::CaseBook>> book = FindCase(*ground_, *id);
  if (!book.ok()) return book.status();
  const state::HeldMembership* const newest = OnItsWay(**book) ? OnItsWay(**book) : InForce(**book);
  if (newest == nullptr) return NoSuchCase(draft.case_id());
  const std::string& own = ground_->agency.text();
  absl::StatusOr<uint64_t> number = NumberToPostUnder(*ground_, *id, now);
  const bool waits = IsRefusal(number.status(), Reason::kMembershipBehind);
  if (!number.ok() && !waits) return number.status();
  for (const std::string& agency : draft.recipients()) {
    if (IsInCase(**book, *newest, agency)) continue;
    return RefuseAdvising(Reason::kWrongAgency, "", Text(agency, " is not in this case"),
                          Text("ask ", (*book)->owner(), ", which owns it"));
  }
  if (!draft.recipients().empty()) return absl::OkStatus();
  if ((*book)->owner() != own) draft.add_recipients((*book)->owner());
  for (const v1::CaseMember& member : newest->members()) {
    if (member.agency() != own) draft.add_recipients(member.agency());
  }
  return absl::OkStatus();
}

// Whom our own policy keeps the membership from cannot be a member: no post could go there.
absl::Status Desk::CheckAllAreTold(std::string_view officer, const v1::Draft& draft,
                                   Instant now) const {
  state::SentRecord tried = NewRecord(officer, draft.kind(), draft, now);
  Previews previews;
  if (absl::Status status = DecideRecipients(draft, now, tried, previews); !status.ok()) {
    return status;
  }
  for (const v1::RecipientPreview& one : previews) {
    if (one.verdict() == v1::VERDICT_RELEASE) continue;
    return Refuse(Reason::kPolicyRefused,
                  Text("our own policy does not let ", one.recipient(),
                       " be told of this case: ", absl::StrJoin(one.reasons(), ", ")));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::CaseChange> Desk::Declare(std::string_view officer, const v1::Draft& draft,
                                             Instant now) {
  const v1::Membership& membership = draft.sections(0).content().membership();
  if (membership.members().empty()) {
    return RefuseAdvising(Reason::kLabelMissing, "member", "a case needs at least one member",
                          "name whom you work with; a case that nobody is in ends by itself");
  }
  if (absl::Status status = CheckDraft(*ground_, draft, now); !status.ok()) return status;
  if (absl::Status told = CheckAllAreTold(officer, draft, now); !told.ok()) return told;
  absl::StatusOr<v1::SendResponse> sent = SendDraft(officer, draft, now);
  if (!sent.ok()) return sent.status();
  v1::CaseChange change;
  change.set_case_id(HexOf(membership.case_id()));
  change.set_reference(ReferenceOf(membership.case_id()));
  change.set_number(membership.number());
  *change.mutable_recipients() = sent->recipients();
  return change;
}

absl::StatusOr<v1::CaseChange> Desk::OpenCase(std::string_view officer,
                                              const v1::OpenCaseRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  return Declare(officer, MembershipDraft(request, ToString(ground_->random.Bytes<16>())), now);
}

// The draft of the newest membership that we declared.
absl::StatusOr<v1::Draft> Desk::NewestMembership(const std::string& case_id, Instant now) const {
  absl::StatusOr<std::optional<state::CaseBook>> book = FindCase(*ground_, case_id);
  if (!book.ok()) return book.status();
  if ((*book)->owner() != ground_->agency.text()) {
    return RefuseAdvising(Reason::kWrongAgency, "", Text("the case is owned by ", (*book)->owner()),
                          Text("ask ", (*book)->owner(), " to change who is in it"));
  }
  absl::StatusOr<uint64_t> number = NumberToPostUnder(*ground_, case_id, now);
  if (!number.ok()) return number.status();
  absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(InForce(**book)->record());
  if (!sent.ok()) return sent.status();
  if (!*sent) return absl::DataLossError("a membership of this agency is not in its store");
  absl::StatusOr<state::SentContent> content = sent_.Content(**sent);
  if (!content.ok()) return content.status();
  return std::move(*content->mutable_draft());
}

absl::StatusOr<v1::CaseChange> Desk::ChangeCase(std::string_view officer,
                                                const v1::ChangeCaseRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<std::string> id = FindCaseId(request.case_id());
  if (!id.ok()) return id.status();
  absl::StatusOr<v1::Draft> draft = NewestMembership(*id, now);
  if (!draft.ok()) return draft.status();
  v1::Membership& membership = *draft->mutable_sections(0)->mutable_content()->mutable_membership();
  const v1::Membership before = membership;
  for (const std::string& agency : request.remove()) {
    if (Remove(membership, agency)) continue;
    return RefuseAdvising(Reason::kWrongAgency, "", Text(agency, " is not in this case"),
                          "entente case list shows who is");
  }
  for (const v1::CaseMember& member : request.members()) Put(membership, member);
  if (before.SerializeAsString() == membership.SerializeAsString() && request.expires_ms() == 0) {
    return RefuseAdvising(Reason::kMalformed, "", "nothing of the membership changes",
                          "name a member to add or to remove");
  }
  membership.set_number(before.number() + 1);
  membership.set_before(ToString(record::MembershipDigest(before)));
  Address(membership, *draft);
  if (request.expires_ms() != 0) draft->set_expires_ms(request.expires_ms());
  draft->set_justification(request.justification());
  return Declare(officer, *draft, now);
}

// ---- reading

absl::StatusOr<std::string> Desk::TitleOf(const state::CaseBook& book,
                                          const state::HeldMembership& held) const {
  const auto erased = [](const absl::Status& status) {
    return RefusalOf(status) || absl::IsNotFound(status);
  };
  if (book.owner() == ground_->agency.text()) {
    absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(held.record());
    if (!sent.ok()) return sent.status();
    if (!*sent) return "";
    absl::StatusOr<state::SentContent> content = sent_.Content(**sent);
    if (erased(content.status())) return "";
    if (!content.ok()) return content.status();
    return content->draft().sections(0).content().membership().title();
  }
  absl::StatusOr<std::string> plain = ground_->vault.Get(held.record());
  if (erased(plain.status())) return "";
  if (!plain.ok()) return plain.status();
  absl::StatusOr<state::ReceivedContent> content = ParseStored<state::ReceivedContent>(*plain);
  if (!content.ok()) return content.status();
  v1::SectionContent section;
  if (content->sections().empty() || !section.ParseFromString(content->sections(0).content())) {
    return absl::DataLossError("a membership in the store is damaged; restore it from a backup");
  }
  return section.membership().title();
}

absl::StatusOr<v1::CaseSummary> Desk::SummaryOfCase(const std::string& id) const {
  absl::StatusOr<std::optional<state::CaseBook>> book = FindCase(*ground_, id);
  if (!book.ok()) return book.status();
  v1::CaseSummary summary;
  summary.set_case_id(HexOf(id));
  summary.set_reference(ReferenceOf(id));
  summary.set_owner((*book)->owner());
  const state::HeldMembership* const next = OnItsWay(**book);
  if (next != nullptr) summary.set_on_its_way(next->number());
  const state::HeldMembership* const shown = InForce(**book) ? InForce(**book) : next;
  if (shown == nullptr) return summary;
  absl::StatusOr<std::string> title = TitleOf(**book, *shown);
  if (!title.ok()) return title.status();
  summary.set_title(*title);
  if (shown->log_index() != 0) summary.set_number(shown->number());
  summary.set_turned_away(IsTurnedAway(**book));
  *summary.mutable_members() = shown->members();
  return summary;
}

absl::StatusOr<v1::ListCasesResponse> Desk::ListCases(std::string_view officer,
                                                      const v1::ListCasesRequest&) const {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor, role::kReader});
  if (!status.ok()) return status;
  v1::ListCasesResponse response;
  status = ForEachBytes(ground_->db, kCases, "", [&](std::string_view key, std::string_view) {
    absl::StatusOr<v1::CaseSummary> summary = SummaryOfCase(std::string(key));
    if (!summary.ok()) return summary.status();
    *response.add_cases() = *std::move(summary);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return response;
}

absl::StatusOr<v1::ShowCaseResponse> Desk::ShowCase(std::string_view officer,
                                                    const v1::ShowCaseRequest& request,
                                                    Instant now) const {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor, role::kReader});
  if (!status.ok()) return status;
  absl::StatusOr<std::string> id = FindCaseId(request.case_id());
  if (!id.ok()) return id.status();
  absl::StatusOr<v1::CaseSummary> summary = SummaryOfCase(*id);
  if (!summary.ok()) return summary.status();
  std::vector<v1::CaseEntry> entries;
  status = ForEach<state::SentRecord>(
      ground_->db, kSent, [&](std::string_view, const state::SentRecord& sent) {
        if (sent.case_id() != *id) return absl::OkStatus();
        absl::StatusOr<v1::RecordSummary> known = SummaryOfSent(sent, now);
        if (!known.ok()) return known.status();
        v1::CaseEntry& entry = entries.emplace_back(
            EntryOf(sent.record_id(), ground_->agency.text(), sent.kind(), sent.membership()));
        entry.set_instant_ms(sent.created_ms());
        *entry.mutable_recipients() = known->recipients();
        *entry.mutable_restrictions() = known->restrictions();
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  status = ForEach<state::ReceivedRecord>(
      ground_->db, kReceived, [&](std::string_view, const state::ReceivedRecord& received) {
        if (received.case_id() != *id || !received.refusal().empty()) return absl::OkStatus();
        absl::StatusOr<v1::RecordSummary> known = SummaryOfReceived(received, now);
        if (!known.ok()) return known.status();
        v1::CaseEntry& entry = entries.emplace_back(EntryOf(
            received.record_id(), received.origin(), received.kind(), received.membership()));
        entry.set_instant_ms(received.received_ms());
        entry.set_state(known->recipients(0).state());
        entry.set_sections_withheld(received.sections_withheld());
        *entry.mutable_restrictions() = known->restrictions();
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  std::ranges::stable_sort(entries, {}, &v1::CaseEntry::instant_ms);
  v1::ShowCaseResponse response;
  *response.mutable_summary() = *std::move(summary);
  for (v1::CaseEntry& entry : entries) *response.add_entries() = std::move(entry);
  return response;
}

// ---- who came later

absl::StatusOr<std::vector<state::SentRecord>> Desk::PostedBefore(const std::string& case_id,
                                                                  const std::string& recipient,
                                                                  Instant now) const {
  std::vector<state::SentRecord> posted;
  std::set<std::string> has;  // copies that went there already
  absl::Status status = ForEach<state::SentRecord>(
      ground_->db, kSent, [&](std::string_view, const state::SentRecord& sent) {
        const bool names = MayHave(sent, recipient);
        if (names && !sent.copy_of().empty()) has.insert(sent.copy_of());
        if (!names && IsShareable(sent, case_id, now)) posted.push_back(sent);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  std::erase_if(posted, [&](const auto& sent) { return has.contains(sent.record_id()); });
  // As they stand in the log; what is not there yet comes last.
  std::ranges::stable_sort(posted, {}, [](const state::SentRecord& sent) {
    return std::pair(sent.has_log_index() ? sent.log_index() : UINT64_MAX, sent.number());
  });
  return posted;
}

// Decided and sent like a draft of today, or not at all.
absl::StatusOr<v1::SharedEntry> Desk::ShareOne(std::string_view officer,
                                               const state::SentRecord& posted,
                                               const v1::ShareCaseRequest& request, Instant now) {
  absl::StatusOr<state::SentContent> content = sent_.Content(posted);
  if (!content.ok()) return content.status();
  v1::Draft draft = std::move(*content->mutable_draft());
  draft.clear_recipients();
  draft.add_recipients(request.recipient());
  draft.clear_replaces();
  draft.clear_override();  // it was for another
  // As its last review left it; one that was missed keeps it from going.
  draft.set_review_by_ms(posted.review_by_ms());
  draft.set_justification(request.justification());
  state::SentRecord copy = NewRecord(officer, posted.kind(), draft, now);
  copy.set_copy_of(posted.record_id());
  v1::SharedEntry entry;
  entry.set_record_id(HexOf(posted.record_id()));
  Previews previews;
  absl::Status status = DecideRecipients(draft, now, copy, previews);
  if (!status.ok()) return status;
  *entry.mutable_recipient() = previews.Get(0);
  if (entry.recipient().verdict() == v1::VERDICT_REFUSE) return entry;
  absl::StatusOr<v1::SendResponse> sent = KeepSent(copy, draft, previews, now);
  if (!sent.ok()) return sent.status();
  entry.set_copy_id(sent->record_id());
  return entry;
}

absl::StatusOr<v1::ShareCaseResponse> Desk::ShareCase(std::string_view officer,
                                                      const v1::ShareCaseRequest& request,
                                                      Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  v1::Draft named;
  named.set_case_id(request.case_id());
  named.add_recipients(request.recipient());
  if (status = PlaceInCase(named, now); !status.ok()) return status;
  absl::StatusOr<std::vector<state::SentRecord>> posted =
      PostedBefore(*HexDecode(named.case_id()), request.recipient(), now);
  if (!posted.ok()) return posted.status();
  v1::ShareCaseResponse response;
  for (const state::SentRecord& one : *posted) {
    absl::StatusOr<v1::SharedEntry> entry = ShareOne(officer, one, request, now);
    const std::optional<Refusal> refusal = RefusalOf(entry.status());
    if (!entry.ok() && !refusal) return entry.status();
    v1::SharedEntry& added = *response.add_entries();
    if (entry.ok()) {
      added = *std::move(entry);
      continue;
    }
    // One that cannot go keeps none of the others back.
    added.set_record_id(HexOf(one.record_id()));
    added.mutable_recipient()->set_recipient(request.recipient());
    added.mutable_recipient()->set_verdict(v1::VERDICT_REFUSE);
    added.mutable_recipient()->add_reasons(ReasonText(*refusal));
  }
  return response;
}

}  // namespace entente::node
