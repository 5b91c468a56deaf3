#include "core/store/write_batch.h"

namespace entente::store {

void WriteBatch::Put(Family family, std::string_view key, std::string_view value) {
  spans_.push_back({family, true, arena_.size(), key.size(), value.size()});
  arena_.append(key).append(value);
}

void WriteBatch::Delete(Family family, std::string_view key) {
  spans_.push_back({family, false, arena_.size(), key.size(), 0});
  arena_.append(key);
}

void WriteBatch::Truncate(size_t count) {
  if (count >= spans_.size()) return;
  arena_.resize(spans_[count].begin);
  spans_.erase(spans_.begin() + static_cast<ptrdiff_t>(count), spans_.end());
}

WriteBatch::Op WriteBatch::op(size_t i) const {
  const Span& span = spans_[i];
  std::string_view bytes = std::string_view(arena_).substr(span.begin);
  Op op{span.family, bytes.substr(0, span.key_size), std::nullopt};
  if (span.put) op.value = bytes.substr(span.key_size, span.value_size);
  return op;
}

}  // namespace entente::store
