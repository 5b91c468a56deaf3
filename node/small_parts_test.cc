// Alarms, officers, vault and log of consultations, each alone on a store that crashes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <tuple>

#include "core/audit/log.h"
#include "core/base/refusal.h"
#include "core/store/memory_store.h"
#include "node/alarms.h"
#include "node/diary.h"
#include "node/families.h"
#include "node/memory_file.h"
#include "node/officers.h"
#include "node/vault.h"
#include "tests/support/seeded_random.h"

namespace entente::node {
namespace {

constexpr Instant kNow{1'800'000'000'000};
constexpr store::Family kFamilies[] = {
    kNode, kOfficers, kVault, audit::kEntries, audit::kTiles, audit::kMeta, audit::kCheckpoint};

class SmallPartsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Diary> OpenDiary(uint8_t seed = 1) {
    const std::array<uint8_t, 32> bytes = {seed};
    absl::StatusOr<Diary> diary =
        Diary::Open(store_, crypto::SigningKey::FromSeed(*crypto::Secret<32>::FromBytes(bytes)),
                    "entente.test/consultations/FR.a");
    EXPECT_TRUE(!diary.ok() || diary->Begin().ok());
    return diary;
  }
  using Rows = std::vector<std::tuple<store::Family, std::string, std::string>>;
  // Everything that the database has of the log of consultations.
  Rows DiaryRows() const {
    Rows rows;
    for (const store::Family family :
         {audit::kEntries, audit::kTiles, audit::kMeta, audit::kCheckpoint}) {
      auto it = store_.Iterate(family, "");
      for ((*it)->SeekToFirst(); (*it)->Valid(); (*it)->Next()) {
        rows.emplace_back(family, (*it)->key(), (*it)->value());
      }
    }
    return rows;
  }
  void ReplaceDiaryRows(const Rows& rows) {
    store::WriteBatch batch;
    for (const auto& [family, key, value] : DiaryRows()) batch.Delete(family, key);
    for (const auto& [family, key, value] : rows) batch.Put(family, key, value);
    ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  }
  store::MemoryStore store_{kFamilies};
};

TEST_F(SmallPartsTest, AnAlarmStandsSinceTheFirstTimeUntilCleared) {
  absl::StatusOr<Alarms> alarms = Alarms::Open(store_);
  ASSERT_TRUE(alarms.ok());
  alarms->Raise(alarm::kNumbersMissing, "FR.a", "first", kNow);
  alarms->Raise(alarm::kNumbersMissing, "FR.a", "second", kNow + 5);
  store::WriteBatch batch;
  alarms->AddChanges(batch);
  ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  alarms->OnKept();

  absl::StatusOr<Alarms> again = Alarms::Open(store_);
  ASSERT_EQ(again->All().size(), 1u);
  EXPECT_EQ(again->All()[0].text(), "first");
  EXPECT_EQ(again->All()[0].since_ms(), static_cast<uint64_t>(kNow.ms));
  again->Clear(alarm::kNumbersMissing, "FR.a");
  batch.Clear();
  again->AddChanges(batch);
  ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(Alarms::Open(store_)->All().empty());
}

TEST_F(SmallPartsTest, AnAlarmWhoseBatchWasLostIsInTheNextOne) {
  absl::StatusOr<Alarms> alarms = Alarms::Open(store_);
  alarms->Raise(alarm::kFork, "", "two logs", kNow);
  store::WriteBatch lost;
  alarms->AddChanges(lost);
  store_.FailWrite(1, store::Fault::kDiskFull);
  ASSERT_FALSE(store_.Write(lost, store::Sync::kYes).ok());
  store::WriteBatch next;
  alarms->AddChanges(next);
  ASSERT_TRUE(store_.Write(next, store::Sync::kYes).ok());
  EXPECT_TRUE(Alarms::Open(store_)->Stands(alarm::kFork, ""));
}

v1::Officer MakeOfficer(std::string id, std::vector<std::string> roles) {
  v1::Officer officer;
  officer.set_id(std::move(id));
  for (std::string& role : roles) officer.add_roles(std::move(role));
  return officer;
}

TEST_F(SmallPartsTest, OfficersDoWhatTheirRolesAllow) {
  const Officers officers(store_);
  store::WriteBatch batch;
  ASSERT_TRUE(officers.Add(MakeOfficer("a.dupont", {"author"}), batch).ok());
  ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(officers.Check("a.dupont", {role::kAuthor}).ok());
  EXPECT_TRUE(officers.Check("a.dupont", {}).ok());
  EXPECT_TRUE(officers.Check("a.dupont", {role::kReader, role::kAuthor}).ok());
  EXPECT_TRUE(IsRefusal(officers.Check("a.dupont", {role::kReader}), Reason::kNotAuthorised));
  EXPECT_TRUE(IsRefusal(officers.Check("nobody", {}), Reason::kNotAuthorised));
}

TEST_F(SmallPartsTest, MalformedOfficersAreRefused) {
  const Officers officers(store_);
  store::WriteBatch batch;
  for (const v1::Officer& bad :
       {MakeOfficer("A.Dupont", {"author"}), MakeOfficer("a.dupont", {}),
        MakeOfficer("a.dupont", {"author", "author"}), MakeOfficer("a.dupont", {"king"}),
        MakeOfficer("a.dupont", {"administrator", "reader"}),
        MakeOfficer("a.dupont", {"auditor", "administrator"})}) {
    EXPECT_TRUE(IsRefusal(officers.Add(bad, batch).status(), Reason::kMalformed))
        << bad.DebugString();
  }
  EXPECT_EQ(batch.count(), 0u);
}

class VaultTest : public SmallPartsTest {
 protected:
  VaultTest() : keys_(*KeyStore::Open(slots_, root_, random_, kNow)) {}

