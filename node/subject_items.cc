#include "node/subject_items.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/consents.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/log_standing.h"
#include "node/overrides.h"
#include "node/recall.h"
#include "node/receipts.h"
#include "node/restrict.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kReceiptEnding = ".tlog-proof";

void ClearPictures(v1::Subject& subject) {
  if (subject.has_photo()) subject.mutable_photo()->clear_image();
}

v1::SubjectSection Shown(const v1::SectionLabels& labels, const v1::SectionContent& content) {
  v1::SubjectSection shown;
  *shown.mutable_labels() = labels;
  *shown.mutable_content() = content;
  if (!content.has_subjects()) return shown;
  for (v1::Subject& subject : *shown.mutable_content()->mutable_subjects()->mutable_subjects()) {
    ClearPictures(subject);
  }
  return shown;
}

void AddLabels(const v1::SectionLabels& labels, std::set<std::string>& about,
               std::set<std::string>& data) {
  about.insert(labels.about().begin(), labels.about().end());
  data.insert(labels.data().begin(), labels.data().end());
}

bool WasLetGo(const state::SentRecipient& recipient) {
  return recipient.pair_seq() != 0 && MayHaveIt(recipient);
}

v1::SubjectDisclosure DisclosedTo(const state::SentRecipient& recipient) {
  v1::SubjectDisclosure to;
  to.set_recipient(recipient.recipient());
  to.set_instrument(recipient.instrument());
  *to.mutable_obligations() = recipient.obligations();
  to.set_erased_ms(recipient.erased_ms());
  return to;
}

std::string StateOf(std::string_view agency) {
  return std::string(agency.substr(0, agency.find('.')));
}

// Why what was sent may hold what was received; empty: nothing says so.
std::string_view WhyOnward(const state::ReceivedRecord& received, const v1::Draft& draft,
                           std::string_view recipient) {
  for (const std::string& consent : draft.consents()) {
    const v1::ConsentNote note = NoteIn(consent);
    if (note.record() == received.record_hash() && note.recipient() == recipient) return "consent";
  }
  if (recipient == received.origin()) return "";  // who gave it
  const auto& from = draft.obtained_from();
  const bool named = std::ranges::find(from, StateOf(received.origin())) != from.end();
  return named ? "obtained-from" : "";
}

}  // namespace

absl::Status SubjectItems::OpenSent(Opened& opened) const {
  absl::StatusOr<state::SentContent> content = sent_.Content(opened.sent);
  if (!content.ok()) return content.status();
  opened.sent_content = *std::move(content);
  v1::Draft& draft = *opened.sent_content.mutable_draft();
  for (const v1::DraftSection& section : draft.sections()) {
    opened.sections.push_back(section.content());
    v1::SectionLabels& labels = opened.labels.emplace_back();
    *labels.mutable_about() = section.about();
    *labels.mutable_data() = section.data();
    labels.set_basis(section.basis());
    labels.set_essential(section.essential());
  }
  draft.clear_sections();
  opened.sent.clear_undecided();
  return absl::OkStatus();
}

absl::Status SubjectItems::OpenReceived(Opened& opened) const {
  absl::StatusOr<std::string> plain = ground_->vault.Get(opened.received.record_hash());
  if (!plain.ok()) return plain.status();
  absl::StatusOr<state::ReceivedContent> content = ParseStored<state::ReceivedContent>(*plain);
  if (!content.ok()) return content.status();
  opened.received_content = *std::move(content);
  AddObligations(*ground_, opened.received, now_, opened.received_content);
  for (const state::KeptSection& section : opened.received_content.sections()) {
    const bool read = opened.sections.emplace_back().ParseFromString(section.content()) &&
                      opened.labels.emplace_back().ParseFromString(section.labels());
    if (!read) return absl::DataLossError("a section in the store is damaged");
  }
  opened.received_content.clear_sections();
  return absl::OkStatus();
}

