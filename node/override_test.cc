// In an emergency a record goes on without the consent of the one that gave its data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/reference.h"
#include "core/record/statements.h"
#include "node/exchange_fixture.h"
#include "node/overrides.h"
#include "tests/support/emergency.h"

namespace entente::node {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A State that sends on what another gave with the consent of that one alone; and something that
// never goes, consent or not.
std::string Asking() {
  return testing::DefaultPolicy("FR") +
         "\n[[outbound.forbid]]\nid     = \"FR-OUT-910\"\n"
         "title  = \"What another State gave needs its consent\"\nlaw    = \"Test act art. 3\"\n"
         "obtained_from = [\"another-state\"]\nunless = \"consent-of-source-attached\"\n"
         "\n[[outbound.forbid]]\nid     = \"FR-OUT-920\"\ntitle  = \"What Switzerland gave "
         "stays\"\n"
         "law    = \"Test act art. 4\"\nobtained_from = [\"CH\"]\n";
}

class OverrideTest : public ::testing::Test {
 protected:
  OverrideTest()
      : world({"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu"}, {{"FR", Asking()}}),
        keys(testing::MakeOfficerKeys(random)),
        others(testing::MakeOfficerKeys(random)) {
    AddOfficer("second", {"releaser"});
    AddOfficer("both", {"author", "releaser"});
    world.Advance(limits::kMinuteMs);
    Publish("author", "author", keys.author);
    Publish("second", "releaser", keys.releaser);
    Publish("both", "author", others.author);
    Publish("both", "releaser", others.releaser);
    world.Settle();
    world.Advance(limits::kMinuteMs);
  }

  TestNode& fr() { return world.node("FR.fiu"); }
  void AddOfficer(const std::string& id, const std::vector<std::string>& roles) {
    v1::AddOfficerRequest request;
    request.mutable_officer()->set_id(id);
    request.mutable_officer()->mutable_roles()->Assign(roles.begin(), roles.end());
    EXPECT_TRUE(fr()->AddOfficer("admin", request, world.now).ok());
  }
  absl::Status TryPublish(std::string_view by, const std::string& officer, const std::string& role,
                          const crypto::SigningKey& key) {
    v1::PublishOfficerKeyRequest request;
    request.set_officer(officer);
    request.set_role(role);
    request.set_public_key(ToString(key.public_key()));
    request.set_until_ms(static_cast<uint64_t>((world.now + 365 * limits::kDayMs).ms));
    return fr()->PublishOfficerKey(by, request, world.now).status();
  }
  void Publish(const std::string& officer, const std::string& role, const crypto::SigningKey& key) {
    const absl::Status status = TryPublish("admin", officer, role, key);
    EXPECT_TRUE(status.ok()) << status;
  }

  v1::Draft Draft(std::vector<std::string> recipients = {"BR.fiu"}) const {
    v1::Draft draft = world.Lead(std::move(recipients));
    draft.mutable_sections()->RemoveLast();  // where a victim lives
    draft.add_obtained_from("DE");
    v1::DraftOverride& asked = *draft.mutable_override();
    asked.add_rules("FR-OUT-910");
    asked.set_ground(v1::OVERRIDE_GROUND_LIFE);
    asked.set_reason("A woman is held there, and Germany does not answer at night");
    return draft;
  }
  // Why the desk does not take it, after a change.
  std::string After(const std::function<void(v1::Draft&)>& change) {
    v1::Draft draft = Draft();
    change(draft);
    const auto sent = fr()->Preview("author", draft, world.now);
    if (sent.ok()) return "ok";
    const auto refusal = RefusalOf(sent.status());
    return refusal ? ReasonText(*refusal) : sent.status().ToString();
  }
  std::string Send() { return world.Send("FR.fiu", Draft()); }

