// Each kind of rule and each condition as it is read, in both languages.
#include "policy/article.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy/test_world.h"

namespace entente::policy {
namespace {

using testing::At;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RuleText;
using testing::World;

using Sentences = std::vector<std::string>;

// The one rule of a policy of France, under an instrument or not.
Sentences Said(Language language, const std::string& table, const std::string& body,
               const std::string& at = "2026-06-01T12:00:00Z") {
  World world;
  world.of("FR").rules = RuleText(table, "R", body);
  const Policy policy = world.Parsed("FR");
  const SnapshotParts parts = world.Parts();
  const RenderSetting setting{PublishedVocabulary(), parts.groups, parts.instruments,
                              parts.agencies,        At(at),       language};
  const bool outbound = policy.inbound.empty();
  const std::vector<Rule>& rules = outbound ? policy.outbound : policy.inbound;
  if (rules.size() != 1) return {"the rule is refused"};
  return ArticleSentences(setting, policy, rules[0],
                          outbound ? Direction::kOutbound : Direction::kInbound);
}

Sentences English(const std::string& table, const std::string& body) {
  return Said(Language::kEnglish, table, body);
}
Sentences French(const std::string& table, const std::string& body) {
  return Said(Language::kFrench, table, body);
}

// What an allow must have.
constexpr const char* kTo = R"(
for_purpose = ["investigate"]
about = ["suspect"]
data = ["identity"]
under = ["FR-BR"]
to = )";
constexpr const char* kToBrazil = R"(
for_purpose = ["investigate"]
about = ["suspect"]
data = ["identity"]
under = ["FR-BR"]
to = ["BR"]
)";

TEST(Article, AnAllowSaysWhoMaySendWhatAboutWhomToWhomForWhatUnderWhat) {
  const std::string body = R"(
to = ["BR", "DE"]
from_kind = ["police"]
to_kind = ["police", "prosecutor"]
for_purpose = ["investigate", "prosecute"]
about = ["suspect", "convicted"]
data = ["identity", "photo", "address"]
under = ["FR-BR"]
obligations = ["use-only-for-stated-purpose", "onward:never", "delete-after:P1Y"]
)";
  EXPECT_THAT(
      English("outbound.allow", body),
      ElementsAre(
          "Under the instrument FR-BR (“France and Brazil”), police services of France may "
          "transmit to police services and public prosecutors of Brazil and Germany, for the "
          "investigation of offences or the prosecution of offences, identity data, photographs "
          "and addresses concerning suspects and convicted persons.",
          "The recipient shall use the data only for the purpose stated in the record, not pass "
          "the data on to anyone and erase the data within one year of receiving them."));
  EXPECT_THAT(
      French("outbound.allow", body),
      ElementsAre("En vertu de l'instrument FR-BR (« France and Brazil »), les services de police "
                  "de la France peuvent transmettre aux services de police et aux parquets du "
                  "Brésil et de l'Allemagne, à des fins d'enquête sur les infractions ou de "
                  "poursuite des infractions, les données d'identité, les photographies et les "
                  "adresses concernant les suspects et les personnes condamnées.",
                  "Le destinataire est tenu de n'utiliser les données que pour la finalité "
                  "indiquée dans l'enregistrement, de ne transmettre les données à personne et "
                  "d'effacer les données dans un délai d'un an à compter de leur réception."));
}

