// Decisions about records of this agency, as the log has them (desk.h).
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/ledger/consents.h"
#include "core/ledger/parts.h"
#include "core/ledger/receipt.h"
#include "node/decision_texts.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/page.h"
#include "node/receipts.h"
#include "node/replay.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr size_t kRows = 500;
// An older state of the federation is put together from the log's beginning on.
constexpr size_t kStates = 16;

// By place in the log.
using Rows = std::map<Place, state::SentRecord>;

// The first beyond that place, and one more than a page holds when there are more.
absl::StatusOr<Rows> CommittedAfter(const store::Reader& db, const Place& after) {
  Rows rows;
  const absl::Status status =
      ForEach<state::SentRecord>(db, kSent, [&](std::string_view key, state::SentRecord sent) {
        const Place place{sent.log_index(), std::string(key)};
        if (!sent.has_log_index() || place <= after) return absl::OkStatus();
        if (rows.size() > kRows && rows.rbegin()->first < place) return absl::OkStatus();
        rows.emplace(place, std::move(sent));
        if (rows.size() > kRows + 1) rows.erase(std::prev(rows.end()));
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return rows;
}

// nullopt: the receipt does not give it.
absl::StatusOr<std::optional<v1::Part>> LoggedPart(const store::Reader& db,
                                                   const state::SentRecord& sent) {
  absl::StatusOr<v1::Part> part = ReceiptPart(db, HexOf(sent.record_id()));
  if (absl::IsInternal(part.status())) return part.status();
  if (!part.ok() || part->submission().record_id() != sent.record_id()) return std::nullopt;
  return *std::move(part);
}

// What was decided again about it, by place in the log.
absl::StatusOr<std::map<uint64_t, v1::Part>> PartsAgain(const store::Reader& db,
                                                        const state::SentRecord& sent) {
  const std::string prefix = AgainPrefix(HexOf(sent.record_id()));
  std::map<uint64_t, v1::Part> parts;
  const absl::Status status =
      ForEachBytes(db, kReceipts, prefix, [&](std::string_view name, std::string_view) {
        absl::StatusOr<v1::Part> part = ReceiptPart(db, name);
        if (absl::IsInternal(part.status())) return part.status();
        const std::string index(name.substr(prefix.size()));
        if (part.ok() && part->has_again()) {
          parts.emplace(std::strtoull(index.c_str(), nullptr, 10), *std::move(part));
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return parts;
}

v1::SectionLabels ToProto(const policy::SectionLabels& labels) {
  v1::SectionLabels out;
  out.mutable_about()->Assign(labels.about.begin(), labels.about.end());
  out.mutable_data()->Assign(labels.data.begin(), labels.data.end());
  out.set_basis(labels.basis);
  out.set_essential(labels.essential);
  return out;
}

v1::DecidedLabels ToProto(const policy::RecordLabels& labels, const state::SentContent& content) {
  v1::DecidedLabels out;
  out.set_origin(labels.origin);
  out.set_kind(labels.kind);
  out.set_purpose(labels.purpose);
  out.mutable_handling()->Assign(labels.handling.begin(), labels.handling.end());
  out.set_evaluation(labels.evaluation);
  out.set_urgency(labels.urgency);
  if (labels.created) out.set_created_ms(static_cast<uint64_t>(labels.created->ms));
  if (labels.expires) out.set_expires_ms(static_cast<uint64_t>(labels.expires->ms));
  out.mutable_obtained_from()->Assign(labels.obtained_from.begin(), labels.obtained_from.end());
  out.set_sent_under(labels.sent_under);
  for (const policy::SectionLabels& section : labels.sections) {
    *out.add_sections() = ToProto(section);
  }
  *out.mutable_section_ids() = content.section_ids();
  return out;
}

Instant At(uint64_t ms) { return {static_cast<int64_t>(ms)}; }

v1::DecidedConsent ToProto(const policy::ConsentLabels& consent) {
  v1::DecidedConsent out;
  out.set_source(consent.source);
  out.set_instrument(consent.under);
  out.mutable_about()->Assign(consent.about.begin(), consent.about.end());
  out.mutable_data()->Assign(consent.data.begin(), consent.data.end());
  out.set_from_ms(static_cast<uint64_t>(consent.from.ms));
  out.set_until_ms(static_cast<uint64_t>(consent.until.ms));
  return out;
}

v1::DecidedOverride ToProto(const policy::OverrideLabels& one) {
  v1::DecidedOverride out;
  out.mutable_rules()->Assign(one.rules.begin(), one.rules.end());
  out.mutable_about()->Assign(one.about.begin(), one.about.end());
  out.mutable_data()->Assign(one.data.begin(), one.data.end());
  out.set_from_ms(static_cast<uint64_t>(one.from.ms));
  out.set_until_ms(static_cast<uint64_t>(one.until.ms));
  return out;
}

// None of them when one did not hold: the broker would have refused the record. `logged`: when the
// record came into the log.
void AddConsents(const Ground& ground, const state::SentRecord& sent,
                 const state::SentContent& content, Instant logged, v1::DecidedRecord& out) {
  const absl::StatusOr<record::Header> header = record::ReadHeader(content.header());
  if (!header.ok()) return;
  for (v1::DecidedRecipient& recipient : *out.mutable_recipients()) {
    const auto to = std::ranges::find(sent.recipients(), recipient.decision().recipient(),
                                      &state::SentRecipient::recipient);
    if (to == sent.recipients().end()) continue;
    const auto read = ledger::ReadConsents(ground.federation.registry(), *header,
                                           {to->recipient(),
                                            to->instrument(),
                                            {to->consents().begin(), to->consents().end()},
                                            to->override()},
                                           sent.log_index(), logged);
    if (!read.ok()) continue;
    for (const policy::ConsentLabels& consent : read->labels.consents) {
      *recipient.add_consents() = ToProto(consent);
    }
    if (const auto& emergency = read->labels.emergency) {
      *recipient.mutable_override() = ToProto(*emergency);
    }
  }
}

// The labels, or why there are none: they end with the record, erased or not.
absl::Status AddLabels(const Ground& ground, const Sent& all, const state::SentRecord& sent,
                       Instant logged, Instant now, v1::DecidedRecord& out) {
  const absl::StatusOr<state::SentContent> content = all.Content(sent);
  if (IsRefusal(content.status(), Reason::kExpired) || At(sent.expires_ms()) <= now) {
    out.set_missing(sent.recalled_ms() != 0 ? "recalled" : "erased");
    return absl::OkStatus();
  }
  if (!content.ok() && !absl::IsDataLoss(content.status())) return content.status();
  const absl::StatusOr<policy::RecordLabels> labels =
      content.ok() ? SealedLabels(*content) : content.status();
  if (!labels.ok()) {
    out.set_missing("damaged");
    return absl::OkStatus();
  }
  *out.mutable_labels() = ToProto(*labels, *content);
  AddConsents(ground, sent, *content, logged, out);
  return absl::OkStatus();
}

void AddDecisions(const state::SentRecord& sent, const v1::SubmissionPart& part,
                  v1::DecidedRecord& out) {
  out.set_snapshot_number(part.snapshot_number());
  out.set_snapshot_hash(part.snapshot_hash());
  for (const v1::RecipientDecision& decision : part.decisions()) {
    v1::DecidedRecipient& recipient = *out.add_recipients();
    *recipient.mutable_decision() = decision;
    const auto found = std::ranges::find(sent.recipients(), decision.recipient(),
                                         &state::SentRecipient::recipient);
    if (found != sent.recipients().end()) recipient.set_instrument(found->instrument());
  }
}

class DecisionsPage {
 public:
  DecisionsPage(Ground& ground, const v1::DecisionsRequest& request, Instant now)
      : ground_(ground), request_(request), now_(now), sent_(ground), page_(request.limit()) {}

  absl::StatusOr<v1::DecisionsResponse> Run() {
    absl::StatusOr<Place> last = ReadPlace(request_.page());
    if (!last.ok()) return last.status();
    absl::StatusOr<Rows> rows = CommittedAfter(ground_.db, *last);
    if (!rows.ok()) return rows.status();
    size_t seen = 0;
    for (const auto& [place, sent] : *rows) {
      absl::StatusOr<Step> step = seen == kRows ? Step::kNextPage : Take(sent);
      if (!step.ok()) return step.status();
      if (*step == Step::kEnd) return std::move(response_);
      if (*step == Step::kNextPage) {
        response_.set_next_page(TextOf(*last));
        return std::move(response_);
      }
      *last = place;
      ++seen;
    }
    return std::move(response_);
  }

 private:
  enum class Step : uint8_t { kGoOn, kNextPage, kEnd };

  bool IsWanted(uint64_t instant_ms) const {
    return instant_ms >= request_.from_ms() &&
           (request_.until_ms() == 0 || instant_ms < request_.until_ms());
  }

  // Instants never decrease along the log.
  absl::StatusOr<Step> Take(const state::SentRecord& sent) {
    absl::StatusOr<std::optional<v1::Part>> part = LoggedPart(ground_.db, sent);
    if (!part.ok()) return part.status();
    if (*part && request_.until_ms() != 0 && (*part)->instant_ms() >= request_.until_ms()) {
      return Step::kEnd;
    }
    absl::StatusOr<std::vector<v1::DecidedRecord>> lines = LinesOf(sent, *part);
    if (!lines.ok()) return lines.status();
    if (lines->empty()) return Step::kGoOn;
    size_t bytes = 0;
    for (const v1::DecidedRecord& line : *lines) {
      states_.insert(line.snapshot_number());
      bytes += line.ByteSizeLong();
    }
    const bool first = response_.records().empty();
    if ((states_.size() > kStates && !first) || !page_.Takes(bytes)) return Step::kNextPage;
    for (v1::DecidedRecord& line : *lines) *response_.add_records() = std::move(line);
    return Step::kGoOn;
  }

  absl::StatusOr<std::vector<v1::DecidedRecord>> LinesOf(const state::SentRecord& sent,
                                                         const std::optional<v1::Part>& part) {
    std::vector<v1::DecidedRecord> lines;
    if (!part || IsWanted(part->instant_ms())) {
      absl::StatusOr<v1::DecidedRecord> line = Decided(sent, sent.log_index(), part, part);
      if (!line.ok()) return line.status();
      lines.push_back(*std::move(line));
    }
    if (!part) return lines;
    std::map<std::string, v1::RecipientDecision> before;
    for (const v1::RecipientDecision& one : part->submission().decisions()) {
      before[one.recipient()] = one;
    }
    absl::StatusOr<std::map<uint64_t, v1::Part>> again = PartsAgain(ground_.db, sent);
    if (!again.ok()) return again.status();
    for (const auto& [index, one] : *again) {
      const v1::RecipientDecision& decision = one.again().decided().decisions(0);
      const v1::RecipientDecision was = std::exchange(before[decision.recipient()], decision);
      if (!IsWanted(one.instant_ms())) continue;
      absl::StatusOr<v1::DecidedRecord> line = Decided(sent, index, one, part);
      if (!line.ok()) return line.status();
      *line->mutable_recipients(0)->mutable_before() = was;
      lines.push_back(*std::move(line));
    }
    return lines;
  }

  // `first`: of the submission.
  absl::StatusOr<v1::DecidedRecord> Decided(const state::SentRecord& sent, uint64_t index,
                                            const std::optional<v1::Part>& part,
                                            const std::optional<v1::Part>& first) {
    v1::DecidedRecord out;
    out.set_log_index(index);
    out.set_record_id(HexOf(sent.record_id()));
    out.set_reference(ReferenceOf(sent.record_id()));
    if (!part) {
      out.set_missing("receipt");
      return out;
    }
    out.set_instant_ms(part->instant_ms());
    AddDecisions(sent, ledger::DecidedIn(*part), out);
    absl::Status status = AddLabels(ground_, sent_, sent, At(first->instant_ms()), now_, out);
    if (!status.ok()) return status;
    const auto registry = ground_.federation.RegistryAt(out.snapshot_number());
    if (!registry.ok()) return registry.status();
    const auto texts = TextsInForce(*registry, At(out.instant_ms()));
    if (!texts.ok()) return texts.status();
    out.set_texts(ToString(NameOf(*texts)));
    return out;
  }

  Ground& ground_;
  const v1::DecisionsRequest& request_;
  const Instant now_;
  const Sent sent_;
  Page page_;
  std::set<uint64_t> states_;
  v1::DecisionsResponse response_;
};

std::string Told(const v1::DecisionsResponse& page) {
  if (page.records().empty()) return "decisions: none on this page";
  return Text("decisions: ", page.records_size(), " records, from log index ",
              page.records(0).log_index(), " to ",
              page.records(page.records_size() - 1).log_index());
}

}  // namespace

absl::StatusOr<v1::DecisionsResponse> Desk::Decisions(std::string_view officer,
                                                      const v1::DecisionsRequest& request,
                                                      Instant now) {
  absl::Status status = ground_->officers.Check(officer, {role::kProtection, role::kAuditor});
  if (status.ok()) status = CheckJustification(request.justification());
  if (!status.ok()) return status;
  absl::StatusOr<v1::DecisionsResponse> response = DecisionsPage(*ground_, request, now).Run();
  if (!response.ok()) return response;
  state::DiaryLine line =
      MakeLine(officer, operation::kConsultation, "", "", request.justification(), now);
  line.set_detail(Told(*response));
  store::WriteBatch batch;
  if (status = ground_->Commit(batch, {&line, 1}); !status.ok()) return status;
  return response;
}

absl::StatusOr<v1::DecisionTextsResponse> Desk::DecisionTexts(
    std::string_view officer, const v1::DecisionTextsRequest& request) {
  absl::Status status = ground_->officers.Check(officer, {role::kProtection, role::kAuditor});
  if (!status.ok()) return status;
  absl::StatusOr<Place> place = ReadPlace(request.page());
  if (!place.ok()) return place.status();
  const auto registry = ground_->federation.RegistryAt(request.snapshot_number());
  if (!registry.ok()) return registry.status();
  auto texts = TextsInForce(*registry, At(request.instant_ms()));
  if (!texts.ok()) return texts.status();
  Page page(0);
  v1::DecisionTextsResponse response;
  for (uint64_t i = place->ms; i < texts->size(); ++i) {
    v1::DecisionText& text = (*texts)[i];
    const auto held = registry->FindText(*FixedBytes<32>(text.digest()));
    if (held) text.set_text(*held);
    if (!page.Takes(text.ByteSizeLong())) {
      response.set_next_page(TextOf({i, ""}));
      break;
    }
    *response.add_texts() = std::move(text);
  }
  return response;
}

}  // namespace entente::node
