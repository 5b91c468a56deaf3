// entente-policy explain: why one decision of the log came out as it did.
#include <algorithm>
#include <iostream>

#include "absl/strings/str_join.h"
#include "cli/decision_again.h"
#include "cli/failure.h"
#include "cli/policy_commands.h"
#include "cli/text.h"
#include "core/base/encoding.h"

namespace entente::cli {
namespace {

// As docs/policy.md numbers them.
enum class Step : uint8_t {
  kLabels,
  kPolicies,
  kInstrument,
  kSections,
  kForbidden,
  kTogether,
  kLeft,
  kObligations,
  kVerdict
};
constexpr std::string_view kSteps[] = {"labels",   "policies", "instrument",  "sections", "forbid",
                                       "together", "left",     "obligations", "verdict"};

Step StepOfReason(const std::string& reason) {
  constexpr std::pair<std::string_view, Step> kReasons[] = {
      {"label-", Step::kLabels},           {"handling-", Step::kLabels},
      {"origin-policy-", Step::kPolicies}, {"destination-policy-", Step::kPolicies},
      {"policy-expired", Step::kPolicies}, {"snapshot-behind", Step::kPolicies},
      {"instrument-", Step::kInstrument},  {"no-rule-allows", Step::kSections},
      {"withheld", Step::kSections},       {"forbidden", Step::kForbidden},
      {"not-together", Step::kTogether},   {"nothing-left", Step::kLeft},
      {"essential-missing", Step::kLeft},  {"cannot-honour", Step::kObligations},
  };
  for (const auto& [start, step] : kReasons) {
    if (reason.starts_with(start)) return step;
  }
  return Step::kVerdict;
}

struct ShownRule {
  Step step;
  std::string id, title, law;
};

Step StepOfRule(policy::RuleKind kind) {
  if (kind == policy::RuleKind::kForbid) return Step::kForbidden;
  return kind == policy::RuleKind::kNotTogether ? Step::kTogether : Step::kSections;
}

// Of a rule that the reader may see, what its file says of it.
class Laws {
 public:
  Laws(const TextsInForce& texts, const DecisionLine& line)
      : texts_(texts),
        origin_(texts.PolicyAt(StateOf(line.labels->record.origin), line.instant)),
        destination_(texts.PolicyAt(StateOf(line.recipient), line.instant)) {}

  ShownRule Of(const policy::MatchedRule& matched) const {
    if (matched.side == policy::Side::kInstrument) return OfInstrument(matched);
    const bool own = matched.side == policy::Side::kOrigin;
    const policy::Policy* const policy = own ? origin_ : destination_;
    if (policy != nullptr) {
      const auto& rules = own ? policy->outbound : policy->inbound;
      const auto found = std::ranges::find(rules, matched.id, &policy::Rule::id);
      if (found != rules.end()) {
        return {StepOfRule(found->kind), found->id, found->title, found->law};
      }
    }
    return {Step::kSections, matched.id, matched.title, ""};
  }

 private:
  ShownRule OfInstrument(const policy::MatchedRule& matched) const {
    const auto& all = texts_.instruments().instruments;
    const auto found = std::ranges::find(all, matched.id, &policy::Instrument::id);
    return {Step::kInstrument, matched.id, matched.title, found == all.end() ? "" : found->law};
  }

  const TextsInForce& texts_;
  const policy::Policy* const origin_;
  const policy::Policy* const destination_;
};

// All that is told, as text or as JSON.
struct Explanation {
  DecisionLine line;
  std::vector<TextInForce> texts;
  // Of a decision that could be made again, as the origin may see it.
  std::optional<policy::VisibleDecision> again;
  std::vector<ShownRule> rules;
  std::vector<ShownRule> overridden;
  bool one_sided = false;
  bool same = false;
};

absl::StatusOr<Explanation> Explain(const std::string& folder, DecisionLine line) {
  Explanation out{.line = std::move(line), .texts = {}, .again = {}, .rules = {}, .overridden = {}};
  if (out.line.texts.empty()) return out;
  const auto texts = TextsInForce::Read(folder + "/" + out.line.texts);
  if (!texts.ok()) return texts.status();
  out.texts = texts->texts();
  if (!out.line.labels) return out;
  const auto snapshot = texts->Compile(std::nullopt);
  if (!snapshot.ok()) return snapshot.status();
  const policy::Decision again = DecideAgain(*texts, **snapshot, out.line);
  out.one_sided = IsOneSided(*texts, out.line);
  out.same = IsAsLogged(*texts, again, out.line);
  out.again = policy::ViewFor(policy::Reader::kOrigin, again);
  const Laws laws(*texts, out.line);
  for (const policy::MatchedRule& rule : out.again->rules) out.rules.push_back(laws.Of(rule));
  for (const auto& rule : OverriddenRules(*texts, **snapshot, out.line)) {
    out.overridden.push_back(laws.Of(rule));
  }
  return out;
}

std::string Joined(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  std::string out;
  if (value.is_object()) {
    for (const auto& [key, one] : value.items()) {
      out += (out.empty() ? "" : "; ") + key + ": " + Joined(one);
    }
    return out;
  }
  if (!value.is_array()) return JsonLine(value);
  for (const Json& one : value) out += (out.empty() ? "" : ", ") + one.get<std::string>();
  return out;
}

class Printer {
 public:
  Printer(Language language, const Explanation& told) : language_(language), told_(told) {}

