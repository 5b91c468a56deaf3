// Internal to core/crypto. libsodium must be initialised once before use: it chooses the fast
// implementations for this processor and opens the system's randomness. Safe from any thread.
#pragma once

#include <sodium.h>

namespace entente::crypto::internal {

// Ends the process when libsodium cannot start.
void EnsureSodium();

}  // namespace entente::crypto::internal
