#include "core/record/attachment.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/crypto/padding.h"
#include "core/record/content.h"
#include "core/record/open.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"

namespace entente::record {
namespace {

constexpr size_t kMiB = 1024 * 1024;

struct SealedAttachment {
  std::string bytes;
  FileShape shape;
};

std::string FileOf(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + (i >> 8));
  return bytes;
}

class AttachmentTest : public ::testing::Test {
 protected:
  SealedAttachment Seal(std::string_view file, size_t piece = 100'000) {
    SealedAttachment sealed;
    AttachmentSealer sealer(key_, id_, [&](std::string_view chunk) {
      EXPECT_LE(chunk.size(), kSealedChunkBytes);
      sealed.bytes += chunk;
      return absl::OkStatus();
    });
    for (; !file.empty(); file.remove_prefix(std::min(piece, file.size()))) {
      EXPECT_TRUE(sealer.Add(file.substr(0, piece)).ok());
    }
    const auto shape = sealer.Finish();
    EXPECT_TRUE(shape.ok()) << shape.status();
    sealed.shape = *shape;
    return sealed;
  }

  absl::StatusOr<std::string> Open(const SealedAttachment& sealed, uint64_t size) {
    const auto opener = AttachmentOpener::Create(key_, id_, size, sealed.shape);
    if (!opener.ok()) return opener.status();
    std::string file;
    for (uint64_t i = 0; i < opener->chunks(); ++i) {
      const auto plain = opener->Open(
          i, std::string_view(sealed.bytes).substr(i * kSealedChunkBytes, kSealedChunkBytes));
      if (!plain.ok()) return plain.status();
      file += AsText(plain->ExposeSecret());
    }
    return file;
  }

