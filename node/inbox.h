// What comes in: deliveries are checked, opened, kept in the vault and acknowledged, each once. A
// delivery that comes again is acknowledged again, with the same body. Nothing is acknowledged
// that is not on disk. Not thread-safe.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/base/instant.h"
#include "core/ledger/receipt.h"
#include "entente/v1/broker.pb.h"
#include "node/ground.h"
#include "node/intake.h"
#include "node/pairs.h"
#include "node/state.pb.h"

namespace entente::node {

class Inbox {
 public:
  explicit Inbox(Ground& ground) : ground_(&ground) {}

  // A new stream: what was not settled comes again.
  void OnStart();
  void OnResponse(v1::PullResponse response, Instant now) {
    responses_.push_back({.mail = std::move(response), .came = now, .bounded = false});
  }
  // Each that waits is a message of up to 4 MiB in memory.
  bool HasRoom() const { return responses_.size() < kMostWaiting; }
  // Settles what the followed log covers. Errors leave the rest for the next call. What a damaged
  // row keeps from being settled is an alarm: a notice is set aside on disk, acknowledged and tried
  // again hourly; a record, whose acknowledgement we could not sign, stops its lane alone, until
  // the next stream.
  absl::Status Process(Instant now);
  std::vector<v1::PullAcknowledge> TakeAcknowledges();

 private:
  static constexpr size_t kMostWaiting = 4;

  // Deliveries that go to disk in one step.
  struct Group {
    explicit Group(const store::Reader& reader) : pairs(reader), numbers(reader) {}
    store::WriteBatch batch;
    PairsIn pairs;
    PairsOut numbers;  // of what is told to those who acknowledge late
    std::vector<state::DiaryLine> lines;
    std::set<std::string> touched;  // what the store does not show yet
    std::map<v1::Lane, v1::PullAcknowledge> acknowledges;
  };

  absl::Status ProcessFront(const audit::Checkpoint& checkpoint, Instant now);
  // The delivery failed of itself: no lane but its own waits for it.
  void PassOver(const v1::Delivery& delivery, const audit::Checkpoint& checkpoint,
                const absl::Status& why, Group& group, Instant now);
  absl::Status TakeAside(Instant now);
  absl::Status TakeWhole(const v1::Delivery& delivery, const audit::Checkpoint& checkpoint,
                         Group& group, Instant now);
  absl::Status Take(const v1::Delivery& delivery, const audit::Checkpoint& checkpoint, Group& group,
                    Instant now);
  absl::Status TakeRecord(const v1::Delivery& delivery, const Peeked& peeked,
                          const audit::Checkpoint& checkpoint, Group& group, Instant now);
  // A delivery of evidence alone.
  absl::Status TakeDecision(const v1::Delivery& delivery, const Peeked& peeked,
                            const audit::Checkpoint& checkpoint, Group& group, Instant now);
  absl::Status AcknowledgeAgain(state::ReceivedRecord& before, v1::PullAcknowledge& acknowledge,
                                Group& group, Instant now);
  absl::Status KeepReceipts(const v1::Delivery& delivery, const state::ReceivedRecord& index,
                            Group& group, Instant now);
  absl::Status ForgetKey(std::string_view record_hash, Group& group);
  absl::Status KeepIfMembership(const Arrived& arrived, Group& group);
  absl::Status Keep(Arrived& arrived, Group& group, Instant now);
  void RaiseRefused(const state::ReceivedRecord& index, Instant now);
  absl::Status ApplyAnswer(Arrived& arrived, Group& group, Instant now);
  absl::Status Flush(Group& group);

  Ground* ground_;
  struct Response {
    v1::PullResponse mail;
    Instant came;
    bool bounded;  // by what the log showed once it was followed to the mail's checkpoint
  };
  void BoundByLog(Response& response) const;
  std::deque<Response> responses_;
  int settled_ = 0;  // deliveries of the first response
  std::set<v1::Lane> stopped_;
  std::optional<Instant> aside_looked_at_;
  std::vector<v1::PullAcknowledge> ready_;
};

}  // namespace entente::node
