// Opens a RocksStore on a file system of the caller's choice: tests make disks that fail. Inside
// core/store only.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/store/rocks_store.h"

namespace rocksdb {
class Env;
}

namespace entente::store {

// `env` outlives the store. Else as RocksStore::Open.
absl::StatusOr<std::unique_ptr<RocksStore>> OpenRocksStore(const std::string& dir,
                                                           std::span<const Family> families,
                                                           rocksdb::Env* env);

}  // namespace entente::store
