// entente-audit verify-tiles.
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "cli/audit_commands.h"
#include "cli/audit_log.h"
#include "cli/failure.h"
#include "cli/json.h"
#include "cli/text.h"
#include "cli/tile_folder.h"
#include "core/audit/tile_check.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"

namespace entente::cli {
namespace {

// On the terminal of whoever waits; written over, and taken away at the end.
class ProgressLine {
 public:
  ProgressLine(Language language, uint64_t size)
      : language_(language), size_(size), shown_(isatty(STDERR_FILENO) == 1) {}
  ~ProgressLine() {
    if (shown_ && percent_ > 0) std::cerr << "\r\x1b[K" << std::flush;
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void At(uint64_t entries) {
    const auto percent =
        static_cast<unsigned>(static_cast<double>(entries) * 100.0 / static_cast<double>(size_));
    if (!shown_ || percent <= percent_) return;
    percent_ = percent;
    std::cerr << '\r'
              << Say(language_, "tiles.progress", {std::to_string(percent), std::to_string(size_)})
              << std::flush;
  }

 private:
  const Language language_;
  const uint64_t size_;
  const bool shown_;
  unsigned percent_ = 0;
};

std::string FaultText(Language language, const audit::TileFinding& finding) {
  std::vector<std::string> shown;
  for (const std::string& argument : finding.arguments) shown.push_back(Printable(argument));
  return Sentence(language, "tiles.fault." + std::string(audit::TileFaultWord(finding.fault)),
                  shown);
}

int ExitFor(const audit::TileReport& report) {
  if (report.findings.empty()) return kDone;
  const bool all_unreadable = std::ranges::all_of(report.findings, [](const auto& finding) {
    return finding.fault == audit::TileFault::kUnreadable;
  });
  return all_unreadable ? kInputRefused : kAnswerIsNo;
}

Json FindingJson(std::string_view file, std::string_view fault, std::string_view text) {
  return {{"file", Printable(file)}, {"fault", fault}, {"text", Printable(text)}};
}

std::string TilesJson(Language language, const audit::VerifierKey& key,
                      const audit::Checkpoint& checkpoint, const audit::TileReport& report,
                      const std::vector<std::string>& others) {
  Json json = {{"verified", report.findings.empty()},
               {"origin", checkpoint.origin},
               {"key", key.Text()},
               {"size", checkpoint.size},
               {"root", Base64Encode(checkpoint.root)},
               {"tiles", report.tiles},
               {"bundles", report.bundles},
               {"entries", report.entries},
               {"beyond", report.beyond},
               {"not_looked_at", Json::array()},
               {"findings", Json::array()}};
  for (const std::string& other : others) json["not_looked_at"].push_back(Printable(other));
  for (const audit::TileFinding& finding : report.findings) {
    json["findings"].push_back(FindingJson(finding.path, audit::TileFaultWord(finding.fault),
                                           FaultText(language, finding)));
  }
  return JsonLine(json) + "\n";
}

class Renderer {
 public:
  explicit Renderer(Language language) : language_(language) {}
  void Line(std::string_view key, std::initializer_list<std::string_view> arguments = {}) {
    out_ += Say(language_, key, arguments) + "\n";
  }
  void Finding(std::string_view file, std::string_view text) {
    Line("tiles.finding", {file, text});
  }
  const std::string& out() const { return out_; }

 private:
  Language language_;
  std::string out_;
};

void RenderRemarks(Renderer& to, const audit::TileReport& report,
                   const std::vector<std::string>& others) {
  if (report.beyond > 0) to.Line("tiles.beyond", {std::to_string(report.beyond)});
  std::string names;
  for (const std::string& other : others) names += (names.empty() ? "" : ", ") + other;
  if (!names.empty()) to.Line("tiles.others", {names});
}

std::string RenderTiles(Language language, const audit::VerifierKey& key,
                        const audit::Checkpoint& checkpoint, const audit::TileReport& report,
                        const std::vector<std::string>& others) {
  Renderer to(language);
  to.Line("tiles.log",
          {checkpoint.origin, std::to_string(checkpoint.size), Base64Encode(checkpoint.root)});
  if (checkpoint.origin != key.name()) to.Line("tiles.other-name", {key.name()});
  for (const audit::TileFinding& finding : report.findings) {
    to.Finding(finding.path, FaultText(language, finding));
  }
  RenderRemarks(to, report, others);
  if (!report.findings.empty()) {
    to.Line("tiles.not-verified", {std::to_string(report.findings.size())});
  } else if (report.entries) {
    to.Line("tiles.verified", {std::to_string(report.tiles), std::to_string(report.bundles),
                               std::to_string(checkpoint.size)});
  } else {
    to.Line(checkpoint.size == 0 ? "tiles.empty" : "tiles.hashes-alone",
            {std::to_string(report.tiles), std::to_string(checkpoint.size)});
  }
  return to.out();
}

// Not signed, or not in its form: then nothing in it says what the tiles should be.
int CheckpointRefused(Language language, const absl::Status& status, bool json) {
  const auto refusal = RefusalOf(status);
  if (json) {
    const Json finding = FindingJson(kCheckpointFile, ReasonWord(refusal->reason), refusal->text);
    std::cout << JsonLine({{"verified", false}, {"findings", Json::array({finding})}}) << '\n';
    return kAnswerIsNo;
  }
  Renderer to(language);
  to.Finding(kCheckpointFile, ReasonWords(language, ReasonText(*refusal)) + " " + refusal->text);
  to.Line("tiles.not-verified", {"1"});
  std::cout << to.out();
  return kAnswerIsNo;
}

}  // namespace

int VerifyTiles(Language language, const TilesQuestion& question) {
  const auto key = LogKeyFrom(question.key);
  if (!key.ok()) return AuditRefused(language, key.status());
  const TileFolder folder(question.folder);
  const auto note = ReadCheckpointNote(question.folder);
  if (!note.ok()) return AuditRefused(language, note.status());
  const auto verified = audit::VerifyAnyCheckpoint(*note, *key);
  if (!verified.ok()) return CheckpointRefused(language, verified.status(), question.json);
  const audit::Checkpoint& checkpoint = verified->checkpoint;
  absl::StatusOr<audit::TileReport> report;
  {
    ProgressLine line(language, checkpoint.size);
    report = audit::CheckTiles(folder, checkpoint, [&](uint64_t at) { line.At(at); });
  }
  if (!report.ok()) return AuditRefused(language, report.status());
  const auto print = question.json ? TilesJson : RenderTiles;
  std::cout << print(language, *key, checkpoint, *report, folder.Others());
  return ExitFor(*report);
}

}  // namespace entente::cli
