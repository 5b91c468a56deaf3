// The answer to "may this record go to this recipient?", and what of it each side may read. Plain
// values; the same inputs give the same decision, field by field and in the same order, so that any
// logged decision can be replayed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/instant.h"

namespace entente::policy {

enum class Verdict : uint8_t { kRelease, kReleaseInPart, kHold, kRefuse };

// "release", "release-in-part", "hold", "refuse".
std::string_view VerdictWord(Verdict verdict);
std::optional<Verdict> VerdictFromWord(std::string_view word);

// The closed list. label-missing, label-unknown and cannot-honour carry a subject after a colon.
enum class PolicyReason : uint8_t {
  kLabelMissing,
  kLabelUnknown,
  kOriginPolicyAbsent,
  kDestinationPolicyAbsent,
  kPolicyExpired,
  kSnapshotBehind,
  kInstrumentUnknown,
  kInstrumentNotInForce,
  kInstrumentNotParty,
  kInstrumentPurpose,
  kNoRuleAllows,
  kWithheld,
  kForbidden,
  kNotTogether,
  kNothingLeft,
  kEssentialMissing,
  kCannotHonour,
  kHandlingNeedsPerson,
  kQuorumNeeded,
  kEngineFailed,
};

std::string_view PolicyReasonWord(PolicyReason reason);
// True for a word of the list, with a subject exactly where one belongs: "label-missing:purpose".
bool IsPolicyReason(std::string_view text);

// Whose rule it was, or which thing the reason is about.
enum class Side : uint8_t { kRecord, kInstrument, kOrigin, kDestination };

// Of Side::kInstrument the id is the instrument's.
struct MatchedRule {
  Side side = Side::kRecord;
  std::string id;
  std::string title;
  friend auto operator<=>(const MatchedRule&, const MatchedRule&) = default;
};

struct SidedReason {
  Side side = Side::kRecord;
  std::string text;  // "no-rule-allows", "label-missing:purpose"
  friend auto operator<=>(const SidedReason&, const SidedReason&) = default;
};

struct WithheldSection {
  uint32_t section = 0;  // position in RecordLabels::sections
  std::vector<MatchedRule> rules;
  std::vector<SidedReason> reasons;
  friend bool operator==(const WithheldSection&, const WithheldSection&) = default;
};

// Ids, sorted, each once.
std::vector<std::string> RuleIdsOf(const std::vector<MatchedRule>& rules);

// Every list is sorted and without repeats.
struct Decision {
  Verdict verdict = Verdict::kRefuse;
  std::vector<uint32_t> released;  // section positions; empty unless the verdict releases
  std::vector<WithheldSection> withheld;
  std::vector<std::string> obligations;         // the union, the strictest value of each word
  std::vector<std::string> origin_obligations;  // of the origin's own allows: it seals these
  std::vector<MatchedRule> matched;
  std::vector<SidedReason> reasons;  // of the record and of all its sections
  Instant at;
  uint64_t snapshot_number = 0;
  Digest snapshot_hash{};
  std::string destination_contact;  // whom to ask there; empty when it has no policy
  bool destination_public = false;  // its file says explain = "public"

  bool releases() const { return verdict <= Verdict::kReleaseInPart; }
  friend bool operator==(const Decision&, const Decision&) = default;
};

// The refusal of one who could not decide at all, with the one reason engine-failed.
Decision EngineFailed(Instant at, uint64_t snapshot_number, const Digest& snapshot_hash);

// What one reader may see of a decision: of the origin's rules the id and title; of the
// destination's rules only that it refuses and whom to ask, unless the reader is the destination
// itself or its file says explain = "public".
enum class Reader : uint8_t { kOrigin, kRecipient };

struct VisibleSection {
  uint32_t section = 0;
  std::vector<std::string> rules;  // ids, sorted
  std::vector<std::string> reasons;
  friend bool operator==(const VisibleSection&, const VisibleSection&) = default;
};

struct VisibleDecision {
  Verdict verdict = Verdict::kRefuse;
  std::vector<uint32_t> released;
  std::vector<VisibleSection> withheld;
  std::vector<std::string> obligations;
  std::vector<MatchedRule> rules;  // those this reader may see, with titles
  std::vector<std::string> reasons;
  // Set when the destination keeps something back or refuses by rules that this reader may not see.
  std::string contact;

  std::vector<std::string> RuleIds() const;
  friend bool operator==(const VisibleDecision&, const VisibleDecision&) = default;
};

VisibleDecision ViewFor(Reader reader, const Decision& decision);

// The whole decision on one line of JSON, arrays sorted:
// {"verdict","released","withheld":[{"section","rules","reasons"}],"obligations","matched",
//  "reasons","at","snapshot"}. For the one who owns the policies (entente-policy decide).
std::string DecisionJson(const Decision& decision);

}  // namespace entente::policy
