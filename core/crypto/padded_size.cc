#include "core/crypto/padded_size.h"

#include <bit>

#include "core/base/limits.h"

namespace entente::crypto {
namespace {

size_t RoundUp(size_t size, size_t step) { return (size + step - 1) / step * step; }

// Padmé: as many significant bits as the exponent needs to be written, plus one; zeros below.
size_t PadmeStep(size_t size) {
  const auto exponent = static_cast<unsigned>(std::bit_width(size) - 1);
  return size_t{1} << (exponent - static_cast<unsigned>(std::bit_width(exponent)));
}

}  // namespace

size_t PaddedSize(size_t plain_size) {
  const size_t least = plain_size + 1;
  const size_t step =
      least <= limits::kPadmeAboveBytes ? limits::kPaddingStepBytes : PadmeStep(least);
  return RoundUp(least, step);
}

}  // namespace entente::crypto
