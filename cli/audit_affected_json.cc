// What an agency received, for programs: cli/audit_affected.h, docs/json.md.
#include <set>

#include "cli/audit_affected.h"
#include "core/base/printable.h"

namespace entente::cli {
namespace {

Json InstantJson(const std::optional<Instant>& instant) {
  return instant ? Json(FormatInstant(*instant)) : Json();
}

Json RecordsJson(std::span<const AffectedRecord> records) {
  Json list = Json::array();
  for (const AffectedRecord& record : records) {
    Json json = FieldsJson(AffectedFields(record.line));
    json["first_instant"] = FormatInstant(record.first);
    json["proven_had"] = record.IsProvenHad();
    json["had_before"] = record.had_before;
    list.push_back(std::move(json));
  }
  return list;
}

Json OriginJson(const AffectedOrigin& origin) {
  return {{"origin", Printable(origin.origin)},
          {"count", origin.records.size()},
          {"first", FormatInstant(origin.First())},
          {"last", FormatInstant(origin.Last())},
          {"recalls", origin.recalls},
          {"restrictions", origin.restrictions},
          {"records", RecordsJson(origin.records)}};
}

}  // namespace

std::string AffectedJson(const ledger::Genesis& genesis, const AffectedReport& report) {
  const AffectedQuestion& asked = report.question;
  Json json = {{"agency", asked.agency},
               {"from", InstantJson(asked.from)},
               {"until", InstantJson(asked.until)},
               {"aware", InstantJson(asked.aware)},
               {"due", InstantJson(report.Due())}};
  AddProof(genesis, report.proven, json);
  std::set<uint64_t> doubtful;
  for (const ReportLine& line : report.proven.lines) {
    if (line.contradicted || line.other_state) doubtful.insert(line.log_index);
  }
  json["doubtful_entries"] = doubtful;
  json["records"] = report.Records().size();
  json["origins"] = Json::array();
  for (const AffectedOrigin& origin : report.origins) json["origins"].push_back(OriginJson(origin));
  json["refused_at_release"] = RecordsJson(report.refused);
  return JsonLine(json) + "\n";
}

}  // namespace entente::cli
