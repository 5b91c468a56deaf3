// The whole document: nothing of a policy is left out of it, and nothing in a policy steers it.
#include "policy/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "policy/article.h"
#include "policy/country.h"
#include "policy/wording.h"
#include "tests/policy/random_world.h"
#include "tests/policy/test_world.h"

namespace entente::policy {
namespace {

using testing::AllowIn;
using testing::AllowOut;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RandomWorld;
using testing::RuleText;
using testing::World;

constexpr std::array<Language, 2> kLanguages = {Language::kEnglish, Language::kFrench};

size_t Count(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(what, at)) != text.npos; at += what.size()) ++count;
  return count;
}

std::vector<std::string> PartyTexts(Language language, const Parties& parties) {
  std::vector<std::string> out;
  for (const std::string& code : parties.jurisdictions) {
    const bool french = language == Language::kFrench;
    out.push_back(code != "ORG" ? CountryName(language, code)
                  : french      ? "organisations internationales"
                                : "international organisations");
  }
  out.insert(out.end(), parties.agencies.begin(), parties.agencies.end());
  for (const std::string& group : parties.groups) {
    out.push_back((language == Language::kFrench ? "du groupe " : "of the group ") + group + " (");
  }
  return out;
}

// What must be read in the article of a rule.
std::vector<std::string> Owed(Language language, const Rule& rule) {
  std::vector<std::string> out = rule.under;
  const auto add = [&](Category category, const std::vector<std::string>& words) {
    for (std::string& text : WordingsOf(language, category, words)) out.push_back(std::move(text));
  };
  add(Category::kAgencyKind, rule.to_kind);
  add(Category::kAgencyKind, rule.from_kind);
  add(Category::kPurpose, rule.for_purpose);
  add(Category::kPerson, rule.about);
  add(Category::kData, rule.data);
  add(Category::kRecordKind, rule.record);
  add(Category::kHandling, rule.handling);
  for (const std::string& text : rule.reliability) {
    const std::string last = text.substr(text.size() - 1);
    const bool source = PublishedVocabulary().Find(Category::kSource, last).has_value();
    out.push_back(WordingOf(language, source ? Category::kSource : Category::kInformation, last));
    if (text.size() == 2) out.push_back(WordingOf(language, Category::kSource, text.substr(0, 1)));
  }
  for (const auto& parties : {rule.party, rule.obtained_from}) {
    if (!parties) continue;
    for (std::string& text : PartyTexts(language, *parties)) out.push_back(std::move(text));
  }
  for (const Obligation& obligation : rule.obligations) {
    out.push_back(WordingOf(language, obligation).text);
  }
  return out;
}

// No file can say that.
bool NamesNobody(const Rule& rule) {
  const auto& party = rule.party;
  return party && !party->everyone && !party->everyone_except && party->jurisdictions.empty() &&
         party->agencies.empty() && party->groups.empty();
}

TEST(Render, EveryConditionAndObligationIsInItsArticle) {
  size_t owed = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    RandomWorld world(seed);
    const SnapshotParts parts = world.Parts();
    const Instant at = world.When();
    for (const Language language : kLanguages) {
      const RenderSetting setting{PublishedVocabulary(), parts.groups, parts.instruments,
                                  parts.agencies,        at,           language};
      for (const PolicyInForce& one : parts.policies) {
        for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
          const bool outbound = direction == Direction::kOutbound;
          for (const Rule& rule : outbound ? one.policy.outbound : one.policy.inbound) {
            if (NamesNobody(rule)) continue;
            std::string text;
            for (const std::string& sentence :
                 ArticleSentences(setting, one.policy, rule, direction)) {
              text += sentence + "\n";
            }
            for (const std::string& what : Owed(language, rule)) {
              // A sentence begins with a capital.
              EXPECT_THAT(text, HasSubstr(what.substr(1))) << seed << " " << rule.id;
              ++owed;
            }
            EXPECT_THAT(text, Not(HasSubstr("["))) << "a sentence is missing";
            EXPECT_THAT(text, Not(HasSubstr(",,")));
            EXPECT_THAT(text, Not(HasSubstr("  ")));
          }
        }
      }
    }
  }
  EXPECT_GT(owed, 10000u);
}

struct Page {
  Document document;
  Policy policy;
};

