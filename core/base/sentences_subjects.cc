// What is said of a person who asks what is held about them: to the data-protection officer, and to
// the person.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"subject.head", "What {0} holds about: {1}. {2}. Looked through: {3} records.",
     "Ce que {0} détient sur : {1}. {2}. Enregistrements examinés : {3}."},
    {"subject.found", "They are named in {0} records.",
     "La personne est nommée dans {0} enregistrements."},
    {"subject.none", "No record names them.", "Aucun enregistrement ne nomme la personne."},
    {"subject.direction.1", "{0}. {1} {2}, received from {3} on {4}  (record {5})",
     "{0}. {1} {2}, reçu de {3} le {4}  (enregistrement {5})"},
    {"subject.direction.2", "{0}. {1} {2}, sent by {3}, written on {4}  (record {5})",
     "{0}. {1} {2}, envoyé par {3}, écrit le {4}  (enregistrement {5})"},
    {"subject.direction.3", "{0}. {1} {2}, written by {3} on {4}, has not left  (record {5})",
     "{0}. {1} {2}, écrit par {3} le {4}, n'est pas parti  (enregistrement {5})"},
    {"subject.terms", "purpose {0}; instrument {1}; handling {2}; evaluation {3}; erased on {4}",
     "finalité {0} ; instrument {1} ; traitement {2} ; évaluation {3} ; effacé le {4}"},
    {"subject.terms-own", "purpose {0}; handling {1}; evaluation {2}; erased on {3}",
     "finalité {0} ; traitement {1} ; évaluation {2} ; effacé le {3}"},
    {"subject.categories", "about {0}; data {1}", "sur {0} ; données {1}"},
    {"subject.case", "in the case {0}", "dans le dossier {0}"},
    {"subject.from-states", "obtained from {0}", "obtenu de {0}"},
    {"subject.agrees", "agrees, {0}: {1}", "concorde, {0} : {1}"},
    {"subject.text", "named in the text {0}: judge whether it is this person",
     "nommé dans le texte {0} : jugez s'il s'agit de cette personne"},
    {"subject.disclosed", "disclosed to {0} under {1}", "communiqué à {0} selon {1}"},
    {"subject.disclosed-erased", "disclosed to {0} under {1}, which erased it on {2}",
     "communiqué à {0} selon {1}, qui l'a effacé le {2}"},
    {"subject.disclosed-nobody", "disclosed to nobody", "communiqué à personne"},
    {"subject.onward.consent", "went on to {0} with the consent of its source, by record {1}",
     "transmis à {0} avec le consentement de sa source, par l'enregistrement {1}"},
    {"subject.onward.obtained-from",
     "may have gone on to {0}: record {1} says that it was obtained from there",
     "peut avoir été transmis à {0} : l'enregistrement {1} dit provenir de là"},
    {"subject.not-identical",
     "record {0} says of a person who resembles this one that it is another",
     "l'enregistrement {0} dit d'une personne qui ressemble à celle-ci qu'elle est une autre"},
    {"subject.attachments", "has {0} files, in which nothing was searched",
     "comporte {0} fichiers, dans lesquels rien n'a été cherché"},
    {"subject.sections-left-out", "more than is shown here: entente show {0}",
     "plus que ce qui est montré ici : entente show {0}"},
    {"subject.ask", "ASK {0} BEFORE YOU TELL IT ({1})",
     "DEMANDEZ À {0} AVANT DE COMMUNIQUER ({1})"},
    {"subject.undecided", "DECISION: none yet, so it is not told",
     "DÉCISION : aucune encore, donc rien n'est communiqué"},
    {"subject.decided-told", "DECISION: told", "DÉCISION : communiqué"},
    {"subject.decided-withheld", "DECISION: withheld, since {0}",
     "DÉCISION : non communiqué, car {0}"},
    {"subject.decided-silent", "DECISION: withheld, and the person is not told so, since {0}",
     "DÉCISION : non communiqué, et la personne n'en est pas informée, car {0}"},
    {"subject.decided-before", "decided {0} by {1}: {2} ({3})",
     "décidé le {0} par {1} : {2} ({3})"},
    {"subject.operations-left-out", "and {0} operations before: entente log {1}",
     "et {0} opérations auparavant : entente log {1}"},
    {"subject.trace.not-released", "Record {0} was not let go: {1}",
     "L'enregistrement {0} n'a pas été transmis : {1}"},
    {"subject.trace.override-reason", "Reason of the override of record {0}: {1}",
     "Motif de la dérogation de l'enregistrement {0} : {1}"},
    {"subject.trace.override-review", "Review of the override of record {0}: {1}",
     "Réexamen de la dérogation de l'enregistrement {0} : {1}"},
    {"subject.lines", "The log of consultations names them in {0} other lines:",
     "Le journal des consultations nomme la personne dans {0} autres lignes :"},
    {"subject.lines-left-out", "{0} lines before these name them too: entente log has all.",
     "{0} lignes antérieures la nomment aussi : entente log les a toutes."},
    {"subject.searches",
     "{0} searches were logged. The log has the kinds of what was asked for, never the values: "
     "whether one was for this person it cannot say.",
     "{0} recherches sont au journal. Il indique la nature de ce qui a été demandé, jamais les "
     "valeurs : il ne peut dire si l'une visait cette personne."},
    {"subject.destroyed",
     "The content of {0} more records is destroyed: whom they named cannot be said any more.",
     "Le contenu de {0} autres enregistrements est détruit : on ne peut plus dire qui ils "
     "nommaient."},
    {"subject.unread",
     "WARNING: record {0} cannot be read here; it may name them. Restore it from a "
     "backup.",
     "ATTENTION : l'enregistrement {0} ne peut être lu ici ; il peut nommer la personne. "
     "Restaurez-le d'une sauvegarde."},
    {"subject.how",
     "{0} have no decision. Decide on each: --tell RECORD, or --withhold RECORD=GROUND; then "
     "--for-subject makes the answer.",
     "{0} sont sans décision. Décidez de chacun : --tell ENREGISTREMENT, ou --withhold "
     "ENREGISTREMENT=MOTIF ; puis --for-subject fait la réponse."},
    {"subject.written", "Written: {0}", "Écrit : {0}"},
    {"subject.file-there", "there is a file {0} already; nothing was asked",
     "le fichier {0} existe déjà ; rien n'a été demandé"},
    {"subject.decision-form", "write RECORD or RECORD:REASON, not \"{0}\"",
     "écrivez ENREGISTREMENT ou ENREGISTREMENT:MOTIVATION, et non « {0} »"},
    {"subject.withhold-form",
     "write RECORD=GROUND or RECORD=GROUND:REASON, not \"{0}\"; GROUND is one of {1}",
     "écrivez ENREGISTREMENT=MOTIF ou ENREGISTREMENT=MOTIF:MOTIVATION, et non « {0} » ; MOTIF est "
     "l'un de {1}"},
    {"subject.supervisor-missing",
     "an answer to a person names the supervisory authority: give --supervisor \"NAME, ADDRESS\"",
     "une réponse à une personne nomme l'autorité de contrôle : donnez --supervisor \"NOM, "
     "ADRESSE\""},
    {"access-ground.1", "it would obstruct an inquiry, investigation or procedure (art. 15(1)(a))",
     "cela gênerait une enquête, une recherche ou une procédure (art. 15, § 1, a)"},
    {"access-ground.2",
     "it would prejudice the prevention, detection, investigation or prosecution of offences, or "
     "the execution of penalties (art. 15(1)(b))",
     "cela nuirait à la prévention, à la détection, aux enquêtes ou aux poursuites en matière "
     "d'infractions, ou à l'exécution de sanctions (art. 15, § 1, b)"},
    {"access-ground.3", "public security is to be protected (art. 15(1)(c))",
     "la sécurité publique doit être protégée (art. 15, § 1, c)"},
    {"access-ground.4", "national security is to be protected (art. 15(1)(d))",
     "la sécurité nationale doit être protégée (art. 15, § 1, d)"},
    {"access-ground.5", "the rights and freedoms of others are to be protected (art. 15(1)(e))",
     "les droits et libertés d'autrui doivent être protégés (art. 15, § 1, e)"},
    {"answer.head",
     "Answer of {0} to a request for access to personal data (Directive (EU) 2016/680, art. 14)\n"
     "Given on {1}, on: {2}",
     "Réponse de {0} à une demande d'accès à des données à caractère personnel (directive (UE) "
     "2016/680, art. 14)\nDonnée le {1}, sur : {2}"},
    {"answer.none", "There are no personal data about you in our records that we can give you.",
     "Nos enregistrements ne contiennent pas de données à caractère personnel vous concernant que "
     "nous puissions vous communiquer."},
    {"answer.direction.1", "{0}. {1} (reference {2}), received from {3} on {4}",
     "{0}. {1} (référence {2}), reçu de {3} le {4}"},
    {"answer.direction.2", "{0}. {1} (reference {2}), written by {3} on {4}",
     "{0}. {1} (référence {2}), écrit par {3} le {4}"},
    {"answer.direction.3", "{0}. {1} (reference {2}), written by {3} on {4}",
     "{0}. {1} (référence {2}), écrit par {3} le {4}"},
    {"answer.purpose", "Purpose: {0}", "Finalité : {0}"},
    {"answer.basis", "Received under: {0}", "Reçu en vertu de : {0}"},
    {"answer.data", "Categories of data: {0}", "Catégories de données : {0}"},
    {"answer.given", "Given to: {0}", "Communiqué à : {0}"},
    {"answer.given-under", "{0} (under {1})", "{0} (en vertu de {1})"},
    {"answer.given-nobody", "Given to nobody", "Communiqué à personne"},
    {"answer.kept", "Kept until {0} at the latest", "Conservé jusqu'au {0} au plus tard"},
    {"answer.own", "What it says of you:", "Ce qu'il dit de vous :"},
    {"answer.text",
     "A text of it names you. What it says of you is given to you by the data-protection "
     "officer, without what it says of others.",
     "Un texte qu'il contient vous nomme. Ce qu'il dit de vous vous est communiqué par le "
     "délégué à la protection des données, sans ce qu'il dit d'autrui."},
    {"answer.withheld",
     "Records to which access is restricted, by a decision on each: {0}, since {1}.",
     "Enregistrements dont l'accès est limité, par une décision sur chacun : {0}, car {1}."},
    {"answer.restricted",
     "Access can be restricted by law, in whole or in part, as long as that is necessary and "
     "proportionate. Where saying so would itself defeat the purpose, an answer does not say "
     "whether anything was withheld (art. 15(3)).",
     "L'accès peut être limité par la loi, en tout ou en partie, tant que cela est nécessaire et "
     "proportionné. Lorsque le dire irait en soi à l'encontre du but poursuivi, une réponse ne "
     "dit pas si quelque chose n'a pas été communiqué (art. 15, § 3)."},
    {"answer.rights",
     "You can ask us to rectify or erase data about you, or to restrict their processing (art. "
     "16). You can lodge a complaint with the supervisory authority, and have your rights "
     "exercised through it, which then verifies that the processing is lawful (arts. 17 and 52). "
     "You can also go to court (art. 54).",
     "Vous pouvez nous demander de rectifier ou d'effacer des données vous concernant, ou d'en "
     "limiter le traitement (art. 16). Vous pouvez introduire une réclamation auprès de "
     "l'autorité de contrôle et exercer vos droits par son intermédiaire ; elle vérifie alors la "
     "licéité du traitement (art. 17 et 52). Vous pouvez aussi former un recours en justice (art. "
     "54)."},
    {"answer.supervisor", "Supervisory authority: {0}", "Autorité de contrôle : {0}"},
};

}  // namespace

std::span<const SentenceRow> SubjectSentences() { return kRows; }

}  // namespace entente
