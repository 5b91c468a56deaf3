// Sums over the rows of which the log does not tell that they must be there: what was submitted
// under which number, which membership of a case is in force, who may fetch an attachment. They
// stand in r_meta, beside the tree, and change in the same batch as the rows: so fsck finds a
// family that a damaged disk gives back as it once was. A sum is a number of rows and the exclusive
// or of their hashes: it finds faults, not malice. A value; thread-compatible.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "broker/families.h"
#include "core/base/bytes.h"
#include "core/store/store.h"

namespace entente::broker {

inline constexpr std::string_view kSumsKey = "sums";  // in r_meta
inline constexpr store::Family kSummed[] = {kSubmissions, kCases, kGrants};

struct RowSum {
  uint64_t rows = 0;
  Digest hashes{};
  friend bool operator==(const RowSum&, const RowSum&) = default;
};

class RowSums {
 public:
  // The stored ones; those of the rows where a release wrote that had none. DATA_LOSS when they are
  // not in their form; else the store's errors.
  static absl::StatusOr<RowSums> Load(const store::Reader& store);
  static std::optional<RowSums> Parse(std::string_view bytes);
  // Of the rows that are there, of one family.
  static absl::StatusOr<RowSum> Of(const store::Reader& store, store::Family family);

  // What stood under these keys of r_submissions before the batch: the window in memory knows it,
  // and looking it up again costs more than the sum.
  using SubmissionsBefore = std::map<std::string, std::optional<std::string>>;
  // When `batch` is written to `store`, which these are the sums of. The store's errors.
  absl::StatusOr<RowSums> After(const store::Reader& store, const store::WriteBatch& batch,
                                const SubmissionsBefore& submissions = {}) const;

  std::string Encode() const;
  // By the order of kSummed.
  const RowSum& operator[](size_t i) const { return sums_[i]; }

 private:
  std::array<RowSum, std::size(kSummed)> sums_;
};

}  // namespace entente::broker
