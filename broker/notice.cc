#include "broker/notice.h"

#include <string>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/notice_forms.h"
#include "core/record/statements.h"

namespace entente::broker {
namespace {

struct Asked {
  const v1::SignedStatement& statement;
  const std::string& agency;
  const View& view;
  Instant instant;
};

// Who signs a notice under which of its keys, and whom it goes to.
template <class Body>
struct Route {
  static constexpr crypto::KeyUse kUse = crypto::KeyUse::kRecordSigning;
  static const std::string& From(const Body& body) { return body.origin(); }
  static const std::string& To(const Body& body) { return body.recipient(); }
};
// The word of a record's recipient, to its origin.
template <class Body>
struct WayBack {
  static constexpr crypto::KeyUse kUse = crypto::KeyUse::kAcknowledgement;
  static const std::string& From(const Body& body) { return body.recipient(); }
  static const std::string& To(const Body& body) { return body.origin(); }
};
template <>
struct Route<v1::ErasureNote> : WayBack<v1::ErasureNote> {};
template <>
struct Route<v1::FetchedNote> : WayBack<v1::FetchedNote> {};
template <>
struct Route<v1::RestrictedNote> : WayBack<v1::RestrictedNote> {};

absl::Status CheckAddressee(const Asked& asked, const std::string& to) {
  auto state = asked.view.registry.StateOf(to, asked.instant);
  if (state == ledger::AgencyState::kUnknown) {
    return Refuse(Reason::kWrongAgency, to + " is no member.");
  }
  if (state == ledger::AgencyState::kRemoved) {
    return Refuse(Reason::kAgencySuspended, to + " was removed.");
  }
  return absl::OkStatus();
}

template <class Body>
absl::StatusOr<Body> Read(const Asked& asked, NoticeCommand& out) {
  const v1::SignedStatement& statement = asked.statement;
  if (statement.signatures_size() != 1) {
    return Refuse(Reason::kMalformed, "A notice has one signature.");
  }
  auto key = [&](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    auto found = asked.view.registry.FindKey(asked.agency, id, Route<Body>::kUse,
                                             asked.view.next_index, asked.instant);
    if (!found.ok()) return found.status();
    return found->public_key;
  };
  const ledger::GenesisFields& genesis = asked.view.registry.genesis().fields();
  auto body = record::ReadStatement<Body>(genesis.federation, statement, key);
  if (!body.ok()) return body;
  if (body->log_origin() != genesis.log_origin) {
    return Refuse(Reason::kProofBad, "The notice is about another log.");
  }
  const std::string& to = Route<Body>::To(*body);
  if (Route<Body>::From(*body) != asked.agency || to == asked.agency) {
    return Refuse(Reason::kWrongAgency, "A notice goes from its signer to another agency.");
  }
  if (absl::Status status = CheckAddressee(asked, to); !status.ok()) return status;
  out.set_type(std::string(record::kStatementType<Body>));
  out.set_recipient(to);
  return body;
}

absl::Status CheckDated(uint64_t instant_ms, const Asked& asked) {
  auto latest = static_cast<uint64_t>((asked.instant + limits::kClockToleranceMs).ms);
  if (instant_ms <= latest) return absl::OkStatus();
  return Refuse(Reason::kFutureDated, "The notice is dated in the future.");
}

template <class Body>
absl::Status ReadDated(v1::NoticeType type, const Asked& asked, NoticeCommand& out) {
  auto body = Read<Body>(asked, out);
  if (!body.ok()) return body.status();
  out.set_lane(record::IsUrgent(type) ? v1::LANE_URGENT : v1::LANE_BULK);
  return CheckDated(body->instant_ms(), asked);
}

absl::Status ReadGap(const Asked& asked, NoticeCommand& out) {
  auto body = Read<v1::GapNote>(asked, out);
  if (!body.ok()) return body.status();
  if (body->log_index() >= asked.view.next_index) {
    return Refuse(Reason::kProofBad, "The gap note names an entry that does not stand.");
  }
  out.set_lane(body->lane());
  return absl::OkStatus();
}

absl::Status ReadNotice(v1::NoticeType type, const Asked& asked, NoticeCommand& out) {
  switch (type) {
    case v1::NOTICE_TYPE_GAP:
      return ReadGap(asked, out);
    case v1::NOTICE_TYPE_PAIR_HEAD:
      return ReadDated<v1::PairHead>(type, asked, out);
    case v1::NOTICE_TYPE_RECALL:
      return ReadDated<v1::RecallNote>(type, asked, out);
    case v1::NOTICE_TYPE_ERASURE:
      return ReadDated<v1::ErasureNote>(type, asked, out);
    case v1::NOTICE_TYPE_FETCHED:
      return ReadDated<v1::FetchedNote>(type, asked, out);
    case v1::NOTICE_TYPE_RESTRICTION:
      return ReadDated<v1::RestrictionNote>(type, asked, out);
    case v1::NOTICE_TYPE_RESTRICTED:
      return ReadDated<v1::RestrictedNote>(type, asked, out);
    default:
      return Refuse(Reason::kMalformed, "No notice of this type is submitted.");
  }
}

}  // namespace

Digest NoticeDigest(const v1::Notice& notice) { return crypto::Sha256(notice.statement().body()); }

absl::StatusOr<MadeNotice> MakeNotice(const v1::Notice& notice, const Submitter& submitter,
                                      const View& view, Instant instant, Random& random) {
  if (auto status = record::CheckParsed(notice); !status.ok()) return status;
  CommandBody body = NewCommandBody(view, instant, random);
  NoticeCommand& command = *body.mutable_notice();
  Asked asked{notice.statement(), submitter.agency(), view, instant};
  if (auto status = ReadNotice(notice.type(), asked, command); !status.ok()) return status;
  *command.mutable_submitter() = submitter;
  command.set_statement_digest(ToString(NoticeDigest(notice)));
  command.set_key_id(notice.statement().signatures(0).key_id());
  NoticeList list;
  *list.add_notices() = notice;
  std::string recipient = command.recipient();
  auto made = MakeCommand(std::move(body), {list.SerializeAsString()});
  if (!made.ok()) return made.status();
  return MadeNotice{*std::move(made), std::move(recipient)};
}

}  // namespace entente::broker