  void Keep(Vault& vault, std::string_view name, std::string_view plain) {
    store::WriteBatch batch;
    ASSERT_TRUE(vault.Put(name, plain, batch).ok());
    ASSERT_TRUE(keys_.Sync().ok());
    ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  }

  testing::SeededRandom random_{9};
  MemoryFile slots_;
  MemoryFile root_;
  KeyStore keys_;
};

TEST_F(VaultTest, ContentIsReadBackAndNeverStoredInClear) {
  Vault vault(store_, keys_, random_);
  Keep(vault, "one", "the account is at the harbour bank");
  EXPECT_EQ(*vault.Get("one"), "the account is at the harbour bank");
  EXPECT_EQ((*store_.Get(kVault, "one"))->find("harbour"), std::string::npos);
  Keep(vault, "one", "changed");
  EXPECT_EQ(*vault.Get("one"), "changed");
}

TEST_F(VaultTest, ErasedContentCannotBeReadFromAnOldCopy) {
  Vault vault(store_, keys_, random_);
  Keep(vault, "one", "secret");
  const std::string old_copy = **store_.Get(kVault, "one");
  store::WriteBatch batch;
  ASSERT_TRUE(vault.Erase("one", batch).ok());
  ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  batch.Clear();
  batch.Put(kVault, "one", old_copy);
  ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(absl::IsDataLoss(vault.Get("one").status()));
}

TEST_F(VaultTest, OneContentCannotStandForAnother) {
  Vault vault(store_, keys_, random_);
  Keep(vault, "one", "first");
  Keep(vault, "two", "second");
  store::WriteBatch batch;
  batch.Put(kVault, "one", **store_.Get(kVault, "two"));
  ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(absl::IsDataLoss(vault.Get("one").status()));
}

state::DiaryLine Line(std::string officer) {
  state::DiaryLine line;
  line.set_officer(std::move(officer));
  line.set_operation(std::string(operation::kConsultation));
  return line;
}

std::vector<std::string> OfficersIn(const Diary& diary) {
  std::vector<std::string> all;
  EXPECT_TRUE(diary
                  .ForEach(0, diary.size(),
                           [&](uint64_t, const state::DiaryLine& line) {
                             all.push_back(line.officer());
                             return absl::OkStatus();
                           })
                  .ok());
  return all;
}

TEST_F(SmallPartsTest, LinesAreThereWithTheirBatchOrNotAtAll) {
  absl::StatusOr<Diary> diary = OpenDiary();
  ASSERT_TRUE(diary.ok()) << diary.status();
  store::WriteBatch batch;
  batch.Put(kNode, "word", "value");
  ASSERT_TRUE(diary->Commit(batch, std::vector{Line("one"), Line("two")}).ok());
  store_.FailWrite(1, store::Fault::kDiskFull);
  store::WriteBatch lost;
  EXPECT_TRUE(IsRefusal(diary->Commit(lost, std::vector{Line("three")}), Reason::kDiskFull));
  store_.Crash();
  absl::StatusOr<Diary> again = OpenDiary();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(OfficersIn(*again), ::testing::ElementsAre("one", "two"));
  EXPECT_TRUE(store_.Get(kNode, "word")->has_value());
}

TEST_F(SmallPartsTest, ALineThatWasChangedIsSeenAtStart) {
  absl::StatusOr<Diary> diary = OpenDiary();
  store::WriteBatch batch;
  ASSERT_TRUE(diary->Commit(batch, std::vector{Line("one")}).ok());
  batch.Clear();
  batch.Put(audit::kEntries, std::string(8, '\0'), Line("other").SerializeAsString());
  ASSERT_TRUE(store_.Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(absl::IsDataLoss(OpenDiary().status()));
}

void Write(absl::StatusOr<Diary>& diary, std::string officer) {
  store::WriteBatch batch;
  ASSERT_TRUE(diary->Commit(batch, std::vector{Line(std::move(officer))}).ok());
}

TEST_F(SmallPartsTest, LinesThatWereCutOffAreMissedAtStart) {
  absl::StatusOr<Diary> diary = OpenDiary();
  Write(diary, "one");
  const Rows earlier = DiaryRows();
  Write(diary, "two");
  const Rows whole = DiaryRows();
  ReplaceDiaryRows(earlier);
  EXPECT_TRUE(IsRefusal(OpenDiary().status(), Reason::kFork)) << OpenDiary().status();
  EXPECT_THAT(std::string(OpenDiary().status().message()),
              ::testing::HasSubstr("the log of consultations was cut or altered"));
  ReplaceDiaryRows({});
  EXPECT_TRUE(IsRefusal(OpenDiary().status(), Reason::kFork));
  ReplaceDiaryRows(whole);
  EXPECT_TRUE(OpenDiary().ok());
}

// By someone who can write to the database and knows its form, but does not have the node's key.
TEST_F(SmallPartsTest, LinesThatWereRewrittenAreSeenAtStart) {
  absl::StatusOr<Diary> diary = OpenDiary();
  Write(diary, "one");
  Write(diary, "two");
  ReplaceDiaryRows({});
  auto log = audit::Log::Open(store_);
  ASSERT_TRUE(log.ok());
  for (const char* officer : {"nobody", "two", "three"}) {
    store::WriteBatch batch;
    audit::Stage stage = (*log)->Begin();
    ASSERT_TRUE(stage.Append(Line(officer).SerializeAsString(), batch).ok());
    ASSERT_TRUE((*log)->Commit(stage, batch).ok());
  }
  EXPECT_TRUE(IsRefusal(OpenDiary().status(), Reason::kFork)) << OpenDiary().status();
}

TEST_F(SmallPartsTest, WhatAnotherKeySignedDoesNotCount) {
  {
    absl::StatusOr<Diary> diary = OpenDiary(2);
    Write(diary, "one");
  }
  EXPECT_TRUE(IsRefusal(OpenDiary(1).status(), Reason::kFork));
}

TEST_F(SmallPartsTest, LinesWithoutAnyCheckpointAreRefused) {
  auto log = audit::Log::Open(store_);
  store::WriteBatch batch;
  audit::Stage stage = (*log)->Begin();
  ASSERT_TRUE(stage.Append(Line("one").SerializeAsString(), batch).ok());
  ASSERT_TRUE((*log)->Commit(stage, batch).ok());
  EXPECT_TRUE(IsRefusal(OpenDiary().status(), Reason::kFork));
}

// The lines stand, their checkpoint does not: nothing rests on them, and the next start signs them.
TEST_F(SmallPartsTest, LinesWhoseCheckpointFailedAreNoPromise) {
  absl::StatusOr<Diary> diary = OpenDiary();
  Write(diary, "one");
  store_.FailWrite(2, store::Fault::kDiskFull);
  store::WriteBatch batch;
  EXPECT_TRUE(absl::IsInternal(diary->Commit(batch, std::vector{Line("two")})));
  store_.Crash();
  absl::StatusOr<Diary> again = OpenDiary();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(OfficersIn(*again), ::testing::ElementsAre("one", "two"));
}

}  // namespace
}  // namespace entente::node
