#include "core/record/open.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/base/refusal.h"
#include "core/crypto/aead.h"
#include "core/crypto/padding.h"
#include "core/record/section_keys.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"

namespace entente::record {
namespace {

class OpenTest : public ::testing::Test {
 protected:
  OpenTest()
      : sealed_(world_.Sealed()),
        record_(*ReadRecord(Encode(world_.Sign(sealed_)))),
        german_(*record_.FindAccess(world_.germany)),
        brazilian_(*record_.FindAccess(world_.brazil)) {}

  absl::StatusOr<OpenedAccess> Open(const Access& access) const {
    return OpenAccess(world_.federation, record_, access, world_.DeliveryKeys());
  }
  // The sections of the lead, by position, with the wrap that Germany has for it.
  absl::StatusOr<OpenedSection> OpenAs(const Section& section, const Wrap& wrap) const {
    return OpenSection(record_, section, wrap, *Open(german_));
  }
  const Wrap& WrapOf(const Access& access, const SectionId& id) const {
    return *std::find_if(access.wraps.begin(), access.wraps.end(),
                         [&](const Wrap& wrap) { return wrap.section_id == id; });
  }
  // Section 0 sealed again under its own key with other insides.
  std::string Sealed(std::string_view plain, bool padded) const {
    const Section& section = record_.sections[0];
    const auto keys =
        internal::DeriveSectionKeys(sealed_.content_keys[0].key, sealed_.id, section.id);
    const auto aad = internal::SectionAad(sealed_.id, section.id, section.labels_bytes);
    const crypto::SecretBytes bytes = crypto::Pad(AsBytes(plain));
    return std::string(kNonceBytes, '\0') +
           crypto::SealXChaCha20Poly1305(keys.encryption, {}, AsBytes(aad),
                                         padded ? bytes.ExposeSecret() : AsBytes(plain));
  }
  void ExpectInsideRefused(const std::string& ciphertext, Reason reason) const {
    Section section = record_.sections[0];
    section.ciphertext = ciphertext;
    const auto opened = OpenAs(section, WrapOf(german_, section.id));
    EXPECT_TRUE(IsRefusal(opened.status(), reason)) << opened.status();
  }

