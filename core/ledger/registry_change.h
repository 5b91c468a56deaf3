// What one open entry changes, once its statement was found valid. For the sources of core/ledger.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/ledger/registry.h"
#include "core/ledger/registry_state.h"

namespace entente::ledger {

struct GenesisConfirmed {};
struct AgencyChange {
  std::string agency;
  std::string kind;
  std::string name;
  AgencyEvent event;
};
struct KeysChange {
  std::string owner;
  std::vector<KeyInfo> keys;
  std::vector<uint32_t> format_versions;
  bool by_authority = false;
  Instant instant;  // of the statement
};
struct RevocationChange {
  std::string owner;
  KeyId key{};
  std::optional<uint64_t> doubted_from;
};
struct FileChange {
  v1::EntryKind kind;
  std::string name;
  FileInForce file;
};
struct QuorumChange {
  uint64_t number = 0;
  std::shared_ptr<const audit::TlogPolicy> policy;  // nullptr: none
};
using Change = std::variant<GenesisConfirmed, AgencyChange, KeysChange, RevocationChange,
                            FileChange, QuorumChange>;

// Where the statement stands.
struct Place {
  uint64_t index;
  Instant instant;
};

// The change, or the refusal that Registry::Check promises. Depends on the log alone, never on
// which texts are held, so that every reader comes to the same.
absl::StatusOr<Change> Judge(const State& state, v1::EntryKind kind, Place place,
                             std::string_view body);

// One for each kind; `body` is a SignedStatement's bytes.
absl::StatusOr<Change> JudgeAgency(const State& state, Place place, std::string_view body);
absl::StatusOr<Change> JudgeKeys(const State& state, Place place, std::string_view body);
absl::StatusOr<Change> JudgeRevocation(const State& state, Place place, std::string_view body);
absl::StatusOr<Change> JudgePolicy(const State& state, Place place, std::string_view body);
absl::StatusOr<Change> JudgeFederationFile(const State& state, Place place, std::string_view body);
absl::StatusOr<Change> JudgeQuorum(const State& state, Place place, std::string_view body);

}  // namespace entente::ledger