TEST(Article, AnAllowInwardsSaysWhatIsAccepted) {
  const std::string body = R"(
from = ["everyone", "ORG"]
for_purpose = ["fiu-analysis"]
about = ["other"]
data = ["financial"]
under = ["FR-BR", "WIDE"]
)";
  EXPECT_THAT(
      English("inbound.allow", body),
      ElementsAre("Under the instrument FR-BR (“France and Brazil”) or WIDE (“Everybody”), the "
                  "authorities of France may accept from the authorities of any participating "
                  "State (other than France) and international organisations, for financial "
                  "intelligence analysis, financial data concerning other persons.",
                  "This article itself lays no obligation on the recipient."));
  EXPECT_THAT(
      French("inbound.allow", body),
      ElementsAre(
          "En vertu de l'instrument FR-BR (« France and Brazil ») ou WIDE (« Everybody »), les "
          "autorités de la France peuvent recevoir des autorités de tout État participant (autre "
          "que la France) et des organisations internationales, à des fins d'analyse du "
          "renseignement financier, les données financières concernant les autres personnes.",
          "Le présent article n'impose par lui-même aucune obligation au destinataire."));
}

TEST(Article, AWithholdKeepsASectionBack) {
  const std::string body = R"(
to = ["everyone-except", "group:EU", "BR"]
about = ["victim", "child"]
data = ["address", "location"]
)";
  EXPECT_THAT(English("outbound.withhold", body),
              ElementsAre("The authorities of France shall not transmit to the authorities of any "
                          "participating State (other than France), except Brazil and the members "
                          "of the group EU (France, Germany and the United Kingdom), addresses or "
                          "location data concerning victims or children: the section that holds "
                          "such data is kept back, the rest of the record may go."));
  EXPECT_THAT(
      French("outbound.withhold", body),
      ElementsAre("Les autorités de la France ne transmettent pas aux autorités de tout État "
                  "participant (autre que la France), à l'exception du Brésil et des membres du "
                  "groupe EU (France, Allemagne et Royaume-Uni), les adresses ou les données de "
                  "localisation concernant les victimes ou les enfants : la section qui contient "
                  "de telles données est retenue, le reste de l'enregistrement peut partir."));
}

TEST(Article, AWithholdThatAsksNothingKeepsAllBackFromEverybody) {
  const std::string body = "to_kind = [\"immigration-enforcement\"]\n";
  EXPECT_THAT(
      English("outbound.withhold", body),
      ElementsAre(
          "The authorities of France shall not transmit to immigration enforcement services of any "
          "State or organisation, France included, any data concerning anyone: the section that "
          "holds such data is kept back, the rest of the record may go."));
  EXPECT_THAT(
      French("outbound.withhold", body),
      ElementsAre("Les autorités de la France ne transmettent pas aux services de contrôle de "
                  "l'immigration de tout État ou organisation, y compris la France, de données "
                  "concernant quelque personne que ce soit : la section qui contient de telles "
                  "données est retenue, le reste de l'enregistrement peut partir."));
  EXPECT_THAT(English("inbound.withhold", "from = [\"ORG\"]\n"),
              ElementsAre("The authorities of France shall not accept from international "
                          "organisations any data concerning anyone: the section that holds such "
                          "data is kept back, the rest of the record may come in."));
  EXPECT_THAT(
      French("inbound.withhold", "from = [\"ORG\"]\n"),
      ElementsAre("Les autorités de la France ne reçoivent pas des organisations internationales "
                  "de données concernant quelque personne que ce soit : la section qui contient de "
                  "telles données est retenue, le reste de l'enregistrement peut entrer."));
}

constexpr const char* kInAnEmergency =
    "In an emergency two officers of the sender, in different offices, may do without that consent "
    "for at most 24 hours, but never where the data concern a victim or a child; each State whose "
    "consent is missing is told at once.";

