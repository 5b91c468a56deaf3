#include "tests/policy/cedar_rules.h"

#include <algorithm>
#include <initializer_list>

namespace entente::policy::testing {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::string>;

constexpr int kMostSources = 6;  // States that data was obtained from, in one record

std::string Joined(const Texts& items, const std::string& between) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : between) + item;
  return out;
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

// [Data::"identity", Data::"address"]
std::string Entities(const std::string& type, const Texts& ids) {
  Texts out;
  for (const std::string& id : ids) out.push_back(type + "::" + Quoted(id));
  return "[" + Joined(out, ", ") + "]";
}

std::string AnyOf(const Texts& terms) {
  return terms.empty() ? "false" : "(" + Joined(terms, " || ") + ")";
}

bool NamesLostGroup(const Parties& parties, const Texts& groups) {
  return std::any_of(parties.groups.begin(), parties.groups.end(), [&](const std::string& id) {
    return std::find(groups.begin(), groups.end(), id) == groups.end();
  });
}

class RuleText {
 public:
  RuleText(const Rule& rule, Direction direction, const std::string& own, const Texts& groups)
      : rule_(rule), direction_(direction), own_(own), groups_(groups) {}

  std::string Run() {
    Party();
    Obtained();
    Kind("resource", rule_.to_kind);
    Kind("principal", rule_.from_kind);
    Word("purpose", "Purpose", rule_.for_purpose);
    Word("record", "RecordKind", rule_.record);
    Word("under", "Instrument", rule_.under);
    Handling();
    Reliability();
    if (rule_.kind != RuleKind::kNotTogether) {
      Word("person", "Person", rule_.about);
      Word("data", "Data", rule_.data);
    }
    return Head() + " when {\n  " + (terms_.empty() ? "true" : Joined(terms_, " &&\n  ")) + "\n};";
  }

 private:
  bool allow() const { return rule_.kind == RuleKind::kAllow; }

  std::string Head() const {
    const std::string half = direction_ == Direction::kOutbound ? "outbound" : "inbound";
    const auto scope = [](const std::string& effect, const std::string& action) {
      return effect + " (principal, action " + action + ", resource)";
    };
    switch (rule_.kind) {
      case RuleKind::kAllow:
        return scope("permit", "in [Action::" + Quoted(half) + ", Action::\"duties\"]");
      case RuleKind::kWithhold:
        return scope("forbid", "== Action::" + Quoted(half));
      case RuleKind::kForbid:
        return scope("forbid", "== Action::\"forbid-check\"");
      case RuleKind::kNotTogether:
        break;
    }
    return scope("permit", "== Action::\"together-check\"");
  }

  // What is not known counts against release.
  void IfKnown(const std::string& known, const std::string& condition) {
    terms_.push_back(allow() ? "(" + known + " && " + condition + ")"
                             : "(if " + known + " then " + condition + " else true)");
  }

  void Word(const std::string& label, const std::string& type, const Texts& listed) {
    if (listed.empty()) return;
    IfKnown("context has " + label, Entities(type, listed) + ".contains(context." + label + ")");
  }

  void Kind(const std::string& end, const Texts& listed) {
    if (listed.empty()) return;
    IfKnown(end + " is Agency", Entities("AgencyKind", listed) + ".contains(" + end + ".kind)");
  }

  // Cedar wants the entities of one set to be of one type.
  static Texts Named(const std::string& entity, const Parties& parties) {
    Texts terms;
    if (!parties.jurisdictions.empty()) {
      terms.push_back(entity + " in " + Entities("State", parties.jurisdictions));
    }
    if (!parties.groups.empty()) {
      terms.push_back(entity + " in " + Entities("Group", parties.groups));
    }
    return terms;
  }

  // A rule that names a group which is gone: an allow never holds, any other always.
  bool AsksLostGroup(const Parties& parties) {
    const bool lost = NamesLostGroup(parties, groups_);
    if (lost && allow()) terms_.push_back("false");
    return lost;
  }

  void Party() {
    if (!rule_.party) return;
    const Parties& parties = *rule_.party;
    const std::string other = direction_ == Direction::kOutbound ? "resource" : "principal";
    if (AsksLostGroup(parties)) return;
    Texts terms = Named(other, parties);
    if (!parties.agencies.empty()) {
      terms.push_back(Entities("Agency", parties.agencies) + ".contains(" + other + ")");
    }
    const std::string another = "!(" + other + " in " + Entities("State", {own_, "ORG"}) + ")";
    if (parties.everyone_except) {
      return IfKnown(other + " is Agency", "(" + another + " && !" + AnyOf(terms) + ")");
    }
    if (parties.everyone) terms.push_back(another);
    IfKnown(other + " is Agency", AnyOf(terms));
  }

