#include "node/access_decisions.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_join.h"
#include "core/base/encoding.h"
#include "node/desk.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr size_t kUndecidedNamed = 5;

absl::Status CheckForm(const v1::AccessDecision& decision, const std::string& name) {
  const bool has_ground = !AccessGroundWord(decision.ground()).empty();
  if (decision.told() && (has_ground || decision.silent())) {
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("record ", name, " is told, and has a ground to withhold it"),
                          "tell it, or withhold it");
  }
  if (!decision.told() && !has_ground) {
    return RefuseAdvising(Reason::kLabelMissing, "ground",
                          Text("record ", name, " is withheld, and nothing says why"),
                          "name one of obstruct-inquiry, prejudice-detection, public-security, "
                          "national-security, rights-of-others");
  }
  if (decision.reason().size() <= kJustificationBytes) return absl::OkStatus();
  return RefuseAdvising(Reason::kTooLarge, "reason",
                        Text("a reason has at most ", kJustificationBytes, " bytes"),
                        "say it in fewer words; what is long belongs in the file");
}

std::string DetailOf(const v1::AccessDecision& decision) {
  if (decision.told()) return "told to the person";
  return Text(decision.silent() ? "withheld, and the person is not told so: " : "withheld: ",
              AccessGroundWord(decision.ground()));
}

}  // namespace

std::string_view AccessGroundWord(v1::AccessGround ground) {
  switch (ground) {
    case v1::ACCESS_GROUND_OBSTRUCT_INQUIRY:
      return "obstruct-inquiry";
    case v1::ACCESS_GROUND_PREJUDICE_DETECTION:
      return "prejudice-detection";
    case v1::ACCESS_GROUND_PUBLIC_SECURITY:
      return "public-security";
    case v1::ACCESS_GROUND_NATIONAL_SECURITY:
      return "national-security";
    case v1::ACCESS_GROUND_RIGHTS_OF_OTHERS:
      return "rights-of-others";
    default:
      return "";
  }
}

absl::Status CheckDecision(const v1::AccessDecision& decision, const v1::SubjectItem& item) {
  if (absl::Status form = CheckForm(decision, item.reference()); !form.ok()) return form;
  if (item.has_decision()) {
    return RefuseAdvising(Reason::kMalformed, "",
                          Text("record ", item.reference(), " is decided twice"), "decide it once");
  }
  if (!decision.told() || item.ask().empty() || !IsBlank(decision.reason())) {
    return absl::OkStatus();
  }
  return RefuseAdvising(
      Reason::kLabelMissing, "reason",
      Text("record ", item.reference(), " has what came from ", absl::StrJoin(item.ask(), ", "),
           ", and nothing says that they were asked"),
      Text("ask them, and write what they said: --tell \"", item.record_id(), ":...\""));
}

absl::Status CheckAllDecided(std::span<const v1::SubjectItem> items) {
  std::vector<std::string> names;
  size_t left = 0;
  for (const v1::SubjectItem& item : items) {
    if (item.has_decision()) continue;
    if (names.size() < kUndecidedNamed) names.push_back(item.record_id());
    ++left;
  }
  if (left == 0) return absl::OkStatus();
  return RefuseAdvising(
      Reason::kLabelMissing, "decision",
      Text("nobody has decided whether the person is told of ", left, " records that name them: ",
           absl::StrJoin(names, ", "), left > names.size() ? ", ..." : ""),
      "read the report without --for-subject, and decide on each: --tell RECORD, or --withhold "
      "RECORD=GROUND");
}

state::DiaryLine DecisionLine(std::string_view officer, const v1::SubjectItem& item,
                              const v1::SearchRequest& who, Instant now) {
  const v1::AccessDecision& decision = item.decision();
  state::DiaryLine line =
      MakeLine(officer, operation::kAccessDecision, *HexDecode(item.record_id()), item.purpose(),
               decision.reason().empty() ? who.justification() : decision.reason(), now);
  line.set_detail(DetailOf(decision));
  return line;
}

v1::SubjectItem ForSubject(const v1::SubjectItem& item) {
  v1::SubjectItem told;
  told.set_reference(item.reference());
  told.set_kind(item.kind());
  told.set_direction(item.direction());
  told.set_origin(item.origin());
  told.set_instant_ms(item.instant_ms());
  told.set_expires_ms(item.expires_ms());
  told.set_purpose(item.purpose());
  told.set_instrument(item.instrument());
  *told.mutable_data() = item.data();
  for (const v1::SubjectDisclosure& one : item.disclosed()) {
    v1::SubjectDisclosure& to = *told.add_disclosed();
    to.set_recipient(one.recipient());
    to.set_instrument(one.instrument());
  }
  *told.mutable_own_data() = item.own_data();
  for (v1::Subject& subject : *told.mutable_own_data()) {
    subject.clear_note();  // the officers' own words, of others perhaps
    subject.clear_statement();
  }
  told.set_named_in_text(item.named_in_text());
  return told;
}

std::vector<v1::WithheldCount> WithheldOf(std::span<const v1::SubjectItem> items) {
  std::map<v1::AccessGround, uint32_t> counts;
  for (const v1::SubjectItem& item : items) {
    const v1::AccessDecision& decision = item.decision();
    if (!decision.told() && !decision.silent()) ++counts[decision.ground()];
  }
  std::vector<v1::WithheldCount> withheld;
  for (const auto& [ground, records] : counts) {
    v1::WithheldCount& one = withheld.emplace_back();
    one.set_ground(ground);
    one.set_records(records);
  }
  return withheld;
}

}  // namespace entente::node
