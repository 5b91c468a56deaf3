// What an agency received, on a terminal and for spreadsheets: cli/audit_affected.h.
#include <array>

#include "cli/audit_affected.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

constexpr std::array<std::string_view, 4> kColumns = {"record_reference", "instant", "log_index",
                                                      "verdict"};

std::string RecordsText(Language language, const std::string& heading,
                        std::span<const AffectedRecord> records, size_t first) {
  return "\n" + Printable(heading) + "\n\n" +
         LinesText(language, kColumns, NumberedRecords(records, first));
}

}  // namespace

std::string AffectedText(Language language, const ledger::Genesis& genesis,
                         const AffectedReport& report) {
  std::string out =
      AffectedTitle(language, report) + "\n\n" + FactsText(AffectedHead(language, genesis, report));
  out += Paragraphs(AffectedLimits(language, report));
  out += Paragraphs(AffectedFindings(language, report)) + "\n";
  out += report.origins.empty() ? Say(language, "affected.none", {report.question.agency}) + "\n"
                                : Table(WhomToTell(language, report));
  size_t number = 1;
  for (const AffectedOrigin& origin : report.origins) {
    out += RecordsText(language, OriginHeading(language, origin), origin.records, number);
    number += origin.records.size();
  }
  if (!report.refused.empty()) {
    out +=
        RecordsText(language, Sentence(language, "affected.part.refused"), report.refused, number);
  }
  return out + Paragraphs(AffectedNotes(language, genesis, report));
}

std::string AffectedCsv(const AffectedReport& report) {
  std::string out = CsvNames(AffectedFields(EmptyLine()));
  for (const AffectedRecord* record : report.Records()) out += CsvRow(AffectedFields(record->line));
  return out;
}

}  // namespace entente::cli
