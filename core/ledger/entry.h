// Entries of the log: strict reading, writing, and the digests of the parts of a sealed entry.
// Pure; safe from any thread. Form: docs/formats.md, "The log"; proto/entente/v1/ledger.proto.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "entente/v1/ledger.pb.h"

namespace entente::ledger {

inline constexpr uint32_t kEntryFormatVersion = 1;
// Sealed kinds, those to come too, are 16 to this; open ones below.
inline constexpr int kLastSealedKind = 127;

// Of the two classes a kind belongs to exactly one. False for kinds that are not listed.
bool IsOpenKind(v1::EntryKind kind);
bool IsSealedKind(v1::EntryKind kind);
// "submission", "refusal", "agency", …: the word people see. Empty for kinds that are not listed.
std::string_view EntryKindWord(v1::EntryKind kind);

// An entry that was read strictly.
struct Entry {
  v1::EntryKind kind;
  Instant instant;
  bool open = false;
  std::string body;                  // open: what acts on the federation's state
  std::vector<Digest> part_digests;  // sealed: sorted, distinct; 2, 4, 8 … 256
};

// Refusal too-large, malformed, unknown-field, not-canonical or digest-order. A kind of one class
// carried in the other is malformed.
absl::StatusOr<Entry> ReadEntry(std::string_view bytes);
// For whoever follows the log. A sealed entry of a kind that a later release has, at most
// kLastSealedKind, is read as well: nothing in it acts here. An open one of such a kind is refused,
// malformed: what it changes is not known here, so nothing after it can be judged.
absl::StatusOr<Entry> ReadFollowed(std::string_view bytes);

// INVALID_ARGUMENT for a sealed kind; Refusal too-large above limits::kEntryBytes.
absl::StatusOr<std::string> WriteOpenEntry(v1::EntryKind kind, Instant instant,
                                           std::string_view body);

struct SealedEntry {
  std::string entry;          // the bytes to log
  std::vector<Salt32> salts;  // of each part, in the order of the parts
};

// What one reader may see of an entry: the bytes of a Part.
struct ReaderPart {
  std::string reader;  // agency
  std::string bytes;
};

// `parts`: the acting agency's first, then the others sorted by reader, no reader twice; 1 to 256.
// core/ledger/parts.h makes them so. Salts and decoys come from `seed`, which stays with whoever
// logs; readers get salts. INVALID_ARGUMENT for an open kind, or parts not in that form.
absl::StatusOr<SealedEntry> WriteSealedEntry(v1::EntryKind kind, Instant instant,
                                             std::span<const ReaderPart> parts, const Salt32& seed);
// Of part number `index`, in the same order, for salts that are made again instead of kept.
Salt32 PartSalt(const Salt32& seed, uint32_t index);

// SHA-256(salt32 || part).
Digest PartDigest(const Salt32& salt, std::string_view part);
// That the entry carries this part: OK, or Refusal proof-bad. An open entry carries none.
absl::Status CheckPart(const Entry& entry, std::string_view part, const Salt32& salt);

}  // namespace entente::ledger
