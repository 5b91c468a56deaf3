// What must be true of the cases of a simulated world (invariants.h).
#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "tests/federation/invariants.h"

namespace entente::testing {
namespace {

// What the log took of what the owner declared, by the place in the log.
using Memberships = std::map<uint64_t, const ModelMembership*>;

Memberships LoggedOf(const World& world, const ModelCase& in) {
  Memberships out;
  for (const ModelMembership& one : in.declared) {
    const auto index = world.logged.find(one.record);
    if (index != world.logged.end()) out.emplace(index->second, &one);
  }
  return out;
}

void CheckNumbers(World& world, const ModelCase& in, const Memberships& logged) {
  uint64_t number = 0;
  for (const auto& [index, membership] : logged) {
    if (membership->number != ++number) {
      world.scene.Wrong("case " + in.id, "membership " + std::to_string(membership->number) +
                                             " stands in the log as " + std::to_string(number));
    }
  }
}

// The newest membership that names the agency: of what came after its removal it is told nothing.
const ModelMembership* KnownTo(const ModelCase& in, const Memberships& logged,
                               const std::string& agency) {
  const ModelMembership* known = nullptr;
  for (const auto& [index, membership] : logged) {
    if (in.Names(*membership, agency)) known = membership;
  }
  return known;
}

void CheckKnown(World& world, const ModelCase& in, const Memberships& logged,
                const std::string& agency) {
  const ModelMembership* const expected = KnownTo(in, logged, agency);
  for (const v1::CaseSummary& shown : world.Cases(agency)) {
    if (shown.case_id() != in.id) continue;
    std::set<std::string> members;
    for (const v1::CaseMember& member : shown.members()) members.insert(member.agency());
    const bool right =
        expected != nullptr && shown.number() == expected->number && members == expected->members;
    // One that the log did not take stands at its owner until another is declared.
    if (right || (expected == nullptr && agency == in.owner)) return;
    return world.scene.Wrong(agency, "knows membership " + std::to_string(shown.number()) +
                                         " of case " + in.id + ", not " +
                                         std::to_string(expected ? expected->number : 0));
  }
  if (expected != nullptr) world.scene.Wrong(agency, "does not know case " + in.id);
}

// Where the log took a post, its origin and all who show it were in the case.
void CheckPost(World& world, const ModelCase& in, const Memberships& logged,
               const ModelRecord& post, const std::string& agency) {
  const auto index = world.logged.find(post.id);
  if (index == world.logged.end()) {
    return world.scene.Wrong(agency,
                             "shows post " + std::to_string(post.number) + ", which nobody logged");
  }
  const auto next = logged.upper_bound(index->second);
  if (next == logged.begin()) return world.scene.Wrong(agency, "shows a post before its case");
  const ModelMembership& in_force = *std::prev(next)->second;
  if (in.Names(in_force, agency) && in.Names(in_force, post.origin)) return;
  world.scene.Wrong(agency, "shows post " + std::to_string(post.number) + " from after " +
                                "membership " + std::to_string(in_force.number) +
                                ", which has not both it and " + post.origin);
}

// Nowhere what stands there already, be it as a copy.
void CheckOnce(World& world, const std::string& agency, const std::vector<v1::InboxItem>& inbox) {
  std::set<std::pair<std::string, uint64_t>> seen;
  for (const v1::InboxItem& item : inbox) {
    const ModelRecord* const post = world.FindRecord(item.record_id());
    if (post == nullptr || post->case_id.empty()) continue;
    if (!seen.emplace(post->case_id, post->number).second) {
      world.scene.Wrong(agency, "shows post " + std::to_string(post->number) + " twice");
    }
  }
}

}  // namespace

void CheckCases(World& world) {
  for (const ModelCase& in : world.cases) {
    if (in.unsure) continue;
    const Memberships logged = LoggedOf(world, in);
    CheckNumbers(world, in, logged);
    for (const std::string& agency : kAgencies) CheckKnown(world, in, logged, agency);
  }
  for (const std::string& agency : kAgencies) {
    const std::vector<v1::InboxItem> inbox = world.Inbox(agency);
    CheckOnce(world, agency, inbox);
    for (const v1::InboxItem& item : inbox) {
      const ModelRecord* const post = world.FindRecord(item.record_id());
      const ModelCase* const in = post ? world.FindCase(post->case_id) : nullptr;
      if (in == nullptr || in->unsure) continue;
      CheckPost(world, *in, LoggedOf(world, *in), *post, agency);
    }
  }
}

}  // namespace entente::testing
