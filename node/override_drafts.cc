#include "node/override_drafts.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/consents.h"
#include "core/record/format.h"
#include "core/record/reference.h"
#include "core/record/statements.h"
#include "node/consents.h"
#include "node/desk.h"
#include "node/labels.h"
#include "node/officer_keys.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr size_t kReasonBytes = 4096;
constexpr std::string_view kAskAnew = "ask both officers anew, with a new draft";

uint64_t Ms(Instant instant) { return static_cast<uint64_t>(instant.ms); }
Instant At(uint64_t ms) { return {static_cast<int64_t>(ms)}; }

std::string StateOf(const std::string& agency) { return agency.substr(0, agency.find('.')); }

absl::Status HeldFor(std::string text, std::string advice) {
  return RefuseAdvising(Reason::kPolicyHeld, "override", std::move(text), std::move(advice));
}

void SortUnique(google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

absl::Status CheckSaid(const v1::Draft& draft) {
  const v1::DraftOverride& asked = draft.override();
  if (draft.recipients_size() != 1) {
    return RefuseAdvising(Reason::kMalformed, "", "an override is for one recipient",
                          "send it to each by a draft of its own: two officers answer for each");
  }
  if (draft.obtained_from().empty()) {
    return RefuseAdvising(Reason::kLabelMissing, "obtained_from",
                          "there is nobody whose consent an override could stand in for",
                          "say from which States the data came, or leave the override out");
  }
  if (asked.rules().empty()) {
    return RefuseAdvising(Reason::kLabelMissing, "override",
                          "an override names the rules that are to yield",
                          "the preview of the draft without it shows which rule forbids it");
  }
  if (!v1::OverrideGround_IsValid(asked.ground()) ||
      asked.ground() == v1::OVERRIDE_GROUND_UNSPECIFIED) {
    return RefuseAdvising(Reason::kLabelMissing, "override-ground", "an override has a ground",
                          "one of life, public-security, essential-interests");
  }
  if (IsBlank(asked.reason())) {
    return RefuseAdvising(Reason::kLabelMissing, "override-reason",
                          "an override says why consent could not be had in time",
                          "write what is threatened, and why the source cannot be waited for");
  }
  if (asked.reason().size() <= kReasonBytes) return absl::OkStatus();
  return Refuse(Reason::kTooLarge, "the reason of an override has 4096 bytes at most");
}

void NameSources(const Ground& ground, Instant now, v1::Draft& draft) {
  v1::DraftOverride& asked = *draft.mutable_override();
  if (!asked.sources().empty()) return;
  for (const ledger::AgencyInfo& agency : ground.federation.registry().Agencies(now)) {
    const auto& from = draft.obtained_from();
    const bool gave = std::ranges::find(from, StateOf(agency.agency)) != from.end();
    if (gave && agency.state == ledger::AgencyState::kAdmitted) asked.add_sources(agency.agency);
  }
  SortUnique(*asked.mutable_sources());
}

absl::Status CheckSources(const Ground& ground, const v1::Draft& draft, Instant now) {
  const auto& sources = draft.override().sources();
  if (static_cast<size_t>(sources.size()) > record::kMostSources) {
    return RefuseAdvising(Reason::kTooLarge, "",
                          Text("an override tells ", record::kMostSources, " agencies at most"),
                          "name those that gave the data: --source");
  }
  std::set<std::string> told;
  for (const std::string& source : sources) {
    const auto& from = draft.obtained_from();
    told.insert(StateOf(source));
    if (std::ranges::find(from, StateOf(source)) == from.end()) {
      return RefuseAdvising(Reason::kWrongAgency, "",
                            Text("nothing of the draft was obtained from ", StateOf(source)),
                            Text("leave out ", source));
    }
    absl::Status admitted = ground.federation.registry().CheckAdmitted(source, kEndOfLog, now);
    if (!admitted.ok()) return admitted;
  }
  for (const std::string& state : draft.obtained_from()) {
    if (told.contains(state)) continue;
    return RefuseAdvising(Reason::kWrongAgency, "",
                          Text("no agency of ", state, " would be told of the override"),
                          "name one that is a member: what nobody can be told of does not go");
  }
  return absl::OkStatus();
}

std::set<std::string> IdsOf(const policy::Decision& decision) {
  const std::vector<std::string> ids = policy::RuleIdsOf(decision.matched);
  return {ids.begin(), ids.end()};
}

absl::Status DoesNotYield(std::string_view rule, std::string_view why) {
  return RefuseAdvising(Reason::kPolicyRefused, "override", Text(rule, " ", why),
                        "name what forbids it for want of a consent alone; nothing else yields");
}

// That the record is let go means little when a rule that was named held nothing back.
absl::Status CheckRule(const policy::Policy& own, const std::string& id,
                       const policy::Decision& without, const policy::Decision& with) {
  const auto rule = std::ranges::find(own.outbound, id, &policy::Rule::id);
  if (rule == own.outbound.end()) return DoesNotYield(id, "is no rule of ours on what is sent");
  if (rule->kind != policy::RuleKind::kForbid || !rule->unless_consent_of_source) {
    return DoesNotYield(id, "waits for nobody's consent");
  }
  if (!IdsOf(without).contains(id)) return DoesNotYield(id, "does not forbid this record");
  if (!IdsOf(with).contains(id)) return absl::OkStatus();
  return DoesNotYield(id, "does not yield here; to nothing about victims or children does it");
}

bool IsOver(const v1::OverrideNote& note, Instant now) { return At(note.until_ms()) <= now; }

absl::Status CheckNotOver(const v1::OverrideNote& note, Instant now) {
  if (!IsOver(note, now)) return absl::OkStatus();
  return RefuseAdvising(
      Reason::kExpired, "override",
      Text("the override was for one day, until ", FormatInstant(At(note.until_ms()))),
      std::string(kAskAnew));
}

// The author answers first; whoever releases sees that they do.
absl::Status CheckTurn(const state::SentRecord& sent, std::string_view officer,
                       std::string_view role, const state::Emergency& emergency) {
  for (const state::EmergencySignature& one : emergency.signatures()) {
    if (one.role() == role) {
      return HeldFor(Text("it was signed by ", one.officer(), " in this office"),
                     "it takes two officers in different offices");
    }
    if (one.officer() == officer) {
      return Refuse(Reason::kNotAuthorised, "one person does not sign in both offices");
    }
  }
  if (role == record::kAuthorRole) return absl::OkStatus();
  if (sent.officer() == officer) {
    return Refuse(Reason::kNotAuthorised, "who wrote a record is not its second person");
  }
  if (!emergency.signatures().empty()) return absl::OkStatus();
  return HeldFor("an author has not signed it yet", "the author signs first");
}

}  // namespace

