#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"tiles.log", "Log {0}\nSize {1}, root {2}", "Journal {0}\nTaille {1}, racine {2}"},
    {"tiles.other-name", "The key bears another name than the log: {0}.",
     "La clé porte un autre nom que le journal : {0}."},
    {"tiles.finding", "{0}: {1}", "{0} : {1}"},
    {"tiles.verified",
     "VERIFIED: {0} tiles and {1} bundles hold the {2} entries that the log signed.",
     "VÉRIFIÉ : {0} tuiles et {1} lots contiennent les {2} inscriptions que le journal a signées."},
    {"tiles.hashes-alone",
     "VERIFIED, HASHES ALONE: {0} tiles lead to the root that the log signed, of {1} entries. The "
     "entries are not here, and were not looked at.",
     "VÉRIFIÉ, EMPREINTES SEULES : {0} tuiles mènent à la racine que le journal a signée, de {1} "
     "inscriptions. Les inscriptions ne sont pas ici et n'ont pas été examinées."},
    {"tiles.empty", "VERIFIED: the log has no entry yet.",
     "VÉRIFIÉ : le journal n'a encore aucune inscription."},
    {"tiles.not-verified", "NOT VERIFIED: {0} findings", "NON VÉRIFIÉ : {0} constats"},
    {"tiles.beyond",
     "Files that hold more than the checkpoint covers: {0}. What is more in them was not verified.",
     "Fichiers qui contiennent plus que le point de contrôle ne couvre : {0}. Le surplus n'a pas "
     "été vérifié."},
    {"tiles.others", "No part of the log, and not looked at: {0}",
     "Hors du journal, non examiné : {0}"},
    {"tiles.no-checkpoint",
     "is missing: name the folder that holds `checkpoint` and `tile`, see c2sp.org/tlog-tiles",
     "manque : nommez le dossier qui contient `checkpoint` et `tile`, voir c2sp.org/tlog-tiles"},
    {"tiles.key-of-witness", "{0} is the key of a witness (type 4): name the log's own, of type 1",
     "{0} est la clé d'un témoin (type 4) : nommez celle du journal, de type 1"},
    {"tiles.progress", "{0} % of {1} entries", "{0} % de {1} inscriptions"},
    {"tiles.fault.missing", "is missing; a tree of {0} entries has it",
     "manque ; un arbre de {0} inscriptions en a besoin"},
    {"tiles.fault.width", "does not have the {0} bytes of {1} hashes",
     "n'a pas les {0} octets de {1} empreintes"},
    {"tiles.fault.hash", "does not give hash {0} of {1}", "ne donne pas l'empreinte {0} de {1}"},
    {"tiles.fault.root", "with the tiles beside it, does not give the root that the log signed",
     "avec les tuiles voisines, ne donne pas la racine que le journal a signée"},
    {"tiles.fault.bundle", "is not {0} entries with their lengths, and nothing more",
     "n'est pas exactement {0} inscriptions avec leurs longueurs"},
    {"tiles.fault.entry", "entry {0} does not give its hash in {1}",
     "l'inscription {0} ne donne pas son empreinte dans {1}"},
    {"tiles.fault.stale", "does not agree with {0}, which took its place or is its beginning",
     "ne concorde pas avec {0}, qui l'a remplacé ou en est le début"},
    {"tiles.fault.no-such-tile", "a tree of {0} entries has no such tile",
     "un arbre de {0} inscriptions n'a pas cette tuile"},
    {"tiles.fault.name", "is not the name of a tile or bundle",
     "n'est pas le nom d'une tuile ou d'un lot"},
    {"tiles.fault.no-file", "is a link, or no regular file: it is not followed",
     "est un lien, ou n'est pas un fichier ordinaire : il n'est pas suivi"},
    {"tiles.fault.unreadable", "cannot be read: {0}", "illisible : {0}"},
    {"tiles.fault.other-root",
     "has another root than the tiles, which belong together: they are of another log or history",
     "a une autre racine que les tuiles, qui vont ensemble : elles sont d'un autre journal ou "
     "d'une autre histoire"},
    {"fork.note", "refused ({0}): {1}", "refusé ({0}) : {1}"},
    {"fork.needs-tiles",
     "the checkpoints are of two sizes: name the tiles of the larger one with --tiles",
     "les points de contrôle sont de deux tailles : nommez les tuiles du plus grand avec --tiles"},
    {"fork.other-tiles",
     "these tiles do not give the root of the larger checkpoint: name those of the log that it is "
     "of, whole",
     "ces tuiles ne donnent pas la racine du plus grand point de contrôle : nommez celles du "
     "journal dont il est, entières"},
    {"fork.log", "Log {0}", "Journal {0}"},
    {"fork.signed", "It signed: size {0}, root {1}", "Il a signé : taille {0}, racine {1}"},
    {"fork.then", "The larger tree has at size {0} the root {1}",
     "Le plus grand arbre a, à la taille {0}, la racine {1}"},
    {"fork.fit", "NO FORK: the smaller is the beginning of the larger, or both are the same.",
     "PAS DE BIFURCATION : le plus petit est le début du plus grand, ou les deux sont le même."},
    {"fork.proven", "FORK PROVEN: the log signed two histories of {0} entries.",
     "BIFURCATION PROUVÉE : le journal a signé deux histoires de {0} inscriptions."},
};

}  // namespace

std::span<const SentenceRow> TileSentences() { return kRows; }

}  // namespace entente
