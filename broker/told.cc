#include "broker/told.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/crypto/digest.h"
#include "core/record/statements.h"

namespace entente::broker {
namespace {

// Each entry its own: who is told has the salt of one part, and could else try out the others.
Salt32 SeedFor(const Salt32& seed, uint32_t number) {
  const std::string message = Framing().Raw(std::string_view("told\0", 5)).U32(number).str();
  const auto own = crypto::HmacSha256(seed, AsBytes(message));
  return *FixedBytes<sizeof(Salt32)>(ToString(own.ExposeSecret()));
}

// What all notices of one access have in common.
struct Telling {
  const ledger::Act& act;
  Digest digest{};   // of the statement's body
  std::string body;  // a NoticeList
};

Telling TellingOf(const v1::SignedStatement& statement, const ledger::Act& act) {
  NoticeList list;
  v1::Notice& notice = *list.add_notices();
  notice.set_type(v1::NOTICE_TYPE_OVERRIDE);
  *notice.mutable_statement() = statement;
  return {act, crypto::Sha256(statement.body()), list.SerializeAsString()};
}

absl::Status Tell(const Telling& telling, const std::string& source, const Salt32& seed,
                  Transaction& tx) {
  const std::string_view type = record::kStatementType<v1::OverrideNote>;
  const auto parts = ledger::NoticeParts(telling.act, type, source, telling.digest);
  auto index = tx.AppendSealed(v1::ENTRY_KIND_NOTICE, telling.act.instant, parts, seed);
  if (!index.ok()) return index.status();
  tx.PutBody(*index, crypto::Sha256(telling.body), telling.body, {"", 0, 1});
  MailboxRow row;
  row.set_log_index(*index);
  row.set_part(1);
  row.set_from(telling.act.acting_agency);
  row.set_expires_ms(static_cast<uint64_t>((telling.act.instant + limits::kQueueMs).ms));
  tx.Deliver({source, v1::LANE_URGENT}, row);
  return absl::OkStatus();
}

}  // namespace

absl::Status StageTold(const SubmissionCommand& submission, const ledger::Act& act,
                       std::span<const ledger::ReaderPart> parts, const Salt32& seed,
                       Transaction& tx) {
  uint32_t number = 0;
  for (const AccessDescriptor& access : submission.access()) {
    const bool released = std::ranges::any_of(
        parts.subspan(1), [&](const auto& part) { return part.reader == access.recipient(); });
    if (access.override().empty() || !released) continue;
    v1::SignedStatement statement;
    if (!statement.ParseFromString(access.override())) {
      return absl::InternalError("an override that admission does not let in");
    }
    auto note = record::ReadBody<v1::OverrideNote>(statement.body());
    if (!note.ok()) return absl::InternalError("an override that admission does not let in");
    const Telling telling = TellingOf(statement, act);
    for (const std::string& source : note->sources()) {
      auto told = Tell(telling, source, SeedFor(seed, number++), tx);
      if (!told.ok()) return told;
    }
  }
  return absl::OkStatus();
}

}  // namespace entente::broker
