#include "core/ledger/parts.h"

#include "core/crypto/digest.h"
#include "core/ledger/ledger_fixture.h"
#include "core/record/strict.h"

namespace entente::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

SectionId IdOf(uint8_t first) {
  SectionId id{};
  id[0] = first;
  return id;
}

policy::MatchedRule Rule(policy::Side side, std::string id) {
  return {.side = side, .id = std::move(id), .title = "A title"};
}

// Section 1 is withheld by a rule of each side.
policy::Decision InPart() {
  policy::Decision out;
  out.verdict = policy::Verdict::kReleaseInPart;
  out.released = {0, 2};
  out.withheld = {
      {.section = 1,
       .rules = {Rule(policy::Side::kOrigin, "FR-OUT-800"),
                 Rule(policy::Side::kDestination, "BR-IN-700")},
       .reasons = {{policy::Side::kOrigin, "withheld"}, {policy::Side::kDestination, "withheld"}}}};
  out.obligations = {"delete-after:P30D", "onward:never"};
  out.matched = {
      Rule(policy::Side::kOrigin, "FR-OUT-100"), Rule(policy::Side::kOrigin, "FR-OUT-800"),
      Rule(policy::Side::kDestination, "BR-IN-100"), Rule(policy::Side::kDestination, "BR-IN-700")};
  out.reasons = {{policy::Side::kOrigin, "withheld"}, {policy::Side::kDestination, "withheld"}};
  out.destination_contact = "Office of BR";
  return out;
}

policy::Decision Refused() {
  policy::Decision out;
  out.verdict = policy::Verdict::kRefuse;
  out.matched = {Rule(policy::Side::kDestination, "DE-IN-900")};
  out.reasons = {{policy::Side::kDestination, "forbidden"}};
  out.destination_contact = "Office of DE";
  return out;
}

class Parts : public ::testing::Test {
 protected:
  Act act{.instant = kFounded,
          .acting_agency = "FR.fiu",
          .officer_pseudonym = std::string(32, 'p'),
          .justification_digest = std::string(32, 'j')};
  // In the record's order, which is not the order of bytes.
  SubmittedRecord record{.record_id = {1},
                         .record_hash = crypto::Sha256("header"),
                         .origin = "FR.fiu",
                         .sections = {IdOf(30), IdOf(20), IdOf(10)},
                         .snapshot_number = 7,
                         .snapshot_hash = crypto::Sha256("snapshot")};
  std::vector<ReaderPart> Submission() {
    return SubmissionParts(
        act, record, std::vector<DecidedRecipient>{{"DE.fiu", Refused()}, {"BR.fiu", InPart()}});
  }
  v1::Part Read(const ReaderPart& part) {
    auto read = ReadPart(part.bytes);
    EXPECT_TRUE(read.ok()) << read.status();
    if (!read.ok()) return {};
    EXPECT_EQ(read->reader(), part.reader);
    return *read;
  }
  std::string Altered(const ReaderPart& part, std::function<void(v1::Part&)> change) {
    v1::Part message = Read(part);
    change(message);
    return Outcome(ReadPart(record::Encode(message)).status());
  }
};

TEST_F(Parts, ASubmissionHasOnePartForTheOriginAndOneForEachThatIsReleasedSomething) {
  const auto parts = Submission();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].reader, "FR.fiu");
  EXPECT_EQ(parts[1].reader, "BR.fiu");
  EXPECT_TRUE(WriteSealedEntry(v1::ENTRY_KIND_SUBMISSION, kFounded, parts, {}).ok());
  const v1::Part origin = Read(parts[0]);
  EXPECT_EQ(origin.acting_agency(), "FR.fiu");
  EXPECT_EQ(origin.officer_pseudonym(), act.officer_pseudonym);
  EXPECT_EQ(origin.submission().snapshot_number(), 7u);
  EXPECT_EQ(origin.submission().record_hash(), ToString(record.record_hash));
  ASSERT_EQ(origin.submission().decisions_size(), 2);
  EXPECT_EQ(origin.submission().decisions(0).recipient(), "BR.fiu");
  EXPECT_EQ(origin.submission().decisions(1).verdict(), v1::VERDICT_REFUSE);
  const v1::Part recipient = Read(parts[1]);
  ASSERT_EQ(recipient.submission().decisions_size(), 1);
}

