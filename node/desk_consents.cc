// What goes on to a third: consents given, listed and attached (desk.h).
#include <algorithm>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/compose.h"
#include "node/consents.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/page.h"
#include "node/restrict.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

using Words = google::protobuf::RepeatedPtrField<std::string>;

uint64_t Ms(Instant now) { return static_cast<uint64_t>(now.ms); }

v1::Consent ConsentIn(const state::ReceivedContent& content) {
  v1::SectionContent section;
  if (!content.sections().empty()) section.ParseFromString(content.sections(0).content());
  return section.consent();
}

// What a consent lets go on may be restricted by whoever gave it.
absl::Status CheckGivenUsed(const Ground& ground, const std::string& statement) {
  const absl::StatusOr<std::optional<state::ReceivedRecord>> given =
      Load<state::ReceivedRecord>(ground.db, kReceived, NoteIn(statement).record());
  return given.ok() && *given ? CheckUse(**given) : given.status();
}

// It has come there, was opened, and stands.
absl::Status CheckCame(const state::SentRecord& sent, const state::SentRecipient* holder,
                       const std::string& name, Instant now) {
  if (sent.recalled_ms() != 0 || sent.expires_ms() <= Ms(now)) {
    return RefuseAdvising(Reason::kExpired, "", "the time of this record is over",
                          "what is over goes on to nobody");
  }
  if (sent.kind() == v1::RECORD_KIND_CONSENT || sent.kind() == v1::RECORD_KIND_MEMBERSHIP) {
    return RefuseAdvising(Reason::kMalformed, "", "a record of this kind is not passed on",
                          "give the reference of the record that holds the data");
  }
  if (holder != nullptr && IsRestricted(*holder)) {
    return RefuseAdvising(Reason::kPolicyRefused, "",
                          Text("this agency restricts this record at ", name),
                          "lift the restriction first; what is not used goes on to nobody");
  }
  if (holder != nullptr && holder->acknowledged() &&
      holder->state() != v1::RECIPIENT_STATE_NOT_OPENED) {
    return absl::OkStatus();
  }
  return RefuseAdvising(Reason::kWrongAgency, "", Text(name, " has not received this record"),
                        "name an agency that it was delivered to, as the list of records shows");
}

absl::Status CheckParties(const Ground& ground, const v1::GiveConsentRequest& request,
                          Instant now) {
  const std::string& to = request.recipient();
  if (to == ground.agency.text() || to == request.holder()) {
    return RefuseAdvising(Reason::kWrongAgency, "",
                          "what may go on goes to a third, neither to this agency nor the holder",
                          "name the agency that the holder may send it to");
  }
  if (ground.federation.registry().FindAgency(to, now)) return absl::OkStatus();
  return RefuseAdvising(Reason::kWrongAgency, "", Text(to, " is no agency of this federation"),
                        "list the agencies, and check the spelling");
}

absl::Status CheckUntil(const state::SentRecord& sent, uint64_t until_ms, Instant now) {
  if (until_ms <= Ms(now)) {
    return RefuseAdvising(Reason::kExpired, "", "the consent would be over when it is given",
                          "give an end that is still to come");
  }
  if (until_ms <= sent.expires_ms()) return absl::OkStatus();
  return RefuseAdvising(Reason::kMalformed, "", "the consent would last longer than the record",
                        Text("give an end that is not after ",
                             FormatInstant({static_cast<int64_t>(sent.expires_ms())})));
}

// Of the sections that the holder was given, or what was asked for of it.
absl::StatusOr<Words> NamedOf(const Words& asked, const std::set<std::string>& came,
                              std::string_view holder) {
  for (const std::string& word : asked) {
    if (came.contains(word)) continue;
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("nothing of this record that ", holder, " has is labelled ", word),
                          Text("name of these: ", absl::StrJoin(came, ", ")));
  }
  std::set<std::string> named(asked.begin(), asked.end());
  if (named.empty()) named = came;
  return Words(named.begin(), named.end());
}

