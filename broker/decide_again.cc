#include "broker/decide_again.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/ledger/consents.h"
#include "core/ledger/obligations.h"
#include "policy/decide.h"

namespace entente::broker {
namespace {

constexpr uint32_t kOriginPart = 0;

const Candidate::Recipient* FindRecipient(const Candidate& record, std::string_view agency) {
  const auto found = std::ranges::find(record.recipients, agency, &Candidate::Recipient::agency);
  return found == record.recipients.end() ? nullptr : &*found;
}

policy::Decision Failed(const View& view, Instant instant) {
  return policy::EngineFailed(instant, view.registry.snapshot_number(),
                              view.registry.snapshot_hash());
}

// By the policies of now; the consents as they were verified where the record stands.
policy::Decision DecideNow(const WaitingRecord& waiting, const View& view, Instant instant) {
  const Candidate& record = waiting.record;
  const Candidate::Recipient* to = FindRecipient(record, waiting.recipient);
  const auto snapshot = view.registry.PolicySnapshot(instant);
  if (to == nullptr || !snapshot.ok()) return Failed(view, instant);
  const auto consented = ledger::ReadConsents(
      view.registry, record.header,
      {to->agency, to->instrument, {to->consents.begin(), to->consents.end()}, to->emergency},
      waiting.first_index, waiting.first_instant);
  if (!consented.ok()) return Failed(view, instant);
  return policy::Decide(**snapshot, record.labels, consented->labels, instant);
}

const v1::RecipientDecision* DecisionIn(const v1::Part& part, std::string_view recipient) {
  const auto& decisions = ledger::DecidedIn(part).decisions();
  const auto found = std::ranges::find(decisions, recipient, &v1::RecipientDecision::recipient);
  return found == decisions.end() ? nullptr : &*found;
}

struct Now {
  const View& view;
  policy::Decision decision;
};

// What stands after it, as the reader of `decided` sees it.
v1::RecipientDecision Again(const WaitingRecord& waiting, const v1::Part& decided,
                            policy::Reader reader, const Now& now) {
  const Candidate& record = waiting.record;
  const v1::RecipientDecision made =
      ledger::DecisionFor(reader, waiting.recipient, now.decision, record.sections);
  const v1::RecipientDecision* before = DecisionIn(decided, waiting.recipient);
  if (before == nullptr) return made;
  const auto vocabulary = ledger::VocabularyAt(now.view.registry, now.decision.at);
  return ledger::Narrowed(*before, made, record.sections.size(), *vocabulary);
}

// Of two lists of rules, each below the limit, the sum may be above it: one delivery must fit a
// message.
bool FitsPart(const v1::RecipientDecision& decision) {
  return decision.ByteSizeLong() <= limits::kPartBytes - limits::kHeaderBytes;
}

ledger::SubmittedRecord SubmittedOf(const Candidate& record, const View& view) {
  return {.record_id = record.header.record_id,
          .record_hash = record.hash,
          .origin = record.header.origin.text(),
          .sections = record.sections,
          .snapshot_number = view.registry.snapshot_number(),
          .snapshot_hash = view.registry.snapshot_hash()};
}

}  // namespace

StandingDecisions::StandingDecisions(const View& view, Instant instant)
    : policy_number_(view.registry.PolicyNumberAt(view.registry.snapshot_number())),
      unchanged_since_(view.registry.UnchangedSince(instant)),
      instant_(instant) {}

bool StandingDecisions::IsOutOfDate(const v1::Part& decided) const {
  return ledger::DecidedIn(decided).snapshot_number() < policy_number_;
}

bool StandingDecisions::MayHaveChanged(const v1::Part& decided, const v1::Access& own) const {
  const Instant then{static_cast<int64_t>(decided.instant_ms())};
  return then < unchanged_since_ ||
         (then < instant_ && (own.consents_size() > 0 || !own.override().empty()));
}

bool StillStands(const WaitingRecord& waiting, const v1::Part& for_recipient, const View& view,
                 Instant instant) {
  const v1::RecipientDecision* before = DecisionIn(for_recipient, waiting.recipient);
  return before != nullptr &&
         ledger::SameOutcome(*before, Again(waiting, for_recipient, policy::Reader::kRecipient,
                                            {view, DecideNow(waiting, view, instant)}));
}

std::vector<ledger::ReaderPart> JudgeAgain(const WaitingRecord& waiting, const v1::Part& for_origin,
                                           const v1::Part& for_recipient, const View& view,
                                           Instant instant) {
  const bool out_of_date = StandingDecisions(view, instant).IsOutOfDate(for_recipient);
  if (!out_of_date && StillStands(waiting, for_recipient, view, instant)) return {};
  Now now{view, DecideNow(waiting, view, instant)};
  auto to_origin = Again(waiting, for_origin, policy::Reader::kOrigin, now);
  auto to_recipient = Again(waiting, for_recipient, policy::Reader::kRecipient, now);
  if (!FitsPart(to_origin) || !FitsPart(to_recipient)) {
    now.decision = Failed(view, instant);
    to_origin = Again(waiting, for_origin, policy::Reader::kOrigin, now);
    to_recipient = Again(waiting, for_recipient, policy::Reader::kRecipient, now);
  }
  const ledger::SubmittedRecord record = SubmittedOf(waiting.record, view);
  return ledger::DecisionAgainParts({instant, record.origin, "", ""}, waiting.first_index, record,
                                    to_origin, to_recipient);
}

absl::StatusOr<v1::Part> ReadDecided(const store::Reader& store, const MailboxRow& row) {
  return row.again_index() == 0 ? ReadStoredPart(store, row.log_index(), row.part())
                                : ReadStoredPart(store, row.again_index(), kRecipientPartAgain);
}

absl::StatusOr<Command> MakeDecisionAgain(const MailboxItem& item, const store::Reader& store,
                                          const View& view, Instant instant, Random& random) {
  const MailboxRow& row = item.row;
  const uint64_t decided = row.again_index() == 0 ? row.log_index() : row.again_index();
  const auto first = ReadStoredPart(store, row.log_index(), row.part());
  if (!first.ok()) return first.status();
  const auto for_origin = ReadStoredPart(store, decided, kOriginPart);
  if (!for_origin.ok()) return for_origin.status();
  const auto for_recipient = ReadDecided(store, row);
  if (!for_recipient.ok()) return for_recipient.status();
  auto body = ReadBodyBytes(store, row.log_index());
  if (!body.ok()) return body.status();
  CommandBody command = NewCommandBody(view, instant, random);
  DecisionAgainCommand& again = *command.mutable_again();
  again.set_recipient(item.lane.agency);
  again.set_lane(item.lane.lane);
  again.set_mailbox_seq(item.seq);
  again.set_first_index(row.log_index());
  again.set_first_instant_ms(first->instant_ms());
  again.set_decided_index(decided);
  return MakeCommand(std::move(command), {*std::move(body), for_origin->SerializeAsString(),
                                          for_recipient->SerializeAsString()});
}

}  // namespace entente::broker
