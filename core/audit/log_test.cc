#include "core/audit/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/audit/log_fixture.h"
#include "core/audit/tile.h"
#include "core/base/limits.h"
#include "tests/support/seeded_random.h"

namespace entente::audit {
namespace {

using ::testing::HasSubstr;

Digest RootOfFirst(uint64_t size) { return RootOfLeaves(Leaves(size)); }

class LogTest : public ::testing::Test {
 protected:
  store::MemoryStore store_{kLogFamilies};
};

TEST_F(LogTest, AnEmptyLog) {
  auto log = OpenLog(store_);
  EXPECT_EQ(log->Head(), (TreeHead{0, EmptyRoot()}));
  EXPECT_EQ(log->Entry(0).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(log->Inclusion(0, 0).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(*log->RootAt(0), EmptyRoot());
}

TEST_F(LogTest, GrowsInAnyGroupsAndProvesEverySize) {
  testing::SeededRandom random(1);
  auto log = OpenLog(store_);
  auto leaves = Leaves(700);
  while (log->Head().size < 700) {
    uint64_t size = std::min<uint64_t>(700, log->Head().size + random.Below(90));
    ASSERT_TRUE(GrowTo(*log, size).ok());
    ASSERT_EQ(log->Head(), (TreeHead{size, NaiveRoot(std::span(leaves).first(size))}));
    for (int i = 0; size > 0 && i < 40; ++i) {
      uint64_t n = 1 + random.Below(size), m = 1 + random.Below(n), index = random.Below(n);
      Digest root = NaiveRoot(std::span(leaves).first(n));
      ASSERT_EQ(*log->RootAt(n), root);
      auto inclusion = log->Inclusion(index, n);
      ASSERT_TRUE(inclusion.ok()) << inclusion.status();
      ASSERT_TRUE(VerifyInclusion(leaves[index], index, n, *inclusion, root).ok());
      auto consistency = log->Consistency(m, n);
      ASSERT_TRUE(consistency.ok()) << consistency.status();
      ASSERT_TRUE(
          VerifyConsistency(m, n, *consistency, NaiveRoot(std::span(leaves).first(m)), root).ok());
      ASSERT_EQ(*log->Entry(index), EntryNumber(index));
    }
  }
}

TEST_F(LogTest, EveryByteIsTheSameHoweverCommitsWereGrouped) {
  store::MemoryStore other(kLogFamilies);
  auto one = OpenLog(store_), two = OpenLog(other);
  for (uint64_t size = 1; size <= 600; ++size) ASSERT_TRUE(GrowTo(*one, size).ok());
  for (uint64_t size : {37u, 256u, 300u, 600u}) ASSERT_TRUE(GrowTo(*two, size).ok());
  for (store::Family family : kLogFamilies) {
    if (!family.replicated()) continue;
    EXPECT_EQ(Contents(store_, family), Contents(other, family)) << family.name();
  }
}

TEST_F(LogTest, OpensAgainAtEverySize) {
  for (uint64_t size = 1; size <= 600; ++size) {
    auto log = OpenLog(store_);
    ASSERT_NE(log, nullptr);
    ASSERT_EQ(log->Head().size, size - 1);
    ASSERT_TRUE(GrowTo(*log, size).ok());
    if (size % 64 == 0) {
      ASSERT_EQ(log->Head().root, RootOfFirst(size));
    }
  }
}

TEST_F(LogTest, AStageThatIsDroppedChangesNothing) {
  auto log = OpenLog(store_);
  ASSERT_TRUE(GrowTo(*log, 300).ok());
  TreeHead before = log->Head();
  {
    Stage stage = log->Begin();
    store::WriteBatch batch;
    for (int i = 0; i < 300; ++i) ASSERT_EQ(*stage.Append("dropped", batch), 300u + i);
    EXPECT_EQ(stage.Head().size, 600u);
    EXPECT_NE(stage.Head().root, before.root);
  }
  EXPECT_EQ(log->Head(), before);
  EXPECT_EQ(log->Entry(300).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(log->Inclusion(300, 301).status().code(), absl::StatusCode::kOutOfRange);
  ASSERT_TRUE(GrowTo(*log, 600).ok());
  EXPECT_EQ(log->Head().root, RootOfFirst(600));
}

TEST_F(LogTest, TheHeadOfAStageIsThatOfTheCommit) {
  auto log = OpenLog(store_);
  Stage stage = log->Begin();
  store::WriteBatch batch;
  batch.Put(kMeta, "applied", "with it");
  for (int i = 0; i < 257; ++i) ASSERT_TRUE(stage.Append(EntryNumber(i), batch).ok());
  ASSERT_TRUE(log->Commit(stage, batch).ok());
  EXPECT_EQ(log->Head(), stage.Head());
  EXPECT_EQ(**store_.Get(kMeta, "applied"), "with it");
}

TEST_F(LogTest, AStageOfAnEarlierLogIsRefused) {
  auto log = OpenLog(store_);
  Stage stale = log->Begin();
  store::WriteBatch batch;
  ASSERT_TRUE(stale.Append("stale", batch).ok());
  ASSERT_TRUE(GrowTo(*log, 1).ok());
  EXPECT_EQ(log->Commit(stale, batch).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(*log->Entry(0), EntryNumber(0));
}

TEST_F(LogTest, AnEntryOfAnySizeUpToTheLimit) {
  auto log = OpenLog(store_);
  Stage stage = log->Begin();
  store::WriteBatch batch;
  EXPECT_TRUE(stage.Append("", batch).ok());
  EXPECT_TRUE(stage.Append(std::string(limits::kEntryBytes, 'x'), batch).ok());
  auto large = stage.Append(std::string(limits::kEntryBytes + 1, 'x'), batch);
  EXPECT_TRUE(IsRefusal(large.status(), Reason::kTooLarge)) << large.status();
  EXPECT_EQ(stage.size(), 2u);
  ASSERT_TRUE(log->Commit(stage, batch).ok());
  EXPECT_EQ(*log->Entry(0), "");
}

TEST_F(LogTest, AFullDiskLeavesTheLogAsItWasAndTheSameStageGoesInLater) {
  auto log = OpenLog(store_);
  ASSERT_TRUE(GrowTo(*log, 10).ok());
  Stage stage = log->Begin();
  store::WriteBatch batch;
  ASSERT_TRUE(stage.Append(EntryNumber(10), batch).ok());
  store_.FailWrite(1, store::Fault::kDiskFull);
  EXPECT_TRUE(IsRefusal(log->Commit(stage, batch), Reason::kDiskFull));
  EXPECT_EQ(log->Head(), (TreeHead{10, RootOfFirst(10)}));
  ASSERT_TRUE(log->Commit(stage, batch).ok());
  EXPECT_EQ(log->Head(), (TreeHead{11, RootOfFirst(11)}));
}

TEST_F(LogTest, ACrashAtAnyCommitLosesNothingThatWasCommitted) {
  const uint64_t sizes[] = {1, 3, 255, 256, 257, 300, 512, 515};
  for (size_t failing = 1; failing <= std::size(sizes); ++failing) {
    for (size_t survivors : {0u, 1u}) {
      store::MemoryStore store(kLogFamilies);
      store.FailWrite(failing, store::Fault::kSyncFailed);
      auto log = OpenLog(store);
      uint64_t committed = 0, attempted = 0;
      for (uint64_t size : sizes) {
        attempted = size;
        if (!GrowTo(*log, size).ok()) break;
        committed = size;
      }
      EXPECT_EQ(log->Head().size, committed);
      store.Crash(survivors);
      log = OpenLog(store);
      ASSERT_NE(log, nullptr);
      uint64_t expected = survivors == 1 ? attempted : committed;
      EXPECT_EQ(log->Head(), (TreeHead{expected, RootOfFirst(expected)}));
      ASSERT_TRUE(GrowTo(*log, 600).ok());
      EXPECT_EQ(log->Head().root, RootOfFirst(600));
    }
  }
}

TEST_F(LogTest, TilesAndBundlesAreThoseOfTheSize) {
  auto log = OpenLog(store_);
  ASSERT_TRUE(GrowTo(*log, 600).ok());
  auto leaves = Leaves(600);
  for (uint64_t size : {1u, 100u, 256u, 257u, 512u, 600u}) {
    for (uint64_t index = 0; index * 256 < size; ++index) {
      uint64_t width = std::min<uint64_t>(256, size - index * 256);
      auto tile = log->Tile(size, 0, index);
      ASSERT_TRUE(tile.ok()) << tile.status();
      EXPECT_EQ(*tile, EncodeTile(std::span(leaves).subspan(index * 256, width)));
      auto bundle = log->Bundle(size, index);
      ASSERT_TRUE(bundle.ok()) << bundle.status();
      auto entries = DecodeBundle(*bundle, static_cast<uint32_t>(width));
      ASSERT_TRUE(entries.ok());
      EXPECT_EQ(entries->front(), EntryNumber(index * 256));
    }
  }
  std::vector<Digest> above = {NaiveRoot(std::span(leaves).first(256)),
                               NaiveRoot(std::span(leaves).subspan(256, 256))};
  EXPECT_EQ(*log->Tile(600, 1, 0), EncodeTile(above));
  for (auto [size, level, index] :
       {std::tuple(600, 0, 3), {600, 1, 1}, {600, 2, 0}, {600, 8, 0}, {601, 0, 0}, {0, 0, 0}}) {
    EXPECT_EQ(log->Tile(size, level, index).status().code(), absl::StatusCode::kOutOfRange);
  }
  EXPECT_EQ(log->Bundle(600, 3).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(log->Bundle(601, 0).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(LogTest, ReadersSeeWholeCommitsWhileAnotherThreadAppends) {
  auto log = OpenLog(store_);
  ASSERT_TRUE(GrowTo(*log, 1).ok());
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (uint64_t size = 5; size <= 800; size += 5) ASSERT_TRUE(GrowTo(*log, size).ok());
    done = true;
  });
  while (!done) {
    TreeHead head = log->Head();
    uint64_t index = head.size / 3;
    auto proof = log->Inclusion(index, head.size);
    ASSERT_TRUE(proof.ok()) << proof.status();
    ASSERT_TRUE(
        VerifyInclusion(LeafHash(EntryNumber(index)), index, head.size, *proof, head.root).ok());
  }
  writer.join();
}

// Start-up of a damaged log: what is wrong is said, and nothing is served.
class DamagedLog : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(GrowTo(*OpenLog(store_), 600).ok()); }
  void ExpectRefused(const char* part) {
    auto log = Log::Open(store_);
    EXPECT_EQ(log.status().code(), absl::StatusCode::kDataLoss) << log.status();
    EXPECT_THAT(log.status().ToString(), HasSubstr(part));
    EXPECT_THAT(log.status().ToString(), HasSubstr("fsck"));
  }
  store::MemoryStore store_{kLogFamilies};
};

TEST_F(DamagedLog, MissingEntry) {
  Remove(store_, kEntries, EntryKey(550));
  ExpectRefused("entry 550 is missing");
}
TEST_F(DamagedLog, LastEntriesCutOff) {
  Remove(store_, kEntries, EntryKey(599));
  ExpectRefused("r_meta says 600 entries, r_entries ends at 599");
}
TEST_F(DamagedLog, AnEntryTooMany) {
  Put(store_, kEntries, EntryKey(600), "smuggled");
  ExpectRefused("r_meta says 600 entries, r_entries ends at 601");
}
TEST_F(DamagedLog, AlteredEntryAtTheEdge) {
  Put(store_, kEntries, EntryKey(513), "another");
  ExpectRefused("512 to 575");
}
TEST_F(DamagedLog, MissingTile) {
  Remove(store_, kTiles, FormatTileKey({0, 1}));
  ExpectRefused("tile 1 of level 0 is missing");
}
TEST_F(DamagedLog, ShortTile) {
  Put(store_, kTiles, FormatTileKey({0, 1}), std::string(kTileBytes - 32, 'x'));
  ExpectRefused("tile 1 of level 0 in r_tiles has another width");
}
TEST_F(DamagedLog, AlteredTile) {
  const std::string key = FormatTileKey({0, 0});
  Put(store_, kTiles, key, FlipBit(**store_.Get(kTiles, key), 4000));
  ExpectRefused("0 to 511");
}
TEST_F(DamagedLog, AlteredEdge) {
  std::string tree = **store_.Get(kMeta, kTreeKey);
  Put(store_, kMeta, kTreeKey, FlipBit(tree, tree.size() - 1));
  ExpectRefused("592 to 599");
}
TEST_F(DamagedLog, MissingEdge) {
  Remove(store_, kMeta, kTreeKey);
  ExpectRefused("r_meta says 0 entries");
}
TEST_F(DamagedLog, MalformedEdge) {
  for (size_t size : {0u, 7u, 8u, 39u}) {
    Put(store_, kMeta, kTreeKey, (**store_.Get(kMeta, kTreeKey)).substr(0, size));
    ExpectRefused("the right edge");
  }
}
TEST_F(DamagedLog, KeyThatIsNoIndex) {
  Put(store_, kEntries, "\xff", "x");
  ExpectRefused("not an index");
}

TEST_F(DamagedLog, DamageInTheMiddleIsFoundWhenItIsRead) {
  Remove(store_, kEntries, EntryKey(100));
  auto log = OpenLog(store_);
  EXPECT_EQ(log->Entry(100).status().code(), absl::StatusCode::kDataLoss);
  Remove(store_, kTiles, FormatTileKey({0, 0}));
  EXPECT_EQ(log->Inclusion(5, 600).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(log->Tile(600, 0, 0).status().code(), absl::StatusCode::kDataLoss);
}

// Counts what start-up reads.
class CountingStore final : public store::Store {
 public:
  explicit CountingStore(store::Store& inner) : inner_(inner) {}
  size_t gets() const { return gets_; }

  absl::StatusOr<std::optional<std::string>> Get(store::Family family,
                                                 std::string_view key) const override {
    ++gets_;
    return inner_.Get(family, key);
  }
  absl::StatusOr<std::unique_ptr<store::Iterator>> Iterate(store::Family family,
                                                           std::string_view prefix) const override {
    return inner_.Iterate(family, prefix);
  }
  absl::Status Write(const store::WriteBatch& batch, store::Sync sync) override {
    return inner_.Write(batch, sync);
  }
  std::unique_ptr<store::Reader> Snapshot() const override { return inner_.Snapshot(); }
  std::span<const store::Family> families() const override { return inner_.families(); }
  absl::Status PutFile(std::string_view name, std::string_view bytes) override {
    return inner_.PutFile(name, bytes);
  }
  absl::StatusOr<std::optional<std::string>> ReadFile(std::string_view name) const override {
    return inner_.ReadFile(name);
  }

 private:
  store::Store& inner_;
  mutable size_t gets_ = 0;
};

TEST_F(LogTest, StartUpReadsLittleOfALargeLog) {
  constexpr uint64_t kSize = 2 * 65536 + 3 * 256 + 5;
  {
    auto log = OpenLog(store_);
    ASSERT_TRUE(GrowTo(*log, 65536 + 1).ok());
    ASSERT_TRUE(GrowTo(*log, kSize).ok());
  }
  CountingStore counting(store_);
  auto log = OpenLog(counting);
  EXPECT_EQ(counting.gets(), 1u + 5 + 3 + 2);
  EXPECT_EQ(log->Head().root, RootOfFirst(kSize));
  for (uint64_t index : {uint64_t{0}, uint64_t{65535}, uint64_t{65536}, kSize - 1}) {
    auto proof = log->Inclusion(index, kSize);
    ASSERT_TRUE(proof.ok()) << proof.status();
    EXPECT_TRUE(
        VerifyInclusion(LeafHash(EntryNumber(index)), index, kSize, *proof, log->Head().root).ok());
  }
  EXPECT_EQ(*log->RootAt(65537), RootOfFirst(65537));
}

}  // namespace
}  // namespace entente::audit
