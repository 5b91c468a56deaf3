#include "policy/bound.h"

#include "core/base/agency.h"

namespace entente::policy {
namespace {

class Binder {
 public:
  Binder(const Tables& tables, Instant t, Bound& out) : tables_(tables), t_(t), out_(out) {}

  void Run(const RecordLabels& record, const RecipientLabels& recipient) {
    End(record.origin, Label::kOrigin, out_.origin);
    End(recipient.recipient, Label::kRecipient, out_.recipient);
    out_.kind = Word(Category::kRecordKind, record.kind, Label::kKind);
    out_.purpose = Word(Category::kPurpose, record.purpose, Label::kPurpose);
    Word(Category::kUrgency, record.urgency, Label::kUrgency);
    Evaluation(record.evaluation);
    Set(Category::kHandling, record.handling, Label::kHandling, out_.handling);
    if (!record.created) Missing(Label::kCreated);
    if (!record.expires) Missing(Label::kExpires);
    Instrument(recipient.under);
    Obtained(record.obtained_from);
    if (record.sections.empty()) Missing(Label::kSection);
    for (const SectionLabels& section : record.sections) Section(section);
  }

 private:
  void Missing(Label label) { out_.missing |= 1u << static_cast<unsigned>(label); }
  void Unknown(Label label) { out_.unknown |= 1u << static_cast<unsigned>(label); }

  void End(std::string_view agency, Label label, BoundEnd& end) {
    end = BindEnd(tables_, agency, t_);
    if (agency.empty()) return Missing(label);
    if (!end.known) Unknown(label);
  }

  uint8_t Word(Category category, std::string_view word, Label label) {
    if (word.empty()) {
      Missing(label);
      return kUnknownRow;
    }
    const uint8_t row = tables_.vocabulary.RowOf(category, word);
    if (row == kUnknownRow) Unknown(label);
    return row;
  }

  void Evaluation(std::string_view text) {
    const auto index = tables_.vocabulary.FindEvaluation(text);
    if (!index) text.empty() ? Missing(Label::kEvaluation) : Unknown(Label::kEvaluation);
    out_.evaluation = index.value_or(kUnknownRow);
  }

  void Set(Category category, const std::vector<std::string>& words, Label label, BoundSet& out) {
    out = {};
    if (words.empty()) {
      Missing(label);
      out.Add(kUnknownRow);
    }
    for (const std::string& word : words) {
      const uint8_t row = tables_.vocabulary.RowOf(category, word);
      if (row == kUnknownRow) Unknown(label);
      out.Add(row);
    }
  }

  void Instrument(std::string_view id) {
    if (id.empty()) return Missing(Label::kUnder);
    const uint32_t* const found = tables_.instrument_index.Find(id);
    if (found != nullptr) out_.instrument = *found;
  }

  void Obtained(const std::vector<std::string>& codes) {
    out_.obtained_from = &codes;
    for (const std::string& code : codes) {
      if (code == "ORG" || IsJurisdiction(code)) continue;
      Unknown(Label::kObtainedFrom);
      out_.obtained_unknown = true;
    }
  }

  void Section(const SectionLabels& section) {
    out_.essential |= uint32_t{section.essential} << out_.section_count;
    BoundSection& bound = out_.sections[out_.section_count++];
    Set(Category::kPerson, section.about, Label::kAbout, bound.about);
    Set(Category::kData, section.data, Label::kData, bound.data);
    if (!section.basis.empty()) Word(Category::kBasis, section.basis, Label::kBasis);
  }

  const Tables& tables_;
  const Instant t_;
  Bound& out_;
};

}  // namespace

std::string_view LabelWord(Label label) {
  constexpr std::array<std::string_view, kLabelKinds> kWords = {
      "origin",        "recipient", "kind",    "purpose", "urgency",
      "evaluation",    "handling",  "created", "expires", "under",
      "obtained_from", "section",   "about",   "data",    "basis"};
  return kWords[static_cast<size_t>(label)];
}

uint32_t WordsOf(const Tables& tables, Category category, const std::vector<std::string>& words) {
  uint32_t out = 0;
  for (const std::string& word : words) {
    const uint8_t row = tables.vocabulary.RowOf(category, word);
    if (row != kUnknownRow) out |= 1u << row;
  }
  return out;
}

BoundEnd BindEnd(const Tables& tables, std::string_view agency, Instant t) {
  BoundEnd end{.agency = agency};
  const AgencyRow* const row = tables.agencies.Find(agency);
  end.state = row != nullptr ? row->state : StateNumber(StateOf(agency));
  if (row == nullptr || !row->ActiveAt(t)) return end;
  end.number = row->number;
  end.kind = row->kind;
  end.known = true;
  return end;
}

Bound Bind(const Tables& tables, const RecordLabels& record, const RecipientLabels& recipient,
           Instant t) {
  Bound out;
  Binder(tables, t, out).Run(record, recipient);
  return out;
}

}  // namespace entente::policy
