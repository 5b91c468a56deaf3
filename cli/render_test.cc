#include "cli/render.h"

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/render_case.h"
#include "cli/render_consent.h"
#include "cli/render_lead.h"
#include "cli/render_people.h"
#include "cli/render_restrict.h"
#include "cli/render_review.h"
#include "cli/render_standing.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A text that, shown as it is, clears the screen, forges a line and turns the direction.
constexpr const char* kHostile =
    "\x1b[2J\nFORGED\tx\r\xc2\x9b"
    "31m\xe2\x80\xae\xff";

// Every text of the message is kHostile, every list has one element; of a oneof the field with this
// number is set where there is one.
void FillHostile(Message& message, int chosen) {
  const auto* const reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* const field = message.GetDescriptor()->field(i);
    if (field->real_containing_oneof() != nullptr && field->number() != chosen) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      field->is_repeated() ? reflection->AddString(&message, field, kHostile)
                           : reflection->SetString(&message, field, kHostile);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      FillHostile(field->is_repeated() ? *reflection->AddMessage(&message, field)
                                       : *reflection->MutableMessage(&message, field),
                  chosen);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32 && !field->is_repeated()) {
      reflection->SetUInt32(&message, field, 1);  // so that what it counts is shown
    }
  }
}

template <typename Response>
Response Hostile(int chosen = 0) {
  Response response;
  FillHostile(response, chosen);
  return response;
}

void ExpectHarmless(const std::string& text) {
  for (const char* steering : {"\x1b", "\r", "\t", "\xc2\x9b", "\xe2\x80\xae", "\xff"}) {
    EXPECT_EQ(text.find(steering), text.npos) << text;
  }
  EXPECT_EQ(("\n" + text).find("\nFORGED"), std::string::npos) << text;
  EXPECT_NE(text.find("FORGED"), text.npos) << "nothing hostile came through: " << text;
  for (size_t at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1)) {
    EXPECT_NE(text.compare(at + 1, 6, "FORGED"), 0) << text;
  }
}

TEST(Render, NoFieldOfNoAnswerCanSteerTheTerminalOrForgeALine) {
  for (const Language language : {Language::kEnglish, Language::kFrench}) {
    ExpectHarmless(RenderStatus(language, Hostile<v1::StatusResponse>()));
    ExpectHarmless(RenderSent(language, Hostile<v1::SendResponse>()));
    for (const bool received : {false, true}) {
      ExpectHarmless(RenderRecords(language, Hostile<v1::ListResponse>(), received));
    }
    ExpectHarmless(RenderRestricted(language, Hostile<v1::ListResponse>()));
    ExpectHarmless(RenderInbox(language, Hostile<v1::InboxResponse>()));
    ExpectHarmless(RenderConsultations(language, Hostile<v1::ConsultationsResponse>()));
    ExpectHarmless(RenderKeys(language, Hostile<v1::KeysResponse>()));
    ExpectHarmless(RenderAgencies(language, Hostile<v1::ListAgenciesResponse>()));
    ExpectHarmless(RenderOfficers(language, Hostile<v1::ListOfficersResponse>()));
    v1::ListConsentsResponse consents = Hostile<v1::ListConsentsResponse>();
    consents.mutable_consents(0)->mutable_note()->set_until_ms(1);
    ExpectHarmless(RenderConsents(language, consents));
    const auto* const body = v1::SectionContent::descriptor()->oneof_decl(0);
    for (int i = 0; i < body->field_count(); ++i) {
      ExpectHarmless(RenderShown(language, Hostile<v1::ShowResponse>(body->field(i)->number())));
    }
  }
}

// Whoever reads on has read what they may not do, also the one who lets it go.
TEST(Render, TheInstructionComesBeforeAllElse) {
  const std::string instruction = "Not a word to the bank.";
  v1::ShowResponse shown;
  shown.set_instruction(instruction);
  shown.set_purpose("asset-recovery");
  EXPECT_EQ(RenderShown(Language::kEnglish, shown).find("The sender instructs: " + instruction),
            0u);
  v1::Draft draft;
  draft.set_instruction(instruction);
  draft.add_sections()->mutable_content()->mutable_narrative()->set_text("the rents");
  v1::ListHeldResponse held;
  *held.add_records()->mutable_draft() = draft;
  v1::RecipientPreview preview;
  preview.set_verdict(v1::VERDICT_RELEASE);
  for (const std::string& text :
       {RenderHeld(Language::kEnglish, held), RenderAs(Language::kEnglish, draft, preview)}) {
    ASSERT_NE(text.find(instruction), text.npos) << text;
    EXPECT_LT(text.find(instruction), text.find("the rents")) << text;
  }
}

