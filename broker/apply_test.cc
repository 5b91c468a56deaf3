// Applying is a function of the commands and their order alone: grouping changes no r_ byte.
#include "broker/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

std::string Said(const absl::StatusOr<Applied>& applied) {
  if (!applied.ok()) return std::string(applied.status().message());
  return std::to_string(applied->log_index) + " " + HexEncode(applied->hash) +
         (applied->repeated ? " repeated" : "");
}

// Writes down every command of a story as it is committed.
class CommandFile {
 public:
  CommandFile() {
    for (const auto& publication : f_.federation.Founding()) AddPublication(publication);
    first_lead_ = commands_.size();
    for (uint64_t i = 1; i <= 12; ++i) AddLead(i);
    Add(Notice(13));
    AddAcknowledgement("BR.fiu");
    AddLead(14);
    AddOvertaken();
    AddLead(15);
    AddAttachments();
    f_.now = f_.now + limits::kHourMs;
    auto expired = f_.engine->Expired(f_.now, 100, f_.random);
    EXPECT_TRUE(expired.ok());
    EXPECT_THAT(*expired, Not(IsEmpty()));
    for (Command& command : *expired) Add(std::move(command));
    AddAcknowledgement("DE.fiu");
    AddDecidedAgain("BR.fiu");
    AddAcknowledgement("FR.fiu");
  }

  const std::vector<Command>& commands() const { return commands_; }
  const std::vector<std::string>& outcomes() const { return outcomes_; }
  size_t first_lead() const { return first_lead_; }
  EngineFixture& fixture() { return f_; }
  size_t decided_again() const { return decided_again_; }

 private:
  void Add(Command command) {
    commands_.push_back(command);
    outcomes_.push_back(Said(f_.CommitOne(std::move(command))));
  }
  Command Publication(const ledger::Publication& publication) {
    v1::PublishRequest request;
    request.set_entry_kind(publication.kind);
    *request.mutable_statement() = publication.statement;
    request.set_text(publication.text);
    auto command = f_.engine->AdmitPublication(request, f_.now, f_.random);
    EXPECT_TRUE(command.ok()) << command.status();
    return std::get<Command>(*std::move(command));
  }
  void AddPublication(const ledger::Publication& publication) { Add(Publication(publication)); }
  Command Admitted(const v1::Submission& submission) {
    auto command = f_.Admit(submission, "FR.fiu");
    EXPECT_TRUE(command.ok()) << command.status();
    return std::get<Command>(*std::move(command));
  }
  v1::Submission Lead(uint64_t number, int64_t lives_ms = 60 * limits::kDayMs) {
    LeadDraft draft{.recipients = {"BR.fiu", number % 2 == 0 ? "DE.fiu" : "AE.fiu"}};
    if (number % 3 == 0) draft.urgency = v1::URGENCY_URGENT;
    draft.lives_ms = number % 4 == 0 ? limits::kHourMs : lives_ms;
    return f_.Submission(f_.Seal(draft), number);
  }
  void AddLead(uint64_t number) { Add(Admitted(Lead(number))); }
  // Three records with a file each; of one it is recalled from one of two recipients.
  void AddAttachments() {
    record::FileShape shape{record::SealedFileBytes(1), {}};
    f_.uploaded.insert({"FR.fiu", shape});
    for (uint64_t number = 40; number < 43; ++number) {
      const auto lead = f_.Seal({.recipients = {"BR.fiu", "DE.fiu"}, .files = {{0, shape}}});
      Add(Admitted(f_.Submission(lead, number)));
      v1::RecallNote note;
      note.set_log_origin(f_.federation.log_origin());
      note.set_origin("FR.fiu");
      note.set_recipient("BR.fiu");
      note.set_record_hash(ToString(lead.sealed.hash));
      note.set_ground(v1::RECALL_GROUND_WITHDRAWN);
      note.set_number(1);
      note.set_instant_ms(static_cast<uint64_t>(f_.now.ms));
      if (number == 42) Add(Admitted(RecallSubmission(f_, note, 43)));
    }
    EXPECT_EQ(f_.Rows(kGrants).size(), 5u);
  }
  Command Notice(uint64_t number) {
    v1::PairHead head;
    head.set_log_origin(f_.federation.log_origin());
    head.set_origin("FR.fiu");
    head.set_recipient("DE.fiu");
    head.set_bulk_seq(4);
    head.set_instant_ms(static_cast<uint64_t>(f_.now.ms));
    return Admitted(PairHeadSubmission(f_, "FR.fiu", head, number));
  }
  // Each twice: of two streams that look at once.
  void AddDecidedAgain(std::string_view agency) {
    const AgencyId id = f_.Id(agency);
    while (true) {
      auto commands = f_.engine->Undecided(id, f_.engine->Acknowledged(id), f_.now, f_.random);
      ASSERT_TRUE(commands.ok()) << commands.status();
      if (commands->empty()) return;
      for (const Command& command : *commands) {
        Add(command);
        Add(command);
        ++decided_again_;
      }
    }
  }
  Command Acknowledgement(std::string_view agency) {
    AddDecidedAgain(agency);
    std::vector<v1::Delivery> bulk;
    for (const v1::Delivery& delivery : f_.Fetch(agency)) {
      if (delivery.lane() == v1::LANE_BULK) bulk.push_back(delivery);
    }
    auto command = f_.engine->AdmitAcknowledgement(f_.Acknowledge(agency, bulk), f_.Id(agency),
                                                   f_.now, f_.random);
    EXPECT_TRUE(command.ok() && *command) << command.status();
    return **std::move(command);
  }
  void AddAcknowledgement(std::string_view agency) { Add(Acknowledgement(agency)); }

