#include "tests/hostile/split_log.h"

#include <cstdlib>
#include <span>

#include "broker/assets.h"
#include "core/audit/checkpoint.h"
#include "core/base/encoding.h"
#include "core/ledger/receipt.h"

namespace entente::hostile {
namespace {

const broker::BrokerKeys& Keys() {
  static const auto* const keys =
      new broker::BrokerKeys(*broker::LoadBrokerKeys(std::getenv("HOSTILE_KEYS")));
  return *keys;
}

// Of a checkpoint: its second line.
uint64_t SizeOf(std::string_view note) {
  return std::stoull(std::string(note.substr(note.find('\n') + 1)));
}

void HideBehindNotice(v1::Entry& entry) {
  entry.set_kind(v1::ENTRY_KIND_NOTICE);
  entry.clear_open();
  entry.mutable_sealed()->add_part_digests(std::string(32, 'a'));
  entry.mutable_sealed()->add_part_digests(std::string(32, 'b'));
}

}  // namespace

SplitLog::SplitLog(const v1::GetEntriesResponse& honest, v1::EntryKind altered)
    : entries_(honest.entries().begin(), honest.entries().end()) {
  for (std::string& bytes : entries_) {
    v1::Entry entry;
    entry.ParseFromString(bytes);
    if (!altered_ && entry.kind() == altered) {
      if (altered == v1::ENTRY_KIND_REVOCATION) HideBehindNotice(entry);
      if (altered == v1::ENTRY_KIND_SUBMISSION) entry.set_instant_ms(entry.instant_ms() + 1);
      bytes = entry.SerializeAsString();
      altered_ = true;
    }
    leaves_.push_back(audit::LeafHash(bytes));
  }
}

Digest SplitLog::Root(uint64_t size) const {
  return audit::RootOfLeaves(std::span(leaves_).first(size));
}

std::string SplitLog::Checkpoint(std::string_view honest) const {
  const std::string origin(honest.substr(0, honest.find('\n')));
  const uint64_t size = SizeOf(honest);
  return *audit::SignCheckpoint({origin, size, Root(size)}, Keys().checkpoint);
}

void SplitLog::RefitEvidence(v1::Evidence& evidence, uint64_t size) const {
  const auto node = [this](uint8_t level, uint64_t at) -> absl::StatusOr<Digest> {
    return audit::RootOfLeaves(std::span(leaves_).subspan(at << level, uint64_t{1} << level));
  };
  evidence.set_entry(entries_[evidence.log_index()]);
  evidence.clear_inclusion_path();
  const audit::Proof path = *audit::MakeInclusion(evidence.log_index(), size, node);
  for (const Digest& hash : path) evidence.add_inclusion_path(ToString(hash));
}

void SplitLog::Refit(v1::GetEntriesResponse& response, uint64_t from) const {
  for (int i = 0; i < response.entries_size(); ++i) {
    response.set_entries(i, entries_[from + static_cast<uint64_t>(i)]);
  }
  response.set_checkpoint(Checkpoint(response.checkpoint()));
}

void SplitLog::Refit(v1::PullResponse& response) const {
  for (v1::Delivery& delivery : *response.mutable_deliveries()) {
    RefitEvidence(*delivery.mutable_evidence(), SizeOf(response.checkpoint()));
  }
  response.set_checkpoint(Checkpoint(response.checkpoint()));
}

void SplitLog::Refit(v1::SubmitResponse& response, const ledger::Genesis& genesis) const {
  const uint64_t size = SizeOf(response.checkpoint());
  for (v1::SubmissionResult& result : *response.mutable_results()) {
    if (result.has_committed()) RefitEvidence(*result.mutable_committed(), size);
  }
  response.set_checkpoint(Checkpoint(response.checkpoint()));
  if (!response.has_receipt()) return;
  v1::Receipt receipt;
  receipt.ParseFromString(response.receipt().body());
  receipt.set_root(ToString(Root(size)));
  *response.mutable_receipt() = ledger::SignReceipt(genesis, receipt, Keys().receipt);
}

}  // namespace entente::hostile
