// What is answered to a lead (content.h).
#include <string>

#include "core/base/limits.h"
#include "core/record/checks.h"
#include "core/record/content.h"

namespace entente::record {
namespace {

using internal::CheckAgency;
using internal::CheckInstant;
using internal::CheckMoney;
using internal::CheckSorted;
using internal::First;
using internal::Malformed;

constexpr size_t kLongestLine = 200;

absl::Status Demand(bool holds, const char* otherwise) {
  return holds ? absl::OkStatus() : Malformed(otherwise);
}

// What keeps something where it is, and so can say how much.
bool Holds(v1::LeadMeasure measure) {
  return measure == v1::LEAD_MEASURE_FREEZE || measure == v1::LEAD_MEASURE_STOP ||
         measure == v1::LEAD_MEASURE_SUSPEND;
}

absl::Status CheckHeld(const v1::TakenMeasure& measure) {
  if (!measure.has_held()) return absl::OkStatus();
  const std::string& amount = measure.held().amount();
  return First(
      Demand(Holds(measure.measure()), "a measure that holds nothing, with an amount held"),
      Demand(!amount.empty() && amount[0] != '-', "an amount held that is none"),
      CheckMoney(measure.held()));
}

absl::Status CheckTimes(const v1::TakenMeasure& measure) {
  const bool open = measure.until_ms() == 0;
  return First(
      Demand(measure.from_ms() != 0, "a measure says from when it holds"),
      CheckInstant(measure.from_ms(), "the instant from which a measure holds"),
      open ? absl::OkStatus() : CheckInstant(measure.until_ms(), "the end of a measure"),
      Demand(open || measure.until_ms() > measure.from_ms(), "a measure ends after it begins"),
      CheckInstant(measure.since_ms(), "the instant of a measure's status"),
      Demand(measure.since_ms() >= measure.from_ms(),
             "the status of a measure is from before the measure"));
}

absl::Status CheckMeasure(const v1::TakenMeasure& measure) {
  const bool court = measure.status() == v1::MEASURE_STATUS_HANDED_TO_COURT;
  return First(
      Demand(measure.number() != 0, "measures are numbered from 1"),
      Demand(measure.measure() != v1::LEAD_MEASURE_UNSPECIFIED, "a measure of no kind"),
      Demand(measure.status() != v1::MEASURE_STATUS_UNSPECIFIED,
             "a measure that is neither in force nor over"),
      Demand(!measure.on().empty() || measure.subject() != 0, "a measure says what it is taken on"),
      Demand(court != measure.court_reference().empty(),
             "what was handed to a court has its reference, and nothing else has one"),
      Demand(measure.on().size() <= kLongestLine && measure.reference().size() <= kLongestLine &&
                 measure.court_reference().size() <= kLongestLine,
             "a text of a measure has more than 200 bytes"),
      CheckHeld(measure), CheckTimes(measure));
}

}  // namespace

absl::Status CheckLeadAsk(const v1::LeadAsk& ask) {
  absl::Status status = CheckSorted(ask.recipients(), "the recipients of a lead");
  if (static_cast<size_t>(ask.recipients_size()) > limits::kRecipients) {
    status.Update(Malformed("a lead goes to 200 recipients at most"));
  }
  for (const std::string& recipient : ask.recipients()) {
    status.Update(CheckAgency(recipient, "a recipient of a lead"));
  }
  return status;
}

absl::Status CheckLeadAnswer(const v1::LeadAnswer& answer) {
  absl::Status status =
      First(Demand(answer.number() != 0 && answer.number() <= limits::kLeadAnswers,
                   "answers to a lead are numbered from 1 to 256"),
            Demand(answer.taken() || answer.measures().empty(),
                   "a lead that is declined, with a measure that was taken"),
            Demand(static_cast<size_t>(answer.measures_size()) <= limits::kLeadMeasures,
                   "an answer tells of 64 measures at most"));
  for (int i = 0; i < answer.measures_size(); ++i) {
    status.Update(CheckMeasure(answer.measures(i)));
    if (i > 0 && answer.measures(i - 1).number() >= answer.measures(i).number()) {
      status.Update(Refuse(Reason::kNotCanonical, "the measures are not sorted, or one is twice"));
    }
  }
  return status;
}

}  // namespace entente::record
