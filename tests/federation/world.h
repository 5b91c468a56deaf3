// A whole federation in one thread: one broker, a node for each agency of kAgencies, the policies
// of policy/examples, and simulated time. The same seed and the same calls give the same trace. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/ledger/ceremony.h"
#include "tests/federation/broker_host.h"
#include "tests/federation/model.h"
#include "tests/federation/node_host.h"
#include "tests/federation/node_link.h"
#include "tests/federation/scene.h"
#include "tests/support/federation.h"

namespace entente::testing {

class World {
 public:
  explicit World(uint64_t seed);

  // The log founded, every node admitted, its keys known to all, its officer listed.
  void Found();

  NodeHost& node(std::string_view agency) { return *nodes_.find(agency)->second; }
  NodeLink& link(std::string_view agency) { return *links_.find(agency)->second; }

  // Everything for a while, or time at once.
  void Run(int64_t ms) { scene.timeline.Run(ms); }
  void Jump(int64_t ms);
  // Runs until nothing is on its way any more; false when that is not so after `most_ms`.
  bool Settle(int64_t most_ms);
  // What waits in an outbox or a mailbox, and who has not seen the whole log; empty for nothing.
  std::string OnItsWay();
  // Ends every fault: whoever is down starts, clocks are right, disks have room.
  void Heal();

  // An agency's clock, or the broker's for "", is wrong by so much; 0: right.
  void StepClock(std::string_view who, int64_t by_ms);

  // By a person with a certificate, past the simulated network.
  bool Publish(const ledger::Publication& publication);
  // A new version of a jurisdiction's policy, in force at once: the same rules, or changed ones.
  void RenewPolicy(std::string_view jurisdiction,
                   const std::function<void(std::string& text)>& change = nullptr);

  // ---- at the desks, as the officer `anna`; what is accepted is kept in `records`
  absl::StatusOr<v1::SendResponse> Send(std::string_view origin, LeadWish wish);
  absl::Status Answer(std::string_view agency, std::string_view lead, bool taken,
                      std::string_view reason);
  absl::Status Recall(ModelRecord& lead);
  // CONTESTED: it is not used; LAW: it goes on to nobody; LIFTED: it is used again.
  absl::Status Restrict(const std::string& id, v1::RestrictionGround ground);
  // `wish` takes the place of the record `old`, which is closed for that reason; what is only
  // replaced goes when somebody has the new one, and NoteReplaced() looks who has.
  absl::StatusOr<v1::SendResponse> Correct(const std::string& old, v1::RecallGround ground,
                                           LeadWish wish);
  void NoteReplaced();
  absl::StatusOr<v1::ShowResponse> Show(std::string_view agency, std::string_view record_id);
  // Gives its id. All `members` are investigators.
  absl::StatusOr<std::string> OpenCase(std::string_view owner, const std::set<std::string>& members,
                                       Instant expires);
  absl::Status ChangeCase(ModelCase& in, const std::string& add, const std::string& remove);
  // What this agency posted so far goes to `recipient` too.
  absl::Status ShareCase(std::string_view agency, ModelCase& in, const std::string& recipient);
  // To all who are in it, as the agency knows.
  absl::StatusOr<v1::SendResponse> Post(std::string_view agency, const ModelCase& in,
                                        LeadWish wish);
  std::vector<v1::CaseSummary> Cases(std::string_view agency);
  std::vector<v1::CaseEntry> EntriesOf(std::string_view agency, const std::string& case_id);
  std::vector<v1::InboxItem> Inbox(std::string_view agency);
  // What is kept there and not used; and per record that it sent, where it is restricted.
  std::vector<v1::InboxItem> Kept(std::string_view agency);
  std::map<std::string, std::vector<v1::Restriction>> Restricted(std::string_view agency);
  std::vector<v1::RecordSummary> Leads(std::string_view agency, bool received);
  v1::StatusResponse Status(std::string_view agency);
  // What the origin's desk says of one recipient of one lead.
  v1::RecipientStatus StateOf(std::string_view origin, std::string_view lead,
                              std::string_view recipient);
  // Sealed at the node, as its desk does, for a record of that number.
  absl::StatusOr<v1::AttachResponse> Attach(std::string_view agency, uint64_t number, Piece piece);
  // The file of a section, from the agency's own disk.
  absl::StatusOr<std::string> ReadFile(std::string_view agency, const std::string& record_id,
                                       const std::string& section_id);
  // Per record that it sent, a lead or a post, what its desk says of each recipient.
  std::map<std::string, std::vector<v1::RecipientStatus>> Sent(std::string_view agency);
  ModelRecord* FindRecord(std::string_view id);
  ModelCase* FindCase(std::string_view id);

  Scene scene;
  const Federation federation;
  BrokerHost broker;
  NetworkFaults network;
  std::vector<ModelRecord> records;
  std::vector<ModelCase> cases;
  std::map<std::string, uint64_t> shown;  // agency and record id -> times shown
  Instant clocks_wrong;                   // when a clock was last wrong by more than the tolerance
  Instant healed;                         // when the last trouble was over
  std::optional<Instant> unsure_expiry;   // of what was sent without an answer, the first
  std::map<uint64_t, std::string> promised;  // log index -> entry, as a node was told
  std::map<std::string, uint64_t> logged;    // record id -> log index, as its origin was told

 private:
  void HousekeepSoon();
  bool AllKnown();
  void NotePromises(const v1::SubmitResponse& response);
  // What the desk said to the recall of a record that its origin may have closed.
  void NoteRecall(const std::string& id, const absl::Status& status, bool maybe);
  void NoteRestriction(const std::string& id, v1::RestrictionGround ground,
                       const absl::Status& status);
  absl::Status AttachAll(std::string_view origin, LeadWish& wish);
  void Keep(std::string_view origin, const LeadWish& wish, const v1::SendResponse& sent);
  absl::Status KeepDeclared(ModelCase& in, const std::set<std::string>& members, uint64_t number);
  void KeepShared(ModelCase& in, const std::string& recipient, const v1::ShareCaseResponse& shared);
  void CheckShared(std::string_view agency, const ModelCase& in, const std::string& recipient,
                   const v1::ShareCaseResponse& shared);

  std::map<std::string, std::unique_ptr<NodeHost>, std::less<>> nodes_;
  std::map<std::string, std::unique_ptr<NodeLink>, std::less<>> links_;
  std::map<std::string, uint64_t, std::less<>> policy_versions_;
  uint64_t last_number_ = 0;
};

// A file of the source tree.
std::string SourceFile(std::string_view path);

}  // namespace entente::testing
