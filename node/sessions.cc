#include "node/sessions.h"

#include <algorithm>
#include <cstdlib>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/passphrase.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

std::string KeyOf(std::string_view officer) { return Text(kPassphrasePrefix, officer); }

absl::StatusOr<bool> IsRight(const state::Passphrase& kept, std::string_view passphrase) {
  const auto salt = FixedBytes<16>(kept.salt());
  const auto hash = crypto::Secret<32>::FromBytes(AsBytes(kept.hash()));
  if (!salt || !hash) {
    return absl::DataLossError(
        "a pass phrase in the store is damaged; an administrator takes it "
        "away, and the officer sets another");
  }
  const absl::StatusOr<crypto::Secret<32>> tried =
      crypto::HashPassphrase(passphrase, *salt, {kept.passes(), kept.memory_bytes()});
  if (!tried.ok()) return tried.status();
  return *tried == *hash;
}

absl::Status Locked(std::string text, std::string advice) {
  return RefuseAdvising(Reason::kSessionLocked, "", std::move(text), std::move(advice));
}

}  // namespace

absl::StatusOr<std::optional<state::Passphrase>> Sessions::Find(std::string_view officer) const {
  return Load<state::Passphrase>(*store_, kNode, KeyOf(officer));
}

absl::StatusOr<bool> Sessions::HasPassphrase(std::string_view officer) const {
  absl::StatusOr<std::optional<state::Passphrase>> kept = Find(officer);
  if (!kept.ok()) return kept.status();
  return kept->has_value();
}

absl::Status Sessions::Enter(std::string_view officer, Instant now) {
  absl::StatusOr<bool> has = HasPassphrase(officer);
  if (!has.ok()) return has.status();
  if (!*has) {
    if (!rule_.require_passphrase) return absl::OkStatus();
    return Locked("this desk asks each officer for a pass phrase, and you have set none",
                  "set one: entente officer passphrase");
  }
  const auto last = last_call_.find(officer);
  // A clock that was set back by as much has not kept anybody at their desk.
  if (last == last_call_.end() || std::abs(now - last->second) > rule_.idle_ms) {
    if (last != last_call_.end()) last_call_.erase(last);
    return Locked(
        Text("your session is locked: by you, for want of a call of yours in ",
             rule_.idle_ms / limits::kMinuteMs, " minutes, or since this node was started"),
        "open it with your pass phrase: entente unlock");
  }
  last->second = now;
  return absl::OkStatus();
}

absl::StatusOr<Sessions::Attempt> Sessions::Try(std::string_view officer,
                                                std::string_view passphrase,
                                                store::WriteBatch& batch, Instant now) const {
  absl::StatusOr<std::optional<state::Passphrase>> found = Find(officer);
  if (!found.ok()) return found.status();
  if (!*found) {
    return RefuseAdvising(Reason::kMalformed, "", "you have set no pass phrase at this desk",
                          "there is nothing to open; entente officer passphrase sets one");
  }
  state::Passphrase kept = **std::move(found);
  if (kept.closed_until_ms() > static_cast<uint64_t>(now.ms)) {
    const Instant until{static_cast<int64_t>(kept.closed_until_ms())};
    return Locked(Text("too many wrong pass phrases: closed until ", FormatInstant(until)),
                  "wait until then; if it was not you, tell the data-protection officer");
  }
  const absl::StatusOr<bool> right = IsRight(kept, passphrase);
  if (!right.ok()) return right.status();
  std::string detail = "session opened";
  if (!*right) {
    kept.set_wrong(kept.wrong() + 1);
    detail = Text("wrong pass phrase, ", kept.wrong(), " of ", limits::kWrongPassphrases);
  }
  const bool closes = !*right && kept.wrong() >= limits::kWrongPassphrases;
  kept.set_closed_until_ms(
      closes ? static_cast<uint64_t>((now + limits::kWrongPassphrasePauseMs).ms) : 0);
  if (*right || closes) kept.set_wrong(0);
  Save(batch, kNode, KeyOf(officer), kept);
  return Attempt{*right, std::move(detail)};
}

absl::Status Sessions::Set(std::string_view officer, std::string_view passphrase, Random& random,
                           store::WriteBatch& batch) const {
  if (passphrase.size() < limits::kPassphraseLeastBytes ||
      passphrase.size() > limits::kPassphraseMostBytes) {
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("a pass phrase has ", limits::kPassphraseLeastBytes, " to ",
                               limits::kPassphraseMostBytes, " characters"),
                          "take four words that nobody would put together");
  }
  const crypto::PassphraseCost cost;
  const auto salt = random.Bytes<16>();
  const absl::StatusOr<crypto::Secret<32>> hash = crypto::HashPassphrase(passphrase, salt, cost);
  if (!hash.ok()) return hash.status();
  state::Passphrase kept;
  kept.set_salt(ToString(salt));
  kept.set_hash(ToString(hash->ExposeSecret()));
  kept.set_passes(cost.passes);
  kept.set_memory_bytes(cost.memory_bytes);
  Save(batch, kNode, KeyOf(officer), kept);
  return absl::OkStatus();
}

absl::StatusOr<bool> Sessions::Lock(std::string_view officer) {
  absl::StatusOr<bool> has = HasPassphrase(officer);
  if (!has.ok()) return has.status();
  if (!*has) {
    return RefuseAdvising(Reason::kMalformed, "",
                          "you have set no pass phrase, so your session does not lock",
                          "set one: entente officer passphrase");
  }
  const auto last = last_call_.find(officer);
  if (last == last_call_.end()) return false;
  last_call_.erase(last);
  return true;
}

void Sessions::Open(std::string_view officer, Instant now) {
  last_call_.insert_or_assign(std::string(officer), now);
}

void Sessions::Forget(std::string_view officer, store::WriteBatch& batch) {
  batch.Delete(kNode, KeyOf(officer));
  const auto last = last_call_.find(officer);
  if (last != last_call_.end()) last_call_.erase(last);
}

}  // namespace entente::node
