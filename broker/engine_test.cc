// Commits and what submitters get for them: idempotence, receipts, evidence, transparency.
#include "broker/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/audit/checkpoint.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/receipt.h"
#include "core/record/statements.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Command CommandOf(absl::StatusOr<Admitted> admitted) {
  EXPECT_TRUE(admitted.ok()) << admitted.status();
  return std::get<Command>(*std::move(admitted));
}

v1::SubmitResponse Answer(const EngineFixture& f, uint64_t number, absl::StatusOr<uint64_t> index,
                          std::string_view agency = "FR.fiu") {
  std::vector<Engine::Outcome> outcomes;
  outcomes.push_back({number, std::move(index)});
  auto answer = f.engine->AnswerSubmissions(f.Id(agency), outcomes);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? *std::move(answer) : v1::SubmitResponse{};
}

// ---- answers

TEST(EngineTest, ReceiptAndEvidenceVerify) {
  EngineFixture f;
  Lead lead = f.Seal({});
  auto index = f.Submit(f.Submission(lead, 1), "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  auto answer = Answer(f, 1, index);
  ASSERT_THAT(answer.results(), SizeIs(1));
  v1::Part part = f.Verified(answer.results(0).committed(), answer.checkpoint());
  EXPECT_EQ(part.reader(), "FR.fiu");
  EXPECT_EQ(part.submission().record_hash(), ToString(lead.sealed.hash));
  auto receipt = ledger::VerifyReceipt(f.federation.genesis(), answer.receipt());
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  ASSERT_THAT(receipt->items(), SizeIs(1));
  EXPECT_EQ(receipt->items(0).record_hash(), ToString(lead.sealed.hash));
  EXPECT_EQ(receipt->items(0).log_index(), *index);
  auto note = audit::VerifyCheckpoint(answer.checkpoint(), f.federation.genesis()->checkpoint);
  ASSERT_TRUE(note.ok());
  EXPECT_EQ(receipt->tree_size(), note->checkpoint.size);
  EXPECT_EQ(receipt->root(), ToString(note->checkpoint.root));
}

TEST(EngineTest, RefusalsTravelInTheAnswerWithoutReceipt) {
  EngineFixture f;
  auto answer = Answer(f, 9, Refuse(Reason::kQuota, "Full."));
  ASSERT_THAT(answer.results(), SizeIs(1));
  EXPECT_EQ(answer.results(0).number(), 9u);
  EXPECT_EQ(answer.results(0).refusal().reason(), "quota");
  EXPECT_FALSE(answer.results(0).refusal().advice().empty());
  EXPECT_FALSE(answer.has_receipt());
}

TEST(EngineTest, ReceiptForAnotherAgencysSubmissionIsAFault) {
  EngineFixture f;
  auto index = f.Send({}, 1);
  ASSERT_TRUE(index.ok());
  std::vector<Engine::Outcome> outcomes;
  outcomes.push_back({1, *index});
  EXPECT_EQ(f.engine->AnswerSubmissions(f.Id("BR.fiu"), outcomes).status().code(),
            absl::StatusCode::kInternal);
}

// ---- idempotence

TEST(EngineTest, SameNumberAndRecordGetsTheFirstReceiptAgain) {
  EngineFixture f;
  Lead lead = f.Seal({});
  auto first = f.Submit(f.Submission(lead, 1), "FR.fiu");
  ASSERT_TRUE(first.ok());
  uint64_t size = f.engine->LatestCheckpoint().head.size;
  ASSERT_TRUE(f.Send({}, 2).ok());
  f.now = f.now + 90 * limits::kDayMs;  // the record and its keys are long past
  auto again = f.Submit(f.Submission(lead, 1), "FR.fiu");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, *first);
  EXPECT_EQ(f.engine->LatestCheckpoint().head.size, size + 1);
  auto answer = Answer(f, 1, again);
  EXPECT_EQ(
      f.Verified(answer.results(0).committed(), answer.checkpoint()).submission().record_hash(),
      ToString(lead.sealed.hash));
}

TEST(EngineTest, SameNumberWithAnotherRecordIsRefused) {
  EngineFixture f;
  ASSERT_TRUE(f.Send({}, 1).ok());
  EXPECT_TRUE(IsRefusal(f.Send({}, 1).status(), Reason::kRecordIdReused));
}

