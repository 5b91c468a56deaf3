// What the tests of the witness share: a log that is small and whole in memory, one that forked
// from it, a clock set by hand, and a memory that can fail.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/audit/audit_fixture.h"
#include "core/audit/witness.h"

namespace entente::audit {

inline constexpr char kWitnessName[] = "entente.test/witness/FR.fiu";
inline constexpr uint8_t kWitnessSeed = 77;

class HandClock final : public Clock {
 public:
  Instant Now() override {
    MutexLock lock(&mutex_);
    return now_;
  }
  void Set(int64_t seconds) {
    MutexLock lock(&mutex_);
    now_ = {seconds * 1000 + 999};
  }

 private:
  Mutex mutex_;
  Instant now_ ABSL_GUARDED_BY(mutex_){1'700'000'000'000};
};

// Keeps notes as a disk would; `save` is asked first and may refuse.
class FakeMemory final : public WitnessMemory {
 public:
  absl::StatusOr<std::optional<std::string>> Load(const std::string& origin) override {
    MutexLock lock(&mutex_);
    auto found = notes_.find(origin);
    if (found == notes_.end()) return std::nullopt;
    return found->second;
  }
  absl::Status Save(const std::string& origin, std::string_view note) override {
    if (absl::Status asked = save(); !asked.ok()) return asked;
    MutexLock lock(&mutex_);
    notes_[origin] = std::string(note);
    ++saves_;
    return absl::OkStatus();
  }
  std::string Place(const std::string& origin) const override { return "state of " + origin; }

  std::string& note(const std::string& origin) {
    MutexLock lock(&mutex_);
    return notes_[origin];
  }
  int saves() {
    MutexLock lock(&mutex_);
    return saves_;
  }

  std::function<absl::Status()> save = [] { return absl::OkStatus(); };

 private:
  Mutex mutex_;
  std::map<std::string, std::string> notes_ ABSL_GUARDED_BY(mutex_);
  int saves_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The bodies that a log with these leaves would send.
class SmallLog {
 public:
  explicit SmallLog(std::string text = "entry ", size_t size = 40) {
    for (size_t i = 0; i < size; ++i) leaves_.push_back(LeafHash(text + std::to_string(i)));
    nodes_ = std::make_unique<MemoryNodes>(leaves_);
  }
  Digest Root(size_t size) const { return NaiveRoot(std::span(leaves_).first(size)); }
  Proof From(uint64_t size1, uint64_t size2) const {
    return size1 == 0 ? Proof{} : *MakeConsistency(size1, size2, nodes_->Source());
  }
  std::string Note(size_t size, uint8_t key = 1) const {
    return *SignCheckpoint({kOrigin, size, Root(size)}, TestKey(key));
  }
  std::string Body(uint64_t old_size, size_t size, uint8_t key = 1) const {
    return FormatAddCheckpoint(
        {old_size, old_size <= size ? From(old_size, size) : Proof{}, Note(size, key)});
  }

 private:
  std::vector<Digest> leaves_;
  std::unique_ptr<MemoryNodes> nodes_;
};

inline absl::StatusOr<std::unique_ptr<Witness>> OpenWitness(
    WitnessMemory& memory, Clock& clock, const std::vector<VerifierKey>& logs = {LogKey()},
    uint8_t seed = kWitnessSeed) {
  return Witness::Open(kWitnessName, TestKey(seed), logs, memory, clock);
}

// What a client does with a cosignature: puts its line under the note and verifies it.
inline absl::StatusOr<uint64_t> CosignedAt(const std::string& note, const std::string& line,
                                           const VerifierKey& witness, const VerifierKey& log) {
  auto verified = VerifyCheckpoint(note + line, log, {&witness, 1});
  if (!verified.ok()) return verified.status();
  if (verified->cosignatures.size() != 1) return absl::NotFoundError("no cosignature");
  return verified->cosignatures[0].time;
}

}  // namespace entente::audit