TEST_F(Parts, EachReaderSeesTheRulesThatAreItsToSee) {
  const auto parts = Submission();
  const v1::RecipientDecision seen_by_origin = Read(parts[0]).submission().decisions(0);
  EXPECT_THAT(seen_by_origin.rules(), ElementsAre("FR-OUT-100", "FR-OUT-800"));
  EXPECT_THAT(seen_by_origin.withheld(0).rules(), ElementsAre("FR-OUT-800"));
  EXPECT_EQ(seen_by_origin.contact(), "Office of BR");
  const v1::RecipientDecision seen_by_recipient = Read(parts[1]).submission().decisions(0);
  EXPECT_THAT(seen_by_recipient.rules(),
              ElementsAre("BR-IN-100", "BR-IN-700", "FR-OUT-100", "FR-OUT-800"));
  const v1::RecipientDecision refused = Read(parts[0]).submission().decisions(1);
  EXPECT_THAT(refused.rules(), IsEmpty());
  EXPECT_EQ(refused.contact(), "Office of DE");
  for (const ReaderPart& part : parts) {
    EXPECT_THAT(part.bytes, Not(::testing::HasSubstr("DE-IN-900")));
  }
}

TEST_F(Parts, APublicDestinationIsShownToTheOrigin) {
  policy::Decision decision = InPart();
  decision.destination_public = true;
  const auto seen = DecisionFor(policy::Reader::kOrigin, "BR.fiu", decision, record.sections);
  EXPECT_THAT(seen.rules(), ElementsAre("BR-IN-100", "BR-IN-700", "FR-OUT-100", "FR-OUT-800"));
}

TEST_F(Parts, DecisionsReadBackAsFarAsTheLogTells) {
  for (const auto reader : {policy::Reader::kOrigin, policy::Reader::kRecipient}) {
    const policy::VisibleDecision view = policy::ViewFor(reader, InPart());
    const auto read =
        ReadDecision(DecisionFor(reader, "BR.fiu", InPart(), record.sections), record.sections);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->verdict, view.verdict);
    EXPECT_EQ(read->released, view.released);
    EXPECT_EQ(read->withheld, view.withheld);
    EXPECT_EQ(read->obligations, view.obligations);
    EXPECT_EQ(read->RuleIds(), view.RuleIds());
    EXPECT_EQ(read->reasons, view.reasons);
    EXPECT_EQ(read->contact, view.contact);
  }
}

TEST_F(Parts, ADecisionAboutASectionThatTheRecordLacksIsMalformed) {
  const auto proto = DecisionFor(policy::Reader::kOrigin, "BR.fiu", InPart(), record.sections);
  const std::vector<SectionId> fewer = {IdOf(30)};
  EXPECT_EQ(Outcome(ReadDecision(proto, fewer).status()), "malformed");
  v1::RecipientDecision bent = proto;
  bent.mutable_withheld(0)->set_section_id("short");
  EXPECT_EQ(Outcome(ReadDecision(bent, record.sections).status()), "malformed");
  bent = proto;
  bent.clear_verdict();
  EXPECT_EQ(Outcome(ReadDecision(bent, record.sections).status()), "malformed");
}

TEST_F(Parts, VerdictsAreTheSameBothWays) {
  for (const auto verdict : {policy::Verdict::kRelease, policy::Verdict::kReleaseInPart,
                             policy::Verdict::kHold, policy::Verdict::kRefuse}) {
    EXPECT_EQ(FromProto(ToProto(verdict)), verdict);
  }
  EXPECT_FALSE(FromProto(v1::VERDICT_UNSPECIFIED));
}

TEST_F(Parts, TheSameActGivesTheSameBytesInWhateverOrderRecipientsCome) {
  const std::vector<DecidedRecipient> other = {{"BR.fiu", InPart()}, {"DE.fiu", Refused()}};
  const auto one = Submission();
  const auto two = SubmissionParts(act, record, other);
  ASSERT_EQ(one.size(), two.size());
  for (size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].bytes, two[i].bytes);
}

TEST_F(Parts, AnAcknowledgementTellsEachOriginItsOwnRecordsOnly) {
  act.acting_agency = "BR.fiu";
  act.officer_pseudonym = act.justification_digest = "";
  const std::vector<AcknowledgedRecord> records = {{"FR.fiu", crypto::Sha256("1")},
                                                   {"DE.fiu", crypto::Sha256("2")},
                                                   {"FR.fiu", crypto::Sha256("3")}};
  const auto parts = AcknowledgementParts(act, v1::LANE_URGENT, 5, 7, records);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(Read(parts[0]).acknowledgement().record_hashes_size(), 3);
  EXPECT_EQ(parts[1].reader, "DE.fiu");
  EXPECT_EQ(Read(parts[1]).acknowledgement().record_hashes_size(), 1);
  const v1::Part french = Read(parts[2]);
  EXPECT_THAT(french.acknowledgement().record_hashes(),
              ElementsAre(ToString(records[0].record_hash), ToString(records[2].record_hash)));
  EXPECT_EQ(french.acknowledgement().recipient(), "BR.fiu");
  EXPECT_EQ(Read(parts[0]).acknowledgement().through_seq(), 7u);
  EXPECT_EQ(french.acknowledgement().from_seq(), 0u);
  EXPECT_EQ(french.acknowledgement().through_seq(), 0u);
  EXPECT_TRUE(WriteSealedEntry(v1::ENTRY_KIND_ACKNOWLEDGEMENT, kFounded, parts, {}).ok());
}

