// What one State gave goes on to a third, as the one that gave it lets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/ceremony.h"
#include "core/record/consent_form.h"
#include "core/record/statements.h"
#include "node/exchange_fixture.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// A State that sends on what another gave with the consent of that one alone.
std::string Asking(std::string_view jurisdiction) {
  const std::string code(jurisdiction);
  return testing::DefaultPolicy(jurisdiction) + "\n[[outbound.forbid]]\nid     = \"" + code +
         "-OUT-910\"\ntitle  = \"What another State gave needs its consent\"\n"
         "law    = \"Test act art. 3\"\nobtained_from = [\"another-state\"]\n"
         "unless = \"consent-of-source-attached\"\n";
}

// A State that lets nobody pass on what it gave, once it is there.
std::string Obliging(std::string_view jurisdiction, uint64_t version) {
  std::string text = testing::DefaultPolicy(jurisdiction, version);
  const std::string_view obligations = "\"delete-after:P1Y\"]";
  text.replace(text.find(obligations), obligations.size(),
               "\"delete-after:P1Y\", \"onward:never\"]");
  return text;
}

// A State that does not take in where victims live.
std::string Sparing(std::string_view jurisdiction) {
  const std::string code(jurisdiction);
  return testing::DefaultPolicy(jurisdiction) + "\n[[inbound.withhold]]\nid    = \"" + code +
         "-IN-800\"\ntitle = \"Where a victim lives is not asked for\"\n"
         "law   = \"Test act art. 4\"\nabout = [\"victim\"]\ndata  = [\"address\"]\n";
}

class ConsentTest : public ::testing::Test {
 protected:
  ConsentTest()
      : world({"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu", "NL.fiu"},
              {{"FR", Asking("FR")}, {"DE", Obliging("DE", 1)}, {"NL", Sparing("NL")}}) {
    original = world.Send("DE.fiu", world.Lead({"FR.fiu"}));
    world.Settle();
  }

  v1::GiveConsentRequest Asked() const {
    v1::GiveConsentRequest request;
    request.set_record_id(original);
    request.set_holder("FR.fiu");
    request.set_recipient("BR.fiu");
    request.set_purpose("asset-recovery");
    request.set_until_ms(static_cast<uint64_t>((world.now + 10 * limits::kDayMs).ms));
    request.set_text("for the accounts alone");
    request.set_justification("asked for by FR.fiu");
    return request;
  }
  absl::StatusOr<v1::SendResponse> TryGive(const v1::GiveConsentRequest& request) {
    return world.node("DE.fiu")->GiveConsent("author", request, world.now);
  }
  // The record id of the consent, which has come to FR.fiu.
  std::string Give(const v1::GiveConsentRequest& request) {
    const auto given = TryGive(request);
    EXPECT_TRUE(given.ok()) << given.status();
    world.Settle();
    return given.ok() ? given->record_id() : "";
  }
  v1::Draft Onward(const std::vector<std::string>& consents, std::string to = "BR.fiu") const {
    v1::Draft draft = world.Lead({std::move(to)});
    draft.add_obtained_from("DE");
    for (const std::string& consent : consents) draft.add_with_consents(consent);
    return draft;
  }
  absl::Status TrySend(const v1::Draft& draft) {
    return world.node("FR.fiu")->Send("author", draft, world.now).status();
  }
  // Nothing of it is shown there, and an alarm says why.
  void ExpectNotTaken(const std::string& id, const std::string& reason) {
    EXPECT_TRUE(absl::IsNotFound(world.Show("BR.fiu", id).status()));
    const auto status = world.node("BR.fiu")->Status("reader", world.now);
    ASSERT_TRUE(status.ok()) << status.status();
    std::vector<std::string> texts;
    for (const v1::Alarm& alarm : status->alarms()) texts.push_back(alarm.text());
    EXPECT_THAT(texts, Contains(HasSubstr(reason)));
  }
  std::vector<v1::ConsentSummary> List(std::string_view agency, bool received) {
    const auto list = world.node(agency)->ListConsents("author", {}, world.now);
    EXPECT_TRUE(list.ok()) << list.status();
    std::vector<v1::ConsentSummary> listed;
    for (const v1::ConsentSummary& one : list->consents()) {
      if (one.received() == received) listed.push_back(one);
    }
    return listed;
  }

