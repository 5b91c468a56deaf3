// The alerts that this node holds, its partners' and its own, to be found by number and name; and
// the notes by which their issuers say that somebody is another person. In memory alone: on disk
// each stands under a key of its own and goes with it, so nothing here outlives an erasure, and a
// node that starts reads them all again.
//
// What is found is a candidate: whoever asks reads the record, which says whether it still stands.
// Not thread-safe; calls of const members may run side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "core/store/store.h"
#include "entente/v1/desk.pb.h"
#include "node/search/alert_index.h"
#include "node/state.pb.h"
#include "node/vault.h"

namespace entente::node {

class HeldAlerts {
 public:
  // `agency`: this node's, the issuer of what was sent.
  explicit HeldAlerts(std::string agency) : agency_(std::move(agency)) {}

  // Reads what the store holds. What cannot be read is counted, and not found.
  absl::Status Load(const store::Reader& db, const Vault& vault);

  // Names are those in the vault: the record hash of what was received, the record id of what was
  // sent. Records that are neither alert nor note are passed over; one that is here is replaced.
  void AddReceived(const state::ReceivedRecord& received, const state::ReceivedContent& content);
  void AddSent(const state::SentRecord& sent, const v1::Draft& draft);
  void Remove(std::string_view name);

  struct Found {
    std::string name;
    search::IndexCandidate candidate;
  };
  // At most `most` of each issuer by number, and as many by name.
  std::vector<Found> Find(const search::IndexQuestion& question, size_t most) const;
  // Names of the notes of `issuer` on this alert.
  std::vector<std::string> NotesOn(std::string_view issuer, std::string_view record_id) const;
  size_t alerts() const { return index_.records(); }
  // What could not be read when it was loaded.
  size_t unread() const { return unread_; }

 private:
  void Add(std::string_view issuer, std::string_view name,
           const std::vector<v1::SectionContent>& sections);
  void AddNotes(std::string_view issuer, std::string_view name,
                const std::vector<v1::SectionContent>& sections);
  absl::Status LoadReceived(const store::Reader& db, const Vault& vault);
  absl::Status LoadSent(const store::Reader& db, const Vault& vault);

  std::string agency_;
  search::AlertIndex index_;
  std::vector<std::string> names_;  // by number
  std::vector<uint32_t> free_;
  absl::flat_hash_map<std::string, uint32_t> numbers_;
  absl::flat_hash_map<std::string, std::vector<std::string>> notes_;  // by issuer/alert
  absl::flat_hash_map<std::string, std::string> alert_of_note_;
  absl::flat_hash_map<std::string, uint32_t> issuers_;
  size_t unread_ = 0;
};

// The subjects of all sections, in order.
std::vector<v1::Subject> SubjectsOf(const std::vector<v1::SectionContent>& sections);
std::vector<v1::SectionContent> SectionsOf(const state::ReceivedContent& content);
std::vector<v1::SectionContent> SectionsOf(const v1::Draft& draft);

}  // namespace entente::node
