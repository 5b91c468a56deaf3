// Who may fetch an attachment, from when until when: what the commits of records and notices leave
// in l_grants.
#include <gtest/gtest.h>

#include "broker/fsck.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/record/statements.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

class AttachmentTest : public ::testing::Test {
 protected:
  // A file of FR.fiu that is whole at the broker.
  record::FileShape Uploaded(const std::string& origin = "FR.fiu") {
    record::FileShape shape{record::SealedFileBytes(5000), f.random.Bytes<32>()};
    f.uploaded.insert({origin, shape});
    return shape;
  }
  // Sent and logged, one narrative and one attachment.
  Lead Sent(LeadDraft draft = {}) {
    if (draft.sections.size() == 1) draft.sections.emplace_back("suspect", "narrative");
    if (draft.files.empty()) draft.files[1] = Uploaded();
    Lead lead = f.Seal(draft);
    auto index = f.Submit(f.Submission(lead, ++number_), draft.origin);
    EXPECT_TRUE(index.ok()) << index.status();
    return lead;
  }
  absl::StatusOr<OwnedFile> Granted(const std::string& agency, const Lead& lead,
                                    size_t section = 1) {
    return f.engine->GrantedTo(f.Id(agency), AsText(lead.sealed.hash),
                               AsText(lead.sealed.sections[section]), f.now);
  }
  std::string ReasonFor(const std::string& agency, const Lead& lead, size_t section = 1) {
    auto granted = Granted(agency, lead, section);
    if (granted.ok()) return "OK";
    auto refusal = RefusalOf(granted.status());
    return refusal ? ReasonText(*refusal) : granted.status().ToString();
  }
  v1::FetchedNote Fetched(const std::string& agency, const Lead& lead) {
    v1::FetchedNote note;
    note.set_log_origin(f.federation.log_origin());
    note.set_origin(lead.draft.origin);
    note.set_recipient(agency);
    note.set_record_hash(ToString(lead.sealed.hash));
    note.add_section_ids(ToString(lead.sealed.sections[1]));
    note.set_instant_ms(static_cast<uint64_t>(f.now.ms));
    return note;
  }
  v1::RecallNote Recall(const std::string& agency, const Lead& lead) {
    v1::RecallNote note;
    note.set_log_origin(f.federation.log_origin());
    note.set_origin(lead.draft.origin);
    note.set_recipient(agency);
    note.set_record_hash(ToString(lead.sealed.hash));
    note.set_ground(v1::RECALL_GROUND_WITHDRAWN);
    note.set_number(1);
    note.set_instant_ms(static_cast<uint64_t>(f.now.ms));
    return note;
  }
  void Commit(const v1::Submission& submission, const std::string& agency) {
    auto index = f.Submit(submission, agency);
    ASSERT_TRUE(index.ok()) << index.status();
  }
  uint64_t Number() { return ++number_; }

  EngineFixture f;

 private:
  uint64_t number_ = 0;
};

// ---- admission

TEST_F(AttachmentTest, ARecordWhoseFileIsNotWholeHereIsRefusedAndPassesWhenItIs) {
  record::FileShape shape{record::SealedFileBytes(5000), f.random.Bytes<32>()};
  Lead lead = f.Seal({.files = {{0, shape}}});
  const auto submission = f.Submission(lead, 1);
  f.uploaded.insert({"BR.fiu", shape});  // another's does not count
  const auto missing = f.Submit(submission, "FR.fiu").status();
  EXPECT_TRUE(IsRefusal(missing, Reason::kAttachmentMissing)) << missing;
  EXPECT_EQ(RefusalOf(missing)->record_id, HexEncode(lead.sealed.id));
  f.uploaded.insert({"FR.fiu", shape});
  EXPECT_TRUE(f.Submit(submission, "FR.fiu").ok());
  f.uploaded.clear();
  EXPECT_TRUE(f.Submit(submission, "FR.fiu").ok()) << "a repetition asks for nothing";
}

TEST_F(AttachmentTest, EachFileOfARecordIsAskedFor) {
  LeadDraft draft{.sections = {{"suspect", "narrative"}, {"suspect", "narrative"}}};
  draft.files = {{0, Uploaded()}, {1, Uploaded()}};
  f.uploaded.erase({"FR.fiu", draft.files[1]});
  EXPECT_TRUE(IsRefusal(f.Send(draft, 1).status(), Reason::kAttachmentMissing));
}

