#include "tests/policy/shrink.h"

#include <vector>

#include "core/base/instant.h"

namespace entente::policy::testing {
namespace {

using Texts = std::vector<std::string>;

class Shrinker {
 public:
  Shrinker(Case c, const std::function<bool(const Case&)>& fails)
      : case_(std::move(c)), fails_(fails) {}

  Case Run() {
    do {
      smaller_ = false;
      Pass();
    } while (smaller_);
    return std::move(case_);
  }

 private:
  // Keeps what `change` does to the case if it still fails.
  template <typename Change>
  bool Try(Change change) {
    Case before = case_;
    change();
    if (fails_(case_)) {
      smaller_ = true;
      return true;
    }
    case_ = std::move(before);
    return false;
  }

  // `list()` names the list anew each time: a case that is put back is another object.
  template <typename List>
  void Thin(List list, size_t least) {
    for (size_t i = list().size(); i-- > 0 && list().size() > least;) {
      Try([&] { list().erase(list().begin() + static_cast<std::ptrdiff_t>(i)); });
    }
  }

  template <typename Field>
  void Clear(Field field) {
    if (field()) Try([&] { field().reset(); });
  }

  void Pass() {
    Thin(
        [&]() -> auto& { return case_.parts.policies; }, 0);
    Thin(
        [&]() -> auto& { return case_.parts.agencies; }, 0);
    Thin(
        [&]() -> auto& { return case_.parts.groups.groups; }, 0);
    Thin(
        [&]() -> auto& { return case_.parts.instruments.instruments; }, 0);
    Thin(
        [&]() -> auto& { return case_.record.sections; }, 0);
    Thin(
        [&]() -> auto& { return case_.record.obtained_from; }, 0);
    Thin(
        [&]() -> auto& { return case_.record.handling; }, 1);
    Consents();
    Override();
    for (size_t i = 0; i < case_.record.sections.size(); ++i) {
      Thin(
          [&, i ]() -> auto& { return case_.record.sections[i].about; }, 1);
      Thin(
          [&, i ]() -> auto& { return case_.record.sections[i].data; }, 1);
    }
    for (size_t i = 0; i < case_.parts.policies.size(); ++i) {
      Thin(
          [&, i ]() -> auto& { return case_.parts.policies[i].policy.outbound; }, 0);
      Thin(
          [&, i ]() -> auto& { return case_.parts.policies[i].policy.inbound; }, 0);
      Thin(
          [&, i ]() -> auto& { return case_.parts.policies[i].policy.can_honour; }, 0);
      Rules([&, i ]() -> auto& { return case_.parts.policies[i].policy.outbound; });
      Rules([&, i ]() -> auto& { return case_.parts.policies[i].policy.inbound; });
    }
    Federation();
  }

  void Consents() {
    Thin(
        [&]() -> auto& { return case_.recipient.consents; }, 0);
    for (size_t i = 0; i < case_.recipient.consents.size(); ++i) {
      Thin(
          [&, i ]() -> auto& { return case_.recipient.consents[i].about; }, 0);
      Thin(
          [&, i ]() -> auto& { return case_.recipient.consents[i].data; }, 0);
    }
  }

  void Override() {
    Clear([&]() -> auto& { return case_.recipient.emergency; });
    if (!case_.recipient.emergency) return;
    for (Texts OverrideLabels::*list :
         {&OverrideLabels::rules, &OverrideLabels::about, &OverrideLabels::data}) {
      Thin(
          [&, list ]() -> auto& { return (*case_.recipient.emergency).*list; }, 0);
    }
  }

  // An allow that does not ask for these cannot be written, and nothing says what it means.
  static bool Mandatory(const Rule& rule, Texts Rule::*condition) {
    return rule.kind == RuleKind::kAllow &&
           (condition == &Rule::for_purpose || condition == &Rule::about ||
            condition == &Rule::data || condition == &Rule::under);
  }

  template <typename List>
  void Rules(List list) {
    for (size_t i = 0; i < list().size(); ++i) {
      for (Texts Rule::*condition :
           {&Rule::to_kind, &Rule::from_kind, &Rule::for_purpose, &Rule::about, &Rule::data,
            &Rule::under, &Rule::record, &Rule::handling, &Rule::reliability}) {
        if ((list()[i].*condition).empty()) continue;
        if (!Mandatory(list()[i], condition)) Try([&] { (list()[i].*condition).clear(); });
        Thin(
            [&, i ]() -> auto& { return list()[i].*condition; }, 1);
      }
      Thin(
          [&, i ]() -> auto& { return list()[i].obligations; }, 0);
      if (list()[i].unless_consent_of_source) {
        Try([&] { list()[i].unless_consent_of_source = false; });
      }
      if (list()[i].kind != RuleKind::kAllow) {
        Clear([&, i ]() -> auto& { return list()[i].party; });
      }
      Clear([&, i ]() -> auto& { return list()[i].obtained_from; });
    }
  }

  void Federation() {
    for (size_t i = 0; i < case_.parts.groups.groups.size(); ++i) {
      Thin(
          [&, i ]() -> auto& { return case_.parts.groups.groups[i].members; }, 0);
    }
    for (size_t i = 0; i < case_.parts.instruments.instruments.size(); ++i) {
      const auto one = [&, i]() -> Instrument& { return case_.parts.instruments.instruments[i]; };
      Thin(
          [&]() -> auto& { return one().parties; }, 0);
      Thin(
          [&]() -> auto& { return one().obligations; }, 0);
      Thin(
          [&]() -> auto& { return one().purposes; }, 0);
      Thin(
          [&]() -> auto& { return one().data; }, 0);
    }
    for (size_t i = 0; i < case_.parts.agencies.size(); ++i) {
      Thin(
          [&, i ]() -> auto& { return case_.parts.agencies[i].suspended; }, 0);
    }
  }

