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
// A log that stood still for longer is worth a remark when its broker starts.
inline constexpr int64_t kLongSilenceMs = kDayMs;
// A node acts on keys and policies only under a checkpoint at most this old.
inline constexpr int64_t kQuorumFreshnessMs = 15 * kMinuteMs;
// A policy the origin applied but the broker has not yet: held at most this long.
inline constexpr int64_t kPolicyHoldMs = kHourMs;
// From the first instant of an override to its last.
inline constexpr int64_t kOverrideMs = kDayMs;
// What is older goes back to the origin's node, which wraps it again to a current key.
inline constexpr int64_t kQueueMs = 30 * kDayMs;
inline constexpr int64_t kDeliveryKeyLifeMs = 7 * kDayMs;
inline constexpr int64_t kDeliveryKeysAheadMs = 60 * kDayMs;
// A delivery key is destroyed this long after its last day.
inline constexpr int64_t kDeliveryKeyGraceMs = kQueueMs;
inline constexpr int64_t kRecordLifeMs = (5 * 365 + 2) * kDayMs;
inline constexpr int64_t kPairHeadPeriodMs = kDayMs;
// A copy of an alert whose issuer has not been heard for longer says "verify first".
inline constexpr int64_t kCopyFreshMs = 2 * kDayMs;
// A recall is told again until the recipient has said that it erased the record.
inline constexpr int64_t kRecallAgainMs = 7 * kDayMs;
// After this a recipient's silence stands out at the origin.
inline constexpr int64_t kAcknowledgedWithinMs = kDayMs;

// An officer's session locks after so long without a call, unless the configuration says otherwise.
inline constexpr int64_t kIdleLockMs = 15 * kMinuteMs;
inline constexpr int64_t kIdleLockMostMs = 12 * kHourMs;
// Wrong pass phrases of an officer, and how long none is taken then.
inline constexpr uint32_t kWrongPassphrases = 5;
inline constexpr int64_t kWrongPassphrasePauseMs = 15 * kMinuteMs;

// Sizes, bytes.
inline constexpr size_t kPassphraseLeastBytes = 12;
inline constexpr size_t kPassphraseMostBytes = 1024;
inline constexpr size_t kUnitNameBytes = 64;
inline constexpr size_t kRecordBytes = 1024 * 1024;
inline constexpr size_t kPhotoBytes = 256 * 1024;  // inside a section; larger ones are attachments
inline constexpr uint64_t kAttachmentBytes = 256ull * 1024 * 1024;  // a file, before it is sealed
inline constexpr size_t kChunkBytes = 1024 * 1024;                  // of a file, sealed one by one
inline constexpr size_t kPieceBytes = 64 * 1024;                    // of what travels at once
inline constexpr size_t kFileNameBytes = 255;
inline constexpr size_t kConfigBytes = 1024 * 1024;  // of a configuration, draft or policy file
inline constexpr size_t kHeaderBytes = 16 * 1024;
inline constexpr size_t kCommandBytes = 32 * 1024;
inline constexpr size_t kEntryBytes = 65535;
// One reader's part of an entry: with it, one result or delivery always fits a message.
inline constexpr size_t kPartBytes = 1024 * 1024;
// A policy or federation file; every broker and node keeps all versions.
inline constexpr size_t kFileTextBytes = 1024 * 1024;
inline constexpr size_t kMessageBytes = 4 * 1024 * 1024;
// A published list of persons (the UN's has 2 MB), and each of its two tables.
inline constexpr size_t kListBytes = 64 * 1024 * 1024;
inline constexpr size_t kListRows = 100'000;
inline constexpr size_t kPaddingStepBytes = 256;
inline constexpr size_t kPadmeAboveBytes = 64 * 1024;
// A checkpoint sent to a witness, with its proof: 16 signatures of 5 kB must pass.
inline constexpr size_t kAddCheckpointBytes = 128 * 1024;
inline constexpr size_t kUnixSocketPathBytes = 107;
// The federation's name (RFC 1035, section 2.3.4).
inline constexpr size_t kHostLabelBytes = 63;
inline constexpr size_t kHostNameBytes = 253;

// Counts.
inline constexpr size_t kDigests = 256;
inline constexpr size_t kSections = 32;
inline constexpr size_t kConsents = 16;  // attached for one recipient
inline constexpr size_t kRecipients = 200;
inline constexpr size_t kAttachments = 8;    // of a record
inline constexpr size_t kSubjects = 256;     // of a section
inline constexpr size_t kLeadAnswers = 256;  // of one agency to one lead
inline constexpr size_t kLeadMeasures = 64;  // of one answer
inline constexpr size_t kBatchRecords = 64;
inline constexpr size_t kRulesPerSide = 256;
inline constexpr size_t kProofHashes = 63;
inline constexpr size_t kNoteSignatures = 256;
inline constexpr size_t kSubmissionWindow = 4096;
// One origin fills at most the fourth part of a recipient's mailbox.
inline constexpr uint64_t kMailboxShare = 4;
// And the agencies of one jurisdiction together at most the half.
inline constexpr uint64_t kJurisdictionShare = 2;
// Submissions of one origin that were refused by decision to every recipient, in one day.
inline constexpr uint64_t kRefusedPerDay = 5000;
// Open entries of one signer in one day, and their bytes with the texts they name. A node publishes
// its delivery keys once a week.
inline constexpr uint64_t kOpenPerDay = 256;
inline constexpr uint64_t kOpenBytesPerDay = 4 * 1024 * 1024;
// What all agencies of one jurisdiction publish in a day, as a multiple of one's budget.
inline constexpr uint64_t kOpenShare = 16;
// Versions of one policy or federation file that are in force or to come.
inline constexpr size_t kVersionsHeld = 8;
inline constexpr size_t kKeysInStatement = 64;
// Keys of one owner and use that are valid at one instant; of officers there are as many as people.
inline constexpr size_t kKeysAtOnce = 16;
// Rows of a mailbox that one acknowledgement takes in one step.
inline constexpr size_t kAcknowledgedRows = 4096;
// How far above the highest that came a partner's number may be, and in how many pieces they may
// lie.
inline constexpr uint64_t kPairAhead = 1'000'000;
inline constexpr size_t kPairSpans = 16 * 1024;

static_assert(kSections + kRecipients <= kDigests);
static_assert(kClockToleranceMs < kQuorumFreshnessMs);
static_assert(kQuorumFreshnessMs < kPolicyHoldMs);
static_assert(kQueueMs <= kDeliveryKeyGraceMs);
static_assert(kDeliveryKeyLifeMs + kQueueMs <= kDeliveryKeysAheadMs);
static_assert(kHeaderBytes < kCommandBytes && kCommandBytes < kEntryBytes);
static_assert(kRecordBytes + 2 * kPartBytes + 2 * kEntryBytes < kMessageBytes);
static_assert(kFileTextBytes + 2 * kEntryBytes < kMessageBytes);
static_assert(kFileTextBytes + kEntryBytes < kOpenBytesPerDay);
static_assert(kDeliveryKeysAheadMs / kDeliveryKeyLifeMs < kKeysInStatement);
static_assert(kBatchRecords <= kAcknowledgedRows);
static_assert(kChunkBytes % kPieceBytes == 0 && kPieceBytes * 4 < kMessageBytes);
static_assert(kPhotoBytes < kAttachmentBytes);
static_assert(kPairSpans * 2 <= kPairAhead);
static_assert(kDigests * 34 < kHeaderBytes);
static_assert(kBatchRecords <= kSubmissionWindow);
static_assert(kIdleLockMs <= kIdleLockMostMs);

}  // namespace entente::limits