TEST_F(AttachmentTest, WithoutFilesNoAttachmentIsHere) {
  f.uploaded.clear();
  f.engine.reset();
  auto opened = Engine::Open(f.store, f.federation.genesis().text(), f.Keys(), {}, f.now);
  ASSERT_TRUE(opened.ok()) << opened.status();
  f.engine = *std::move(opened);
  EXPECT_TRUE(f.Send({}, 1).ok());
  EXPECT_TRUE(
      IsRefusal(f.Send({.files = {{0, Uploaded()}}}, 2).status(), Reason::kAttachmentMissing));
}

TEST_F(AttachmentTest, ACommandHoldsItsFilesUntilItIsDropped) {
  LeadDraft draft{.files = {{0, Uploaded()}}};
  auto admitted = f.Admit(f.Submission(f.Seal(draft), 1), "FR.fiu");
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  const auto& command = std::get<Command>(*admitted);
  ASSERT_EQ(command.holds.size(), 1u);
  EXPECT_NE(command.holds[0], nullptr);
}

// ---- whom it is granted to

TEST_F(AttachmentTest, EachRecipientMayFetchWhatWasReleasedToIt) {
  const Lead lead = Sent({.recipients = {"BR.fiu", "DE.fiu"}});
  for (const char* agency : {"BR.fiu", "DE.fiu"}) {
    const auto granted = Granted(agency, lead);
    ASSERT_TRUE(granted.ok()) << granted.status();
    EXPECT_EQ(*granted, (OwnedFile{"FR.fiu", lead.draft.files.at(1)}));
  }
  EXPECT_EQ(f.Rows(kGrants).size(), 2u);
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(AttachmentTest, NobodyElseMayAndAllAreToldTheSame) {
  const Lead lead = Sent();
  const auto other = Granted("CH.fiu", lead).status();
  EXPECT_TRUE(IsRefusal(other, Reason::kAttachmentMissing)) << other;
  const auto unknown =
      f.engine->GrantedTo(f.Id("CH.fiu"), std::string(32, 'h'), std::string(16, 's'), f.now);
  EXPECT_EQ(unknown.status(), other) << "no such record";
  EXPECT_EQ(Granted("FR.fiu", lead).status(), other) << "its origin";
  EXPECT_EQ(Granted("BR.fiu", lead, 0).status(), other) << "a section without an attachment";
}

TEST_F(AttachmentTest, ASectionThatTheDecisionWithholdsIsNotGranted) {
  LeadDraft draft{.recipients = {"BR.fiu", "CH.fiu"},
                  .sections = {{"suspect", "financial"}, {"victim", "address"}}};
  draft.files[1] = Uploaded();
  const Lead lead = Sent(draft);
  EXPECT_EQ(f.Fetch("CH.fiu").size(), 1u) << "the rest was released";
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK");
  EXPECT_EQ(ReasonFor("CH.fiu", lead), "attachment-missing");
}

TEST_F(AttachmentTest, ASectionThatTheOriginDidNotWrapIsNotGranted) {
  LeadDraft draft{.sections = {{"suspect", "financial"}, {"suspect", "narrative"}}, .granted = {0}};
  draft.files[1] = Uploaded();
  EXPECT_EQ(ReasonFor("BR.fiu", Sent(draft)), "attachment-missing");
}

TEST_F(AttachmentTest, WhoIsRefusedIsGrantedNothing) {
  const Lead lead = Sent({.recipients = {"AE.fiu", "BR.fiu"}});
  EXPECT_EQ(ReasonFor("AE.fiu", lead), "attachment-missing");
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK");
}

TEST_F(AttachmentTest, ASuspendedAgencyIsNotServed) {
  const Lead lead = Sent({.recipients = {"BR.fiu", "DE.fiu"}});
  f.Suspend("BR.fiu");
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "agency-suspended");
  EXPECT_EQ(ReasonFor("DE.fiu", lead), "OK");
  EXPECT_TRUE(IsRefusal(f.engine->CheckAdmitted(f.Id("BR.fiu"), f.now), Reason::kAgencySuspended));
  EXPECT_TRUE(IsRefusal(f.engine->CheckAdmitted(f.Id("BR.other"), f.now), Reason::kWrongAgency));
}

TEST_F(AttachmentTest, AnAgencyThatWasRemovedIsNotServed) {
  const Lead lead = Sent({.recipients = {"BR.fiu", "DE.fiu"}});
  f.Suspend("BR.fiu", v1::AgencyStatement::REMOVED);
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "agency-suspended");
  EXPECT_EQ(ReasonFor("DE.fiu", lead), "OK");
}

