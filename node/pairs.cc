#include "node/pairs.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "node/families.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

constexpr int64_t kMissingAfterMs = limits::kHourMs;

template <typename M>
absl::StatusOr<M*> Touch(const store::Reader& reader, std::string_view prefix,
                         std::string_view agency, std::map<std::string, M, std::less<>>& touched) {
  const auto found = touched.find(agency);
  if (found != touched.end()) return &found->second;
  absl::StatusOr<std::optional<M>> stored = Load<M>(reader, kPairs, Text(prefix, agency));
  if (!stored.ok()) return stored.status();
  return &touched.emplace(agency, stored->value_or(M())).first->second;
}

template <typename M>
absl::Status ForEachPair(const store::Reader& reader, std::string_view prefix,
                         const std::function<absl::Status(std::string_view, const M&)>& visit) {
  return ForEachBytes(reader, kPairs, prefix, [&](std::string_view key, std::string_view value) {
    absl::StatusOr<M> pair = ParseStored<M>(value);
    return pair.ok() ? visit(key.substr(1), *pair) : pair.status();
  });
}

// Bounds of pieces alternate, first and last; no two pieces touch. The first bound at or above
// `number` is a last one when a piece holds it.
bool IsIn(const state::LanePairs& pairs, uint64_t number) {
  if (number <= pairs.through()) return true;
  const auto& bounds = pairs.pieces();
  const auto found = std::ranges::lower_bound(bounds, number);
  return found != bounds.end() && ((found - bounds.begin()) % 2 == 1 || *found == number);
}

// A partner's own numbers must not make this node keep or move more than this.
absl::Status CheckRoom(const state::LanePairs& pairs, uint64_t number) {
  const uint64_t highest =
      pairs.pieces().empty() ? pairs.through() : pairs.pieces(pairs.pieces_size() - 1);
  if (number > highest && number - highest > limits::kPairAhead) {
    return Refuse(Reason::kMalformed, "The number is far above those that came before.");
  }
  if (static_cast<size_t>(pairs.pieces_size()) < 2 * limits::kPairSpans) return absl::OkStatus();
  if (IsIn(pairs, number) || IsIn(pairs, number - 1) || IsIn(pairs, number + 1)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kMalformed, "Too many numbers before this one are missing.");
}

void Insert(state::LanePairs& pairs, uint64_t number) {
  if (IsIn(pairs, number)) return;
  auto& bounds = *pairs.mutable_pieces();
  const int at = static_cast<int>(std::ranges::lower_bound(bounds, number) - bounds.begin());
  const bool joins_before = at > 0 && bounds.Get(at - 1) == number - 1;
  const bool joins_behind = at < bounds.size() && bounds.Get(at) == number + 1;
  if (joins_before && joins_behind) {
    bounds.erase(bounds.begin() + at - 1, bounds.begin() + at + 1);
  } else if (joins_before) {
    bounds.Set(at - 1, number);
  } else if (joins_behind) {
    bounds.Set(at, number);
  } else {
    bounds.Add(number);
    bounds.Add(number);
    std::rotate(bounds.begin() + at, bounds.end() - 2, bounds.end());
  }
  if (bounds.Get(0) != pairs.through() + 1) return;
  pairs.set_through(bounds.Get(1));
  bounds.erase(bounds.begin(), bounds.begin() + 2);
}

std::string ClosedKey(const ClosedNumber& closed) {
  return Text("g", std::string(1, static_cast<char>(closed.lane)), U64Key(closed.number),
              closed.recipient);
}

std::string RefusedKey(uint64_t log_index) { return "r" + U64Key(log_index); }

bool IsBehind(const state::PairIn& pair) {
  return pair.urgent().through() < pair.head_urgent() || pair.bulk().through() < pair.head_bulk() ||
         pair.recalls().through() < pair.head_recalls();
}

const state::LanePairs& LaneIn(const state::PairIn& pair, v1::Lane lane) {
  return lane == v1::LANE_URGENT ? pair.urgent() : pair.bulk();
}

}  // namespace

absl::StatusOr<state::PairOut*> PairsOut::Of(std::string_view recipient) {
  return Touch(*reader_, "o", recipient, touched_);
}

absl::StatusOr<uint64_t> PairsOut::Next(std::string_view recipient, v1::Lane lane) {
  absl::StatusOr<state::PairOut*> pair = Of(recipient);
  if (!pair.ok()) return pair.status();
  if (lane == v1::LANE_URGENT) {
    (*pair)->set_urgent_seq((*pair)->urgent_seq() + 1);
    return (*pair)->urgent_seq();
  }
  (*pair)->set_bulk_seq((*pair)->bulk_seq() + 1);
  return (*pair)->bulk_seq();
}

absl::StatusOr<uint64_t> PairsOut::NextRecall(std::string_view recipient) {
  absl::StatusOr<state::PairOut*> pair = Of(recipient);
  if (!pair.ok()) return pair.status();
  (*pair)->set_recalls((*pair)->recalls() + 1);
  return (*pair)->recalls();
}

void PairsOut::AddTo(store::WriteBatch& batch) const {
  for (const auto& [recipient, pair] : touched_) Save(batch, kPairs, "o" + recipient, pair);
}

absl::StatusOr<state::PairIn*> PairsIn::Of(std::string_view origin) {
  return Touch(*reader_, "i", origin, touched_);
}

