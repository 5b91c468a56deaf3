// The fields of a line, once for every form of the report: cli/audit_report.h.
#include <set>

#include "cli/audit_report.h"
#include "cli/audit_report_forms.h"
#include "core/base/encoding.h"
#include "core/ledger/parts.h"
#include "core/record/reference.h"

namespace entente::cli {
namespace {

using Form = ReportField::Form;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

std::string Hash(std::string_view bytes) {
  const auto digest = FixedBytes<32>(bytes);
  return digest ? DigestText(*digest) : "";
}

class Fields {
 public:
  void Text(std::string_view name, std::string value) {
    ReportField field{.name = name, .values = {}};
    if (!value.empty()) field.values.push_back(std::move(value));
    out_.push_back(std::move(field));
  }
  void Number(std::string_view name, uint64_t value) {
    out_.push_back({name, {std::to_string(value)}, Form::kNumber});
  }
  void NoNumber(std::string_view name) { out_.push_back({name, {}, Form::kNumber}); }
  void List(std::string_view name, std::vector<std::string> values) {
    out_.push_back({name, std::move(values), Form::kList});
  }
  void Flag(std::string_view name, bool value) {
    ReportField field{.name = name, .values = {}, .form = Form::kFlag};
    if (value) field.values.push_back("yes");
    out_.push_back(std::move(field));
  }
  std::vector<ReportField> Take() { return std::move(out_); }

 private:
  std::vector<ReportField> out_;
};

std::string ActOf(const v1::Part& part) {
  const std::string kind(ledger::EntryKindWord(part.kind()));
  return part.has_notice() ? kind + ":" + part.notice().type() : kind;
}

std::string SideOf(const ReportLine& line) {
  if (line.of_sender && line.of_recipient) return "both";
  return line.of_sender ? "sender" : "recipient";
}

// What any of the proofs names, sorted, each once.
template <typename Pick>
std::vector<std::string> UnionOf(const ReportLine& line, Pick pick) {
  std::set<std::string> all;
  for (const ReportProof& proof : line.proofs) {
    const Texts& texts = pick(proof.seen);
    all.insert(texts.begin(), texts.end());
  }
  return {all.begin(), all.end()};
}

std::vector<std::string> WithheldUnder(const ReportLine& line) {
  std::set<std::string> all;
  for (const ReportProof& proof : line.proofs) {
    for (const v1::WithheldSection& section : proof.seen.withheld()) {
      const std::string id = HexEncode(AsBytes(section.section_id()));
      for (const std::string& rule : section.rules()) all.insert(id + ":" + rule);
    }
  }
  return {all.begin(), all.end()};
}

std::string ContactOf(const ReportLine& line) {
  for (const ReportProof& proof : line.proofs) {
    if (!proof.seen.contact().empty()) return proof.seen.contact();
  }
  return "";
}

void AddAct(Fields& to, const ReportLine& line) {
  const v1::Part& part = line.part;
  to.Text("instant", FormatInstant(line.instant));
  to.Number("log_index", line.log_index);
  to.Text("act", ActOf(part));
  part.has_again() ? to.Number("first_index", part.again().first_index())
                   : to.NoNumber("first_index");
  to.Text("side", SideOf(line));
  to.Text("sender", line.sender);
  to.Text("recipient", line.recipient);
  to.Text("acting_agency", part.acting_agency());
  to.Text("officer_pseudonym", HexEncode(AsBytes(part.officer_pseudonym())));
  to.Text("justification_digest", Hash(part.justification_digest()));
}

void AddRecord(Fields& to, const v1::Part& part) {
  const ProvenRecord record = RecordOf(part);
  const auto id = FixedBytes<16>(record.id);
  to.Text("record_id", id ? HexEncode(*id) : "");
  to.Text("record_reference", id ? record::SpokenReference(*id) : "");
  std::vector<std::string> hashes;
  if (!record.hash.empty()) hashes.push_back(Hash(record.hash));
  for (const std::string& hash : part.acknowledgement().record_hashes()) {
    hashes.push_back(Hash(hash));
  }
  to.List("record_hashes", std::move(hashes));
}

void AddDecision(Fields& to, const ReportLine& line) {
  const v1::RecipientDecision& seen = line.proofs[0].seen;
  const auto verdict = ledger::FromProto(seen.verdict());
  to.Text("verdict", verdict ? std::string(policy::VerdictWord(*verdict)) : "");
  std::vector<std::string> withheld;
  for (const v1::WithheldSection& section : seen.withheld()) {
    withheld.push_back(HexEncode(AsBytes(section.section_id())));
  }
  to.List("sections_withheld", std::move(withheld));
  to.List("withheld_under", WithheldUnder(line));
  using Decision = v1::RecipientDecision;
  to.List("rules", UnionOf(line, [](const Decision& one) -> const Texts& { return one.rules(); }));
  to.List("reasons",
          UnionOf(line, [](const Decision& one) -> const Texts& { return one.reasons(); }));
  to.List("obligations", {seen.obligations().begin(), seen.obligations().end()});
  to.Text("contact", ContactOf(line));
  const v1::SubmissionPart& decided = ledger::DecidedIn(line.part);
  const bool under = !decided.snapshot_hash().empty();
  under ? to.Number("snapshot_number", decided.snapshot_number()) : to.NoNumber("snapshot_number");
  to.Text("snapshot_hash", Hash(decided.snapshot_hash()));
}

void AddPolicy(Fields& to, const std::optional<PolicyVersion>& policy, std::string_view version,
               std::string_view digest) {
  policy ? to.Number(version, policy->version) : to.NoNumber(version);
  to.Text(digest, policy ? DigestText(policy->digest) : "");
}

void AddProof(Fields& to, const ReportProof* proof, std::string_view file, std::string_view size,
              std::string_view root) {
  to.Text(file, proof == nullptr ? "" : proof->file);
  proof == nullptr ? to.NoNumber(size) : to.Number(size, proof->tree_size);
  to.Text(root, proof == nullptr ? "" : DigestText(proof->root));
}

}  // namespace

std::string ReportField::Joined() const {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : " ") + value;
  return out;
}

ReportLine EmptyLine() {
  ReportLine none;
  none.proofs.emplace_back();
  return none;
}

std::vector<ReportField> FieldsOf(const ReportLine& line) {
  Fields to;
  AddAct(to, line);
  AddRecord(to, line.part);
  AddDecision(to, line);
  AddPolicy(to, line.sender_policy, "sender_policy_version", "sender_policy_digest");
  AddPolicy(to, line.recipient_policy, "recipient_policy_version", "recipient_policy_digest");
  to.Text("refused", line.part.refusal().reason());
  to.Text("statement_digest", Hash(line.part.notice().statement_digest()));
  AddProof(to, line.ProofOf(line.sender), "sender_receipt", "sender_tree_size", "sender_root");
  const bool one_party = line.sender == line.recipient;
  AddProof(to, one_party ? nullptr : line.ProofOf(line.recipient), "recipient_receipt",
           "recipient_tree_size", "recipient_root");
  to.Flag("contradicted", line.contradicted || line.other_state);
  return to.Take();
}

std::vector<NumberedLine> Numbered(std::span<const ReportLine> lines) {
  std::vector<NumberedLine> out;
  for (const ReportLine& line : lines) {
    out.push_back({out.size() + 1, line.contradicted || line.other_state, FieldsOf(line)});
  }
  return out;
}

}  // namespace entente::cli
