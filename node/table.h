// Messages in a store: one value is one message of state.proto or desk.proto. Stateless; safe from
// any thread. Errors: the store's, and DATA_LOSS for a value that does not parse.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/store.h"

namespace entente::node {

std::string U64Key(uint64_t value);
// Precondition: 8 bytes.
uint64_t U64FromKey(std::string_view key);

template <typename M>
absl::StatusOr<M> ParseStored(std::string_view bytes) {
  M message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a value in the store is damaged; restore it from a backup");
  }
  return message;
}

// nullopt when it is not there.
template <typename M>
absl::StatusOr<std::optional<M>> Load(const store::Reader& reader, store::Family family,
                                      std::string_view key) {
  absl::StatusOr<std::optional<std::string>> bytes = reader.Get(family, key);
  if (!bytes.ok()) return bytes.status();
  if (!*bytes) return std::nullopt;
  absl::StatusOr<M> message = ParseStored<M>(**bytes);
  if (!message.ok()) return message.status();
  return *std::move(message);
}

template <typename M>
void Save(store::WriteBatch& batch, store::Family family, std::string_view key, const M& message) {
  batch.Put(family, key, message.SerializeAsString());
}

// In order of the keys; stops at the first status that is not OK and gives it back.
absl::Status ForEachBytes(
    const store::Reader& reader, store::Family family, std::string_view prefix,
    const std::function<absl::Status(std::string_view key, std::string_view value)>& visit);

template <typename M>
absl::Status ForEach(const store::Reader& reader, store::Family family,
                     const std::function<absl::Status(std::string_view key, M message)>& visit) {
  return ForEachBytes(reader, family, "", [&](std::string_view key, std::string_view value) {
    absl::StatusOr<M> message = ParseStored<M>(value);
    return message.ok() ? visit(key, *std::move(message)) : message.status();
  });
}

}  // namespace entente::node
