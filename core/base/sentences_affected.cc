#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"affected.title", "What {0} received", "Ce que {0} a reçu"},
    {"affected.for",
     "the notice of a personal data breach, Directive (EU) 2016/680 art. 30: from {0} to the "
     "supervisory authority of {1}, and to each origin below",
     "la notification d'une violation de données à caractère personnel, directive (UE) 2016/680 "
     "art. 30 : de {0} à l'autorité de contrôle de {1}, et à chaque origine ci-dessous"},
    {"affected.head.for", "for", "pour"},
    {"affected.head.from", "from", "à partir de"},
    {"affected.head.until", "until, not included", "jusqu'à, non compris"},
    {"affected.head.aware", "known since", "connue depuis"},
    {"affected.head.due", "notice due by", "notification au plus tard"},
    {"affected.head.origins", "origins to tell", "origines à informer"},
    {"affected.head.records", "records received", "enregistrements reçus"},
    {"affected.head.proven-had", "of these with the own receipt", "dont avec le propre reçu"},
    {"affected.head.refused", "refused at release, not counted",
     "refusés à la transmission, non comptés"},
    {"affected.from-beginning", "the beginning of the log", "le début du journal"},
    {"affected.until-end", "no end", "sans fin"},
    {"affected.due", "{0}, 72 hours later; a later notice gives the reasons for its delay",
     "{0}, 72 heures après ; une notification plus tardive donne les motifs de son retard"},
    {"affected.limit.given",
     "This list has the records of which a receipt was given, and no others. Its lines are proven; "
     "that there are no more is not. Take the whole folder of receipts of {0}, if it is there, and "
     "that of every partner that ever sent to it: what one side lacks, the other side's receipt "
     "shows.",
     "Cette liste a les enregistrements dont un reçu a été remis, et aucun autre. Ses lignes sont "
     "prouvées ; qu'il n'y en a pas d'autres ne l'est pas. Prenez le dossier de reçus entier de "
     "{0}, s'il est là, et celui de chaque partenaire qui lui a jamais envoyé quelque chose : ce "
     "qui manque d'un côté, le reçu de l'autre le montre."},
    {"affected.limit.log",
     "The log given has {0} submissions and decisions made again of this period. Of {1} of them a "
     "receipt was given. Whom the other {2} concern the log does not show: each may have gone to "
     "{3}, or not.",
     "Le journal remis a, pour cette période, {0} envois et décisions prises à nouveau. De {1} "
     "d'entre eux, un reçu a été remis. Qui concernent les {2} autres, le journal ne le montre "
     "pas : chacun peut être allé à {3}, ou non."},
    {"affected.limit.from",
     "The period goes by the instants of decisions. What came before it and was still kept when "
     "the node was in other hands is not here, nor what was decided before and fetched later: "
     "without --from the list has both.",
     "La période se compte par les instants des décisions. Ce qui est venu avant elle et était "
     "encore conservé quand le nœud était en d'autres mains n'est pas ici, ni ce qui a été décidé "
     "avant et retiré plus tard : sans --from, la liste a les deux."},
    {"affected.limit.before",
     "Lines {0}: a later decision refused the record, or is not among the receipts of {1}. Its own "
     "receipt shows that its node had opened the record by the decision listed, so that this one "
     "counts.",
     "Lignes {0} : une décision ultérieure a refusé l'enregistrement, ou n'est pas parmi les reçus "
     "de {1}. Son propre reçu montre que son nœud avait ouvert l'enregistrement selon la décision "
     "de la liste ; c'est donc celle-ci qui compte."},
    {"affected.limit.refused",
     "What was refused at release stands apart and is not counted. A node of {0} that fetched it "
     "before, and broke off before it said so, has it all the same; no receipt that was given "
     "shows that. Tell its origins too.",
     "Ce qui a été refusé à la transmission est à part et n'est pas compté. Un nœud de {0} qui "
     "l'avait retiré avant, et a été coupé avant de le dire, l'a néanmoins ; aucun reçu remis ne "
     "le montre. Informez aussi ses origines."},
    {"affected.contradicted",
     "CONTRADICTED: receipts tell the act of entry {0} in two ways. Both are proven: the broker "
     "logged both. What either of them releases is listed. Keep the receipts.",
     "CONTREDIT : des reçus disent l'acte de l'inscription {0} de deux manières. Les deux sont "
     "prouvées : le courtier a inscrit les deux. Ce que l'une ou l'autre transmet est dans la "
     "liste. Gardez les reçus."},
    {"affected.other-state",
     "ANOTHER STATE: entry {0} was decided under a state that the log given never had. Keep "
     "receipt and log.",
     "AUTRE ÉTAT : l'inscription {0} a été décidée selon un état que le journal remis n'a jamais "
     "eu. Gardez le reçu et le journal."},
    {"affected.none", "No receipt that was given shows that something was released to {0}.",
     "Aucun reçu remis ne montre que quelque chose ait été transmis à {0}."},
    {"affected.part.origins", "Whom to tell", "Qui informer"},
    {"affected.part.refused", "Refused at release, not counted",
     "Refusés à la transmission, non comptés"},
    {"affected.origin", "From {0}: {1}", "De {0} : {1}"},
    {"affected.tell.origin", "origin", "origine"},
    {"affected.tell.records", "records", "enregistrements"},
    {"affected.tell.first", "from", "de"},
    {"affected.tell.last", "to", "à"},
    {"affected.tell.recalls", "recalls since", "rappels depuis"},
    {"affected.tell.restrictions", "restrictions since", "limitations depuis"},
    {"affected.note.content",
     "Content and persons: no receipt has them, nor purpose, handling, or the categories of "
     "persons and data. What the notice must say of those (art. 30(3)) each origin knows: its "
     "data-protection officer has the labels (entente decisions), its officers the text.",
     "Contenu et personnes : aucun reçu ne les a, ni la finalité, ni le code de traitement, ni les "
     "catégories de personnes et de données. Ce que la notification doit en dire (art. 30, "
     "paragraphe 3), chaque origine le sait : son délégué à la protection des données a les "
     "étiquettes (entente decisions), ses agents le texte."},
    {"affected.note.decided",
     "Decisions: of a record that was decided again at release, the newest decision of which a "
     "receipt is here counts. The instant is that of its entry; when the record was fetched no "
     "receipt says.",
     "Décisions : d'un enregistrement au sujet duquel une décision a été prise à nouveau à la "
     "transmission compte la plus récente dont un reçu est ici. L'instant est celui de son "
     "inscription ; quand l'enregistrement a été retiré, aucun reçu ne le dit."},
    {"affected.note.sections",
     "Sections: those withheld are named. All others of the record were released to {0}, with the "
     "files that belong to them, but for what its origin kept back by hand; the log does not name "
     "them.",
     "Sections : celles qui n'ont pas été transmises sont nommées. Toutes les autres de "
     "l'enregistrement ont été transmises à {0}, avec les fichiers qui leur appartiennent, sauf ce "
     "que l'origine a retenu à la main ; le journal ne les nomme pas."},
    {"affected.note.had",
     "Own receipts: a node keeps one when it has opened the record. Where that of {0} is among the "
     "proofs, its node had the record. Where it is not, that shows nothing.",
     "Propres reçus : un nœud en garde un quand il a ouvert l'enregistrement. Où celui de {0} est "
     "parmi les preuves, son nœud avait l'enregistrement. Où il n'y est pas, cela ne montre rien."},
    {"affected.note.notices",
     "Recalls and restrictions: the log does not say of which records, and nodes keep no receipts "
     "of them; the numbers are of receipts that were given. Each origin knows what it took back; "
     "that {0} erased it is its word.",
     "Rappels et limitations : le journal ne dit pas de quels enregistrements, et les nœuds n'en "
     "gardent pas de reçus ; les nombres sont ceux des reçus remis. Chaque origine sait ce qu'elle "
     "a repris ; que {0} l'ait effacé, lui seul le dit."},
    {"affected.note.asked",
     "What {0} searched for, read and looked at stands in its own log of consultations alone "
     "(entente log), which was in the same hands. What it wrote itself was there too.",
     "Ce que {0} a cherché, lu et regardé est dans son seul journal des consultations (entente "
     "log), qui était dans les mêmes mains. Ce qu'il a écrit lui-même y était aussi."},
    {"affected.note.sent",
     "What {0} sent is not listed here. entente-audit report has it. Its recipients are told as "
     "well (art. 30(6)): it may have come from other hands.",
     "Ce que {0} a envoyé n'est pas dans cette liste. entente-audit report l'a. Ses destinataires "
     "sont informés aussi (art. 30, paragraphe 6) : cela peut venir d'autres mains."},
    {"affected.agency", "--agency {0}: {1}", "--agency {0} : {1}"},
};

}  // namespace

std::span<const SentenceRow> AffectedSentences() { return kRows; }

}  // namespace entente
