#include "core/base/instant.h"

#include <gtest/gtest.h>

namespace entente {
namespace {

TEST(Instant, RoundTrip) {
  for (const char* text : {"1970-01-01T00:00:00.000Z", "2026-12-01T00:00:00.007Z",
                           "2024-02-29T23:59:59.999Z", "9999-12-31T23:59:59.000Z"}) {
    const auto instant = ParseInstant(text);
    ASSERT_TRUE(instant.ok()) << instant.status();
    EXPECT_EQ(FormatInstant(*instant), text);
  }
}

TEST(Instant, OffsetsMeanTheSameInstant) {
  EXPECT_EQ(*ParseInstant("2026-12-01T00:00:00+01:00"), *ParseInstant("2026-11-30T23:00:00Z"));
  EXPECT_EQ(*ParseInstant("2026-12-01T00:00:00-03:30"), *ParseInstant("2026-12-01T03:30:00Z"));
}

TEST(Instant, RefusesWhatIsAmbiguousOrAbsent) {
  for (const char* text :
       {"2026-12-01T00:00:00", "2026-12-01", "2026-02-29T00:00:00Z", "2026-12-01T24:00:00Z",
        "2026-12-01T00:00:60Z", "2026-12-01 00:00:00Z", "2026-12-01T00:00:00.1234Z",
        "2026-12-01T00:00:00.Z", "1969-12-31T00:00:00Z", "2026-12-01T00:00:00z",
        "2026-12-01T00:00:00+1:00", "2026-12-01T00:00:00ZZ", ""}) {
    EXPECT_FALSE(ParseInstant(text).ok()) << text;
  }
}

TEST(Duration, ReadsAndWrites) {
  EXPECT_EQ(*ParseDuration("P1Y"), (Duration{12, 0}));
  EXPECT_EQ(*ParseDuration("P1Y2M3DT4H5M6S"), (Duration{14, 3 * 86400 + 4 * 3600 + 5 * 60 + 6}));
  EXPECT_EQ(FormatDuration(*ParseDuration("P2W")), "P14D");
  EXPECT_EQ(FormatDuration(*ParseDuration("PT8H")), "PT8H");
  EXPECT_EQ(FormatDuration(Duration{}), "PT0S");
}

TEST(Duration, RefusesOtherForms) {
  for (const char* text :
       {"", "P", "PT", "P1", "1Y", "P-1Y", "P1H", "P1DT", "P1.5D", "P1234567D"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(Duration, RefusesMoreThanAHundredYears) {
  EXPECT_TRUE(ParseDuration("P100Y").ok());
  EXPECT_TRUE(ParseDuration("P36524D").ok());
  for (const char* text :
       {"P101Y", "P31000Y", "P1201M", "P99Y13M", "P100YT1S", "P36525D", "P999999W", "P50Y50Y1D"}) {
    const auto duration = ParseDuration(text);
    ASSERT_FALSE(duration.ok()) << text;
    EXPECT_NE(duration.status().message().find("longer than 100 years"), std::string::npos) << text;
  }
}

TEST(Duration, ASumStaysWhereInstantsHaveAText) {
  const Instant now = *ParseInstant("2026-01-31T12:00:00Z");
  const Instant last{kLastInstantMs};
  EXPECT_EQ(FormatInstant(last), "9999-12-31T23:59:59.999Z");
  // 31 000 years is where the calendar's 16 bits wrap.
  for (const Duration& longer :
       {Duration{31'000 * 12, 0}, Duration{INT64_MAX, 0}, Duration{0, INT64_MAX},
        Duration{INT64_MAX, INT64_MAX}, Duration{8'000 * 12, 0}}) {
    EXPECT_EQ(AddDuration(now, longer), last);
  }
  EXPECT_EQ(AddDuration(now, {INT64_MIN, 0}), Instant{0});
  EXPECT_EQ(AddDuration(now, {0, INT64_MIN}), Instant{0});
  EXPECT_EQ(AddDuration({INT64_MAX}, {1, 0}), last);
  EXPECT_EQ(AddDuration({INT64_MIN}, {}), Instant{0});
}

TEST(Duration, MonthsGoByTheCalendar) {
  const Instant end_of_january = *ParseInstant("2026-01-31T12:00:00Z");
  EXPECT_EQ(FormatInstant(AddDuration(end_of_january, {1, 0})), "2026-02-28T12:00:00.000Z");
  EXPECT_EQ(FormatInstant(AddDuration(end_of_january, {0, 86400})), "2026-02-01T12:00:00.000Z");
}

TEST(Duration, ShorterComparesLess) {
  EXPECT_TRUE(CompareDurations(*ParseDuration("P30D"), *ParseDuration("P1M")) < 0);
  EXPECT_TRUE(CompareDurations(*ParseDuration("P12M"), *ParseDuration("P1Y")) == 0);
}

}  // namespace
}  // namespace entente
