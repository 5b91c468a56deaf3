#include "broker/submit_service.h"

#include <gtest/gtest.h>

#include "core/audit/checkpoint.h"
#include "core/base/refusal.h"
#include "core/ledger/receipt.h"
#include "core/net/refusal_status.h"
#include "tests/support/broker_server_fixture.h"

namespace entente::broker {
namespace {

std::string ReasonIn(const v1::SubmissionResult& result) { return result.refusal().reason(); }

TEST(Submit, TheReceiptHoldsAgainstTheLog) {
  ShellWorld world;
  const auto response = world.Submit("FR.fiu", {world.PairHead(1, "FR.fiu", "BR.fiu")});
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->results_size(), 1);
  const auto checkpoint =
      audit::VerifyCheckpoint(response->checkpoint(), world.federation.genesis()->checkpoint);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  const auto part =
      ledger::VerifyEvidence(response->results(0).committed(), checkpoint->checkpoint);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->part.reader(), "FR.fiu");
  const auto receipt = ledger::VerifyReceipt(world.federation.genesis(), response->receipt());
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  EXPECT_EQ(receipt->items(0).log_index(), part->log_index);
}

TEST(Submit, TheSameNumberAgainGetsTheFirstReceipt) {
  ShellWorld world;
  const auto submission = world.PairHead(1, "FR.fiu", "BR.fiu");
  const auto first = world.Submit("FR.fiu", {submission});
  const uint64_t size = world.TreeSize();
  const auto second = world.Submit("FR.fiu", {submission});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->results(0).committed().log_index(), second->results(0).committed().log_index());
  EXPECT_EQ(first->results(0).committed().part(), second->results(0).committed().part());
  EXPECT_EQ(world.TreeSize(), size);
  const auto other = world.Submit("FR.fiu", {world.PairHead(1, "FR.fiu", "DE.fiu")});
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(ReasonIn(other->results(0)), "record-id-reused");
}

TEST(Submit, ALostConnectionLosesNothingAndDoublesNothing) {
  ShellWorld world;
  const auto submission = world.PairHead(1, "FR.fiu", "BR.fiu");
  const uint64_t before = world.TreeSize();
  {
    const auto client = OpenSubmit(world.ChannelOf("FR.fiu"));
    v1::SubmitRequest request;
    *request.add_submissions() = submission;
    ASSERT_TRUE(client->Write(request));
    client->context.TryCancel();
    EXPECT_FALSE(client->End().ok());
  }
  const auto again = world.Submit("FR.fiu", {submission});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->results(0).has_committed());
  EXPECT_EQ(world.TreeSize(), before + 1);
}

TEST(Submit, TwiceInOneRequestIsCommittedOnce) {
  ShellWorld world;
  const auto submission = world.PairHead(1, "FR.fiu", "BR.fiu");
  const uint64_t before = world.TreeSize();
  const auto response = world.Submit("FR.fiu", {submission, submission});
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->results_size(), 2);
  EXPECT_EQ(response->results(0).committed().log_index(),
            response->results(1).committed().log_index());
  EXPECT_EQ(world.TreeSize(), before + 1);
}

TEST(Submit, AnswersComeInTheOrderOfRequests) {
  ShellWorld world;
  const auto client = OpenSubmit(world.ChannelOf("FR.fiu"));
  constexpr uint64_t kRequests = 12;
  for (uint64_t number = 1; number <= kRequests; ++number) {
    v1::SubmitRequest request;
    *request.add_submissions() = world.PairHead(number, "FR.fiu", "BR.fiu", number);
    ASSERT_TRUE(client->Write(request));
  }
  for (uint64_t number = 1; number <= kRequests; ++number) {
    const auto response = client->Read();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->results(0).number(), number);
    EXPECT_TRUE(response->results(0).has_committed());
  }
  EXPECT_TRUE(client->End().ok());
}

TEST(Submit, OneRefusalLeavesTheOthersAlone) {
  ShellWorld world;
  auto broken = world.PairHead(2, "FR.fiu", "BR.fiu");
  broken.mutable_notice()->mutable_statement()->mutable_signatures(0)->mutable_ed25519()->back() ^=
      1;
  const auto response =
      world.Submit("FR.fiu", {world.PairHead(1, "FR.fiu", "BR.fiu"), broken, v1::Submission(),
                              world.PairHead(4, "FR.fiu", "BR.fiu", 2)});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->results(0).has_committed());
  EXPECT_EQ(ReasonIn(response->results(1)), "bad-signature");
  EXPECT_EQ(ReasonIn(response->results(2)), "malformed");
  EXPECT_TRUE(response->results(3).has_committed());
  EXPECT_FALSE(response->results(1).refusal().advice().empty());
}

TEST(Submit, ARefusalNamesTheRecordAndTheEntryItIsAbout) {
  ShellWorld world;
  const auto first = world.Submit("FR.fiu", {world.PairHead(1, "FR.fiu", "BR.fiu")});
  ASSERT_TRUE(first.ok()) << first.status();
  v1::RecordHeader header;
  header.set_record_id(std::string(16, '\x5a'));
  v1::Record record;
  record.set_header(header.SerializeAsString());
  v1::Submission unsigned_record;
  unsigned_record.set_number(2);
  unsigned_record.set_record(record.SerializeAsString());
  const auto response =
      world.Submit("FR.fiu", {world.PairHead(1, "FR.fiu", "DE.fiu"), unsigned_record});
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Refusal& reused = response->results(0).refusal();
  EXPECT_EQ(reused.reason(), "record-id-reused");
  ASSERT_TRUE(reused.has_log_index());
  EXPECT_EQ(reused.log_index(), first->results(0).committed().log_index());
  const v1::Refusal& malformed = response->results(1).refusal();
  EXPECT_EQ(malformed.reason(), "malformed");
  EXPECT_EQ(malformed.record_id(), "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a");
  EXPECT_FALSE(malformed.has_log_index());
}

