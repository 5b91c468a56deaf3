// The store on disk: RocksDB in `<dir>/db`, the small files beside it in `<dir>`. One process at a
// time may have it open.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/store/store.h"

namespace entente::store {

class RocksStore final : public Store {
 public:
  // Makes folder and database when missing (mode 0700), and families that are missing.
  // FAILED_PRECONDITION: another process has it open, or it holds families that are not in
  // `families` (made by another version: the text names them). DATA_LOSS: a file that it cannot be
  // without is damaged or missing. Else as in store.h.
  static absl::StatusOr<std::unique_ptr<RocksStore>> Open(const std::string& dir,
                                                          std::span<const Family> families);
  // Changes no file: what a damaged database still holds stays as it is, for who looks at it.
  // Families that are missing are empty; writing is FAILED_PRECONDITION. Else as Open, also that
  // another process has it open.
  static absl::StatusOr<std::unique_ptr<RocksStore>> OpenToRead(const std::string& dir,
                                                                std::span<const Family> families);
  // Closes; what was written without sync is kept if the machine does not crash.
  ~RocksStore() override;

  absl::StatusOr<std::optional<std::string>> Get(Family family,
                                                 std::string_view key) const override;
  absl::StatusOr<std::unique_ptr<Iterator>> Iterate(Family family,
                                                    std::string_view prefix) const override;
  absl::Status Write(const WriteBatch& batch, Sync sync) override;
  std::unique_ptr<Reader> Snapshot() const override;
  std::span<const Family> families() const override;
  absl::Status PutFile(std::string_view name, std::string_view bytes) override;
  absl::StatusOr<std::optional<std::string>> ReadFile(std::string_view name) const override;

  class Impl;
  explicit RocksStore(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace entente::store
