#include "core/ledger/registry_state.h"

#include <algorithm>
#include <utility>

#include "core/crypto/digest.h"
#include "policy/parse.h"

namespace entente::ledger {

const SnapshotChain::Link& SnapshotChain::Of(uint64_t number) const {
  return (*chunks_[(number - 1) / kChunk])[(number - 1) % kChunk];
}

std::optional<Digest> SnapshotChain::At(uint64_t number) const {
  if (number > number_) return std::nullopt;
  if (number == 0) return Digest{};
  return Of(number).hash;
}

uint64_t SnapshotChain::PolicyAt(uint64_t number) const {
  const uint64_t at = std::min(number, number_);
  return at == 0 ? 0 : Of(at).policy;
}

void SnapshotChain::Append(const Digest& leaf_hash, bool changes_policy) {
  hash_ = crypto::Sha256Concat({hash_, leaf_hash});
  const uint64_t policy = changes_policy ? number_ + 1 : PolicyAt(number_);
  const bool full = number_ % kChunk == 0;
  auto chunk = full ? std::make_shared<std::vector<Link>>()
                    : std::make_shared<std::vector<Link>>(*chunks_.back());
  chunk->push_back({hash_, policy});
  if (full) {
    chunks_.push_back(std::move(chunk));
  } else {
    chunks_.back() = std::move(chunk);
  }
  ++number_;
}

template <typename T, typename Parse>
ParsedFiles::Parsed<T> ParsedFiles::Once(Cache<T> ParsedFiles::*cache, const Key& key,
                                         const Parse& parse) {
  {
    MutexLock lock(&mutex_);
    const auto found = (this->*cache).find(key);
    if (found != (this->*cache).end()) return found->second;
  }
  absl::StatusOr<T> parsed = parse();
  Parsed<T> made = nullptr;
  if (parsed.ok()) {
    made = std::make_shared<const T>(*std::move(parsed));
  } else {
    made = parsed.status();
  }
  MutexLock lock(&mutex_);
  return (this->*cache).emplace(key, std::move(made)).first->second;
}

ParsedFiles::Parsed<policy::Vocabulary> ParsedFiles::Vocabulary(const Digest& digest,
                                                                std::string_view text) {
  return Once(&ParsedFiles::vocabularies_, {Digest{}, digest},
              [&] { return policy::ParseVocabulary(text, "vocabulary"); });
}

ParsedFiles::Parsed<policy::Groups> ParsedFiles::Groups(const Digest& digest,
                                                        std::string_view text) {
  return Once(&ParsedFiles::groups_, {Digest{}, digest},
              [&] { return policy::ParseGroups(text, "groups"); });
}

ParsedFiles::Parsed<policy::Instruments> ParsedFiles::Instruments(
    const Digest& digest, std::string_view text, const NamedVocabulary& vocabulary) {
  return Once(&ParsedFiles::instruments_, {vocabulary.digest, digest},
              [&] { return policy::ParseInstruments(text, "instruments", *vocabulary.words); });
}

ParsedFiles::Parsed<policy::Policy> ParsedFiles::Policy(const Digest& digest, std::string_view text,
                                                        const NamedVocabulary& vocabulary) {
  return Once(&ParsedFiles::policies_, {vocabulary.digest, digest},
              [&]() -> absl::StatusOr<policy::Policy> {
                auto parsed = policy::ParsePolicy(text, "policy", *vocabulary.words);
                if (!parsed.ok() || parsed->vocabulary == vocabulary.words->name()) return parsed;
                return absl::InvalidArgumentError("the policy is written in another vocabulary");
              });
}

void ParsedFiles::Keep(const std::set<Digest>& texts) {
  const auto unnamed = [&](const auto& one) { return !texts.contains(one.first.second); };
  MutexLock lock(&mutex_);
  std::erase_if(vocabularies_, unnamed);
  std::erase_if(groups_, unnamed);
  std::erase_if(instruments_, unnamed);
  std::erase_if(policies_, unnamed);
}

std::shared_ptr<const policy::Snapshot> CompiledSnapshot::Get(Instant instant, uint64_t number,
                                                              const Digest& hash) {
  MutexLock lock(&mutex_);
  if (!compiled_ || !compiled_->serves.Holds(instant)) return nullptr;
  if (compiled_->snapshot->number() != number) {
    compiled_->snapshot = compiled_->snapshot->Renumbered(number, hash);
  }
  return compiled_->snapshot;
}

void CompiledSnapshot::Set(Compiled compiled) {
  MutexLock lock(&mutex_);
  compiled_ = std::move(compiled);
}

std::shared_ptr<CompiledSnapshot> CompiledSnapshot::Clone() const {
  auto out = std::make_shared<CompiledSnapshot>();
  MutexLock lock(&mutex_);
  if (compiled_) out->Set(*compiled_);
  return out;
}

std::shared_ptr<State> State::Clone(bool same_policy) const {
  auto out = std::make_shared<State>(*this);
  out->compiled = same_policy ? compiled->Clone() : std::make_shared<CompiledSnapshot>();
  return out;
}

const AgencyHistory* State::FindHistory(std::string_view agency) const {
  const auto found = agencies.find(agency);
  return found == agencies.end() ? nullptr : found->second.get();
}

const KeyRing* State::FindRing(std::string_view owner) const {
  const auto found = rings.find(owner);
  return found == rings.end() ? nullptr : found->second.get();
}

}  // namespace entente::ledger
