// What is said of all questions at once, against the engine asked one by one.
#include "policy/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "policy/decide.h"
#include "policy/lint.h"
#include "tests/policy/random_world.h"
#include "tests/policy/test_world.h"

namespace entente::policy::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Texts = std::vector<std::string>;

constexpr Instant kNow{1'770'000'000'000};

constexpr const char* kForConsents = "CONSENT";

Instrument InstrumentForConsents() {
  Instrument out;
  out.id = kForConsents;
  out.purposes = PublishedVocabulary().words(Category::kPurpose);
  out.data = PublishedVocabulary().words(Category::kData);
  for (const std::string& kind : PublishedVocabulary().words(Category::kAgencyKind)) {
    out.parties.push_back({"ORG." + kind, {}});
  }
  for (const char* party : {"FR", "BR", "DE", "ORG.x"}) out.parties.push_back({party, {}});
  return out;
}

// One version of FR's policy with the federation it stands in, always in force.
struct Side {
  SnapshotParts parts;
  Policy policy;
  std::shared_ptr<const Snapshot> snapshot;

  Version version() const { return {snapshot.get(), &policy, kNow}; }
  void Compile() {
    parts.policies = {{policy, {0}}};
    auto compiled = Snapshot::Compile(PublishedVocabulary(), parts);
    ASSERT_TRUE(compiled.ok()) << compiled.status();
    snapshot = *std::move(compiled);
  }
};

// Agencies of every kind that a question asks about, admitted at any time.
std::vector<Agency> Everybody() {
  std::vector<Agency> out;
  for (const std::string state : {"FR", "BR", "DE", "ORG"}) {
    for (const std::string& kind : PublishedVocabulary().words(Category::kAgencyKind)) {
      out.push_back({AgencyId::Parse(state + "." + kind).value(), kind, kind, {{0}, {}}, {}});
    }
  }
  // Those that random rules and instruments name.
  for (const std::string id : {"FR.a", "FR.b", "BR.a", "BR.b", "DE.a", "ORG.x"}) {
    out.push_back({AgencyId::Parse(id).value(), "police", id, {{0}, {}}, {}});
  }
  return out;
}

Side RandomSide(uint64_t seed) {
  Side side;
  side.parts = RandomWorld(seed).Parts();
  side.parts.agencies = Everybody();
  side.parts.instruments.instruments.push_back(InstrumentForConsents());
  const auto found = std::ranges::find_if(side.parts.policies, [](const PolicyInForce& one) {
    return one.policy.jurisdiction == "FR";
  });
  if (found != side.parts.policies.end()) {
    side.policy = found->policy;
    side.policy.valid = {{0}, Instant{kNow.ms * 2}};
    side.policy.version = 1;
    for (std::vector<Rule>* half : {&side.policy.outbound, &side.policy.inbound}) {
      for (Rule& rule : *half) rule.unless_consent_of_source = rule.kind == RuleKind::kForbid;
    }
    // What the destination can honour is no question about rules.
    for (const std::string text :
         {"use-only-for-stated-purpose", "delete-after:PT1S", "onward:never", "second-person",
          "inform-source:PT1S", "no-judicial-use-without-consent", "verify-before-action"}) {
      side.policy.can_honour.push_back(
          ParseObligation(text, PublishedVocabulary().obligation_forms()).value());
    }
    side.Compile();
  }
  return side;
}

struct Question {
  std::array<std::string, kAxes> values;
  RecordLabels record;
  RecipientLabels recipient;
};

class Asker {
 public:
  Asker(Direction direction, uint64_t seed) : direction_(direction), random_(seed) {}

