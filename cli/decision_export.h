// What `entente decisions` writes and `entente-policy` decides again: a folder with the file
// decisions.jsonl, a header and then a line of JSON for each decision, beside the texts that were
// in force (decision_texts.h). Form: docs/policy.md, "Decided again".
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cli/json.h"
#include "core/base/bytes.h"
#include "core/base/instant.h"
#include "policy/decision.h"
#include "policy/parse.h"

namespace entente::cli {

struct ExportHeader {
  std::string federation, agency;
  std::string from, until;  // instants; empty: no such end
  uint64_t decisions = 0;   // lines below
  uint64_t without_labels = 0;
};

// Of a section that was withheld from a record whose labels are gone.
inline constexpr uint32_t kSectionNotKnown = UINT32_MAX;

struct DecisionLine {
  uint64_t log_index = 0;
  Instant instant;
  uint64_t snapshot_number = 0;
  Digest snapshot_hash{};
  std::string texts;  // folder beside the file
  std::string record_id, reference;
  std::string recipient;  // empty when the receipt is missing
  std::optional<policy::LabelsFile> labels;
  std::string missing;             // why there are no labels: a word of the catalogue
  policy::VisibleDecision logged;  // as its origin may see it; rules without titles
  // The one that it was held against, when it was decided again at release.
  std::optional<policy::VisibleDecision> before;
};

std::string DecisionsFile(const std::string& folder);
Json LabelsJson(const policy::LabelsFile& labels);
Json DecisionJson(const policy::VisibleDecision& decision);
Json LineJson(const DecisionLine& line);

// Writes a file that must not be there yet. Until Finish() its header is blank, so that no half
// export is read. INTERNAL with the system's words; ALREADY_EXISTS. Not thread-safe.
class ExportWriter {
 public:
  static absl::StatusOr<ExportWriter> Create(const std::string& path);
  absl::Status Add(const DecisionLine& line);
  // The header's two numbers are those of the lines added.
  absl::Status Finish(ExportHeader header);
  uint64_t decisions() const { return decisions_; }
  uint64_t without_labels() const { return without_labels_; }

 private:
  ExportWriter(std::string path, std::ofstream file)
      : path_(std::move(path)), file_(std::move(file)) {}
  std::string path_;
  std::ofstream file_;
  uint64_t decisions_ = 0;
  uint64_t without_labels_ = 0;
};

// One line at a time. INVALID_ARGUMENT `FILE:LINE:1: sentence`, also for a file with fewer or more
// lines than its header says; NOT_FOUND. Not thread-safe.
class ExportReader {
 public:
  static absl::StatusOr<ExportReader> Open(const std::string& folder);
  const ExportHeader& header() const { return header_; }
  // nullopt at the end.
  absl::StatusOr<std::optional<DecisionLine>> Next();

 private:
  ExportReader(std::string path, std::ifstream file)
      : path_(std::move(path)), file_(std::move(file)) {}
  absl::Status Bad(std::string_view key) const;
  absl::Status ReadHeader();
  std::string path_;
  std::ifstream file_;
  ExportHeader header_;
  uint64_t number_ = 0;  // of the line read last
};

}  // namespace entente::cli