TEST_F(Parts, NoticesAndExpiriesAreForBothEnds) {
  const auto notice = NoticeParts(act, "pair-head", "BR.fiu", crypto::Sha256("body"));
  ASSERT_EQ(notice.size(), 2u);
  EXPECT_EQ(Read(notice[1]).notice().from(), "FR.fiu");
  const auto expiry = ExpiryParts(act, record.record_id, record.record_hash, "BR.fiu");
  ASSERT_EQ(expiry.size(), 2u);
  EXPECT_EQ(Read(expiry[1]).expiry().recipient(), "BR.fiu");
}

TEST_F(Parts, ARecipientsPartTellsOfNobodyElse) {
  const auto parts = Submission();
  EXPECT_EQ(Altered(parts[1],
                    [](v1::Part& part) {
                      v1::RecipientDecision other = part.submission().decisions(0);
                      other.set_recipient("DE.fiu");
                      *part.mutable_submission()->add_decisions() = other;
                    }),
            "malformed");
  EXPECT_EQ(Altered(parts[1], [](v1::Part& part) { part.set_reader("DE.fiu"); }), "malformed");
  EXPECT_EQ(
      Altered(parts[1],
              [](v1::Part& part) {
                part.mutable_submission()->mutable_decisions(0)->set_verdict(v1::VERDICT_REFUSE);
              }),
      "malformed");
}

TEST_F(Parts, FormOfASubmissionPart) {
  const ReaderPart origin = Submission()[0];
  const auto outcome = [&](auto change) {
    return Altered(origin, [&](v1::Part& part) { change(part, *part.mutable_submission()); });
  };
  EXPECT_EQ(outcome([](auto&, auto& event) { event.set_record_id("short"); }), "malformed");
  EXPECT_EQ(outcome([](auto&, auto& event) { event.set_snapshot_hash("short"); }), "malformed");
  EXPECT_EQ(outcome([](auto&, auto& event) { event.clear_decisions(); }), "malformed");
  EXPECT_EQ(outcome([](auto&, auto& event) { event.mutable_decisions()->SwapElements(0, 1); }),
            "not-canonical");
  EXPECT_EQ(outcome([](auto&, auto& event) { event.set_origin("DE.fiu"); }), "malformed");
  EXPECT_EQ(outcome([](auto& part, auto&) { part.set_acting_agency("DE.fiu"); }), "malformed");
  EXPECT_EQ(outcome([](auto& part, auto&) { part.set_reader("nobody"); }), "malformed");
  EXPECT_EQ(outcome([](auto& part, auto&) { part.set_officer_pseudonym("p"); }), "malformed");
  EXPECT_EQ(outcome([](auto& part, auto&) { part.set_justification_digest("j"); }), "malformed");
  EXPECT_EQ(outcome([](auto& part, auto&) { part.set_instant_ms(UINT64_MAX); }), "malformed");
  EXPECT_EQ(outcome([](auto& part, auto&) { part.set_kind(v1::ENTRY_KIND_NOTICE); }), "malformed");
  EXPECT_EQ(outcome([](auto& part, auto&) { part.set_kind(v1::ENTRY_KIND_KEYS); }), "malformed");
  EXPECT_EQ(outcome([](auto& part, auto&) { part.clear_event(); }), "malformed");
  EXPECT_EQ(outcome([](auto&, auto& event) { event.mutable_decisions(0)->clear_verdict(); }),
            "malformed");
  EXPECT_EQ(outcome([](auto&, auto& event) { event.mutable_decisions(0)->add_rules("A"); }),
            "not-canonical");
  EXPECT_EQ(outcome([](auto&, auto& event) {
              *event.mutable_decisions(0)->add_withheld() = event.decisions(0).withheld(0);
            }),
            "not-canonical");
  EXPECT_EQ(outcome([](auto&, auto& event) {
              event.mutable_decisions(0)->mutable_withheld(0)->set_section_id("x");
            }),
            "malformed");
}

