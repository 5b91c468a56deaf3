// Every reason for which admission refuses, and in which order it looks.
#include "broker/admission.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "broker/rows.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/ceremony.h"
#include "core/record/leaves.h"
#include "core/record/record.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string ReasonOf(const absl::Status& status) {
  auto refusal = RefusalOf(status);
  return refusal ? ReasonText(*refusal) : status.ToString();
}

class AdmissionTest : public ::testing::Test {
 protected:
  std::string Reason(const v1::Submission& submission, std::string_view agency = "FR.fiu") {
    return ReasonOf(f.Admit(submission, agency).status());
  }
  std::string Reason(const Lead& lead) { return Reason(f.Submission(lead, 1)); }
  std::string ReasonOfBytes(std::string bytes) {
    v1::Submission submission;
    submission.set_number(1);
    submission.set_record(std::move(bytes));
    return Reason(submission);
  }
  // The origin's part of what stands at `index`.
  v1::SubmissionPart Decided(uint64_t index) {
    v1::Part part;
    for (const auto& [key, value] : f.Rows(kParts)) {
      if (key == PartKey(index, 0)) part.ParseFromString(value.substr(32));
    }
    return part.submission();
  }

  // Its record-signing key.
  void Revoke(std::string_view agency) {
    const auto& keys = f.federation.agency(agency);
    auto index = f.Publish(ledger::SignRevocation(
        f.federation.name(), std::string(agency),
        crypto::MakeKeyId(crypto::KeyUse::kRecordSigning, keys.record_signing.public_key()), "lost",
        f.now, keys.identity, crypto::KeyUse::kIdentity));
    ASSERT_TRUE(index.ok()) << index.status();
  }

  EngineFixture f;
};

TEST_F(AdmissionTest, TakesASoundRecord) { EXPECT_EQ(Reason(f.Seal({})), "OK"); }

// ---- caller

TEST_F(AdmissionTest, CallerThatWasNeverAdmitted) {
  EXPECT_EQ(Reason(f.Submission(f.Seal({}), 1), "FR.other"), "wrong-agency");
}

TEST_F(AdmissionTest, SuspendedCaller) {
  Lead lead = f.Seal({});
  f.Suspend("FR.fiu");
  EXPECT_EQ(Reason(lead), "agency-suspended");
}

TEST_F(AdmissionTest, ASuspendedCallerIsToldOfWhatWasCommittedBefore) {
  Lead lead = f.Seal({});
  ASSERT_TRUE(f.Submit(f.Submission(lead, 1), "FR.fiu").ok());
  f.Suspend("FR.fiu");
  auto again = f.Admit(f.Submission(lead, 1), "FR.fiu");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(std::holds_alternative<Submitted>(*again));
  EXPECT_EQ(Reason(f.Submission(lead, 2), "FR.fiu"), "agency-suspended");
}

TEST_F(AdmissionTest, PseudonymOfAnotherLength) {
  v1::Submission submission = f.Submission(f.Seal({}), 1);
  submission.set_officer_pseudonym("short");
  EXPECT_EQ(Reason(submission), "malformed");
}

TEST_F(AdmissionTest, JustificationOfAnotherLength) {
  v1::Submission submission = f.Submission(f.Seal({}), 1);
  submission.set_justification_digest(std::string(33, 'x'));
  EXPECT_EQ(Reason(submission), "malformed");
}

TEST_F(AdmissionTest, NothingSubmitted) {
  v1::Submission submission;
  submission.set_number(1);
  EXPECT_EQ(Reason(submission), "malformed");
}

TEST_F(AdmissionTest, NumberZero) { EXPECT_EQ(Reason(f.Submission(f.Seal({}), 0)), "malformed"); }

// ---- size

TEST_F(AdmissionTest, RecordAboveOneMebibyte) {
  EXPECT_EQ(ReasonOfBytes(std::string(limits::kRecordBytes + 1, 'x')), "too-large");
}

TEST_F(AdmissionTest, HeaderAboveSixteenKibibytes) {
  Lead lead = f.WithHeader(f.Seal({}), [](v1::RecordHeader& header) {
    header.set_purpose(std::string(limits::kHeaderBytes, 'p'));
  });
  EXPECT_EQ(Reason(lead), "too-large");
}