  AlertWorld world;
  std::string original;
};

TEST_F(ConsentTest, WhatItsSourceLetsGoIsDelivered) {
  const std::string consent = Give(Asked());
  const std::string id = world.Send("FR.fiu", Onward({consent}));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_THAT(shown->sections(), SizeIs(2));
  for (const auto* agency : {"FR.fiu", "BR.fiu", "DE.fiu"}) {
    EXPECT_THAT(world.AlarmsOf(agency), IsEmpty()) << agency << ": it was decided as it says";
  }
}

TEST_F(ConsentTest, WithoutOneItIsForbidden) {
  const auto sent = world.node("FR.fiu")->Send("author", Onward({}), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->recipients(0).verdict(), v1::VERDICT_REFUSE);
  EXPECT_THAT(sent->recipients(0).rules(), Contains("FR-OUT-910"));
  EXPECT_THAT(sent->recipients(0).reasons(), Contains(HasSubstr("forbidden")));
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", sent->record_id(), "BR.fiu"), v1::RECIPIENT_STATE_NOT_SENT);
}

TEST_F(ConsentTest, SaysWhatItLetsGoToWhom) {
  const std::string consent = Give(Asked());
  const auto shown = world.Show("FR.fiu", consent);
  ASSERT_TRUE(shown.ok()) << shown.status();
  ASSERT_THAT(shown->sections(), SizeIs(1));
  EXPECT_THAT(shown->sections(0).labels().about(), ElementsAre("suspect", "victim"));
  EXPECT_THAT(shown->sections(0).labels().data(), ElementsAre("narrative"));
  EXPECT_EQ(shown->sections(0).content().consent().text(), "for the accounts alone");
  const auto note = record::ReadConsentNote(shown->sections(0).content().consent());
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->source(), "DE.fiu");
  EXPECT_EQ(note->instrument(), "TEST-ALL");
  EXPECT_EQ(HexEncode(AsBytes(note->record())),
            world.Show("FR.fiu", original)->record_hash().substr(7));
  EXPECT_THAT(note->data(), ElementsAre("address", "financial"));
  EXPECT_THAT(note->obligations(), Contains("onward:never"));
  EXPECT_EQ(note->from_ms(), static_cast<uint64_t>(world.now.ms));
  EXPECT_EQ(note->until_ms(), Asked().until_ms());
  EXPECT_EQ(shown->item().expires_ms(), Asked().until_ms());
}

TEST_F(ConsentTest, BothSidesListThem) {
  const std::string consent = Give(Asked());
  const auto received = List("FR.fiu", true), given = List("DE.fiu", false);
  ASSERT_THAT(received, SizeIs(1));
  ASSERT_THAT(given, SizeIs(1));
  EXPECT_EQ(received[0].record_id(), consent);
  EXPECT_EQ(received[0].note().SerializeAsString(), given[0].note().SerializeAsString());
  EXPECT_EQ(received[0].note().recipient(), "BR.fiu");
  EXPECT_EQ(received[0].about_record_id(), original) << "by which it is looked up here";
  EXPECT_EQ(given[0].about_record_id(), original);
  EXPECT_NE(given[0].about_reference(), "");
  EXPECT_EQ(received[0].why_not(), "");
  EXPECT_THAT(List("FR.fiu", false), IsEmpty());
  world.Advance(11 * limits::kDayMs);
  EXPECT_THAT(List("FR.fiu", true)[0].why_not(), HasSubstr("over"));
  EXPECT_EQ(List("FR.fiu", true)[0].note().recipient(), "");
  EXPECT_THAT(List("DE.fiu", false)[0].why_not(), Not(IsEmpty()));
}

