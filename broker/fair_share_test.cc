// What one member may do to the others: fill a mailbox, fill the log, publish without end, ask for
// answers that fit no message. Each has its bound, and the others go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/ceremony.h"
#include "core/ledger/receipt.h"
#include "core/record/record.h"
#include "core/record/statements.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

bool IsQuota(const absl::Status& status) { return IsRefusal(status, Reason::kQuota); }

v1::Submission PairHead(const EngineFixture& f, std::string_view origin, std::string_view recipient,
                        uint64_t number) {
  v1::PairHead head;
  head.set_log_origin(f.federation.log_origin());
  head.set_origin(std::string(origin));
  head.set_recipient(std::string(recipient));
  head.set_bulk_seq(number);
  head.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  return PairHeadSubmission(f, origin, head, number);
}

Command CommandOf(absl::StatusOr<Admitted> admitted) {
  EXPECT_TRUE(admitted.ok()) << admitted.status();
  return std::get<Command>(*std::move(admitted));
}

size_t Expire(EngineFixture& f) {
  auto commands = f.engine->Expired(f.now, 100, f.random);
  EXPECT_TRUE(commands.ok()) << commands.status();
  auto result = f.engine->Commit(*commands);
  EXPECT_TRUE(result.ok()) << result.status();
  for (const auto& applied : result->applied) EXPECT_TRUE(applied.ok()) << applied.status();
  return commands->size();
}

// ---- mailboxes

TEST(FairShareTest, OneOriginFillsAQuarterOfAMailbox) {
  EngineFixture f({}, true, {.mailbox_records = 8});
  ASSERT_TRUE(f.Send({}, 1).ok());
  ASSERT_TRUE(f.Send({.urgency = v1::URGENCY_URGENT}, 2).ok());
  EXPECT_TRUE(IsQuota(f.Send({}, 3).status()));
  EXPECT_TRUE(f.Send({.recipients = {"DE.fiu"}}, 3).ok());
  EXPECT_TRUE(f.Send({.origin = "DE.fiu"}, 1).ok());
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_TRUE(IsQuota(f.Send({}, 4).status()));
  f.TakeAll("BR.fiu");
  EXPECT_TRUE(f.Send({}, 4).ok());
}

TEST(FairShareTest, NoticesHaveTheirOwnShareAndLeaveRoomForRecords) {
  EngineFixture f({}, true, {.mailbox_records = 8});
  for (uint64_t number : {1, 2}) {
    ASSERT_TRUE(f.Submit(PairHead(f, "FR.fiu", "BR.fiu", number), "FR.fiu").ok());
  }
  EXPECT_TRUE(IsQuota(f.Submit(PairHead(f, "FR.fiu", "BR.fiu", 3), "FR.fiu").status()));
  EXPECT_TRUE(f.Submit(PairHead(f, "DE.fiu", "BR.fiu", 1), "DE.fiu").ok());
  EXPECT_TRUE(f.Send({}, 3).ok());
  EXPECT_TRUE(f.Send({.origin = "DE.fiu"}, 2).ok());
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_TRUE(IsQuota(f.Submit(PairHead(f, "FR.fiu", "BR.fiu", 4), "FR.fiu").status()));
  f.TakeAll("BR.fiu");
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).notices, 0u);
  EXPECT_TRUE(f.Submit(PairHead(f, "FR.fiu", "BR.fiu", 4), "FR.fiu").ok());
}

TEST(FairShareTest, OneJurisdictionFillsHalfOfAMailbox) {
  testing::FederationOptions options;
  options.agencies = {"FR.fiu", "FR.two", "FR.three", "BR.fiu", "DE.fiu"};
  EngineFixture f(options, true, {.mailbox_records = 8});
  for (const char* origin : {"FR.fiu", "FR.two"}) {
    for (uint64_t number : {1, 2}) {
      ASSERT_TRUE(f.Submit(PairHead(f, origin, "BR.fiu", number), origin).ok());
    }
  }
  EXPECT_TRUE(IsQuota(f.Submit(PairHead(f, "FR.three", "BR.fiu", 1), "FR.three").status()));
  EXPECT_TRUE(f.Submit(PairHead(f, "DE.fiu", "BR.fiu", 1), "DE.fiu").ok());
  f.TakeAll("BR.fiu");
  EXPECT_TRUE(f.Submit(PairHead(f, "FR.three", "BR.fiu", 1), "FR.three").ok());
}

