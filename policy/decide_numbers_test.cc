// DecideInNumbers() says what Decide() says, and takes no memory from the heap.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "policy/decide.h"
#include "policy/tables.h"
#include "tests/policy/random_world.h"
#include "tests/policy/test_world.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ENTENTE_SANITIZER_COUNTS
#include <sanitizer/allocator_interface.h>
#endif
#endif

namespace {
thread_local size_t allocations = 0;
}  // namespace

#ifdef ENTENTE_SANITIZER_COUNTS
// A sanitizer brings the operators itself, and takes a hook in their place.
namespace {
const int hooked = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, size_t) { ++allocations; }, [](const volatile void*) {});
}  // namespace
#else
// All forms that end in the operator delete below.
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void* operator new(size_t size) {
  void* const out = operator new(size, std::nothrow);
  if (out == nullptr) std::abort();
  return out;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
#endif

namespace entente::policy::testing {
namespace {

uint32_t MaskOf(const std::vector<uint32_t>& sections) {
  uint32_t mask = 0;
  for (const uint32_t i : sections) mask |= 1u << i;
  return mask;
}

std::vector<std::string> TextsOf(const Snapshot& snapshot, const Ruling& ruling) {
  std::vector<std::string> out;
  for (const uint16_t number : ruling.obligations) {
    if (number != kNoObligation) out.push_back(snapshot.tables().obligation_texts[number]);
  }
  std::sort(out.begin(), out.end());
  return out;
}

TEST(DecideInNumbers, AgreesWithTheDecisionInWordsAndAllocatesNothing) {
  size_t released = 0;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    for (int i = 0; i < 50; ++i) {
      const auto [record, recipient, t] = world.Question(parts, 8);
      const size_t before = allocations;
      const Ruling ruling = DecideInNumbers(**snapshot, record, recipient, t);
      ASSERT_EQ(allocations, before) << "seed " << seed << " record " << i;
      const Decision decision = Decide(**snapshot, record, recipient, t);
      ASSERT_GT(allocations, before);
      ASSERT_EQ(ruling.verdict, decision.verdict) << "seed " << seed << " record " << i;
      ASSERT_EQ(ruling.released, MaskOf(decision.released)) << "seed " << seed << " record " << i;
      ASSERT_EQ(TextsOf(**snapshot, ruling), decision.obligations)
          << "seed " << seed << " record " << i;
      released += decision.releases() ? 1 : 0;
    }
  }
  EXPECT_GT(released, 500u);
}

TEST(DecideInNumbers, OfManyEachIsDecidedAsIfAlone) {
  RandomWorld world(7);
  const SnapshotParts parts = world.Parts();
  const auto snapshot = Snapshot::Compile(PublishedVocabulary(), parts);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  const Instant t = world.When();
  std::vector<Asked> asked;
  std::vector<Pending> queue;
  for (int i = 0; i < 100; ++i) asked.push_back(world.Question(parts, 8));
  asked.front().record.sections.clear();
  for (const Asked& one : asked) queue.push_back({&one.record, &one.recipient});
  for (const size_t count : {0, 1, 3, 12, 100}) {
    std::vector<Ruling> rulings(count);
    const size_t before = allocations;
    DecideInNumbers(**snapshot, std::span(queue).first(count), t, rulings);
    ASSERT_EQ(allocations, before);
    for (size_t i = 0; i < count; ++i) {
      const Ruling alone = DecideInNumbers(**snapshot, asked[i].record, asked[i].recipient, t);
      EXPECT_EQ(rulings[i].verdict, alone.verdict) << i << " of " << count;
      EXPECT_EQ(rulings[i].released, alone.released) << i << " of " << count;
      EXPECT_EQ(rulings[i].obligations, alone.obligations) << i << " of " << count;
    }
  }
}

TEST(DecideInNumbers, RefusesMoreSectionsThanARecordMayHave) {
  World world;
  world.record.sections.resize(limits::kSections + 1, world.record.sections.front());
  const auto snapshot = world.Compile();
  const Ruling ruling = DecideInNumbers(*snapshot, world.record, world.recipient, world.now);
  EXPECT_EQ(ruling.verdict, Verdict::kRefuse);
  EXPECT_EQ(ruling.released, 0u);
}

TEST(DecideInNumbers, TheOutcomeIsTheSameUnlessVerdictSectionsOrObligationsAreNot) {
  const auto outcome = [](const World& world) {
    const auto snapshot = world.Compile();
    return std::pair(snapshot,
                     DecideInNumbers(*snapshot, world.record, world.recipient, world.now));
  };
  const auto same = [&](const World& a, const World& b) {
    const auto [snapshot_a, ruling_a] = outcome(a);
    const auto [snapshot_b, ruling_b] = outcome(b);
    return SameOutcome(*snapshot_a, ruling_a, *snapshot_b, ruling_b);
  };
  const auto obliged = [](const std::string& obligations) {
    World world;
    world.of("FR").rules = AllowOut("FR-A", "obligations = [" + obligations + "]");
    return world;
  };
  // Numbers of another snapshot: the same obligation has another one there.
  World numbered = obliged("\"delete-after:P30D\"");
  numbered.of("BR").rules += RuleText("outbound.allow", "BR-X",
                                      "to = [\"FR\"]\nfor_purpose = [\"investigate\"]\n"
                                      "about = [\"suspect\"]\ndata = [\"identity\"]\n"
                                      "under = [\"FR-BR\"]\nobligations = [\"delete-after:P1D\"]");
  EXPECT_TRUE(same(obliged("\"delete-after:P30D\""), numbered));
  EXPECT_FALSE(same(obliged("\"delete-after:P30D\""), obliged("\"delete-after:P20D\"")));
  EXPECT_FALSE(same(obliged("\"delete-after:P30D\""), obliged("\"second-person\"")));
  World two;
  two.Section({"victim"}, {"identity"});
  EXPECT_FALSE(same(World(), two));
  World refused;
  refused.record.purpose = "border-control";
  EXPECT_FALSE(same(World(), refused));
}

}  // namespace
}  // namespace entente::policy::testing