absl::Status NameWhat(const state::SentContent& content, const state::SentRecipient& holder,
                      const v1::GiveConsentRequest& request, v1::ConsentNote& note) {
  std::set<std::string> about, data;
  for (const uint32_t i : holder.sections()) {
    const auto& withheld = holder.withheld_ids();
    const auto place = static_cast<int>(i);
    const bool kept = std::ranges::find(withheld, content.section_ids(place)) != withheld.end();
    if (kept) continue;
    const v1::DraftSection& section = content.draft().sections(place);
    about.insert(section.about().begin(), section.about().end());
    data.insert(section.data().begin(), section.data().end());
  }
  absl::StatusOr<Words> persons = NamedOf(request.about(), about, request.holder());
  if (!persons.ok()) return persons.status();
  absl::StatusOr<Words> kinds = NamedOf(request.data(), data, request.holder());
  if (!kinds.ok()) return kinds.status();
  *note.mutable_about() = *std::move(persons);
  *note.mutable_data() = *std::move(kinds);
  return absl::OkStatus();
}

// What tells about the record itself stays as it was when the holder got it.
v1::Draft DraftFor(const state::SentRecord& sent, const state::SentContent& content,
                   const state::SentRecipient& holder, const v1::GiveConsentRequest& request,
                   const v1::ConsentNote& note) {
  v1::Draft draft;
  draft.set_kind(v1::RECORD_KIND_CONSENT);
  draft.add_recipients(holder.recipient());
  draft.set_purpose(sent.purpose());
  draft.set_instrument(holder.instrument());
  *draft.mutable_handling() = content.draft().handling();
  draft.set_evaluation(content.draft().evaluation());
  draft.set_instruction(content.draft().instruction());
  draft.set_urgency(sent.urgency());
  draft.set_expires_ms(note.until_ms());
  draft.set_justification(request.justification());
  v1::DraftSection& section = *draft.add_sections();
  *section.mutable_about() = note.about();
  section.add_data("narrative");
  section.set_basis("fact");
  section.set_essential(true);
  section.mutable_content()->set_language("und");
  section.mutable_content()->mutable_consent()->set_text(request.text());
  return draft;
}

absl::StatusOr<std::string> InstrumentFor(const Ground& ground,
                                          const v1::GiveConsentRequest& request, Instant now) {
  v1::Draft asked;
  asked.set_purpose(request.purpose());
  asked.set_instrument(request.instrument());
  state::SentRecord probe;
  probe.add_recipients()->set_recipient(request.recipient());
  const absl::Status chosen = ChooseInstruments(ground, asked, now, probe);
  if (!chosen.ok()) return chosen;
  const std::string& instrument = probe.recipients(0).instrument();
  if (!instrument.empty()) return instrument;
  return RefuseAdvising(
      Reason::kLabelMissing, "under",
      Text("no instrument covers ", request.purpose(), " to ", request.recipient()),
      "consent for a purpose that an instrument in force covers");
}

}  // namespace

// The note as it is to be signed, but for the obligations.
absl::StatusOr<v1::ConsentNote> Desk::NoteFor(const state::SentRecord& sent,
                                              const state::SentContent& content,
                                              const state::SentRecipient& holder,
                                              const v1::GiveConsentRequest& request,
                                              Instant now) const {
  absl::Status status = CheckParties(*ground_, request, now);
  if (status.ok()) status = CheckUntil(sent, request.until_ms(), now);
  if (status.ok() && request.purpose().empty()) {
    status = Refuse(Reason::kLabelMissing, "purpose", "no purpose given");
  }
  if (status.ok()) {
    status = CheckPurposeKnown(ground_->federation.registry(), request.purpose(), now);
  }
  v1::ConsentNote note;
  if (status.ok()) status = NameWhat(content, holder, request, note);
  if (!status.ok()) return status;
  absl::StatusOr<std::string> instrument = InstrumentFor(*ground_, request, now);
  if (!instrument.ok()) return instrument.status();
  note.set_source(ground_->agency.text());
  note.set_holder(request.holder());
  note.set_recipient(request.recipient());
  note.set_record(sent.record_hash());
  note.set_purpose(request.purpose());
  note.set_instrument(*instrument);
  note.set_from_ms(Ms(now));
  note.set_until_ms(request.until_ms());
  note.set_instant_ms(Ms(now));
  return note;
}