  // Admitted early, all under one state, and committed when time, numbers and state have moved on.
  void AddOvertaken() {
    const v1::Submission twice = Lead(20);
    std::vector<Command> late;
    late.push_back(Admitted(twice));                        // judged anew
    late.push_back(Admitted(twice));                        // a repetition
    late.push_back(Admitted(Lead(20)));                     // the number is used
    late.push_back(Admitted(Lead(22, limits::kMinuteMs)));  // expires on the way
    late.push_back(Notice(23));
    late.push_back(Notice(23));
    late.push_back(Acknowledgement("BR.fiu"));
    late.push_back(Acknowledgement("BR.fiu"));
    const auto policy = f_.federation.SignPolicy("DE", 2, testing::DefaultPolicy("DE", 2));
    late.push_back(Publication(policy));
    late.push_back(Publication(policy));
    late.push_back(
        Admitted(Lead(25)));  // admitted under the state before, judged under that at its entry
    late.push_back(Notice(26));
    f_.now = f_.now + 2 * limits::kMinuteMs;
    AddLead(21);
    for (Command& command : late) Add(std::move(command));
  }

  EngineFixture f_{{}, false};
  std::vector<Command> commands_;
  std::vector<std::string> outcomes_;
  size_t first_lead_ = 0;
  size_t decided_again_ = 0;
};

struct Replayed {
  std::unique_ptr<EngineFixture> fixture;
  std::vector<std::string> outcomes;
};

// Applies the commands in groups of these sizes, over and over.
Replayed Replay(const std::vector<Command>& commands, Instant now, std::vector<size_t> groups) {
  auto f = std::make_unique<EngineFixture>(testing::FederationOptions{}, false);
  f->now = now;
  std::vector<std::string> outcomes;
  size_t next = 0;
  for (size_t i = 0; i < commands.size(); ++next) {
    size_t size = std::min(groups[next % groups.size()], commands.size() - i);
    auto result = f->engine->Commit(std::span(commands).subspan(i, size));
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result.ok()) break;
    for (const auto& applied : result->applied) outcomes.push_back(Said(applied));
    i += size;
  }
  return {std::move(f), std::move(outcomes)};
}

void ExpectSameBytes(const EngineFixture& a, const EngineFixture& b) {
  for (store::Family family : kBrokerFamilies) {
    if (family.replicated()) {
      EXPECT_EQ(a.Rows(family), b.Rows(family)) << family.name();
    }
  }
  EXPECT_EQ(a.Rows(kGrants), b.Rows(kGrants)) << "what time did not take";
}

