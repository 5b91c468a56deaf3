// Padding that hides lengths (docs/formats.md, "The record"): 0x80 and zeros, to the size that
// core/crypto/padded_size.h says. Stateless; safe from any thread.
#pragma once

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/crypto/padded_size.h"
#include "core/crypto/secret.h"

namespace entente::crypto {

SecretBytes Pad(ByteSpan plain);
// The content, a view into `padded`. INVALID_ARGUMENT unless `padded` is exactly what Pad() makes
// of that content.
absl::StatusOr<ByteSpan> Unpad(ByteSpan padded);

}  // namespace entente::crypto
