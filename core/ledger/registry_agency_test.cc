// Agencies: who may admit, suspend and remove them, and what that does to their keys.
#include "core/ledger/ledger_fixture.h"

namespace entente::ledger {
namespace {

using State = v1::AgencyStatement;

class RegistryAgency : public LedgerTest {};

TEST_F(RegistryAgency, TheAuthorityOfItsJurisdictionAdmits) {
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.police", State::ADMITTED, 1))), "ok");
  EXPECT_EQ(registry.StateOf("FR.police", instant), AgencyState::kAdmitted);
  const auto info = registry.FindAgency("FR.police", instant);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->kind, "fiu");
  EXPECT_EQ(info->name, "A unit");
  EXPECT_EQ(AgencyStateWord(info->state), "admitted");
}

TEST_F(RegistryAgency, NoOtherKeyAdmits) {
  const v1::AgencyStatement body = AgencyBody("FR.police", State::ADMITTED, 1);
  const testing::JurisdictionKeys& france = federation.jurisdiction("FR");
  EXPECT_EQ(Offer(ByAuthority("BR", body)), "key-unknown");
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_AGENCY, body,
                         {{federation.agency("FR.fiu").identity, KeyUse::kIdentity}})),
            "key-unknown");
  EXPECT_EQ(
      Offer(Signed(v1::ENTRY_KIND_AGENCY, body, {{france.policy_author, KeyUse::kPolicyAuthor}})),
      "key-unknown");
  // The right key under another use has another id.
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_AGENCY, body, {{france.authority, KeyUse::kIdentity}})),
            "key-unknown");
  EXPECT_EQ(registry.StateOf("FR.police", instant), AgencyState::kUnknown);
}

TEST_F(RegistryAgency, AJurisdictionWithoutAuthorityHasNoAgencies) {
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("NL.police", State::ADMITTED, 1))), "key-unknown");
}

TEST_F(RegistryAgency, ASignatureIsForThisStatementThisTypeAndThisFederation) {
  Publication publication = ByAuthority("FR", AgencyBody("FR.police", State::ADMITTED, 1));
  Publication other = ByAuthority("FR", AgencyBody("FR.customs", State::ADMITTED, 1));
  other.statement.set_body(publication.statement.body());
  EXPECT_EQ(Offer(other), "bad-signature");
  // The same bytes signed as another type of statement.
  const auto typed =
      record::SignStatement("keys", federation.name(), publication.statement.body(),
                            std::vector<record::StatementSigner>{
                                {federation.jurisdiction("FR").authority, KeyUse::kAuthority}});
  EXPECT_EQ(OfferBytes(v1::ENTRY_KIND_AGENCY, record::Encode(typed), instant), "bad-signature");
  FederationOptions options;
  options.federation = "exercise.test";
  const Federation exercise(options);
  const auto elsewhere =
      record::SignBody(exercise.name(), AgencyBody("FR.police", State::ADMITTED, 1),
                       {{federation.jurisdiction("FR").authority, KeyUse::kAuthority}});
  EXPECT_EQ(OfferBytes(v1::ENTRY_KIND_AGENCY, record::Encode(elsewhere), instant), "bad-signature");
}

TEST_F(RegistryAgency, OneSignatureAndNoSecond) {
  const v1::AgencyStatement body = AgencyBody("FR.police", State::ADMITTED, 1);
  EXPECT_EQ(Offer(Signed(v1::ENTRY_KIND_AGENCY, body,
                         {{federation.jurisdiction("FR").authority, KeyUse::kAuthority},
                          {federation.jurisdiction("BR").authority, KeyUse::kAuthority}})),
            "bad-signature");
  Publication none = ByAuthority("FR", body);
  none.statement.clear_signatures();
  EXPECT_EQ(Offer(none), "bad-signature");
}

TEST_F(RegistryAgency, UnknownFieldsAndOtherEncodingsAreRefused) {
  const std::string bytes =
      testing::BodyOf(ByAuthority("FR", AgencyBody("FR.police", State::ADMITTED, 1)));
  EXPECT_EQ(OfferBytes(v1::ENTRY_KIND_AGENCY, bytes + std::string("\x7a\x01\x00", 3), instant),
            "unknown-field");
  EXPECT_EQ(OfferBytes(v1::ENTRY_KIND_AGENCY, bytes + std::string("\x0a\x00", 2), instant),
            "not-canonical");
  EXPECT_EQ(OfferBytes(v1::ENTRY_KIND_AGENCY, "not a message", instant), "malformed");
  EXPECT_EQ(OfferBytes(v1::ENTRY_KIND_AGENCY, "", instant), "malformed");
  // Inside the body, and rightly signed.
  Publication inner = ByAuthority("FR", AgencyBody("FR.police", State::ADMITTED, 1));
  const auto resigned = record::SignStatement(
      "agency", federation.name(), inner.statement.body() + std::string("\x7a\x01\x00", 3),
      std::vector<record::StatementSigner>{
          {federation.jurisdiction("FR").authority, KeyUse::kAuthority}});
  EXPECT_EQ(OfferBytes(v1::ENTRY_KIND_AGENCY, record::Encode(resigned), instant), "unknown-field");
}

