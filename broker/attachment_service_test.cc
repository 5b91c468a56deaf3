// Upload and fetch over real mutual TLS.
#include "broker/attachment_service.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "tests/support/broker_fixture.h"
#include "tests/support/broker_server_fixture.h"

namespace entente::broker {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMegabyte = 1024 * 1024;

v1::UploadRequest Piece(std::string_view bytes) {
  v1::UploadRequest request;
  request.set_piece(std::string(bytes));
  return request;
}

v1::FetchRequest Want(uint32_t bytes) {
  v1::FetchRequest request;
  request.set_want(bytes);
  return request;
}

class AttachmentServiceTest : public ::testing::Test {
 protected:
  explicit AttachmentServiceTest(ServerOptions options = {}) : world(std::move(options)) {}

  std::unique_ptr<UploadClient> Start(const std::string& agency, const record::FileShape& shape) {
    return StartUpload(world.ChannelOf(agency), shape);
  }
  // Pieces up to `end`, each answered.
  static std::optional<v1::UploadResponse> Send(UploadClient& upload, std::string_view sealed,
                                                uint64_t end) {
    auto answer = upload.Read();
    while (answer && answer->stored() < end) {
      const uint64_t left = end - answer->stored();
      upload.Write(
          Piece(sealed.substr(answer->stored(), std::min<uint64_t>(limits::kPieceBytes, left))));
      answer = upload.Read();
    }
    return answer;
  }
  record::FileShape Upload(std::string_view sealed, const std::string& agency = "FR.fiu") {
    const record::FileShape shape = ShapeOf(sealed);
    const auto upload = Start(agency, shape);
    const auto answer = Send(*upload, sealed, sealed.size());
    EXPECT_TRUE(answer && answer->complete());
    const absl::Status status = upload->End();
    EXPECT_TRUE(status.ok()) << status;
    return shape;
  }
  Lead Attached(const record::FileShape& shape, LeadDraft draft = {}) {
    draft.sections.emplace_back("suspect", "narrative");
    draft.files[1] = shape;
    return maker.Seal(draft);
  }
  // The reason of the one result, or "OK".
  std::string Submit(const Lead& lead) {
    const auto response = world.Submit("FR.fiu", {maker.Submission(lead, ++number_)});
    if (!response.ok()) return response.status().ToString();
    const v1::SubmissionResult& result = response->results(0);
    return result.has_refusal() ? result.refusal().reason() : "OK";
  }
  std::unique_ptr<FetchClient> Fetch(const std::string& agency, const Lead& lead,
                                     uint64_t offset = 0) {
    return StartFetch(world.ChannelOf(agency), AsText(lead.sealed.hash),
                      AsText(lead.sealed.sections[1]), offset);
  }
  // All from `offset`, as its recipient gets it.
  std::string Fetched(const std::string& agency, const Lead& lead, uint64_t offset = 0) {
    const auto fetch = Fetch(agency, lead, offset);
    std::string bytes;
    while (fetch->Write(Want(limits::kPieceBytes))) {
      const auto piece = fetch->Read();
      if (!piece || piece->piece().empty()) break;
      bytes += piece->piece();
    }
    const absl::Status status = fetch->End();
    EXPECT_TRUE(status.ok()) << status;
    return bytes;
  }
  absl::Status RefusedFetch(const std::string& agency, const Lead& lead, uint64_t offset = 0) {
    const auto fetch = Fetch(agency, lead, offset);
    fetch->Write(Want(1));
    EXPECT_FALSE(fetch->Read());
    return fetch->End();
  }
  std::string PathOf(const record::FileShape& shape) const {
    return world.files() + "/" + AttachmentPath({"FR.fiu", shape});
  }
  std::string Sealed(uint64_t file_bytes) { return SealedBytes(file_bytes, random_); }

  ShellWorld world;
  EngineFixture maker;  // of the same federation

 private:
  testing::SeededRandom random_{13};
  uint64_t number_ = 0;
};

TEST_F(AttachmentServiceTest, AFileCrossesWithItsRecord) {
  const std::string sealed = Sealed(2 * kMegabyte + 77);
  const Lead lead = Attached(ShapeOf(sealed));
  EXPECT_EQ(Submit(lead), "attachment-missing") << "before the file is here";
  Upload(sealed);
  EXPECT_EQ(Submit(lead), "OK");
  EXPECT_EQ(Fetched("BR.fiu", lead), sealed);
}

// ---- upload

TEST_F(AttachmentServiceTest, PiecesNeedNotWaitForTheirAnswers) {
  const std::string sealed = Sealed(kMegabyte);
  const auto upload = Start("FR.fiu", ShapeOf(sealed));
  for (size_t at = 0; at < sealed.size(); at += limits::kPieceBytes) {
    ASSERT_TRUE(upload->Write(Piece(sealed.substr(at, limits::kPieceBytes))));
  }
  EXPECT_EQ(upload->Read()->stored(), 0u);
  uint64_t stored = 0;
  while (stored < sealed.size()) {
    const auto answer = upload->Read();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->stored(), std::min<uint64_t>(sealed.size(), stored + limits::kPieceBytes));
    stored = answer->stored();
    EXPECT_EQ(answer->complete(), stored == sealed.size());
  }
  EXPECT_TRUE(upload->End().ok());
}

