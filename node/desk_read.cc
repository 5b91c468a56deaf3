// Reading at the desk: leads, inbox, one record, the log of consultations (desk.h).
#include <algorithm>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/record/record.h"
#include "node/consents.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/labels.h"
#include "node/page.h"
#include "node/receipts.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kOnlyStatedPurpose = "use-only-for-stated-purpose";

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

// Erased, or about to be: nothing of its content is shown any more.
bool IsOver(const state::ReceivedRecord& received, Instant now) {
  return received.purged() || received.recalled_ms() != 0 ||
         received.purge_ms() <= static_cast<uint64_t>(now.ms);
}

bool IsOver(const state::SentRecord& sent, Instant now) {
  return sent.stage() == state::STAGE_PURGED || sent.recalled_ms() != 0 ||
         sent.expires_ms() <= static_cast<uint64_t>(now.ms);
}

absl::Status Over() { return Refuse(Reason::kExpired, "the time of this record is over"); }

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

// Those that it was sent under, each once.
std::string InstrumentsOf(const state::SentRecord& sent) {
  std::set<std::string> names;
  for (const state::SentRecipient& recipient : sent.recipients()) {
    if (!recipient.instrument().empty()) names.insert(recipient.instrument());
  }
  return absl::StrJoin(names, ", ");
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

void FillConsent(v1::ShownSection& shown) {
  if (!shown.content().has_consent()) return;
  *shown.mutable_consent() = NoteIn(shown.content().consent().statement());
}

void FillSection(const state::KeptSection& kept, v1::ShownSection& shown) {
  shown.set_section_id(HexEncode(AsBytes(kept.section_id())));
  shown.mutable_labels()->ParseFromString(kept.labels());
  shown.mutable_content()->ParseFromString(kept.content());
  FillConsent(shown);
}

bool IsLeftOut(const v1::InboxRequest& request, const state::ReceivedRecord& received) {
  return received.urgency() != v1::URGENCY_URGENT &&
         std::ranges::find(request.without(), received.kind()) != request.without().end();
}

void FillAssigned(const Assigned& assigned, bool inside, v1::InboxItem& item) {
  item.set_unit(assigned.unit);
  item.mutable_officers()->Assign(assigned.officers.begin(), assigned.officers.end());
  item.set_outside(!inside);
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

// What is written into the log of consultations must be a purpose that the federation knows.
absl::Status CheckPurposeKnown(const ledger::Registry& registry, const std::string& purpose,
                               Instant now) {
  if (purpose.empty()) return absl::OkStatus();
  const std::shared_ptr<const policy::Vocabulary> vocabulary = VocabularyAt(registry, now);
  if (vocabulary->Find(policy::Category::kPurpose, purpose)) return absl::OkStatus();
  return RefuseAdvising(
      Reason::kLabelUnknown, "purpose", Text("no such purpose: ", purpose),
      Text("write one of ", absl::StrJoin(vocabulary->words(policy::Category::kPurpose), ", ")));
}

absl::StatusOr<state::ReceivedContent> Desk::ContentOf(const state::ReceivedRecord& received,
                                                       Instant now) const {
  if (received.restriction().closed()) {
    return RefuseAdvising(
        Reason::kExpired, "",
        Text(received.origin(), " restricts this record by what this agency cannot honour"),
        Text("ask ", received.origin(), ", if you need it"));
  }
  if (received.recalled_ms() != 0) {
    return RefuseAdvising(Reason::kExpired, "",
                          Text(received.origin(), " has recalled this record: ",
                               WhyRecalled(received.recall_ground())),
                          Text("ask ", received.origin(), " why, if you acted on it"));
  }
  if (IsOver(received, now)) return Over();
  absl::StatusOr<std::string> plain = ground_->vault.Get(received.record_hash());
  if (!plain.ok()) return plain.status();
  absl::StatusOr<state::ReceivedContent> content = ParseStored<state::ReceivedContent>(*plain);
  if (content.ok()) AddObligations(*ground_, received, now, *content);
  return content;
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

absl::StatusOr<v1::ListResponse> Desk::ListRecords(std::string_view officer,
                                                   const v1::ListRequest& request,
                                                   Instant now) const {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor, role::kReader});
  const bool any_kind = request.kind() == v1::RECORD_KIND_UNSPECIFIED;
  if (status.ok() && any_kind && !request.restricted_only()) {
    status = Refuse(Reason::kLabelMissing, "kind", "say which kind of record to list");
  }
  if (!status.ok()) return status;
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

v1::InboxItem Desk::ItemOf(const state::ReceivedRecord& received) const {
  v1::InboxItem item;
  item.set_record_id(HexOf(received.record_id()));
  item.set_reference(ReferenceOf(received.record_id()));
  item.set_kind(received.kind());
  item.set_origin(received.origin());
  item.set_received_ms(received.received_ms());
  item.set_expires_ms(received.expires_ms());
  item.set_urgency(received.urgency());
  *item.mutable_handling() = received.handling();
  item.set_evaluation(received.evaluation());
  item.set_sections_withheld(received.sections_withheld());
  item.set_read(received.read());
  if (!received.in_reply_to().empty()) item.set_in_reply_to(HexOf(received.in_reply_to()));
  item.set_log_index(received.log_index());
  if (received.has_restriction()) {
    *item.add_restrictions() = ShownRestriction(ground_->agency.text(), received.restriction());
  }
  return item;
}

absl::StatusOr<v1::InboxResponse> Desk::Inbox(std::string_view officer,
                                              const v1::InboxRequest& request, Instant now) const {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor, role::kReader});
  if (!status.ok()) return status;
  absl::StatusOr<Place> last = ReadPlace(request.page());
  if (!last.ok()) return last.status();
  absl::StatusOr<Assignments> assignments = Assignments::Load(*ground_);
  if (!assignments.ok()) return assignments.status();
  v1::InboxResponse response;
  std::vector<std::pair<Place, v1::InboxItem>> items;
  status = ForEach<state::ReceivedRecord>(
      ground_->db, kReceived, [&](std::string_view key, const state::ReceivedRecord& received) {
        Place place{received.received_ms(), std::string(key)};
        const bool shown = received.refusal().empty() && !IsOver(received, now);
        const bool left_out = received.restriction().processing() != request.restricted();
        if (shown && received.restriction().processing()) {
          response.set_restricted(response.restricted() + 1);
        }
        if (!shown || left_out || !(*last < place) || IsLeftOut(request, received)) {
          return absl::OkStatus();
        }
        if (request.unread_only() && received.read()) return absl::OkStatus();
        absl::StatusOr<Assigned> assigned = assignments->Of(received);
        if (!assigned.ok()) return assigned.status();
        v1::InboxItem item = ItemOf(received);
        FillAssigned(*assigned, assignments->IsInside(*assigned, officer), item);
        if (item.outside() && request.mine_only()) return absl::OkStatus();
        items.emplace_back(std::move(place), std::move(item));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  std::ranges::sort(items, {}, &std::pair<Place, v1::InboxItem>::first);
  Page page(request.limit());
  for (auto& [place, item] : items) {
    if (!page.Takes(item.ByteSizeLong())) {
      response.set_next_page(TextOf(*last));
      return response;
    }
    *response.add_items() = std::move(item);
    *last = std::move(place);
  }
  return response;
}

absl::Status Desk::CheckPurpose(const state::ReceivedContent& content, std::string_view stated,
                                std::string_view wanted) const {
  if (wanted.empty() || wanted == stated) return absl::OkStatus();
  const bool bound =
      std::ranges::find(content.obligations(), kOnlyStatedPurpose) != content.obligations().end();
  if (!bound) return absl::OkStatus();
  return Refuse(Reason::kPolicyRefused,
                Text("this record may be used for ", stated, " only, not for ", wanted));
}

absl::StatusOr<v1::ShowResponse> Desk::ShowReceived(const state::ReceivedRecord& received,
                                                    const state::ReceivedContent& content) const {
  absl::StatusOr<std::string> receipt =
      ReceiptName(ground_->db, received.record_id(), received.record_hash());
  if (!receipt.ok()) return receipt.status();
  v1::ShowResponse response;
  *response.mutable_item() = ItemOf(received);
  response.mutable_item()->set_read(true);
  response.set_purpose(received.purpose());
  response.set_instrument(received.instrument());
  for (const state::KeptSection& section : content.sections()) {
    v1::ShownSection& shown = *response.add_sections();
    FillSection(section, shown);
    if (!section.has_file()) continue;
    const absl::StatusOr<bool> fetched =
        IsFetched(*ground_, received.record_hash(), section.section_id());
    if (!fetched.ok()) return fetched.status();
    shown.set_fetched(*fetched);
  }
  *response.mutable_withheld() = content.withheld();
  *response.mutable_obligations() = content.obligations();
  response.set_instruction(content.instruction());
  if (content.has_override()) *response.mutable_override() = content.override();
  response.set_record_hash(DigestText(*FixedBytes<32>(received.record_hash())));
  response.set_receipt_path(*receipt + ".tlog-proof");
  return response;
}

absl::StatusOr<v1::ShowResponse> Desk::OpenReceived(const std::string& hash,
                                                    const v1::ShowRequest& request,
                                                    store::WriteBatch& batch, Instant now) {
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground_->db, kReceived, hash);
  if (!received.ok()) return received.status();
  absl::StatusOr<state::ReceivedContent> content = ContentOf(**received, now);
  if (!content.ok()) return content.status();
  absl::Status status = CheckPurpose(*content, (*received)->purpose(), request.purpose());
  if (!status.ok()) return status;
  absl::StatusOr<v1::ShowResponse> response = ShowReceived(**received, *content);
  (*received)->set_read(true);
  Save(batch, kReceived, hash, **received);
  return response;
}

absl::StatusOr<v1::ShowResponse> Desk::ShowSent(const state::SentRecord& sent, Instant now) const {
  if (IsOver(sent, now)) return WhyOver(sent);
  absl::StatusOr<state::SentContent> content = sent_.Content(sent);
  if (!content.ok()) return content.status();
  v1::ShowResponse response;
  v1::InboxItem& item = *response.mutable_item();
  item.set_record_id(HexOf(sent.record_id()));
  item.set_reference(ReferenceOf(sent.record_id()));
  item.set_kind(sent.kind());
  item.set_origin(ground_->agency.text());
  item.set_expires_ms(sent.expires_ms());
  item.set_urgency(sent.urgency());
  *item.mutable_handling() = content->draft().handling();
  item.set_evaluation(content->draft().evaluation());
  item.set_read(true);
  item.set_log_index(sent.log_index());
  *item.mutable_restrictions() = ShownRestrictions(sent);
  response.set_purpose(sent.purpose());
  response.set_instrument(InstrumentsOf(sent));
  response.set_instruction(content->draft().instruction());
  for (int i = 0; i < content->draft().sections_size(); ++i) {
    const v1::DraftSection& section = content->draft().sections(i);
    v1::ShownSection& shown = *response.add_sections();
    if (i < content->section_ids_size()) shown.set_section_id(HexOf(content->section_ids(i)));
    shown.set_fetched(section.content().has_attachment());
    if (shown.fetched()) shown.set_section_id(section.attachment_id());
    *shown.mutable_labels()->mutable_about() = section.about();
    *shown.mutable_labels()->mutable_data() = section.data();
    shown.mutable_labels()->set_basis(section.basis());
    shown.mutable_labels()->set_essential(section.essential());
    *shown.mutable_content() = section.content();
    FillConsent(shown);
  }
  if (sent.record_hash().empty()) return response;
  response.set_record_hash(DigestText(*FixedBytes<32>(sent.record_hash())));
  if (sent.has_log_index()) response.set_receipt_path(HexOf(sent.record_id()) + ".tlog-proof");
  return response;
}

absl::StatusOr<Assigned> Desk::AssignedTo(const FoundRecord& found,
                                          const Assignments& assignments) const {
  if (found.sent) {
    absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(found.key);
    return sent.ok() ? assignments.Of(**sent) : sent.status();
  }
  absl::StatusOr<std::optional<state::ReceivedRecord>> received =
      Load<state::ReceivedRecord>(ground_->db, kReceived, found.key);
  return received.ok() ? assignments.Of(**received) : received.status();
}

absl::StatusOr<v1::ShowResponse> Desk::Show(std::string_view officer,
                                            const v1::ShowRequest& request, Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kReader});
  if (status.ok()) status = CheckJustification(request.justification());
  if (status.ok()) {
    status = CheckPurposeKnown(ground_->federation.registry(), request.purpose(), now);
  }
  if (!status.ok()) return status;
  store::WriteBatch batch;
  absl::StatusOr<v1::ShowResponse> response;
  absl::StatusOr<FoundRecord> found = Find(request.record_id(), true);
  if (!found.ok()) return found.status();
  if (found->sent) {
    absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(found->key);
    if (!sent.ok()) return sent.status();
    response = ShowSent(**sent, now);
  } else {
    response = OpenReceived(found->key, request, batch, now);
  }
  if (!response.ok()) return response;
  absl::StatusOr<Assignments> assignments = Assignments::Load(*ground_);
  if (!assignments.ok()) return assignments.status();
  absl::StatusOr<Assigned> assigned = AssignedTo(*found, *assignments);
  if (!assigned.ok()) return assigned.status();
  const bool inside = assignments->IsInside(*assigned, officer);
  FillAssigned(*assigned, inside, *response->mutable_item());
  const std::string id = *HexDecode(response->item().record_id());
  state::DiaryLine line =
      MakeLine(officer, operation::kConsultation, id,
               request.purpose().empty() ? response->purpose() : request.purpose(),
               request.justification(), now);
  line.set_outside(!inside);
  if (std::ranges::any_of(response->item().restrictions(), &v1::Restriction::processing)) {
    line.set_detail("read while its use is restricted");
  }
  // In one step with the line, which gets the next number.
  if (!inside) batch.Put(kNode, Text(kOutsidePrefix, U64Key(ground_->diary.size() + 1)), "");
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  return response;
}

}  // namespace entente::node
