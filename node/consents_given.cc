// Consents from one agency to another: those that came, and those that we give (consents.h).
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/consents.h"
#include "core/record/record.h"
#include "core/record/statements.h"
#include "node/consents.h"
#include "node/labels.h"
#include "node/text.h"
#include "policy/decide.h"

namespace entente::node {
namespace {

std::string StateOf(const std::string& agency) { return agency.substr(0, agency.find('.')); }

absl::Status Verify(const Ground& ground, const std::string& statement, std::string purpose,
                    std::vector<std::string> obtained_from, Instant now) {
  record::Header header{.origin = ground.agency};
  header.purpose = std::move(purpose);
  header.obtained_from = std::move(obtained_from);
  const v1::ConsentNote note = NoteIn(statement);
  return ledger::ReadConsents(ground.federation.registry(), header,
                              {note.recipient(), note.instrument(), {statement}}, kEndOfLog, now)
      .status();
}

absl::Status NotForThis(const v1::ConsentNote& note, std::string_view what, std::string advice) {
  return RefuseAdvising(Reason::kConsentMissing, "",
                        Text("the consent of ", note.source(), " is ", what), std::move(advice));
}

template <typename List>
bool Has(const List& list, const std::string& word) {
  return std::ranges::find(list, word) != list.end();
}

policy::RecordLabels AsIfSent(const record::Header& header, const v1::ConsentNote& note) {
  policy::RecordLabels labels = LabelsOf(header);
  labels.purpose = note.purpose();
  labels.obtained_from.clear();
  labels.sections.push_back({.about = {note.about().begin(), note.about().end()},
                             .data = {note.data().begin(), note.data().end()},
                             .basis = "fact"});
  return labels;
}

// What H3 waits for a person for, it does not wait for here: the consent itself waits for one.
policy::RecipientLabels ToThird(const record::Header& header, const v1::ConsentNote& note) {
  return {.recipient = note.recipient(),
          .under = note.instrument(),
          .consents = {{.source = header.origin.text(),
                        .under = note.instrument(),
                        .about = {note.about().begin(), note.about().end()},
                        .data = {note.data().begin(), note.data().end()},
                        .from = {static_cast<int64_t>(note.from_ms())},
                        .until = {static_cast<int64_t>(note.until_ms())}}}};
}

absl::Status DoesNotGo(const v1::ConsentNote& note, const policy::Decision& decision) {
  const policy::VisibleDecision seen = policy::ViewFor(policy::Reader::kOrigin, decision);
  std::vector<std::string> why = seen.RuleIds();
  std::set<std::string> reasons(seen.reasons.begin(), seen.reasons.end());
  for (const policy::VisibleSection& section : seen.withheld) {
    reasons.insert(section.reasons.begin(), section.reasons.end());
  }
  why.insert(why.end(), reasons.begin(), reasons.end());
  return RefuseAdvising(Reason::kPolicyRefused, "",
                        Text("our own policy would not send all of this to ", note.recipient(),
                             ": ", absl::StrJoin(why, ", ")),
                        "name fewer persons or data, or refuse what was asked");
}

}  // namespace

v1::ConsentNote NoteIn(const std::string& statement) {
  v1::SignedStatement read;
  v1::ConsentNote note;
  if (!read.ParseFromString(statement) || !note.ParseFromString(read.body())) return {};
  return note;
}

absl::Status CheckHolds(const Ground& ground, const std::string& statement, Instant now) {
  const v1::ConsentNote note = NoteIn(statement);
  if (note.until_ms() <= static_cast<uint64_t>(now.ms)) {
    return RefuseAdvising(Reason::kExpired, "",
                          Text("the time of the consent of ", note.source(), " is over"),
                          Text("ask ", note.source(), " for another"));
  }
  return Verify(ground, statement, note.purpose(), {StateOf(note.source())}, now);
}

absl::Status CheckUsable(const Ground& ground, const v1::Draft& draft, const std::string& statement,
                         Instant now) {
  if (absl::Status holds = CheckHolds(ground, statement, now); !holds.ok()) return holds;
  const v1::ConsentNote note = NoteIn(statement);
  const std::string state = StateOf(note.source());
  if (!Has(draft.recipients(), note.recipient())) {
    return NotForThis(note, Text("for ", note.recipient(), ", to whom this does not go"),
                      Text("send it to ", note.recipient(), ", or leave the consent out"));
  }
  if (note.purpose() != draft.purpose()) {
    return NotForThis(note, Text("for another purpose: ", note.purpose()),
                      Text("send it for ", note.purpose(), ", or ask for another consent"));
  }
  if (Has(draft.obtained_from(), state)) return absl::OkStatus();
  return NotForThis(note, Text("of a State that this does not come from: ", state),
                    Text("say in the draft that it was obtained_from ", state));
}

absl::Status CheckConsentCount(const Ground& ground, const v1::Draft& draft, Instant now) {
  const bool own = NeedsPerson(*VocabularyAt(ground.federation.registry(), now), draft);
  std::map<std::string, size_t> counts;
  for (const std::string& consent : draft.consents()) {
    if (++counts[NoteIn(consent).recipient()] + (own ? 1 : 0) <= limits::kConsents) continue;
    return RefuseAdvising(
        Reason::kTooLarge, "",
        Text("more than ", limits::kConsents, " consents for ", NoteIn(consent).recipient()),
        "leave out those that cover the same");
  }
  const auto owns = static_cast<size_t>(own ? draft.recipients_size() : 0);
  if (static_cast<size_t>(draft.consents_size()) + owns <= record::kMostConsents) {
    return absl::OkStatus();
  }
  return RefuseAdvising(Reason::kTooLarge, "",
                        Text("more than ", record::kMostConsents,
                             " consents in all, with one for each recipient of what H3 holds"),
                        "send it to fewer at once");
}

std::vector<v1::ConsentNote> NotesGoing(const Ground& ground, const v1::Draft& draft,
                                        const std::string& recipient, Instant now) {
  std::vector<v1::ConsentNote> notes;
  for (const std::string& consent : draft.consents()) {
    v1::ConsentNote note = NoteIn(consent);
    if (note.recipient() != recipient) continue;
    const absl::Status good =
        Verify(ground, consent, draft.purpose(),
               {draft.obtained_from().begin(), draft.obtained_from().end()}, now);
    if (good.ok()) notes.push_back(std::move(note));
  }
  return notes;
}

absl::StatusOr<std::string> SignConsent(const Ground& ground, std::string_view header,
                                        v1::ConsentNote note, Instant now) {
  const absl::StatusOr<record::Header> ours = record::ReadHeader(header);
  if (!ours.ok()) return absl::DataLossError("a sent header in the vault is damaged");
  const ledger::Registry& registry = ground.federation.registry();
  const auto snapshot = registry.PolicySnapshot(now);
  if (!snapshot.ok()) return snapshot.status();
  const policy::Decision decision =
      policy::DecideOutbound(**snapshot, AsIfSent(*ours, note), ToThird(*ours, note), now);
  if (!decision.releases() || !decision.withheld.empty()) return DoesNotGo(note, decision);
  const auto& obligations = decision.obligations;
  note.mutable_obligations()->Assign(obligations.begin(), obligations.end());
  const auto signing = ground.keyring.Signing(registry, crypto::KeyUse::kRecordSigning, now);
  if (!signing.ok()) return signing.status();
  return record::Encode(record::SignBody(ground.federation_name(), note,
                                         {{*signing, crypto::KeyUse::kRecordSigning}}));
}

}  // namespace entente::node
