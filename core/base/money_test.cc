#include "core/base/money.h"

#include <gtest/gtest.h>

namespace entente {
namespace {

TEST(Money, AmountsAreDecimalText) {
  for (const char* good : {"0", "1250000.00", "-3", "0.5", "999999999999999999.999999"}) {
    EXPECT_TRUE(IsDecimalAmount(good)) << good;
  }
  for (const char* bad : {"", "-", ".5", "5.", "1,5", "1e9", "01", "--1", "1.2.3", "1.2345678",
                          "1000000000000000000", " 1", "1\n", "\x1b[2J", "٣"}) {
    EXPECT_FALSE(IsDecimalAmount(bad)) << bad;
  }
}

TEST(Money, CurrenciesAreOfTheList) {
  for (const char* good : {"EUR", "CHF", "BRL", "XAF", "AED", "ZWG"}) {
    EXPECT_TRUE(IsCurrencyCode(good)) << good;
  }
  for (const char* bad : {"", "eur", "EURO", "EU", "XXX", "XTS", "ABC", "EUR\n", "\x1b[2"}) {
    EXPECT_FALSE(IsCurrencyCode(bad)) << bad;
  }
}

}  // namespace
}  // namespace entente
