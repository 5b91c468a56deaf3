#include "broker/told.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/statements.h"
#include "tests/support/broker_fixture.h"
#include "tests/support/emergency.h"

namespace entente::broker {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr RecordId kRecord = {4, 2};

testing::FederationOptions SixAgencies() {
  testing::FederationOptions options;
  options.agencies = {"FR.fiu", "BR.fiu", "DE.fiu", "DE.police", "CH.fiu", "AE.fiu"};
  return options;
}

// France passes on to Brazil, in an emergency, what Germany gave.
class ToldTest : public ::testing::Test {
 protected:
  explicit ToldTest(QuotaLimits quotas = {})
      : f(SixAgencies(), true, quotas), keys(testing::MakeOfficerKeys(f.random)) {
    EXPECT_TRUE(f.Publish(testing::PublishOfficers(f.federation, "FR.fiu", keys, f.now)).ok());
    draft.record_id = kRecord;
    draft.obtained_from = {"DE"};
    draft.overrides["BR.fiu"] = Signed([](auto&) {});
  }

  std::string Signed(const std::function<void(v1::OverrideNote&)>& change) {
    v1::OverrideNote note = testing::OverrideOf(kRecord, f.now);
    change(note);
    return testing::SignOverride(f.federation, note, keys);
  }
  std::string Reason(const absl::Status& status) {
    const auto refusal = RefusalOf(status);
    return status.ok() ? "OK" : refusal ? ReasonText(*refusal) : status.ToString();
  }
  absl::StatusOr<v1::SubmitResponse> AnswerAt(uint64_t index) {
    std::vector<Engine::Outcome> outcomes;
    outcomes.push_back({1, index});
    return f.engine->AnswerSubmissions(f.Id("FR.fiu"), outcomes);
  }
  // Whom the log shows as told, with the answer to the submission that stands at `index`.
  std::vector<std::string> ToldAt(uint64_t index) {
    auto answer = AnswerAt(index);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::vector<std::string> told;
    if (!answer.ok()) return told;
    for (const v1::Evidence& one : answer->results(0).told()) {
      EXPECT_EQ(one.log_index(), index + 1 + told.size());
      const v1::Part part = f.Verified(one, answer->checkpoint());
      EXPECT_EQ(part.reader(), "FR.fiu");
      EXPECT_EQ(part.notice().type(), "override");
      told.push_back(part.notice().to());
    }
    return told;
  }

