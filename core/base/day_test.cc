#include "core/base/day.h"

#include <gtest/gtest.h>

namespace entente {
namespace {

TEST(Day, ADayIsOneThatExists) {
  for (const char* day : {"1984-03-17", "1984-02-29", "2000-02-29", "0001-01-01", "9999-12-31"}) {
    EXPECT_TRUE(IsDay(day)) << day;
  }
  for (const char* none :
       {"", "1984", "1983-02-29", "1900-02-29", "1984-13-01", "1984-00-10", "1984-01-00",
        "1984-1-01", "1984/01/01", "+984-01-01", "1984-01-1x", "1984-01-011"}) {
    EXPECT_FALSE(IsDay(none)) << none;
  }
}

TEST(Day, AYearHasFourDigits) {
  EXPECT_TRUE(IsYear("1984"));
  for (const char* none : {"", "84", "19840", "+984", "198a"}) EXPECT_FALSE(IsYear(none)) << none;
}

}  // namespace
}  // namespace entente
