// Who may do what at the desk: officers and units, the second person, the log of consultations,
// sessions.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"leak.held", "HELD until another officer has looked at it (entente held list):",
     "RETENU jusqu'à ce qu'un autre agent l'ait regardé (entente held list) :"},
    {"leak.found", "{0} gets section {1}, whose {4} gives away \"{2}\" of section {3}",
     "{0} reçoit la section {1}, dont {4} révèle « {2} » de la section {3}"},
    {"leak.together", "{0} gets section {1}, whose texts together give away \"{2}\" of section {3}",
     "{0} reçoit la section {1}, dont les textes ensemble révèlent « {2} » de la section {3}"},
    {"held.none", "Nothing is held.", "Rien n'est retenu."},
    {"held.record", "{0}  {1}, by {2}, {3}  (record {4})",
     "{0}  {1}, de {2}, {3}  (enregistrement {4})"},
    {"held.released", "Record {0} is released.", "L'enregistrement {0} est libéré."},
    {"held.refused", "Record {0} is refused: it does not leave.",
     "L'enregistrement {0} est refusé : il ne part pas."},
    {"held.section", "-- {0}. {1}: {2} ({3})", "-- {0}. {1} : {2} ({3})"},
    {"held.seen", "To let it go as it stands here: entente held release {0} --seen {1}",
     "Pour le libérer tel qu'il est ici : entente held release {0} --seen {1}"},
    {"second.asked", "{0}: a second person is asked for by {1}",
     "{0} : une deuxième personne est demandée par {1}"},
    {"second.policy", "the sharing policy", "la politique de partage"},
    {"second.handling", "handling code {0}", "le code de traitement {0}"},
    {"second.kind", "this agency, for each {0}", "cette autorité, pour chaque {0}"},
};

}  // namespace

std::span<const SentenceRow> PeopleSentences() { return kRows; }

}  // namespace entente
