// The tables of a rendered policy, with what must be known to read them.
#include <algorithm>
#include <map>
#include <set>

#include "policy/country.h"
#include "policy/render.h"
#include "policy/wording.h"

namespace entente::policy {
namespace {

using Kind = DocumentBlock::Kind;
using State = MatrixCell::State;
using Ids = std::set<std::string>;

constexpr std::array<std::string_view, 4> kMarks = {"", "stays", "obliged", "free"};
constexpr std::array<std::string_view, 4> kSigns = {"·", "✕", "●", "○"};
constexpr std::string_view kHardSpace = "\xc2\xa0";
constexpr std::string_view kDepends = "*";

// Whether other labels than those of the tables decide about it.
bool Depends(const Rule& rule) {
  return !rule.handling.empty() || !rule.reliability.empty() || rule.obtained_from;
}

class TableWriter {
 public:
  TableWriter(const RenderSetting& setting, const Policy& policy, Direction direction, Blocks& out)
      : setting_(setting),
        language_(setting.language),
        policy_(policy),
        rules_(direction == Direction::kOutbound ? policy.outbound : policy.inbound),
        outbound_(direction == Direction::kOutbound),
        out_(out) {}

  void Run(const std::vector<std::string>& purposes, std::vector<PartnerMatrix> matrices) {
    Add(Kind::kPart, Own("title"));
    About(purposes);
    if (outbound_) Legend();
    Add(Kind::kParagraph, Own("supposes"));
    Beside(Own("depending"), Depends);
    Beside(Own("together"), [](const Rule& rule) { return rule.kind == RuleKind::kNotTogether; });
    Order(matrices);
    for (const PartnerMatrix& matrix : matrices) AddMatrix(matrix);
  }

 private:
  // A sentence of this half.
  std::string Own(const std::string& word,
                  std::initializer_list<std::string_view> arguments = {}) const {
    return Sentence(language_, (outbound_ ? "matrix-out." : "matrix-in.") + word, arguments);
  }
  std::string Say(std::string_view key,
                  std::initializer_list<std::string_view> arguments = {}) const {
    return Sentence(language_, key, arguments);
  }
  void Add(Kind kind, std::string text, std::vector<std::string> items = {}) {
    out_.push_back({kind, std::move(text), std::move(items), {}, {}});
  }

  void About(const std::vector<std::string>& purposes) {
    const bool all = purposes == setting_.vocabulary.words(Category::kPurpose);
    const auto [until, offset] = NextChange();
    const std::string asked_for =
        all ? Say("matrix.any-purpose")
            : Listed(language_, Join::kOr, WordingsOf(language_, Category::kPurpose, purposes));
    Add(Kind::kParagraph, Own("about", {InstantInWords(language_, setting_.at, 0), asked_for,
                                        InstantInWords(language_, until, offset)}));
  }

  void Legend() {
    Add(Kind::kSection, Say("matrix.legend"));
    DocumentBlock legend{Kind::kFacts, "", {}, {}, {}};
    for (size_t i = kSigns.size(); i-- > 0;) {
      legend.facts.emplace_back(kSigns[i], Say("legend." + std::to_string(i)));
    }
    legend.facts.emplace_back("−", Say("legend.except"));
    legend.facts.emplace_back(kDepends, Say("legend.depends"));
    out_.push_back(std::move(legend));
  }

  template <typename Wanted>
  void Beside(const std::string& lead, Wanted wanted) {
    std::vector<std::string> articles;
    for (const Rule& rule : rules_) {
      if (!wanted(rule)) continue;
      articles.push_back(
          Say("render.article", {std::to_string(ArticleNumber(policy_, rule.id)), rule.title}));
    }
    if (articles.empty()) return;
    Add(Kind::kParagraph, lead);
    Add(Kind::kList, "", std::move(articles));
  }

  // As a reader looks for them, States first.
  void Order(std::vector<PartnerMatrix>& matrices) const {
    const auto before = [&](const std::string& a, const std::string& b) {
      const bool one = a.find('.') != a.npos, other = b.find('.') != b.npos;
      if (one != other) return other;
      return ReadsBefore(language_, PartyHeading(setting_, a), PartyHeading(setting_, b));
    };
    for (PartnerMatrix& matrix : matrices) std::ranges::sort(matrix.partners, before);
    std::ranges::sort(matrices, [&](const PartnerMatrix& a, const PartnerMatrix& b) {
      return before(a.partners[0], b.partners[0]);
    });
  }

  // The first instant after the setting's at which a membership, an admission or the policy begins
  // or ends: until then nothing that depends on time alone changes.
  std::pair<Instant, int> NextChange() const {
    std::pair<Instant, int> next{policy_.valid.until.value_or(Instant{kLastInstantMs}),
                                 policy_.valid.until_offset};
    const auto consider = [&](const Interval& span) {
      if (span.from > setting_.at) next = std::min(next, {span.from, span.from_offset});
      if (span.until && *span.until > setting_.at) {
        next = std::min(next, {*span.until, span.until_offset});
      }
    };
    for (const Group& group : setting_.groups.groups) {
      for (const GroupMember& member : group.members) consider(member.member);
    }
    for (const Instrument& instrument : setting_.instruments.instruments) {
      for (const InstrumentParty& party : instrument.parties) consider(party.member);
    }
    for (const Agency& agency : setting_.agencies) {
      consider(agency.admitted);
      for (const Interval& span : agency.suspended) consider(span);
    }
    return next;
  }

