// What the audit tests share: a tree made the slow way, straight from the definition, and keys.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <span>
#include <string>
#include <vector>

#include "core/audit/merkle.h"
#include "core/audit/note.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"
#include "core/crypto/sign.h"

namespace entente::audit {

inline std::string EntryNumber(uint64_t index) { return "entry " + std::to_string(index); }

inline std::vector<Digest> Leaves(size_t count) {
  std::vector<Digest> leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(LeafHash(EntryNumber(i)));
  return leaves;
}

// MTH of RFC 6962 section 2.1, word for word.
inline Digest NaiveRoot(std::span<const Digest> leaves) {
  if (leaves.empty()) return crypto::Sha256(ByteSpan());
  if (leaves.size() == 1) return leaves[0];
  size_t k = std::bit_floor(leaves.size() - 1);
  Digest left = NaiveRoot(leaves.first(k)), right = NaiveRoot(leaves.subspan(k));
  return crypto::Sha256(std::string("\x01") + ToString(left) + ToString(right));
}

// A source of nodes over leaves that stand in memory. Never asked for an incomplete subtree.
class MemoryNodes {
 public:
  explicit MemoryNodes(std::vector<Digest> leaves) {
    rows_.push_back(std::move(leaves));
    while (rows_.back().size() > 1) {
      std::vector<Digest> row;
      const auto& below = rows_.back();
      for (size_t i = 0; i + 1 < below.size(); i += 2) {
        row.push_back(NodeHash(below[i], below[i + 1]));
      }
      rows_.push_back(std::move(row));
    }
  }
  NodeSource Source() const {
    return [this](uint8_t level, uint64_t index) -> absl::StatusOr<Digest> {
      if (level >= rows_.size() || index >= rows_[level].size()) {
        return absl::InternalError("asked for an incomplete subtree");
      }
      return rows_[level][index];
    };
  }

 private:
  std::vector<std::vector<Digest>> rows_;
};

inline crypto::SigningKey TestKey(uint8_t number) {
  std::vector<uint8_t> seed(32, number);
  return crypto::SigningKey::FromSeed(*crypto::Secret<32>::FromBytes(seed));
}

inline constexpr char kOrigin[] = "entente.test/log/one";

inline VerifierKey LogKey(uint8_t number = 1) {
  return *VerifierKey::Create(kOrigin, NoteKeyType::kEd25519, TestKey(number).public_key());
}

}  // namespace entente::audit