TEST_F(AttachmentServiceTest, ABrokenStreamIsBegunAgainFromWhereTheBrokerStands) {
  const std::string sealed = Sealed(3 * kMegabyte);
  const record::FileShape shape = ShapeOf(sealed);
  {
    const auto upload = Start("FR.fiu", shape);
    ASSERT_TRUE(Send(*upload, sealed, 1'700'000));
    upload->context.TryCancel();
    EXPECT_FALSE(upload->End().ok());
  }
  const auto upload = Start("FR.fiu", shape);
  const auto first = upload->Read();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->stored(), 1'700'000u);
  upload->Write(Piece(sealed.substr(1'700'000, 5)));
  EXPECT_TRUE(Send(*upload, sealed, sealed.size())->complete());
}

TEST_F(AttachmentServiceTest, ARestartInBetweenLosesNoMoreThanWasNotSynced) {
  const std::string sealed = Sealed(5 * kMegabyte);
  const record::FileShape shape = ShapeOf(sealed);
  const std::string other = Sealed(10);
  const Lead lead = Attached(Upload(other));
  EXPECT_EQ(Submit(lead), "OK");
  const auto live = Start("FR.fiu", shape);
  ASSERT_TRUE(Send(*live, sealed, 3 * kMegabyte + 10));
  const auto fetch = Fetch("BR.fiu", lead);
  // It has begun there: else it could find no broker any more.
  fetch->Write(Want(1));
  ASSERT_TRUE(fetch->Read());
  world.Stop();
  EXPECT_TRUE(IsRefusal(live->End(), Reason::kShuttingDown));
  EXPECT_TRUE(IsRefusal(fetch->End(), Reason::kShuttingDown));
  world.Start();
  const auto upload = Start("FR.fiu", shape);
  const auto answer = upload->Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->stored(), 2 * kMegabyte);
  upload->Write(Piece(sealed.substr(2 * kMegabyte, 5)));
  EXPECT_TRUE(Send(*upload, sealed, sealed.size())->complete());
  EXPECT_EQ(Fetched("BR.fiu", lead), other);
}

TEST_F(AttachmentServiceTest, WhatIsCompleteIsSaidToBeAtTheStart) {
  const std::string sealed = Sealed(100);
  const record::FileShape shape = Upload(sealed);
  const auto again = Start("FR.fiu", shape)->Read();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->complete());
  EXPECT_EQ(again->stored(), sealed.size());
  const auto others = Start("DE.fiu", shape);
  const auto answer = others->Read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->stored(), 0u) << "nobody learns of another's file";
  EXPECT_FALSE(answer->complete());
}

TEST_F(AttachmentServiceTest, AnotherRootEndsTheStreamAndDropsAll) {
  std::string sealed = Sealed(100'000);
  const record::FileShape shape = ShapeOf(sealed);
  sealed[70'000] = static_cast<char>(sealed[70'000] ^ 1);
  const auto upload = Start("FR.fiu", shape);
  EXPECT_FALSE(Send(*upload, sealed, sealed.size()));
  EXPECT_TRUE(IsRefusal(upload->End(), Reason::kProofBad));
  EXPECT_EQ(Start("FR.fiu", shape)->Read()->stored(), 0u);
}

