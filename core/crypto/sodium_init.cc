#include "core/crypto/sodium_init.h"

#include <cstdio>
#include <cstdlib>

namespace entente::crypto::internal {

void EnsureSodium() {
  static const int started = sodium_init();
  if (started >= 0) return;
  std::fputs("libsodium cannot start: the system gives no randomness\n", stderr);
  std::abort();
}

}  // namespace entente::crypto::internal