TEST(FairShareTest, NoticesOfOneOriginAreBoundedInAll) {
  EngineFixture f({}, true, {.records_queued = 2});
  ASSERT_TRUE(f.Submit(PairHead(f, "FR.fiu", "BR.fiu", 1), "FR.fiu").ok());
  ASSERT_TRUE(f.Submit(PairHead(f, "FR.fiu", "DE.fiu", 2), "FR.fiu").ok());
  EXPECT_TRUE(IsQuota(f.Submit(PairHead(f, "FR.fiu", "CH.fiu", 3), "FR.fiu").status()));
  EXPECT_TRUE(f.Send({}, 3).ok());
}

TEST(FairShareTest, ANoticeThatNobodyTakesExpires) {
  EngineFixture f;
  ASSERT_TRUE(f.Submit(PairHead(f, "FR.fiu", "BR.fiu", 1), "FR.fiu").ok());
  f.now = f.now + limits::kQueueMs - 1;
  EXPECT_EQ(Expire(f), 0u);
  f.now = f.now + 1;
  EXPECT_EQ(Expire(f), 1u);
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  EXPECT_THAT(f.Rows(kBodies), IsEmpty());
  EXPECT_EQ(f.engine->UsageOf(f.Id("FR.fiu")).notices, 0u);
  EXPECT_EQ(f.Findings(), "");
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_EQ(f.engine->UsageOf(f.Id("BR.fiu")).waiting_notices, 0u);
  ASSERT_TRUE(f.Submit(PairHead(f, "FR.fiu", "BR.fiu", 2), "FR.fiu").ok());
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
  f.TakeAll("BR.fiu");
  EXPECT_EQ(f.Findings(), "");
}

TEST(FairShareTest, ASuspendedAgencySendsNoNotice) {
  EngineFixture f;
  auto head = PairHead(f, "FR.fiu", "BR.fiu", 1);
  Command admitted = CommandOf(f.Admit(head, "FR.fiu"));
  f.Suspend("FR.fiu");
  EXPECT_TRUE(IsRefusal(f.Submit(head, "FR.fiu").status(), Reason::kAgencySuspended));
  EXPECT_TRUE(IsRefusal(f.CommitOne(std::move(admitted)).status(), Reason::kSnapshotBehind));
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
}

// It may come back from a suspension, and then it needs to know which numbers were closed.
TEST(FairShareTest, NoticesForTheSuspendedAreKeptForTheRemovedRefused) {
  EngineFixture f;
  f.Suspend("BR.fiu");
  EXPECT_TRUE(f.Submit(PairHead(f, "FR.fiu", "BR.fiu", 1), "FR.fiu").ok());
  v1::AgencyStatement body;
  body.set_agency("BR.fiu");
  body.set_state(v1::AgencyStatement::REMOVED);
  body.set_kind("fiu");
  body.set_name("Agency BR.fiu");
  body.set_from_ms(static_cast<uint64_t>(f.now.ms));
  body.set_number(3);
  ASSERT_TRUE(f.Publish(ledger::SignAgencyState(f.federation.name(), body,
                                                f.federation.jurisdiction("BR").authority))
                  .ok());
  EXPECT_TRUE(IsRefusal(f.Submit(PairHead(f, "FR.fiu", "BR.fiu", 2), "FR.fiu").status(),
                        Reason::kAgencySuspended));
}

// More rows than one step takes, all of them notices, and a record at the very end.
TEST(FairShareTest, ALongRangeIsTakenInSteps) {
  EngineFixture f;
  std::vector<Command> commands;
  for (uint64_t number = 1; number <= limits::kAcknowledgedRows + 10; ++number) {
    commands.push_back(CommandOf(f.Admit(PairHead(f, "FR.fiu", "BR.fiu", number), "FR.fiu")));
  }
  ASSERT_TRUE(f.engine->Commit(commands).ok());
  uint64_t number = commands.size() + 1;
  ASSERT_TRUE(f.Send({}, number).ok());
  auto last = f.engine->Fetch(f.Id("BR.fiu"), {.urgent = 0, .bulk = number - 1}, 64, f.now);
  ASSERT_TRUE(last.ok()) << last.status();
  auto acknowledge = f.Acknowledge("BR.fiu", {last->deliveries(0)});
  ASSERT_EQ(acknowledge.through_seq(), number);

  ASSERT_TRUE(f.Take("BR.fiu", acknowledge).ok());
  EXPECT_EQ(f.engine->Acknowledged(f.Id("BR.fiu")).bulk, limits::kAcknowledgedRows);
  EXPECT_THAT(f.Fetch("FR.fiu"), IsEmpty());
  ASSERT_TRUE(f.Take("BR.fiu", acknowledge).ok());
  EXPECT_EQ(f.engine->Acknowledged(f.Id("BR.fiu")).bulk, number);
  EXPECT_THAT(f.Fetch("FR.fiu"), SizeIs(1));
  EXPECT_EQ(f.Findings(), "");
}

