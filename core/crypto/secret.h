// Bytes that must not outlive their use: wiped on destruction and when moved from, never copied
// unless Clone() says so, compared in constant time, and not printable. Reading one goes through
// ExposeSecret(), the one name to search for. Not thread-safe for writing; const reads are safe
// from any thread. Not promised: protection from swapping to disk or from core dumps.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/clock.h"

namespace entente::crypto {

// Overwrites with zeros in a way that the compiler does not remove.
void Wipe(std::span<uint8_t> bytes);
// Wipes the characters and leaves the text empty.
void Wipe(std::string& text);
// Takes time that depends on the lengths only. Different lengths are unequal.
bool ConstantTimeEqual(ByteSpan a, ByteSpan b);

// Exactly N secret bytes, held in place.
template <size_t N>
class Secret {
 public:
  // All zeros: a place to be filled through Fill().
  Secret() = default;
  ~Secret() { Wipe(bytes_); }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { Wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      Wipe(other.bytes_);
    }
    return *this;
  }

  // nullopt unless `bytes` has exactly N bytes. The caller still owns, and wipes, its copy.
  static std::optional<Secret> FromBytes(ByteSpan bytes) {
    if (bytes.size() != N) return std::nullopt;
    Secret secret;
    std::copy(bytes.begin(), bytes.end(), secret.bytes_.begin());
    return secret;
  }
  static Secret Create(Random& random) {
    Secret secret;
    random.Fill(secret.bytes_);
    return secret;
  }

  Secret Clone() const { return *FromBytes(bytes_); }
  // A view into this object; it lives no longer than this object.
  std::span<const uint8_t, N> ExposeSecret() const { return bytes_; }
  // The place to write a secret that another function computes.
  std::span<uint8_t, N> Fill() { return bytes_; }

  friend bool operator==(const Secret& a, const Secret& b) {
    return ConstantTimeEqual(a.bytes_, b.bytes_);
  }

 private:
  std::array<uint8_t, N> bytes_{};
};

// Secret bytes of any number, on the heap; the number is fixed when it is made.
class SecretBytes {
 public:
  // Empty.
  SecretBytes() = default;
  // `size` zeros: a place to be filled through Fill().
  explicit SecretBytes(size_t size);
  ~SecretBytes();
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;

  // A copy. The caller still owns, and wipes, its own.
  static SecretBytes FromBytes(ByteSpan bytes);

  SecretBytes Clone() const { return FromBytes(ExposeSecret()); }
  size_t size() const { return size_; }
  // A view of the heap memory: it stays valid when this object is moved, until its last owner dies.
  ByteSpan ExposeSecret() const { return {bytes_.get(), size_}; }
  std::span<uint8_t> Fill() { return {bytes_.get(), size_}; }

  friend bool operator==(const SecretBytes& a, const SecretBytes& b) {
    return ConstantTimeEqual(a.ExposeSecret(), b.ExposeSecret());
  }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_ = 0;
};

}  // namespace entente::crypto
