#include "policy/parse_example.h"

#include "core/base/agency.h"
#include "policy/decision.h"

namespace entente::policy {
namespace {

using Kind = TomlValue::Kind;

constexpr std::string_view kDefaultAgencyKind = "police";
constexpr std::string_view kDefaultRecordKind = "information";
constexpr std::string_view kDefaultHandling = "H0";
constexpr std::string_view kDefaultEvaluation = "B2";
constexpr std::string_view kDefaultUrgency = "normal";
constexpr std::string_view kDefaultBasis = "fact";

std::string Or(std::string text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : text;
}

// One word or a list of words of a category.
std::vector<std::string> OneOrMore(const TomlValue& value, const Vocabulary& vocabulary,
                                   Category category, FileErrors& errors) {
  std::vector<std::string> out;
  const auto add = [&](const TomlValue& word) {
    if (word.kind == Kind::kText && vocabulary.Find(category, word.text)) {
      out.push_back(word.text);
    } else {
      errors.Add(word.at, "write words of '" + std::string(CategoryKey(category)) +
                              "' in vocabulary " + vocabulary.name());
    }
  };
  if (value.kind != Kind::kArray) {
    add(value);
  } else {
    for (const TomlValue& word : value.items) add(word);
  }
  return out;
}

// ["victim", "address"], or a table with about, data, basis and essential.
SectionLabels ReadSection(const TomlValue& value, const Vocabulary& vocabulary,
                          FileErrors& errors) {
  SectionLabels out;
  if (value.kind == Kind::kArray && value.items.size() == 2) {
    out.about = OneOrMore(value.items[0], vocabulary, Category::kPerson, errors);
    out.data = OneOrMore(value.items[1], vocabulary, Category::kData, errors);
    out.basis = kDefaultBasis;
  } else if (value.kind == Kind::kTable) {
    TableReader reader(value, "this section", errors);
    out.about = reader.Words("about", Need::kMandatory, vocabulary, Category::kPerson);
    out.data = reader.Words("data", Need::kMandatory, vocabulary, Category::kData);
    out.basis =
        Or(reader.Word("basis", Need::kOptional, vocabulary, Category::kBasis), kDefaultBasis);
    out.essential = reader.Flag("essential", Need::kOptional);
    reader.Finish();
  } else {
    errors.Add(value.at, "write a section as [\"suspect\", \"identity\"], person first");
  }
  return out;
}

void ReadSections(TableReader& reader, const Vocabulary& vocabulary, Example& out) {
  const TomlValue* sections = reader.Take("sections", Need::kMandatory);
  if (sections == nullptr) return;
  if (sections->kind != Kind::kArray || sections->items.empty()) {
    return reader.Error(sections->at, "'sections' must list at least one section");
  }
  for (const TomlValue& section : sections->items) {
    out.record.sections.push_back(ReadSection(section, vocabulary, reader.errors()));
  }
}

std::string ReadAgencyOrState(TableReader& reader, const PlacedText& text) {
  if (text.text.find('.') == std::string::npos) {
    CheckState(text, true, reader.errors());
  } else if (const auto agency = AgencyId::Parse(text.text); !agency.ok()) {
    reader.Error(text.at, std::string(agency.status().message()));
  }
  return text.text;
}

void ReadBothEnds(TableReader& reader, const Vocabulary& vocabulary, Example& out) {
  const PlacedText to = reader.Placed("to", Need::kOptional);
  const PlacedText from = reader.Placed("from", Need::kOptional);
  std::string to_kind = reader.Word("to_kind", Need::kOptional, vocabulary, Category::kAgencyKind);
  std::string from_kind =
      reader.Word("from_kind", Need::kOptional, vocabulary, Category::kAgencyKind);
  if (to.text.empty() == from.text.empty()) {
    return reader.Error(reader.at(), "write either 'to', for the outbound half, or 'from'");
  }
  out.direction = from.text.empty() ? Direction::kOutbound : Direction::kInbound;
  const bool outbound = out.direction == Direction::kOutbound;
  out.other = ReadAgencyOrState(reader, outbound ? to : from);
  out.own_kind = Or(outbound ? from_kind : to_kind, kDefaultAgencyKind);
  out.other_kind = outbound ? to_kind : from_kind;
}

void ReadLabels(TableReader& reader, const Vocabulary& vocabulary, Example& out) {
  RecordLabels& record = out.record;
  record.kind = Or(reader.Word("kind", Need::kOptional, vocabulary, Category::kRecordKind),
                   kDefaultRecordKind);
  record.purpose = reader.Word("purpose", Need::kMandatory, vocabulary, Category::kPurpose);
  out.recipient.under = reader.Text("under", Need::kMandatory);
  record.handling = reader.Words("handling", Need::kOptional, vocabulary, Category::kHandling);
  if (record.handling.empty()) record.handling = {std::string(kDefaultHandling)};
  const PlacedText evaluation = reader.Placed("evaluation", Need::kOptional);
  if (!evaluation.text.empty() && !vocabulary.FindEvaluation(evaluation.text)) {
    reader.Error(evaluation.at, "write an evaluation such as B2");
  }
  record.evaluation = Or(evaluation.text, kDefaultEvaluation);
  record.urgency =
      Or(reader.Word("urgency", Need::kOptional, vocabulary, Category::kUrgency), kDefaultUrgency);
  record.created = reader.When("created", Need::kOptional).value_or(out.when);
  record.expires =
      reader.When("expires", Need::kOptional).value_or(*record.created + kExampleLifeMs);
  for (const PlacedText& code : reader.Texts("obtained_from", Need::kOptional)) {
    if (CheckState(code, true, reader.errors())) record.obtained_from.push_back(code.text);
  }
  for (const PlacedText& code : reader.Texts("consents", Need::kOptional)) {
    if (CheckState(code, true, reader.errors())) out.consents.push_back(code.text);
  }
  for (const PlacedText& rule : reader.Texts("override", Need::kOptional)) {
    if (CheckIdentifier(rule, reader.errors())) out.overridden.push_back(rule.text);
  }
}

void ReadRecord(const TomlValue& value, const Vocabulary& vocabulary, FileErrors& errors,
                Example& out) {
  if (value.kind != Kind::kTable) {
    return errors.Add(value.at, "'record' must be a table: { to = \"BR\", purpose = ... }");
  }
  TableReader reader(value, "this example's record", errors);
  ReadBothEnds(reader, vocabulary, out);
  ReadLabels(reader, vocabulary, out);
  ReadSections(reader, vocabulary, out);
  reader.Finish();
}

// "refuse" and "refused" are the same word: an example reads as a sentence.
std::string VerdictOf(std::string_view word) {
  if (word == "held") return "hold";
  for (const Verdict verdict :
       {Verdict::kRelease, Verdict::kReleaseInPart, Verdict::kHold, Verdict::kRefuse}) {
    if (word == VerdictWord(verdict)) return std::string(word);
  }
  if (word == "released") return "release";
  if (word == "released-in-part") return "release-in-part";
  if (word == "refused") return "refuse";
  return {};
}

}  // namespace

Example ReadExample(const TomlValue& table, Instant start, const Vocabulary& vocabulary,
                    FileErrors& errors) {
  TableReader reader(table, "this example", errors);
  Example out;
  out.at = table.at;
  out.say = reader.Text("say", Need::kMandatory);
  out.when = reader.When("at", Need::kOptional).value_or(start);
  if (const TomlValue* record = reader.Take("record", Need::kMandatory)) {
    ReadRecord(*record, vocabulary, errors, out);
  }
  const PlacedText expect = reader.Placed("expect", Need::kMandatory);
  out.expect = VerdictOf(expect.text);
  if (out.expect.empty() && !expect.text.empty()) {
    errors.Add(expect.at, "'expect' must be released, released-in-part, held or refused");
  }
  for (PlacedText& cause : reader.Texts("because", Need::kOptional)) {
    if (!IsPolicyReason(cause.text)) CheckIdentifier(cause, errors);
    out.because.push_back(std::move(cause.text));
  }
  reader.Finish();
  return out;
}

}  // namespace entente::policy
