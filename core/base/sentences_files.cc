// What is wrong with a file: as such, as a configuration, as a draft.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"file.open", "cannot be opened: {0}", "impossible à ouvrir : {0}"},
    {"file.read", "cannot be read to its end: is it a file?",
     "lecture impossible : est-ce bien un fichier ?"},
    {"file.write", "cannot be written: {0}", "impossible à écrire : {0}"},
    {"file.key-there", "is there already: a key is never replaced, take another name",
     "existe déjà : une clé n'est jamais remplacée, prenez un autre nom"},
    {"file.no-folder", "is not a folder", "n'est pas un dossier"},
    {"file.open-to-others", "is open to others: run chmod 700 {0}",
     "est ouvert à d'autres : lancez chmod 700 {0}"},
    {"file.no-statements", "not a file of signed statements",
     "n'est pas un fichier de déclarations signées"},
    {"file.damaged-line", "this line is damaged", "cette ligne est abîmée"},
    {"config.syntax", "{0}", "la syntaxe TOML n'est pas respectée : {0}"},
    {"config.unknown", "unknown key '{0}'", "clé inconnue « {0} »"},
    {"config.missing", "{0} is missing", "{0} manque"},
    {"config.text", "{0} must be a text that is not empty", "{0} doit être un texte non vide"},
    {"config.integer", "{0} must be a whole number from {1} to {2}",
     "{0} doit être un nombre entier de {1} à {2}"},
    {"config.bool", "{0} must be true or false", "{0} doit être true ou false"},
    {"config.texts", "{0} must be a list of texts", "{0} doit être une liste de textes"},
    {"config.texts-only", "{0} must hold texts only", "{0} ne doit contenir que des textes"},
    {"config.table", "{0} must be a table", "{0} doit être une table"},
    {"config.tables", "{0} must be a list of tables", "{0} doit être une liste de tables"},
    {"config.tables-only", "{0} must hold tables only", "{0} ne doit contenir que des tables"},
    {"config.path-outside",
     "{0} leads out of the folder of this file: copy what it names into it, and look at it first",
     "{0} sort du dossier de ce fichier : copiez-y ce qu'il désigne, après l'avoir regardé"},
    {"config.refused", "{0} is refused: {1}", "{0} est refusé : {1}"},
    {"un-list.xml", "the XML is broken: {0}", "le XML est abîmé : {0}"},
    {"un-list.doctype", "a document type is not read: the list of the United Nations has none",
     "un type de document n'est pas lu : la liste des Nations unies n'en a pas"},
    {"un-list.root", "the list begins with <CONSOLIDATED_LIST>, which is missing",
     "la liste commence par <CONSOLIDATED_LIST>, qui manque"},
    {"un-list.rows", "more than {0} rows, the most that is read",
     "plus de {0} lignes, le plus qui soit lu"},
    {"un-list.number", "{0} is missing, or is no number", "{0} manque, ou n'est pas un nombre"},
    {"un-list.twice", "the number {0} was given before", "le numéro {0} a déjà été donné"},
    {"un-list.year", "the year of birth is no year", "l'année de naissance n'en est pas une"},
    {"draft.form", "{0}: write draft = \"{1}\"", "{0} : écrivez draft = \"{1}\""},
    {"draft.urgency", "{0}: write bulk, normal or urgent", "{0} : écrivez bulk, normal ou urgent"},
    {"draft.measure", "{0}: write freeze, stop, suspend, monitor or inform",
     "{0} : écrivez freeze, stop, suspend, monitor ou inform"},
    {"measure.word", "{0}: write one of {1}", "{0} : écrivez l'un de {1}"},
    {"measure.held", "{0}: write an amount and a currency, such as \"310500.50 EUR\"",
     "{0} : écrivez un montant et une devise, comme \"310500.50 EUR\""},
    {"draft.duration", "{0}: write a duration such as P30D", "{0} : écrivez une durée comme P30D"},
    {"draft.instant",
     "{0}: write an instant such as 2026-12-01T00:00:00Z, or a duration from now such as P30D",
     "{0} : écrivez un instant comme 2026-12-01T00:00:00Z, ou une durée à partir de maintenant "
     "comme P30D"},
    {"draft.money", "{0}: an amount needs a currency, and a currency an amount",
     "{0} : un montant demande une devise, et une devise un montant"},
    {"draft.amount", "{0}: write the amount as decimal text such as \"1250000.00\"",
     "{0} : écrivez le montant en décimal, comme \"1250000.00\""},
    {"draft.currency", "{0}: write an ISO 4217 code such as EUR",
     "{0} : écrivez un code ISO 4217 comme EUR"},
    {"draft.one-content",
     "{0}: a section has either a text, a [section.attachment], or subjects such as "
     "[[section.person]] and "
     "[[section.account]]",
     "{0} : une section a soit un text, soit un [section.attachment], soit des sujets comme "
     "[[section.person]] et "
     "[[section.account]]"},
    {"draft.date", "{0}: write 1984-03-17, 1984, about 1984, 1980..1984 or false 1984",
     "{0} : écrivez 1984-03-17, 1984, about 1984, 1980..1984 ou false 1984"},
};

}  // namespace

std::span<const SentenceRow> FileSentences() { return kRows; }

}  // namespace entente
