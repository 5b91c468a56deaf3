#include "broker/pull_service.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/base/refusal.h"
#include "core/ledger/receipt.h"
#include "tests/support/broker_fixture.h"
#include "tests/support/broker_server_fixture.h"

namespace entente::broker {
namespace {

// Submits `count` pair heads from FR.fiu to BR.fiu, numbered from `first`.
void Send(ShellWorld& world, uint64_t first, uint64_t count) {
  std::vector<v1::Submission> submissions;
  for (uint64_t i = first; i < first + count; ++i) {
    submissions.push_back(world.PairHead(i, "FR.fiu", "BR.fiu", i));
  }
  const auto response = world.Submit("FR.fiu", submissions);
  ASSERT_TRUE(response.ok()) << response.status();
  for (const auto& result : response->results()) EXPECT_TRUE(result.has_committed());
}

std::vector<uint64_t> SeqsOf(const std::optional<v1::PullResponse>& response) {
  std::vector<uint64_t> seqs;
  if (!response) return seqs;
  for (const v1::Delivery& delivery : response->deliveries()) {
    EXPECT_EQ(delivery.lane(), v1::LANE_BULK);
    seqs.push_back(delivery.mailbox_seq());
  }
  return seqs;
}

using Seqs = std::vector<uint64_t>;

TEST(Pull, DeliversWithEvidence) {
  ShellWorld world;
  Send(world, 1, 1);
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  const auto response = pull->Read();
  ASSERT_TRUE(response);
  ASSERT_EQ(response->deliveries_size(), 1);
  const auto checkpoint =
      audit::VerifyCheckpoint(response->checkpoint(), world.federation.genesis()->checkpoint);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  const auto part =
      ledger::VerifyEvidence(response->deliveries(0).evidence(), checkpoint->checkpoint);
  ASSERT_TRUE(part.ok()) << part.status();
  EXPECT_EQ(part->part.reader(), "BR.fiu");
  EXPECT_TRUE(response->deliveries(0).has_notice());
}

TEST(Pull, ALeadAndItsAcknowledgementCrossOver) {
  ShellWorld world;
  EngineFixture maker;  // the same federation
  const auto sent = world.Submit("FR.fiu", {maker.Submission(maker.Seal({}), 1)});
  ASSERT_TRUE(sent.ok()) << sent.status();
  ASSERT_TRUE(sent->results(0).has_committed()) << sent->results(0).refusal().text();
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  const auto got = pull->Read();
  ASSERT_TRUE(got);
  ASSERT_EQ(got->deliveries_size(), 1);
  EXPECT_TRUE(got->deliveries(0).has_record());
  v1::PullRequest request = AcknowledgeThrough(v1::LANE_BULK, 1);
  *request.mutable_acknowledge()->add_acknowledgements() =
      maker.SignAcknowledgement("BR.fiu", got->deliveries(0));
  ASSERT_TRUE(pull->Write(request));
  EXPECT_TRUE(pull->End().ok());
  const auto back = StartPull(world.ChannelOf("FR.fiu"))->Read();
  ASSERT_TRUE(back);
  EXPECT_EQ(back->deliveries(0).notice().type(), v1::NOTICE_TYPE_ACKNOWLEDGEMENT);
}

TEST(Pull, AForgedAcknowledgementEndsTheStream) {
  ShellWorld world;
  EngineFixture maker;
  ASSERT_TRUE(world.Submit("FR.fiu", {maker.Submission(maker.Seal({}), 1)}).ok());
  for (const char* signer : {"", "DE.fiu"}) {
    const auto pull = StartPull(world.ChannelOf("BR.fiu"));
    const auto got = pull->Read();
    ASSERT_TRUE(got);
    v1::PullRequest request = AcknowledgeThrough(v1::LANE_BULK, 1);
    if (*signer != 0) {
      *request.mutable_acknowledge()->add_acknowledgements() =
          maker.SignAcknowledgement(signer, got->deliveries(0));
    }
    ASSERT_TRUE(pull->Write(request));
    EXPECT_FALSE(pull->Read());
    EXPECT_TRUE(RefusalOf(pull->End()).has_value()) << signer;
  }
}

// Three in all: one waits alone, and two that come after the policy do not.
TEST(Pull, WhatWaitedIsDecidedAgainBeforeItIsDelivered) {
  ShellWorld world;
  EngineFixture maker;
  ASSERT_TRUE(world.Submit("FR.fiu", {maker.Submission(maker.Seal({}), 1)}).ok());
  ASSERT_TRUE(
      world.Publish(world.federation.SignPolicy("DE", 2, testing::DefaultPolicy("DE", 2))).ok());
  ASSERT_TRUE(world
                  .Submit("FR.fiu", {maker.Submission(maker.Seal({}), 2),
                                     maker.Submission(maker.Seal({}), 3)})
                  .ok());
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  std::vector<bool> again;
  while (again.size() < 3) {
    const auto response = pull->Read();
    ASSERT_TRUE(response);
    for (const auto& delivery : response->deliveries()) again.push_back(delivery.has_again());
  }
  EXPECT_EQ(again, (std::vector<bool>{true, false, false}));
}

TEST(Pull, AFullDiskEndsTheStreamOfWhatMustBeDecidedAgain) {
  ShellWorld world;
  EngineFixture maker;
  ASSERT_TRUE(world.Submit("FR.fiu", {maker.Submission(maker.Seal({}), 1)}).ok());
  ASSERT_TRUE(
      world.Publish(world.federation.SignPolicy("DE", 2, testing::DefaultPolicy("DE", 2))).ok());
  world.store.SetDiskFull(true);
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  EXPECT_FALSE(pull->Read());
  EXPECT_TRUE(IsRefusal(pull->End(), Reason::kDiskFull));
  world.store.SetDiskFull(false);
  const auto response = StartPull(world.ChannelOf("BR.fiu"))->Read();
  ASSERT_TRUE(response);
  EXPECT_TRUE(response->deliveries(0).has_again());
}

// It takes several commits, and the stream goes on as after one.
TEST(Pull, ALongRangeIsTakenToItsEnd) {
  ShellWorld world;
  const uint64_t last = limits::kAcknowledgedRows + 1;
  for (uint64_t first = 1; first <= last; first += limits::kBatchRecords) {
    Send(world, first, std::min<uint64_t>(limits::kBatchRecords, last + 1 - first));
  }
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  ASSERT_TRUE(pull->Read());
  ASSERT_TRUE(pull->Write(AcknowledgeThrough(v1::LANE_BULK, last)));
  EXPECT_TRUE(pull->End().ok());
  Send(world, last + 1, 1);
  EXPECT_EQ(SeqsOf(StartPull(world.ChannelOf("BR.fiu"))->Read()), Seqs{last + 1});
}

TEST(Pull, WakesWhenMailComes) {
  ShellWorld world;
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  std::thread sender([&] {
    for (uint64_t i = 1; i <= 5; ++i) Send(world, i, 1);
  });
  Seqs got;
  while (got.size() < 5) {
    for (const uint64_t seq : SeqsOf(pull->Read())) got.push_back(seq);
  }
  sender.join();
  EXPECT_EQ(got, (Seqs{1, 2, 3, 4, 5}));
}

TEST(Pull, OthersMailIsNotDelivered) {
  ShellWorld world;
  const auto other = StartPull(world.ChannelOf("DE.fiu"));
  Send(world, 1, 1);
  const auto own = StartPull(world.ChannelOf("BR.fiu"));
  EXPECT_EQ(SeqsOf(own->Read()), (Seqs{1}));
  size_t read = 0;
  EXPECT_TRUE(other->End(&read).ok());
  EXPECT_EQ(read, 0u);
}

TEST(Pull, AtMostAsManyAtOnceAsAsked) {
  ShellWorld world;
  Send(world, 1, 5);
  const auto pull = StartPull(world.ChannelOf("BR.fiu"), 2);
  EXPECT_EQ(SeqsOf(pull->Read()), (Seqs{1, 2}));
  EXPECT_EQ(SeqsOf(pull->Read()), (Seqs{3, 4}));
  EXPECT_EQ(SeqsOf(pull->Read()), (Seqs{5}));
}

TEST(Pull, WhatWasNotAcknowledgedComesAgain) {
  ShellWorld world;
  Send(world, 1, 3);
  {
    const auto pull = StartPull(world.ChannelOf("BR.fiu"));
    EXPECT_EQ(SeqsOf(pull->Read()), (Seqs{1, 2, 3}));
    pull->context.TryCancel();
  }
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  EXPECT_EQ(SeqsOf(pull->Read()), (Seqs{1, 2, 3}));
}

TEST(Pull, WhatWasAcknowledgedDoesNot) {
  ShellWorld world;
  Send(world, 1, 3);
  const uint64_t before = world.TreeSize();
  {
    const auto pull = StartPull(world.ChannelOf("BR.fiu"));
    EXPECT_EQ(SeqsOf(pull->Read()), (Seqs{1, 2, 3}));
    ASSERT_TRUE(pull->Write(AcknowledgeThrough(v1::LANE_BULK, 2)));
    ASSERT_TRUE(pull->Write(AcknowledgeThrough(v1::LANE_BULK, 2)));
    EXPECT_TRUE(pull->End().ok());
  }
  EXPECT_EQ(world.TreeSize(), before + 1) << "an acknowledged range is one entry, once";
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  EXPECT_EQ(SeqsOf(pull->Read()), (Seqs{3}));
}

TEST(Pull, AcknowledgingWhatWasNeverThereIsRefused) {
  ShellWorld world;
  Send(world, 1, 1);
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  ASSERT_TRUE(pull->Read());
  ASSERT_TRUE(pull->Write(AcknowledgeThrough(v1::LANE_BULK, 9)));
  EXPECT_FALSE(pull->Read());
  EXPECT_TRUE(RefusalOf(pull->End()).has_value());
}

TEST(Pull, StartsOnceAndFirst) {
  ShellWorld world;
  const auto channel = world.ChannelOf("BR.fiu");
  for (const uint32_t most : {0u, 65u}) {
    EXPECT_TRUE(IsRefusal(StartPull(channel, most)->End(), Reason::kMalformed)) << most;
  }
  const auto early = OpenPull(channel);
  early->Write(AcknowledgeThrough(v1::LANE_BULK, 1));
  EXPECT_TRUE(IsRefusal(early->End(), Reason::kMalformed));
  const auto empty = OpenPull(channel);
  empty->Write({});
  EXPECT_TRUE(IsRefusal(empty->End(), Reason::kMalformed));
  const auto twice = StartPull(channel);
  v1::PullRequest start;
  start.mutable_start()->set_max_deliveries(1);
  twice->Write(start);
  EXPECT_TRUE(IsRefusal(twice->End(), Reason::kMalformed));
}

TEST(Pull, ASuspendedAgencyGetsNothing) {
  ShellWorld world;
  Send(world, 1, 1);
  const auto live = StartPull(world.ChannelOf("BR.fiu"));
  ASSERT_TRUE(live->Read());
  v1::AgencyStatement statement;
  statement.set_agency("BR.fiu");
  statement.set_state(v1::AgencyStatement::SUSPENDED);
  statement.set_kind("fiu");
  statement.set_name("BR.fiu");
  statement.set_from_ms(static_cast<uint64_t>(testing::kFounded.ms));
  statement.set_number(2);
  const absl::Status published = world.Publish(ledger::SignAgencyState(
      world.federation.name(), statement, world.federation.jurisdiction("BR").authority));
  ASSERT_TRUE(published.ok()) << published;
  Send(world, 2, 1);
  EXPECT_FALSE(live->Read());
  EXPECT_TRUE(IsRefusal(live->End(), Reason::kAgencySuspended));
  EXPECT_TRUE(IsRefusal(StartPull(world.ChannelOf("BR.fiu"))->End(), Reason::kAgencySuspended));
}

TEST(Pull, AnAgencyNotYetAdmittedMayWait) {
  ShellWorld world;
  Send(world, 1, 1);
  size_t read = 0;
  EXPECT_TRUE(StartPull(world.ChannelOf("BR.other"))->End(&read).ok());
  EXPECT_EQ(read, 0u);
}

TEST(Pull, AFullDiskEndsTheStreamAndForgetsNoMail) {
  ShellWorld world;
  Send(world, 1, 1);
  {
    const auto pull = StartPull(world.ChannelOf("BR.fiu"));
    ASSERT_TRUE(pull->Read());
    world.store.SetDiskFull(true);
    ASSERT_TRUE(pull->Write(AcknowledgeThrough(v1::LANE_BULK, 1)));
    EXPECT_FALSE(pull->Read());
    EXPECT_TRUE(IsRefusal(pull->End(), Reason::kDiskFull));
  }
  world.store.SetDiskFull(false);
  const auto pull = StartPull(world.ChannelOf("BR.fiu"));
  EXPECT_EQ(SeqsOf(pull->Read()), (Seqs{1}));
}

}  // namespace
}  // namespace entente::broker