absl::StatusOr<bool> PairsIn::Seen(std::string_view origin, v1::Lane lane, uint64_t number) {
  absl::StatusOr<state::PairIn*> pair = Of(origin);
  if (!pair.ok()) return pair.status();
  const state::LanePairs& pairs = LaneIn(**pair, lane);
  if (absl::Status room = CheckRoom(pairs, number); !room.ok()) return room;
  return IsIn(pairs, number);
}

absl::Status PairsIn::Mark(std::string_view origin, v1::Lane lane, uint64_t number, Instant now) {
  absl::StatusOr<state::PairIn*> pair = Of(origin);
  if (!pair.ok()) return pair.status();
  absl::Status room = CheckRoom(LaneIn(**pair, lane), number);
  if (!room.ok()) return room;
  Insert(lane == v1::LANE_URGENT ? *(*pair)->mutable_urgent() : *(*pair)->mutable_bulk(), number);
  if ((*pair)->head_received_ms() == 0) {
    (*pair)->set_head_received_ms(static_cast<uint64_t>(now.ms));
  }
  return absl::OkStatus();
}

absl::Status PairsIn::MarkRecall(std::string_view origin, uint64_t number) {
  absl::StatusOr<state::PairIn*> pair = Of(origin);
  if (!pair.ok()) return pair.status();
  absl::Status room = CheckRoom((*pair)->recalls(), number);
  if (room.ok()) Insert(*(*pair)->mutable_recalls(), number);
  return room;
}

absl::Status PairsIn::OnHead(const v1::PairHead& head, Instant now) {
  absl::StatusOr<state::PairIn*> pair = Of(head.origin());
  if (!pair.ok()) return pair.status();
  if (head.instant_ms() <= (*pair)->head_instant_ms()) return absl::OkStatus();
  (*pair)->set_head_instant_ms(head.instant_ms());
  (*pair)->set_head_received_ms(static_cast<uint64_t>(now.ms));
  (*pair)->set_head_urgent(std::max((*pair)->head_urgent(), head.urgent_seq()));
  (*pair)->set_head_bulk(std::max((*pair)->head_bulk(), head.bulk_seq()));
  (*pair)->set_head_recalls(std::max((*pair)->head_recalls(), head.recalls()));
  return absl::OkStatus();
}

absl::StatusOr<bool> PairsIn::Has(const std::string& row) const {
  if (rows_.contains(row)) return true;
  absl::StatusOr<std::optional<std::string>> stored = reader_->Get(kPairs, row);
  if (!stored.ok()) return stored.status();
  return stored->has_value();
}

void PairsIn::MarkRefused(uint64_t log_index) { rows_.insert(RefusedKey(log_index)); }

absl::StatusOr<bool> PairsIn::WasRefused(uint64_t log_index) const {
  return Has(RefusedKey(log_index));
}

absl::StatusOr<bool> PairsIn::TakeGap(const Digest& statement) {
  const std::string row = "t" + ToString(statement);
  absl::StatusOr<bool> taken = Has(row);
  if (!taken.ok()) return taken.status();
  rows_.insert(row);
  return !*taken;
}

void PairsIn::AddTo(store::WriteBatch& batch) const {
  for (const std::string& row : rows_) batch.Put(kPairs, row, "");
  for (const auto& [origin, pair] : touched_) Save(batch, kPairs, "i" + origin, pair);
}

void AddClosed(const ClosedNumber& closed, store::WriteBatch& batch) {
  batch.Put(kPairs, ClosedKey(closed), U64Key(closed.log_index));
}

void RemoveClosed(const ClosedNumber& closed, store::WriteBatch& batch) {
  batch.Delete(kPairs, ClosedKey(closed));
}

absl::StatusOr<std::vector<ClosedNumber>> AllClosed(const store::Reader& reader) {
  std::vector<ClosedNumber> all;
  absl::Status status =
      ForEachBytes(reader, kPairs, "g", [&](std::string_view key, std::string_view value) {
        all.push_back({.recipient = std::string(key.substr(10)),
                       .lane = static_cast<v1::Lane>(key[1]),
                       .number = U64FromKey(key.substr(2)),
                       .log_index = U64FromKey(value)});
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return all;
}

absl::StatusOr<std::vector<std::pair<std::string, state::PairOut>>> AllPairsOut(
    const store::Reader& reader) {
  std::vector<std::pair<std::string, state::PairOut>> all;
  absl::Status status = ForEachPair<state::PairOut>(
      reader, "o", [&](std::string_view recipient, const state::PairOut& pair) {
        all.emplace_back(recipient, pair);
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return all;
}

absl::StatusOr<Completeness> CompletenessOf(const store::Reader& reader, std::string_view origin) {
  absl::StatusOr<std::optional<state::PairIn>> pair =
      Load<state::PairIn>(reader, kPairs, Text("i", origin));
  if (!pair.ok()) return pair.status();
  if (!*pair) return Completeness();
  return Completeness{(*pair)->head_instant_ms(), IsBehind(**pair)};
}

absl::StatusOr<std::vector<PairTrouble>> CheckPairs(const store::Reader& reader, Instant now) {
  std::vector<PairTrouble> all;
  absl::Status status = ForEachPair<state::PairIn>(
      reader, "i", [&](std::string_view origin, const state::PairIn& pair) {
        const int64_t age = now.ms - static_cast<int64_t>(pair.head_received_ms());
        const bool behind = IsBehind(pair);
        all.push_back({std::string(origin), !behind, behind && age >= kMissingAfterMs,
                       age >= 2 * limits::kPairHeadPeriodMs});
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return all;
}

}  // namespace entente::node
