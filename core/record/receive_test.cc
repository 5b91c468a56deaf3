// A recipient and everyone who may lie to it: the broker, the network, other agencies, the origin.
#include "core/record/receive.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/aead.h"
#include "core/crypto/padding.h"
#include "core/record/section_keys.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"

namespace entente::record {
namespace {

class ReceiveTest : public ::testing::Test {
 protected:
  ReceiveTest()
      : sealed_(world_.Sealed()),
        lead_(world_.Sign(sealed_)),
        delivered_(testing::RecordWorld::Strip(lead_, world_.germany)) {}

  absl::Status Receive(const v1::Record& record) {
    return world_.Receive(record, world_.germany).status();
  }
  // What Germany says of its delivery, changed.
  void ExpectRefused(const std::function<void(v1::Record&)>& change, Reason reason) {
    v1::Record changed = delivered_;
    change(changed);
    const absl::Status status = Receive(changed);
    EXPECT_TRUE(IsRefusal(status, reason)) << status;
  }

  testing::RecordWorld world_;
  const SealedRecord sealed_;
  const v1::Record lead_;
  const v1::Record delivered_;
};

TEST_F(ReceiveTest, OpensWhatWasSent) {
  const auto opened = world_.Receive(delivered_, world_.germany);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->sections.size(), 2u);
  EXPECT_EQ(opened->manifest.obligations_size(), 2);
  const auto brazil =
      world_.Receive(testing::RecordWorld::Strip(lead_, world_.brazil), world_.brazil);
  ASSERT_TRUE(brazil.ok()) << brazil.status();
  ASSERT_EQ(brazil->sections.size(), 1u);
  EXPECT_TRUE(brazil->sections[0].content.has_lead_ask());
}

TEST_F(ReceiveTest, OpensWhatIsLeftOfIt) {
  const SectionId withheld = sealed_.sections[1];
  const auto stripped = testing::RecordWorld::Strip(lead_, world_.germany, {&withheld, 1});
  const auto opened = world_.Receive(stripped, world_.germany, {&withheld, 1});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->sections.size(), 1u);
  // Obligations and instruction do not go with the section.
  EXPECT_EQ(opened->manifest.obligations_size(), 2);
  EXPECT_FALSE(opened->manifest.instruction().empty());
  EXPECT_TRUE(IsRefusal(Receive(stripped), Reason::kProofBad)) << "no note names the section";
}

TEST_F(ReceiveTest, OpensARecordOfWhichNothingIsLeft) {
  const auto stripped = testing::RecordWorld::Strip(lead_, world_.germany, sealed_.sections);
  const auto opened = world_.Receive(stripped, world_.germany, sealed_.sections);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE(opened->sections.empty());
}

TEST_F(ReceiveTest, ASectionWithNoWrapIsRefused) {
  ExpectRefused([](v1::Record& r) { r.mutable_access(0)->mutable_wraps()->RemoveLast(); },
                Reason::kProofBad);
}

TEST_F(ReceiveTest, AWrapWithNoSectionIsRefused) {
  ExpectRefused([](v1::Record& r) { r.mutable_sections()->RemoveLast(); }, Reason::kProofBad);
}

TEST_F(ReceiveTest, ItIsForUsAlone) {
  EXPECT_TRUE(IsRefusal(Receive(lead_), Reason::kWrongAgency));
  EXPECT_TRUE(
      IsRefusal(Receive(testing::RecordWorld::Strip(lead_, world_.brazil)), Reason::kWrongAgency));
  ExpectRefused([](v1::Record& r) { r.clear_access(); }, Reason::kWrongAgency);
  ExpectRefused(
      [&](v1::Record& r) {
        r = testing::RecordWorld::Strip(lead_, world_.brazil);
        r.mutable_access(0)->set_recipient(world_.germany.text());
      },
      Reason::kProofBad);
}

TEST_F(ReceiveTest, ALabelThatWasAlteredIsRefused) {
  v1::SectionLabels labels;
  labels.ParseFromString(delivered_.sections(0).labels());
  labels.set_basis("assessment");
  ExpectRefused([&](v1::Record& r) { r.mutable_sections(0)->set_labels(Encode(labels)); },
                Reason::kProofBad);
  v1::RecordHeader header;
  header.ParseFromString(delivered_.header());
  header.set_purpose("prosecute");
  ExpectRefused([&](v1::Record& r) { r.set_header(Encode(header)); }, Reason::kBadSignature);
}

