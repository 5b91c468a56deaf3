// Flipped bits in every family's live bytes, as whoever writes to the database would flip them:
// with good checksums. fsck finds each and names its family, and what is signed afterwards is the
// log that was there before, or nothing.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "core/base/encoding.h"
#include "tests/support/damage.h"
#include "tests/support/lived_broker.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

constexpr uint64_t kValueFlips = 52;  // of each family
constexpr uint64_t kKeyFlips = 28;
constexpr uint64_t kStartEvery = 16;  // on each so-manieth a broker is started as well

// One bit of a row that is there.
struct Flip {
  std::string key, value;          // before
  std::string new_key, new_value;  // after
  size_t bit = 0;
  bool of_key = false;
};

class FlipsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    quiet_ = new google::protobuf::LogSilencer();  // names that are no UTF-8 any more
    folder_ = new testing::TemporaryFolder(FastFolder());
    lived_ = new LivedBroker(folder_->path() + "/data");
    ASSERT_TRUE(lived_->Open().ok());
    judge_ = new DamageJudge(lived_->fixture());
  }
  static void TearDownTestSuite() {
    delete judge_;
    delete lived_;
    delete folder_;
    delete quiet_;
  }

  // Uniformly among all bits of the family's keys, or of its values.
  static Flip Draw(store::Family family, bool of_key, testing::SeededRandom& random) {
    const auto& rows = judge_->rows().at(family);
    auto bits = [&](const auto& row) { return 8 * (of_key ? row.first : row.second).size(); };
    uint64_t all = 0;
    for (const auto& row : rows) all += bits(row);
    uint64_t at = random.Below(all);
    auto row = rows.begin();
    for (; at >= bits(*row); ++row) at -= bits(*row);
    Flip flip{row->first, row->second, row->first, row->second, at, of_key};
    FlipBit(of_key ? flip.new_key : flip.new_value, at);
    return flip;
  }
  static void Apply(store::Store& store, store::Family family, const Flip& flip) {
    store::WriteBatch batch;
    batch.Delete(family, flip.key);
    batch.Put(family, flip.new_key, flip.new_value);
    ASSERT_TRUE(store.Write(batch, store::Sync::kYes).ok());
  }
  // The new key may have been another row's.
  static void Undo(store::Store& store, store::Family family, const Flip& flip) {
    store::WriteBatch batch;
    batch.Delete(family, flip.new_key);
    for (const auto& [key, value] : judge_->rows().at(family)) {
      if (key == flip.new_key || key == flip.key) batch.Put(family, key, value);
    }
    ASSERT_TRUE(store.Write(batch, store::Sync::kYes).ok());
  }
  // False: not found, or only elsewhere.
  static bool FindsIn(store::MemoryStore& store, store::Family family, const Flip& flip) {
    Apply(store, family, flip);
    Verdict verdict;
    verdict.findings = judge_->Check(store);
    Undo(store, family, flip);
    return verdict.Names(family.name());
  }
  // True: a broker refuses to start on it.
  static bool Refuses(store::Family family, const Flip& flip) {
    auto store = judge_->Copy();
    Apply(*store, family, flip);
    Verdict verdict;
    judge_->Start(*store, verdict);
    EXPECT_FALSE(verdict.signed_over) << family.name() << " bit " << flip.bit;
    return !verdict.refused.empty();
  }
  static void FlipAll(store::Family family) {
    testing::SeededRandom random(41);
    auto store = judge_->Copy();
    size_t found = 0, started = 0, refused = 0;
    const uint64_t values = kValueFlips * FlipShare() / 100, keys = kKeyFlips * FlipShare() / 100;
    for (uint64_t i = 0; i < values + keys; ++i) {
      const Flip flip = Draw(family, i >= values, random);
      const bool finds = FindsIn(*store, family, flip);
      EXPECT_TRUE(finds) << family.name() << (flip.of_key ? " key " : " value ")
                         << HexEncode(AsBytes(flip.key)) << " bit " << flip.bit;
      found += finds ? 1 : 0;
      if (i % kStartEvery != 0) continue;
      ++started;
      refused += Refuses(family, flip) ? 1 : 0;
    }
    std::printf(
        "%-14s %4zu rows: %3zu of %3ju flips found by fsck; %2zu of %2zu refused at start\n",
        std::string(family.name()).c_str(), judge_->rows().at(family).size(), found,
        static_cast<uintmax_t>(values + keys), refused, started);
    EXPECT_TRUE(judge_->Check(*store).empty()) << "undone";
  }

  static google::protobuf::LogSilencer* quiet_;
  static testing::TemporaryFolder* folder_;
  static LivedBroker* lived_;
  static DamageJudge* judge_;
};

google::protobuf::LogSilencer* FlipsTest::quiet_ = nullptr;
testing::TemporaryFolder* FlipsTest::folder_ = nullptr;
LivedBroker* FlipsTest::lived_ = nullptr;
DamageJudge* FlipsTest::judge_ = nullptr;

TEST_F(FlipsTest, ASoundStoreIsFoundSoundAndGoesOn) {
  auto copy = judge_->Copy();
  EXPECT_TRUE(judge_->Check(*copy).empty());
  Verdict verdict;
  judge_->Start(*copy, verdict);
  EXPECT_EQ(verdict.refused, "");
  EXPECT_FALSE(verdict.signed_over);
  EXPECT_NE(**copy->ReadFile(audit::kHighWaterFile), judge_->high_water())
      << "a record more is committed and signed";
}

TEST_F(FlipsTest, OfTheEntries) { FlipAll(audit::kEntries); }
TEST_F(FlipsTest, OfTheTiles) { FlipAll(audit::kTiles); }
TEST_F(FlipsTest, OfTheRightEdge) { FlipAll(audit::kMeta); }
TEST_F(FlipsTest, OfTheCheckpoint) { FlipAll(audit::kCheckpoint); }
TEST_F(FlipsTest, OfTheOpenEntries) { FlipAll(kOpen); }
TEST_F(FlipsTest, OfTheBodies) { FlipAll(kBodies); }
TEST_F(FlipsTest, OfTheParts) { FlipAll(kParts); }
TEST_F(FlipsTest, OfTheMailboxes) { FlipAll(kMailbox); }
TEST_F(FlipsTest, OfTheCursors) { FlipAll(kCursors); }
TEST_F(FlipsTest, OfTheSubmissions) { FlipAll(kSubmissions); }
TEST_F(FlipsTest, OfTheCases) { FlipAll(kCases); }
TEST_F(FlipsTest, OfTheTexts) { FlipAll(kTexts); }
TEST_F(FlipsTest, OfTheGrants) { FlipAll(kGrants); }
TEST_F(FlipsTest, OfWhatWasWitnessed) { FlipAll(kWitnessed); }

// A family that is made later has its line above.
TEST_F(FlipsTest, NoFamilyIsLeftOut) { EXPECT_EQ(std::size(kBrokerFamilies), 14u); }

}  // namespace
}  // namespace entente::broker
