// What people are told of consents: who lets whom pass on what, and which go along.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"consent.lets", "{0} lets {1} pass on to {2}, for {3}, under {4}:",
     "{0} autorise {1} à transmettre à {2}, pour {3}, au titre de {4} :"},
    {"consent.what", "  what is about {0}: {1}", "  ce qui concerne {0} : {1}"},
    {"consent.record", "  of its record {0}", "  de son enregistrement {0}"},
    {"consent.time", "  from {0} until {1}", "  du {0} jusqu'au {1}"},
    {"consent.obliges", "  whoever gets it takes on: {0}", "  qui le reçoit s'engage à : {0}"},
    {"consent.unreadable", "A consent that cannot be read.", "Un consentement illisible."},
    {"consent.idle", "  THE CONSENT OF {1} COVERS NOTHING of what goes to {0}: it is for {2}",
     "  L'ACCORD DE {1} NE COUVRE RIEN de ce qui part vers {0} : il vaut pour {2}"},
    {"consent.goes", "to {0} goes along the consent of {1}, for {2}, until {3}",
     "à {0} est joint le consentement de {1}, pour {2}, jusqu'au {3}"},
    {"consent.none", "No consents.", "Aucun consentement."},
    {"consent.given", "Given to {0}:  {1}  (record {2})",
     "Donné à {0} :  {1}  (enregistrement {2})"},
    {"consent.received", "Received from {0}:  {1}  (record {2})",
     "Reçu de {0} :  {1}  (enregistrement {2})"},
    {"consent.useless", "  It cannot be used: {0}", "  Il ne peut être utilisé : {0}"},
};

}  // namespace

std::span<const SentenceRow> ConsentSentences() { return kRows; }

}  // namespace entente
