// What is wrong with what an officer asks for: a passport's lines, a number, a plate.
#include "core/base/sentence_table.h"

namespace entente {
namespace {

constexpr SentenceRow kRows[] = {
    {"mrz.shape",
     "{0} lines with {1} characters in the first: a machine-readable zone has three lines of 30, "
     "two of 36 or two of 44",
     "{0} lignes, dont la première a {1} caractères : une zone de lecture automatique a trois "
     "lignes de 30, deux de 36 ou deux de 44"},
    {"mrz.length", "this line has {0} characters, the first has {1}",
     "cette ligne a {0} caractères, la première en a {1}"},
    {"mrz.character", "only A to Z, 0 to 9 and < stand in a machine-readable zone",
     "une zone de lecture automatique ne contient que A à Z, 0 à 9 et <"},
    {"mrz.visa", "this is a visa: its lines are not read",
     "c'est un visa : ses lignes ne sont pas lues"},
    {"mrz.type", "a document begins with a letter", "un document commence par une lettre"},
    {"mrz.no-number", "the document number is missing", "le numéro du document manque"},
    {"mrz.no-name", "the name is missing", "le nom manque"},
    {"mrz.name-digit", "a digit stands in the name", "un chiffre se trouve dans le nom"},
    {"mrz.sex", "the sex is M, F or <", "le sexe est M, F ou <"},
    {"mrz.date", "this is no date: year, month and day have two digits each",
     "ce n'est pas une date : année, mois et jour ont deux chiffres chacun"},
    {"mrz.check-number", "the check digit of the document number must be {0}, and {1} stands here",
     "le chiffre de contrôle du numéro du document doit être {0}, et {1} se trouve ici"},
    {"mrz.check-birth", "the check digit of the date of birth must be {0}, and {1} stands here",
     "le chiffre de contrôle de la date de naissance doit être {0}, et {1} se trouve ici"},
    {"mrz.check-expiry", "the check digit of the date of expiry must be {0}, and {1} stands here",
     "le chiffre de contrôle de la date d'expiration doit être {0}, et {1} se trouve ici"},
    {"mrz.check-optional", "the check digit of the optional data must be {0}, and {1} stands here",
     "le chiffre de contrôle des données facultatives doit être {0}, et {1} se trouve ici"},
    {"mrz.check-composite", "the check digit of the whole zone must be {0}, and {1} stands here",
     "le chiffre de contrôle de toute la zone doit être {0}, et {1} se trouve ici"},
    {"key.number", "a number has at least three letters or digits",
     "un numéro a au moins trois lettres ou chiffres"},
    {"key.issuer", "write the issuing country as an ISO 3166 code of two or three letters",
     "écrivez le pays de délivrance par son code ISO 3166 de deux ou trois lettres"},
    {"key.name", "the name has no letters", "le nom n'a pas de lettres"},
    {"key.date", "write the date of birth as YYYY-MM-DD, or the year alone",
     "écrivez la date de naissance AAAA-MM-JJ, ou l'année seule"},
    {"key.plate", "a plate has two to twelve letters and digits",
     "une plaque a deux à douze lettres et chiffres"},
    {"key.vin", "a vehicle identification number has 17 characters, and no I, O or Q",
     "un numéro d'identification de véhicule a 17 caractères, sans I, O ni Q"},
    {"key.iban", "an IBAN has two letters, two digits and at most 30 letters or digits more",
     "un IBAN a deux lettres, deux chiffres et au plus 30 lettres ou chiffres de plus"},
    {"key.iban-check", "the check digits of the IBAN do not fit: a character is wrong",
     "les chiffres de contrôle de l'IBAN ne conviennent pas : un caractère est faux"},
    {"key.phone-country", "a phone number begins with + or 00 and the country code",
     "un numéro de téléphone commence par + ou 00 et l'indicatif du pays"},
    {"key.phone", "a phone number has 7 to 15 digits", "un numéro de téléphone a 7 à 15 chiffres"},
    {"key.e-mail", "this is no e-mail address", "ce n'est pas une adresse électronique"},
    {"search.asked", "Asked at {1}, {2}: {0} ({3} alerts held)",
     "Demandé à {1}, {2} : {0} ({3} signalements détenus)"},
    {"search.no-hit", "NO HIT among the alerts that may be used for {0}.",
     "AUCUNE CORRESPONDANCE parmi les signalements utilisables pour {0}."},
    {"search.hits", "HIT: {0}", "CORRESPONDANCES : {0}"},
    {"search.hit", "{0}  {1}  issued by {2}  ({3}; record {4})",
     "{0}  {1}  émis par {2}  ({3} ; enregistrement {4})"},
    {"search.age", "Last word of its issuer {0} ago; valid until {1}",
     "Dernières nouvelles de l'émetteur il y a {0} ; valable jusqu'au {1}"},
    {"search.hours", "{0} h", "{0} h"},
    {"search.days", "{0} days", "{0} jours"},
    {"search.graded", "evaluation {0}; handling {1}", "évaluation {0} ; traitement {1}"},
    {"search.because", "agrees: {0}", "concorde : {0}"},
    {"search.agrees", "{0} ({3})", "{0} ({3})"},
    {"search.agrees-as", "{0} {1} = {2} ({3})", "{0} {1} = {2} ({3})"},
    {"search.cleared",
     "The issuer knows {0} person(s) who resemble the one sought and are another: "
     "compare their papers.",
     "L'émetteur connaît {0} personne(s) qui ressemblent à la personne recherchée et sont "
     "d'autres : comparez les pièces."},
    {"search.not-identical",
     "NOT IDENTICAL: this person resembles the subject of {0} of {1} and was found to be another, "
     "{2}.",
     "NON IDENTIQUE : cette personne ressemble à celle de {0} de {1} et a été reconnue autre, "
     "{2}."},
    {"search.left-out", "{0} more are not shown: ask more precisely.",
     "{0} autres ne sont pas montrés : précisez la question."},
    {"search.unread",
     "WARNING: {0} alerts cannot be read at this node; a hit may be among them. Tell its "
     "administrator.",
     "ATTENTION : {0} signalements ne peuvent être lus à ce nœud ; une correspondance peut s'y "
     "trouver. Prévenez son administrateur."},
    {"search.person-decides",
     "A hit is no action: compare, call the desk on duty, and say what it came to: entente "
     "outcome.",
     "Une correspondance n'est pas une mesure : comparez, appelez la permanence, puis dites ce "
     "qu'il en est : entente outcome."},
    {"agreement.name", "name", "nom"},
    {"agreement.year-of-birth", "year of birth", "année de naissance"},
    {"agreement.document", "document", "document"},
    {"agreement.national-number", "national number", "numéro national"},
    {"agreement.plate", "plate", "plaque"},
    {"agreement.vin", "vehicle identification number", "numéro d'identification du véhicule"},
    {"agreement.iban", "account", "compte"},
    {"agreement.phone", "telephone", "téléphone"},
    {"agreement.e-mail", "e-mail", "courriel"},
    {"agreement.crypto-address", "crypto-asset address", "adresse de crypto-actif"},
    {"agreement.exact", "letter for letter", "à la lettre"},
    {"agreement.phonetic", "another spelling", "autre graphie"},
    {"agreement.near", "nearly", "à peu près"},
    {"agreement.initial", "initial", "initiale"},
    {"agreement.joined", "written together", "écrits ensemble"},
    {"agreement.differs", "DIFFERS", "DIFFÈRE"},
    {"key.crypto-address", "this is no address of a crypto-asset",
     "ce n'est pas une adresse de crypto-actif"},
};

}  // namespace

std::span<const SentenceRow> SearchSentences() { return kRows; }

}  // namespace entente
