// What people are told of overrides: a record goes on in an emergency without the consent of those
// who gave its data, two officers answer for it, and it is reviewed.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"override-ground.1", "immediate danger to a person's life or body",
     "danger immédiat pour la vie ou l'intégrité d'une personne"},
    {"override-ground.2", "immediate and serious threat to public security",
     "menace immédiate et sérieuse pour la sécurité publique"},
    {"override-ground.3", "essential interests of a State", "intérêts essentiels d'un État"},
    {"override-finding.1", "justified", "justifiée"},
    {"override-finding.2", "NOT JUSTIFIED", "NON JUSTIFIÉE"},
    {"override.came",
     "PASSED ON IN AN EMERGENCY, without the consent of {0}. Ground: {1}. It is under review: do "
     "what the danger asks for, and no more.",
     "TRANSMIS EN URGENCE, sans le consentement de {0}. Motif : {1}. C'est en cours d'examen : "
     "faites ce que le danger exige, et rien de plus."},
    {"override.asked",
     "IN AN EMERGENCY, without the consent of those who gave the data: {0} yields. Ground: {1}. "
     "Told of it: {2}. Reason: {3}",
     "EN URGENCE, sans le consentement de ceux qui ont donné les données : {0} cède. Motif : {1}. "
     "En sont informés : {2}. Raison : {3}"},
    {"override.ours", "Ours, to {0}:  {1}  (record {2})",
     "Le nôtre, à {0} :  {1}  (enregistrement {2})"},
    {"override.told", "By {0}, to {1}:  {2}  (record {3})",
     "De {0}, à {1} :  {2}  (enregistrement {3})"},
    {"override.what", "  what is about {0}: {1}; for {2}",
     "  ce qui concerne {0} : {1} ; pour {2}"},
    {"override.rules", "  rules of {0} that yield: {1}", "  règles de {0} qui cèdent : {1}"},
    {"override.sources", "  told of it: {0}", "  en sont informés : {0}"},
    {"override.ground", "  ground: {0}", "  motif : {0}"},
    {"override.time", "  signed from {0}; lets go until {1}", "  signé le {0} ; vaut jusqu'au {1}"},
    {"override.signer", "  signed by {0} as {1} (key {2})", "  signé par {0} comme {1} (clé {2})"},
    {"override.unsigned", "  nobody has signed it yet", "  personne ne l'a encore signé"},
    {"override.logged", "  in the log since {0}, entry {1}; to be reviewed by {2}",
     "  au journal depuis le {0}, entrée {1} ; à examiner avant le {2}"},
    {"override.overdue", "  THE REVIEW IS OVERDUE", "  L'EXAMEN EST EN RETARD"},
    {"override.finding", "  {0}, found by {1} on {2}:", "  {0}, constaté par {1} le {2} :"},
    {"override.reason", "Reason (its digest in the statement is over salt {0}):",
     "Raison (son empreinte dans la déclaration porte sur le sel {0}) :"},
    {"override.reason-elsewhere",
     "The reason is at the origin. Its digest: {0}; the data-protection officer there can show "
     "what it is over.",
     "La raison est chez l'expéditeur. Son empreinte : {0} ; le délégué à la protection des "
     "données y montre ce sur quoi elle porte."},
    {"override.sign", "You may sign it as {0}:  entente override sign {1} --seen {2} --key FILE",
     "Vous pouvez le signer comme {0} :  entente override sign {1} --seen {2} --key FICHIER"},
    {"override.none", "No overrides.", "Aucune dérogation."},
    {"override.signed", "Signed. {0} of 2 officers have; record {1}.",
     "Signé. {0} agents sur 2 l'ont fait ; enregistrement {1}."},
    {"override.reviewed", "Reviewed: record {0}.", "Examiné : enregistrement {0}."},
    {"override.other-body",
     "what waits to be signed is not what was seen, or is no statement about this record",
     "ce qui attend d'être signé n'est pas ce qui a été vu, ou n'est pas une déclaration sur cet "
     "enregistrement"},
    {"override.to-review", "{0} overrides wait for your review: entente override list",
     "{0} dérogations attendent votre examen : entente override list"},
    {"second.override", "override in an emergency", "dérogation en urgence"},
    {"draft.override-ground", "{0}: write life, public-security or essential-interests",
     "{0} : écrivez life, public-security ou essential-interests"},
    {"officer-key.made",
     "Made {0}. Keep the file to yourself. Give the administrator the public key: {1}",
     "Créé {0}. Gardez le fichier pour vous. Donnez à l'administrateur la clé publique : {1}"},
    {"officer-key.published", "Key {0} of {1} is on its way to the log.",
     "La clé {0} de {1} est en route vers le journal."},
};

}  // namespace

std::span<const SentenceRow> OverrideSentences() { return kRows; }

}  // namespace entente
