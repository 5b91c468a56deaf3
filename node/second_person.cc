#include "node/second_person.h"

#include <algorithm>
#include <span>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/reference.h"
#include "core/record/words.h"
#include "node/consents.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kObligation = "second-person";

RecordId FirstBytes(const Digest& digest) {
  return *FixedBytes<16>(AsText(digest).substr(0, sizeof(RecordId)));
}

}  // namespace

std::vector<std::string> AskForSecond(const SecondPersonRule& rule, v1::RecordKind kind,
                                      const v1::Draft& draft, const policy::Decision& decision) {
  if (!decision.releases()) return {};
  std::vector<std::string> asked;
  if (WaitsForPerson(decision)) asked.emplace_back("free-text");
  if (draft.has_override()) asked.emplace_back("override");
  if (kind == v1::RECORD_KIND_MEMBERSHIP) return asked;
  for (const std::string& code : draft.handling()) {
    if (std::ranges::find(rule.handling, code) != rule.handling.end()) {
      asked.push_back(Text("handling:", code));
    }
  }
  if (std::ranges::find(rule.kinds, kind) != rule.kinds.end()) {
    asked.push_back(Text("kind:", record::KindWord(kind)));
  }
  if (std::ranges::find(decision.obligations, kObligation) != decision.obligations.end()) {
    asked.emplace_back("policy");
  }
  std::ranges::sort(asked);
  return asked;
}

bool WasReleasedTo(const state::SentContent& content, const std::string& recipient,
                   const policy::Decision& decision) {
  const auto released =
      std::ranges::find(content.released_to(), recipient, &state::ReleasedTo::recipient);
  if (released == content.released_to().end()) return false;
  return std::ranges::all_of(released->withheld(), [&](uint32_t section) {
    return std::ranges::find(decision.withheld, section, &policy::WithheldSection::section) !=
           decision.withheld.end();
  });
}

Digest DigestOfHeld(const v1::HeldRecord& held) {
  v1::HeldRecord shown;
  shown.set_record_id(held.record_id());
  *shown.mutable_draft() = held.draft();
  *shown.mutable_recipients() = held.recipients();
  const std::string bytes = shown.SerializeAsString();
  return crypto::Sha256Concat({AsBytes("entente/v1 held "), AsBytes(bytes)});
}

std::string SpokenDigest(const Digest& digest) {
  return record::SpokenReference(FirstBytes(digest));
}

absl::Status CheckSeen(const Digest& digest, const std::string& seen) {
  constexpr std::string_view kAdvice =
      "look at it again: entente held list --justification \"...\"";
  if (seen.empty()) {
    return RefuseAdvising(
        Reason::kLabelMissing, "seen", "who releases a record says what was looked at",
        "give what stands beside it in entente held list --justification \"...\"");
  }
  if (seen == DigestText(digest)) return absl::OkStatus();
  const absl::StatusOr<record::ReferencePrefix> prefix = record::ParseReference(seen);
  if (!prefix.ok() && !seen.starts_with("sha256:")) {
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("this is not what stands beside a held record: ",
                               std::string(prefix.status().message())),
                          std::string(kAdvice));
  }
  if (prefix.ok() && record::Matches(*prefix, FirstBytes(digest))) return absl::OkStatus();
  return RefuseAdvising(
      Reason::kPolicyHeld, "seen",
      "this is not the record as it would leave now: what a recipient would get has changed, or "
      "another record was looked at",
      std::string(kAdvice));
}

}  // namespace entente::node
