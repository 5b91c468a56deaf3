// Strict reading of parts: core/ledger/parts.h.
#include <algorithm>
#include <utility>

#include "core/base/agency.h"
#include "core/base/refusal.h"
#include "core/ledger/parts.h"
#include "core/record/notice_forms.h"
#include "core/record/strict.h"

namespace entente::ledger {
namespace {

absl::Status Malformed(std::string text) { return Refuse(Reason::kMalformed, std::move(text)); }

bool IsEmptyOr(std::string_view bytes, size_t length) {
  return bytes.empty() || bytes.size() == length;
}

template <typename List>
bool IsSorted(const List& list) {
  return std::adjacent_find(list.begin(), list.end(), std::greater_equal<>()) == list.end();
}

absl::Status CheckWithheld(const v1::RecipientDecision& decision) {
  std::string_view last;
  for (const v1::WithheldSection& one : decision.withheld()) {
    if (one.section_id().size() != 16) return Malformed("A section id is not 16 bytes.");
    if (!last.empty() && one.section_id() <= last) {
      return Refuse(Reason::kNotCanonical, "Withheld sections are not sorted and distinct.");
    }
    last = one.section_id();
    if (!IsSorted(one.rules()) || !IsSorted(one.reasons())) {
      return Refuse(Reason::kNotCanonical, "Rules and reasons are not sorted and distinct.");
    }
    if (one.titles_size() != 0 && one.titles_size() != one.rules_size()) {
      return Malformed("Rules have one title each, or none.");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckDecision(const v1::RecipientDecision& decision) {
  if (!AgencyId::Parse(decision.recipient()).ok()) return Malformed("A recipient is no agency.");
  if (!IsSorted(decision.obligations()) || !IsSorted(decision.rules()) ||
      !IsSorted(decision.reasons())) {
    return Refuse(Reason::kNotCanonical, "Lists of a decision are not sorted and distinct.");
  }
  return CheckWithheld(decision);
}

absl::Status CheckReader(const v1::Part& part) {
  const v1::SubmissionPart& submission = part.submission();
  if (part.acting_agency() != submission.origin()) return Malformed("Only an origin submits.");
  if (part.reader() == submission.origin()) return absl::OkStatus();
  if (submission.decisions_size() != 1 || submission.decisions(0).recipient() != part.reader()) {
    return Malformed("A recipient's part tells its own decision and no other.");
  }
  if (!Releases(submission.decisions(0).verdict())) {
    return Malformed("A recipient that is released nothing has no part.");
  }
  return absl::OkStatus();
}

absl::Status CheckDecided(const v1::SubmissionPart& submission) {
  if (submission.record_id().size() != 16 || submission.record_hash().size() != 32 ||
      submission.snapshot_hash().size() != 32) {
    return Malformed("An id or digest has another length.");
  }
  if (submission.decisions().empty()) return Malformed("A submission has no decision.");
  std::string_view last;
  for (const v1::RecipientDecision& decision : submission.decisions()) {
    if (absl::Status status = CheckDecision(decision); !status.ok()) return status;
    if (!last.empty() && decision.recipient() <= last) {
      return Refuse(Reason::kNotCanonical, "Recipients are not sorted and distinct.");
    }
    last = decision.recipient();
  }
  return absl::OkStatus();
}

absl::Status CheckSubmission(const v1::Part& part) {
  if (absl::Status status = CheckDecided(part.submission()); !status.ok()) return status;
  return CheckReader(part);
}

absl::Status CheckAgain(const v1::Part& part) {
  const v1::SubmissionPart& decided = part.again().decided();
  if (absl::Status status = CheckDecided(decided); !status.ok()) return status;
  const v1::RecipientDecision& decision = decided.decisions(0);
  if (part.acting_agency() != decided.origin() || decided.decisions_size() != 1 ||
      decision.recipient() == decided.origin() ||
      (part.reader() != decided.origin() && part.reader() != decision.recipient())) {
    return Malformed("What is decided again is of one recipient, for it and the origin.");
  }
  return Releases(decision.verdict()) || decision.verdict() == v1::VERDICT_REFUSE
             ? absl::OkStatus()
             : Malformed("What is decided again is released or refused.");
}

absl::Status CheckAcknowledgement(const v1::Part& part) {
  const v1::AcknowledgementPart& range = part.acknowledgement();
  if (range.recipient() != part.acting_agency()) return Malformed("Another acknowledged it.");
  const bool own = part.reader() == range.recipient();
  if (own ? range.from_seq() == 0 || range.from_seq() > range.through_seq()
          : range.from_seq() != 0 || range.through_seq() != 0) {
    return Malformed("This is no range of a lane.");
  }
  const auto& hashes = range.record_hashes();
  const bool fit = std::all_of(hashes.begin(), hashes.end(),
                               [](const std::string& hash) { return hash.size() == 32; });
  return fit ? absl::OkStatus() : Malformed("A record hash is not 32 bytes.");
}

absl::Status CheckNotice(const v1::Part& part) {
  const v1::NoticePart& notice = part.notice();
  if (record::FindNoticeForm(notice.type()) == nullptr) {
    return Malformed("A notice is of no type that is known.");
  }
  if (notice.from() != part.acting_agency() || !AgencyId::Parse(notice.to()).ok() ||
      (part.reader() != notice.from() && part.reader() != notice.to())) {
    return Malformed("A notice's names do not fit its part.");
  }
  if (notice.statement_digest().size() != 32) return Malformed("A digest is not 32 bytes.");
  return absl::OkStatus();
}

absl::Status CheckRefusal(const v1::Part& part) {
  const v1::RefusalPart& refusal = part.refusal();
  if (!IsEmptyOr(refusal.record_id(), 16) || !IsEmptyOr(refusal.record_hash(), 32)) {
    return Malformed("An id or digest has another length.");
  }
  const std::string_view reason = refusal.reason();
  if (!ReasonFromWord(reason.substr(0, reason.find(':')))) {
    return Malformed("A refusal's reason is not on the list.");
  }
  return part.reader() == part.acting_agency() ? absl::OkStatus()
                                               : Malformed("A refusal is for who was refused.");
}

absl::Status CheckExpiry(const v1::Part& part) {
  const v1::ExpiryPart& expiry = part.expiry();
  if (expiry.record_id().size() != 16 || expiry.record_hash().size() != 32) {
    return Malformed("An id or digest has another length.");
  }
  if (part.reader() != part.acting_agency() && part.reader() != expiry.recipient()) {
    return Malformed("An expiry is for origin and recipient.");
  }
  return AgencyId::Parse(expiry.recipient()).ok() ? absl::OkStatus()
                                                  : Malformed("A recipient is no agency.");
}

absl::Status CheckEvent(const v1::Part& part) {
  using Event = v1::Part::EventCase;
  const auto is = [&](v1::EntryKind kind, Event event) {
    return part.kind() == kind && part.event_case() == event;
  };
  if (is(v1::ENTRY_KIND_SUBMISSION, Event::kSubmission)) return CheckSubmission(part);
  if (is(v1::ENTRY_KIND_ACKNOWLEDGEMENT, Event::kAcknowledgement)) {
    return CheckAcknowledgement(part);
  }
  if (is(v1::ENTRY_KIND_NOTICE, Event::kNotice)) return CheckNotice(part);
  if (is(v1::ENTRY_KIND_REFUSAL, Event::kRefusal)) return CheckRefusal(part);
  if (is(v1::ENTRY_KIND_EXPIRY, Event::kExpiry)) return CheckExpiry(part);
  if (is(v1::ENTRY_KIND_DECISION_AGAIN, Event::kAgain)) return CheckAgain(part);
  return Malformed("A part's kind and its event do not fit.");
}

}  // namespace

absl::StatusOr<v1::Part> ReadPart(std::string_view bytes) {
  auto part = record::StrictParse<v1::Part>(bytes);
  if (!part.ok()) return part;
  if (!AgencyId::Parse(part->reader()).ok() || !AgencyId::Parse(part->acting_agency()).ok()) {
    return Malformed("A part's names are no agencies.");
  }
  if (!IsEmptyOr(part->officer_pseudonym(), 32) || !IsEmptyOr(part->justification_digest(), 32)) {
    return Malformed("A pseudonym or digest has another length.");
  }
  if (part->instant_ms() > static_cast<uint64_t>(INT64_MAX)) {
    return Malformed("A part's instant is out of range.");
  }
  if (absl::Status status = CheckEvent(*part); !status.ok()) return status;
  return part;
}

}  // namespace entente::ledger
