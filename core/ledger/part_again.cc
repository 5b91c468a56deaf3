// A decision made again beside the one before it: core/ledger/parts.h.
#include <algorithm>
#include <set>

#include "core/ledger/obligations.h"
#include "core/ledger/parts.h"

namespace entente::ledger {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

std::vector<std::string> ToVector(const Texts& texts) { return {texts.begin(), texts.end()}; }

void AddTexts(const Texts& more, Texts& texts) {
  std::set<std::string> all(texts.begin(), texts.end());
  all.insert(more.begin(), more.end());
  texts.Assign(all.begin(), all.end());
}

const v1::WithheldSection* FindWithheld(const v1::RecipientDecision& decision,
                                        std::string_view id) {
  const auto found = std::ranges::find(decision.withheld(), id, &v1::WithheldSection::section_id);
  return found == decision.withheld().end() ? nullptr : &*found;
}

// What was kept back before stays so, with the rules and reasons of then.
void KeepWithheld(const v1::RecipientDecision& before, v1::RecipientDecision& out) {
  for (const v1::WithheldSection& section : before.withheld()) {
    if (FindWithheld(out, section.section_id()) != nullptr) continue;
    *out.add_withheld() = section;
    AddTexts(section.rules(), *out.mutable_rules());
    AddTexts(section.reasons(), *out.mutable_reasons());
    if (out.contact().empty()) out.set_contact(before.contact());
  }
  std::sort(out.mutable_withheld()->begin(), out.mutable_withheld()->end(),
            [](const auto& a, const auto& b) { return a.section_id() < b.section_id(); });
}

v1::RecipientDecision Refused(v1::RecipientDecision decision) {
  decision.set_verdict(v1::VERDICT_REFUSE);
  decision.clear_obligations();
  return decision;
}

}  // namespace

bool Releases(v1::Verdict verdict) {
  return verdict == v1::VERDICT_RELEASE || verdict == v1::VERDICT_RELEASE_IN_PART;
}

const v1::SubmissionPart& DecidedIn(const v1::Part& part) {
  return part.has_again() ? part.again().decided() : part.submission();
}

v1::RecipientDecision Narrowed(const v1::RecipientDecision& before,
                               const v1::RecipientDecision& now, size_t sections,
                               const policy::Vocabulary& vocabulary) {
  if (!Releases(before.verdict())) return Refused(before);
  if (!Releases(now.verdict())) return Refused(now);
  v1::RecipientDecision out = now;
  KeepWithheld(before, out);
  if (static_cast<size_t>(out.withheld_size()) == sections) {
    Texts nothing_left;
    nothing_left.Add(std::string(policy::PolicyReasonWord(policy::PolicyReason::kNothingLeft)));
    AddTexts(nothing_left, *out.mutable_reasons());
    return Refused(std::move(out));
  }
  const std::vector<std::string> obligations =
      UnionOf(ToVector(before.obligations()), ToVector(out.obligations()), vocabulary);
  out.mutable_obligations()->Assign(obligations.begin(), obligations.end());
  out.set_verdict(out.withheld().empty() ? v1::VERDICT_RELEASE : v1::VERDICT_RELEASE_IN_PART);
  return out;
}

bool SameOutcome(const v1::RecipientDecision& a, const v1::RecipientDecision& b) {
  return a.verdict() == b.verdict() && std::ranges::equal(a.obligations(), b.obligations()) &&
         std::ranges::equal(a.withheld(), b.withheld(), {}, &v1::WithheldSection::section_id,
                            &v1::WithheldSection::section_id);
}

bool IsNoWider(const v1::RecipientDecision& again, const v1::RecipientDecision& before,
               const policy::Vocabulary& vocabulary) {
  if (!Releases(again.verdict())) return true;
  if (!Releases(before.verdict())) return false;
  const bool withholds = std::ranges::all_of(before.withheld(), [&](const auto& section) {
    return FindWithheld(again, section.section_id()) != nullptr;
  });
  return withholds && !FirstNotCovered(ToVector(again.obligations()),
                                       ToVector(before.obligations()), vocabulary);
}

}  // namespace entente::ledger
