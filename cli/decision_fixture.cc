#include "cli/decision_fixture.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/files.h"
#include "core/crypto/digest.h"
#include "policy/decide.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr Instant kAt{1772359200000};  // 2026-03-01T10:00:00Z

policy::RecordLabels Lead() {
  return {.origin = "FR.tracfin-demo",
          .kind = "lead",
          .purpose = "asset-recovery",
          .handling = {"H1"},
          .evaluation = "B2",
          .urgency = "urgent",
          .created = kAt,
          .expires = kAt + 30LL * 24 * 3600 * 1000,
          .obtained_from = {},
          .sent_under = 1,
          .sections = {{{"suspect"}, {"financial"}, "fact", true},
                       {{"victim"}, {"identity"}, "fact", false}}};
}

TextInForce TextOf(const policy::FolderFile& file) {
  TextInForce text{.kind = file.name.substr(0, file.name.find('.')),
                   .name = {},
                   .version = 1,
                   .digest = crypto::Sha256(file.bytes),
                   .in_force = {},
                   .held = true};
  if (text.kind.size() != 2) return text;
  text.name = {static_cast<char>(text.kind[0] - 'a' + 'A'),
               static_cast<char>(text.kind[1] - 'a' + 'A')};
  text.kind = "policy";
  return text;
}

}  // namespace

std::string ExamplesFolder() {
  const char* source = std::getenv("ENTENTE_SOURCE_DIR");
  return std::string(source == nullptr ? "." : source) + "/policy/examples";
}

TestExport::TestExport(const std::string& name, std::set<std::string> not_held)
    : folder_(::testing::TempDir() + "/entente-export-" + name),
      policies_(*policy::LoadFolder(ExamplesFolder())),
      snapshot_(*policies_.Compile(7, {})) {
  fs::remove_all(folder_);
  fs::create_directories(folder_ + "/policies-1");
  std::vector<TextInForce> list;
  for (const policy::FolderFile& file : policies_.files) {
    TextInForce text = TextOf(file);
    if (text.kind.starts_with("calendar")) continue;
    text.held = !not_held.contains(text.name);
    const std::string path = folder_ + "/policies-1/" + FileNameOf(text);
    if (text.held) {
      EXPECT_TRUE(WriteText(path, file.bytes).ok());
    }
    list.push_back(text);
  }
  EXPECT_TRUE(WriteTextsInForce(folder_ + "/policies-1", list).ok());
}

uint64_t TestExport::Add(const std::string& to, const std::string& under,
                         const std::function<void(DecisionLine&)>& log,
                         const std::function<void(policy::LabelsFile&)>& label) {
  DecisionLine line;
  line.log_index = 100 + lines_.size();
  line.instant = kAt + 1000;
  line.snapshot_number = 7;
  line.texts = "policies-1";
  line.record_id = std::string(32, static_cast<char>('a' + lines_.size()));
  line.reference = "REF-" + std::to_string(lines_.size());
  line.recipient = to;
  line.labels = policy::LabelsFile{Lead(), policy::RecipientLabels{to, under}};
  if (label) label(*line.labels);
  const policy::Decision decision =
      policy::Decide(*snapshot_, line.labels->record, line.labels->recipient, line.instant);
  line.logged = policy::ViewFor(policy::Reader::kOrigin, decision);
  if (log) log(line);
  lines_.push_back(line);
  return line.log_index;
}

void TestExport::Finish() {
  auto writer = ExportWriter::Create(DecisionsFile(folder_));
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const DecisionLine& line : lines_) ASSERT_TRUE(writer->Add(line).ok());
  ASSERT_TRUE(
      writer
          ->Finish(
              {.federation = "entente.test", .agency = "FR.tracfin-demo", .from = {}, .until = {}})
          .ok());
}

ProgramOutcome RunPolicyProgram(const std::string& arguments) {
  const std::string command = std::string(ENTENTE_POLICY_PROGRAM) + " " + arguments + " 2>&1";
  ProgramOutcome out;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return out;
  char buffer[4096];
  while (const size_t n = fread(buffer, 1, sizeof buffer, pipe)) out.output.append(buffer, n);
  out.exit_code = WEXITSTATUS(pclose(pipe));
  return out;
}

}  // namespace entente::cli
