// What `entente alert import` says.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"import.sections",
     "{0}: the sections of an imported alert come from the list; take out [[section]]",
     "{0} : les sections d'un signalement importé viennent de la liste ; ôtez [[section]]"},
    {"import.empty", "{0}: there is no entry in it; is it the list as its publisher gives it?",
     "{0} : aucune inscription n'y figure ; est-ce la liste telle que publiée ?"},
    {"import.checked", "{0} of {1} entries of the list looked at",
     "{0} des {1} inscriptions de la liste examinées"},
    {"import.progress", "{0} of {1} alerts published", "{0} des {1} signalements publiés"},
    {"import.done",
     "Published {0}, replaced {1}, unchanged {2}; left out since recalled by hand {5}; not on the "
     "list any more {3}, of these recalled {4}.",
     "Publiés {0}, remplacés {1}, inchangés {2} ; omis car rappelés à la main {5} ; plus sur la "
     "liste {3}, dont rappelés {4}."},
    {"import.would",
     "Would publish {0}, replace {1}, leave {2}; leave out since recalled by hand {5}; not on the "
     "list any more {3}, of these recall {4}. Nothing was done.",
     "Publierait {0}, remplacerait {1}, laisserait {2} ; omettrait car rappelés à la main {5} ; "
     "plus sur la liste {3}, dont rappellerait {4}. Rien n'a été fait."},
    {"import.left-out",
     "{0} is left out: its alert {1} was recalled by hand on {2}; --recalled-too publishes it all "
     "the same.",
     "{0} est omis : son signalement {1} a été rappelé à la main le {2} ; --recalled-too le publie "
     "quand même."},
    {"import.entry", "  {0}: {2} ({1})", "  {0} : {2} ({1})"},
    {"import.refused",
     "Nothing was done: {0} of the {1} entries cannot be published, {2} the first of them.",
     "Rien n'a été fait : {0} des {1} inscriptions ne peuvent être publiées, {2} la première."},
    {"import.refused-advice", "Mend these entries in the list, or take them out.",
     "Corrigez ces inscriptions dans la liste, ou ôtez-les."},
    {"import.to-nobody", "{0} would go to nobody:", "{0} n'irait à personne :"},
    {"import.nobody",
     "Nothing was done: {0} of the {1} entries would go to nobody, {2} the first of them.",
     "Rien n'a été fait : {0} des {1} inscriptions n'iraient à personne, {2} la première."},
    {"import.none-for",
     "Nothing was done: {0} would get none of the {1} entries, and loses what it may have.",
     "Rien n'a été fait : {0} ne recevrait aucune des {1} inscriptions, et perdrait ce qu'il a."},
    {"import.nobody-advice",
     "Look at --to and at the labels of the draft; entente agency list has the names.",
     "Vérifiez --to et les étiquettes du projet ; entente agency list donne les noms."},
    {"import.recalls-most",
     "Nothing was done: {0} of the {1} alerts that stand are not on this list, more than half.",
     "Rien n'a été fait : {0} des {1} signalements en vigueur ne sont pas sur cette liste, plus de "
     "la moitié."},
    {"import.recalls-most-advice",
     "See whether the list is whole. If they are all to be recalled, give --recall-most.",
     "Voyez si la liste est complète. S'il faut tous les rappeler, donnez --recall-most."},
    {"import.broke-off",
     "Broken off at {0}: {1} published and {2} replaced of {3}, {4} recalled. That stays; the same "
     "command goes on from there.",
     "Interrompu à {0} : {1} publiés et {2} remplacés sur {3}, {4} rappelés. Cela reste ; la même "
     "commande reprend à ce point."},
};

}  // namespace

std::span<const SentenceRow> ImportSentences() { return kRows; }

}  // namespace entente