TEST_F(ConsentTest, ThePreviewSaysWhichGoAlong) {
  const std::string consent = Give(Asked());
  v1::Draft draft = Onward({consent});
  draft.add_recipients("CH.fiu");
  const auto preview = world.node("FR.fiu")->Preview("author", draft, world.now);
  ASSERT_TRUE(preview.ok()) << preview.status();
  ASSERT_THAT(preview->recipients(0).consents(), SizeIs(1));
  EXPECT_EQ(preview->recipients(0).consents(0).source(), "DE.fiu");
  EXPECT_EQ(preview->recipients(0).verdict(), v1::VERDICT_RELEASE);
  EXPECT_THAT(preview->recipients(1).consents(), IsEmpty());
  EXPECT_EQ(preview->recipients(1).verdict(), v1::VERDICT_REFUSE);
}

TEST_F(ConsentTest, UsingOneIsAConsultationOfIt) {
  const std::string consent = Give(Asked());
  world.Send("FR.fiu", Onward({consent}));
  std::vector<std::string> operations;
  for (const v1::Consultation& line : world.LogOf("FR.fiu")) {
    if (line.record_id() == consent) operations.push_back(line.operation());
  }
  EXPECT_THAT(operations, ElementsAre("collection", "consultation"));
}

// Both of the statement, and of policy as it is when the record goes.
TEST_F(ConsentTest, TheRecipientTakesOnWhatItObligesTo) {
  const std::string consent = Give(Asked());
  world.PublishPolicy("DE", 2);
  world.Settle();
  const std::string id = world.Send("FR.fiu", Onward({consent}));
  world.Settle();
  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_THAT(shown->obligations(), Contains("onward:never"));
}

TEST_F(ConsentTest, NoOtherUseOfItIsPossible) {
  const std::string consent = Give(Asked());
  EXPECT_TRUE(IsRefusal(TrySend(Onward({consent}, "CH.fiu")), Reason::kConsentMissing));
  v1::Draft draft = Onward({consent});
  draft.set_purpose("fiu-analysis");
  EXPECT_TRUE(IsRefusal(TrySend(draft), Reason::kConsentMissing));
  draft = Onward({consent});
  draft.clear_obtained_from();
  const absl::Status silent = TrySend(draft);
  ASSERT_TRUE(IsRefusal(silent, Reason::kConsentMissing)) << silent;
  EXPECT_THAT(RefusalOf(silent)->advice, HasSubstr("obtained_from DE"));
  EXPECT_TRUE(IsRefusal(TrySend(Onward({original})), Reason::kMalformed)) << "no consent";
  EXPECT_TRUE(absl::IsNotFound(TrySend(Onward({std::string(32, '0')}))));
  world.Advance(10 * limits::kDayMs);
  EXPECT_TRUE(IsRefusal(TrySend(Onward({consent})), Reason::kExpired));
}

TEST_F(ConsentTest, NotMoreThanARecordHolds) {
  std::vector<std::string> consents;
  for (size_t i = 0; i <= limits::kConsents; ++i) consents.push_back(Give(Asked()));
  EXPECT_TRUE(IsRefusal(TrySend(Onward(consents)), Reason::kTooLarge));
  consents.pop_back();
  consents.push_back(consents.front());
  EXPECT_TRUE(TrySend(Onward(consents)).ok()) << "one that is named twice counts once";
}

TEST_F(ConsentTest, NotMoreThanARecordHoldsInAll) {
  std::vector<std::string> consents;
  for (const char* to : {"BR.fiu", "CH.fiu", "NL.fiu"}) {
    v1::GiveConsentRequest asked = Asked();
    asked.set_recipient(to);
    asked.add_about("suspect");
    asked.add_data("financial");
    for (size_t i = 0; i < 11; ++i) consents.push_back(Give(asked));
  }
  v1::Draft draft = Onward(consents);
  draft.add_recipients("CH.fiu");
  draft.add_recipients("NL.fiu");
  const absl::Status sent = TrySend(draft);
  ASSERT_TRUE(IsRefusal(sent, Reason::kTooLarge)) << sent;
  EXPECT_THAT(RefusalOf(sent)->text, HasSubstr("32"));
}