Page PageOf(const World& world, Language language = Language::kEnglish) {
  const SnapshotParts parts = world.Parts();
  const Policy policy = world.Parsed("FR");
  const RenderSetting setting{PublishedVocabulary(), parts.groups, parts.instruments,
                              parts.agencies,        world.now,    language};
  const RenderRequest request{
      {"investigate"}, {"fr.toml", "0123abcd"}, {{"groups.toml", "4567ef"}}};
  auto document = RenderPolicy(setting, policy, request);
  EXPECT_TRUE(document.ok()) << document.status();
  return {document.value_or(Document{}), policy};
}

World FrenchWorld() {
  World world;
  world.of("FR").rules =
      AllowOut("FR-A", "obligations = [\"onward:never\"]\n") +
      RuleText("outbound.withhold", "FR-B", "to = [\"group:EU\"]\nabout = [\"victim\"]\n") +
      RuleText("outbound.not_together", "FR-C", "data = [\"identity\", \"photo\"]\n") +
      AllowIn("FR-D") + RuleText("inbound.forbid", "FR-E", "handling = [\"H2\"]\n");
  return world;
}

TEST(Render, EveryRuleIsOneArticleWithItsTitleAndLaw) {
  const World world = FrenchWorld();
  for (const Language language : kLanguages) {
    const Page page = PageOf(world, language);
    for (const std::string& text : {DocumentText(page.document), DocumentHtml(page.document)}) {
      size_t number = 0;
      for (const char* id : {"FR-A", "FR-B", "FR-C", "FR-D", "FR-E"}) {
        EXPECT_EQ(ArticleNumber(page.policy, id), ++number);
        const std::string heading =
            "Article " + std::to_string(number) + ". title of " + std::string(id);
        EXPECT_THAT(text, HasSubstr(heading));
      }
      EXPECT_EQ(ArticleNumber(page.policy, "FR-X"), 0u);
    }
    EXPECT_EQ(Count(DocumentHtml(page.document), "<article>"), 5u);
    EXPECT_EQ(Count(DocumentHtml(page.document), "<dd>art. 1</dd>"), 5u + 1u) << "and WIDE";
  }
}

TEST(Render, TheHeadSaysWhoseWhenAndWhatIsSigned) {
  World world = FrenchWorld();
  world.of("FR").from = "2026-01-01T00:00:00+01:00";
  world.of("FR").head += "explain = \"public\"\nquorum_first = [\"alert\", \"lead\"]\n";
  const std::string english = DocumentText(PageOf(world).document);
  EXPECT_THAT(english, HasSubstr("Sharing policy of France, version 1"));
  EXPECT_THAT(english, HasSubstr("from 1 January 2026 at 00:00 (one hour ahead of UTC), until 1 "
                                 "January 2027 at 00:00 (UTC);\n"));
  EXPECT_THAT(english, HasSubstr("Contact: desk of FR"));
  EXPECT_THAT(english, HasSubstr("Other States may see these articles"));
  EXPECT_THAT(english,
              HasSubstr("What no article permits is not transmitted and is not accepted."));
  EXPECT_THAT(english, HasSubstr("- erase the data within one hour of receiving them"));
  EXPECT_THAT(english, HasSubstr("the log: an alert and a lead."));
  EXPECT_THAT(english, HasSubstr("groups.toml: 4567ef"));
  EXPECT_EQ(Count(english, "0123abcd"), 2u) << "at the head and above the signatures";
  const std::string french = DocumentText(PageOf(world, Language::kFrench).document);
  EXPECT_THAT(french, HasSubstr("Politique de partage de la France, version 1"));
  EXPECT_THAT(french, HasSubstr("Délégué à la protection des données\n"));
}

TEST(Render, TheAnnexesNameGroupsAndInstrumentsThatRulesName) {
  const std::string text = DocumentText(PageOf(FrenchWorld()).document);
  EXPECT_THAT(text, HasSubstr("EU: Union\n"));
  EXPECT_THAT(text,
              HasSubstr("- United Kingdom: from 1 November 1993 at 00:00 (UTC) until 1 July 2026"));
  EXPECT_THAT(text, HasSubstr("FR-BR: France and Brazil\n"));
  EXPECT_THAT(text, HasSubstr("Parties: France and Brazil\n"));
  EXPECT_THAT(text, HasSubstr("Not parties throughout: Brazil: from 1 January 2018 at 00:00 (UTC) "
                              "until 1 November 2026"));
  EXPECT_THAT(text, HasSubstr("Obliges: The recipient shall verify the data with the sender"))
      << "of WIDE, which an inbound rule names";
}

