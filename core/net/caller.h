// Who is at the other end, from the one URI SAN of its certificate (docs/formats.md, "Names").
// Values and pure functions; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/agency.h"

namespace entente::net {

enum class CallerKind { kAgency, kOfficer, kBroker, kAuditor };

// What a certificate says, once verified. Only AgencyCaller() and its sisters, ParseSpiffeId() and
// TrustAnchors::Identify() make one.
struct Caller {
  CallerKind kind;
  std::string jurisdiction;        // "FR", "ORG"; empty for a broker
  std::optional<AgencyId> agency;  // of kAgency and kOfficer
  std::string name;                // the officer's id, or the broker's name; else empty

  friend bool operator==(const Caller&, const Caller&) = default;
};

Caller AgencyCaller(const AgencyId& agency);
Caller OfficerCaller(const AgencyId& agency, std::string_view officer);
Caller BrokerCaller(std::string_view name);
Caller AuditorCaller(std::string_view jurisdiction);

// "spiffe://F/agency/FR/fiu/officer/anna"
std::string SpiffeId(std::string_view federation, const Caller& caller);
// Refusal not-authenticated: another federation, or no form of docs/formats.md.
absl::StatusOr<Caller> ParseSpiffeId(std::string_view federation, std::string_view uri);

}  // namespace entente::net