absl::StatusOr<v1::SendResponse> Desk::GiveConsent(std::string_view officer,
                                                   const v1::GiveConsentRequest& request,
                                                   Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<state::SentRecord> sent = FindSent(request.record_id());
  if (!sent.ok()) return sent.status();
  const state::SentRecipient* const holder = FindRecipient(*sent, request.holder());
  if (status = CheckCame(*sent, holder, request.holder(), now); !status.ok()) return status;
  absl::StatusOr<state::SentContent> content = sent_.Content(*sent);
  if (!content.ok()) return content.status();
  absl::StatusOr<v1::ConsentNote> note = NoteFor(*sent, *content, *holder, request, now);
  if (!note.ok()) return note.status();
  absl::StatusOr<std::string> statement = SignConsent(*ground_, content->header(), *note, now);
  if (!statement.ok()) return statement.status();
  v1::Draft draft = DraftFor(*sent, *content, *holder, request, *note);
  draft.mutable_sections(0)->mutable_content()->mutable_consent()->set_statement(*statement);
  state::SentRecord given = NewRecord(officer, v1::RECORD_KIND_CONSENT, draft, now);
  Previews previews;
  if (status = DecideRecipients(draft, now, given, previews); !status.ok()) return status;
  if (previews.at(0).verdict() == v1::VERDICT_REFUSE) {
    return Refuse(Reason::kPolicyRefused,
                  Text("our own policy does not let the consent go to ", request.holder(), ": ",
                       absl::StrJoin(previews.at(0).reasons(), ", ")));
  }
  return KeepSent(given, draft, previews, now);
}

// ---- attached

// The consents that the draft names, from the records that they came with.
absl::Status Desk::AttachConsents(v1::Draft& draft, Instant now) const {
  if (!draft.consents().empty()) {
    return RefuseAdvising(Reason::kMalformed, "", "a draft brings no consents of its own",
                          "name the records that they came with");
  }
  std::set<std::string> ids;
  for (const std::string& name : draft.with_consents()) {
    const absl::StatusOr<Opened> opened = OpenToReply(name, v1::RECORD_KIND_CONSENT, now);
    if (!opened.ok()) return opened.status();
    if (!ids.insert(HexOf(opened->received.record_id())).second) continue;
    const std::string statement = ConsentIn(opened->content).statement();
    absl::Status good = CheckGivenUsed(*ground_, statement);
    if (good.ok()) good = CheckUsable(*ground_, draft, statement, now);
    if (!good.ok()) return good;
    draft.add_consents(statement);
  }
  draft.mutable_with_consents()->Assign(ids.begin(), ids.end());
  return CheckConsentCount(*ground_, draft, now);
}

// Whoever passes on on the strength of a consent has looked at it.
absl::Status Desk::LogConsents(std::string_view officer, const v1::Draft& draft, Instant now) {
  std::vector<state::DiaryLine> lines;
  for (const std::string& id : draft.with_consents()) {
    lines.push_back(MakeLine(officer, operation::kConsultation, *HexDecode(id), draft.purpose(),
                             draft.justification(), now));
    lines.back().set_detail("attached: what its source lets go on");
  }
  store::WriteBatch batch;
  return lines.empty() ? absl::OkStatus() : ground_->Commit(batch, lines);
}

// ---- listed

namespace {

// A consent without its note: why it cannot be read, and so not used.
void SayWhyNot(const absl::Status& status, v1::ConsentSummary& summary) {
  const std::optional<Refusal> refusal = RefusalOf(status);
  summary.set_why_not(refusal ? refusal->text : std::string(status.message()));
}

v1::ConsentSummary Unread(const std::string& record_id, const std::string& source) {
  v1::ConsentSummary summary;
  summary.set_record_id(HexOf(record_id));
  summary.set_reference(ReferenceOf(record_id));
  summary.mutable_note()->set_source(source);
  return summary;
}

absl::StatusOr<v1::ListConsentsResponse> ConsentsPage(
    std::vector<std::pair<Place, v1::ConsentSummary>> rows,
    const v1::ListConsentsRequest& request) {
  absl::StatusOr<Place> last = ReadPlace(request.page());
  if (!last.ok()) return last.status();
  std::ranges::sort(rows, {}, &std::pair<Place, v1::ConsentSummary>::first);
  Page page(request.limit());
  v1::ListConsentsResponse response;
  for (auto& [place, summary] : rows) {
    if (place <= *last) continue;
    if (!page.Takes(summary.ByteSizeLong())) {
      response.set_next_page(TextOf(*last));
      return response;
    }
    *response.add_consents() = std::move(summary);
    *last = std::move(place);
  }
  return response;
}

}  // namespace

