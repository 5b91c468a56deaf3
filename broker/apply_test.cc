// Applying is a function of the commands and their order alone: grouping changes no r_ byte.
#include "broker/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

// Writes down every command of a story as it is committed.
class CommandFile {
 public:
  CommandFile() {
    for (const auto& publication : f_.federation.Founding()) AddPublication(publication);
    for (uint64_t i = 1; i <= 12; ++i) AddLead(i);
    AddNotice(13);
    AddAcknowledgement("BR.fiu");
    AddLead(14);
    AddLead(14);  // a repetition with another record: refused, everywhere
    AddPublication(f_.federation.SignPolicy("DE", 2, testing::DefaultPolicy("DE", 2)));
    AddLead(15);
    f_.now = f_.now + limits::kHourMs;
    auto expired = f_.engine->Expired(f_.now, 100, f_.random);
    EXPECT_TRUE(expired.ok());
    EXPECT_THAT(*expired, Not(IsEmpty()));
    for (Command& command : *expired) Add(std::move(command));
    AddAcknowledgement("DE.fiu");
    AddAcknowledgement("FR.fiu");
  }

  const std::vector<Command>& commands() const { return commands_; }
  EngineFixture& fixture() { return f_; }

 private:
  void Add(Command command) {
    commands_.push_back(command);
    f_.CommitOne(std::move(command)).status().IgnoreError();
  }
  void AddPublication(const ledger::Publication& publication) {
    v1::PublishRequest request;
    request.set_entry_kind(publication.kind);
    *request.mutable_statement() = publication.statement;
    request.set_text(publication.text);
    auto command = f_.engine->AdmitPublication(request, f_.now, f_.random);
    ASSERT_TRUE(command.ok()) << command.status();
    Add(std::get<Command>(*std::move(command)));
  }
  void AddLead(uint64_t number) {
    LeadDraft draft{.recipients = {"BR.fiu", number % 2 == 0 ? "DE.fiu" : "AE.fiu"}};
    if (number % 3 == 0) draft.urgency = v1::URGENCY_URGENT;
    if (number % 4 == 0) draft.lives_ms = limits::kHourMs;
    auto submission = f_.Submission(f_.Seal(draft), number);
    auto command = f_.Admit(submission, "FR.fiu");
    if (command.ok()) Add(std::get<Command>(*std::move(command)));
  }
  void AddNotice(uint64_t number) {
    v1::PairHead head;
    head.set_log_origin(f_.federation.log_origin());
    head.set_origin("FR.fiu");
    head.set_recipient("DE.fiu");
    head.set_bulk_seq(4);
    head.set_instant_ms(static_cast<uint64_t>(f_.now.ms));
    auto command = f_.Admit(PairHeadSubmission(f_, "FR.fiu", head, number), "FR.fiu");
    ASSERT_TRUE(command.ok()) << command.status();
    Add(std::get<Command>(*std::move(command)));
  }
  void AddAcknowledgement(std::string_view agency) {
    std::vector<v1::Delivery> bulk;
    for (const v1::Delivery& delivery : f_.Fetch(agency)) {
      if (delivery.lane() == v1::LANE_BULK) bulk.push_back(delivery);
    }
    auto command = f_.engine->AdmitAcknowledgement(f_.Acknowledge(agency, bulk), f_.Id(agency),
                                                   f_.now, f_.random);
    ASSERT_TRUE(command.ok() && *command) << command.status();
    Add(**std::move(command));
  }

  EngineFixture f_{{}, false};
  std::vector<Command> commands_;
};

// Applies the commands in groups of these sizes, over and over.
std::unique_ptr<EngineFixture> Replay(const std::vector<Command>& commands, Instant now,
                                      std::vector<size_t> groups) {
  auto f = std::make_unique<EngineFixture>(testing::FederationOptions{}, false);
  f->now = now;
  size_t next = 0;
  for (size_t i = 0; i < commands.size(); ++next) {
    size_t size = std::min(groups[next % groups.size()], commands.size() - i);
    auto result = f->engine->Commit(std::span(commands).subspan(i, size));
    EXPECT_TRUE(result.ok()) << result.status();
    i += size;
  }
  return f;
}

void ExpectSameBytes(const EngineFixture& a, const EngineFixture& b) {
  for (store::Family family : kBrokerFamilies) {
    if (family.replicated()) {
      EXPECT_EQ(a.Rows(family), b.Rows(family)) << family.name();
    }
  }
}

TEST(ApplyTest, GroupingChangesNoByte) {
  CommandFile file;
  ASSERT_EQ(file.fixture().Findings(), "");
  for (const auto& groups :
       std::vector<std::vector<size_t>>{{1}, {2}, {7}, {1, 5, 3}, {file.commands().size()}}) {
    auto replayed = Replay(file.commands(), file.fixture().now, groups);
    ExpectSameBytes(file.fixture(), *replayed);
    EXPECT_EQ(replayed->Findings(), "");
    EXPECT_EQ(replayed->engine->LatestCheckpoint().head,
              file.fixture().engine->LatestCheckpoint().head);
    EXPECT_EQ(replayed->Fetch("BR.fiu").size(), file.fixture().Fetch("BR.fiu").size());
  }
}

TEST(ApplyTest, RestartBetweenCommitsChangesNoByte) {
  CommandFile file;
  EngineFixture f({}, false);
  f.now = file.fixture().now;
  for (const Command& command : file.commands()) {
    ASSERT_TRUE(f.engine->Commit(std::span(&command, 1)).ok());
    ASSERT_TRUE(f.Reopen().ok());
  }
  ExpectSameBytes(file.fixture(), f);
}

TEST(ApplyTest, CommandsAreSmall) {
  CommandFile file;
  for (const Command& command : file.commands()) {
    EXPECT_LE(command.body.size(), limits::kCommandBytes);
  }
}

}  // namespace
}  // namespace entente::broker
