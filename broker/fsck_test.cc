// fsck finds any flipped bit in any family, and nothing in a sound store.
#include "broker/fsck.h"

#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "broker/fsck_rows.h"
#include "broker/row_sums.h"
#include "core/base/encoding.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

v1::Submission Gap(const EngineFixture& f, const char* to, uint64_t number) {
  v1::GapNote gap;
  gap.set_log_origin(f.federation.log_origin());
  gap.set_origin("FR.fiu");
  gap.set_recipient(to);
  gap.set_lane(v1::LANE_BULK);
  gap.set_pair_seq(number);
  return GapSubmission(f, "FR.fiu", gap, number);
}

v1::Submission Head(const EngineFixture& f, const char* to, uint64_t number) {
  v1::PairHead head;
  head.set_log_origin(f.federation.log_origin());
  head.set_origin("FR.fiu");
  head.set_recipient(to);
  head.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  return PairHeadSubmission(f, "FR.fiu", head, number);
}

// Acknowledgements for two origins in one range, of which one has taken a part of its own.
void AcknowledgeInRanges(EngineFixture& f) {
  const std::vector<std::string> both = {"BR.fiu", "CH.fiu"};
  EXPECT_TRUE(f.Send({.recipients = both}, 1).ok());
  EXPECT_TRUE(f.Send({.origin = "DE.fiu", .recipients = both}, 1).ok());
  EXPECT_TRUE(f.Send({.recipients = both}, 2).ok());
  EXPECT_TRUE(f.Send({.recipients = both}, 3).ok());
  f.TakeAll("CH.fiu");
  auto waiting = f.Fetch("FR.fiu");
  EXPECT_EQ(waiting.size(), 3u);
  EXPECT_TRUE(f.Take("FR.fiu", f.Acknowledge("FR.fiu", {waiting[0]})).ok());
}

// A store with something in every family, in every state.
std::unique_ptr<EngineFixture> Lived() {
  testing::FederationOptions options;
  options.quorum = 4;
  auto owned = std::make_unique<EngineFixture>(options);
  EngineFixture& f = *owned;
  AcknowledgeInRanges(f);
  // Alike in all but their places, and the same for two recipients.
  const std::vector<std::string> both = {"BR.fiu", "DE.fiu"};
  for (uint64_t number : {4, 5, 6}) EXPECT_TRUE(f.Send({.recipients = both}, number).ok());
  EXPECT_TRUE(f.Take("DE.fiu", f.Acknowledge("DE.fiu", {f.Fetch("DE.fiu")[0]})).ok());
  for (uint64_t number : {7, 8}) {
    EXPECT_TRUE(f.Send({.recipients = {"BR.fiu"}, .lives_ms = limits::kHourMs}, number).ok());
  }
  EXPECT_TRUE(f.Send({.recipients = {"DE.fiu", "AE.fiu"}, .urgency = v1::URGENCY_URGENT}, 9).ok());
  EXPECT_TRUE(f.Submit(Gap(f, "BR.fiu", 10), "FR.fiu").ok());
  EXPECT_TRUE(f.Submit(Head(f, "BR.fiu", 11), "FR.fiu").ok());
  EXPECT_TRUE(f.Submit(Head(f, "BR.fiu", 12), "FR.fiu").ok());
  f.now = f.now + limits::kHourMs;
  auto expired = f.engine->Expired(f.now, 10, f.random);
  EXPECT_TRUE(expired.ok());
  EXPECT_TRUE(f.engine->Commit(*expired).ok());
  EXPECT_TRUE(f.Send({.recipients = both,
                      .kind = v1::RECORD_KIND_MEMBERSHIP,
                      .case_id = record::CaseId{1},
                      .membership = 1},
                     30)
                  .ok());
  const record::FileShape shape{record::SealedFileBytes(1), {}};
  f.uploaded.insert({"FR.fiu", shape});
  EXPECT_TRUE(f.Send({.recipients = both, .files = {{0, shape}}}, 31).ok());
  store::WriteBatch batch;
  batch.Put(kWitnessed, IndexKey(0),
            f.federation.Cosigned(f.engine->LatestCheckpoint().note,
                                  {"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu"}, f.now));
  EXPECT_TRUE(f.store.Write(batch, store::Sync::kYes).ok());
  return owned;
}

// The log's own families have their tests in core/audit.
bool IsLogs(store::Family family) {
  return std::find(std::begin(audit::kLogFamilies), std::end(audit::kLogFamilies), family) !=
         std::end(audit::kLogFamilies);
}

std::string Flipped(std::string bytes, size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  return bytes;
}