TEST(Article, AForbidKeepsTheWholeRecordBackUnlessASourceConsents) {
  const std::string body = R"(
handling = ["H2"]
obtained_from = ["another-state"]
unless = "consent-of-source-attached"
)";
  EXPECT_THAT(
      English("outbound.forbid", body),
      ElementsAre("The authorities of France shall not transmit to anyone any record, if the "
                  "record bears the handling code H2 (not passed on without the provider's "
                  "permission) and if any of the data were obtained from a State other than the "
                  "sender's or an international organisation, unless each State from which "
                  "the data were obtained consents: the record is refused as a whole.",
                  "What such a consent is, and how far it counts, provision 7 says.",
                  kInAnEmergency));
  EXPECT_THAT(
      French("outbound.forbid", body),
      ElementsAre(
          "Les autorités de la France ne transmettent à quiconque aucun enregistrement, si "
          "l'enregistrement porte le code de traitement H2 (pas de transmission ultérieure "
          "sans l'autorisation de celui qui a fourni les données) et si des données ont "
          "été obtenues d'un État autre que celui de l'expéditeur ou d'une organisation "
          "internationale, à moins que chaque État dont les données ont été obtenues n'y "
          "consente : l'enregistrement est refusé en entier.",
          "Ce qu'est un tel consentement, et dans quelle mesure il vaut, la disposition 7 "
          "le dit.",
          "En cas d'urgence, deux agents de l'expéditeur, de fonctions différentes, peuvent "
          "se passer de ce consentement pendant 24 heures au plus, mais jamais lorsque les "
          "données concernent une victime ou un enfant ; chaque État dont le consentement "
          "manque en est informé aussitôt."));
}

TEST(Article, SaysThatARuleMayBeOverriddenWhereItMay) {
  const std::string unless = "unless = \"consent-of-source-attached\"\n";
  EXPECT_THAT(English("outbound.forbid", "about = [\"suspect\", \"witness\"]\n" + unless),
              Contains(kInAnEmergency));
  EXPECT_THAT(English("outbound.forbid", "about = [\"suspect\", \"child\"]\n" + unless),
              Not(Contains(kInAnEmergency)));
  EXPECT_THAT(English("outbound.forbid", "about = [\"victim\"]\n" + unless),
              Not(Contains(kInAnEmergency)));
  EXPECT_THAT(English("inbound.forbid", unless), Not(Contains(kInAnEmergency)));
  EXPECT_THAT(English("outbound.forbid", "data = [\"identity\"]\n"), Not(Contains(kInAnEmergency)));
}

TEST(Article, AForbidThatNamesPersonsSaysWhatTheRecordHolds) {
  const std::string body = "about = [\"informant\"]\nfrom_kind = [\"fiu\"]\nfrom = [\"DE\"]\n";
  EXPECT_THAT(English("inbound.forbid", body),
              ElementsAre("The authorities of France shall not accept from financial intelligence "
                          "units of Germany any record that holds any data concerning informants: "
                          "the record is refused as a whole."));
  EXPECT_THAT(French("inbound.forbid", body),
              ElementsAre("Les autorités de la France ne reçoivent des cellules de renseignement "
                          "financier de l'Allemagne aucun enregistrement contenant des données "
                          "concernant les informateurs : l'enregistrement est refusé en entier."));
}

TEST(Article, NotTogetherNamesWhatTheReleasedSectionsMayNotUnite) {
  const std::string body = R"(
for_purpose = ["identification"]
about = ["child"]
data = ["identity", "photo", "location"]
)";
  EXPECT_THAT(
      English("outbound.not_together", body),
      ElementsAre(
          "No record that the authorities of France transmit to anyone, for the identification of "
          "persons, shall hold together, in the sections released, identity data, photographs and "
          "location data concerning children: a record that would is refused as a whole."));
  EXPECT_THAT(
      French("inbound.not_together", body),
      ElementsAre(
          "Aucun enregistrement que les autorités de la France reçoivent de quiconque, à des fins "
          "d'identification de personnes, ne doit réunir, dans les sections transmises, les "
          "données d'identité, les photographies et les données de localisation concernant les "
          "enfants : celui qui les réunirait est refusé en entier."));
  EXPECT_THAT(English("inbound.not_together", body)[0], HasSubstr("accept from anyone, for"));
  EXPECT_THAT(French("outbound.not_together", body)[0],
              HasSubstr("transmettent à quiconque, à des"));
}