  Question Next(const Version& before, const Version& after) {
    Question q;
    q.record.created = kNow;
    q.record.expires = kNow + 1000;
    q.record.urgency = "normal";
    const std::string own_kind = One({"police", "fiu", "ngo", "customs"});
    const std::string kind = One({"police", "fiu", "ngo", "customs"});
    const bool named = random_.Below(3) == 0;
    const std::string other = named ? One({"FR.b", "BR.a", "BR.b", "DE.a", "ORG.x"})
                                    : One({"FR", "BR", "DE"}) + "." + kind;
    const std::string other_kind = named ? "police" : kind;
    const bool out = direction_ == Direction::kOutbound;
    q.record.origin = out ? "FR." + own_kind : other;
    q.recipient.recipient = out ? other : "FR." + own_kind;
    Set(q, Axis::kParty, PartyValue(other, before, after));
    Set(q, Axis::kFromKind, out ? own_kind : other_kind);
    Set(q, Axis::kToKind, out ? other_kind : own_kind);
    q.recipient.under = Set(q, Axis::kInstrument, One(InstrumentsOf(before, after)));
    q.record.purpose = Set(q, Axis::kPurpose, One({"investigate", "asset-recovery", "detect"}));
    q.record.kind = Set(q, Axis::kRecordKind, One({"lead", "answer", "request"}));
    q.record.evaluation = Set(q, Axis::kEvaluation, One({"A1", "B2", "C3", "B1"}));
    SectionLabels section;
    section.about = {Set(q, Axis::kPerson, One({"suspect", "victim", "child", "witness"}))};
    section.data = {Set(q, Axis::kData, One({"identity", "address", "financial", "photo"}))};
    section.basis = "fact";
    q.record.sections = {section};
    Handling(q);
    Obtained(q);
    return q;
  }

 private:
  std::string One(const Texts& from) { return from[random_.Below(from.size())]; }
  static std::string Set(Question& q, Axis axis, std::string value) {
    return q.values[static_cast<size_t>(axis)] = std::move(value);
  }

  static Texts InstrumentsOf(const Version& a, const Version& b) {
    Texts out;
    for (const Version* version : {&a, &b}) {
      for (const InstrumentRow& row : version->snapshot->tables().instruments) {
        out.push_back(row.id);
      }
    }
    return out;
  }

  // An agency that no rule of the half and no instrument names counts as one of its State.
  std::string PartyValue(const std::string& agency, const Version& a, const Version& b) const {
    for (const Version* version : {&a, &b}) {
      const Policy& policy = *version->policy;
      for (const Rule& rule :
           direction_ == Direction::kOutbound ? policy.outbound : policy.inbound) {
        if (rule.party && std::ranges::count(rule.party->agencies, agency) != 0) return agency;
      }
      for (const InstrumentRow& row : version->snapshot->tables().instruments) {
        for (const auto& [party, member] : row.organisations) {
          if (party == agency) return agency;
        }
      }
    }
    return std::string(StateOf(agency));
  }

  void Handling(Question& q) {
    for (const std::string code : {"H0", "H1", "H2", "H3"}) {
      if (random_.Below(2) == 0) q.record.handling.push_back(code);
    }
    Consent(q, q.record.origin, q.recipient.under);  // what H3 asks for
    if (q.record.handling.empty()) q.record.handling = {"H1"};
    std::string name;
    for (const std::string& code : q.record.handling) name += (name.empty() ? "" : "+") + code;
    Set(q, Axis::kHandling, name);
  }

  void Obtained(Question& q) {
    const std::string from = One({"own-data", "FR", "BR", "DE"});
    if (from != "own-data") q.record.obtained_from = {from};
    const bool origin = from == StateOf(q.record.origin);
    Set(q, Axis::kObtainedFrom, origin ? "origin" : from);
    const bool given = random_.Below(2) == 0 && from.size() == 2 && from != "FR" && !origin &&
                       from != StateOf(q.recipient.recipient);
    if (given) Consent(q, from + ".police", kForConsents);
    Set(q, Axis::kConsent, given ? "given" : "none");
  }

  static void Consent(Question& q, std::string source, std::string under) {
    q.recipient.consents.push_back({.source = std::move(source),
                                    .under = std::move(under),
                                    .about = q.record.sections[0].about,
                                    .data = q.record.sections[0].data,
                                    .from = kNow,
                                    .until = kNow + 1});
  }

  const Direction direction_;
  entente::testing::SeededRandom random_;
};

struct Asked : Outcome {
  bool served = true;
};

