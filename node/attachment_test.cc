// Files that go with records, as the engine books them: what is uploaded before what, who expects
// which, and what is left when a record is gone. The files themselves stand in memory here.
#include "core/record/attachment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/statements.h"
#include "node/exchange_fixture.h"
#include "node/families.h"
#include "node/files.h"
#include "node/state.pb.h"
#include "node/table.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AttachmentWorld : public AlertWorld {
 public:
  using AlertWorld::AlertWorld;
  static constexpr std::string_view kFile = "the ledger of the harbour bank, page by page";

  // As the shell does: sealed to disk, then told to the engine.
  v1::AttachResponse Attach(std::string_view agency, std::string_view officer = "author") {
    auto file = node(agency)->BeginAttachment(officer);
    EXPECT_TRUE(file.ok()) << file.status();
    std::string& disk = disks[std::string(agency)][OwnFileName(AsText(file->id))];
    record::AttachmentSealer sealer(file->content_key, file->id, [&](std::string_view sealed) {
      disk += sealed;
      return absl::OkStatus();
    });
    EXPECT_TRUE(sealer.Add(kFile).ok());
    const auto shape = sealer.Finish();
    EXPECT_TRUE(shape.ok()) << shape.status();
    v1::AttachResponse described;
    described.set_size(kFile.size());
    described.set_sha256(ToString(crypto::Sha256(kFile)));
    const auto kept = node(agency)->KeepAttachment(
        officer, {file->id, std::move(file->content_key), *shape}, described, now);
    EXPECT_TRUE(kept.ok()) << kept.status();
    return *kept;
  }

  // The lead, and a file about a victim's address in a section of its own.
  v1::Draft LeadWith(const v1::AttachResponse& file, std::vector<std::string> recipients) const {
    v1::Draft lead = Lead(std::move(recipients));
    v1::DraftSection& section = *lead.add_sections();
    section = lead.sections(1);
    section.set_attachment_id(file.attachment_id());
    v1::SectionContent& content = *section.mutable_content();
    content.set_language("en");
    v1::Attachment& attachment = *content.mutable_attachment();
    attachment.set_name("ledger.pdf");
    attachment.set_media_type("application/pdf");
    attachment.set_size(file.size());
    attachment.set_sha256(file.sha256());
    return lead;
  }

  // The broker gets what waits.
  void Upload(std::string_view agency) {
    const auto file = node(agency)->NextUpload();
    ASSERT_TRUE(file.ok() && *file) << file.status();
    EXPECT_TRUE(disks[std::string(agency)].contains((*file)->file));
    at_broker[(*file)->shape.root] = disks[std::string(agency)][(*file)->file];
    ASSERT_TRUE(node(agency)->OnUploaded(**file).ok());
  }

  // What waits is fetched, checked and said to be here.
  void Fetch(std::string_view agency) {
    const auto file = node(agency)->NextFetch();
    ASSERT_TRUE(file.ok() && *file) << file.status();
    disks[std::string(agency)][(*file)->file] = at_broker.at((*file)->shape.root);
    const auto to_check = node(agency)->FileToCheck(**file);
    ASSERT_TRUE(to_check.ok()) << to_check.status();
    EXPECT_EQ(Opened(agency, *to_check), kFile);
    ASSERT_TRUE(node(agency)->OnFetched(**file, now).ok());
  }

  std::string Opened(std::string_view agency, const FileToRead& file) {
    const auto opener = record::AttachmentOpener::Create(file.content_key, file.id,
                                                         file.description.size(), file.shape);
    EXPECT_TRUE(opener.ok()) << opener.status();
    const auto plain = opener->Open(0, disks[std::string(agency)].at(file.file));
    EXPECT_TRUE(plain.ok()) << plain.status();
    return plain.ok() ? ToString(plain->ExposeSecret()) : "";
  }

  absl::StatusOr<FileToRead> Read(std::string_view agency, const std::string& record,
                                  std::string_view officer = "reader") {
    v1::ReadAttachmentRequest request;
    request.set_record_id(record);
    request.set_purpose("asset-recovery");
    request.set_justification("the court asks");
    return node(agency)->OpenAttachment(officer, request, now);
  }

  bool Waits(std::string_view agency) { return node(agency)->NextFetch()->has_value(); }
  std::set<std::string> FilesOf(std::string_view agency) { return *node(agency)->FilesInUse(); }
  size_t SecretsOf(std::string_view agency) { return node(agency).RowsOf(kVault); }

  std::map<std::string, std::map<std::string, std::string>> disks;
  std::map<Digest, std::string> at_broker;
};

