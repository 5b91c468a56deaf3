#include <algorithm>
#include <array>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/keys.h"
#include "core/record/calendar_type.h"
#include "core/record/checks.h"
#include "core/record/format.h"
#include "core/record/statements.h"

namespace entente::record {
namespace {

using internal::CheckAgency;
using internal::CheckInstant;
using internal::CheckInterval;
using internal::CheckLength;
using internal::CheckSorted;
using internal::CheckSortedFixed;
using internal::First;
using internal::Malformed;

constexpr size_t kDigestBytes = sizeof(Digest);
constexpr size_t kIdBytes = sizeof(SectionId);
constexpr std::array<std::string_view, 3> kFederationFiles = {"groups", "instruments",
                                                              "vocabulary"};

absl::Status Demand(bool holds, std::string_view otherwise) {
  return holds ? absl::OkStatus() : Malformed(std::string(otherwise));
}

absl::Status CheckPair(std::string_view origin, std::string_view recipient) {
  return First(CheckAgency(origin, "the origin"), CheckAgency(recipient, "the recipient"));
}

// "malformed", "label-missing:purpose".
bool IsReason(std::string_view text) {
  const size_t colon = text.find(':');
  const auto reason = ReasonFromWord(text.substr(0, colon));
  const bool has_subject = reason == Reason::kLabelMissing || reason == Reason::kLabelUnknown;
  return reason.has_value() && (colon == std::string_view::npos || has_subject);
}

bool NamesJurisdiction(std::string_view text) { return text == "ORG" || IsJurisdiction(text); }

absl::Status CheckOwner(std::string_view owner) {
  return Demand(NamesJurisdiction(owner) || AgencyId::Parse(owner).ok(),
                "the owner is neither an agency nor a jurisdiction");
}

// An officer's key signs in one office; no other key has one.
bool HasRole(const v1::KeyEntry& key) {
  const bool officers = key.use() == static_cast<uint32_t>(crypto::KeyUse::kOfficer);
  return officers ? key.role() == kAuthorRole || key.role() == kReleaserRole : key.role().empty();
}

absl::Status CheckKey(const v1::KeyEntry& key) {
  return First(Demand(crypto::KeyUseFromNumber(key.use()).has_value(), "a key use not listed"),
               Demand(HasRole(key), "a key with a role that its use does not have"),
               CheckLength(key.public_key(), "a public key", sizeof(crypto::PublicKey)),
               CheckInterval(key.from_ms(), key.until_ms(), false));
}

absl::Status CheckAscending(const google::protobuf::RepeatedField<uint32_t>& versions) {
  const auto same_or_down = [](uint32_t a, uint32_t b) { return a >= b; };
  if (std::adjacent_find(versions.begin(), versions.end(), same_or_down) == versions.end()) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotCanonical, "the format versions are not ascending");
}

absl::Status CheckFile(uint64_t version, std::string_view digest, uint64_t in_force_ms) {
  return First(Demand(version > 0, "versions count from 1"),
               CheckLength(digest, "the digest", kDigestBytes),
               CheckInstant(in_force_ms, "the day it comes into force"));
}

absl::Status CheckSources(const v1::OverrideNote& body) {
  absl::Status status =
      First(Demand(!body.sources().empty(), "an override of which nobody is told"),
            Demand(static_cast<size_t>(body.sources_size()) <= kMostSources,
                   "an override of which too many are told"),
            CheckSorted(body.sources(), "the sources"));
  for (const std::string& source : body.sources()) {
    status.Update(CheckAgency(source, "a source"));
    status.Update(Demand(source != body.origin(), "the origin as its own source"));
  }
  return status;
}

absl::Status CheckTimes(const v1::OverrideNote& body) {
  return First(
      CheckInterval(body.from_ms(), body.until_ms(), false),
      Demand(body.until_ms() - body.from_ms() <= static_cast<uint64_t>(limits::kOverrideMs),
             "an override that lasts longer than 24 hours"),
      Demand(body.instant_ms() > 0, "an override without its instant"),
      CheckInstant(body.instant_ms(), "the instant"));
}

}  // namespace