  Case case_;
  const std::function<bool(const Case&)>& fails_;
  bool smaller_ = false;
};

std::string List(const Texts& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ",") + text;
  return "[" + out + "]";
}

std::string PartiesText(const Parties& parties) {
  std::string out = parties.everyone          ? "everyone "
                    : parties.everyone_except ? "everyone-except "
                                              : "";
  if (parties.another_state) out += "another-state ";
  return out + List(parties.jurisdictions) + List(parties.agencies) + List(parties.groups);
}

std::string RuleLine(const Rule& rule) {
  constexpr std::string_view kKinds[] = {"allow", "withhold", "forbid", "not_together"};
  std::string out = std::string(kKinds[static_cast<size_t>(rule.kind)]) + " " + rule.id;
  const auto add = [&](std::string_view name, const Texts& list) {
    if (!list.empty()) out += " " + std::string(name) + List(list);
  };
  if (rule.party) out += " party " + PartiesText(*rule.party);
  if (rule.obtained_from) out += " obtained " + PartiesText(*rule.obtained_from);
  add("to_kind", rule.to_kind);
  add("from_kind", rule.from_kind);
  add("for", rule.for_purpose);
  add("about", rule.about);
  add("data", rule.data);
  add("under", rule.under);
  add("record", rule.record);
  add("handling", rule.handling);
  add("reliability", rule.reliability);
  if (rule.unless_consent_of_source) out += " unless-consent";
  for (const Obligation& obligation : rule.obligations) out += " +" + obligation.text;
  return out;
}

size_t RuleSize(const Rule& rule) {
  size_t size = 1 + rule.obligations.size() + (rule.party ? 1 : 0) + (rule.obtained_from ? 1 : 0) +
                (rule.unless_consent_of_source ? 1 : 0);
  for (const Texts* list :
       {&rule.to_kind, &rule.from_kind, &rule.for_purpose, &rule.about, &rule.data, &rule.under,
        &rule.record, &rule.handling, &rule.reliability}) {
    size += list->size();
  }
  return size;
}

}  // namespace

Case Shrink(Case c, const std::function<bool(const Case&)>& fails) {
  return Shrinker(std::move(c), fails).Run();
}

size_t SizeOf(const Case& c) {
  size_t size = c.parts.agencies.size() + c.record.obtained_from.size() + c.record.handling.size();
  for (const SectionLabels& section : c.record.sections) {
    size += 1 + section.about.size() + section.data.size();
  }
  for (const ConsentLabels& consent : c.recipient.consents) {
    size += 1 + consent.about.size() + consent.data.size();
  }
  if (const auto& one = c.recipient.emergency) {
    size += 1 + one->rules.size() + one->about.size() + one->data.size();
  }
  for (const Group& group : c.parts.groups.groups) size += 1 + group.members.size();
  for (const Instrument& one : c.parts.instruments.instruments) {
    size += 1 + one.parties.size() + one.purposes.size() + one.data.size() + one.obligations.size();
  }
  for (const PolicyInForce& in_force : c.parts.policies) {
    size += 1 + in_force.policy.can_honour.size();
    for (const Rule& rule : in_force.policy.outbound) size += RuleSize(rule);
    for (const Rule& rule : in_force.policy.inbound) size += RuleSize(rule);
  }
  return size;
}

std::string Describe(const Case& c) {
  std::string out = "at " + FormatInstant(c.t) + ": " + c.record.origin + " to " +
                    c.recipient.recipient + " under " + c.recipient.under + ", kind " +
                    c.record.kind + ", purpose " + c.record.purpose + ", handling " +
                    List(c.record.handling) + ", evaluation " + c.record.evaluation +
                    ", obtained from " + List(c.record.obtained_from) + ", sent under " +
                    std::to_string(c.record.sent_under) + "\n";
  for (const SectionLabels& section : c.record.sections) {
    out += "  section about " + List(section.about) + " data " + List(section.data) +
           (section.essential ? " essential" : "") + "\n";
  }
  for (const ConsentLabels& consent : c.recipient.consents) {
    out += "  consent of " + consent.source + " under " + consent.under + " about " +
           List(consent.about) + " data " + List(consent.data) + " from " +
           FormatInstant(consent.from) + " until " + FormatInstant(consent.until) + "\n";
  }
  if (const auto& one = c.recipient.emergency) {
    out += "  override of " + List(one->rules) + " about " + List(one->about) + " data " +
           List(one->data) + " from " + FormatInstant(one->from) + " until " +
           FormatInstant(one->until) + "\n";
  }
  for (const PolicyInForce& in_force : c.parts.policies) {
    out += "  policy " + in_force.policy.jurisdiction + " version " +
           std::to_string(in_force.policy.version) + "\n";
    for (const Rule& rule : in_force.policy.outbound) out += "    out " + RuleLine(rule) + "\n";
    for (const Rule& rule : in_force.policy.inbound) out += "    in  " + RuleLine(rule) + "\n";
  }
  for (const Instrument& one : c.parts.instruments.instruments) {
    out += "  instrument " + one.id + " " + List(one.purposes) + " " + List(one.data);
    for (const Obligation& obligation : one.obligations) out += " +" + obligation.text;
    for (const InstrumentParty& party : one.parties) out += " " + party.party;
    out += "\n";
  }
  for (const Agency& agency : c.parts.agencies) out += "  agency " + agency.id.text() + "\n";
  return out;
}

}  // namespace entente::policy::testing
