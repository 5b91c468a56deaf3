// What can be known of a statement before an authority signs it, on a machine that has no line to
// the broker: a statement that nobody can take is not signed. Files are read, nothing else is done.
// Errors: INVALID_ARGUMENT, or those of the readers of policy/parse.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/sign.h"
#include "core/ledger/genesis.h"
#include "policy/vocabulary.h"

namespace entente::cli {

// The one that the programs come with, for an empty path.
absl::StatusOr<policy::Vocabulary> VocabularyIn(const std::string& path);

// The text of `file` is the policy of this jurisdiction, in this version.
absl::Status CheckPolicyText(const std::string& text, const std::string& file,
                             const std::string& jurisdiction, uint64_t version,
                             const policy::Vocabulary& vocabulary);
// `type`: vocabulary, groups or instruments; the latter two say their version.
absl::Status CheckFederationText(const std::string& type, const std::string& text,
                                 const std::string& file, uint64_t version,
                                 const policy::Vocabulary& vocabulary);
// A kind of agency that the vocabulary knows, and a name that shows as what it is: it stands in the
// log for good.
absl::Status CheckKindAndName(const std::string& kind, const std::string& name,
                              const policy::Vocabulary& vocabulary);

// nullopt for an empty path. Refuses one of another federation.
absl::StatusOr<std::optional<ledger::Genesis>> GenesisIn(const std::string& path,
                                                         const std::string& federation);
absl::Status CheckAuthorityKey(const ledger::Genesis& genesis, std::string_view jurisdiction,
                               const crypto::SigningKey& key);
struct Signatures {
  size_t authorities = 0;
  size_t missing = 0;  // until more than two thirds have signed
};
// Each key is that of an authority, and none is there twice.
absl::StatusOr<Signatures> CountSignatures(const ledger::Genesis& genesis,
                                           std::span<const crypto::SigningKey> keys);

}  // namespace entente::cli
