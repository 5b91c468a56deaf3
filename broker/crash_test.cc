// The machine dies at every write in turn: what was acknowledged is there, nothing is there twice,
// and the log verifies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/base/refusal.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Plays a story of submissions, deliveries and acknowledgements; a step that fails is repeated
// after the engine was opened again, as a node would repeat it.
class Story {
 public:
  explicit Story(EngineFixture& fixture) : f_(fixture) {
    const record::FileShape file{record::SealedFileBytes(1), {}};
    f_.uploaded.insert({"FR.fiu", file});
    leads_.push_back(f_.Seal({.recipients = {"BR.fiu", "DE.fiu"}, .files = {{0, file}}}));
    leads_.push_back(f_.Seal({.recipients = {"BR.fiu", "AE.fiu"}, .urgency = v1::URGENCY_URGENT}));
    leads_.push_back(f_.Seal({.recipients = {"AE.fiu"}}));
  }

  // True when every step was acknowledged.
  bool Play() {
    for (size_t i = 0; i < leads_.size(); ++i) {
      if (receipts_.contains(i)) continue;
      auto index = f_.Submit(f_.Submission(leads_[i], i + 1), "FR.fiu");
      if (!index.ok()) return false;
      receipts_[i] = *index;
    }
    return Take("BR.fiu") && Take("DE.fiu");
  }

  const std::map<size_t, uint64_t>& receipts() const { return receipts_; }
  // Its attachment may be fetched by whoever got its record.
  void ExpectServed() const {
    const record::SealedRecord& sealed = leads_[0].sealed;
    for (const char* agency : {"BR.fiu", "DE.fiu"}) {
      auto file = f_.engine->GrantedTo(f_.Id(agency), AsText(sealed.hash),
                                       AsText(sealed.sections[0]), f_.now);
      EXPECT_TRUE(file.ok()) << file.status();
    }
    EXPECT_THAT(f_.Rows(kGrants), SizeIs(2));
  }
  size_t Got(const std::string& agency) const { return got_.at(agency).size(); }

 private:
  bool Take(const std::string& agency) {
    std::map<v1::Lane, std::vector<v1::Delivery>> lanes;
    for (v1::Delivery& delivery : f_.Fetch(agency)) lanes[delivery.lane()].push_back(delivery);
    for (const auto& [lane, deliveries] : lanes) {
      for (const v1::Delivery& delivery : deliveries) {
        EXPECT_FALSE(settled_[agency].contains(delivery.record())) << "came again";
        got_[agency].insert(delivery.record());
      }
      if (!f_.Take(agency, f_.Acknowledge(agency, deliveries)).ok()) return false;
      for (const v1::Delivery& delivery : deliveries) settled_[agency].insert(delivery.record());
    }
    return true;
  }

  EngineFixture& f_;
  std::vector<Lead> leads_;
  std::map<size_t, uint64_t> receipts_;
  std::map<std::string, std::set<std::string>> got_;
  std::map<std::string, std::set<std::string>> settled_;  // acknowledged, and that was confirmed
};

// What was acknowledged before the crash stands where the receipt said.
void ExpectKept(EngineFixture& f, const Story& story) {
  for (const auto& [lead, index] : story.receipts()) {
    std::vector<Engine::Outcome> outcomes;
    outcomes.push_back({lead + 1, index});
    auto answer = f.engine->AnswerSubmissions(f.Id("FR.fiu"), outcomes);
    ASSERT_TRUE(answer.ok()) << answer.status();
    f.Verified(answer->results(0).committed(), answer->checkpoint());
  }
  EXPECT_EQ(f.Findings(), "");
}

void ExpectFinished(EngineFixture& f, const Story& story) {
  EXPECT_THAT(story.receipts(), SizeIs(3));
  story.ExpectServed();
  EXPECT_EQ(story.Got("BR.fiu"), 2u);
  EXPECT_EQ(story.Got("DE.fiu"), 1u);
  std::set<std::string> forwarded;
  for (const v1::Delivery& delivery : f.Fetch("FR.fiu")) {
    EXPECT_TRUE(forwarded.insert(delivery.notice().statement().body()).second) << "twice";
  }
  EXPECT_EQ(forwarded.size(), 3u);
  EXPECT_EQ(f.Findings(), "");
}

size_t WritesOfTheStory() {
  EngineFixture f;
  size_t before = f.store.writes();
  EXPECT_TRUE(Story(f).Play());
  return f.store.writes() - before;
}

// The sync of one write fails; the batch survives the crash or does not.
void FailOnce(size_t write, size_t survivors) {
  EngineFixture f;
  Story story(f);
  f.store.FailWrite(write, store::Fault::kSyncFailed);
  EXPECT_FALSE(story.Play());
  // Until it is opened again it takes nothing: what the disk holds is not known.
  EXPECT_FALSE(f.engine->Commit({}).ok());
  f.store.Crash(survivors);
  auto reopened = f.Reopen();
  ASSERT_TRUE(reopened.ok()) << reopened;
  ExpectKept(f, story);
  EXPECT_TRUE(story.Play());
  ExpectFinished(f, story);
}

