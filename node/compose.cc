#include "node/compose.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/agree.h"
#include "core/ledger/parts.h"
#include "core/record/format.h"
#include "core/record/words.h"
#include "node/attachments.h"
#include "node/cases.h"
#include "node/consents.h"
#include "node/labels.h"
#include "node/narrow.h"
#include "node/onward.h"
#include "node/override_drafts.h"
#include "node/search/leak_check.h"
#include "node/second_person.h"
#include "node/sent.h"
#include "node/text.h"
#include "policy/decide.h"

namespace entente::node {
namespace {

absl::StatusOr<std::shared_ptr<const policy::Snapshot>> SnapshotNow(const Ground& ground,
                                                                    Instant now) {
  const ledger::Registry& registry = ground.federation.registry();
  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> snapshot = registry.PolicySnapshot(now);
  // A policy of ours that is in force and not here yet must not read as no policy.
  const bool held = registry.PolicyStanding(ground.agency.jurisdiction(), now) !=
                    ledger::Registry::Standing::kTextNotHeld;
  if (snapshot.ok() && held) return snapshot;
  return RefuseAdvising(Reason::kSnapshotBehind, "",
                        "this node does not hold the vocabulary and policies in force yet",
                        "wait until the node has followed the log; try again in a minute");
}

record::Header HeaderOf(const Ground& ground, const state::SentRecord& sent, const v1::Draft& draft,
                        uint64_t policy_version, Instant now) {
  record::Header header{.origin = ground.agency};
  header.kind = sent.kind();
  header.created = now;
  header.expires = {static_cast<int64_t>(sent.expires_ms())};
  header.purpose = draft.purpose();
  header.handling.assign(draft.handling().begin(), draft.handling().end());
  header.evaluation = draft.evaluation();
  header.urgency = sent.urgency();
  header.obtained_from.assign(draft.obtained_from().begin(), draft.obtained_from().end());
  header.policy_version = policy_version;
  header.record_id = *FixedBytes<16>(sent.record_id());
  if (!sent.case_id().empty()) header.case_id = FixedBytes<16>(sent.case_id());
  header.membership_number = sent.membership();
  return header;
}

void NoteThatItWaits(policy::Decision& decision) {
  const auto word = policy::PolicyReasonWord(policy::PolicyReason::kHandlingNeedsPerson);
  decision.reasons.push_back({policy::Side::kRecord, std::string(word)});
  std::ranges::sort(decision.reasons);
}

// By policy, and then by what the sender keeps back by hand. What waits for a person is decided as
// if one had let it go, and says that it waits.
policy::Decision Decide(const Ground& ground, const policy::Snapshot& snapshot,
                        const record::Header& header, const v1::Draft& draft,
                        const state::SentRecipient& recipient, Instant now) {
  policy::RecordLabels labels = LabelsOf(header);
  for (const v1::DraftSection& section : draft.sections()) {
    labels.sections.push_back(LabelsOf(LabelsOfDraft(section)));
  }
  policy::RecipientLabels to = RecipientLabelsFor(ground, header, draft, recipient, now);
  policy::Decision decision = policy::DecideOutbound(snapshot, labels, to, now);
  if (WaitsForPerson(decision)) {
    to.consents.push_back(OwnConsent(header, draft, recipient, now));
    decision = policy::DecideOutbound(snapshot, labels, to, now);
    NoteThatItWaits(decision);
  }
  const auto agency = ground.federation.registry().FindAgency(recipient.recipient(), now);
  Narrow(draft, recipient.recipient(), agency ? agency->kind : "", decision);
  RefuseWithNobodyToFind(draft, decision);
  return decision;
}

void KeepDecision(const policy::Decision& decision, state::SentRecipient& recipient, Instant now) {
  const policy::VisibleDecision seen = policy::ViewFor(policy::Reader::kOrigin, decision);
  const std::vector<std::string> rules = seen.RuleIds();
  recipient.mutable_rules()->Assign(rules.begin(), rules.end());
  recipient.mutable_reasons()->Assign(seen.reasons.begin(), seen.reasons.end());
  recipient.set_withheld(static_cast<uint32_t>(decision.withheld.size()));
  if (decision.releases()) return;
  const bool held = decision.verdict == policy::Verdict::kHold;
  SetState(recipient, held ? v1::RECIPIENT_STATE_HELD : v1::RECIPIENT_STATE_NOT_SENT, now);
  recipient.set_reason(
      std::string(ReasonWord(held ? Reason::kPolicyHeld : Reason::kPolicyRefused)));
}

uint32_t VersionOf(const state::SentRecord& sent, const v1::Draft& draft) {
  return record::VersionFor(!sent.files().empty(), draft.has_override());
}

// A recipient that our policy lets have something, and the key to seal it to.
struct Granted {
  state::SentRecipient* recipient;
  policy::Decision decision;
  absl::StatusOr<ledger::KeyInfo> key;
};

absl::StatusOr<record::RecipientDraft> DraftFor(const Granted& granted,
                                                const state::SentRecord& sent,
                                                const std::string& instruction,
                                                std::vector<std::string> consents,
                                                PairsOut& pairs) {
  state::SentRecipient& to = *granted.recipient;
  absl::StatusOr<AgencyId> agency = AgencyId::Parse(to.recipient());
  if (!agency.ok()) return agency.status();
  absl::StatusOr<uint64_t> number = pairs.Next(to.recipient(), record::LaneOf(sent.urgency()));
  if (!number.ok()) return number.status();
  to.set_pair_seq(*number);
  const std::vector<std::string>& obligations = granted.decision.origin_obligations;
  to.mutable_obligations()->Assign(obligations.begin(), obligations.end());
  to.mutable_consents()->Assign(consents.begin(), consents.end());
  const std::vector<uint32_t>& released = granted.decision.released;
  to.mutable_sections()->Assign(released.begin(), released.end());
  record::RecipientDraft draft{.recipient = *std::move(agency),
                               .delivery_key = granted.key->public_key,
                               .instrument = to.instrument(),
                               .consents = std::move(consents),
                               .emergency = to.override(),
                               .sections = granted.decision.released,
                               .obligations = obligations,
                               .pair_seq = *number,
                               .in_reply_to = FixedBytes<32>(sent.answers()),
                               .instruction = instruction};
  return draft;
}

void KeepSealed(const record::SealedRecord& sealed, Instant now, state::SentRecord& sent,
                state::SentContent& content) {
  sent.set_record_hash(ToString(sealed.hash));
  sent.set_stage(state::STAGE_SEALED);
  sent.set_created_ms(static_cast<uint64_t>(now.ms));
  sent.clear_waiting_for();
  content.set_header(sealed.record.header());
  content.clear_section_ids();
  for (const SectionId& id : sealed.sections) content.add_section_ids(ToString(id));
  for (const record::ContentKey& key : sealed.content_keys) {
    state::ContentKey& kept = *content.add_keys();
    kept.set_section_id(ToString(key.section_id));
    kept.set_key(ToString(key.key.ExposeSecret()));
  }
}

// Decides for each recipient; those that are let have nothing are settled here.
absl::StatusOr<std::vector<Granted>> Grant(const Ground& ground, const policy::Snapshot& snapshot,
                                           const record::Header& header, const v1::Draft& draft,
                                           state::SentRecord& sent, Instant now) {
  std::vector<Granted> granted;
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (recipient.state() != v1::RECIPIENT_STATE_WAITING) continue;
    policy::Decision decision = Decide(ground, snapshot, header, draft, recipient, now);
    KeepDecision(decision, recipient, now);
    if (!decision.releases()) continue;
    granted.push_back({&recipient, std::move(decision),
                       DeliveryKey(ground, recipient.recipient(), VersionOf(sent, draft), now)});
  }
  return granted;
}

bool IsReleased(const state::SentContent& content, const std::string& recipient,
                const v1::Leak& leak) {
  return std::ranges::any_of(content.released(), [&](const state::ReleasedLeak& one) {
    return one.recipient() == recipient &&
           one.leak().SerializeAsString() == leak.SerializeAsString();
  });
}

// Policy may have changed since somebody looked: what is withheld now is checked now.
absl::Status CheckReleased(const Ground& ground, v1::RecordKind kind,
                           const state::SentContent& content, const std::vector<Granted>& granted,
                           Instant now) {
  for (const Granted& one : granted) {
    const std::string& to = one.recipient->recipient();
    const absl::StatusOr<v1::RecipientPreview> preview =
        PreviewOf(ground, kind, content.draft(), to, one.decision, now);
    if (!preview.ok()) return preview.status();
    if (!preview->second_person().empty() && !WasReleasedTo(content, to, one.decision)) {
      return RefuseAdvising(
          Reason::kPolicyHeld, "second-person",
          Text("a second person is asked for by ", absl::StrJoin(preview->second_person(), ", "),
               " before it goes to ", to),
          "have a releaser look at it: entente held list --justification \"...\"");
    }
    for (const v1::Leak& leak : preview->leaks()) {
      if (IsReleased(content, to, leak)) continue;
      return RefuseAdvising(
          Reason::kPolicyHeld, "leak", Text("a text gives away to ", to, " what is kept from it"),
          "have a releaser look at it: entente held list --justification \"...\"");
    }
  }
  return absl::OkStatus();
}

// Those to whom it is sealed, and nobody who was named and gets nothing.
void NameRecipients(const record::SealRequest& request, v1::Draft& draft) {
  std::set<std::string> names;
  for (const record::RecipientDraft& one : request.recipients) names.insert(one.recipient.text());
  for (v1::DraftSection& section : *draft.mutable_sections()) {
    if (!section.content().has_lead_ask()) continue;
    section.mutable_content()->mutable_lead_ask()->mutable_recipients()->Assign(names.begin(),
                                                                                names.end());
  }
}

// Of the one recipient of such a draft.
absl::Status AddOverride(const Ground& ground, const record::Header& header,
                         const state::SentContent& content, const std::vector<Granted>& granted,
                         Instant now) {
  for (const Granted& one : granted) {
    absl::StatusOr<std::string> sealed =
        OverrideToSeal(ground, header, content, *one.recipient, now);
    if (!sealed.ok()) return sealed.status();
    one.recipient->set_override(*std::move(sealed));
  }
  return absl::OkStatus();
}

// While one of these stands the draft waits; else the first reason is why it does not leave.
absl::Status WithoutKeys(const std::vector<Granted>& granted) {
  const auto waits = std::ranges::find_if(granted, [](const Granted& one) {
    return IsRefusal(one.key.status(), Reason::kKeyUnknown) ||
           IsRefusal(one.key.status(), Reason::kAgencySuspended);
  });
  return waits == granted.end() ? granted.front().key.status() : waits->key.status();
}

// A point of small order gives nothing, whatever is agreed with it.
bool Agrees(const crypto::PublicKey& key) {
  constexpr std::array<uint8_t, 32> kAny = {8};
  const auto any = crypto::AgreementKey::FromPrivate(*crypto::Secret<32>::FromBytes(kAny));
  return any.Agree(key).ok();
}

}  // namespace

