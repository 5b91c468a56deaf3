#include "node/lead_answers.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "node/desk.h"
#include "node/families.h"
#include "node/restrict.h"
#include "node/sent.h"
#include "node/table.h"

namespace entente::node {
namespace {

absl::StatusOr<v1::LeadAnswer> AnswerIn(const state::ReceivedContent& content) {
  for (const state::KeptSection& section : content.sections()) {
    v1::SectionContent parsed;
    if (parsed.ParseFromString(section.content()) && parsed.has_lead_answer()) {
      return parsed.lead_answer();
    }
  }
  return absl::DataLossError("an answer without what it says");
}

absl::StatusOr<state::ReceivedContent> ContentOf(Ground& ground,
                                                 const state::ReceivedRecord& received,
                                                 Instant now) {
  if (received.recalled_ms() != 0) {
    return Refuse(Reason::kExpired, "the agency that answered has recalled this answer");
  }
  if (received.purged() || received.purge_ms() <= static_cast<uint64_t>(now.ms)) {
    return ErasedByTime();
  }
  if (absl::Status used = CheckUse(received); !used.ok()) return used;
  absl::StatusOr<std::string> plain = ground.vault.Get(received.record_hash());
  if (!plain.ok()) return plain.status();
  absl::StatusOr<state::ReceivedContent> content = ParseStored<state::ReceivedContent>(*plain);
  if (content.ok()) AddObligations(ground, received, now, *content);
  return content;
}

KeptAnswer KeptFrom(Ground& ground, const state::ReceivedRecord& received, Instant now) {
  KeptAnswer kept;
  kept.shown.set_record_id(HexOf(received.record_id()));
  kept.shown.set_instant_ms(received.received_ms());
  kept.shown.set_log_index(received.log_index());
  kept.purpose = received.purpose();
  const absl::StatusOr<state::ReceivedContent> content = ContentOf(ground, received, now);
  if (!content.ok()) {
    kept.answer = content.status();
    return kept;
  }
  kept.answer = AnswerIn(*content);
  kept.obligations.assign(content->obligations().begin(), content->obligations().end());
  return kept;
}

absl::StatusOr<v1::LeadAnswer> OwnAnswer(const Sent& sent_records, const state::SentRecord& sent) {
  absl::StatusOr<state::SentContent> content = sent_records.Content(sent);
  if (!content.ok()) return content.status();
  return content->draft().sections(0).content().lead_answer();
}

}  // namespace

absl::StatusOr<std::vector<KeptAnswer>> AnswersOf(Ground& ground,
                                                  const state::SentRecipient& recipient,
                                                  Instant now) {
  std::vector<KeptAnswer> answers;
  for (const state::LeadAnswerRow& row : recipient.answers()) {
    absl::StatusOr<std::optional<state::ReceivedRecord>> received =
        Load<state::ReceivedRecord>(ground.db, kReceived, row.record_hash());
    if (!received.ok()) return received.status();
    if (!*received) continue;
    KeptAnswer& kept = answers.emplace_back(KeptFrom(ground, **received, now));
    kept.number = row.number();
  }
  std::ranges::sort(answers, {}, [](const KeptAnswer& one) { return one.shown.log_index(); });
  return answers;
}

absl::StatusOr<std::vector<KeptAnswer>> OwnAnswers(Ground& ground,
                                                   const state::ReceivedRecord& lead) {
  const Sent sent_records(ground);
  std::vector<KeptAnswer> answers;
  for (const std::string& id : lead.own_answers()) {
    const auto number = static_cast<uint32_t>(answers.size() + 1);
    absl::StatusOr<std::optional<state::SentRecord>> sent = sent_records.Find(id);
    if (!sent.ok()) return sent.status();
    KeptAnswer& kept = answers.emplace_back();
    kept.number = number;
    kept.shown.set_record_id(HexOf(id));
    kept.answer = absl::DataLossError("this answer is not here any more");
    if (!*sent) continue;
    kept.shown.set_instant_ms((*sent)->created_ms());
    kept.shown.set_log_index((*sent)->log_index());
    kept.purpose = (*sent)->purpose();
    kept.answer = OwnAnswer(sent_records, **sent);
  }
  return answers;
}

v1::LeadStanding StandingOf(const std::string& agency, const std::vector<KeptAnswer>& answers,
                            Instant now) {
  v1::LeadStanding standing;
  standing.set_agency(agency);
  std::vector<ToldAnswer> told;
  for (const KeptAnswer& kept : answers) {
    told.push_back({kept.number, kept.answer.ok() ? &*kept.answer : nullptr});
    v1::LeadAnswerShown& shown = *standing.add_answers();
    shown = kept.shown;
    if (kept.answer.ok()) {
      *shown.mutable_answer() = *kept.answer;
      continue;
    }
    shown.mutable_answer()->set_number(kept.number);
    const std::optional<Refusal> refusal = RefusalOf(kept.answer.status());
    shown.set_why_not(refusal ? refusal->text : std::string(kept.answer.status().message()));
  }
  Stand(told, now, standing);
  return standing;
}

}  // namespace entente::node