TEST(Render, TheTablesSayByWhichArticle) {
  const Page page = PageOf(FrenchWorld());
  const std::string html = DocumentHtml(page.document);
  EXPECT_THAT(html,
              HasSubstr("<td class=\"obliged\"><span aria-hidden=\"true\">●\xc2\xa0"
                        "1</span>"
                        "<span class=\"unseen\">may go with obligations, art. 1</span></td>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">Suspects</th>"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"col\"><span>Identity data</span></th>"));
  const std::string text = DocumentText(page.document);
  EXPECT_THAT(text, HasSubstr("What may leave for Brazil\n  Suspects\n    may go with obligations, "
                              "art. 1: Identity data\n"));
  EXPECT_THAT(text, HasSubstr("- Article 3. title of FR-C")) << "what the tables do not show";
}

// Article 2 depends on a code, article 3 on what is said of everything; 4 and 5 come in.
TEST(Render, TheTablesMarkWhatDependsOnCodesEvaluationsAndSources) {
  World world;
  world.of("FR").rules =
      AllowOut("FR-A") +
      RuleText("outbound.allow", "FR-B",
               "to = [\"BR\"]\nfor_purpose = [\"investigate\"]\nabout = [\"victim\"]\n"
               "data = [\"identity\"]\nhandling = [\"H1\"]\nunder = [\"FR-BR\"]\n") +
      RuleText("outbound.withhold", "FR-C", "reliability = [\"X4\"]\n") + AllowIn("FR-D") +
      RuleText("inbound.withhold", "FR-E",
               "about = [\"suspect\"]\nobtained_from = [\"another-state\"]\n");
  const std::string text = DocumentText(PageOf(world).document);
  EXPECT_THAT(text, HasSubstr("How to read the tables\n---"));
  EXPECT_THAT(text, HasSubstr("*: The article before this sign depends on the handling codes"));
  EXPECT_THAT(text, HasSubstr("    may go, art. 1: Identity data\n"));
  EXPECT_THAT(text, HasSubstr("    may go, art. 2*: Identity data\n"));
  EXPECT_THAT(text, HasSubstr("  - Article 2. title of FR-B\n  - Article 3. title of FR-C\n"));
  EXPECT_THAT(text, HasSubstr("  - Article 5. title of FR-E\n"));
  EXPECT_THAT(text,
              HasSubstr("    may come in with obligations, art. 4, kept back in some cases by "
                        "art. 5*: Identity data"));
  const std::string html = DocumentHtml(PageOf(world).document);
  EXPECT_THAT(html, HasSubstr("○\xc2\xa0"
                              "2*</span>"));
  EXPECT_THAT(html, HasSubstr("depends on these articles too, which keep it back in some cases: "
                              "art. 3*.</p>"));
  EXPECT_THAT(html, HasSubstr(" −5*</span>"));
  EXPECT_THAT(html, HasSubstr("art. 4, kept back in some cases by art. 5*</span>"));
}

TEST(Render, TheTablesOfWhatComesInStandInAnAnnexOfTheirOwn) {
  const std::string text = DocumentText(PageOf(FrenchWorld()).document);
  const size_t outbound = text.find("\nAnnex A. What may leave"),
               inbound = text.find("\nAnnex B. What may come in"),
               next = text.find("\nAnnex C. Who takes part");
  ASSERT_LT(outbound, inbound);
  ASSERT_LT(inbound, next);
  EXPECT_EQ(text.substr(outbound, inbound - outbound).find("What may come in from"), text.npos);
  const std::string annex = text.substr(inbound, next - inbound);
  EXPECT_THAT(annex, HasSubstr("What may come in from Brazil\n"));
  EXPECT_THAT(annex, HasSubstr("missing persons\n  and other persons\n"
                               "    may come in with obligations, art. 4: Identity data"));
  EXPECT_THAT(annex, Not(HasSubstr("may go")));
}

