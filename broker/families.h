// The broker's column families and their keys. Integers in keys are big-endian, so that byte order
// is number order. `agency` in a key: its text and a zero byte, which no agency's text contains.
//
//   r_open         u64 snapshot number (from 1)       -> u64 log index of the n-th open entry
//   r_bodies       u64 log index                      -> SHA-256 of the rest || what is
//                  delivered: a Record as carried, or a NoticeList (command.proto)
//   r_parts        u64 log index || u16 part number   -> salt32 || part
//   r_mailbox      agency || u8 lane || u64 seq       -> MailboxRow
//   r_cursors      agency || u8 lane                  -> u64 sequence acknowledged through
//   r_submissions  agency || u64 number               -> record hash or statement digest (32) ||
//                  record id, of a notice zeros (16) || u64 log index || u64 number
//   r_cases        case id (16)                       -> CaseRow
//   r_texts        digest                             -> a policy or federation file
//   l_witnessed    u64 number of a quorum             -> the newest checkpoint that it has cosigned
//   l_grants       agency || record hash (32) || section id (16) -> SHA-256 || Grant (grants.h)
// and those of the log (core/audit/log.h): r_entries, r_tiles, r_meta, l_checkpoint. In r_meta,
// beside the tree, "sums" -> sums over the rows of three families, l_grants too (row_sums.h).
//
// A commit of one record to one recipient inserts: entry, body, two parts, one mailbox row, one
// submission row, and deletes the submission row that left the window; all of them grow at the end
// of their range. Each attachment adds a row of l_grants for each recipient. Pure; safe from any
// thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/audit/log.h"
#include "core/base/bytes.h"
#include "core/store/family.h"
#include "entente/v1/record.pb.h"

namespace entente::broker {

inline constexpr store::Family kOpen = "r_open";
inline constexpr store::Family kBodies = "r_bodies";
inline constexpr store::Family kParts = "r_parts";
inline constexpr store::Family kMailbox = "r_mailbox";
inline constexpr store::Family kCursors = "r_cursors";
inline constexpr store::Family kSubmissions = "r_submissions";
inline constexpr store::Family kCases = "r_cases";
inline constexpr store::Family kTexts = "r_texts";
inline constexpr store::Family kWitnessed = "l_witnessed";
inline constexpr store::Family kGrants = "l_grants";

// What the broker's store is opened with.
inline constexpr store::Family kBrokerFamilies[] = {
    audit::kEntries, audit::kTiles, audit::kMeta, audit::kCheckpoint, kOpen,  kBodies,
    kParts,          kMailbox,      kCursors,     kSubmissions,       kCases, kTexts,
    kWitnessed,      kGrants};

struct LaneKey {
  std::string agency;
  v1::Lane lane;
  friend auto operator<=>(const LaneKey&, const LaneKey&) = default;
};

std::string IndexKey(uint64_t index);
std::string PartKey(uint64_t index, uint16_t part);
// Prefix of all rows of one lane; also the key in r_cursors.
std::string LanePrefix(const LaneKey& lane);
std::string MailboxKey(const LaneKey& lane, uint64_t seq);
std::string SubmissionKey(std::string_view agency, uint64_t number);
// Of all grants of one record to one agency.
std::string GrantPrefix(std::string_view agency, std::string_view record_hash);
std::string GrantKey(std::string_view agency, std::string_view record_hash,
                     std::string_view section_id);

// nullopt for bytes that no function above makes.
std::optional<uint64_t> ParseIndexKey(std::string_view key);
struct PartRef {
  uint64_t index;
  uint16_t part;
};
std::optional<PartRef> ParsePartKey(std::string_view key);
struct MailboxRef {
  LaneKey lane;
  uint64_t seq;
};
std::optional<MailboxRef> ParseMailboxKey(std::string_view key);
std::optional<LaneKey> ParseLanePrefix(std::string_view key);
struct SubmissionRef {
  std::string agency;
  uint64_t number;
};
std::optional<SubmissionRef> ParseSubmissionKey(std::string_view key);
struct GrantRef {
  std::string agency;
  std::string record_hash;
  std::string section_id;
};
std::optional<GrantRef> ParseGrantKey(std::string_view key);

}  // namespace entente::broker
