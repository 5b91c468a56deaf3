#include "cli/measures.h"

#include <algorithm>
#include <limits>

#include "cli/draft_fields.h"
#include "cli/subject_words.h"
#include "cli/text.h"
#include "core/base/money.h"
#include "core/net/config_reader.h"

namespace entente::cli {
namespace {

using google::protobuf::EnumDescriptor;
using net::ConfigTable;

// Zero when it is not said.
int NumberOf(ConfigTable& table, const std::string& key, const EnumDescriptor& list) {
  const std::string word = table.TextOr(key, "");
  if (word.empty()) return 0;
  const auto* const value = ValueOf(list, word);
  if (value == nullptr) table.Refuse(key, "write one of " + CodesOf(list));
  return value == nullptr ? 0 : value->number();
}

uint64_t InstantOr(ConfigTable& table, const std::string& key, Instant now) {
  return table.Has(key) ? InstantAt(table, key, now) : 0;
}

v1::TakenMeasure ReadMeasure(ConfigTable& table, Instant now) {
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  v1::TakenMeasure measure;
  measure.set_number(static_cast<uint32_t>(table.IntegerOr("number", 0, 0, kMost)));
  measure.set_subject(static_cast<uint32_t>(table.IntegerOr("subject", 0, 0, kMost)));
  measure.set_measure(
      static_cast<v1::LeadMeasure>(NumberOf(table, "measure", *v1::LeadMeasure_descriptor())));
  measure.set_status(
      static_cast<v1::MeasureStatus>(NumberOf(table, "status", *v1::MeasureStatus_descriptor())));
  measure.set_on(table.TextOr("on", ""));
  measure.set_reference(table.TextOr("reference", ""));
  measure.set_court_reference(table.TextOr("court_reference", ""));
  measure.set_from_ms(InstantOr(table, "from", now));
  measure.set_until_ms(InstantOr(table, "until", now));
  measure.set_since_ms(InstantOr(table, "since", now));
  if (table.Has("held") || table.Has("currency")) {
    ReadField(table, *v1::TakenMeasure::descriptor()->FindFieldByName("held"), now, measure);
  }
  return measure;
}

// What was wrong first.
class Words {
 public:
  Words(Instant now, Language language) : now_(now), language_(language) {}

  int Number(std::string_view option, const std::string& word, const EnumDescriptor& list) {
    if (word.empty()) return 0;
    const auto* const value = ValueOf(list, word);
    if (value != nullptr) return value->number();
    Refuse("measure.word", option, CodesOf(list));
    return 0;
  }

  uint64_t When(std::string_view option, const std::string& text) {
    if (text.empty()) return 0;
    if (const auto at = InstantFrom(text, now_)) return static_cast<uint64_t>(at->ms);
    Refuse("draft.instant", option, "");
    return 0;
  }

  void Held(const std::string& text, v1::TakenMeasure& measure) {
    if (text.empty()) return;
    const size_t space = text.find(' ');
    v1::Money& held = *measure.mutable_held();
    held.set_amount(text.substr(0, space));
    held.set_currency(space == text.npos ? "" : text.substr(space + 1));
    if (!IsDecimalAmount(held.amount()) || !IsCurrencyCode(held.currency())) {
      Refuse("measure.held", "--held", "");
    }
  }

  const absl::Status& status() const { return status_; }

 private:
  void Refuse(std::string_view sentence, std::string_view option, std::string_view more) {
    status_.Update(absl::InvalidArgumentError(Say(language_, sentence, {option, more})));
  }

  const Instant now_;
  const Language language_;
  absl::Status status_;
};

}  // namespace

bool MeasureWords::Any() const {
  return number != 0 || subject != 0 ||
         std::ranges::any_of(
             std::initializer_list<const std::string*>{&measure, &status, &on, &reference,
                                                       &court_reference, &held, &from, &until,
                                                       &since},
             [](const std::string* word) { return !word->empty(); });
}

absl::StatusOr<v1::TakenMeasure> MeasureFrom(const MeasureWords& words, Instant now,
                                             Language language) {
  Words reader(now, language);
  v1::TakenMeasure measure;
  measure.set_number(words.number);
  measure.set_subject(words.subject);
  measure.set_measure(static_cast<v1::LeadMeasure>(
      reader.Number("--measure", words.measure, *v1::LeadMeasure_descriptor())));
  measure.set_status(static_cast<v1::MeasureStatus>(
      reader.Number("--status", words.status, *v1::MeasureStatus_descriptor())));
  measure.set_on(words.on);
  measure.set_reference(words.reference);
  measure.set_court_reference(words.court_reference);
  measure.set_from_ms(reader.When("--from", words.from));
  measure.set_until_ms(reader.When("--until", words.until));
  measure.set_since_ms(reader.When("--since", words.since));
  reader.Held(words.held, measure);
  if (!reader.status().ok()) return reader.status();
  return measure;
}

absl::StatusOr<std::vector<v1::TakenMeasure>> ReadMeasures(const std::string& path, Instant now) {
  auto root = ConfigTable::Load(path);
  if (!root.ok()) return root.status();
  if (root->Text("draft") != "measures/1") {
    root->RefuseAs("draft", "draft.form", "measures/1");
    return root->FirstError();
  }
  std::vector<v1::TakenMeasure> measures;
  for (ConfigTable& table : root->Tables("taken")) measures.push_back(ReadMeasure(table, now));
  if (const absl::Status status = root->Finish(); !status.ok()) return status;
  return measures;
}

}  // namespace entente::cli