TEST(EngineTest, SameRecordUnderAnotherNumberGetsTheFirstReceipt) {
  EngineFixture f;
  Lead lead = f.Seal({});
  auto first = f.Submit(f.Submission(lead, 1), "FR.fiu");
  auto again = f.Submit(f.Submission(lead, 2), "FR.fiu");
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(*first, *again);
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

TEST(EngineTest, SameIdWithAnotherHashIsRefused) {
  EngineFixture f;
  Lead lead = f.Seal({});
  ASSERT_TRUE(f.Submit(f.Submission(lead, 1), "FR.fiu").ok());
  Lead other = f.WithHeader(std::move(lead),
                            [](v1::RecordHeader& header) { header.set_purpose("fiu-analysis"); });
  EXPECT_TRUE(
      IsRefusal(f.Submit(f.Submission(other, 2), "FR.fiu").status(), Reason::kRecordIdReused));
}

TEST(EngineTest, NumbersOfTwoAgenciesAreTheirOwn) {
  EngineFixture f;
  ASSERT_TRUE(f.Send({}, 1).ok());
  EXPECT_TRUE(f.Send({.origin = "DE.fiu"}, 1).ok());
}

// Two threads admit the same submission before either is committed.
TEST(EngineTest, TwiceInOneCommitIsCommittedOnce) {
  EngineFixture f;
  auto submission = f.Submission(f.Seal({}), 1);
  std::vector<Command> commands;
  commands.push_back(CommandOf(f.Admit(submission, "FR.fiu")));
  commands.push_back(CommandOf(f.Admit(submission, "FR.fiu")));
  auto result = f.engine->Commit(commands);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->applied[0]->repeated);
  EXPECT_TRUE(result->applied[1]->repeated);
  EXPECT_EQ(result->applied[0]->log_index, result->applied[1]->log_index);
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

TEST(EngineTest, IdempotenceSurvivesARestart) {
  EngineFixture f;
  Lead lead = f.Seal({});
  auto first = f.Submit(f.Submission(lead, 7), "FR.fiu");
  ASSERT_TRUE(f.Reopen().ok());
  auto again = f.Submit(f.Submission(lead, 7), "FR.fiu");
  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(*first, *again);
  EXPECT_TRUE(IsRefusal(f.Send({}, 7).status(), Reason::kRecordIdReused));
}

// ---- commits

TEST(EngineTest, OneCommitCarriesManyAndSaysWhoHasMail) {
  EngineFixture f;
  std::vector<Command> commands;
  for (uint64_t i = 1; i <= 10; ++i) {
    LeadDraft draft{.recipients = {i % 2 == 0 ? "BR.fiu" : "DE.fiu"}};
    commands.push_back(CommandOf(f.Admit(f.Submission(f.Seal(draft), i), "FR.fiu")));
  }
  size_t writes = f.store.writes();
  auto result = f.engine->Commit(commands);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->delivered_to, ::testing::ElementsAre("BR.fiu", "DE.fiu"));
  EXPECT_EQ(result->tree_size, f.engine->LatestCheckpoint().head.size);
  // The batch, the high-water file, the stored checkpoint: never one for each record.
  EXPECT_LE(f.store.writes() - writes, 3u);
}

TEST(EngineTest, AdmittedUnderAnOldStateIsJudgedUnderTheNewOne) {
  EngineFixture f;
  auto submission = f.Submission(f.Seal({.recipients = {"BR.fiu", "DE.fiu"}}), 1);
  Command stale = CommandOf(f.Admit(submission, "FR.fiu"));
  f.Suspend("BR.fiu");
  auto applied = f.CommitOne(std::move(stale));
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(f.engine->UsageOf(f.Id("BR.fiu")).waiting, 0u);
  EXPECT_THAT(f.Fetch("DE.fiu"), SizeIs(1));
  auto answer = Answer(f, 1, applied->log_index);
  v1::Part part = f.Verified(answer.results(0).committed(), answer.checkpoint());
  EXPECT_EQ(part.submission().decisions(0).verdict(), v1::VERDICT_REFUSE);
  EXPECT_EQ(part.submission().snapshot_number(), f.engine->view()->registry.snapshot_number());
  EXPECT_EQ(f.Findings(), "");
}

TEST(EngineTest, AKeyThatWasRevokedSinceAdmissionLogsNothing) {
  EngineFixture f;
  Command stale = CommandOf(f.Admit(f.Submission(f.Seal({}), 1), "FR.fiu"));
  const auto& keys = f.federation.agency("FR.fiu");
  ASSERT_TRUE(
      f.Publish(ledger::SignRevocation(f.federation.name(), "FR.fiu",
                                       crypto::MakeKeyId(crypto::KeyUse::kRecordSigning,
                                                         keys.record_signing.public_key()),
                                       "lost", f.now, keys.identity, crypto::KeyUse::kIdentity))
          .ok());
  EXPECT_TRUE(IsRefusal(f.CommitOne(std::move(stale)).status(), Reason::kKeyNotValidThen));
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
}