TEST(AttachmentTest, GoesFromOneDeskToTheOther) {
  AttachmentWorld world;
  const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty()) << "the broker does not have the file yet";
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "attachment-missing:uploading");
  world.Upload("FR.fiu");
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  EXPECT_TRUE(IsRefusal(world.Read("BR.fiu", id).status(), Reason::kAttachmentMissing));
  world.Fetch("BR.fiu");
  const auto file = world.Read("BR.fiu", id);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(world.Opened("BR.fiu", *file), AttachmentWorld::kFile);
  EXPECT_EQ(file->description.name(), "ledger.pdf");
  EXPECT_FALSE(world.Waits("BR.fiu"));
  world.Settle();
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).attachments_fetched_ms(),
            static_cast<uint64_t>(world.now.ms));
  for (const auto* agency : {"FR.fiu", "BR.fiu"}) {
    EXPECT_THAT(world.AlarmsOf(agency), IsEmpty()) << agency;
  }
}

TEST(AttachmentTest, WhoIsNotGivenTheSectionExpectsNothing) {
  AttachmentWorld world({"FR.fiu", "BR.fiu", "CH.fiu"});
  world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"CH.fiu", "BR.fiu"}));
  world.Settle();
  world.Upload("FR.fiu");
  world.Settle();
  EXPECT_THAT(world.InboxOf("CH.fiu"), SizeIs(1)) << "the rest of it";
  EXPECT_FALSE(world.Waits("CH.fiu"));
  EXPECT_THAT(world.FilesOf("CH.fiu"), IsEmpty());
  EXPECT_TRUE(world.Waits("BR.fiu"));
  EXPECT_THAT(world.FilesOf("BR.fiu"), SizeIs(1));
}

TEST(AttachmentTest, AReadingIsLoggedBeforeAByteIsGiven) {
  AttachmentWorld world;
  const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.Settle();
  world.Upload("FR.fiu");
  world.Settle();
  world.Fetch("BR.fiu");
  const size_t before = world.LogOf("BR.fiu").size();
  ASSERT_TRUE(world.Read("BR.fiu", id).ok());
  const auto log = world.LogOf("BR.fiu");
  ASSERT_GT(log.size(), before);
  EXPECT_EQ(log.back().justification(), "the court asks");
  EXPECT_TRUE(IsRefusal(world.Read("BR.fiu", id, "author").status(), Reason::kNotAuthorised));
  EXPECT_TRUE(
      IsRefusal(world.node("BR.fiu")->BeginAttachment("reader").status(), Reason::kNotAuthorised));
}

TEST(AttachmentTest, ADraftNamesAFileThatWasGivenAsItWasGiven) {
  AttachmentWorld world;
  const v1::AttachResponse file = world.Attach("FR.fiu");
  const auto says = [&](const std::function<void(v1::DraftSection&)>& change) {
    v1::Draft lead = world.LeadWith(file, {"BR.fiu"});
    change(*lead.mutable_sections(lead.sections_size() - 1));
    return world.node("FR.fiu")->Send("author", lead, world.now).status();
  };
  const auto malformed = [&](const std::function<void(v1::DraftSection&)>& change) {
    return IsRefusal(says(change), Reason::kMalformed);
  };
  EXPECT_TRUE(malformed([](auto& section) { section.clear_attachment_id(); }));
  EXPECT_TRUE(malformed([](auto& s) { s.set_attachment_id(std::string(32, '0')); }));
  EXPECT_TRUE(malformed([](auto& s) { s.mutable_content()->mutable_attachment()->set_size(1); }));
  EXPECT_TRUE(malformed(
      [](auto& s) { s.mutable_content()->mutable_attachment()->mutable_sha256()->back() ^= 1; }));
  v1::Draft twice = world.LeadWith(file, {"BR.fiu"});
  *twice.add_sections() = twice.sections(twice.sections_size() - 1);
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->Send("author", twice, world.now).status(),
                        Reason::kMalformed));
  EXPECT_TRUE(says([](auto&) {}).ok());
}