// Of seven reasons six say what follows from one.
TEST(Render, WhatMakesAllOtherReasonsFollowIsSaidAloneAndInWordsOfTheDesk) {
  v1::SendResponse sent;
  v1::RecipientPreview& preview = *sent.add_recipients();
  preview.set_recipient("AE.fiu");
  preview.set_verdict(v1::VERDICT_REFUSE);
  for (const char* code : {"essential-missing", "label-missing:under", "no-rule-allows"}) {
    preview.add_reasons(code);
  }
  std::string text = RenderSent(Language::kEnglish, sent);
  EXPECT_NE(text.find("There is no agreement to send it under"), text.npos) << text;
  EXPECT_EQ(text.find("The label"), text.npos) << text;
  EXPECT_EQ(text.find("no-rule-allows"), text.npos) << text;
  EXPECT_NE(RenderSent(Language::kFrench, sent).find("pas d'accord"), text.npos);
  preview.add_reasons("label-unknown:recipient");
  text = RenderSent(Language::kEnglish, sent);
  EXPECT_NE(text.find("suspended, removed or not admitted yet"), text.npos) << text;
  EXPECT_EQ(text.find("essential-missing"), text.npos) << text;
}

TEST(Render, TheAuthorReadsWhoDidNotReleaseARecordAndWhy) {
  v1::ListResponse sent;
  v1::RecipientStatus& recipient = *sent.add_records()->add_recipients();
  recipient.set_state(v1::RECIPIENT_STATE_NOT_SENT);
  recipient.set_reason("not-released-by:rita:it names the victim: take her out");
  const std::string text = RenderRecords(Language::kEnglish, sent, false);
  EXPECT_NE(text.find("rita refused to let it go: it names the victim: take her out"), text.npos)
      << text;
  EXPECT_EQ(text.find("not-released-by"), text.npos) << text;
}

TEST(Render, WhatARecordDoesNotHaveIsNotPrinted) {
  v1::ListResponse list;
  v1::RecordSummary& record = *list.add_records();
  record.set_reference("7W3K");
  record.set_record_id("ab12");
  record.set_kind(v1::RECORD_KIND_INFORMATION);
  record.set_expires_ms(1793577600000);
  EXPECT_EQ(RenderRecords(Language::kEnglish, list, false),
            "7W3K  until 2026-11-02T00:00:00.000Z  (record ab12)\n");
  record.set_kind(v1::RECORD_KIND_REQUEST);
  record.set_their_reference("BR-GRU-88");
  EXPECT_EQ(RenderRecords(Language::kEnglish, list, true),
            "7W3K  until 2026-11-02T00:00:00.000Z  (record ab12; sender's reference BR-GRU-88) "
            "from \n")
      << "recalled: without a deadline";
  v1::LeadAnswer answer;
  answer.set_reason("no such account");
  EXPECT_EQ(RenderLeadAnswer(Language::kEnglish, answer), "Declined: no such account\n");
  v1::ShowResponse own;
  own.mutable_item()->set_origin("FR.fiu");
  EXPECT_EQ(RenderShown(Language::kEnglish, own).find("received"), std::string::npos);
}

TEST(Render, OnlyWhatLeavesIsInTheOutbox) {
  v1::SendResponse sent;
  v1::RecipientPreview& preview = *sent.add_recipients();
  preview.set_verdict(v1::VERDICT_RELEASE);
  const auto says = [&](std::string_view words) {
    return RenderSent(Language::kEnglish, sent).find(words) != std::string::npos;
  };
  EXPECT_TRUE(says("is in the outbox"));
  preview.add_second_person("policy");
  EXPECT_TRUE(says("waits here, and has not left"));
  EXPECT_FALSE(says("is in the outbox"));
  preview.clear_second_person();
  preview.set_verdict(v1::VERDICT_REFUSE);
  EXPECT_TRUE(says("is not sent"));
  EXPECT_FALSE(says("is in the outbox"));
  sent.add_recipients()->set_verdict(v1::VERDICT_RELEASE_IN_PART);
  EXPECT_TRUE(says("is in the outbox")) << "to one of them it goes";
}

