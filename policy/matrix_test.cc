// The tables against the engine: every combination asked one by one, on random worlds.
#include "policy/matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/decide.h"
#include "tests/policy/random_world.h"
#include "tests/policy/test_world.h"

namespace entente::policy {
namespace {

using testing::AllowOut;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RandomWorld;
using testing::RuleText;
using testing::World;
using State = MatrixCell::State;

const Vocabulary& Words() { return PublishedVocabulary(); }

size_t IndexOf(Category category, const std::string& word) { return *Words().Find(category, word); }

const MatrixCell& CellAt(const DestinationMatrix& matrix, const std::string& person,
                         const std::string& data) {
  return matrix.cells[IndexOf(Category::kPerson, person)][IndexOf(Category::kData, data)];
}

const DestinationMatrix* Of(const std::vector<DestinationMatrix>& all, const std::string& where) {
  for (const DestinationMatrix& matrix : all) {
    if (std::ranges::find(matrix.destinations, where) != matrix.destinations.end()) return &matrix;
  }
  return nullptr;
}

struct Made {
  SnapshotParts parts;
  Instant at;
  std::vector<DestinationMatrix> Matrices(const Policy& policy,
                                          const std::vector<std::string>& purposes) const {
    const RenderSetting setting{Words(), parts.groups, parts.instruments, parts.agencies, at};
    const auto made = OutboundMatrices(setting, policy, purposes);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.value_or(std::vector<DestinationMatrix>{});
  }
};

std::vector<DestinationMatrix> MatricesOfFrance(World& world, const std::string& rules,
                                                const std::vector<std::string>& purposes = {
                                                    "investigate"}) {
  world.of("FR").rules = rules;
  return Made{world.Parts(), world.now}.Matrices(world.Parsed("FR"), purposes);
}

// Words that random worlds use, and one of each category that they never do.
const std::vector<std::string> kKinds = {"police", "fiu", "ngo", "border"};
const std::vector<std::string> kRecords = {"lead", "answer", "alert"};
const std::vector<std::string> kPurposes = {"investigate", "asset-recovery"};
const std::vector<std::string> kPersons = {"suspect", "victim", "witness"};
const std::vector<std::string> kData = {"identity", "financial", "photo"};

// Who stands at one end: agencies made up for this test, or the one that is named.
std::vector<std::string> EndsOf(const std::string& where, const std::string& name,
                                std::vector<Agency>& agencies) {
  if (where.find('.') != where.npos) return {where};
  std::vector<std::string> out;
  for (const std::string& kind : kKinds) {
    const std::string id = where + "." + name + kind;
    agencies.push_back({AgencyId::Parse(id).value(), kind, id, {}, {}});
    out.push_back(id);
  }
  return out;
}

struct Asked {
  bool goes = false, obliged = false;
  std::set<std::string> by;
};

class Everything {
 public:
  Everything(SnapshotParts parts, const Policy& policy, const std::string& destination, Instant at)
      : policy_(policy), at_(at) {
    for (const Rule& rule : policy.outbound) {
      if (rule.kind == RuleKind::kAllow) allows_.insert(rule.id);
    }
    origins_ = policy.jurisdiction == "ORG" ? std::vector<std::string>{"ORG.x"}
                                            : EndsOf(policy.jurisdiction, "sends-", parts.agencies);
    recipients_ = EndsOf(destination, "gets-", parts.agencies);
    for (const Instrument& instrument : parts.instruments.instruments) {
      instruments_.push_back(instrument.id);
    }
    parts.policies = {{policy, policy.valid.from}};
    snapshot_ = Snapshot::Compile(Words(), parts).value();
  }

  Asked Of(const std::string& person, const std::string& data) {
    Asked out;
    for (auto& [record, recipient] : Going()) {
      record.sections = {{{person}, {data}, "", false}};
      Add(DecideOutbound(*snapshot_, record, recipient, at_), record.handling[0], out);
    }
    return out;
  }

 private:
  using Questions = std::vector<std::pair<RecordLabels, RecipientLabels>>;

  // All that some allow matches, whatever it is about.
  Questions& Going() {
    if (!going_.empty()) return going_;
    RecordLabels record;
    record.urgency = "normal";
    record.created = at_;
    record.expires = at_ + 1000;
    record.sections = {{kPersons, kData, "", false}};
    for (const std::string& from :
         Values([](const Rule& rule) { return !rule.from_kind.empty(); }, origins_)) {
      record.origin = from;
      for (const std::string& kind :
           Values([](const Rule& rule) { return !rule.record.empty(); }, kRecords)) {
        record.kind = kind;
        for (const std::string& purpose : kPurposes) {
          record.purpose = purpose;
          AddLabelled(record);
        }
      }
    }
    return going_;
  }

