#include "cli/audit_render.h"

#include <algorithm>

#include "cli/quorum_words.h"
#include "cli/text.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/parts.h"
#include "core/record/reference.h"

namespace entente::cli {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

std::string Joined(const Texts& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

class Renderer {
 public:
  explicit Renderer(Language language) : language_(language) {}

  void Line(std::string_view key, std::initializer_list<std::string_view> arguments = {}) {
    out_ += cli::Say(language_, key, arguments) + "\n";
  }
  void Field(std::string_view name, const std::string& value) {
    rows_.push_back({" ", Sentence(language_, "audit.field." + std::string(name)), value});
  }
  std::string Say(std::string_view key, std::initializer_list<std::string_view> arguments) {
    return cli::Say(language_, key, arguments);
  }
  void FlushFields() {
    out_ += Table(rows_);
    rows_.clear();
  }
  void TextsLine(std::string_view key, const Texts& texts) {
    if (!texts.empty()) Line(key, {Joined(texts)});
  }
  void ReasonsLine(std::string_view key, Texts reasons) {
    for (std::string& reason : reasons) reason = ReasonWords(language_, reason);
    TextsLine(key, reasons);
  }
  Language language() const { return language_; }
  std::string& out() { return out_; }

 private:
  Language language_;
  std::string out_;
  std::vector<std::vector<std::string>> rows_;
};

void RenderRecord(Renderer& to, const ProvenRecord& record) {
  if (const auto id = FixedBytes<16>(record.id)) {
    to.Field("record", HexEncode(*id) + "  " + record::SpokenReference(*id));
  }
  if (const auto hash = FixedBytes<32>(record.hash)) to.Field("hash", DigestText(*hash));
}

void RenderAct(Renderer& to, const ledger::ReceiptFacts& facts) {
  const v1::Part& part = facts.verified.part;
  to.Field("logged",
           to.Say("audit.logged",
                  {Word(to.language(), "entry", ledger::EntryKindWord(part.kind())),
                   std::to_string(facts.verified.log_index), std::to_string(facts.tree_size)}));
  to.Field("instant", FormatInstant(facts.verified.entry.instant));
  to.Field("acted", part.acting_agency());
  to.Field("officer", part.officer_pseudonym().empty()
                          ? to.Say("audit.no-officer", {})
                          : HexEncode(AsBytes(part.officer_pseudonym())));
  if (const auto digest = FixedBytes<32>(part.justification_digest())) {
    to.Field("justification", DigestText(*digest));
  }
  to.Field("reader", part.reader());
}

void RenderDecision(Renderer& to, const v1::RecipientDecision& decision) {
  const auto verdict = ledger::FromProto(decision.verdict());
  const std::string word =
      "audit.verdict." +
      std::string(policy::VerdictWord(verdict.value_or(policy::Verdict::kRefuse)));
  to.Line("audit.recipient", {decision.recipient(), to.Say(word, {})});
  to.TextsLine("audit.rules", decision.rules());
  to.ReasonsLine("audit.reasons", decision.reasons());
  to.TextsLine("audit.obligations", decision.obligations());
  if (!decision.contact().empty()) to.Line("audit.contact", {decision.contact()});
  for (const v1::WithheldSection& section : decision.withheld()) {
    to.Line("audit.withheld", {HexEncode(AsBytes(section.section_id()))});
    to.TextsLine("audit.withheld-rules", section.rules());
    to.ReasonsLine("audit.withheld-reasons", section.reasons());
  }
}

void RenderSubmission(Renderer& to, const v1::SubmissionPart& submission) {
  to.Field("snapshot",
           to.Say("audit.snapshot", {std::to_string(submission.snapshot_number()),
                                     DigestText(*FixedBytes<32>(submission.snapshot_hash()))}));
  to.FlushFields();
  for (const v1::RecipientDecision& decision : submission.decisions()) {
    RenderDecision(to, decision);
  }
}

void RenderFacts(Renderer& to, const ledger::ReceiptFacts& facts) {
  const v1::Part& part = facts.verified.part;
  RenderRecord(to, RecordOf(part));
  RenderAct(to, facts);
  switch (part.event_case()) {
    case v1::Part::kSubmission:
      return RenderSubmission(to, part.submission());
    case v1::Part::kAgain:
      to.Field("first", std::to_string(part.again().first_index()));
      return RenderSubmission(to, part.again().decided());
    case v1::Part::kRefusal:
      to.Field("refused", ReasonWords(to.language(), part.refusal().reason()));
      return to.FlushFields();
    case v1::Part::kExpiry:
      to.Field("expired", part.expiry().recipient());
      return to.FlushFields();
    default:
      to.FlushFields();
      to.Line("audit.no-event", {Word(to.language(), "entry", ledger::EntryKindWord(part.kind()))});
  }
}

void RenderReceipt(Renderer& to, const AuditedReceipt& receipt) {
  if (receipt.verified()) {
    to.Line("audit.verified", {receipt.path});
    return RenderFacts(to, *receipt.facts);
  }
  const std::string detail = MessageIn(to.language(), receipt.why_not);
  const auto refusal = RefusalOf(receipt.why_not);
  if (!refusal) return to.Line("audit.not-readable", {receipt.path, detail});
  to.Line("audit.not-verified", {receipt.path});
  to.Line("error.refused", {ReasonText(*refusal), RefusalSentence(to.language(), *refusal)});
  to.Line("error.detail", {refusal->text});
}

}  // namespace

AuditCounts CountReceipts(std::span<const AuditedReceipt> receipts) {
  AuditCounts counts;
  for (const AuditedReceipt& receipt : receipts) {
    if (receipt.verified()) {
      ++counts.verified;
    } else {
      ++(receipt.readable() ? counts.refused : counts.unreadable);
    }
  }
  return counts;
}

std::string RenderAudit(Language language, const ledger::Genesis& genesis,
                        std::span<const AuditedReceipt> receipts) {
  Renderer to(language);
  to.Line("audit.genesis",
          {genesis->federation, genesis->log_origin, DigestText(genesis.digest())});
  for (const AuditedReceipt& receipt : receipts) {
    to.out() += "\n";
    RenderReceipt(to, receipt);
  }
  to.out() += "\n";
  const AuditCounts counts = CountReceipts(receipts);
  if (receipts.size() > 1) {
    to.Line("audit.summary", {std::to_string(receipts.size()), std::to_string(counts.verified),
                              std::to_string(counts.refused), std::to_string(counts.unreadable)});
  }
  return to.out() + QuorumSentence(language, genesis) + "\n";
}

}  // namespace entente::cli
