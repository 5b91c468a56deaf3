#include "policy/article.h"

#include <algorithm>

#include "policy/override.h"
#include "policy/wording.h"

namespace entente::policy {
namespace {

constexpr std::array<std::string_view, 4> kSentences = {"rule.allow.", "rule.withhold.",
                                                        "rule.forbid.", "rule.together."};

class Writer {
 public:
  Writer(const RenderSetting& setting, const Policy& policy, const Rule& rule, Direction direction)
      : setting_(setting),
        language_(setting.language),
        policy_(policy),
        rule_(rule),
        direction_(direction),
        allow_(rule.kind == RuleKind::kAllow),
        join_(allow_ ? Join::kAnd : Join::kOr) {}

  std::vector<std::string> Run() const {
    std::vector<std::string> out = {Main()};
    if (allow_) {
      const std::string all = ObligationsInWords(language_, rule_.obligations, "render.shall");
      out.push_back(all.empty() ? Say("render.no-obligation") : all);
      const std::string of_sender = SenderObligationsInWords(language_, rule_.obligations);
      if (!of_sender.empty()) out.push_back(Say("render.of-sender", {of_sender}));
    }
    if (rule_.unless_consent_of_source) out.push_back(Say("render.unless-note"));
    const bool outbound = direction_ == Direction::kOutbound;
    if (outbound && MayBeOverridden(rule_)) out.push_back(Say("render.override"));
    return out;
  }

 private:
  std::string Say(std::string_view key,
                  std::initializer_list<std::string_view> arguments = {}) const {
    return Sentence(language_, key, arguments);
  }
  // The permission's form of a clause, or the prohibition's.
  std::string Clause(const std::string& key, const std::string& argument) const {
    return Say(key + (allow_ ? "0" : "1"), {argument});
  }

  std::string Main() const {
    const bool outbound = direction_ == Direction::kOutbound;
    const Place toward = outbound ? Place::kTo : Place::kFrom;
    const std::string own = OwnSide(setting_, policy_, outbound ? rule_.from_kind : rule_.to_kind,
                                    Place::kSubject, Join::kAnd);
    const std::string other = OtherSide(setting_, policy_, rule_.party,
                                        outbound ? rule_.to_kind : rule_.from_kind, toward, join_);
    const std::string key =
        std::string(kSentences[static_cast<size_t>(rule_.kind)]) + (outbound ? "0" : "1");
    const bool forbid = rule_.kind == RuleKind::kForbid;
    return Capitalized(Punctuated(Say(key, {own, other, Purposes(), forbid ? Content() : Data(),
                                            Persons(), Conditions(), Under()})));
  }

  // Of two clauses set off by commas the inner comma serves both; none stands before a stop.
  static std::string Punctuated(const std::string& text) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      const std::string_view after = std::string_view(text).substr(i + 1, 2);
      const bool needless = text[i] == ',' && (after.starts_with(",") || after.starts_with(":") ||
                                               after.starts_with(".") || after == " :");
      if (!needless) out += text[i];
    }
    return out;
  }

  std::string Purposes() const {
    if (rule_.for_purpose.empty()) return "";
    std::vector<std::string> items = WordingsOf(language_, Category::kPurpose, rule_.for_purpose);
    if (language_ == Language::kFrench) {
      for (std::string& item : items) item = FrenchOf(item);
    }
    const std::string all = Listed(language_, Join::kOr, items);
    return Say("render.for", {all});
  }

  std::string Plurals(Category category, const std::vector<std::string>& words, Join join) const {
    std::vector<std::string> items;
    for (const std::string& item : WordingsOf(language_, category, words)) {
      items.push_back(Say("party-plural.0", {item}));
    }
    return Listed(language_, join, items);
  }

  std::string Persons() const {
    if (rule_.about.empty()) return Say("render.any-person");
    return Plurals(Category::kPerson, rule_.about, join_);
  }

  std::string Data() const {
    if (rule_.data.empty()) {
      return Say(rule_.kind == RuleKind::kForbid ? "render.data" : "render.any-data");
    }
    const bool together = rule_.kind == RuleKind::kNotTogether;
    return Plurals(Category::kData, rule_.data, together ? Join::kAnd : join_);
  }

