// What holds for any history, tried on many random ones.
#include <google/protobuf/stubs/logging.h>

#include <thread>

#include "core/ledger/follower.h"
#include "core/ledger/key_lookup.h"
#include "core/ledger/ledger_fixture.h"
#include "core/ledger/parts.h"
#include "core/ledger/registry_files.h"

namespace entente::ledger {
namespace {

class Property : public LedgerTest {};

TEST_F(Property, NoBitOfASignedStatementCanBeChanged) {
  const google::protobuf::LogSilencer silence;
  const Publication admission =
      ByAuthority("FR", AgencyBody("FR.police", v1::AgencyStatement::ADMITTED, 1));
  const Publication policy = federation.SignPolicy("FR", 2, testing::DefaultPolicy("FR", 2));
  for (const Publication& one : {admission, policy}) {
    const std::string body = testing::BodyOf(one);
    ASSERT_TRUE(registry.Check(index, one.kind, instant, body).ok());
    for (size_t bit = 0; bit < body.size() * 8; ++bit) {
      std::string bent = body;
      bent[bit / 8] = static_cast<char>(bent[bit / 8] ^ (1 << bit % 8));
      EXPECT_FALSE(registry.Check(index, one.kind, instant, bent).ok()) << "bit " << bit;
    }
  }
}

TEST_F(Property, AStatementCountsUnderItsOwnKindOnly) {
  const Publication admission =
      ByAuthority("FR", AgencyBody("FR.police", v1::AgencyStatement::ADMITTED, 1));
  const std::string body = testing::BodyOf(admission);
  for (int kind = 0; kind < 24; ++kind) {
    const bool own = kind == admission.kind;
    EXPECT_EQ(registry.Check(index, static_cast<v1::EntryKind>(kind), instant, body).ok(), own)
        << kind;
  }
}

TEST_F(Property, PolicySeesAnAgencyAsTheLogDoes) {
  for (int round = 0; round < 300; ++round) {
    AgencyHistory history{.kind = "fiu", .name = "A unit", .events = {}};
    const uint64_t count = 1 + random.Below(6);
    for (uint64_t i = 0; i < count; ++i) {
      const Instant from{static_cast<int64_t>(random.Below(20))};
      AgencyEvent event{.state = static_cast<AgencyState>(1 + random.Below(3)),
                        .from = from,
                        .until = {},
                        .log_index = i};
      if (random.Below(2)) event.until = from + 1 + static_cast<int64_t>(random.Below(10));
      history.events.push_back(event);
    }
    State state{};
    state.agencies["FR.fiu"] = std::make_shared<const AgencyHistory>(history);
    const auto agency = AgencyForPolicy("FR.fiu", history);
    ASSERT_TRUE(agency.ok()) << agency.status();
    for (Instant t{0}; t < Instant{40}; t = t + 1) {
      bool admitted = *agency && (*agency)->admitted.Holds(t);
      if (*agency) {
        for (const policy::Interval& gap : (*agency)->suspended) admitted &= !gap.Holds(t);
      }
      EXPECT_EQ(admitted, ledger::StateAt(state, "FR.fiu", UINT64_MAX, t) == AgencyState::kAdmitted)
          << "round " << round << " at " << t.ms;
    }
  }
}

TEST_F(Property, AFollowerComesToTheSameByAnyStepsAndSeesAForkAnywhere) {
  testing::TestLog log = federation.NewLog();
  const auto grow = [&](testing::TestLog& to, uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) {
      const std::vector<ReaderPart> parts = {{"FR.fiu", ToString(random.Bytes<8>())}};
      to.Append(WriteSealedEntry(v1::ENTRY_KIND_NOTICE, instant, parts, random.Bytes<32>())->entry);
    }
  };
  grow(log, 60);
  for (int round = 0; round < 40; ++round) {
    Follower follower = Follower::Create(federation.genesis());
    while (follower.size() < log.size()) {
      const uint64_t size = follower.size() + 1 + random.Below(log.size() - follower.size());
      const uint64_t from = random.Below(follower.next_index() + 1);
      const auto entries = std::span(log.entries()).subspan(from, size - from);
      ASSERT_TRUE(follower.AddEntries(from, entries).ok());
      ASSERT_TRUE(follower.Take(log.Checkpoint(size)).ok());
      ASSERT_TRUE(follower.Take(log.Checkpoint(random.Below(log.size()) + 1)).ok());
    }
    EXPECT_EQ(follower.root(), log.RootAt(log.size()));
    EXPECT_EQ(follower.registry().snapshot_hash(), registry.snapshot_hash());
    const uint64_t common = 1 + random.Below(log.size() - 1);
    testing::TestLog other(federation.log_origin(), federation.checkpoint_key().Clone());
    for (uint64_t i = 0; i < common; ++i) other.Append(log.entries()[i]);
    grow(other, 1 + random.Below(80));
    const uint64_t next = follower.next_index();
    if (other.size() > next) {
      ASSERT_TRUE(follower.AddEntries(next, std::span(other.entries()).subspan(next)).ok());
    }
    EXPECT_EQ(Outcome(follower.Take(other.Checkpoint()).status()), "fork")
        << "branched at " << common << ", size " << other.size();
  }
}

TEST_F(Property, CopiesAreReadInOtherThreadsWhileTheOriginalApplies) {
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([copy = registry, this] {
      for (int n = 0; n < 50; ++n) {
        const Registry own = copy;
        EXPECT_EQ((*own.PolicySnapshot(instant))->number(), copy.snapshot_number());
        EXPECT_TRUE(own.CurrentKey("FR.fiu", KeyUse::kDelivery, instant).ok());
      }
    });
  }
  for (int n = 0; n < 50; ++n) {
    OfferBytes(v1::ENTRY_KIND_KEYS, "no statement", instant);
    EXPECT_EQ((*registry.PolicySnapshot(instant))->number(), registry.snapshot_number());
  }
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace entente::ledger
