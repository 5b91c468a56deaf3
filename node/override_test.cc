// In an emergency a record goes on without the consent of the one that gave its data.
#include "core/crypto/digest.h"
#include "node/override_fixture.h"
#include "node/overrides.h"

namespace entente::node {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// An older release would not read the keys that stand beside them.
TEST_F(OverrideTest, TheKeysOfOfficersStandInAStatementOfTheirOwn) {
  world.Advance(10 * limits::kDayMs);  // delivery keys are due
  world.Send("DE.fiu", world.Lead({"BR.fiu"}));
  world.Settle();  // the log has the time of now
  ASSERT_TRUE(fr()->Tick(world.now).ok());
  Publish("author", "author", testing::MakeOfficerKeys(random).author);
  world.Settle();
  std::map<uint64_t, std::set<bool>> statements;  // by log index: of officers, or not
  for (const ledger::KeyInfo& key : world.broker.registry().KeysOf("FR.fiu")) {
    statements[key.log_index].insert(key.use == crypto::KeyUse::kOfficer);
  }
  for (const auto& [index, kinds] : statements) EXPECT_THAT(kinds, SizeIs(1)) << index;
  EXPECT_GE(statements.size(), 4u) << "two before, and two now";
}

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
  EXPECT_EQ(naming("FR-OUT-930"), "policy-refused:override") << "it does not forbid this";
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

}  // namespace
}  // namespace entente::node
