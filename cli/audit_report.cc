#include "cli/audit_report.h"

#include <algorithm>
#include <tuple>

#include "core/base/agency.h"
#include "core/ledger/parts.h"

namespace entente::cli {
namespace {

bool IsAsked(const ReportQuestion& question, const std::string& agency) {
  if (!question.agency.empty()) return agency == question.agency;
  const auto id = AgencyId::Parse(agency);
  return id.ok() && id->jurisdiction() == question.jurisdiction;
}

// A line that has one proof, and what all readers see alike as bytes.
struct Proven {
  ReportLine line;
  std::string act;
};

// Of a decision, what origin and recipient see alike.
v1::RecipientDecision Shared(v1::RecipientDecision decision) {
  decision.clear_rules();
  decision.clear_reasons();
  decision.clear_contact();
  for (v1::WithheldSection& section : *decision.mutable_withheld()) {
    section.clear_rules();
    section.clear_titles();
    section.clear_reasons();
  }
  return decision;
}

v1::SubmissionPart* DecidedIn(v1::Part& part) {
  if (part.has_again()) return part.mutable_again()->mutable_decided();
  return part.has_submission() ? part.mutable_submission() : nullptr;
}

std::pair<std::string, std::string> PartiesOf(const v1::Part& part) {
  switch (part.event_case()) {
    case v1::Part::kAcknowledgement: {
      const std::string& recipient = part.acknowledgement().recipient();
      return {part.reader() == recipient ? "" : part.reader(), recipient};
    }
    case v1::Part::kNotice:
      return {part.notice().from(), part.notice().to()};
    case v1::Part::kExpiry:
      return {part.acting_agency(), part.expiry().recipient()};
    default:
      return {part.acting_agency(), ""};
  }
}

ReportLine LineOf(const AuditedReceipt& receipt) {
  const ledger::ReceiptFacts& facts = *receipt.facts;
  ReportLine line;
  line.log_index = facts.verified.log_index;
  line.leaf_hash = facts.verified.leaf_hash;
  line.instant = facts.verified.entry.instant;
  line.part = facts.verified.part;
  line.proofs = {{.reader = line.part.reader(),
                  .file = receipt.path,
                  .tree_size = facts.tree_size,
                  .root = facts.root,
                  .seen = {}}};
  std::tie(line.sender, line.recipient) = PartiesOf(line.part);
  line.part.clear_reader();
  return line;
}

Proven Finish(ReportLine line) {
  std::string act = ToString(line.leaf_hash) + line.part.SerializeAsString();
  return {std::move(line), std::move(act)};
}

// One for each recipient.
std::vector<Proven> LinesOf(const AuditedReceipt& receipt) {
  const ReportLine whole = LineOf(receipt);
  if (!whole.part.has_submission() && !whole.part.has_again()) return {Finish(whole)};
  std::vector<Proven> out;
  for (const v1::RecipientDecision& decision : ledger::DecidedIn(whole.part).decisions()) {
    ReportLine line = whole;
    line.recipient = decision.recipient();
    line.proofs[0].seen = decision;
    v1::SubmissionPart& decided = *DecidedIn(line.part);
    decided.clear_decisions();
    *decided.add_decisions() = Shared(decision);
    out.push_back(Finish(std::move(line)));
  }
  return out;
}

bool Concerns(const ReportQuestion& question, ReportLine& line) {
  line.of_sender = IsAsked(question, line.sender);
  line.of_recipient = IsAsked(question, line.recipient);
  return (line.of_sender || line.of_recipient) && question.from <= line.instant &&
         line.instant < question.until;
}

bool SameView(const ReportProof& a, const ReportProof& b) {
  return a.seen.SerializeAsString() == b.seen.SerializeAsString();
}

class Maker {
 public:
  explicit Maker(AuditReport& report) : report_(report) {}

  void Add(const AuditedReceipt& receipt) {
    Compare(receipt);
    bool concerns = false, is_new = false;
    for (Proven& one : LinesOf(receipt)) {
      if (!Concerns(report_.question, one.line)) continue;
      concerns = true;
      is_new |= AddLine(std::move(one));
    }
    if (!concerns) ++report_.elsewhere;
    if (concerns && !is_new) ++report_.repeated;
  }

  void Finish() {
    std::sort(lines_.begin(), lines_.end(),
              [](const Proven& a, const Proven& b) { return Key(a) < Key(b); });
    for (Proven& one : lines_) report_.lines.push_back(std::move(one.line));
    MarkContradicted();
  }

