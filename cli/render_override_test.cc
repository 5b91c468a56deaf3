#include "cli/render_override.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/render.h"

namespace entente::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::OverrideNote Note() {
  v1::OverrideNote note;
  note.set_origin("FR.fiu");
  note.set_recipient("NL.fiu");
  note.set_purpose("asset-recovery");
  note.add_rules("FR-OUT-910");
  note.add_about("suspect");
  note.add_data("narrative");
  note.add_sources("DE.fiu");
  note.add_sources("DE.police");
  note.set_ground(v1::OVERRIDE_GROUND_LIFE);
  note.set_reason_digest(std::string(32, 'r'));
  return note;
}

TEST(RenderOverride, HowItCameIsReadBeforeAllElse) {
  v1::ShowResponse shown;
  *shown.mutable_override() = Note();
  shown.set_instruction("Not a word to the bank.");
  const std::string text = RenderShown(Language::kEnglish, shown);
  EXPECT_EQ(text.find("PASSED ON IN AN EMERGENCY, without the consent of DE. Ground: immediate "
                      "danger to a person's life or body."),
            0u);
  EXPECT_THAT(RenderShown(Language::kFrench, shown), HasSubstr("sans le consentement de DE"));
  EXPECT_THAT(RenderShown(Language::kEnglish, v1::ShowResponse()), Not(HasSubstr("EMERGENCY")));
}

TEST(RenderOverride, WhoMaySignIsToldHow) {
  v1::ShowOverrideResponse response;
  *response.mutable_override()->mutable_note() = Note();
  response.mutable_override()->set_reference("ABCD");
  response.set_reason("a woman is held there");
  response.set_seen("WXYZ");
  EXPECT_THAT(RenderOverride(Language::kEnglish, response), HasSubstr("nobody has signed it yet"));
  EXPECT_THAT(RenderOverride(Language::kEnglish, response), Not(HasSubstr("override sign")));
  response.set_role("author");
  EXPECT_THAT(RenderOverride(Language::kEnglish, response),
              HasSubstr("entente override sign ABCD --seen WXYZ --key FILE"));
  EXPECT_THAT(RenderOverride(Language::kEnglish, response), HasSubstr("  a woman is held there\n"));
}

TEST(RenderOverride, TheSourceSeesTheDigestOfTheReason) {
  v1::ShowOverrideResponse response;
  v1::OverrideSummary& told = *response.mutable_override();
  *told.mutable_note() = Note();
  told.set_received(true);
  told.set_log_index(7);
  EXPECT_THAT(RenderOverride(Language::kEnglish, response), HasSubstr("By FR.fiu, to NL.fiu"));
  EXPECT_THAT(RenderOverride(Language::kEnglish, response), HasSubstr("Its digest: 7272"));
}

TEST(RenderOverride, AReviewStandsWithItsGrounds) {
  v1::ListOverridesResponse list;
  EXPECT_EQ(RenderOverrides(Language::kEnglish, list), "No overrides.\n");
  v1::OverrideSummary& one = *list.add_overrides();
  *one.mutable_note() = Note();
  one.set_log_index(7);
  one.set_overdue(true);
  EXPECT_THAT(RenderOverrides(Language::kEnglish, list), HasSubstr("THE REVIEW IS OVERDUE"));
  one.set_overdue(false);
  one.set_finding(v1::OVERRIDE_FINDING_NOT_JUSTIFIED);
  one.set_text("nothing was in danger");
  one.set_reviewed_by("paul");
  one.set_reviewed_ms(1);
  EXPECT_THAT(RenderOverrides(Language::kEnglish, list), HasSubstr("NOT JUSTIFIED, found by paul"));
  EXPECT_THAT(RenderOverrides(Language::kFrench, list), HasSubstr("  nothing was in danger\n"));
}

}  // namespace
}  // namespace entente::cli
