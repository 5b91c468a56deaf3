// Which statements stand in the log, and whose texts they name. Thread-safe; rebuilt from the open
// entries at start.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "broker/view.h"
#include "core/base/agency.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "core/base/mutex.h"
#include "entente/v1/ledger.pb.h"

namespace entente::broker {

// The text that an open entry names; nullopt for the kinds that name none.
struct NamedText {
  std::string owner;  // of a policy: the jurisdiction; else empty
  Digest digest;
};
std::optional<NamedText> TextNamedBy(v1::EntryKind kind, std::string_view body);

class Publications {
 public:
  // By the committer, and at start: an open entry that is committed.
  void Add(uint64_t log_index, v1::EntryKind kind, std::string_view body);

  // Where the same statement stands already.
  std::optional<uint64_t> Find(std::string_view body) const;
  // May `caller` read this text? A federation file: every member; a policy: its own jurisdiction,
  // or all when it says explain = "public". NOT_FOUND: no statement names the digest;
  // not-authorised; wrong-agency, agency-suspended.
  absl::Status CheckReader(const Digest& text_digest, std::string_view text, const AgencyId& caller,
                           const View& view, Instant instant) const;

 private:
  mutable Mutex mutex_;
  std::map<Digest, uint64_t> by_body_ ABSL_GUARDED_BY(mutex_);
  std::map<Digest, std::string> owners_ ABSL_GUARDED_BY(mutex_);  // of texts; empty: everyone
};

}  // namespace entente::broker
