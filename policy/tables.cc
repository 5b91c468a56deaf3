#include "policy/tables.h"

#include <algorithm>

namespace entente::policy {
namespace {

bool IsLetter(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

uint16_t StateNumber(std::string_view code) {
  if (code == "ORG") return kOrgState;
  if (code.size() != 2 || !IsLetter(code[0]) || !IsLetter(code[1])) return kNoState;
  return static_cast<uint16_t>((code[0] - 'A') * 26 + (code[1] - 'A'));
}

std::string_view StateOf(std::string_view agency) { return agency.substr(0, agency.find('.')); }

void NamingRules::Set(size_t number, size_t rule) {
  if (row_of_.size() <= number) row_of_.resize(number + 1);
  uint16_t& row = row_of_[number];
  if (row == 0) {
    row = static_cast<uint16_t>(rows_.size());
    rows_.emplace_back();
  }
  rows_[row].Set(rule);
}

bool AgencyRow::ActiveAt(Instant t) const {
  return admitted.Holds(t) && std::none_of(suspended.begin(), suspended.end(),
                                           [&](const Interval& i) { return i.Holds(t); });
}

void InstrumentRow::AddParty(const std::string& party, const Interval& member) {
  const uint16_t number = StateNumber(party);
  number < kStates ? states[number].push_back(member)
                   : static_cast<void>(organisations.emplace_back(party, member));
}

bool InstrumentRow::HasParty(const Party& party, Instant t) const {
  const auto holds = [&](const Interval& member) { return member.Holds(t); };
  if (party.state < kOrgState) return std::ranges::any_of(states[party.state], holds);
  return std::ranges::any_of(organisations, [&](const auto& organisation) {
    return organisation.first == party.agency && organisation.second.Holds(t);
  });
}

std::optional<PolicyReason> InstrumentRow::Bars(const Party& origin, const Party& recipient,
                                                Instant t) const {
  if (state != InstrumentState::kInForce) return PolicyReason::kInstrumentNotInForce;
  const bool within_one = origin == recipient;
  if (within_one != (kind == InstrumentKind::kDomestic) || !HasParty(origin, t) ||
      !HasParty(recipient, t)) {
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
