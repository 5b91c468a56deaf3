// A broker's database that was put back from a backup: what it had signed since is never signed
// again for something else. Where its own folder cannot tell, others can: docs/threats.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/audit/checkpoint_keeper.h"
#include "core/audit/fork_proof.h"
#include "core/base/refusal.h"
#include "tests/support/damage.h"
#include "tests/support/lived_broker.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RestoredTest : public ::testing::Test {
 protected:
  // A backup is taken with the broker stopped; then it goes on.
  void SetUp() override {
    lived_ = std::make_unique<LivedBroker>(Folder());
    fs::copy(Folder(), Backup(), fs::copy_options::recursive);
    ASSERT_TRUE(lived_->Open().ok());
    f = &lived_->fixture();
    backed_up_ = f->engine->LatestCheckpoint();
    ASSERT_TRUE(f->Submit(f->Submission(f->Seal({}), 5000), "FR.fiu").ok());
    newest_ = f->engine->LatestCheckpoint();
    ASSERT_GT(newest_.head.size, backed_up_.head.size);
    lived_->Close();
  }
  std::string Folder() const { return folder_.path() + "/data"; }
  std::string Backup() const { return folder_.path() + "/backup"; }
  void Restore(const char* what) const {
    fs::remove_all(Folder() + what);
    fs::copy(Backup() + what, Folder() + what, fs::copy_options::recursive);
  }
  std::string HighWater() const {
    auto store = store::RocksStore::OpenToRead(Folder(), kBrokerFamilies);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? (*store)->ReadFile(audit::kHighWaterFile)->value_or("") : "";
  }
  void ExpectRefused(const char* text, const char* advice, const std::string& high_water) {
    auto opened = lived_->Open();
    ASSERT_TRUE(IsRefusal(opened, Reason::kFork)) << opened;
    EXPECT_THAT(RefusalOf(opened)->text, HasSubstr(text));
    EXPECT_THAT(RefusalOf(opened)->advice, HasSubstr(advice));
    EXPECT_THAT(f->Findings(), HasSubstr("file high-water"));
    lived_->Close();
    EXPECT_EQ(HighWater(), high_water) << "nothing was signed";
  }

  testing::TemporaryFolder folder_{FastFolder()};
  std::unique_ptr<LivedBroker> lived_;
  EngineFixture* f = nullptr;
  audit::CheckpointKeeper::Signed backed_up_, newest_;
};

TEST_F(RestoredTest, AnOlderDatabaseUnderTheHighWaterFileOfTodayIsRefused) {
  Restore("/db");
  ExpectRefused("the database was cut short",
                "restore the complete database from a copy that has all that was signed",
                newest_.note);
}

TEST_F(RestoredTest, AnOlderHighWaterFileBesideTheDatabaseOfTodayIsRefused) {
  Restore("/high-water");
  ExpectRefused("is older than the checkpoint in the database",
                "restore the high-water file from a copy no older than the database",
                backed_up_.note);
}

TEST_F(RestoredTest, ADatabaseRestoredWithoutAHighWaterFileIsRefused) {
  Restore("/db");
  fs::remove(Folder() + "/high-water");
  ExpectRefused("the high-water file is missing", "restore the high-water file", "");
}

// Nothing in the folder tells it from the broker of that day, and it starts: it signs sizes again
// that it had signed. The proof is with whoever holds what it signed before.
TEST_F(RestoredTest, AWholeFolderPutBackIsSeenByWhoHoldsTheLaterCheckpoint) {
  fs::remove_all(Folder());
  fs::copy(Backup(), Folder(), fs::copy_options::recursive);
  ASSERT_TRUE(lived_->Open().ok());
  EXPECT_EQ(f->Findings(), "");
  EXPECT_EQ(f->engine->LatestCheckpoint().head, backed_up_.head);
  EXPECT_FALSE(f->engine->Consistency(newest_.head.size, newest_.head.size).ok())
      << "whoever holds the later one gets no proof";
  for (uint64_t number = 5001; f->engine->LatestCheckpoint().head.size < newest_.head.size;
       ++number) {
    ASSERT_TRUE(f->Submit(f->Submission(f->Seal({}), number), "FR.fiu").ok());
  }
  const auto again = f->engine->LatestCheckpoint();
  auto proof = audit::MakeForkProof(newest_.note, again.note, [](uint64_t) -> audit::NodeSource {
    return [](uint8_t, uint64_t) { return absl::NotFoundError("the sizes are the same"); };
  });
  ASSERT_TRUE(proof.ok()) << proof.status();
  auto facts = audit::JudgeFork(*proof, f->federation.genesis()->checkpoint);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_TRUE(facts->forked()) << "two roots of one size, both signed";
  lived_->Close();
}

}  // namespace
}  // namespace entente::broker
