#include "node/narrow.h"

#include <algorithm>

#include "core/base/agency.h"
#include "core/base/refusal.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr std::string_view kKind = "kind:";

using Words = google::protobuf::RepeatedPtrField<std::string>;

bool IsKindWord(std::string_view word) {
  return word.size() > kKind.size() && word.starts_with(kKind) &&
         std::ranges::all_of(word.substr(kKind.size()),
                             [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

absl::Status CheckWords(const Words& words) {
  for (const std::string& word : words) {
    if (IsJurisdiction(word) || word == "ORG" || IsKindWord(word) || AgencyId::Parse(word).ok()) {
      continue;
    }
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("never_to names nobody that there could be: ", word),
                          "write a State such as CH, kind:police, or an agency such as CH.fiu");
  }
  return absl::OkStatus();
}

bool Names(const Words& words, std::string_view agency, std::string_view kind) {
  return std::ranges::any_of(words, [&](const std::string& word) {
    return word == agency || word == agency.substr(0, agency.find('.')) ||
           (word.starts_with(kKind) && std::string_view(word).substr(kKind.size()) == kind);
  });
}

void RefuseAll(policy::Side side, std::string_view reason, policy::Decision& decision) {
  decision.verdict = policy::Verdict::kRefuse;
  decision.released.clear();
  decision.withheld.clear();
  decision.reasons.push_back({side, std::string(reason)});
}

void KeepAll(policy::Decision& decision) { RefuseAll(policy::Side::kOrigin, kNarrowed, decision); }

}  // namespace

absl::Status CheckNeverTo(const v1::Draft& draft) {
  absl::Status status = CheckWords(draft.never_to());
  for (const v1::DraftSection& section : draft.sections()) {
    status.Update(CheckWords(section.never_to()));
  }
  return status;
}

void Narrow(const v1::Draft& draft, std::string_view agency, std::string_view kind,
            policy::Decision& decision) {
  if (!decision.releases()) return;
  if (Names(draft.never_to(), agency, kind)) return KeepAll(decision);
  std::vector<uint32_t> left;
  for (const uint32_t i : decision.released) {
    const v1::DraftSection& section = draft.sections(static_cast<int>(i));
    if (!Names(section.never_to(), agency, kind)) {
      left.push_back(i);
      continue;
    }
    if (section.essential()) return KeepAll(decision);
    decision.withheld.push_back({i, {}, {{policy::Side::kOrigin, std::string(kNarrowed)}}});
  }
  if (left.empty()) return KeepAll(decision);
  if (left.size() == decision.released.size()) return;
  decision.released = std::move(left);
  decision.verdict = policy::Verdict::kReleaseInPart;
  std::ranges::sort(decision.withheld, {}, &policy::WithheldSection::section);
}

bool Describes(const v1::DraftSection& section) {
  return !section.content().subjects().subjects().empty();
}

void RefuseWithNobodyToFind(const v1::Draft& draft, policy::Decision& decision) {
  if (draft.kind() != v1::RECORD_KIND_ALERT || !decision.releases()) return;
  const bool any = std::ranges::any_of(decision.released, [&](uint32_t i) {
    return Describes(draft.sections(static_cast<int>(i)));
  });
  if (!any) RefuseAll(policy::Side::kRecord, kNobodyToFind, decision);
}

}  // namespace entente::node
