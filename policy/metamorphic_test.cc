// Laws that hold between decisions, whatever the right decision is: a rule that breaks one of them
// is wrong without anybody saying what the answer should have been.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/base/limits.h"
#include "policy/decide.h"
#include "policy/tables.h"
#include "tests/policy/random_world.h"
#include "tests/policy/shrink.h"

namespace entente::policy::testing {
namespace {

constexpr uint64_t kWorlds = 60;
constexpr int kRecordsPerWorld = 20;

Decision DecideCase(const Case& c) {
  const auto snapshot = Snapshot::Compile(PublishedVocabulary(), c.parts);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return Decide(**snapshot, c.record, c.recipient, c.t);
}

bool Says(const Decision& decision, std::string_view reason) {
  return std::ranges::any_of(decision.reasons, [&](const SidedReason& one) {
    return one.text.substr(0, one.text.find(':')) == reason;
  });
}

// Calls check(case, random) for many cases; stops at the first failure.
template <typename Check>
void ForManyCases(Check check, uint64_t worlds = kWorlds) {
  entente::testing::SeededRandom random(7);
  for (uint64_t seed = 1; seed <= worlds && !::testing::Test::HasFailure(); ++seed) {
    RandomWorld world(seed);
    Case c;
    c.parts = world.Parts();
    for (int i = 0; i < kRecordsPerWorld; ++i) {
      Asked asked = world.Question(c.parts);
      c.record = std::move(asked.record);
      c.recipient = std::move(asked.recipient);
      c.t = asked.t;
      check(std::as_const(c), random);
      if (::testing::Test::HasFailure()) {
        std::cout << "seed " << seed << " record " << i << "\n" << Describe(c);
        return;
      }
    }
  }
}

// The half of one end, of one of its versions; nullptr when it has no policy.
std::vector<Rule>* SomeHalf(Case& c, entente::testing::SeededRandom& random) {
  const bool outbound = random.Below(2) == 0;
  const std::string& agency = outbound ? c.record.origin : c.recipient.recipient;
  std::vector<Rule>* out = nullptr;
  for (PolicyInForce& in_force : c.parts.policies) {
    if (in_force.policy.jurisdiction != StateOf(agency)) continue;
    if (out != nullptr && random.Below(2) == 0) continue;
    out = outbound ? &in_force.policy.outbound : &in_force.policy.inbound;
  }
  return out;
}

bool ReleasesMore(const Decision& more, const Decision& less) {
  return !std::ranges::includes(less.released, more.released);
}

template <typename T>
void Shuffle(std::vector<T>& list, entente::testing::SeededRandom& random) {
  for (size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.Below(i)]);
}

TEST(Metamorphic, TheOrderOfRulesMeansNothing) {
  ForManyCases([](const Case& c, entente::testing::SeededRandom& random) {
    Case shuffled = c;
    for (PolicyInForce& in_force : shuffled.parts.policies) {
      Shuffle(in_force.policy.outbound, random);
      Shuffle(in_force.policy.inbound, random);
    }
    Shuffle(shuffled.parts.policies, random);
    Shuffle(shuffled.parts.instruments.instruments, random);
    Shuffle(shuffled.parts.groups.groups, random);
    Shuffle(shuffled.parts.agencies, random);
    EXPECT_EQ(DecisionJson(DecideCase(c)), DecisionJson(DecideCase(shuffled)));
  });
}

TEST(Metamorphic, OneMoreForbidNeverReleasesMore) {
  int fewer = 0;
  ForManyCases([&](const Case& c, entente::testing::SeededRandom& random) {
    Case more = c;
    std::vector<Rule>* const found = SomeHalf(more, random);
    if (found == nullptr) return;
    std::vector<Rule>& half = *found;
    Rule forbid;  // the conditions of some rule that stands there, or none
    if (!half.empty() && random.Below(4) != 0) forbid = half[random.Below(half.size())];
    forbid.kind = RuleKind::kForbid;
    forbid.id = "MORE";
    forbid.obligations.clear();
    half.push_back(forbid);
    const Decision before = DecideCase(c);
    const Decision after = DecideCase(more);
    EXPECT_FALSE(ReleasesMore(after, before));
    fewer += after.released != before.released ? 1 : 0;
  });
  EXPECT_GT(fewer, 15);
}

// But for what an allow brings with it: obligations that the destination cannot honour, and
// sections that may not go together.
TEST(Metamorphic, OneFewerAllowNeverReleasesMore) {
  int fewer = 0;
  ForManyCases(
      [&](const Case& c, entente::testing::SeededRandom& random) {
        Case less = c;
        std::vector<Rule>* const found = SomeHalf(less, random);
        if (found == nullptr) return;
        std::vector<Rule>& half = *found;
        const auto allow = std::ranges::find(half, RuleKind::kAllow, &Rule::kind);
        if (allow == half.end()) return;
        half.erase(allow);
        const Decision before = DecideCase(c);
        if (Says(before, "cannot-honour") || Says(before, "not-together")) return;
        const Decision after = DecideCase(less);
        EXPECT_FALSE(ReleasesMore(after, before));
        fewer += after.released != before.released ? 1 : 0;
      },
      2 * kWorlds);
  EXPECT_GT(fewer, 15);
}

// Those that are members at the instant, in place of the group.
void Spell(std::optional<Parties>& parties, const Groups& groups, Instant t) {
  if (!parties) return;
  std::vector<std::string> gone;
  for (const std::string& id : parties->groups) {
    const auto group = std::ranges::find(groups.groups, id, &Group::id);
    if (group == groups.groups.end()) {
      gone.push_back(id);
      continue;
    }
    for (const GroupMember& member : group->members) {
      if (member.member.Holds(t)) parties->jurisdictions.push_back(member.jurisdiction);
    }
  }
  parties->groups = gone;
}

TEST(Metamorphic, AGroupIsItsMembers) {
  int with_groups = 0;
  ForManyCases([&](const Case& c, entente::testing::SeededRandom&) {
    Case spelled = c;
    for (PolicyInForce& in_force : spelled.parts.policies) {
      for (auto* half : {&in_force.policy.outbound, &in_force.policy.inbound}) {
        for (Rule& rule : *half) {
          with_groups += rule.party && !rule.party->groups.empty() ? 1 : 0;
          Spell(rule.party, c.parts.groups, c.t);
          Spell(rule.obtained_from, c.parts.groups, c.t);
        }
      }
    }
    EXPECT_EQ(DecisionJson(DecideCase(c)), DecisionJson(DecideCase(spelled)));
  });
  EXPECT_GT(with_groups, 300);
}

// Without what anyone let go.
Decision DecideWithout(Case c) {
  c.recipient.consents.clear();
  c.recipient.emergency.reset();
  return DecideCase(c);
}

// Each section into its atoms: a section stays behind exactly when one of its atoms does.
TEST(Metamorphic, SplittingASectionReleasesTheSame) {
  int split = 0, let_go = 0;
  ForManyCases([&](const Case& c, entente::testing::SeededRandom&) {
    Case parted = c;
    parted.record.sections.clear();
    std::vector<uint32_t> whole;  // of each part, the section it comes from
    for (uint32_t i = 0; i < c.record.sections.size(); ++i) {
      const SectionLabels& section = c.record.sections[i];
      if (section.about.empty() || section.data.empty()) return;  // malformed
      for (const std::string& about : section.about) {
        for (const std::string& data : section.data) {
          SectionLabels atom = section;
          atom.about = {about};
          atom.data = {data};
          parted.record.sections.push_back(std::move(atom));
          whole.push_back(i);
        }
      }
    }
    const Decision before = DecideCase(c);
    const Decision after = DecideCase(parted);
    std::set<uint32_t> stays, stays_parted;
    for (const WithheldSection& one : before.withheld) stays.insert(one.section);
    for (const WithheldSection& one : after.withheld) stays_parted.insert(whole[one.section]);
    EXPECT_EQ(stays, stays_parted);
    EXPECT_EQ(Says(before, "forbidden"), Says(after, "forbidden"));
    const bool more = parted.record.sections.size() > c.record.sections.size();
    split += more ? 1 : 0;
    let_go += more && Says(DecideWithout(c), "forbidden") != Says(before, "forbidden") ? 1 : 0;
  });
  EXPECT_GT(split, 150);
  EXPECT_GT(let_go, 3);
}

// ---- consents

// Calls check(decide, case, random) for those cases of which wanted(recipient) is true;
// decide(recipient) decides the case with others, both halves of it or one. Consents and overrides
// are not in the snapshot: one serves all cases of a world.
template <typename Wanted, typename Check>
void ForManyRecipients(Wanted wanted, Check check) {
  std::shared_ptr<const Snapshot> snapshot;
  ForManyCases(
      [&](const Case& c, entente::testing::SeededRandom& random) {
        if (c.recipient.consents.size() > limits::kConsents || !wanted(c.recipient)) return;
        if (snapshot == nullptr || snapshot->hash() != c.parts.hash) {
          snapshot = Snapshot::Compile(PublishedVocabulary(), c.parts).value();
        }
        const auto decide = [&](const RecipientLabels& recipient,
                                decltype(&Decide) half = &Decide) {
          return half(*snapshot, c.record, recipient, c.t);
        };
        check(decide, c, random);
      },
      10 * kWorlds);
}

template <typename Check>
void ForManyConsents(Check check) {
  ForManyRecipients([](const RecipientLabels& to) { return !to.consents.empty(); }, check);
}

RecipientLabels OneFewer(RecipientLabels recipient, entente::testing::SeededRandom& random) {
  auto& consents = recipient.consents;
  consents.erase(consents.begin() + static_cast<std::ptrdiff_t>(random.Below(consents.size())));
  return recipient;
}

// But for what it brings with it: obligations that the destination cannot honour.
TEST(Metamorphic, OneMoreConsentNeverReleasesLess) {
  int more = 0;
  ForManyConsents([&](auto decide, const Case& c, auto& random) {
    const Decision before = decide(OneFewer(c.recipient, random));
    const Decision after = decide(c.recipient);
    EXPECT_EQ(after.withheld, before.withheld);
    EXPECT_TRUE(!Says(after, "forbidden") || Says(before, "forbidden"));
    if (Says(after, "cannot-honour")) return;
    EXPECT_FALSE(ReleasesMore(before, after));
    more += ReleasesMore(after, before) ? 1 : 0;
  });
  EXPECT_GT(more, 15);
}

void MoveOutside(ConsentLabels& consent, Instant t, entente::testing::SeededRandom& random) {
  const auto beside = static_cast<int64_t>(random.Below(2));
  consent.until = t + -beside;
  if (random.Below(2) != 0) return;
  consent.from = t + (1 + beside);
  consent.until = consent.from + 1;
}

TEST(Metamorphic, AConsentOutsideItsTimeChangesNothing) {
  int mattered = 0;
  ForManyConsents([&](auto decide, const Case& c, auto& random) {
    RecipientLabels late = c.recipient;
    for (ConsentLabels& consent : late.consents) MoveOutside(consent, c.t, random);
    RecipientLabels none = c.recipient;
    none.consents.clear();
    const std::string decision = DecisionJson(decide(none));
    EXPECT_EQ(DecisionJson(decide(late)), decision);
    mattered += DecisionJson(decide(c.recipient)) != decision ? 1 : 0;
  });
  EXPECT_GT(mattered, 150);
}

TEST(Metamorphic, TheOrderOfConsentsMeansNothing) {
  int several = 0;
  ForManyConsents([&](auto decide, const Case& c, auto& random) {
    if (c.recipient.consents.size() < 2) return;
    RecipientLabels shuffled = c.recipient;
    Shuffle(shuffled.consents, random);
    for (ConsentLabels& consent : shuffled.consents) {
      Shuffle(consent.about, random);
      Shuffle(consent.data, random);
    }
    const std::string decision = DecisionJson(decide(c.recipient));
    EXPECT_EQ(DecisionJson(decide(shuffled)), decision);
    several += DecisionJson(decide(OneFewer(c.recipient, random))) != decision ? 1 : 0;
  });
  EXPECT_GT(several, 60);
}

// ---- overrides

template <typename Check>
void ForManyOverrides(Check check) {
  ForManyRecipients([](const RecipientLabels& to) { return to.emergency.has_value(); }, check);
}

RecipientLabels WithoutOverride(RecipientLabels recipient) {
  recipient.emergency.reset();
  return recipient;
}

TEST(Metamorphic, AnOverrideLiftsForbidsOfTheOriginAndDoesNothingElse) {
  int lifted = 0, released = 0;
  ForManyOverrides([&](auto decide, const Case& c, auto&) {
    const Decision before = decide(WithoutOverride(c.recipient));
    const Decision after = decide(c.recipient);
    EXPECT_EQ(after.withheld, before.withheld);
    EXPECT_TRUE(std::ranges::includes(before.matched, after.matched));
    std::vector<SidedReason> reasons = before.reasons;
    if (before.reasons != after.reasons) {
      std::erase(reasons, SidedReason{Side::kOrigin, "forbidden"});
    }
    EXPECT_EQ(after.reasons, reasons);
    EXPECT_TRUE(!before.releases() || after == before);
    EXPECT_EQ(decide(c.recipient, DecideInbound),
              decide(WithoutOverride(c.recipient), DecideInbound));
    lifted += after.matched != before.matched ? 1 : 0;
    released += ReleasesMore(after, before) ? 1 : 0;
  });
  EXPECT_GT(lifted, 50);
  EXPECT_GT(released, 5);
}

TEST(Metamorphic, AnOverrideOutsideItsTimeOrOfMoreThanADayChangesNothing) {
  int mattered = 0;
  ForManyOverrides([&](auto decide, const Case& c, auto& random) {
    RecipientLabels late = c.recipient;
    OverrideLabels& one = *late.emergency;
    const uint64_t how = random.Below(3);
    if (how == 0) one.until = c.t;
    if (how == 1) one.from = c.t + 1;
    if (how == 2) one.until = one.from + (limits::kOverrideMs + 1);
    const Decision without = decide(WithoutOverride(c.recipient));
    EXPECT_EQ(decide(late), without);
    mattered += decide(c.recipient) != without ? 1 : 0;
  });
  EXPECT_GT(mattered, 50);
}

InstrumentParty PartyFor(const std::string& agency) {
  return {StateOf(agency) == "ORG" ? agency : std::string(StateOf(agency)), {}};
}

// That serves these two whatever the purpose and data.
Instrument Between(const std::string& source, const std::string& recipient) {
  Instrument out;
  out.id = source + "-CONSENTS";
  out.purposes = PublishedVocabulary().words(Category::kPurpose);
  out.data = PublishedVocabulary().words(Category::kData);
  out.parties = {PartyFor(source)};
  if (PartyFor(source).party == PartyFor(recipient).party) {
    out.kind = InstrumentKind::kDomestic;
  } else {
    out.parties.push_back(PartyFor(recipient));
  }
  return out;
}

// Each State that the record says its data came from consents to all of it.
Case WithConsentsOfAll(Case c) {
  for (const std::string& code : c.record.obtained_from) {
    const auto source = AgencyId::Parse(code + ".source");
    if (!source.ok()) continue;
    c.parts.agencies.push_back({*source, "police", "", {}, {}});
    const Instrument between = Between(source->text(), c.recipient.recipient);
    c.parts.instruments.instruments.push_back(between);
    c.recipient.consents.push_back({.source = source->text(),
                                    .under = between.id,
                                    .about = PublishedVocabulary().words(Category::kPerson),
                                    .data = PublishedVocabulary().words(Category::kData),
                                    .from = c.t,
                                    .until = c.t + 1});
  }
  c.recipient.emergency.reset();
  return c;
}

bool HasLabelReason(const Decision& decision) {
  return std::ranges::any_of(decision.reasons,
                             [](const SidedReason& one) { return one.text.starts_with("label-"); });
}

// So that nobody who compares two policies need ask about overrides as well.
TEST(Metamorphic, AnOverrideLetsGoNoMoreThanConsentsOfAllSourcesWould) {
  int lifted = 0, released = 0;
  ForManyOverrides([&](auto decide, const Case& c, auto&) {
    const Decision after = decide(c.recipient, DecideOutbound);
    const Decision before = decide(WithoutOverride(c.recipient), DecideOutbound);
    if (before == after || HasLabelReason(after)) return;
    const Case all = WithConsentsOfAll(c);
    const auto snapshot = Snapshot::Compile(PublishedVocabulary(), all.parts);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    const Decision agreed = DecideOutbound(**snapshot, all.record, all.recipient, all.t);
    EXPECT_TRUE(std::ranges::includes(after.matched, agreed.matched));
    EXPECT_TRUE(!after.releases() || agreed == after);
    ++lifted;
    released += after.releases() ? 1 : 0;
  });
  EXPECT_GT(lifted, 50);
  EXPECT_GT(released, 5);
}

// ---- time

void Add(const Interval& interval, std::set<int64_t>& borders) {
  borders.insert(interval.from.ms);
  if (interval.until) borders.insert(interval.until->ms);
}

// Every instant at which some answer may change.
std::set<int64_t> BordersOf(const Case& c) {
  std::set<int64_t> out;
  for (const PolicyInForce& in_force : c.parts.policies) {
    Add(in_force.policy.valid, out);
    out.insert(in_force.in_force.ms);
  }
  for (const Group& group : c.parts.groups.groups) {
    for (const GroupMember& member : group.members) Add(member.member, out);
  }
  for (const Instrument& instrument : c.parts.instruments.instruments) {
    for (const InstrumentParty& party : instrument.parties) Add(party.member, out);
  }
  for (const Agency& agency : c.parts.agencies) {
    Add(agency.admitted, out);
    for (const Interval& interval : agency.suspended) Add(interval, out);
  }
  for (const ConsentLabels& consent : c.recipient.consents) {
    Add({consent.from, consent.until}, out);
  }
  if (const auto& one = c.recipient.emergency) Add({one->from, one->until}, out);
  if (c.record.created) out.insert(c.record.created->ms + limits::kPolicyHoldMs);
  return out;
}

Decision DecideAt(const Case& c, int64_t ms) {
  Case at = c;
  at.t = Instant{ms};
  Decision decision = DecideCase(at);
  decision.at = Instant{0};
  return decision;
}

TEST(Metamorphic, NothingChangesBetweenBorders) {
  int changes = 0;
  uint64_t number = 0;
  ForManyCases([&](const Case& c, entente::testing::SeededRandom& random) {
    if (++number % 10 != 0) return;
    const std::set<int64_t> borders = BordersOf(c);
    for (auto border = borders.begin(); std::next(border) != borders.end(); ++border) {
      const int64_t from = *border;
      const int64_t until = *std::next(border);
      const Decision first = DecideAt(c, from);
      const auto within = static_cast<int64_t>(random.Below(static_cast<uint64_t>(until - from)));
      EXPECT_EQ(first, DecideAt(c, from + within)) << from;
      EXPECT_EQ(first, DecideAt(c, until - 1)) << from;
      // The second before, the border, and the second after: only the border may change anything.
      if (until - from > 2000) {
        EXPECT_EQ(DecideAt(c, until - 1000), first) << until;
      }
      changes += DecideAt(c, until) != first ? 1 : 0;
    }
  });
  EXPECT_GT(changes, 60);
}

}  // namespace
}  // namespace entente::policy::testing
