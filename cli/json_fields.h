// Strict reading of one JSON object: each field by its name and form. What is not as it must be
// leaves a value of nothing, and the name of the first such field. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/json.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"

namespace entente::cli {

class JsonFields {
 public:
  // `bad` gets the name, after `prefix`. Both json and bad must outlive it.
  JsonFields(const Json& json, std::string prefix, std::string& bad);

  std::string Text(const std::string& key);
  std::string TextOrNone(const std::string& key);
  std::vector<std::string> TextsOrNone(const std::string& key);
  uint64_t Number(const std::string& key);
  uint64_t NumberOrZero(const std::string& key);
  std::optional<uint64_t> NumberIfThere(const std::string& key);
  bool FlagOrNo(const std::string& key);
  Instant When(const std::string& key);
  std::optional<Instant> WhenOrNone(const std::string& key);
  Digest Hash(const std::string& key);  // "sha256:HEX"
  JsonFields Object(const std::string& key);
  std::optional<JsonFields> ObjectIfThere(const std::string& key);
  std::vector<JsonFields> Objects(const std::string& key);

  // Of a field whose value means nothing.
  void Reject(const std::string& key);
  // Refuses every field that was not asked for.
  void Close();

 private:
  // nullptr when it is not there.
  const Json* Find(const std::string& key);
  const Json* Need(const std::string& key);

  const Json* json_;
  std::string prefix_;
  std::string* bad_;
  std::vector<std::string> asked_;
};

}  // namespace entente::cli