absl::Status CheckOverride(const Ground& ground, v1::Draft& draft, Instant now) {
  if (!draft.has_override()) return absl::OkStatus();
  SortUnique(*draft.mutable_override()->mutable_rules());
  SortUnique(*draft.mutable_override()->mutable_sources());
  if (absl::Status said = CheckSaid(draft); !said.ok()) return said;
  NameSources(ground, now, draft);
  return CheckSources(ground, draft, now);
}

absl::Status CheckYields(const Ground& ground, const v1::Draft& draft,
                         const policy::Decision& without, const policy::Decision& with,
                         Instant now) {
  const auto own = PolicyAt(ground.federation.registry(), ground.agency.jurisdiction(), now);
  if (own == nullptr) return Refuse(Reason::kPolicyRefused, "no policy of ours is in force");
  for (const std::string& id : draft.override().rules()) {
    if (absl::Status good = CheckRule(*own, id, without, with); !good.ok()) return good;
  }
  if (with.releases() || with.verdict == policy::Verdict::kHold) return absl::OkStatus();
  return RefuseAdvising(
      Reason::kPolicyRefused, "override",
      Text("it does not go with the override either: ",
           absl::StrJoin(policy::ViewFor(policy::Reader::kOrigin, with).reasons, ", ")),
      "the preview of the draft shows what else forbids it");
}

policy::OverrideLabels AsIfSigned(const v1::Draft& draft, Instant now) {
  return {.rules = {draft.override().rules().begin(), draft.override().rules().end()},
          .about = WordsOf(draft, true),
          .data = WordsOf(draft, false),
          .from = now - limits::kClockToleranceMs,
          .until = now - limits::kClockToleranceMs + limits::kOverrideMs};
}

state::Emergency NewEmergency(const Ground& ground, const state::SentRecord& sent,
                              const v1::Draft& draft, Instant now) {
  const policy::OverrideLabels labels = AsIfSigned(draft, now);
  const v1::DraftOverride& asked = draft.override();
  state::Emergency emergency;
  emergency.set_reason(asked.reason());
  emergency.set_salt(ToString(ground.random.Bytes<32>()));
  v1::OverrideNote note;
  note.set_origin(ground.agency.text());
  note.set_recipient(draft.recipients(0));
  note.set_record(sent.record_id());
  note.set_purpose(draft.purpose());
  *note.mutable_rules() = asked.rules();
  note.mutable_about()->Assign(labels.about.begin(), labels.about.end());
  note.mutable_data()->Assign(labels.data.begin(), labels.data.end());
  *note.mutable_sources() = asked.sources();
  note.set_ground(asked.ground());
  note.set_reason_digest(
      ToString(crypto::Sha256Concat({AsBytes(emergency.salt()), AsBytes(emergency.reason())})));
  note.set_from_ms(Ms(labels.from));
  note.set_until_ms(Ms(labels.until));
  note.set_instant_ms(Ms(now));
  emergency.set_body(record::Encode(note));
  return emergency;
}