// An allow asks all of a record's codes and sources, a prohibition one of them.
TEST(Article, AllOfThemInAnAllowOneOfThemElsewhere) {
  const std::string body = R"(
record = ["alert", "request"]
handling = ["H0", "H1"]
obtained_from = ["DE", "group:EU", "ORG"]
)";
  EXPECT_THAT(
      English("outbound.allow", kToBrazil + body)[0],
      HasSubstr("suspects, provided that the record is an alert or a request, that the record "
                "bears no handling code other than H0 (for preventing and combating crime only) "
                "and H1 (not in judicial proceedings without the provider's permission) and that "
                "the data were obtained from Germany, the members of the group EU (France, Germany "
                "and the United Kingdom) or international organisations, and from nobody else."));
  EXPECT_THAT(
      French("outbound.allow", kToBrazil + body)[0],
      HasSubstr("les suspects, à condition que l'enregistrement soit un signalement ou une "
                "demande, que l'enregistrement ne porte aucun code de traitement autre que H0 "
                "(pour la seule prévention et répression de la criminalité) et H1 (pas en justice "
                "sans l'autorisation de celui qui a fourni les données) et que les données aient "
                "été obtenues de l'Allemagne, des membres du groupe EU (France, Allemagne et "
                "Royaume-Uni) ou d'organisations internationales, et de nul autre."));
  EXPECT_THAT(
      English("outbound.withhold", body)[0],
      HasSubstr("anyone, if the record is an alert or a request, if the record bears the handling "
                "code H0 (for preventing and combating crime only) or H1 (not in judicial "
                "proceedings without the provider's permission) and if any of the data were "
                "obtained from Germany, the members of the group EU (France, Germany and the "
                "United Kingdom) or international organisations: the section"));
  EXPECT_THAT(
      French("outbound.withhold", body)[0],
      HasSubstr(
          "que ce soit, si l'enregistrement est un signalement ou une demande, si l'enregistrement "
          "porte le code de traitement H0 (pour la seule prévention et répression de la "
          "criminalité) ou H1 (pas en justice sans l'autorisation de celui qui a fourni les "
          "données) et si des données ont été obtenues de l'Allemagne, des membres du groupe EU "
          "(France, Allemagne et Royaume-Uni) ou d'organisations internationales : la section"));
}

TEST(Article, EvaluationsBySourceInformationOrBoth) {
  const std::string body = "reliability = [\"A\", \"B\", \"1\", \"C2\"]\n";
  EXPECT_THAT(
      English("outbound.allow", kToBrazil + body)[0],
      HasSubstr(
          ", provided that the source is rated A (reliable beyond doubt) or B (mostly reliable), "
          "or the information is rated 1 (accurate beyond doubt), or the record is rated C2 "
          "(source: mostly unreliable; information: known to the source at first hand)."));
  EXPECT_THAT(French("outbound.allow", kToBrazil + body)[0],
              HasSubstr(", à condition que la source soit évaluée A (fiable sans aucun doute) ou B "
                        "(fiable le plus souvent), ou l'information soit évaluée 1 (exacte sans "
                        "aucun doute), ou l'enregistrement soit évalué C2 (source : peu fiable le "
                        "plus souvent ; information : connue directement par la source)."));
  EXPECT_THAT(English("outbound.forbid", body)[0],
              HasSubstr("any record, if the source is rated A (reliable beyond doubt) or B (mostly "
                        "reliable), or the information is rated 1"));
  EXPECT_THAT(French("outbound.forbid", body)[0],
              HasSubstr("aucun enregistrement, si la source est évaluée A (fiable sans aucun "
                        "doute) ou B (fiable le plus souvent), ou l'information est évaluée 1"));
}

