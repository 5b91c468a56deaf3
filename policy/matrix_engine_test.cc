// The tables against the engine: every combination asked one by one, on random worlds.
#include "policy/decide.h"
#include "policy/matrix_fixture.h"
#include "tests/policy/random_world.h"

namespace entente::policy {
namespace {

using testing::RandomWorld;
using State = MatrixCell::State;

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
  bool depends = false;  // of records that differ in codes, evaluation and source alone, some go
  std::set<std::string> by, kept_back_by;
};

const std::vector<Rule>& RulesOf(const Policy& policy, Direction direction) {
  return direction == Direction::kOutbound ? policy.outbound : policy.inbound;
}

class Everything {
 public:
  Everything(SnapshotParts parts, const Policy& policy, const std::string& partner, Instant at,
             Direction direction)
      : rules_(RulesOf(policy, direction)), outbound_(direction == Direction::kOutbound), at_(at) {
    for (const Rule& rule : rules_) {
      if (rule.kind == RuleKind::kAllow) allows_.insert(rule.id);
    }
    const std::string own = policy.jurisdiction == "ORG" ? "ORG.x" : policy.jurisdiction;
    origins_ = EndsOf(outbound_ ? own : partner, "sends-", parts.agencies);
    recipients_ = EndsOf(outbound_ ? partner : own, "gets-", parts.agencies);
    for (const Instrument& instrument : parts.instruments.instruments) {
      instruments_.push_back(instrument.id);
    }
    parts.policies = {{policy, policy.valid.from}};
    snapshot_ = Snapshot::Compile(Words(), parts).value();
  }

  Asked Of(const std::string& person, const std::string& data) {
    Asked out;
    std::map<std::vector<std::string>, size_t> going;  // by all but codes, evaluation and source
    for (auto& [record, recipient] : Going()) {
      record.sections = {{{person}, {data}, "", false}};
      const Decision decision = Decide(record, recipient);
      Add(decision, record.handling[0], out);
      if (!decision.releases()) continue;
      ++going[{record.origin, record.kind, record.purpose, recipient.recipient, recipient.under}];
    }
    out.depends = std::ranges::any_of(going, [&](const auto& one) { return one.second < labels_; });
    return out;
  }

 private:
  using Questions = std::vector<std::pair<RecordLabels, RecipientLabels>>;

  Decision Decide(const RecordLabels& record, const RecipientLabels& recipient) const {
    return outbound_ ? DecideOutbound(*snapshot_, record, recipient, at_)
                     : DecideInbound(*snapshot_, record, recipient, at_);
  }

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
    if (std::ranges::none_of(rules_, asks)) all.resize(1);
    return all;
  }

  void AddLabelled(RecordLabels record) {
    const auto evaluations = Values([](const Rule& rule) { return !rule.reliability.empty(); },
                                    {"A1", "A2", "A3", "B1", "B2", "B3", "C1", "C2", "C3"});
    const auto sources = Values([](const Rule& rule) { return rule.obtained_from.has_value(); },
                                {"", "FR", "BR", "DE", "JP", "ORG"});
    labels_ = 3 * evaluations.size() * sources.size();
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
        const Decision decision = Decide(record, {to, under});
        const bool allowed = std::ranges::any_of(
            decision.matched, [&](const MatchedRule& rule) { return allows_.contains(rule.id); });
        if (allowed) going_.push_back({record, {to, under}});
      }
    }
  }

  void Add(const Decision& decision, const std::string& code, Asked& out) const {
    std::set<std::string> others;
    bool allowed = false;
    for (const MatchedRule& rule : decision.matched) {
      if (rule.side != (outbound_ ? Side::kOrigin : Side::kDestination)) continue;
      allowed = allowed || allows_.contains(rule.id);
      if (!allows_.contains(rule.id)) others.insert(rule.id);
    }
    if (!decision.releases()) {
      // Under an instrument that does not serve, no rule keeps anything back.
      const bool served = std::ranges::none_of(decision.reasons, [](const SidedReason& reason) {
        return reason.text.starts_with("instrument-");
      });
      if (allowed && served) out.kept_back_by.merge(others);
      return;
    }
    const std::string of_code = code == "H0"   ? "use-only-for-stated-purpose"
                                : code == "H1" ? "no-judicial-use-without-consent"
                                               : "onward:with-consent";
    out.goes = true;
    if (decision.obligations != std::vector<std::string>{of_code}) out.obliged = true;
    for (const std::string& id : RuleIdsOf(decision.matched)) {
      if (allows_.contains(id)) out.by.insert(id);
    }
  }

  const std::vector<Rule>& rules_;
  const bool outbound_;
  Questions going_;
  size_t labels_ = 0;
  Instant at_;
  std::set<std::string> allows_;
  std::vector<std::string> origins_, recipients_, instruments_;
  std::shared_ptr<const Snapshot> snapshot_;
};

// Whether a cell names a rule that asks for handling codes, evaluations or sources.
bool NamesWhatDepends(const MatrixCell& cell, const std::vector<Rule>& rules) {
  return std::ranges::any_of(rules, [&](const Rule& rule) {
    const bool depends =
        !rule.handling.empty() || !rule.reliability.empty() || rule.obtained_from.has_value();
    return depends && (cell.by.contains(rule.id) || cell.against.contains(rule.id) ||
                       cell.sometimes.contains(rule.id));
  });
}

