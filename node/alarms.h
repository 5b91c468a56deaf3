// What a person must look at. An alarm is a stable code about a subject (an agency, a record), and
// stands until it is cleared; those that prove misconduct are never cleared by the node. Kept in
// the store. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/store/store.h"
#include "entente/v1/desk.pb.h"

namespace entente::node {

namespace alarm {
inline constexpr std::string_view kFork = "fork";
inline constexpr std::string_view kLogNotFresh = "log-not-fresh";
inline constexpr std::string_view kNotWitnessed = "not-witnessed";
inline constexpr std::string_view kLogInstant = "log-instant";
inline constexpr std::string_view kLogBehind = "log-behind";
inline constexpr std::string_view kStatementInvalid = "statement-invalid";
inline constexpr std::string_view kClockDiffers = "clock-differs";
inline constexpr std::string_view kKeysNotInLog = "keys-not-in-log";
inline constexpr std::string_view kKeysDamaged = "keys-damaged";
inline constexpr std::string_view kEvidenceBad = "evidence-bad";
inline constexpr std::string_view kDecisionDiffers = "decision-differs";
inline constexpr std::string_view kSubmissionRefused = "submission-refused";
inline constexpr std::string_view kAcknowledgementForged = "acknowledgement-forged";
inline constexpr std::string_view kNoticeBad = "notice-bad";
inline constexpr std::string_view kRecordRefused = "record-refused";
inline constexpr std::string_view kRecordIdShared = "record-id-shared";
inline constexpr std::string_view kObligationRemoved = "obligation-removed";
inline constexpr std::string_view kNumbersMissing = "numbers-missing";
inline constexpr std::string_view kPairHeadOverdue = "pair-head-overdue";
inline constexpr std::string_view kLocalFault = "local-fault";
inline constexpr std::string_view kErasureHeld = "erasure-held";
inline constexpr std::string_view kEndsSoon = "ends-soon";
inline constexpr std::string_view kReviewOverdue = "review-overdue";
inline constexpr std::string_view kStorageReviewNear = "storage-review-near";
inline constexpr std::string_view kStorageReviewMissed = "storage-review-missed";
inline constexpr std::string_view kStorageReviewRecalled = "storage-review-recalled";
inline constexpr std::string_view kMeasureLapses = "measure-lapses";
inline constexpr std::string_view kTextWithheld = "text-withheld";
inline constexpr std::string_view kBrokerSilent = "broker-silent";
inline constexpr std::string_view kNotAcknowledged = "not-acknowledged";
inline constexpr std::string_view kAnswerNotDelivered = "answer-not-delivered";
inline constexpr std::string_view kOldStands = "old-stands";
inline constexpr std::string_view kRecallOverdue = "recall-overdue";
inline constexpr std::string_view kRestrictionOverdue = "restriction-overdue";
inline constexpr std::string_view kAttachmentLost = "attachment-lost";
inline constexpr std::string_view kExpiredOnTheWay = "expired-on-the-way";
inline constexpr std::string_view kDeliveredThoughRefused = "delivered-though-refused";
}  // namespace alarm

class Alarms {
 public:
  static absl::StatusOr<Alarms> Open(const store::Store& store);

  // Stands from `now`, unless it stands already.
  void Raise(std::string_view code, std::string_view subject, std::string text, Instant now);
  // One more of what others can bring about as often as they like: one alarm for all of a subject,
  // which is never theirs to choose freely, with their number and the last text.
  void Count(std::string_view code, std::string_view subject, std::string text, Instant now);
  void Clear(std::string_view code, std::string_view subject);
  // All of this code but those about these subjects.
  void ClearOthers(std::string_view code, const std::set<std::string>& subjects);
  // From now on what changes may be taken back as if it had not been, until Keep(): for what is
  // told beside a batch that may be dropped.
  void Try();
  void Undo();
  void Keep() { tried_.reset(); }
  // What changed since the last OnKept(), into a batch that is about to be written.
  bool changed() const { return !changed_.empty(); }
  void AddChanges(store::WriteBatch& batch) const;
  void OnKept() { changed_.clear(); }
  bool Stands(std::string_view code, std::string_view subject) const;
  // The gravest first.
  std::vector<v1::Alarm> All() const;

 private:
  using Key = std::pair<std::string, std::string>;
  struct Before {
    std::optional<v1::Alarm> alarm;
    bool changed;
  };
  void Touch(const Key& key);

  std::map<Key, v1::Alarm> standing_;
  std::set<Key> changed_;
  std::optional<std::map<Key, Before>> tried_;
};

}  // namespace entente::node
