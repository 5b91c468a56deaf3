// The records this agency sent, and what became of each at each recipient. Reads the store each
// time; changes go into the caller's batch. Not thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "entente/v1/content.pb.h"
#include "entente/v1/ledger.pb.h"
#include "node/ground.h"
#include "node/state.pb.h"

namespace entente::node {

class Sent {
 public:
  explicit Sent(Ground& ground) : ground_(&ground) {}

  absl::StatusOr<std::optional<state::SentRecord>> Find(std::string_view record_id) const;
  absl::StatusOr<std::optional<state::SentRecord>> FindByHash(std::string_view record_hash) const;
  // Refusal expired once it was purged; DATA_LOSS when it does not open.
  absl::StatusOr<state::SentContent> Content(const state::SentRecord& sent) const;

  void Save(const state::SentRecord& sent, store::WriteBatch& batch) const;
  absl::Status Save(const state::SentRecord& sent, const state::SentContent& content,
                    store::WriteBatch& batch) const;
  // Without its content keys when nobody's word is waited for any more.
  absl::Status SaveSettled(const state::SentRecord& sent, store::WriteBatch& batch) const;

 private:
  Ground* ground_;
};

// Refusal expired: of what its row says was purged.
absl::Status ErasedByTime();
std::string_view WhyRecalled(v1::RecallGround ground);
// The same of a record of ours: that its time was over, or that we recalled it and why.
absl::Status WhyOver(const state::SentRecord& sent);

// It was sealed, and may be with somebody by now.
bool HasLeft(const state::SentRecord& sent);
state::SentRecipient* FindRecipient(state::SentRecord& sent, std::string_view agency);
// Where a request stands after this reply.
v1::RecipientState StateOfReply(v1::ReplyState state);
// Why a record is held until a second person has looked.
inline constexpr std::string_view kHeldForLeak = "policy-held:leak";
inline constexpr std::string_view kHeldForSecond = "policy-held:second-person";
// Before who did not let it go, a colon and why, in their words.
inline constexpr std::string_view kNotReleasedBy = "not-released-by:";
// Whoever waits is held.
void Hold(state::SentRecord& sent, std::string_view reason, Instant now);
void SetState(state::SentRecipient& recipient, v1::RecipientState state, Instant now);

// What the logged decision says about each recipient. A state that an acknowledgement or an answer
// has already reached stays. Gives those who will not be delivered to.
std::vector<state::SentRecipient> OnCommitted(state::SentRecord& sent, uint64_t log_index,
                                              const v1::SubmissionPart& part, Instant now);
// What was decided again about one of them, at this place of the log.
void OnDecidedAgain(state::SentRecipient& recipient, const v1::RecipientDecision& decision,
                    uint64_t log_index, Instant now);
// Refused as a whole. Gives those who will not be delivered to.
std::vector<state::SentRecipient> OnRefused(state::SentRecord& sent, std::string_view reason,
                                            Instant now);
// Refused for now: it will be submitted again.
void OnPassingRefusal(state::SentRecord& sent, std::string_view reason, bool held, Instant now);
void OnAcknowledged(state::SentRecord& sent, const v1::Acknowledgement& acknowledgement,
                    Instant now);
// Their numbers will not be delivered, as `log_index` shows: into the batch, for gap notes.
void CloseNumbers(const state::SentRecord& sent, std::span<const state::SentRecipient> undelivered,
                  uint64_t log_index, store::WriteBatch& batch);
// Those with a number that was not closed, and no word from them yet.
std::vector<state::SentRecipient> Unopened(const state::SentRecord& sent);
// Whoever has not answered by then: expired, or undelivered when there was no word from them.
void OnExpired(state::SentRecord& sent, Instant now);

// When whoever has not acknowledged stands out: a day after `committed`, or sooner at the lead's
// deadline (in its content) or the record's expiry.
Instant AcknowledgedBy(const state::SentRecord& sent, const state::SentContent& content,
                       Instant committed);
// What the alarm about a missing acknowledgement is about.
std::string AcknowledgementSubject(const state::SentRecord& sent, std::string_view recipient);
// An alarm for each of these, refused by the broker's word, whose acknowledgement is here.
void RaiseIfDelivered(Ground& ground, const state::SentRecord& sent,
                      std::span<const state::SentRecipient> refused, Instant now);
// An alarm when this is an answer that does not arrive: the lead it answers shows it as given.
void RaiseIfAnswerLost(Ground& ground, const state::SentRecord& sent, Instant now);
// An alarm for each to whom the log released it and who has not acknowledged.
void RaiseUnacknowledged(Ground& ground, const state::SentRecord& sent, Instant now);

}  // namespace entente::node
