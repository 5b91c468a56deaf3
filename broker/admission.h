// Admission: the one file that knows in which order a submission is checked (docs/formats.md,
// "Submission"): caller -> size -> repetition -> signature -> strict reading -> digests and leaves
// -> consents and overrides -> attachments -> decision for each recipient -> quota -> command.
//
// A policy that refuses some or all recipients is no refusal of the submission: it is committed
// with its decisions, so that the refusal stands in the log. `hold` refuses the whole with
// policy-held, so that the outbox sends it again.
//
// Pure functions of their arguments; safe from any thread, made to be run on many. Every refusal
// is one of the closed list.
#pragma once

#include <functional>
#include <variant>

#include "absl/status/statusor.h"
#include "broker/command.h"
#include "broker/quota.h"
#include "broker/submissions.h"
#include "broker/view.h"
#include "core/base/agency.h"
#include "core/base/clock.h"
#include "core/record/batch.h"
#include "core/record/chunks.h"
#include "entente/v1/broker.pb.h"

namespace entente::broker {

// Keeps the file, whole at the broker for its origin, from being dropped for as long as the result
// lives; nullptr when it is not there. Called from any thread.
using HoldFile = std::function<Hold(const AgencyId& origin, const record::FileShape&, Instant now)>;

// What admission looks at. The referents outlive the call.
struct AdmissionState {
  const View& view;
  const Submissions& submissions;
  const Usage& usage;
  const QuotaLimits& quotas;
  record::VerifiedRoots& verified;
  const HoldFile& hold_file;
};

// A repetition is answered with what was committed the first time.
using Admitted = std::variant<Command, Submitted>;

absl::StatusOr<Admitted> Admit(const v1::Submission& submission, const AgencyId& caller,
                               const AdmissionState& state, Instant now, Random& random);

}  // namespace entente::broker
