#include <algorithm>
#include <set>

#include "core/base/limits.h"
#include "policy/decision.h"
#include "policy/file_frame.h"
#include "policy/parse_example.h"
#include "policy/parse_rule.h"

namespace entente::policy {
namespace {

constexpr std::array<RuleKind, 4> kRuleKinds = {RuleKind::kAllow, RuleKind::kWithhold,
                                                RuleKind::kForbid, RuleKind::kNotTogether};

std::vector<Rule> ReadSide(TableReader& file, Direction direction, RuleContext& context) {
  std::vector<Rule> rules;
  const std::string key(DirectionKey(direction));
  const TomlValue* side = file.Take(key, Need::kOptional);
  if (side == nullptr) return rules;
  if (side->kind != TomlValue::Kind::kTable) {
    context.errors.Add(side->at, "'" + key + "' holds rules, each begun by [[" + key + ".allow]]");
    return rules;
  }
  const std::string what = "the " + key + " half";
  TableReader reader(*side, what, context.errors);
  for (const RuleKind kind : kRuleKinds) {
    for (const TomlValue* table : reader.Tables(RuleKey(kind), Need::kOptional)) {
      rules.push_back(ReadRule(*table, direction, kind, context));
    }
  }
  reader.Finish();
  if (rules.size() > limits::kRulesPerSide) {
    context.errors.Add(side->at, "the " + key + " half has " + std::to_string(rules.size()) +
                                     " rules, more than " + std::to_string(limits::kRulesPerSide));
  }
  return rules;
}

void CheckRuleIds(const Policy& policy, FileErrors& errors) {
  std::set<std::string_view> ids;
  for (const auto* side : {&policy.outbound, &policy.inbound}) {
    for (const Rule& rule : *side) {
      if (!rule.id.empty() && !ids.insert(rule.id).second) {
        errors.Add(rule.at, "the rule id '" + rule.id + "' stands twice");
      }
    }
  }
}

// A cause that is neither a rule of this file nor a reason can never be met.
void CheckCauses(const Policy& policy, FileErrors& errors) {
  for (const Example& example : policy.examples) {
    const auto& rules =
        example.direction == Direction::kOutbound ? policy.outbound : policy.inbound;
    for (const std::string& cause : example.because) {
      if (IsPolicyReason(cause)) continue;
      const bool known = std::any_of(rules.begin(), rules.end(),
                                     [&](const Rule& rule) { return rule.id == cause; });
      if (!known) {
        errors.Add(example.at,
                   "'" + cause + "' in 'because' is neither a reason nor a rule of " + "this half");
      }
    }
  }
}

void ReadHead(TableReader& reader, const Vocabulary& vocabulary, FileErrors& errors,
              Policy& policy) {
  reader.Take(TypeKey(FileType::kPolicy), Need::kMandatory);
  const PlacedText name = reader.Placed("vocabulary", Need::kMandatory);
  policy.vocabulary = name.text;
  if (!name.text.empty() && name.text != vocabulary.name()) {
    errors.Add(name.at, "this policy is written in vocabulary " + name.text +
                            "; the one in force is " + vocabulary.name());
  }
  const PlacedText state = reader.Placed("jurisdiction", Need::kMandatory);
  CheckState(state, true, errors);
  policy.jurisdiction = state.text;
  policy.version = reader.Count("version", Need::kMandatory);
  policy.valid = reader.Between("valid_from", "valid_until", Need::kMandatory);
  policy.contact = reader.Text("contact", Need::kMandatory);
  const PlacedText explain = reader.Placed("explain", Need::kOptional);
  policy.explain_public = explain.text == "public";
  if (!explain.text.empty() && !policy.explain_public) {
    errors.Add(explain.at, "'explain' can only be \"public\"; leave it out to show no rule");
  }
  policy.can_honour =
      ReadObligations(reader, "can_honour", Need::kOptional, vocabulary.obligation_forms());
  policy.quorum_first =
      reader.Words("quorum_first", Need::kOptional, vocabulary, Category::kRecordKind);
}

}  // namespace

absl::StatusOr<Policy> ParsePolicy(std::string_view text, std::string_view file,
                                   const Vocabulary& vocabulary) {
  const auto tree = OpenFile(text, file, FileType::kPolicy);
  if (!tree.ok()) return tree.status();
  FileErrors errors(file);
  TableReader reader(*tree, "a policy file", errors);
  Policy policy;
  policy.file = std::string(file);
  ReadHead(reader, vocabulary, errors, policy);
  RuleContext context{vocabulary, errors, policy.references};
  policy.outbound = ReadSide(reader, Direction::kOutbound, context);
  policy.inbound = ReadSide(reader, Direction::kInbound, context);
  for (const TomlValue* table : reader.Tables("example", Need::kOptional)) {
    policy.examples.push_back(ReadExample(*table, policy.valid.from, vocabulary, errors));
  }
  reader.Finish();
  CheckRuleIds(policy, errors);
  CheckCauses(policy, errors);
  if (!errors.ok()) return errors.status();
  return policy;
}

absl::Status CheckReferences(const Policy& policy, const Groups& groups,
                             const Instruments& instruments) {
  FileErrors errors(policy.file);
  for (const Reference& reference : policy.references) {
    const bool group = reference.kind == Reference::Kind::kGroup;
    const bool known =
        group ? std::any_of(groups.groups.begin(), groups.groups.end(),
                            [&](const Group& g) { return g.id == reference.id; })
              : std::any_of(instruments.instruments.begin(), instruments.instruments.end(),
                            [&](const Instrument& i) { return i.id == reference.id; });
    if (!known) {
      errors.Add(reference.at, "no " + std::string(group ? "group" : "instrument") + " '" +
                                   reference.id + "' is known");
    }
  }
  return errors.status();
}

}  // namespace entente::policy
