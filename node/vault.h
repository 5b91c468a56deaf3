// Contents of records, sent and received, each as ciphertext under a key of its own that lives in
// the key store. Destroying the key erases the content, wherever copies of the ciphertext stand.
// Not thread-safe; store and key store must outlive it.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/base/clock.h"
#include "core/store/store.h"
#include "node/key_store.h"

namespace entente::node {

class Vault {
 public:
  Vault(const store::Store& store, KeyStore& keys, Random& random)
      : store_(&store), keys_(&keys), random_(&random) {}

  // Seals `plain` under the key of `name`, making the key when there is none. The caller syncs the
  // key store before it writes the batch.
  absl::Status Put(std::string_view name, std::string_view plain, store::WriteBatch& batch);
  // DATA_LOSS when it does not open. Of one that was erased too: whoever asks knows from its row.
  absl::StatusOr<std::string> Get(std::string_view name) const;
  // Contents whose key is not in the key store.
  absl::StatusOr<size_t> Lost() const;
  // Destroys the key, synced, and only then puts the deletion of the ciphertext into the batch.
  absl::Status Erase(std::string_view name, store::WriteBatch& batch);

 private:
  const store::Store* store_;
  KeyStore* keys_;
  Random* random_;
};

}  // namespace entente::node
