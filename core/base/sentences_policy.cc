// What entente-policy says.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"policy.file", "{0}: {1} version {2}, {3} outbound and {4} inbound rules, {5} examples",
     "{0} : {1} version {2}, {3} règles de sortie et {4} d'entrée, {5} exemples"},
    {"policy.calendar", "calendar of {0}, version {1}: {2} to {3}, {4} holidays, {5}",
     "calendrier de {0}, version {1} : du {2} au {3}, {4} jours fériés, {5}"},
    {"policy.summary", "{0} policies, {1} examples, {2} not as expected",
     "{0} politiques, {1} exemples, {2} non conformes"},
    {"policy.verdict.release", "release: {0} to {1} at {2}",
     "release (transmettre) : de {0} à {1} le {2}"},
    {"policy.verdict.release-in-part", "release-in-part: {0} to {1} at {2}",
     "release-in-part (transmettre en partie) : de {0} à {1} le {2}"},
    {"policy.verdict.hold", "hold: {0} to {1} at {2}", "hold (retenir) : de {0} à {1} le {2}"},
    {"policy.verdict.refuse", "refuse: {0} to {1} at {2}",
     "refuse (refuser) : de {0} à {1} le {2}"},
    {"policy.released", "section {0}: released", "section {0} : transmise"},
    {"policy.kept-back", "section {0}: kept back: {1}", "section {0} : non transmise : {1}"},
    {"policy.reasons", "reasons:", "motifs :"},
    {"policy.obligations", "obligations:", "obligations :"},
    {"policy.matched", "rules and instrument that matched:", "règles et instrument applicables :"},
    {"policy.at", "--at: '{0}' is not an instant: write it as 2026-12-01T00:00:00Z",
     "--at : « {0} » n'est pas un instant : écrivez-le comme 2026-12-01T00:00:00Z"},
    {"policy.whose", "--jurisdiction: say whose policy, one of {0}",
     "--jurisdiction : dites la politique de qui, parmi {0}"},
    {"policy.none", "no policy of {0} is in force", "aucune politique de {0} n'est en vigueur"},
    {"policy.none-then", "no policy of {0} is in force at {1}",
     "aucune politique de {0} n'est en vigueur le {1}"},
    {"policy.no-purpose", "--purpose: '{0}' is not a purpose of the vocabulary",
     "--purpose : « {0} » n'est pas une finalité du vocabulaire"},
    {"policy.written", "{0} is written.", "{0} est écrit."},
    {"policy.not-written", "{0} cannot be written", "{0} ne peut être écrit"},
};

}  // namespace

std::span<const SentenceRow> PolicySentences() { return kRows; }

}  // namespace entente
