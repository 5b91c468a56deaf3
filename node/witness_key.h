// The files of a witness's key: the key, and beside it KEY.vkey, its verifier key with the name
// that the quorum knows. Blocking; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/note.h"
#include "core/crypto/sign.h"

namespace entente::node {

// A verifier key a line; empty lines and those that begin with # are passed over. Added to `keys`.
// INVALID_ARGUMENT `FILE:LINE:1: sentence`, also for a file without any; else of the file.
absl::Status ReadVerifierKeys(const std::string& path, std::vector<audit::VerifierKey>& keys);

std::string WitnessVkeyPath(const std::string& key_path);

struct WitnessKey {
  std::string name;
  crypto::SigningKey key;
};
// INVALID_ARGUMENT when the two files are not of one key; else of the files.
absl::StatusOr<WitnessKey> ReadWitnessKey(const std::string& path);

}  // namespace entente::node