absl::StatusOr<ledger::KeyInfo> DeliveryKey(const Ground& ground, const std::string& recipient,
                                            uint32_t version, Instant now) {
  const ledger::Registry& registry = ground.federation.registry();
  const std::vector<uint32_t> formats = registry.FormatVersionsOf(recipient);
  if (!formats.empty() && std::ranges::find(formats, version) == formats.end()) {
    return Refuse(Reason::kKeyUnknown, "format",
                  Text("the node of ", recipient, " does not read records of format version ",
                       version, " yet"));
  }
  absl::StatusOr<ledger::KeyInfo> key =
      registry.CurrentKey(recipient, crypto::KeyUse::kDelivery, now);
  if (key.ok() && !Agrees(key->public_key)) {
    return Refuse(Reason::kMalformed, "delivery-key",
                  Text("nothing can be sealed to the delivery key that ", recipient, " published"));
  }
  return key;
}

absl::Status ChooseInstruments(const Ground& ground, const v1::Draft& draft, Instant now,
                               state::SentRecord& sent) {
  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> snapshot = SnapshotNow(ground, now);
  if (!snapshot.ok()) return snapshot.status();
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    recipient.set_instrument(draft.instrument());
    if (!draft.instrument().empty()) continue;
    const std::vector<std::string> candidates = (*snapshot)->InstrumentsFor(
        ground.agency.text(), recipient.recipient(), draft.purpose(), now);
    if (candidates.size() > 1) {
      return RefuseAdvising(Reason::kLabelMissing, "under",
                            Text("several instruments cover ", draft.purpose(), " to ",
                                 recipient.recipient(), ": ", absl::StrJoin(candidates, ", ")),
                            "name the one to send under, as instrument in the draft");
    }
    if (!candidates.empty()) recipient.set_instrument(candidates.front());
  }
  return absl::OkStatus();
}

