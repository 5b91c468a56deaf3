#include "core/record/seal.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/aead.h"
#include "core/crypto/hpke.h"
#include "core/crypto/padding.h"
#include "core/record/format.h"
#include "core/record/leaves.h"
#include "core/record/section_keys.h"
#include "core/record/strict.h"

namespace entente::record {
namespace {

using crypto::HpkeSenderContext;
using crypto::SecretBytes;
using Strings = google::protobuf::RepeatedPtrField<std::string>;

constexpr crypto::ChaChaNonce kZeroNonce{};
// More than a signature of the largest batch takes.
constexpr size_t kSignatureRoom = 512;

void SortDistinct(Strings& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

template <class List>
void SetSorted(const List& from, Strings& to) {
  to.Assign(from.begin(), from.end());
  SortDistinct(to);
}

absl::Status CheckRequest(const SealRequest& request) {
  const auto invalid = [](std::string_view text) {
    return absl::InvalidArgumentError(std::string(text));
  };
  if (request.sections.empty() || request.sections.size() > limits::kSections) {
    return invalid("a record has 1 to 32 sections");
  }
  if (request.recipients.empty() || request.recipients.size() > limits::kRecipients) {
    return invalid("a record has 1 to 200 recipients");
  }
  for (const SectionDraft& draft : request.sections) {
    if (draft.file.has_value() != draft.content.has_attachment()) {
      return invalid("a file goes with an attachment's section, and each has one");
    }
  }
  std::set<AgencyId> seen = {request.header.origin};
  if (request.checkpoint.size() > kCheckpointBytes) return invalid("a checkpoint that is too long");
  for (const RecipientDraft& draft : request.recipients) {
    if (!seen.insert(draft.recipient).second) return invalid("a recipient twice, or the origin");
    if (draft.sections.empty()) return invalid("a recipient who is granted nothing");
    if (draft.pair_seq == 0) return invalid("numbers of records count from 1");
    if (draft.instrument.size() > kLp16Bytes) return invalid("an instrument's name is too long");
    for (const uint32_t position : draft.sections) {
      if (position >= request.sections.size()) return invalid("a section that is not there");
    }
  }
  return absl::OkStatus();
}

// What the steps hand on; the order of the steps is that of SealRecord.
struct Work {
  const SealRequest& request;
  Random& random;
  SealedRecord sealed{};
  std::vector<HpkeSenderContext> contexts{};  // one a recipient, in order
  std::vector<Digest> leaves{};
};

// The labels stand inside too, so that whoever opens the section sees that they are its own.
SecretBytes SealedPlain(const std::string& labels, const v1::SectionContent& content) {
  v1::SectionPlain plain;
  plain.set_labels(labels);
  plain.set_content(Encode(content));
  std::string bytes = Encode(plain);
  SecretBytes padded = crypto::Pad(AsBytes(bytes));
  crypto::Wipe(bytes);
  crypto::Wipe(*plain.mutable_content());
  return padded;
}

absl::Status SealSection(const SectionDraft& draft, Work& work) {
  v1::SectionLabels labels = draft.labels;
  SortDistinct(*labels.mutable_about());
  SortDistinct(*labels.mutable_data());
  const std::string labels_bytes = Encode(labels);
  if (auto status = ReadLabels(labels_bytes).status(); !status.ok()) return status;

  const auto id = draft.file ? draft.file->id : work.random.Bytes<16>();
  ContentKey content_key{.section_id = id,
                         .key = draft.file ? draft.file->content_key.Clone()
                                           : crypto::Secret<32>::Create(work.random)};
  const auto keys = internal::DeriveSectionKeys(content_key.key, work.sealed.id, id);
  const auto nonce = work.random.Bytes<kNonceBytes>();
  const std::string ciphertext = crypto::SealXChaCha20Poly1305(
      keys.encryption, nonce, AsBytes(internal::SectionAad(work.sealed.id, id, labels_bytes)),
      SealedPlain(labels_bytes, draft.content).ExposeSecret());

  v1::Section& wire = *work.sealed.record.add_sections();
  wire.set_section_id(ToString(id));
  wire.set_labels(labels_bytes);
  wire.set_key_commitment(ToString(keys.commitment));
  wire.set_ciphertext(ToString(nonce) + ciphertext);
  Section section{.id = id,
                  .labels_bytes = wire.labels(),
                  .key_commitment = keys.commitment,
                  .ciphertext = wire.ciphertext()};
  if (draft.file) {
    section.file = draft.file->shape;
    wire.mutable_file()->set_size(draft.file->shape.size);
    wire.mutable_file()->set_root(ToString(draft.file->shape.root));
  }
  work.leaves.push_back(SectionLeaf(section));
  work.sealed.sections.push_back(id);
  work.sealed.content_keys.push_back(std::move(content_key));
  return absl::OkStatus();
}

absl::Status SetUpAccess(const RecipientDraft& draft, Work& work) {
  const KeyId key_id = crypto::MakeKeyId(crypto::KeyUse::kDelivery, draft.delivery_key);
  absl::StatusOr<HpkeSenderContext> context = HpkeSenderContext::Create(
      draft.delivery_key,
      AsBytes(internal::AccessInfo(work.request.federation, work.sealed.id,
                                   work.request.header.origin.text(), draft.recipient.text(),
                                   key_id)),
      work.random);
  if (!context.ok()) return context.status();
  const auto salt = work.random.Bytes<16>();
  v1::Access& wire = *work.sealed.record.add_access();
  wire.set_recipient(draft.recipient.text());
  wire.set_delivery_key_id(ToString(key_id));
  wire.set_instrument(draft.instrument);
  wire.mutable_consents()->Assign(draft.consents.begin(), draft.consents.end());
  wire.set_override(draft.emergency);
  wire.set_enc(ToString(context->enc()));
  wire.set_salt(ToString(salt));
  work.leaves.push_back(AccessLeaf({.recipient = draft.recipient,
                                    .delivery_key_id = key_id,
                                    .instrument = wire.instrument(),
                                    .consents = {wire.consents().begin(), wire.consents().end()},
                                    .emergency = wire.override(),
                                    .enc = context->enc(),
                                    .salt = salt}));
  work.contexts.push_back(*std::move(context));
  return absl::OkStatus();
}

bool HasFile(const SealRequest& request) {
  return std::ranges::any_of(request.sections,
                             [](const SectionDraft& one) { return one.file.has_value(); });
}

bool HasOverride(const SealRequest& request) {
  return std::ranges::any_of(request.recipients,
                             [](const RecipientDraft& one) { return !one.emergency.empty(); });
}

v1::RecordHeader HeaderMessage(const SealRequest& request, const RecordId& id) {
  const Header& header = request.header;
  v1::RecordHeader message;
  message.set_format_version(request.checkpoint.empty()
                                 ? VersionFor(HasFile(request), HasOverride(request))
                                 : kCheckpointVersion);
  message.set_record_id(ToString(id));
  message.set_kind(header.kind);
  message.set_origin(header.origin.text());
  message.set_signing_key_id(ToString(header.signing_key_id));
  message.set_created_ms(static_cast<uint64_t>(header.created.ms));
  message.set_expires_ms(static_cast<uint64_t>(header.expires.ms));
  message.set_purpose(header.purpose);
  SetSorted(header.handling, *message.mutable_handling());
  message.set_evaluation(header.evaluation);
  message.set_urgency(header.urgency);
  SetSorted(header.obtained_from, *message.mutable_obtained_from());
  if (header.case_id) message.set_case_id(ToString(*header.case_id));
  message.set_membership_number(header.membership_number);
  message.set_policy_version(header.policy_version);
  return message;
}

absl::Status WriteHeader(Work& work) {
  absl::StatusOr<std::vector<Digest>> digests = BuildDigests(work.leaves, work.random);
  if (!digests.ok()) return digests.status();
  v1::RecordHeader message = HeaderMessage(work.request, work.sealed.id);
  for (const Digest& digest : *digests) message.add_digests(ToString(digest));
  work.sealed.record.set_header(Encode(message));
  work.sealed.hash = RecordHash(work.sealed.record.header());
  return ReadHeader(work.sealed.record.header()).status();
}

// Positions of the granted sections in the order of their ids.
std::vector<uint32_t> SortedGrants(const RecipientDraft& draft, const SealedRecord& sealed) {
  std::vector<uint32_t> grants = draft.sections;
  std::sort(grants.begin(), grants.end(),
            [&](uint32_t a, uint32_t b) { return sealed.sections[a] < sealed.sections[b]; });
  grants.erase(std::unique(grants.begin(), grants.end()), grants.end());
  return grants;
}

SecretBytes ManifestPlain(const RecipientDraft& draft, const std::vector<uint32_t>& grants,
                          std::string_view checkpoint, const SealedRecord& sealed) {
  v1::AccessManifest manifest;
  for (const uint32_t i : grants) manifest.add_section_ids(ToString(sealed.sections[i]));
  SetSorted(draft.obligations, *manifest.mutable_obligations());
  manifest.set_pair_seq(draft.pair_seq);
  if (draft.in_reply_to) manifest.set_in_reply_to(ToString(*draft.in_reply_to));
  manifest.set_instruction(draft.instruction);
  manifest.set_checkpoint(std::string(checkpoint));
  return crypto::Pad(AsBytes(Encode(manifest)));
}

void SealAccess(const RecipientDraft& draft, std::string_view checkpoint,
                HpkeSenderContext& context, v1::Access& wire, const SealedRecord& sealed) {
  const std::vector<uint32_t> grants = SortedGrants(draft, sealed);
  wire.set_manifest(
      context.Seal(sealed.hash, ManifestPlain(draft, grants, checkpoint, sealed).ExposeSecret()));
  for (const uint32_t i : grants) {
    const ContentKey& content_key = sealed.content_keys[i];
    const SectionId& id = content_key.section_id;
    v1::Wrap& wrap = *wire.add_wraps();
    wrap.set_section_id(ToString(id));
    // The key is exported for this one wrap, so that its nonce is never used twice.
    wrap.set_sealed_key(crypto::SealChaCha20Poly1305(
        context.ExportKey(AsBytes(internal::WrapContext(id))), kZeroNonce,
        AsBytes(internal::WrapAad(sealed.hash, id)), content_key.key.ExposeSecret()));
  }
}

}  // namespace

absl::StatusOr<SealedRecord> SealRecord(const SealRequest& request, Random& random) {
  absl::Status status = CheckRequest(request);
  Work work{.request = request, .random = random};
  work.sealed.id = request.record_id ? *request.record_id : random.Bytes<16>();
  for (const SectionDraft& draft : request.sections) {
    if (status.ok()) status = SealSection(draft, work);
  }
  for (const RecipientDraft& draft : request.recipients) {
    if (status.ok()) status = SetUpAccess(draft, work);
  }
  if (status.ok()) status = WriteHeader(work);
  if (!status.ok()) return status;
  for (size_t i = 0; i < request.recipients.size(); ++i) {
    v1::Access& wire = *work.sealed.record.mutable_access(static_cast<int>(i));
    SealAccess(request.recipients[i], request.checkpoint, work.contexts[i], wire, work.sealed);
  }
  if (work.sealed.record.ByteSizeLong() > limits::kRecordBytes - kSignatureRoom) {
    return Refuse(Reason::kTooLarge, "the record would be larger than 1 MiB");
  }
  return std::move(work.sealed);
}

}  // namespace entente::record