TEST(EngineTest, ARefusedCommandDoesNotTouchTheOthers) {
  EngineFixture f;
  std::vector<Command> commands;
  commands.push_back(CommandOf(f.Admit(f.Submission(f.Seal({}), 1), "FR.fiu")));
  commands.push_back(CommandOf(f.Admit(f.Submission(f.Seal({}), 1), "FR.fiu")));
  commands.push_back(CommandOf(f.Admit(f.Submission(f.Seal({}), 2), "FR.fiu")));
  auto result = f.engine->Commit(commands);
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->applied[0].ok());
  EXPECT_TRUE(IsRefusal(result->applied[1].status(), Reason::kRecordIdReused));
  EXPECT_TRUE(result->applied[2].ok());
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(2));
}

TEST(EngineTest, InstantsOfTheLogNeverGoBack) {
  EngineFixture f;
  Command early = CommandOf(f.Admit(f.Submission(f.Seal({}), 1), "FR.fiu"));
  f.now = f.now + limits::kMinuteMs;
  ASSERT_TRUE(f.Send({}, 2).ok());
  auto applied = f.CommitOne(std::move(early));
  ASSERT_TRUE(applied.ok()) << applied.status();
  auto entries = f.engine->Entries(applied->log_index - 1, 2);
  ASSERT_TRUE(entries.ok());
  auto before = ledger::ReadEntry(entries->entries(0));
  auto after = ledger::ReadEntry(entries->entries(1));
  EXPECT_EQ(before->instant, f.now);
  EXPECT_EQ(after->instant, f.now);
  auto answer = Answer(f, 1, applied->log_index);
  EXPECT_EQ(f.Verified(answer.results(0).committed(), answer.checkpoint()).instant_ms(),
            static_cast<uint64_t>(f.now.ms));
}