  // Numbers of articles, ascending: "8, 12*".
  std::string Numbers(const Ids& ids) const {
    std::map<size_t, bool> numbers;
    for (const Rule& rule : rules_) {
      if (ids.contains(rule.id)) numbers[ArticleNumber(policy_, rule.id)] = Depends(rule);
    }
    std::string out;
    for (const auto& [number, depends] : numbers) {
      out += (out.empty() ? "" : ", ") + std::to_string(number);
      if (depends) out += kDepends;
    }
    return out;
  }

  // What keeps back some of everything in a table that goes, and says nothing of a single cell.
  static Ids Throughout(const PartnerMatrix& matrix) {
    std::optional<Ids> common;
    for (const auto& row : matrix.cells) {
      for (const MatrixCell& cell : row) {
        if (cell.state < State::kObliged) continue;
        if (!common) common = cell.sometimes;
        std::erase_if(*common, [&](const std::string& id) { return !cell.sometimes.contains(id); });
      }
    }
    return common.value_or(Ids{});
  }

  DocumentCell CellOf(const MatrixCell& cell, const Ids& throughout) const {
    const auto index = static_cast<size_t>(cell.state);
    if (cell.state == State::kNothing) return {};
    Ids against = cell.against;
    std::ranges::set_difference(cell.sometimes, throughout, std::inserter(against, against.end()));
    const std::string by = Numbers(cell.by), kept_by = Numbers(against);
    const bool goes = cell.state >= State::kObliged;
    DocumentCell out{std::string(kSigns[index]), "", std::string(kMarks[index])};
    if (goes) out.text += std::string(kHardSpace) + by;
    if (!kept_by.empty()) out.text += (goes ? " −" : std::string(kHardSpace)) + kept_by;
    out.spoken =
        Say((outbound_ ? "cell-out." : "cell-in.") + std::to_string(index), {goes ? by : kept_by});
    if (goes && !kept_by.empty()) out.spoken += Say("cell.except", {kept_by});
    return out;
  }

  std::string Label(Category category, size_t word) const {
    return WordingOf(language_, category, setting_.vocabulary.words(category)[word]);
  }

  static bool Says(const MatrixCell& cell) { return cell.state != State::kNothing; }

  // Rows and columns in which anything is said; rows that say the same are one.
  DocumentTable TableOf(const PartnerMatrix& matrix, std::vector<std::string>& left_out) const {
    DocumentTable table;
    table.corner = Say("matrix.corner");
    std::map<size_t, std::vector<size_t>> rows;  // by the first of them
    for (size_t person = 0; person < matrix.cells.size(); ++person) {
      if (std::ranges::none_of(matrix.cells[person], Says)) {
        left_out.push_back(Label(Category::kPerson, person));
        continue;
      }
      const auto same = std::ranges::find(matrix.cells, matrix.cells[person]);
      rows[static_cast<size_t>(same - matrix.cells.begin())].push_back(person);
    }
    std::vector<size_t> columns;
    for (size_t data = 0; data < matrix.cells[0].size(); ++data) {
      const auto says = [data](const auto& row) { return Says(row[data]); };
      if (std::ranges::any_of(matrix.cells, says)) {
        columns.push_back(data);
        table.columns.push_back(Capitalized(Label(Category::kData, data)));
      } else {
        left_out.push_back(Label(Category::kData, data));
      }
    }
    const Ids throughout = Throughout(matrix);
    for (const auto& [first, persons] : rows) {
      std::vector<std::string> names;
      for (const size_t person : persons) names.push_back(Label(Category::kPerson, person));
      std::vector<DocumentCell> cells;
      for (const size_t data : columns) {
        cells.push_back(CellOf(matrix.cells[first][data], throughout));
      }
      table.rows.emplace_back(Capitalized(Listed(language_, Join::kAnd, names)), std::move(cells));
    }
    return table;
  }

  std::string PartnerNames(const PartnerMatrix& matrix) const {
    std::vector<std::string> names;
    for (const std::string& partner : matrix.partners) {
      const std::string name = PartyName(setting_, partner);
      names.push_back(partner == policy_.jurisdiction ? Say("matrix.at-home", {name}) : name);
    }
    return Listed(language_, Join::kAnd, names);
  }

  void AddMatrix(const PartnerMatrix& matrix) {
    const std::string names = PartnerNames(matrix);
    Add(Kind::kSection, Capitalized(names));
    if (matrix.empty()) return Add(Kind::kParagraph, Own("nothing"));
    std::vector<std::string> left_out;
    DocumentBlock block{Kind::kTable, Own("caption", {names}), {}, {}, {}};
    block.table = TableOf(matrix, left_out);
    out_.push_back(std::move(block));
    if (const Ids ids = Throughout(matrix); !ids.empty()) {
      Add(Kind::kParagraph, Own("throughout", {Numbers(ids)}));
    }
    if (left_out.empty()) return;
    Add(Kind::kParagraph, Say("matrix.left-out", {Listed(language_, Join::kAnd, left_out)}));
  }

  const RenderSetting& setting_;
  const Language language_;
  const Policy& policy_;
  const std::vector<Rule>& rules_;
  const bool outbound_;
  Blocks& out_;
};

}  // namespace

void AddMatrices(const RenderSetting& setting, const Policy& policy, Direction direction,
                 const std::vector<std::string>& purposes,
                 const std::vector<PartnerMatrix>& matrices, Blocks& out) {
  TableWriter(setting, policy, direction, out).Run(purposes, matrices);
}

}  // namespace entente::policy