v1::OverrideNote NoteOf(const state::Emergency& emergency) {
  v1::OverrideNote note;
  note.ParseFromString(emergency.body());
  return note;
}

std::string SpokenBody(std::string_view body) {
  const Digest digest = crypto::Sha256(body);
  return record::SpokenReference(*FixedBytes<16>(AsText(digest).substr(0, 16)));
}

absl::Status AddSignature(const Ground& ground, const state::SentRecord& sent,
                          std::string_view officer, const v1::KeySignature& signature, Instant now,
                          state::Emergency& emergency) {
  const v1::OverrideNote note = NoteOf(emergency);
  if (absl::Status status = CheckNotOver(note, now); !status.ok()) return status;
  const auto id = FixedBytes<32>(signature.key_id());
  if (!id) return Refuse(Reason::kMalformed, "a key id has 32 bytes");
  absl::StatusOr<state::OfficerKey> key = KeyOfOfficer(ground.db, *id, officer);
  if (!key.ok()) return key.status();
  const ledger::Registry& registry = ground.federation.registry();
  absl::StatusOr<ledger::KeyInfo> logged = registry.FindKey(
      note.origin(), *id, crypto::KeyUse::kOfficer, kEndOfLog, At(note.instant_ms()));
  if (!logged.ok()) return logged.status();
  absl::Status status = ground.officers.Check(officer, {std::string_view(logged->role)});
  if (status.ok()) status = CheckTurn(sent, officer, logged->role, emergency);
  if (!status.ok()) return status;
  const std::string message = record::StatementMessage(record::kStatementType<v1::OverrideNote>,
                                                       ground.federation_name(), emergency.body());
  status = crypto::Verify(logged->public_key, message, AsBytes(signature.ed25519()));
  if (!status.ok()) return status;
  state::EmergencySignature& added = *emergency.add_signatures();
  added.set_officer(std::string(officer));
  added.set_role(logged->role);
  *added.mutable_signature() = signature;
  return absl::OkStatus();
}

std::string RoleToSign(const Ground& ground, const state::SentRecord& sent,
                       std::string_view officer, Instant now, const state::Emergency& emergency) {
  if (IsOver(NoteOf(emergency), now)) return "";
  for (const std::string_view role : {record::kAuthorRole, record::kReleaserRole}) {
    if (ground.officers.Check(officer, {role}).ok() &&
        CheckTurn(sent, officer, role, emergency).ok()) {
      return std::string(role);
    }
  }
  return "";
}

absl::Status CheckSigned(const state::Emergency& emergency, Instant now) {
  if (absl::Status status = CheckNotOver(NoteOf(emergency), now); !status.ok()) return status;
  if (emergency.signatures_size() == 2) return absl::OkStatus();
  return HeldFor("an author and a releaser sign the override before it is let go",
                 "entente override show says who has; entente override sign does");
}

absl::StatusOr<std::string> OverrideToSeal(const Ground& ground, const record::Header& header,
                                           const state::SentContent& content,
                                           const state::SentRecipient& recipient, Instant now) {
  if (!content.draft().has_override()) return "";
  const state::Emergency& emergency = content.emergency();
  absl::Status holds = CheckSigned(emergency, now);
  v1::SignedStatement statement;
  statement.set_body(emergency.body());
  for (const state::EmergencySignature& one : emergency.signatures()) {
    *statement.add_signatures() = one.signature();
  }
  std::ranges::sort(*statement.mutable_signatures(), {}, &v1::KeySignature::key_id);
  std::string bytes = record::Encode(statement);
  if (holds.ok()) {
    holds = ledger::ReadConsents(ground.federation.registry(), header,
                                 {recipient.recipient(), recipient.instrument(), {}, bytes},
                                 kEndOfLog, now)
                .status();
  }
  if (holds.ok()) return bytes;
  return RefuseAdvising(Reason::kConsentMissing, "override",
                        Text("the override does not hold: ", std::string(holds.message())),
                        std::string(kAskAnew));
}

}  // namespace entente::node
