#include "broker/committer.h"

#include <chrono>
#include <iterator>
#include <utility>

#include "core/base/refusal.h"

namespace entente::broker {
namespace {

size_t SizeOf(const std::vector<Command>& commands) {
  size_t bytes = 0;
  for (const Command& command : commands) {
    bytes += command.body.size();
    for (const std::string& attachment : command.attachments) bytes += attachment.size();
  }
  return bytes;
}

}  // namespace

Committer::Committer(Engine& engine, Observers observers)
    : engine_(engine), observers_(std::move(observers)), thread_([this] { Run(); }) {}

Committer::~Committer() { Stop(); }

void Committer::Enqueue(std::vector<Command> commands, Done done) {
  {
    absl::MutexLock lock(&mutex_);
    if (!stopping_) {
      waiting_.push_back({std::move(commands), std::move(done)});
      return;
    }
  }
  done(Outcomes(commands.size(), Refuse(Reason::kShuttingDown, "the broker is stopping")));
}

void Committer::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Committer::Run() {
  while (true) {
    std::vector<Waiting> taken = Take();
    if (taken.empty()) return;
    Commit(std::move(taken));
  }
}

std::vector<Committer::Waiting> Committer::Take() {
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  };
  std::vector<Waiting> taken;
  size_t commands = 0, bytes = 0;
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&ready));
  while (!waiting_.empty() && commands < kCommitCommands && bytes < kCommitBytes) {
    commands += waiting_.front().commands.size();
    bytes += SizeOf(waiting_.front().commands);
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return taken;
}

absl::StatusOr<CommitResult> Committer::CommitAll(const std::vector<Command>& commands) {
  if (!failure_.ok()) return failure_;
  const auto start = std::chrono::steady_clock::now();
  auto result = engine_.Commit(commands);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (result.ok()) {
    observers_.committed(commands.size(), took.count());
  } else {
    Tell(result.status());
  }
  return result;
}

void Committer::Tell(const absl::Status& status) {
  if (RefusalOf(status)) {
    observers_.refused(status);
    return;
  }
  failure_ = status;
  observers_.failed(status);
}

void Committer::Commit(std::vector<Waiting> taken) {
  std::vector<Command> commands;
  std::vector<size_t> counts;
  for (Waiting& waiting : taken) {
    counts.push_back(waiting.commands.size());
    std::move(waiting.commands.begin(), waiting.commands.end(), std::back_inserter(commands));
  }
  auto result = CommitAll(commands);
  if (result.ok()) observers_.delivered(result->delivered_to);
  size_t next = 0;
  for (size_t i = 0; i < taken.size(); ++i) {
    Outcomes outcomes;
    for (size_t k = 0; k < counts[i]; ++k, ++next) {
      if (result.ok()) {
        outcomes.push_back(std::move(result->applied[next]));
      } else {
        outcomes.push_back(result.status());
      }
    }
    taken[i].done(std::move(outcomes));
  }
}

}  // namespace entente::broker
