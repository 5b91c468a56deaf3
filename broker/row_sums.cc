#include "broker/row_sums.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "broker/rows.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"

namespace entente::broker {
namespace {

constexpr size_t kSumBytes = sizeof(uint64_t) + sizeof(Digest);

void Toggle(RowSum& sum, std::string_view key, std::string_view value) {
  const Digest hash = crypto::Sha256(Framing().U64(key.size()).Raw(key).Raw(value).str());
  for (size_t i = 0; i < hash.size(); ++i) sum.hashes[i] ^= hash[i];
}

}  // namespace

std::optional<RowSums> RowSums::Parse(std::string_view bytes) {
  RowSums sums;
  if (bytes.size() != sums.sums_.size() * kSumBytes) return std::nullopt;
  for (RowSum& sum : sums.sums_) {
    sum.rows = *ParseIndexKey(bytes.substr(0, sizeof(uint64_t)));
    sum.hashes = *FixedBytes<sizeof(Digest)>(bytes.substr(sizeof(uint64_t), sizeof(Digest)));
    bytes.remove_prefix(kSumBytes);
  }
  return sums;
}

std::string RowSums::Encode() const {
  Framing out;
  for (const RowSum& sum : sums_) out.U64(sum.rows).Raw(sum.hashes);
  return out.str();
}

absl::StatusOr<RowSum> RowSums::Of(const store::Reader& store, store::Family family) {
  auto rows = store.Iterate(family, "");
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  RowSum sum;
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    ++sum.rows;
    Toggle(sum, it.key(), it.value());
  }
  if (!it.status().ok()) return it.status();
  return sum;
}

absl::StatusOr<RowSums> RowSums::Load(const store::Reader& store) {
  auto stored = store.Get(audit::kMeta, kSumsKey);
  if (!stored.ok()) return stored.status();
  if (*stored) {
    auto sums = Parse(**stored);
    if (!sums) return Damaged(audit::kMeta);
    return *sums;
  }
  RowSums sums;
  for (size_t i = 0; i < std::size(kSummed); ++i) {
    auto sum = Of(store, kSummed[i]);
    if (!sum.ok()) return sum.status();
    sums.sums_[i] = *sum;
  }
  return sums;
}

absl::StatusOr<RowSums> RowSums::After(const store::Reader& store, const store::WriteBatch& batch,
                                       const SubmissionsBefore& submissions) const {
  std::map<std::pair<size_t, std::string>, std::optional<std::string_view>> last;
  for (size_t i = 0; i < batch.count(); ++i) {
    const store::WriteBatch::Op op = batch.op(i);
    const auto* const family = std::ranges::find(kSummed, op.family);
    if (family == std::end(kSummed)) continue;
    last[{static_cast<size_t>(family - kSummed), std::string(op.key)}] = op.value;
  }
  RowSums after = *this;
  for (const auto& [row, value] : last) {
    const auto& [family, key] = row;
    RowSum& sum = after.sums_[family];
    const auto known = kSummed[family] == kSubmissions ? submissions.find(key) : submissions.end();
    auto before = known != submissions.end()
                      ? absl::StatusOr<std::optional<std::string>>(known->second)
                      : store.Get(kSummed[family], key);
    if (!before.ok()) return before.status();
    if (*before) {
      --sum.rows;
      Toggle(sum, key, **before);
    }
    if (value) {
      ++sum.rows;
      Toggle(sum, key, *value);
    }
  }
  return after;
}

}  // namespace entente::broker
