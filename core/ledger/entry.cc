#include "core/ledger/entry.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/strict.h"

namespace entente::ledger {
namespace {

struct KindRow {
  v1::EntryKind kind;
  bool open;
  std::string_view word;
};
constexpr std::array<KindRow, 13> kKinds = {{
    {v1::ENTRY_KIND_GENESIS, true, "genesis"},
    {v1::ENTRY_KIND_AGENCY, true, "agency"},
    {v1::ENTRY_KIND_KEYS, true, "keys"},
    {v1::ENTRY_KIND_REVOCATION, true, "revocation"},
    {v1::ENTRY_KIND_POLICY, true, "policy"},
    {v1::ENTRY_KIND_FEDERATION_FILE, true, "federation-file"},
    {v1::ENTRY_KIND_QUORUM, true, "quorum"},
    {v1::ENTRY_KIND_SUBMISSION, false, "submission"},
    {v1::ENTRY_KIND_ACKNOWLEDGEMENT, false, "acknowledgement"},
    {v1::ENTRY_KIND_NOTICE, false, "notice"},
    {v1::ENTRY_KIND_REFUSAL, false, "refusal"},
    {v1::ENTRY_KIND_EXPIRY, false, "expiry"},
    {v1::ENTRY_KIND_DECISION_AGAIN, false, "decision-again"},
}};

const KindRow* FindKind(v1::EntryKind kind) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const KindRow& row) { return row.kind == kind; });
  return found == kKinds.end() ? nullptr : found;
}

constexpr size_t kLeastDigests = 2;

absl::StatusOr<std::vector<Digest>> ReadDigests(const v1::SealedEntry& sealed) {
  const auto count = static_cast<size_t>(sealed.part_digests_size());
  if (count < kLeastDigests || count > limits::kDigests || !std::has_single_bit(count)) {
    return Refuse(Reason::kMalformed, "A sealed entry has 2, 4, 8 … 256 digests.");
  }
  std::vector<Digest> out;
  for (const std::string& bytes : sealed.part_digests()) {
    const auto digest = FixedBytes<32>(bytes);
    if (!digest) return Refuse(Reason::kMalformed, "A part digest is not 32 bytes.");
    if (!out.empty() && *digest <= out.back()) {
      return Refuse(Reason::kDigestOrder, "Part digests are not sorted and distinct.");
    }
    out.push_back(*digest);
  }
  return out;
}

Digest Derive(const Salt32& seed, std::string_view purpose, uint32_t index) {
  const Framing message = Framing().Raw(purpose).U8(0).U32(index);
  return *FixedBytes<32>(AsText(crypto::HmacSha256(seed, message.bytes()).ExposeSecret()));
}

absl::Status CheckWritable(v1::EntryKind kind, std::span<const ReaderPart> parts) {
  if (!IsSealedKind(kind)) return absl::InvalidArgumentError("not a sealed kind");
  if (parts.empty() || parts.size() > limits::kDigests) {
    return absl::InvalidArgumentError("a sealed entry has 1 to 256 parts");
  }
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].reader == parts[0].reader || (i > 1 && parts[i].reader <= parts[i - 1].reader)) {
      return absl::InvalidArgumentError("parts are not in order, or a reader has two");
    }
  }
  return absl::OkStatus();
}

v1::Entry NewEntry(v1::EntryKind kind, Instant instant) {
  v1::Entry entry;
  entry.set_format_version(kEntryFormatVersion);
  entry.set_kind(kind);
  entry.set_instant_ms(static_cast<uint64_t>(instant.ms));
  return entry;
}

}  // namespace

bool IsOpenKind(v1::EntryKind kind) {
  const KindRow* row = FindKind(kind);
  return row && row->open;
}

bool IsSealedKind(v1::EntryKind kind) {
  const KindRow* row = FindKind(kind);
  return row && !row->open;
}

std::string_view EntryKindWord(v1::EntryKind kind) {
  const KindRow* row = FindKind(kind);
  return row ? row->word : std::string_view();
}