struct Compared {
  size_t goes = 0, stays = 0, depend = 0, keep_back = 0;
};

void ExpectCell(const MatrixCell& cell, const Asked& asked, const std::vector<Rule>& rules,
                Compared& count) {
  ASSERT_EQ(cell.state >= State::kObliged, asked.goes);
  ASSERT_EQ(cell.state == State::kObliged, asked.obliged);
  ASSERT_EQ(cell.by, asked.by);
  (asked.goes ? count.goes : count.stays) += 1;
  if (!asked.goes) return;
  std::set<std::string> named = cell.against;
  named.insert(cell.sometimes.begin(), cell.sometimes.end());
  ASSERT_EQ(named, asked.kept_back_by);
  if (!named.empty()) ++count.keep_back;
  if (!asked.depends) return;
  ASSERT_TRUE(NamesWhatDepends(cell, rules));
  ++count.depend;
}

void CompareWithTheEngine(Direction direction, std::initializer_list<uint64_t> seeds,
                          Compared& count) {
  for (const uint64_t seed : seeds) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const Instant at = world.When();
    if (parts.policies.empty()) continue;
    const Policy& policy = parts.policies[seed % parts.policies.size()].policy;
    for (const PartnerMatrix& matrix : Made{parts, at}.Matrices(policy, kPurposes, direction)) {
      for (const std::string& partner : matrix.partners) {
        Everything engine(parts, policy, partner, at, direction);
        for (const std::string& person : kPersons) {
          for (const std::string& data : kData) {
            SCOPED_TRACE(std::to_string(seed) + " " + policy.jurisdiction + " " + partner + " " +
                         person + " " + data);
            ExpectCell(CellAt(matrix, person, data), engine.Of(person, data),
                       RulesOf(policy, direction), count);
            if (::testing::Test::HasFatalFailure()) return;
          }
        }
      }
    }
  }
}

// Worlds that are small enough to ask everything in a few seconds.
TEST(MatrixEngine, SaysWhatTheEngineDecidesOfEveryCombination) {
  Compared outbound, inbound;
  CompareWithTheEngine(Direction::kOutbound, {1, 2, 3, 4, 5, 8, 15}, outbound);
  CompareWithTheEngine(Direction::kInbound, {1, 2, 3, 4, 5, 6, 7, 11, 12}, inbound);
  for (const Compared& count : {outbound, inbound}) {
    EXPECT_GT(count.goes, 60u);
    EXPECT_GT(count.stays, 120u);
    EXPECT_GT(count.depend, 20u);
    EXPECT_GT(count.keep_back, 20u);
  }
}

// The table of one State's policy that shows what goes to, or comes from, an agency.
const PartnerMatrix* TableFor(const std::vector<PartnerMatrix>& all, const std::string& agency) {
  const PartnerMatrix* matrix = Of(all, agency);
  return matrix != nullptr ? matrix : Of(all, agency.substr(0, agency.find('.')));
}

// The tables of every State, made when they are first asked for.
class AllTables {
 public:
  AllTables(const Made& made, const Snapshot& snapshot) : made_(made), snapshot_(snapshot) {}

  const PartnerMatrix* For(Direction direction, const std::string& own, const std::string& other) {
    const std::string state = own.substr(0, own.find('.'));
    const auto key = std::pair(direction, state);
    if (!made_tables_.contains(key)) {
      const auto version = snapshot_.PolicyVersion(state, made_.at);
      const auto policy = std::ranges::find_if(made_.parts.policies, [&](const auto& one) {
        return one.policy.jurisdiction == state && one.policy.version == version;
      });
      made_tables_[key] = made_.Matrices(policy->policy, kPurposes, direction);
    }
    return TableFor(made_tables_[key], other);
  }

 private:
  const Made& made_;
  const Snapshot& snapshot_;
  std::map<std::pair<Direction, std::string>, std::vector<PartnerMatrix>> made_tables_;
};

// What both sides release, between agencies that exist, the tables of either show.
TEST(MatrixEngine, NothingGoesThatTheTablesDoNotShow) {
  size_t released = 0;
  for (uint64_t seed = 100; seed < 106; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const auto snapshot = Snapshot::Compile(Words(), parts).value();
    const Made made{parts, world.When()};
    AllTables tables(made, *snapshot);
    for (int i = 0; i < 600; ++i) {
      RecordLabels record = world.Record(parts);
      const RecipientLabels labels = world.Recipient();
      const Decision decision = Decide(*snapshot, record, labels, made.at);
      if (!decision.releases()) continue;
      const std::array both = {tables.For(Direction::kOutbound, record.origin, labels.recipient),
                               tables.For(Direction::kInbound, labels.recipient, record.origin)};
      for (const PartnerMatrix* matrix : both) {
        ASSERT_NE(matrix, nullptr) << seed << " " << record.origin << " " << labels.recipient;
        for (const uint32_t section : decision.released) {
          for (const std::string& person : record.sections[section].about) {
            for (const std::string& data : record.sections[section].data) {
              EXPECT_GE(CellAt(*matrix, person, data).state, State::kObliged)
                  << seed << " " << record.origin << " " << labels.recipient << " " << person << " "
                  << data;
              ++released;
            }
          }
        }
      }
    }
  }
  EXPECT_GT(released, 100u);
}

}  // namespace
}  // namespace entente::policy
