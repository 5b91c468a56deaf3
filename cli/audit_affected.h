// What an agency received, whose node, disk or keys were in other hands: for the notice of the
// breach (Directive (EU) 2016/680 art. 30), made of receipts, by the agency that sent it. Pure;
// safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/audit_receipts.h"
#include "cli/audit_report.h"
#include "cli/audit_report_forms.h"
#include "core/base/instant.h"
#include "core/base/sentences.h"
#include "core/ledger/genesis.h"

namespace entente::cli {

// From when the controller knew of it until the notice is due, by art. 30(1).
inline constexpr int64_t kNoticeDueMs = int64_t{72} * 3'600'000;

struct AffectedQuestion {
  std::string agency;
  // Of the period, by the entry's instant; `until` itself is outside.
  std::optional<Instant> from = {}, until = {};
  std::optional<Instant> aware = {};  // when the controller knew of it
};

// A record that was released to the agency. Two, where receipts contradict each other about the
// decision.
struct AffectedRecord {
  ReportLine line;  // of the decision that counts: the newest, but see `had_before`
  Instant first;    // of the earliest decision of which there is a receipt
  // The newest decision refuses it or came later, and a receipt that the agency itself kept shows
  // that its node had it by an earlier one: a node keeps none before it has opened the record.
  bool had_before = false;

  // A receipt of the agency itself is among the proofs: its node had the record.
  bool IsProvenHad() const;
};

// What went from one agency to the other.
struct AffectedOrigin {
  std::string origin;
  std::vector<AffectedRecord> records;  // by index of the newest decision; at least one
  // Notices from the origin to the agency since; none says of which record.
  size_t recalls = 0, restrictions = 0;

  Instant First() const;  // the earliest decision
  Instant Last() const;   // the newest
};

struct AffectedReport {
  AffectedQuestion question;
  AuditReport proven;                   // every act of the agency, whenever; of `question` its log
  std::vector<AffectedOrigin> origins;  // by name
  std::vector<AffectedRecord> refused;  // released, and then refused on their way out; by index

  // Of all origins in order: the numbers of lines follow it.
  std::vector<const AffectedRecord*> Records() const;
  std::optional<Instant> Due() const;
};

// What a report is to be made of for this: all acts of the agency, of any time.
ReportQuestion AllActsOf(const AffectedQuestion& question);
// The period that is asked, for what counts by it alone.
ReportQuestion PeriodOf(const AffectedQuestion& question);
// `proven`: made of AllActsOf(question).
AffectedReport MakeAffected(const AffectedQuestion& question, AuditReport proven);

// The fields of a record, in this order: those of its line that a notice needs.
std::vector<ReportField> AffectedFields(const ReportLine& line);
// With these, numbered from `first` on.
std::vector<NumberedLine> NumberedRecords(std::span<const AffectedRecord> records, size_t first);

// ---- Forms, as those of a report (cli/audit_report.h)

std::string AffectedText(Language language, const ledger::Genesis& genesis,
                         const AffectedReport& report);
// The records received, each a row.
std::string AffectedCsv(const AffectedReport& report);
std::string AffectedHtml(Language language, const ledger::Genesis& genesis,
                         const AffectedReport& report);
std::string AffectedJson(const ledger::Genesis& genesis, const AffectedReport& report);

// ---- What text and page say in the same words

std::string AffectedTitle(Language language, const AffectedReport& report);
Facts AffectedHead(Language language, const ledger::Genesis& genesis, const AffectedReport& report);
// What the list cannot show.
std::vector<std::string> AffectedLimits(Language language, const AffectedReport& report);
// What was not verified, and what does not fit together. Empty when it is sound.
std::vector<std::string> AffectedFindings(Language language, const AffectedReport& report);
// A row for each origin, under a row of headings.
std::vector<std::vector<std::string>> WhomToTell(Language language, const AffectedReport& report);
std::string OriginHeading(Language language, const AffectedOrigin& origin);
std::vector<std::string> AffectedNotes(Language language, const ledger::Genesis& genesis,
                                       const AffectedReport& report);

}  // namespace entente::cli
