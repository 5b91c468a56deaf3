#include "broker/publications.h"

#include <memory>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"

namespace entente::broker {
namespace {

// Under the vocabulary in force; a policy that cannot be read under it is not public.
bool IsPublic(std::string_view text, const View& view, Instant instant) {
  const auto policy = view.registry.ParsedPolicy(text, instant);
  return policy && policy->explain_public;
}

}  // namespace

std::optional<NamedText> TextNamedBy(v1::EntryKind kind, std::string_view body) {
  v1::SignedStatement statement;
  if (!statement.ParseFromString(std::string(body))) return std::nullopt;
  std::optional<Digest> digest;
  v1::PolicyStatement policy;
  v1::FederationFileStatement file;
  if (kind == v1::ENTRY_KIND_POLICY && policy.ParseFromString(statement.body())) {
    digest = FixedBytes<sizeof(Digest)>(policy.digest());
  } else if (kind == v1::ENTRY_KIND_FEDERATION_FILE && file.ParseFromString(statement.body())) {
    digest = FixedBytes<sizeof(Digest)>(file.digest());
  }
  if (!digest) return std::nullopt;
  return NamedText{policy.jurisdiction(), *digest};
}

void Publications::Add(uint64_t log_index, v1::EntryKind kind, std::string_view body) {
  auto named = TextNamedBy(kind, body);
  MutexLock lock(&mutex_);
  by_body_.emplace(crypto::Sha256(body), log_index);
  if (named) owners_[named->digest] = named->owner;
}

std::optional<uint64_t> Publications::Find(std::string_view body) const {
  MutexLock lock(&mutex_);
  auto it = by_body_.find(crypto::Sha256(body));
  if (it == by_body_.end()) return std::nullopt;
  return it->second;
}

absl::Status Publications::CheckReader(const Digest& text_digest, std::string_view text,
                                       const AgencyId& caller, const View& view,
                                       Instant instant) const {
  auto status = view.registry.CheckAdmitted(caller.text(), view.next_index, instant);
  if (!status.ok()) return status;
  std::string owner;
  {
    MutexLock lock(&mutex_);
    auto it = owners_.find(text_digest);
    if (it == owners_.end()) return absl::NotFoundError("no statement names this text");
    owner = it->second;
  }
  if (owner.empty() || owner == caller.jurisdiction() || IsPublic(text, view, instant)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotAuthorised, "The policy of " + owner + " is not public.");
}

}  // namespace entente::broker
