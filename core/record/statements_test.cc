#include "core/record/statements.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/base/refusal.h"
#include "tests/support/seeded_random.h"

namespace entente::record {
namespace {

using crypto::KeyUse;

constexpr std::string_view kFederation = "entente.test";

v1::Acknowledgement Opened() {
  v1::Acknowledgement body;
  body.set_log_origin("entente.test/log/broker-1");
  body.set_record_hash(std::string(32, 'h'));
  body.set_origin("FR.tracfin-demo");
  body.set_recipient("DE.fiu-demo");
  body.set_pair_seq(7);
  body.set_log_index(41);
  body.set_opened(true);
  body.set_instant_ms(1796119200000);
  return body;
}

class StatementsTest : public ::testing::Test {
 protected:
  v1::SignedStatement Sign(const v1::Acknowledgement& body) const {
    return SignBody(kFederation, body, {{key_, KeyUse::kAcknowledgement}});
  }
  KeyLookup Key() const { return OnlyKey(KeyUse::kAcknowledgement, key_.public_key()); }
  absl::Status Read(const v1::SignedStatement& statement,
                    std::string_view federation = kFederation) const {
    return ReadStatement<v1::Acknowledgement>(federation, statement, Key()).status();
  }

  testing::SeededRandom random_{4};
  const crypto::SigningKey key_ = crypto::SigningKey::Create(random_);
  const crypto::SigningKey other_ = crypto::SigningKey::Create(random_);
};

TEST_F(StatementsTest, SaysWhatWasSigned) {
  const auto body = ReadStatement<v1::Acknowledgement>(kFederation, Sign(Opened()), Key());
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_EQ(body->pair_seq(), 7u);
}

TEST_F(StatementsTest, TheMessageIsDsse) {
  EXPECT_EQ(StatementMessage("gap", "f", "body"),
            std::string("DSSEv1 30 application/vnd.entente.gap.v1 7 \0\1fbody", 50));
}

TEST_F(StatementsTest, AForgedAcknowledgementIsRefused) {
  const auto by_other = SignBody(kFederation, Opened(), {{other_, KeyUse::kAcknowledgement}});
  EXPECT_TRUE(IsRefusal(Read(by_other), Reason::kKeyUnknown));
  v1::SignedStatement renamed = by_other;
  renamed.mutable_signatures(0)->set_key_id(
      ToString(crypto::MakeKeyId(KeyUse::kAcknowledgement, key_.public_key())));
  EXPECT_TRUE(IsRefusal(Read(renamed), Reason::kBadSignature));
  v1::SignedStatement altered = Sign(Opened());
  v1::Acknowledgement body = Opened();
  body.set_pair_seq(8);
  altered.set_body(Encode(body));
  EXPECT_TRUE(IsRefusal(Read(altered), Reason::kBadSignature));
}

TEST_F(StatementsTest, CountsInItsFederationAlone) {
  EXPECT_TRUE(Read(Sign(Opened())).ok());
  EXPECT_TRUE(IsRefusal(Read(Sign(Opened()), "entente.exercise"), Reason::kBadSignature));
}

// The same bytes and the same key under another type are another statement.
TEST_F(StatementsTest, CountsUnderItsTypeAlone) {
  const v1::SignedStatement statement = Sign(Opened());
  EXPECT_TRUE(VerifyStatement("acknowledgement", kFederation, statement, Key()).ok());
  for (const std::string_view type : {"gap", "pair-head", "withholding", "keys", ""}) {
    EXPECT_TRUE(
        IsRefusal(VerifyStatement(type, kFederation, statement, Key()), Reason::kBadSignature));
  }
}

TEST_F(StatementsTest, TheKeyIsOfTheRightUse) {
  const auto as_officer = SignBody(kFederation, Opened(), {{key_, KeyUse::kOfficer}});
  EXPECT_TRUE(IsRefusal(Read(as_officer), Reason::kKeyUnknown));
}

TEST_F(StatementsTest, TheFrameBetweenFederationAndBodyCannotMove) {
  EXPECT_NE(StatementMessage("gap", "ab", "c"), StatementMessage("gap", "a", "bc"));
}

TEST_F(StatementsTest, EverySignatureCounts) {
  const auto both = SignBody(kFederation, Opened(),
                             {{key_, KeyUse::kPolicyAuthor}, {other_, KeyUse::kPolicyProtection}});
  ASSERT_EQ(both.signatures_size(), 2);
  const KeyLookup keys = [&](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    const auto author = OnlyKey(KeyUse::kPolicyAuthor, key_.public_key())(id);
    return author.ok() ? author : OnlyKey(KeyUse::kPolicyProtection, other_.public_key())(id);
  };
  EXPECT_TRUE(VerifyStatement("acknowledgement", kFederation, both, keys).ok());
  EXPECT_TRUE(IsRefusal(VerifyStatement("acknowledgement", kFederation, both,
                                        OnlyKey(KeyUse::kPolicyAuthor, key_.public_key())),
                        Reason::kKeyUnknown));
  v1::SignedStatement half = both;
  half.mutable_signatures(1)->mutable_ed25519()->front() ^= 1;
  EXPECT_TRUE(IsRefusal(VerifyStatement("acknowledgement", kFederation, half, keys),
                        Reason::kBadSignature));
  v1::SignedStatement swapped = both;
  swapped.mutable_signatures()->SwapElements(0, 1);
  EXPECT_TRUE(IsRefusal(CheckStatementForm(swapped), Reason::kNotCanonical));
  v1::SignedStatement twice = both;
  *twice.mutable_signatures(1) = both.signatures(0);
  EXPECT_TRUE(IsRefusal(CheckStatementForm(twice), Reason::kNotCanonical));
}

TEST_F(StatementsTest, TheFormIsClosed) {
  v1::SignedStatement statement = Sign(Opened());
  statement.clear_signatures();
  EXPECT_TRUE(IsRefusal(Read(statement), Reason::kMalformed));
  statement = Sign(Opened());
  statement.mutable_signatures(0)->mutable_key_id()->resize(4);
  EXPECT_TRUE(IsRefusal(Read(statement), Reason::kMalformed));
  statement = Sign(Opened());
  statement.mutable_signatures(0)->mutable_ed25519()->push_back('\0');
  EXPECT_TRUE(IsRefusal(Read(statement), Reason::kMalformed));
  statement = Sign(Opened());
  statement.mutable_signatures(0)->MergeFromString("\x78\x01");
  EXPECT_TRUE(IsRefusal(Read(statement), Reason::kUnknownField));
}

TEST_F(StatementsTest, TheBodyIsReadStrictlyThoughSigned) {
  const std::string body = Encode(Opened());
  const auto signed_as = [&](const std::string& bytes) {
    const StatementSigner signer{key_, KeyUse::kAcknowledgement};
    return Read(SignStatement("acknowledgement", kFederation, bytes, {&signer, 1}));
  };
  EXPECT_TRUE(signed_as(body).ok());
  EXPECT_TRUE(IsRefusal(signed_as(body + "\x78\x01"), Reason::kUnknownField));
  EXPECT_TRUE(IsRefusal(signed_as(body + body), Reason::kNotCanonical));
  EXPECT_TRUE(IsRefusal(signed_as(body.substr(1)), Reason::kMalformed));
}

// ---- bodies

// Each change makes the body one that is refused for `reason`.
template <class Body>
void ExpectRefused(Body body, const std::function<void(Body&)>& change, Reason reason) {
  ASSERT_TRUE(ReadBody<Body>(Encode(body)).ok()) << ReadBody<Body>(Encode(body)).status();
  change(body);
  const absl::Status status = ReadBody<Body>(Encode(body)).status();
  EXPECT_TRUE(IsRefusal(status, reason)) << status;
}
template <class Body>
void ExpectMalformed(const Body& body, const std::function<void(Body&)>& change) {
  ExpectRefused(body, change, Reason::kMalformed);
}

TEST(StatementBodiesTest, Acknowledgement) {
  using Body = v1::Acknowledgement;
  const Body body = Opened();
  ExpectMalformed<Body>(body, [](Body& b) { b.set_record_hash("short"); });
  ExpectMalformed<Body>(body, [](Body& b) { b.set_recipient("DE"); });
  ExpectMalformed<Body>(body, [](Body& b) { b.clear_pair_seq(); });
  ExpectMalformed<Body>(body, [](Body& b) { b.set_refusal("expired"); });
  ExpectMalformed<Body>(body, [](Body& b) { b.set_opened(false); });
  Body refused = body;
  refused.set_opened(false);
  refused.set_refusal("key-unknown");
  refused.clear_pair_seq();
  ExpectMalformed<Body>(refused, [](Body& b) { b.set_refusal("no wish"); });
  ExpectMalformed<Body>(refused, [](Body& b) { b.set_refusal("expired:x"); });
  refused.set_refusal("label-missing:purpose");
  EXPECT_TRUE(ReadBody<Body>(Encode(refused)).ok());
}

TEST(StatementBodiesTest, WithholdingNote) {
  using Body = v1::WithholdingNote;
  Body body;
  body.set_record_hash(std::string(32, 'h'));
  body.set_recipient("DE.fiu-demo");
  body.add_section_ids(std::string(16, 'a'));
  body.add_section_ids(std::string(16, 'b'));
  body.add_rules("FR-OUT-800");
  ExpectMalformed<Body>(body, [](Body& b) { b.clear_section_ids(); });
  ExpectMalformed<Body>(body, [](Body& b) { b.set_section_ids(0, "a"); });
  ExpectRefused<Body>(
      body, [](Body& b) { b.mutable_section_ids()->SwapElements(0, 1); }, Reason::kNotCanonical);
  ExpectRefused<Body>(
      body, [](Body& b) { b.add_rules("FR-OUT-800"); }, Reason::kNotCanonical);
}

TEST(StatementBodiesTest, GapAndPairHead) {
  v1::GapNote gap;
  gap.set_origin("FR.tracfin-demo");
  gap.set_recipient("DE.fiu-demo");
  gap.set_lane(v1::LANE_URGENT);
  gap.set_pair_seq(1);
  ExpectMalformed<v1::GapNote>(gap, [](v1::GapNote& b) { b.clear_pair_seq(); });
  ExpectMalformed<v1::GapNote>(gap, [](v1::GapNote& b) { b.clear_lane(); });
  ExpectMalformed<v1::GapNote>(gap, [](v1::GapNote& b) { b.set_origin("FR"); });
  v1::PairHead head;
  head.set_origin("FR.tracfin-demo");
  head.set_recipient("DE.fiu-demo");
  ExpectMalformed<v1::PairHead>(head, [](v1::PairHead& b) { b.clear_recipient(); });
  ExpectMalformed<v1::PairHead>(head, [](v1::PairHead& b) { b.set_instant_ms(~0ull); });
}

TEST(StatementBodiesTest, RestrictionAndItsAnswer) {
  using Note = v1::RestrictionNote;
  Note note;
  note.set_origin("FR.tracfin-demo");
  note.set_recipient("DE.fiu-demo");
  note.set_record_hash(std::string(32, 'h'));
  note.set_ground(v1::RESTRICTION_GROUND_CONTESTED);
  note.set_processing(true);
  note.set_number(1);
  note.set_instant_ms(5);
  ExpectMalformed<Note>(note, [](Note& b) { b.clear_ground(); });
  ExpectMalformed<Note>(note, [](Note& b) { b.set_ground(v1::RESTRICTION_GROUND_LIFTED); });
  ExpectMalformed<Note>(note, [](Note& b) { b.clear_processing(); });
  ExpectMalformed<Note>(note, [](Note& b) { b.clear_number(); });
  ExpectMalformed<Note>(note, [](Note& b) { b.clear_instant_ms(); });
  ExpectMalformed<Note>(note, [](Note& b) { b.set_record_hash("short"); });
  note.add_obligations("onward:never");
  note.add_obligations("delete-after:P30D");
  EXPECT_TRUE(IsRefusal(CheckBody(note), Reason::kNotCanonical));
  v1::RestrictedNote answer;
  answer.set_origin("FR.tracfin-demo");
  answer.set_recipient("DE.fiu-demo");
  answer.set_record_hash(std::string(32, 'h'));
  answer.set_number(1);
  answer.set_instant_ms(5);
  ExpectMalformed<v1::RestrictedNote>(answer, [](auto& b) { b.clear_number(); });
  ExpectMalformed<v1::RestrictedNote>(answer, [](auto& b) { b.clear_instant_ms(); });
}

TEST(StatementBodiesTest, Receipt) {
  v1::Receipt receipt;
  receipt.set_root(std::string(32, 'r'));
  receipt.add_items()->set_record_hash(std::string(32, 'h'));
  ExpectMalformed<v1::Receipt>(receipt, [](v1::Receipt& b) { b.clear_items(); });
  ExpectMalformed<v1::Receipt>(receipt, [](v1::Receipt& b) { b.add_items(); });
  ExpectMalformed<v1::Receipt>(receipt, [](v1::Receipt& b) { b.clear_root(); });
}

TEST(StatementBodiesTest, AgencyStatement) {
  using Body = v1::AgencyStatement;
  Body body;
  body.set_agency("DE.fiu-demo");
  body.set_state(v1::AgencyStatement::ADMITTED);
  body.set_kind("fiu");
  body.set_from_ms(5);
  body.set_number(1);
  ExpectMalformed<Body>(body, [](Body& b) { b.set_agency("EL.police"); });
  ExpectMalformed<Body>(body, [](Body& b) { b.clear_state(); });
  ExpectMalformed<Body>(body, [](Body& b) { b.clear_kind(); });
  ExpectMalformed<Body>(body, [](Body& b) { b.set_until_ms(5); });
  ExpectMalformed<Body>(body, [](Body& b) { b.clear_number(); });
}

TEST(StatementBodiesTest, KeyStatement) {
  using Body = v1::KeyStatement;
  Body body;
  body.set_owner("DE.fiu-demo");
  body.add_format_versions(1);
  v1::KeyEntry& key = *body.add_keys();
  key.set_use(static_cast<uint32_t>(KeyUse::kDelivery));
  key.set_public_key(std::string(32, 'k'));
  key.set_from_ms(1);
  key.set_until_ms(2);
  ExpectMalformed<Body>(body, [](Body& b) { b.set_owner("nobody"); });
  ExpectMalformed<Body>(body, [](Body& b) { b.mutable_keys(0)->set_use(14); });
  ExpectMalformed<Body>(body, [](Body& b) { b.mutable_keys(0)->set_use(0); });
  ExpectMalformed<Body>(body, [](Body& b) { b.mutable_keys(0)->set_public_key("k"); });
  ExpectMalformed<Body>(body, [](Body& b) { b.mutable_keys(0)->set_until_ms(0); });
  ExpectRefused<Body>(
      body, [](Body& b) { b.add_format_versions(1); }, Reason::kNotCanonical);
  ExpectMalformed<Body>(body, [](Body& b) { b.mutable_keys(0)->set_role("author"); });
  key.set_use(static_cast<uint32_t>(KeyUse::kOfficer));
  key.set_role("author");
  ExpectMalformed<Body>(body, [](Body& b) { b.mutable_keys(0)->clear_role(); });
  ExpectMalformed<Body>(body, [](Body& b) { b.mutable_keys(0)->set_role("reader"); });
}

TEST(StatementBodiesTest, RevocationPolicyAndFile) {
  v1::Revocation revocation;
  revocation.set_owner("FR");
  revocation.set_key_id(std::string(32, 'k'));
  ExpectMalformed<v1::Revocation>(revocation, [](v1::Revocation& b) { b.set_key_id("k"); });
  v1::PolicyStatement policy;
  policy.set_jurisdiction("FR");
  policy.set_version(1);
  policy.set_digest(std::string(32, 'd'));
  ExpectMalformed<v1::PolicyStatement>(policy,
                                       [](v1::PolicyStatement& b) { b.set_jurisdiction("UK"); });
  ExpectMalformed<v1::PolicyStatement>(policy, [](v1::PolicyStatement& b) { b.clear_version(); });
  v1::FederationFileStatement file;
  file.set_type("groups");
  file.set_version(1);
  file.set_digest(std::string(32, 'd'));
  using File = v1::FederationFileStatement;
  ExpectMalformed<File>(file, [](File& b) { b.set_type("agencies"); });
  ExpectMalformed<File>(file, [](File& b) { b.set_digest("d"); });
}

// ---- withholding notes

class WithholdingTest : public StatementsTest {
 protected:
  WithholdingTest() {
    note_.set_log_origin("entente.test/log/broker-1");
    note_.set_record_hash(ToString(expected_.record_hash));
    note_.set_recipient("DE.fiu-demo");
    for (const SectionId& id : {withheld_[1], withheld_[0]}) note_.add_section_ids(ToString(id));
    note_.set_log_index(41);
  }
  absl::Status ReadNote() const {
    const auto statement = SignBody(kFederation, note_, {{key_, KeyUse::kNote}});
    return ReadWithholdingNote(kFederation, statement, OnlyKey(KeyUse::kNote, key_.public_key()),
                               expected_)
        .status();
  }