TEST_F(ConsentTest, ADraftBringsNoneOfItsOwn) {
  const std::string consent = Give(Asked());
  v1::Draft draft = Onward({});
  draft.add_consents(world.Show("FR.fiu", consent)->sections(0).content().consent().statement());
  EXPECT_TRUE(IsRefusal(TrySend(draft), Reason::kMalformed));
  const auto preview = world.node("FR.fiu")->Preview("author", draft, world.now);
  EXPECT_TRUE(IsRefusal(preview.status(), Reason::kMalformed));
}

TEST_F(ConsentTest, ARecalledOneCannotBeAttachedAnyMore) {
  const std::string consent = Give(Asked());
  const std::string before = world.Send("FR.fiu", Onward({consent}));
  world.Settle();
  ASSERT_TRUE(world.Recall("DE.fiu", consent).ok());
  world.Settle();
  EXPECT_TRUE(IsRefusal(TrySend(Onward({consent})), Reason::kExpired));
  EXPECT_THAT(List("FR.fiu", true)[0].why_not(), HasSubstr("recalled"));
  EXPECT_TRUE(world.Show("BR.fiu", before).ok()) << "what went before stays";
}

TEST_F(ConsentTest, NothingGoesOnOfWhatItsSourceRestricts) {
  const std::string consent = Give(Asked());
  v1::RestrictRequest request;
  request.set_record_id(original);
  request.set_ground(v1::RESTRICTION_GROUND_CONTESTED);
  request.set_processing(true);
  request.set_justification("a test");
  ASSERT_TRUE(world.node("DE.fiu")->Restrict("author", request, world.now).ok());
  world.Settle();
  EXPECT_TRUE(IsRefusal(TrySend(Onward({consent})), Reason::kPolicyRefused));
  EXPECT_THAT(List("FR.fiu", true)[0].why_not(), HasSubstr("contested"));
  request.set_processing(false);
  request.set_ground(v1::RESTRICTION_GROUND_LIFTED);
  ASSERT_TRUE(world.node("DE.fiu")->Restrict("author", request, world.now).ok());
  world.Settle();
  EXPECT_TRUE(TrySend(Onward({consent})).ok());
}

TEST_F(ConsentTest, NobodyConsentsToWhatOwnPolicyWouldNotSend) {
  v1::GiveConsentRequest request = Asked();
  request.set_recipient("CH.fiu");
  const auto refused = TryGive(request);
  ASSERT_TRUE(IsRefusal(refused.status(), Reason::kPolicyRefused)) << refused.status();
  EXPECT_THAT(RefusalOf(refused.status())->text, HasSubstr("DE-OUT-800"));
  request.add_about("suspect");
  request.add_data("financial");
  EXPECT_TRUE(TryGive(request).ok()) << "where a suspect's money is may go there";
}

