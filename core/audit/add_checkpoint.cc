#include "core/audit/add_checkpoint.h"

#include "absl/strings/str_cat.h"
#include "core/audit/decimal.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"

namespace entente::audit {
namespace {

constexpr std::string_view kOld = "old ";

absl::Status Malformed(std::string text) { return Refuse(Reason::kMalformed, std::move(text)); }

std::optional<Digest> ParseHash(std::string_view line) {
  auto bytes = Base64Decode(line);
  return bytes ? FixedBytes<32>(*bytes) : std::nullopt;
}

}  // namespace

absl::StatusOr<AddCheckpoint> ParseAddCheckpoint(std::string_view body) {
  auto old_line = TakeLine(body);
  if (!old_line || !old_line->starts_with(kOld)) {
    return Malformed("the first line is not `old` and a size");
  }
  auto old_size = ParseDecimal(old_line->substr(kOld.size()));
  if (!old_size) return Malformed("the old size is not a decimal without leading zeros");
  AddCheckpoint request{*old_size, {}, {}};
  for (auto line = TakeLine(body); !line || !line->empty(); line = TakeLine(body)) {
    if (!line) return Malformed("no empty line stands before the checkpoint");
    auto hash = ParseHash(*line);
    if (!hash) return Malformed("a line of the proof is not a hash in base64");
    if (request.proof.size() == limits::kProofHashes) {
      return Malformed(absl::StrCat("the proof has more than ", limits::kProofHashes, " lines"));
    }
    request.proof.push_back(*hash);
  }
  request.note = std::string(body);
  return request;
}

std::string FormatAddCheckpoint(const AddCheckpoint& request) {
  std::string out = absl::StrCat(std::string(kOld), request.old_size, "\n");
  for (const Digest& hash : request.proof) absl::StrAppend(&out, Base64Encode(hash), "\n");
  return absl::StrCat(out, "\n", request.note);
}

}  // namespace entente::audit
