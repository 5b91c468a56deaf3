// What a genesis file says of its quorum, for people and in JSON. Pure; safe from any thread.
#pragma once

#include <string>

#include "core/base/sentences.h"
#include "core/ledger/genesis.h"

namespace entente::cli {

// "none", or "2 of 3": jurisdictions.
std::string QuorumText(const ledger::Genesis& genesis);
std::string QuorumSentence(Language language, const ledger::Genesis& genesis);

}  // namespace entente::cli