  absl::StatusOr<v1::ShowOverrideResponse> ShowAt(std::string_view agency, std::string_view officer,
                                                  const std::string& id) {
    v1::ShowOverrideRequest request;
    request.set_record_id(id);
    request.set_justification("looking at it");
    return world.node(agency)->ShowOverride(officer, request, world.now);
  }
  absl::Status Sign(std::string_view officer, const std::string& id,
                    const crypto::SigningKey& key) {
    const auto shown = ShowAt("FR.fiu", officer, id);
    if (!shown.ok()) return shown.status();
    const std::vector<record::StatementSigner> signers = {{key, crypto::KeyUse::kOfficer}};
    v1::SignOverrideRequest request;
    request.set_record_id(id);
    *request.mutable_signature() =
        record::SignStatement("override", world.federation.name(), shown->body(), signers)
            .signatures(0);
    request.set_justification("I answer for it");
    return fr()->SignOverride(officer, request, world.now).status();
  }
  absl::Status Release(const std::string& id) {
    v1::ListHeldRequest list;
    list.set_justification("daily look");
    const auto held = fr()->ListHeld("second", list, world.now);
    EXPECT_TRUE(held.ok()) << held.status();
    v1::JudgeHeldRequest request;
    request.set_record_id(id);
    request.set_release(true);
    request.set_justification("looked at it");
    for (const v1::HeldRecord& one : held->records()) {
      if (one.record_id() == id) request.set_seen(one.seen());
    }
    return fr()->JudgeHeld("second", request, world.now).status();
  }
  void SignBoth(const std::string& id) {
    EXPECT_TRUE(Sign("author", id, keys.author).ok());
    EXPECT_TRUE(Sign("second", id, keys.releaser).ok());
  }
  // On its way, with all that it needs.
  std::string SendAll() {
    const std::string id = Send();
    SignBoth(id);
    const absl::Status released = Release(id);
    EXPECT_TRUE(released.ok()) << released;
    return id;
  }
  std::vector<v1::OverrideSummary> List(std::string_view agency) {
    const auto list = world.node(agency)->ListOverrides("protector", {}, world.now);
    EXPECT_TRUE(list.ok()) << list.status();
    return {list->overrides().begin(), list->overrides().end()};
  }
  absl::Status Review(std::string_view agency, std::string_view officer, const std::string& id) {
    v1::ReviewOverrideRequest request;
    request.set_record_id(id);
    request.set_finding(v1::OVERRIDE_FINDING_JUSTIFIED);
    request.set_text("the danger was real");
    return world.node(agency)->ReviewOverride(officer, request, world.now).status();
  }
  std::string ReasonOf(const absl::Status& status) {
    const auto refusal = RefusalOf(status);
    return status.ok() ? "ok" : refusal ? ReasonText(*refusal) : status.ToString();
  }

  AlertWorld world;
  testing::SeededRandom random{5};
  testing::OfficerKeys keys, others;
};

TEST_F(OverrideTest, GoesWithTwoSignaturesAndTheSourceIsTold) {
  const std::string id = Send();
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_HELD);
  SignBoth(id);
  ASSERT_TRUE(Release(id).ok());
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
  const auto shown = world.Show("BR.fiu", id);
  ASSERT_TRUE(shown.ok()) << shown.status();
  EXPECT_THAT(shown->override().sources(), ElementsAre("DE.fiu"));
  EXPECT_EQ(shown->override().ground(), v1::OVERRIDE_GROUND_LIFE);
  for (const auto* agency : {"FR.fiu", "DE.fiu"}) {
    const auto list = List(agency);
    ASSERT_THAT(list, SizeIs(1)) << agency;
    EXPECT_EQ(list[0].record_id(), id);
    EXPECT_EQ(list[0].received(), std::string_view(agency) == "DE.fiu");
    EXPECT_EQ(list[0].note().recipient(), "BR.fiu");
    EXPECT_THAT(list[0].note().rules(), ElementsAre("FR-OUT-910"));
    EXPECT_EQ(list[0].due_ms(), list[0].logged_ms() + kOverrideReviewMs);
    EXPECT_FALSE(list[0].overdue());
  }
  EXPECT_THAT(List("CH.fiu"), IsEmpty());
  for (const auto* agency : {"FR.fiu", "BR.fiu", "DE.fiu"}) {
    EXPECT_THAT(world.AlarmsOf(agency), IsEmpty()) << agency << ": it was decided as it says";
  }
}