TEST(ApplyTest, GroupingChangesNoByte) {
  CommandFile file;
  ASSERT_EQ(file.fixture().Findings(), "");
  for (const auto& groups :
       std::vector<std::vector<size_t>>{{1}, {2}, {7}, {1, 5, 3}, {file.commands().size()}}) {
    auto [replayed, outcomes] = Replay(file.commands(), file.fixture().now, groups);
    EXPECT_EQ(outcomes, file.outcomes());
    ExpectSameBytes(file.fixture(), *replayed);
    EXPECT_EQ(replayed->Findings(), "");
    EXPECT_EQ(replayed->engine->LatestCheckpoint().head,
              file.fixture().engine->LatestCheckpoint().head);
    EXPECT_EQ(replayed->Fetch("BR.fiu").size(), file.fixture().Fetch("BR.fiu").size());
  }
}

// Else the test above would compare nothing but successes.
TEST(ApplyTest, TheStoryHoldsCommandsThatAreRefusedRepeatedAndOvertaken) {
  CommandFile file;
  auto count = [&](std::string_view what) {
    return std::ranges::count_if(file.outcomes(), [&](const std::string& outcome) {
      return outcome.find(what) != std::string::npos;
    });
  };
  EXPECT_GE(file.decided_again(), 4u);
  EXPECT_EQ(count(" repeated"), 4 + static_cast<int64_t>(file.decided_again()));
  EXPECT_EQ(count("record-id-reused"), 1);
  EXPECT_EQ(count("expired"), 1);
  EXPECT_EQ(count("snapshot-behind"), 0);
}

TEST(ApplyTest, AStatementPublishedTwiceInOneCommitStandsOnce) {
  EngineFixture f;
  const auto policy = f.federation.SignPolicy("FR", 2, testing::DefaultPolicy("FR", 2));
  v1::PublishRequest request;
  request.set_entry_kind(policy.kind);
  *request.mutable_statement() = policy.statement;
  request.set_text(policy.text);
  std::vector<Command> both;
  for (int i = 0; i < 2; ++i) {
    both.push_back(std::get<Command>(*f.engine->AdmitPublication(request, f.now, f.random)));
  }
  const uint64_t size = f.engine->LatestCheckpoint().head.size;
  auto result = f.engine->Commit(both);
  ASSERT_TRUE(result.ok()) << result.status();
  for (const auto& applied : result->applied) {
    ASSERT_TRUE(applied.ok()) << applied.status();
    EXPECT_EQ(applied->log_index, size);
  }
  EXPECT_FALSE(result->applied[0]->repeated);
  EXPECT_TRUE(result->applied[1]->repeated);
  EXPECT_EQ(result->tree_size, size + 1);
  // And one that was admitted before, and comes to its commit after.
  EXPECT_EQ(f.CommitOne(both[1])->log_index, size);
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

// The names of attachments are all that the command's own bytes say of them.
TEST(ApplyTest, AnAttachmentThatTheCommandDoesNotNameIsAFault) {
  CommandFile file;
  EngineFixture f({}, false);
  const Command& whole = file.commands().front();
  for (size_t i = 0; i < whole.attachments.size(); ++i) {
    Command changed = whole;
    changed.attachments[i] += "x";
    EXPECT_EQ(ParseCommand(changed).status().code(), absl::StatusCode::kInternal) << i;
  }
  Command fewer = whole;
  fewer.attachments.pop_back();
  EXPECT_EQ(ParseCommand(fewer).status().code(), absl::StatusCode::kInternal);
  Command lead = file.commands()[file.first_lead()];
  lead.attachments[0][0] ^= 1;
  EXPECT_EQ(f.CommitOne(lead).status().code(), absl::StatusCode::kInternal);
  EXPECT_TRUE(ParseCommand(whole).ok());
}

TEST(ApplyTest, CommandsAreSmall) {
  CommandFile file;
  for (const Command& command : file.commands()) {
    EXPECT_LE(command.body.size(), limits::kCommandBytes);
  }
}

}  // namespace
}  // namespace entente::broker