// That no instrument serves is no difference to what stays anyway.
bool Differ(const Asked& a, const Asked& b) {
  const bool goes = a.answer == Answer::kGoes || b.answer == Answer::kGoes;
  if (a.served != b.served && !goes) return false;
  return static_cast<const Outcome&>(a) != static_cast<const Outcome&>(b);
}

Asked Ask(Direction direction, const Version& version, const Question& q) {
  const Decision decision =
      direction == Direction::kOutbound
          ? DecideOutbound(*version.snapshot, q.record, q.recipient, version.at)
          : DecideInbound(*version.snapshot, q.record, q.recipient, version.at);
  Asked out;
  bool forbidden = false;
  for (const SidedReason& reason : decision.reasons) {
    if (reason.text.starts_with("instrument-")) out.served = false;
    if (reason.text == "forbidden") forbidden = true;
  }
  if (forbidden || !out.served) {
    out.answer = Answer::kForbids;
  } else if (decision.releases() || decision.withheld.empty()) {
    out.answer = Answer::kGoes;
    out.obligations = decision.obligations;
  }
  return out;
}

bool Covers(const Change& change, const Question& q) {
  for (size_t i = 0; i < kAxes; ++i) {
    const Values& values = change.values[i];
    const bool listed = std::ranges::count(values.listed, q.values[i]) != 0;
    if (listed == values.all_but) return false;
  }
  return true;
}

// Puts random questions to both versions; how often their answers differ.
int Check(Direction direction, const Side& before, const Side& after, uint64_t seed) {
  const auto half = CompareHalf(direction, before.version(), after.version());
  EXPECT_TRUE(half.ok()) << half.status();
  if (!half.ok()) return 0;
  Asker asker(direction, seed);
  int differing = 0;
  for (int i = 0; i < 400; ++i) {
    const Question q = asker.Next(before.version(), after.version());
    const Asked old_answer = Ask(direction, before.version(), q);
    const Asked new_answer = Ask(direction, after.version(), q);
    std::vector<const Change*> told;
    for (const Change& change : half->changes) {
      const bool both_stay =
          change.before.answer == Answer::kStays && change.after.answer == Answer::kStays;
      if (!both_stay && Covers(change, q)) told.push_back(&change);
    }
    const bool differ = Differ(old_answer, new_answer);
    differing += differ ? 1 : 0;
    SCOPED_TRACE(::testing::Message()
                 << "seed " << seed << " question " << ::testing::PrintToString(q.values));
    EXPECT_THAT(told, SizeIs(differ ? 1 : 0));
    if (::testing::Test::HasFailure()) return differing;
    if (!differ) continue;
    EXPECT_EQ(told[0]->before.answer, old_answer.answer);
    EXPECT_EQ(told[0]->after.answer, new_answer.answer);
    if (new_answer.answer == Answer::kGoes) {
      EXPECT_EQ(told[0]->after.obligations, new_answer.obligations);
    }
  }
  return differing;
}

TEST(Diff, TellsEveryDifferenceOfRandomPoliciesAndNothingElse) {
  int differing = 0;
  for (uint64_t seed = 1; seed <= 3 && !HasFailure(); ++seed) {
    const Side before = RandomSide(seed);
    const Side after = RandomSide(seed + 10'000);
    if (!before.snapshot || !after.snapshot) continue;
    for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
      differing += Check(direction, before, after, seed);
    }
  }
  EXPECT_GT(differing, 150) << "the worlds are too much alike to show anything";
}

// The usual case: almost all is as it was.
TEST(Diff, TellsASmallChangeAndNothingElse) {
  int differing = 0;
  entente::testing::SeededRandom random(5);
  for (uint64_t seed = 1; seed <= 70 && !HasFailure(); ++seed) {
    const Side before = RandomSide(seed);
    if (!before.snapshot) continue;
    Side after = before;
    for (std::vector<Rule>* half : {&after.policy.outbound, &after.policy.inbound}) {
      if (random.Below(2) == 0) half->erase(half->begin());
    }
    Instrument& one = after.parts.instruments.instruments[random.Below(3)];
    if (random.Below(2) == 0) one.data = {"identity"};
    if (random.Below(2) == 0) one.obligations.clear();
    after.Compile();
    for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
      differing += Check(direction, before, after, seed);
    }
  }
  EXPECT_GT(differing, 500);
}

