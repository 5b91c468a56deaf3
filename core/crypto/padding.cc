#include "core/crypto/padding.h"

#include <bit>

#include "core/base/limits.h"

namespace entente::crypto {
namespace {

constexpr uint8_t kMarker = 0x80;

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

SecretBytes Pad(ByteSpan plain) {
  SecretBytes padded(PaddedSize(plain.size()));
  std::copy(plain.begin(), plain.end(), padded.Fill().begin());
  padded.Fill()[plain.size()] = kMarker;
  return padded;
}

absl::StatusOr<ByteSpan> Unpad(ByteSpan padded) {
  size_t end = padded.size();
  while (end > 0 && padded[end - 1] == 0) --end;
  if (end == 0 || padded[end - 1] != kMarker || PaddedSize(end - 1) != padded.size()) {
    return absl::InvalidArgumentError("the padding is not the one that this content has");
  }
  return padded.first(end - 1);
}

}  // namespace entente::crypto