  EngineFixture f;
  testing::OfficerKeys keys;
  LeadDraft draft;
};

TEST_F(ToldTest, TheSourceIsToldInTheBatchOfTheRecord) {
  const size_t first = f.store.writes();
  ASSERT_TRUE(f.Send({.recipients = {"CH.fiu"}}, 1).ok());
  const size_t plain = f.store.writes() - first;
  const auto index = f.Send(draft, 2);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_EQ(f.store.writes(), first + 2 * plain) << "no more than any record costs";
  const auto waiting = f.Fetch("DE.fiu");
  ASSERT_THAT(waiting, SizeIs(1));
  EXPECT_EQ(waiting[0].lane(), v1::LANE_URGENT);
  EXPECT_EQ(waiting[0].notice().type(), v1::NOTICE_TYPE_OVERRIDE);
  EXPECT_EQ(waiting[0].evidence().log_index(), *index + 1);
  EXPECT_EQ(record::Encode(waiting[0].notice().statement()), draft.overrides["BR.fiu"]);
  const v1::Part part = f.Verified(waiting[0].evidence(), f.engine->LatestCheckpoint().note);
  EXPECT_EQ(part.reader(), "DE.fiu");
  EXPECT_EQ(part.notice().from(), "FR.fiu");
  EXPECT_EQ(part.notice().to(), "DE.fiu");
  EXPECT_EQ(part.notice().statement_digest(),
            AsText(crypto::Sha256(waiting[0].notice().statement().body())));
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
  EXPECT_THAT(f.Fetch("DE.police"), IsEmpty());
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(ToldTest, TheOriginHasItInItsAnswerAlsoWhenItAsksAgain) {
  draft.obtained_from = {"CH", "DE"};
  draft.overrides["BR.fiu"] = Signed([](auto& note) {
    note.clear_sources();
    for (const char* source : {"CH.fiu", "DE.fiu", "DE.police"}) note.add_sources(source);
  });
  const auto submission = f.Submission(f.Seal(draft), 1);
  const auto index = f.Submit(submission, "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  ASSERT_TRUE(f.Send({}, 2).ok());
  EXPECT_THAT(ToldAt(*index), ElementsAre("CH.fiu", "DE.fiu", "DE.police"));
  ASSERT_TRUE(f.Reopen().ok());
  const uint64_t size = f.engine->LatestCheckpoint().head.size;
  EXPECT_EQ(*f.Submit(submission, "FR.fiu"), *index);
  EXPECT_EQ(f.engine->LatestCheckpoint().head.size, size) << "nobody is told twice";
  EXPECT_THAT(ToldAt(*index), ElementsAre("CH.fiu", "DE.fiu", "DE.police"));
  EXPECT_THAT(ToldAt(*index + 4), IsEmpty());
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(ToldTest, NothingOfItShowsWhoseEntriesBelongTogether) {
  draft.overrides["BR.fiu"] = Signed([](auto& note) { note.add_sources("DE.police"); });
  const auto index = f.Send(draft, 1);
  ASSERT_TRUE(index.ok());
  const auto entries = f.engine->Entries(*index, 3);
  ASSERT_TRUE(entries.ok());
  ASSERT_THAT(entries->entries(), SizeIs(3));
  std::set<std::string> digests;
  for (const std::string& bytes : entries->entries()) {
    v1::Entry entry;
    ASSERT_TRUE(entry.ParseFromString(bytes));
    for (const std::string& digest : entry.sealed().part_digests()) {
      EXPECT_TRUE(digests.insert(digest).second);
    }
  }
  // Who has one salt could else try out whom the other notice tells.
  EXPECT_NE(f.Fetch("DE.fiu").at(0).evidence().salt(),
            f.Fetch("DE.police").at(0).evidence().salt());
}

TEST_F(ToldTest, WhomPolicyRefusesGotNothingAndNobodyIsTold) {
  draft.recipients = {"AE.fiu"};
  draft.overrides = {{"AE.fiu", Signed([](auto& note) { note.set_recipient("AE.fiu"); })}};
  const auto index = f.Send(draft, 1);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_THAT(f.Fetch("DE.fiu"), IsEmpty());
  EXPECT_THAT(ToldAt(*index), IsEmpty());
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(ToldTest, EachOverrideOfARecordIsToldByItself) {
  draft.recipients = {"AE.fiu", "BR.fiu", "CH.fiu"};
  draft.overrides["AE.fiu"] = Signed([](auto& note) { note.set_recipient("AE.fiu"); });
  draft.overrides["CH.fiu"] = Signed([](auto& note) { note.set_recipient("CH.fiu"); });
  const auto index = f.Send(draft, 1);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_THAT(ToldAt(*index), ElementsAre("DE.fiu", "DE.fiu"));
  EXPECT_THAT(f.Fetch("DE.fiu"), SizeIs(2));
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(ToldTest, OneThatDoesNotHoldRefusesTheRecord) {
  draft.overrides["BR.fiu"] = Signed([](auto& note) { note.set_purpose("fiu-analysis"); });
  EXPECT_EQ(Reason(f.Send(draft, 1).status()), "consent-missing");
  draft.overrides["BR.fiu"] = "not a statement";
  EXPECT_EQ(Reason(f.Send(draft, 1).status()), "malformed");
}

TEST_F(ToldTest, IsJudgedAgainWhereItIsCommitted) {
  auto admitted = f.Admit(f.Submission(f.Seal(draft), 1), "FR.fiu");
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  const auto key = crypto::MakeKeyId(crypto::KeyUse::kOfficer, keys.author.public_key());
  ASSERT_TRUE(f.Publish(ledger::SignRevocation(f.federation.name(), "FR.fiu", key, "stolen", f.now,
                                               f.federation.agency("FR.fiu").identity,
                                               crypto::KeyUse::kIdentity))
                  .ok());
  const auto applied = f.CommitOne(std::get<Command>(*std::move(admitted)));
  EXPECT_EQ(Reason(applied.status()), "key-not-valid-then");
  EXPECT_THAT(f.Fetch("DE.fiu"), IsEmpty());
}

TEST_F(ToldTest, NobodySubmitsSuchANotice) {
  v1::Submission submission;
  submission.set_number(1);
  submission.mutable_notice()->set_type(v1::NOTICE_TYPE_OVERRIDE);
  *submission.mutable_notice()->mutable_statement() =
      *record::StrictParse<v1::SignedStatement>(draft.overrides["BR.fiu"]);
  EXPECT_EQ(Reason(f.Submit(submission, "FR.fiu").status()), "malformed");
}

TEST_F(ToldTest, WhatTheSourceTookIsGone) {
  ASSERT_TRUE(f.Send(draft, 1).ok());
  f.TakeAll("DE.fiu");
  f.TakeAll("BR.fiu");
  EXPECT_THAT(f.Fetch("DE.fiu"), IsEmpty());
  EXPECT_THAT(f.Rows(kBodies), SizeIs(1)) << "the acknowledgement that the origin has not taken";
  EXPECT_EQ(f.Findings(), "");
}

// ---- a mailbox that is full

class FullMailboxTest : public ToldTest {
 protected:
  FullMailboxTest() : ToldTest({.mailbox_records = 4}) {}
};

TEST_F(FullMailboxTest, DoesNotStopWhatAnEmergencyNeeds) {
  v1::PairHead head;
  head.set_log_origin(f.federation.log_origin());
  head.set_origin("FR.fiu");
  head.set_recipient("DE.fiu");
  head.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  ASSERT_TRUE(f.Submit(PairHeadSubmission(f, "FR.fiu", head, 1), "FR.fiu").ok());
  head.set_instant_ms(head.instant_ms() + 1);
  ASSERT_EQ(Reason(f.Submit(PairHeadSubmission(f, "FR.fiu", head, 2), "FR.fiu").status()), "quota");
  EXPECT_TRUE(f.Send(draft, 2).ok());
  EXPECT_THAT(f.Fetch("DE.fiu"), SizeIs(2));
}

// ---- the machine dies

class ToldCrashTest : public ToldTest {};

TEST_F(ToldCrashTest, RecordAndNoticeAreThereTogetherOrNotAtAll) {
  const auto submission = f.Submission(f.Seal(draft), 1);
  size_t together = 0;
  for (size_t write = 1; write <= 2; ++write) {
    for (const size_t survivors : {0u, 1u}) {
      SCOPED_TRACE("write " + std::to_string(write) + ", survivors " + std::to_string(survivors));
      f.store.FailWrite(write, store::Fault::kSyncFailed);
      if (f.Submit(submission, "FR.fiu").ok()) continue;
      f.store.Crash(survivors);
      ASSERT_TRUE(f.Reopen().ok());
      const bool told = f.Fetch("DE.fiu").size() == 1;
      EXPECT_EQ(f.Fetch("BR.fiu").size() == 1, told);
      EXPECT_EQ(f.Findings(), "");
      together += told ? 1 : 0;
    }
  }
  EXPECT_GT(together, 0u);
  const auto index = f.Submit(submission, "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_THAT(ToldAt(*index), ElementsAre("DE.fiu"));
  EXPECT_THAT(f.Fetch("DE.fiu"), SizeIs(1));
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

}  // namespace
}  // namespace entente::broker
