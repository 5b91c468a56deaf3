#include "cli/render_people.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

std::string RoleWords(Language language, const v1::Officer& officer) {
  Row roles;
  for (const std::string& role : officer.roles()) roles.push_back(Word(language, "role", role));
  return absl::StrJoin(roles, ", ");
}

std::string WhyText(Language language, const v1::Consultation& row) {
  Row parts;
  if (row.outside()) parts.push_back(Say(language, "outside.read"));
  if (!row.detail().empty()) parts.push_back("[" + row.detail() + "]");
  if (!row.justification().empty()) parts.push_back(row.justification());
  return absl::StrJoin(parts, " ");
}

}  // namespace

std::string RenderOfficers(Language language, const v1::ListOfficersResponse& response) {
  std::vector<Row> rows = {Heads(language, {"officer", "roles", "unit", "name"})};
  for (const auto& officer : response.officers()) {
    rows.push_back({officer.id(), RoleWords(language, officer), officer.unit(), officer.name()});
  }
  return Table(rows);
}

std::string RenderUnits(Language language, const v1::ListUnitsResponse& response) {
  if (response.units().empty()) return Say(language, "unit.none") + "\n";
  std::vector<Row> units = {Heads(language, {"unit", "officer"})};
  for (const v1::Unit& unit : response.units()) {
    units.push_back({unit.name(), absl::StrJoin(unit.officers(), ", ")});
  }
  std::string out = Table(units);
  if (response.rules().empty()) return out + Say(language, "unit.no-rules") + "\n";
  std::vector<Row> rules = {Heads(language, {"kind", "from", "unit"})};
  for (const v1::UnitRule& rule : response.rules()) {
    const bool any = rule.kind() == v1::RECORD_KIND_UNSPECIFIED;
    rules.push_back(
        {any ? Say(language, "unit.any-kind") : Word(language, "kind", std::to_string(rule.kind())),
         rule.origin().empty() ? Say(language, "unit.anywhere") : rule.origin(), rule.unit()});
  }
  return out + "\n" + Table(rules);
}

std::string RenderAssigned(Language language, const v1::AssignResponse& response) {
  const std::string& id = response.record_id().empty() ? response.case_id() : response.record_id();
  const std::string officers = absl::StrJoin(response.officers(), ", ");
  const bool both = !officers.empty() && !response.unit().empty();
  return Say(language, "unit.assigned", {id, response.unit() + (both ? ", " : "") + officers}) +
         "\n";
}

std::string RenderConsultations(Language language, const v1::ConsultationsResponse& response) {
  std::vector<Row> rows = {Heads(language, {"number", "instant", "officer", "operation", "record",
                                            "purpose", "justification"})};
  for (const auto& row : response.consultations()) {
    rows.push_back({std::to_string(row.number()), InstantText(row.instant_ms()), row.officer(),
                    Word(language, "operation", row.operation()),
                    row.asked().empty() ? row.record_id() : row.asked(), row.purpose(),
                    WhyText(language, row)});
  }
  return Table(rows);
}

}  // namespace entente::cli
