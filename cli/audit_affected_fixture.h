// What the tests of `entente-audit affected` share, beside what those of a report do.
#pragma once

#include <string>
#include <vector>

#include "cli/audit_affected.h"
#include "cli/audit_report_fixture.h"

namespace entente::cli {

class AffectedFixture : public ReportFixture {
 protected:
  static policy::Decision Whole() {
    policy::Decision out;
    out.verdict = policy::Verdict::kRelease;
    return out;
  }
  static v1::RecipientDecision Decided(v1::Verdict verdict) {
    v1::RecipientDecision out;
    out.set_recipient("CH.fiu");
    out.set_verdict(verdict);
    if (verdict == v1::VERDICT_REFUSE) out.add_reasons("policy-expired");
    return out;
  }
  // Of what France's unit sent to Switzerland's under this number, at `first_index`.
  uint64_t DecideAgain(uint8_t number, uint64_t first_index, Instant instant, v1::Verdict verdict) {
    const v1::RecipientDecision decided = Decided(verdict);
    return Keep(v1::ENTRY_KIND_DECISION_AGAIN, instant,
                ledger::DecisionAgainParts(ActAt(instant, "FR.fiu"), first_index,
                                           Record(number, "FR.fiu"), decided, decided));
  }
  std::string AgainReceipt(uint8_t number, uint64_t index, const std::string& reader) {
    return Receipt(index, reader, NameOf(number) + "-again-" + std::to_string(index));
  }
  AffectedReport Listed(const std::vector<std::string>& paths,
                        AffectedQuestion question = {}) const {
    if (question.agency.empty()) question.agency = "CH.fiu";
    std::vector<AuditedReceipt> receipts;
    for (const std::string& path : paths) receipts.push_back(Audited(path));
    AuditReport proven = MakeReport(AllActsOf(question), std::move(receipts));
    proven.question = PeriodOf(question);
    return MakeAffected(question, std::move(proven));
  }
  std::string Text(const AffectedReport& report) const {
    return AffectedText(Language::kEnglish, federation.genesis(), report);
  }
  static std::vector<uint64_t> IndicesOf(const AffectedReport& report) {
    std::vector<uint64_t> out;
    for (const AffectedRecord* record : report.Records()) out.push_back(record->line.log_index);
    return out;
  }
  Said Affected(const std::string& more) const {
    return RunAudit("affected --genesis " + Place("genesis.toml") + " " + more);
  }
};

}  // namespace entente::cli
