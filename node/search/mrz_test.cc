// The specimens are those of ICAO Doc 9303, parts 4 (TD3), 5 (TD1) and 6 (TD2).
#include "node/search/mrz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/sentences.h"

namespace entente::node::search {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kTd3 =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
constexpr std::string_view kTd2 =
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n"
    "D231458907UTO7408122F1204159<<<<<<<6";
constexpr std::string_view kTd1 =
    "I<UTOD231458907<<<<<<<<<<<<<<<\n"
    "7408122F1204159UTO<<<<<<<<<<<6\n"
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
constexpr std::string_view kTd1Long =
    "I<UTOD23145890<7349<<<<<<<<<<<\n"
    "3407127M9507122UTO<<<<<<<<<<<2\n"
    "STEVENSON<<PETER<JOHN<<<<<<<<<";

// With one character replaced; both count from 1.
std::string With(std::string_view zone, size_t line, size_t column, char c) {
  std::string text(zone);
  const size_t width = text.find('\n') + 1;
  text[(line - 1) * width + column - 1] = c;
  return text;
}

std::string ErrorOf(std::string_view zone) {
  return std::string(ParseZone(zone).status().message());
}

TEST(Mrz, ReadsThePassportOfDoc9303) {
  const auto zone = ParseZone(kTd3);
  ASSERT_TRUE(zone.ok()) << zone.status();
  EXPECT_EQ(zone->form, ZoneForm::kTd3);
  EXPECT_EQ(zone->type, "P");
  EXPECT_EQ(zone->issuer, "UTO");
  EXPECT_EQ(zone->number, "L898902C3");
  EXPECT_EQ(zone->surname, "ERIKSSON");
  EXPECT_EQ(zone->given_names, "ANNA MARIA");
  EXPECT_EQ(zone->nationality, "UTO");
  EXPECT_EQ(zone->sex, 'F');
  EXPECT_EQ(zone->birth.text, "740812");
  EXPECT_EQ(zone->birth.year, 74);
  EXPECT_EQ(zone->expiry.text, "120415");
  EXPECT_EQ(zone->optional, "ZE184226B");
}

TEST(Mrz, ReadsTheCardsOfDoc9303) {
  for (const std::string_view text : {kTd2, kTd1}) {
    const auto zone = ParseZone(text);
    ASSERT_TRUE(zone.ok()) << zone.status();
    EXPECT_EQ(zone->number, "D23145890");
    EXPECT_EQ(zone->surname, "ERIKSSON");
    EXPECT_EQ(zone->given_names, "ANNA MARIA");
    EXPECT_EQ(zone->birth.month, 8);
    EXPECT_EQ(zone->optional, "");
  }
}

TEST(Mrz, ReadsALongDocumentNumber) {
  const auto zone = ParseZone(kTd1Long);
  ASSERT_TRUE(zone.ok()) << zone.status();
  EXPECT_EQ(zone->number, "D23145890734");
  EXPECT_EQ(zone->optional, "");
  EXPECT_THAT(ErrorOf(With(kTd1Long, 1, 19, '8')),
              StartsWith("1:19: the check digit of the document number must be 9"));
}

TEST(Mrz, TakesWhatIsPasted) {
  const auto expected = ParseZone(kTd3);
  const std::string pasted =
      "  p<utoeriksson<<anna<maria<<<< <<<<<<<<<<<<<<<\r\n\r\n"
      "\tL898902C36 UTO 7408122 F 1204159 ZE184226B<<<<<10 \r\n";
  const auto zone = ParseZone(pasted);
  ASSERT_TRUE(zone.ok()) << zone.status();
  EXPECT_EQ(zone->number, expected->number);
  for (std::string text : {std::string(kTd3), std::string(kTd2), std::string(kTd1)}) {
    std::erase(text, '\n');
    EXPECT_TRUE(ParseZone(text).ok()) << text;
  }
}

struct BadDigit {
  std::string_view zone;
  size_t line;
  size_t column;
  const char* sentence;
};

class EachCheckDigit : public ::testing::TestWithParam<BadDigit> {};

TEST_P(EachCheckDigit, IsVerifiedAndNamed) {
  const BadDigit& bad = GetParam();
  const size_t width = bad.zone.find('\n') + 1;
  const char right = bad.zone[(bad.line - 1) * width + bad.column - 1];
  const char wrong = right == '9' ? '0' : static_cast<char>(right + 1);
  const auto zone = ParseZone(With(bad.zone, bad.line, bad.column, wrong));
  const std::string place = std::to_string(bad.line) + ":" + std::to_string(bad.column) + ": ";
  EXPECT_TRUE(absl::IsInvalidArgument(zone.status()));
  EXPECT_THAT(std::string(zone.status().message()),
              StartsWith(place + "the check digit of " + bad.sentence));
  EXPECT_THAT(MessageIn(Language::kFrench, zone.status()), HasSubstr("chiffre de contrôle"));
}

INSTANTIATE_TEST_SUITE_P(Mrz, EachCheckDigit,
                         ::testing::Values(BadDigit{kTd3, 2, 10, "the document number must be 6"},
                                           BadDigit{kTd3, 2, 20, "the date of birth must be 2"},
                                           BadDigit{kTd3, 2, 28, "the date of expiry must be 9"},
                                           BadDigit{kTd3, 2, 43, "the optional data must be 1"},
                                           BadDigit{kTd3, 2, 44, "the whole zone must be 0"},
                                           BadDigit{kTd2, 2, 10, "the document number must be 7"},
                                           BadDigit{kTd2, 2, 20, "the date of birth must be 2"},
                                           BadDigit{kTd2, 2, 28, "the date of expiry must be 9"},
                                           BadDigit{kTd2, 2, 36, "the whole zone must be 6"},
                                           BadDigit{kTd1, 1, 15, "the document number must be 7"},
                                           BadDigit{kTd1, 2, 7, "the date of birth must be 2"},
                                           BadDigit{kTd1, 2, 15, "the date of expiry must be 9"},
                                           BadDigit{kTd1, 2, 30, "the whole zone must be 6"}));

// A character that only the composite digit covers.
TEST(Mrz, TheCompositeDigitCoversTheOptionalDataOfCards) {
  EXPECT_THAT(ErrorOf(With(kTd1, 2, 20, 'B')), StartsWith("2:30: the check digit of the whole"));
  EXPECT_THAT(ErrorOf(With(kTd1, 1, 17, 'B')), StartsWith("2:30: the check digit of the whole"));
  EXPECT_THAT(ErrorOf(With(kTd2, 2, 30, 'B')), StartsWith("2:36: the check digit of the whole"));
}

TEST(Mrz, EmptyOptionalDataOfAPassportNeedNoDigit) {
  const std::string bare =
      "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
      "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<";
  const std::string covered =
      "L898902C36"
      "7408122"
      "1204159<<<<<<<<<<<<<<<";
  const std::string composite = std::to_string(CheckDigit(covered));
  EXPECT_TRUE(ParseZone(bare + composite).ok()) << ErrorOf(bare + composite);
}

TEST(Mrz, RefusesWhatHasAnotherShape) {
  EXPECT_THAT(ErrorOf(""), StartsWith("1:1: 0 lines"));
  EXPECT_THAT(ErrorOf("P<UTO"), StartsWith("1:1: 1 lines with 5 characters"));
  EXPECT_THAT(ErrorOf(std::string(kTd3).substr(0, 88)), StartsWith("2:1: this line has 43"));
  EXPECT_THAT(ErrorOf(With(kTd3, 1, 12, '*')), StartsWith("1:12: only A to Z"));
  EXPECT_THAT(ErrorOf(With(kTd3, 1, 1, 'V')), StartsWith("1:1: this is a visa"));
  EXPECT_THAT(ErrorOf(With(kTd3, 1, 1, '1')), StartsWith("1:1: a document begins"));
  EXPECT_THAT(ErrorOf(With(kTd3, 1, 7, '1')), StartsWith("1:7: a digit stands in the name"));
  EXPECT_THAT(ErrorOf(With(kTd3, 1, 6, '<')), StartsWith("1:6: the name is missing"));
  EXPECT_THAT(ErrorOf(With(kTd3, 2, 21, 'Q')), StartsWith("2:21: the sex"));
}

TEST(Mrz, RefusesADayThatIsNone) {
  std::string zone(kTd2);
  zone.replace(37 + 13, 7, "741312" + std::to_string(CheckDigit("741312")));
  EXPECT_THAT(ErrorOf(zone), StartsWith("2:16: this is no date"));
}

TEST(Mrz, LeavesUnknownDatesOut) {
  std::string zone(kTd2);
  zone.replace(37 + 13, 7, "74<<<<" + std::to_string(CheckDigit("74<<<<")));
  const std::string line = zone.substr(37);
  zone.back() = static_cast<char>(
      '0' + CheckDigit(line.substr(0, 10) + line.substr(13, 7) + line.substr(21, 14)));
  const auto read = ParseZone(zone);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->birth.year, 74);
  EXPECT_EQ(read->birth.month, std::nullopt);
  EXPECT_EQ(read->birth.text, "74<<<<");
}

TEST(Mrz, GivesACenturyOnlyByAnInstant) {
  const Instant now = ParseInstant("2026-03-01T00:00:00Z").value();
  EXPECT_EQ(BirthYear({"740812", 74, 8, 12}, now), 1974);
  EXPECT_EQ(BirthYear({"250812", 25, 8, 12}, now), 2025);
  EXPECT_EQ(BirthYear({"260301", 26, 3, 1}, now), 2026);
  EXPECT_EQ(BirthYear({"260302", 26, 3, 2}, now), 1926);
  EXPECT_EQ(BirthYear({"<<0302", std::nullopt, 3, 2}, now), std::nullopt);
  EXPECT_EQ(ExpiryYear({"120415", 12, 4, 15}, now), 2012);
  EXPECT_EQ(ExpiryYear({"340415", 34, 4, 15}, now), 2034);
  EXPECT_EQ(ExpiryYear({"950712", 95, 7, 12}, now), 1995);
}

}  // namespace
}  // namespace entente::node::search