absl::Status SubjectItems::Open(const Held& held, Opened& opened) const {
  opened.is_sent = held.sent;
  if (!held.sent) {
    auto received = Load<state::ReceivedRecord>(ground_->db, kReceived, held.key);
    if (!received.ok()) return received.status();
    opened.received = **std::move(received);
    return OpenReceived(opened);
  }
  absl::StatusOr<std::optional<state::SentRecord>> sent = sent_.Find(held.key);
  if (!sent.ok()) return sent.status();
  opened.sent = **std::move(sent);
  return OpenSent(opened);
}

absl::Status SubjectItems::Add(Held held, Opened opened) {
  opened.is_sent = held.sent;
  const absl::Status read = held.sent ? OpenSent(opened) : OpenReceived(opened);
  if (absl::IsInternal(read)) return read;
  if (!read.ok()) {
    unread_.push_back(HexOf(held.sent ? opened.sent.record_id() : opened.received.record_id()));
    return absl::OkStatus();
  }
  finder_.Add(static_cast<uint32_t>(held_.size()), {opened.sections, opened.Beside()});
  held_.push_back(std::move(held));
  return absl::OkStatus();
}

void SubjectItems::Trace(std::string_view what, std::string_view record_id,
                         const std::string& text) {
  if (!finder_.IsNamedIn(text)) return;
  v1::SubjectTrace& trace = traces_.emplace_back();
  trace.set_what(std::string(what));
  trace.set_record_id(HexOf(record_id));
  trace.set_text(text);
}

absl::Status SubjectItems::LookAtSent(state::SentRecord sent) {
  if (!IsOver(sent, now_)) {
    Held held{true, sent.record_id()};
    Opened opened;
    opened.sent = std::move(sent);
    return Add(std::move(held), std::move(opened));
  }
  ++destroyed_;
  std::set<std::string> reasons;
  for (const state::SentRecipient& one : sent.recipients()) {
    if (one.reason().starts_with(kNotReleasedBy)) reasons.insert(one.reason());
  }
  for (const std::string& reason : reasons) Trace("not-released", sent.record_id(), reason);
  return absl::OkStatus();
}

absl::Status SubjectItems::LookAtReceived(state::ReceivedRecord received) {
  if (!received.refusal().empty()) return absl::OkStatus();  // it was never opened
  if (IsOver(received, now_)) {
    ++destroyed_;
    return absl::OkStatus();
  }
  Held held{false, received.record_hash()};
  Opened opened;
  opened.received = std::move(received);
  return Add(std::move(held), std::move(opened));
}

// What two officers wrote for an override, and who reviewed it, stays after the record.
absl::Status SubjectItems::LookAtOverrides() {
  const absl::StatusOr<std::vector<KeptOverride>> overrides = AllOverrides(ground_->db);
  if (!overrides.ok()) return overrides.status();
  for (const KeptOverride& one : *overrides) {
    Trace("override-reason", one.note.record(), one.row.reason());
    Trace("override-review", one.note.record(), one.row.text());
  }
  return absl::OkStatus();
}

void SubjectItems::FillSent(const Opened& opened, v1::SubjectItem& item) const {
  const state::SentRecord& sent = opened.sent;
  const v1::Draft& draft = opened.sent_content.draft();
  item.set_record_id(HexOf(sent.record_id()));
  item.set_reference(ReferenceOf(sent.record_id()));
  item.set_kind(sent.kind());
  item.set_direction(HasLeft(sent) ? v1::SUBJECT_DIRECTION_SENT : v1::SUBJECT_DIRECTION_WRITTEN);
  item.set_origin(ground_->agency.text());
  item.set_instant_ms(sent.created_ms());
  item.set_expires_ms(sent.expires_ms());
  item.set_review_by_ms(sent.review_by_ms());
  item.set_purpose(sent.purpose());
  *item.mutable_handling() = draft.handling();
  item.set_evaluation(draft.evaluation());
  *item.mutable_obtained_from() = draft.obtained_from();
  *item.mutable_restrictions() = ShownRestrictions(sent);
  if (!sent.case_id().empty()) item.set_case_id(HexOf(sent.case_id()));
  for (const state::SentRecipient& recipient : sent.recipients()) {
    if (WasLetGo(recipient)) *item.add_disclosed() = DisclosedTo(recipient);
  }
  if (sent.record_hash().empty()) return;
  item.set_record_hash(DigestText(*FixedBytes<32>(sent.record_hash())));
  if (!sent.has_log_index()) return;
  item.set_log_index(sent.log_index());
  item.set_not_yet_witnessed(!ground_->federation.IsWitnessed(sent.log_index()));
  item.set_receipt_path(Text(HexOf(sent.record_id()), kReceiptEnding));
}