// Those of whom the same is said are one row; what nothing permits is left out.
TEST(Render, TheTablesLeaveOutWhatSaysNothing) {
  World world;
  world.of("FR").rules = AllowIn("FR-D", "from_kind = [\"police\"]\n");
  const std::string html = DocumentHtml(PageOf(world).document);
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\">Suspects, convicted persons, victims, children, "
                              "witnesses, informants, contacts, missing persons and other "
                              "persons</th>"));
  EXPECT_THAT(html, Not(HasSubstr("<span>Photographs</span>")));
  EXPECT_THAT(html, HasSubstr("nothing permits anything about them, or of them, here: biometric"));
}

TEST(Render, TablesStandWhereAReaderLooksForThem) {
  World world = FrenchWorld();
  const std::string rule =
      "to = [\"DE\"]\nfor_purpose = [\"investigate\"]\nabout = [\"other\"]\n"
      "data = [\"identity\"]\nunder = [\"WIDE\"]\n";
  world.of("FR").rules += RuleText("outbound.allow", "FR-F", rule);
  const auto at = [&](Language language, const std::string& name) {
    return DocumentHtml(PageOf(world, language).document).find("<h3>" + name);
  };
  EXPECT_LT(at(Language::kEnglish, "Brazil"), at(Language::kEnglish, "Germany"));
  EXPECT_LT(at(Language::kFrench, "Allemagne"), at(Language::kFrench, "Brésil"));
  EXPECT_NE(at(Language::kEnglish, "France (between its own authorities) and the United Kingdom"),
            std::string::npos);
  EXPECT_NE(at(Language::kEnglish, "Kosovo, “ORG.help” (ORG.help) and “ORG.police” (ORG.police)"),
            std::string::npos)
      << "States first";
}

// Until Great Britain leaves the group, then until Kosovo comes; at last until the policy ends.
TEST(Render, TheTablesSayUntilWhenTheyHold) {
  World world = FrenchWorld();
  const auto until = [&](const std::string& at) {
    world.now = testing::At(at);
    const std::string html = DocumentHtml(PageOf(world).document);
    const size_t begin = html.find("until ", html.find("filled in these tables"));
    return html.substr(begin + 6, html.find(" at ", begin) - begin - 6);
  };
  EXPECT_EQ(until("2026-06-01T00:00:00Z"), "1 July 2026");
  EXPECT_EQ(until("2026-07-01T00:00:00Z"), "1 August 2026");
  EXPECT_EQ(until("2026-11-01T00:00:00Z"), "1 January 2027");
}

TEST(Render, WhoIsSuspendedTakesNoPart) {
  World world = FrenchWorld();
  world.agencies +=  // the last is ORG.police
      "[[agency.suspended]]\nfrom = 2026-06-10T00:00:00Z\nuntil = 2026-06-20T00:00:00Z\n";
  const auto page = [&](const std::string& at) {
    world.now = testing::At(at);
    return DocumentHtml(PageOf(world).document);
  };
  const std::string before = page("2026-06-09T23:59:59Z"), during = page("2026-06-10T00:00:00Z");
  EXPECT_THAT(before, HasSubstr("(ORG.police)"));
  EXPECT_THAT(before, HasSubstr("until 10 June 2026 at 00:00 (UTC)."));
  EXPECT_THAT(during, Not(HasSubstr("(ORG.police)")));
  EXPECT_THAT(during, HasSubstr("until 20 June 2026 at 00:00 (UTC)."));
}

TEST(Render, AnArticleSaysWhichOthersTakeSomethingBack) {
  World world = FrenchWorld();
  world.of("FR").rules += RuleText("outbound.withhold", "FR-F", "data = [\"identity\"]\n") +
                          RuleText("outbound.withhold", "FR-G", "about = [\"suspect\"]\n");
  const std::string english = DocumentText(PageOf(world).document);
  EXPECT_THAT(english, HasSubstr("  Subject to articles 3 and 4: data that are named there"));
  EXPECT_THAT(english, HasSubstr("  Subject to article 5: a record that puts together"));
  EXPECT_THAT(english, HasSubstr("  Subject to article 7: a record that is named there"));
  EXPECT_THAT(DocumentText(PageOf(world, Language::kFrench).document),
              HasSubstr("  Sous réserve des articles 3 et 4"));
}