TEST_F(OverrideTest, TheReasonStaysAtTheOriginWhichCanShowIt) {
  const std::string id = SendAll();
  world.Settle();
  const auto ours = ShowAt("FR.fiu", "protector", id);
  ASSERT_TRUE(ours.ok()) << ours.status();
  EXPECT_EQ(ours->reason(), Draft().override().reason());
  ASSERT_THAT(ours->override().signers(), SizeIs(2));
  EXPECT_EQ(ours->override().signers(0).officer(), "author");
  EXPECT_EQ(ours->override().signers(1).officer(), "second");
  const auto theirs = ShowAt("DE.fiu", "protector", id);
  ASSERT_TRUE(theirs.ok()) << theirs.status();
  EXPECT_EQ(theirs->reason(), "");
  EXPECT_THAT(theirs->override().signers(), IsEmpty());
  EXPECT_EQ(theirs->override().note().reason_digest(),
            AsText(crypto::Sha256Concat({AsBytes(ours->salt()), AsBytes(ours->reason())})));
}

TEST_F(OverrideTest, IsNotReleasedBeforeBothHaveSigned) {
  const std::string id = Send();
  EXPECT_EQ(ReasonOf(Release(id)), "policy-held:override");
  ASSERT_TRUE(Sign("author", id, keys.author).ok());
  EXPECT_EQ(ReasonOf(Release(id)), "policy-held:override");
  ASSERT_TRUE(Sign("second", id, keys.releaser).ok());
  world.Settle();
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty()) << "signed, and nobody has looked at the text";
  EXPECT_TRUE(Release(id).ok());
}

TEST_F(OverrideTest, AnAuthorSignsFirstAndThenAnotherPerson) {
  const std::string id = Send();
  EXPECT_EQ(ReasonOf(Sign("second", id, keys.releaser)), "policy-held:override");
  EXPECT_EQ(ReasonOf(Sign("reader", id, keys.author)), "not-authorised");
  EXPECT_EQ(ReasonOf(Sign("author", id, others.author)), "not-authorised") << "another's key";
  EXPECT_EQ(ReasonOf(Sign("author", id, crypto::SigningKey::Create(random))), "key-unknown");
  ASSERT_TRUE(Sign("both", id, others.author).ok());
  EXPECT_EQ(ReasonOf(Sign("both", id, others.releaser)), "not-authorised") << "one person";
  EXPECT_EQ(ReasonOf(Sign("author", id, keys.author)), "policy-held:override") << "signed already";
  EXPECT_TRUE(Sign("second", id, keys.releaser).ok());
  EXPECT_EQ(ReasonOf(Sign("second", id, keys.releaser)), "policy-held:override");
}

TEST_F(OverrideTest, WhoWroteItIsNotItsSecondPerson) {
  const auto sent = fr()->Send("both", Draft(), world.now);
  ASSERT_TRUE(sent.ok()) << sent.status();
  ASSERT_TRUE(Sign("author", sent->record_id(), keys.author).ok());
  EXPECT_EQ(ReasonOf(Sign("both", sent->record_id(), others.releaser)), "not-authorised");
}

TEST_F(OverrideTest, ASignatureOverSomethingElseCountsForNothing) {
  const std::string id = Send();
  const auto shown = ShowAt("FR.fiu", "author", id);
  ASSERT_TRUE(shown.ok());
  EXPECT_EQ(shown->role(), "author");
  v1::SignOverrideRequest request;
  request.set_record_id(id);
  request.set_justification("I answer for it");
  const std::vector<record::StatementSigner> signers = {{keys.author, crypto::KeyUse::kOfficer}};
  for (const auto& [type, body] : {std::pair<std::string, std::string>("consent", shown->body()),
                                   {"override", shown->body() + "x"}}) {
    *request.mutable_signature() =
        record::SignStatement(type, world.federation.name(), body, signers).signatures(0);
    EXPECT_EQ(ReasonOf(fr()->SignOverride("author", request, world.now).status()), "bad-signature");
  }
}

TEST_F(OverrideTest, ItsDayOverItIsAskedForAnew) {
  const std::string late = Send();
  ASSERT_TRUE(Sign("author", late, keys.author).ok());
  world.Advance(limits::kDayMs);
  EXPECT_EQ(ReasonOf(Sign("second", late, keys.releaser)), "expired:override");
  EXPECT_EQ(ReasonOf(Release(late)), "expired:override");
}