TEST(CrashTest, EveryWriteFailsInTurn) {
  size_t writes = WritesOfTheStory();
  ASSERT_GE(writes, 12u);
  for (size_t write = 1; write <= writes; ++write) {
    for (size_t survivors : {0u, 1u}) {
      SCOPED_TRACE("write " + std::to_string(write) + ", survivors " + std::to_string(survivors));
      FailOnce(write, survivors);
    }
  }
}

TEST(CrashTest, FullDiskAtEveryWriteNeedsNoRestart) {
  size_t writes = WritesOfTheStory();
  for (size_t write = 1; write <= writes; ++write) {
    SCOPED_TRACE("write " + std::to_string(write));
    EngineFixture f;
    Story story(f);
    f.store.FailWrite(write, store::Fault::kDiskFull);
    EXPECT_FALSE(story.Play());
    // Room was made. A checkpoint that could not be stored is stored now.
    ASSERT_TRUE(f.engine->Commit({}).ok());
    ExpectKept(f, story);
    EXPECT_TRUE(story.Play());
    ExpectFinished(f, story);
  }
}

TEST(CrashTest, DiskFullIsSaidAsSuchAndChangesNothing) {
  EngineFixture f;
  Lead lead = f.Seal({});
  uint64_t size = f.engine->LatestCheckpoint().head.size;
  f.store.SetDiskFull(true);
  EXPECT_TRUE(IsRefusal(f.Submit(f.Submission(lead, 1), "FR.fiu").status(), Reason::kDiskFull));
  EXPECT_EQ(f.engine->LatestCheckpoint().head.size, size);
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).records, 0u);
  f.store.SetDiskFull(false);
  EXPECT_TRUE(f.Submit(f.Submission(lead, 1), "FR.fiu").ok());
  EXPECT_EQ(f.Findings(), "");
}

// Written, but the checkpoint found no room: not delivered and not answered before it has.
TEST(CrashTest, NothingIsSeenBeforeItsCheckpointIsStored) {
  EngineFixture f;
  auto submission = f.Submission(f.Seal({}), 1);
  f.store.FailWrite(2, store::Fault::kDiskFull);
  EXPECT_TRUE(IsRefusal(f.Submit(submission, "FR.fiu").status(), Reason::kDiskFull));
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  f.store.SetDiskFull(true);
  EXPECT_TRUE(IsRefusal(f.Submit(submission, "FR.fiu").status(), Reason::kDiskFull));
  f.store.SetDiskFull(false);
  auto result = f.engine->Commit({});
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(result->delivered_to, ::testing::ElementsAre("BR.fiu"));
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
  EXPECT_TRUE(f.Submit(submission, "FR.fiu").ok());
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

// ---- starting

TEST(OpenTest, ALogThatWasCutShortIsNotServed) {
  EngineFixture f;
  store::MemoryStore old{kBrokerFamilies};
  ASSERT_TRUE(InitLog(old, f.federation.genesis().text(), f.Keys()).ok());
  auto high_water = f.store.ReadFile(audit::kHighWaterFile);
  ASSERT_TRUE(high_water.ok() && *high_water);
  ASSERT_TRUE(old.PutFile(audit::kHighWaterFile, **high_water).ok());
  auto opened = Engine::Open(old, f.federation.genesis().text(), f.Keys(), {}, f.now);
  EXPECT_TRUE(IsRefusal(opened.status(), Reason::kFork)) << opened.status();
}

TEST(OpenTest, StoreWithoutLog) {
  testing::Federation federation;
  store::MemoryStore store{kBrokerFamilies};
  EngineFixture f;
  auto opened = Engine::Open(store, federation.genesis().text(), f.Keys(), {}, f.now);
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(OpenTest, InitLogWritesOnce) {
  EngineFixture f;
  EXPECT_EQ(InitLog(f.store, f.federation.genesis().text(), f.Keys()).code(),
            absl::StatusCode::kAlreadyExists);
}

TEST(OpenTest, KeysThatGenesisDoesNotName) {
  EngineFixture f;
  BrokerKeys keys = f.Keys();
  keys.note = f.federation.receipt_key().Clone();
  store::MemoryStore store{kBrokerFamilies};
  EXPECT_EQ(InitLog(store, f.federation.genesis().text(), keys).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Engine::Open(f.store, f.federation.genesis().text(), std::move(keys), {}, f.now)
                .status()
                .code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(OpenTest, AnotherGenesisFile) {
  EngineFixture f;
  std::string changed = f.federation.genesis().text() + "# remark\n";
  auto opened = Engine::Open(f.store, changed, f.Keys(), {}, f.now);
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kFailedPrecondition) << opened.status();
}

TEST(OpenTest, ClockBehindTheLog) {
  EngineFixture f;
  f.now = testing::kFounded - limits::kHourMs;
  auto status = f.Reopen();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  for (const char* part : {"either may be wrong", "set the clock if it is behind", "ran ahead"}) {
    EXPECT_NE(status.message().find(part), std::string::npos) << status;
  }
}

}  // namespace
}  // namespace entente::broker
