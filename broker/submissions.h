// What each agency submitted last: makes submitting idempotent (docs/formats.md, "Submission").
// For each agency the highest number and what stands in the window of limits::kSubmissionWindow
// below it. Thread-safe; kept in step with r_submissions by the committer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/mutex.h"
#include "core/store/store.h"

namespace entente::broker {

struct Submitted {
  Digest hash;           // record hash, or the digest of a notice's statement
  RecordId record_id{};  // zeros for a notice
  uint64_t log_index = 0;
};

// The row of r_submissions under `number`; it repeats the number, so that fsck can hold key and
// value against each other.
std::string EncodeSubmitted(uint64_t number, const Submitted& submitted);
// nullopt for bytes that are no row of that number.
std::optional<Submitted> DecodeSubmitted(uint64_t number, std::string_view bytes);

class Submissions {
 public:
  enum class Among : uint8_t { kPublished, kAll };

  // What stands in the log when this is a repetition: the same number and hash, or the same record
  // id and hash under another number. nullopt when it is new. Refusal record-id-reused: the number
  // or the record id stands with another hash, or the number is below the window. Refusal
  // malformed: number 0. Admission asks among what is committed, the committer also among what it
  // staged.
  absl::StatusOr<std::optional<Submitted>> Find(std::string_view agency, uint64_t number,
                                                const Digest& hash,
                                                const std::optional<RecordId>& record_id,
                                                Among among) const;

  // The committer alone: stages one, and returns those that leave the window by it, by number.
  std::vector<std::pair<uint64_t, Submitted>> Add(std::string_view agency, uint64_t number,
                                                  const Submitted& submitted);
  // What was staged is on disk, or taken back.
  void Commit();
  void Rollback();
  // Everything in the tree of this size may be answered: its checkpoint is stored.
  void Publish(uint64_t tree_size);

  // Fills itself from r_submissions. DATA_LOSS for rows that cannot be read.
  absl::Status Load(const store::Reader& store);

 private:
  struct Window {
    std::map<uint64_t, Submitted> by_number;
    std::map<RecordId, uint64_t> by_id;  // to the number
    uint64_t highest = 0;                // staged or committed
    uint64_t committed = 0;              // highest committed
  };
  struct Change {
    bool added;  // else it left the window
    std::string agency;
    uint64_t number;
    Submitted submitted;
  };
  static void Put(Window& window, uint64_t number, const Submitted& submitted);
  static void Drop(Window& window, uint64_t number);

  mutable Mutex mutex_;
  std::map<std::string, Window, std::less<>> windows_ ABSL_GUARDED_BY(mutex_);
  std::vector<Change> staged_ ABSL_GUARDED_BY(mutex_);
  uint64_t published_ ABSL_GUARDED_BY(mutex_) = 0;  // a size of the tree
};

}  // namespace entente::broker
