// Amounts of money as the record carries them: decimal text and an ISO 4217 code. Stateless.
#pragma once

#include <string_view>

namespace entente {

// "1250000.00", "-3", "0.5": at most 18 digits before the point and 6 after it, no leading zeros.
bool IsDecimalAmount(std::string_view text);
// An active alphabetic code of ISO 4217, without those for tests (XTS) and for no currency (XXX).
bool IsCurrencyCode(std::string_view code);

}  // namespace entente
