// Every limit of the system, with its unit. They are related to each other by static_assert, so
// that changing one without the others does not compile. Sources: docs/formats.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace entente::limits {

// Durations, milliseconds.
inline constexpr int64_t kSecondMs = 1000;
inline constexpr int64_t kMinuteMs = 60 * kSecondMs;
inline constexpr int64_t kHourMs = 60 * kMinuteMs;
inline constexpr int64_t kDayMs = 24 * kHourMs;

// How far two honest clocks may differ.
inline constexpr int64_t kClockToleranceMs = 5 * kMinuteMs;
// A node acts on keys and policies only under a checkpoint at most this old.
inline constexpr int64_t kQuorumFreshnessMs = 15 * kMinuteMs;
// A policy the origin applied but the broker has not yet: held at most this long.
inline constexpr int64_t kPolicyHoldMs = kHourMs;
// What is older goes back to the origin's node, which wraps it again to a current key.
inline constexpr int64_t kQueueMs = 30 * kDayMs;
inline constexpr int64_t kDeliveryKeyLifeMs = 7 * kDayMs;
inline constexpr int64_t kDeliveryKeysAheadMs = 60 * kDayMs;
// A delivery key is destroyed this long after its last day.
inline constexpr int64_t kDeliveryKeyGraceMs = kQueueMs;
inline constexpr int64_t kRecordLifeMs = (5 * 365 + 2) * kDayMs;
inline constexpr int64_t kPairHeadPeriodMs = kDayMs;

// Sizes, bytes.
inline constexpr size_t kRecordBytes = 1024 * 1024;
inline constexpr size_t kHeaderBytes = 16 * 1024;
inline constexpr size_t kCommandBytes = 32 * 1024;
inline constexpr size_t kEntryBytes = 65535;
inline constexpr size_t kMessageBytes = 4 * 1024 * 1024;
inline constexpr size_t kPaddingStepBytes = 256;
inline constexpr size_t kPadmeAboveBytes = 64 * 1024;
inline constexpr size_t kUnixSocketPathBytes = 107;

// Counts.
inline constexpr size_t kDigests = 256;
inline constexpr size_t kSections = 32;
inline constexpr size_t kRecipients = 200;
inline constexpr size_t kBatchRecords = 64;
inline constexpr size_t kRulesPerSide = 256;
inline constexpr size_t kProofHashes = 63;
inline constexpr size_t kNoteSignatures = 256;
inline constexpr size_t kSubmissionWindow = 4096;

static_assert(kSections + kRecipients <= kDigests);
static_assert(kClockToleranceMs < kQuorumFreshnessMs);
static_assert(kQuorumFreshnessMs < kPolicyHoldMs);
static_assert(kQueueMs <= kDeliveryKeyGraceMs);
static_assert(kDeliveryKeyLifeMs + kQueueMs <= kDeliveryKeysAheadMs);
static_assert(kHeaderBytes < kCommandBytes && kCommandBytes < kEntryBytes);
static_assert(kRecordBytes < kMessageBytes);
static_assert(kDigests * 34 < kHeaderBytes);
static_assert(kBatchRecords <= kSubmissionWindow);

}  // namespace entente::limits
