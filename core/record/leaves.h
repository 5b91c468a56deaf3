// Leaves: what the header says of the sections and accesses without saying how many there are or
// what is in them. Stateless; safe from any thread. Source: docs/formats.md, "The record".
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/record/record.h"

namespace entente::record {

// Hashes the whole ciphertext.
Digest SectionLeaf(const Section& section);
Digest AccessLeaf(const Access& access);
// SHA-256 over each consent in order: u32 length || bytes; of nothing when there is none.
Digest ConsentsHash(std::span<const std::string_view> consents);

// The least count of kDigestCounts that holds `leaves`; 0 when none does.
size_t DigestCount(size_t leaves);
// The leaves and decoys from `random`, sorted. INVALID_ARGUMENT for more than limits::kDigests
// leaves, or one twice.
absl::StatusOr<std::vector<Digest>> BuildDigests(std::span<const Digest> leaves, Random& random);
// Precondition: `digests` is sorted.
bool HoldsDigest(std::span<const Digest> digests, const Digest& leaf);

}  // namespace entente::record