  // All of a label's values when some rule asks for it, else one.
  template <typename Asks>
  std::vector<std::string> Values(Asks asks, std::vector<std::string> all) const {
    if (std::ranges::none_of(policy_.outbound, asks)) all.resize(1);
    return all;
  }

  void AddLabelled(RecordLabels record) {
    const auto evaluations = Values([](const Rule& rule) { return !rule.reliability.empty(); },
                                    {"A1", "A2", "A3", "B1", "B2", "B3", "C1", "C2", "C3"});
    const auto sources = Values([](const Rule& rule) { return rule.obtained_from.has_value(); },
                                {"", "FR", "BR", "DE", "JP", "ORG"});
    for (const char* code : {"H0", "H1", "H2"}) {
      record.handling = {code};
      for (const std::string& evaluation : evaluations) {
        record.evaluation = evaluation;
        for (const std::string& source : sources) {
          record.obtained_from = {source};
          if (source.empty()) record.obtained_from.clear();
          AddBetween(record);
        }
      }
    }
  }

  void AddBetween(const RecordLabels& record) {
    for (const std::string& to :
         Values([](const Rule& rule) { return !rule.to_kind.empty(); }, recipients_)) {
      for (const std::string& under : instruments_) {
        if (to == record.origin) continue;
        const Decision decision = DecideOutbound(*snapshot_, record, {to, under}, at_);
        const bool allowed = std::ranges::any_of(
            decision.matched, [&](const MatchedRule& rule) { return allows_.contains(rule.id); });
        if (allowed) going_.push_back({record, {to, under}});
      }
    }
  }

  void Add(const Decision& decision, const std::string& code, Asked& out) const {
    if (!decision.releases()) return;
    const std::string of_code = code == "H0"   ? "use-only-for-stated-purpose"
                                : code == "H1" ? "no-judicial-use-without-consent"
                                               : "onward:with-consent";
    out.goes = true;
    if (decision.obligations != std::vector<std::string>{of_code}) out.obliged = true;
    for (const std::string& id : RuleIdsOf(decision.matched)) {
      if (allows_.contains(id)) out.by.insert(id);
    }
  }

