#include "core/ledger/entry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/ledger/ledger_fixture.h"
#include "core/record/strict.h"
#include "tests/support/seeded_random.h"

namespace entente::ledger {
namespace {

const Salt32 kSeed = crypto::Sha256("seed");

std::vector<ReaderPart> Parts(size_t count) {
  std::vector<ReaderPart> parts = {{"ZZ.first", "part of the origin"}};
  for (size_t i = 1; i < count; ++i) {
    const std::string number = std::to_string(1000 + i);
    parts.push_back({"FR.a" + number, "part " + number});
  }
  return parts;
}

SealedEntry Sealed(size_t count) {
  const auto parts = Parts(count);
  auto sealed = WriteSealedEntry(v1::ENTRY_KIND_SUBMISSION, kFounded, parts, kSeed);
  EXPECT_TRUE(sealed.ok()) << sealed.status();
  return *sealed;
}

v1::Entry Message(size_t count = 3) {
  v1::Entry entry;
  EXPECT_TRUE(entry.ParseFromString(Sealed(count).entry));
  return entry;
}

std::string Read(const v1::Entry& entry) {
  return Outcome(ReadEntry(record::Encode(entry)).status());
}

TEST(Entry, EveryKindIsOfOneClass) {
  for (int number = 0; number < 32; ++number) {
    const auto kind = static_cast<v1::EntryKind>(number);
    EXPECT_FALSE(IsOpenKind(kind) && IsSealedKind(kind)) << number;
    const bool listed = v1::EntryKind_IsValid(number) && number != 0;
    EXPECT_EQ(IsOpenKind(kind) || IsSealedKind(kind), listed) << number;
    EXPECT_EQ(EntryKindWord(kind).empty(), !listed) << number;
  }
  EXPECT_TRUE(IsOpenKind(v1::ENTRY_KIND_REVOCATION));
  EXPECT_TRUE(IsSealedKind(v1::ENTRY_KIND_REFUSAL));
}

TEST(Entry, OpenReadsBack) {
  const auto bytes = WriteOpenEntry(v1::ENTRY_KIND_AGENCY, kFounded, "the body");
  ASSERT_TRUE(bytes.ok());
  const auto entry = ReadEntry(*bytes);
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_TRUE(entry->open);
  EXPECT_EQ(entry->kind, v1::ENTRY_KIND_AGENCY);
  EXPECT_EQ(entry->instant, kFounded);
  EXPECT_EQ(entry->body, "the body");
  EXPECT_TRUE(entry->part_digests.empty());
}

TEST(Entry, SealedReadsBackWithEveryPart) {
  for (const size_t count : {1, 2, 3, 5, 64, 65, 256}) {
    const SealedEntry sealed = Sealed(count);
    const auto entry = ReadEntry(sealed.entry);
    ASSERT_TRUE(entry.ok()) << entry.status();
    EXPECT_FALSE(entry->open);
    EXPECT_EQ(entry->part_digests.size(), std::max<size_t>(2, std::bit_ceil(count)));
    const auto parts = Parts(count);
    for (size_t i = 0; i < count; ++i) {
      EXPECT_TRUE(CheckPart(*entry, parts[i].bytes, sealed.salts[i]).ok()) << i;
    }
  }
}

TEST(Entry, AKindCarriedInTheOtherClassIsRefused) {
  v1::Entry entry = Message();
  entry.set_kind(v1::ENTRY_KIND_REVOCATION);
  EXPECT_EQ(Read(entry), "malformed");
  entry = Message();
  entry.mutable_open()->set_body("body");
  EXPECT_EQ(Read(entry), "malformed");
  entry.set_kind(v1::ENTRY_KIND_KEYS);
  EXPECT_EQ(Read(entry), "ok");
  entry.clear_class();
  EXPECT_EQ(Read(entry), "malformed");
  EXPECT_FALSE(WriteOpenEntry(v1::ENTRY_KIND_SUBMISSION, kFounded, "").ok());
  EXPECT_FALSE(WriteSealedEntry(v1::ENTRY_KIND_KEYS, kFounded, Parts(1), kSeed).ok());
}

TEST(Entry, VersionKindAndInstantAreListed) {
  v1::Entry entry = Message();
  entry.set_format_version(2);
  EXPECT_EQ(Read(entry), "malformed");
  entry = Message();
  entry.set_kind(v1::ENTRY_KIND_UNSPECIFIED);
  EXPECT_EQ(Read(entry), "malformed");
  entry.set_kind(static_cast<v1::EntryKind>(8));
  EXPECT_EQ(Read(entry), "malformed");
  entry = Message();
  entry.set_instant_ms(uint64_t{1} << 63);
  EXPECT_EQ(Read(entry), "malformed");
}

std::string Followed(const v1::Entry& entry) {
  return Outcome(ReadFollowed(record::Encode(entry)).status());
}

TEST(Entry, ASealedKindOfALaterReleaseIsFollowedAndElseRefused) {
  v1::Entry entry = Message();
  for (const int kind : {100, kLastSealedKind}) {
    entry.set_kind(static_cast<v1::EntryKind>(kind));
    EXPECT_EQ(Read(entry), "malformed") << kind;
    const auto followed = ReadFollowed(record::Encode(entry));
    ASSERT_TRUE(followed.ok()) << followed.status();
    EXPECT_EQ(followed->kind, kind);
    EXPECT_EQ(followed->instant, kFounded);
    EXPECT_FALSE(followed->open);
    EXPECT_EQ(followed->part_digests.size(), 4u);
  }
  entry.set_kind(static_cast<v1::EntryKind>(kLastSealedKind + 1));
  EXPECT_EQ(Followed(entry), "malformed");
  entry.set_kind(static_cast<v1::EntryKind>(-1));
  EXPECT_EQ(Followed(entry), "malformed");
}

TEST(Entry, OfALaterSealedKindTheFormIsChecked) {
  v1::Entry entry = Message();
  entry.set_kind(static_cast<v1::EntryKind>(100));
  const std::string bytes = record::Encode(entry);
  EXPECT_EQ(Outcome(ReadFollowed(bytes + bytes.substr(0, 2)).status()), "malformed");
  EXPECT_EQ(Outcome(ReadFollowed(bytes.substr(1)).status()), "malformed");
  entry.set_format_version(2);
  EXPECT_EQ(Followed(entry), "malformed");
  entry.set_format_version(kEntryFormatVersion);
  entry.mutable_sealed()->mutable_part_digests()->SwapElements(0, 1);
  EXPECT_EQ(Followed(entry), "digest-order");
  entry.mutable_open()->set_body("body");
  EXPECT_EQ(Followed(entry), "malformed");
}

TEST(Entry, AnOpenKindOfALaterReleaseIsRefused) {
  v1::Entry entry = Message();
  entry.set_kind(static_cast<v1::EntryKind>(8));
  EXPECT_EQ(Followed(entry), "malformed");
  entry.mutable_open()->set_body("body");
  EXPECT_EQ(Followed(entry), "malformed");
  const auto followed = ReadFollowed(record::Encode(entry));
  EXPECT_NE(followed.status().ToString().find("install a later one"), std::string::npos)
      << followed.status();
}

TEST(Entry, DigestsAreSortedDistinctAndInNumberAPowerOfTwo) {
  v1::Entry entry = Message();
  entry.mutable_sealed()->mutable_part_digests()->SwapElements(0, 1);
  EXPECT_EQ(Read(entry), "digest-order");
  entry = Message();
  entry.mutable_sealed()->set_part_digests(1, entry.sealed().part_digests(0));
  EXPECT_EQ(Read(entry), "digest-order");
  entry = Message();
  entry.mutable_sealed()->mutable_part_digests()->RemoveLast();
  EXPECT_EQ(Read(entry), "malformed");
  entry = Message();
  entry.mutable_sealed()->set_part_digests(0, std::string(31, '\0'));
  EXPECT_EQ(Read(entry), "malformed");
  entry = Message();
  entry.mutable_sealed()->clear_part_digests();
  EXPECT_EQ(Read(entry), "malformed");
  entry.mutable_sealed()->add_part_digests(std::string(32, 'x'));
  EXPECT_EQ(Read(entry), "malformed");
}

TEST(Entry, UnknownFieldsAndOtherEncodingsAreRefused) {
  const std::string bytes = Sealed(2).entry;
  EXPECT_EQ(Outcome(ReadEntry(bytes + std::string("\x7a\x01\x00", 3)).status()), "unknown-field");
  EXPECT_EQ(Outcome(ReadEntry(bytes + std::string("\x08\x01", 2)).status()), "not-canonical");
  EXPECT_EQ(Outcome(ReadEntry(bytes.substr(0, bytes.size() - 1)).status()), "malformed");
  EXPECT_EQ(Outcome(ReadEntry("").status()), "malformed");
}

TEST(Entry, NoEntryIsLargerThanATileHolds) {
  EXPECT_EQ(
      Outcome(WriteOpenEntry(v1::ENTRY_KIND_KEYS, kFounded, std::string(65535, 'x')).status()),
      "too-large");
  EXPECT_EQ(Outcome(ReadEntry(std::string(65536, 'x')).status()), "too-large");
}

TEST(Entry, AChangedPartOrSaltIsNotTheEntrys) {
  const SealedEntry sealed = Sealed(3);
  const Entry entry = *ReadEntry(sealed.entry);
  const std::string part = Parts(3)[1].bytes;
  EXPECT_EQ(Outcome(CheckPart(entry, part + "x", sealed.salts[1])), "proof-bad");
  EXPECT_EQ(Outcome(CheckPart(entry, part, sealed.salts[0])), "proof-bad");
  Salt32 salt = sealed.salts[1];
  salt[31] ^= 1;
  EXPECT_EQ(Outcome(CheckPart(entry, part, salt)), "proof-bad");
  const Entry open = *ReadEntry(*WriteOpenEntry(v1::ENTRY_KIND_KEYS, kFounded, part));
  EXPECT_EQ(Outcome(CheckPart(open, part, sealed.salts[1])), "proof-bad");
}

TEST(Entry, SaltsAndDecoysFollowFromTheSeed) {
  const SealedEntry sealed = Sealed(3);
  const Entry entry = *ReadEntry(sealed.entry);
  // HMAC(seed, "part\0" || u32 1), and the one decoy HMAC(seed, "decoy\0" || u32 0).
  const auto salt = crypto::HmacSha256(kSeed, AsBytes(std::string_view("part\0\0\0\0\1", 9)));
  EXPECT_TRUE(std::ranges::equal(salt.ExposeSecret(), sealed.salts[1]));
  const auto decoy = crypto::HmacSha256(kSeed, AsBytes(std::string_view("decoy\0\0\0\0\0", 10)));
  const auto same = [&](const Digest& digest) {
    return std::ranges::equal(decoy.ExposeSecret(), digest);
  };
  EXPECT_EQ(std::ranges::count_if(entry.part_digests, same), 1);
  EXPECT_EQ(PartSalt(kSeed, 2), sealed.salts[2]);
}

TEST(Entry, OtherSeedsGiveNothingInCommon) {
  const Entry one = *ReadEntry(Sealed(4).entry);
  const auto other =
      WriteSealedEntry(v1::ENTRY_KIND_SUBMISSION, kFounded, Parts(4), crypto::Sha256("another"));
  const Entry two = *ReadEntry(other->entry);
  for (const Digest& digest : one.part_digests) {
    EXPECT_EQ(std::ranges::count(two.part_digests, digest), 0);
  }
}

TEST(Entry, PartsOutOfOrderOrTwiceAreNotWritten) {
  const auto write = [](std::vector<ReaderPart> parts) {
    return WriteSealedEntry(v1::ENTRY_KIND_SUBMISSION, kFounded, parts, kSeed).status();
  };
  EXPECT_TRUE(write({{"FR.a", "1"}, {"BR.a", "2"}, {"DE.a", "3"}}).ok());
  EXPECT_FALSE(write({{"FR.a", "1"}, {"DE.a", "2"}, {"BR.a", "3"}}).ok());
  EXPECT_FALSE(write({{"FR.a", "1"}, {"BR.a", "2"}, {"BR.a", "3"}}).ok());
  EXPECT_FALSE(write({{"FR.a", "1"}, {"BR.a", "2"}, {"FR.a", "3"}}).ok());
  EXPECT_FALSE(write({}).ok());
  EXPECT_FALSE(write(Parts(257)).ok());
}

TEST(Entry, AnyFlippedBitIsRefusedOrIsAnotherEntry) {
  const std::string bytes = Sealed(2).entry;
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const auto entry = ReadEntry(flipped);
    if (!entry.ok()) continue;
    // What still reads is the one encoding of what was read: nothing is ignored.
    const Entry original = *ReadEntry(bytes);
    EXPECT_TRUE(entry->kind != original.kind || entry->instant != original.instant ||
                entry->part_digests != original.part_digests);
  }
}

}  // namespace
}  // namespace entente::ledger