TEST(Diff, TheSamePolicyHasNone) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const Side side = RandomSide(seed);
    if (!side.snapshot) continue;
    for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
      EXPECT_THAT(CompareHalf(direction, side.version(), side.version())->changes, IsEmpty());
    }
  }
}

// ---- rules without effect

// Without the rule every answer is the same.
bool ChangesNothing(const Side& side, Direction direction, size_t rule) {
  Side without = side;
  auto& rules =
      direction == Direction::kOutbound ? without.policy.outbound : without.policy.inbound;
  rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(rule));
  without.Compile();
  return CompareHalf(direction, side.version(), without.version())->changes.empty();
}

TEST(Lint, WarnsOfExactlyTheRulesWithoutEffect) {
  int warned = 0;
  int checked = 0;
  for (uint64_t seed = 1; seed <= 15; ++seed) {
    const Side side = RandomSide(seed);
    if (!side.snapshot) continue;
    Policy policy = side.policy;
    policy.valid = {kNow, Instant{kNow.ms * 2}};
    const auto warnings =
        FindWarnings(policy, PublishedVocabulary(), side.parts.groups, side.parts.instruments);
    ASSERT_TRUE(warnings.ok()) << warnings.status();
    for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
      const auto& rules =
          direction == Direction::kOutbound ? side.policy.outbound : side.policy.inbound;
      for (size_t i = 0; i < rules.size(); ++i) {
        if (rules[i].kind == RuleKind::kNotTogether) continue;
        const bool told = std::ranges::any_of(*warnings, [&](const Warning& warning) {
          return warning.rule == rules[i].id && warning.lint <= Lint::kGuard;
        });
        EXPECT_EQ(told, ChangesNothing(side, direction, i))
            << "seed " << seed << " " << rules[i].id;
        warned += told ? 1 : 0;
        ++checked;
      }
    }
  }
  EXPECT_GT(warned, 20);
  EXPECT_GT(checked - warned, 20);
}

std::vector<Warning> WarningsOf(const World& world) {
  const SnapshotParts parts = world.Parts();
  return FindWarnings(world.Parsed("FR"), PublishedVocabulary(), parts.groups, parts.instruments)
      .value();
}

auto Is(Lint lint, const std::string& rule, const std::string& detail) {
  return AllOf(Field(&Warning::lint, lint), Field(&Warning::rule, rule),
               Field(&Warning::detail, detail));
}

TEST(Lint, APolicyThatSaysWhatItMeansHasNoWarning) {
  World world;
  world.of("FR").rules = AllowOut("A");
  EXPECT_THAT(WarningsOf(world), IsEmpty());
}

// Of one among the organisations, which an instrument names.
TEST(Lint, TheFileOfTheOrganisationsIsThatOfEach) {
  World world;
  World::PolicyText text;
  text.rules = RuleText("outbound.allow", "A",
                        "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = [\"suspect\"]\n"
                        "data = [\"identity\"]\nunder = [\"WIDE\"]\n");
  world.policies.emplace("ORG", text);
  const SnapshotParts parts = world.Parts();
  EXPECT_THAT(
      FindWarnings(world.Parsed("ORG"), PublishedVocabulary(), parts.groups, parts.instruments)
          .value(),
      IsEmpty());
}

TEST(Lint, AnAllowThatAnotherMakesNeedless) {
  World world;
  world.of("FR").rules = AllowOut("A") + AllowOut("B", "to_kind = [\"police\"]\n");
  EXPECT_THAT(WarningsOf(world), ElementsAre(Is(Lint::kShadowed, "B", "")));
}

TEST(Lint, APolicyWithoutAnEndInSight) {
  World world;
  world.of("FR").rules = AllowOut("A");
  world.of("FR").until = "2031-01-01T00:00:00Z";
  EXPECT_THAT(WarningsOf(world), ElementsAre(Is(Lint::kNeverEnds, "FR", "2031-01-01")));
}

}  // namespace
}  // namespace entente::policy::testing
