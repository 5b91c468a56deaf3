#include "core/record/open.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/aead.h"
#include "core/crypto/padding.h"
#include "core/record/checks.h"
#include "core/record/content.h"
#include "core/record/format.h"
#include "core/record/section_keys.h"
#include "core/record/strict.h"

namespace entente::record {
namespace {

using crypto::SecretBytes;

constexpr crypto::ChaChaNonce kZeroNonce{};

absl::Status BadSignature(std::string text) {
  return Refuse(Reason::kBadSignature, std::move(text));
}
absl::Status ProofBad(std::string text) { return Refuse(Reason::kProofBad, std::move(text)); }

absl::Status CheckManifest(const v1::AccessManifest& manifest, uint32_t version) {
  const size_t checkpoint = manifest.checkpoint().size();
  const bool has_its_own = (checkpoint > 0) == (version == kCheckpointVersion);
  return internal::First(
      has_its_own && checkpoint <= kCheckpointBytes
          ? absl::OkStatus()
          : internal::Malformed(
                "a checkpoint where the version has none, or none where it has one"),
      internal::CheckSortedFixed(manifest.section_ids(), "the granted sections", sizeof(SectionId)),
      internal::CheckSorted(manifest.obligations(), "the obligations"),
      manifest.pair_seq() > 0 ? absl::OkStatus()
                              : internal::Malformed("numbers of records count from 1"),
      manifest.in_reply_to().empty()
          ? absl::OkStatus()
          : internal::CheckLength(manifest.in_reply_to(), "in_reply_to", sizeof(Digest)));
}

absl::StatusOr<v1::AccessManifest> OpenManifest(crypto::HpkeRecipientContext& context,
                                                const ParsedRecord& record,
                                                std::string_view sealed) {
  const absl::StatusOr<SecretBytes> padded = context.Open(record.hash, AsBytes(sealed));
  if (!padded.ok()) return BadSignature("the manifest does not open");
  const absl::StatusOr<ByteSpan> plain = crypto::Unpad(padded->ExposeSecret());
  if (!plain.ok()) return BadSignature("the manifest has another padding than it may have");
  auto manifest = StrictParse<v1::AccessManifest>(AsText(*plain));
  if (!manifest.ok()) return manifest;
  if (absl::Status status = CheckManifest(*manifest, record.header.format_version); !status.ok())
    return status;
  return manifest;
}

bool IsWrapped(const Access& access, const SectionId& id) {
  return std::any_of(access.wraps.begin(), access.wraps.end(),
                     [&](const Wrap& wrap) { return wrap.section_id == id; });
}

absl::StatusOr<crypto::Secret<32>> OpenWrap(const Digest& record_hash, const Wrap& wrap,
                                            const crypto::HpkeRecipientContext& context) {
  const auto key = context.ExportKey(AsBytes(internal::WrapContext(wrap.section_id)));
  const absl::StatusOr<SecretBytes> content_key = crypto::OpenChaCha20Poly1305(
      key, kZeroNonce, AsBytes(internal::WrapAad(record_hash, wrap.section_id)), wrap.sealed_key);
  if (!content_key.ok()) return ProofBad("the wrap of a section does not open");
  return std::move(*crypto::Secret<32>::FromBytes(content_key->ExposeSecret()));
}

absl::StatusOr<SecretBytes> OpenCiphertext(const RecordId& record, const Section& section,
                                           const crypto::Secret<32>& key) {
  const std::string_view ciphertext = section.ciphertext;
  const auto nonce = FixedBytes<kNonceBytes>(ciphertext.substr(0, kNonceBytes));
  if (!nonce) return ProofBad("a section is too short to be one");
  absl::StatusOr<SecretBytes> padded = crypto::OpenXChaCha20Poly1305(
      key, *nonce, AsBytes(internal::SectionAad(record, section.id, section.labels_bytes)),
      AsBytes(ciphertext.substr(kNonceBytes)));
  if (!padded.ok()) return ProofBad("a section does not open");
  return padded;
}

absl::StatusOr<OpenedSection> ReadPlain(const Section& section, ByteSpan padded) {
  const absl::StatusOr<ByteSpan> bytes = crypto::Unpad(padded);
  if (!bytes.ok()) return ProofBad("a section has another padding than it may have");
  absl::StatusOr<v1::SectionPlain> plain = StrictParse<v1::SectionPlain>(AsText(*bytes));
  if (!plain.ok()) return plain.status();
  if (plain->labels() != section.labels_bytes) {
    return BadSignature("the labels inside a section are not those outside");
  }
  absl::StatusOr<v1::SectionContent> content = StrictParse<v1::SectionContent>(plain->content());
  crypto::Wipe(*plain->mutable_content());
  if (!content.ok()) return content.status();
  absl::Status sound =
      internal::First(CheckContent(*content), CheckLabelled(section.labels, *content));
  if (!sound.ok()) return sound;
  if (section.file.has_value() != content->has_attachment() ||
      (section.file && SealedFileBytes(content->attachment().size()) != section.file->size)) {
    return internal::Malformed("an attachment, and not the file that it describes");
  }
  return OpenedSection{section.id, section.labels, *std::move(content), section.file, {}};
}

}  // namespace

absl::StatusOr<OpenedAccess> OpenAccess(std::string_view federation, const ParsedRecord& record,
                                        const Access& access, const DeliveryKeyLookup& keys) {
  const crypto::AgreementKey* key = keys(access.delivery_key_id);
  if (key == nullptr) {
    return Refuse(Reason::kKeyUnknown, "the record is sealed to a delivery key that is not here");
  }
  const std::string info =
      internal::AccessInfo(federation, record.header.record_id, record.header.origin.text(),
                           access.recipient.text(), access.delivery_key_id);
  auto context = crypto::HpkeRecipientContext::Create(access.enc, *key, AsBytes(info));
  if (!context.ok()) return BadSignature("the encapsulated key is not one");
  auto manifest = OpenManifest(*context, record, access.manifest);
  if (!manifest.ok()) return manifest.status();
  return OpenedAccess{*std::move(manifest), *std::move(context)};
}

absl::Status CheckGranted(const ParsedRecord& record, const Access& access,
                          const v1::AccessManifest& manifest, std::span<const SectionId> withheld) {
  const auto is_withheld = [&](const SectionId& id) {
    return std::find(withheld.begin(), withheld.end(), id) != withheld.end();
  };
  for (const Section& section : record.sections) {
    const bool granted = std::binary_search(manifest.section_ids().begin(),
                                            manifest.section_ids().end(), AsText(section.id));
    if (!granted || is_withheld(section.id) || !IsWrapped(access, section.id)) {
      return ProofBad("a section is there that was not granted");
    }
  }
  if (access.wraps.size() != record.sections.size()) {
    return ProofBad("a wrap is there without its section");
  }
  for (const std::string& granted : manifest.section_ids()) {
    const SectionId id = *FixedBytes<16>(granted);
    if (record.FindSection(id) == nullptr && !is_withheld(id)) {
      return ProofBad("a granted section is missing, and no withholding note names it");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<OpenedSection> OpenSection(const ParsedRecord& record, const Section& section,
                                          const Wrap& wrap, const OpenedAccess& access) {
  const auto content_key = OpenWrap(record.hash, wrap, access.context);
  if (!content_key.ok()) return content_key.status();
  const internal::SectionKeys keys =
      internal::DeriveSectionKeys(*content_key, record.header.record_id, section.id);
  const auto padded = OpenCiphertext(record.header.record_id, section, keys.encryption);
  if (!padded.ok()) return padded.status();
  if (keys.commitment != section.key_commitment) {
    return BadSignature("a section's key is not the one that was committed to");
  }
  absl::StatusOr<OpenedSection> opened = ReadPlain(section, padded->ExposeSecret());
  if (opened.ok() && opened->file) {
    opened->content_key = std::make_shared<const crypto::Secret<32>>(content_key->Clone());
  }
  return opened;
}

}  // namespace entente::record