  // All of them for an allow, one for any other.
  void Obtained() {
    if (!rule_.obtained_from || AsksLostGroup(*rule_.obtained_from)) return;
    Texts each;
    for (int i = 1; i <= kMostSources; ++i) {
      const std::string label = "source" + std::to_string(i);
      const std::string source = "context." + label;
      Texts terms = Named(source, *rule_.obtained_from);
      if (rule_.obtained_from->another_state) terms.push_back(source + " != context.originState");
      each.push_back(allow() ? "(if context has " + label + " then " + AnyOf(terms) + " else true)"
                             : "(context has " + label + " && " + AnyOf(terms) + ")");
    }
    terms_.push_back(allow() ? "(context.sourcesKnown && context has source1 && " +
                                   Joined(each, " && ") + ")"
                             : "(!context.sourcesKnown || " + Joined(each, " || ") + ")");
  }

  void Handling() {
    if (rule_.handling.empty()) return;
    const std::string listed = Entities("Handling", rule_.handling);
    IfKnown("context has handling", allow() ? listed + ".containsAll(context.handling)"
                                            : listed + ".containsAny(context.handling)");
  }

  void Reliability() {
    if (rule_.reliability.empty()) return;
    Texts terms;
    for (const std::string& code : rule_.reliability) {
      const bool source = code[0] >= 'A' && code[0] <= 'Z';
      const std::string pattern = code.size() == 2 ? code : source ? code + "*" : "*" + code;
      terms.push_back("context.evaluation like " + Quoted(pattern));
    }
    IfKnown("context has evaluation", AnyOf(terms));
  }

  const Rule& rule_;
  const Direction direction_;
  const std::string& own_;
  const Texts& groups_;
  Texts terms_;
};

std::string Enumerated(const std::string& type, const Texts& words) {
  Texts ids;
  for (const std::string& word : words) ids.push_back(Quoted(word));
  return "entity " + type + " enum [" + Joined(ids, ", ") + "];\n";
}

std::string Schema(const Vocabulary& vocabulary) {
  std::string sources;
  for (int i = 1; i <= kMostSources; ++i) sources += "source" + std::to_string(i) + "?: State, ";
  const std::string record =
      "purpose?: Purpose, record?: RecordKind, under?: Instrument, handling?: Set<Handling>, "
      "evaluation?: String, originState: State, sourcesKnown: Bool, " +
      sources;
  const std::string ends = "principal: [Agency, Nobody], resource: [Agency, Nobody], ";
  return Enumerated("Purpose", vocabulary.words(Category::kPurpose)) +
         Enumerated("Person", vocabulary.words(Category::kPerson)) +
         Enumerated("Data", vocabulary.words(Category::kData)) +
         Enumerated("Handling", vocabulary.words(Category::kHandling)) +
         Enumerated("AgencyKind", vocabulary.words(Category::kAgencyKind)) +
         Enumerated("RecordKind", vocabulary.words(Category::kRecordKind)) +
         "entity Group; entity Instrument; entity Nobody; entity State in [Group];\n"
         "entity Agency in [State] = { kind: AgencyKind };\n"
         "action \"outbound\", \"inbound\", \"duties\", \"forbid-check\" appliesTo { " +
         ends + "context: { " + record +
         "person?: Person, data?: Data } };\n"
         "action \"together-check\" appliesTo { " +
         ends + "context: { " + record + "} };\n";
}

Json Span(const Interval& interval) {
  return {interval.from.ms, interval.until ? Json(interval.until->ms) : Json()};
}

Texts ObligationTexts(const std::vector<Obligation>& obligations) {
  Texts out;
  for (const Obligation& obligation : obligations) out.push_back(obligation.text);
  return out;
}

// Which of the States that data was obtained from the rule asks about.
Json SourcesOf(const Rule& rule, const Texts& groups) {
  const Parties parties = rule.obtained_from.value_or(Parties{});
  const bool every =
      !rule.obtained_from || parties.another_state || NamesLostGroup(parties, groups);
  return {{"every", every}, {"states", parties.jurisdictions}, {"groups", parties.groups}};
}

Json Half(const std::vector<Rule>& rules, Direction direction, const std::string& own,
          const Texts& groups) {
  constexpr const char* kKinds[] = {"allow", "withhold", "forbid", "not_together"};
  Json out = {{"cedar", Json::object()}, {"rules", Json::object()}};
  for (const Rule& rule : rules) {
    out["cedar"][rule.id] = RuleText(rule, direction, own, groups).Run();
    out["rules"][rule.id] = {{"kind", kKinds[static_cast<size_t>(rule.kind)]},
                             {"about", rule.about},
                             {"data", rule.data},
                             {"unless", rule.unless_consent_of_source},
                             {"sources", SourcesOf(rule, groups)},
                             {"obligations", ObligationTexts(rule.obligations)}};
  }
  return out;
}