// Judged when it was alive; when it is its turn, the ledger has passed its expiry.
TEST(EngineTest, JudgedAgainAtTheLedgersInstant) {
  EngineFixture f;
  auto submission = f.Submission(f.Seal({.lives_ms = limits::kMinuteMs}), 1);
  Command early = CommandOf(f.Admit(submission, "FR.fiu"));
  f.now = f.now + limits::kMinuteMs;
  ASSERT_TRUE(f.Send({}, 2).ok());
  EXPECT_TRUE(IsRefusal(f.CommitOne(std::move(early)).status(), Reason::kExpired));
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

TEST(EngineTest, CommandThatIsNoneBreaksNothingButTheCommit) {
  EngineFixture f;
  Command nonsense{"nonsense", {}};
  EXPECT_EQ(f.CommitOne(nonsense).status().code(), absl::StatusCode::kInternal);
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_TRUE(f.Send({}, 1).ok());
}

// ---- transparency

TEST(EngineTest, EntriesAndConsistencyVerify) {
  EngineFixture f;
  auto old = f.engine->LatestCheckpoint();
  for (uint64_t i = 1; i <= 5; ++i) ASSERT_TRUE(f.Send({}, i).ok());
  auto now = f.engine->LatestCheckpoint();
  auto entries = f.engine->Entries(0, 10'000);
  ASSERT_TRUE(entries.ok());
  std::vector<Digest> leaves;
  for (const std::string& entry : entries->entries()) leaves.push_back(audit::LeafHash(entry));
  ASSERT_EQ(leaves.size(), now.head.size);
  EXPECT_EQ(audit::RootOfLeaves(leaves), now.head.root);
  EXPECT_EQ(entries->checkpoint(), now.note);

  auto proof = f.engine->Consistency(old.head.size, now.head.size);
  ASSERT_TRUE(proof.ok());
  EXPECT_TRUE(
      audit::VerifyConsistency(old.head.size, now.head.size, *proof, old.head.root, now.head.root)
          .ok());
}

TEST(EngineTest, EntriesInPieces) {
  EngineFixture f;
  uint64_t size = f.engine->LatestCheckpoint().head.size;
  EXPECT_THAT(f.engine->Entries(1, 3)->entries(), SizeIs(3));
  EXPECT_THAT(f.engine->Entries(size, 3)->entries(), IsEmpty());
  EXPECT_THAT(f.engine->Entries(size - 1, 3)->entries(), SizeIs(1));
  EXPECT_EQ(f.engine->Entries(size + 1, 3).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(f.engine->Consistency(1, size + 1).status().code(), absl::StatusCode::kOutOfRange);
}

// ---- notices

v1::GapNote Gap(const EngineFixture& f, uint64_t log_index) {
  v1::GapNote note;
  note.set_log_origin(f.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_lane(v1::LANE_URGENT);
  note.set_pair_seq(3);
  note.set_log_index(log_index);
  return note;
}

v1::PairHead Head(const EngineFixture& f) {
  v1::PairHead head;
  head.set_log_origin(f.federation.log_origin());
  head.set_origin("FR.fiu");
  head.set_recipient("BR.fiu");
  head.set_urgent_seq(1);
  head.set_bulk_seq(4);
  head.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  return head;
}

TEST(NoticeTest, GapNoteIsLoggedAndDeliveredInItsLane) {
  EngineFixture f;
  auto index = f.Submit(GapSubmission(f, "FR.fiu", Gap(f, 0), 1), "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  auto deliveries = f.Fetch("BR.fiu");
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].lane(), v1::LANE_URGENT);
  EXPECT_EQ(deliveries[0].notice().type(), v1::NOTICE_TYPE_GAP);
  v1::Part part = f.Verified(deliveries[0].evidence(), f.engine->LatestCheckpoint().note);
  EXPECT_EQ(part.notice().type(), "gap");
  EXPECT_EQ(part.reader(), "BR.fiu");
  auto answer = Answer(f, 1, index);
  auto receipt = ledger::VerifyReceipt(f.federation.genesis(), answer.receipt());
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt->items(0).record_hash(), part.notice().statement_digest());
}

TEST(NoticeTest, PairHeadIsDeliveredAndRepeatedOnce) {
  EngineFixture f;
  auto submission = PairHeadSubmission(f, "FR.fiu", Head(f), 1);
  auto first = f.Submit(submission, "FR.fiu");
  auto again = f.Submit(submission, "FR.fiu");
  ASSERT_TRUE(first.ok() && again.ok()) << first.status();
  EXPECT_EQ(*first, *again);
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

TEST(NoticeTest, Refusals) {
  EngineFixture f;
  auto reason = [&](const v1::Submission& submission, std::string_view caller = "FR.fiu") {
    auto refusal = RefusalOf(f.Submit(submission, caller).status());
    return refusal ? ReasonText(*refusal) : "OK";
  };
  auto gap = [&](auto change) {
    v1::GapNote note = Gap(f, 0);
    change(note);
    return GapSubmission(f, "FR.fiu", note, 1);
  };
  EXPECT_EQ(reason(gap([](auto& n) { n.set_log_index(10'000); })), "proof-bad");
  EXPECT_EQ(reason(gap([](auto& n) { n.set_log_origin("entente.test/log/other"); })), "proof-bad");
  EXPECT_EQ(reason(gap([](auto& n) { n.set_origin("DE.fiu"); })), "wrong-agency");
  EXPECT_EQ(reason(gap([](auto& n) { n.set_recipient("FR.fiu"); })), "wrong-agency");
  EXPECT_EQ(reason(gap([](auto& n) { n.set_recipient("FR.nobody"); })), "wrong-agency");
  EXPECT_EQ(reason(gap([](auto& n) { n.set_lane(v1::LANE_UNSPECIFIED); })), "malformed");
  EXPECT_EQ(reason(GapSubmission(f, "DE.fiu", Gap(f, 0), 1)), "key-unknown");
  EXPECT_EQ(reason(GapSubmission(f, "FR.fiu", Gap(f, 0), 1), "DE.fiu"), "key-unknown");

  v1::PairHead late = Head(f);
  late.set_instant_ms(late.instant_ms() + 6 * limits::kMinuteMs);
  EXPECT_EQ(reason(PairHeadSubmission(f, "FR.fiu", late, 1)), "future-dated");

  v1::Submission forged = GapSubmission(f, "FR.fiu", Gap(f, 0), 1);
  forged.mutable_notice()->mutable_statement()->mutable_signatures(0)->set_ed25519(
      std::string(64, 's'));
  EXPECT_EQ(reason(forged), "bad-signature");
  v1::Submission acknowledgement = GapSubmission(f, "FR.fiu", Gap(f, 0), 1);
  acknowledgement.mutable_notice()->set_type(v1::NOTICE_TYPE_ACKNOWLEDGEMENT);
  EXPECT_EQ(reason(acknowledgement), "malformed");
  v1::Submission unsigned_notice = GapSubmission(f, "FR.fiu", Gap(f, 0), 1);
  unsigned_notice.mutable_notice()->mutable_statement()->clear_signatures();
  EXPECT_NE(reason(unsigned_notice), "OK");
}

}  // namespace
}  // namespace entente::broker
