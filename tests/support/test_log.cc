#include "tests/support/test_log.h"

#include <gtest/gtest.h>

#include <utility>

#include "core/audit/checkpoint.h"

namespace entente::testing {

TestLog::TestLog(std::string origin, crypto::SigningKey checkpoint_key)
    : origin_(std::move(origin)), key_(std::move(checkpoint_key)) {}

uint64_t TestLog::Append(std::string entry) {
  leaves_.push_back(audit::LeafHash(entry));
  entries_.push_back(std::move(entry));
  return entries_.size() - 1;
}

uint64_t TestLog::Append(const ledger::SealedEntry& sealed, std::vector<ledger::ReaderPart> parts) {
  const uint64_t index = Append(sealed.entry);
  for (size_t i = 0; i < parts.size(); ++i) {
    kept_.push_back({index, sealed.salts[i], std::move(parts[i])});
  }
  return index;
}

Digest TestLog::LeafAt(uint64_t index) const { return leaves_[index]; }

Digest TestLog::RootAt(uint64_t size) const {
  return audit::RootOfLeaves(std::span(leaves_).first(size));
}

std::string TestLog::Checkpoint(uint64_t size) const {
  auto note = audit::SignCheckpoint({.origin = origin_, .size = size, .root = RootAt(size)}, key_);
  EXPECT_TRUE(note.ok()) << note.status();
  return note.ok() ? *note : "";
}

audit::Proof TestLog::Inclusion(uint64_t index, uint64_t size) const {
  const auto node = [&](uint8_t level, uint64_t at) -> absl::StatusOr<Digest> {
    return audit::RootOfLeaves(std::span(leaves_).subspan(at << level, uint64_t{1} << level));
  };
  auto proof = audit::MakeInclusion(index, size, node);
  EXPECT_TRUE(proof.ok()) << proof.status();
  return proof.ok() ? *proof : audit::Proof();
}

audit::Proof TestLog::Consistency(uint64_t size1, uint64_t size2) const {
  const auto node = [&](uint8_t level, uint64_t at) -> absl::StatusOr<Digest> {
    return audit::RootOfLeaves(std::span(leaves_).subspan(at << level, uint64_t{1} << level));
  };
  auto proof = audit::MakeConsistency(size1, size2, node);
  EXPECT_TRUE(proof.ok()) << proof.status();
  return proof.ok() ? *proof : audit::Proof();
}

v1::Evidence TestLog::Evidence(uint64_t index, std::string_view reader, uint64_t size) const {
  v1::Evidence out;
  for (const Kept& kept : kept_) {
    if (kept.index != index || kept.part.reader != reader) continue;
    out.set_log_index(index);
    out.set_entry(entries_[index]);
    out.set_part(kept.part.bytes);
    out.set_salt(ToString(kept.salt));
    for (const Digest& hash : Inclusion(index, size)) out.add_inclusion_path(ToString(hash));
    return out;
  }
  ADD_FAILURE() << "entry " << index << " has no part for " << reader;
  return out;
}

}  // namespace entente::testing
