#include "core/crypto/padding.h"

#include <algorithm>

namespace entente::crypto {
namespace {

constexpr uint8_t kMarker = 0x80;

}  // namespace

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