  const std::vector<SectionId> withheld_ = {SectionId{2}, SectionId{1}};
  WithholdingExpected expected_{.log_origin = "entente.test/log/broker-1",
                                .record_hash = {7},
                                .recipient = "DE.fiu-demo",
                                .log_index = 41,
                                .withheld = withheld_};
  v1::WithholdingNote note_;
};

TEST_F(WithholdingTest, SaysWhatThePartSays) { EXPECT_TRUE(ReadNote().ok()) << ReadNote(); }

TEST_F(WithholdingTest, OfAnotherRecordRecipientLogOrEntryIsRefused) {
  const auto refuse = [&](auto&& change) {
    const v1::WithholdingNote before = note_;
    change(note_);
    EXPECT_TRUE(IsRefusal(ReadNote(), Reason::kProofBad)) << ReadNote();
    note_ = before;
  };
  refuse([](v1::WithholdingNote& n) { n.set_record_hash(std::string(32, 'x')); });
  refuse([](v1::WithholdingNote& n) { n.set_recipient("BR.coaf-demo"); });
  refuse([](v1::WithholdingNote& n) { n.set_log_origin("entente.test/log/broker-2"); });
  refuse([](v1::WithholdingNote& n) { n.set_log_index(40); });
  refuse([](v1::WithholdingNote& n) { n.add_section_ids(std::string(16, 'x')); });
  refuse([](v1::WithholdingNote& n) { n.mutable_section_ids()->RemoveLast(); });
}

TEST_F(WithholdingTest, ByAnotherKeyIsRefused) {
  const auto statement = SignBody(kFederation, note_, {{other_, KeyUse::kNote}});
  EXPECT_TRUE(IsRefusal(ReadWithholdingNote(kFederation, statement,
                                            OnlyKey(KeyUse::kNote, key_.public_key()), expected_)
                            .status(),
                        Reason::kKeyUnknown));
}

}  // namespace
}  // namespace entente::record