TEST(Article, OneAgencyAndOrganisationsByTheirKind) {
  EXPECT_THAT(English("outbound.allow", kTo + std::string("[\"BR.fiu\", \"ORG\"]"))[0],
              HasSubstr("may transmit to international organisations and “BR.fiu” (BR.fiu), for"));
  const std::string kinds =
      kTo + std::string("[\"BR.fiu\", \"ORG\"]\nto_kind = [\"fiu\", \"ngo\"]");
  EXPECT_THAT(
      English("outbound.allow", kinds)[0],
      HasSubstr(
          "to international organisations that are registered as financial intelligence units or "
          "non-governmental organisations and “BR.fiu” (BR.fiu), where it is registered among "
          "financial intelligence units or non-governmental organisations, for"));
  EXPECT_THAT(
      French("outbound.allow", kinds)[0],
      HasSubstr("aux organisations internationales enregistrées comme cellules de renseignement "
                "financier ou organisations non gouvernementales et à l'autorité « BR.fiu » "
                "(BR.fiu), si elle est enregistrée parmi les cellules de renseignement financier "
                "ou organisations non gouvernementales, à des"));
}

// Members come and go; the sentence names those of the instant.
TEST(Article, AGroupIsNamedByItsMembersAtTheInstant) {
  const std::string body = "to = [\"group:EU\"]\n";
  const auto at = [&](const std::string& instant) {
    return Said(Language::kEnglish, "outbound.withhold", body, instant)[0];
  };
  EXPECT_THAT(at("2026-06-30T23:59:59Z"), HasSubstr("EU (France, Germany and the United Kingdom)"));
  EXPECT_THAT(at("2026-07-01T00:00:00Z"), HasSubstr("EU (France and Germany)"));
  EXPECT_THAT(at("2026-08-01T00:00:00Z"), HasSubstr("EU (France, Germany and Kosovo)"));
  EXPECT_THAT(at("1990-01-01T00:00:00Z"), HasSubstr("EU (without a member at this date)"));
}

TEST(Article, EveryObligationInWords) {
  const std::string body = kToBrazil + std::string(R"(obligations = [
  "no-judicial-use-without-consent", "verify-before-action", "inform-source:PT8H", "second-person",
  "onward:with-consent", "delete-after:P30D",
])");
  EXPECT_EQ(English("outbound.allow", body)[1],
            "The recipient shall not use the data in judicial proceedings without the sender's "
            "consent, verify the data with the sender before acting on them, inform the sender "
            "within eight hours of each use made of the data, pass the data on only with the "
            "sender's consent and erase the data within 30 days of receiving them.");
  EXPECT_EQ(English("outbound.allow", body)[2],
            "The sender is bound as well. Before the record leaves, a second officer of the sender "
            "shall have released it.");
  EXPECT_EQ(
      French("outbound.allow", body)[1],
      "Le destinataire est tenu de ne pas utiliser les données en justice sans le consentement de "
      "l'expéditeur, de vérifier les données auprès de l'expéditeur avant d'agir sur leur "
      "fondement, d'informer l'expéditeur dans un délai de huit heures de chaque usage fait des "
      "données, de ne transmettre les données plus loin qu'avec le consentement de l'expéditeur et "
      "d'effacer les données dans un délai de 30 jours à compter de leur réception.");
  EXPECT_EQ(French("outbound.allow", body)[2],
            "L'expéditeur aussi est tenu. Avant le départ de l'enregistrement, un second agent de "
            "l'expéditeur doit l'avoir validé.");
  const std::string alone = kToBrazil + std::string("obligations = [\"second-person\"]");
  EXPECT_EQ(English("outbound.allow", alone)[1],
            "This article itself lays no obligation on the recipient.");
  EXPECT_THAT(English("outbound.allow", alone)[2], HasSubstr("a second officer of the sender"));
  const std::string free = kToBrazil + std::string("obligations = [\"onward:free\"]");
  EXPECT_EQ(English("outbound.allow", free)[1], "The recipient may pass the data on.");
  EXPECT_EQ(English("outbound.allow", free).size(), 2u) << "nothing binds the sender";
  EXPECT_EQ(French("outbound.allow", free)[1],
            "Le destinataire peut transmettre les données plus loin.");
}

}  // namespace
}  // namespace entente::policy
