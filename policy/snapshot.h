// One immutable state of all that decisions rest on, compiled to tables: vocabulary, groups,
// instruments, agencies, and every policy put in force. It stands for the first `number` open
// entries of the log and carries the hash that names them; both are the caller's.
//
// Thread safety: immutable, shared freely. Ownership: always by shared_ptr. A snapshot holds its
// own copy of everything; nothing passed in must outlive the call.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "policy/model.h"
#include "policy/vocabulary.h"

namespace entente::policy {

struct Tables;

// A policy and the instant from which the log puts it in force. It takes effect at the later of
// that instant and its own valid_from; of those in effect, the highest version counts.
struct PolicyInForce {
  Policy policy;
  Instant in_force;
};

struct SnapshotParts {
  uint64_t number = 0;
  Digest hash{};
  Groups groups;
  Instruments instruments;
  std::vector<Agency> agencies;
  std::vector<PolicyInForce> policies;  // any order, any number of versions a jurisdiction
};

class Snapshot {
 public:
  // INVALID_ARGUMENT: a policy of another vocabulary; two policies of one jurisdiction and version;
  // an agency, group or instrument id twice; more than limits::kRulesPerSide rules a side.
  static absl::StatusOr<std::shared_ptr<const Snapshot>> Compile(const Vocabulary& vocabulary,
                                                                 const SnapshotParts& parts);

  // The same tables under another number and hash: for open entries that change no policy (keys).
  std::shared_ptr<const Snapshot> Renumbered(uint64_t number, const Digest& hash) const;

  uint64_t number() const { return number_; }
  const Digest& hash() const { return hash_; }

  // The version in effect at t, expired or not; nullopt when there is none.
  std::optional<uint64_t> PolicyVersion(std::string_view jurisdiction, Instant t) const;
  // The last instant up to t at which an agency, group, instrument or policy of it began or ended
  // to count; long before every record when there is none.
  Instant UnchangedSince(Instant t) const;
  // Ids of the instruments under which the one may send to the other for this purpose at t, sorted.
  std::vector<std::string> InstrumentsFor(std::string_view origin, std::string_view recipient,
                                          std::string_view purpose, Instant t) const;

  const Tables& tables() const { return *tables_; }

 private:
  Snapshot(std::shared_ptr<const Tables> tables, uint64_t number, const Digest& hash);

  std::shared_ptr<const Tables> tables_;
  uint64_t number_;
  Digest hash_;
};

}  // namespace entente::policy
