// The node's log of consultations (Directive (EU) 2016/680 art. 25): who did what to which record,
// when and why. Append-only in the tree of core/audit; how far it has come is signed with a key of
// this node and kept beside the database before anything rests on a line, so that lines taken out
// or rewritten later are seen. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/audit/checkpoint_keeper.h"
#include "core/audit/log.h"
#include "core/crypto/sign.h"
#include "core/store/store.h"
#include "node/state.pb.h"

namespace entente::node {

// The words of article 25, and five of our own: for a question that was searched for, for reading
// the log itself, for who may do what, for sessions, and for what a person is told who asks.
namespace operation {
inline constexpr std::string_view kCollection = "collection";
inline constexpr std::string_view kConsultation = "consultation";
inline constexpr std::string_view kDisclosure = "disclosure";
inline constexpr std::string_view kAlteration = "alteration";
inline constexpr std::string_view kErasure = "erasure";
inline constexpr std::string_view kSearch = "search";
inline constexpr std::string_view kLogReading = "log-reading";
inline constexpr std::string_view kAdministration = "administration";
inline constexpr std::string_view kSession = "session";
inline constexpr std::string_view kAccessDecision = "access-decision";
}  // namespace operation

class Diary {
 public:
  // `name`: what the signed checkpoints bear. DATA_LOSS when the stored tree does not fit its
  // lines; DATA_LOSS, Refusal fork, when it is not the log that was signed last, or what was signed
  // is gone. The store must outlive it.
  static absl::StatusOr<Diary> Open(store::Store& store, crypto::SigningKey key,
                                    std::string_view name);
  // Nothing was signed here before: it is new, or everything of it is gone.
  bool fresh() const { return !keeper_->Latest(); }
  // Before any Commit(): signs it even while it is empty, since lines without a checkpoint are
  // lines that lost it; and what a crash left unsigned.
  absl::Status Begin();

  // Writes the batch and the lines in one step, synced, and signs; the batch alone when there are
  // no lines. Not OK: neither is there, unless the error is INTERNAL (then it is not known).
  absl::Status Commit(store::WriteBatch& batch, std::span<const state::DiaryLine> lines);

  uint64_t size() const { return log_->Head().size; }
  // Those with the numbers after + 1 to `last`, until `visit` gives an error.
  absl::Status ForEach(
      uint64_t after, uint64_t last,
      const std::function<absl::Status(uint64_t number, const state::DiaryLine&)>& visit) const;

 private:
  Diary(store::Store& store, crypto::SigningKey key, std::unique_ptr<audit::Log> log,
        std::unique_ptr<audit::CheckpointKeeper> keeper)
      : store_(&store), key_(std::move(key)), log_(std::move(log)), keeper_(std::move(keeper)) {}
  store::Store* store_;
  crypto::SigningKey key_;
  std::unique_ptr<audit::Log> log_;
  std::unique_ptr<audit::CheckpointKeeper> keeper_;
};

}  // namespace entente::node
