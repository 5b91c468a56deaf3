// The same as cli/audit_render.cc, for programs.
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "cli/audit_render.h"
#include "cli/quorum_words.h"
#include "cli/text.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/parts.h"
#include "core/record/reference.h"

namespace entente::cli {
namespace {

using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

class Object {
 public:
  explicit Object(Struct& fields) : fields_(fields) {}

  void Text(const char* key, std::string value) { At(key).set_string_value(std::move(value)); }
  // Exact up to 2^53, as JSON's numbers are.
  void Number(const char* key, uint64_t value) {
    At(key).set_number_value(static_cast<double>(value));
  }
  void Flag(const char* key, bool value) { At(key).set_bool_value(value); }
  void Hex(const char* key, std::string_view bytes) { Text(key, HexEncode(AsBytes(bytes))); }
  void Hash(const char* key, std::string_view bytes) {
    if (const auto digest = FixedBytes<32>(bytes)) Text(key, DigestText(*digest));
  }
  template <typename List>
  void Texts(const char* key, const List& texts) {
    ListValue* list = At(key).mutable_list_value();
    for (const std::string& text : texts) list->add_values()->set_string_value(text);
  }
  ListValue* List(const char* key) { return At(key).mutable_list_value(); }

 private:
  Value& At(const char* key) { return (*fields_.mutable_fields())[key]; }
  Struct& fields_;
};

Object AddTo(ListValue* list) { return Object(*list->add_values()->mutable_struct_value()); }

void PutDecision(Object to, const v1::RecipientDecision& decision) {
  const auto verdict = ledger::FromProto(decision.verdict());
  to.Text("recipient", decision.recipient());
  to.Text("verdict", std::string(policy::VerdictWord(verdict.value_or(policy::Verdict::kRefuse))));
  to.Texts("obligations", decision.obligations());
  to.Texts("rules", decision.rules());
  to.Texts("reasons", decision.reasons());
  to.Text("contact", decision.contact());
  ListValue* withheld = to.List("withheld");
  for (const v1::WithheldSection& section : decision.withheld()) {
    Object one = AddTo(withheld);
    one.Hex("section_id", section.section_id());
    one.Texts("rules", section.rules());
    one.Texts("reasons", section.reasons());
  }
}

void PutEvent(Object& to, const v1::Part& part) {
  if (part.has_again()) to.Number("first_index", part.again().first_index());
  if (part.has_submission() || part.has_again()) {
    const v1::SubmissionPart& decided = ledger::DecidedIn(part);
    to.Number("snapshot_number", decided.snapshot_number());
    to.Hash("snapshot_hash", decided.snapshot_hash());
    ListValue* decisions = to.List("decisions");
    for (const v1::RecipientDecision& one : decided.decisions()) {
      PutDecision(AddTo(decisions), one);
    }
  }
  if (part.has_refusal()) to.Text("refused", part.refusal().reason());
  if (part.has_expiry()) to.Text("expired_for", part.expiry().recipient());
}

void PutFacts(Object& to, const ledger::ReceiptFacts& facts) {
  const v1::Part& part = facts.verified.part;
  const ProvenRecord record = RecordOf(part);
  if (const auto id = FixedBytes<16>(record.id)) {
    to.Hex("record_id", record.id);
    to.Text("reference", record::SpokenReference(*id));
  }
  to.Hash("record_hash", record.hash);
  to.Text("kind", std::string(ledger::EntryKindWord(part.kind())));
  to.Number("log_index", facts.verified.log_index);
  to.Number("tree_size", facts.tree_size);
  to.Text("instant", FormatInstant(facts.verified.entry.instant));
  to.Text("acting_agency", part.acting_agency());
  to.Hex("officer_pseudonym", part.officer_pseudonym());
  to.Hash("justification_digest", part.justification_digest());
  to.Text("reader", part.reader());
  PutEvent(to, part);
}

void PutReceipt(Object to, const AuditedReceipt& receipt) {
  to.Text("file", Printable(receipt.path));
  to.Flag("verified", receipt.verified());
  if (receipt.verified()) return PutFacts(to, *receipt.facts);
  const auto refusal = RefusalOf(receipt.why_not);
  to.Text("reason", refusal ? ReasonText(*refusal) : "not-readable");
  to.Text("text", Printable(refusal ? refusal->text : std::string(receipt.why_not.message())));
}

}  // namespace

std::string AuditJson(const ledger::Genesis& genesis, std::span<const AuditedReceipt> receipts) {
  Struct fields;
  Object to(fields);
  to.Text("federation", genesis->federation);
  to.Text("log", genesis->log_origin);
  to.Text("genesis", DigestText(genesis.digest()));
  to.Text("quorum", QuorumText(genesis));
  const AuditCounts counts = CountReceipts(receipts);
  to.Number("verified", counts.verified);
  to.Number("refused", counts.refused);
  to.Number("unreadable", counts.unreadable);
  ListValue* list = to.List("receipts");
  for (const AuditedReceipt& receipt : receipts) PutReceipt(AddTo(list), receipt);
  std::string json;
  // Every text is UTF-8: fields of a part are by their type, the rest through Printable().
  if (!google::protobuf::util::MessageToJsonString(fields, &json).ok()) return "{}\n";
  return json + "\n";
}

}  // namespace entente::cli
