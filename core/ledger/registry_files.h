// Files in force and their texts, as Registry answers for them. For the sources of core/ledger.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/ledger/registry.h"
#include "core/ledger/registry_state.h"
#include "policy/model.h"
#include "policy/snapshot.h"
#include "policy/vocabulary.h"

namespace entente::ledger {

// Of files by ascending version, the highest whose instant has come.
const FileInForce* InForce(const std::vector<FileInForce>& files, Instant instant);
const FileInForce* InForce(const NameMap<std::vector<FileInForce>>& files, std::string_view name,
                           Instant instant);

// The vocabulary, groups and instruments in force: what a policy is read under.
struct FederationTexts {
  NamedVocabulary vocabulary;
  std::shared_ptr<const policy::Groups> groups;
  std::shared_ptr<const policy::Instruments> instruments;
};
// FAILED_PRECONDITION as Registry::PolicySnapshot. Groups and instruments that were never put in
// force are empty.
absl::StatusOr<FederationTexts> ReadFederation(const State& state, Instant instant);
absl::StatusOr<NamedVocabulary> ReadVocabulary(const State& state, Instant instant);

// The policy that a statement names; `policy` is null unless `standing` is kHeld.
struct PolicyText {
  Registry::Standing standing = Registry::Standing::kNone;
  std::shared_ptr<const policy::Policy> policy;
};
PolicyText ReadPolicy(const State& state, std::string_view jurisdiction, const FileInForce& file,
                      const FederationTexts& federation);

// Around `instant`: no file comes in force within.
policy::Interval Serves(const State& state, Instant instant);

// What the log's statements about one agency come to, as intervals; nullopt when it is at no time
// admitted.
absl::StatusOr<std::optional<policy::Agency>> AgencyForPolicy(const std::string& agency,
                                                              const AgencyHistory& history);

}  // namespace entente::ledger
