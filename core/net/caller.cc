#include "core/net/caller.h"

#include <vector>

#include "core/base/refusal.h"

namespace entente::net {
namespace {

constexpr std::string_view kScheme = "spiffe://";

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t end; (end = text.find(separator)) != text.npos; text.remove_prefix(end + 1)) {
    parts.push_back(text.substr(0, end));
  }
  parts.push_back(text);
  return parts;
}

absl::Status NotAuthenticated(std::string_view uri, std::string_view why) {
  return Refuse(
      Reason::kNotAuthenticated,
      "the certificate's name '" + std::string(uri.substr(0, 256)) + "' " + std::string(why));
}

bool IsJurisdictionOrOrg(std::string_view code) { return code == "ORG" || IsJurisdiction(code); }

std::optional<Caller> ReadPath(const std::vector<std::string_view>& path) {
  if (path.size() == 2 && path[0] == "broker" && IsBrokerName(path[1])) {
    return BrokerCaller(path[1]);
  }
  if (path.size() == 2 && path[0] == "auditor" && IsJurisdictionOrOrg(path[1])) {
    return AuditorCaller(path[1]);
  }
  if (path[0] != "agency" || (path.size() != 3 && path.size() != 5)) return std::nullopt;
  const auto agency = AgencyId::Parse(std::string(path[1]) + "." + std::string(path[2]));
  if (!agency.ok()) return std::nullopt;
  if (path.size() == 3) return AgencyCaller(*agency);
  if (path[3] != "officer" || !IsOfficerId(path[4])) return std::nullopt;
  return OfficerCaller(*agency, path[4]);
}

std::string AgencyPath(const AgencyId& agency) {
  return "/agency/" + std::string(agency.jurisdiction()) + "/" + std::string(agency.name());
}

}  // namespace

Caller AgencyCaller(const AgencyId& agency) {
  return {CallerKind::kAgency, std::string(agency.jurisdiction()), agency, ""};
}

Caller OfficerCaller(const AgencyId& agency, std::string_view officer) {
  return {CallerKind::kOfficer, std::string(agency.jurisdiction()), agency, std::string(officer)};
}

Caller BrokerCaller(std::string_view name) {
  return {CallerKind::kBroker, "", std::nullopt, std::string(name)};
}

Caller AuditorCaller(std::string_view jurisdiction) {
  return {CallerKind::kAuditor, std::string(jurisdiction), std::nullopt, ""};
}

std::string SpiffeId(std::string_view federation, const Caller& caller) {
  const std::string domain = std::string(kScheme) + std::string(federation);
  switch (caller.kind) {
    case CallerKind::kAgency:
      return domain + AgencyPath(*caller.agency);
    case CallerKind::kOfficer:
      return domain + AgencyPath(*caller.agency) + "/officer/" + caller.name;
    case CallerKind::kBroker:
      return domain + "/broker/" + caller.name;
    case CallerKind::kAuditor:
      break;
  }
  return domain + "/auditor/" + caller.jurisdiction;
}

absl::StatusOr<Caller> ParseSpiffeId(std::string_view federation, std::string_view uri) {
  if (!uri.starts_with(kScheme)) return NotAuthenticated(uri, "is no spiffe:// name");
  const std::string_view rest = uri.substr(kScheme.size());
  const size_t slash = rest.find('/');
  if (slash == rest.npos) return NotAuthenticated(uri, "names nobody within its federation");
  if (rest.substr(0, slash) != federation) {
    return NotAuthenticated(uri, "is of another federation than " + std::string(federation));
  }
  auto caller = ReadPath(Split(rest.substr(slash + 1), '/'));
  if (!caller) return NotAuthenticated(uri, "is no agency, officer, broker or auditor");
  return *std::move(caller);
}

}  // namespace entente::net