// The signature itself says so, before anything sealed is looked at.
TEST_F(ReceiveTest, ALabelOfTheHeaderIsSigned) {
  v1::RecordHeader header;
  header.ParseFromString(delivered_.header());
  header.set_purpose("prosecute");
  v1::Record altered = delivered_;
  altered.set_header(Encode(header));
  EXPECT_TRUE(world_.Check(Encode(delivered_)).ok());
  const absl::Status status = world_.Check(Encode(altered)).status();
  EXPECT_TRUE(IsRefusal(status, Reason::kBadSignature)) << status;
}

TEST_F(ReceiveTest, ASectionOfAnotherRecordIsRefused) {
  const v1::Record other = testing::RecordWorld::Strip(world_.Lead(), world_.germany);
  ExpectRefused([&](v1::Record& r) { *r.mutable_sections(0) = other.sections(0); },
                Reason::kProofBad);
}

// Brazil has the key of a section too: with the broker's help it could write another content.
TEST_F(ReceiveTest, AnotherRecipientCannotRewriteASection) {
  const ContentKey& shared = sealed_.content_keys[0];
  const v1::Section& before = delivered_.sections(0);
  ASSERT_EQ(before.section_id(), AsText(shared.section_id));
  const auto keys = internal::DeriveSectionKeys(shared.key, sealed_.id, shared.section_id);
  const auto aad = internal::SectionAad(sealed_.id, shared.section_id, before.labels());
  v1::SectionPlain plain;
  plain.set_labels(before.labels());
  ExpectRefused(
      [&](v1::Record& r) {
        r.mutable_sections(0)->set_ciphertext(
            std::string(kNonceBytes, '\0') +
            crypto::SealXChaCha20Poly1305(keys.encryption, {}, AsBytes(aad),
                                          crypto::Pad(AsBytes(Encode(plain))).ExposeSecret()));
      },
      Reason::kProofBad);
}

TEST_F(ReceiveTest, SectionsTwiceAreRefused) {
  ExpectRefused([](v1::Record& r) { *r.add_sections() = r.sections(0); }, Reason::kMalformed);
}

TEST_F(ReceiveTest, SectionsInAnotherOrderAreTheSameRecord) {
  v1::Record reordered = delivered_;
  reordered.mutable_sections()->SwapElements(0, 1);
  EXPECT_TRUE(Receive(reordered).ok());
}

TEST_F(ReceiveTest, AnotherInstrumentOrKeyInTheAccessIsRefused) {
  ExpectRefused([](v1::Record& r) { r.mutable_access(0)->set_instrument("FR-BR-2018"); },
                Reason::kProofBad);
  ExpectRefused([](v1::Record& r) { r.mutable_access(0)->set_enc(std::string(32, '\0')); },
                Reason::kProofBad);
  ExpectRefused([](v1::Record& r) { r.mutable_access(0)->mutable_salt()->back() ^= 1; },
                Reason::kProofBad);
}

// The origin itself sends a key of small order, and signs it.
TEST_F(ReceiveTest, AZeroSharedSecretIsRefusedThoughSigned) {
  ExpectRefused(
      [&](v1::Record& r) {
        r.mutable_access(0)->set_enc(std::string(32, '\0'));
        world_.DigestAgain(r);
      },
      Reason::kBadSignature);
}

// Sealed parts lifted into a new header, signed by their own origin.
TEST_F(ReceiveTest, SealedPartsDoNotMoveToAnotherHeader) {
  ExpectRefused([&](v1::Record& r) { world_.DigestAgain(r); }, Reason::kBadSignature);
}

// A recipient who takes what it got, calls itself the origin and sends it on.
TEST_F(ReceiveTest, ForwardingUnderAnotherNameIsRefused) {
  v1::RecordHeader header;
  header.ParseFromString(delivered_.header());
  header.set_origin(world_.brazil.text());
  ExpectRefused(
      [&](v1::Record& r) {
        r.set_header(Encode(header));
        world_.SignAgain(r, world_.signing);
      },
      Reason::kKeyUnknown);
}

TEST_F(ReceiveTest, ReSignedByAnotherIsRefused) {
  const auto mallory = crypto::SigningKey::Create(world_.random);
  ExpectRefused([&](v1::Record& r) { world_.SignAgain(r, mallory); }, Reason::kKeyUnknown);
  ExpectRefused(
      [&](v1::Record& r) {
        const std::string id = r.signature().key_id();
        world_.SignAgain(r, mallory);
        r.mutable_signature()->set_key_id(id);
      },
      Reason::kBadSignature);
}

