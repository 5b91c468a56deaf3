#include "cli/policy_render.h"

#include <fstream>
#include <iostream>
#include <optional>

#include "absl/strings/str_join.h"
#include "cli/failure.h"
#include "cli/policy_folder.h"
#include "cli/text.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "policy/parse.h"
#include "policy/render.h"

namespace entente::cli {
namespace {

int Refuse(ExitCode code, const std::string& sentence) {
  std::cerr << sentence << '\n';
  return code;
}

policy::RenderSource SourceOf(const policy::FolderFile& file) {
  return {file.name, HexEncode(crypto::Sha256(file.bytes))};
}

// The policy's own file, and those that the names in it come from.
policy::RenderRequest RequestOf(const policy::Folder& folder, const policy::Policy& policy,
                                const RenderQuestion& question) {
  policy::RenderRequest request;
  request.purposes = question.purposes;
  if (request.purposes.empty()) {
    request.purposes = folder.vocabulary.words(policy::Category::kPurpose);
  }
  for (const policy::FolderFile& file : folder.files) {
    const auto type = policy::DetectFileType(file.bytes, file.path);
    if (file.path == policy.file) {
      request.policy = SourceOf(file);
    } else if (type.ok() && *type != policy::FileType::kPolicy &&
               *type != policy::FileType::kCalendar) {
      request.others.push_back(SourceOf(file));
    }
  }
  return request;
}

// The version in effect at the instant; without an instant, the highest.
const policy::Policy* Chosen(const policy::Folder& folder, const std::string& jurisdiction,
                             std::optional<Instant> at) {
  const policy::Policy* out = PickVersion(folder, jurisdiction, at);
  return out != nullptr && at && !out->valid.Holds(*at) ? nullptr : out;
}

int Write(Language language, const std::string& text, const std::string& path) {
  if (path.empty()) {
    std::cout << text;
    return kDone;
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return Refuse(kLocalFault, Say(language, "policy.not-written", {path}));
  std::cout << Say(language, "policy.written", {path}) << '\n';
  return kDone;
}

}  // namespace

void AddRenderOptions(CLI::App& command, RenderQuestion& question) {
  command
      .add_option("--jurisdiction", question.jurisdiction,
                  "Whose policy, such as FR; may be left out when the folder has one State's alone")
      ->type_name("STATE");
  command
      .add_option("--at", question.at,
                  "Instant for which groups, parties and tables are shown, such as "
                  "2026-12-01T00:00:00Z; else the policy's valid_from")
      ->type_name("INSTANT");
  command
      .add_option("--purpose", question.purposes,
                  "Purposes that the tables are for, as words of the vocabulary; else all")
      ->delimiter(',')
      ->type_name("WORD,...");
  command.add_option("--format", question.format, "text or html; else text")
      ->check(CLI::IsMember({"text", "html"}))
      ->type_name("FORMAT");
  command.add_option("--output", question.output, "File to write; else standard output")
      ->type_name("FILE");
}

int Render(Language language, const policy::Folder& folder, const RenderQuestion& question) {
  std::optional<Instant> at;
  if (!question.at.empty()) {
    at = ReadInstant(language, "--at", question.at);
    if (!at) return kUsage;
  }
  for (const std::string& word : question.purposes) {
    if (!folder.vocabulary.Find(policy::Category::kPurpose, word)) {
      return Refuse(kUsage, Say(language, "policy.no-purpose", {word}));
    }
  }
  const std::vector<std::string> all = JurisdictionsOf(folder);
  if (question.jurisdiction.empty() && all.size() != 1) {
    return Refuse(kUsage, Say(language, "policy.whose", {absl::StrJoin(all, ", ")}));
  }
  const std::string& jurisdiction = question.jurisdiction.empty() ? all[0] : question.jurisdiction;
  const policy::Policy* policy = Chosen(folder, jurisdiction, at);
  if (policy == nullptr) {
    return Refuse(kInputRefused, Say(language, at ? "policy.none-then" : "policy.none",
                                     {jurisdiction, question.at}));
  }
  const policy::RenderSetting setting{folder.vocabulary,
                                      folder.groups,
                                      folder.instruments,
                                      folder.agencies,
                                      at.value_or(policy->valid.from),
                                      language};
  const auto document =
      policy::RenderPolicy(setting, *policy, RequestOf(folder, *policy, question));
  if (!document.ok())
    return Refuse(kInputRefused, Printable(MessageIn(language, document.status())));
  const bool html = question.format == "html";
  return Write(language, html ? policy::DocumentHtml(*document) : policy::DocumentText(*document),
               question.output);
}

}  // namespace entente::cli
