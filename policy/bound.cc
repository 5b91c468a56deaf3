#include "policy/bound.h"

#include "core/base/agency.h"

namespace entente::policy {
namespace {

class Binder {
 public:
  Binder(const Tables& tables, Instant t) : tables_(tables), t_(t) {}

  Bound Run(const RecordLabels& record, const RecipientLabels& recipient) {
    out_.origin = End(record.origin, "origin");
    out_.recipient = End(recipient.recipient, "recipient");
    out_.kind = Word(Category::kRecordKind, record.kind, "kind");
    out_.purpose = Word(Category::kPurpose, record.purpose, "purpose");
    Word(Category::kUrgency, record.urgency, "urgency");
    Evaluation(record.evaluation);
    Set(Category::kHandling, record.handling, "handling", out_.handling, out_.handling_unknown);
    if (!record.created) Missing("created");
    if (!record.expires) Missing("expires");
    Instrument(recipient.under);
    Obtained(record.obtained_from);
    if (record.sections.empty()) Missing("section");
    for (const SectionLabels& section : record.sections) Section(section);
    return std::move(out_);
  }

 private:
  void Reason(PolicyReason reason, std::string_view label) {
    out_.reasons.push_back(
        {Side::kRecord, std::string(PolicyReasonWord(reason)) + ":" + std::string(label)});
  }
  void Missing(std::string_view label) { Reason(PolicyReason::kLabelMissing, label); }
  void Unknown(std::string_view label) { Reason(PolicyReason::kLabelUnknown, label); }

  BoundEnd End(std::string_view agency, std::string_view label) {
    BoundEnd end;
    end.agency = agency;
    end.state = StateNumber(StateOf(agency));
    if (agency.empty()) {
      Missing(label);
      return end;
    }
    const auto found = tables_.agencies.find(agency);
    if (found == tables_.agencies.end() || !found->second.ActiveAt(t_)) {
      Unknown(label);
      return end;
    }
    end.kind = found->second.kind;
    end.known = true;
    return end;
  }

  uint8_t Word(Category category, std::string_view word, std::string_view label) {
    if (word.empty()) {
      Missing(label);
      return kUnknownRow;
    }
    const auto index = tables_.vocabulary.Find(category, word);
    if (!index) Unknown(label);
    return index.value_or(kUnknownRow);
  }

  void Evaluation(std::string_view text) {
    const auto index = tables_.vocabulary.FindEvaluation(text);
    if (!index)
      Reason(text.empty() ? PolicyReason::kLabelMissing : PolicyReason::kLabelUnknown,
             "evaluation");
    out_.evaluation = index.value_or(kUnknownRow);
  }

  void Set(Category category, const std::vector<std::string>& words, std::string_view label,
           uint32_t& mask, bool& unknown) {
    if (words.empty()) {
      Missing(label);
      unknown = true;
    }
    for (const std::string& word : words) {
      if (const auto index = tables_.vocabulary.Find(category, word)) {
        mask |= 1u << *index;
      } else {
        Unknown(label);
        unknown = true;
      }
    }
  }

  void Instrument(std::string_view id) {
    if (id.empty()) return Missing("under");
    const auto found = tables_.instrument_index.find(id);
    if (found != tables_.instrument_index.end()) out_.instrument = found->second;
  }

  void Obtained(const std::vector<std::string>& codes) {
    for (const std::string& code : codes) {
      if (code == "ORG" || IsJurisdiction(code)) {
        out_.obtained_from.push_back(StateNumber(code));
      } else {
        Unknown("obtained_from");
        out_.obtained_unknown = true;
      }
    }
  }

  void Section(const SectionLabels& section) {
    BoundSection& bound = out_.sections[out_.section_count++];
    bound.essential = section.essential;
    Set(Category::kPerson, section.about, "about", bound.about, bound.about_unknown);
    Set(Category::kData, section.data, "data", bound.data, bound.data_unknown);
    if (!section.basis.empty() && !tables_.vocabulary.Find(Category::kBasis, section.basis)) {
      Unknown("basis");
    }
  }

  const Tables& tables_;
  const Instant t_;
  Bound out_;
};

}  // namespace

Bound Bind(const Tables& tables, const RecordLabels& record, const RecipientLabels& recipient,
           Instant t) {
  return Binder(tables, t).Run(record, recipient);
}

}  // namespace entente::policy
