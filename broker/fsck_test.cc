// fsck finds any flipped bit in any family, and nothing in a sound store.
#include "broker/fsck.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

// A store with something in every family, in every state.
std::unique_ptr<EngineFixture> Lived() {
  auto owned = std::make_unique<EngineFixture>();
  EngineFixture& f = *owned;
  EXPECT_TRUE(f.Send({.recipients = {"BR.fiu", "CH.fiu"}}, 1).ok());
  EXPECT_TRUE(f.Send({.recipients = {"BR.fiu"}, .lives_ms = limits::kHourMs}, 2).ok());
  f.TakeAll("CH.fiu");
  EXPECT_TRUE(f.Send({.recipients = {"DE.fiu", "AE.fiu"}, .urgency = v1::URGENCY_URGENT}, 3).ok());
  f.now = f.now + limits::kHourMs;
  auto expired = f.engine->Expired(f.now, 10, f.random);
  EXPECT_TRUE(expired.ok());
  EXPECT_TRUE(f.engine->Commit(*expired).ok());
  return owned;
}

// The log's own families have their tests in core/audit.
bool IsLogs(store::Family family) {
  return std::find(std::begin(audit::kLogFamilies), std::end(audit::kLogFamilies), family) !=
         std::end(audit::kLogFamilies);
}

bool Finds(const EngineFixture& f) { return !f.Findings().empty(); }

TEST(FsckTest, FindsNothingInASoundStore) { EXPECT_EQ(Lived()->Findings(), ""); }

TEST(FsckTest, FindsAnyFlippedBitOfAValue) {
  auto f = Lived();
  for (store::Family family : kBrokerFamilies) {
    auto rows = f->Rows(family);
    EXPECT_TRUE(IsLogs(family) || !rows.empty()) << family.name();
    for (const auto& [key, value] : rows) {
      for (size_t bit = 0; bit < value.size() * 8; bit += 1 + 2 * value.size()) {
        std::string flipped = value;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        store::WriteBatch batch;
        batch.Put(family, key, flipped);
        ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
        EXPECT_TRUE(Finds(*f)) << family.name() << " bit " << bit;
        batch.Put(family, key, value);
        ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
      }
    }
  }
  EXPECT_EQ(f->Findings(), "");
}

TEST(FsckTest, FindsAnyFlippedBitOfAKey) {
  auto f = Lived();
  for (store::Family family : kBrokerFamilies) {
    for (const auto& [key, value] : f->Rows(family)) {
      for (size_t bit = 0; bit < key.size() * 8; bit += 1 + 2 * key.size()) {
        std::string flipped = key;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
        store::WriteBatch batch;
        batch.Delete(family, key);
        batch.Put(family, flipped, value);
        ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
        EXPECT_TRUE(Finds(*f)) << family.name() << " bit " << bit;
        batch.Clear();
        batch.Delete(family, flipped);
        batch.Put(family, key, value);
        ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
      }
    }
  }
}

// Rows of r_submissions are not all in the log: numbers are the submitter's, and leave the window.
TEST(FsckTest, FindsAnyRowThatIsMissing) {
  auto f = Lived();
  for (store::Family family : kBrokerFamilies) {
    if (IsLogs(family) || family == kSubmissions) continue;
    for (const auto& [key, value] : f->Rows(family)) {
      store::WriteBatch batch;
      batch.Delete(family, key);
      ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
      EXPECT_TRUE(Finds(*f)) << family.name();
      batch.Clear();
      batch.Put(family, key, value);
      ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
    }
  }
}

TEST(FsckTest, AnotherGenesisFileIsFoundOrRefused) {
  auto f = Lived();
  EXPECT_FALSE(Fsck(f->store, "not a genesis file").ok());
  auto report = Fsck(f->store, f->federation.genesis().text() + "# remark\n");
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->findings.empty());
}

}  // namespace
}  // namespace entente::broker
