#include "core/store/store.h"

#include <algorithm>

namespace entente::store {

absl::Status CheckFile(std::string_view name, size_t bytes) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (name.empty() || name.size() > 64 || name == "db" || !std::ranges::all_of(name, allowed)) {
    return absl::InvalidArgumentError("not a name for a file of the store");
  }
  if (bytes > kMaxFileBytes) return absl::InvalidArgumentError("too long for a file of the store");
  return absl::OkStatus();
}

std::optional<std::string> PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xff) end.pop_back();
  if (end.empty()) return std::nullopt;
  end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

}  // namespace entente::store
