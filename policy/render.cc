#include "policy/render.h"

#include <algorithm>
#include <set>

#include "policy/article.h"
#include "policy/country.h"
#include "policy/cuts.h"
#include "policy/prose.h"
#include "policy/wording.h"

namespace entente::policy {
namespace {

using Kind = DocumentBlock::Kind;

constexpr std::array<RuleKind, 4> kRuleKinds = {RuleKind::kAllow, RuleKind::kWithhold,
                                                RuleKind::kForbid, RuleKind::kNotTogether};
constexpr size_t kProvisions = 9;

class Renderer {
 public:
  Renderer(const RenderSetting& setting, const Policy& policy, const RenderRequest& request)
      : setting_(setting), language_(setting.language), policy_(policy), request_(request) {}

  absl::StatusOr<Document> Run() {
    const auto outbound = Matrices(Direction::kOutbound);
    if (!outbound.ok()) return outbound.status();
    const auto inbound = Matrices(Direction::kInbound);
    if (!inbound.ok()) return inbound.status();
    for (const Direction direction : {Direction::kOutbound, Direction::kInbound}) {
      auto cuts = CutsOf(setting_, policy_, direction);
      if (!cuts.ok()) return cuts.status();
      cuts_.merge(*cuts);
    }
    out_.language = language_;

    const std::string of = OfJurisdiction(language_, policy_.jurisdiction);
    out_.title = Say("render.title", {of, std::to_string(policy_.version)});
    Head();
    Provisions(of);
    CanHonour(of);
    Half(Direction::kOutbound, policy_.outbound, of);
    Half(Direction::kInbound, policy_.inbound, of);
    AddMatrices(setting_, policy_, Direction::kOutbound, request_.purposes, *outbound, out_.blocks);
    AddMatrices(setting_, policy_, Direction::kInbound, request_.purposes, *inbound, out_.blocks);
    AddParticipants(setting_, out_.blocks);
    AddGroups(setting_, policy_, out_.blocks);
    AddInstruments(setting_, policy_, out_.blocks);
    AddHandlingCodes(setting_, out_.blocks);
    AddMeanings(setting_, policy_, out_.blocks);
    Signatures();
    return std::move(out_);
  }

 private:
  std::string Say(std::string_view key,
                  std::initializer_list<std::string_view> arguments = {}) const {
    return Sentence(language_, key, arguments);
  }
  void Add(Kind kind, std::string text, std::vector<std::string> items = {}) {
    out_.blocks.push_back({kind, std::move(text), std::move(items), {}, {}});
  }

  // For the purposes asked for. Finds, too, the allows by which anything goes at the instant, for
  // whatever purpose.
  absl::StatusOr<std::vector<PartnerMatrix>> Matrices(Direction direction) {
    const auto& purposes = setting_.vocabulary.words(Category::kPurpose);
    auto all = MatricesOf(setting_, policy_, direction, purposes);
    if (!all.ok()) return all.status();
    for (const PartnerMatrix& matrix : *all) {
      for (const auto& row : matrix.cells) {
        for (const MatrixCell& cell : row) used_.insert(cell.by.begin(), cell.by.end());
      }
    }
    if (request_.purposes == purposes) return all;
    return MatricesOf(setting_, policy_, direction, request_.purposes);
  }

  void Head() {
    const Interval& valid = policy_.valid;
    const std::string until =
        valid.until ? InstantInWords(language_, *valid.until, valid.until_offset) : "";
    DocumentBlock head{Kind::kFacts, "", {}, {}, {}};
    head.facts = {
        {Say("head.jurisdiction"),
         PartyHeading(setting_, policy_.jurisdiction) + " (" + policy_.jurisdiction + ")"},
        {Say("head.version"),
         Say("head.version-text", {std::to_string(policy_.version), policy_.vocabulary})},
        {Say("head.validity"),
         Say("head.validity-text",
             {InstantInWords(language_, valid.from, valid.from_offset), until})},
        {Say("head.contact"), policy_.contact},
        {Say("head.openness"), Say(policy_.explain_public ? "head.public" : "head.closed")},
        {Say("head.at"), InstantInWords(language_, setting_.at, 0)},
        {Say("head.file"), request_.policy.name},
        {Say("head.digest"), request_.policy.sha256},
    };
    if (!policy_.quorum_first.empty()) {
      const std::string kinds =
          Listed(language_, Join::kAnd,
                 WordingsOf(language_, Category::kRecordKind, policy_.quorum_first));
      head.facts.push_back({Say("head.quorum"), Say("head.quorum-text", {kinds})});
    }
    out_.blocks.push_back(std::move(head));
  }

  void Provisions(const std::string& of) {
    Add(Kind::kPart, Say("render.provisions"));
    std::vector<std::string> items;
    const std::string at = InstantInWords(language_, setting_.at, 0);
    for (size_t i = 1; i <= kProvisions; ++i) {
      items.push_back(Say("provision." + std::to_string(i), {of, at}));
    }
    Add(Kind::kNumbered, "", std::move(items));
  }

