// How the log comes by the cosignatures of its witnesses. All of them must sign one and the same
// checkpoint, so there are rounds: one checkpoint is up until the quorum has cosigned it, or, when
// there is a newer one, for kRoundMs at most. On a log that stands still the newest one goes up
// again, so that its cosignatures do not grow old.
//
// When a quorum was changed, a member acts on the change under the old one, and on all above it
// under the new one. Both are asked until the old one has cosigned a checkpoint that holds the
// change; that note is kept for good, for members who come later.
//
// Nothing that anybody says here is trusted but signatures: who says that it is a witness, and what
// size it has cosigned, gets a checkpoint and its proof, which are public.
//
// Thread-safe. Owns no thread, clock or disk.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "broker/engine.h"
#include "broker/witnessed.h"
#include "core/base/limits.h"
#include "core/base/mutex.h"
#include "core/store/store.h"

namespace entente::broker {

// A round that is not met makes room for a newer checkpoint after this.
inline constexpr int64_t kRoundMs = 5 * limits::kSecondMs;
// From the beginning of a round to that of the next: each makes every witness write to its disk.
inline constexpr int64_t kRoundsApartMs = limits::kSecondMs;
// When the same size is cosigned again.
inline constexpr int64_t kRenewMs = 5 * limits::kMinuteMs;
// Of a note with its cosignatures; what comes later is left out.
inline constexpr size_t kWitnessedBytes = limits::kEntryBytes;

// What an operator is told when a witness knows a longer log.
inline constexpr std::string_view kRolledBack =
    "if this database was put back from an older copy, stop the broker and restore one that has "
    "all that was signed; else the witness, or who speaks for it, is wrong";

static_assert(kRoundsApartMs < kRoundMs && kRoundMs < kRenewMs);
static_assert(kRenewMs * 2 < limits::kQuorumFreshnessMs);

class Cosigning {
 public:
  // Reads what was kept. Engine and store outlive it. DATA_LOSS, also as refusal fork: what is kept
  // is not of this log, or of a log that was longer.
  static absl::StatusOr<std::unique_ptr<Cosigning>> Open(const Engine& engine, store::Store& store);

  struct Request {
    uint64_t size = 0;  // of the checkpoint
    std::string body;   // of an add-checkpoint; empty: nothing to cosign now
  };
  // For the witness with this verifier key, which says that it has cosigned `cosigned_size`.
  // Refusals not-authorised: it is of no quorum that is asked; fork: the log is not as long as it
  // says.
  absl::StatusOr<Request> Next(std::string_view witness, uint64_t cosigned_size, Instant now);

  // Its cosignature, as lines of a note. One of another size than is up, or that was seen before,
  // is OK and changes nothing. Refusals not-authorised; bad-signature; malformed; too-large. The
  // store's error when a note with a quorum could not be kept; it is served all the same.
  absl::Status Cosign(std::string_view witness, uint64_t size, std::string_view signatures,
                      Instant now);

  // The newest note with a quorum; empty: there is none yet, or the log never had a quorum.
  std::string Witnessed() const;
  // The same for a member who has the entries below `from`, or whose first open entry that does not
  // act yet is `from`: one that the quorum in its eyes has cosigned comes first.
  std::string WitnessedFor(uint64_t from) const;

  struct Level {
    uint64_t size = 0;
    uint64_t time = 0;  // Unix seconds
  };
  // For the metrics; nullopt: quorum none, and never another.
  std::optional<Level> WitnessedLevel() const;

 private:
  struct Round {
    audit::CheckpointKeeper::Signed signed_;
    Instant begun;
    std::vector<uint64_t> quorums;  // by number
    Cosignatures by;
    bool met = false;  // by all of them
  };
  // Of one witness.
  struct Seen {
    uint64_t size = 0;
    uint64_t time = 0;
  };

  Cosigning(const Engine& engine, store::Store& store) : engine_(engine), store_(store) {}
  absl::Status Load();
  absl::Status Adopt(uint64_t number, std::string_view note, const View& view)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t SizeOf(uint64_t number) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool HandedOver(uint64_t number, const View& view) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<uint64_t> Asked(const View& view) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Over(uint64_t latest, Instant now) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Due(const std::vector<uint64_t>& asked, uint64_t latest, Instant now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Turn(const View& view, Instant now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsFor(const audit::VerifierKey& witness, const View& view) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Add(const audit::VerifierKey& witness, const TimedLine& line, const View& view,
                   Instant now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string RoundNote() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Engine& engine_;
  store::Store& store_;
  mutable Mutex mutex_;
  std::map<uint64_t, WitnessedNote> notes_ ABSL_GUARDED_BY(mutex_);  // by the quorum's number
  std::optional<Round> round_ ABSL_GUARDED_BY(mutex_);
  std::optional<Instant> renewed_ ABSL_GUARDED_BY(mutex_);  // by the newest quorum, since the start
  std::map<std::string, Seen, std::less<>> seen_ ABSL_GUARDED_BY(mutex_);  // by verifier key
};

}  // namespace entente::broker
