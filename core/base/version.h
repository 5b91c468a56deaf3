// The project's version, as CMake has it. Thread-safe.
#pragma once

#include <string_view>

namespace entente {

std::string_view Version();

}  // namespace entente
