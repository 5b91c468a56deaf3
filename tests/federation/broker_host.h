// The broker as a process in a simulated world: the real engine over a store in memory, with what
// its shell would do around it (one committer, sessions of pull, the bell) driven by simulated
// time. It can die at any point and start again from what was on disk. Not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/engine.h"
#include "broker/families.h"
#include "core/store/memory_store.h"
#include "tests/federation/broker_files.h"
#include "tests/federation/scene.h"
#include "tests/support/federation.h"

namespace entente::testing {

// The one step that a dishonest broker alters; empty in an honest one.
struct Alterations {
  std::function<void(const std::string& agency, v1::PullResponse&)> pull;
  std::function<void(const std::string& agency, v1::SubmitResponse&)> answer;
  std::function<void(const std::string& agency, std::string& bytes)> piece;
};

class BrokerHost {
 public:
  template <class Response>
  using Reply = std::function<void(absl::StatusOr<Response>)>;

  BrokerHost(Scene& scene, const Federation& federation);

  // Writes the log's first entry and starts.
  void Found();
  // Nothing when it runs. A clock behind the log keeps it down; it tries again later.
  void Start();
  // The process ends, and the machine with it: of the unsynced writes the first `survivors` stay.
  void Crash(size_t survivors);
  void CrashAndStart(size_t survivors, int64_t after_ms);
  bool up() const { return engine_ != nullptr; }
  broker::Engine& engine() { return *engine_; }
  Instant Now() const { return scene_.timeline.now() + clock_offset_ms; }

  // ---- What callers ask. A reply comes later, or never when the broker dies before.
  void Submit(const std::string& agency, v1::SubmitRequest request,
              Reply<v1::SubmitResponse> reply);
  void Publish(const v1::PublishRequest& request, Reply<v1::PublishResponse> reply);
  absl::StatusOr<v1::GetEntriesResponse> Entries(const v1::GetEntriesRequest& request);
  absl::StatusOr<v1::GetTextResponse> Text(const std::string& agency,
                                           const v1::GetTextRequest& request);
  // The session's number. `deliver` gets what stands in the mailbox, then what comes; an error ends
  // the session.
  uint64_t OpenPull(const std::string& agency, const v1::PullStart& start,
                    Reply<v1::PullResponse> deliver);
  void Acknowledge(uint64_t session, v1::PullAcknowledge acknowledge);
  void ClosePull(uint64_t session) { sessions_.erase(session); }

  // ---- Attachments. At once, while the broker runs.
  absl::StatusOr<BrokerFiles::Place> BeginUpload(const std::string& agency,
                                                 const record::FileShape& shape);
  absl::StatusOr<BrokerFiles::Place> AppendUpload(const std::string& agency,
                                                  const record::FileShape& shape, uint64_t turn,
                                                  std::string_view piece);
  absl::StatusOr<std::string> Fetch(const std::string& agency, const Digest& record_hash,
                                    const SectionId& section_id, uint64_t from, size_t bytes);

  // Expiry, a checkpoint that a full disk kept back, and files that nobody waits for.
  void Housekeep();
  void SetDiskFull(bool full);

  store::MemoryStore store{broker::kBrokerFamilies};
  BrokerFiles files;
  int64_t clock_offset_ms = 0;
  Alterations alterations;
  std::function<void()> on_crash;

 private:
  using Done = std::function<void(const absl::StatusOr<broker::Applied>&)>;
  struct Waiting {
    broker::Command command;
    Done done;
  };
  struct Batch;
  struct Session {
    std::string agency;
    size_t most = 0;
    broker::LanePositions fetched;
    Reply<v1::PullResponse> deliver;
    std::deque<v1::PullAcknowledge> acknowledges;
  };

  broker::BrokerKeys Keys() const;
  // Runs only if the broker has not died meanwhile.
  void Later(int64_t ms, Timeline::Action action);
  void Enqueue(broker::Command command, Done done);
  void Commit();
  void NoteCheckpoint();
  void Admit(const std::shared_ptr<Batch>& batch, const std::vector<int>& which);
  void AnswerWhenDone(const std::shared_ptr<Batch>& batch);
  void PublishOnce(const v1::PublishRequest& request, Reply<v1::PublishResponse> reply, int tries);
  void Deliver(uint64_t session);
  void DecideAgain(uint64_t session);
  void TakeAcknowledge(uint64_t session, int tries);
  void EndSession(uint64_t session, const absl::Status& status);
  void CheckPromises();

  Scene& scene_;
  const Federation& federation_;
  std::unique_ptr<broker::Engine> engine_;
  Instant next_sweep_;
  uint64_t life_ = 0;
  std::deque<Waiting> queue_;
  bool commit_due_ = false;
  std::map<uint64_t, Session> sessions_;
  uint64_t last_session_ = 0;
  // What was said to others, and must still be true after a crash.
  audit::TreeHead published_;
  std::map<std::string, broker::LanePositions> acknowledged_;
};

}  // namespace entente::testing
