#include "core/audit/log_format.h"

#include <bit>

#include "core/audit/tile.h"
#include "core/base/encoding.h"

namespace entente::audit {
namespace {

constexpr size_t kSizeBytes = 8;

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (char c : bytes) value = (value << 8) | static_cast<uint8_t>(c);
  return value;
}

}  // namespace

std::string EntryKey(uint64_t index) { return Framing().U64(index).str(); }

std::optional<uint64_t> ParseEntryKey(std::string_view key) {
  if (key.size() != 8) return std::nullopt;
  return BigEndian(key);
}

std::string FormatTileKey(TileKey key) {
  return Framing().U8(static_cast<uint8_t>(key.level)).U64(key.index).str();
}

std::optional<TileKey> ParseTileKey(std::string_view key) {
  if (key.size() != 9 || static_cast<uint8_t>(key[0]) >= kTileLevels) return std::nullopt;
  return TileKey{static_cast<uint8_t>(key[0]), BigEndian(key.substr(1))};
}

std::string FormatTree(const StoredTree& tree) {
  Framing out;
  out.U64(tree.size);
  for (const Digest& hash : tree.edge) out.Raw(hash);
  return out.str();
}

std::optional<StoredTree> ParseTree(std::string_view bytes) {
  if (bytes.size() < kSizeBytes) return std::nullopt;
  StoredTree tree{BigEndian(bytes.substr(0, kSizeBytes)), {}};
  bytes.remove_prefix(kSizeBytes);
  auto count = static_cast<uint32_t>(std::popcount(tree.size));
  if (bytes.size() != count * sizeof(Digest)) return std::nullopt;
  for (; !bytes.empty(); bytes.remove_prefix(sizeof(Digest))) {
    tree.edge.push_back(*FixedBytes<sizeof(Digest)>(bytes.substr(0, sizeof(Digest))));
  }
  return tree;
}

}  // namespace entente::audit
