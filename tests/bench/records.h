// Records as a sender's node makes them: one section whose plaintext is 2 KiB, sealed to every
// recipient of the ground, signed in batches or one by one. Thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/limits.h"
#include "entente/v1/broker.pb.h"
#include "entente/v1/content.pb.h"
#include "tests/bench/ground.h"

namespace entente::bench {

inline constexpr size_t kPlaintextBytes = 2048;
inline constexpr size_t kPerMessage = limits::kBatchRecords;

enum class Signing { kBatch, kSingle };

class RecordMaker {
 public:
  RecordMaker(const Ground& ground, Signing signing);

  // Submissions number `first` to `first` + count - 1 in one message; count at most kPerMessage.
  // Each number is asked for once.
  absl::StatusOr<v1::SubmitRequest> Make(uint64_t first, size_t count) const;

 private:
  absl::Status Sign(std::vector<v1::Record>& records, const std::vector<Digest>& hashes) const;

  const Ground& ground_;
  const Signing signing_;
  const v1::SectionContent content_;
};

// `records` submissions in messages of kPerMessage, made on all processors, and what that took.
struct Prepared {
  std::vector<v1::SubmitRequest> requests;
  double seconds = 0;
};
absl::StatusOr<Prepared> Prepare(const RecordMaker& maker, size_t records);

}  // namespace entente::bench