// What is printed as a command runs as it is printed, but for what only a person knows.
TEST(Render, TheHintAtAnAttachmentIsAWholeCommand) {
  v1::ShowResponse shown;
  shown.mutable_item()->set_record_id("ab12");
  shown.set_purpose("asset-recovery");
  v1::ShownSection& section = *shown.add_sections();
  section.set_section_id("9c8c");
  section.set_fetched(true);
  section.mutable_content()->mutable_attachment()->set_name("ledger.csv");
  const std::string text = RenderShown(Language::kEnglish, shown);
  EXPECT_NE(text.find("entente attachment save ab12 --section 9c8c --out FILE --purpose "
                      "asset-recovery --justification \"...\""),
            text.npos)
      << text;
}

TEST(Render, ACaseThatThisAgencyIsNotInAnyMoreSaysSoAndWhomToAsk) {
  v1::ListCasesResponse cases;
  v1::CaseSummary& summary = *cases.add_cases();
  summary.set_owner("FR.fiu");
  summary.set_number(2);
  EXPECT_EQ(RenderCases(Language::kEnglish, cases).find("NOT IN IT ANY MORE"), std::string::npos);
  summary.set_turned_away(true);
  const std::string text = RenderCases(Language::kEnglish, cases);
  EXPECT_NE(text.find("NOT IN IT ANY MORE"), text.npos) << text;
  EXPECT_NE(text.find("ask FR.fiu"), text.npos) << text;
  EXPECT_NE(ReasonWords(Language::kEnglish, "attachment-missing:uploading").find("on the way"),
            std::string::npos)
      << "nothing is lost";
  EXPECT_NE(
      ReasonWords(Language::kEnglish, "wrong-agency:removed").find("not in the case any more"),
      std::string::npos);
}

TEST(Render, AConsentSaysWhoLetsWhomPassOnWhatUntilWhen) {
  v1::ConsentNote note;
  note.set_source("DE.fiu");
  note.set_holder("FR.fiu");
  note.set_recipient("BR.fiu");
  note.set_purpose("asset-recovery");
  note.set_instrument("TEST-ALL");
  note.add_about("suspect");
  note.add_data("financial");
  note.add_data("identity");
  note.set_until_ms(1793577600000);
  note.add_obligations("onward:never");
  for (const Language language : {Language::kEnglish, Language::kFrench}) {
    const std::string text = RenderNote(language, note);
    for (const char* word : {"DE.fiu", "FR.fiu", "BR.fiu", "asset-recovery", "TEST-ALL", "suspect",
                             "financial, identity", "2026-11-02T00:00", "onward:never"}) {
      EXPECT_NE(text.find(word), text.npos) << word << ": " << text;
    }
  }
}

TEST(Render, JsonIsOneLineOfAscii) {
  v1::ShowResponse shown;
  shown.set_instruction(
      "\x1b[2J\n\xe2\x80\xae\xe2\x81\xa6"
      "é");
  const auto line = RenderJson(shown);
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_TRUE(std::ranges::all_of(*line, [](char c) { return c >= 0x20 && c < 0x7f; })) << *line;
  EXPECT_NE(line->find("\\u2066"), line->npos) << *line;
}

// As many lines as the same answer has with plain words: no text adds one.
TEST(Render, AnAnswersReasonDoesNotForgeARow) {
  v1::ListResponse response;
  auto* const recipient = response.add_records()->add_recipients();
  recipient->set_state(v1::RECIPIENT_STATE_DECLINED);
  recipient->set_reason("no");
  const auto lines = [&] {
    const std::string text = RenderRecords(Language::kEnglish, response, false);
    return std::count(text.begin(), text.end(), '\n');
  };
  const auto plain = lines();
  recipient->set_reason("no\n     DE.fiu  TAKEN UP");
  EXPECT_EQ(lines(), plain);
}

TEST(Render, LinesOfANarrativeAreSetIn) {
  EXPECT_EQ(PrintableBlock("one\n-- two\x1b"), "  one\n  -- two<U+001B>\n");
}

