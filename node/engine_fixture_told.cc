// The broker of the tests tells of overrides (engine_fixture.h).
#include <algorithm>

#include "core/crypto/digest.h"
#include "core/record/statements.h"
#include "core/record/strict.h"
#include "node/engine_fixture.h"

namespace entente::node {

void TestBroker::TellSources(const record::ParsedRecord& record,
                             const std::vector<ledger::DecidedRecipient>& decided,
                             const ledger::Act& act, uint64_t index) {
  for (const record::Access& access : record.access) {
    const bool released = std::ranges::any_of(decided, [&](const auto& one) {
      return one.recipient == access.recipient.text() && one.decision.releases();
    });
    const auto statement = record::StrictParse<v1::SignedStatement>(access.emergency);
    if (access.emergency.empty() || !released || !statement.ok()) continue;
    const auto note = record::ReadBody<v1::OverrideNote>(statement->body());
    for (const std::string& source : note->sources()) {
      const auto parts =
          ledger::NoticeParts(act, "override", source, crypto::Sha256(statement->body()));
      const uint64_t at = Commit(v1::ENTRY_KIND_NOTICE, act.instant, parts);
      told_[index].push_back(at);
      v1::Delivery delivery;
      delivery.mutable_notice()->set_type(v1::NOTICE_TYPE_OVERRIDE);
      *delivery.mutable_notice()->mutable_statement() = *statement;
      Put(source, v1::LANE_URGENT, std::move(delivery), at);
    }
  }
}

void TestBroker::AddTold(uint64_t index, const std::string& agency, v1::SubmissionResult& result) {
  for (const uint64_t told : told_[index]) *result.add_told() = log_.Evidence(told, agency);
}

}  // namespace entente::node