TEST_F(AttachmentServiceTest, PiecesOfNoOrTooManyBytesAreMalformed) {
  const std::string sealed = Sealed(200'000);
  const record::FileShape shape = ShapeOf(sealed);
  for (const size_t bytes : {size_t{0}, limits::kPieceBytes + 1}) {
    const auto upload = Start("FR.fiu", shape);
    upload->Write(Piece(sealed.substr(0, bytes)));
    EXPECT_TRUE(upload->Read()) << "of the start";
    EXPECT_FALSE(upload->Read());
    EXPECT_TRUE(IsRefusal(upload->End(), Reason::kMalformed)) << bytes;
  }
  const auto upload = Start("FR.fiu", shape);
  ASSERT_TRUE(Send(*upload, sealed, sealed.size() - 5));
  upload->Write(Piece(sealed.substr(sealed.size() - 6)));
  EXPECT_FALSE(upload->Read());
  EXPECT_TRUE(IsRefusal(upload->End(), Reason::kMalformed)) << "more than its size";
}

TEST_F(AttachmentServiceTest, AStreamStartsOnceWithAFileThatCanBe) {
  const std::string sealed = Sealed(100);
  const record::FileShape shape = ShapeOf(sealed);
  for (const uint64_t size : {uint64_t{0}, shape.size + 1, ~uint64_t{0}}) {
    EXPECT_TRUE(IsRefusal(Start("FR.fiu", {size, shape.root})->End(), Reason::kMalformed)) << size;
  }
  const auto twice = Start("FR.fiu", shape);
  v1::UploadRequest start;
  start.mutable_start()->mutable_file()->set_size(shape.size);
  start.mutable_start()->mutable_file()->set_root(ToString(shape.root));
  twice->Write(start);
  EXPECT_TRUE(IsRefusal(twice->End(), Reason::kMalformed));
  const auto stub = v1::Attachments::NewStub(world.ChannelOf("FR.fiu"));
  for (const v1::UploadRequest& first : {Piece("x"), v1::UploadRequest()}) {
    UploadClient client;
    client.stream = stub->Upload(&client.context);
    client.Write(first);
    EXPECT_TRUE(IsRefusal(client.End(), Reason::kMalformed));
  }
}

TEST_F(AttachmentServiceTest, OnlyAnAdmittedAgencysNodeUploads) {
  const record::FileShape shape = ShapeOf(Sealed(100));
  EXPECT_TRUE(IsRefusal(Start("BR.other", shape)->End(), Reason::kWrongAgency));
  const auto officer = StartUpload(world.ChannelAs("agency/FR/fiu/officer/j.martin"), shape)->End();
  EXPECT_TRUE(IsRefusal(officer, Reason::kNotAuthorised)) << officer;
}

TEST_F(AttachmentServiceTest, TheNewerOfTwoStreamsGoesOn) {
  const std::string sealed = Sealed(200'000);
  const record::FileShape shape = ShapeOf(sealed);
  const auto old = Start("FR.fiu", shape);
  ASSERT_TRUE(Send(*old, sealed, 100'000));
  const auto young = Start("FR.fiu", shape);
  EXPECT_EQ(young->Read()->stored(), 100'000u);
  old->Write(Piece("x"));
  EXPECT_FALSE(old->Read());
  EXPECT_TRUE(IsRefusal(old->End(), Reason::kQuota));
  young->Write(Piece(sealed.substr(100'000, 5)));
  EXPECT_TRUE(Send(*young, sealed, sealed.size())->complete());
}

class SmallBroker : public AttachmentServiceTest {
 protected:
  static ServerOptions Options() {
    ServerOptions options;
    options.attachment_bytes = 2 * limits::kPieceBytes;
    options.streams_per_agency = 2;
    return options;
  }
  SmallBroker() : AttachmentServiceTest(Options()) {}
};

TEST_F(SmallBroker, WhatABrokerKeepsForOneOriginIsBounded) {
  Upload(Sealed(1));
  EXPECT_TRUE(IsRefusal(Start("FR.fiu", ShapeOf(Sealed(100'000)))->End(), Reason::kQuota));
  Upload(Sealed(1));
  EXPECT_TRUE(IsRefusal(Start("FR.fiu", ShapeOf(Sealed(1)))->End(), Reason::kQuota));
  Upload(Sealed(1), "DE.fiu");
}

TEST_F(SmallBroker, StreamsOfAttachmentsCountLikeOthers) {
  const auto pull = StartPull(world.ChannelOf("FR.fiu"));
  const auto upload = Start("FR.fiu", ShapeOf(Sealed(1)));
  ASSERT_TRUE(upload->Read());
  // The pull's stream begins when the broker likes.
  absl::Status third;
  while (third.ok()) third = Start("FR.fiu", ShapeOf(Sealed(1)))->End();
  EXPECT_TRUE(IsRefusal(third, Reason::kQuota)) << third;
}

// ---- fetch

TEST_F(AttachmentServiceTest, ItIsFetchedFromAnyOffset) {
  const std::string sealed = Sealed(200'000);
  const Lead lead = Attached(Upload(sealed));
  ASSERT_EQ(Submit(lead), "OK");
  EXPECT_EQ(Fetched("BR.fiu", lead, 150'001), sealed.substr(150'001));
  EXPECT_EQ(Fetched("BR.fiu", lead, sealed.size()), "");
  EXPECT_TRUE(IsRefusal(RefusedFetch("BR.fiu", lead, sealed.size() + 1), Reason::kMalformed));
  const auto fetch = Fetch("BR.fiu", lead, sealed.size() - 3);
  for (const auto& [want, got] : {std::pair<uint32_t, size_t>{2, 2}, {2, 1}, {2, 0}}) {
    ASSERT_TRUE(fetch->Write(Want(want)));
    const auto piece = fetch->Read();
    ASSERT_TRUE(piece);
    EXPECT_EQ(piece->piece().size(), got);
  }
}

TEST_F(AttachmentServiceTest, AWantHasItsSize) {
  const Lead lead = Attached(Upload(Sealed(200'000)));
  ASSERT_EQ(Submit(lead), "OK");
  for (const uint32_t bytes : {0u, 65'537u}) {
    const auto fetch = Fetch("BR.fiu", lead);
    fetch->Write(Want(bytes));
    EXPECT_FALSE(fetch->Read());
    EXPECT_TRUE(IsRefusal(fetch->End(), Reason::kMalformed)) << bytes;
  }
}

TEST_F(AttachmentServiceTest, OnlyItsRecipientsGetItAndAllOthersHearTheSame) {
  const Lead lead = Attached(Upload(Sealed(100)));
  const absl::Status before = RefusedFetch("BR.fiu", lead);
  EXPECT_TRUE(IsRefusal(before, Reason::kAttachmentMissing)) << before;
  ASSERT_EQ(Submit(lead), "OK");
  EXPECT_EQ(RefusedFetch("DE.fiu", lead), before);
  EXPECT_EQ(RefusedFetch("FR.fiu", lead), before);
  const auto odd = StartFetch(world.ChannelOf("BR.fiu"), "short", "")->End();
  EXPECT_EQ(odd, before);
}

TEST_F(AttachmentServiceTest, WhatIsRecalledWhileItIsFetchedEndsThere) {
  const Lead lead = Attached(Upload(Sealed(200'000)));
  ASSERT_EQ(Submit(lead), "OK");
  const auto fetch = Fetch("BR.fiu", lead);
  fetch->Write(Want(1000));
  ASSERT_TRUE(fetch->Read());
  v1::RecallNote note;
  note.set_log_origin(world.federation.log_origin());
  note.set_origin("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_record_hash(ToString(lead.sealed.hash));
  note.set_ground(v1::RECALL_GROUND_WITHDRAWN);
  note.set_number(1);
  note.set_instant_ms(static_cast<uint64_t>(maker.now.ms));
  const auto recalled = world.Submit("FR.fiu", {RecallSubmission(maker, note, 100)});
  ASSERT_TRUE(recalled.ok() && recalled->results(0).has_committed());
  fetch->Write(Want(1000));
  EXPECT_FALSE(fetch->Read());
  EXPECT_TRUE(IsRefusal(fetch->End(), Reason::kAttachmentMissing));
}

// Its recipients may be told later: no refusal, so that they try again.
TEST_F(AttachmentServiceTest, AFileThatTheDiskLostIsAFaultUntilItsOriginUploadsItAgain) {
  const std::string sealed = Sealed(100);
  const record::FileShape shape = Upload(sealed);
  const Lead lead = Attached(shape);
  ASSERT_EQ(Submit(lead), "OK");
  fs::remove(PathOf(shape));
  const absl::Status lost = RefusedFetch("BR.fiu", lead);
  EXPECT_TRUE(absl::IsDataLoss(lost) && !RefusalOf(lost)) << lost;
  EXPECT_EQ(Submit(Attached(shape)), "attachment-missing") << "so that it is";
  Upload(sealed);
  EXPECT_EQ(Fetched("BR.fiu", lead), sealed);
}

// ---- time

TEST(AttachmentHousekeeping, WhatNoRecordRefersToIsDropped) {
  ServerOptions options;
  options.housekeeping = absl::Milliseconds(5);
  ShellWorld world(options);
  testing::SeededRandom random(17);
  const std::string sealed = SealedBytes(10, random);
  const auto upload = StartUpload(world.ChannelOf("FR.fiu"), ShapeOf(sealed));
  upload->Write(Piece(sealed));
  ASSERT_TRUE(upload->Read() && upload->Read()->complete());
  const std::string path = world.files() + "/" + AttachmentPath({"FR.fiu", ShapeOf(sealed)});
  ASSERT_TRUE(fs::exists(path));
  world.clock.Move(limits::kDayMs + limits::kHourMs);
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (fs::exists(path) && absl::Now() < end) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace entente::broker