TEST_F(OverrideTest, WhatDidNotLeaveWithinItsDayDoesNotLeave) {
  const std::string id = SendAll();
  world.Settle({"FR.fiu"});
  world.Advance(limits::kDayMs);
  world.Settle();
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_NOT_SENT);
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "consent-missing:override");
  EXPECT_THAT(world.InboxOf("BR.fiu"), IsEmpty());
  EXPECT_THAT(List("DE.fiu"), IsEmpty());
}

TEST_F(OverrideTest, AKeyThatWasRevokedMeanwhileEndsIt) {
  const std::string id = SendAll();
  const auto key = crypto::MakeKeyId(crypto::KeyUse::kOfficer, keys.author.public_key());
  v1::PublishRequest revoke;
  revoke.set_entry_kind(v1::ENTRY_KIND_REVOCATION);
  *revoke.mutable_statement() =
      ledger::SignRevocation(world.federation.name(), "FR.fiu", key, "stolen", world.now,
                             world.federation.agency("FR.fiu").identity, crypto::KeyUse::kIdentity)
          .statement;
  ASSERT_TRUE(world.broker.Publish(revoke, world.now).ok());
  world.Settle();
  EXPECT_EQ(world.SentLead("FR.fiu", id).recipients(0).reason(), "consent-missing:override");
}

TEST_F(OverrideTest, SurvivesACrashAtEachStep) {
  const std::string id = Send();
  fr().Restart(world.now);
  ASSERT_TRUE(Sign("author", id, keys.author).ok());
  fr().Restart(world.now);
  ASSERT_TRUE(Sign("second", id, keys.releaser).ok());
  fr().Restart(world.now);
  ASSERT_TRUE(Release(id).ok());
  fr().Restart(world.now);
  world.Settle();
  world.node("DE.fiu").Restart(world.now);
  EXPECT_THAT(List("DE.fiu"), SizeIs(1));
  EXPECT_THAT(List("FR.fiu"), SizeIs(1));
  EXPECT_EQ(world.StateOf("FR.fiu", id, "BR.fiu"), v1::RECIPIENT_STATE_DELIVERED);
}

// ---- what may be asked

TEST_F(OverrideTest, OnlyWhatWaitsForAConsentYields) {
  EXPECT_EQ(After([](auto&) {}), "ok");
  const auto naming = [&](const std::string& rule) {
    return After([&](v1::Draft& d) { d.mutable_override()->add_rules(rule); });
  };
  EXPECT_EQ(naming("FR-OUT-000"), "policy-refused:override") << "there is no such rule";
  EXPECT_EQ(naming("FR-OUT-800"), "policy-refused:override") << "it withholds";
  EXPECT_EQ(naming("FR-OUT-920"), "policy-refused:override") << "it waits for nobody";
  EXPECT_EQ(After([](v1::Draft& d) { d.add_obtained_from("CH"); }), "policy-refused:override")
      << "something else forbids it all the same";
}

TEST_F(OverrideTest, NothingAboutVictimsYields) {
  EXPECT_EQ(After([](v1::Draft& d) {
              *d.add_sections() = d.sections(0);
              d.mutable_sections(1)->clear_about();
              d.mutable_sections(1)->add_about("victim");
              d.mutable_sections(1)->clear_data();
              d.mutable_sections(1)->add_data("narrative");
              d.mutable_sections(1)->clear_content();
              d.mutable_sections(1)->mutable_content()->set_language("en");
              d.mutable_sections(1)->mutable_content()->mutable_narrative()->set_text("of her");
            }),
            "policy-refused:override");
}

