// RocksDB's statuses in the words of store.h. Inside core/store only.
#pragma once

#include <rocksdb/status.h>

#include <string>

#include "absl/status/status.h"

namespace entente::store {

// `place`: the database's folder. OK stays OK.
absl::Status FromRocks(const rocksdb::Status& status, const std::string& place);

}  // namespace entente::store
