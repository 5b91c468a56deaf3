// What people are told of the review of sent records: whether others still need to store them.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"review.by", "To be reviewed by {0}", "À réexaminer avant le {0}"},
    {"review.head", "{0} {1}  {2}, to be reviewed by {3}  (record {4})",
     "{0} {1}  {2}, à réexaminer avant le {3}  (enregistrement {4})"},
    {"review.how",
     "If the need for one stands: entente review RECORD --keep --until P1Y --justification "
     "\"...\"; if not, it is recalled, restricted, or replaced. After its date its recipients do "
     "not use it, and 30 days later it is recalled.",
     "Si l'un d'eux reste nécessaire : entente review ENREGISTREMENT --keep --until P1Y "
     "--justification \"...\" ; sinon il est rappelé, limité ou remplacé. Passé sa date, ses "
     "destinataires ne l'utilisent plus, et 30 jours plus tard il est rappelé."},
    {"review.none", "Nothing is to be reviewed within 30 days.",
     "Rien n'est à réexaminer dans les 30 jours."},
    {"review.kept", "Record {0} is kept; its next review is by {1}.",
     "L'enregistrement {0} est conservé ; son prochain réexamen est avant le {1}."},
    {"review.lifted", "The restriction is lifted; told so: {0}.",
     "La limitation est levée ; prévenus : {0}."},
    {"review.restricted", "nobody reviewed it in time", "personne ne l'a réexaminé à temps"},
};

}  // namespace

std::span<const SentenceRow> ReviewSentences() { return kRows; }

}  // namespace entente
