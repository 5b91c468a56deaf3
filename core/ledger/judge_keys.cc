// Keys published and revoked: core/ledger/registry_change.h.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/base/agency.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/registry_change.h"
#include "core/ledger/signer.h"

namespace entente::ledger {
namespace {

using crypto::KeyUse;

absl::Status Malformed(std::string text) { return Refuse(Reason::kMalformed, std::move(text)); }

// Whose authority speaks for this owner: an agency's jurisdiction, or the jurisdiction itself.
absl::StatusOr<std::string> JurisdictionOf(const State& state, std::string_view owner) {
  if (state.genesis->FindAuthority(owner)) return std::string(owner);
  const auto agency = AgencyId::Parse(owner);
  if (!agency.ok()) {
    return Refuse(Reason::kWrongAgency, "This jurisdiction has no authority in this federation.");
  }
  return std::string(agency->jurisdiction());
}

bool IsPolicyKey(KeyUse use) {
  return use == KeyUse::kPolicyAuthor || use == KeyUse::kPolicyProtection;
}

bool IsAgencyKey(KeyUse use) {
  constexpr std::array kUses = {KeyUse::kIdentity,        KeyUse::kRecordSigning, KeyUse::kDelivery,
                                KeyUse::kAcknowledgement, KeyUse::kWitness,       KeyUse::kMatching,
                                KeyUse::kOfficer};
  return std::find(kUses.begin(), kUses.end(), use) != kUses.end();
}

absl::StatusOr<KeyInfo> ReadKey(const v1::KeyEntry& entry, std::string_view owner, Place place) {
  const KeyUse use = *crypto::KeyUseFromNumber(entry.use());
  const crypto::PublicKey public_key = *FixedBytes<32>(entry.public_key());
  if (!crypto::IsSoundKey(use, public_key)) {
    return Malformed("The " + std::string(crypto::KeyUseWord(use)) +
                     " key is no key with which anything can be sealed or verified.");
  }
  const Instant from = InstantOf(entry.from_ms());
  const Instant until = InstantOf(entry.until_ms());
  if (use == KeyUse::kDelivery && until - from > limits::kDeliveryKeyLifeMs) {
    return Malformed("A delivery key lasts 7 days at most.");
  }
  return KeyInfo{.owner = std::string(owner),
                 .use = use,
                 .public_key = public_key,
                 .id = crypto::MakeKeyId(use, public_key),
                 .from = from,
                 .until = until,
                 .log_index = place.index,
                 .revoked_at = {},
                 .role = entry.role()};
}

absl::StatusOr<std::vector<KeyInfo>> ReadKeys(const v1::KeyStatement& body, Place place,
                                              const KeyRing* ring) {
  std::set<KeyId> known;
  if (ring) {
    for (const KeyInfo& key : ring->keys) known.insert(key.id);
  }
  std::vector<KeyInfo> out;
  for (const v1::KeyEntry& entry : body.keys()) {
    auto key = ReadKey(entry, body.owner(), place);
    if (!key.ok()) return key.status();
    // A key is published once: else a revoked one could come back.
    if (!known.insert(key->id).second) return Malformed("This key was published before.");
    out.push_back(*std::move(key));
  }
  return out;
}

// Of one use, as the log stands: what was revoked or is over no longer counts.
size_t MostAtOnce(Place place, KeyUse use, std::span<const KeyInfo> before,
                  std::span<const KeyInfo> more) {
  std::vector<std::pair<Instant, int>> steps;
  for (const auto keys : {before, more}) {
    for (const KeyInfo& key : keys) {
      if (key.use != use || key.revoked_at || key.until <= place.instant) continue;
      steps.emplace_back(key.from, 1);
      steps.emplace_back(key.until, -1);
    }
  }
  std::sort(steps.begin(), steps.end());  // where one ends and another begins, the end comes first
  int now = 0, most = 0;
  for (const auto& [instant, step] : steps) most = std::max(most, now += step);
  return static_cast<size_t>(most);
}

absl::Status CheckAtOnce(Place place, const KeyRing* ring, const std::vector<KeyInfo>& keys) {
  const auto before = ring ? std::span(ring->keys) : std::span<const KeyInfo>();
  std::set<KeyUse> uses;
  for (const KeyInfo& key : keys) uses.insert(key.use);
  uses.erase(KeyUse::kOfficer);
  for (const KeyUse use : uses) {
    if (MostAtOnce(place, use, before, keys) > limits::kKeysAtOnce) {
      return Malformed("An owner has 16 keys of one use at most that are valid at one instant.");
    }
  }
  return absl::OkStatus();
}

// One signature does for all keys of a statement, so its keys must all be of one signer.
absl::StatusOr<Signer> SignerFor(const State& state, const std::vector<KeyInfo>& keys,
                                 const v1::KeyStatement& body, const std::string& jurisdiction) {
  const auto all = [&](auto is) {
    return std::all_of(keys.begin(), keys.end(), [&](const KeyInfo& key) { return is(key.use); });
  };
  const bool of_agency = !state.genesis->FindAuthority(body.owner());
  if (!all(of_agency ? IsAgencyKey : IsPolicyKey)) {
    return Malformed("This owner has no keys of such a use.");
  }
  if (!of_agency) return Signer{jurisdiction, KeyUse::kAuthority};
  const auto is_identity = [](KeyUse use) { return use == KeyUse::kIdentity; };
  if (!keys.empty() && all(is_identity)) return Signer{jurisdiction, KeyUse::kAuthority};
  const auto is_other = [](KeyUse use) { return use != KeyUse::kIdentity; };
  if (!all(is_other)) return Malformed("Identity keys come in a statement of their own.");
  return Signer{body.owner(), KeyUse::kIdentity};
}

// An identity key may be published before the day of admission, but only to who has one.
absl::Status CheckOwner(const State& state, const v1::KeyStatement& body) {
  if (state.genesis->FindAuthority(body.owner())) return absl::OkStatus();
  const AgencyHistory* history = state.FindHistory(body.owner());
  if (!history) {
    return Refuse(Reason::kNotAuthorised, "This agency was never admitted to the federation.");
  }
  if (history->events.back().state == AgencyState::kRemoved) {
    return Refuse(Reason::kAgencySuspended, "This agency was removed from the federation.");
  }
  return absl::OkStatus();
}

// A statement replayed would bring back what a later one of the same signer replaced.
absl::Status CheckNewer(const KeysChange& change, const KeyRing* ring) {
  if (!ring) return absl::OkStatus();
  const Instant last = change.by_authority ? ring->last_by_authority : ring->last_by_owner;
  if (change.instant > last) return absl::OkStatus();
  return Refuse({Reason::kSnapshotBehind, "", "A later key statement of this owner is in force.",
                 "Nothing was published. Make a new key statement, and publish that.", "",
                 std::nullopt});
}

absl::StatusOr<KeysChange> ReadKeysChange(Place place, const v1::KeyStatement& body,
                                          const KeyRing* ring) {
  if (static_cast<size_t>(body.keys_size()) > limits::kKeysInStatement) {
    return Malformed("A key statement has 64 keys at most.");
  }
  auto keys = ReadKeys(body, place, ring);
  if (!keys.ok()) return keys.status();
  if (absl::Status status = CheckAtOnce(place, ring, *keys); !status.ok()) return status;
  if (keys->empty() && body.format_versions().empty()) {
    return Malformed("A key statement without keys or formats says nothing.");
  }
  const bool same_formats =
      ring && std::ranges::equal(body.format_versions(), ring->format_versions);
  if (keys->empty() && same_formats) {
    return Malformed("A key statement without keys names the formats that are in force already.");
  }
  if (!body.format_versions().empty() && body.format_versions(0) == 0) {
    return Malformed("Format versions count from 1.");
  }
  const Instant instant = InstantOf(body.instant_ms());
  if (absl::Status status = CheckNotFuture(instant, place); !status.ok()) return status;
  return KeysChange{
      .owner = body.owner(),
      .keys = *std::move(keys),
      .format_versions = {body.format_versions().begin(), body.format_versions().end()},
      .by_authority = false,
      .instant = instant};
}

// Doubt may come after the revocation, and reach further back later; it is never taken back.
absl::Status CheckAddsDoubt(const KeyInfo& key, std::optional<uint64_t> doubted, Place place) {
  if (doubted && *doubted > place.index) {
    return Refuse(Reason::kFutureDated, "A key is doubted from a place that is in the log.");
  }
  const bool more = doubted && (!key.doubted_from || *doubted < *key.doubted_from);
  if (!key.revoked_at || more) return absl::OkStatus();
  return Refuse(Reason::kKeyNotValidThen, "This key is revoked already.");
}

}  // namespace

absl::StatusOr<Change> JudgeKeys(const State& state, Place place, std::string_view bytes) {
  auto read = ReadSigned<v1::KeyStatement>(bytes);
  if (!read.ok()) return read.status();
  const auto jurisdiction = JurisdictionOf(state, read->body.owner());
  if (!jurisdiction.ok()) return jurisdiction.status();
  const KeyRing* ring = state.FindRing(read->body.owner());
  auto change = ReadKeysChange(place, read->body, ring);
  if (!change.ok()) return change.status();
  const auto signer = SignerFor(state, change->keys, read->body, *jurisdiction);
  if (!signer.ok()) return signer.status();
  absl::Status status = VerifyOne(state, place, "keys", read->statement, {&*signer, 1});
  if (!status.ok()) return status;
  if (status = CheckOwner(state, read->body); !status.ok()) return status;
  change->by_authority = signer->use == KeyUse::kAuthority;
  if (status = CheckNewer(*change, ring); !status.ok()) return status;
  return *std::move(change);
}

absl::StatusOr<Change> JudgeRevocation(const State& state, Place place, std::string_view bytes) {
  auto read = ReadSigned<v1::Revocation>(bytes);
  if (!read.ok()) return read.status();
  const v1::Revocation& body = read->body;
  const auto jurisdiction = JurisdictionOf(state, body.owner());
  if (!jurisdiction.ok()) return jurisdiction.status();
  const std::array signers = {Signer{*jurisdiction, KeyUse::kAuthority},
                              Signer{body.owner(), KeyUse::kIdentity}};
  absl::Status status = VerifyOne(state, place, "revocation", read->statement, signers);
  if (!status.ok()) return status;
  if (status = CheckNotFuture(InstantOf(body.instant_ms()), place); !status.ok()) return status;
  const KeyId id = *FixedBytes<32>(body.key_id());
  const KeyRing* ring = state.FindRing(body.owner());
  const auto keys = ring ? std::span(ring->keys) : std::span<const KeyInfo>();
  const auto key =
      std::find_if(keys.begin(), keys.end(), [&](const KeyInfo& one) { return one.id == id; });
  if (key == keys.end()) return Refuse(Reason::kKeyUnknown, "This owner has no such key.");
  const auto doubted = body.has_doubted_from() ? std::optional(body.doubted_from()) : std::nullopt;
  if (status = CheckAddsDoubt(*key, doubted, place); !status.ok()) return status;
  return RevocationChange{body.owner(), id, doubted};
}

}  // namespace entente::ledger
