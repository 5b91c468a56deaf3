// What time takes from the disk, and what it never takes.
#include "broker/attachment_sweep.h"

#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "tests/support/broker_fixture.h"
#include "tests/support/pki.h"

namespace entente::broker {
namespace {

class SweepTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = AttachmentFiles::Open(folder_.path() + "/attachments", 1 << 30, f.now);
    ASSERT_TRUE(opened.ok()) << opened.status();
    files = *std::move(opened);
    f.hold_file = [this](const AgencyId& origin, const record::FileShape& shape, Instant now) {
      return files->HoldComplete({origin.text(), shape}, now);
    };
    ASSERT_TRUE(f.Reopen().ok());
  }
  // Of one piece.
  OwnedFile Uploaded() {
    const std::string sealed = SealedBytes(100, f.random);
    const OwnedFile file{"FR.fiu", ShapeOf(sealed)};
    auto upload = files->Begin(file, f.now);
    EXPECT_TRUE(upload.ok()) << upload.status();
    EXPECT_TRUE((*upload)->Append(sealed, f.now).ok());
    EXPECT_TRUE((*upload)->Check(f.now).ok());
    return file;
  }
  Lead Attached(const OwnedFile& file, std::vector<std::string> recipients = {"BR.fiu"}) {
    return f.Seal({.recipients = std::move(recipients), .files = {{0, file.shape}}});
  }
  Lead Sent(const OwnedFile& file, std::vector<std::string> recipients = {"BR.fiu"}) {
    Lead lead = Attached(file, std::move(recipients));
    auto index = f.Submit(f.Submission(lead, ++number_), "FR.fiu");
    EXPECT_TRUE(index.ok()) << index.status();
    return lead;
  }
  void HasFetched(const std::string& agency, const Lead& lead) {
    v1::FetchedNote note;
    note.set_log_origin(f.federation.log_origin());
    note.set_origin("FR.fiu");
    note.set_recipient(agency);
    note.set_record_hash(ToString(lead.sealed.hash));
    note.add_section_ids(ToString(lead.sealed.sections[0]));
    note.set_instant_ms(static_cast<uint64_t>(f.now.ms));
    auto index = f.Submit(FetchedSubmission(f, note, 1), agency);
    EXPECT_TRUE(index.ok()) << index.status();
  }
  void SweepAfter(int64_t ms) {
    f.now = f.now + ms;
    const absl::Status status = SweepAttachments(*f.engine, *files, f.now);
    EXPECT_TRUE(status.ok()) << status;
  }
  bool IsThere(const OwnedFile& file) { return files->Read(file, 0, 1).ok(); }

  EngineFixture f;
  std::unique_ptr<AttachmentFiles> files;

 private:
  testing::TemporaryFolder folder_;
  uint64_t number_ = 0;
};

TEST_F(SweepTest, WhatNoRecordRefersToGoesADayAfterItsLastPiece) {
  const OwnedFile file = Uploaded();
  const std::string sealed = SealedBytes(100, f.random);
  const OwnedFile part{"FR.fiu", ShapeOf(sealed)};
  ASSERT_TRUE((*files->Begin(part, f.now))->Append(sealed.substr(1), f.now).ok());
  SweepAfter(kUnclaimedMs - 1);
  EXPECT_TRUE(IsThere(file));
  EXPECT_EQ((*files->Begin(part, f.now - kUnclaimedMs))->stored(), sealed.size() - 1);
  SweepAfter(1);
  EXPECT_FALSE(IsThere(file));
  EXPECT_EQ(files->BytesOf("FR.fiu"), 0u);
}

TEST_F(SweepTest, ASubmissionThatNamesItGivesItAnotherDay) {
  const OwnedFile file = Uploaded();
  SweepAfter(kUnclaimedMs - 1);
  EXPECT_TRUE(f.Admit(f.Submission(Attached(file), 1), "FR.fiu").ok());
  SweepAfter(kUnclaimedMs - 1);
  EXPECT_TRUE(IsThere(file));
  SweepAfter(1);
  EXPECT_FALSE(IsThere(file));
}

// However long the committer takes.
TEST_F(SweepTest, WhatIsOnItsWayIntoTheLogStays) {
  const OwnedFile file = Uploaded();
  const Lead lead = Attached(file);
  {
    auto admitted = f.Admit(f.Submission(lead, 1), "FR.fiu");
    ASSERT_TRUE(admitted.ok()) << admitted.status();
    SweepAfter(20 * limits::kDayMs);
    EXPECT_TRUE(IsThere(file));
    ASSERT_TRUE(f.CommitOne(std::get<Command>(*std::move(admitted))).ok());
  }
  SweepAfter(2 * kUnclaimedMs);
  EXPECT_TRUE(IsThere(file));
  EXPECT_TRUE(f.engine
                  ->GrantedTo(f.Id("BR.fiu"), AsText(lead.sealed.hash),
                              AsText(lead.sealed.sections[0]), f.now)
                  .ok());
}

TEST_F(SweepTest, WhatSomebodyMayFetchStaysUntilNobodyMay) {
  const OwnedFile file = Uploaded();
  Sent(file, {"BR.fiu", "DE.fiu"});
  SweepAfter(limits::kQueueMs - 1);
  EXPECT_TRUE(IsThere(file));
  SweepAfter(1);
  EXPECT_FALSE(IsThere(file));
  EXPECT_TRUE(f.Rows(kGrants).empty());
}

TEST_F(SweepTest, WhatAllHaveFetchedGoes) {
  const OwnedFile file = Uploaded();
  const Lead lead = Sent(file, {"BR.fiu", "DE.fiu"});
  HasFetched("BR.fiu", lead);
  SweepAfter(2 * kUnclaimedMs);
  EXPECT_TRUE(IsThere(file));
  HasFetched("DE.fiu", lead);
  SweepAfter(0);
  EXPECT_FALSE(IsThere(file));
}

TEST_F(SweepTest, TwoRecordsWithOneFileKeepItBoth) {
  const OwnedFile file = Uploaded();
  const Lead first = Sent(file);
  Sent(file, {"DE.fiu"});
  HasFetched("BR.fiu", first);
  SweepAfter(2 * kUnclaimedMs);
  EXPECT_TRUE(IsThere(file));
}

TEST_F(SweepTest, WhenARowCannotBeReadNothingGoes) {
  const OwnedFile idle = Uploaded();
  Sent(Uploaded());
  auto [key, value] = f.Rows(kGrants).front();
  value.back() = static_cast<char>(value.back() ^ 1);
  store::WriteBatch batch;
  batch.Put(kGrants, key, value);
  ASSERT_TRUE(f.store.Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(absl::IsDataLoss(SweepAttachments(*f.engine, *files, f.now + 9 * limits::kDayMs)));
  EXPECT_TRUE(IsThere(idle));
}

}  // namespace
}  // namespace entente::broker
