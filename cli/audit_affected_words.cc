// What the list of what an agency received says to people: cli/audit_affected.h.
#include <algorithm>
#include <iterator>
#include <set>

#include "cli/audit_affected.h"
#include "cli/quorum_words.h"
#include "cli/text.h"
#include "core/base/agency.h"

namespace entente::cli {
namespace {

std::string JurisdictionOf(const std::string& agency) {
  const auto id = AgencyId::Parse(agency);
  return id.ok() ? std::string(id->jurisdiction()) : "";
}

std::string InstantOr(Language language, const std::optional<Instant>& instant,
                      std::string_view otherwise) {
  return instant ? FormatInstant(*instant) : Sentence(language, otherwise);
}

// The numbers of the lines of which this is so.
template <typename Is>
std::string NumbersOf(const AffectedReport& report, Is is) {
  std::string out;
  const auto records = report.Records();
  for (size_t i = 0; i < records.size(); ++i) {
    if (is(*records[i])) out += (out.empty() ? "" : ", ") + std::to_string(i + 1);
  }
  return out;
}

std::string LimitOfLog(Language language, const AffectedReport& report) {
  const LogSeen& log = *report.proven.log;
  return Say(language, "affected.limit.log",
             {std::to_string(log.decided), std::to_string(log.given),
              std::to_string(log.decided - log.given), report.question.agency});
}

}  // namespace

std::string AffectedTitle(Language language, const AffectedReport& report) {
  return Say(language, "affected.title", {report.question.agency});
}

Facts AffectedHead(Language language, const ledger::Genesis& genesis,
                   const AffectedReport& report) {
  const AffectedQuestion& asked = report.question;
  Facts out;
  const auto add = [&](std::string_view name, std::string value) {
    out.emplace_back(Sentence(language, "affected.head." + std::string(name)), std::move(value));
  };
  add("for", Say(language, "affected.for", {asked.agency, JurisdictionOf(asked.agency)}));
  add("from", InstantOr(language, asked.from, "affected.from-beginning"));
  add("until", InstantOr(language, asked.until, "affected.until-end"));
  if (const auto due = report.Due()) {
    add("aware", FormatInstant(*asked.aware));
    add("due", Say(language, "affected.due", {FormatInstant(*due)}));
  }
  add("origins", std::to_string(report.origins.size()));
  add("records", std::to_string(report.Records().size()));
  add("proven-had", std::to_string(std::ranges::count_if(report.Records(), [](const auto* record) {
        return record->IsProvenHad();
      })));
  add("refused", std::to_string(report.refused.size()));
  std::ranges::move(FactsOfLog(language, genesis, report.proven), std::back_inserter(out));
  std::ranges::move(FactsOfReceipts(language, report.proven), std::back_inserter(out));
  return out;
}

std::vector<std::string> AffectedLimits(Language language, const AffectedReport& report) {
  const std::string& agency = report.question.agency;
  std::vector<std::string> out = {Say(language, "affected.limit.given", {agency})};
  if (report.proven.log) out.push_back(LimitOfLog(language, report));
  if (report.question.from) out.push_back(Say(language, "affected.limit.from"));
  const std::string before =
      NumbersOf(report, [](const AffectedRecord& record) { return record.had_before; });
  if (!before.empty()) out.push_back(Say(language, "affected.limit.before", {before, agency}));
  if (!report.refused.empty()) out.push_back(Say(language, "affected.limit.refused", {agency}));
  return out;
}

std::vector<std::string> AffectedFindings(Language language, const AffectedReport& report) {
  std::vector<std::string> out = FindingsOfReceipts(language, report.proven);
  std::set<uint64_t> contradicted;
  for (const ReportLine& line : report.proven.lines) {
    const std::string index = std::to_string(line.log_index);
    if (line.contradicted && contradicted.insert(line.log_index).second) {
      out.push_back(Say(language, "affected.contradicted", {index}));
    }
    if (line.other_state) out.push_back(Say(language, "affected.other-state", {index}));
  }
  return out;
}

std::vector<std::vector<std::string>> WhomToTell(Language language, const AffectedReport& report) {
  std::vector<std::vector<std::string>> rows(1);
  for (const char* name : {"origin", "records", "first", "last", "recalls", "restrictions"}) {
    rows[0].push_back(Sentence(language, "affected.tell." + std::string(name)));
  }
  for (const AffectedOrigin& origin : report.origins) {
    rows.push_back({origin.origin, std::to_string(origin.records.size()),
                    FormatInstant(origin.First()), FormatInstant(origin.Last()),
                    std::to_string(origin.recalls), std::to_string(origin.restrictions)});
  }
  return rows;
}

std::string OriginHeading(Language language, const AffectedOrigin& origin) {
  return Say(language, "affected.origin", {origin.origin, std::to_string(origin.records.size())});
}

std::vector<std::string> AffectedNotes(Language language, const ledger::Genesis& genesis,
                                       const AffectedReport& report) {
  std::vector<std::string> out;
  const std::string& agency = report.question.agency;
  for (const char* note : {"content", "decided", "sections", "had", "notices", "asked", "sent"}) {
    out.push_back(Say(language, "affected.note." + std::string(note), {agency}));
  }
  out.push_back(Sentence(language, "report.note.proof"));
  out.push_back(QuorumSentence(language, genesis));
  return out;
}

}  // namespace entente::cli