// From the instant at which Brazil is no party any more.
TEST(Render, AnArticleByWhichNothingGoesSaysSo) {
  World world = FrenchWorld();
  const auto unused = [&](const std::string& at) {
    world.now = testing::At(at);
    return Count(DocumentHtml(PageOf(world).document), "nothing goes by this article");
  };
  EXPECT_EQ(unused("2026-10-31T23:59:59Z"), 0u);
  EXPECT_EQ(unused("2026-11-01T00:00:00Z"), 1u);
}

// Under France's own instrument, and France takes in nothing that obliges to anything.
TEST(Render, AnArticleByWhichNothingComesInSaysSo) {
  World world = FrenchWorld();
  const auto unused = [&] {
    return Count(DocumentHtml(PageOf(world).document), "nothing comes in by this article");
  };
  EXPECT_EQ(unused(), 0u);
  world.of("FR").head = "can_honour = [\"onward:never\"]\n";
  EXPECT_EQ(unused(), 1u);
}

// What binds the sender is no promise of the recipient.
TEST(Render, WhatBindsTheSenderIsSaidApart) {
  World world;
  world.of("FR").rules = AllowOut("FR-A", "obligations = [\"onward:never\", \"second-person\"]\n");
  world.of("FR").head = "can_honour = [\"onward:never\", \"second-person\"]\n";
  const std::string instrument = "obligations = [\"verify-before-action\"]";
  world.instruments.replace(world.instruments.find(instrument), instrument.size(),
                            "obligations = [\"verify-before-action\", \"second-person\"]");
  world.of("FR").rules += AllowIn("FR-D");
  const std::string text = DocumentText(PageOf(world).document);
  EXPECT_THAT(text, HasSubstr("  - not pass the data on to anyone\n\nThey take in, too, what binds "
                              "the sender, who has met it before the record leaves:\n\n"
                              "  - Before the record leaves, a second officer"));
  EXPECT_THAT(text, HasSubstr("  The recipient shall not pass the data on to anyone.\n"
                              "  The sender is bound as well. Before the record leaves"));
  EXPECT_THAT(text, HasSubstr("Obliges: The recipient shall verify the data with the sender before "
                              "acting on them.\nObliges the sender: Before the record leaves"));
}

TEST(Render, AnInstrumentSaysSinceWhenItBindsBoth) {
  World world = FrenchWorld();
  const std::string joined = "{ party = \"FR\", joined = 2018-01-01T00:00:00Z },";
  const size_t wide = world.instruments.find(joined, world.instruments.find("WIDE"));
  world.instruments.replace(wide, joined.size(),
                            "{ party = \"FR\", joined = 2019-05-01T00:00:00+02:00 },");
  const std::string since = "<dt>With France since</dt>\n<dd>";
  const std::string page = DocumentHtml(PageOf(world).document);
  EXPECT_THAT(page, HasSubstr(since + "Brazil: 1 January 2018 at 00:00 (UTC)</dd>"));
  EXPECT_THAT(page, HasSubstr(since + "1 January 2018 at 00:00 (UTC)</dd>")) << "at home";
  EXPECT_THAT(page, HasSubstr(since + "Brazil, the United Kingdom, Kosovo and “ORG.help” "
                                      "(ORG.help): 1 May 2019 at 00:00 (two hours ahead of UTC); "
                                      "Germany: 1 March 2026 at 00:00 (UTC)</dd>"));
  const std::string french = DocumentText(PageOf(world, Language::kFrench).document);
  EXPECT_THAT(french, HasSubstr("Avec la France depuis\xc2\xa0: Brésil\xc2\xa0: le 1er janvier"));
  EXPECT_THAT(french, HasSubstr("(deux heures d'avance sur l'UTC)\xc2\xa0; Allemagne"));
  world.now = testing::At("2026-11-01T00:00:00Z");
  EXPECT_THAT(DocumentHtml(PageOf(world).document), Not(HasSubstr(since + "Brazil: 1 January")))
      << "Brazil has left";
}

