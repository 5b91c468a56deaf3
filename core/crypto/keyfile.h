// One private key in one file: `entente-key/1 <use> <64 lower-case hex characters>` and a newline,
// readable by its owner alone. Blocking file access; safe from any thread on different paths. The
// seed is an Ed25519 seed or, by use, an X25519 private key.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/crypto/keys.h"
#include "core/crypto/secret.h"

namespace entente::crypto {

// Creates the file with mode 0600 and syncs it and its folder. ALREADY_EXISTS when a file is there:
// a key is never overwritten. Other failures carry the system's code and name the path.
absl::Status WriteKeyFile(const std::string& path, KeyUse use, const Secret<32>& seed);

// NOT_FOUND; PERMISSION_DENIED when group or others may touch it (the message says
// `chmod 600 FILE`); INVALID_ARGUMENT when the content is anything but the one line, or for another
// use. Never repeats content in a message.
absl::StatusOr<Secret<32>> ReadKeyFile(const std::string& path, KeyUse use);

}  // namespace entente::crypto
