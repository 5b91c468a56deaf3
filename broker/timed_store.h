// A store that tells how long each synced write took, for the metrics; all else passes through.
// As thread-safe as the store within, which outlives it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/store/store.h"

namespace entente::broker {

class TimedStore final : public store::Store {
 public:
  TimedStore(store::Store& within, std::function<void(double seconds)> synced)
      : within_(within), synced_(std::move(synced)) {}

  absl::Status Write(const store::WriteBatch& batch, store::Sync sync) override;
  absl::StatusOr<std::optional<std::string>> Get(store::Family family,
                                                 std::string_view key) const override {
    return within_.Get(family, key);
  }
  absl::StatusOr<std::unique_ptr<store::Iterator>> Iterate(store::Family family,
                                                           std::string_view prefix) const override {
    return within_.Iterate(family, prefix);
  }
  std::unique_ptr<store::Reader> Snapshot() const override { return within_.Snapshot(); }
  std::span<const store::Family> families() const override { return within_.families(); }
  absl::Status PutFile(std::string_view name, std::string_view bytes) override {
    return within_.PutFile(name, bytes);
  }
  absl::StatusOr<std::optional<std::string>> ReadFile(std::string_view name) const override {
    return within_.ReadFile(name);
  }

 private:
  store::Store& within_;
  const std::function<void(double)> synced_;
};

}  // namespace entente::broker
