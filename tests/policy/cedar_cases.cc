// cedar-cases: random federations and records as Cedar understands them, with what Decide() says,
// as JSON lines for tests/policy/cedar_oracle.mjs: first the head, then one line a world.
//   cedar-cases FIRST_SEED WORLDS RECORDS
//   cedar-cases SEED --record INDEX [--without THING]...
// The second gives one record of one world, with less in it: THING is section:2 or consent:0 (of
// those that are left), override, obtained_from, or the State, version and id of a rule,
// FR/1/OUT-3.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "policy/decide.h"
#include "tests/policy/cedar_rules.h"
#include "tests/policy/random_world.h"

namespace entente::policy::testing {
namespace {

constexpr size_t kMostSections = 8;
constexpr int kDraws = 6;
constexpr uint64_t kGroupLostIn = 4;  // worlds: rules name a group that is gone

// Nine of ten random records are refused, most for several reasons at once, and tell little: of a
// few the first that is not is taken, else the last.
Asked NextRecord(RandomWorld& world, const SnapshotParts& parts, const Snapshot& snapshot) {
  Asked out;
  for (int draw = 0; draw < kDraws; ++draw) {
    out = world.Question(parts, kMostSections);
    if (Decide(snapshot, out.record, out.recipient, out.t).verdict != Verdict::kRefuse) break;
  }
  return out;
}

void Print(const nlohmann::json& line) { std::printf("%s\n", line.dump().c_str()); }

nlohmann::json Answered(const Snapshot& snapshot, const Asked& asked) {
  nlohmann::json out = CedarCase(asked.record, asked.recipient, asked.t);
  out["answer"] =
      nlohmann::json::parse(DecisionJson(Decide(snapshot, asked.record, asked.recipient, asked.t)));
  return out;
}

std::shared_ptr<const Snapshot> Compiled(const SnapshotParts& parts) {
  auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
  if (snapshot.ok()) return *snapshot;
  std::fprintf(stderr, "cedar-cases: %s\n", snapshot.status().ToString().c_str());
  std::exit(1);
}

// A world and its first records.
struct Drawn {
  Drawn(uint64_t seed, size_t count) {
    RandomWorld world(seed);
    parts = world.Parts();
    if (seed % kGroupLostIn == 0) parts.groups.groups.pop_back();
    const auto snapshot = Compiled(parts);
    while (records.size() < count) records.push_back(NextRecord(world, parts, *snapshot));
  }
  SnapshotParts parts;
  std::vector<Asked> records;
};

void PrintWorld(uint64_t seed, const SnapshotParts& parts, const std::vector<Asked>& records) {
  const auto snapshot = Compiled(parts);
  nlohmann::json line = CedarWorld(parts);
  line["seed"] = seed;
  line["cases"] = nlohmann::json::array();
  for (const Asked& asked : records) line["cases"].push_back(Answered(*snapshot, asked));
  Print(line);
}

template <typename T>
void EraseAt(std::vector<T>& list, const std::string& thing) {
  const auto at = static_cast<size_t>(std::atoi(thing.c_str() + thing.find(':') + 1));
  if (at < list.size()) list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
}

void TakeOut(const std::string& thing, SnapshotParts& parts, Asked& asked) {
  if (thing == "obtained_from") return asked.record.obtained_from.clear();
  if (thing == "override") return asked.recipient.emergency.reset();
  if (thing.starts_with("section:")) return EraseAt(asked.record.sections, thing);
  if (thing.starts_with("consent:")) return EraseAt(asked.recipient.consents, thing);
  for (PolicyInForce& one : parts.policies) {
    const std::string policy =
        one.policy.jurisdiction + "/" + std::to_string(one.policy.version) + "/";
    const auto named = [&](const Rule& rule) { return policy + rule.id == thing; };
    std::erase_if(one.policy.outbound, named);
    std::erase_if(one.policy.inbound, named);
  }
}

void PrintOne(uint64_t seed, size_t index, const std::vector<std::string>& without) {
  Drawn drawn(seed, index + 1);
  Asked& asked = drawn.records.back();
  for (const std::string& thing : without) TakeOut(thing, drawn.parts, asked);
  PrintWorld(seed, drawn.parts, {asked});
}

void PrintMany(uint64_t first, uint64_t worlds, size_t records) {
  for (uint64_t seed = first; seed < first + worlds; ++seed) {
    const Drawn drawn(seed, records);
    PrintWorld(seed, drawn.parts, drawn.records);
  }
}

int Main(const std::vector<std::string>& words) {
  const auto number = [&](size_t i) { return std::strtoull(words[i].c_str(), nullptr, 10); };
  const bool one = words.size() >= 3 && words[1] == "--record";
  if (!one && words.size() != 3) {
    std::fprintf(stderr,
                 "usage: cedar-cases SEED WORLDS RECORDS | SEED --record INDEX "
                 "[--without THING]...\n");
    return 2;
  }
  Print(CedarHead(PublishedVocabulary()));
  if (one) {
    std::vector<std::string> without;
    for (size_t i = 4; i < words.size(); i += 2) without.push_back(words[i]);
    PrintOne(number(0), number(2), without);
  } else {
    PrintMany(number(0), number(1), number(2));
  }
  return 0;
}

}  // namespace
}  // namespace entente::policy::testing

int main(int argc, char** argv) {
  return entente::policy::testing::Main(std::vector<std::string>(argv + 1, argv + argc));
}