TEST(AttachmentTest, WhatIsRecalledLeavesNoKeyAndNoFile) {
  AttachmentWorld world;
  const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.Settle();
  world.Upload("FR.fiu");
  world.Settle();
  world.Fetch("BR.fiu");
  world.Settle();
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  EXPECT_EQ(world.SecretsOf("FR.fiu"), 0u);
  EXPECT_THAT(world.FilesOf("FR.fiu"), IsEmpty());
  world.Settle();
  EXPECT_EQ(world.SecretsOf("BR.fiu"), 0u);
  EXPECT_THAT(world.FilesOf("BR.fiu"), IsEmpty());
  EXPECT_FALSE(world.Read("BR.fiu", id).ok());
}

TEST(AttachmentTest, OneThatIsRecalledOnItsWayIsNotFetchedAnyMore) {
  AttachmentWorld world;
  const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.Settle();
  world.Upload("FR.fiu");
  world.Settle();
  const FileToMove file = **world.node("BR.fiu")->NextFetch();
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle();
  EXPECT_FALSE(world.Waits("BR.fiu"));
  EXPECT_FALSE(world.node("BR.fiu")->FileToCheck(file).ok());
  ASSERT_TRUE(world.node("BR.fiu")->OnFetched(file, world.now).ok());
  EXPECT_THAT(world.FilesOf("BR.fiu"), IsEmpty());
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(AttachmentTest, OneThatIsRestrictedIsFetchedAndNotSaved) {
  AttachmentWorld world;
  const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.Settle();
  world.Upload("FR.fiu");
  world.Settle();
  v1::RestrictRequest request;
  request.set_record_id(id);
  request.set_ground(v1::RESTRICTION_GROUND_EVIDENCE);
  request.set_processing(true);
  request.set_justification("a test");
  ASSERT_TRUE(world.node("FR.fiu")->Restrict("author", request, world.now).ok());
  world.Settle();
  world.Fetch("BR.fiu");
  EXPECT_THAT(world.FilesOf("BR.fiu"), SizeIs(1));
  EXPECT_TRUE(IsRefusal(world.Read("BR.fiu", id).status(), Reason::kPolicyRefused));
}

TEST(AttachmentTest, AFileOfTwoRecordsKeepsItsKeyUntilTheLastIsGone) {
  AttachmentWorld world;
  const v1::AttachResponse file = world.Attach("FR.fiu");
  const std::string first = world.Send("FR.fiu", world.LeadWith(file, {"BR.fiu"}));
  const std::string second = world.Send("FR.fiu", world.LeadWith(file, {"DE.fiu"}));
  world.Settle();
  world.Upload("FR.fiu");
  world.Settle();
  EXPECT_FALSE(world.node("FR.fiu")->NextUpload()->has_value()) << "once is enough";
  ASSERT_TRUE(world.Recall("FR.fiu", first).ok());
  EXPECT_THAT(world.FilesOf("FR.fiu"), SizeIs(1));
  EXPECT_TRUE(world.Read("FR.fiu", second).ok());
  ASSERT_TRUE(world.Recall("FR.fiu", second).ok());
  EXPECT_THAT(world.FilesOf("FR.fiu"), IsEmpty());
}

TEST(AttachmentTest, WhatNoDraftNamesIsDroppedAfterADay) {
  AttachmentWorld world;
  world.Attach("FR.fiu");
  const v1::AttachResponse named = world.Attach("FR.fiu");
  world.Send("FR.fiu", world.LeadWith(named, {"BR.fiu"}));
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.FilesOf("FR.fiu"), SizeIs(2));
  world.Advance(limits::kDayMs + 1);
  world.Settle();
  ASSERT_TRUE(world.node("FR.fiu")->Tick(world.now).ok());
  EXPECT_THAT(world.FilesOf("FR.fiu"), SizeIs(1));
}