absl::StatusOr<Entry> ReadEntry(std::string_view bytes) {
  if (bytes.size() > limits::kEntryBytes) {
    return Refuse(Reason::kTooLarge, "An entry has at most 65535 bytes.");
  }
  auto read = record::StrictParse<v1::Entry>(bytes);
  if (!read.ok()) return read.status();
  if (read->format_version() != kEntryFormatVersion) {
    return Refuse(Reason::kMalformed, "This version of entry is not known here.");
  }
  const KindRow* kind = FindKind(read->kind());
  // Strict reading has refused kinds that are not listed.
  if (kind->open != read->has_open()) {
    return Refuse(Reason::kMalformed, "An entry's kind and its class do not fit.");
  }
  if (read->instant_ms() > static_cast<uint64_t>(INT64_MAX)) {
    return Refuse(Reason::kMalformed, "An entry's instant is out of range.");
  }
  Entry entry{.kind = read->kind(),
              .instant = {static_cast<int64_t>(read->instant_ms())},
              .open = kind->open,
              .body = {},
              .part_digests = {}};
  if (entry.open) {
    entry.body = std::move(*read->mutable_open()->mutable_body());
    return entry;
  }
  auto digests = ReadDigests(read->sealed());
  if (!digests.ok()) return digests.status();
  entry.part_digests = *std::move(digests);
  return entry;
}

absl::StatusOr<Entry> ReadFollowed(std::string_view bytes) {
  absl::StatusOr<Entry> known = ReadEntry(bytes);
  v1::Entry later;
  if (!IsRefusal(known.status(), Reason::kMalformed) ||
      !later.ParseFromString(std::string(bytes)) || FindKind(later.kind()) != nullptr ||
      record::Encode(later) != bytes) {
    return known;
  }
  const v1::EntryKind kind = later.kind();
  if (kind < v1::ENTRY_KIND_SUBMISSION || kind > kLastSealedKind) {
    return Refuse(
        Reason::kMalformed,
        "The log holds an entry that this release cannot pass over; install a later one.");
  }
  // In all else it has the form that every sealed entry has.
  later.set_kind(v1::ENTRY_KIND_SUBMISSION);
  known = ReadEntry(record::Encode(later));
  if (known.ok()) known->kind = kind;
  return known;
}

absl::StatusOr<std::string> WriteOpenEntry(v1::EntryKind kind, Instant instant,
                                           std::string_view body) {
  if (!IsOpenKind(kind)) return absl::InvalidArgumentError("not an open kind");
  v1::Entry entry = NewEntry(kind, instant);
  entry.mutable_open()->set_body(std::string(body));
  std::string bytes = record::Encode(entry);
  if (bytes.size() > limits::kEntryBytes) {
    return Refuse(Reason::kTooLarge, "This statement does not fit an entry of 65535 bytes.");
  }
  return bytes;
}

absl::StatusOr<SealedEntry> WriteSealedEntry(v1::EntryKind kind, Instant instant,
                                             std::span<const ReaderPart> parts,
                                             const Salt32& seed) {
  if (absl::Status status = CheckWritable(kind, parts); !status.ok()) return status;
  SealedEntry out;
  std::vector<Digest> digests;
  for (uint32_t i = 0; i < parts.size(); ++i) {
    out.salts.push_back(PartSalt(seed, i));
    digests.push_back(PartDigest(out.salts.back(), parts[i].bytes));
  }
  const size_t count = std::max(kLeastDigests, std::bit_ceil(digests.size()));
  for (uint32_t i = 0; digests.size() < count; ++i) digests.push_back(Derive(seed, "decoy", i));
  std::sort(digests.begin(), digests.end());
  v1::Entry entry = NewEntry(kind, instant);
  for (const Digest& digest : digests) entry.mutable_sealed()->add_part_digests(ToString(digest));
  out.entry = record::Encode(entry);
  return out;
}

Salt32 PartSalt(const Salt32& seed, uint32_t index) { return Derive(seed, "part", index); }

Digest PartDigest(const Salt32& salt, std::string_view part) {
  return crypto::Sha256Concat({salt, AsBytes(part)});
}

absl::Status CheckPart(const Entry& entry, std::string_view part, const Salt32& salt) {
  if (std::binary_search(entry.part_digests.begin(), entry.part_digests.end(),
                         PartDigest(salt, part))) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kProofBad, "The entry does not carry this part.");
}

}  // namespace entente::ledger
