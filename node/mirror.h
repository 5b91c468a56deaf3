// A copy of the hashes of the broker's log, 32 bytes an entry and their tiles above, kept as the
// log is followed: by it any checkpoint that was ever signed is compared with the tree that this
// node has read, and a fork is proven without asking the broker for anything. Tiles as
// https://c2sp.org/tlog-tiles has them. Not thread-safe.
//
// Changes are kept in two steps, as of node/federation.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/frontier.h"
#include "core/audit/merkle.h"
#include "core/store/store.h"

namespace entente::node {

class Mirror {
 public:
  // The store must outlive it. What is kept and contradicts itself is begun anew; else the store's
  // errors.
  static absl::StatusOr<std::unique_ptr<Mirror>> Open(const store::Store& store);

  uint64_t size() const { return frontier_.size(); }
  Digest root() const { return frontier_.Root(); }
  // Leaves of the log from size() on.
  void Append(std::span<const Digest> leaves);
  // What it holds is not what it should: from 0 again.
  void Clear();

  // nullopt above size(), or when a tile cannot be read or is not that of root().
  std::optional<Digest> RootAt(uint64_t size) const;
  // For proofs in trees of at most size(). Valid as long as this object.
  audit::NodeSource Nodes() const;

  void AddChanges(store::WriteBatch& batch) const;
  void OnKept();

 private:
  using TileKey = std::pair<uint8_t, uint64_t>;  // level, index

  explicit Mirror(const store::Store& store) : store_(&store) {}
  absl::Status Load();
  absl::StatusOr<std::vector<Digest>> Tile(uint8_t level, uint64_t index) const;
  absl::StatusOr<Digest> Node(uint8_t level, uint64_t index) const;

  const store::Store* store_;
  audit::Frontier frontier_;
  std::map<TileKey, std::string> unsaved_;
  bool changed_ = false;
};

}  // namespace entente::node