TEST_F(AdmissionTest, LabelsThatNoCommandHolds) {
  EXPECT_EQ(Reason(f.Seal({.sections = {{std::string(40'000, 'x'), "financial"}}})), "too-large");
}

// ---- form

TEST_F(AdmissionTest, BytesThatAreNoRecord) { EXPECT_EQ(ReasonOfBytes("no record"), "malformed"); }

TEST_F(AdmissionTest, TruncatedRecord) {
  Lead lead = f.Seal({});
  EXPECT_EQ(ReasonOfBytes(lead.bytes.substr(0, lead.bytes.size() - 1)), "malformed");
}

TEST_F(AdmissionTest, UnknownFieldOfTheRecord) {
  EXPECT_EQ(ReasonOfBytes(f.Seal({}).bytes + "\x7a\x01x"), "unknown-field");
}

TEST_F(AdmissionTest, FieldsOutOfOrder) {
  Lead lead = f.Seal({});
  v1::Record signature_only;
  *signature_only.mutable_signature() = lead.sealed.record.signature();
  lead.sealed.record.clear_signature();
  EXPECT_EQ(
      ReasonOfBytes(lead.sealed.record.SerializeAsString() + signature_only.SerializeAsString()),
      "not-canonical");
}

TEST_F(AdmissionTest, UnknownFieldOfTheHeader) {
  Lead lead = f.Seal({});
  lead.sealed.record.set_header(lead.sealed.record.header() + "\xf2\x01\x01x");
  f.Sign(lead.sealed.record, "FR.fiu");
  EXPECT_EQ(ReasonOfBytes(lead.sealed.record.SerializeAsString()), "unknown-field");
}

TEST_F(AdmissionTest, DigestsOutOfOrder) {
  Lead lead = f.WithHeader(
      f.Seal({}), [](v1::RecordHeader& header) { header.mutable_digests()->SwapElements(0, 1); });
  EXPECT_EQ(Reason(lead), "digest-order");
}

TEST_F(AdmissionTest, ConsentThatIsNoStatement) {
  EXPECT_EQ(Reason(f.Seal({.consents = {"not a statement"}})), "malformed");
}

// ---- signature

TEST_F(AdmissionTest, RecordSignedForAnotherAgency) {
  Lead lead = f.Seal({.origin = "DE.fiu"});
  EXPECT_EQ(Reason(lead), "wrong-agency");
}

TEST_F(AdmissionTest, HeaderChangedAfterSigning) {
  Lead lead = f.Seal({});
  v1::RecordHeader header;
  header.ParseFromString(lead.sealed.record.header());
  header.set_purpose("fiu-analysis");
  lead.sealed.record.set_header(header.SerializeAsString());
  EXPECT_EQ(ReasonOfBytes(lead.sealed.record.SerializeAsString()), "bad-signature");
}

TEST_F(AdmissionTest, OriginInTheHeaderIsAnother) {
  Lead lead =
      f.WithHeader(f.Seal({}), [](v1::RecordHeader& header) { header.set_origin("DE.fiu"); });
  EXPECT_EQ(Reason(lead), "bad-signature");
}

TEST_F(AdmissionTest, KeyThatWasNeverPublished) {
  Lead lead = f.Seal({});
  lead.sealed.record.mutable_signature()->set_key_id(std::string(32, 'k'));
  EXPECT_EQ(ReasonOfBytes(lead.sealed.record.SerializeAsString()), "key-unknown");
}

TEST_F(AdmissionTest, RevokedKey) {
  Lead lead = f.Seal({});
  Revoke("FR.fiu");
  EXPECT_EQ(Reason(lead), "key-not-valid-then");
}

// ---- times

TEST_F(AdmissionTest, FutureDated) {
  EXPECT_EQ(Reason(f.Seal({.created_after_ms = 6 * limits::kMinuteMs})), "future-dated");
  EXPECT_EQ(Reason(f.Seal({.created_after_ms = 4 * limits::kMinuteMs})), "OK");
}

TEST_F(AdmissionTest, Expired) {
  Lead lead = f.Seal({.lives_ms = limits::kHourMs});
  f.now = f.now + limits::kHourMs;
  EXPECT_EQ(Reason(lead), "expired");
}

// ---- leaves and accesses

TEST_F(AdmissionTest, CiphertextThatTheHeaderDoesNotKnow) {
  Lead lead = f.Seal({});
  (*lead.sealed.record.mutable_sections(0)->mutable_ciphertext())[30] ^= 1;
  EXPECT_EQ(ReasonOfBytes(lead.sealed.record.SerializeAsString()), "proof-bad");
}

TEST_F(AdmissionTest, LabelThatTheHeaderDoesNotKnow) {
  Lead lead = f.Seal({});
  v1::SectionLabels labels;
  labels.ParseFromString(lead.sealed.record.sections(0).labels());
  labels.set_about(0, "witness");
  lead.sealed.record.mutable_sections(0)->set_labels(labels.SerializeAsString());
  EXPECT_EQ(ReasonOfBytes(lead.sealed.record.SerializeAsString()), "proof-bad");
}

TEST_F(AdmissionTest, InstrumentThatTheHeaderDoesNotKnow) {
  Lead lead = f.Seal({});
  lead.sealed.record.mutable_access(0)->set_instrument("OTHER");
  EXPECT_EQ(ReasonOfBytes(lead.sealed.record.SerializeAsString()), "proof-bad");
}

TEST_F(AdmissionTest, SectionLeftOut) {
  Lead lead = f.Seal({.sections = {{"suspect", "financial"}, {"suspect", "identity"}}});
  lead.sealed.record.mutable_sections()->RemoveLast();
  EXPECT_EQ(ReasonOfBytes(lead.sealed.record.SerializeAsString()), "malformed");
}

TEST_F(AdmissionTest, RecipientTwice) {
  Lead lead = f.Seal({});
  *lead.sealed.record.add_access() = lead.sealed.record.access(0);
  EXPECT_EQ(ReasonOfBytes(lead.sealed.record.SerializeAsString()), "malformed");
}

// Everything about it is in order, but for the one it is for.
TEST_F(AdmissionTest, RecordForItsOwnOrigin) {
  Lead lead = f.Seal({});
  auto leaf = [&] {
    auto record = record::ReadRecord(lead.sealed.record.SerializeAsString());
    EXPECT_TRUE(record.ok()) << record.status();
    return ToString(record::AccessLeaf(record->access[0]));
  };
  std::string before = leaf();
  lead.sealed.record.mutable_access(0)->set_recipient("FR.fiu");
  std::string after = leaf();
  lead = f.WithHeader(std::move(lead), [&](v1::RecordHeader& header) {
    auto& digests = *header.mutable_digests();
    *std::find(digests.begin(), digests.end(), before) = after;
    std::sort(digests.begin(), digests.end());
  });
  EXPECT_EQ(Reason(lead), "wrong-agency");
}

TEST_F(AdmissionTest, DeliveryKeyOfAnother) {
  EXPECT_EQ(Reason(f.Seal({.sealed_to = "DE.fiu"})), "key-unknown");
}

TEST_F(AdmissionTest, RetiredDeliveryKey) {
  f.now = testing::kFounded + limits::kDeliveryKeyLifeMs;
  EXPECT_EQ(Reason(f.Seal({.delivery_key = 0})), "key-not-valid-then");
  EXPECT_EQ(Reason(f.Seal({.delivery_key = 1})), "OK");
}

// ---- decision

TEST_F(AdmissionTest, SuspendedRecipientIsRefusedByDecision) {
  f.Suspend("BR.fiu");
  auto index = f.Send({.recipients = {"BR.fiu", "DE.fiu"}}, 1);
  ASSERT_TRUE(index.ok()) << index.status();
  auto decided = Decided(*index);
  ASSERT_THAT(decided.decisions(), SizeIs(2));
  EXPECT_EQ(decided.decisions(0).recipient(), "BR.fiu");
  EXPECT_EQ(decided.decisions(0).verdict(), v1::VERDICT_REFUSE);
  EXPECT_EQ(decided.decisions(1).verdict(), v1::VERDICT_RELEASE);
  EXPECT_EQ(f.engine->UsageOf(f.Id("BR.fiu")).waiting, 0u);
}

TEST_F(AdmissionTest, EachRecipientHasItsOwnDecision) {
  auto index = f.Send({.recipients = {"AE.fiu", "BR.fiu"}}, 1);
  ASSERT_TRUE(index.ok()) << index.status();
  auto decided = Decided(*index);
  ASSERT_THAT(decided.decisions(), SizeIs(2));
  EXPECT_EQ(decided.decisions(0).recipient(), "AE.fiu");
  EXPECT_EQ(decided.decisions(0).verdict(), v1::VERDICT_REFUSE);
  EXPECT_EQ(decided.decisions(1).recipient(), "BR.fiu");
  EXPECT_EQ(decided.decisions(1).verdict(), v1::VERDICT_RELEASE);
  EXPECT_THAT(f.Fetch("AE.fiu"), IsEmpty());
  EXPECT_THAT(f.Fetch("BR.fiu"), SizeIs(1));
}

TEST_F(AdmissionTest, UnknownLabelIsARefusalThatIsLogged) {
  auto index = f.Send({.purpose = "amusement"}, 1);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_EQ(Decided(*index).decisions(0).verdict(), v1::VERDICT_REFUSE);
  EXPECT_THAT(Decided(*index).decisions(0).reasons(), ::testing::Contains("label-unknown:purpose"));
}

TEST_F(AdmissionTest, HandlingForAPersonWaitsForOneAtTheOrigin) {
  EXPECT_EQ(Reason(f.Seal({.handling = "H3"})), "consent-missing");
  EXPECT_THAT(f.Rows(kSubmissions), IsEmpty());
  const RecordId id = f.random.Bytes<16>();
  LeadDraft draft{.handling = "H3", .record_id = id};
  draft.consents = {f.Consent("FR.fiu", ToString(id))};
  auto index = f.Send(draft, 1);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_EQ(Decided(*index).decisions(0).verdict(), v1::VERDICT_RELEASE);
}

TEST_F(AdmissionTest, TheReleaseOfAnotherRecordIsNone) {
  LeadDraft draft{.handling = "H3"};
  draft.consents = {f.Consent("FR.fiu", std::string(16, 'r'))};
  EXPECT_EQ(Reason(f.Seal(draft)), "consent-missing");
}

TEST_F(AdmissionTest, AConsentThatNobodyGaveRefusesTheRecord) {
  LeadDraft draft{.obtained_from = {"DE"}};
  draft.consents = {f.Consent("DE.fiu", std::string(32, 'r'), "FR.fiu")};
  EXPECT_EQ(Reason(f.Seal(draft)), "key-unknown");
  draft.consents = {f.Consent("DE.fiu", std::string(32, 'r'))};
  draft.obtained_from.clear();
  EXPECT_EQ(Reason(f.Seal(draft)), "consent-missing");
  draft.obtained_from = {"DE"};
  auto index = f.Send(draft, 1);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_EQ(Decided(*index).decisions(0).verdict(), v1::VERDICT_RELEASE);
}

TEST_F(AdmissionTest, MoreConsentsThanThereMayBe) {
  LeadDraft draft{.obtained_from = {"DE"}};
  const std::string consent = f.Consent("DE.fiu", std::string(32, 'r'));
  draft.consents.assign(16, consent);
  EXPECT_EQ(Reason(f.Seal(draft)), "OK");
  draft.consents.assign(17, consent);
  EXPECT_EQ(Reason(f.Seal(draft)), "malformed");
  // To three recipients, each with eleven.
  draft.recipients = {"BR.fiu", "CH.fiu", "AE.fiu"};
  draft.consents.assign(11, consent);
  EXPECT_EQ(Reason(f.Seal(draft)), "malformed");
}

// What was admitted is judged again from the command when the state has moved.
TEST_F(AdmissionTest, AConsentIsJudgedAgainWhereItIsCommitted) {
  LeadDraft draft{.obtained_from = {"DE"}};
  draft.consents = {f.Consent("DE.fiu", std::string(32, 'r'))};
  auto admitted = f.Admit(f.Submission(f.Seal(draft), 1), "FR.fiu");
  ASSERT_TRUE(admitted.ok()) << admitted.status();
  Revoke("DE.fiu");
  const auto committed = f.CommitOne(std::get<Command>(*std::move(admitted)));
  EXPECT_TRUE(IsRefusal(committed.status(), Reason::kKeyNotValidThen)) << committed.status();
}

TEST_F(AdmissionTest, NewerPolicyIsHeldForAnHourThenRefused) {
  Lead lead = f.Seal({.policy_version = 2});
  EXPECT_EQ(Reason(lead), "policy-held");
  EXPECT_THAT(f.Rows(kSubmissions), IsEmpty());
  f.now = f.now + limits::kPolicyHoldMs;
  auto index = f.Submit(f.Submission(lead, 1), "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_EQ(Decided(*index).decisions(0).verdict(), v1::VERDICT_REFUSE);
}

TEST_F(AdmissionTest, HeldRecordGoesWhenThePolicyHasCome) {
  Lead lead = f.Seal({.policy_version = 2});
  EXPECT_EQ(Reason(lead), "policy-held");
  auto published = f.Publish(f.federation.SignPolicy("FR", 2, testing::DefaultPolicy("FR", 2)));
  ASSERT_TRUE(published.ok()) << published.status();
  auto index = f.Submit(f.Submission(lead, 1), "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_EQ(Decided(*index).decisions(0).verdict(), v1::VERDICT_RELEASE);
}

TEST(AdmissionWithoutVocabularyTest, NothingCanBeDecidedAndThatIsLogged) {
  EngineFixture f({}, false);
  for (const auto& publication : f.federation.Founding()) {
    if (publication.kind == v1::ENTRY_KIND_FEDERATION_FILE ||
        publication.kind == v1::ENTRY_KIND_POLICY) {
      continue;
    }
    ASSERT_TRUE(f.Publish(publication).ok());
  }
  auto index = f.Send({}, 1);
  ASSERT_TRUE(index.ok()) << index.status();
  EXPECT_THAT(f.Fetch("BR.fiu"), IsEmpty());
  auto part = ReadStoredPart(f.store, *index, 0);
  ASSERT_TRUE(part.ok()) << part.status();
  ASSERT_THAT(part->submission().decisions(), SizeIs(1));
  EXPECT_EQ(part->submission().decisions(0).verdict(), v1::VERDICT_REFUSE);
  EXPECT_THAT(part->submission().decisions(0).reasons(), ::testing::Contains("engine-failed"));
}

// ---- meaning

TEST_F(AdmissionTest, KindsWithoutMeaningAreRefused) {
  const std::set<v1::RecordKind> meant = {v1::RECORD_KIND_ALERT,       v1::RECORD_KIND_LEAD,
                                          v1::RECORD_KIND_REQUEST,     v1::RECORD_KIND_ANSWER,
                                          v1::RECORD_KIND_INFORMATION, v1::RECORD_KIND_ADVISORY,
                                          v1::RECORD_KIND_OUTCOME,     v1::RECORD_KIND_CONSENT};
  for (int kind = v1::RecordKind_MIN + 1; kind <= v1::RecordKind_MAX; ++kind) {
    Lead lead = f.WithHeader(f.Seal({}), [&](v1::RecordHeader& header) {
      header.set_kind(static_cast<v1::RecordKind>(kind));
    });
    EXPECT_EQ(Reason(lead), meant.contains(static_cast<v1::RecordKind>(kind)) ? "OK" : "malformed")
        << kind;
  }
}

TEST_F(AdmissionTest, ALeadStandsInNoCase) {
  for (uint64_t membership : {0, 1, 7}) {
    Lead lead = f.WithHeader(f.Seal({}), [&](v1::RecordHeader& header) {
      header.set_case_id(std::string(16, 'c'));
      header.set_membership_number(membership);
    });
    EXPECT_EQ(Reason(lead), "malformed") << membership;
  }
}

// ---- what a refusal is about

TEST_F(AdmissionTest, ARefusalNamesTheRecordAndWhereItsIdStands) {
  Lead first = f.Seal({});
  auto index = f.Submit(f.Submission(first, 1), "FR.fiu");
  ASSERT_TRUE(index.ok()) << index.status();
  Lead other = f.WithHeader(f.Seal({}), [&](v1::RecordHeader& header) {
    header.set_record_id(ToString(first.sealed.id));
  });
  auto refusal = RefusalOf(f.Admit(f.Submission(other, 2), "FR.fiu").status());
  ASSERT_TRUE(refusal);
  EXPECT_EQ(ReasonText(*refusal), "record-id-reused");
  EXPECT_EQ(refusal->record_id, HexEncode(first.sealed.id));
  EXPECT_EQ(refusal->log_index, *index);
  Lead late = f.Seal({.created_after_ms = limits::kHourMs});
  refusal = RefusalOf(f.Admit(f.Submission(late, 2), "FR.fiu").status());
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->record_id, HexEncode(late.sealed.id));
  EXPECT_FALSE(refusal->log_index);
  v1::Submission unreadable;
  unreadable.set_number(2);
  unreadable.set_record("not a record");
  refusal = RefusalOf(f.Admit(unreadable, "FR.fiu").status());
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->record_id, "");
}

// ---- order

TEST_F(AdmissionTest, LooksInTheOrderOfTheFormat) {
  Lead lead = f.Seal({.created_after_ms = limits::kHourMs});
  (*lead.sealed.record.mutable_sections(0)->mutable_ciphertext())[30] ^= 1;
  v1::Record signed_well = lead.sealed.record;
  lead.sealed.record.mutable_signature()->set_ed25519(std::string(64, 's'));
  std::string everything_wrong = lead.sealed.record.SerializeAsString();
  v1::Submission submission;
  submission.set_record(everything_wrong + std::string(limits::kRecordBytes, 'x'));
  EXPECT_EQ(Reason(submission, "FR.other"), "wrong-agency");
  EXPECT_EQ(Reason(submission), "too-large");
  submission.set_number(1);
  submission.set_record(everything_wrong);
  EXPECT_EQ(Reason(submission), "bad-signature");
  submission.set_record(signed_well.SerializeAsString());
  EXPECT_EQ(Reason(submission), "proof-bad");
}

}  // namespace
}  // namespace entente::broker
