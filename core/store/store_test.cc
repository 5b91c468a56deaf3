// What every store promises, held against both.
#include "core/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "core/store/store_fixture.h"

namespace entente::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Kind {
  const char* name;
  std::function<std::unique_ptr<StoreUnderTest>()> make;
};

class StoreTest : public ::testing::TestWithParam<Kind> {
 protected:
  Store& store() { return under_test_->store(); }
  std::optional<std::string> Get(Family family, std::string_view key) {
    auto got = store().Get(family, key);
    EXPECT_TRUE(got.ok()) << got.status();
    return got.ok() ? *got : std::nullopt;
  }
  void PutAll(std::initializer_list<std::string_view> keys) {
    WriteBatch batch;
    for (auto key : keys) batch.Put(kAlpha, key, key);
    ASSERT_TRUE(store().Write(batch, Sync::kYes).ok());
  }
  std::unique_ptr<Iterator> Iterate(std::string_view prefix) {
    return *store().Iterate(kAlpha, prefix);
  }

  std::unique_ptr<StoreUnderTest> under_test_ = GetParam().make();
};

TEST_P(StoreTest, GivesBackWhatWasPut) {
  EXPECT_EQ(Get(kAlpha, "key"), std::nullopt);
  ASSERT_TRUE(PutOne(store(), "key", "value").ok());
  EXPECT_EQ(Get(kAlpha, "key"), "value");
  EXPECT_EQ(Get(kBeta, "key"), std::nullopt);
}

TEST_P(StoreTest, KeysAndValuesAreAnyBytes) {
  const std::string key("\0\xff\n", 3), value("\0\0", 2);
  ASSERT_TRUE(PutOne(store(), key, value).ok());
  ASSERT_TRUE(PutOne(store(), "empty", "").ok());
  EXPECT_EQ(Get(kAlpha, key), value);
  EXPECT_EQ(Get(kAlpha, "empty"), "");
}

TEST_P(StoreTest, BatchSpansFamiliesAndTheLaterOperationWins) {
  ASSERT_TRUE(PutOne(store(), "old", "x").ok());
  WriteBatch batch;
  batch.Put(kAlpha, "a", "1");
  batch.Put(kBeta, "b", "2");
  batch.Put(kAlpha, "a", "3");
  batch.Delete(kAlpha, "old");
  batch.Delete(kAlpha, "never");
  batch.Put(kBeta, "gone", "4");
  batch.Delete(kBeta, "gone");
  ASSERT_TRUE(store().Write(batch, Sync::kYes).ok());
  EXPECT_EQ(Get(kAlpha, "a"), "3");
  EXPECT_EQ(Get(kBeta, "b"), "2");
  EXPECT_EQ(Get(kAlpha, "old"), std::nullopt);
  EXPECT_EQ(Get(kBeta, "gone"), std::nullopt);
}

TEST_P(StoreTest, EmptyBatchSyncs) { EXPECT_TRUE(store().Write({}, Sync::kYes).ok()); }

TEST_P(StoreTest, IteratesAPrefixInByteOrder) {
  PutAll({"b2", "a", "b", "b1", "c", std::string_view("b\xff", 2)});
  EXPECT_THAT(Keys(store(), kAlpha, "b"), ElementsAre("b", "b1", "b2", "b\xff"));
  EXPECT_THAT(Keys(store(), kAlpha, ""), ElementsAre("a", "b", "b1", "b2", "b\xff", "c"));
  EXPECT_THAT(Keys(store(), kAlpha, "d"), IsEmpty());
  EXPECT_THAT(Keys(store(), kBeta, ""), IsEmpty());
}

TEST_P(StoreTest, PrefixOfTopBytesHasNoEnd) {
  const std::string top = "\xff\xff";
  PutAll({"a", top, top + "a"});
  EXPECT_THAT(Keys(store(), kAlpha, top), ElementsAre(top, top + "a"));
}

TEST_P(StoreTest, SeeksWithinThePrefix) {
  PutAll({"a", "b1", "b3", "c"});
  auto it = Iterate("b");
  EXPECT_FALSE(it->Valid());
  it->Seek("b2");
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key(), "b3");
  EXPECT_EQ(it->value(), "b3");
  it->Seek("a");
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key(), "b1");
  it->Seek("b4");
  EXPECT_FALSE(it->Valid());
  it->Seek("zzz");
  EXPECT_FALSE(it->Valid());
}

TEST_P(StoreTest, WalksBackFromTheLast) {
  PutAll({"a", "b1", "b2", "c"});
  auto it = Iterate("b");
  it->SeekToLast();
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key(), "b2");
  it->Prev();
  ASSERT_TRUE(it->Valid());
  EXPECT_EQ(it->key(), "b1");
  it->Prev();
  EXPECT_FALSE(it->Valid());
  it = Iterate("x");
  it->SeekToLast();
  EXPECT_FALSE(it->Valid());
}