// The row as it would stand with one bit of its value changed, and what is found then.
bool FindsInRows(EngineFixture& f, store::Family family, const std::string& key,
                 const std::string& before, const std::string& value) {
  store::WriteBatch batch;
  batch.Put(family, key, value);
  EXPECT_TRUE(f.store.Write(batch, store::Sync::kYes).ok());
  std::vector<audit::FsckFinding> out;
  Findings findings(out);
  EXPECT_TRUE(RowChecker(f.store, findings).Run().ok());
  batch.Clear();
  batch.Put(family, key, before);
  EXPECT_TRUE(f.store.Write(batch, store::Sync::kYes).ok());
  return !out.empty();
}

bool Finds(const EngineFixture& f) { return !f.Findings().empty(); }

TEST(FsckTest, FindsNothingInASoundStore) { EXPECT_EQ(Lived()->Findings(), ""); }

TEST(FsckTest, FindsAnyFlippedBitOfAValue) {
  auto f = Lived();
  for (store::Family family : kBrokerFamilies) {
    auto rows = f->Rows(family);
    EXPECT_TRUE(IsLogs(family) || !rows.empty()) << family.name();
    for (const auto& [key, value] : rows) {
      for (size_t bit = 0; bit < value.size() * 8; bit += 1 + 2 * value.size()) {
        store::WriteBatch batch;
        batch.Put(family, key, Flipped(value, bit));
        ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
        EXPECT_TRUE(Finds(*f)) << family.name() << " bit " << bit;
        batch.Put(family, key, value);
        ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
      }
    }
  }
  EXPECT_EQ(f->Findings(), "");
}

TEST(FsckTest, FindsEveryFlippedBitOfARowThatLeadsSomewhere) {
  google::protobuf::LogSilencer quiet;  // names that are no UTF-8 any more
  auto f = Lived();
  for (store::Family family : {kMailbox, kCursors, kSubmissions, kCases, kGrants}) {
    for (const auto& [key, value] : f->Rows(family)) {
      for (size_t bit = 0; bit < value.size() * 8; ++bit) {
        EXPECT_TRUE(FindsInRows(*f, family, key, value, Flipped(value, bit)))
            << family.name() << " " << HexEncode(AsBytes(key)) << " bit " << bit;
      }
    }
  }
}

// Any row of a mailbox in place of any other: what it says is true, but not there.
TEST(FsckTest, FindsARowThatStandsInAnothersPlace) {
  auto f = Lived();
  auto rows = f->Rows(kMailbox);
  for (const auto& [key, value] : rows) {
    for (const auto& [other_key, other] : rows) {
      if (other == value) continue;
      EXPECT_TRUE(FindsInRows(*f, kMailbox, key, value, other))
          << HexEncode(AsBytes(key)) << " holds " << HexEncode(AsBytes(other_key));
    }
  }
}

// To BR and DE go 1 .. 3, alike in size and time; DE has taken the first: its second row may not
// lead there again.
TEST(FsckTest, FindsALeadThatWasTakenAndWaitsAgain) {
  EngineFixture f;
  for (uint64_t number : {1, 2, 3}) {
    ASSERT_TRUE(f.Send({.recipients = {"BR.fiu", "DE.fiu"}}, number).ok());
  }
  ASSERT_TRUE(f.Take("DE.fiu", f.Acknowledge("DE.fiu", {f.Fetch("DE.fiu")[0]})).ok());
  ASSERT_EQ(f.Findings(), "");
  std::string key = MailboxKey({"DE.fiu", v1::LANE_BULK}, 2);
  std::string first = *f.store.Get(kMailbox, MailboxKey({"BR.fiu", v1::LANE_BULK}, 1)).value();
  MailboxRow row;
  ASSERT_TRUE(row.ParseFromString(first));
  std::string before = *f.store.Get(kMailbox, key).value();
  MailboxRow own;
  ASSERT_TRUE(own.ParseFromString(before));
  own.set_log_index(row.log_index());
  EXPECT_TRUE(FindsInRows(f, kMailbox, key, before, own.SerializeAsString()));
}

TEST(FsckTest, FindsAnyFlippedBitOfAKey) {
  auto f = Lived();
  for (store::Family family : kBrokerFamilies) {
    for (const auto& [key, value] : f->Rows(family)) {
      for (size_t bit = 0; bit < key.size() * 8; bit += 1 + 2 * key.size()) {
        std::string flipped = Flipped(key, bit);
        store::WriteBatch batch;
        batch.Delete(family, key);
        batch.Put(family, flipped, value);
        ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
        EXPECT_TRUE(Finds(*f)) << family.name() << " bit " << bit;
        batch.Clear();
        batch.Delete(family, flipped);
        batch.Put(family, key, value);
        ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
      }
    }
  }
}

