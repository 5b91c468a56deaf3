// Pass phrases of people, kept as a slow hash: Argon2id (RFC 9106) with 64 MiB and two passes,
// libsodium's interactive cost. Stateless; safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/crypto/secret.h"

namespace entente::crypto {

using PassphraseSalt = std::array<uint8_t, 16>;

// Kept beside each hash, so that a later version may cost more.
struct PassphraseCost {
  uint64_t passes = 2;
  uint64_t memory_bytes = 64ull * 1024 * 1024;
};

// UNAVAILABLE: this machine has not the memory now, or the cost is out of range.
absl::StatusOr<Secret<32>> HashPassphrase(std::string_view passphrase, const PassphraseSalt& salt,
                                          const PassphraseCost& cost);

}  // namespace entente::crypto