TEST(Render, TheWordsThatArticlesUseAreExplained) {
  World world;
  world.of("FR").rules =
      AllowOut("FR-A") + RuleText("inbound.withhold", "FR-B", "data = [\"contact-details\"]\n");
  const std::string text = DocumentText(PageOf(world).document);
  const std::string annex = text.substr(text.find("\nAnnex G. What the words mean"));
  EXPECT_THAT(annex, HasSubstr("Suspects: persons of whom there are serious grounds"));
  EXPECT_THAT(annex, HasSubstr("Contact details: telephone numbers"));
  EXPECT_THAT(annex, Not(HasSubstr("Children:"))) << "no article names them";
  EXPECT_THAT(annex, Not(HasSubstr("\nPurposes\n"))) << "what detecting is need not be said";
  const std::string french = DocumentText(PageOf(world, Language::kFrench).document);
  EXPECT_THAT(french, HasSubstr("Coordonnées\xc2\xa0: numéros et appareils téléphoniques"));
}

// Every tag is closed in its order, and none comes from the policy.
void ExpectBalanced(const std::string& html) {
  std::vector<std::string> open;
  for (size_t at = html.find("<body>"); (at = html.find('<', at)) != html.npos; ++at) {
    const size_t end = html.find_first_of(" >", at);
    const std::string tag = html.substr(at + 1, end - at - 1);
    if (tag[0] != '/') {
      open.push_back(tag);
      continue;
    }
    if (open.empty() && tag == "/html") break;
    ASSERT_FALSE(open.empty()) << tag;
    ASSERT_EQ("/" + open.back(), tag) << at;
    open.pop_back();
  }
  EXPECT_TRUE(open.empty());
}

TEST(Render, NothingInAPolicySteersThePage) {
  World world = FrenchWorld();
  std::string& rules = world.of("FR").rules;
  const std::string title = "title of FR-A";
  rules.replace(rules.find(title), title.size(), R"(<b onclick=\"x\">&\u202Egood\u2066)");
  for (const Language language : kLanguages) {
    const std::string html = DocumentHtml(PageOf(world, language).document);
    EXPECT_THAT(html,
                HasSubstr("&lt;b onclick=&quot;x&quot;&gt;&amp;&lt;U+202E&gt;good&lt;U+2066&gt;"));
    EXPECT_THAT(html, Not(HasSubstr("<b ")));
    EXPECT_THAT(html, Not(HasSubstr("\xe2\x80\xae")));
    for (const char* from_outside : {"<script", "<link", "<img", "http", "url(", "@import"}) {
      EXPECT_THAT(html, Not(HasSubstr(from_outside)));
    }
    ExpectBalanced(html);
    const std::string text = DocumentText(PageOf(world, language).document);
    EXPECT_THAT(text, HasSubstr("<b onclick=\"x\">&<U+202E>good<U+2066>"));
    EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
  }
}

TEST(Render, ThePageSaysItsLanguage) {
  const World world = FrenchWorld();
  EXPECT_THAT(DocumentHtml(PageOf(world).document), HasSubstr("<html lang=\"en\">"));
  const std::string french = DocumentHtml(PageOf(world, Language::kFrench).document);
  EXPECT_THAT(french, HasSubstr("<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">"));
  EXPECT_THAT(french, HasSubstr("«\xc2\xa0"
                                "France and Brazil\xc2\xa0»"));
  EXPECT_THAT(french, HasSubstr("concordent\xc2\xa0:")) << "no line begins with a colon";
}

TEST(Render, LinesOfTheTextAreShort) {
  World world = FrenchWorld();
  for (int i = 0; i < 30; ++i) world.of("FR").rules += AllowIn("FR-F" + std::to_string(i));
  for (const Language language : kLanguages) {
    std::istringstream lines(DocumentText(PageOf(world, language).document));
    for (std::string line; std::getline(lines, line);) {
      const auto width = std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; });
      EXPECT_LE(width, 100) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(Render, AHalfWithoutRulesSaysThatNothingGoes) {
  World world;
  world.of("FR").rules = AllowIn("FR-IN");
  const std::string text = DocumentText(PageOf(world).document);
  EXPECT_THAT(text, HasSubstr("There is no outbound rule: nothing is transmitted."));
  EXPECT_THAT(text, Not(HasSubstr("There is no inbound rule")));
  EXPECT_THAT(text, HasSubstr("Nothing may leave for this destination"));
}

}  // namespace
}  // namespace entente::policy