absl::Status CheckBody(const v1::WithholdingNote& body) {
  return First(CheckLength(body.record_hash(), "the record hash", kDigestBytes),
               CheckAgency(body.recipient(), "the recipient"),
               Demand(!body.section_ids().empty(), "a note that names no section"),
               CheckSortedFixed(body.section_ids(), "the section ids", kIdBytes),
               CheckSorted(body.rules(), "the rules"));
}

absl::Status CheckBody(const v1::Acknowledgement& body) {
  return First(
      CheckLength(body.record_hash(), "the record hash", kDigestBytes),
      CheckPair(body.origin(), body.recipient()), CheckInstant(body.instant_ms(), "the instant"),
      Demand(body.opened() == body.refusal().empty(),
             "what was opened has no reason for refusal, and what was not has one"),
      Demand(!body.opened() || body.pair_seq() > 0, "what was opened has its number"),
      Demand(body.opened() || IsReason(body.refusal()), "a reason that is not in the closed list"));
}

absl::Status CheckBody(const v1::GapNote& body) {
  return First(CheckPair(body.origin(), body.recipient()),
               Demand(body.pair_seq() > 0, "numbers of records count from 1"));
}

absl::Status CheckBody(const v1::PairHead& body) {
  return First(CheckPair(body.origin(), body.recipient()),
               CheckInstant(body.instant_ms(), "the instant"));
}

absl::Status CheckBody(const v1::RecallNote& body) {
  return First(CheckPair(body.origin(), body.recipient()),
               CheckLength(body.record_hash(), "the record hash", kDigestBytes),
               Demand(v1::RecallGround_IsValid(body.ground()) &&
                          body.ground() != v1::RECALL_GROUND_UNSPECIFIED,
                      "a ground that is not in the closed list"),
               Demand(body.number() > 0, "recall notes count from 1"),
               Demand(body.instant_ms() > 0, "a recall without its instant"),
               CheckInstant(body.instant_ms(), "the instant"));
}

absl::Status CheckBody(const v1::ErasureNote& body) {
  return First(CheckPair(body.origin(), body.recipient()),
               CheckLength(body.record_hash(), "the record hash", kDigestBytes),
               Demand(body.instant_ms() > 0, "an erasure without its instant"),
               CheckInstant(body.instant_ms(), "the instant"));
}

absl::Status CheckBody(const v1::FetchedNote& body) {
  return First(CheckPair(body.origin(), body.recipient()),
               CheckLength(body.record_hash(), "the record hash", kDigestBytes),
               Demand(!body.section_ids().empty(), "it names no attachment"),
               CheckSortedFixed(body.section_ids(), "the attachments", sizeof(SectionId)),
               Demand(body.instant_ms() > 0, "a fetch without its instant"),
               CheckInstant(body.instant_ms(), "the instant"));
}

absl::Status CheckBody(const v1::RestrictionNote& body) {
  const bool lifts = body.ground() == v1::RESTRICTION_GROUND_LIFTED;
  return First(CheckPair(body.origin(), body.recipient()),
               CheckLength(body.record_hash(), "the record hash", kDigestBytes),
               Demand(v1::RestrictionGround_IsValid(body.ground()) &&
                          body.ground() != v1::RESTRICTION_GROUND_UNSPECIFIED,
                      "a ground that is not in the closed list"),
               Demand(lifts ? !body.processing() : body.processing() || !body.obligations().empty(),
                      "its ground does not fit what it restricts"),
               CheckSorted(body.obligations(), "the obligations"),
               Demand(body.number() > 0, "restrictions count from 1"),
               Demand(body.instant_ms() > 0, "a restriction without its instant"),
               CheckInstant(body.instant_ms(), "the instant"));
}

absl::Status CheckBody(const v1::RestrictedNote& body) {
  return First(CheckPair(body.origin(), body.recipient()),
               CheckLength(body.record_hash(), "the record hash", kDigestBytes),
               Demand(body.number() > 0, "restrictions count from 1"),
               Demand(body.instant_ms() > 0, "an answer without its instant"),
               CheckInstant(body.instant_ms(), "the instant"));
}