TEST_F(ConsentTest, OneIsGivenForWhatTheHolderHas) {
  const auto refusal = [&](const v1::GiveConsentRequest& request) {
    const auto given = TryGive(request);
    return given.ok() ? std::string("given") : ReasonText(*RefusalOf(given.status()));
  };
  v1::GiveConsentRequest request = Asked();
  request.set_holder("CH.fiu");
  EXPECT_EQ(refusal(request), "wrong-agency") << "it was not sent there";
  request = Asked();
  request.add_data("biometric");
  EXPECT_EQ(refusal(request), "malformed");
  request = Asked();
  request.add_about("child");
  EXPECT_EQ(refusal(request), "malformed");
  request = Asked();
  request.set_recipient("FR.fiu");
  EXPECT_EQ(refusal(request), "wrong-agency");
  request.set_recipient("XX.fiu");
  EXPECT_EQ(refusal(request), "wrong-agency");
  request = Asked();
  request.set_until_ms(static_cast<uint64_t>(world.now.ms));
  EXPECT_EQ(refusal(request), "expired");
  request.set_until_ms(static_cast<uint64_t>((world.now + 61 * limits::kDayMs).ms));
  EXPECT_EQ(refusal(request), "malformed");
  request = Asked();
  request.set_purpose("border-control");
  request.set_instrument("TEST-ALL");
  EXPECT_EQ(refusal(request), "given") << "another purpose than it came for";
  request.clear_purpose();
  EXPECT_EQ(refusal(request), "label-missing:purpose");
  request = Asked();
  request.clear_justification();
  EXPECT_EQ(refusal(request), "label-missing:justification");
  EXPECT_TRUE(IsRefusal(world.node("FR.fiu")->GiveConsent("author", Asked(), world.now).status(),
                        Reason::kWrongAgency))
      << "the holder";
  EXPECT_TRUE(IsRefusal(world.node("DE.fiu")->GiveConsent("reader", Asked(), world.now).status(),
                        Reason::kNotAuthorised));
}

// A section that the holder was not given is not let go with the others: by own policy, by the
// holder's.
TEST_F(ConsentTest, WhatWasWithheldFromTheHolderIsNotNamed) {
  for (const std::string holder : {"CH.fiu", "NL.fiu"}) {
    original = world.Send("DE.fiu", world.Lead({holder}));
    world.Settle();
    v1::GiveConsentRequest request = Asked();
    request.set_holder(holder);
    const auto given = TryGive(request);
    ASSERT_TRUE(given.ok()) << given.status();
    for (const v1::ConsentSummary& one : List("DE.fiu", false)) {
      if (one.record_id() != given->record_id()) continue;
      EXPECT_THAT(one.note().about(), ElementsAre("suspect")) << holder;
      EXPECT_THAT(one.note().data(), ElementsAre("financial")) << holder;
    }
  }
}

TEST_F(ConsentTest, NoneIsGivenForWhatIsStillOnItsWay) {
  original = world.Send("DE.fiu", world.Lead({"NL.fiu"}));
  world.Settle({"NL.fiu"});
  v1::GiveConsentRequest request = Asked();
  request.set_holder("NL.fiu");
  EXPECT_TRUE(IsRefusal(TryGive(request).status(), Reason::kWrongAgency));
  world.Settle();
  EXPECT_TRUE(TryGive(request).ok());
}

class RevokedConsentTest : public ConsentTest {
 protected:
  void Revoke(std::string_view agency) {
    const auto key =
        world.broker.registry().CurrentKey(agency, crypto::KeyUse::kRecordSigning, world.now);
    ASSERT_TRUE(key.ok()) << key.status();
    const ledger::Publication revocation =
        ledger::SignRevocation(world.federation.name(), agency, key->id, "lost", world.now,
                               world.federation.agency(agency).identity, crypto::KeyUse::kIdentity);
    v1::PublishRequest request;
    request.set_entry_kind(revocation.kind);
    *request.mutable_statement() = revocation.statement;
    ASSERT_TRUE(world.broker.Publish(request, world.now).ok());
  }
};

TEST_F(RevokedConsentTest, OneUnderAKeyThatWasRevokedIsOfNoUse) {
  const std::string consent = Give(Asked());
  Revoke("DE.fiu");
  world.Settle();
  EXPECT_TRUE(IsRefusal(TrySend(Onward({consent})), Reason::kKeyNotValidThen));
  EXPECT_THAT(List("FR.fiu", true)[0].why_not(), Not(IsEmpty()));
}

