#include "core/audit/tlog_policy.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/agency.h"

namespace entente::audit {
namespace {

absl::Status NotTheRule(std::string text) { return absl::FailedPreconditionError(std::move(text)); }

}  // namespace

bool TlogPolicy::Meets(std::span<const size_t> cosigned) const {
  if (!quorum_) return true;
  std::vector<bool> met(voters_.size());
  for (size_t i = 0; i < voters_.size(); ++i) {
    const Voter& voter = voters_[i];
    met[i] = voter.witness
                 ? std::ranges::find(cosigned, *voter.witness) != cosigned.end()
                 : static_cast<uint64_t>(std::ranges::count_if(voter.members, [&](size_t member) {
                     return met[member];
                   })) >= voter.threshold;
  }
  return met[*quorum_];
}

std::optional<uint64_t> TlogPolicy::MetSince(std::span<const Cosignature> cosignatures) const {
  std::vector<Cosignature> newest_first(cosignatures.begin(), cosignatures.end());
  std::ranges::sort(newest_first, std::ranges::greater(), &Cosignature::time);
  std::vector<size_t> cosigned;
  if (Meets(cosigned)) return kLastCosignatureTime;
  for (const Cosignature& one : newest_first) {
    cosigned.push_back(one.witness);
    if (Meets(cosigned)) return one.time;
  }
  return std::nullopt;
}

TlogPolicy::Votes TlogPolicy::votes() const {
  if (!quorum_) return {};
  const Voter& quorum = voters_[*quorum_];
  return quorum.witness ? Votes{1, 1} : Votes{quorum.threshold, quorum.members.size()};
}

// Of all witnesses below it. Each name is a member once, so the walk ends.
absl::StatusOr<std::string> TlogPolicy::JurisdictionOf(size_t top) const {
  std::string found;
  std::vector<size_t> open{top};
  while (!open.empty()) {
    const Voter& voter = voters_[open.back()];
    open.pop_back();
    open.insert(open.end(), voter.members.begin(), voter.members.end());
    if (!voter.witness) continue;
    const auto agency = AgencyId::Parse(voter.name);
    if (!agency.ok() || agency->international()) {
      return NotTheRule(absl::StrCat("the witness ", voter.name,
                                     " is not named by an agency of a State, such as FR.fiu"));
    }
    if (!found.empty() && found != agency->jurisdiction()) {
      return NotTheRule(absl::StrCat(voters_[top].name, " mixes ", found, " with ",
                                     std::string(agency->jurisdiction()),
                                     ": each member of the quorum is one jurisdiction's vote"));
    }
    found = std::string(agency->jurisdiction());
  }
  return found;
}

absl::Status TlogPolicy::CheckOneVoteEach() const {
  if (!quorum_) return NotTheRule("quorum none asks for nobody's vote");
  const Voter& quorum = voters_[*quorum_];
  const std::vector<size_t> votes = quorum.witness ? std::vector<size_t>{*quorum_} : quorum.members;
  std::set<std::string> seen;
  for (size_t vote : votes) {
    auto jurisdiction = JurisdictionOf(vote);
    if (!jurisdiction.ok()) return jurisdiction.status();
    if (!seen.insert(*jurisdiction).second) {
      return NotTheRule(absl::StrCat(*jurisdiction, " has two votes in ", quorum.name,
                                     ": put its witnesses into a group of their own"));
    }
  }
  const auto [needed, all] = this->votes();
  if (3 * needed > 2 * all) return absl::OkStatus();
  return NotTheRule(absl::StrCat(quorum.name, " needs ", needed, " of ", all,
                                 " votes, which is not more than two thirds: write ",
                                 2 * all / 3 + 1, " or more"));
}

}  // namespace entente::audit
