#include "core/ledger/registry_state.h"

#include <utility>

#include "core/crypto/digest.h"
#include "policy/parse.h"

namespace entente::ledger {

std::optional<Digest> SnapshotChain::At(uint64_t number) const {
  if (number > number_) return std::nullopt;
  if (number == 0) return Digest{};
  return (*chunks_[(number - 1) / kChunk])[(number - 1) % kChunk];
}

void SnapshotChain::Append(const Digest& leaf_hash) {
  hash_ = crypto::Sha256Concat({hash_, leaf_hash});
  const bool full = number_ % kChunk == 0;
  auto chunk = full ? std::make_shared<std::vector<Digest>>()
                    : std::make_shared<std::vector<Digest>>(*chunks_.back());
  chunk->push_back(hash_);
  if (full) {
    chunks_.push_back(std::move(chunk));
  } else {
    chunks_.back() = std::move(chunk);
  }
  ++number_;
}

std::shared_ptr<const policy::Policy> ParsedFiles::Policy(const Digest& digest,
                                                          const std::string& text,
                                                          const Digest& vocabulary_digest,
                                                          const policy::Vocabulary& vocabulary) {
  const Key key{vocabulary_digest, digest};
  {
    MutexLock lock(&mutex_);
    const auto found = policies_.find(key);
    if (found != policies_.end()) return found->second;
  }
  auto parsed = policy::ParsePolicy(text, "policy", vocabulary);
  std::shared_ptr<const policy::Policy> made;
  if (parsed.ok() && parsed->vocabulary == vocabulary.name()) {
    made = std::make_shared<const policy::Policy>(*std::move(parsed));
  }
  MutexLock lock(&mutex_);
  return policies_.emplace(key, std::move(made)).first->second;
}

void ParsedFiles::Keep(const std::set<Digest>& policies) {
  MutexLock lock(&mutex_);
  std::erase_if(policies_, [&](const auto& one) { return !policies.contains(one.first.second); });
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