TEST(FairShareTest, AcknowledgementsOfWhatWasTakenBeforeArePassedOver) {
  EngineFixture f;
  ASSERT_TRUE(f.Send({}, 1).ok());
  ASSERT_TRUE(f.Send({}, 2).ok());
  auto mail = f.Fetch("BR.fiu");
  ASSERT_TRUE(f.Take("BR.fiu", f.Acknowledge("BR.fiu", {mail[0]})).ok());
  EXPECT_TRUE(f.Take("BR.fiu", f.Acknowledge("BR.fiu", mail)).ok());
  EXPECT_THAT(f.Fetch("FR.fiu"), SizeIs(2));
}

// ---- the log

TEST(FairShareTest, RefusalsByDecisionHaveADailyBudget) {
  EngineFixture f({}, true, {.refused_per_day = 2});
  ASSERT_TRUE(f.Send({.purpose = "curiosity"}, 1).ok());
  ASSERT_TRUE(f.Send({.recipients = {"AE.fiu"}}, 2).ok());
  uint64_t size = f.engine->LatestCheckpoint().head.size;
  EXPECT_TRUE(IsQuota(f.Send({.purpose = "curiosity"}, 3).status()));
  EXPECT_EQ(f.engine->LatestCheckpoint().head.size, size);
  EXPECT_TRUE(f.Send({}, 3).ok());
  EXPECT_TRUE(f.Send({.origin = "DE.fiu", .purpose = "curiosity"}, 1).ok());
  f.now = f.now + limits::kDayMs;
  EXPECT_TRUE(f.Send({.purpose = "curiosity"}, 4).ok());
}

// Statements of one agency that say something new each time, without end.
class Publisher {
 public:
  Publisher(EngineFixture& f, std::string agency) : f_(f), agency_(std::move(agency)) {}

  ledger::Publication Next() {
    v1::KeyStatement body;
    body.set_owner(agency_);
    body.add_format_versions(1);
    if (++last_ % 2 == 1) body.add_format_versions(2);
    body.set_instant_ms(static_cast<uint64_t>(testing::kFounded.ms) + last_);
    return f_.federation.SignKeys(agency_, body);
  }
  Command NextCommand() {
    auto publication = Next();
    v1::PublishRequest request;
    request.set_entry_kind(publication.kind);
    *request.mutable_statement() = publication.statement;
    auto admitted = f_.engine->AdmitPublication(request, f_.now, f_.random);
    EXPECT_TRUE(admitted.ok()) << admitted.status();
    return std::get<Command>(*std::move(admitted));
  }

 private:
  EngineFixture& f_;
  const std::string agency_;
  uint64_t last_ = 0;
};

TEST(FairShareTest, OneAgencyPublishesSoMuchADay) {
  EngineFixture f({}, true, {.open_per_day = 12});
  Publisher greedy(f, "DE.fiu");
  absl::Status last;
  int published = 0;
  while (published < 20 && (last = f.Publish(greedy.Next()).status()).ok()) ++published;
  EXPECT_TRUE(IsQuota(last)) << last;
  EXPECT_EQ(published, 11);  // its first keys were the twelfth
  EXPECT_TRUE(f.Publish(Publisher(f, "FR.fiu").Next()).ok());
  f.Suspend("DE.fiu");  // its authority signs with another key
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_TRUE(IsQuota(f.Publish(greedy.Next()).status()));
  f.now = f.now + limits::kDayMs;
  EXPECT_FALSE(IsQuota(f.Publish(greedy.Next()).status()));
}

