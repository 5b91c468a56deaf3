#include "core/audit/tile_read.h"

#include <utility>

namespace entente::audit {
namespace {

TileFinding Finding(const std::string& path, TileFault fault,
                    std::vector<std::string> arguments = {}) {
  return {path, fault, std::move(arguments)};
}

TileFinding NotRead(const std::string& path, const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) return Finding(path, TileFault::kNoFile);
  return Finding(path, TileFault::kUnreadable, {std::string(status.message())});
}

TileFinding WrongForm(const TileName& name) {
  const std::string path = PathOf(name), width = std::to_string(name.width);
  if (name.bundle) return Finding(path, TileFault::kBundle, {width});
  return Finding(path, TileFault::kWidth, {std::to_string(name.width * sizeof(Digest)), width});
}

std::optional<std::vector<Digest>> HashesIn(const TileName& name, std::string_view bytes) {
  if (name.bundle) return LeavesOfBundle(bytes, name.width);
  auto hashes = DecodeTile(bytes, name.width);
  if (!hashes.ok()) return std::nullopt;
  return *std::move(hashes);
}

}  // namespace

TileRead ReadTileFile(const TileSource& source, const TileName& name, uint64_t size) {
  TileRead read{PathOf(name), std::nullopt, std::nullopt};
  const auto bytes = source.Read(read.path, name.bundle ? kBundleBytes : kTileBytes);
  if (!bytes.ok()) {
    read.finding = NotRead(read.path, bytes.status());
  } else if (!*bytes) {
    read.finding = Finding(read.path, TileFault::kMissing, {std::to_string(size)});
  } else if (read.hashes = HashesIn(name, **bytes); !read.hashes) {
    read.finding = WrongForm(name);
  }
  return read;
}

TileRead ReadTileIn(const TileSource& source, uint64_t size, TileName name) {
  const uint32_t width = name.width = WidthIn(size, name);
  TileRead read = ReadTileFile(source, name, size);
  const bool missing = read.finding && read.finding->fault == TileFault::kMissing;
  if (!missing || width == kTileWidth) return read;
  name.width = kTileWidth;
  TileRead full = ReadTileFile(source, name, size);
  if (full.finding && full.finding->fault == TileFault::kMissing) return read;
  if (full.hashes) full.hashes->resize(width);
  return full;
}

}  // namespace entente::audit
