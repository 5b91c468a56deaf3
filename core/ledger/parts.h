// The parts of sealed entries: what each reader may see of one act. Broker and nodes make and read
// them by these functions alone, so that a decision replayed gives the same bytes.
// Pure; safe from any thread. Form: docs/formats.md, "The log"; proto/entente/v1/ledger.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/ledger/entry.h"
#include "entente/v1/ledger.pb.h"
#include "policy/decision.h"
#include "policy/vocabulary.h"

namespace entente::ledger {

// Who acted, and when. Pseudonym and digest as submitted: 32 bytes each, or empty when no person
// acts.
struct Act {
  Instant instant;  // the entry's
  std::string acting_agency;
  std::string officer_pseudonym;
  std::string justification_digest;
};

// ---- Decisions

v1::Verdict ToProto(policy::Verdict verdict);
// nullopt for zero and numbers not listed.
std::optional<policy::Verdict> FromProto(v1::Verdict verdict);

bool Releases(v1::Verdict verdict);

// What `reader` may see of the decision about one recipient. `sections`: the record's section ids,
// by the positions that the decision names. Lists come out in the order the format asks for.
v1::RecipientDecision DecisionFor(policy::Reader reader, std::string_view recipient,
                                  const policy::Decision& decision,
                                  std::span<const SectionId> sections);

// The way back, as far as the log tells it: rules carry ids alone, without title, their side is not
// known and reads kRecord. `released` are the positions not withheld, when the verdict releases.
// Refusal malformed: a section that `sections` does not have, or a verdict not listed.
absl::StatusOr<policy::VisibleDecision> ReadDecision(const v1::RecipientDecision& decision,
                                                     std::span<const SectionId> sections);

// ---- Deciding again, of what waited in a mailbox while the state changed

// What a part of kind submission or decision-again decided.
const v1::SubmissionPart& DecidedIn(const v1::Part& part);

// What the decision `now` makes of `before`, both as one reader sees them. Never wider: what was
// withheld or refused stays so, obligations are those of both, of one word the stricter. A decision
// to hold refuses. `sections`: of the record as it was submitted.
v1::RecipientDecision Narrowed(const v1::RecipientDecision& before,
                               const v1::RecipientDecision& now, size_t sections,
                               const policy::Vocabulary& vocabulary);
// The same verdict, sections and obligations, whatever the rules behind them.
bool SameOutcome(const v1::RecipientDecision& a, const v1::RecipientDecision& b);
// Nothing is released that `before` withheld or refused, and no obligation is missing or less
// strict.
bool IsNoWider(const v1::RecipientDecision& again, const v1::RecipientDecision& before,
               const policy::Vocabulary& vocabulary);

// ---- Making parts. Each result is in the order that WriteSealedEntry wants.

struct SubmittedRecord {
  RecordId record_id{};
  Digest record_hash{};
  std::string origin;
  std::vector<SectionId> sections;  // in the record's order
  uint64_t snapshot_number = 0;
  Digest snapshot_hash{};
};
struct DecidedRecipient {
  std::string recipient;
  policy::Decision decision;
};
// The origin's part with all decisions, and one for each recipient that is released something.
// `act.acting_agency` is the origin.
std::vector<ReaderPart> SubmissionParts(const Act& act, const SubmittedRecord& record,
                                        std::span<const DecidedRecipient> decided);

// The decision about one recipient, made again: for the origin, `act.acting_agency`, and for the
// recipient. `first_index`: where the record stands.
std::vector<ReaderPart> DecisionAgainParts(const Act& act, uint64_t first_index,
                                           const SubmittedRecord& record,
                                           const v1::RecipientDecision& for_origin,
                                           const v1::RecipientDecision& for_recipient);

struct AcknowledgedRecord {
  std::string origin;
  Digest record_hash{};
};
// One range of one lane, acknowledged by `act.acting_agency`: its own part with all records, and
// one for each origin with that origin's records only, all in the order given.
std::vector<ReaderPart> AcknowledgementParts(const Act& act, v1::Lane lane, uint64_t from_seq,
                                             uint64_t through_seq,
                                             std::span<const AcknowledgedRecord> records);

// `type`: a word of record::NoticeForm. For `act.acting_agency`, which sent it, and for `to`.
std::vector<ReaderPart> NoticeParts(const Act& act, std::string_view type, std::string_view to,
                                    const Digest& statement_digest);

// What `recipient` did not fetch in time. The origin is `act.acting_agency`: it set the time.
std::vector<ReaderPart> ExpiryParts(const Act& act, const RecordId& record_id,
                                    const Digest& record_hash, std::string_view recipient);

// ---- Reading

// Refusal malformed, unknown-field or not-canonical: a kind that is not sealed, an event that is
// not the kind's, ids and digests of another length, lists out of order, names that are no agency,
// a recipient's part that tells of others.
absl::StatusOr<v1::Part> ReadPart(std::string_view bytes);

}  // namespace entente::ledger
