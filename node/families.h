// The column families of a node's store. All are local to the node; the log of consultations has
// those of core/audit.
#pragma once

#include <string_view>

#include "core/store/family.h"

namespace entente::node {

inline constexpr store::Family kNode = "l_node";  // word -> settings, counters, alarms
// In l_node: month -> id of the key of its pseudonyms.
inline constexpr std::string_view kMonthPrefix("month\0", 6);
// In l_node: keyed digest of a list's entry -> state.RecalledEntry.
inline constexpr std::string_view kEntryPrefix("entry\0", 6);
// In l_node: u64 number of a line of the log of consultations: a read outside, not looked at yet.
inline constexpr std::string_view kOutsidePrefix("outside\0", 8);
// In l_node: officer -> state.Passphrase.
inline constexpr std::string_view kPassphrasePrefix("passphrase\0", 11);
// In l_node: key id -> state.OfficerKey.
inline constexpr std::string_view kOfficerKeyPrefix("officer-key\0", 12);
// In l_node: 's'|'r', record id, origin, 0, recipient -> state.OverrideRow.
inline constexpr std::string_view kOverridePrefix("override\0", 9);
inline constexpr store::Family kOfficers = "l_officers";  // officer -> v1.Officer
inline constexpr store::Family kFollowed =
    "l_followed";  // "state"; "e" u64 index -> open entry; "h" agency -> a checkpoint that goes
                   // beyond us
inline constexpr store::Family kTexts = "l_texts";           // digest -> text
inline constexpr store::Family kOwnKeys = "l_own_keys";      // key id -> state.OwnKey
inline constexpr store::Family kSent = "l_sent";             // record id -> state.SentRecord
inline constexpr store::Family kSentByHash = "l_sent_hash";  // record hash -> record id
inline constexpr store::Family kOutbox = "l_outbox";         // u64 number -> state.OutboxItem
inline constexpr store::Family kPairs = "l_pairs";           // pairs.cc: PairOut, PairIn, closed
inline constexpr store::Family kReceived = "l_received";     // record hash -> state.ReceivedRecord
inline constexpr store::Family kReceivedIds = "l_received_ids";  // origin 0 record id -> hash
inline constexpr store::Family kCases = "l_cases";               // case id -> state.CaseBook
inline constexpr store::Family kVault = "l_vault";          // record hash or id -> sealed content
inline constexpr store::Family kReceipts = "l_receipts";    // file name -> state.Receipt
inline constexpr store::Family kUnwritten = "l_unwritten";  // file name: receipt not yet on file

// attachments.cc: 'o' section id -> state.OwnFile; 'i' record hash, section id ->
// state.IncomingFile; 'u' (to upload), 'f' urgency (to fetch), 'd' (in no record yet) -> ""
inline constexpr store::Family kFiles = "l_files";

// u64 instant, "s"|"r"|"a"|"c"|"t"|"m"|"n"|"p"|"v"|"x" (upkeep.cc), name
inline constexpr store::Family kExpiry = "l_expiry";
inline constexpr store::Family kOwed =
    "l_owed";  // record hash, agency, of a restriction 0 and u64 number -> state.OwedNotice
inline constexpr store::Family kRecalled = "l_recalled";  // hash, origin -> state.RecallMark
// hash, origin -> state.Restriction, of a record that is not here
inline constexpr store::Family kRestricted = "l_restricted";
// Tiles of the broker's log: u8 level, u64 index -> 256 hashes; "tails" -> u64 size, partial tiles
inline constexpr store::Family kMirror = "l_mirror";
}  // namespace entente::node
