// What the tests of the stored log share: filling, tampering, and reading every key.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/audit/audit_fixture.h"
#include "core/audit/checkpoint_keeper.h"
#include "core/audit/log.h"
#include "core/store/memory_store.h"

namespace entente::audit {

inline std::unique_ptr<Log> OpenLog(store::Store& store) {
  auto log = Log::Open(store);
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? *std::move(log) : nullptr;
}

inline std::unique_ptr<CheckpointKeeper> OpenKeeper(store::Store& store, const Log& log) {
  auto keeper = CheckpointKeeper::Open(store, log, LogKey());
  EXPECT_TRUE(keeper.ok()) << keeper.status();
  return keeper.ok() ? *std::move(keeper) : nullptr;
}

// Appends EntryNumber(i) for i in [log size, size) in one commit.
inline absl::Status GrowTo(Log& log, uint64_t size) {
  Stage stage = log.Begin();
  store::WriteBatch batch;
  while (stage.size() < size) {
    EXPECT_TRUE(stage.Append(EntryNumber(stage.size()), batch).ok());
  }
  return log.Commit(stage, batch);
}

inline void Put(store::Store& store, store::Family family, std::string_view key,
                std::string_view value) {
  store::WriteBatch batch;
  batch.Put(family, key, value);
  ASSERT_TRUE(store.Write(batch, store::Sync::kYes).ok());
}

inline void Remove(store::Store& store, store::Family family, std::string_view key) {
  store::WriteBatch batch;
  batch.Delete(family, key);
  ASSERT_TRUE(store.Write(batch, store::Sync::kYes).ok());
}

inline std::map<std::string, std::string> Contents(const store::Reader& reader,
                                                   store::Family family) {
  auto it = *reader.Iterate(family, "");
  std::map<std::string, std::string> all;
  for (it->SeekToFirst(); it->Valid(); it->Next()) all.emplace(it->key(), it->value());
  return all;
}

inline std::string FlipBit(std::string bytes, size_t byte, unsigned bit = 0) {
  bytes[byte] = static_cast<char>(bytes[byte] ^ (1 << bit));
  return bytes;
}

}  // namespace entente::audit
