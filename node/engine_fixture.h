// For the engine's tests: an honest broker of a few lines in memory, with places to make it
// dishonest, and nodes that crash and start again. Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/ledger/parts.h"
#include "core/record/record.h"
#include "core/store/memory_store.h"
#include "node/engine.h"
#include "node/memory_file.h"
#include "policy/decision.h"
#include "tests/support/federation.h"
#include "tests/support/seeded_random.h"

namespace entente::node {

class TestBroker {
 public:
  explicit TestBroker(const testing::Federation& federation);

  v1::GetEntriesResponse Entries(const v1::GetEntriesRequest& request) const;
  absl::StatusOr<v1::GetTextResponse> Text(std::string_view agency,
                                           const v1::GetTextRequest& request) const;
  absl::StatusOr<v1::PublishResponse> Publish(const v1::PublishRequest& request, Instant now);
  v1::SubmitResponse Submit(const std::string& agency, const v1::SubmitRequest& request,
                            Instant now);
  // What waits for the agency is decided again where the policies have changed; before each pull.
  void DecideAgain(const std::string& agency, Instant now);
  v1::PullResponse Pull(const std::string& agency);
  void Acknowledge(const std::string& agency, const v1::PullAcknowledge& acknowledge, Instant now);

  testing::TestLog& log() { return log_; }
  ledger::Registry& registry() { return registry_; }
  const testing::Federation& federation() const { return federation_; }
  size_t waiting(const std::string& agency) const;

  // The newest note with a quorum of cosignatures; not set with quorum none.
  std::function<std::string()> witnessed;

  // Misconduct, each asked where it could happen.
  std::function<void(const std::string& recipient, policy::Decision&)> on_decision;
  // It takes consents that do not hold for good, or others for them.
  std::function<void(policy::RecipientLabels&)> on_consents;
  std::function<void(ledger::SubmittedRecord&)> on_record;
  std::function<void(v1::Delivery&)> on_delivery;
  std::function<bool(const v1::Delivery&)> keeps_back;
  std::function<void(v1::SubmitResponse&)> on_response;
  std::function<std::optional<v1::Refusal>(const v1::Submission&)> refuses;
  bool withholds_texts = false;
  bool skips_again = false;
  std::function<void(v1::RecipientDecision&)> on_again;  // as either reader sees it

 private:
  struct Mail {
    v1::Delivery delivery;  // without evidence
    uint64_t log_index;
    std::string record;        // as submitted, while it waits; of a notice empty
    uint64_t again_index = 0;  // of the newest decision made again
  };
  using Box = std::map<v1::Lane, std::vector<Mail>>;

  void DecideAgain(const std::string& agency, v1::Lane lane, Mail& mail, Instant now);
  uint64_t Commit(v1::EntryKind kind, Instant now, std::vector<ledger::ReaderPart> parts);
  uint64_t CommitRecord(const std::string& agency, const v1::Submission& submission, Instant now);
  uint64_t CommitNotice(const std::string& agency, const v1::Submission& submission, Instant now);
  // Those who gave the data, of each override (engine_fixture_told.cc).
  void TellSources(const record::ParsedRecord& record,
                   const std::vector<ledger::DecidedRecipient>& decided, const ledger::Act& act,
                   uint64_t index);
  void AddTold(uint64_t index, const std::string& agency, v1::SubmissionResult& result);
  // `log_index`: of the decision that withholds these sections.
  v1::Delivery Stripped(const record::ParsedRecord& record, const record::Access& access,
                        const std::set<std::string>& withheld, uint64_t log_index) const;
  void Put(const std::string& agency, v1::Lane lane, v1::Delivery delivery, uint64_t log_index,
           std::string record = "");

  const testing::Federation& federation_;
  testing::TestLog log_;
  ledger::Registry registry_;
  testing::SeededRandom random_{77};
  std::map<std::pair<std::string, uint64_t>, std::pair<uint64_t, std::string>> committed_;
  std::map<uint64_t, std::vector<uint64_t>> told_;  // of a record: where its sources were told
  std::map<std::string, Box> boxes_;
  std::map<std::pair<std::string, v1::Lane>, uint64_t> cursors_;
};

// Chance that can be told what comes next.
class ToldRandom final : public Random {
 public:
  explicit ToldRandom(uint64_t seed) : chance_(seed) {}
  void Fill(std::span<uint8_t> out) override;
  // Given out once, when just as many bytes are asked for: an id of 16, say.
  std::string next;

 private:
  testing::SeededRandom chance_;
};

// One agency's machine: the disk that outlives the engine, and the engine.
class TestNode {
 public:
  TestNode(std::string agency, const testing::Federation& federation, Instant now);

  Engine& engine() { return *engine_; }
  // To be driven by another; the disk stays here.
  std::unique_ptr<Engine> Release() { return std::move(engine_); }
  Engine* operator->() { return engine_.get(); }
  const std::string& agency() const { return agency_; }
  // The process dies, with what was not synced, and is started again.
  void Restart(Instant now);
  // Without the crash: the error of opening, if any.
  absl::Status Open(Instant now);
  // How many rows of the family it keeps.
  size_t RowsOf(store::Family family) const;

  store::MemoryStore store{Engine::Families()};
  MemoryFile slots;
  MemoryFile store_key;
  ToldRandom random;
  // What the configuration says from the next start on.
  SecondPersonRule second_person;
  SessionRule sessions;

 private:
  const std::string agency_;
  const testing::Federation& federation_;
  std::unique_ptr<Engine> engine_;
};

// What lists the leads that were sent.
v1::ListRequest Leads();

// Of a lead; a deadline after it moves to it.
void SetExpiry(v1::Draft& lead, Instant expires);

class World {
 public:
  explicit World(std::vector<std::string> agencies = {"FR.fiu", "BR.fiu", "DE.fiu"},
                 std::map<std::string, std::string> policies = {}, int quorum = 0);

  TestNode& node(std::string_view agency) { return nodes_.at(std::string(agency)); }
  // Everything there is to exchange for one node, once, in both directions.
  absl::Status Exchange(TestNode& node);
  // Until nothing moves, all nodes but those that are offline.
  void Settle(std::vector<std::string> offline = {});
  void Advance(int64_t ms) { now = now + ms; }

  // A lead of FR.fiu about accounts of a suspect and the address of a victim.
  v1::Draft Lead(std::vector<std::string> recipients) const;
  // By its authority, in force at once.
  void PublishPolicy(std::string_view jurisdiction, uint64_t version);
  void PublishPolicy(std::string_view jurisdiction, uint64_t version, const std::string& text);
  // Sent by officer "author" of `from`; fails the test when refused. The record id.
  std::string Send(std::string_view from, const v1::Draft& lead);
  v1::RecordSummary SentLead(std::string_view agency, const std::string& record_id);
  v1::RecipientState StateOf(std::string_view agency, const std::string& record_id,
                             std::string_view recipient);
  std::vector<v1::InboxItem> InboxOf(std::string_view agency);
  std::vector<std::string> AlarmsOf(std::string_view agency);
  absl::StatusOr<v1::ShowResponse> Show(std::string_view agency, const std::string& record_id);

  Instant now = testing::kFounded + limits::kDayMs;
  testing::Federation federation;
  TestBroker broker{federation};

 private:
  std::map<std::string, TestNode> nodes_;
};

}  // namespace entente::node