absl::Status SubjectItems::FillReceived(const Opened& opened, v1::SubjectItem& item) const {
  const state::ReceivedRecord& received = opened.received;
  const absl::StatusOr<std::string> receipt =
      ReceiptName(ground_->db, received.record_id(), received.record_hash());
  if (!receipt.ok()) return receipt.status();
  v1::RecordHeader header;
  header.ParseFromString(opened.received_content.header());
  item.set_record_id(HexOf(received.record_id()));
  item.set_reference(ReferenceOf(received.record_id()));
  item.set_kind(received.kind());
  item.set_direction(v1::SUBJECT_DIRECTION_RECEIVED);
  item.set_origin(received.origin());
  item.set_instant_ms(received.received_ms());
  item.set_expires_ms(received.purge_ms());
  item.set_purpose(received.purpose());
  item.set_instrument(received.instrument());
  *item.mutable_handling() = received.handling();
  item.set_evaluation(received.evaluation());
  *item.mutable_obtained_from() = header.obtained_from();
  *item.mutable_obligations() = opened.received_content.obligations();
  if (!received.case_id().empty()) item.set_case_id(HexOf(received.case_id()));
  item.set_log_index(received.log_index());
  item.set_record_hash(DigestText(*FixedBytes<32>(received.record_hash())));
  item.set_receipt_path(Text(*receipt, kReceiptEnding));
  ShowLogStanding(*ground_, received, item);
  if (received.has_restriction()) {
    *item.add_restrictions() = ShownRestriction(ground_->agency.text(), received.restriction());
  }
  return absl::OkStatus();
}

absl::Status SubjectItems::FillNotes(const Opened& opened, v1::SubjectItem& item) const {
  const std::string& id = opened.is_sent ? opened.sent.record_id() : opened.received.record_id();
  for (const std::string& name : ground_->held.NotesOn(item.origin(), id)) {
    if (name.size() == sizeof(RecordId)) {
      item.add_not_identical(HexOf(name));
      continue;
    }
    auto note = Load<state::ReceivedRecord>(ground_->db, kReceived, name);
    if (!note.ok()) return note.status();
    if (*note) item.add_not_identical(HexOf((*note)->record_id()));
  }
  return absl::OkStatus();
}

// Another State, whose conditions go with what it gave.
void SubjectItems::FillAsk(v1::SubjectItem& item) const {
  std::set<std::string> whom(item.obtained_from().begin(), item.obtained_from().end());
  std::set<std::string> because;
  if (!whom.empty()) because.insert("obtained-from");
  const std::string own = StateOf(ground_->agency.text());
  if (StateOf(item.origin()) != own) {
    whom.insert(item.origin());
    because.insert("origin");
    for (const std::string& one : item.obligations()) {
      if (one.starts_with("onward:") && one != "onward:free") because.insert(one);
    }
    for (const std::string& code : item.handling()) because.insert(Text("handling:", code));
  }
  whom.erase(own);
  if (whom.empty()) return;
  item.mutable_ask()->Assign(whom.begin(), whom.end());
  item.mutable_ask_because()->Assign(because.begin(), because.end());
}