  // What a record that is forbidden holds; nothing when every record is meant.
  std::string Content() const {
    if (rule_.about.empty() && rule_.data.empty()) return "";
    return Say("render.holding", {Data(), Persons()});
  }

  std::string Under() const {
    if (rule_.under.empty()) return "";
    std::vector<std::string> items;
    for (const std::string& id : rule_.under) items.push_back(InstrumentInText(setting_, id));
    return Say("render.under", {Listed(language_, Join::kOr, items)});
  }

  std::string Codes(Category category, const std::vector<std::string>& codes, Join join) const {
    std::vector<std::string> items;
    for (const std::string& code : codes) items.push_back(CodeInWords(language_, category, code));
    return Listed(language_, join, items);
  }

  // "B2" by both of its halves.
  std::string EvaluationText(const std::string& pair) const {
    return Say("render.evaluation",
               {pair, WordingOf(language_, Category::kSource, pair.substr(0, 1)),
                WordingOf(language_, Category::kInformation, pair.substr(1))});
  }

  std::string Reliability() const {
    std::vector<std::string> sources, information, pairs, clauses;
    for (const std::string& text : rule_.reliability) {
      if (text.size() == 2) {
        pairs.push_back(EvaluationText(text));
      } else if (setting_.vocabulary.Find(Category::kSource, text)) {
        sources.push_back(CodeInWords(language_, Category::kSource, text));
      } else {
        information.push_back(CodeInWords(language_, Category::kInformation, text));
      }
    }
    const auto add = [&](const std::string& key, const std::vector<std::string>& items) {
      if (!items.empty()) clauses.push_back(Clause(key, Listed(language_, Join::kOr, items)));
    };
    add("clause-source.", sources);
    add("clause-information.", information);
    add("clause-evaluation.", pairs);
    std::string out = clauses[0];
    for (size_t i = 1; i < clauses.size(); ++i) {
      out += Say("clause.or", {clauses[i]});
    }
    return out;
  }

  std::vector<std::string> Clauses() const {
    std::vector<std::string> out;
    if (!rule_.record.empty()) {
      out.push_back(Clause("clause-record.",
                           Listed(language_, Join::kOr,
                                  WordingsOf(language_, Category::kRecordKind, rule_.record))));
    }
    if (!rule_.handling.empty()) {
      out.push_back(Clause("clause-handling.", Codes(Category::kHandling, rule_.handling, join_)));
    }
    if (!rule_.reliability.empty()) out.push_back(Reliability());
    if (rule_.obtained_from) {
      out.push_back(
          Clause("clause-obtained.", ObtainedFrom(setting_, policy_, *rule_.obtained_from)));
    }
    return out;
  }

  // ", provided that a, that b and that c"; ", if a, if b and if c"
  std::string Conditions() const {
    std::string out;
    const std::vector<std::string> clauses = Clauses();
    for (size_t i = 0; i < clauses.size(); ++i) {
      const bool last = i + 1 == clauses.size();
      const std::string key = i == 0 ? "clause-first." : last ? "clause-last." : "clause-next.";
      out += Clause(key, clauses[i]);
    }
    if (rule_.unless_consent_of_source) out += Say("render.unless");
    return out;
  }

  const RenderSetting& setting_;
  const Language language_;
  const Policy& policy_;
  const Rule& rule_;
  const Direction direction_;
  const bool allow_;
  const Join join_;
};

}  // namespace

std::vector<std::string> ArticleSentences(const RenderSetting& setting, const Policy& policy,
                                          const Rule& rule, Direction direction) {
  return Writer(setting, policy, rule, direction).Run();
}

std::string InstrumentInText(const RenderSetting& setting, const std::string& id) {
  const auto& all = setting.instruments.instruments;
  const auto found =
      std::ranges::find_if(all, [&](const Instrument& instrument) { return instrument.id == id; });
  const std::string named = found == all.end() ? Sentence(setting.language, "party.not-defined")
                                               : Quoted(setting.language, found->title);
  return Sentence(setting.language, "render.instrument", {id, named});
}

}  // namespace entente::policy
