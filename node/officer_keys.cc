#include "node/officer_keys.h"

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/keys.h"
#include "core/record/format.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr int64_t kLongestMs = 2 * 366 * limits::kDayMs;

absl::Status CheckAsked(const v1::PublishOfficerKeyRequest& request, Instant now) {
  if (request.role() != record::kAuthorRole && request.role() != record::kReleaserRole) {
    return RefuseAdvising(Reason::kMalformed, "", "an officer signs as author or as releaser",
                          "publish the key for one of these roles");
  }
  const auto key = FixedBytes<32>(request.public_key());
  if (!key || !crypto::IsSoundKey(crypto::KeyUse::kOfficer, *key)) {
    return Refuse(Reason::kMalformed, "this is no public key with which anything can be verified");
  }
  const uint64_t at = static_cast<uint64_t>(now.ms);
  if (request.until_ms() > at && request.until_ms() - at <= static_cast<uint64_t>(kLongestMs)) {
    return absl::OkStatus();
  }
  return RefuseAdvising(Reason::kMalformed, "", "an officer's key lasts two years at most",
                        "give an end that is to come, such as P1Y");
}

}  // namespace

absl::StatusOr<std::vector<OwnOfficerKey>> AllOfficerKeys(const store::Reader& store) {
  std::vector<OwnOfficerKey> all;
  absl::Status status = ForEachBytes(
      store, kNode, kOfficerKeyPrefix, [&](std::string_view key, std::string_view value) {
        absl::StatusOr<state::OfficerKey> read = ParseStored<state::OfficerKey>(value);
        const auto id = FixedBytes<32>(key.substr(kOfficerKeyPrefix.size()));
        if (read.ok() && id) all.push_back({*id, *std::move(read)});
        return read.status();
      });
  if (!status.ok()) return status;
  return all;
}

absl::StatusOr<KeyId> KeepOfficerKey(const store::Reader& store, const Officers& officers,
                                     const v1::PublishOfficerKeyRequest& request, Instant now,
                                     store::WriteBatch& batch) {
  absl::Status status = CheckAsked(request, now);
  if (status.ok()) status = officers.Check(request.officer(), {request.role()});
  if (!status.ok()) return status;
  const KeyId id =
      crypto::MakeKeyId(crypto::KeyUse::kOfficer, *FixedBytes<32>(request.public_key()));
  const std::string row = Text(kOfficerKeyPrefix, AsText(id));
  absl::StatusOr<std::optional<std::string>> before = store.Get(kNode, row);
  if (!before.ok()) return before.status();
  if (*before) return Refuse(Reason::kMalformed, "this key is published already");
  state::OfficerKey key;
  key.set_officer(request.officer());
  key.set_role(request.role());
  key.set_public_key(request.public_key());
  key.set_from_ms(static_cast<uint64_t>(now.ms - 2 * limits::kClockToleranceMs));
  key.set_until_ms(request.until_ms());
  Save(batch, kNode, row, key);
  return id;
}

absl::StatusOr<state::OfficerKey> KeyOfOfficer(const store::Reader& store, const KeyId& id,
                                               std::string_view officer) {
  absl::StatusOr<std::optional<state::OfficerKey>> key =
      Load<state::OfficerKey>(store, kNode, Text(kOfficerKeyPrefix, AsText(id)));
  if (!key.ok()) return key.status();
  if (!*key) {
    return RefuseAdvising(Reason::kKeyUnknown, "", "this key was never published here",
                          "an administrator publishes it: entente officer key publish");
  }
  if ((*key)->officer() != officer) {
    return Refuse(Reason::kNotAuthorised, "this is another officer's key");
  }
  return **std::move(key);
}

}  // namespace entente::node
