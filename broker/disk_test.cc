// The engine over RocksDB: what it promises over the store in memory it keeps over the real one.
#include <gtest/gtest.h>

#include <filesystem>

#include "broker/fsck.h"
#include "core/store/rocks_store.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

class DiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = ::testing::TempDir() + "broker_disk_test";
    std::filesystem::remove_all(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string dir_;
};

// The commands of a story told elsewhere: the bytes on disk are the same, and open again.
TEST_F(DiskTest, KeepsAndOpensAgain) {
  EngineFixture f;
  std::vector<Command> commands;
  for (uint64_t i = 1; i <= 3; ++i) {
    auto admitted = f.Admit(f.Submission(f.Seal({}), i), "FR.fiu");
    ASSERT_TRUE(admitted.ok());
    commands.push_back(std::get<Command>(*std::move(admitted)));
  }
  const std::string& genesis = f.federation.genesis().text();
  {
    auto store = store::RocksStore::Open(dir_, kBrokerFamilies);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE(InitLog(**store, genesis, f.Keys()).ok());
    auto engine = Engine::Open(**store, genesis, f.Keys(), {}, f.now);
    ASSERT_TRUE(engine.ok()) << engine.status();
    for (const ledger::Publication& one : f.federation.Founding()) {
      v1::PublishRequest request;
      request.set_entry_kind(one.kind);
      *request.mutable_statement() = one.statement;
      request.set_text(one.text);
      auto command = (*engine)->AdmitPublication(request, f.now, f.random);
      ASSERT_TRUE(command.ok()) << command.status();
      ASSERT_TRUE((*engine)->Commit(std::span(&std::get<Command>(*command), 1)).ok());
    }
    auto result = (*engine)->Commit(commands);
    ASSERT_TRUE(result.ok()) << result.status();
    for (const auto& applied : result->applied) EXPECT_TRUE(applied.ok()) << applied.status();
  }
  auto store = store::RocksStore::Open(dir_, kBrokerFamilies);
  ASSERT_TRUE(store.ok()) << store.status();
  auto engine = Engine::Open(**store, genesis, f.Keys(), {}, f.now);
  ASSERT_TRUE(engine.ok()) << engine.status();
  EXPECT_EQ((*engine)->view()->registry.snapshot_hash(),
            f.engine->view()->registry.snapshot_hash());
  auto mail = (*engine)->Fetch(f.Id("BR.fiu"), {}, 64, f.now);
  ASSERT_TRUE(mail.ok()) << mail.status();
  EXPECT_EQ(mail->deliveries_size(), 3);
  auto report = Fsck(**store, genesis);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->findings.empty());
}

}  // namespace
}  // namespace entente::broker