  void Print() const {
    const DecisionLine& line = told_.line;
    PrintLine("policy.explain.record", {std::to_string(line.log_index), FormatInstant(line.instant),
                                        line.reference, line.record_id, line.recipient});
    PrintLabels();
    PrintTexts();
    if (told_.again) PrintSteps(*told_.again);
    if (!line.missing.empty()) {
      PrintLine("policy.explain.missing", {Word(language_, "missing-labels", line.missing)});
    } else if (told_.one_sided) {
      PrintLine("policy.explain.one-sided", {StateOf(line.recipient)});
    }
    if (told_.again && told_.same && !told_.one_sided) return PrintLine("policy.explain.same");
    if (told_.again) {
      PrintLine(told_.same ? "policy.explain.fits" : "policy.explain.differs");
    }
    if (!line.recipient.empty()) PrintLogged();
  }

 private:
  void PrintLine(std::string_view key,
                 std::initializer_list<std::string_view> arguments = {}) const {
    std::cout << Say(language_, key, arguments) << '\n';
  }

  void PrintLabels() const {
    if (!told_.line.labels) return;
    PrintLine("policy.explain.labels");
    const Json labels = LabelsJson(*told_.line.labels);
    for (const auto& [key, value] : labels.items()) {
      if (key == "section" || key == "consents") continue;
      std::cout << "  " << key << ": " << Printable(Joined(value)) << '\n';
    }
    for (const Json& consent : labels["consents"]) {
      PrintLine("policy.explain.consent", {Joined(consent)});
    }
    size_t number = 0;
    for (const Json& section : labels["section"]) {
      PrintLine("policy.explain.section", {std::to_string(number++), Joined(section)});
    }
  }

  void PrintTexts() const {
    if (told_.texts.empty()) return;
    const DecisionLine& line = told_.line;
    PrintLine("policy.explain.texts",
              {std::to_string(line.snapshot_number), DigestText(line.snapshot_hash)});
    const std::string origin = line.labels ? StateOf(line.labels->record.origin) : "";
    for (const TextInForce& text : told_.texts) {
      const bool asked = text.name == origin || text.name == StateOf(line.recipient);
      if (text.kind == "policy" && line.labels && !asked) continue;
      const std::string name = text.kind + (text.name.empty() ? "" : " " + text.name);
      if (text.kind == "agencies") {
        PrintLine("policy.explain.from-log", {name, DigestText(text.digest)});
        continue;
      }
      PrintLine(text.held ? "policy.explain.text" : "policy.explain.not-held",
                {name, std::to_string(text.version), DigestText(text.digest),
                 FormatInstant(text.in_force)});
    }
  }

  void PrintSteps(const policy::VisibleDecision& decision) const {
    for (size_t i = 0; i < std::size(kSteps); ++i) PrintStep(static_cast<Step>(i), decision);
    if (!decision.contact.empty()) PrintLine("policy.explain.contact", {decision.contact});
  }

  void PrintStep(Step step, const policy::VisibleDecision& decision) const {
    const std::string word(kSteps[static_cast<size_t>(step)]);
    PrintLine("policy.explain.step." + word);
    if (step == Step::kSections) PrintSections(decision);
    if (step == Step::kVerdict) PrintVerdict(decision);
    size_t reasons = 0;
    for (const std::string& reason : decision.reasons) {
      if (StepOfReason(reason) != step) continue;
      ++reasons;
      std::cout << "   - " << Printable(ReasonWords(language_, reason)) << '\n';
    }
    for (const ShownRule& rule : told_.rules) {
      if (rule.step == step) PrintLine("policy.explain.rule", {rule.id, rule.title, rule.law});
    }
    if (step == Step::kForbidden) PrintOverridden();
    if (step == Step::kObligations) PrintList(decision.obligations);
    if (reasons != 0 || step == Step::kVerdict) return;
    // What the other side's rules keep back is not told by whom.
    const bool hidden = told_.one_sided || !decision.contact.empty();
    PrintLine(hidden && step >= Step::kPolicies ? "policy.explain.nothing-shown"
                                                : "policy.explain.nothing-against");
  }

