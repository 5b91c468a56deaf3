#include "cli/json_fields.h"

#include <algorithm>

#include "core/base/encoding.h"

namespace entente::cli {
namespace {

const Json kNothing = Json::object();
constexpr std::string_view kHash = "sha256:";

bool AreTexts(const Json& json) {
  return json.is_array() &&
         std::ranges::all_of(json, [](const Json& one) { return one.is_string(); });
}

}  // namespace

JsonFields::JsonFields(const Json& json, std::string prefix, std::string& bad)
    : json_(json.is_object() ? &json : &kNothing), prefix_(std::move(prefix)), bad_(&bad) {
  if (!json.is_object()) Reject("");
}

void JsonFields::Reject(const std::string& key) {
  if (bad_->empty()) *bad_ = prefix_ + key;
  if (bad_->empty()) *bad_ = "{}";
}

const Json* JsonFields::Find(const std::string& key) {
  asked_.push_back(key);
  const auto found = json_->find(key);
  return found == json_->end() ? nullptr : &*found;
}

const Json* JsonFields::Need(const std::string& key) {
  const Json* const found = Find(key);
  if (found == nullptr) Reject(key);
  return found;
}

std::string JsonFields::Text(const std::string& key) {
  return Need(key) == nullptr ? "" : TextOrNone(key);
}

std::string JsonFields::TextOrNone(const std::string& key) {
  const Json* const found = Find(key);
  if (found == nullptr) return "";
  if (found->is_string()) return found->get<std::string>();
  Reject(key);
  return "";
}

std::vector<std::string> JsonFields::TextsOrNone(const std::string& key) {
  const Json* const found = Find(key);
  if (found == nullptr) return {};
  if (AreTexts(*found)) return found->get<std::vector<std::string>>();
  Reject(key);
  return {};
}

std::optional<uint64_t> JsonFields::NumberIfThere(const std::string& key) {
  const Json* const found = Find(key);
  if (found == nullptr) return std::nullopt;
  if (found->is_number_unsigned()) return found->get<uint64_t>();
  Reject(key);
  return std::nullopt;
}

uint64_t JsonFields::NumberOrZero(const std::string& key) { return NumberIfThere(key).value_or(0); }

uint64_t JsonFields::Number(const std::string& key) {
  return Need(key) == nullptr ? 0 : NumberOrZero(key);
}

bool JsonFields::FlagOrNo(const std::string& key) {
  const Json* const found = Find(key);
  if (found == nullptr) return false;
  if (found->is_boolean()) return found->get<bool>();
  Reject(key);
  return false;
}

std::optional<Instant> JsonFields::WhenOrNone(const std::string& key) {
  if (Find(key) == nullptr) return std::nullopt;
  const auto instant = ParseInstant(TextOrNone(key));
  if (instant.ok()) return *instant;
  Reject(key);
  return std::nullopt;
}

Instant JsonFields::When(const std::string& key) {
  return Need(key) == nullptr ? Instant() : WhenOrNone(key).value_or(Instant());
}

Digest JsonFields::Hash(const std::string& key) {
  const std::string text = Text(key);
  const auto digest = text.starts_with(kHash) ? FixedFromHex<32>(text.substr(kHash.size()))
                                              : std::optional<Digest>();
  if (!digest) Reject(key);
  return digest.value_or(Digest());
}

JsonFields JsonFields::Object(const std::string& key) {
  const Json* const found = Need(key);
  return {found == nullptr ? kNothing : *found, prefix_ + key + ".", *bad_};
}

std::optional<JsonFields> JsonFields::ObjectIfThere(const std::string& key) {
  const Json* const found = Find(key);
  if (found == nullptr) return std::nullopt;
  return JsonFields(*found, prefix_ + key + ".", *bad_);
}

std::vector<JsonFields> JsonFields::Objects(const std::string& key) {
  const Json* const found = Need(key);
  std::vector<JsonFields> out;
  if (found == nullptr) return out;
  if (!found->is_array()) Reject(key);
  for (const Json& one : *found) out.emplace_back(one, prefix_ + key + ".", *bad_);
  return out;
}

void JsonFields::Close() {
  for (const auto& [key, value] : json_->items()) {
    if (std::ranges::find(asked_, key) == asked_.end()) Reject(key);
  }
}

}  // namespace entente::cli
