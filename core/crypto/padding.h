// Padding that hides lengths (docs/formats.md, "The record"): 0x80 and zeros, to a multiple of 256
// bytes up to 64 KiB, to a Padmé size above (Nikitin et al., PETS 2019: at most 12 % more).
// Stateless; safe from any thread.
#pragma once

#include <cstddef>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/crypto/secret.h"

namespace entente::crypto {

// The size, in bytes, of `plain_size` bytes once padded: at least one byte more.
size_t PaddedSize(size_t plain_size);
SecretBytes Pad(ByteSpan plain);
// The content, a view into `padded`. INVALID_ARGUMENT unless `padded` is exactly what Pad() makes
// of that content.
absl::StatusOr<ByteSpan> Unpad(ByteSpan padded);

}  // namespace entente::crypto
