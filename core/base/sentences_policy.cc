// What entente-policy says.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"policy.file", "{0}: {1} version {2}, {3} outbound and {4} inbound rules, {5} examples",
     "{0} : {1} version {2}, {3} règles de sortie et {4} d'entrée, {5} exemples"},
    {"policy.calendar", "calendar of {0}, version {1}: {2} to {3}, {4} holidays, {5}",
     "calendrier de {0}, version {1} : du {2} au {3}, {4} jours fériés, {5}"},
    {"policy.summary", "{0} policies, {1} examples, {2} not as expected, {3} warnings",
     "{0} politiques, {1} exemples, {2} non conformes, {3} avertissements"},
    {"policy.tested", "{0} policies, {1} examples, {2} not as expected",
     "{0} politiques, {1} exemples, {2} non conformes"},
    {"policy.example-met", "{0}: {1}, as expected", "{0} : {1}, comme attendu"},
    {"policy.warning", "warning:", "avertissement :"},
    {"policy.lint.dead",
     "{0} never applies: no instrument in force and no other condition lets anything come to it",
     "{0} ne s'applique jamais : aucun instrument en vigueur ni autre condition ne lui laisse "
     "rien"},
    {"policy.lint.shadowed", "{0} changes nothing: without it every answer would be the same",
     "{0} ne change rien : sans elle, toutes les réponses seraient les mêmes"},
    {"policy.lint.guard",
     "{0} keeps back only what the other rules keep back as well: it guards against later rules",
     "{0} ne retient que ce que les autres règles retiennent aussi : elle garde des règles à "
     "venir"},
    {"policy.lint.wider-purpose",
     "{0} allows the purpose {1}, which no instrument that it names covers",
     "{0} autorise la finalité {1}, qu'aucun instrument nommé par elle ne couvre"},
    {"policy.lint.wider-data", "{0} allows the data {1}, which no instrument that it names covers",
     "{0} autorise les données {1}, qu'aucun instrument nommé par elle ne couvre"},
    {"policy.lint.wider-party",
     "{0} names {1}, which is party to none of its instruments on the policy's first day",
     "{0} nomme {1}, qui n'est partie à aucun de ses instruments au premier jour de la politique"},
    {"policy.lint.never-ends",
     "the policy of {0} is valid for more than three years, until {1}: its law will have changed",
     "la politique de {0} vaut plus de trois ans, jusqu'au {1} : le droit aura changé"},
    {"policy.lint.member-since",
     "the group {0} gets a member after the policy's first day: {1}; its rules then reach further "
     "than what was signed",
     "le groupe {0} reçoit un membre après le premier jour de la politique : {1} ; ses règles "
     "portent alors plus loin que ce qui a été signé"},
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
    {"policy.whose", "--jurisdiction: say whose policy, one of {0}",
     "--jurisdiction : dites la politique de qui, parmi {0}"},
    {"policy.none", "no policy of {0} is in force", "aucune politique de {0} n'est en vigueur"},
    {"policy.none-then", "no policy of {0} is in force at {1}",
     "aucune politique de {0} n'est en vigueur le {1}"},
    {"policy.no-purpose", "--purpose: '{0}' is not a purpose of the vocabulary",
     "--purpose : « {0} » n'est pas une finalité du vocabulaire"},
    {"policy.written", "{0} is written.", "{0} est écrit."},
    {"policy.not-written", "{0} cannot be written", "{0} ne peut être écrit"},
    {"policy.at", "{0}: '{1}' is not an instant: write it as 2026-12-01T00:00:00Z",
     "{0} : « {1} » n'est pas un instant : écrivez-le comme 2026-12-01T00:00:00Z"},
    {"policy.signed-once",
     "policy of {0}, version {1}, in force from {2}: signed by one office, in {3}; the other "
     "office "
     "signs with --statement",
     "politique de {0}, version {1}, en vigueur dès {2} : signée par un service, dans {3} ; "
     "l'autre "
     "service signe avec --statement"},
    {"policy.signed-twice",
     "policy of {0}, version {1}, in force from {2}: signed by both offices, in {3}; `entente "
     "authority publish` puts it into the log",
     "politique de {0}, version {1}, en vigueur dès {2} : signée par les deux services, dans {3} ; "
     "« entente authority publish » la met au journal"},
    {"policy.diff.title", "{0}: version {1} at {2}, and version {3} at {4}",
     "{0} : version {1} le {2}, et version {3} le {4}"},
    {"policy.diff.outbound", "what it sends:", "ce qu'il envoie :"},
    {"policy.diff.inbound", "what it accepts:", "ce qu'il accepte :"},
    {"policy.diff.stays-goes",
     "now released, kept back before:", "désormais transmis, retenu auparavant :"},
    {"policy.diff.goes-stays",
     "now kept back, released before:", "désormais retenu, transmis auparavant :"},
    {"policy.diff.goes-goes", "released as before, with other obligations:",
     "transmis comme avant, avec d'autres obligations :"},
    {"policy.diff.stays-stays",
     "kept back as before, but what goes in the same record gets other obligations:",
     "retenu comme avant, mais le reste du même envoi reçoit d'autres obligations :"},
    {"policy.diff.stays-forbids", "now keeps its whole record back; before, its section only:",
     "retient désormais l'envoi entier ; auparavant, sa seule section :"},
    {"policy.diff.forbids-stays", "now keeps its section back only; before, the whole record:",
     "ne retient plus que sa section ; auparavant, l'envoi entier :"},
    {"policy.diff.goes-forbids", "now keeps its whole record back, released before:",
     "retient désormais l'envoi entier, transmis auparavant :"},
    {"policy.diff.forbids-goes", "now released; before, it kept its whole record back:",
     "désormais transmis ; auparavant, l'envoi entier était retenu :"},
    {"policy.diff.data", "data: {0}", "données : {0}"},
    {"policy.diff.person", "about: {0}", "au sujet de : {0}"},
    {"policy.diff.party", "to: {0}", "à : {0}"},
    {"policy.diff.party-from", "from: {0}", "de : {0}"},
    {"policy.diff.to-kind", "recipient's kind of authority: {0}",
     "type d'autorité du destinataire : {0}"},
    {"policy.diff.from-kind", "origin's kind of authority: {0}",
     "type d'autorité de l'origine : {0}"},
    {"policy.diff.purpose", "for: {0}", "pour : {0}"},
    {"policy.diff.under", "under: {0}", "en vertu de : {0}"},
    {"policy.diff.record-kind", "in records of the kind: {0}", "dans les envois du type : {0}"},
    {"policy.diff.handling", "handling codes: {0}", "codes de traitement : {0}"},
    {"policy.diff.evaluation", "evaluation: {0}", "évaluation : {0}"},
    {"policy.diff.obtained-from", "obtained from: {0}", "obtenu de : {0}"},
    {"policy.diff.consent", "consent of the source: {0}", "consentement de la source : {0}"},
    {"policy.diff.all-but", "all but {0}", "tous sauf {0}"},
    {"policy.diff.none", "none", "aucune"},
    {"policy.diff.yes", "yes", "oui"},
    {"policy.diff.no", "no", "non"},
    {"policy.diff.rules", "rules: {0}; now {1}", "règles : {0} ; désormais {1}"},
    {"policy.diff.obligations", "obligations: {0}; now {1}", "obligations : {0} ; désormais {1}"},
    {"policy.diff.valid-from", "valid from: {0}; now {1}", "valable dès : {0} ; désormais {1}"},
    {"policy.diff.valid-until", "valid until: {0}; now {1}",
     "valable jusqu'au : {0} ; désormais {1}"},
    {"policy.diff.contact", "whom to ask: {0}; now {1}",
     "personne à contacter : {0} ; désormais {1}"},
    {"policy.diff.explain", "others see its rules: {0}; now {1}",
     "les autres voient ses règles : {0} ; désormais {1}"},
    {"policy.diff.can-honour", "obligations that its agencies can meet: {0}; now {1}",
     "obligations que ses services peuvent tenir : {0} ; désormais {1}"},
    {"policy.diff.quorum-first", "opened only once witnesses have cosigned the log: {0}; now {1}",
     "ouverts seulement après cosignature du journal par des témoins : {0} ; désormais {1}"},
    {"policy.diff.together-added", "{0} is new: {1} (it looks at sections together)",
     "{0} est nouvelle : {1} (elle regarde les sections ensemble)"},
    {"policy.diff.together-removed", "{0} is gone: {1} (it looked at sections together)",
     "{0} a disparu : {1} (elle regardait les sections ensemble)"},
    {"policy.diff.together-changed",
     "{0} has other conditions: {1} (it looks at sections together)",
     "{0} a d'autres conditions : {1} (elle regarde les sections ensemble)"},
    {"policy.diff.any-state", "one State", "un même État"},
    {"policy.diff.one-version",
     "{1} holds no two versions of the policy of {0} to compare: give the folder with the older "
     "version first, then the one with the newer, or put both files into one folder",
     "{1} ne contient pas deux versions de la politique de {0} à comparer : donnez d'abord le "
     "dossier de l'ancienne version, puis celui de la nouvelle, ou mettez les deux fichiers dans "
     "un même dossier"},
    {"policy.diff.not-in-both",
     "no policy of {0} that has begun lies in both {1} and {2}: each folder must hold a version of "
     "it; --at-old and --at say at which instants, --jurisdiction whose",
     "aucune politique de {0} qui ait commencé ne se trouve à la fois dans {1} et dans {2} : "
     "chaque "
     "dossier doit en contenir une version ; --at-old et --at disent à quels instants, "
     "--jurisdiction de qui"},
    {"policy.diff.summary",
     "{0} differences; all {1} questions asked of both, in {2} classes that some rule tells apart",
     "{0} différences ; les {1} questions posées aux deux, en {2} classes que des règles "
     "distinguent"},
};

}  // namespace

std::span<const SentenceRow> PolicySentences() { return kRows; }

}  // namespace entente
