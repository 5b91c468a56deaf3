// Whether a text is what its statement says: core/ledger/registry.h.
#include <utility>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/registry_files.h"
#include "core/ledger/signer.h"
#include "core/record/calendar_type.h"
#include "policy/calendar.h"
#include "policy/parse.h"

namespace entente::ledger {
namespace {

absl::Status Malformed(const char* text) { return Refuse(Reason::kMalformed, text); }
absl::Status Malformed(const absl::Status& why) {
  return Refuse(Reason::kMalformed, std::string(why.message()));
}

absl::Status CheckDigest(std::string_view digest, std::string_view text) {
  if (FixedBytes<32>(digest) == crypto::Sha256(text)) return absl::OkStatus();
  return Refuse(Reason::kProofBad, "The text is not the one whose digest was signed.");
}

absl::Status CheckVersion(uint64_t in_text, uint64_t in_statement) {
  if (in_text == in_statement) return absl::OkStatus();
  return Malformed("The text has another version than its statement.");
}

absl::Status CheckPolicy(const State& state, std::string_view bytes, std::string_view text,
                         Instant instant) {
  const auto read = ReadSigned<v1::PolicyStatement>(bytes);
  if (!read.ok()) return read.status();
  absl::Status status = CheckDigest(read->body.digest(), text);
  if (!status.ok()) return status;
  const auto federation = ReadFederation(state, instant);
  if (!federation.ok()) return Malformed(federation.status());
  const auto policy = policy::ParsePolicy(text, "policy", *federation->vocabulary.words);
  if (!policy.ok()) return Malformed(policy.status());
  if (policy->jurisdiction != read->body.jurisdiction()) {
    return Malformed("The policy is that of another jurisdiction than its statement.");
  }
  status = CheckVersion(policy->version, read->body.version());
  if (!status.ok()) return status;
  status = policy::CheckReferences(*policy, *federation->groups, *federation->instruments);
  return status.ok() ? status : Malformed(status);
}

absl::Status CheckGroups(const v1::FederationFileStatement& body, std::string_view text) {
  const auto groups = policy::ParseGroups(text, body.type());
  if (!groups.ok()) return Malformed(groups.status());
  return CheckVersion(groups->version, body.version());
}

absl::Status CheckInstruments(const State& state, const v1::FederationFileStatement& body,
                              std::string_view text, Instant instant) {
  const auto vocabulary = ReadVocabulary(state, instant);
  if (!vocabulary.ok()) return Malformed(vocabulary.status());
  const auto instruments = policy::ParseInstruments(text, body.type(), *vocabulary->words);
  if (!instruments.ok()) return Malformed(instruments.status());
  return CheckVersion(instruments->version, body.version());
}

absl::Status CheckCalendar(const v1::FederationFileStatement& body, std::string_view text) {
  const auto calendar = policy::ParseCalendar(text, body.type());
  if (!calendar.ok()) return Malformed(calendar.status());
  if (calendar->jurisdiction != record::CalendarOf(body.type())) {
    return Malformed("The calendar is that of another jurisdiction than its statement.");
  }
  return CheckVersion(calendar->version, body.version());
}

absl::Status CheckFederationFile(const State& state, std::string_view bytes, std::string_view text,
                                 Instant instant) {
  const auto read = ReadSigned<v1::FederationFileStatement>(bytes);
  if (!read.ok()) return read.status();
  const v1::FederationFileStatement& body = read->body;
  absl::Status status = CheckDigest(body.digest(), text);
  if (!status.ok()) return status;
  if (body.type() == "groups") return CheckGroups(body, text);
  if (body.type() == "instruments") return CheckInstruments(state, body, text, instant);
  if (!record::CalendarOf(body.type()).empty()) return CheckCalendar(body, text);
  const auto vocabulary = policy::ParseVocabulary(text, body.type());
  return vocabulary.ok() ? absl::OkStatus() : Malformed(vocabulary.status());
}

}  // namespace

absl::Status Registry::CheckText(v1::EntryKind kind, std::string_view body, std::string_view text,
                                 Instant instant) const {
  switch (kind) {
    case v1::ENTRY_KIND_POLICY:
      return CheckPolicy(*state_, body, text, instant);
    case v1::ENTRY_KIND_FEDERATION_FILE:
      return CheckFederationFile(*state_, body, text, instant);
    default:
      return text.empty() ? absl::OkStatus() : Malformed("This statement goes without a text.");
  }
}

}  // namespace entente::ledger
