#include "tests/federation/broker_host.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::testing {
namespace {

constexpr int kAdmissions = 16;
constexpr size_t kExpiriesAtOnce = 64;
constexpr int64_t kTryAgainMs = 5 * limits::kMinuteMs;
const std::string kName = "broker";

AgencyId Id(const std::string& agency) { return *AgencyId::Parse(agency); }

}  // namespace

// One request of Submit until its response.
struct BrokerHost::Batch {
  std::string agency;
  v1::SubmitRequest request;
  Reply<v1::SubmitResponse> reply;
  std::vector<broker::Engine::Outcome> outcomes;
  std::vector<int> again;
  size_t waiting = 0;
  int admissions = 0;
};

BrokerHost::BrokerHost(Scene& scene, const Federation& federation)
    : scene_(scene), federation_(federation) {}

broker::BrokerKeys BrokerHost::Keys() const {
  return {federation_.checkpoint_key().Clone(), federation_.receipt_key().Clone(),
          federation_.note_key().Clone()};
}

void BrokerHost::Later(int64_t ms, Timeline::Action action) {
  scene_.timeline.After(ms, [this, life = life_, action = std::move(action)] {
    if (life == life_ && up()) action();
  });
}

// ---- life and death

void BrokerHost::Found() {
  const absl::Status status = broker::InitLog(store, federation_.genesis().text(), Keys());
  if (!status.ok()) scene_.Wrong(kName, "founding: " + status.ToString());
  Start();
}

void BrokerHost::Start() {
  if (up()) return;
  auto opened = broker::Engine::Open(
      store, federation_.genesis().text(), Keys(), {}, Now(),
      [this](const AgencyId& origin, const record::FileShape& shape, Instant now) {
        return files.HoldComplete({origin.text(), shape}, now);
      });
  if (opened.ok()) {
    engine_ = *std::move(opened);
    scene_.trace.Add(kName,
                     "starts at size " + std::to_string(engine_->LatestCheckpoint().head.size));
    CheckPromises();
    return;
  }
  scene_.trace.Add(kName, "does not start: " + std::string(opened.status().message()));
  if (absl::IsInternal(opened.status())) return CrashAndStart(0, kTryAgainMs);
  const bool clock = absl::IsFailedPrecondition(opened.status()) && clock_offset_ms != 0;
  const bool behind = opened.status().message().find("set the clock") != std::string::npos;
  if (!clock && !behind && !IsRefusal(opened.status(), Reason::kDiskFull)) {
    scene_.Wrong(kName, "does not start: " + opened.status().ToString());
    return;
  }
  scene_.timeline.After(kTryAgainMs, [this, life = life_] {
    if (life == life_) Start();
  });
}

void BrokerHost::Crash(size_t survivors) {
  scene_.trace.Add(kName, "crashes, " + std::to_string(survivors) + " of " +
                              std::to_string(store.unsynced()) + " unsynced survive");
  ++life_;
  engine_.reset();
  queue_.clear();
  commit_due_ = false;
  sessions_.clear();
  store.Crash(survivors);
  files.Crash();
  if (on_crash) on_crash();
}

void BrokerHost::CrashAndStart(size_t survivors, int64_t after_ms) {
  Crash(survivors);
  scene_.timeline.After(after_ms, [this, life = life_] {
    if (life == life_) Start();
  });
}

void BrokerHost::NoteCheckpoint() { published_ = engine_->LatestCheckpoint().head; }

// What was published before a crash must not be taken back by it.
void BrokerHost::CheckPromises() {
  const audit::TreeHead head = engine_->LatestCheckpoint().head;
  if (head.size < published_.size) scene_.Wrong(kName, "the log is shorter than was published");
  if (head.size == published_.size && head.root != published_.root) {
    scene_.Wrong(kName, "the log has another root than was published");
  }
  for (const auto& [agency, said] : acknowledged_) {
    const broker::LanePositions now = engine_->Acknowledged(Id(agency));
    if (now.urgent < said.urgent || now.bulk < said.bulk) {
      scene_.Wrong(kName, "an acknowledgement of " + agency + " was lost");
    }
  }
  NoteCheckpoint();
}