  testing::RecordWorld world_;
  const SealedRecord sealed_;
  const ParsedRecord record_;
  const Access& german_;
  const Access& brazilian_;
};

TEST_F(OpenTest, TheManifestSaysWhatTheOriginMeant) {
  const auto opened = Open(german_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->manifest.section_ids_size(), 2);
  EXPECT_EQ(opened->manifest.obligations(0), "delete-after:P1Y");
  EXPECT_EQ(opened->manifest.pair_seq(), 7u);
  EXPECT_EQ(opened->manifest.instruction(), "Only for the asset recovery office.");
}

TEST_F(OpenTest, EverySectionOpens) {
  for (const Section& section : record_.sections) {
    const auto opened = OpenAs(section, WrapOf(german_, section.id));
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->id, section.id);
    EXPECT_EQ(Encode(opened->labels), section.labels_bytes);
  }
  const auto accounts = OpenAs(record_.sections[1], WrapOf(german_, record_.sections[1].id));
  EXPECT_EQ(accounts->content.subjects().subjects(0).account().balance().amount(), "1250000.00");
}

TEST_F(OpenTest, ARetiredKeyIsRefused) {
  const auto opened =
      OpenAccess(world_.federation, record_, german_, [](const KeyId&) { return nullptr; });
  EXPECT_TRUE(IsRefusal(opened.status(), Reason::kKeyUnknown)) << opened.status();
}

TEST_F(OpenTest, AnotherKeyDoesNotOpen) {
  const auto opened = OpenAccess(world_.federation, record_, german_,
                                 [&](const KeyId&) { return &world_.brazilian_key; });
  EXPECT_TRUE(IsRefusal(opened.status(), Reason::kBadSignature)) << opened.status();
}

TEST_F(OpenTest, AnEncapsulatedKeyOfSmallOrderIsRefused) {
  for (const crypto::PublicKey enc : {crypto::PublicKey{}, crypto::PublicKey{1}}) {
    Access zero = german_;
    zero.enc = enc;
    EXPECT_TRUE(IsRefusal(Open(zero).status(), Reason::kBadSignature));
  }
}

TEST_F(OpenTest, WhatTheManifestSaysCannotBeTakenAway) {
  for (size_t i = 0; i < german_.manifest.size(); ++i) {
    std::string manifest(german_.manifest);
    manifest[i] ^= 1;
    Access altered = german_;
    altered.manifest = manifest;
    EXPECT_TRUE(IsRefusal(Open(altered).status(), Reason::kBadSignature)) << i;
  }
  Access none = german_;
  none.manifest = "";
  EXPECT_TRUE(IsRefusal(Open(none).status(), Reason::kBadSignature));
}

// An origin that seals what no manifest is.
class ManifestTest : public OpenTest {
 protected:
  ManifestTest() : manifest_(Open(german_)->manifest) {}
  absl::Status OpenSealed(std::string_view plain, uint32_t version = kFormatVersion) {
    const std::string info =
        internal::AccessInfo(world_.federation, sealed_.id, world_.france.text(),
                             german_.recipient.text(), german_.delivery_key_id);
    auto context = crypto::HpkeSenderContext::Create(world_.german_key.public_key(), AsBytes(info),
                                                     world_.random);
    const std::string manifest =
        context->Seal(record_.hash, crypto::Pad(AsBytes(plain)).ExposeSecret());
    Access access = german_;
    access.enc = context->enc();
    access.manifest = manifest;
    ParsedRecord record{
        .hash = record_.hash, .signature = record_.signature, .header = record_.header};
    record.header.format_version = version;
    return OpenAccess(world_.federation, record, access, world_.DeliveryKeys()).status();
  }
  void ExpectManifestRefused(const std::function<void(v1::AccessManifest&)>& change,
                             Reason reason) {
    v1::AccessManifest changed = manifest_;
    change(changed);
    const absl::Status status = OpenSealed(Encode(changed));
    EXPECT_TRUE(IsRefusal(status, reason)) << status;
  }
  const v1::AccessManifest manifest_;
};

TEST_F(ManifestTest, IsReadStrictly) {
  EXPECT_TRUE(OpenSealed(Encode(manifest_)).ok());
  EXPECT_TRUE(IsRefusal(OpenSealed(Encode(manifest_) + "\x78\x01"), Reason::kUnknownField));
  EXPECT_TRUE(IsRefusal(OpenSealed(Encode(manifest_) + "\x18\x01"), Reason::kNotCanonical));
  EXPECT_TRUE(IsRefusal(OpenSealed("\x0a"), Reason::kMalformed));
}

TEST_F(ManifestTest, HasACheckpointInTheVersionThatHasOneAndInNoOther) {
  v1::AccessManifest changed = manifest_;
  EXPECT_TRUE(IsRefusal(OpenSealed(Encode(changed), kCheckpointVersion), Reason::kMalformed));
  changed.set_checkpoint("a signed note");
  EXPECT_TRUE(OpenSealed(Encode(changed), kCheckpointVersion).ok());
  for (const uint32_t version : {kFormatVersion, kAttachmentVersion, kOverrideVersion}) {
    EXPECT_TRUE(IsRefusal(OpenSealed(Encode(changed), version), Reason::kMalformed)) << version;
  }
  changed.set_checkpoint(std::string(kCheckpointBytes + 1, 'n'));
  EXPECT_TRUE(IsRefusal(OpenSealed(Encode(changed), kCheckpointVersion), Reason::kMalformed));
}

TEST_F(ManifestTest, IsWellFormed) {
  using Manifest = v1::AccessManifest;
  ExpectManifestRefused([](Manifest& m) { m.clear_pair_seq(); }, Reason::kMalformed);
  ExpectManifestRefused([](Manifest& m) { m.set_in_reply_to("short"); }, Reason::kMalformed);
  ExpectManifestRefused([](Manifest& m) { m.add_section_ids("short"); }, Reason::kMalformed);
  ExpectManifestRefused([](Manifest& m) { m.mutable_section_ids()->SwapElements(0, 1); },
                        Reason::kNotCanonical);
  ExpectManifestRefused([](Manifest& m) { m.mutable_obligations()->SwapElements(0, 1); },
                        Reason::kNotCanonical);
}

// Forwarding: neither another recipient nor another origin nor another federation can be put around
// what was sealed.
TEST_F(OpenTest, TheAccessIsOfThesePartiesAlone) {
  Access readdressed = german_;
  readdressed.recipient = world_.brazil;
  EXPECT_TRUE(IsRefusal(Open(readdressed).status(), Reason::kBadSignature));
  ParsedRecord resent = *ReadRecord(Encode(world_.Sign(sealed_)));
  resent.header.origin = world_.brazil;
  EXPECT_TRUE(
      IsRefusal(OpenAccess(world_.federation, resent, german_, world_.DeliveryKeys()).status(),
                Reason::kBadSignature));
  EXPECT_TRUE(
      IsRefusal(OpenAccess("entente.exercise", record_, german_, world_.DeliveryKeys()).status(),
                Reason::kBadSignature));
}

TEST_F(OpenTest, TheAccessIsOfThisRecordAlone) {
  ParsedRecord other = *ReadRecord(Encode(world_.Sign(sealed_)));
  other.hash[0] ^= 1;
  EXPECT_TRUE(
      IsRefusal(OpenAccess(world_.federation, other, german_, world_.DeliveryKeys()).status(),
                Reason::kBadSignature));
  other.hash = record_.hash;
  other.header.record_id[0] ^= 1;
  EXPECT_TRUE(
      IsRefusal(OpenAccess(world_.federation, other, german_, world_.DeliveryKeys()).status(),
                Reason::kBadSignature));
}

TEST_F(OpenTest, AWrapIsForOneRecipient) {
  const Section& section = record_.sections[0];
  const auto opened = OpenAs(section, WrapOf(brazilian_, section.id));
  EXPECT_TRUE(IsRefusal(opened.status(), Reason::kProofBad)) << opened.status();
}

TEST_F(OpenTest, AWrapIsForOneSection) {
  Wrap moved = WrapOf(german_, record_.sections[1].id);
  moved.section_id = record_.sections[0].id;
  EXPECT_TRUE(IsRefusal(OpenAs(record_.sections[0], moved).status(), Reason::kProofBad));
  // Its own name, another section: the key does not fit.
  EXPECT_FALSE(OpenAs(record_.sections[0], WrapOf(german_, record_.sections[1].id)).ok());
}

TEST_F(OpenTest, AWrapOfAnotherRecordIsRefused) {
  const ParsedRecord other = *ReadRecord(Encode(world_.Lead()));
  Wrap wrap = other.FindAccess(world_.germany)->wraps[0];
  wrap.section_id = record_.sections[0].id;
  EXPECT_TRUE(IsRefusal(OpenAs(record_.sections[0], wrap).status(), Reason::kProofBad));
}

// A ciphertext made to open under two keys opens for nobody but the key committed to.
TEST_F(OpenTest, TheKeyIsTheOneCommittedTo) {
  Section section = record_.sections[0];
  section.key_commitment[0] ^= 1;
  const auto opened = OpenAs(section, WrapOf(german_, section.id));
  EXPECT_TRUE(IsRefusal(opened.status(), Reason::kBadSignature)) << opened.status();
}

TEST_F(OpenTest, LabelsOutsideAreThoseTheSectionWasSealedUnder) {
  Section relabelled = record_.sections[0];
  relabelled.labels_bytes = record_.sections[1].labels_bytes;
  EXPECT_TRUE(
      IsRefusal(OpenAs(relabelled, WrapOf(german_, relabelled.id)).status(), Reason::kProofBad));
}

TEST_F(OpenTest, LabelsInsideEqualThoseOutside) {
  v1::SectionContent content;
  content.set_language("en");
  content.mutable_lead_ask()->set_measure(v1::LEAD_MEASURE_FREEZE);
  v1::SectionPlain plain;
  plain.set_content(Encode(content));
  plain.set_labels(std::string(record_.sections[0].labels_bytes));
  Section section = record_.sections[0];
  const std::string same = Sealed(Encode(plain), true);
  section.ciphertext = same;
  EXPECT_TRUE(OpenAs(section, WrapOf(german_, section.id)).ok());
  plain.set_labels(std::string(record_.sections[1].labels_bytes));
  ExpectInsideRefused(Sealed(Encode(plain), true), Reason::kBadSignature);
}

TEST_F(OpenTest, WhatIsInsideIsReadStrictly) {
  v1::SectionPlain plain;
  plain.set_labels(std::string(record_.sections[0].labels_bytes));
  ExpectInsideRefused(Sealed(Encode(plain) + "\x78\x01", true), Reason::kUnknownField);
  plain.set_content("\x78\x01");
  ExpectInsideRefused(Sealed(Encode(plain), true), Reason::kUnknownField);
  plain.set_content("\x0a");
  ExpectInsideRefused(Sealed(Encode(plain), true), Reason::kMalformed);
}

TEST_F(OpenTest, PaddingIsTheOnePossible) {
  v1::SectionPlain plain;
  plain.set_labels(std::string(record_.sections[0].labels_bytes));
  std::string bytes = Encode(plain);
  ExpectInsideRefused(Sealed(bytes, false), Reason::kProofBad);
  bytes += '\x80';
  bytes.resize(512, '\0');
  ExpectInsideRefused(Sealed(bytes, false), Reason::kProofBad);
}

TEST_F(OpenTest, TooShortToBeASection) {
  for (const size_t size : {0, 23, 24, 39, 40}) {
    ExpectInsideRefused(std::string(size, 'x'), Reason::kProofBad);
  }
}

// ---- which sections are there

class GrantedTest : public OpenTest {
 protected:
  GrantedTest() : manifest_(Open(german_)->manifest) {}
  // Of a record as delivered, the sections at these positions left out.
  absl::Status Check(std::vector<size_t> missing, std::vector<SectionId> withheld,
                     bool with_wraps = true) {
    ParsedRecord delivered = *ReadRecord(Encode(world_.Sign(sealed_)));
    Access access = german_;
    for (const size_t i : missing) {
      const SectionId id = record_.sections[i].id;
      std::erase_if(delivered.sections, [&](const Section& s) { return s.id == id; });
      if (with_wraps)
        std::erase_if(access.wraps, [&](const Wrap& w) { return w.section_id == id; });
    }
    return CheckGranted(delivered, access, manifest_, withheld);
  }
  SectionId Id(size_t i) const { return record_.sections[i].id; }
  v1::AccessManifest manifest_;
};

TEST_F(GrantedTest, AllThatWasGranted) { EXPECT_TRUE(Check({}, {}).ok()); }

TEST_F(GrantedTest, AllButWhatANoteNames) {
  EXPECT_TRUE(Check({1}, {Id(1)}).ok());
  EXPECT_TRUE(Check({0, 1}, {Id(1), Id(0)}).ok());
  EXPECT_TRUE(Check({1}, {Id(1), SectionId{9}}).ok());
}

TEST_F(GrantedTest, ASectionStrippedWithItsWrapAndNoNoteIsMissed) {
  EXPECT_TRUE(IsRefusal(Check({1}, {}), Reason::kProofBad));
  EXPECT_TRUE(IsRefusal(Check({0, 1}, {Id(1)}), Reason::kProofBad));
}

TEST_F(GrantedTest, ASectionStrippedWithoutItsWrapIsMissed) {
  EXPECT_TRUE(IsRefusal(Check({1}, {Id(1)}, false), Reason::kProofBad));
}

TEST_F(GrantedTest, ASectionWithAnothersWrapIsMissed) {
  Access access = german_;
  access.wraps[0].section_id = {};
  EXPECT_TRUE(IsRefusal(CheckGranted(record_, access, manifest_, {}), Reason::kProofBad));
}

TEST_F(GrantedTest, WhatWasWithheldIsNotThere) {
  EXPECT_TRUE(IsRefusal(Check({}, {Id(1)}), Reason::kProofBad));
}

TEST_F(GrantedTest, WhatWasNotGrantedIsNotThere) {
  manifest_.mutable_section_ids()->RemoveLast();
  EXPECT_TRUE(IsRefusal(Check({}, {}), Reason::kProofBad));
}

}  // namespace
}  // namespace entente::record