TEST_P(StoreTest, IteratorKeepsTheViewOfItsBirth) {
  PutAll({"a", "b"});
  auto it = Iterate("");
  PutAll({"c"});
  WriteBatch batch;
  batch.Delete(kAlpha, "b");
  ASSERT_TRUE(store().Write(batch, Sync::kNo).ok());
  std::string seen;
  for (it->SeekToFirst(); it->Valid(); it->Next()) seen.append(it->key());
  EXPECT_EQ(seen, "ab");
  EXPECT_THAT(Keys(store(), kAlpha, ""), ElementsAre("a", "c"));
}

TEST_P(StoreTest, SnapshotFreezesEveryFamily) {
  PutAll({"a"});
  auto frozen = store().Snapshot();
  WriteBatch batch;
  batch.Put(kAlpha, "a", "new");
  batch.Put(kBeta, "b", "new");
  ASSERT_TRUE(store().Write(batch, Sync::kYes).ok());
  EXPECT_EQ(**frozen->Get(kAlpha, "a"), "a");
  EXPECT_EQ(*frozen->Get(kBeta, "b"), std::nullopt);
  EXPECT_THAT(Keys(*frozen, kBeta, ""), IsEmpty());
  EXPECT_EQ(Get(kAlpha, "a"), "new");
}

TEST_P(StoreTest, UnknownFamilyIsRefusedAndNothingIsWritten) {
  constexpr Family kOther = "r_other";
  WriteBatch batch;
  batch.Put(kAlpha, "a", "1");
  batch.Put(kOther, "b", "2");
  EXPECT_EQ(store().Write(batch, Sync::kYes).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Get(kAlpha, "a"), std::nullopt);
  EXPECT_EQ(store().Get(kOther, "b").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store().Iterate(kOther, "").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store().Snapshot()->Get(kOther, "b").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(store().families(), ElementsAre(kAlpha, kBeta));
}

TEST_P(StoreTest, FilesBesideTheDatabase) {
  EXPECT_EQ(*store().ReadFile("mark"), std::nullopt);
  ASSERT_TRUE(store().PutFile("mark", "first").ok());
  ASSERT_TRUE(store().PutFile("mark", "2").ok());
  EXPECT_EQ(*store().ReadFile("mark"), "2");
  EXPECT_EQ(*store().ReadFile("other"), std::nullopt);
  for (std::string_view bad : {"", "../x", "a/b", "A", "a.b", "db"}) {
    EXPECT_EQ(store().PutFile(bad, "x").code(), absl::StatusCode::kInvalidArgument) << bad;
    EXPECT_EQ(store().ReadFile(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST_P(StoreTest, FilesAreSmall) {
  const std::string largest(kMaxFileBytes, 'x');
  ASSERT_TRUE(store().PutFile("mark", largest).ok());
  EXPECT_EQ(*store().ReadFile("mark"), largest);
  EXPECT_EQ(store().PutFile("mark", largest + "x").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(*store().ReadFile("mark"), largest);
}

TEST_P(StoreTest, EverythingIsThereAfterAStopAndStart) {
  PutAll({"a"});
  ASSERT_TRUE(PutOne(store(), "unsynced", "2", Sync::kNo).ok());
  ASSERT_TRUE(store().PutFile("mark", "m").ok());
  under_test_->Reopen();
  EXPECT_EQ(Get(kAlpha, "a"), "a");
  EXPECT_EQ(Get(kAlpha, "unsynced"), "2");
  EXPECT_EQ(*store().ReadFile("mark"), "m");
}

TEST_P(StoreTest, ReadsWhileAnotherThreadWrites) {
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) {
      WriteBatch batch;
      batch.Put(kAlpha, "x", std::to_string(i));
      batch.Put(kBeta, "x", std::to_string(i));
      EXPECT_TRUE(store().Write(batch, Sync::kNo).ok());
    }
  });
  for (int i = 0; i < 200; ++i) {
    auto frozen = store().Snapshot();
    EXPECT_EQ(*frozen->Get(kAlpha, "x"), *frozen->Get(kBeta, "x"));
    EXPECT_LE(Keys(store(), kAlpha, "").size(), 1u);
  }
  writer.join();
  EXPECT_EQ(Get(kAlpha, "x"), "199");
}

INSTANTIATE_TEST_SUITE_P(
    Both, StoreTest,
    ::testing::Values(Kind{"Memory", [] { return std::make_unique<MemoryUnderTest>(); }},
                      Kind{"Rocks", [] { return std::make_unique<RocksUnderTest>(); }}),
    [](const auto& kind) { return kind.param.name; });

TEST(PrefixEnd, IsTheLeastAbove) {
  EXPECT_EQ(PrefixEnd("a"), "b");
  EXPECT_EQ(PrefixEnd("a\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff"), std::nullopt);
  EXPECT_EQ(PrefixEnd(""), std::nullopt);
}

}  // namespace
}  // namespace entente::store
