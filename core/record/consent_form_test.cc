#include "core/record/consent_form.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/base/refusal.h"
#include "core/record/content.h"
#include "core/record/statements.h"
#include "tests/support/seeded_random.h"

namespace entente::record {
namespace {

class ConsentFormTest : public ::testing::Test {
 protected:
  ConsentFormTest() {
    note.set_source("DE.fiu");
    note.set_holder("FR.fiu");
    note.set_recipient("BR.fiu");
    note.set_record(std::string(32, 'r'));
    note.set_purpose("asset-recovery");
    note.set_instrument("TEST-ALL");
    note.add_about("suspect");
    note.add_data("financial");
    note.set_from_ms(10);
    note.set_until_ms(20);
    note.set_instant_ms(10);
    labels.add_about("suspect");
    labels.add_data("narrative");
    labels.set_essential(true);
    content.set_language("und");
    Give();
  }

  // What `note` says now, signed.
  void Give() { content.mutable_consent()->set_statement(Encode(Signed())); }
  v1::SignedStatement Signed() const {
    return SignBody("entente.test", note, {{key, crypto::KeyUse::kRecordSigning}});
  }
  absl::Status Check(v1::RecordKind kind = v1::RECORD_KIND_CONSENT) const {
    const std::vector<LabelledContent> sections(count, {labels, content});
    return CheckConsentRecord(kind, "DE.fiu", "FR.fiu", sections);
  }
  void ExpectMalformed() const { EXPECT_TRUE(IsRefusal(Check(), Reason::kMalformed)) << Check(); }

  testing::SeededRandom random{7};
  crypto::SigningKey key = crypto::SigningKey::Create(random);
  v1::ConsentNote note;
  v1::SectionLabels labels;
  v1::SectionContent content;
  size_t count = 1;
};

TEST_F(ConsentFormTest, OneConsentToWhoGotItFromWhoSentIt) {
  EXPECT_TRUE(Check().ok()) << Check();
  const auto read = ReadConsentNote(content.consent());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(Encode(*read), Encode(note));
}

TEST_F(ConsentFormTest, StandsAloneInARecordOfItsKind) {
  EXPECT_TRUE(IsRefusal(Check(v1::RECORD_KIND_INFORMATION), Reason::kMalformed));
  count = 2;
  ExpectMalformed();
  count = 0;
  ExpectMalformed();
  EXPECT_TRUE(Check(v1::RECORD_KIND_INFORMATION).ok());
  count = 1;
  content.mutable_narrative()->set_text("it may go");
  ExpectMalformed();
  EXPECT_TRUE(Check(v1::RECORD_KIND_INFORMATION).ok());
}

TEST_F(ConsentFormTest, NobodyPassesOnAnothersConsent) {
  note.set_source("CH.fiu");
  Give();
  ExpectMalformed();
}

TEST_F(ConsentFormTest, NobodyGetsWhatAnotherMayPassOn) {
  note.set_holder("NL.fiu");
  Give();
  ExpectMalformed();
}

TEST_F(ConsentFormTest, ItsLabelsSayWhatItLetsGo) {
  labels.set_essential(false);
  ExpectMalformed();
  labels.set_essential(true);
  labels.add_data("organisation");
  ExpectMalformed();
  labels.mutable_data()->RemoveLast();
  labels.set_about(0, "other");
  ExpectMalformed();
}

TEST_F(ConsentFormTest, HasOneSignatureAndACanonicalForm) {
  v1::SignedStatement twice = Signed();
  *twice.add_signatures() = twice.signatures(0);
  twice.mutable_signatures(1)->mutable_key_id()->assign(32, '\xff');
  content.mutable_consent()->set_statement(Encode(twice));
  EXPECT_TRUE(IsRefusal(CheckContent(content), Reason::kMalformed));
  content.mutable_consent()->set_statement(Encode(Signed()) + std::string("\x78\x01"));
  EXPECT_TRUE(IsRefusal(CheckContent(content), Reason::kUnknownField));
  content.mutable_consent()->set_statement("");
  EXPECT_FALSE(CheckContent(content).ok());
  note.clear_about();
  Give();
  EXPECT_TRUE(IsRefusal(CheckContent(content), Reason::kMalformed));
}

TEST_F(ConsentFormTest, ATextOfSomeLengthAndALabelForIt) {
  content.mutable_consent()->set_text(std::string(4096, 'x'));
  EXPECT_TRUE(CheckContent(content).ok());
  content.mutable_consent()->mutable_text()->push_back('x');
  EXPECT_TRUE(IsRefusal(CheckContent(content), Reason::kMalformed));
  EXPECT_TRUE(CheckLabelled(labels, content).ok());
  labels.set_data(0, "organisation");
  EXPECT_TRUE(IsRefusal(CheckLabelled(labels, content), Reason::kLabelMissing));
}

}  // namespace
}  // namespace entente::record
