// Everything that this node holds of a person who asks: records of every kind, received, sent and
// not sent yet, restricted ones too, each with where it came from, where it went, how long it stays
// and its receipt. Reads the store each time; changes nothing. Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "entente/v1/desk_subject.pb.h"
#include "node/ground.h"
#include "node/sent.h"
#include "node/subject_find.h"

namespace entente::node {

// What is shown of one record beside the page's other items.
inline constexpr size_t kSubjectSectionsBytes = 1024 * 1024;

class SubjectItems {
 public:
  SubjectItems(Ground& ground, const Question& question, Instant now)
      : ground_(&ground), sent_(ground), finder_(question), now_(now) {}

  // Errors: those of the store. What cannot be read, or is over, is counted.
  absl::Status Collect();

  // The oldest first.
  std::vector<v1::SubjectItem>& items() { return items_; }
  const SubjectFinder& finder() const { return finder_; }
  // records, destroyed, unread and traces.
  void FillCounts(v1::SubjectReportResponse& response) const;

 private:
  struct Held {
    bool sent = false;
    std::string key;  // in the vault
  };
  // What a record says, as it was opened.
  struct Opened {
    std::vector<v1::SectionContent> sections;
    std::vector<v1::SectionLabels> labels;
    state::SentRecord sent;
    state::SentContent sent_content;  // its draft without the sections
    state::ReceivedRecord received;
    state::ReceivedContent received_content;  // the same
    bool is_sent = false;
    // Beside the sections.
    std::vector<const google::protobuf::Message*> Beside() const {
      if (is_sent) return {&sent_content, &sent};
      return {&received_content};
    }
  };

  absl::Status LookAtSent(state::SentRecord sent);
  absl::Status LookAtReceived(state::ReceivedRecord received);
  absl::Status LookAtRows();
  absl::Status LookAtOverrides();
  absl::Status Open(const Held& held, Opened& opened) const;
  absl::Status OpenSent(Opened& opened) const;
  absl::Status OpenReceived(Opened& opened) const;
  // Counts what cannot be read; a disk that fails is an error.
  absl::Status Add(Held held, Opened opened);
  void Trace(std::string_view what, std::string_view record_id, const std::string& text);
  absl::StatusOr<v1::SubjectItem> ItemOf(uint32_t number, const Opened& opened) const;
  void FillSent(const Opened& opened, v1::SubjectItem& item) const;
  absl::Status FillReceived(const Opened& opened, v1::SubjectItem& item) const;
  absl::Status FillNotes(const Opened& opened, v1::SubjectItem& item) const;
  void FillAsk(v1::SubjectItem& item) const;
  // Where what was received may have gone on to.
  void FillOnward(const std::vector<Opened>& opened);

  Ground* ground_;
  Sent sent_;
  SubjectFinder finder_;
  Instant now_;
  std::vector<Held> held_;  // by the number that the finder has them under
  std::vector<v1::SubjectItem> items_;
  std::vector<v1::SubjectTrace> traces_;
  std::vector<std::string> unread_;
  uint64_t destroyed_ = 0;
};

}  // namespace entente::node
