// What people are told of records whose use is restricted after they were delivered.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"restricted.1", "its accuracy is contested", "son exactitude est contestée"},
    {"restricted.2", "it is kept for purposes of evidence alone",
     "il n'est conservé qu'à des fins probatoires"},
    {"restricted.3", "whoever gave the data restricts it", "qui a donné les données les limite"},
    {"restricted.4", "the law, or an order, restricts it", "la loi, ou une décision, le limite"},
    {"restricted.5", "a person would be in danger", "une personne serait en danger"},
    {"restricted.6", "lifted", "levée"},
    {"restriction.first", "RESTRICTED by {0} on {1}: {2}. DO NOT USE.",
     "LIMITÉ par {0} le {1} : {2}. NE PAS UTILISER."},
    {"restriction.lifted", "{0} lifted its restriction on {1}.",
     "{0} a levé sa limitation le {1}."},
    {"restriction.added", "Added by {0} on {1} ({2}): {3}", "Ajouté par {0} le {1} ({2}) : {3}"},
    {"restriction.at", "      {0} keeps it and does not use it, since {1}: {2}",
     "      {0} le conserve sans l'utiliser, depuis le {1} : {2}"},
    {"restriction.at-lifted", "      {0} may use it again, since {1}",
     "      {0} peut à nouveau l'utiliser, depuis le {1}"},
    {"restriction.at-added", "      {0} has more obligations, since {1}: {2}",
     "      {0} a d'autres obligations, depuis le {1} : {2}"},
    {"restriction.obliges", "; takes on {0}", " ; s'engage à {0}"},
    {"restriction.confirmed", "; confirmed on {0}", " ; confirmé le {0}"},
    {"restriction.awaited", "; NOT CONFIRMED YET", " ; PAS ENCORE CONFIRMÉ"},
    {"restriction.closed", "; could not be honoured there: closed and erased",
     " ; n'a pu y être respectée : clos et effacé"},
    {"restriction.head", "{0}  {1} of {2}  (record {3})", "{0}  {1} de {2}  (enregistrement {3})"},
    {"restriction.done", "Record {0} is restricted; told so: {1}.",
     "L'enregistrement {0} est limité ; prévenus : {1}."},
    {"restriction.done-lifted", "The restriction of record {0} is lifted; told so: {1}.",
     "La limitation de l'enregistrement {0} est levée ; prévenus : {1}."},
    {"restriction.nobody", "Record {0}: there is nobody to tell.",
     "Enregistrement {0} : il n'y a personne à prévenir."},
    {"inbox.restricted", "Kept and not used, left out here: {0} (entente inbox --restricted).",
     "Conservés sans être utilisés, omis ici : {0} (entente inbox --restricted)."},
    {"inbox.marked", "RESTRICTED", "LIMITÉ"},
};

}  // namespace

std::span<const SentenceRow> RestrictionSentences() { return kRows; }

}  // namespace entente
