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
#include "node/log_standing.h"
#include "node/page.h"
#include "node/receipts.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kOnlyStatedPurpose = "use-only-for-stated-purpose";

absl::Status Over() { return Refuse(Reason::kExpired, "the time of this record is over"); }

// Those that it was sent under, each once.
std::string InstrumentsOf(const state::SentRecord& sent) {
  std::set<std::string> names;
  for (const state::SentRecipient& recipient : sent.recipients()) {
    if (!recipient.instrument().empty()) names.insert(recipient.instrument());
  }
  return absl::StrJoin(names, ", ");
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
  ShowLogStanding(*ground_, received, item);
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
  item.set_review_by_ms(sent.review_by_ms());
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
