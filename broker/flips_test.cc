// Flipped bits in every family's live bytes, as who writes to the database would flip them: with
// good checksums. fsck finds each, in its family; and what is signed afterwards is the log that was
// there before, or nothing.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "core/base/encoding.h"
#include "tests/support/damage.h"
#include "tests/support/lived_broker.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

constexpr uint64_t kValueFlips = 60;  // of each family
constexpr uint64_t kKeyFlips = 30;
constexpr uint64_t kStarts = 12;  // of these a broker is started on

struct Bit {
  size_t row = 0;
  size_t bit = 0;
};

class FlipsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    quiet_ = new google::protobuf::LogSilencer();  // names that are no UTF-8 any more
    folder_ = new testing::TemporaryFolder();
    lived_ = new LivedBroker(folder_->path() + "/data");
    ASSERT_TRUE(lived_->Open().ok());
    judge_ = new DamageJudge(lived_->fixture());
  }
  static void TearDownTestSuite() {
    delete judge_;
    lived_->Close();
    delete lived_;
    delete folder_;
    delete quiet_;
  }

  // Uniformly among all bits of the family's keys, or of its values.
  static Bit Draw(store::Family family, bool of_key, testing::SeededRandom& random) {
    const auto& rows = judge_->rows().at(family);
    auto bytes = [&](size_t i) { return (of_key ? rows[i].first : rows[i].second).size(); };
    uint64_t all = 0;
    for (size_t i = 0; i < rows.size(); ++i) all += bytes(i);
    uint64_t at = random.Below(8 * all);
    size_t row = 0;
    for (; at >= 8 * bytes(row); ++row) at -= 8 * bytes(row);
    return {row, at};
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

std::string Flipped(std::string bytes, size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  return bytes;
}

TEST_F(FlipsTest, ASoundStoreIsFoundSoundAndGoesOn) {
  auto copy = judge_->Copy();
  Verdict verdict;
  verdict.findings = judge_->Check(*copy);
  EXPECT_TRUE(verdict.findings.empty()) << verdict.findings[0].what;
  const auto before = copy->ReadFile(audit::kHighWaterFile);
  judge_->Start(*copy, verdict);
  EXPECT_EQ(verdict.refused, "");
  EXPECT_FALSE(verdict.signed_over);
  EXPECT_NE(copy->ReadFile(audit::kHighWaterFile), before) << "the probe is committed and signed";
}

TEST_F(FlipsTest, Census) {
  for (store::Family family : kBrokerFamilies) {
    size_t keys = 0, values = 0;
    for (const auto& [k, v] : judge_->rows().at(family)) keys += k.size(), values += v.size();
    std::printf("%-14s %5zu rows %7zu key bytes %8zu value bytes\n",
                std::string(family.name()).c_str(), judge_->rows().at(family).size(), keys, values);
  }
}

TEST_F(FlipsTest, FsckFindsEachInItsFamily) {
  for (store::Family family : kBrokerFamilies) {
    testing::SeededRandom random(41);
    auto store = judge_->Copy();
    size_t found = 0, elsewhere = 0, refused = 0, started = 0;
    for (uint64_t i = 0; i < kValueFlips + kKeyFlips; ++i) {
      const bool of_key = i >= kValueFlips;
      const Bit at = Draw(family, of_key, random);
      const auto& [key, value] = judge_->rows().at(family)[at.row];
      const std::string new_key = of_key ? Flipped(key, at.bit) : key;
      const auto displaced = *store->Get(family, new_key);
      store::WriteBatch batch;
      batch.Delete(family, key);
      batch.Put(family, new_key, of_key ? value : Flipped(value, at.bit));
      ASSERT_TRUE(store->Write(batch, store::Sync::kYes).ok());
      Verdict verdict;
      verdict.findings = judge_->Check(*store);
      EXPECT_FALSE(verdict.findings.empty())
          << family.name() << (of_key ? " key " : " value ") << HexEncode(AsBytes(key)) << " bit "
          << at.bit;
      found += verdict.findings.empty() ? 0 : 1;
      elsewhere += verdict.Names(family.name()) ? 0 : 1;
      if (!verdict.Names(family.name()) && !verdict.findings.empty()) {
        std::printf("  elsewhere: %s %s bit %zu: %s %s\n", std::string(family.name()).c_str(),
                    of_key ? "key" : "value", at.bit, verdict.findings[0].place.c_str(),
                    verdict.findings[0].what.c_str());
      }
      batch.Clear();
      batch.Delete(family, new_key);
      if (displaced) batch.Put(family, new_key, *displaced);
      batch.Put(family, key, value);
      ASSERT_TRUE(store->Write(batch, store::Sync::kYes).ok());
      if (i % ((kValueFlips + kKeyFlips) / kStarts) != 0) continue;
      auto copy = judge_->Copy();
      batch.Clear();
      batch.Delete(family, key);
      batch.Put(family, new_key, of_key ? value : Flipped(value, at.bit));
      ASSERT_TRUE(copy->Write(batch, store::Sync::kYes).ok());
      judge_->Start(*copy, verdict);
      EXPECT_FALSE(verdict.signed_over) << family.name();
      ++started;
      refused += verdict.refused.empty() ? 0 : 1;
    }
    std::printf("%-14s found %zu elsewhere %zu; started %zu refused %zu\n",
                std::string(family.name()).c_str(), found, elsewhere, started, refused);
  }
}

}  // namespace
}  // namespace entente::broker