absl::StatusOr<policy::Decision> DecideDraft(const Ground& ground, const state::SentRecord& sent,
                                             const v1::Draft& draft,
                                             const state::SentRecipient& recipient, Instant now) {
  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> snapshot = SnapshotNow(ground, now);
  if (!snapshot.ok()) return snapshot.status();
  const uint64_t version =
      (*snapshot)->PolicyVersion(ground.agency.jurisdiction(), now).value_or(0);
  return Decide(ground, **snapshot, HeaderOf(ground, sent, draft, version, now), draft, recipient,
                now);
}

std::vector<v1::Leak> LeaksOf(const v1::Draft& draft, const policy::Decision& decision) {
  if (!decision.releases()) return {};
  std::set<uint32_t> withheld;
  for (const policy::WithheldSection& section : decision.withheld) withheld.insert(section.section);
  return search::FindLeaks(draft, withheld);
}

v1::RecipientPreview PreviewOf(const std::string& recipient, const policy::Decision& decision) {
  const policy::VisibleDecision seen = policy::ViewFor(policy::Reader::kOrigin, decision);
  v1::RecipientPreview preview;
  preview.set_recipient(recipient);
  preview.set_verdict(ledger::ToProto(decision.verdict));
  for (const policy::WithheldSection& section : decision.withheld) {
    preview.add_withheld(section.section);
  }
  for (const policy::MatchedRule& rule : seen.rules) preview.add_rules(rule.id);
  preview.mutable_reasons()->Assign(seen.reasons.begin(), seen.reasons.end());
  preview.mutable_obligations()->Assign(decision.obligations.begin(), decision.obligations.end());
  return preview;
}

