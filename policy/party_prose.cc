#include "policy/party_prose.h"

#include <algorithm>

#include "policy/country.h"
#include "policy/wording.h"

namespace entente::policy {
namespace {

constexpr std::string_view kOrg = "ORG";

class Writer {
 public:
  Writer(const RenderSetting& setting, const Policy& policy, Place place, Join join)
      : setting_(setting),
        language_(setting.language),
        own_(policy.jurisdiction),
        place_(place),
        join_(join) {}

  std::string Own(const std::vector<std::string>& kinds) const {
    if (own_ == kOrg) return Organisations(kinds);
    return OfStates(kinds, {StateItem(own_)});
  }

  std::string Other(const std::optional<Parties>& party,
                    const std::vector<std::string>& kinds) const {
    if (!party) return kinds.empty() ? Placed("party-anyone.") : OfStates(kinds, {Anywhere()});
    std::vector<std::string> items;
    const std::vector<std::string> states = StateItems(*party);
    if (!states.empty()) items.push_back(OfStates(kinds, states));
    if (party->everyone_except) return Listed(language_, join_, items);
    if (NamesOrganisations(*party)) items.push_back(Organisations(kinds));
    for (const std::string& agency : party->agencies) items.push_back(AgencyItem(agency, kinds));
    return Listed(language_, join_, items);
  }

  std::string Origins(const Parties& parties) const {
    std::vector<std::string> items = StateItems(parties);
    if (NamesOrganisations(parties)) items.push_back(Say("party.from-organisations"));
    if (parties.another_state) items.push_back(Say("party.another-state"));
    return Listed(language_, Join::kOr, items);
  }

 private:
  std::string Say(std::string_view key,
                  std::initializer_list<std::string_view> arguments = {}) const {
    return Sentence(language_, key, arguments);
  }
  std::string Placed(const std::string& group,
                     std::initializer_list<std::string_view> arguments = {}) const {
    return Say(group + std::to_string(static_cast<int>(place_)), arguments);
  }

  static bool NamesOrganisations(const Parties& parties) {
    return std::ranges::find(parties.jurisdictions, kOrg) != parties.jurisdictions.end();
  }

  std::string Kinds(const std::vector<std::string>& kinds) const {
    if (kinds.empty()) return Placed("party-authorities.");
    std::vector<std::string> items;
    for (const std::string& kind : WordingsOf(language_, Category::kAgencyKind, kinds)) {
      items.push_back(Placed("party-plural.", {kind}));
    }
    return Listed(language_, join_, items);
  }

  // English: "of" once, then names; French: each name with its own "de".
  std::string OfStates(const std::vector<std::string>& kinds,
                       const std::vector<std::string>& states) const {
    return Say("party.of", {Kinds(kinds), Listed(language_, join_, states)});
  }

  std::string StateItem(const std::string& code) const {
    return language_ == Language::kFrench ? OfCountry(language_, code)
                                          : CountryInText(language_, code);
  }

  std::string GroupItem(const std::string& id) const {
    for (const Group& group : setting_.groups.groups) {
      if (group.id != id) continue;
      const std::vector<std::string> names = MemberNames(setting_, group);
      return Say("party.members", {id, names.empty() ? Say("party.no-member")
                                                     : Listed(language_, Join::kAnd, names)});
    }
    return Say("party.members", {id, Say("party.not-defined")});
  }

  std::vector<std::string> Named(const Parties& parties) const {
    std::vector<std::string> items;
    for (const std::string& code : parties.jurisdictions) {
      if (code != kOrg) items.push_back(StateItem(code));
    }
    for (const std::string& group : parties.groups) items.push_back(GroupItem(group));
    return items;
  }

  std::vector<std::string> StateItems(const Parties& parties) const {
    std::vector<std::string> named = Named(parties);
    if (parties.everyone_except) return {Participating() + Exceptions(parties, std::move(named))};
    if (parties.everyone) named.insert(named.begin(), Participating());
    return named;
  }

  std::string Participating() const {
    if (own_ == kOrg) return Say("party.every-state");
    return Say("party.everyone", {CountryInText(language_, own_)});
  }

  std::string Exceptions(const Parties& parties, std::vector<std::string> named) const {
    if (NamesOrganisations(parties)) named.push_back(Say("party.from-organisations"));
    for (const std::string& agency : parties.agencies) {
      named.push_back(Say("party-agency.2", {PartyName(setting_, agency)}));
    }
    if (named.empty()) return "";
    return Say("party.except", {Listed(language_, Join::kAnd, named)});
  }

  std::string Anywhere() const {
    if (own_ == kOrg) return Say("party.anywhere-at-all");
    return Say("party.anywhere", {CountryInText(language_, own_)});
  }

  std::string Registered(std::string_view key, const std::vector<std::string>& kinds) const {
    if (kinds.empty()) return "";
    return Say(key,
               {Listed(language_, Join::kOr, WordingsOf(language_, Category::kAgencyKind, kinds))});
  }

  std::string Organisations(const std::vector<std::string>& kinds) const {
    return Placed("party-organisations.") + Registered("party.registered-as", kinds);
  }

  std::string AgencyItem(const std::string& id, const std::vector<std::string>& kinds) const {
    return Placed("party-agency.", {PartyName(setting_, id)}) +
           Registered("party.where-registered-as", kinds);
  }

  const RenderSetting& setting_;
  const Language language_;
  const std::string& own_;
  const Place place_;
  const Join join_;
};

}  // namespace

std::string OwnSide(const RenderSetting& setting, const Policy& policy,
                    const std::vector<std::string>& kinds, Place place, Join join) {
  return Writer(setting, policy, place, join).Own(kinds);
}

std::string OtherSide(const RenderSetting& setting, const Policy& policy,
                      const std::optional<Parties>& party, const std::vector<std::string>& kinds,
                      Place place, Join join) {
  return Writer(setting, policy, place, join).Other(party, kinds);
}

std::string ObtainedFrom(const RenderSetting& setting, const Policy& policy,
                         const Parties& parties) {
  return Writer(setting, policy, Place::kFrom, Join::kOr).Origins(parties);
}

std::vector<std::string> MemberNames(const RenderSetting& setting, const Group& group) {
  std::vector<std::string> out;
  for (const GroupMember& member : group.members) {
    if (member.member.Holds(setting.at)) out.push_back(PartyName(setting, member.jurisdiction));
  }
  return out;
}

std::string PartyName(const RenderSetting& setting, const std::string& party) {
  if (party == kOrg) return Sentence(setting.language, "party.organisations");
  if (party.find('.') == party.npos) {
    return setting.language == Language::kFrench ? CountryName(setting.language, party)
                                                 : CountryInText(setting.language, party);
  }
  for (const Agency& agency : setting.agencies) {
    if (agency.id.text() != party) continue;
    return Sentence(setting.language, "party.agency", {agency.name, party});
  }
  return party;
}

std::string PartyHeading(const RenderSetting& setting, const std::string& party) {
  const bool state = party != kOrg && party.find('.') == party.npos;
  return Capitalized(state ? CountryName(setting.language, party) : PartyName(setting, party));
}

std::string OfJurisdiction(Language language, const std::string& jurisdiction) {
  return jurisdiction == kOrg ? Sentence(language, "party.of-organisations")
                              : OfCountry(language, jurisdiction);
}

}  // namespace entente::policy