TEST(Render, WhatSteersIsShown) {
  EXPECT_EQ(Printable("a\x1b[31mb"), "a<U+001B>[31mb");
  EXPECT_EQ(Printable("abc\xe2\x80\xae"
                      "cba"),
            "abc<U+202E>cba");
  EXPECT_EQ(Printable("\xff"), "<byte FF>");
  EXPECT_EQ(Printable("a\nb\t"), "a<U+000A>b<U+0009>");
  EXPECT_EQ(Printable("\xc0\x9b\xed\xa0\x80"), "<byte C0><byte 9B><byte ED><byte A0><byte 80>")
      << "longer than needed; half of a pair";
  EXPECT_EQ(Printable("Éloïse 日本 🙂"), "Éloïse 日本 🙂");
}

TEST(Render, TablesCountCodePoints) {
  EXPECT_EQ(Table({{"é", "b"}, {"cc", "d"}}), "é   b\ncc  d\n");
  EXPECT_EQ(Table({{"\x01", "b"}}), "<U+0001>  b\n");
}

TEST(Render, CodesAreShownWithTheirWords) {
  v1::ListResponse leads;
  auto* const recipient = leads.add_records()->add_recipients();
  recipient->set_state(v1::RECIPIENT_STATE_NOT_SENT);
  recipient->set_reason("policy-refused");
  recipient->add_reasons("cannot-honour:onward:never");
  const std::string text = RenderRecords(Language::kFrench, leads, false);
  EXPECT_NE(text.find("policy-refused (La politique de partage"), text.npos) << text;
  EXPECT_NE(text.find("(L'État destinataire ne peut honorer l'obligation « onward:never »"),
            text.npos)
      << text;
  v1::ListOfficersResponse officers;
  officers.add_officers()->add_roles("reader");
  EXPECT_NE(RenderOfficers(Language::kFrench, officers).find("lecteur"), std::string::npos);
}

TEST(Render, WhatBecameOfItAtReleaseIsSaidWithTheDay) {
  v1::ListResponse leads;
  auto* const recipient = leads.add_records()->add_recipients();
  recipient->set_recipient("BR.fiu");
  recipient->set_state(v1::RECIPIENT_STATE_REFUSED);
  recipient->set_decided_again_ms(1793577600000);
  const std::string refused = RenderRecords(Language::kEnglish, leads, false);
  EXPECT_NE(refused.find("released, then refused at release on 2026-11-02"), refused.npos);
  recipient->set_state(v1::RECIPIENT_STATE_DELIVERED);
  const std::string narrowed = RenderRecords(Language::kFrench, leads, false);
  EXPECT_NE(narrowed.find("transmis, puis réduit au moment de la remise le 2026-11-02"),
            narrowed.npos);
}

TEST(Render, TheOverdueOneStandsOut) {
  v1::ListResponse response;
  auto* const lead = response.add_records();
  lead->set_reference("REF");
  auto* const on_time = lead->add_recipients();
  on_time->set_recipient("BR.coaf");
  on_time->set_state(v1::RECIPIENT_STATE_TAKEN);
  auto* const late = lead->add_recipients();
  late->set_recipient("NL.fiu");
  late->set_state(v1::RECIPIENT_STATE_LOGGED);
  late->set_overdue(true);
  const std::string text = RenderRecords(Language::kEnglish, response, false);
  EXPECT_NE(text.find("!  NL.fiu"), std::string::npos) << text;
  EXPECT_NE(text.find("OVERDUE"), std::string::npos);
  EXPECT_EQ(text.find("!  BR.coaf"), std::string::npos);
  EXPECT_NE(RenderRecords(Language::kFrench, response, false).find("EN RETARD"), std::string::npos);
}

TEST(Render, QuorumNoneIsSaid) {
  v1::StatusResponse status;
  status.set_quorum("none");
  EXPECT_NE(RenderStatus(Language::kEnglish, status).find("QUORUM NONE"), std::string::npos);
}

TEST(Render, AWithheldSectionNamesItsRule) {
  v1::ShowResponse shown;
  auto* const withheld = shown.add_withheld();
  withheld->set_section_id("00");
  withheld->add_rules("FR-OUT-800");
  EXPECT_NE(RenderShown(Language::kEnglish, shown).find("FR-OUT-800"), std::string::npos);
}

