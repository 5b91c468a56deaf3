#include "broker/committer.h"

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "core/base/refusal.h"
#include "tests/support/broker_server_fixture.h"

namespace entente::broker {
namespace {

// An engine with its founding statements committed, and a committer over it.
class CommitterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto keys = [this] {
      return BrokerKeys{federation_.checkpoint_key().Clone(), federation_.receipt_key().Clone(),
                        federation_.note_key().Clone()};
    };
    ASSERT_TRUE(InitLog(store_, federation_.genesis().text(), keys()).ok());
    auto engine = Engine::Open(store_, federation_.genesis().text(), keys(), {}, now_);
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    committer_ = std::make_unique<Committer>(
        *engine_,
        Committer::Observers{[](const std::set<std::string>&) {},
                             [this](size_t commands, double) { sizes_.push_back(commands); },
                             [this](const absl::Status&) { ++refused_; },
                             [this](const absl::Status&) { ++failed_; }});
  }

  Command Publication(size_t which) {
    const ledger::Publication& publication = federation_.Founding().at(which);
    v1::PublishRequest request;
    request.set_entry_kind(publication.kind);
    *request.mutable_statement() = publication.statement;
    request.set_text(publication.text);
    auto admitted = engine_->AdmitPublication(request, now_, random_);
    EXPECT_TRUE(admitted.ok()) << admitted.status();
    return std::get<Command>(*std::move(admitted));
  }

  absl::StatusOr<Applied> CommitAndWait(Command command) {
    absl::Notification told;
    absl::StatusOr<Applied> outcome = absl::UnknownError("not told");
    std::vector<Command> commands;
    commands.push_back(std::move(command));
    committer_->Enqueue(std::move(commands), [&](Committer::Outcomes outcomes) {
      outcome = outcomes.at(0);
      told.Notify();
    });
    told.WaitForNotification();
    return outcome;
  }

  testing::Federation federation_;
  store::MemoryStore store_{kBrokerFamilies};
  testing::SeededRandom random_{3};
  const Instant now_ = testing::kFounded + limits::kHourMs;
  std::unique_ptr<Engine> engine_;
  std::vector<size_t> sizes_;
  int refused_ = 0, failed_ = 0;
  std::unique_ptr<Committer> committer_;
};

TEST_F(CommitterTest, TellsAfterTheCheckpointStands) {
  const auto outcome = CommitAndWait(Publication(0));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome->log_index, 1u);
  EXPECT_EQ(engine_->LatestCheckpoint().head.size, 2u);
}

TEST_F(CommitterTest, StopCommitsWhatWaits) {
  Command first = Publication(0);
  bool told = false;
  std::vector<Command> commands;
  commands.push_back(std::move(first));
  committer_->Enqueue(std::move(commands),
                      [&](const Committer::Outcomes& outcomes) { told = outcomes.at(0).ok(); });
  committer_->Stop();
  EXPECT_TRUE(told);
  EXPECT_EQ(engine_->LatestCheckpoint().head.size, 2u);
}

TEST_F(CommitterTest, AfterStopNothingIsTaken) {
  Command command = Publication(0);
  committer_->Stop();
  committer_->Stop();
  EXPECT_TRUE(IsRefusal(CommitAndWait(std::move(command)).status(), Reason::kShuttingDown));
  EXPECT_EQ(engine_->LatestCheckpoint().head.size, 1u);
}

TEST_F(CommitterTest, TakesAllThatWaitsInOneCommit) {
  const Command command = Publication(0);
  absl::Notification go;
  // Holds the committer inside its first telling while the others come to wait.
  std::vector<Command> commands{command};
  committer_->Enqueue(std::move(commands),
                      [&](const Committer::Outcomes&) { go.WaitForNotification(); });
  while (engine_->LatestCheckpoint().head.size < 2) absl::SleepFor(absl::Milliseconds(1));
  int told = 0;
  for (int i = 0; i < 10; ++i) {
    committer_->Enqueue({command},
                        [&](const Committer::Outcomes& outcomes) { told += outcomes.size() == 1; });
  }
  go.Notify();
  committer_->Stop();
  EXPECT_EQ(told, 10);
  EXPECT_EQ(sizes_, (std::vector<size_t>{1, 10}));
}

TEST_F(CommitterTest, AFullDiskIsTriedAgain) {
  const Command command = Publication(0);
  store_.SetDiskFull(true);
  EXPECT_TRUE(IsRefusal(CommitAndWait(command).status(), Reason::kDiskFull));
  store_.SetDiskFull(false);
  EXPECT_TRUE(CommitAndWait(command).ok());
  EXPECT_EQ(refused_, 1);
  EXPECT_EQ(failed_, 0);
}

TEST_F(CommitterTest, AFailedSyncIsFinalAndToldOnce) {
  const Command command = Publication(0);
  store_.FailWrite(1, store::Fault::kSyncFailed);
  EXPECT_FALSE(CommitAndWait(command).ok());
  EXPECT_FALSE(CommitAndWait(command).ok());
  EXPECT_EQ(failed_, 1);
}

}  // namespace
}  // namespace entente::broker