TEST_F(RegistryAgency, FormOfTheBody) {
  const auto outcome = [&](auto change) {
    v1::AgencyStatement body = AgencyBody("FR.police", State::ADMITTED, 1);
    change(body);
    return Offer(ByAuthority("FR", body));
  };
  EXPECT_EQ(outcome([](auto& body) { body.set_agency("FR.Police"); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_agency("EL.police"); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.clear_state(); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_state(static_cast<State::State>(9)); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_kind("Two words"); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_kind(std::string(41, 'a')); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.clear_name(); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_name("line\nline"); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_until_ms(body.from_ms()); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) { body.set_from_ms(UINT64_MAX); }), "malformed");
  EXPECT_EQ(outcome([](auto& body) {
              body.set_state(State::REMOVED);
              body.set_until_ms(body.from_ms() + 1);
            }),
            "malformed");
  EXPECT_EQ(registry.StateOf("FR.police", instant), AgencyState::kUnknown);
}

TEST_F(RegistryAgency, NumbersFollowWithoutHolesAndNeverBack) {
  const Publication first = ByAuthority("FR", AgencyBody("FR.police", State::ADMITTED, 1));
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.police", State::ADMITTED, 2))), "malformed");
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.police", State::ADMITTED, 0))), "malformed");
  EXPECT_EQ(Offer(first), "ok");
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.police", State::REMOVED, 2))), "ok");
  // The admission replayed does not bring it back.
  EXPECT_EQ(Offer(first), "snapshot-behind");
  EXPECT_THAT(AdviceOn(first), ::testing::HasSubstr("the next number, 3"))
      << "nothing is tried again";
  EXPECT_EQ(registry.StateOf("FR.police", instant), AgencyState::kRemoved);
}

TEST_F(RegistryAgency, KeepsTheKindOfItsFirstStatement) {
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.police", State::ADMITTED, 1))), "ok");
  v1::AgencyStatement body = AgencyBody("FR.police", State::ADMITTED, 2);
  body.set_kind("ngo");
  EXPECT_EQ(Offer(ByAuthority("FR", body)), "malformed");
}

TEST_F(RegistryAgency, StatesAreIntervalsTheLaterOverTheEarlier) {
  v1::AgencyStatement suspended = AgencyBody("FR.fiu", State::SUSPENDED, 2);
  suspended.set_from_ms(Ms(instant + 1000));
  suspended.set_until_ms(Ms(instant + 2000));
  EXPECT_EQ(Offer(ByAuthority("FR", suspended)), "ok");
  EXPECT_EQ(registry.StateOf("FR.fiu", instant + 999), AgencyState::kAdmitted);
  EXPECT_EQ(registry.StateOf("FR.fiu", instant + 1000), AgencyState::kSuspended);
  EXPECT_EQ(registry.StateOf("FR.fiu", instant + 1999), AgencyState::kSuspended);
  EXPECT_EQ(registry.StateOf("FR.fiu", instant + 2000), AgencyState::kAdmitted);
}

TEST_F(RegistryAgency, WhatIsLoggedLaterDoesNotJudgeEarlierEntries) {
  const uint64_t at = index;
  v1::AgencyStatement suspended = AgencyBody("FR.fiu", State::SUSPENDED, 2);
  suspended.set_from_ms(Ms(kFounded));  // back-dated
  EXPECT_EQ(Offer(ByAuthority("FR", suspended)), "ok");
  EXPECT_EQ(registry.StateAt("FR.fiu", at, instant), AgencyState::kAdmitted);
  EXPECT_EQ(registry.StateAt("FR.fiu", at + 1, instant), AgencyState::kSuspended);
  EXPECT_TRUE(
      registry.FindKey("FR.fiu", SigningKeyId("FR.fiu"), KeyUse::kRecordSigning, at, instant).ok());
}

TEST_F(RegistryAgency, KeysOfWhoIsNotAdmittedDoNotCount) {
  const auto find = [&] {
    return Outcome(
        registry.FindKey("FR.fiu", SigningKeyId("FR.fiu"), KeyUse::kRecordSigning, index, instant)
            .status());
  };
  const auto current = [&] {
    return Outcome(registry.CurrentKey("FR.fiu", KeyUse::kDelivery, instant).status());
  };
  EXPECT_EQ(find(), "ok");
  EXPECT_EQ(current(), "ok");
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.fiu", State::SUSPENDED, 2))), "ok");
  EXPECT_EQ(find(), "agency-suspended");
  EXPECT_EQ(current(), "agency-suspended");
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.fiu", State::ADMITTED, 3))), "ok");
  EXPECT_EQ(find(), "ok");
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.fiu", State::REMOVED, 4))), "ok");
  EXPECT_EQ(find(), "agency-suspended");
  EXPECT_EQ(Outcome(registry.CheckAdmitted("FR.fiu", index, instant)), "agency-suspended");
  EXPECT_EQ(Outcome(registry.CheckAdmitted("FR.never", index, instant)), "wrong-agency");
}

TEST_F(RegistryAgency, ASuspendedAgencyPublishesNothing) {
  EXPECT_EQ(Offer(ByAuthority("FR", AgencyBody("FR.fiu", State::SUSPENDED, 2))), "ok");
  EXPECT_EQ(Offer(ByIdentity("FR.fiu", KeysBody("FR.fiu", {KeyUse::kDelivery}))),
            "agency-suspended");
}

TEST_F(RegistryAgency, AnAdmissionThatHasNotBegunAdmitsNobody) {
  v1::AgencyStatement body = AgencyBody("FR.police", State::ADMITTED, 1);
  body.set_from_ms(Ms(instant + limits::kDayMs));
  EXPECT_EQ(Offer(ByAuthority("FR", body)), "ok");
  EXPECT_EQ(Outcome(registry.CheckAdmitted("FR.police", index, instant)), "wrong-agency");
  EXPECT_EQ(Outcome(registry.CheckAdmitted("FR.police", index, instant + limits::kDayMs)), "ok");
}

}  // namespace
}  // namespace entente::ledger