TEST_F(ReceiveTest, AKeyThatWasNotValidThenIsRefused) {
  const SigningKeyLookup stolen = [](const AgencyId&, const KeyId&) {
    return absl::StatusOr<crypto::PublicKey>(
        Refuse(Reason::kKeyNotValidThen, "revoked before this entry"));
  };
  const auto checked = CheckDelivered(Encode(delivered_), {.federation = world_.federation,
                                                           .now = world_.now,
                                                           .entry_instant = world_.now,
                                                           .signing_key = stolen,
                                                           .remembered = nullptr});
  EXPECT_TRUE(IsRefusal(checked.status(), Reason::kKeyNotValidThen));
}

TEST_F(ReceiveTest, AnotherFederationsRecordIsRefused) {
  world_.federation = "entente.exercise";
  EXPECT_TRUE(IsRefusal(Receive(delivered_), Reason::kBadSignature));
}

TEST_F(ReceiveTest, TheSignatureIsOverTheBytesThatAreRead) {
  const v1::Record other = testing::RecordWorld::Strip(world_.Lead(), world_.germany);
  ExpectRefused([&](v1::Record& r) { r.set_header(other.header()); }, Reason::kBadSignature);
  ExpectRefused([&](v1::Record& r) { *r.mutable_signature() = other.signature(); },
                Reason::kBadSignature);
}

// Signed as it is, yet read differently by different parsers.
TEST_F(ReceiveTest, AHeaderThatIsNotCanonicalIsRefusedThoughSigned) {
  const auto with_header = [&](const std::string& header, Reason reason) {
    ExpectRefused(
        [&](v1::Record& r) {
          r.set_header(header);
          world_.SignAgain(r, world_.signing);
        },
        reason);
  };
  const std::string& header = delivered_.header();
  v1::RecordHeader again;
  again.set_purpose("prosecute");
  with_header(header + Encode(again), Reason::kNotCanonical);
  with_header(Encode(again) + header, Reason::kNotCanonical);
  with_header(header + "\xf8\x06\x01", Reason::kUnknownField);
  with_header(header + std::string(1, '\0'), Reason::kMalformed);
  with_header(header.substr(0, header.size() - 1), Reason::kMalformed);
}

constexpr Instant kCreated = testing::RecordWorld::kNow;
constexpr int64_t kLife = 365 * limits::kDayMs;

TEST_F(ReceiveTest, ExpiredByTheRecipientsClock) {
  world_.now = kCreated + (kLife + limits::kClockToleranceMs);
  EXPECT_TRUE(Receive(delivered_).ok());
  world_.now = world_.now + 1;
  EXPECT_TRUE(IsRefusal(Receive(delivered_), Reason::kExpired));
}

TEST_F(ReceiveTest, ExpiredByTheEntrysInstant) {
  world_.entry_instant = kCreated + (kLife + limits::kClockToleranceMs);
  EXPECT_TRUE(Receive(delivered_).ok());
  world_.entry_instant = world_.entry_instant + 1;
  EXPECT_TRUE(IsRefusal(Receive(delivered_), Reason::kExpired));
}

TEST_F(ReceiveTest, MadeAfterItsEntry) {
  world_.entry_instant = kCreated - limits::kClockToleranceMs;
  EXPECT_TRUE(Receive(delivered_).ok());
  world_.entry_instant = world_.entry_instant - 1;
  EXPECT_TRUE(IsRefusal(Receive(delivered_), Reason::kFutureDated));
  world_.entry_instant = kCreated;
  // The recipient's clock alone makes no record future-dated.
  world_.now = kCreated - limits::kDayMs;
  EXPECT_TRUE(Receive(delivered_).ok());
}

TEST_F(ReceiveTest, EveryFlippedBitIsRefused) {
  const std::string whole = Encode(delivered_);
  int taken = 0;
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
    taken += world_.Receive(flipped, world_.germany).ok() ? 1 : 0;
  }
  EXPECT_EQ(taken, 0);
}

TEST_F(ReceiveTest, EveryTruncationIsRefused) {
  const std::string whole = Encode(delivered_);
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(world_.Receive(std::string_view(whole).substr(0, size), world_.germany).ok());
  }
}

TEST_F(ReceiveTest, TooLargeIsRefusedUnread) {
  const std::string large(limits::kRecordBytes + 1, 'x');
  EXPECT_TRUE(IsRefusal(world_.Check(large).status(), Reason::kTooLarge));
}

}  // namespace
}  // namespace entente::record
