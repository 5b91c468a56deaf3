// What the report says to people, in text and on the page alike: cli/audit_report.h.
#include <algorithm>
#include <map>

#include "cli/audit_report.h"
#include "cli/audit_report_forms.h"
#include "cli/quorum_words.h"
#include "cli/text.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"

namespace entente::cli {
namespace {

class Head {
 public:
  explicit Head(Language language) : language_(language) {}

  void Add(std::string_view name, std::string value) {
    out_.emplace_back(Sentence(language_, "report.head." + std::string(name)), std::move(value));
  }
  void Count(std::string_view name, size_t count) { Add(name, std::to_string(count)); }
  void Append(Facts facts) { std::ranges::move(facts, std::back_inserter(out_)); }
  Facts Take() { return std::move(out_); }

 private:
  Language language_;
  Facts out_;
};

// How many trees the lines are proven in, and the largest of them.
std::string Checkpoints(Language language, const AuditReport& report) {
  std::map<uint64_t, Digest> trees;
  for (const ReportLine& line : report.lines) {
    for (const ReportProof& proof : line.proofs) trees.emplace(proof.tree_size, proof.root);
  }
  if (trees.empty()) return Say(language, "report.no-checkpoint");
  const auto& [size, root] = *trees.rbegin();
  return Say(language, "report.checkpoints",
             {std::to_string(trees.size()), std::to_string(size), DigestText(root)});
}

std::string WhyNot(Language language, const AuditedReceipt& receipt) {
  const auto refusal = RefusalOf(receipt.why_not);
  if (!refusal) return MessageIn(language, receipt.why_not);
  return ReasonWords(language, ReasonText(*refusal)) + " " + refusal->text;
}

std::string ValueWord(Language language, std::string_view field, const std::string& value) {
  if (field == "side") return Sentence(language, "report.side." + value);
  if (field == "verdict") return Sentence(language, "audit.verdict." + value);
  if (field == "reasons" || field == "refused") return ReasonWords(language, value);
  if (field == "contradicted") return Sentence(language, "report.yes");
  if (field != "act") return value;
  const size_t colon = value.find(':');
  const std::string act = Word(language, "entry", value.substr(0, colon));
  return colon == value.npos ? act : act + " (" + value.substr(colon + 1) + ")";
}

}  // namespace

std::string ReportTitle(Language language, const AuditReport& report) {
  return Say(language, "report.title", {report.question.jurisdiction});
}

Facts FactsOfLog(Language language, const ledger::Genesis& genesis, const AuditReport& report) {
  Head to(language);
  to.Add("federation", genesis->federation);
  to.Add("log", genesis->log_origin);
  to.Add("genesis", DigestText(genesis.digest()));
  to.Add("checkpoints", Checkpoints(language, report));
  if (report.log) {
    to.Add("given-log", Say(language, "report.given-log",
                            {std::to_string(report.log->size), DigestText(report.log->root)}));
  }
  return to.Take();
}

Facts FactsOfReceipts(Language language, const AuditReport& report) {
  Head to(language);
  to.Count("receipts", report.receipts);
  to.Count("not-verified", report.not_verified.size());
  to.Count("elsewhere", report.elsewhere);
  to.Count("repeated", report.repeated);
  return to.Take();
}

Facts ReportHead(Language language, const ledger::Genesis& genesis, const AuditReport& report) {
  Head to(language);
  to.Add("for", Say(language, "report.for", {report.question.jurisdiction}));
  to.Add("from", FormatInstant(report.question.from));
  to.Add("until", FormatInstant(report.question.until));
  to.Append(FactsOfLog(language, genesis, report));
  to.Count("lines", report.lines.size());
  to.Append(FactsOfReceipts(language, report));
  to.Count("own-missing", report.OwnMissing());
  return to.Take();
}

std::vector<std::string> ReportLimits(Language language, const AuditReport& report) {
  const std::string& whose = report.question.jurisdiction;
  std::vector<std::string> out = {Say(language, "report.limit.given", {whose})};
  if (report.log) {
    const LogSeen& log = *report.log;
    out.push_back(Say(language, "report.limit.log",
                      {std::to_string(log.decided), std::to_string(log.given),
                       std::to_string(log.decided - log.given)}));
  }
  if (report.OwnMissing() == 0) return out;
  std::string numbers;
  for (size_t i = 0; i < report.lines.size(); ++i) {
    if (!report.lines[i].OwnIsMissing()) continue;
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(i + 1);
  }
  out.push_back(Say(language, "report.limit.own-missing", {whose, numbers}));
  return out;
}

std::vector<std::string> FindingsOfReceipts(Language language, const AuditReport& report) {
  std::vector<std::string> out;
  for (const AuditedReceipt& receipt : report.not_verified) {
    out.push_back(Say(language, "report.not-verified", {receipt.path, WhyNot(language, receipt)}));
  }
  for (const TwoHistories& two : report.two_histories) {
    out.push_back(two.other.empty() ? Say(language, "report.other-history", {two.one})
                                    : Say(language, "report.two-histories", {two.one, two.other}));
  }
  return out;
}

std::vector<std::string> ReportFindings(Language language, const AuditReport& report) {
  std::vector<std::string> out = FindingsOfReceipts(language, report);
  for (size_t i = 0; i < report.lines.size(); ++i) {
    const ReportLine& line = report.lines[i];
    const std::string number = std::to_string(i + 1), index = std::to_string(line.log_index);
    if (line.contradicted) out.push_back(Say(language, "report.contradicted", {number, index}));
    if (line.other_state) out.push_back(Say(language, "report.other-state", {number}));
  }
  return out;
}

std::vector<std::string> ReportNotes(Language language, const ledger::Genesis& genesis) {
  std::vector<std::string> out;
  for (const char* note :
       {"rules", "sections", "snapshot", "policies", "persons", "other-acts", "labels", "proof"}) {
    out.push_back(Sentence(language, "report.note." + std::string(note)));
  }
  out.push_back(QuorumSentence(language, genesis));
  return out;
}

std::string ReportFieldName(Language language, std::string_view name) {
  return Sentence(language, "report.field." + std::string(name));
}

std::string ReportShown(Language language, const ReportField& field) {
  std::string out;
  for (const std::string& value : field.values) {
    out += (out.empty() ? "" : ", ") + ValueWord(language, field.name, value);
  }
  return out;
}

}  // namespace entente::cli