// As nothing is delivered before.
TEST_F(AttachmentTest, NothingIsServedBeforeItsCheckpointIsStored) {
  LeadDraft draft{.sections = {{"suspect", "financial"}, {"suspect", "narrative"}}};
  draft.files[1] = Uploaded();
  const Lead lead = f.Seal(draft);
  f.store.FailWrite(2, store::Fault::kDiskFull);
  EXPECT_TRUE(IsRefusal(f.Submit(f.Submission(lead, 1), "FR.fiu").status(), Reason::kDiskFull));
  EXPECT_EQ(f.Rows(kGrants).size(), 1u);
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "attachment-missing");
  ASSERT_TRUE(f.engine->Commit({}).ok());
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK");
}

TEST_F(AttachmentTest, GrantsOutliveTheMailboxAndAStart) {
  const Lead lead = Sent();
  f.TakeAll("BR.fiu");
  ASSERT_TRUE(f.Reopen().ok());
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK");
  EXPECT_EQ(f.Findings(), "");
}

// ---- until when

TEST_F(AttachmentTest, FetchedIsTheWordOfOneRecipientForItself) {
  const Lead lead = Sent({.recipients = {"BR.fiu", "DE.fiu"}});
  const Lead other = Sent();
  Commit(FetchedSubmission(f, Fetched("BR.fiu", lead), 1), "BR.fiu");
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "attachment-missing");
  EXPECT_EQ(ReasonFor("DE.fiu", lead), "OK");
  EXPECT_EQ(ReasonFor("BR.fiu", other), "OK");
  const auto told = f.Fetch("FR.fiu");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].notice().type(), v1::NOTICE_TYPE_FETCHED);
  EXPECT_EQ(told[0].lane(), v1::LANE_BULK);
  EXPECT_EQ(f.Findings(), "");
}

TEST_F(AttachmentTest, FetchedEndsTheSectionsThatItNames) {
  LeadDraft draft{.sections = {{"suspect", "narrative"}, {"suspect", "narrative"}}};
  draft.files = {{0, Uploaded()}, {1, Uploaded()}};
  const Lead lead = Sent(draft);
  Commit(FetchedSubmission(f, Fetched("BR.fiu", lead), 1), "BR.fiu");
  EXPECT_EQ(ReasonFor("BR.fiu", lead, 0), "OK");
  EXPECT_EQ(ReasonFor("BR.fiu", lead, 1), "attachment-missing");
}

TEST_F(AttachmentTest, NobodySaysForAnotherThatItHasFetched) {
  const Lead lead = Sent({.recipients = {"BR.fiu", "DE.fiu"}});
  const auto submission = FetchedSubmission(f, Fetched("BR.fiu", lead), 1);
  EXPECT_FALSE(f.Submit(submission, "DE.fiu").ok());
  v1::FetchedNote note = Fetched("BR.fiu", lead);
  note.set_recipient("DE.fiu");
  note.set_section_ids(0, ToString(lead.sealed.sections[0]));
  Commit(FetchedSubmission(f, note, 1), "DE.fiu");
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK");
  EXPECT_EQ(ReasonFor("DE.fiu", lead), "OK") << "that section has none";
}

TEST_F(AttachmentTest, AFetchedNoteIsSignedByTheAcknowledgementKey) {
  const Lead lead = Sent();
  auto submission = FetchedSubmission(f, Fetched("BR.fiu", lead), 1);
  submission.mutable_notice()->mutable_statement()->mutable_signatures(0)->mutable_ed25519()->at(
      0) ^= 1;
  EXPECT_TRUE(IsRefusal(f.Submit(submission, "BR.fiu").status(), Reason::kBadSignature));
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK");
}

TEST_F(AttachmentTest, ARecallEndsIt) {
  const Lead lead = Sent({.recipients = {"BR.fiu", "DE.fiu"}});
  const Lead other = Sent();
  Commit(RecallSubmission(f, Recall("BR.fiu", lead), Number()), "FR.fiu");
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "attachment-missing");
  EXPECT_EQ(ReasonFor("DE.fiu", lead), "OK") << "it was recalled from one";
  EXPECT_EQ(ReasonFor("BR.fiu", other), "OK");
}