// An agency's authority may give it as many identity keys as it likes.
TEST(FairShareTest, AnotherKeyIsNoOtherBudget) {
  EngineFixture f({}, true, {.open_per_day = 12});
  const auto& authority = f.federation.jurisdiction("DE").authority;
  auto second = crypto::SigningKey::Create(f.random);
  v1::KeyStatement body;
  body.set_owner("DE.fiu");
  v1::KeyEntry& key = *body.add_keys();
  key.set_use(static_cast<uint32_t>(crypto::KeyUse::kIdentity));
  key.set_public_key(ToString(second.public_key()));
  key.set_from_ms(static_cast<uint64_t>(f.now.ms));
  key.set_until_ms(key.from_ms() + limits::kDayMs);
  body.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  ledger::Publication given{
      .kind = v1::ENTRY_KIND_KEYS,
      .statement =
          record::SignBody(f.federation.name(), body, {{authority, crypto::KeyUse::kAuthority}}),
      .text = {}};
  ASSERT_TRUE(f.Publish(given).ok());
  Publisher greedy(f, "DE.fiu");
  for (int i = 0; i < 11; ++i) ASSERT_TRUE(f.Publish(greedy.Next()).ok());
  auto next = greedy.Next();
  v1::KeyStatement more;
  ASSERT_TRUE(more.ParseFromString(next.statement.body()));
  next.statement =
      record::SignBody(f.federation.name(), more, {{second, crypto::KeyUse::kIdentity}});
  EXPECT_TRUE(IsQuota(f.Publish(next).status()));
}

TEST(FairShareTest, TheTextsOfADayHaveABudgetOfBytes) {
  EngineFixture f({}, true, {.open_bytes_per_day = 8000});
  uint64_t version = 1;
  absl::Status last;
  const auto publish = [&] {
    ++version;
    auto text = testing::DefaultPolicy("FR", version) + "# " + std::string(2000, 'x') + "\n";
    return f.Publish(f.federation.SignPolicy("FR", version, text)).status();
  };
  while (version < 10 && (last = publish()).ok()) continue;
  EXPECT_TRUE(IsQuota(last)) << last;
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_TRUE(IsQuota(publish()));
  EXPECT_TRUE(f.Publish(f.federation.SignPolicy("DE", 2, testing::DefaultPolicy("DE", 2))).ok());
  EXPECT_TRUE(f.Publish(Publisher(f, "FR.fiu").Next()).ok());
  f.Suspend("FR.fiu");
  f.now = f.now + limits::kDayMs;
  EXPECT_TRUE(publish().ok());
}

TEST(FairShareTest, AllAgenciesOfAStatePublishSoMuchADay) {
  const QuotaLimits limits{.open_per_day = 2};
  Usage usage;
  const Instant now = testing::kFounded;
  const auto next = [&](const std::string& agency) {
    OpenAccount account{agency, "Agencies of DE"};
    auto status = usage.CheckOpen(limits, account, 1, now);
    if (status.ok()) usage.AddOpen(account, 1, now);
    return status;
  };
  for (uint64_t i = 0; i < 2 * limits::kOpenShare; ++i) {
    EXPECT_TRUE(next("DE.a" + std::to_string(i)).ok()) << i;
  }
  EXPECT_TRUE(IsQuota(next("DE.other")));
  EXPECT_TRUE(usage.CheckOpen(limits, {"FR.fiu", "Agencies of FR"}, 1, now).ok());
}

TEST(FairShareTest, TextsThatAreReplacedAreNotHeldInMemory) {
  EngineFixture f;
  const std::string first = testing::DefaultPolicy("FR");
  const auto held = [&](const std::string& text) {
    return f.engine->view()->registry.HasText(crypto::Sha256(text));
  };
  const std::string second = testing::DefaultPolicy("FR", 2);
  EXPECT_TRUE(held(first));
  f.now = f.now + 1;  // the policy of version 1 is in force from the same instant
  ASSERT_TRUE(f.Publish(f.federation.SignPolicy("FR", 2, second)).ok());
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(held(first));
    EXPECT_TRUE(held(second));
    EXPECT_TRUE(f.engine->GetText(crypto::Sha256(first), f.Id("FR.fiu"), f.now).ok());
    ASSERT_TRUE(f.Reopen().ok());
  }
  EXPECT_TRUE(f.Send({}, 1).ok());
}

TEST(FairShareTest, SoManyVersionsOfAPolicyAreToCome) {
  EngineFixture f;
  const auto& keys = f.federation.jurisdiction("FR");
  uint64_t version = 1;
  const auto publish = [&](Instant in_force) {
    ++version;
    return f
        .Publish(ledger::SignPolicy(f.federation.name(), "FR", version,
                                    testing::DefaultPolicy("FR", version), in_force,
                                    keys.policy_author, keys.policy_protection))
        .status();
  };
  const Instant later = f.now + 300 * limits::kDayMs;
  for (size_t i = 1; i < limits::kVersionsHeld; ++i) ASSERT_TRUE(publish(later).ok()) << i;
  EXPECT_TRUE(IsQuota(publish(later)));
  EXPECT_TRUE(publish(f.now).ok()) << "ends all below it";
  EXPECT_TRUE(publish(later).ok());
}