// ---- the committer

void BrokerHost::Enqueue(broker::Command command, Done done) {
  queue_.push_back({std::move(command), std::move(done)});
  if (commit_due_) return;
  commit_due_ = true;
  Later(scene_.Between(1, 30), [this] { Commit(); });
}

void BrokerHost::Commit() {
  commit_due_ = false;
  std::deque<Waiting> taken = std::exchange(queue_, {});
  std::vector<broker::Command> commands;
  for (Waiting& one : taken) commands.push_back(std::move(one.command));
  auto result = engine_->Commit(commands);
  if (!result.ok() && !RefusalOf(result.status())) {
    scene_.trace.Add(kName, "commit failed: " + result.status().ToString());
    return CrashAndStart(static_cast<size_t>(scene_.Between(0, 2)), scene_.Between(500, 20'000));
  }
  if (result.ok()) {
    NoteCheckpoint();
    scene_.trace.Add(kName, "commits " + std::to_string(commands.size()) + ", size " +
                                std::to_string(result->tree_size));
  }
  for (size_t i = 0; i < taken.size(); ++i) {
    taken[i].done(result.ok() ? result->applied[i]
                              : absl::StatusOr<broker::Applied>(result.status()));
  }
  if (!result.ok()) return;
  for (const auto& [number, session] : sessions_) {
    if (!result->delivered_to.contains(session.agency)) continue;
    Later(scene_.Between(1, 10), [this, number = number] { Deliver(number); });
  }
}

void BrokerHost::Housekeep() {
  if (!up()) return;
  auto expired = engine_->Expired(Now(), kExpiriesAtOnce, scene_.random);
  if (!expired.ok()) return scene_.Wrong(kName, "expiry: " + expired.status().ToString());
  for (broker::Command& command : *expired) Enqueue(std::move(command), [](const auto&) {});
  if (expired->empty() && queue_.empty()) Commit();
  if (!up() || Now() < next_sweep_) return;
  next_sweep_ = Now() + limits::kHourMs;
  const absl::Status swept = files.Sweep(*engine_, Now());
  if (!swept.ok()) scene_.trace.Add(kName, "files stay: " + swept.ToString());
}

void BrokerHost::SetDiskFull(bool full) {
  store.SetDiskFull(full);
  files.SetDiskFull(full);
}

// ---- attachments

absl::StatusOr<BrokerFiles::Place> BrokerHost::BeginUpload(const std::string& agency,
                                                           const record::FileShape& shape) {
  const absl::Status admitted = engine_->CheckAdmitted(Id(agency), Now());
  if (!admitted.ok()) return admitted;
  return files.Begin({agency, shape}, Now());
}

absl::StatusOr<BrokerFiles::Place> BrokerHost::AppendUpload(const std::string& agency,
                                                            const record::FileShape& shape,
                                                            uint64_t turn, std::string_view piece) {
  const absl::Status admitted = engine_->CheckAdmitted(Id(agency), Now());
  if (!admitted.ok()) return admitted;
  return files.Append({agency, shape}, turn, piece, Now());
}

absl::StatusOr<std::string> BrokerHost::Fetch(const std::string& agency, const Digest& record_hash,
                                              const SectionId& section_id, uint64_t from,
                                              size_t bytes) {
  const auto file = engine_->GrantedTo(Id(agency), AsText(record_hash), AsText(section_id), Now());
  if (!file.ok()) return file.status();
  auto piece = files.Read(*file, from, bytes);
  if (piece.ok() && alterations.piece) alterations.piece(agency, *piece);
  return piece;
}

// ---- Submit

void BrokerHost::Submit(const std::string& agency, v1::SubmitRequest request,
                        Reply<v1::SubmitResponse> reply) {
  auto batch = std::make_shared<Batch>();
  batch->agency = agency;
  batch->reply = std::move(reply);
  for (const v1::Submission& submission : request.submissions()) {
    batch->outcomes.push_back({submission.number(), uint64_t{0}});
  }
  batch->request = std::move(request);
  std::vector<int> all(batch->outcomes.size());
  std::iota(all.begin(), all.end(), 0);
  Admit(batch, all);
}

void BrokerHost::Admit(const std::shared_ptr<Batch>& batch, const std::vector<int>& which) {
  ++batch->admissions;
  batch->waiting += which.size();
  for (const int i : which) {
    auto& outcome = batch->outcomes[static_cast<size_t>(i)].log_index;
    auto admitted = engine_->AdmitSubmission(batch->request.submissions(i), Id(batch->agency),
                                             Now(), scene_.random);
    if (!admitted.ok()) {
      outcome = admitted.status();
      --batch->waiting;
    } else if (const auto* before = std::get_if<broker::Submitted>(&*admitted)) {
      outcome = before->log_index;
      --batch->waiting;
    } else {
      Enqueue(std::get<broker::Command>(*std::move(admitted)),
              [this, batch, i](const absl::StatusOr<broker::Applied>& applied) {
                --batch->waiting;
                auto& mine = batch->outcomes[static_cast<size_t>(i)].log_index;
                if (applied.ok()) {
                  mine = applied->log_index;
                } else {
                  mine = applied.status();
                  const bool behind = IsRefusal(applied.status(), Reason::kSnapshotBehind);
                  if (behind && batch->admissions < kAdmissions) batch->again.push_back(i);
                }
                AnswerWhenDone(batch);
              });
    }
  }
  AnswerWhenDone(batch);
}

void BrokerHost::AnswerWhenDone(const std::shared_ptr<Batch>& batch) {
  if (batch->waiting != 0 || !batch->reply) return;
  if (!batch->again.empty()) return Admit(batch, std::exchange(batch->again, {}));
  auto answer = engine_->AnswerSubmissions(Id(batch->agency), batch->outcomes);
  if (answer.ok() && alterations.answer) alterations.answer(batch->agency, *answer);
  std::exchange(batch->reply, nullptr)(std::move(answer));
}

// ---- Directory and Transparency

void BrokerHost::Publish(const v1::PublishRequest& request, Reply<v1::PublishResponse> reply) {
  PublishOnce(request, std::move(reply), kAdmissions);
}

void BrokerHost::PublishOnce(const v1::PublishRequest& request, Reply<v1::PublishResponse> reply,
                             int tries) {
  const auto answer = [this](uint64_t index) {
    v1::PublishResponse response;
    response.set_log_index(index);
    response.set_checkpoint(engine_->LatestCheckpoint().note);
    return response;
  };
  auto admitted = engine_->AdmitPublication(request, Now(), scene_.random);
  if (!admitted.ok()) return reply(admitted.status());
  if (const auto* index = std::get_if<uint64_t>(&*admitted)) return reply(answer(*index));
  Enqueue(std::get<broker::Command>(*std::move(admitted)),
          [this, request, reply, tries, answer](const absl::StatusOr<broker::Applied>& applied) {
            if (applied.ok()) return reply(answer(applied->log_index));
            if (tries > 1 && IsRefusal(applied.status(), Reason::kSnapshotBehind)) {
              return PublishOnce(request, reply, tries - 1);
            }
            reply(applied.status());
          });
}

absl::StatusOr<v1::GetEntriesResponse> BrokerHost::Entries(const v1::GetEntriesRequest& request) {
  return engine_->Entries(request.from(), request.limit());
}

absl::StatusOr<v1::GetTextResponse> BrokerHost::Text(const std::string& agency,
                                                     const v1::GetTextRequest& request) {
  Digest digest{};
  std::copy_n(request.digest().begin(), std::min(request.digest().size(), digest.size()),
              digest.begin());
  auto text = engine_->GetText(digest, Id(agency), Now());
  if (!text.ok()) return text.status();
  v1::GetTextResponse response;
  response.set_text(*std::move(text));
  return response;
}

// ---- Pull

uint64_t BrokerHost::OpenPull(const std::string& agency, const v1::PullStart& start,
                              Reply<v1::PullResponse> deliver) {
  const uint64_t number = ++last_session_;
  sessions_[number] = {.agency = agency,
                       .most = start.max_deliveries(),
                       .fetched = engine_->Acknowledged(Id(agency)),
                       .deliver = std::move(deliver),
                       .acknowledges = {}};
  Deliver(number);
  return number;
}

void BrokerHost::Deliver(uint64_t number) {
  const auto found = sessions_.find(number);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  auto mail = engine_->Fetch(Id(session.agency), session.fetched, session.most, Now());
  if (!mail.ok()) return EndSession(number, mail.status());
  if (mail->deliveries().empty()) return DecideAgain(number);
  for (const v1::Delivery& delivery : mail->deliveries()) {
    (delivery.lane() == v1::LANE_URGENT ? session.fetched.urgent : session.fetched.bulk) =
        delivery.mailbox_seq();
  }
  if (alterations.pull) alterations.pull(session.agency, *mail);
  session.deliver(*std::move(mail));
  Later(scene_.Between(1, 5), [this, number] { Deliver(number); });
}

// What comes next is looked at again when the last of its new decisions is in the log.
void BrokerHost::DecideAgain(uint64_t number) {
  const Session& session = sessions_.at(number);
  auto undecided = engine_->Undecided(Id(session.agency), session.fetched, Now(), scene_.random);
  if (!undecided.ok()) return EndSession(number, undecided.status());
  auto left = std::make_shared<size_t>(undecided->size());
  for (broker::Command& command : *undecided) {
    Enqueue(std::move(command),
            [this, number, left](const absl::StatusOr<broker::Applied>& applied) {
              if (!applied.ok()) return EndSession(number, applied.status());
              if (--*left == 0) Later(scene_.Between(1, 5), [this, number] { Deliver(number); });
            });
  }
}

void BrokerHost::Acknowledge(uint64_t number, v1::PullAcknowledge acknowledge) {
  const auto found = sessions_.find(number);
  if (found == sessions_.end()) return;
  found->second.acknowledges.push_back(std::move(acknowledge));
  if (found->second.acknowledges.size() == 1) TakeAcknowledge(number, kAdmissions);
}

// One after the other, as the stream is read.
void BrokerHost::TakeAcknowledge(uint64_t number, int tries) {
  const auto found = sessions_.find(number);
  if (found == sessions_.end() || found->second.acknowledges.empty()) return;
  const std::string agency = found->second.agency;
  const auto taken = [this, number] {
    const auto session = sessions_.find(number);
    if (session == sessions_.end()) return;
    session->second.acknowledges.pop_front();
    TakeAcknowledge(number, kAdmissions);
  };
  auto admitted = engine_->AdmitAcknowledgement(found->second.acknowledges.front(), Id(agency),
                                                Now(), scene_.random);
  if (!admitted.ok()) return EndSession(number, admitted.status());
  if (!*admitted) return taken();
  Enqueue(**std::move(admitted),
          [this, number, tries, agency, taken](const absl::StatusOr<broker::Applied>& applied) {
            if (applied.ok()) {
              acknowledged_[agency] = engine_->Acknowledged(Id(agency));
              return taken();
            }
            if (tries > 1 && IsRefusal(applied.status(), Reason::kSnapshotBehind)) {
              return TakeAcknowledge(number, tries - 1);
            }
            EndSession(number, applied.status());
          });
}

void BrokerHost::EndSession(uint64_t number, const absl::Status& status) {
  const auto found = sessions_.find(number);
  if (found == sessions_.end()) return;
  scene_.trace.Add(kName, "ends the pull of " + found->second.agency + ": " + status.ToString());
  const auto deliver = std::move(found->second.deliver);
  sessions_.erase(found);
  deliver(status);
}

}  // namespace entente::testing
