// What the store's tests share: a folder that goes away, and a store that can be closed and opened.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/store/memory_store.h"
#include "core/store/rocks_store.h"

namespace entente::store {

inline constexpr Family kAlpha = "r_alpha";
inline constexpr Family kBeta = "l_beta";
inline constexpr Family kBoth[] = {kAlpha, kBeta};

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "entente-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() { std::filesystem::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual Store& store() = 0;
  // A clean stop and start.
  virtual void Reopen() = 0;
};

class MemoryUnderTest final : public StoreUnderTest {
 public:
  Store& store() override { return store_; }
  void Reopen() override {}

 private:
  MemoryStore store_{kBoth};
};

class RocksUnderTest final : public StoreUnderTest {
 public:
  RocksUnderTest() { Reopen(); }
  Store& store() override { return *store_; }
  void Reopen() override {
    store_.reset();
    auto opened = RocksStore::Open(folder_.path(), kBoth);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

 private:
  TempFolder folder_;
  std::unique_ptr<RocksStore> store_;
};

inline std::vector<std::string> Keys(const Reader& reader, Family family, std::string_view prefix) {
  auto it = reader.Iterate(family, prefix);
  EXPECT_TRUE(it.ok()) << it.status();
  std::vector<std::string> keys;
  for ((*it)->SeekToFirst(); (*it)->Valid(); (*it)->Next()) keys.emplace_back((*it)->key());
  EXPECT_TRUE((*it)->status().ok());
  return keys;
}

inline absl::Status PutOne(Store& store, std::string_view key, std::string_view value,
                           Sync sync = Sync::kYes) {
  WriteBatch batch;
  batch.Put(kAlpha, key, value);
  return store.Write(batch, sync);
}

}  // namespace entente::store
