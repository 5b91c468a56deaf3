// To whom a record at this desk is assigned: a unit, named officers, or both. Whoever else reads it
// does so outside, which is reported. Values made from the store at one moment; not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "entente/v1/desk.pb.h"
#include "node/ground.h"
#include "node/state.pb.h"

namespace entente::node {

// Nobody is assigned when all are empty.
struct Assigned {
  bool everybody = false;  // as long as this agency has no units
  std::string unit;
  std::vector<std::string> officers;
};
// "unit X, officers a, b"; "everybody"; "nobody".
std::string AssignedText(const Assigned& assigned);

// The unit of the rule that says most: kind before agency before State. Empty: no rule fits.
std::string UnitOf(const state::UnitRules& rules, v1::RecordKind kind, std::string_view origin);

// In this order: what somebody assigned, or was assigned when it came; the case that it stands in;
// everybody, as long as no officer has a unit; whoever sent what it answers; the rules of now. What
// was sent is its author's too, and a case of ours whose it was at first.
class Assignments {
 public:
  static absl::StatusOr<Assignments> Load(const Ground& ground);

  absl::StatusOr<Assigned> Of(const state::ReceivedRecord& received) const;
  absl::StatusOr<Assigned> Of(const state::SentRecord& sent) const;
  absl::StatusOr<Assigned> OfCase(std::string_view case_id) const;
  Assigned OfAuthor(const std::string& officer) const;
  // Of an answer or a finding: whose that is which it answers; nullopt when that is not ours.
  absl::StatusOr<std::optional<Assigned>> OfAsked(const state::ReceivedRecord& received) const;
  bool IsInside(const Assigned& assigned, std::string_view officer) const;

  const std::map<std::string, v1::Officer>& officers() const { return officers_; }
  const state::UnitRules& rules() const { return rules_; }
  // By name, each with its officers.
  std::map<std::string, std::vector<std::string>> Units() const;

 private:
  explicit Assignments(const Ground& ground) : ground_(&ground) {}
  std::string UnitOfOfficer(const std::string& officer) const;

  const Ground* ground_;
  std::map<std::string, v1::Officer> officers_;
  state::UnitRules rules_;
  bool any_unit_ = false;
};

// Into `received`, which has just come: an answer goes to whoever is assigned to what it answers,
// what stands in a case to those of the case, all else by the rules.
absl::Status AssignReceived(const Ground& ground, state::ReceivedRecord& received);
// Into `sent`, which is new: its author, and their unit.
absl::Status AssignSent(const Ground& ground, state::SentRecord& sent);

// A rule in place of the one for the same kind and origin; taken away when it names no unit. Gives
// the line for the log. Refusals malformed: kind, origin, a unit that nobody is in, no such rule.
absl::StatusOr<std::string> SetRule(const Ground& ground, const v1::UnitRule& rule,
                                    store::WriteBatch& batch);

}  // namespace entente::node
