#include "broker/notice.h"

#include <string>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/record/statements.h"

namespace entente::broker {
namespace {

struct Asked {
  const v1::SignedStatement& statement;
  const std::string& agency;
  const View& view;
  Instant instant;
};

template <class Body>
absl::StatusOr<Body> Read(const Asked& asked) {
  const v1::SignedStatement& statement = asked.statement;
  if (statement.signatures_size() != 1) {
    return Refuse(Reason::kMalformed, "A notice has one signature.");
  }
  auto key = [&](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    auto found = asked.view.registry.FindKey(asked.agency, id, crypto::KeyUse::kRecordSigning,
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
  if (body->origin() != asked.agency || body->recipient() == asked.agency) {
    return Refuse(Reason::kWrongAgency, "A notice goes from its signer to another agency.");
  }
  auto state = asked.view.registry.StateOf(body->recipient(), asked.instant);
  if (state == ledger::AgencyState::kUnknown) {
    return Refuse(Reason::kWrongAgency, body->recipient() + " is no member.");
  }
  if (state == ledger::AgencyState::kRemoved) {
    return Refuse(Reason::kAgencySuspended, body->recipient() + " was removed.");
  }
  return body;
}

absl::Status ReadGap(const Asked& asked, NoticeCommand& out) {
  auto body = Read<v1::GapNote>(asked);
  if (!body.ok()) return body.status();
  if (body->log_index() >= asked.view.next_index) {
    return Refuse(Reason::kProofBad, "The gap note names an entry that does not stand.");
  }
  out.set_type("gap");
  out.set_recipient(body->recipient());
  out.set_lane(body->lane());
  return absl::OkStatus();
}

absl::Status ReadPairHead(const Asked& asked, NoticeCommand& out) {
  auto body = Read<v1::PairHead>(asked);
  if (!body.ok()) return body.status();
  auto latest = static_cast<uint64_t>((asked.instant + limits::kClockToleranceMs).ms);
  if (body->instant_ms() > latest) {
    return Refuse(Reason::kFutureDated, "The pair head is dated in the future.");
  }
  out.set_type("pair-head");
  out.set_recipient(body->recipient());
  out.set_lane(v1::LANE_BULK);
  return absl::OkStatus();
}

absl::Status ReadNotice(v1::NoticeType type, const Asked& asked, NoticeCommand& out) {
  if (type == v1::NOTICE_TYPE_GAP) return ReadGap(asked, out);
  if (type == v1::NOTICE_TYPE_PAIR_HEAD) return ReadPairHead(asked, out);
  return Refuse(Reason::kMalformed, "Gap notes and pair heads alone are submitted as notices.");
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
