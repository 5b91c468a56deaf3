#include "cli/audit_receipts.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "cli/files.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/base/sentences.h"

namespace entente::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kProof = ".tlog-proof";
constexpr std::string_view kAgain = "-again-";

absl::StatusOr<ledger::ReceiptBundle> ReadBundle(const std::string& path) {
  ledger::ReceiptBundle bundle;
  const std::pair<const char*, std::string*> files[] = {
      {".tlog-proof", &bundle.proof}, {".entry", &bundle.entry}, {".part", &bundle.part}};
  for (const auto& [extension, bytes] : files) {
    auto read = ReadText(fs::path(path).replace_extension(extension).string());
    if (!read.ok()) return read.status();
    *bytes = *std::move(read);
  }
  return bundle;
}

// Files may be renamed, but one that bears a record id speaks of that record, and one that bears a
// part of its hash behind it (node/receipts.h) of the record with that hash. What was decided again
// has its place in the log behind that.
absl::Status CheckName(const std::string& path, const v1::Part& part) {
  const std::string whole = fs::path(path).stem().string();
  const std::string name = whole.substr(0, whole.find(kAgain));
  const size_t dash = name.find('-');
  const auto id = FixedFromHex<16>(name.substr(0, dash));
  const auto hash = dash == name.npos ? std::nullopt : FixedFromHex<16>(name.substr(dash + 1));
  if (!id || (dash != name.npos && !hash)) return absl::OkStatus();
  const ProvenRecord proven = RecordOf(part);
  const bool same_hash = !hash || proven.hash.starts_with(ToString(*hash));
  if (ToString(*id) == proven.id && same_hash) return absl::OkStatus();
  return Refuse(Reason::kProofBad,
                "The file is named after another record than the one it proves.");
}

absl::Status AddFolder(const std::string& folder, std::vector<std::string>& out) {
  std::error_code error;
  std::vector<std::string> found;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == kProof) found.push_back(it->path().string());
  }
  if (error) return absl::NotFoundError(folder + ": " + error.message());
  if (found.empty()) return Told(absl::StatusCode::kNotFound, "audit.none", {folder});
  std::sort(found.begin(), found.end());
  out.insert(out.end(), found.begin(), found.end());
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> FindReceipts(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      out.push_back(path);
    } else if (absl::Status status = AddFolder(path, out); !status.ok()) {
      return status;
    }
  }
  return out;
}

}  // namespace

bool AuditedReceipt::readable() const { return verified() || RefusalOf(why_not).has_value(); }

absl::StatusOr<ledger::Genesis> ReadGenesis(const std::string& path) {
  const auto text = ReadText(path);
  if (!text.ok()) return text.status();
  return ledger::Genesis::Parse(*text, path);
}

AuditedReceipt AuditReceipt(const ledger::Genesis& genesis, const std::string& path) {
  AuditedReceipt out{.path = path, .why_not = absl::OkStatus(), .facts = {}};
  // Of another file what would be missing beside it bears a name that nobody gave.
  std::error_code error;
  if (fs::exists(path, error) && !fs::exists(fs::path(path).replace_extension(kProof), error)) {
    out.why_not = Told(absl::StatusCode::kNotFound, "audit.no-receipt", {});
    return out;
  }
  const auto bundle = ReadBundle(path);
  if (!bundle.ok()) {
    out.why_not = bundle.status();
    return out;
  }
  auto facts = ledger::VerifyReceiptBundle(genesis, *bundle);
  out.why_not = facts.ok() ? CheckName(path, facts->verified.part) : facts.status();
  if (out.why_not.ok()) out.facts = *std::move(facts);
  return out;
}

absl::StatusOr<std::vector<AuditedReceipt>> AuditReceipts(const ledger::Genesis& genesis,
                                                          const std::vector<std::string>& paths) {
  const auto found = FindReceipts(paths);
  if (!found.ok()) return found.status();
  std::vector<AuditedReceipt> out;
  for (const std::string& path : *found) out.push_back(AuditReceipt(genesis, path));
  return out;
}

ProvenRecord RecordOf(const v1::Part& part) {
  switch (part.event_case()) {
    case v1::Part::kSubmission:
      return {part.submission().record_id(), part.submission().record_hash()};
    case v1::Part::kRefusal:
      return {part.refusal().record_id(), part.refusal().record_hash()};
    case v1::Part::kExpiry:
      return {part.expiry().record_id(), part.expiry().record_hash()};
    case v1::Part::kAgain:
      return {part.again().decided().record_id(), part.again().decided().record_hash()};
    default:
      return {};
  }
}

}  // namespace entente::cli
