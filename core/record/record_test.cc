#include "core/record/record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/record/statements.h"
#include "core/record/strict.h"
#include "tests/support/record_world.h"

namespace entente::record {
namespace {

class RecordTest : public ::testing::Test {
 protected:
  // What reading says of the lead, changed.
  absl::Status After(const std::function<void(v1::Record&)>& change) {
    v1::Record changed = lead_;
    change(changed);
    return ReadRecord(Encode(changed)).status();
  }
  void ExpectRefused(const std::function<void(v1::Record&)>& change, Reason reason) {
    const absl::Status status = After(change);
    EXPECT_TRUE(IsRefusal(status, reason)) << status;
  }
  // The lead with other labels in its first section.
  void ExpectLabelsRefused(const std::function<void(v1::SectionLabels&)>& change, Reason reason) {
    v1::SectionLabels labels;
    labels.ParseFromString(lead_.sections(0).labels());
    change(labels);
    ExpectRefused([&](v1::Record& r) { r.mutable_sections(0)->set_labels(Encode(labels)); },
                  reason);
  }

  testing::RecordWorld world_;
  const v1::Record lead_ = world_.Lead();
};

TEST_F(RecordTest, GivesWhatWasSent) {
  const auto record = ReadRecord(Encode(lead_));
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE(CheckSubmitted(*record).ok()) << CheckSubmitted(*record);
  EXPECT_EQ(record->hash, RecordHash(lead_.header()));
  EXPECT_EQ(record->header.origin, world_.france);
  ASSERT_EQ(record->sections.size(), 2u);
  EXPECT_EQ(record->sections[1].labels.about(0), "contact");
  EXPECT_EQ(record->sections[1].ciphertext, lead_.sections(1).ciphertext());
  const Access* access = record->FindAccess(world_.brazil);
  ASSERT_NE(access, nullptr);
  EXPECT_EQ(access->instrument, "FR-BR-2018");
  ASSERT_EQ(access->wraps.size(), 1u);
  EXPECT_EQ(record->FindSection(access->wraps[0].section_id), record->sections.data());
  EXPECT_EQ(record->FindAccess(world_.france), nullptr);
  EXPECT_EQ(record->FindSection({}), nullptr);
}

TEST_F(RecordTest, ViewsSurviveAMove) {
  auto record = ReadRecord(Encode(lead_));
  const ParsedRecord moved = *std::move(record);
  EXPECT_EQ(moved.sections[0].ciphertext, lead_.sections(0).ciphertext());
}

TEST_F(RecordTest, SizesAreBounded) {
  EXPECT_TRUE(IsRefusal(ReadRecord(std::string(limits::kRecordBytes + 1, 'x')).status(),
                        Reason::kTooLarge));
  v1::Record large = lead_;
  large.set_header(std::string(limits::kHeaderBytes + 1, 'x'));
  EXPECT_TRUE(IsRefusal(ReadEnvelope(Encode(large)).status(), Reason::kTooLarge));
}

// But for the one that leaves out the last recipient whole: that is a record, to the others.
TEST_F(RecordTest, EveryTruncationIsRefused) {
  const std::string whole = Encode(lead_);
  int taken = 0;
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto record = ReadRecord(std::string_view(whole).substr(0, size));
    if (!record.ok() || !CheckSubmitted(*record).ok()) continue;
    EXPECT_EQ(record->access.size(), 1u);
    ++taken;
  }
  EXPECT_EQ(taken, 1);
}

TEST_F(RecordTest, TrailingBytesAreRefused) {
  EXPECT_FALSE(ReadRecord(Encode(lead_) + '\0').ok());
  ExpectRefused([](v1::Record& r) { r.mutable_header()->push_back('\0'); }, Reason::kMalformed);
  ExpectRefused([](v1::Record& r) { r.mutable_header()->append("\xf8\x06\x01"); },
                Reason::kUnknownField);
}

TEST_F(RecordTest, AHeaderInAnotherEncodingIsRefusedThoughItSaysTheSame) {
  v1::RecordHeader header;
  header.ParseFromString(lead_.header());
  const std::string purpose = header.purpose();
  header.clear_purpose();
  v1::RecordHeader last;
  last.set_purpose(purpose);
  v1::Record changed = lead_;
  changed.set_header(Encode(header) + Encode(last));
  world_.SignAgain(changed, world_.signing);
  const absl::Status status = ReadRecord(Encode(changed)).status();
  EXPECT_TRUE(IsRefusal(status, Reason::kNotCanonical)) << status;
}

TEST_F(RecordTest, HeaderAndSignatureNameTheSameSigner) {
  ExpectRefused([](v1::Record& r) { r.mutable_signature()->set_origin("DE.fiu-demo"); },
                Reason::kBadSignature);
  ExpectRefused([](v1::Record& r) { r.mutable_signature()->set_key_id(std::string(32, 'k')); },
                Reason::kBadSignature);
  ExpectRefused([](v1::Record& r) { r.mutable_signature()->set_origin("nobody"); },
                Reason::kMalformed);
  ExpectRefused([](v1::Record& r) { r.clear_signature(); }, Reason::kMalformed);
}

TEST_F(RecordTest, LabelsAreReadStrictly) {
  ExpectLabelsRefused([](v1::SectionLabels& l) { l.clear_about(); }, Reason::kMalformed);
  ExpectLabelsRefused([](v1::SectionLabels& l) { l.clear_data(); }, Reason::kMalformed);
  ExpectLabelsRefused([](v1::SectionLabels& l) { l.add_about("child"); }, Reason::kNotCanonical);
  ExpectLabelsRefused([](v1::SectionLabels& l) { l.add_data(l.data(0)); }, Reason::kNotCanonical);
  ExpectLabelsRefused([](v1::SectionLabels& l) { l.set_basis(std::string(65536, 'b')); },
                      Reason::kMalformed);
  ExpectRefused([](v1::Record& r) { r.mutable_sections(0)->mutable_labels()->append("\x78\x01"); },
                Reason::kUnknownField);
}

TEST_F(RecordTest, FixedLengthsAreExact) {
  for (const size_t size : {0, 8, 65}) {
    const std::string value(size, 'x');
    const auto refuse = [&](const std::function<void(v1::Record&)>& change) {
      ExpectRefused(change, Reason::kMalformed);
    };
    refuse([&](v1::Record& r) { r.mutable_sections(0)->set_section_id(value); });
    refuse([&](v1::Record& r) { r.mutable_sections(0)->set_key_commitment(value); });
    refuse([&](v1::Record& r) { r.mutable_access(0)->set_delivery_key_id(value); });
    refuse([&](v1::Record& r) { r.mutable_access(0)->set_enc(value); });
    refuse([&](v1::Record& r) { r.mutable_access(0)->set_salt(value); });
    refuse([&](v1::Record& r) { r.mutable_access(0)->mutable_wraps(0)->set_section_id(value); });
    refuse([&](v1::Record& r) { r.mutable_access(0)->mutable_wraps(0)->set_sealed_key(value); });
    refuse([&](v1::Record& r) { r.mutable_signature()->set_ed25519(value); });
  }
}

TEST_F(RecordTest, NothingIsThereTwice) {
  ExpectRefused([](v1::Record& r) { *r.add_sections() = r.sections(0); }, Reason::kMalformed);
  ExpectRefused([](v1::Record& r) { *r.add_access() = r.access(0); }, Reason::kMalformed);
}

TEST_F(RecordTest, WrapsAreSorted) {
  ExpectRefused([](v1::Record& r) { r.mutable_access(0)->mutable_wraps()->SwapElements(0, 1); },
                Reason::kNotCanonical);
  ExpectRefused(
      [](v1::Record& r) { *r.mutable_access(0)->mutable_wraps(1) = r.access(0).wraps(0); },
      Reason::kNotCanonical);
}

TEST_F(RecordTest, CountsAreBounded) {
  const auto with_sections = [](int count) {
    return [count](v1::Record& r) {
      for (int i = r.sections_size(); i < count; ++i) {
        v1::Section section = r.sections(0);
        section.mutable_section_id()->back() = static_cast<char>(i);
        section.mutable_section_id()->front() = 'n';
        *r.add_sections() = section;
      }
    };
  };
  EXPECT_TRUE(After(with_sections(32)).ok());
  ExpectRefused(with_sections(33), Reason::kMalformed);
  const auto with_recipients = [](int count) {
    return [count](v1::Record& r) {
      for (int i = r.access_size(); i < count; ++i) {
        v1::Access access = r.access(1);
        access.set_recipient("DE.a" + std::to_string(i));
        *r.add_access() = access;
      }
    };
  };
  EXPECT_TRUE(After(with_recipients(200)).ok());
  ExpectRefused(with_recipients(201), Reason::kMalformed);
}

TEST_F(RecordTest, NamesAreAgenciesAndFitTheirFrame) {
  ExpectRefused([](v1::Record& r) { r.mutable_access(0)->set_recipient("de.fiu"); },
                Reason::kMalformed);
  ExpectRefused([](v1::Record& r) { r.mutable_access(0)->set_instrument(std::string(65536, 'i')); },
                Reason::kMalformed);
}

TEST_F(RecordTest, ConsentsAreStatements) {
  v1::SignedStatement consent;
  ExpectRefused([&](v1::Record& r) { r.mutable_access(0)->add_consents(Encode(consent)); },
                Reason::kMalformed);
  consent =
      SignBody("entente.test", v1::GapNote(), {{world_.signing, crypto::KeyUse::kRecordSigning}});
  EXPECT_TRUE(
      After([&](v1::Record& r) { r.mutable_access(0)->add_consents(Encode(consent)); }).ok());
  ExpectRefused(
      [&](v1::Record& r) { r.mutable_access(0)->add_consents(Encode(consent) + "\x78\x01"); },
      Reason::kUnknownField);
}

// ---- as submitted

class SubmittedTest : public RecordTest {
 protected:
  void ExpectNotSubmittable(const std::function<void(v1::Record&)>& change, Reason reason) {
    v1::Record changed = lead_;
    change(changed);
    const auto record = ReadRecord(Encode(changed));
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_TRUE(IsRefusal(CheckSubmitted(*record), reason)) << CheckSubmitted(*record);
  }
};

TEST_F(SubmittedTest, ASectionThatWasNotSignedIsRefused) {
  ExpectNotSubmittable(
      [](v1::Record& r) { r.mutable_sections(0)->mutable_ciphertext()->back() ^= 1; },
      Reason::kProofBad);
  ExpectNotSubmittable(
      [](v1::Record& r) { r.mutable_sections(1)->set_labels(r.sections(0).labels()); },
      Reason::kProofBad);
}

TEST_F(SubmittedTest, AnAccessThatWasNotSignedIsRefused) {
  ExpectNotSubmittable([](v1::Record& r) { r.mutable_access(1)->set_recipient("IT.fiu-demo"); },
                       Reason::kProofBad);
  ExpectNotSubmittable([](v1::Record& r) { r.mutable_access(1)->set_instrument("other"); },
                       Reason::kProofBad);
}

TEST_F(SubmittedTest, AWrapNamesASectionThatIsThere) {
  ExpectNotSubmittable([](v1::Record& r) { r.mutable_sections()->RemoveLast(); },
                       Reason::kMalformed);
}

TEST_F(SubmittedTest, SomethingGoesToSomebody) {
  ExpectNotSubmittable([](v1::Record& r) { r.clear_sections(); }, Reason::kMalformed);
  ExpectNotSubmittable([](v1::Record& r) { r.clear_access(); }, Reason::kMalformed);
}

// A number of digests above the least would tell one sender's habits from another's.
TEST_F(SubmittedTest, DigestsAreTheLeastNumber) {
  v1::RecordHeader header;
  header.ParseFromString(lead_.header());
  for (int i = 0; i < 8; ++i) header.add_digests(std::string(31, '\xff') + static_cast<char>(i));
  std::sort(header.mutable_digests()->begin(), header.mutable_digests()->end());
  ExpectNotSubmittable([&](v1::Record& r) { r.set_header(Encode(header)); }, Reason::kMalformed);
}

TEST_F(SubmittedTest, LeavesOfAnotherRecordAreRefused) {
  const v1::Record other = world_.Lead();
  ExpectNotSubmittable([&](v1::Record& r) { r.set_header(other.header()); }, Reason::kProofBad);
}

}  // namespace
}  // namespace entente::record