TEST_F(Parts, FormOfTheOtherParts) {
  // A kind of entry that this version reads and does not write.
  v1::Part refusal = Read(NoticeParts(act, "gap", "BR.fiu", crypto::Sha256("body"))[0]);
  refusal.set_kind(v1::ENTRY_KIND_REFUSAL);
  refusal.mutable_refusal()->set_reason("label-missing:purpose");
  const ReaderPart refused{refusal.reader(), record::Encode(refusal)};
  EXPECT_EQ(Read(refused).refusal().reason(), "label-missing:purpose");
  EXPECT_EQ(Altered(refused, [](auto& part) { part.mutable_refusal()->set_reason("because"); }),
            "malformed");
  EXPECT_EQ(Altered(refused, [](auto& part) { part.mutable_refusal()->set_record_id("x"); }),
            "malformed");
  EXPECT_EQ(Altered(refused, [](auto& part) { part.set_reader("DE.fiu"); }), "malformed");
  const ReaderPart notice = NoticeParts(act, "gap", "BR.fiu", crypto::Sha256("body"))[0];
  EXPECT_EQ(Altered(notice, [](auto& part) { part.mutable_notice()->set_type("other"); }),
            "malformed");
  EXPECT_EQ(Altered(notice, [](auto& part) { part.mutable_notice()->set_from("DE.fiu"); }),
            "malformed");
  EXPECT_EQ(Altered(notice, [](auto& part) { part.set_reader("DE.fiu"); }), "malformed");
  EXPECT_EQ(Altered(notice, [](auto& part) { part.mutable_notice()->set_statement_digest("x"); }),
            "malformed");
  const ReaderPart expiry = ExpiryParts(act, record.record_id, record.record_hash, "BR.fiu")[0];
  EXPECT_EQ(Altered(expiry, [](auto& part) { part.mutable_expiry()->set_record_hash("x"); }),
            "malformed");
  EXPECT_EQ(Altered(expiry, [](auto& part) { part.set_reader("DE.fiu"); }), "malformed");
  EXPECT_EQ(Altered(expiry, [](auto& part) { part.mutable_expiry()->set_recipient("no one"); }),
            "malformed");
  const std::vector<AcknowledgedRecord> records = {{"DE.fiu", crypto::Sha256("1")}};
  const ReaderPart range = AcknowledgementParts(act, v1::LANE_BULK, 5, 7, records)[0];
  const auto altered = [&](auto change) {
    return Altered(range, [&](auto& part) { change(*part.mutable_acknowledgement()); });
  };
  EXPECT_EQ(altered([](auto& event) { event.set_from_seq(8); }), "malformed");
  EXPECT_EQ(altered([](auto& event) { event.set_from_seq(0); }), "malformed");
  EXPECT_EQ(altered([](auto& event) { event.clear_lane(); }), "malformed");
  EXPECT_EQ(altered([](auto& event) { event.set_recipient("DE.fiu"); }), "malformed");
  EXPECT_EQ(altered([](auto& event) { event.set_record_hashes(0, "x"); }), "malformed");
  const ReaderPart told = AcknowledgementParts(act, v1::LANE_BULK, 5, 7, records)[1];
  EXPECT_EQ(Altered(told, [](auto& part) { part.mutable_acknowledgement()->set_through_seq(7); }),
            "malformed");
}

TEST_F(Parts, UnknownFieldsAndOtherEncodingsAreRefused) {
  const std::string bytes = Submission()[0].bytes;
  EXPECT_EQ(Outcome(ReadPart(bytes + std::string("\x7a\x01\x00", 3)).status()), "unknown-field");
  EXPECT_EQ(Outcome(ReadPart(bytes + std::string("\x08\x10", 2)).status()), "not-canonical");
  EXPECT_EQ(Outcome(ReadPart(bytes.substr(1)).status()), "malformed");
}

// ---- decided again

v1::RecipientDecision Released(std::vector<uint8_t> withheld,
                               std::vector<std::string> obligations) {
  v1::RecipientDecision out;
  out.set_recipient("BR.fiu");
  out.set_verdict(withheld.empty() ? v1::VERDICT_RELEASE : v1::VERDICT_RELEASE_IN_PART);
  for (const uint8_t id : withheld) {
    v1::WithheldSection& section = *out.add_withheld();
    section.set_section_id(ToString(IdOf(id)));
    section.add_rules("R-" + std::to_string(id));
    section.add_reasons("withheld");
    out.add_rules("R-" + std::to_string(id));
  }
  out.mutable_obligations()->Assign(obligations.begin(), obligations.end());
  return out;
}

v1::RecipientDecision Narrow(const v1::RecipientDecision& before,
                             const v1::RecipientDecision& now) {
  return Narrowed(before, now, 3, policy::PublishedVocabulary());
}

