#include "core/ledger/ceremony.h"

#include <gtest/gtest.h>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/registry.h"
#include "tests/support/federation.h"

namespace entente::ledger {
namespace {

using testing::Federation;

constexpr std::string_view kName = "entente.test";

class EnrolmentTest : public ::testing::Test {
 protected:
  std::string Format() {
    return *FormatEnrolment(kName, *AgencyId::Parse("FR.paf"), "police", "Border police", key_);
  }
  testing::SeededRandom random_{3};
  crypto::SigningKey key_ = crypto::SigningKey::Create(random_);
};

TEST_F(EnrolmentTest, IsReadBack) {
  const auto request = ParseEnrolment(kName, Format());
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->agency.text(), "FR.paf");
  EXPECT_EQ(request->kind, "police");
  EXPECT_EQ(request->name, "Border police");
  EXPECT_EQ(request->identity, key_.public_key());
}

TEST_F(EnrolmentTest, CountsInOneFederationAlone) {
  EXPECT_TRUE(IsRefusal(ParseEnrolment("exercise.test", Format()).status(), Reason::kBadSignature));
}

TEST_F(EnrolmentTest, NoLineCanBeChanged) {
  const std::string text = Format();
  for (const auto& [from, to] : {std::pair("FR.paf", "FR.fiu"), std::pair("police", "judges"),
                                 std::pair("Border", "border")}) {
    std::string altered = text;
    altered.replace(altered.find(from), std::string_view(from).size(), to);
    EXPECT_TRUE(IsRefusal(ParseEnrolment(kName, altered).status(), Reason::kBadSignature)) << to;
  }
}

TEST_F(EnrolmentTest, AnythingElseIsNotTheForm) {
  const std::string text = Format();
  for (const std::string& bad :
       {std::string(), text.substr(1), text + "more\n", text.substr(0, text.size() - 1),
        text.substr(0, text.find("signature"))}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseEnrolment(kName, bad).status())) << bad;
  }
  for (size_t cut = 0; cut + 1 < text.size(); ++cut) {
    EXPECT_FALSE(ParseEnrolment(kName, text.substr(0, cut)).ok()) << cut;
  }
}

TEST_F(EnrolmentTest, NamesAreOneLine) {
  const AgencyId agency = *AgencyId::Parse("FR.paf");
  EXPECT_FALSE(FormatEnrolment(kName, agency, "police", "two\nlines", key_).ok());
  EXPECT_FALSE(FormatEnrolment(kName, agency, "", "name", key_).ok());
}

// What is signed here is what the registry takes.
class CeremonyTest : public EnrolmentTest {
 protected:
  absl::Status Apply(const Publication& publication) {
    return registry_.Check(registry_.snapshot_number() + 100, publication.kind,
                           testing::kFounded + 1000, testing::BodyOf(publication));
  }
  absl::Status Take(const Publication& publication) {
    return registry_.Apply(registry_.snapshot_number() + 100, Digest{}, publication.kind,
                           testing::kFounded + 1000, testing::BodyOf(publication));
  }
  const crypto::SigningKey& Authority(std::string_view code) {
    return federation_.jurisdiction(code).authority;
  }

  const Period period_{testing::kFounded, testing::kFounded + 365 * limits::kDayMs};
  const Instant now_ = testing::kFounded + 500;
  Federation federation_;
  Registry registry_ = federation_.NewRegistry();
};

TEST_F(CeremonyTest, AnAdmissionBringsAgencyAndKey) {
  const auto request = ParseEnrolment(kName, Format());
  for (const Publication& one : SignAdmission(kName, *request, 1, period_, now_, Authority("FR"))) {
    const absl::Status status = Take(one);
    EXPECT_TRUE(status.ok()) << status;
  }
  EXPECT_EQ(registry_.StateOf("FR.paf", now_), AgencyState::kAdmitted);
  EXPECT_EQ(registry_.CurrentKey("FR.paf", crypto::KeyUse::kIdentity, now_)->public_key,
            key_.public_key());
}

TEST_F(CeremonyTest, ARenewalBringsAFurtherKeyAndNothingElse) {
  auto request = *ParseEnrolment(kName, Format());
  for (const Publication& one : SignAdmission(kName, request, 1, period_, now_, Authority("FR"))) {
    ASSERT_TRUE(Take(one).ok());
  }
  request.identity = crypto::SigningKey::Create(random_).public_key();
  EXPECT_FALSE(Apply(SignRenewal(kName, request, period_, now_ + 1, Authority("BR"))).ok());
  const absl::Status status = Take(SignRenewal(kName, request, period_, now_ + 1, Authority("FR")));
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(registry_.CurrentKey("FR.paf", crypto::KeyUse::kIdentity, now_ + 2)->public_key,
            request.identity);
  EXPECT_EQ(registry_.KeysOf("FR.paf").size(), 2u);
}

TEST_F(CeremonyTest, AnotherStatesAuthorityAdmitsNobodyHere) {
  const auto request = ParseEnrolment(kName, Format());
  EXPECT_FALSE(
      Apply(SignAdmission(kName, *request, 1, period_, now_, Authority("BR")).front()).ok());
}

