#include "node/table.h"

#include "core/base/encoding.h"

namespace entente::node {

std::string U64Key(uint64_t value) { return Framing().U64(value).str(); }

uint64_t U64FromKey(std::string_view key) {
  uint64_t value = 0;
  for (const char c : key.substr(0, 8)) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

absl::Status ForEachBytes(
    const store::Reader& reader, store::Family family, std::string_view prefix,
    const std::function<absl::Status(std::string_view key, std::string_view value)>& visit) {
  absl::StatusOr<std::unique_ptr<store::Iterator>> it = reader.Iterate(family, prefix);
  if (!it.ok()) return it.status();
  for ((*it)->SeekToFirst(); (*it)->Valid(); (*it)->Next()) {
    if (absl::Status status = visit((*it)->key(), (*it)->value()); !status.ok()) return status;
  }
  return (*it)->status();
}

}  // namespace entente::node