  const Policy& policy_;
  Questions going_;
  Instant at_;
  std::set<std::string> allows_;
  std::vector<std::string> origins_, recipients_, instruments_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST(Matrix, SaysWhatTheEngineDecidesOfEveryCombination) {
  size_t goes = 0, stays = 0;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const Instant at = world.When();
    if (parts.policies.empty()) continue;
    const Policy& policy = parts.policies[seed % parts.policies.size()].policy;
    for (const DestinationMatrix& matrix : Made{parts, at}.Matrices(policy, kPurposes)) {
      for (const std::string& destination : matrix.destinations) {
        Everything engine(parts, policy, destination, at);
        for (const std::string& person : kPersons) {
          for (const std::string& data : kData) {
            const MatrixCell& cell = CellAt(matrix, person, data);
            const Asked asked = engine.Of(person, data);
            ASSERT_EQ(cell.state >= State::kObliged, asked.goes)
                << seed << " " << policy.jurisdiction << " " << destination << " " << person << " "
                << data;
            ASSERT_EQ(cell.state == State::kObliged, asked.obliged) << seed;
            ASSERT_EQ(cell.by, asked.by) << seed;
            (asked.goes ? goes : stays) += 1;
          }
        }
      }
    }
  }
  EXPECT_GT(goes, 40u);
  EXPECT_GT(stays, 80u);
}

// What both sides release, between agencies that exist, the tables of the origin show.
TEST(Matrix, NothingGoesThatTheTablesDoNotShow) {
  size_t released = 0;
  for (uint64_t seed = 100; seed < 110; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const auto snapshot = Snapshot::Compile(Words(), parts).value();
    const Made made{parts, world.When()};
    std::map<std::string, std::vector<DestinationMatrix>> of_origin;
    for (int i = 0; i < 600; ++i) {
      RecordLabels record = world.Record(parts);
      const RecipientLabels recipient = world.Recipient();
      const Decision decision = Decide(*snapshot, record, recipient, made.at);
      const std::string state = record.origin.substr(0, record.origin.find('.'));
      if (!decision.releases()) continue;
      if (!of_origin.contains(state)) {
        const auto version = snapshot->PolicyVersion(state, made.at);
        const auto policy = std::ranges::find_if(parts.policies, [&](const PolicyInForce& one) {
          return one.policy.jurisdiction == state && one.policy.version == version;
        });
        of_origin[state] = made.Matrices(policy->policy, kPurposes);
      }
      const auto* matrix = Of(of_origin[state], recipient.recipient);
      const std::string other = recipient.recipient.substr(0, recipient.recipient.find('.'));
      if (matrix == nullptr) matrix = Of(of_origin[state], other);
      ASSERT_NE(matrix, nullptr) << seed << " " << recipient.recipient;
      for (const uint32_t section : decision.released) {
        for (const std::string& person : record.sections[section].about) {
          for (const std::string& data : record.sections[section].data) {
            EXPECT_GE(CellAt(*matrix, person, data).state, State::kObliged)
                << seed << " " << record.origin << " " << recipient.recipient << " " << person
                << " " << data;
            ++released;
          }
        }
      }
    }
  }
  EXPECT_GT(released, 50u);
}

TEST(Matrix, ToEachDestinationWhatGoesAndByWhichArticle) {
  World world;
  const auto all = MatricesOfFrance(
      world,
      AllowOut("FREE") + AllowOut("OBLIGED", "obligations = [\"onward:never\"]\n") +
          RuleText("outbound.withhold", "KEPT", "about = [\"victim\"]\ndata = [\"address\"]"));
  const DestinationMatrix* brazil = Of(all, "BR");
  ASSERT_NE(brazil, nullptr);
  EXPECT_THAT(brazil->destinations, ElementsAre("BR"));
  const MatrixCell& identity = CellAt(*brazil, "suspect", "identity");
  EXPECT_EQ(identity.state, State::kObliged);
  EXPECT_THAT(identity.by, ElementsAre("FREE", "OBLIGED"));
  EXPECT_THAT(identity.against, IsEmpty());
  EXPECT_EQ(CellAt(*brazil, "suspect", "photo").state, State::kNothing);
  const MatrixCell& address = CellAt(*brazil, "victim", "address");
  EXPECT_EQ(address.state, State::kStays);
  EXPECT_THAT(address.against, ElementsAre("KEPT"));
}

TEST(Matrix, WithoutMoreThanTheHandlingCodeObligesItIsFree) {
  World world;
  const auto all = MatricesOfFrance(world, AllowOut("FREE"));
  EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kFree);
}

// H0 obliges to the same as the rule; under H1 the rule adds to the code.
TEST(Matrix, FreeUnderOneCodeAloneIsNotFree) {
  World world;
  const auto state_for = [&](const std::string& more) {
    const auto all = MatricesOfFrance(world, AllowOut("A", more));
    return CellAt(*Of(all, "BR"), "suspect", "identity").state;
  };
  const std::string of_h0 = "obligations = [\"use-only-for-stated-purpose\"]\n";
  EXPECT_EQ(state_for(of_h0), State::kObliged);
  EXPECT_EQ(state_for(of_h0 + "handling = [\"H0\"]\n"), State::kFree);
  const std::string of_h1 = "obligations = [\"no-judicial-use-without-consent\"]\n";
  EXPECT_EQ(state_for(of_h1 + "handling = [\"H1\", \"H2\"]\n"), State::kObliged);
}

TEST(Matrix, DestinationsOfEqualTablesStandTogether) {
  World world;
  const auto all = MatricesOfFrance(world, AllowOut("A"));
  EXPECT_THAT(Of(all, "DE")->destinations,
              ElementsAre("DE", "FR", "GB", "XK", "ORG.help", "ORG.police"));
  EXPECT_TRUE(Of(all, "DE")->empty());
  EXPECT_FALSE(Of(all, "BR")->empty());
}

// An immigration service gets nothing; others do: the cell says both.
TEST(Matrix, WhatSomeGetAndOthersDoNotNamesBothRules) {
  World world;
  const auto all =
      MatricesOfFrance(world, AllowOut("A") + RuleText("outbound.withhold", "NOT-THERE",
                                                       "to_kind = [\"immigration-enforcement\"]\n"
                                                       "about = [\"suspect\"]"));
  const MatrixCell& cell = CellAt(*Of(all, "BR"), "suspect", "identity");
  EXPECT_EQ(cell.state, State::kFree);
  EXPECT_THAT(cell.by, ElementsAre("A"));
  EXPECT_THAT(cell.against, ElementsAre("NOT-THERE"));
}

TEST(Matrix, WhatForbidsEverythingIsNotSaidOfEachCombination) {
  World world;
  const auto all =
      MatricesOfFrance(world, AllowOut("A", "to_kind = [\"police\"]\n") +
                                  RuleText("outbound.forbid", "NO-COURT", "to_kind = [\"judge\"]"));
  EXPECT_EQ(CellAt(*Of(all, "BR"), "victim", "health").state, State::kNothing);
  EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kFree);
}