// In every commit the state moves on before what the others were admitted for.
TEST(FairShareTest, PublicationsInEveryCommitHoldNobodyUp) {
  EngineFixture f;
  Publisher greedy(f, "DE.fiu");
  for (uint64_t round = 1; round <= 5; ++round) {
    ASSERT_TRUE(f.Send({}, 3 * round).ok());
    auto taken = f.engine->AdmitAcknowledgement(f.Acknowledge("BR.fiu", f.Fetch("BR.fiu")),
                                                f.Id("BR.fiu"), f.now, f.random);
    ASSERT_TRUE(taken.ok() && *taken) << taken.status();
    std::vector<Command> commands;
    commands.push_back(greedy.NextCommand());
    commands.push_back(CommandOf(
        f.Admit(f.Submission(f.Seal({.recipients = {"DE.fiu"}}), 3 * round + 1), "FR.fiu")));
    commands.push_back(
        CommandOf(f.Admit(PairHead(f, "FR.fiu", "CH.fiu", 3 * round + 2), "FR.fiu")));
    commands.push_back(**std::move(taken));
    auto result = f.engine->Commit(commands);
    ASSERT_TRUE(result.ok()) << result.status();
    for (const auto& applied : result->applied) EXPECT_TRUE(applied.ok()) << applied.status();
  }
  EXPECT_THAT(f.Fetch("DE.fiu"), SizeIs(5));
  EXPECT_EQ(f.Findings(), "");
}

// ---- answers

// Of DE: everything that comes in is withheld under a hundred rules with long titles, for all to
// read.
testing::FederationOptions Verbose() {
  testing::FederationOptions options;
  std::string text = testing::DefaultPolicy("DE");
  text.insert(text.find("can_honour"), "explain      = \"public\"\n");
  for (int i = 0; i < 100; ++i) {
    text += "\n[[inbound.withhold]]\nid    = \"DE-IN-8" + std::to_string(100 + i) +
            "\"\ntitle = \"" + std::string(900, 't') +
            "\"\nlaw   = \"Test act\"\nabout = [\"suspect\"]\ndata  = [\"financial\"]\n";
  }
  options.policies["DE"] = text;
  return options;
}

// So many sections are withheld, one is released.
LeadDraft ToVerbose(size_t withheld) {
  LeadDraft draft{.recipients = {"DE.fiu"}, .sections = {{"suspect", "identity"}}};
  draft.sections.insert(draft.sections.end(), withheld, {"suspect", "financial"});
  return draft;
}

TEST(FairShareTest, AnswersFitAMessageAndTheRestComesWhenAskedAgain) {
  EngineFixture f(Verbose());
  std::vector<Engine::Outcome> asked;
  for (uint64_t number = 1; number <= 8; ++number) {
    auto index = f.Send(ToVerbose(8), number);
    ASSERT_TRUE(index.ok()) << index.status();
    asked.push_back({number, *index});
  }
  size_t answers = 0;
  uint64_t next = 1;
  while (!asked.empty()) {
    auto answer = f.engine->AnswerSubmissions(f.Id("FR.fiu"), asked);
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_LE(answer->ByteSizeLong(), limits::kMessageBytes);
    ASSERT_FALSE(answer->results().empty());
    auto receipt = ledger::VerifyReceipt(f.federation.genesis(), answer->receipt());
    ASSERT_TRUE(receipt.ok()) << receipt.status();
    EXPECT_EQ(receipt->items_size(), answer->results_size());
    for (const auto& result : answer->results()) EXPECT_EQ(result.number(), next++);
    asked.erase(asked.begin(), asked.begin() + answer->results_size());
    ++answers;
  }
  EXPECT_EQ(next, 9u);
  EXPECT_GT(answers, 1u);
}

TEST(FairShareTest, WhatNoAnswerCouldHoldIsNotAdmitted) {
  EngineFixture f(Verbose());
  EXPECT_TRUE(f.Send(ToVerbose(8), 1).ok());
  auto refused = f.Send(ToVerbose(16), 2);
  EXPECT_TRUE(IsRefusal(refused.status(), Reason::kTooLarge)) << refused.status();
  EXPECT_TRUE(f.Send({}, 2).ok());
}

}  // namespace
}  // namespace entente::broker
