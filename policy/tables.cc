#include "policy/tables.h"

#include <algorithm>

namespace entente::policy {
namespace {

bool IsLetter(char c) { return c >= 'A' && c <= 'Z'; }

// Whom an agency acts for in an instrument: its State, or itself when international.
std::string_view PartyOf(std::string_view agency) {
  const std::string_view state = StateOf(agency);
  return state == "ORG" ? agency : state;
}

}  // namespace

uint16_t StateNumber(std::string_view code) {
  if (code == "ORG") return kOrgState;
  if (code.size() != 2 || !IsLetter(code[0]) || !IsLetter(code[1])) return kNoState;
  return static_cast<uint16_t>((code[0] - 'A') * 26 + (code[1] - 'A'));
}

std::string_view StateOf(std::string_view agency) { return agency.substr(0, agency.find('.')); }

bool AgencyRow::ActiveAt(Instant t) const {
  return admitted.Holds(t) && std::none_of(suspended.begin(), suspended.end(),
                                           [&](const Interval& i) { return i.Holds(t); });
}

bool InstrumentRow::HasParty(std::string_view party, Instant t) const {
  return std::any_of(parties.begin(), parties.end(), [&](const auto& entry) {
    return entry.first == party && entry.second.Holds(t);
  });
}

std::optional<PolicyReason> InstrumentRow::Bars(std::string_view origin, std::string_view recipient,
                                                Instant t) const {
  if (state != InstrumentState::kInForce) return PolicyReason::kInstrumentNotInForce;
  const std::string_view from = PartyOf(origin);
  const std::string_view to = PartyOf(recipient);
  const bool one_state = from == to;
  if (one_state != (kind == InstrumentKind::kDomestic) || !HasParty(from, t) || !HasParty(to, t)) {
    return PolicyReason::kInstrumentNotParty;
  }
  return std::nullopt;
}

const PolicyTables* Tables::PolicyAt(uint16_t state, Instant t) const {
  if (state >= kStates) return nullptr;
  const auto& versions = policies[state];
  const auto found = std::find_if(versions.rbegin(), versions.rend(),
                                  [&](const auto& policy) { return policy->effective <= t; });
  return found == versions.rend() ? nullptr : found->get();
}

}  // namespace entente::policy