TEST_F(OverrideTest, ItIsForOneRecipientOnAGroundForAReason) {
  EXPECT_EQ(After([](v1::Draft& d) { d.add_recipients("CH.fiu"); }), "malformed");
  EXPECT_EQ(After([](v1::Draft& d) { d.clear_obtained_from(); }), "label-missing:obtained_from");
  const auto changed = [&](const std::function<void(v1::DraftOverride&)>& change) {
    return After([&](v1::Draft& d) { change(*d.mutable_override()); });
  };
  EXPECT_EQ(changed([](auto& o) { o.clear_rules(); }), "label-missing:override");
  EXPECT_EQ(changed([](auto& o) { o.clear_ground(); }), "label-missing:override-ground");
  EXPECT_EQ(changed([](auto& o) { o.set_reason("  "); }), "label-missing:override-reason");
  EXPECT_EQ(changed([](auto& o) { o.set_reason(std::string(4097, 'x')); }), "too-large");
}

TEST_F(OverrideTest, EachStateThatGaveIsTold) {
  const auto telling = [&](const std::string& source) {
    return After([&](v1::Draft& d) { d.mutable_override()->add_sources(source); });
  };
  EXPECT_EQ(telling("DE.fiu"), "ok");
  EXPECT_EQ(telling("BR.fiu"), "wrong-agency") << "Brazil gave nothing";
  EXPECT_EQ(telling("DE.never"), "wrong-agency");
  EXPECT_EQ(After([](v1::Draft& d) { d.add_obtained_from("NL"); }), "wrong-agency")
      << "the Netherlands have nobody who could be told";
}

TEST_F(OverrideTest, ThePreviewSaysThatTwoAreAsked) {
  const auto preview = fr()->Preview("author", Draft(), world.now);
  ASSERT_TRUE(preview.ok()) << preview.status();
  EXPECT_EQ(preview->recipients(0).verdict(), v1::VERDICT_RELEASE);
  EXPECT_THAT(preview->recipients(0).second_person(), ElementsAre("override"));
}

// ---- keys

TEST_F(OverrideTest, AnAdministratorPublishesKeysForWhoHasTheRole) {
  const auto key = crypto::SigningKey::Create(random);
  EXPECT_EQ(ReasonOf(TryPublish("author", "author", "author", key)), "not-authorised");
  EXPECT_EQ(ReasonOf(TryPublish("admin", "author", "releaser", key)), "not-authorised");
  EXPECT_EQ(ReasonOf(TryPublish("admin", "nobody", "author", key)), "not-authorised");
  EXPECT_EQ(ReasonOf(TryPublish("admin", "reader", "reader", key)), "malformed");
  EXPECT_EQ(ReasonOf(TryPublish("admin", "author", "author", keys.author)), "malformed");
  const auto listed = fr()->Keys("author", world.now);
  ASSERT_TRUE(listed.ok());
  std::vector<std::string> officers;
  for (const v1::KeyInfo& one : listed->keys()) {
    if (one.use() == "officer" && one.has_log_index()) officers.push_back(one.officer());
  }
  EXPECT_THAT(officers, ::testing::UnorderedElementsAre("author", "second", "both", "both"));
}

// ---- who lies

TEST_F(OverrideTest, ABrokerThatTellsNobodyIsNotBelieved) {
  world.broker.on_response = [](v1::SubmitResponse& response) {
    for (v1::SubmissionResult& result : *response.mutable_results()) result.clear_told();
  };
  const std::string id = SendAll();
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("evidence-bad"));
  EXPECT_THAT(List("FR.fiu"), IsEmpty());
  world.broker.on_response = nullptr;
  world.Advance(2 * limits::kMinuteMs);
  world.Settle();
  EXPECT_THAT(List("FR.fiu"), SizeIs(1));
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), IsEmpty());
}

TEST_F(OverrideTest, NorIsOneThatTellsAnother) {
  world.broker.on_response = [](v1::SubmitResponse& response) {
    for (v1::SubmissionResult& result : *response.mutable_results()) {
      if (result.told_size() > 0) *result.mutable_told(0) = result.committed();
    }
  };
  SendAll();
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("FR.fiu"), Contains("evidence-bad"));
}

TEST_F(OverrideTest, AForgedNoticeIsAnAlarmAndNothingElse) {
  world.broker.on_delivery = [](v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_OVERRIDE) return;
    v1::OverrideNote note;
    note.ParseFromString(delivery.notice().statement().body());
    note.set_recipient("CH.fiu");
    delivery.mutable_notice()->mutable_statement()->set_body(record::Encode(note));
  };
  SendAll();
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("DE.fiu"), Contains("notice-bad"));
  EXPECT_THAT(List("DE.fiu"), IsEmpty());
}