// Of three families the sums tell it. Witnesses are asked again.
TEST(FsckTest, FindsAnyRowThatIsMissing) {
  auto f = Lived();
  for (store::Family family : kBrokerFamilies) {
    if (IsLogs(family) || family == kWitnessed) continue;
    for (const auto& [key, value] : f->Rows(family)) {
      store::WriteBatch batch;
      batch.Delete(family, key);
      ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
      EXPECT_TRUE(Finds(*f)) << family.name();
      batch.Clear();
      batch.Put(family, key, value);
      ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
    }
  }
}

// Submissions leave the window, one of them with the commit by which it came.
TEST(FsckTest, TheSumsFollowTheWindow) {
  EngineFixture f;
  ASSERT_TRUE(f.Send({}, 1).ok());
  std::vector<Command> commands;
  for (uint64_t number : {uint64_t{2}, 2 + limits::kSubmissionWindow}) {
    auto admitted = f.Admit(f.Submission(f.Seal({}), number), "FR.fiu");
    ASSERT_TRUE(admitted.ok()) << admitted.status();
    commands.push_back(std::get<Command>(*std::move(admitted)));
  }
  ASSERT_TRUE(f.engine->Commit(commands).ok());
  EXPECT_EQ(f.Rows(kSubmissions).size(), 1u);
  EXPECT_EQ(f.Findings(), "");
}

// A release that had no sums left none: the first commit of this one writes them.
TEST(FsckTest, SumsThatWereNeverWrittenAreOnesOfTheRows) {
  auto f = Lived();
  store::WriteBatch batch;
  batch.Delete(audit::kMeta, kSumsKey);
  ASSERT_TRUE(f->store.Write(batch, store::Sync::kYes).ok());
  EXPECT_EQ(f->Findings(), "");
  ASSERT_TRUE(f->Reopen().ok());
  ASSERT_TRUE(f->Send({}, 40).ok());
  EXPECT_TRUE(f->store.Get(audit::kMeta, kSumsKey)->has_value());
  EXPECT_EQ(f->Findings(), "");
}

// Each row is whole and says what some entry did, but not for this agency or section.
TEST(FsckTest, FindsAGrantThatNoEntryGave) {
  EngineFixture f;
  const record::FileShape shape{record::SealedFileBytes(1), {}};
  f.uploaded.insert({"FR.fiu", shape});
  Lead lead = f.Seal({.recipients = {"BR.fiu", "CH.fiu"},
                      .sections = {{"suspect", "financial"}, {"victim", "address"}},
                      .files = {{1, shape}}});
  ASSERT_TRUE(f.Submit(f.Submission(lead, 1), "FR.fiu").ok());
  const auto [own_key, own] = f.Rows(kGrants).front();
  const Grant grant = *DecodeGrant(own_key, own);
  const std::string hash = ToString(lead.sealed.hash);
  const std::string section = ToString(lead.sealed.sections[1]);
  Grant later = grant;
  later.set_expires_ms(grant.expires_ms() + limits::kQueueMs);
  Grant others = grant;
  others.set_origin("DE.fiu");
  const std::pair<std::string, Grant> wrong[] = {
      {GrantKey("DE.fiu", hash, section), grant},  // no recipient
      {GrantKey("CH.fiu", hash, section), grant},  // from whom it was withheld
      {GrantKey("FR.fiu", hash, section), grant},  // the origin
      {GrantKey("BR.fiu", std::string(32, 'h'), section), grant},
      {own_key, later},
      {own_key, others}};
  for (const auto& [key, value] : wrong) {
    store::WriteBatch batch;
    batch.Put(kGrants, key, EncodeGrant(key, value));
    ASSERT_TRUE(f.store.Write(batch, store::Sync::kYes).ok());
    EXPECT_TRUE(Finds(f)) << HexEncode(AsBytes(key));
    batch.Clear();
    batch.Delete(kGrants, key);
    batch.Put(kGrants, own_key, own);
    ASSERT_TRUE(f.store.Write(batch, store::Sync::kYes).ok());
    EXPECT_EQ(f.Findings(), "");
  }
}

TEST(FsckTest, AnotherGenesisFileIsFoundOrRefused) {
  auto f = Lived();
  EXPECT_FALSE(Fsck(f->store, "not a genesis file").ok());
  auto report = Fsck(f->store, f->federation.genesis().text() + "# remark\n");
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->findings.empty());
}

}  // namespace
}  // namespace entente::broker
