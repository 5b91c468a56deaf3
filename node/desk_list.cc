// Lists of records at the desk, sent and received, without any text of them (desk.h).
#include <algorithm>
#include <utility>

#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/log_standing.h"
#include "node/page.h"
#include "node/reviews.h"
#include "node/table.h"

namespace entente::node {
namespace {

bool IsUnanswered(v1::RecipientState state) {
  return state == v1::RECIPIENT_STATE_WAITING || state == v1::RECIPIENT_STATE_HELD ||
         state == v1::RECIPIENT_STATE_LOGGED || state == v1::RECIPIENT_STATE_DELIVERED ||
         state == v1::RECIPIENT_STATE_NOT_OPENED || state == v1::RECIPIENT_STATE_ACCEPTED ||
         state == v1::RECIPIENT_STATE_PARTLY_ANSWERED;
}

bool IsOverdue(const v1::RecordSummary& lead, v1::RecipientState state, Instant now) {
  if (state == v1::RECIPIENT_STATE_UNDELIVERED) return true;
  return lead.deadline_ms() != 0 && lead.deadline_ms() < static_cast<uint64_t>(now.ms) &&
         IsUnanswered(state);
}

std::string ReferenceIn(const v1::SectionContent& content) {
  if (content.has_lead_ask()) return content.lead_ask().reference();
  if (content.has_request_ask()) return content.request_ask().reference();
  return content.alert_notice().reference();
}

void FillAsk(const v1::SectionContent& content, v1::RecordSummary& summary) {
  if (content.has_lead_ask()) {
    summary.set_deadline_ms(content.lead_ask().deadline_ms());
    summary.set_measure(content.lead_ask().measure());
  }
  if (content.has_request_ask()) summary.set_deadline_ms(content.request_ask().due_ms());
  if (content.has_alert_notice()) {
    summary.set_action(content.alert_notice().action());
    summary.set_confirm_by_ms(content.alert_notice().confirm_by_ms());
  }
}

v1::RecipientStatus StatusOf(const state::SentRecipient& recipient) {
  v1::RecipientStatus status;
  status.set_recipient(recipient.recipient());
  status.set_state(recipient.state());
  status.set_reason(recipient.reason());
  *status.mutable_rules() = recipient.rules();
  *status.mutable_reasons() = recipient.reasons();
  status.set_contact(recipient.contact());
  status.set_changed_ms(recipient.changed_ms());
  status.set_sections_withheld(recipient.withheld());
  status.set_decided_again_ms(recipient.again_ms());
  status.set_attachments_fetched_ms(recipient.fetched_ms());
  if (!recipient.answer_record_id().empty()) {
    status.set_answer_record_id(HexOf(recipient.answer_record_id()));
  }
  return status;
}

// The page after `request.page()` of what `summarize` says of the rows.
template <typename Row, typename Summarize>
absl::StatusOr<v1::ListResponse> LeadsPage(std::vector<std::pair<Place, Row>> rows,
                                           const v1::ListRequest& request, Summarize summarize) {
  absl::StatusOr<Place> last = ReadPlace(request.page());
  if (!last.ok()) return last.status();
  std::ranges::sort(rows, {}, &std::pair<Place, Row>::first);
  Page page(request.limit());
  v1::ListResponse response;
  for (const auto& [place, row] : rows) {
    if (place <= *last) continue;
    absl::StatusOr<v1::RecordSummary> lead = summarize(row);
    if (!lead.ok()) return lead.status();
    const bool overdue = std::ranges::any_of(lead->recipients(), &v1::RecipientStatus::overdue);
    if (overdue || !request.overdue_only()) {
      if (!page.Takes(lead->ByteSizeLong())) {
        response.set_next_page(TextOf(*last));
        return response;
      }
      *response.add_records() = *std::move(lead);
    }
    *last = place;
  }
  return response;
}

}  // namespace

bool IsOver(const state::ReceivedRecord& received, Instant now) {
  return received.purged() || received.recalled_ms() != 0 ||
         received.purge_ms() <= static_cast<uint64_t>(now.ms);
}

bool IsOver(const state::SentRecord& sent, Instant now) {
  return sent.stage() == state::STAGE_PURGED || sent.recalled_ms() != 0 ||
         sent.expires_ms() <= static_cast<uint64_t>(now.ms);
}

absl::StatusOr<v1::RecordSummary> Desk::SummaryOfSent(const state::SentRecord& kept,
                                                      Instant now) const {
  state::SentRecord sent = kept;
  if (IsOver(sent, now) && sent.stage() != state::STAGE_PURGED) OnExpired(sent, now);
  v1::RecordSummary lead;
  lead.set_record_id(HexOf(sent.record_id()));
  lead.set_reference(ReferenceOf(sent.record_id()));
  lead.set_origin(ground_->agency.text());
  lead.set_created_ms(sent.created_ms());
  lead.set_expires_ms(sent.expires_ms());
  lead.set_urgency(sent.urgency());
  lead.set_kind(sent.kind());
  if (sent.has_log_index()) lead.set_log_index(sent.log_index());
  state::SentContent content;
  if (sent.stage() != state::STAGE_PURGED) {
    absl::StatusOr<state::SentContent> kept_content = sent_.Content(sent);
    lead.set_damaged(absl::IsDataLoss(kept_content.status()));
    if (!kept_content.ok() && !lead.damaged()) return kept_content.status();
    if (kept_content.ok()) content = *std::move(kept_content);
  }
  lead.set_own_reference(content.draft().own_reference());
  for (const v1::DraftSection& section : content.draft().sections()) {
    FillAsk(section.content(), lead);
  }
  for (const state::SentRecipient& recipient : sent.recipients()) {
    v1::RecipientStatus& status = *lead.add_recipients();
    status = StatusOf(recipient);
    // Nobody answers what they may not use.
    status.set_overdue(!IsRestricted(recipient) && IsOverdue(lead, recipient.state(), now));
  }
  *lead.mutable_restrictions() = ShownRestrictions(sent);
  lead.set_review_by_ms(sent.review_by_ms());
  return lead;
}

absl::StatusOr<v1::RecordSummary> Desk::SummaryOfReceived(const state::ReceivedRecord& received,
                                                          Instant now) const {
  v1::RecordSummary lead;
  lead.set_record_id(HexOf(received.record_id()));
  lead.set_reference(ReferenceOf(received.record_id()));
  lead.set_origin(received.origin());
  lead.set_created_ms(received.received_ms());
  lead.set_expires_ms(received.expires_ms());
  lead.set_urgency(received.urgency());
  lead.set_kind(received.kind());
  if (!received.in_reply_to().empty()) lead.set_about_record_id(HexOf(received.in_reply_to()));
  lead.set_log_index(received.log_index());
  v1::RecipientStatus& status = *lead.add_recipients();
  status.set_recipient(ground_->agency.text());
  status.set_sections_withheld(received.sections_withheld());
  const bool answered = received.answer() != v1::RECIPIENT_STATE_UNSPECIFIED;
  status.set_state(received.recalled_ms() != 0 && received.purged() ? v1::RECIPIENT_STATE_ERASED
                   : received.recalled_ms() != 0                    ? v1::RECIPIENT_STATE_RECALLED
                   : answered                                       ? received.answer()
                   : IsOver(received, now)                          ? v1::RECIPIENT_STATE_EXPIRED
                                           : v1::RECIPIENT_STATE_DELIVERED);
  status.set_changed_ms(answered ? received.answered_ms() : received.received_ms());
  ShowLogStanding(*ground_, received, lead);
  if (received.has_restriction()) {
    *lead.add_restrictions() = ShownRestriction(ground_->agency.text(), received.restriction());
  }
  if (IsOver(received, now) || received.restriction().processing()) return lead;
  absl::StatusOr<state::ReceivedContent> content = ContentOf(received, now);
  lead.set_damaged(absl::IsDataLoss(content.status()));
  if (lead.damaged()) return lead;
  if (!content.ok()) return content.status();
  for (const state::KeptSection& section : content->sections()) {
    v1::SectionContent parsed;
    if (!parsed.ParseFromString(section.content())) continue;
    FillAsk(parsed, lead);
    if (lead.their_reference().empty()) lead.set_their_reference(ReferenceIn(parsed));
  }
  lead.set_own_reference(content->own_answer().reference());
  status.set_overdue(IsOverdue(lead, status.state(), now));
  return lead;
}

absl::StatusOr<v1::ListResponse> Desk::ListDueForReview(const v1::ListRequest& request,
                                                        Instant now) const {
  absl::StatusOr<std::vector<state::SentRecord>> due = DueForReview(*ground_, now);
  if (!due.ok()) return due.status();
  std::vector<std::pair<Place, state::SentRecord>> rows;
  for (state::SentRecord& sent : *due) {
    rows.emplace_back(Place{sent.review_by_ms(), sent.record_id()}, std::move(sent));
  }
  return LeadsPage(std::move(rows), request,
                   [&](const state::SentRecord& sent) { return SummaryOfSent(sent, now); });
}

absl::StatusOr<v1::ListResponse> Desk::ListRecords(std::string_view officer,
                                                   const v1::ListRequest& request,
                                                   Instant now) const {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor, role::kReader});
  const bool any_kind = request.kind() == v1::RECORD_KIND_UNSPECIFIED;
  if (status.ok() && any_kind && !request.restricted_only() && !request.review_due_only()) {
    status = Refuse(Reason::kLabelMissing, "kind", "say which kind of record to list");
  }
  if (!status.ok()) return status;
  if (request.review_due_only()) return ListDueForReview(request, now);
  if (!request.received()) {
    std::vector<std::pair<Place, state::SentRecord>> rows;
    status = ForEach<state::SentRecord>(
        ground_->db, kSent, [&](std::string_view key, state::SentRecord sent) {
          if (!any_kind && sent.kind() != request.kind()) return absl::OkStatus();
          if (request.restricted_only() && ShownRestrictions(sent).empty()) return absl::OkStatus();
          rows.emplace_back(Place{sent.created_ms(), std::string(key)}, std::move(sent));
          return absl::OkStatus();
        });
    if (!status.ok()) return status;
    return LeadsPage(std::move(rows), request,
                     [&](const state::SentRecord& sent) { return SummaryOfSent(sent, now); });
  }
  std::vector<std::pair<Place, state::ReceivedRecord>> rows;
  status = ForEach<state::ReceivedRecord>(
      ground_->db, kReceived, [&](std::string_view key, state::ReceivedRecord received) {
        const bool asked = (any_kind || received.kind() == request.kind()) &&
                           (received.has_restriction() || !request.restricted_only());
        if (!asked || !received.refusal().empty()) return absl::OkStatus();
        rows.emplace_back(Place{received.received_ms(), std::string(key)}, std::move(received));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return LeadsPage(std::move(rows), request, [&](const state::ReceivedRecord& received) {
    return SummaryOfReceived(received, now);
  });
}

}  // namespace entente::node
