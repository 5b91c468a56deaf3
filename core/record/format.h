// Constants of the record's format (docs/formats.md, "The record"). Values only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace entente::record {

// The version of a record without attachments, of one that has some, and of one that goes to
// somebody in an emergency without the consent of those who gave its data.
inline constexpr uint32_t kFormatVersion = 1;
inline constexpr uint32_t kAttachmentVersion = 2;
inline constexpr uint32_t kOverrideVersion = 3;
// Of any of these, when each manifest says where the origin had followed the log to.
inline constexpr uint32_t kCheckpointVersion = 4;
inline constexpr std::array<uint32_t, 4> kFormatVersions = {kFormatVersion, kAttachmentVersion,
                                                            kOverrideVersion, kCheckpointVersion};
// The least that can hold it.
constexpr uint32_t VersionFor(bool has_attachment, bool has_override) {
  if (has_override) return kOverrideVersion;
  return has_attachment ? kAttachmentVersion : kFormatVersion;
}
// The offices in which an officer's key signs.
inline constexpr std::string_view kAuthorRole = "author";
inline constexpr std::string_view kReleaserRole = "releaser";
// P: begins every byte string that is hashed or used as associated data.
inline constexpr std::string_view kPrefix = "entente/v1 ";

// What tells the uses of P apart: each ends with one zero byte.
inline constexpr std::string_view kHeaderDomain{"header\0", 7};
inline constexpr std::string_view kSectionDomain{"section\0", 8};
inline constexpr std::string_view kSectionKeyDomain{"section-key\0", 12};
inline constexpr std::string_view kAttachmentDomain{"attachment\0", 11};
inline constexpr std::string_view kAttachmentKeyDomain{"attachment-key\0", 15};
inline constexpr std::string_view kAccessDomain{"access\0", 7};
inline constexpr std::string_view kWrapDomain{"wrap\0", 5};
inline constexpr std::string_view kMembershipDomain{"membership\0", 11};

// Type of the payload that a batch signature covers.
inline constexpr std::string_view kBatchType = "application/vnd.entente.batch.v1";

// Numbers of leaves, ascending: of a batch, and of the digests in a header.
inline constexpr std::array<size_t, 3> kBatchSizes = {1, 8, 64};
inline constexpr std::array<size_t, 5> kDigestCounts = {8, 16, 32, 64, 256};

// To how many recipients one record goes by an override, and how many agencies are told of each.
inline constexpr size_t kMostOverrides = 8;
inline constexpr size_t kMostSources = 16;

// Bytes.
inline constexpr size_t kCheckpointBytes = 4096;  // of a manifest's checkpoint, at most
inline constexpr size_t kNonceBytes = 24;
inline constexpr size_t kTagBytes = 16;
inline constexpr size_t kSealedKeyBytes = 48;
// What LP16 can frame: labels, instrument.
inline constexpr size_t kLp16Bytes = 65535;

}  // namespace entente::record
