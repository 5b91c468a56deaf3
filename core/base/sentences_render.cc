// What stands around the articles of a rendered policy: head, general provisions, annexes,
// signatures.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"replaced.1",
     "{0} stands until the log lets somebody have this one; then it is closed with all its copies.",
     "{0} reste en vigueur jusqu'à ce que le journal remette celui-ci à quelqu'un ; il est alors "
     "clos avec toutes ses copies."},
    {"replaced.2", "{0} STANDS as before: this one goes to nobody.",
     "{0} RESTE en vigueur : celui-ci ne va à personne."},
    {"replaced.3", "{0} was wrong: it is closed with all its copies.",
     "{0} était faux : il est clos avec toutes ses copies."},
    {"replaced.in-vain",
     "{0} was wrong: it is closed with all its copies, ALTHOUGH this one goes to nobody.",
     "{0} était faux : il est clos avec toutes ses copies, BIEN QUE celui-ci n'aille à personne."},
    {"replaced.refused", "{0} stands as before.", "{0} reste en vigueur."},
    {"render.title", "Sharing policy {0}, version {1}", "Politique de partage {0}, version {1}"},
    {"head.jurisdiction", "Jurisdiction", "Ressort"},
    {"head.version", "Version", "Version"},
    {"head.version-text", "{0}, written in vocabulary {1}", "{0}, rédigée dans le vocabulaire {1}"},
    {"head.validity", "In force", "En vigueur"},
    {"head.validity-text", "from {0}, until {1}; that last instant is no longer included",
     "à partir du {0}, jusqu'au {1} ; ce dernier instant n'est plus compris"},
    {"head.contact", "Contact", "Contact"},
    {"head.openness", "Who sees the rules", "Qui voit les règles"},
    {"head.public", "Other States may see these articles and their titles.",
     "Les autres États peuvent voir ces articles et leurs titres."},
    {"head.closed",
     "Who receives a record sees the numbers and titles of the outbound articles that applied to "
     "it. Of the inbound articles others see only that they refuse, and whom to ask.",
     "Qui reçoit un enregistrement voit les numéros et les titres des articles de sortie qui s'y "
     "sont appliqués. Des articles d'entrée, les autres ne voient que le refus, et à qui "
     "s'adresser."},
    {"head.quorum", "Witnesses first", "Témoins d'abord"},
    {"head.quorum-text",
     "Its agencies open these kinds of record only when enough witnesses have cosigned the log: "
     "{0}.",
     "Ses services n'ouvrent ces types d'enregistrement que lorsqu'assez de témoins ont cosigné le "
     "journal : {0}."},
    {"head.at", "Groups, parties and tables as of", "Groupes, parties et tableaux au"},
    {"head.file", "File", "Fichier"},
    {"head.digest", "SHA-256 of the file", "SHA-256 du fichier"},
    {"render.provisions", "General provisions", "Dispositions générales"},
    {"provision.1",
     "What no article permits is not transmitted and is not accepted. A prohibition prevails over "
     "a permission. The order of the articles has no meaning.",
     "Ce qu'aucun article ne permet n'est ni transmis ni reçu. Une interdiction prévaut sur une "
     "permission. L'ordre des articles n'a pas de portée."},
    {"provision.2",
     "A record reaches its recipient only if three agree: the outbound rules of the sender's "
     "State, the inbound rules of the recipient's State, and a legal instrument in force between "
     "the two. This document sets out the rules {0} alone; titles, legal bases and names are "
     "quoted as the files give them.",
     "Un enregistrement ne parvient à son destinataire que si trois volontés concordent : les "
     "règles de sortie de l'État de l'expéditeur, les règles d'entrée de l'État du destinataire, "
     "et un instrument juridique en vigueur entre les deux. Le présent document n'expose que les "
     "règles {0} ; titres, fondements et noms sont cités tels que les fichiers les donnent."},
    {"provision.3",
     "A record consists of sections, each of which names the categories of persons and of data "
     "that it holds. A section is released only if every combination of a person and a datum in it "
     "is permitted by an article, and none is kept back. A section that is kept back does not keep "
     "back the others; a record that is refused stays as a whole, for the sake of any one of its "
     "sections.",
     "Un enregistrement se compose de sections, dont chacune nomme les catégories de personnes et "
     "de données qu'elle contient. Une section n'est transmise que si chaque combinaison d'une "
     "personne et d'une donnée y est permise par un article, et qu'aucune n'est retenue. Une "
     "section retenue ne retient pas les autres ; un enregistrement refusé reste en entier, fût-ce "
     "à cause d'une seule de ses sections."},
    {"provision.4",
     "What is not known counts against release: where a record does not say what a condition asks "
     "for, or says it in an unknown word, the condition of a permission is not met, and that of a "
     "prohibition is.",
     "Ce qui n'est pas connu joue contre la transmission : si un enregistrement ne dit pas ce "
     "qu'une condition demande, ou le dit dans un mot inconnu, la condition d'une permission n'est "
     "pas remplie, et celle d'une interdiction l'est."},
    {"provision.5",
     "A participating State is one of which an authority is admitted to the exchange (Annex C). "
     "These words never include international organisations.",
     "Un État participant est un État dont une autorité est admise à l'échange (annexe C). Ces "
     "mots ne comprennent jamais les organisations internationales."},
    {"provision.6",
     "A recipient takes on the obligations of every article that permits any part of the record, "
     "on the sender's side and on its own, with those of the instrument (Annex E) and of the "
     "handling codes of the record (Annex F). Of two obligations of one kind the stricter holds. A "
     "recipient that has not declared that it can honour all of them receives nothing. What an "
     "article demands of the sender is said apart.",
     "Le destinataire assume les obligations de chaque article qui permet une partie de "
     "l'enregistrement, du côté de l'expéditeur et du sien, avec celles de l'instrument (annexe E) "
     "et des codes de traitement de l'enregistrement (annexe F). De deux obligations de même "
     "nature, la plus stricte s'applique. Un destinataire qui n'a pas déclaré pouvoir les honorer "
     "toutes ne reçoit rien. Ce qu'un article exige de l'expéditeur est dit à part."},
    {"provision.7",
     "A consent is a statement signed by an authority of a State from which data were obtained, "
     "for "
     "this recipient, purpose and data. The program verifies it; it counts only as far as the "
     "policy that this State has at that instant would itself let the data go. The tables of "
     "Annexes A and B suppose that no consent is attached, that none is done without in an "
     "emergency, and that no handling code waits for a person.",
     "Un consentement est une déclaration signée par une autorité d'un État dont des données ont "
     "été obtenues, pour ce destinataire, cette finalité et ces données. Le programme le vérifie ; "
     "il ne vaut que dans la mesure où la politique de cet État, à cet instant, laisserait "
     "elle-même partir les données. Les tableaux des annexes A et B supposent qu'aucun "
     "consentement n'est joint, qu'on ne se passe d'aucun en cas d'urgence et qu'aucun code de "
     "traitement n'attend une personne."},
    {"provision.8",
     "Members of groups and parties of instruments are named as they are on {1}. At another "
     "instant those who are then members and parties count.",
     "Les membres des groupes et les parties aux instruments sont nommés tels qu'ils sont au {1}. "
     "À un autre instant comptent ceux qui sont alors membres et parties."},
    {"provision.9", "What the words for persons, data and purposes mean is set out in Annex G.",
     "Ce que désignent les mots employés pour les personnes, les données et les finalités est "
     "indiqué à l'annexe G."},
    {"render.honour", "What the authorities {0} can honour",
     "Ce que les autorités {0} peuvent honorer"},
    {"render.honour-text",
     "As recipients they declare that they are able to meet these obligations, and looser ones of "
     "the same kind:",
     "Comme destinataires, elles se déclarent en mesure de remplir ces obligations, et de moins "
     "strictes de même nature :"},
    {"render.honour-sender",
     "They take in, too, what binds the sender, who has met it before the record leaves:",
     "Elles reçoivent aussi ce qui oblige l'expéditeur, qui s'en est acquitté avant le départ :"},
    {"render.honour-none",
     "They declare no obligation; a record that carries one does not come in.",
     "Elles n'en déclarent aucune ; un enregistrement qui en comporte une n'entre pas."},
    {"render.outbound", "Part I. What may leave: the outbound rules {0}",
     "Partie I. Ce qui peut sortir : règles de sortie {0}"},
    {"render.outbound-none", "There is no outbound rule: nothing is transmitted.",
     "Il n'y a pas de règle de sortie : rien n'est transmis."},
    {"outbound-kind.0", "What is permitted", "Ce qui est permis"},
    {"outbound-kind.1", "What is kept back", "Ce qui est retenu"},
    {"outbound-kind.2", "What is refused as a whole", "Ce qui est refusé en entier"},
    {"outbound-kind.3", "What does not go together", "Ce qui ne part pas ensemble"},
    {"render.inbound", "Part II. What may come in: the inbound rules {0}",
     "Partie II. Ce qui peut entrer : règles d'entrée {0}"},
    {"render.inbound-none", "There is no inbound rule: nothing is accepted.",
     "Il n'y a pas de règle d'entrée : rien n'est reçu."},
    {"inbound-kind.0", "What is permitted", "Ce qui est permis"},
    {"inbound-kind.1", "What is kept back", "Ce qui est retenu"},
    {"inbound-kind.2", "What is refused as a whole", "Ce qui est refusé en entier"},
    {"inbound-kind.3", "What does not come in together", "Ce qui n'entre pas ensemble"},
    {"render.article", "Article {0}. {1}", "Article {0}. {1}"},
    {"render.rule", "Rule", "Règle"},
    {"render.law", "Rests on", "Fondement"},
    {"render.cut-article", "article {0}", "de l'article {0}"},
    {"render.cut-articles", "articles {0}", "des articles {0}"},
    {"render.cut.1", "Subject to {0}: data that are named there are kept back all the same.",
     "Sous réserve {0} : les données qui y sont nommées sont retenues malgré tout."},
    {"render.cut.2", "Subject to {0}: a record that is named there is refused as a whole.",
     "Sous réserve {0} : un enregistrement qui y est nommé est refusé en entier."},
    {"render.cut.3",
     "Subject to {0}: a record that puts together what is named there is refused as a whole.",
     "Sous réserve {0} : un enregistrement qui réunit ce qui y est nommé est refusé en entier."},
    {"render.unused-in",
     "On {0} nothing comes in by this article: no instrument in force between the two would carry "
     "it, other articles keep all of it back, or it obliges to what the authorities here cannot "
     "honour.",
     "Le {0}, rien n'entre en vertu du présent article : aucun instrument en vigueur entre les "
     "deux ne le porterait, d'autres articles retiennent le tout, ou il oblige à ce que les "
     "autorités d'ici ne peuvent honorer."},
    {"render.unused-out",
     "On {0} nothing goes by this article: no instrument in force between the two would carry it, "
     "or other articles keep all of it back.",
     "Le {0}, rien ne part en vertu du présent article : aucun instrument en vigueur entre les "
     "deux ne le porterait, ou d'autres articles retiennent le tout."},
    {"render.signatures", "Signatures", "Signatures"},
    {"render.signed",
     "What is signed is the policy in the file {0}, the bytes of which have the SHA-256 digest "
     "{1}. This document says in words what that file says; the file is what programs decide by.",
     "Ce qui est signé est la politique contenue dans le fichier {0}, dont les octets ont "
     "l'empreinte SHA-256 {1}. Le présent document dit en mots ce que dit ce fichier ; c'est "
     "d'après le fichier que les programmes décident."},
    {"render.made-of",
     "Names of groups, instruments and agencies come from these files, with their SHA-256:",
     "Les noms des groupes, des instruments et des autorités viennent de ces fichiers, avec leur "
     "SHA-256 :"},
    {"sign.author", "Author of the policy", "Auteur de la politique"},
    {"sign.protection", "Data-protection officer", "Délégué à la protection des données"},
    {"sign.name", "Name", "Nom"},
    {"sign.office", "Office", "Qualité"},
    {"sign.day", "Place and date", "Lieu et date"},
    {"sign.signature", "Signature", "Signature"},
    {"matrix-out.title", "Annex A. What may leave, at a glance",
     "Annexe A. Ce qui peut sortir, en un coup d'œil"},
    {"matrix-in.title", "Annex B. What may come in, at a glance",
     "Annexe B. Ce qui peut entrer, en un coup d'œil"},
    {"matrix-out.about",
     "The program that decides on records has filled in these tables. They hold for {1} at {0}, "
     "and, while the files stay as they are, until {2}. Each cell sums up all kinds of authority "
     "on both sides, all kinds of record, handling codes and evaluations, the sender's own data "
     "and data obtained from others, and all instruments in force between the two. Numbers are "
     "those of the articles; who exactly may send to whom, for which purpose and on which "
     "conditions, is said there.",
     "Le programme qui décide des enregistrements a rempli ces tableaux. Ils valent pour {1} le "
     "{0} et, tant que les fichiers restent ce qu'ils sont, jusqu'au {2}. Chaque case résume "
     "toutes les natures d'autorité des deux côtés, toutes les natures d'enregistrement, tous les "
     "codes de traitement et toutes les évaluations, les données propres à l'expéditeur et celles "
     "obtenues d'autrui, et tous les instruments en vigueur entre les deux. Les numéros sont ceux "
     "des articles ; qui exactement peut transmettre à qui, à quelles fins et à quelles "
     "conditions, y est dit."},
    {"matrix-in.about",
     "These tables are filled in, and read, as those of Annex A, from the inbound rules alone: "
     "what may leave there, may come in here. They hold for {1} at {0}, and, while the files stay "
     "as they are, until {2}.",
     "Ces tableaux sont remplis, et se lisent, comme ceux de l'annexe A, d'après les seules règles "
     "d'entrée : ce qui peut partir là peut entrer ici. Ils valent pour {1} le {0} et, tant que "
     "les fichiers restent ce qu'ils sont, jusqu'au {2}."},
    {"matrix.any-purpose", "all purposes", "toutes les finalités"},
    {"matrix.legend", "How to read the tables", "Comment lire les tableaux"},
    {"legend.0",
     "Nothing permits it: no article does, or no instrument in force would carry what one permits. "
     "The same holds of what a list does not name.",
     "Rien ne le permet : aucun article ne le fait, ou aucun instrument en vigueur ne porterait ce "
     "que l'un d'eux permet. Il en va de même de ce qu'une liste ne nomme pas."},
    {"legend.1",
     "It may not go in any case: no article permits it, or what one permits others keep back. The "
     "articles numbered prohibit it expressly, in some cases or in all.",
     "Cela ne peut partir en aucun cas : aucun article ne le permet, ou ce que l'un permet, "
     "d'autres le retiennent. Les articles indiqués l'interdisent expressément, dans certains cas "
     "ou dans tous."},
    {"legend.2",
     "It may go, by the articles numbered, with obligations beyond those of the handling code.",
     "Cela peut partir, par les articles indiqués, avec des obligations au-delà de celles du code "
     "de traitement."},
    {"legend.3",
     "It may go, by the articles numbered, with no obligation beyond those of the handling code.",
     "Cela peut partir, par les articles indiqués, sans obligation au-delà de celles du code de "
     "traitement."},
    {"legend.except",
     "After it stand the articles that keep it back, or refuse the record, in some of the cases "
     "that those before it permit.",
     "Après ce signe figurent les articles qui le retiennent, ou refusent l'enregistrement, dans "
     "certains des cas que ceux d'avant permettent."},
    {"legend.depends",
     "The article before this sign depends on the handling codes, on the evaluation or on the "
     "source of the data: it permits, or keeps back, according to them. So does the cell.",
     "L'article devant ce signe dépend des codes de traitement, de l'évaluation ou de l'origine "
     "des données : il permet, ou retient, selon ceux-ci. La case en dépend donc aussi."},
    {"cell-out.1", "may not go (see art. {0})", "ne peut partir (voir art. {0})"},
    {"cell-out.2", "may go with obligations, art. {0}",
     "peut partir avec des obligations, art. {0}"},
    {"cell-out.3", "may go, art. {0}", "peut partir, art. {0}"},
    {"cell-in.1", "may not come in (see art. {0})", "ne peut entrer (voir art. {0})"},
    {"cell-in.2", "may come in with obligations, art. {0}",
     "peut entrer avec des obligations, art. {0}"},
    {"cell-in.3", "may come in, art. {0}", "peut entrer, art. {0}"},
    {"cell.except", ", kept back in some cases by art. {0}",
     ", retenu dans certains cas par art. {0}"},
    {"matrix-out.supposes",
     "The tables suppose sections that hold one category of person and one of data; where a "
     "section holds several, each combination must be permitted. Whether the recipient's State "
     "accepts the record is for its own policy, and is not shown.",
     "Les tableaux supposent des sections qui contiennent une seule catégorie de personne et une "
     "seule de données ; là où une section en contient plusieurs, chaque combinaison doit être "
     "permise. Si l'État du destinataire accepte l'enregistrement relève de sa propre politique, "
     "et n'est pas montré."},
    {"matrix-in.supposes",
     "Whether the sender's State lets the record go is for its own policy, and is not shown. "
     "Nothing comes in, either, where an instrument, a handling code or an article obliges to what "
     "the authorities here cannot honour.",
     "Si l'État de l'expéditeur laisse partir l'enregistrement relève de sa propre politique, et "
     "n'est pas montré. Rien n'entre non plus là où un instrument, un code de traitement ou un "
     "article oblige à ce que les autorités d'ici ne peuvent honorer."},
    {"matrix-out.depending",
     "These articles depend on handling codes, evaluations or the source of the data; the tables "
     "mark them with *:",
     "Ces articles dépendent de codes de traitement, d'évaluations ou de l'origine des données ; "
     "les tableaux les marquent d'un * :"},
    {"matrix-in.depending",
     "Of the inbound articles these depend on handling codes, evaluations or the source of the "
     "data; the tables mark them with *:",
     "Parmi les articles d'entrée, ceux-ci dépendent de codes de traitement, d'évaluations ou de "
     "l'origine des données ; les tableaux les marquent d'un * :"},
    {"matrix-out.together",
     "These look at what stands together in one record, which no table shows. What may go, may go "
     "only as far as they allow it:",
     "Ceux-ci regardent ce qui est réuni dans un même enregistrement, ce qu'aucun tableau ne "
     "montre. Ce qui peut partir ne le peut que dans les limites qu'ils posent :"},
    {"matrix-in.together",
     "These look at what stands together in one record, which no table shows. What may come in, "
     "may do so only as far as they allow it:",
     "Ceux-ci regardent ce qui est réuni dans un même enregistrement, ce qu'aucun tableau ne "
     "montre. Ce qui peut entrer ne le peut que dans les limites qu'ils posent :"},
    {"matrix-out.throughout",
     "Whatever may go by this table depends on these articles too, which keep it back in some "
     "cases: art. {0}.",
     "Tout ce qui peut partir d'après ce tableau dépend aussi de ces articles, qui le retiennent "
     "dans certains cas : art. {0}."},
    {"matrix-in.throughout",
     "Whatever may come in by this table depends on these articles too, which keep it back in some "
     "cases: art. {0}.",
     "Tout ce qui peut entrer d'après ce tableau dépend aussi de ces articles, qui le retiennent "
     "dans certains cas : art. {0}."},
    {"matrix-out.caption", "What may leave for {0}", "Ce qui peut sortir, destination : {0}"},
    {"matrix-in.caption", "What may come in from {0}", "Ce qui peut entrer, provenance : {0}"},
    {"matrix.corner", "Data about", "Données concernant"},
    {"matrix-out.nothing",
     "Nothing may leave for this destination: no article permits anything that an instrument in "
     "force would carry.",
     "Rien ne peut sortir vers cette destination : aucun article ne permet quoi que ce soit qu'un "
     "instrument en vigueur porterait."},
    {"matrix-in.nothing",
     "Nothing may come in from there: no article permits anything that an instrument in force "
     "would carry.",
     "Rien ne peut entrer de cette provenance : aucun article ne permet quoi que ce soit qu'un "
     "instrument en vigueur porterait."},
    {"matrix.left-out",
     "Not in the table, because nothing permits anything about them, or of them, here: {0}.",
     "Absents du tableau, parce que rien n'y est permis à leur sujet : {0}."},
    {"matrix.at-home", "{0} (between its own authorities)", "{0} (entre ses propres autorités)"},
    {"participants.title", "Annex C. Who takes part", "Annexe C. Qui participe"},
    {"participants.text",
     "On {0} these authorities are admitted to the exchange, and not suspended:",
     "Le {0}, ces autorités sont admises à l'échange, et non suspendues :"},
    {"participants.agency", "{0}, {1}", "{0}, {1}"},
    {"participants.none",
     "On {0} no authority is registered. The tables take every party of an instrument for a "
     "participant.",
     "Le {0}, aucune autorité n'est enregistrée. Les tableaux tiennent chaque partie à un "
     "instrument pour participante."},
    {"groups.title", "Annex D. Groups of States", "Annexe D. Groupes d'États"},
    {"instruments.title", "Annex E. Instruments", "Annexe E. Instruments"},
    {"span.from", "{0}: since {1}", "{0} : depuis le {1}"},
    {"span.until", "{0}: from {1} until {2}, that instant excluded",
     "{0} : du {1} au {2}, cet instant exclu"},
    {"instrument.heading", "{0}: {1}", "{0} : {1}"},
    {"instrument.nature", "Nature", "Nature"},
    {"instrument.parties", "Parties", "Parties"},
    {"instrument.no-party", "nobody", "personne"},
    {"instrument.binds-with", "With {0} since", "Avec {0} depuis"},
    {"instrument.since", "{0}: {1}", "{0} : le {1}"},
    {"instrument.of-sender", "Obliges the sender", "Oblige l'expéditeur"},
    {"instrument.purposes", "For", "Finalités"},
    {"instrument.data", "Covers", "Couvre"},
    {"instrument.obligations", "Obliges", "Oblige"},
    {"instrument.changes", "Not parties throughout", "Parties pour un temps"},
    {"instrument.after", "After a party left", "Après le départ d'une partie"},
    {"instrument.bound", "what was sent stays bound", "ce qui a été envoyé reste lié"},
    {"instrument.unbound", "what was sent is no longer bound",
     "ce qui a été envoyé n'est plus lié"},
    {"instrument-kind.0", "treaty", "traité"},
    {"instrument-kind.1", "memorandum", "mémorandum"},
    {"instrument-kind.2", "reciprocity", "réciprocité"},
    {"instrument-kind.3", "law of the Union", "droit de l'Union"},
    {"instrument-kind.4", "domestic law", "droit interne"},
    {"instrument-state.0", "in force", "en vigueur"},
    {"instrument-state.1", "suspended", "suspendu"},
    {"instrument-state.2", "terminated", "éteint"},
    {"handling.title", "Annex F. Handling codes", "Annexe F. Codes de traitement"},
    {"meanings.title", "Annex G. What the words mean", "Annexe G. Ce que les mots désignent"},
    {"meanings.text",
     "The words of the vocabulary that the articles use. A section is named by every category that "
     "applies to anyone or anything in it: of a child who is a victim, by both.",
     "Les mots du vocabulaire que les articles emploient. Une section est désignée par toutes les "
     "catégories qui valent pour quiconque ou quoi que ce soit en elle : celle d'un enfant qui est "
     "victime, par les deux."},
    {"meanings.persons", "Persons", "Personnes"},
    {"meanings.data", "Data", "Données"},
    {"meanings.purposes", "Purposes", "Finalités"},
    {"handling.for-person",
     "Its restrictions are in words, which only a person can judge: the record is held until a "
     "person at the sender has let it go to the recipient.",
     "Ses restrictions sont en mots, que seule une personne peut juger : l'enregistrement est "
     "retenu jusqu'à ce qu'une personne, chez l'expéditeur, l'ait laissé partir vers le "
     "destinataire."},
};

}  // namespace

std::span<const SentenceRow> RenderSentences() { return kRows; }

}  // namespace entente
