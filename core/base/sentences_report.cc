#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"report.title", "Acts from and to agencies of {0}", "Actes des services de {0} et envers eux"},
    {"report.for", "the supervisory authority of {0}, Directive (EU) 2016/680 art. 25(3)",
     "l'autorité de contrôle de {0}, directive (UE) 2016/680 art. 25, paragraphe 3"},
    {"report.head.for", "for", "pour"},
    {"report.head.from", "from", "à partir de"},
    {"report.head.until", "until, not included", "jusqu'à, non compris"},
    {"report.head.federation", "federation", "fédération"},
    {"report.head.log", "log", "journal"},
    {"report.head.genesis", "genesis file", "fichier de genèse"},
    {"report.head.checkpoints", "signed trees", "arbres signés"},
    {"report.head.given-log", "log given", "journal remis"},
    {"report.head.lines", "lines", "lignes"},
    {"report.head.receipts", "receipts given", "reçus remis"},
    {"report.head.not-verified", "of these not verified", "dont non vérifiés"},
    {"report.head.elsewhere", "of these of other acts", "dont d'autres actes"},
    {"report.head.repeated", "of these given twice", "dont remis deux fois"},
    {"report.head.own-missing", "lines without the own receipt", "lignes sans le propre reçu"},
    {"report.checkpoints", "{0}, the largest of {1} entries, root {2}",
     "{0}, le plus grand de {1} inscriptions, racine {2}"},
    {"report.no-checkpoint", "none: there is no line", "aucun : il n'y a aucune ligne"},
    {"report.limit.given",
     "This report shows the acts of which a receipt was given, and no others. It proves each line; "
     "it does not prove that there are no more. Ask every agency of {0} for its whole folder of "
     "receipts, and its partners for theirs: what one side leaves out, the other side's receipt "
     "shows.",
     "Ce rapport montre les actes dont un reçu a été remis, et aucun autre. Il prouve chaque "
     "ligne ; il ne prouve pas qu'il n'y en a pas d'autres. Demandez à chaque service de {0} son "
     "dossier de reçus entier, et le leur à ses partenaires : ce qu'un côté omet, le reçu de "
     "l'autre le montre."},
    {"report.given-log", "{0} entries, root {1}", "{0} inscriptions, racine {1}"},
    {"report.limit.log",
     "The log given has {0} submissions and decisions made again of this period. Of {1} of them a "
     "receipt was given. Whom the other {2} concern the log does not show: they may be other "
     "States'.",
     "Le journal remis a, pour cette période, {0} envois et décisions prises à nouveau. De {1} "
     "d'entre eux, un reçu a été remis. Qui concernent les {2} autres, le journal ne le montre "
     "pas : ils peuvent être d'autres États."},
    {"report.limit.own-missing",
     "The other side's receipt alone proves lines {1}: the receipt that an agency of {0} keeps is "
     "not among those given. An agency that never fetched a record has none; else ask it why.",
     "Seul le reçu de l'autre côté prouve les lignes {1} : le reçu que garde un service de {0} "
     "n'est pas parmi ceux remis. Un service qui n'a jamais retiré un enregistrement n'en a pas ; "
     "sinon, demandez-lui pourquoi."},
    {"report.not-verified", "NOT VERIFIED, and no line of this report: {0}: {1}",
     "NON VÉRIFIÉ, absent des lignes de ce rapport : {0} : {1}"},
    {"report.two-histories",
     "TWO HISTORIES: the log signed {0} and {1}, which do not fit together. Keep both; "
     "entente-audit prove-fork makes a proof of them.",
     "DEUX HISTOIRES : le journal a signé {0} et {1}, qui ne vont pas ensemble. Gardez les deux ; "
     "entente-audit prove-fork en fait une preuve."},
    {"report.other-history",
     "TWO HISTORIES: the log signed {0}, and the log given does not hold it. Keep both; "
     "entente-audit prove-fork makes a proof of them.",
     "DEUX HISTOIRES : le journal a signé {0}, et le journal remis ne le contient pas. Gardez les "
     "deux ; entente-audit prove-fork en fait une preuve."},
    {"report.other-state",
     "ANOTHER STATE: line {0} was decided under a state that the log given never had. Keep receipt "
     "and log.",
     "AUTRE ÉTAT : la ligne {0} a été décidée selon un état que le journal remis n'a jamais eu. "
     "Gardez le reçu et le journal."},
    {"report.contradicted",
     "CONTRADICTED: line {0} tells the act of entry {1} in another way than the line beside it. "
     "Both are proven: the broker logged both. Keep the receipts.",
     "CONTREDIT : la ligne {0} dit l'acte de l'inscription {1} autrement que la ligne voisine. Les "
     "deux sont prouvées : le courtier a inscrit les deux. Gardez les reçus."},
    {"report.no-line", "No receipt that was given is of an act of this jurisdiction and period.",
     "Aucun reçu remis ne porte sur un acte de cette juridiction et de cette période."},
    {"report.line", "Line {0}", "Ligne {0}"},
    {"report.number", "no.", "n°"},
    {"report.yes", "yes", "oui"},
    {"report.side.sender", "sender", "expéditeur"},
    {"report.side.recipient", "recipient", "destinataire"},
    {"report.side.both", "both", "les deux"},
    {"report.part.findings", "What does not hold", "Ce qui ne tient pas"},
    {"report.part.lines", "The acts", "Les actes"},
    {"report.part.notes", "How to read it", "Comment le lire"},
    {"report.column.when", "when and what", "quand et quoi"},
    {"report.column.parties", "from whom, to whom", "de qui, à qui"},
    {"report.column.who", "who acted, and why", "qui a agi, et pourquoi"},
    {"report.column.record", "record", "enregistrement"},
    {"report.column.decision", "decision", "décision"},
    {"report.column.rules", "rules, and state of policies", "règles, et état des politiques"},
    {"report.column.proof", "proof", "preuve"},
    {"report.field.instant", "instant", "instant"},
    {"report.field.log_index", "index in the log", "numéro dans le journal"},
    {"report.field.act", "act", "acte"},
    {"report.field.first_index", "first decided at index", "d'abord décidé au numéro"},
    {"report.field.side", "side", "côté"},
    {"report.field.sender", "sender", "expéditeur"},
    {"report.field.recipient", "recipient", "destinataire"},
    {"report.field.acting_agency", "agency that acted", "service qui a agi"},
    {"report.field.officer_pseudonym", "officer's pseudonym", "pseudonyme de l'agent"},
    {"report.field.justification_digest", "digest of the justification, salted",
     "empreinte de la justification, salée"},
    {"report.field.record_id", "record id", "identifiant"},
    {"report.field.record_reference", "reference", "référence"},
    {"report.field.record_hashes", "record hash", "empreinte de l'enregistrement"},
    {"report.field.verdict", "verdict", "verdict"},
    {"report.field.sections_withheld", "sections withheld", "sections non transmises"},
    {"report.field.withheld_under", "section: rule that withholds it",
     "section : règle qui la retient"},
    {"report.field.rules", "rules", "règles"},
    {"report.field.reasons", "reasons", "motifs"},
    {"report.field.obligations", "obligations", "obligations"},
    {"report.field.contact", "whom to ask", "contact"},
    {"report.field.snapshot_number", "state after open entries",
     "état après les inscriptions ouvertes"},
    {"report.field.snapshot_hash", "hash of that state", "empreinte de cet état"},
    {"report.field.sender_policy_version", "sender's policy, version",
     "politique de l'expéditeur, version"},
    {"report.field.sender_policy_digest", "its digest", "son empreinte"},
    {"report.field.recipient_policy_version", "recipient's policy, version",
     "politique du destinataire, version"},
    {"report.field.recipient_policy_digest", "its digest", "son empreinte"},
    {"report.field.refused", "refused because", "refusé parce que"},
    {"report.field.statement_digest", "digest of the statement", "empreinte de la déclaration"},
    {"report.field.sender_receipt", "sender's receipt", "reçu de l'expéditeur"},
    {"report.field.sender_tree_size", "its tree, in entries", "son arbre, en inscriptions"},
    {"report.field.sender_root", "its root", "sa racine"},
    {"report.field.recipient_receipt", "recipient's receipt", "reçu du destinataire"},
    {"report.field.recipient_tree_size", "its tree, in entries", "son arbre, en inscriptions"},
    {"report.field.recipient_root", "its root", "sa racine"},
    {"report.field.contradicted", "contradicted", "contredit"},
    {"report.note.rules",
     "Rules: the ids that the receipts given name, the legal instrument's among them. The "
     "recipient's own rules are in its own receipt, and in the sender's only if that State "
     "publishes them.",
     "Règles : les identifiants que nomment les reçus remis, dont celui de l'instrument juridique. "
     "Les règles propres du destinataire sont dans son reçu, et dans celui de l'expéditeur "
     "seulement si cet État les publie."},
    {"report.note.sections",
     "Sections: those withheld are named. Of a record that was released, or released in part, all "
     "others went to the recipient; the log does not name them. A decision made again, at a later "
     "line, is the one that counts.",
     "Sections : celles qui n'ont pas été transmises sont nommées. D'un enregistrement transmis, "
     "ou transmis en partie, toutes les autres sont allées au destinataire ; le journal ne les "
     "nomme pas. Une décision prise à nouveau, à une ligne ultérieure, est celle qui compte."},
    {"report.note.snapshot",
     "State: the decision was made under the policies, instruments and keys that the first so many "
     "open entries of the log had put in force. The hash fixes them all.",
     "État : la décision a été prise selon les politiques, instruments et clés que les premières "
     "inscriptions ouvertes du journal, en ce nombre, avaient mis en vigueur. L'empreinte les fixe "
     "tous."},
    {"report.note.policies",
     "Policies: with the whole log at hand (--tiles) each line names the version that the log had "
     "put in force last for sender and recipient. Where the dates in that text had not begun yet, "
     "the version before it still counted.",
     "Politiques : avec le journal entier (--tiles), chaque ligne nomme la version que le journal "
     "avait mise en vigueur en dernier pour l'expéditeur et le destinataire. Si les dates de ce "
     "texte n'avaient pas encore commencé, la version précédente comptait encore."},
    {"report.note.persons",
     "Persons: the pseudonym and the digest are what the log has. The agency that acted knows who "
     "and why: its log of consultations has officer and justification in words. The salt "
     "stays there, so that the words are those behind the digest rests on that log. Pseudonyms are "
     "personal data.",
     "Personnes : le pseudonyme et l'empreinte sont ce qu'a le journal. Le service qui a agi sait "
     "qui et pourquoi : son journal des consultations a l'agent et la justification en toutes "
     "lettres. Le sel y reste, de sorte que seul ce journal répond de ce que ces mots soient ceux "
     "de l'empreinte. Les pseudonymes sont des données à caractère personnel."},
    {"report.note.other-acts",
     "Other acts: nodes keep receipts of what was sent, of the decisions about it and of those "
     "made again. Collection, alteration, consultation and erasure stand in each agency's own log "
     "of consultations (entente log), and are not here. Of combination there is no entry anywhere.",
     "Autres actes : les nœuds gardent les reçus de ce qui a été envoyé, des décisions à ce sujet "
     "et de celles prises à nouveau. La collecte, la modification, la consultation et l'effacement "
     "sont dans le journal des consultations de chaque service (entente log), et non ici. "
     "De l'interconnexion, il n'y a d'inscription nulle part."},
    {"report.note.labels",
     "Labels: purpose, handling, persons and data concerned, consents and overrides that a "
     "decision rested on are in no receipt. The sender's data-protection officer has them "
     "(entente decisions).",
     "Étiquettes : la finalité, le code de traitement, les personnes et données concernées, les "
     "consentements et dérogations sur lesquels reposait une décision ne sont dans aucun reçu. Le "
     "délégué à la protection des données de l'expéditeur les a (entente decisions)."},
    {"report.note.proof",
     "Proof: each receipt shows that the entry is in the log that was signed with that size and "
     "root. Anyone verifies it anew: entente-audit verify-receipt FILE --genesis FILE.",
     "Preuve : chaque reçu montre que l'inscription est dans le journal signé à cette taille et "
     "avec cette racine. Chacun le vérifie à nouveau : entente-audit verify-receipt FICHIER "
     "--genesis FICHIER."},
    {"report.no-entries",
     "is missing: name the folder of a log with all its entries, see entente-broker export "
     "--entries",
     "manque : nommez le dossier d'un journal avec toutes ses inscriptions, voir entente-broker "
     "export --entries"},
    {"report.other-root",
     "these entries are not what the log signed: entente-audit verify-tiles names what is wrong",
     "ces inscriptions ne sont pas ce que le journal a signé : entente-audit verify-tiles nomme ce "
     "qui ne va pas"},
    {"report.jurisdiction", "--jurisdiction {0}: {1}", "--jurisdiction {0} : {1}"},
    {"report.instant",
     "{0}: '{1}' is not an instant: write it with an offset, as 2026-12-01T00:00:00Z",
     "{0} : « {1} » n'est pas un instant : écrivez-le avec un décalage, comme "
     "2026-12-01T00:00:00Z"},
    {"report.period", "--from {0} is not before --until {1}: no instant is in this period",
     "--from {0} n'est pas avant --until {1} : aucun instant n'est dans cette période"},
    {"report.written", "{0} is written.", "{0} est écrit."},
};

}  // namespace

std::span<const SentenceRow> ReportSentences() { return kRows; }

}  // namespace entente
