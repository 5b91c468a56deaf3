// A witness: signs for each log it knows that what it is shown continues what it signed before, and
// never two trees of which neither continues the other. https://c2sp.org/tlog-witness (the call
// add-checkpoint) and https://c2sp.org/tlog-cosignature. Disk and clock are arguments.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/audit/add_checkpoint.h"
#include "core/audit/checkpoint.h"
#include "core/audit/note.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/crypto/sign.h"

namespace entente::audit {

// What a witness must not forget. Implementations are safe from any thread.
class WitnessMemory {
 public:
  virtual ~WitnessMemory() = default;
  // The note last saved for the log; nullopt when there never was one. Any error when that cannot
  // be told for certain.
  virtual absl::StatusOr<std::optional<std::string>> Load(const std::string& origin) = 0;
  // OK only when `note` will be loaded after a crash. On an error either note may be.
  virtual absl::Status Save(const std::string& origin, std::string_view note) = 0;
  // Where the note is kept, for sentences.
  virtual std::string Place(const std::string& origin) const = 0;
};

enum class WitnessVerdict {
  kCosigned,
  kMalformed,    // the body, the checkpoint, or an old size above the checkpoint's
  kNotSigned,    // by no known key of the log, or wrongly by one
  kUnknownLog,   // the origin
  kOtherSize,    // the old size is not the one held
  kOtherRoot,    // the size is the one held, the root is not: the log has forked
  kProofBad,     // it does not show that the checkpoint continues the one held
  kUnavailable,  // this machine's disk or clock; nothing has changed
};

struct WitnessAnswer {
  WitnessVerdict verdict;
  uint64_t size = 0;   // held; of kOtherSize and kOtherRoot
  std::string text;    // kCosigned: the cosignature's line; else a sentence for who asked
  std::string remark;  // for who runs the witness: what was cosigned, forked or failed
};

struct HttpAnswer {
  int status;
  std::string_view content_type;
  std::string body;
};
HttpAnswer ToHttp(const WitnessAnswer& answer);

// Safe from any thread. For each log one request at a time is checked, saved and signed.
class Witness {
 public:
  // `logs`: of each log its keys, of type 0x01, whose name is the log's origin; at most
  // limits::kKeysAtOnce of one log. `name` is one that VerifierKey takes. Memory and clock must
  // outlive the witness. INVALID_ARGUMENT for other keys or names; FAILED_PRECONDITION, with what
  // to do, when what is held is damaged or signed by another witness's key; else Load()'s errors.
  static absl::StatusOr<std::unique_ptr<Witness>> Open(std::string_view name,
                                                       crypto::SigningKey key,
                                                       const std::vector<VerifierKey>& logs,
                                                       WitnessMemory& memory, Clock& clock);

  // `body` as ParseAddCheckpoint() takes it.
  WitnessAnswer Add(std::string_view body);

  // Of the checkpoint last cosigned for the log; 0: none yet, or no such log.
  uint64_t CosignedSize(std::string_view origin);

  const VerifierKey& key() const { return verifier_; }

 private:
  struct Held {
    Checkpoint checkpoint;
    std::string note;  // the checkpoint with the log's signatures and our own
    std::string text;  // its text alone
    uint64_t time;     // of our cosignature, Unix seconds
    NoteSignature cosignature;
  };
  struct Log {
    std::vector<VerifierKey> keys;
    Mutex mutex;
    std::optional<Held> held ABSL_GUARDED_BY(mutex);
  };
  struct Request {
    AddCheckpoint sent;
    Note note;  // the log's signatures alone
    Checkpoint checkpoint;
  };

  Witness(VerifierKey verifier, crypto::SigningKey key, WitnessMemory& memory, Clock& clock);

  absl::Status AddKey(const VerifierKey& key);
  absl::Status LoadAll();
  absl::StatusOr<Held> ReadHeld(const std::string& origin, const std::string& note) const;
  static WitnessAnswer Cosigned(const Held& held);
  WitnessAnswer Advance(Log& log, const Request& request);
  absl::StatusOr<uint64_t> TimeAfter(const std::optional<Held>& held);
  absl::StatusOr<Held> Cosign(const Request& request, uint64_t time) const;

  const VerifierKey verifier_;
  const crypto::SigningKey key_;
  WitnessMemory& memory_;
  Clock& clock_;
  std::map<std::string, Log, std::less<>> logs_;  // by origin; not changed after Open()
};

}  // namespace entente::audit