// A broker that takes the record all the same is caught by both its ends.
TEST_F(RevokedConsentTest, ARecipientRefusesOneThatTheBrokerOverlooks) {
  const std::string consent = Give(Asked());
  const std::string id = world.Send("FR.fiu", Onward({consent}));
  const auto sealed = world.node("FR.fiu")->NextSubmit(world.now);
  ASSERT_TRUE(sealed.ok() && sealed->has_value());
  Revoke("DE.fiu");
  world.broker.on_consents = [&](policy::RecipientLabels& to) {
    to.consents.push_back({.source = "DE.fiu",
                           .under = "TEST-ALL",
                           .about = {"suspect", "victim"},
                           .data = {"address", "financial"},
                           .from = world.now,
                           .until = world.now + limits::kDayMs});
  };
  const auto response = world.broker.Submit("FR.fiu", **sealed, world.now);
  ASSERT_TRUE(world.node("FR.fiu")->OnSubmitResponse(response, world.now).ok());
  world.Settle();
  ExpectNotTaken(id, "key-not-valid-then");
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("decision-differs"));
}

TEST_F(ConsentTest, OneThatIsTakenOutOrPutInOnTheWayIsSeen) {
  const std::string consent = Give(Asked());
  for (const bool put_in : {false, true}) {
    world.broker.on_delivery = [&](v1::Delivery& delivery) {
      v1::Record record;
      if (!delivery.has_record()) return;
      ASSERT_TRUE(record.ParseFromString(delivery.record()));
      v1::Access& access = *record.mutable_access(0);
      const std::string carried = access.consents(0);
      if (put_in) {
        access.add_consents(carried);
      } else {
        access.clear_consents();
      }
      delivery.set_record(record::Encode(record));
    };
    const std::string id = world.Send("FR.fiu", Onward({consent}));
    world.Settle();
    ExpectNotTaken(id, "proof-bad");
  }
}

// ---- handling code H3

TEST_F(ConsentTest, FreeTextIsReleasedByAPersonAndArrivesWithItsInstruction) {
  v1::AddOfficerRequest second;
  second.mutable_officer()->set_id("second");
  second.mutable_officer()->add_roles("releaser");
  ASSERT_TRUE(world.node("DE.fiu")->AddOfficer("admin", second, world.now).ok());
  v1::Draft lead = world.Lead({"BR.fiu"});
  lead.clear_handling();
  lead.add_handling("H3");
  const auto silent = world.node("DE.fiu")->Send("author", lead, world.now);
  ASSERT_TRUE(IsRefusal(silent.status(), Reason::kLabelMissing)) << silent.status();
  lead.set_instruction("Not to be told to the bank before Monday.");
  const std::string id = world.Send("DE.fiu", lead);
  world.Settle();
  EXPECT_EQ(world.StateOf("DE.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
  v1::ListHeldRequest request;
  request.set_justification("daily look");
  const auto held = world.node("DE.fiu")->ListHeld("second", request, world.now);
  ASSERT_TRUE(held.ok()) << held.status();
  ASSERT_THAT(held->records(), SizeIs(1));
  EXPECT_THAT(held->records(0).recipients(0).second_person(), ElementsAre("free-text"));
  v1::JudgeHeldRequest release;
  release.set_record_id(id);
  release.set_release(true);
  release.set_seen(held->records(0).seen());
  release.set_justification("it may go");
  ASSERT_TRUE(world.node("DE.fiu")->JudgeHeld("second", release, world.now).ok());
  world.Settle();
  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_EQ(shown->instruction(), lead.instruction());
  EXPECT_THAT(world.AlarmsOf("DE.fiu"), IsEmpty());
  EXPECT_THAT(world.AlarmsOf("BR.fiu"), IsEmpty());
  v1::GiveConsentRequest onward = Asked();
  onward.set_record_id(id);
  onward.set_holder("BR.fiu");
  onward.set_recipient("FR.fiu");
  const auto given = TryGive(onward);
  ASSERT_TRUE(given.ok()) << given.status();
  EXPECT_THAT(given->recipients(0).second_person(), ElementsAre("free-text"))
      << "that it goes on a person lets go, too";
}

}  // namespace
}  // namespace entente::node