TEST(AttachmentTest, WhatTheBrokerLostIsGivenToItAgain) {
  AttachmentWorld world;
  const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.Settle();
  bool lost = true;
  world.broker.refuses = [&](const v1::Submission& submission) -> std::optional<v1::Refusal> {
    if (!lost || !submission.has_record()) return std::nullopt;
    v1::Refusal refusal;
    refusal.set_reason("attachment-missing");
    return refusal;
  };
  world.Upload("FR.fiu");
  world.Settle();
  world.Advance(limits::kMinuteMs);
  lost = false;
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty()) << "not offered before it was uploaded again";
  world.Upload("FR.fiu");
  world.Advance(limits::kMinuteMs);
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(1));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST(AttachmentTest, WhatWasErasedHereMeanwhileIsNotOfferedForEver) {
  AttachmentWorld world;
  const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.Settle();
  int offered = 0;
  world.broker.refuses = [&](const v1::Submission& submission) -> std::optional<v1::Refusal> {
    if (!submission.has_record()) return std::nullopt;
    ++offered;
    v1::Refusal refusal;
    refusal.set_reason("attachment-missing");
    return refusal;
  };
  world.Upload("FR.fiu");
  world.Settle();
  ASSERT_EQ(offered, 1);
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  for (int i = 0; i < 5; ++i) {
    world.Advance(limits::kMinuteMs);
    world.Settle();
  }
  EXPECT_LE(offered, 3);
}

TEST(AttachmentTest, TheFilesOfUrgentRecordsGoFirstAndThoseThatFailedRest) {
  AttachmentWorld world;
  const v1::AttachResponse bulk = world.Attach("FR.fiu"), urgent = world.Attach("FR.fiu");
  world.Send("FR.fiu", world.LeadWith(bulk, {"BR.fiu"}));
  v1::Draft lead = world.LeadWith(urgent, {"BR.fiu"});
  lead.set_urgency(v1::URGENCY_URGENT);
  world.Send("FR.fiu", lead);
  world.Settle();
  const auto first = world.node("FR.fiu")->NextUpload();
  ASSERT_TRUE(first.ok() && *first);
  EXPECT_EQ(HexEncode((*first)->section_id), urgent.attachment_id());
  const auto second = world.node("FR.fiu")->NextUpload({(*first)->file});
  ASSERT_TRUE(second.ok() && *second);
  EXPECT_EQ(HexEncode((*second)->section_id), bulk.attachment_id());
}

TEST(AttachmentTest, OneThatCannotBeHadIsAnAlarmAndAskedForNoMore) {
  AttachmentWorld world;
  world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.Settle();
  world.Upload("FR.fiu");
  world.Settle();
  const FileToMove file = **world.node("BR.fiu")->NextFetch();
  ASSERT_TRUE(world.node("BR.fiu")
                  ->OnFetchFailed(file, Refuse(Reason::kProofBad, "another file"), true, world.now)
                  .ok());
  EXPECT_FALSE(world.Waits("BR.fiu"));
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains(HasSubstr("attachment-lost")));
}

TEST(AttachmentTest, AnotherSizeOrRootThanWhatWasSealedIsSeen) {
  for (const bool size : {true, false}) {
    SCOPED_TRACE(size);
    AttachmentWorld world;
    const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
    world.Settle();
    world.Upload("FR.fiu");
    world.broker.on_delivery = [&](v1::Delivery& delivery) {
      v1::Record record;
      if (!delivery.has_record()) return;
      ASSERT_TRUE(record.ParseFromString(delivery.record()));
      const auto section = std::ranges::find_if(*record.mutable_sections(), &v1::Section::has_file);
      ASSERT_NE(section, record.sections().end());
      v1::SealedFile& file = *section->mutable_file();
      size ? file.set_size(file.size() + 256) : file.set_root(std::string(sizeof(Digest), 'r'));
      delivery.set_record(record::Encode(record));
    };
    world.Settle();
    EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
    EXPECT_FALSE(world.Waits("BR.fiu")) << "nothing is fetched by what nobody signed";
    EXPECT_THAT(world.AlarmsOf("BR.fiu"), Contains("record-refused"));
    EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_NOT_OPENED);
  }
}