TEST(Submit, AnotherAgencysRecordIsRefused) {
  ShellWorld world;
  const auto response = world.Submit("BR.fiu", {world.PairHead(1, "FR.fiu", "DE.fiu")});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->results(0).has_refusal());
}

TEST(Submit, MoreThan64AreTooMany) {
  ShellWorld world;
  std::vector<v1::Submission> many(65);
  EXPECT_TRUE(IsRefusal(world.Submit("FR.fiu", many).status(), Reason::kTooLarge));
  const auto empty = world.Submit("FR.fiu", {});
  ASSERT_TRUE(empty.ok()) << empty.status();
  EXPECT_EQ(empty->results_size(), 0);
}

TEST(Submit, OnlyNodesMaySubmit) {
  ShellWorld world;
  const std::tuple<const char*, const char*, Reason> callers[] = {
      {"agency/FR/fiu/officer/anna", "", Reason::kNotAuthorised},
      {"auditor/FR", "", Reason::kNotAuthorised},
      {"broker/broker-1", "", Reason::kNotAuthorised},
      {"agency/FR/fiu", "BR", Reason::kNotAuthenticated}};
  for (const auto& [path, authority, reason] : callers) {
    const auto submit = OpenSubmit(world.ChannelAs(path, authority));
    EXPECT_TRUE(IsRefusal(submit->End(), reason)) << path;
    const auto pull = StartPull(world.ChannelAs(path, authority));
    EXPECT_TRUE(IsRefusal(pull->End(), reason)) << path;
  }
}

// An open stream of which the broker knows: it has answered.
std::unique_ptr<SubmitClient> Answered(const std::shared_ptr<grpc::Channel>& channel) {
  auto client = OpenSubmit(channel);
  client->Write({});
  EXPECT_TRUE(client->Read());
  return client;
}

TEST(Submit, AnAgencyHasSoManyStreams) {
  ServerOptions options;
  options.streams_per_agency = 2;
  ShellWorld world(options);
  const auto channel = world.ChannelOf("FR.fiu");
  const auto first = Answered(channel);
  const auto second = Answered(channel);
  EXPECT_TRUE(IsRefusal(OpenSubmit(channel)->End(), Reason::kQuota));
  EXPECT_TRUE(OpenSubmit(world.ChannelOf("BR.fiu"))->End().ok());
  EXPECT_TRUE(second->End().ok());
  // The broker lets go of a stream a moment after its client saw the end.
  absl::Status third = OpenSubmit(channel)->End();
  for (int i = 0; i < 1000 && !third.ok(); ++i) third = OpenSubmit(channel)->End();
  EXPECT_TRUE(third.ok()) << third;
  EXPECT_TRUE(first->End().ok());
}

TEST(Submit, AFullDiskRefusesAndTheBrokerStaysUp) {
  ShellWorld world;
  world.store.SetDiskFull(true);
  const auto submission = world.PairHead(1, "FR.fiu", "BR.fiu");
  auto response = world.Submit("FR.fiu", {submission});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(ReasonIn(response->results(0)), "disk-full");
  EXPECT_FALSE(response->has_receipt() && response->receipt().body().empty());
  world.store.SetDiskFull(false);
  response = world.Submit("FR.fiu", {submission});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->results(0).has_committed()) << ReasonIn(response->results(0));
  EXPECT_EQ(world.failures, 0);
}

TEST(Submit, NoReceiptWithoutACheckpointOnTheDisk) {
  for (size_t write = 1; write <= 4; ++write) {
    ShellWorld world;
    world.store.FailWrite(write, store::Fault::kDiskFull);
    const auto submission = world.PairHead(1, "FR.fiu", "BR.fiu");
    const auto first = world.Submit("FR.fiu", {submission});
    ASSERT_TRUE(first.ok()) << first.status();
    auto last = world.Submit("FR.fiu", {submission});
    for (int i = 0; i < 100 && last.ok() && last->results(0).has_refusal(); ++i) {
      EXPECT_EQ(ReasonIn(last->results(0)), "disk-full");
      last = world.Submit("FR.fiu", {submission});
    }
    ASSERT_TRUE(last.ok()) << last.status();
    ASSERT_TRUE(last->results(0).has_committed()) << ReasonIn(last->results(0));
    EXPECT_GT(world.TreeSize(), last->results(0).committed().log_index());
  }
}

TEST(Submit, ABrokenDiskEndsTheBrokerAndNothingIsAcknowledged) {
  ShellWorld world;
  world.store.FailWrite(1, store::Fault::kSyncFailed);
  const auto submission = world.PairHead(1, "FR.fiu", "BR.fiu");
  const auto lost = world.Submit("FR.fiu", {submission});
  EXPECT_EQ(lost.status().code(), absl::StatusCode::kInternal) << lost.status();
  EXPECT_EQ(world.failures, 1);
  EXPECT_TRUE(world.server->failed());
  EXPECT_FALSE(world.Submit("FR.fiu", {submission}).ok());
  EXPECT_EQ(world.failures, 1);
  world.Stop();
  world.store.Crash();
  world.Start();
  const auto again = world.Submit("FR.fiu", {submission});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->results(0).has_committed());
}

}  // namespace
}  // namespace entente::broker
