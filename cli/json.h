// JSON as the programs print it: one line of ASCII, so that no text in it can steer a terminal.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace entente::cli {

using Json = nlohmann::ordered_json;

// Bytes that are no UTF-8 become U+FFFD.
inline std::string JsonLine(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace entente::cli
