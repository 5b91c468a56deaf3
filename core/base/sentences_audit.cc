#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"audit.genesis", "Federation {0}, log {1}\nGenesis file {2}",
     "Fédération {0}, journal {1}\nFichier de genèse {2}"},
    {"audit.quorum.none",
     "QUORUM NONE: no witness cosigns this log; that it shows everyone the same rests on the "
     "broker's signature alone.",
     "AUCUN QUORUM : aucun témoin ne cosigne ce journal ; qu'il montre à tous la même chose ne "
     "repose que sur la signature du courtier."},
    {"audit.quorum.some",
     "QUORUM {0} OF {1}: by the genesis file so many jurisdictions cosign this log. A receipt "
     "shows "
     "the broker's signature alone, and a later entry of the log may have changed the quorum.",
     "QUORUM {0} SUR {1} : selon le fichier de genèse, autant de pays cosignent ce journal. Un "
     "reçu "
     "ne montre que la signature du courtier, et une entrée ultérieure du journal peut avoir "
     "changé "
     "le quorum."},
    {"audit.verified", "VERIFIED {0}", "VÉRIFIÉ {0}"},
    {"audit.not-verified", "NOT VERIFIED {0}", "NON VÉRIFIÉ {0}"},
    {"audit.not-readable", "NOT READABLE {0}: {1}", "ILLISIBLE {0} : {1}"},
    {"audit.summary", "{0} receipts: {1} verified, {2} not verified, {3} not readable",
     "{0} reçus : {1} vérifiés, {2} non vérifiés, {3} illisibles"},
    {"audit.no-receipt",
     "it is no receipt: name a file that ends in .tlog-proof, or a folder of them",
     "ce n'est pas un reçu : nommez un fichier en .tlog-proof, ou un dossier qui en contient"},
    {"audit.none", "{0} holds no receipt: no file ends in .tlog-proof",
     "{0} ne contient aucun reçu : aucun fichier ne se termine par .tlog-proof"},
    {"audit.no-event", "It proves an entry of another kind than a record's: {0}.",
     "Il prouve une inscription d'un autre genre que celle d'un enregistrement : {0}."},
    {"audit.field.record", "record", "enregistrement"},
    {"audit.field.hash", "record hash", "empreinte"},
    {"audit.field.logged", "logged", "inscrit"},
    {"audit.field.instant", "instant", "instant"},
    {"audit.field.acted", "acted", "auteur"},
    {"audit.field.officer", "officer", "agent"},
    {"audit.field.justification", "justification", "justification"},
    {"audit.field.reader", "told to", "lecteur"},
    {"audit.field.snapshot", "decided under", "décidé selon"},
    {"audit.field.first", "decided again, first at", "décidé à nouveau, d'abord à"},
    {"audit.field.refused", "refused", "refusé"},
    {"audit.field.expired", "expired for", "expiré pour"},
    {"audit.logged", "as {0}, index {1} in a log of {2} entries",
     "comme {0}, numéro {1} dans un journal de {2} inscriptions"},
    {"audit.no-officer", "no person", "personne"},
    {"audit.snapshot", "the first {0} open entries, {1}",
     "les {0} premières inscriptions ouvertes, {1}"},
    {"audit.verdict.release", "released", "transmis"},
    {"audit.verdict.release-in-part", "released in part", "transmis en partie"},
    {"audit.verdict.hold", "held", "retenu"},
    {"audit.verdict.refuse", "refused", "refusé"},
    {"audit.recipient", "  {0}: {1}", "  {0} : {1}"},
    {"audit.rules", "    rules: {0}", "    règles : {0}"},
    {"audit.reasons", "    reasons: {0}", "    motifs : {0}"},
    {"audit.obligations", "    obligations: {0}", "    obligations : {0}"},
    {"audit.contact", "    ask: {0}", "    contact : {0}"},
    {"audit.withheld", "    section {0} withheld", "    section {0} non transmise"},
    {"audit.withheld-rules", "      under rules: {0}", "      selon les règles : {0}"},
    {"audit.withheld-reasons", "      reasons: {0}", "      motifs : {0}"},
};

}  // namespace

std::span<const SentenceRow> AuditSentences() { return kRows; }

}  // namespace entente
