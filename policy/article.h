// One rule as an article of law: what it permits or prohibits, under which conditions, and what the
// recipient takes on. Pure; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "policy/party_prose.h"

namespace entente::policy {

// The rule in one sentence, then the recipient's obligations, then the sender's, then what must be
// known to read it right.
std::vector<std::string> ArticleSentences(const RenderSetting& setting, const Policy& policy,
                                          const Rule& rule, Direction direction);

// "the instrument X (“its title”)"
std::string InstrumentInText(const RenderSetting& setting, const std::string& id);

}  // namespace entente::policy