absl::StatusOr<v1::RecipientPreview> PreviewOf(const Ground& ground, v1::RecordKind kind,
                                               const v1::Draft& draft, const std::string& recipient,
                                               const policy::Decision& decision, Instant now) {
  v1::RecipientPreview preview = PreviewOf(recipient, decision);
  for (v1::ConsentNote& note : NotesGoing(ground, draft, recipient, now)) {
    *preview.add_consents() = std::move(note);
  }
  for (v1::Leak& leak : LeaksOf(draft, decision)) *preview.add_leaks() = std::move(leak);
  const auto asked = AskForSecond(ground.second_person, kind, draft, decision);
  preview.mutable_second_person()->Assign(asked.begin(), asked.end());
  absl::Status noted = NoteOnward(ground, draft, decision, preview, now);
  if (!noted.ok()) return noted;
  return preview;
}

namespace {

// Who has left the case since this was posted gets nothing.
absl::Status PlaceInCase(const Ground& ground, state::SentRecord& sent, Instant now) {
  if (sent.case_id().empty() || sent.kind() == v1::RECORD_KIND_MEMBERSHIP) return absl::OkStatus();
  absl::StatusOr<uint64_t> number = NumberToPostUnder(ground, sent.case_id(), now);
  if (!number.ok()) return number.status();
  sent.set_membership(*number);
  const absl::StatusOr<std::optional<state::CaseBook>> book = FindCase(ground, sent.case_id());
  if (!book.ok()) return book.status();
  for (state::SentRecipient& recipient : *sent.mutable_recipients()) {
    if (recipient.state() != v1::RECIPIENT_STATE_WAITING ||
        IsInCase(**book, *InForce(**book), recipient.recipient())) {
      continue;
    }
    SetState(recipient, v1::RECIPIENT_STATE_NOT_SENT, now);
    recipient.set_reason("wrong-agency:case");
  }
  return absl::OkStatus();
}

}  // namespace

