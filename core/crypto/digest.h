// SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869). The functions are safe
// from any thread and keep nothing but one reused context for each thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace entente::crypto {

Digest Sha256(ByteSpan bytes);
Digest Sha256(std::string_view text);
// Of the concatenation: Sha256Concat({AsBytes("entente/v1 "), id}).
Digest Sha256Concat(std::initializer_list<ByteSpan> parts);

// Incremental form, for what does not stand in memory at once. Not thread-safe; move-only.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;

  Sha256Hasher& Update(ByteSpan bytes);
  Sha256Hasher& Update(std::string_view text) { return Update(AsBytes(text)); }
  // The digest of all updates since the start or the last Finish(); then begins anew.
  Digest Finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Any key length. A tag that is meant to be published is read through ExposeSecret().
Secret<32> HmacSha256(ByteSpan key, ByteSpan message);

inline constexpr size_t kHkdfMaxBytes = 255 * 32;

// An empty salt means 32 zero bytes, as in RFC 5869.
Secret<32> HkdfSha256Extract(ByteSpan salt, ByteSpan ikm);
// INVALID_ARGUMENT above kHkdfMaxBytes.
absl::StatusOr<SecretBytes> HkdfSha256Expand(ByteSpan prk, ByteSpan info, size_t length);
// Extract, then expand. INVALID_ARGUMENT above kHkdfMaxBytes.
absl::StatusOr<SecretBytes> HkdfSha256(ByteSpan ikm, ByteSpan salt, ByteSpan info, size_t length);

namespace internal {
// Precondition: out.size() <= kHkdfMaxBytes.
void HkdfSha256ExpandInto(ByteSpan prk, ByteSpan info, std::span<uint8_t> out);
}  // namespace internal

// The same for a length known when compiling; these cannot fail.
template <size_t N>
Secret<N> HkdfSha256Expand(ByteSpan prk, ByteSpan info) {
  static_assert(N <= kHkdfMaxBytes);
  Secret<N> out;
  internal::HkdfSha256ExpandInto(prk, info, out.Fill());
  return out;
}
template <size_t N>
Secret<N> HkdfSha256(ByteSpan ikm, ByteSpan salt, ByteSpan info) {
  return HkdfSha256Expand<N>(HkdfSha256Extract(salt, ikm).ExposeSecret(), info);
}

}  // namespace entente::crypto
