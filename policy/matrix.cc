#include "policy/matrix.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "policy/decide.h"
#include "policy/matrix_cases.h"
#include "policy/snapshot.h"

namespace entente::policy {
namespace {

constexpr int64_t kLifeMs = int64_t{30} * 24 * 3600 * 1000;

using Ids = std::set<std::string>;

// Sums up the decisions about one combination of person and data.
struct Tally {
  bool free = false, obliged = false;
  bool uncarried = false;  // an allow matches, no rule keeps it back, and still it does not go
  Ids by;
  // What keeps it back although an allow matches: as records mostly are, and in any case.
  Ids against, against_at_all;
  Ids bare;  // without an allow, as records mostly are

  // `everywhere`: what stands against all combinations says nothing about this one.
  MatrixCell Cell(const Ids& everywhere) const {
    MatrixCell out{MatrixCell::State::kNothing, by, against, {}};
    if (free || obliged) {
      out.state = obliged ? MatrixCell::State::kObliged : MatrixCell::State::kFree;
      std::ranges::set_difference(against_at_all, against,
                                  std::inserter(out.sometimes, out.sometimes.end()));
      return out;
    }
    if (against.empty() && !uncarried) out.against = against_at_all;
    std::ranges::set_difference(bare, everywhere, std::inserter(out.against, out.against.end()));
    if (!out.against.empty()) out.state = MatrixCell::State::kStays;
    return out;
  }
};

class Asker {
 public:
  Asker(const RenderSetting& setting, const Policy& policy, const MatrixCases& cases,
        std::shared_ptr<const Snapshot> snapshot, Direction direction)
      : setting_(setting),
        cases_(cases),
        snapshot_(std::move(snapshot)),
        outbound_(direction == Direction::kOutbound) {
    for (const Rule& rule : outbound_ ? policy.outbound : policy.inbound) {
      if (rule.kind == RuleKind::kAllow) allows_.insert(rule.id);
    }
    record_.urgency = Words(Category::kUrgency)[0];
    record_.created = setting.at;
    record_.expires = setting.at + kLifeMs;
  }

  std::vector<std::vector<MatrixCell>> Cells(const std::string& partner,
                                             const std::vector<std::string>& purposes) {
    seen_.clear();
    tallies_.assign(Persons().size(), std::vector<Tally>(Data().size()));
    for (const std::string& own : cases_.OwnEnds()) {
      if (own.starts_with("ORG.") && own == partner) continue;
      for (const std::string& purpose : purposes) {
        outbound_ ? AskBetween(own, partner, purpose) : AskBetween(partner, own, purpose);
      }
    }
    const Ids everywhere = Everywhere();
    std::vector<std::vector<MatrixCell>> out;
    for (const auto& row : tallies_) {
      out.emplace_back();
      for (const Tally& tally : row) out.back().push_back(tally.Cell(everywhere));
    }
    return out;
  }

 private:
  const std::vector<std::string>& Words(Category category) const {
    return setting_.vocabulary.words(category);
  }
  const std::vector<std::string>& Persons() const { return Words(Category::kPerson); }
  const std::vector<std::string>& Data() const { return Words(Category::kData); }

  Ids Everywhere() const {
    Ids out = tallies_[0][0].bare;
    out.insert(tallies_[0][0].against.begin(), tallies_[0][0].against.end());
    for (const auto& row : tallies_) {
      for (const Tally& tally : row) {
        std::erase_if(out, [&](const std::string& id) {
          return !tally.bare.contains(id) && !tally.against.contains(id);
        });
      }
    }
    return out;
  }

  void AskBetween(const std::string& origin, const std::string& destination,
                  const std::string& purpose) {
    record_.purpose = purpose;
    for (const std::string& under : snapshot_->InstrumentsFor(
             cases_.Sender(origin), cases_.Recipient(destination), purpose, setting_.at)) {
      const MatrixQuestions questions = cases_.Questions(origin, destination, purpose, under);
      for (const std::string& sender : questions.origins) {
        record_.origin = sender;
        for (const std::string& recipient : questions.recipients) {
          AskAll(questions, {recipient, under});
        }
      }
    }
  }

  void AskAll(const MatrixQuestions& questions, const RecipientLabels& recipient) {
    for (const std::string& kind : questions.record_kinds) {
      record_.kind = kind;
      for (size_t i = 0; i < questions.labels.size(); ++i) {
        AskOne(questions.labels[i], i == 0, recipient);
      }
    }
  }

