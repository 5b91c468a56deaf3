#include "policy/parse_rule.h"

#include <algorithm>

namespace entente::policy {
namespace {

enum class Listed : uint8_t { kParty, kOrigins };

constexpr std::string_view kGroupPrefix = "group:";

void ReadGroupName(const PlacedText& text, Parties& out, RuleContext& context) {
  const PlacedText id{text.text.substr(kGroupPrefix.size()), text.at};
  if (id.text.empty()) {
    context.errors.Add(text.at, "write the id of a group after 'group:'");
    return;
  }
  if (!CheckIdentifier(id, context.errors)) return;
  out.groups.push_back(id.text);
  context.references.push_back({Reference::Kind::kGroup, id.text, text.at});
}

// A State, ORG, a group, or (for the other side of a rule) an agency.
void ReadName(const PlacedText& text, Listed listed, Parties& out, RuleContext& context) {
  if (text.text.empty()) return;
  if (text.text.starts_with(kGroupPrefix)) return ReadGroupName(text, out, context);
  if (listed == Listed::kParty && text.text.find('.') != std::string::npos) {
    const auto agency = AgencyId::Parse(text.text);
    if (!agency.ok()) return context.errors.Add(text.at, std::string(agency.status().message()));
    out.agencies.push_back(text.text);
    return;
  }
  if (CheckState(text, true, context.errors)) out.jurisdictions.push_back(text.text);
}

void ReadPartyWord(const PlacedText& text, bool first, Parties& out, RuleContext& context) {
  if (text.text == "everyone") {
    if (out.everyone_except) {
      context.errors.Add(text.at, "'everyone' cannot stand among what 'everyone-except' excepts");
    }
    out.everyone = true;
  } else if (text.text == "everyone-except") {
    if (!first) context.errors.Add(text.at, "'everyone-except' must stand first in its list");
    out.everyone_except = true;
  } else {
    ReadName(text, Listed::kParty, out, context);
  }
}

std::optional<Parties> ReadParties(TableReader& reader, std::string_view key, Need need,
                                   RuleContext& context) {
  const std::vector<PlacedText> texts = reader.Texts(key, need);
  if (texts.empty()) return std::nullopt;
  Parties out;
  for (size_t i = 0; i < texts.size(); ++i) ReadPartyWord(texts[i], i == 0, out, context);
  if (out.everyone_except && texts.size() == 1) {
    context.errors.Add(texts[0].at, "'everyone-except' must be followed by those it excepts");
  }
  return out;
}

std::optional<Parties> ReadOrigins(TableReader& reader, RuleContext& context) {
  const std::vector<PlacedText> texts = reader.Texts("obtained_from", Need::kOptional);
  if (texts.empty()) return std::nullopt;
  Parties out;
  for (const PlacedText& text : texts) {
    if (text.text == "another-state") {
      out.another_state = true;
    } else {
      ReadName(text, Listed::kOrigins, out, context);
    }
  }
  return out;
}

// "B2", or one half of it.
bool IsReliability(std::string_view text, const Vocabulary& vocabulary) {
  return vocabulary.FindEvaluation(text) || vocabulary.Find(Category::kSource, text) ||
         vocabulary.Find(Category::kInformation, text);
}

std::vector<std::string> ReadReliability(TableReader& reader, RuleContext& context) {
  std::vector<std::string> out;
  for (PlacedText& text : reader.Texts("reliability", Need::kOptional)) {
    if (text.text.empty()) continue;
    if (IsReliability(text.text, context.vocabulary)) {
      out.push_back(std::move(text.text));
    } else {
      context.errors.Add(text.at, "'" + text.text +
                                      "' is not an evaluation: write a source code, an information "
                                      "code, or both as in B2");
    }
  }
  return out;
}

std::vector<std::string> ReadUnder(TableReader& reader, Need need, RuleContext& context) {
  std::vector<std::string> out;
  for (PlacedText& text : reader.Texts("under", need)) {
    if (!CheckIdentifier(text, context.errors)) continue;
    context.references.push_back({Reference::Kind::kInstrument, text.text, text.at});
    out.push_back(std::move(text.text));
  }
  return out;
}

bool ReadUnless(TableReader& reader) {
  const PlacedText unless = reader.Placed("unless", Need::kOptional);
  if (unless.text.empty()) return false;
  if (unless.text != "consent-of-source-attached") {
    reader.Error(unless.at, "'unless' can only be \"consent-of-source-attached\"");
  }
  return true;
}

void ReadConditions(TableReader& reader, Direction direction, RuleKind kind, Rule& rule,
                    RuleContext& context) {
  const Vocabulary& words = context.vocabulary;
  const Need in_allow = kind == RuleKind::kAllow ? Need::kMandatory : Need::kOptional;
  const Need in_pair = kind == RuleKind::kNotTogether ? Need::kMandatory : in_allow;
  const std::string_view party = direction == Direction::kOutbound ? "to" : "from";
  rule.party = ReadParties(reader, party, in_allow, context);
  rule.to_kind = reader.Words("to_kind", Need::kOptional, words, Category::kAgencyKind);
  rule.from_kind = reader.Words("from_kind", Need::kOptional, words, Category::kAgencyKind);
  rule.for_purpose = reader.Words("for_purpose", in_allow, words, Category::kPurpose);
  rule.about = reader.Words("about", in_allow, words, Category::kPerson);
  rule.data = reader.Words("data", in_pair, words, Category::kData);
  rule.under = ReadUnder(reader, in_allow, context);
  rule.record = reader.Words("record", Need::kOptional, words, Category::kRecordKind);
  rule.handling = reader.Words("handling", Need::kOptional, words, Category::kHandling);
  rule.reliability = ReadReliability(reader, context);
  rule.obtained_from = ReadOrigins(reader, context);
}

}  // namespace

std::string_view RuleKey(RuleKind kind) {
  constexpr std::array<std::string_view, 4> kKeys = {"allow", "withhold", "forbid", "not_together"};
  return kKeys[static_cast<size_t>(kind)];
}

std::string_view DirectionKey(Direction direction) {
  return direction == Direction::kOutbound ? "outbound" : "inbound";
}

Rule ReadRule(const TomlValue& table, Direction direction, RuleKind kind, RuleContext& context) {
  const std::string what =
      "this " + std::string(DirectionKey(direction)) + "." + std::string(RuleKey(kind)) + " rule";
  TableReader reader(table, what, context.errors);
  Rule rule;
  rule.kind = kind;
  rule.at = table.at;
  const PlacedText id = reader.Placed("id", Need::kMandatory);
  if (CheckIdentifier(id, context.errors)) rule.id = id.text;
  rule.title = reader.Text("title", Need::kMandatory);
  rule.law = reader.Text("law", Need::kMandatory);
  ReadConditions(reader, direction, kind, rule, context);
  if (kind == RuleKind::kAllow) {
    rule.obligations = ReadObligations(reader, "obligations", Need::kOptional,
                                       context.vocabulary.obligation_forms());
  }
  if (kind == RuleKind::kForbid) rule.unless_consent_of_source = ReadUnless(reader);
  reader.Finish();
  if (kind == RuleKind::kNotTogether && rule.data.size() == 1) {
    context.errors.Add(table.at, "'data' of not_together needs at least two categories");
  }
  return rule;
}

}  // namespace entente::policy
