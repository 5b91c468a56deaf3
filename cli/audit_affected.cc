#include "cli/audit_affected.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <tuple>

#include "core/ledger/parts.h"
#include "core/record/notice_forms.h"

namespace entente::cli {
namespace {

constexpr Instant kEver{std::numeric_limits<int64_t>::min()};
constexpr Instant kNever{std::numeric_limits<int64_t>::max()};

constexpr std::array<std::string_view, 17> kFields = {
    "sender",         "record_reference", "record_id",   "record_hashes",     "instant",
    "log_index",      "first_index",      "verdict",     "sections_withheld", "obligations",
    "sender_receipt", "sender_tree_size", "sender_root", "recipient_receipt", "recipient_tree_size",
    "recipient_root", "contradicted"};

bool Releases(const ReportLine& line) { return ledger::Releases(line.proofs[0].seen.verdict()); }

// Where a record stands in one log: what is decided again names that place.
using Place = std::tuple<std::string, uint64_t, std::string>;

Place PlaceOf(const ReportLine& line) {
  const uint64_t first = line.part.has_again() ? line.part.again().first_index() : line.log_index;
  return {line.sender, first, RecordOf(line.part).hash};
}

// The decisions about one record for the agency, by index.
class Decisions {
 public:
  void Add(const ReportLine& line) { lines_.push_back(&line); }

  bool Within(const ReportQuestion& period) const {
    return std::ranges::any_of(lines_, [&](const ReportLine* line) {
      return period.from <= line->instant && line->instant < period.until;
    });
  }
  // By the newest decision; where two readers were told of it in two ways, what either was told.
  // What the agency had before that decision it had.
  std::vector<AffectedRecord> Received() const {
    const Instant first = lines_.front()->instant;
    const ReportLine* had = nullptr;
    std::vector<AffectedRecord> out;
    for (const ReportLine* line : lines_) {
      if (!Releases(*line)) continue;
      if (line->ProofOf(line->recipient) != nullptr) had = line;
      if (line->log_index == lines_.back()->log_index) out.push_back({*line, first});
    }
    if (had == nullptr || had->log_index == lines_.back()->log_index) return out;
    return {{*had, first, true}};
  }
  // A record is decided again only if it waited, and it waited only if it was released.
  bool WaitedInVain() const { return Received().empty() && lines_.back()->part.has_again(); }
  AffectedRecord Newest() const { return {*lines_.back(), lines_.front()->instant}; }

 private:
  std::vector<const ReportLine*> lines_;
};

std::map<Place, Decisions> DecisionsFor(const std::string& agency, const AuditReport& proven) {
  std::map<Place, Decisions> out;
  for (const ReportLine& line : proven.lines) {
    if (!line.part.has_submission() && !line.part.has_again()) continue;
    if (line.recipient == agency && line.sender != agency) out[PlaceOf(line)].Add(line);
  }
  return out;
}

size_t NoticesOf(const AuditReport& proven, v1::NoticeType type, const std::string& from,
                 const std::string& to) {
  const std::string_view word = record::FindNoticeForm(type)->word;
  return static_cast<size_t>(std::ranges::count_if(proven.lines, [&](const ReportLine& line) {
    return line.part.has_notice() && line.part.notice().type() == word && line.sender == from &&
           line.recipient == to;
  }));
}

void SortByIndex(std::vector<AffectedRecord>& records) {
  std::ranges::stable_sort(records, {},
                           [](const AffectedRecord& record) { return record.line.log_index; });
}

AffectedOrigin OriginOf(const AffectedReport& report, const std::string& origin,
                        std::vector<AffectedRecord> records) {
  SortByIndex(records);
  const std::string& agency = report.question.agency;
  return {.origin = origin,
          .records = std::move(records),
          .recalls = NoticesOf(report.proven, v1::NOTICE_TYPE_RECALL, origin, agency),
          .restrictions = NoticesOf(report.proven, v1::NOTICE_TYPE_RESTRICTION, origin, agency)};
}

}  // namespace

Instant AffectedOrigin::First() const {
  return std::ranges::min_element(records, {}, &AffectedRecord::first)->first;
}

Instant AffectedOrigin::Last() const { return records.back().line.instant; }

bool AffectedRecord::IsProvenHad() const { return line.ProofOf(line.recipient) != nullptr; }

std::vector<const AffectedRecord*> AffectedReport::Records() const {
  std::vector<const AffectedRecord*> out;
  for (const AffectedOrigin& origin : origins) {
    for (const AffectedRecord& record : origin.records) out.push_back(&record);
  }
  return out;
}

std::optional<Instant> AffectedReport::Due() const {
  if (!question.aware) return std::nullopt;
  return *question.aware + kNoticeDueMs;
}

ReportQuestion AllActsOf(const AffectedQuestion& question) {
  return {.jurisdiction = "", .from = kEver, .until = kNever, .agency = question.agency};
}

ReportQuestion PeriodOf(const AffectedQuestion& question) {
  return {.jurisdiction = "",
          .from = question.from.value_or(kEver),
          .until = question.until.value_or(kNever),
          .agency = question.agency};
}

AffectedReport MakeAffected(const AffectedQuestion& question, AuditReport proven) {
  AffectedReport report{
      .question = question, .proven = std::move(proven), .origins = {}, .refused = {}};
  std::map<std::string, std::vector<AffectedRecord>> received;
  for (const auto& [place, decisions] : DecisionsFor(question.agency, report.proven)) {
    if (!decisions.Within(PeriodOf(question))) continue;
    if (decisions.WaitedInVain()) report.refused.push_back(decisions.Newest());
    for (AffectedRecord& record : decisions.Received()) {
      received[std::get<0>(place)].push_back(std::move(record));
    }
  }
  for (auto& [origin, records] : received) {
    report.origins.push_back(OriginOf(report, origin, std::move(records)));
  }
  SortByIndex(report.refused);
  return report;
}

std::vector<ReportField> AffectedFields(const ReportLine& line) {
  std::vector<ReportField> all = FieldsOf(line), out;
  for (const std::string_view name : kFields) {
    out.push_back(std::move(*std::ranges::find(all, name, &ReportField::name)));
  }
  return out;
}

std::vector<NumberedLine> NumberedRecords(std::span<const AffectedRecord> records, size_t first) {
  std::vector<NumberedLine> out;
  for (const AffectedRecord& record : records) {
    const ReportLine& line = record.line;
    out.push_back(
        {first + out.size(), line.contradicted || line.other_state, AffectedFields(line)});
  }
  return out;
}

}  // namespace entente::cli
