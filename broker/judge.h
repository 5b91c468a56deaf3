// What a submitted record is judged by, and the judgement: the decision for each recipient at one
// instant under one state, as the parts that are logged. Made from the record at admission, and
// from the command when the ledger's instant turns out later. Pure; safe from any thread.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "broker/command.pb.h"
#include "broker/view.h"
#include "core/ledger/parts.h"
#include "core/record/header.h"
#include "core/record/record.h"
#include "policy/labels.h"

namespace entente::broker {

struct Candidate {
  record::Header header;
  Digest hash{};
  std::vector<SectionId> sections;
  policy::RecordLabels labels;
  struct Recipient {
    std::string agency;
    std::string instrument;
    std::vector<std::string> consents;  // SignedStatement each
    std::string emergency{};            // the override, a SignedStatement; empty: none
  };
  std::vector<Recipient> recipients;
};

Candidate FromRecord(const record::ParsedRecord& record);
// INTERNAL for what admission does not let in.
absl::StatusOr<Candidate> FromCommand(const SubmissionCommand& submission);
absl::StatusOr<Candidate> FromStored(const v1::Record& record);

// At `act.instant`. Refusals: key-unknown, key-not-valid-then, wrong-agency, agency-suspended (the
// origin's signing key), future-dated, expired; those of ledger::ReadConsents; policy-held when a
// decision is to wait, consent-missing when only a person at the origin could end that. Being
// refused by policy is a decision like any other; where none can be made (no vocabulary is in
// force) it is to refuse, and says engine-failed.
absl::StatusOr<std::vector<ledger::ReaderPart>> Judge(const Candidate& record,
                                                      const ledger::Act& act, const View& view);

}  // namespace entente::broker