  void CanHonour(const std::string& of) {
    Add(Kind::kSection, Say("render.honour", {of}));
    if (policy_.can_honour.empty()) return Add(Kind::kParagraph, Say("render.honour-none"));
    std::vector<std::string> items, of_sender;
    for (const Obligation& obligation : policy_.can_honour) {
      ObligationWording wording = WordingOf(language_, obligation);
      const bool binds_sender = wording.kind == ObligationWording::Kind::kOfSender;
      (binds_sender ? of_sender : items).push_back(std::move(wording.text));
    }
    AddHonoured("render.honour-text", std::move(items));
    AddHonoured("render.honour-sender", std::move(of_sender));
  }

  void AddHonoured(std::string_view lead, std::vector<std::string> items) {
    if (items.empty()) return;
    Add(Kind::kParagraph, Say(lead));
    Add(Kind::kList, "", std::move(items));
  }

  // Articles are numbered through both halves, in the order of kinds and of the file.
  void Half(Direction direction, const std::vector<Rule>& rules, const std::string& of) {
    const bool outbound = direction == Direction::kOutbound;

    Add(Kind::kPart, Say(outbound ? "render.outbound" : "render.inbound", {of}));
    if (rules.empty()) {
      return Add(Kind::kParagraph, Say(outbound ? "render.outbound-none" : "render.inbound-none"));
    }
    const std::string kinds = outbound ? "outbound-kind." : "inbound-kind.";
    for (const RuleKind kind : kRuleKinds) {
      bool first = true;
      for (const Rule& rule : rules) {
        if (rule.kind != kind) continue;
        if (first) Add(Kind::kSection, Say(kinds + std::to_string(static_cast<int>(kind))));
        first = false;
        Article(rule, direction);
      }
    }
  }

  void Article(const Rule& rule, Direction direction) {
    DocumentBlock article{Kind::kArticle, "", {}, {}, {}};
    article.text =
        Say("render.article", {std::to_string(ArticleNumber(policy_, rule.id)), rule.title});
    article.facts = {{Say("render.rule"), rule.id}, {Say("render.law"), rule.law}};
    article.items = ArticleSentences(setting_, policy_, rule, direction);
    AddCuts(rule, direction, article.items);
    if (rule.kind == RuleKind::kAllow && !used_.contains(rule.id)) {
      const bool outbound = direction == Direction::kOutbound;
      article.items.push_back(Say(outbound ? "render.unused-out" : "render.unused-in",
                                  {InstantInWords(language_, setting_.at, 0)}));
    }
    out_.blocks.push_back(std::move(article));
  }

  // Whoever reads what an article permits learns there what others take from it.
  void AddCuts(const Rule& rule, Direction direction, std::vector<std::string>& sentences) const {
    const auto found = cuts_.find(rule.id);
    if (found == cuts_.end()) return;
    for (const RuleKind kind : kRuleKinds) {
      std::vector<std::string> numbers;
      for (const Rule& other :
           direction == Direction::kOutbound ? policy_.outbound : policy_.inbound) {
        if (other.kind != kind || !found->second.contains(other.id)) continue;
        numbers.push_back(std::to_string(ArticleNumber(policy_, other.id)));
      }
      if (numbers.empty()) continue;
      const std::string articles =
          Say(numbers.size() == 1 ? "render.cut-article" : "render.cut-articles",
              {Listed(language_, Join::kAnd, numbers)});
      sentences.push_back(Say("render.cut." + std::to_string(static_cast<int>(kind)), {articles}));
    }
  }

  void Signatures() {
    Add(Kind::kPart, Say("render.signatures"));
    Add(Kind::kParagraph, Say("render.signed", {request_.policy.name, request_.policy.sha256}));
    if (!request_.others.empty()) {
      Add(Kind::kParagraph, Say("render.made-of"));
      DocumentBlock sources{Kind::kFacts, "", {}, {}, {}};
      for (const RenderSource& source : request_.others) {
        sources.facts.emplace_back(source.name, source.sha256);
      }
      out_.blocks.push_back(std::move(sources));
    }
    DocumentBlock lines{
        Kind::kSignatures, "", {Say("sign.author"), Say("sign.protection")}, {}, {}};
    for (const char* key : {"sign.name", "sign.office", "sign.day", "sign.signature"}) {
      lines.facts.emplace_back(Say(key), "");
    }
    out_.blocks.push_back(std::move(lines));
  }

  const RenderSetting& setting_;
  const Language language_;
  const Policy& policy_;
  const RenderRequest& request_;
  std::set<std::string> used_;
  Cuts cuts_;
  Document out_;
};

}  // namespace

size_t ArticleNumber(const Policy& policy, std::string_view id) {
  size_t number = 0;
  for (const auto* half : {&policy.outbound, &policy.inbound}) {
    for (const RuleKind kind : kRuleKinds) {
      for (const Rule& rule : *half) {
        if (rule.kind != kind) continue;
        ++number;
        if (rule.id == id) return number;
      }
    }
  }
  return 0;
}

absl::StatusOr<Document> RenderPolicy(const RenderSetting& setting, const Policy& policy,
                                      const RenderRequest& request) {
  return Renderer(setting, policy, request).Run();
}

}  // namespace entente::policy