 private:
  // By index is by instant: instants never decrease along a log.
  using SortKey =
      std::tuple<uint64_t, std::string_view, std::string_view, std::string_view, std::string_view>;
  static SortKey Key(const Proven& one) {
    return {one.line.log_index, one.line.recipient, one.line.sender, one.line.proofs[0].reader,
            one.act};
  }

  // False when this reader's proof of it is there already.
  bool AddLine(Proven one) {
    const ReportProof& proof = one.line.proofs[0];
    for (const size_t at : by_act_[one.act]) {
      ReportLine& line = lines_[at].line;
      const ReportProof* same = line.ProofOf(proof.reader);
      if (same != nullptr && SameView(*same, proof)) return false;
      if (same != nullptr) continue;
      line.proofs.push_back(proof);
      std::ranges::sort(line.proofs, {}, &ReportProof::reader);
      return true;
    }
    by_act_[one.act].push_back(lines_.size());
    lines_.push_back(std::move(one));
    return true;
  }

  void Compare(const AuditedReceipt& receipt) {
    const ledger::ReceiptFacts& facts = *receipt.facts;
    const TreeSeen leaf{receipt.path, facts.verified.leaf_hash}, tree{receipt.path, facts.root};
    const TreeSeen& first_leaf = leaves_.emplace(facts.verified.log_index, leaf).first->second;
    const TreeSeen& first_tree = report_.trees.emplace(facts.tree_size, tree).first->second;
    report_.entries.insert(facts.verified.log_index);
    if (first_leaf.root != leaf.root) {
      report_.two_histories.push_back({first_leaf.file, receipt.path});
    } else if (first_tree.root != tree.root) {
      report_.two_histories.push_back({first_tree.file, receipt.path});
    }
  }

  // Lines that are left side by side tell one act towards one recipient in two ways.
  void MarkContradicted() {
    std::vector<ReportLine>& lines = report_.lines;
    for (size_t i = 1; i < lines.size(); ++i) {
      ReportLine &a = lines[i - 1], &b = lines[i];
      if (a.log_index != b.log_index || a.sender != b.sender || a.recipient != b.recipient) {
        continue;
      }
      a.contradicted = b.contradicted = true;
    }
  }

  AuditReport& report_;
  std::vector<Proven> lines_;
  std::map<std::string, std::vector<size_t>> by_act_;
  std::map<uint64_t, TreeSeen> leaves_;  // by index; a leaf is the tree of one entry
};

}  // namespace

const ReportProof* ReportLine::ProofOf(std::string_view reader) const {
  const auto found = std::ranges::find(proofs, reader, &ReportProof::reader);
  return found == proofs.end() ? nullptr : &*found;
}

bool ReportLine::OwnIsMissing() const {
  if (!part.has_submission() && !part.has_again()) return false;  // nodes keep none of others
  const bool released = ledger::Releases(proofs[0].seen.verdict());
  return (of_sender && ProofOf(sender) == nullptr) ||
         (of_recipient && released && ProofOf(recipient) == nullptr);
}

size_t AuditReport::OwnMissing() const {
  return static_cast<size_t>(std::ranges::count_if(lines, &ReportLine::OwnIsMissing));
}

bool AuditReport::Sound() const {
  const bool fit = std::ranges::none_of(
      lines, [](const ReportLine& line) { return line.contradicted || line.other_state; });
  return not_verified.empty() && two_histories.empty() && fit;
}

AuditReport MakeReport(const ReportQuestion& question, std::vector<AuditedReceipt> receipts) {
  AuditReport report{.question = question,
                     .lines = {},
                     .not_verified = {},
                     .two_histories = {},
                     .trees = {},
                     .entries = {},
                     .log = {}};
  std::ranges::sort(receipts, {}, &AuditedReceipt::path);
  const auto same = [](const AuditedReceipt& a, const AuditedReceipt& b) {
    return a.path == b.path;
  };
  receipts.erase(std::unique(receipts.begin(), receipts.end(), same), receipts.end());
  report.receipts = receipts.size();
  Maker maker(report);
  for (const AuditedReceipt& receipt : receipts) {
    if (receipt.verified()) {
      maker.Add(receipt);
    } else {
      report.not_verified.push_back(receipt);
    }
  }
  maker.Finish();
  return report;
}

}  // namespace entente::cli
