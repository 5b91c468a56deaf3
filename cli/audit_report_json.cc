// The report for programs: cli/audit_report.h, docs/json.md.
#include "cli/audit_report.h"
#include "cli/audit_report_forms.h"
#include "cli/json.h"
#include "cli/quorum_words.h"
#include "core/base/encoding.h"
#include "core/base/printable.h"
#include "core/base/refusal.h"

namespace entente::cli {
namespace {

Json ValueOf(const ReportField& field) {
  switch (field.form) {
    case ReportField::Form::kFlag:
      return !field.values.empty();
    case ReportField::Form::kList: {
      Json list = Json::array();
      for (const std::string& value : field.values) list.push_back(Printable(value));
      return list;
    }
    case ReportField::Form::kNumber:
      // Made from a number by FieldsOf.
      return field.values.empty() ? Json() : Json(std::stoull(field.values[0]));
    case ReportField::Form::kText:
      break;
  }
  return Printable(field.Joined());
}

Json LineJson(const ReportLine& line) {
  Json json = FieldsJson(FieldsOf(line));
  json["own_receipt_missing"] = line.OwnIsMissing();
  return json;
}

Json NotVerifiedJson(const AuditedReceipt& receipt) {
  const auto refusal = RefusalOf(receipt.why_not);
  return {{"file", Printable(receipt.path)},
          {"reason", refusal ? ReasonText(*refusal) : "not-readable"},
          {"text", Printable(refusal ? refusal->text : std::string(receipt.why_not.message()))}};
}

}  // namespace

Json FieldsJson(std::span<const ReportField> fields) {
  Json json = Json::object();
  for (const ReportField& field : fields) json[std::string(field.name)] = ValueOf(field);
  return json;
}

void AddProof(const ledger::Genesis& genesis, const AuditReport& report, Json& json) {
  json.update({{"federation", genesis->federation},
               {"log", genesis->log_origin},
               {"genesis", DigestText(genesis.digest())},
               {"quorum", QuorumText(genesis)},
               {"sound", report.Sound()},
               {"receipts", report.receipts},
               {"elsewhere", report.elsewhere},
               {"repeated", report.repeated},
               {"not_verified", Json::array()},
               {"two_histories", Json::array()}});
  if (report.log) {
    json["given_log"] = {{"size", report.log->size},
                         {"root", DigestText(report.log->root)},
                         {"decided", report.log->decided},
                         {"receipts_given", report.log->given}};
  }
  for (const AuditedReceipt& receipt : report.not_verified) {
    json["not_verified"].push_back(NotVerifiedJson(receipt));
  }
  for (const TwoHistories& two : report.two_histories) {
    json["two_histories"].push_back(Json::array({Printable(two.one)}));
    if (!two.other.empty()) json["two_histories"].back().push_back(Printable(two.other));
  }
}

std::string ReportJson(const ledger::Genesis& genesis, const AuditReport& report) {
  Json json = {{"jurisdiction", report.question.jurisdiction},
               {"from", FormatInstant(report.question.from)},
               {"until", FormatInstant(report.question.until)}};
  AddProof(genesis, report, json);
  json["own_receipts_missing"] = report.OwnMissing();
  json["lines"] = Json::array();
  for (const ReportLine& line : report.lines) json["lines"].push_back(LineJson(line));
  return JsonLine(json) + "\n";
}

}  // namespace entente::cli