TEST_F(OverrideTest, ANoticeIsForWhomTheStatementNames) {
  world.broker.on_delivery = [&](v1::Delivery& delivery) {
    if (delivery.notice().type() != v1::NOTICE_TYPE_OVERRIDE) return;
    v1::OverrideNote note;
    note.ParseFromString(delivery.notice().statement().body());
    note.set_sources(0, "DE.other");
    *delivery.mutable_notice()->mutable_statement() = *record::StrictParse<v1::SignedStatement>(
        testing::SignOverride(world.federation, note, keys));
  };
  SendAll();
  world.Settle();
  EXPECT_THAT(world.AlarmsOf("DE.fiu"), Contains("notice-bad"));
  EXPECT_THAT(List("DE.fiu"), IsEmpty());
}

TEST_F(OverrideTest, ToldTwiceItStandsOnce) {
  const std::string id = SendAll();
  world.Settle({"DE.fiu"});
  Engine& de = world.node("DE.fiu").engine();
  const v1::PullResponse pulled = world.broker.Pull("DE.fiu");
  const auto take = [&] {
    (void)de.StartPull();
    EXPECT_TRUE(de.OnPullResponse(pulled, world.now).ok());
    const v1::GetEntriesRequest request = de.NextEntries();
    EXPECT_TRUE(de.OnEntries(request, world.broker.Entries(request), world.now).ok());
  };
  take();
  ASSERT_TRUE(Review("DE.fiu", "protector", id).ok());
  take();
  const auto after = List("DE.fiu");
  ASSERT_THAT(after, SizeIs(1));
  EXPECT_NE(after[0].reviewed_ms(), 0u);
}

// ---- the review

TEST_F(OverrideTest, ItIsReviewedOnBothSidesOrAnAlarmStands) {
  const std::string id = SendAll();
  world.Settle();
  world.Advance(kOverrideReviewMs + 1);
  for (const auto* agency : {"FR.fiu", "DE.fiu"}) {
    EXPECT_TRUE(world.node(agency)->Tick(world.now).ok());
    EXPECT_THAT(world.AlarmsOf(agency), Contains("review-overdue")) << agency;
    EXPECT_TRUE(List(agency)[0].overdue());
    const auto status = world.node(agency)->Status("protector", world.now);
    ASSERT_TRUE(status.ok());
    EXPECT_EQ(status->overrides_to_review(), 1u);
    EXPECT_EQ(ReasonOf(Review(agency, "author", id)), "not-authorised");
    ASSERT_TRUE(Review(agency, "protector", id).ok());
    EXPECT_EQ(ReasonOf(Review(agency, "protector", id)), "malformed") << "it is reviewed";
    EXPECT_THAT(world.AlarmsOf(agency), ::testing::Not(Contains("review-overdue"))) << agency;
    const auto list = List(agency);
    EXPECT_EQ(list[0].finding(), v1::OVERRIDE_FINDING_JUSTIFIED);
    EXPECT_EQ(list[0].reviewed_by(), "protector");
    EXPECT_FALSE(list[0].overdue());
  }
}

TEST_F(OverrideTest, AFindingHasItsGrounds) {
  const std::string id = SendAll();
  world.Settle();
  v1::ReviewOverrideRequest request;
  request.set_record_id(id);
  request.set_finding(v1::OVERRIDE_FINDING_NOT_JUSTIFIED);
  EXPECT_EQ(ReasonOf(fr()->ReviewOverride("protector", request, world.now).status()),
            "label-missing:text");
  request.set_text("nothing was in danger");
  request.clear_finding();
  EXPECT_EQ(ReasonOf(fr()->ReviewOverride("protector", request, world.now).status()),
            "label-missing:finding");
}

TEST_F(OverrideTest, ListsAreForThoseWhoReview) {
  EXPECT_EQ(ReasonOf(fr()->ListOverrides("author", {}, world.now).status()), "not-authorised");
}

}  // namespace
}  // namespace entente::node