TEST(DecidedAgain, WhatWasWithheldStaysSoAndTheNewIsAdded) {
  const auto made = Narrow(Released({30}, {}), Released({10}, {}));
  EXPECT_EQ(made.verdict(), v1::VERDICT_RELEASE_IN_PART);
  ASSERT_EQ(made.withheld_size(), 2);
  EXPECT_EQ(made.withheld(0).section_id(), ToString(IdOf(10)));
  EXPECT_THAT(made.withheld(1).rules(), ElementsAre("R-30"));
  EXPECT_THAT(made.rules(), ElementsAre("R-10", "R-30"));
  EXPECT_THAT(made.reasons(), ElementsAre("withheld"));
}

TEST(DecidedAgain, ObligationsAreThoseOfBothTheStricterOfAWord) {
  const auto made = Narrow(Released({}, {"delete-after:P30D", "onward:never"}),
                           Released({}, {"delete-after:P1Y", "use-only-for-stated-purpose"}));
  EXPECT_THAT(made.obligations(),
              ElementsAre("delete-after:P30D", "onward:never", "use-only-for-stated-purpose"));
}

TEST(DecidedAgain, ARefusalOrAHoldOnEitherSideRefuses) {
  v1::RecipientDecision held = Released({}, {"onward:never"});
  held.set_verdict(v1::VERDICT_HOLD);
  held.add_reasons("handling-needs-person");
  const auto now = Narrow(Released({}, {"onward:never"}), held);
  EXPECT_EQ(now.verdict(), v1::VERDICT_REFUSE);
  EXPECT_THAT(now.reasons(), ElementsAre("handling-needs-person"));
  EXPECT_THAT(now.obligations(), IsEmpty());
  const auto before = Narrow(held, Released({}, {}));
  EXPECT_EQ(before.verdict(), v1::VERDICT_REFUSE);
  EXPECT_THAT(before.reasons(), ElementsAre("handling-needs-person"));
}

TEST(DecidedAgain, NothingLeftIsARefusal) {
  const auto made = Narrow(Released({10, 20}, {"onward:never"}), Released({30}, {}));
  EXPECT_EQ(made.verdict(), v1::VERDICT_REFUSE);
  EXPECT_THAT(made.reasons(), ElementsAre("nothing-left", "withheld"));
  EXPECT_THAT(made.obligations(), IsEmpty());
}

TEST(DecidedAgain, NoWiderIsSeenByWhoeverHasBoth) {
  const auto is = [](const auto& again, const auto& before) {
    return IsNoWider(again, before, policy::PublishedVocabulary());
  };
  const auto first = Released({10}, {"delete-after:P1Y"});
  EXPECT_TRUE(is(first, first));
  EXPECT_TRUE(is(Released({10, 20}, {"delete-after:P30D"}), first));
  EXPECT_FALSE(is(Released({20}, {"delete-after:P1Y"}), first));
  EXPECT_FALSE(is(Released({10}, {"delete-after:P2Y"}), first));
  EXPECT_FALSE(is(Released({10}, {}), first));
  v1::RecipientDecision refused = first;
  refused.set_verdict(v1::VERDICT_REFUSE);
  EXPECT_TRUE(is(refused, first));
  EXPECT_FALSE(is(first, refused));
}

TEST_F(Parts, WhatIsDecidedAgainIsForOriginAndRecipient) {
  const auto decision = Released({10}, {});
  const auto parts = DecisionAgainParts(act, 7, record, decision, decision);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(Read(parts[0]).again().first_index(), 7u);
  EXPECT_EQ(parts[1].reader, "BR.fiu");
  EXPECT_TRUE(WriteSealedEntry(v1::ENTRY_KIND_DECISION_AGAIN, kFounded, parts, {}).ok());
  const auto altered = [&](auto change) { return Altered(parts[1], change); };
  EXPECT_EQ(altered([](v1::Part& part) { part.set_reader("DE.fiu"); }), "malformed");
  EXPECT_EQ(altered([](v1::Part& part) { part.set_acting_agency("BR.fiu"); }), "malformed");
  EXPECT_EQ(altered([](v1::Part& part) {
              auto& more = *part.mutable_again()->mutable_decided()->add_decisions();
              more.set_recipient("DE.fiu");
              more.set_verdict(v1::VERDICT_RELEASE);
            }),
            "malformed");
  EXPECT_EQ(altered([](v1::Part& part) {
              part.mutable_again()->mutable_decided()->mutable_decisions(0)->set_verdict(
                  v1::VERDICT_HOLD);
            }),
            "malformed");
}

}  // namespace
}  // namespace entente::ledger
