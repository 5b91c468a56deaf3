// Who may do what at the desk: officers and units, the second person, the log of consultations,
// sessions.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"leak.held",
     "HELD until another officer has looked at it (entente held list "
     "--justification \"...\"):",
     "RETENU jusqu'à ce qu'un autre agent l'ait regardé (entente held list "
     "--justification \"...\") :"},
    {"leak.found", "{0} gets section {1}, whose {4} gives away \"{2}\" of section {3}",
     "{0} reçoit la section {1}, dont {4} révèle « {2} » de la section {3}"},
    {"leak.together", "{0} gets section {1}, whose texts together give away \"{2}\" of section {3}",
     "{0} reçoit la section {1}, dont les textes ensemble révèlent « {2} » de la section {3}"},
    {"held.waiting",
     "{0} record(s) of other officers wait for a releaser: entente held list --justification WHY",
     "{0} enregistrement(s) d'autres agents attendent un second regard : entente held list "
     "--justification MOTIF"},
    {"held.none", "Nothing is held.", "Rien n'est retenu."},
    {"held.record", "{0}  {1}, by {2}, {3}  (record {4})",
     "{0}  {1}, de {2}, {3}  (enregistrement {4})"},
    {"held.released", "Record {0} is released.", "L'enregistrement {0} est libéré."},
    {"held.refused", "Record {0} is refused: it does not leave.",
     "L'enregistrement {0} est refusé : il ne part pas."},
    {"held.not-released", "{0} refused to let it go: {1}", "{0} a refusé de le libérer : {1}"},
    {"held.section", "-- {0}. {1}: {2} ({3})", "-- {0}. {1} : {2} ({3})"},
    {"held.seen",
     "To let it go as it stands here: entente held release {0} --seen {1} "
     "--justification \"...\"",
     "Pour le libérer tel qu'il est ici : entente held release {0} --seen {1} "
     "--justification \"...\""},
    {"second.asked", "{0}: a second person is asked for by {1}",
     "{0} : une deuxième personne est demandée par {1}"},
    {"column.assigned", "assigned to", "attribué à"},
    {"unit.none", "There are no units: every reader reads everything as their own.",
     "Il n'y a pas d'unités : chaque lecteur lit tout comme le sien."},
    {"unit.no-rules",
     "There is no rule: what comes is assigned to nobody, and each reading is reported.",
     "Il n'y a pas de règle : ce qui arrive n'est attribué à personne, et chaque lecture est "
     "signalée."},
    {"unit.any-kind", "any", "tout"},
    {"unit.anywhere", "anywhere", "partout"},
    {"unit.nobody", "nobody", "personne"},
    {"unit.everybody", "everybody", "tous"},
    {"unit.rule-set", "The rule holds for what comes from now on.",
     "La règle vaut pour ce qui arrive désormais."},
    {"unit.assigned", "{0} is assigned to {1}.", "{0} est attribué à {1}."},
    {"unit.no-kind", "no such kind of record: {0}", "type d'enregistrement inconnu : {0}"},
    {"outside.read", "OUTSIDE", "HORS UNITÉ"},
    {"outside.item", "(not you)", "(pas vous)"},
    {"outside.shown",
     "This is assigned to {0}, not to you: that you read it is reported to the data-protection "
     "officer.",
     "Ceci est attribué à {0}, pas à vous : votre lecture est signalée au délégué à la protection "
     "des données."},
    {"outside.waiting",
     "Reads by officers outside the assigned unit, not yet looked at: {0} (entente log --outside "
     "--justification \"...\")",
     "Lectures par des agents hors de l'unité chargée, pas encore examinées : {0} (entente log "
     "--outside --justification \"...\")"},
    {"outside.reviewed", "Looked at: {0}; still to look at: {1}.",
     "Examinées : {0} ; restant à examiner : {1}."},
    {"session.none",
     "You have set no pass phrase: your session does not lock (entente officer passphrase).",
     "Vous n'avez pas de phrase secrète : votre session ne se verrouille pas (entente officer "
     "passphrase)."},
    {"session.ask", "Pass phrase:", "Phrase secrète :"},
    {"session.ask-old", "Pass phrase until now (none: leave it empty):",
     "Phrase secrète actuelle (aucune : laissez vide) :"},
    {"session.ask-new", "New pass phrase:", "Nouvelle phrase secrète :"},
    {"session.ask-again", "The new one once more:", "La nouvelle encore une fois :"},
    {"session.differ", "the two are not the same", "les deux diffèrent"},
    {"session.set", "Your pass phrase is set: your session locks when it is idle.",
     "Votre phrase secrète est enregistrée : votre session se verrouille si elle est inactive."},
    {"session.reset", "The pass phrase of {0} is taken away.",
     "La phrase secrète de {0} est retirée."},
    {"session.closed", "Your session is locked; entente unlock opens it.",
     "Votre session est verrouillée ; entente unlock l'ouvre."},
    {"session.open", "Your session is open; after {0} minutes without a call it locks.",
     "Votre session est ouverte ; après {0} minutes sans appel elle se verrouille."},
    {"second.onward",
     "what {0} gave: some of it goes on with its consent alone, or never, and no consent of {0} "
     "goes along",
     "ce que {0} a donné : une partie n'en part qu'avec son accord, ou jamais, et aucun accord de "
     "{0} ne l'accompagne"},
    {"second.policy", "the sharing policy", "la politique de partage"},
    {"second.handling", "handling code {0}", "le code de traitement {0}"},
    {"second.free-text", "handling code H3, whose restrictions only a person can judge",
     "le code de traitement H3, dont seule une personne peut juger les restrictions"},
    {"second.kind", "this agency, for each {0}", "cette autorité, pour chaque {0}"},
};

}  // namespace

std::span<const SentenceRow> PeopleSentences() { return kRows; }

}  // namespace entente
