// What a follower keeps over a restart: core/ledger/follower.h.
#include <bit>
#include <optional>
#include <utility>

#include "core/audit/frontier.h"
#include "core/base/encoding.h"
#include "core/ledger/follower.h"

namespace entente::ledger {
namespace {

constexpr std::string_view kForm = "entente-follower/1\n";
constexpr std::string_view kFormWitnessed = "entente-follower/2\n";  // with what a quorum adds
constexpr size_t kHashBytes = 32;

absl::Status Damaged(std::string text) { return absl::DataLossError(std::move(text)); }

// Takes fixed-size fields from the front; after the first that is missing, nothing more.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}

  std::string_view Bytes(size_t count) {
    if (count > rest_.size()) failed_ = true;
    if (failed_) return {};
    const std::string_view out = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return out;
  }
  uint64_t Number(size_t bytes) {
    uint64_t out = 0;
    for (const char c : Bytes(bytes)) out = out << 8 | static_cast<uint8_t>(c);
    return out;
  }
  Digest Hash() { return FixedBytes<kHashBytes>(Bytes(kHashBytes)).value_or(Digest{}); }
  bool failed() const { return failed_; }
  bool ok() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::string Follower::Save() const {
  const bool witnessed = !witnessed_.note.empty() || !pending_.empty();
  Framing out;
  out.Raw(witnessed ? kFormWitnessed : kForm)
      .U64(size_)
      .U64(static_cast<uint64_t>(last_instant_.ms));
  for (const Digest& node : edge_.nodes) out.Raw(node);
  out.U64(registry_.snapshot_number()).Raw(registry_.snapshot_hash());
  out.U32(static_cast<uint32_t>(checkpoint_.size())).Raw(checkpoint_);
  if (!witnessed) return out.str();
  out.U64(witnessed_.size).U64(witnessed_.time);
  out.U32(static_cast<uint32_t>(witnessed_.note.size())).Raw(witnessed_.note);
  out.U32(static_cast<uint32_t>(pending_.size()));
  for (const Pending& pending : pending_) {
    out.U64(pending.index).U32(static_cast<uint32_t>(pending.open.size())).Raw(pending.open);
  }
  return out.str();
}

absl::Status Follower::RestoreOpen(std::span<const OpenEntry> open_entries) {
  for (const OpenEntry& open : open_entries) {
    auto entry = ReadEntry(open.entry);
    if (!entry.ok() || !entry->open || open.index >= size_) {
      return Damaged("a kept open entry cannot be read");
    }
    // An invalid statement was invalid before; only the order can be at fault here.
    const uint64_t before = registry_.snapshot_number();
    const absl::Status effect = registry_.Apply(open.index, audit::LeafHash(open.entry),
                                                entry->kind, entry->instant, entry->body);
    if (registry_.snapshot_number() == before) return Damaged(std::string(effect.message()));
  }
  return absl::OkStatus();
}

absl::StatusOr<Follower> Follower::Restore(const Genesis& genesis, std::string_view saved,
                                           std::span<const OpenEntry> open_entries) {
  Follower out(genesis);
  Fields fields(saved);
  const std::string_view form = fields.Bytes(kForm.size());
  if (form != kForm && form != kFormWitnessed) return Damaged("this is no saved follower");
  out.size_ = out.edge_.size = fields.Number(8);
  out.last_instant_ = {static_cast<int64_t>(fields.Number(8))};
  for (int i = 0; i < std::popcount(out.size_); ++i) out.edge_.nodes.push_back(fields.Hash());
  const uint64_t number = fields.Number(8);
  const Digest hash = fields.Hash();
  out.checkpoint_ = fields.Bytes(fields.Number(4));
  if (form == kFormWitnessed) {
    out.witnessed_ = {fields.Number(8), fields.Number(8),
                      std::string(fields.Bytes(fields.Number(4)))};
    for (uint64_t left = fields.Number(4); left > 0 && !fields.failed(); --left) {
      const uint64_t index = fields.Number(8);
      std::string open(fields.Bytes(fields.Number(4)));
      out.pending_.push_back({index, audit::LeafHash(open), std::move(open)});
    }
  }
  if (!fields.ok()) return Damaged("the saved follower is cut short");
  out.root_ = audit::RootOfEdge(out.edge_.nodes);
  if (out.size_ > 0 || !out.checkpoint_.empty()) {
    const auto checkpoint = out.Verify(out.checkpoint_);
    if (!checkpoint.ok() || checkpoint->checkpoint.size != out.size_ ||
        checkpoint->checkpoint.root != out.root_) {
      return Damaged("the saved tree is not that of the saved checkpoint");
    }
  }
  if (absl::Status status = out.RestoreOpen(open_entries); !status.ok()) return status;
  if (out.registry_.snapshot_number() != number || out.registry_.snapshot_hash() != hash) {
    return Damaged("the kept open entries are not those that were applied");
  }
  return out;
}

}  // namespace entente::ledger
