// What a supervisory authority asks under Directive (EU) 2016/680 art. 25(3), made of receipts:
// the acts that concern a jurisdiction in a period, each with what proves it. Pure; safe from any
// thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/audit_receipts.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/base/sentences.h"
#include "core/ledger/genesis.h"

namespace entente::cli {

struct ReportQuestion {
  std::string jurisdiction;  // "FR", or "ORG" for all international organisations
  Instant from, until;       // by the entry's instant; `until` itself is outside
  std::string agency = {};   // with it, of the jurisdiction this agency alone
};

struct ReportProof {
  std::string reader;  // agency whose receipt it is
  std::string file;
  uint64_t tree_size = 0;
  Digest root{};
  v1::RecipientDecision seen;  // as this reader may see it; empty of an act without decision
};

// The newest policy of a State that the log had put in force.
struct PolicyVersion {
  uint64_t version = 0;
  Digest digest{};
};

// One act towards one recipient. The receipts of sender and recipient are one line.
struct ReportLine {
  uint64_t log_index = 0;
  Digest leaf_hash{};
  Instant instant;
  v1::Part part;       // what every reader's part of it says alike
  std::string sender;  // empty where the part does not name one, so is `recipient`
  std::string recipient;
  bool of_sender = false, of_recipient = false;  // is of the jurisdiction
  std::vector<ReportProof> proofs;               // by reader, one each
  bool contradicted = false;                     // another line tells the same act in another way
  // With the log at hand (cli/audit_report_log.h), if it reaches so far:
  std::optional<PolicyVersion> sender_policy, recipient_policy;
  bool other_state = false;  // the part names a state that the log did not have by then

  const ReportProof* ProofOf(std::string_view reader) const;
  // An agency of the jurisdiction should have a receipt of this act, and it is not here.
  bool OwnIsMissing() const;
};

// What the log signed twice, in two ways: two entries at one index, or two roots of one size.
struct TwoHistories {
  std::string one, other;  // files; `other` empty for the log that was given beside them
};

// A tree that was signed, and the first file that says so.
struct TreeSeen {
  std::string file;
  Digest root{};
};

// The log that was given beside the receipts.
struct LogSeen {
  uint64_t size = 0;
  Digest root{};
  uint64_t decided =
      0;               // submissions and decisions made again of the period, whomever they concern
  uint64_t given = 0;  // of these, those of which a receipt was given
};

struct AuditReport {
  ReportQuestion question;
  std::vector<ReportLine> lines;  // by index, recipient
  size_t receipts = 0;            // files given, each once
  size_t repeated = 0;            // verified, and the same proof as an earlier file's
  size_t elsewhere = 0;           // verified, and nothing of it concerns jurisdiction and period
  std::vector<AuditedReceipt> not_verified;
  std::vector<TwoHistories> two_histories;
  // Of all verified receipts, whatever they concern.
  std::map<uint64_t, TreeSeen> trees;  // by size
  std::set<uint64_t> entries;          // by index
  std::optional<LogSeen> log;

  size_t OwnMissing() const;
  // Every receipt is verified, and nothing contradicts anything else.
  bool Sound() const;
};

// `receipts`: in any order; the same in another order give the same report.
AuditReport MakeReport(const ReportQuestion& question, std::vector<AuditedReceipt> receipts);

// ---- The fields of a line: each form of the report shows these, under these names.

struct ReportField {
  enum class Form : uint8_t { kText, kNumber, kList, kFlag };
  std::string_view name;            // docs/json.md
  std::vector<std::string> values;  // of all but a list one, or none; of a flag "yes", or none
  Form form = Form::kText;

  std::string Joined() const;  // by spaces
};
// Always the same fields in the same order. Digests are "sha256:HEX", ids and pseudonyms hex.
std::vector<ReportField> FieldsOf(const ReportLine& line);
// A line of no act; its fields have the names alone.
ReportLine EmptyLine();

// ---- Forms. Texts from elsewhere are made printable in each of them.

// A table of all lines, then each with all its fields.
std::string ReportText(Language language, const ledger::Genesis& genesis,
                       const AuditReport& report);
// RFC 4180, UTF-8, a header row of the fields' names, whatever the language. Where a spreadsheet
// could take a text for a formula an apostrophe stands before the sign that begins it.
std::string ReportCsv(const AuditReport& report);
// One page without script or anything from outside, for the screen and A4 across.
std::string ReportHtml(Language language, const ledger::Genesis& genesis,
                       const AuditReport& report);
// One line.
std::string ReportJson(const ledger::Genesis& genesis, const AuditReport& report);

// ---- What the text and the page say in the same words

std::string ReportTitle(Language language, const AuditReport& report);
// Name and value of what stands at the head.
using Facts = std::vector<std::pair<std::string, std::string>>;
Facts ReportHead(Language language, const ledger::Genesis& genesis, const AuditReport& report);
// What the report cannot show. Stands at the head, before the lines.
std::vector<std::string> ReportLimits(Language language, const AuditReport& report);
// What was not verified, and what does not fit together: a sentence each. Empty when it is sound.
std::vector<std::string> ReportFindings(Language language, const AuditReport& report);
// How the lines are to be read.
std::vector<std::string> ReportNotes(Language language, const ledger::Genesis& genesis);
std::string ReportFieldName(Language language, std::string_view name);
// A field's values as people read them: "released in part" for release-in-part.
std::string ReportShown(Language language, const ReportField& field);

}  // namespace entente::cli