// What an officer looks it up by, which the hash in the statement is not.
void Desk::NameAbout(v1::ConsentSummary& summary) const {
  const std::string& hash = summary.note().record();
  std::string id;
  const auto received = Load<state::ReceivedRecord>(ground_->db, kReceived, hash);
  if (received.ok() && *received) id = (*received)->record_id();
  const auto sent = sent_.FindByHash(hash);
  if (id.empty() && sent.ok() && *sent) id = (*sent)->record_id();
  if (id.empty()) return;
  summary.set_about_record_id(HexOf(id));
  summary.set_about_reference(ReferenceOf(id));
}

v1::ConsentSummary Desk::SummaryOfConsent(const state::ReceivedRecord& received,
                                          Instant now) const {
  v1::ConsentSummary summary = Unread(received.record_id(), received.origin());
  summary.set_received(true);
  summary.mutable_note()->set_holder(ground_->agency.text());
  const absl::StatusOr<state::ReceivedContent> content = ContentOf(received, now);
  if (!content.ok()) {
    SayWhyNot(content.status(), summary);
    return summary;
  }
  const v1::Consent consent = ConsentIn(*content);
  *summary.mutable_note() = NoteIn(consent.statement());
  NameAbout(summary);
  absl::Status holds = CheckUse(received);
  if (holds.ok()) holds = CheckGivenUsed(*ground_, consent.statement());
  if (holds.ok()) holds = CheckHolds(*ground_, consent.statement(), now);
  if (!holds.ok()) SayWhyNot(holds, summary);
  return summary;
}

v1::ConsentSummary Desk::SummaryOfConsent(const state::SentRecord& sent, Instant now) const {
  v1::ConsentSummary summary = Unread(sent.record_id(), ground_->agency.text());
  summary.mutable_note()->set_holder(sent.recipients(0).recipient());
  const bool over = sent.recalled_ms() != 0 || sent.expires_ms() <= Ms(now);
  absl::StatusOr<state::SentContent> content = ErasedByTime();
  if (!over) content = sent_.Content(sent);
  if (!content.ok()) {
    SayWhyNot(content.status(), summary);
    return summary;
  }
  const v1::Consent& consent = content->draft().sections(0).content().consent();
  *summary.mutable_note() = NoteIn(consent.statement());
  NameAbout(summary);
  return summary;
}

absl::StatusOr<v1::ListConsentsResponse> Desk::ListConsents(std::string_view officer,
                                                            const v1::ListConsentsRequest& request,
                                                            Instant now) const {
  absl::Status status = ground_->officers.Check(officer, {role::kAuthor, role::kReader});
  if (!status.ok()) return status;
  std::vector<std::pair<Place, v1::ConsentSummary>> rows;
  status = ForEach<state::ReceivedRecord>(
      ground_->db, kReceived, [&](std::string_view key, const state::ReceivedRecord& one) {
        if (one.kind() == v1::RECORD_KIND_CONSENT && one.refusal().empty()) {
          rows.emplace_back(Place{one.received_ms(), Text("r", key)}, SummaryOfConsent(one, now));
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  status = ForEach<state::SentRecord>(
      ground_->db, kSent, [&](std::string_view key, const state::SentRecord& one) {
        if (one.kind() == v1::RECORD_KIND_CONSENT) {
          rows.emplace_back(Place{one.created_ms(), Text("s", key)}, SummaryOfConsent(one, now));
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return ConsentsPage(std::move(rows), request);
}

}  // namespace entente::node