TEST_F(AttachmentTest, ARestrictionEndsNothing) {
  const Lead lead = Sent();
  v1::RestrictionNote note;
  note.set_log_origin(f.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_record_hash(ToString(lead.sealed.hash));
  note.set_ground(v1::RESTRICTION_GROUND_EVIDENCE);
  note.set_processing(true);
  note.set_number(1);
  note.set_instant_ms(static_cast<uint64_t>(f.now.ms));
  v1::Submission submission;
  submission.set_number(Number());
  submission.mutable_notice()->set_type(v1::NOTICE_TYPE_RESTRICTION);
  *submission.mutable_notice()->mutable_statement() = record::SignBody(
      f.federation.name(), note,
      {{f.federation.agency("FR.fiu").record_signing, crypto::KeyUse::kRecordSigning}});
  Commit(submission, "FR.fiu");
  EXPECT_EQ(f.Fetch("BR.fiu").size(), 2u);
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK") << "it is kept, and so are its files";
}

TEST_F(AttachmentTest, ARecallInTheSameCommitEndsItToo) {
  LeadDraft draft{.sections = {{"suspect", "financial"}, {"suspect", "narrative"}}};
  draft.files[1] = Uploaded();
  const Lead lead = f.Seal(draft);
  std::vector<Command> both;
  for (const auto& submission :
       {f.Submission(lead, 1), RecallSubmission(f, Recall("BR.fiu", lead), 2)}) {
    auto admitted = f.Admit(submission, "FR.fiu");
    ASSERT_TRUE(admitted.ok()) << admitted.status();
    both.push_back(std::get<Command>(*std::move(admitted)));
  }
  ASSERT_TRUE(f.engine->Commit(both).ok());
  EXPECT_EQ(f.Fetch("BR.fiu").size(), 2u);
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "attachment-missing");
}

// Whoever received a record knows its hash.
TEST_F(AttachmentTest, AnothersRecallEndsNothing) {
  const Lead lead = Sent({.recipients = {"BR.fiu", "DE.fiu"}});
  v1::RecallNote note = Recall("BR.fiu", lead);
  note.set_origin("DE.fiu");
  Commit(RecallSubmission(f, note, 1), "DE.fiu");
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK");
}

TEST_F(AttachmentTest, ItEndsWithTheRecord) {
  const Lead lead = Sent({.lives_ms = limits::kHourMs});
  f.now = f.now + limits::kHourMs - 1;
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK");
  f.now = f.now + 1;
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "attachment-missing");
}

TEST_F(AttachmentTest, ItEndsThirtyDaysAfterItsEntry) {
  const Lead lead = Sent();
  f.now = f.now + limits::kQueueMs - 1;
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "OK");
  f.now = f.now + 1;
  EXPECT_EQ(ReasonFor("BR.fiu", lead), "attachment-missing");
}

// ---- sweeping

TEST_F(AttachmentTest, TheSweepDropsWhatIsOverAndNamesTheRest) {
  const Lead brief = Sent({.lives_ms = limits::kHourMs});
  const Lead lead = Sent({.recipients = {"BR.fiu", "DE.fiu"}});
  using Files = std::set<OwnedFile>;
  const OwnedFile over{"FR.fiu", brief.draft.files.at(1)};
  const OwnedFile kept{"FR.fiu", lead.draft.files.at(1)};
  EXPECT_EQ(*f.engine->SweepGrants(f.now), (Files{over, kept}));
  EXPECT_EQ(f.Rows(kGrants).size(), 3u);
  f.now = f.now + limits::kHourMs;
  EXPECT_EQ(*f.engine->SweepGrants(f.now), Files{kept});
  EXPECT_EQ(f.Rows(kGrants).size(), 2u);
  EXPECT_EQ(f.Findings(), "") << "the sum over the grants goes with them";
  Commit(FetchedSubmission(f, Fetched("BR.fiu", lead), 1), "BR.fiu");
  EXPECT_EQ(*f.engine->SweepGrants(f.now), Files{kept});
  Commit(RecallSubmission(f, Recall("DE.fiu", lead), Number()), "FR.fiu");
  EXPECT_EQ(*f.engine->SweepGrants(f.now), Files{});
}

TEST_F(AttachmentTest, ADamagedGrantKeepsEveryFile) {
  Sent();
  auto [key, value] = f.Rows(kGrants).front();
  value.back() = static_cast<char>(value.back() ^ 1);
  store::WriteBatch batch;
  batch.Put(kGrants, key, value);
  ASSERT_TRUE(f.store.Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(absl::IsDataLoss(f.engine->SweepGrants(f.now).status()));
}

}  // namespace
}  // namespace entente::broker