TEST(AttachmentTest, OnesWordThatItHasTheFileIsNotMadeAnothers) {
  AttachmentWorld world;
  const std::string id =
      world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu", "DE.fiu"}));
  world.Settle();
  world.Upload("FR.fiu");
  world.Settle();
  world.Fetch("BR.fiu");
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_FETCHED) return;
    v1::FetchedNote note;
    ASSERT_TRUE(note.ParseFromString(delivery.notice().statement().body()));
    note.set_recipient("DE.fiu");
    delivery.mutable_notice()->mutable_statement()->set_body(record::Encode(note));
  };
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("notice-bad"));
  const v1::RecordSummary sent = world.SentLead("FR.fiu", id);
  for (const v1::RecipientStatus& recipient : sent.recipients()) {
    EXPECT_EQ(recipient.attachments_fetched_ms(), 0u) << recipient.recipient();
  }
}

// It signs that it has a file of a record that carried none.
TEST(AttachmentTest, AMembersWordThatItHasWhatWasNotSentIsSeen) {
  AttachmentWorld world;
  const std::string id = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle();
  const auto sent = **Load<state::SentRecord>(world.node("FR.fiu").store, kSent, *HexDecode(id));
  state::OwedNotice owed;
  v1::FetchedNote& note = *owed.mutable_fetched();
  note.set_log_origin(world.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_record_hash(sent.record_hash());
  note.add_section_ids(std::string(sizeof(SectionId), 's'));
  note.set_instant_ms(static_cast<uint64_t>(world.now.ms));
  store::WriteBatch batch;
  Save(batch, kOwed, sent.record_hash() + "FR.fiu", owed);
  ASSERT_TRUE(world.node("BR.fiu").store.Write(batch, store::Sync::kYes).ok());
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("notice-bad"));
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).attachments_fetched_ms(), 0u);
}

// The broker's grant ends with the record, perhaps before the node knows that it is over.
TEST(AttachmentTest, TheAlarmOfOneThatCannotBeHadGoesWithItsRecord) {
  AttachmentWorld world;
  const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.Settle();
  world.Upload("FR.fiu");
  world.Settle();
  const FileToMove file = **world.node("BR.fiu")->NextFetch();
  const absl::Status gone = Refuse(Reason::kAttachmentMissing, "there is no such attachment");
  ASSERT_TRUE(world.node("BR.fiu")->OnFetchFailed(file, gone, true, world.now).ok());
  ASSERT_THAT(world.AlarmsOf("BR.fiu"), Contains(HasSubstr("attachment-lost")));
  ASSERT_TRUE(world.Recall("FR.fiu", id).ok());
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
  // What was asked for before that is answered after it.
  ASSERT_TRUE(world.node("BR.fiu")->OnFetchFailed(file, gone, true, world.now).ok());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
}

TEST(AttachmentTest, ANodeThatReadsNoAttachmentsIsSentNone) {
  AttachmentWorld world;
  world.Advance(limits::kSecondMs);
  v1::KeyStatement older;
  older.set_owner("BR.fiu");
  older.add_format_versions(1);
  older.set_instant_ms(static_cast<uint64_t>(world.now.ms));
  const ledger::Publication publication = world.federation.SignKeys("BR.fiu", older);
  v1::PublishRequest request;
  request.set_entry_kind(publication.kind);
  *request.mutable_statement() = publication.statement;
  ASSERT_TRUE(world.broker.Publish(request, world.now).ok());
  const std::string id = world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  const std::string plain = world.Send("FR.fiu", world.Lead({"BR.fiu"}));
  world.Settle({"BR.fiu"});
  world.Upload("FR.fiu");
  world.Settle({"BR.fiu"});
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "key-unknown:format");
  EXPECT_EQ(world.StateOf("FR.fiu", plain, "BR.fiu"), v1::RECIPIENT_STATE_LOGGED);
  // Its newer node says by itself what it reads.
  world.Advance(limits::kMinuteMs);
  world.Settle();
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), SizeIs(2));
}

TEST(AttachmentTest, ARestartForgetsNothing) {
  AttachmentWorld world;
  world.Send("FR.fiu", world.LeadWith(world.Attach("FR.fiu"), {"BR.fiu"}));
  world.node("FR.fiu").Restart(world.now);
  world.Settle();
  world.Upload("FR.fiu");
  world.node("FR.fiu").Restart(world.now);
  world.Settle();
  world.node("BR.fiu").Restart(world.now);
  world.Fetch("BR.fiu");
  world.node("BR.fiu").Restart(world.now);
  world.Settle();
  EXPECT_FALSE(world.Waits("BR.fiu"));
}

}  // namespace
}  // namespace entente::node
