// Counts that let two partners see a record that was kept back: numbers given to each recipient in
// each lane, and numbers seen from each origin (docs/formats.md, "Access", pair_seq). Reads the
// store each time and writes into the caller's batch, so a dropped batch takes everything back.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/store/store.h"
#include "entente/v1/record.pb.h"
#include "node/state.pb.h"

namespace entente::node {

// The counts of several partners while one batch is put together. Short-lived.
class PairsOut {
 public:
  explicit PairsOut(const store::Reader& reader) : reader_(&reader) {}

  // The next number for this recipient.
  absl::StatusOr<uint64_t> Next(std::string_view recipient, v1::Lane lane);
  // The same for recall notes and restrictions.
  absl::StatusOr<uint64_t> NextRecall(std::string_view recipient);
  absl::StatusOr<state::PairOut*> Of(std::string_view recipient);
  void AddTo(store::WriteBatch& batch) const;

 private:
  const store::Reader* reader_;
  std::map<std::string, state::PairOut, std::less<>> touched_;
};

// The same for what comes in.
class PairsIn {
 public:
  explicit PairsIn(const store::Reader& reader) : reader_(&reader) {}

  // Refusal malformed for a number that cannot be kept: limits::kPairAhead, limits::kPairSpans.
  absl::StatusOr<bool> Seen(std::string_view origin, v1::Lane lane, uint64_t number);
  // By a record or a gap note; refusals as Seen(). `now`: when the first contact starts the wait
  // for a pair head.
  absl::Status Mark(std::string_view origin, v1::Lane lane, uint64_t number, Instant now);
  // By a recall note or a restriction.
  absl::Status MarkRecall(std::string_view origin, uint64_t number);
  // An older head than the last one changes nothing.
  absl::Status OnHead(const v1::PairHead& head, Instant now);
  // What this entry released to us came, and was refused here; or the entry refused us what another
  // had released.
  void MarkRefused(uint64_t log_index);
  absl::StatusOr<bool> WasRefused(uint64_t log_index) const;
  // False for a gap note that was taken before.
  absl::StatusOr<bool> TakeGap(const Digest& statement);
  void AddTo(store::WriteBatch& batch) const;

 private:
  absl::StatusOr<state::PairIn*> Of(std::string_view origin);
  absl::StatusOr<bool> Has(const std::string& row) const;

  const store::Reader* reader_;
  std::map<std::string, state::PairIn, std::less<>> touched_;
  std::set<std::string> rows_;
};

// A number given to a recipient that will not be delivered. It stands here until the outbox has
// made a gap note of it.
struct ClosedNumber {
  std::string recipient;
  v1::Lane lane = v1::LANE_UNSPECIFIED;
  uint64_t number = 0;
  uint64_t log_index = 0;  // where the log released it to them; 0 when it did not
};
void AddClosed(const ClosedNumber& closed, store::WriteBatch& batch);
void RemoveClosed(const ClosedNumber& closed, store::WriteBatch& batch);
absl::StatusOr<std::vector<ClosedNumber>> AllClosed(const store::Reader& reader);

// All partners this node ever wrote to.
absl::StatusOr<std::vector<std::pair<std::string, state::PairOut>>> AllPairsOut(
    const store::Reader& reader);

// How far what came from `origin` is whole: when its last pair head was signed, or 0 before the
// first; and whether something that it counts is missing, a record or a recall.
struct Completeness {
  uint64_t head_ms = 0;
  bool behind = false;
};
absl::StatusOr<Completeness> CompletenessOf(const store::Reader& reader, std::string_view origin);

// What is wrong with one partner's counts at `now`.
struct PairTrouble {
  std::string origin;
  bool complete = true;          // nothing at or below the last head is missing
  bool numbers_missing = false;  // an hour after that head
  bool head_overdue = false;     // by a day
};
// One for each partner that ever wrote, in order.
absl::StatusOr<std::vector<PairTrouble>> CheckPairs(const store::Reader& reader, Instant now);

}  // namespace entente::node
