// Reads published test vectors (JSON). To be called from a running GoogleTest test; throws when a
// vector file has not the expected shape, which fails the test.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/encoding.h"
#include "core/crypto/secret.h"
#include "tests/support/shared.h"

namespace entente::testing {

using Json = nlohmann::json;

inline std::string FromHex(std::string_view hex) {
  auto bytes = HexDecode(hex);
  if (!bytes) ADD_FAILURE() << "not hex: " << hex;
  return bytes.value_or("");
}
inline std::string FromHex(const Json& object, const char* name) {
  return FromHex(object.at(name).get<std::string>());
}
template <size_t N>
std::array<uint8_t, N> ArrayFromHex(std::string_view hex) {
  auto bytes = FixedFromHex<N>(hex);
  if (!bytes) ADD_FAILURE() << "not " << N << " bytes in hex: " << hex;
  return bytes.value_or(std::array<uint8_t, N>{});
}
template <size_t N>
crypto::Secret<N> SecretFromHex(std::string_view hex) {
  return std::move(*crypto::Secret<N>::FromBytes(ArrayFromHex<N>(hex)));
}

// The parsed file; a null when it is absent and that may be, and the test returns.
inline Json SharedJson(const std::string& relative) {
  auto path = SharedFile(relative);
  return path ? Json::parse(ReadFile(*path)) : Json();
}

using WycheproofCheck = std::function<void(const Json& group, const Json& test)>;

// Every test of the file, none left out: the number run must be the number that the file states.
inline void RunWycheproof(const std::string& name, const WycheproofCheck& check) {
  const Json file = SharedJson("vectors/wycheproof/" + name);
  if (file.is_null()) GTEST_SKIP();
  size_t run = 0;
  for (const Json& group : file.at("testGroups")) {
    for (const Json& test : group.at("tests")) {
      SCOPED_TRACE(name + " tcId " + test.at("tcId").dump());
      check(group, test);
      ++run;
    }
  }
  EXPECT_GT(run, 0u);
  EXPECT_EQ(run, file.at("numberOfTests").get<size_t>());
}

inline bool IsValid(const Json& test) { return test.at("result") == "valid"; }

}  // namespace entente::testing