TEST(Render, EveryStateAndKindHasASentence) {
  for (const Language language : {Language::kEnglish, Language::kFrench}) {
    for (int i = 0; i <= v1::RecipientState_MAX; ++i) {
      EXPECT_TRUE(HasSentence("state." + std::to_string(i)));
    }
    for (int i = 0; i <= v1::RecordKind_MAX; ++i)
      EXPECT_TRUE(HasSentence("kind." + std::to_string(i)));
    for (int i = 0; i <= v1::LeadMeasure_MAX; ++i)
      EXPECT_TRUE(HasSentence("measure." + std::to_string(i)));
    EXPECT_FALSE(Sentence(language, "urgency.3").empty());
  }
}

// What may not be used says so before its first word.
TEST(Render, WhatIsRestrictedSaysSoFirst) {
  v1::ShowResponse shown;
  shown.set_instruction("not before Monday");
  shown.mutable_item()->set_origin("FR.fiu");
  shown.mutable_item()->set_received_ms(5);
  v1::Restriction& one = *shown.mutable_item()->add_restrictions();
  one.set_recipient("BR.fiu");
  one.set_ground(v1::RESTRICTION_GROUND_CONTESTED);
  one.set_processing(true);
  one.add_obligations("onward:never");
  const std::string text = RenderShown(Language::kEnglish, shown);
  EXPECT_EQ(text.rfind("RESTRICTED by FR.fiu", 0), 0u) << text;
  EXPECT_LT(text.find("onward:never"), text.find("not before Monday")) << text;
  one.set_ground(v1::RESTRICTION_GROUND_LIFTED);
  one.set_processing(false);
  const std::string lifted = RenderShown(Language::kEnglish, shown);
  EXPECT_EQ(lifted.find("RESTRICTED"), lifted.npos) << lifted;
  EXPECT_NE(lifted.find("onward:never"), lifted.npos) << "it stays";
}

// At its origin who has said so, and who has not.
TEST(Render, ReviewsThatWereMissedAreMarked) {
  v1::ListResponse response;
  EXPECT_EQ(RenderReviews(Language::kEnglish, response, Instant{5}),
            "Nothing is to be reviewed within 30 days.\n");
  for (const uint64_t by : {4, 6}) {
    v1::RecordSummary& record = *response.add_records();
    record.set_reference("ABC" + std::to_string(by));
    record.set_kind(v1::RECORD_KIND_LEAD);
    record.set_review_by_ms(by);
  }
  v1::Restriction& one = *response.mutable_records(0)->add_restrictions();
  one.set_recipient("BR.fiu");
  one.set_ground(v1::RESTRICTION_GROUND_LAW);
  one.set_processing(true);
  one.set_by_review(true);
  const std::string text = RenderReviews(Language::kEnglish, response, Instant{5});
  EXPECT_EQ(text.find("! ABC4"), 0u) << text;
  EXPECT_NE(text.find("\n  ABC6"), text.npos) << text;
  EXPECT_NE(text.find("nobody reviewed it in time"), text.npos) << text;
  EXPECT_NE(text.find("--keep --until"), text.npos) << text;
}

TEST(Render, AListSaysWhoHoldsToARestriction) {
  v1::ListResponse response;
  v1::RecordSummary& record = *response.add_records();
  for (const char* agency : {"BR.fiu", "CH.fiu", "DE.fiu"}) {
    v1::Restriction& one = *record.add_restrictions();
    one.set_recipient(agency);
    one.set_ground(v1::RESTRICTION_GROUND_EVIDENCE);
    one.set_processing(true);
  }
  record.mutable_restrictions(1)->set_confirmed_ms(5);
  record.mutable_restrictions(2)->set_closed(true);
  const std::string text = RenderRestricted(Language::kEnglish, response);
  EXPECT_NE(text.find("BR.fiu keeps it"), text.npos) << text;
  EXPECT_LT(text.find("NOT CONFIRMED YET"), text.find("CH.fiu keeps it")) << text;
  EXPECT_NE(text.find("confirmed on 1970"), text.npos) << text;
  EXPECT_NE(text.find("closed and erased"), text.npos) << text;
}

}  // namespace
}  // namespace entente::cli