// A rule for one handling code, evaluation or source lets a record of that kind go.
TEST(Matrix, WhatGoesInAnyCaseIsShown) {
  for (const char* condition :
       {"handling = [\"H1\"]", "reliability = [\"A1\"]", "reliability = [\"3\"]",
        "obtained_from = [\"JP\"]", "obtained_from = [\"group:EU\"]",
        "obtained_from = [\"another-state\"]", "record = [\"recall\"]"}) {
    World world;
    const auto all = MatricesOfFrance(world, AllowOut("A", std::string(condition) + "\n"));
    EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kFree) << condition;
  }
}

// Held against the sender's own data under the first code; what concerns others alone is not named
// in the cell, unless nothing else keeps it back.
TEST(Matrix, WhatConcernsOtherLabelsIsNamedOnlyWhereNothingGoes) {
  const std::string forbid = RuleText("outbound.forbid", "CODE", "handling = [\"H2\"]") +
                             RuleText("outbound.forbid", "ALWAYS",
                                      "about = [\"suspect\"]\ndata = [\"photo\"]\n"
                                      "obtained_from = [\"another-state\"]");
  World world;
  const auto all = MatricesOfFrance(world, AllowOut("A") + forbid);
  EXPECT_THAT(CellAt(*Of(all, "BR"), "suspect", "identity").against, IsEmpty());
  const auto others = MatricesOfFrance(
      world,
      AllowOut("A", "obtained_from = [\"another-state\"]\n") +
          RuleText("outbound.forbid", "NOT-OF-OTHERS", "obtained_from = [\"another-state\"]"));
  const MatrixCell& stays = CellAt(*Of(others, "BR"), "suspect", "identity");
  EXPECT_EQ(stays.state, State::kStays);
  EXPECT_THAT(stays.against, ElementsAre("NOT-OF-OTHERS"));
}

TEST(Matrix, ForThePurposesAskedForAlone) {
  World world;
  const std::string rules = AllowOut("A");
  EXPECT_FALSE(Of(MatricesOfFrance(world, rules, {"investigate", "prevent"}), "BR")->empty());
  EXPECT_TRUE(Of(MatricesOfFrance(world, rules, {"asset-recovery"}), "BR")->empty());
}

TEST(Matrix, AtTheInstantAlone) {
  World world;
  world.now = testing::At("2026-11-01T00:00:00Z");  // the first instant at which Brazil is no party
  EXPECT_TRUE(Of(MatricesOfFrance(world, AllowOut("A")), "BR")->empty());
  world.now = world.now - 1;
  EXPECT_FALSE(Of(MatricesOfFrance(world, AllowOut("A")), "BR")->empty());
}

TEST(Matrix, AnAgencyThatARuleNamesStandsForItself) {
  World world;
  const std::string rule =
      RuleText("outbound.allow", "A",
               "to = [\"BR.fiu\"]\nfor_purpose = [\"investigate\"]\nabout = [\"suspect\"]\n"
               "data = [\"identity\"]\nunder = [\"FR-BR\"]");
  const auto all = MatricesOfFrance(world, rule);
  EXPECT_EQ(CellAt(*Of(all, "BR.fiu"), "suspect", "identity").state, State::kFree);
  EXPECT_TRUE(Of(all, "BR")->empty());
}

TEST(Matrix, WithoutAgenciesThePartiesOfInstrumentsTakePart) {
  World world;
  world.of("FR").rules = AllowOut("A");
  Made made{world.Parts(), world.now};
  made.parts.agencies.clear();
  const auto all = made.Matrices(world.Parsed("FR"), {"investigate"});
  EXPECT_EQ(CellAt(*Of(all, "BR"), "suspect", "identity").state, State::kFree);
  EXPECT_EQ(Of(all, "ORG.help"), nullptr);
}

}  // namespace
}  // namespace entente::policy
