// A log in memory for tests: what an honest broker would keep, and the notes, proofs and evidence
// it would hand out. Every entry that ever was can be asked for at every size. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/audit/merkle.h"
#include "core/base/bytes.h"
#include "core/crypto/sign.h"
#include "core/ledger/entry.h"
#include "entente/v1/broker.pb.h"

namespace entente::testing {

class TestLog {
 public:
  TestLog(std::string origin, crypto::SigningKey checkpoint_key);

  // The index it got.
  uint64_t Append(std::string entry);
  // A sealed entry that was just written, kept with its parts so that Evidence() can be made.
  uint64_t Append(const ledger::SealedEntry& sealed, std::vector<ledger::ReaderPart> parts);

  uint64_t size() const { return entries_.size(); }
  const std::vector<std::string>& entries() const { return entries_; }
  Digest LeafAt(uint64_t index) const;
  Digest RootAt(uint64_t size) const;
  // Signed note; at the present size without argument.
  std::string Checkpoint(uint64_t size) const;
  std::string Checkpoint() const { return Checkpoint(size()); }
  audit::Proof Inclusion(uint64_t index, uint64_t size) const;
  audit::Proof Consistency(uint64_t size1, uint64_t size2) const;
  // Of one reader's part of the sealed entry at `index`, in the tree of `size`. Fails the running
  // test when there is none.
  v1::Evidence Evidence(uint64_t index, std::string_view reader, uint64_t size) const;
  v1::Evidence Evidence(uint64_t index, std::string_view reader) const {
    return Evidence(index, reader, size());
  }

 private:
  struct Kept {
    uint64_t index;
    Salt32 salt;
    ledger::ReaderPart part;
  };

  std::string origin_;
  crypto::SigningKey key_;
  std::vector<std::string> entries_;
  std::vector<Digest> leaves_;
  std::vector<Kept> kept_;
};

}  // namespace entente::testing