  testing::RecordWorld world_;
  crypto::Secret<32> key_ = crypto::Secret<32>::Create(world_.random);
  SectionId id_ = world_.random.Bytes<16>();
};

TEST_F(AttachmentTest, OpensToTheFileAtEveryEdge) {
  for (const size_t size :
       {size_t{1}, size_t{255}, size_t{256}, kMiB - 1, kMiB, kMiB + 1, 3 * kMiB + 5, 8 * kMiB}) {
    const std::string file = FileOf(size);
    const SealedAttachment sealed = Seal(file);
    EXPECT_EQ(sealed.bytes.size(), sealed.shape.size);
    EXPECT_EQ(sealed.shape.size, SealedFileBytes(size));
    const auto opened = Open(sealed, size);
    ASSERT_TRUE(opened.ok()) << size << opened.status();
    EXPECT_TRUE(*opened == file) << size;
  }
}

TEST_F(AttachmentTest, DoesNotDependOnThePiecesItIsGivenIn) {
  const std::string file = FileOf(2 * kMiB + 77);
  EXPECT_EQ(Seal(file, 1'000).shape, Seal(file, 3 * kMiB).shape);
}

TEST_F(AttachmentTest, HidesTheSizeWithinAStep) {
  EXPECT_EQ(Seal(FileOf(5'000'000)).shape.size, Seal(FileOf(5'000'100)).shape.size);
  EXPECT_NE(Seal(FileOf(5'000'000)).shape.size, Seal(FileOf(6'000'000)).shape.size);
}

// RFC 6962, section 2.1, as it is written there.
Digest NaiveRoot(std::span<const std::string> chunks) {
  if (chunks.size() == 1) return crypto::Sha256(std::string(1, '\0') + chunks[0]);
  size_t k = 1;
  while (k * 2 < chunks.size()) k *= 2;
  return crypto::Sha256(std::string(1, '\1') + ToString(NaiveRoot(chunks.first(k))) +
                        ToString(NaiveRoot(chunks.subspan(k))));
}

TEST_F(AttachmentTest, HasTheRootOfRfc6962) {
  for (size_t chunks = 1; chunks <= 9; ++chunks) {
    ChunksRoot root;
    std::vector<std::string> all;
    for (size_t i = 0; i < chunks; ++i) {
      all.push_back(FileOf(i + 1 == chunks ? 1000 + i : kSealedChunkBytes));
      all.back()[0] = static_cast<char>(i);
      root.Update(std::string_view(all.back()).substr(0, 700));
      root.Update(std::string_view(all.back()).substr(700));
    }
    EXPECT_EQ(root.Finish(), NaiveRoot(all)) << chunks;
  }
}

TEST_F(AttachmentTest, EveryChangeIsSeen) {
  const std::string file = FileOf(2 * kMiB + 100);
  const SealedAttachment good = Seal(file);
  const size_t chunk = kSealedChunkBytes;
  const auto refused = [&](SealedAttachment bad) {
    return IsRefusal(Open(bad, file.size()).status(), Reason::kProofBad);
  };
  for (const size_t at : {size_t{0}, chunk - 1, chunk, good.bytes.size() - 1}) {
    SealedAttachment bad = good;
    bad.bytes[at] = static_cast<char>(bad.bytes[at] ^ 1);
    EXPECT_TRUE(refused(bad)) << at;
  }
  SealedAttachment swapped = good;
  swapped.bytes =
      good.bytes.substr(chunk, chunk) + good.bytes.substr(0, chunk) + good.bytes.substr(2 * chunk);
  EXPECT_TRUE(refused(swapped));
  // The last chunk says that it is: what was cut off after a whole chunk does not pass for all.
  SealedAttachment cut = good;
  cut.bytes.resize(2 * chunk);
  cut.shape.size = cut.bytes.size();
  EXPECT_FALSE(Open(cut, file.size()).ok());
  EXPECT_TRUE(IsRefusal(Open(cut, 2 * kMiB - 1).status(), Reason::kProofBad));
}

TEST_F(AttachmentTest, AnotherKeyOrSectionDoesNotOpenIt) {
  const SealedAttachment sealed = Seal(FileOf(10));
  id_[0] ^= 1;
  EXPECT_FALSE(Open(sealed, 10).ok());
  id_[0] ^= 1;
  key_ = crypto::Secret<32>::Create(world_.random);
  EXPECT_FALSE(Open(sealed, 10).ok());
}

TEST_F(AttachmentTest, ThePaddingIsPartOfTheForm) {
  // 300 and 299 bytes have the same padded size; the marker stands where the file ends.
  const SealedAttachment sealed = Seal(FileOf(300));
  EXPECT_TRUE(IsRefusal(Open(sealed, 299).status(), Reason::kProofBad));
  EXPECT_TRUE(IsRefusal(Open(sealed, 301).status(), Reason::kProofBad));
}

TEST_F(AttachmentTest, OfNothingAndOfTooMuchThereIsNone) {
  const auto sink = [](std::string_view) { return absl::OkStatus(); };
  AttachmentSealer none(key_, id_, sink);
  EXPECT_TRUE(IsRefusal(none.Finish().status(), Reason::kMalformed));
  AttachmentSealer large(key_, id_, sink);
  const std::string piece(16 * kMiB, 'x');
  for (size_t i = 0; i < 16; ++i) ASSERT_TRUE(large.Add(piece).ok());
  EXPECT_TRUE(IsRefusal(large.Add("x"), Reason::kTooLarge));
  AttachmentSealer whole(key_, id_, sink);
  for (size_t i = 0; i < 16; ++i) ASSERT_TRUE(whole.Add(piece).ok());
  EXPECT_TRUE(IsSealedFileSize(whole.Finish()->size));
}

TEST_F(AttachmentTest, AFullDiskEndsTheSealing) {
  AttachmentSealer sealer(key_, id_,
                          [](std::string_view) { return Refuse(Reason::kDiskFull, "no room"); });
  EXPECT_TRUE(IsRefusal(sealer.Add(std::string(2 * kMiB, 'x')), Reason::kDiskFull));
}

TEST_F(AttachmentTest, KnowsTheSizesThatFilesHave) {
  for (const uint64_t size : {uint64_t{1}, uint64_t{256}, uint64_t{70'000}, uint64_t{kMiB},
                              uint64_t{limits::kAttachmentBytes}}) {
    EXPECT_TRUE(IsSealedFileSize(SealedFileBytes(size))) << size;
    EXPECT_FALSE(IsSealedFileSize(SealedFileBytes(size) + 1)) << size;
  }
  for (const uint64_t none : {uint64_t{0}, uint64_t{16}, uint64_t{17}, kSealedChunkBytes + 3,
                              SealedFileBytes(limits::kAttachmentBytes + (uint64_t{8} << 20))}) {
    EXPECT_FALSE(IsSealedFileSize(none)) << none;
  }
}

// ---- in a record

class AttachedTest : public AttachmentTest {
 protected:
  AttachedTest() { sealed_ = Seal(file_); }

  SealRequest Request() {
    SealRequest request = world_.Request();
    SectionDraft& section = request.sections.emplace_back();
    section.labels = request.sections[0].labels;
    section.content.set_language("en");
    v1::Attachment& attachment = *section.content.mutable_attachment();
    attachment.set_name("ledger.pdf");
    attachment.set_media_type("application/pdf");
    attachment.set_size(file_.size());
    attachment.set_sha256(ToString(crypto::Sha256(file_)));
    section.file = AttachedFile{id_, key_.Clone(), sealed_.shape};
    request.recipients[0].sections.push_back(static_cast<uint32_t>(request.sections.size() - 1));
    return request;
  }
  v1::Record Signed(const SealRequest& request) {
    const auto sealed = SealRecord(request, world_.random);
    EXPECT_TRUE(sealed.ok()) << sealed.status();
    return world_.Sign(*sealed);
  }
  static v1::Section& FileSection(v1::Record& record) {
    return *record.mutable_sections(record.sections_size() - 1);
  }
  absl::Status Submitted(const v1::Record& record) {
    const auto read = ReadRecord(Encode(record));
    return read.ok() ? CheckSubmitted(*read) : read.status();
  }

  const std::string file_ = FileOf(100'000);
  SealedAttachment sealed_;
};

TEST_F(AttachedTest, WhoIsGivenTheSectionIsGivenTheFile) {
  const v1::Record record = Signed(Request());
  EXPECT_TRUE(Submitted(record).ok()) << Submitted(record);
  const AgencyId first = Request().recipients[0].recipient;
  const auto opened = world_.Receive(world_.Strip(record, first), first);
  ASSERT_TRUE(opened.ok()) << opened.status();
  const OpenedSection& section = opened->sections.back();
  ASSERT_NE(section.content_key, nullptr);
  key_ = section.content_key->Clone();
  id_ = section.id;
  EXPECT_EQ(section.file, sealed_.shape);
  EXPECT_EQ(*Open(sealed_, section.content.attachment().size()), file_);
}

TEST_F(AttachedTest, WhoIsNotIsToldNothingOfIt) {
  const v1::Record record = Signed(Request());
  const AgencyId second = Request().recipients[1].recipient;
  const v1::Record stripped = world_.Strip(record, second);
  for (const v1::Section& section : stripped.sections()) EXPECT_FALSE(section.has_file());
  const auto opened = world_.Receive(stripped, second);
  EXPECT_TRUE(opened.ok()) << opened.status();
}

TEST_F(AttachedTest, TheSignatureCoversItsBytes) {
  for (const auto change : {+[](v1::SealedFile& file) { file.mutable_root()->back() ^= 1; },
                            +[](v1::SealedFile& file) { file.set_size(SealedFileBytes(1)); }}) {
    v1::Record record = Signed(Request());
    change(*FileSection(record).mutable_file());
    EXPECT_TRUE(IsRefusal(Submitted(record), Reason::kProofBad));
  }
  v1::Record without = Signed(Request());
  FileSection(without).clear_file();
  EXPECT_FALSE(Submitted(without).ok());
}

TEST_F(AttachedTest, TheVersionSaysWhetherThereIsOne) {
  v1::Record record = Signed(Request());
  v1::RecordHeader header;
  ASSERT_TRUE(header.ParseFromString(record.header()));
  EXPECT_EQ(header.format_version(), 2u);
  header.set_format_version(1);
  record.set_header(Encode(header));
  EXPECT_TRUE(IsRefusal(Submitted(record), Reason::kMalformed));

  v1::Record plain = world_.Lead();
  ASSERT_TRUE(header.ParseFromString(plain.header()));
  EXPECT_EQ(header.format_version(), 1u);
  header.set_format_version(2);
  plain.set_header(Encode(header));
  EXPECT_TRUE(IsRefusal(Submitted(plain), Reason::kMalformed));
}

TEST_F(AttachedTest, FormOfASizeAndRoot) {
  v1::Record record = Signed(Request());
  FileSection(record).mutable_file()->set_size(12345);
  EXPECT_TRUE(IsRefusal(Submitted(record), Reason::kMalformed));
  record = Signed(Request());
  FileSection(record).mutable_file()->mutable_root()->pop_back();
  EXPECT_TRUE(IsRefusal(Submitted(record), Reason::kMalformed));
}

TEST_F(AttachedTest, ADescriptionAndItsFileGoTogether) {
  SealRequest without = Request();
  without.sections.back().file.reset();
  EXPECT_FALSE(SealRecord(without, world_.random).ok());
  SealRequest other = Request();
  other.sections.back().content.mutable_attachment()->set_size(200'000);
  const v1::Record record = Signed(other);
  const AgencyId first = other.recipients[0].recipient;
  EXPECT_TRUE(
      IsRefusal(world_.Receive(world_.Strip(record, first), first).status(), Reason::kMalformed));
}

TEST_F(AttachedTest, TheNameIsNoPlace) {
  v1::Attachment good = Request().sections.back().content.attachment();
  EXPECT_TRUE(CheckAttachment(good).ok());
  for (const std::string name : {"", ".", "..", "a/b", "..\\x", "a\nb", "a\x7f"}) {
    v1::Attachment bad = good;
    bad.set_name(name);
    EXPECT_TRUE(IsRefusal(CheckAttachment(bad), Reason::kMalformed)) << name;
  }
  for (const std::string type : {"", "pdf", "application/", "application/pdf; x=1", "A/B"}) {
    v1::Attachment bad = good;
    bad.set_media_type(type);
    EXPECT_TRUE(IsRefusal(CheckAttachment(bad), Reason::kMalformed)) << type;
  }
}

}  // namespace
}  // namespace entente::record