TEST_F(CeremonyTest, APolicyIsTakenFromBothOfficesOnly) {
  const auto& fr = federation_.jurisdiction("FR");
  const std::string text = testing::DefaultPolicy("FR", 2);
  EXPECT_TRUE(
      Apply(SignPolicy(kName, "FR", 2, text, now_, fr.policy_author, fr.policy_protection)).ok());
  EXPECT_FALSE(Apply(SignPolicy(kName, "FR", 2, text, now_, fr.policy_author, fr.authority)).ok());
}

TEST_F(CeremonyTest, TwoOfficesSignAPolicyOneAfterTheOther) {
  using enum crypto::KeyUse;
  const auto& fr = federation_.jurisdiction("FR");
  const std::string text = testing::DefaultPolicy("FR", 2);
  const Publication begun =
      BeginPolicy(kName, "FR", 2, text, now_, fr.policy_protection, kPolicyProtection);
  EXPECT_FALSE(Apply(begun).ok()) << "one signature is not enough";
  EXPECT_EQ(InForceOf(begun), now_);
  const auto both = CosignPolicy(kName, "FR", 2, text, begun, fr.policy_author, kPolicyAuthor);
  ASSERT_TRUE(both.ok()) << both.status();
  const Publication at_once =
      SignPolicy(kName, "FR", 2, text, now_, fr.policy_author, fr.policy_protection);
  EXPECT_EQ(both->statement.SerializeAsString(), at_once.statement.SerializeAsString());
  EXPECT_TRUE(Apply(*both).ok());
  EXPECT_FALSE(CosignPolicy(kName, "FR", 2, text, *both, fr.authority, kPolicyAuthor).ok())
      << "a third";
}

TEST_F(CeremonyTest, NoOfficeSignsForBoth) {
  using enum crypto::KeyUse;
  const auto& fr = federation_.jurisdiction("FR");
  const std::string text = testing::DefaultPolicy("FR", 2);
  const Publication begun =
      BeginPolicy(kName, "FR", 2, text, now_, fr.policy_author, kPolicyAuthor);
  for (const crypto::KeyUse office : {kPolicyAuthor, kPolicyProtection}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        CosignPolicy(kName, "FR", 2, text, begun, fr.policy_author, office).status()));
  }
}

// The first office shows one text, and has signed another.
TEST_F(CeremonyTest, ASecondOfficeSignsNothingButWhatItWasShown) {
  using enum crypto::KeyUse;
  const auto& fr = federation_.jurisdiction("FR");
  const std::string shown = testing::DefaultPolicy("FR", 2);
  const std::string other = testing::DefaultPolicy("FR", 3);
  const auto cosigned = [&](uint64_t version, const std::string& text) {
    Publication begun =
        BeginPolicy(kName, "FR", version, text, now_, fr.policy_author, kPolicyAuthor);
    begun.text = shown;
    return CosignPolicy(kName, "FR", 2, shown, begun, fr.policy_protection, kPolicyProtection).ok();
  };
  EXPECT_TRUE(cosigned(2, shown));
  EXPECT_FALSE(cosigned(2, other));
  EXPECT_FALSE(cosigned(3, shown));
}

TEST_F(CeremonyTest, PolicyKeysComeFromTheAuthority) {
  const crypto::SigningKey author = crypto::SigningKey::Create(random_);
  EXPECT_TRUE(Apply(SignPolicyKeys(kName, "FR", author.public_key(), key_.public_key(), period_,
                                   now_, Authority("FR")))
                  .ok());
  EXPECT_FALSE(Apply(SignPolicyKeys(kName, "FR", author.public_key(), key_.public_key(), period_,
                                    now_, Authority("BR")))
                   .ok());
}

TEST_F(CeremonyTest, AFederationFileTakesMoreThanTwoThirds) {
  std::vector<crypto::SigningKey> keys;
  for (const auto* code : {"FR", "BR", "DE"}) keys.push_back(Authority(code).Clone());
  const std::string text = testing::GroupsText({"FR", "BR", "DE", "CH", "AE"}, 2);
  EXPECT_FALSE(Apply(SignFederationFile(kName, "groups", 2, text, now_, keys)).ok());
  keys.push_back(Authority("CH").Clone());
  const absl::Status status = Apply(SignFederationFile(kName, "groups", 2, text, now_, keys));
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(CeremonyTest, ARevocationActs) {
  const KeyId id = registry_.CurrentKey("FR.fiu", crypto::KeyUse::kRecordSigning, now_)->id;
  const Publication revocation = SignRevocation(kName, "FR.fiu", id, "lost", now_, Authority("FR"),
                                                crypto::KeyUse::kAuthority);
  ASSERT_TRUE(Take(revocation).ok());
  EXPECT_TRUE(
      IsRefusal(registry_.CurrentKey("FR.fiu", crypto::KeyUse::kRecordSigning, now_).status(),
                Reason::kKeyUnknown));
}

TEST_F(CeremonyTest, AnAgencyIsSuspended) {
  v1::AgencyStatement statement;
  statement.set_agency("FR.fiu");
  statement.set_state(v1::AgencyStatement::SUSPENDED);
  statement.set_kind("fiu");
  statement.set_name("Agency FR.fiu");
  statement.set_from_ms(static_cast<uint64_t>(now_.ms));
  statement.set_number(2);
  ASSERT_TRUE(Take(SignAgencyState(kName, statement, Authority("FR"))).ok());
  EXPECT_EQ(registry_.StateOf("FR.fiu", now_), AgencyState::kSuspended);
}

}  // namespace
}  // namespace entente::ledger
