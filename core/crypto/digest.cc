#include "core/crypto/digest.h"

#include <openssl/evp.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "core/crypto/sodium_init.h"

namespace entente::crypto {
namespace {

// OpenSSL fails here only when the machine is out of memory or its configuration forbids SHA-256;
// nothing that this system promises could go on.
void MustHash(bool ok) {
  if (ok) return;
  std::fputs("OpenSSL cannot compute SHA-256\n", stderr);
  std::abort();
}

// Fetched once: a lookup on each call costs more than a short digest.
const EVP_MD* Algorithm() {
  static const EVP_MD* const kMd = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  MustHash(kMd != nullptr);
  return kMd;
}

class Sha256Context {
 public:
  Sha256Context() : context_(EVP_MD_CTX_new()) {
    MustHash(context_ != nullptr);
    Begin();
  }
  ~Sha256Context() { EVP_MD_CTX_free(context_); }
  Sha256Context(const Sha256Context&) = delete;
  Sha256Context& operator=(const Sha256Context&) = delete;

  void Add(ByteSpan bytes) {
    MustHash(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1);
  }
  Digest Finish() {
    Digest digest;
    MustHash(EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1);
    Begin();
    return digest;
  }

 private:
  void Begin() { MustHash(EVP_DigestInit_ex2(context_, Algorithm(), nullptr) == 1); }
  EVP_MD_CTX* context_;
};

Sha256Context& ThreadContext() {
  thread_local Sha256Context context;
  return context;
}

using HmacState = crypto_auth_hmacsha256_state;

void HmacBegin(HmacState& state, ByteSpan key) {
  // libsodium wants a key address even for a key of no bytes.
  static constexpr uint8_t kNothing = 0;
  crypto_auth_hmacsha256_init(&state, key.empty() ? &kNothing : key.data(), key.size());
}
void HmacAdd(HmacState& state, ByteSpan bytes) {
  crypto_auth_hmacsha256_update(&state, bytes.data(), bytes.size());
}
void HmacFinish(HmacState& state, std::span<uint8_t, 32> out) {
  crypto_auth_hmacsha256_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
}

}  // namespace

Digest Sha256(ByteSpan bytes) {
  ThreadContext().Add(bytes);
  return ThreadContext().Finish();
}

Digest Sha256(std::string_view text) { return Sha256(AsBytes(text)); }

Digest Sha256Concat(std::initializer_list<ByteSpan> parts) {
  Sha256Context& context = ThreadContext();
  for (ByteSpan part : parts) context.Add(part);
  return context.Finish();
}

struct Sha256Hasher::Context : Sha256Context {};

Sha256Hasher::Sha256Hasher() : context_(std::make_unique<Context>()) {}
Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;

Sha256Hasher& Sha256Hasher::Update(ByteSpan bytes) {
  context_->Add(bytes);
  return *this;
}

Digest Sha256Hasher::Finish() { return context_->Finish(); }

Secret<32> HmacSha256(ByteSpan key, ByteSpan message) {
  internal::EnsureSodium();
  HmacState state;
  HmacBegin(state, key);
  HmacAdd(state, message);
  Secret<32> tag;
  HmacFinish(state, tag.Fill());
  return tag;
}

Secret<32> HkdfSha256Extract(ByteSpan salt, ByteSpan ikm) { return HmacSha256(salt, ikm); }

void internal::HkdfSha256ExpandInto(ByteSpan prk, ByteSpan info, std::span<uint8_t> out) {
  EnsureSodium();
  Secret<32> block;
  ByteSpan previous;
  for (uint8_t counter = 1; !out.empty(); ++counter) {
    HmacState state;
    HmacBegin(state, prk);
    HmacAdd(state, previous);
    HmacAdd(state, info);
    HmacAdd(state, {&counter, 1});
    HmacFinish(state, block.Fill());
    previous = block.ExposeSecret();
    const size_t take = std::min(out.size(), previous.size());
    std::copy_n(previous.begin(), take, out.begin());
    out = out.subspan(take);
  }
}

absl::StatusOr<SecretBytes> HkdfSha256Expand(ByteSpan prk, ByteSpan info, size_t length) {
  if (length > kHkdfMaxBytes) {
    return absl::InvalidArgumentError("HKDF-SHA-256 gives at most 8160 bytes");
  }
  SecretBytes out(length);
  internal::HkdfSha256ExpandInto(prk, info, out.Fill());
  return out;
}

absl::StatusOr<SecretBytes> HkdfSha256(ByteSpan ikm, ByteSpan salt, ByteSpan info, size_t length) {
  return HkdfSha256Expand(HkdfSha256Extract(salt, ikm).ExposeSecret(), info, length);
}

}  // namespace entente::crypto
