// Who sends and who receives, in words: kinds of authority, States, groups with their members at an
// instant, organisations, single agencies. Pure; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "core/base/instant.h"
#include "core/base/sentences.h"
#include "policy/model.h"
#include "policy/prose.h"
#include "policy/vocabulary.h"

namespace entente::policy {

// What a policy is rendered with: the other files of its folder, the instant for which groups,
// parties and participants are named, and the language. Everything referred to must outlive it.
struct RenderSetting {
  const Vocabulary& vocabulary;
  const Groups& groups;
  const Instruments& instruments;
  const std::vector<Agency>& agencies;
  Instant at;
  Language language = Language::kEnglish;
};

// The place in the sentence: subject, or after "to" and "from". English says these two itself,
// French joins them with the article.
enum class Place : uint8_t { kSubject, kTo, kFrom };

// The file's own authorities: "police services of France", "les autorités de France".
std::string OwnSide(const RenderSetting& setting, const Policy& policy,
                    const std::vector<std::string>& kinds, Place place, Join join);
// Those on the other side of a rule. No `party`: anyone at all.
std::string OtherSide(const RenderSetting& setting, const Policy& policy,
                      const std::optional<Parties>& party, const std::vector<std::string>& kinds,
                      Place place, Join join);
// From whom data were obtained, after "obtained from" and "obtenues".
std::string ObtainedFrom(const RenderSetting& setting, const Policy& policy,
                         const Parties& parties);

// The members of a group, and the parties of an instrument, at the setting's instant, by name.
std::vector<std::string> MemberNames(const RenderSetting& setting, const Group& group);
// A State by its name in a list, an agency by its name and id, ORG in words.
std::string PartyName(const RenderSetting& setting, const std::string& party);
// The same at the head of a line: "Netherlands".
std::string PartyHeading(const RenderSetting& setting, const std::string& party);
// "of France"; of the file of international organisations "of international organisations".
std::string OfJurisdiction(Language language, const std::string& jurisdiction);

}  // namespace entente::policy