absl::Status CheckBody(const v1::ConsentNote& body) {
  const bool own = body.source() == body.holder();
  return First(CheckPair(body.source(), body.recipient()), CheckAgency(body.holder(), "the holder"),
               Demand(body.holder() != body.recipient(), "the holder is the recipient"),
               CheckLength(body.record(), "the record", own ? sizeof(RecordId) : kDigestBytes),
               Demand(!body.purpose().empty() && !body.instrument().empty(),
                      "a consent without purpose or instrument"),
               Demand(!body.about().empty() && !body.data().empty(), "a consent to nothing"),
               CheckSorted(body.about(), "the categories of person"),
               CheckSorted(body.data(), "the categories of data"),
               CheckSorted(body.obligations(), "the obligations"),
               CheckInterval(body.from_ms(), body.until_ms(), false),
               Demand(body.instant_ms() > 0, "a consent without its instant"),
               CheckInstant(body.instant_ms(), "the instant"));
}

absl::Status CheckBody(const v1::OverrideNote& body) {
  return First(CheckPair(body.origin(), body.recipient()),
               Demand(body.origin() != body.recipient(), "the origin is the recipient"),
               CheckLength(body.record(), "the record", sizeof(RecordId)),
               Demand(!body.purpose().empty(), "an override without a purpose"),
               Demand(!body.rules().empty(), "an override of no rule"),
               CheckSorted(body.rules(), "the rules"),
               Demand(!body.about().empty() && !body.data().empty(), "an override for nothing"),
               CheckSorted(body.about(), "the categories of person"),
               CheckSorted(body.data(), "the categories of data"), CheckSources(body),
               Demand(v1::OverrideGround_IsValid(body.ground()) &&
                          body.ground() != v1::OVERRIDE_GROUND_UNSPECIFIED,
                      "a ground that is not in the closed list"),
               CheckLength(body.reason_digest(), "the digest of the reason", kDigestBytes),
               CheckTimes(body));
}

absl::Status CheckBody(const v1::Receipt& body) {
  absl::Status status = First(CheckLength(body.root(), "the root", kDigestBytes),
                              Demand(!body.items().empty(), "a receipt for nothing"));
  for (const v1::ReceiptItem& item : body.items()) {
    status.Update(CheckLength(item.record_hash(), "a record hash", kDigestBytes));
  }
  return status;
}

absl::Status CheckBody(const v1::AgencyStatement& body) {
  return First(CheckAgency(body.agency(), "the agency"),
               CheckInterval(body.from_ms(), body.until_ms(), true),
               Demand(!body.kind().empty(), "an agency without a kind"),
               Demand(body.number() > 0, "statements on an agency count from 1"));
}

absl::Status CheckBody(const v1::KeyStatement& body) {
  absl::Status status = First(CheckOwner(body.owner()), CheckAscending(body.format_versions()),
                              CheckInstant(body.instant_ms(), "the instant"));
  for (const v1::KeyEntry& key : body.keys()) status.Update(CheckKey(key));
  return status;
}

absl::Status CheckBody(const v1::Revocation& body) {
  return First(CheckOwner(body.owner()), CheckLength(body.key_id(), "the key id", sizeof(KeyId)),
               CheckInstant(body.instant_ms(), "the instant"));
}

absl::Status CheckBody(const v1::PolicyStatement& body) {
  return First(Demand(NamesJurisdiction(body.jurisdiction()), "no such jurisdiction"),
               CheckFile(body.version(), body.digest(), body.in_force_ms()));
}

absl::Status CheckBody(const v1::FederationFileStatement& body) {
  const bool listed = std::find(kFederationFiles.begin(), kFederationFiles.end(), body.type()) !=
                      kFederationFiles.end();
  const bool calendar =
      NamesJurisdiction(std::string(CalendarOf(body.type()))) && CalendarOf(body.type()) != "ORG";
  return First(Demand(listed || calendar, "a type of federation file that is not listed"),
               CheckFile(body.version(), body.digest(), body.in_force_ms()));
}

absl::Status CheckBody(const v1::QuorumStatement& body) {
  return First(Demand(body.number() > 0, "statements on the quorum count from 1"),
               Demand(!body.policy().empty(), "a quorum without its policy"),
               CheckInstant(body.instant_ms(), "the instant"));
}

}  // namespace entente::record