  Decision Ask(const std::vector<std::string>& about, const std::vector<std::string>& data,
               const RecipientLabels& recipient) {
    record_.sections = {{about, data, "", false}};
    return outbound_ ? DecideOutbound(*snapshot_, record_, recipient, setting_.at)
                     : DecideInbound(*snapshot_, record_, recipient, setting_.at);
  }

  // Where the same rules match all combinations at once, under the same instrument and code, they
  // match each alone: what was asked before is not asked again.
  void AskOne(const LabelCase& labels, bool mostly, const RecipientLabels& recipient) {
    record_.handling = {labels.handling};
    record_.evaluation = labels.evaluation;
    record_.obtained_from = labels.obtained_from;
    auto matched = Ask(Persons(), Data(), recipient).matched;
    if (!seen_.insert({mostly, labels.handling, std::move(matched)}).second) return;
    for (size_t person = 0; person < Persons().size(); ++person) {
      for (size_t data = 0; data < Data().size(); ++data) {
        Add(Ask({Persons()[person]}, {Data()[data]}, recipient), mostly, tallies_[person][data]);
      }
    }
  }

  bool OnlyOfHandlingCode(const Decision& decision) const {
    const auto code = setting_.vocabulary.Find(Category::kHandling, record_.handling[0]);
    std::vector<std::string> own;
    for (const Obligation& one : setting_.vocabulary.handling_obligations(*code)) {
      own.push_back(one.text);
    }
    std::ranges::sort(own);
    return decision.obligations == own;
  }

  void Add(const Decision& decision, bool mostly, Tally& tally) const {
    Ids allows, others;
    for (const MatchedRule& rule : decision.matched) {
      if (rule.side != (outbound_ ? Side::kOrigin : Side::kDestination)) continue;
      (allows_.contains(rule.id) ? allows : others).insert(rule.id);
    }
    if (decision.releases()) {
      tally.by.merge(allows);
      (OnlyOfHandlingCode(decision) ? tally.free : tally.obliged) = true;
    } else if (!allows.empty()) {
      tally.uncarried = tally.uncarried || others.empty();
      if (mostly) tally.against.insert(others.begin(), others.end());
      tally.against_at_all.merge(others);
    } else if (mostly) {
      tally.bare.merge(others);
    }
  }

  const RenderSetting& setting_;
  const MatrixCases& cases_;
  const std::shared_ptr<const Snapshot> snapshot_;
  const bool outbound_;
  Ids allows_;
  RecordLabels record_;
  std::set<std::tuple<bool, std::string, std::vector<MatchedRule>>> seen_;
  std::vector<std::vector<Tally>> tallies_;
};

}  // namespace

bool ActiveAt(const Agency& agency, Instant t) {
  return agency.admitted.Holds(t) &&
         std::ranges::none_of(agency.suspended,
                              [t](const Interval& span) { return span.Holds(t); });
}

bool PartnerMatrix::empty() const {
  return std::ranges::all_of(cells, [](const auto& row) {
    return std::ranges::all_of(
        row, [](const MatrixCell& cell) { return cell.state == MatrixCell::State::kNothing; });
  });
}

absl::StatusOr<std::vector<PartnerMatrix>> MatricesOf(const RenderSetting& setting,
                                                      const Policy& policy, Direction direction,
                                                      const std::vector<std::string>& purposes) {
  const MatrixCases cases(setting, policy, direction);
  SnapshotParts parts;
  parts.groups = setting.groups;
  parts.instruments = setting.instruments;
  parts.agencies = cases.Agencies();
  parts.policies = {{policy, policy.valid.from}};
  auto snapshot = Snapshot::Compile(setting.vocabulary, parts);
  if (!snapshot.ok()) return snapshot.status();
  Asker asker(setting, policy, cases, *std::move(snapshot), direction);
  std::vector<PartnerMatrix> out;
  for (const std::string& partner : cases.Partners()) {
    auto cells = asker.Cells(partner, purposes);
    const auto same = std::ranges::find(out, cells, &PartnerMatrix::cells);
    if (same != out.end()) {
      same->partners.push_back(partner);
    } else {
      out.push_back({{partner}, std::move(cells)});
    }
  }
  return out;
}

}  // namespace entente::policy