  void PrintOverridden() const {
    for (const ShownRule& rule : told_.overridden) {
      const Instant until = told_.line.labels->recipient.emergency->until;
      PrintLine("policy.explain.overridden", {rule.id, rule.title, rule.law, FormatInstant(until)});
    }
  }

  void PrintList(const std::vector<std::string>& texts) const {
    if (!texts.empty()) std::cout << "   " << Printable(absl::StrJoin(texts, ", ")) << '\n';
  }

  void PrintVerdict(const policy::VisibleDecision& decision) const {
    const DecisionLine& line = told_.line;
    const std::string origin = line.labels ? line.labels->record.origin : "";
    std::cout << "   "
              << Say(language_,
                     "policy.verdict." + std::string(policy::VerdictWord(decision.verdict)),
                     {origin, line.recipient, FormatInstant(line.instant)})
              << '\n';
  }

  void PrintSections(const policy::VisibleDecision& decision) const {
    for (const uint32_t section : decision.released) {
      std::cout << "   " << Say(language_, "policy.released", {std::to_string(section)}) << '\n';
    }
    for (const policy::VisibleSection& section : decision.withheld) {
      std::vector<std::string> why = section.rules;
      for (const std::string& reason : section.reasons) {
        why.push_back(ReasonWords(language_, reason));
      }
      const std::string number =
          section.section == kSectionNotKnown ? "?" : std::to_string(section.section);
      std::cout << "   " << Say(language_, "policy.kept-back", {number, absl::StrJoin(why, ", ")})
                << '\n';
    }
  }

  void PrintLogged() const {
    const policy::VisibleDecision& logged = told_.line.logged;
    PrintLine("policy.explain.logged");
    PrintVerdict(logged);
    PrintSections(logged);
    for (const std::string& reason : logged.reasons) {
      std::cout << "   - " << Printable(ReasonWords(language_, reason)) << '\n';
    }
    PrintList(logged.RuleIds());
    PrintList(logged.obligations);
    if (!logged.contact.empty()) PrintLine("policy.explain.contact", {logged.contact});
  }

  const Language language_;
  const Explanation& told_;
};

Json RuleJson(const ShownRule& rule) {
  return {{"id", rule.id}, {"title", rule.title}, {"law", rule.law}};
}

Json StepsJson(Language language, const Explanation& told) {
  Json steps = Json::array();
  for (size_t i = 0; i < std::size(kSteps); ++i) {
    const auto step = static_cast<Step>(i);
    Json reasons = Json::array(), rules = Json::array();
    for (const std::string& reason : told.again->reasons) {
      if (StepOfReason(reason) != step) continue;
      reasons.push_back({{"reason", reason}, {"text", ReasonWords(language, reason)}});
    }
    for (const ShownRule& rule : told.rules) {
      if (rule.step != step) continue;
      rules.push_back(RuleJson(rule));
    }
    steps.push_back(
        {{"step", kSteps[i]}, {"reasons", std::move(reasons)}, {"rules", std::move(rules)}});
    if (step != Step::kForbidden) continue;
    steps.back()["overridden"] = Json::array();
    for (const ShownRule& rule : told.overridden) {
      steps.back()["overridden"].push_back(RuleJson(rule));
    }
  }
  return steps;
}

Json ExplanationJson(Language language, const Explanation& told) {
  Json json = LineJson(told.line);
  json["texts"] = Json::array();
  for (const TextInForce& text : told.texts) json["texts"].push_back(TextJson(text));
  if (!told.again) return json;
  json["steps"] = StepsJson(language, told);
  json["again"] = DecisionJson(*told.again);
  json["one_sided"] = told.one_sided;
  json["as_logged"] = told.same;
  return json;
}

}  // namespace

int ExplainDecision(Language language, const ExplainQuestion& question) {
  auto reader = ExportReader::Open(question.folder);
  if (!reader.ok()) return PolicyRefused(language, reader.status());
  size_t told = 0;
  bool all_same = true;
  for (;;) {
    auto line = reader->Next();
    if (!line.ok()) return PolicyRefused(language, line.status());
    if (!*line) break;
    if ((*line)->log_index != question.index) continue;
    if (!question.to.empty() && (*line)->recipient != question.to) continue;
    const auto explained = Explain(question.folder, **std::move(line));
    if (!explained.ok()) return PolicyRefused(language, explained.status());
    if (question.json) {
      std::cout << JsonLine(ExplanationJson(language, *explained)) << '\n';
    } else {
      if (told != 0) std::cout << '\n';
      Printer(language, *explained).Print();
    }
    ++told;
    all_same = all_same && (!explained->again || explained->same);
  }
  if (told == 0) {
    std::cerr << Say(language, "policy.explain.none", {std::to_string(question.index), question.to})
              << '\n';
    return kInputRefused;
  }
  return all_same ? kDone : kAnswerIsNo;
}

}  // namespace entente::cli