absl::StatusOr<v1::SubjectItem> SubjectItems::ItemOf(uint32_t number, const Opened& opened) const {
  v1::SubjectItem item;
  if (opened.is_sent) {
    FillSent(opened, item);
  } else if (absl::Status status = FillReceived(opened, item); !status.ok()) {
    return status;
  }
  if (absl::Status status = FillNotes(opened, item); !status.ok()) return status;
  SubjectEvidence evidence = finder_.Explain(number, {opened.sections, opened.Beside()});
  std::set<std::string> about, data;
  size_t bytes = 0;
  for (const size_t at : evidence.sections) {
    AddLabels(opened.labels[at], about, data);
    v1::SubjectSection shown = Shown(opened.labels[at], opened.sections[at]);
    bytes += shown.ByteSizeLong();
    item.set_sections_left_out(bytes > kSubjectSectionsBytes);
    if (!item.sections_left_out()) *item.add_sections() = std::move(shown);
  }
  item.mutable_about()->Assign(about.begin(), about.end());
  item.mutable_data()->Assign(data.begin(), data.end());
  for (v1::SubjectMatch& match : evidence.matches) *item.add_matches() = std::move(match);
  for (v1::Subject& subject : evidence.own) {
    ClearPictures(subject);
    *item.add_own_data() = std::move(subject);
  }
  item.set_named_in_text(evidence.in_text);
  item.set_attachments(static_cast<uint32_t>(
      std::ranges::count_if(opened.sections, &v1::SectionContent::has_attachment)));
  FillAsk(item);
  return item;
}

void SubjectItems::FillOnward(const std::vector<Opened>& opened) {
  for (size_t i = 0; i < opened.size(); ++i) {
    if (opened[i].is_sent) continue;
    for (const Opened& one : opened) {
      if (!one.is_sent) continue;
      for (const state::SentRecipient& recipient : one.sent.recipients()) {
        const std::string_view why =
            WhyOnward(opened[i].received, one.sent_content.draft(), recipient.recipient());
        if (why.empty() || !WasLetGo(recipient)) continue;
        v1::SubjectDisclosure& to = *items_[i].add_disclosed();
        to = DisclosedTo(recipient);
        to.set_record_id(HexOf(one.sent.record_id()));
        to.set_because(std::string(why));
      }
    }
  }
}

// A row that is damaged is a record that cannot be read.
absl::Status SubjectItems::LookAtRows() {
  const absl::Status status =
      ForEachBytes(ground_->db, kReceived, "", [&](std::string_view key, std::string_view value) {
        auto received = ParseStored<state::ReceivedRecord>(value);
        if (received.ok()) return LookAtReceived(*std::move(received));
        unread_.push_back(HexOf(key));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return ForEachBytes(ground_->db, kSent, "", [&](std::string_view key, std::string_view value) {
    auto sent = ParseStored<state::SentRecord>(value);
    if (sent.ok()) return LookAtSent(*std::move(sent));
    unread_.push_back(HexOf(key));
    return absl::OkStatus();
  });
}

absl::Status SubjectItems::Collect() {
  absl::Status status = LookAtRows();
  if (status.ok()) status = LookAtOverrides();
  if (!status.ok()) return status;
  std::vector<Opened> opened;
  for (const uint32_t number : finder_.Find()) {
    Opened& one = opened.emplace_back();
    if (status = Open(held_[number], one); !status.ok()) return status;
    absl::StatusOr<v1::SubjectItem> item = ItemOf(number, one);
    if (!item.ok()) return item.status();
    items_.push_back(*std::move(item));
    one.sections.clear();  // from here on labels are enough
  }
  FillOnward(opened);
  std::ranges::stable_sort(items_, {}, &v1::SubjectItem::instant_ms);
  return absl::OkStatus();
}

void SubjectItems::FillCounts(v1::SubjectReportResponse& response) const {
  response.set_records(held_.size());
  response.set_destroyed(destroyed_);
  response.mutable_unread()->Assign(unread_.begin(), unread_.end());
  for (const v1::SubjectTrace& trace : traces_) *response.add_traces() = trace;
}

}  // namespace entente::node
