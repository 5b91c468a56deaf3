#include "cli/render.h"

#include <gtest/gtest.h>

namespace entente::cli {
namespace {

TEST(Render, WhatStandsInARecordCannotSteerTheTerminal) {
  EXPECT_EQ(Printable("a\x1b[31mb"), "a<U+001B>[31mb");
  EXPECT_EQ(Printable("abc\xe2\x80\xae"
                      "cba"),
            "abc<U+202E>cba");
  EXPECT_EQ(Printable("\xff"), "<byte FF>");
  EXPECT_EQ(Printable("Éloïse 日本\n"), "Éloïse 日本\n");
}

TEST(Render, TablesCountCodePoints) {
  EXPECT_EQ(Table({{"é", "b"}, {"cc", "d"}}), "é   b\ncc  d\n");
}

TEST(Render, TheOverdueOneStandsOut) {
  v1::ListLeadsResponse response;
  auto* const lead = response.add_leads();
  lead->set_reference("REF");
  auto* const on_time = lead->add_recipients();
  on_time->set_recipient("BR.coaf");
  on_time->set_state(v1::RECIPIENT_STATE_TAKEN);
  auto* const late = lead->add_recipients();
  late->set_recipient("NL.fiu");
  late->set_state(v1::RECIPIENT_STATE_LOGGED);
  late->set_overdue(true);
  const std::string text = RenderLeads(Language::kEnglish, response, false);
  EXPECT_NE(text.find("!  NL.fiu"), std::string::npos) << text;
  EXPECT_NE(text.find("OVERDUE"), std::string::npos);
  EXPECT_EQ(text.find("!  BR.coaf"), std::string::npos);
  EXPECT_NE(RenderLeads(Language::kFrench, response, false).find("EN RETARD"), std::string::npos);
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

}  // namespace
}  // namespace entente::cli