namespace {

absl::Status AddSections(const Ground& ground, const v1::Draft& draft,
                         record::SealRequest& request) {
  for (const v1::DraftSection& section : draft.sections()) {
    request.sections.push_back({LabelsOfDraft(section), section.content(), {}});
    if (!section.content().has_attachment()) continue;
    absl::StatusOr<record::AttachedFile> file =
        FileToSeal(ground, HexDecode(section.attachment_id()).value_or(""));
    if (!file.ok()) return file.status();
    request.sections.back().file = *std::move(file);
  }
  return absl::OkStatus();
}

// Where we have followed the log to, for all or, when one of them cannot read it, for none.
std::string_view CheckpointToShow(const Ground& ground, const record::SealRequest& request) {
  const std::string& note = ground.federation.checkpoint();
  if (note.size() > record::kCheckpointBytes ||
      !ground.federation.BrokerReads(record::kCheckpointVersion)) {
    return {};
  }
  for (const record::RecipientDraft& to : request.recipients) {
    const std::vector<uint32_t> formats =
        ground.federation.registry().FormatVersionsOf(to.recipient.text());
    if (std::ranges::find(formats, record::kCheckpointVersion) == formats.end()) return {};
  }
  return note;
}

// The broker takes for members those to whom the membership is addressed: it goes to all or none.
absl::Status CheckGoesToAll(const state::SentRecord& sent, const std::vector<Granted>& granted) {
  if (sent.kind() != v1::RECORD_KIND_MEMBERSHIP) return absl::OkStatus();
  for (const Granted& one : granted) {
    if (!one.key.ok()) return one.key.status();
  }
  if (granted.size() == static_cast<size_t>(sent.recipients_size())) return absl::OkStatus();
  return Refuse(Reason::kPolicyRefused, "our own policy does not let every member be told");
}

}  // namespace

absl::StatusOr<std::optional<record::SealedRecord>> SealDraft(const Ground& ground,
                                                              const crypto::SigningKey& signing,
                                                              state::SentRecord& sent,
                                                              state::SentContent& content,
                                                              PairsOut& pairs, Instant now) {
  absl::StatusOr<std::shared_ptr<const policy::Snapshot>> snapshot = SnapshotNow(ground, now);
  if (!snapshot.ok()) return snapshot.status();
  const uint64_t version =
      (*snapshot)->PolicyVersion(ground.agency.jurisdiction(), now).value_or(0);
  state::SentRecord next = sent;
  if (absl::Status status = PlaceInCase(ground, next, now); !status.ok()) return status;
  record::Header header = HeaderOf(ground, next, content.draft(), version, now);
  header.signing_key_id = crypto::MakeKeyId(crypto::KeyUse::kRecordSigning, signing.public_key());
  absl::StatusOr<std::vector<Granted>> granted =
      Grant(ground, **snapshot, header, content.draft(), next, now);
  if (!granted.ok()) return granted.status();
  if (absl::Status all = CheckGoesToAll(next, *granted); !all.ok()) return all;
  if (!granted->empty() &&
      std::ranges::none_of(*granted, [](const Granted& one) { return one.key.ok(); })) {
    return WithoutKeys(*granted);
  }
  record::SealRequest request{
      ground.federation_name(), std::move(header), {}, {}, FixedBytes<16>(sent.record_id())};
  absl::Status released = CheckReleased(ground, sent.kind(), content, *granted, now);
  if (!released.ok()) return released;
  if (absl::Status added = AddOverride(ground, request.header, content, *granted, now);
      !added.ok()) {
    return added;
  }
  PairsOut numbered = pairs;
  for (const Granted& one : *granted) {
    if (!one.key.ok()) {
      SetState(*one.recipient, v1::RECIPIENT_STATE_NOT_SENT, now);
      const std::optional<Refusal> refusal = RefusalOf(one.key.status());
      one.recipient->set_reason(refusal ? ReasonText(*refusal) : "key-unknown");
      continue;
    }
    absl::StatusOr<record::RecipientDraft> draft =
        DraftFor(one, next, content.draft().instruction(),
                 ConsentsToSeal(ground, request.header, content.draft(), *one.recipient,
                                WaitsForPerson(one.decision), signing, now),
                 numbered);
    if (!draft.ok()) return draft.status();
    request.recipients.push_back(*std::move(draft));
  }
  if (request.recipients.empty()) {
    next.set_stage(state::STAGE_CLOSED);
    sent = std::move(next);
    return std::nullopt;
  }
  request.checkpoint = CheckpointToShow(ground, request);
  if (content.draft().show_recipients()) NameRecipients(request, *content.mutable_draft());
  if (absl::Status added = AddSections(ground, content.draft(), request); !added.ok()) {
    return added;
  }
  absl::StatusOr<record::SealedRecord> sealed = record::SealRecord(request, ground.random);
  if (!sealed.ok()) return sealed.status();
  sent = std::move(next);
  pairs = std::move(numbered);
  KeepSealed(*sealed, now, sent, content);
  return *std::move(sealed);
}

}  // namespace entente::node