Json PolicyOf(const PolicyInForce& in_force, const Texts& groups) {
  const Policy& policy = in_force.policy;
  return {{"state", policy.jurisdiction},
          {"version", policy.version},
          {"in_force", in_force.in_force.ms},
          {"valid", Span(policy.valid)},
          {"can_honour", ObligationTexts(policy.can_honour)},
          {"outbound", Half(policy.outbound, Direction::kOutbound, policy.jurisdiction, groups)},
          {"inbound", Half(policy.inbound, Direction::kInbound, policy.jurisdiction, groups)}};
}

Json InstrumentOf(const Instrument& instrument) {
  Json parties = Json::array();
  for (const InstrumentParty& party : instrument.parties) {
    parties.push_back({{"party", party.party}, {"member", Span(party.member)}});
  }
  return {{"id", instrument.id},
          {"domestic", instrument.kind == InstrumentKind::kDomestic},
          {"in_force", instrument.state == InstrumentState::kInForce},
          {"purposes", instrument.purposes},
          {"data", instrument.data},
          {"obligations", ObligationTexts(instrument.obligations)},
          {"parties", parties}};
}

}  // namespace

Json CedarHead(const Vocabulary& vocabulary) {
  Json words = Json::object();
  for (size_t i = 0; i < kCategories; ++i) {
    const auto category = static_cast<Category>(i);
    words[std::string(CategoryKey(category))] = vocabulary.words(category);
  }
  Json choices = Json::object();
  for (const ObligationForm& form : vocabulary.obligation_forms()) {
    choices[form.word] = form.choices;
  }
  Json handling = Json::object();
  const Texts& codes = vocabulary.words(Category::kHandling);
  for (size_t i = 0; i < codes.size(); ++i) {
    handling[codes[i]] = ObligationTexts(vocabulary.handling_obligations(static_cast<uint8_t>(i)));
  }
  return {{"schema", Schema(vocabulary)},
          {"words", words},
          {"choices", choices},
          {"handling_obligations", handling},
          {"most_sources", kMostSources}};
}

Json CedarWorld(const SnapshotParts& parts) {
  Json out = {{"groups", Json::array()},
              {"instruments", Json::array()},
              {"agencies", Json::array()},
              {"policies", Json::array()}};
  Texts groups;
  for (const Group& group : parts.groups.groups) {
    groups.push_back(group.id);
    for (const GroupMember& member : group.members) {
      out["groups"].push_back(
          {{"id", group.id}, {"state", member.jurisdiction}, {"member", Span(member.member)}});
    }
  }
  for (const Instrument& instrument : parts.instruments.instruments) {
    out["instruments"].push_back(InstrumentOf(instrument));
  }
  for (const Agency& agency : parts.agencies) {
    Json suspended = Json::array();
    for (const Interval& interval : agency.suspended) suspended.push_back(Span(interval));
    out["agencies"].push_back({{"id", agency.id.text()},
                               {"kind", agency.kind},
                               {"admitted", Span(agency.admitted)},
                               {"suspended", suspended}});
  }
  for (const PolicyInForce& policy : parts.policies) {
    out["policies"].push_back(PolicyOf(policy, groups));
  }
  return out;
}

Json CedarCase(const RecordLabels& record, const RecipientLabels& recipient, Instant t) {
  Json sections = Json::array();
  for (const SectionLabels& section : record.sections) {
    sections.push_back({{"about", section.about},
                        {"data", section.data},
                        {"basis", section.basis},
                        {"essential", section.essential}});
  }
  Json consents = Json::array();
  for (const ConsentLabels& consent : recipient.consents) {
    consents.push_back({{"source", consent.source},
                        {"under", consent.under},
                        {"about", consent.about},
                        {"data", consent.data},
                        {"from", consent.from.ms},
                        {"until", consent.until.ms}});
  }
  Json emergency;
  if (const auto& one = recipient.emergency) {
    emergency = {{"rules", one->rules},
                 {"about", one->about},
                 {"data", one->data},
                 {"from", one->from.ms},
                 {"until", one->until.ms}};
  }
  return {{"at", t.ms},
          {"recipient",
           {{"recipient", recipient.recipient},
            {"under", recipient.under},
            {"consents", consents},
            {"override", emergency}}},
          {"record",
           {{"origin", record.origin},
            {"kind", record.kind},
            {"purpose", record.purpose},
            {"handling", record.handling},
            {"evaluation", record.evaluation},
            {"urgency", record.urgency},
            {"created", record.created ? Json(record.created->ms) : Json()},
            {"expires", record.expires ? Json(record.expires->ms) : Json()},
            {"obtained_from", record.obtained_from},
            {"sent_under", record.sent_under},
            {"sections", sections}}}};
}

}  // namespace entente::policy::testing
