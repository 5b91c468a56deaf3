#include "node/measures.h"

#include <algorithm>
#include <map>

namespace entente::node {
namespace {

class Book {
 public:
  explicit Book(v1::LeadStanding& standing) : standing_(standing) {}

  void Take(const ToldAnswer& told);
  void Close(Instant now);

 private:
  void Find(v1::Contradiction what, uint32_t answer, uint32_t measure = 0);
  void Hold(const v1::TakenMeasure& told, uint32_t answer);

  v1::LeadStanding& standing_;
  std::map<uint32_t, v1::MeasureStanding> measures_;
  uint32_t last_ = 0;     // the highest number of an answer so far
  bool missing_ = false;  // something was told that is not known here
};

void Book::Find(v1::Contradiction what, uint32_t answer, uint32_t measure) {
  v1::FoundContradiction& found = *standing_.add_contradictions();
  found.set_what(what);
  found.set_answer(answer);
  found.set_measure(measure);
}

void Book::Take(const ToldAnswer& told) {
  if (told.number > last_ + 1) Find(v1::CONTRADICTION_ANSWER_MISSING, told.number);
  if (told.number <= last_) Find(v1::CONTRADICTION_ANSWER_TWICE, told.number);
  missing_ |= told.number > last_ + 1 || told.answer == nullptr;
  last_ = std::max(last_, told.number);
  if (told.answer == nullptr) return;
  for (const v1::TakenMeasure& measure : told.answer->measures()) Hold(measure, told.number);
}

void Book::Hold(const v1::TakenMeasure& told, uint32_t answer) {
  const auto [place, is_new] = measures_.try_emplace(told.number());
  const v1::TakenMeasure before = place->second.measure();
  place->second.set_told_in(answer);
  *place->second.mutable_measure() = told;
  const bool prolonged = told.status() == v1::MEASURE_STATUS_PROLONGED;
  const bool lifted = told.status() == v1::MEASURE_STATUS_LIFTED;
  if (is_new) {
    if ((prolonged || lifted) && !missing_) {
      Find(v1::CONTRADICTION_NOT_TOLD_BEFORE, answer, told.number());
    }
    return;
  }
  if (before.measure() != told.measure()) {
    Find(v1::CONTRADICTION_ANOTHER_MEASURE, answer, told.number());
  }
  if (before.status() == v1::MEASURE_STATUS_LIFTED && !lifted) {
    Find(v1::CONTRADICTION_AFTER_ITS_END, answer, told.number());
  }
  const bool longer =
      before.until_ms() != 0 && (told.until_ms() == 0 || told.until_ms() > before.until_ms());
  // Told again as it was, with another reference say.
  const bool again = before.status() == told.status() && before.since_ms() == told.since_ms();
  if (prolonged && !longer && !again) Find(v1::CONTRADICTION_NOT_LONGER, answer, told.number());
}

void Book::Close(Instant now) {
  for (auto& [number, measure] : measures_) {
    measure.set_lapsed(CanLapse(measure.measure()) &&
                       measure.measure().until_ms() <= static_cast<uint64_t>(now.ms));
    *standing_.add_measures() = std::move(measure);
  }
}

}  // namespace

bool CanLapse(const v1::TakenMeasure& measure) {
  return measure.until_ms() != 0 && measure.status() != v1::MEASURE_STATUS_LIFTED;
}

void Stand(std::span<const ToldAnswer> answers, Instant now, v1::LeadStanding& standing) {
  Book book(standing);
  for (const ToldAnswer& told : answers) book.Take(told);
  book.Close(now);
}

}  // namespace entente::node
