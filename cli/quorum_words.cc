#include "cli/quorum_words.h"

#include "cli/text.h"

namespace entente::cli {

std::string QuorumText(const ledger::Genesis& genesis) {
  if (!genesis.quorum()) return std::string(ledger::kQuorumNone);
  const auto [needed, all] = genesis.quorum()->votes();
  return std::to_string(needed) + " of " + std::to_string(all);
}

std::string QuorumSentence(Language language, const ledger::Genesis& genesis) {
  if (!genesis.quorum()) return Sentence(language, "audit.quorum.none");
  const auto [needed, all] = genesis.quorum()->votes();
  return Say(language, "audit.quorum.some", {std::to_string(needed), std::to_string(all)});
}

}  // namespace entente::cli
