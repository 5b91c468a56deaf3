#include "cli/render_restrict.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

std::string Why(Language language, const v1::Restriction& one) {
  if (one.by_review()) return Say(language, "review.restricted");
  return Word(language, "restricted", std::to_string(one.ground()));
}

std::string Obligations(const v1::Restriction& one) {
  return absl::StrJoin(one.obligations(), ", ");
}

bool IsLifted(const v1::Restriction& one) { return one.ground() == v1::RESTRICTION_GROUND_LIFTED; }

// Our own copy of what another agency restricts.
std::string FirstOf(Language language, const std::string& origin, const v1::Restriction& one) {
  const std::string since = InstantText(one.since_ms());
  std::string out;
  if (one.processing()) {
    out += Say(language, "restriction.first", {origin, since, Why(language, one)}) + "\n";
  } else if (IsLifted(one)) {
    out += Say(language, "restriction.lifted", {origin, since}) + "\n";
  }
  if (one.obligations().empty()) return out;
  return out +
         Say(language, "restriction.added", {origin, since, Why(language, one), Obligations(one)}) +
         "\n";
}

std::string At(Language language, const v1::Restriction& one) {
  const std::string since = InstantText(one.since_ms());
  std::string out =
      one.processing()
          ? Say(language, "restriction.at", {one.recipient(), since, Why(language, one)})
      : IsLifted(one)
          ? Say(language, "restriction.at-lifted", {one.recipient(), since})
          : Say(language, "restriction.at-added", {one.recipient(), since, Why(language, one)});
  if (!one.obligations().empty()) out += Say(language, "restriction.obliges", {Obligations(one)});
  if (one.closed()) return out + Say(language, "restriction.closed") + "\n";
  if (one.confirmed_ms() == 0) return out + Say(language, "restriction.awaited") + "\n";
  return out + Say(language, "restriction.confirmed", {InstantText(one.confirmed_ms())}) + "\n";
}

}  // namespace

std::string RestrictedFirst(Language language, const v1::InboxItem& item) {
  // What was sent has not been received.
  if (item.received_ms() == 0) return RenderRestrictions(language, item.restrictions());
  std::string out;
  for (const v1::Restriction& one : item.restrictions()) {
    out += FirstOf(language, item.origin(), one);
  }
  return out;
}

std::string RenderRestrictions(Language language, const Restrictions& restrictions) {
  std::string out;
  for (const v1::Restriction& one : restrictions) out += At(language, one);
  return out;
}

std::string RenderRestricted(Language language, const v1::ListResponse& response) {
  if (response.records().empty()) return Say(language, "list.none") + "\n";
  std::string out;
  for (const v1::RecordSummary& record : response.records()) {
    out += Say(language, "restriction.head",
               {record.reference(), Word(language, "kind", std::to_string(record.kind())),
                record.origin(), record.record_id()}) +
           "\n" + RenderRestrictions(language, record.restrictions());
  }
  return out;
}

}  // namespace entente::cli
