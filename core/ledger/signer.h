// Who signed a statement: reading it strictly and checking its signatures against the keys that the
// state holds. For the sources of core/ledger. Pure; safe from any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ledger/key_lookup.h"
#include "core/ledger/registry_change.h"
#include "core/record/statements.h"
#include "entente/v1/record.pb.h"

namespace entente::ledger {

// One who may sign: any key of that owner and use.
struct Signer {
  std::string owner;
  crypto::KeyUse use;
};

template <typename Body>
struct Signed {
  v1::SignedStatement statement;
  Body body;
};

// Strictly, with all that record::CheckBody demands of a body's form. Refusal malformed,
// unknown-field or not-canonical.
template <typename Body>
absl::StatusOr<Signed<Body>> ReadSigned(std::string_view bytes) {
  auto statement = record::StrictParse<v1::SignedStatement>(bytes);
  if (!statement.ok()) return statement.status();
  auto body = record::ReadBody<Body>(statement->body());
  if (!body.ok()) return body.status();
  return Signed<Body>{*std::move(statement), *std::move(body)};
}

// The keys that signed, in the order of the signatures: each of one of `signers`, valid at `place`.
// Every signature must be good. Refusal key-unknown, key-not-valid-then, bad-signature, those of
// the statement's form, or as Registry::CheckAdmitted.
absl::StatusOr<std::vector<KeyInfo>> VerifySigners(const State& state, Place place,
                                                   std::string_view type,
                                                   const v1::SignedStatement& statement,
                                                   std::span<const Signer> signers);

// That exactly one signed, and it is good. bad-signature for another number.
absl::Status VerifyOne(const State& state, Place place, std::string_view type,
                       const v1::SignedStatement& statement, std::span<const Signer> signers);

// Of a field that ReadSigned has checked.
inline Instant InstantOf(uint64_t ms) { return {static_cast<int64_t>(ms)}; }
// Refusal future-dated when a statement's own instant is beyond the clock tolerance after its
// place.
absl::Status CheckNotFuture(Instant instant, Place place);

}  // namespace entente::ledger
