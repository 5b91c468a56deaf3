// The sizes that padding leaves (docs/formats.md, "The record"): a multiple of 256 bytes up to
// 64 KiB, a Padmé size above (Nikitin et al., PETS 2019: at most 12 % more). Apart from the padding
// itself, since a broker checks sizes and opens nothing. Pure; safe from any thread.
#pragma once

#include <cstddef>

namespace entente::crypto {

// The size, in bytes, of `plain_size` bytes once padded: at least one byte more.
size_t PaddedSize(size_t plain_size);

}  // namespace entente::crypto
