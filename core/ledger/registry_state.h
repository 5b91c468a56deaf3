// What a Registry holds, for the sources of core/ledger alone. A State is never changed once a
// Registry holds it; what is large in it is shared between states.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/ledger/registry.h"
#include "policy/model.h"
#include "policy/vocabulary.h"

namespace entente::ledger {

struct AgencyEvent {
  AgencyState state = AgencyState::kUnknown;
  Instant from;
  std::optional<Instant> until;
  uint64_t log_index = 0;
};
struct AgencyHistory {
  std::string kind;
  std::string name;
  std::vector<AgencyEvent> events;  // number 1 first; the highest that holds an instant counts
};

struct KeyRing {
  std::vector<KeyInfo> keys;
  std::vector<uint32_t> format_versions;
  // Of the last statement by the authority, and of the last by the owner itself: two clocks.
  Instant last_by_authority, last_by_owner;
};

// The hashes of all snapshots, in shared chunks: appending copies one chunk at most.
class SnapshotChain {
 public:
  uint64_t number() const { return number_; }
  const Digest& hash() const { return hash_; }
  std::optional<Digest> At(uint64_t number) const;
  // The last at or below this one in which what decisions rest on changed; 0 before the first.
  uint64_t PolicyAt(uint64_t number) const;
  void Append(const Digest& leaf_hash, bool changes_policy);

 private:
  static constexpr size_t kChunk = 256;
  struct Link {
    Digest hash{};
    uint64_t policy = 0;
  };
  const Link& Of(uint64_t number) const;

  uint64_t number_ = 0;
  Digest hash_{};
  std::vector<std::shared_ptr<const std::vector<Link>>> chunks_;
};

// A vocabulary, and the digest of its text.
struct NamedVocabulary {
  std::shared_ptr<const policy::Vocabulary> words;
  Digest digest{};
};

// Files parsed once, by the digests of their text and of the vocabulary they are read under.
// Thread-safe; shared by all states of a registry and its copies.
class ParsedFiles {
 public:
  template <typename T>
  using Parsed = absl::StatusOr<std::shared_ptr<const T>>;

  // INVALID_ARGUMENT: as policy/parse.h has it.
  Parsed<policy::Vocabulary> Vocabulary(const Digest& digest, std::string_view text);
  Parsed<policy::Groups> Groups(const Digest& digest, std::string_view text);
  Parsed<policy::Instruments> Instruments(const Digest& digest, std::string_view text,
                                          const NamedVocabulary& vocabulary);
  Parsed<policy::Policy> Policy(const Digest& digest, std::string_view text,
                                const NamedVocabulary& vocabulary);
  // Forgets all others.
  void Keep(const std::set<Digest>& texts);

 private:
  using Key = std::pair<Digest, Digest>;  // vocabulary or zeros, text
  template <typename T>
  using Cache = std::map<Key, Parsed<T>>;

  // From the cache, or `parse()` put there: without the lock, so two may parse the same.
  template <typename T, typename Parse>
  Parsed<T> Once(Cache<T> ParsedFiles::*cache, const Key& key, const Parse& parse);

  Mutex mutex_;
  Cache<policy::Vocabulary> vocabularies_ ABSL_GUARDED_BY(mutex_);
  Cache<policy::Groups> groups_ ABSL_GUARDED_BY(mutex_);
  Cache<policy::Instruments> instruments_ ABSL_GUARDED_BY(mutex_);
  Cache<policy::Policy> policies_ ABSL_GUARDED_BY(mutex_);
};

// The snapshot that was compiled last, with the instants it serves. Thread-safe.
class CompiledSnapshot {
 public:
  struct Compiled {
    std::shared_ptr<const policy::Snapshot> snapshot;
    policy::Interval serves;
  };
  // As compiled for this number, or the same tables under it; null when none serves.
  std::shared_ptr<const policy::Snapshot> Get(Instant instant, uint64_t number, const Digest& hash);
  void Set(Compiled compiled);
  std::shared_ptr<CompiledSnapshot> Clone() const;

 private:
  mutable Mutex mutex_;
  std::optional<Compiled> compiled_ ABSL_GUARDED_BY(mutex_);
};

template <typename Value>
using NameMap = std::map<std::string, Value, std::less<>>;

struct State {
  std::shared_ptr<const Genesis> genesis;
  std::optional<uint64_t> last_index;
  Instant last_instant;
  SnapshotChain chain;
  NameMap<std::shared_ptr<const AgencyHistory>> agencies;
  NameMap<std::shared_ptr<const KeyRing>> rings;    // by owner: agency or jurisdiction
  NameMap<std::vector<FileInForce>> policies;       // by jurisdiction, ascending version
  NameMap<std::vector<FileInForce>> files;          // by type, ascending version
  std::shared_ptr<const audit::TlogPolicy> quorum;  // nullptr: none
  uint64_t quorum_number = 0;
  std::map<Digest, std::shared_ptr<const std::string>> texts;
  std::shared_ptr<ParsedFiles> parsed;
  std::shared_ptr<CompiledSnapshot> compiled;

  // A copy to change. `same_policy`: what decisions rest on stays, so the compiled tables serve on.
  std::shared_ptr<State> Clone(bool same_policy) const;

  const AgencyHistory* FindHistory(std::string_view agency) const;
  const KeyRing* FindRing(std::string_view owner) const;
};

}  // namespace entente::ledger
