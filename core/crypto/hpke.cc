#include "core/crypto/hpke.h"

#include <utility>

#include "core/base/encoding.h"

namespace entente::crypto {
namespace {

constexpr uint16_t kKem = 0x0020;
constexpr uint16_t kKdf = 0x0001;
constexpr uint16_t kAead = 0x0003;
constexpr uint8_t kModeBase = 0x00;

std::string KemSuite() { return Framing().Raw("KEM").U16(kKem).str(); }
std::string HpkeSuite() { return Framing().Raw("HPKE").U16(kKem).U16(kKdf).U16(kAead).str(); }

// RFC 9180 section 4: every derivation is bound to the version, the suite and a label.
Secret<32> LabeledExtract(std::string_view suite, ByteSpan salt, std::string_view label,
                          ByteSpan ikm) {
  Framing framing;
  framing.Raw("HPKE-v1").Raw(suite).Raw(label);
  SecretBytes labeled(framing.str().size() + ikm.size());
  auto rest = std::copy(framing.bytes().begin(), framing.bytes().end(), labeled.Fill().begin());
  std::copy(ikm.begin(), ikm.end(), rest);
  return HkdfSha256Extract(salt, labeled.ExposeSecret());
}

std::string LabeledInfo(std::string_view suite, std::string_view label, ByteSpan info,
                        size_t length) {
  return Framing()
      .U16(static_cast<uint16_t>(length))
      .Raw("HPKE-v1")
      .Raw(suite)
      .Raw(label)
      .Raw(info)
      .str();
}

template <size_t N>
Secret<N> LabeledExpand(std::string_view suite, const Secret<32>& prk, std::string_view label,
                        ByteSpan info) {
  return HkdfSha256Expand<N>(prk.ExposeSecret(), AsBytes(LabeledInfo(suite, label, info, N)));
}

// DHKEM section 4.1, ExtractAndExpand.
Secret<32> KemSecret(const Secret<32>& dh, const PublicKey& enc, const PublicKey& recipient) {
  const Secret<32> prk = LabeledExtract(KemSuite(), {}, "eae_prk", dh.ExposeSecret());
  const std::string context = Framing().Raw(ByteSpan(enc)).Raw(ByteSpan(recipient)).str();
  return LabeledExpand<32>(KemSuite(), prk, "shared_secret", AsBytes(context));
}

std::string ScheduleContext(ByteSpan info) {
  const Secret<32> psk_id = LabeledExtract(HpkeSuite(), {}, "psk_id_hash", {});
  const Secret<32> info_hash = LabeledExtract(HpkeSuite(), {}, "info_hash", info);
  return Framing()
      .U8(kModeBase)
      .Raw(ByteSpan(psk_id.ExposeSecret()))
      .Raw(ByteSpan(info_hash.ExposeSecret()))
      .str();
}

Secret<32> ExportKeyFrom(const HpkeSchedule& schedule, ByteSpan context) {
  return *Secret<32>::FromBytes(schedule.Export(context, 32)->ExposeSecret());
}

}  // namespace

AgreementKey HpkeDeriveKeyPair(ByteSpan ikm) {
  const Secret<32> prk = LabeledExtract(KemSuite(), {}, "dkp_prk", ikm);
  return AgreementKey::FromPrivate(LabeledExpand<32>(KemSuite(), prk, "sk", {}));
}

HpkeSchedule::HpkeSchedule(const Secret<32>& shared_secret, ByteSpan info) {
  const std::string suite = HpkeSuite();
  const std::string context = ScheduleContext(info);
  const Secret<32> secret = LabeledExtract(suite, shared_secret.ExposeSecret(), "secret", {});
  key_ = LabeledExpand<32>(suite, secret, "key", AsBytes(context));
  base_nonce_ = LabeledExpand<12>(suite, secret, "base_nonce", AsBytes(context));
  exporter_ = LabeledExpand<32>(suite, secret, "exp", AsBytes(context));
}

ChaChaNonce HpkeSchedule::NonceAt(uint64_t sequence) const {
  ChaChaNonce nonce;
  std::copy_n(base_nonce_.ExposeSecret().begin(), nonce.size(), nonce.begin());
  for (size_t i = 0; i < sizeof sequence; ++i) {
    nonce[nonce.size() - 1 - i] ^= static_cast<uint8_t>(sequence >> (8 * i));
  }
  return nonce;
}

absl::StatusOr<SecretBytes> HpkeSchedule::Export(ByteSpan context, size_t length) const {
  return HkdfSha256Expand(exporter_.ExposeSecret(),
                          AsBytes(LabeledInfo(HpkeSuite(), "sec", context, length)), length);
}

HpkeSenderContext::HpkeSenderContext(PublicKey enc, HpkeSchedule schedule)
    : enc_(enc), schedule_(std::move(schedule)) {}

absl::StatusOr<HpkeSenderContext> HpkeSenderContext::Create(const PublicKey& recipient,
                                                            ByteSpan info, Random& random) {
  const AgreementKey ephemeral = HpkeDeriveKeyPair(Secret<32>::Create(random).ExposeSecret());
  auto dh = ephemeral.Agree(recipient);
  if (!dh.ok()) return dh.status();
  const Secret<32> shared = KemSecret(*dh, ephemeral.public_key(), recipient);
  return HpkeSenderContext(ephemeral.public_key(), HpkeSchedule(shared, info));
}

std::string HpkeSenderContext::Seal(ByteSpan aad, ByteSpan plain) {
  return SealChaCha20Poly1305(schedule_.key(), schedule_.NonceAt(sequence_++), aad, plain);
}

Secret<32> HpkeSenderContext::ExportKey(ByteSpan context) const {
  return ExportKeyFrom(schedule_, context);
}

HpkeRecipientContext::HpkeRecipientContext(HpkeSchedule schedule)
    : schedule_(std::move(schedule)) {}

absl::StatusOr<HpkeRecipientContext> HpkeRecipientContext::Create(const PublicKey& enc,
                                                                  const AgreementKey& key,
                                                                  ByteSpan info) {
  auto dh = key.Agree(enc);
  if (!dh.ok()) return dh.status();
  return HpkeRecipientContext(HpkeSchedule(KemSecret(*dh, enc, key.public_key()), info));
}

absl::StatusOr<SecretBytes> HpkeRecipientContext::Open(ByteSpan aad, ByteSpan sealed) {
  auto plain = OpenChaCha20Poly1305(schedule_.key(), schedule_.NonceAt(sequence_), aad, sealed);
  if (plain.ok()) ++sequence_;
  return plain;
}

Secret<32> HpkeRecipientContext::ExportKey(ByteSpan context) const {
  return ExportKeyFrom(schedule_, context);
}

}  // namespace entente::crypto
