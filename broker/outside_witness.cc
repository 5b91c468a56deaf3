#include "broker/outside_witness.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/printable.h"
#include "core/base/refusal.h"

namespace entente::broker {
namespace {

constexpr std::string_view kSizeType = "text/x.tlog.size";
constexpr size_t kQuoted = 200;

// nullopt for anything but one decimal and a newline.
std::optional<uint64_t> SizeIn(const HttpReply& reply) {
  if (reply.content_type != kSizeType || !reply.body.ends_with('\n')) return std::nullopt;
  uint64_t size = 0;
  const std::string text = reply.body.substr(0, reply.body.size() - 1);
  return absl::SimpleAtoi(text, &size) && absl::StrCat(size) == text ? std::optional(size)
                                                                     : std::nullopt;
}

std::string Meaning(long status) {
  switch (status) {
    case 403:
      return "it holds another key of this log than the one that signs: ask its operator";
    case 404:
      return "it does not know this log: its operator has to add the log's verifier key";
    case 409:
      return "it says that it holds another size, but not which: the address may be wrong";
    case 503:
      return "it cannot cosign now";
    default:
      return "this is no answer of a witness: the address may be wrong";
  }
}

std::string Quoted(const HttpReply& reply) {
  return absl::StrCat("HTTP ", reply.status, ", \"",
                      Printable(std::string_view(reply.body).substr(0, kQuoted)), "\"");
}

}  // namespace

OutsideWitness::OutsideWitness(Cosigning& cosigning, WitnessAddress address, HttpPost post, Say say)
    : cosigning_(cosigning),
      address_(std::move(address)),
      name_(absl::StrCat("the witness at ", address_.url)),
      post_(std::move(post)),
      say_(std::move(say)) {}

void OutsideWitness::Failed(const std::string& sentence, Instant now, bool error) {
  not_before_ = now + kWitnessPauseMs;
  const std::string line = absl::StrCat(name_, ": ", sentence);
  if (remarks_.Worth(address_.url, line, now)) (error ? say_.error : say_.warning)(line);
}

void OutsideWitness::Refused(const absl::Status& status, Instant now) {
  const std::string text(status.message());
  if (IsRefusal(status, Reason::kFork)) {
    Failed(absl::StrCat(text, ": ", std::string(kRolledBack)), now, true);
  } else {
    Failed(text, now);
  }
}

void OutsideWitness::TakeCosignature(const HttpReply& reply, uint64_t size, Instant now) {
  const absl::Status taken = cosigning_.Cosign(address_.key, size, reply.body, now);
  if (!taken.ok()) {
    Failed(absl::StrCat("it did not answer with its cosignature: ", std::string(taken.message())),
           now);
    return;
  }
  held_ = size;
  remarks_.Forget(address_.url);
}

bool OutsideWitness::TakeSize(const HttpReply& reply, Instant now) {
  const auto size = SizeIn(reply);
  if (!size) {
    Failed(absl::StrCat(Meaning(reply.status), " (", Quoted(reply), ")"), now);
    return false;
  }
  if (*size == held_) {
    Failed(absl::StrCat("it holds another tree of size ", *size,
                        " than this log: both checkpoints together prove a fork, keep them"),
           now, true);
    return false;
  }
  held_ = *size;
  return true;
}

bool OutsideWitness::Ask(const Cosigning::Request& request, Instant now) {
  const auto reply = post_(absl::StrCat(address_.url, "/add-checkpoint"), request.body);
  if (!reply.ok()) {
    Failed(std::string(reply.status().message()), now);
  } else if (reply->status == 200) {
    TakeCosignature(*reply, request.size, now);
  } else if (reply->status == 409) {
    return TakeSize(*reply, now);
  } else if (reply->status == 422) {
    Failed(absl::StrCat("it says that what it holds at size ", held_,
                        " is not how this log began (", Quoted(*reply), ")"),
           now, true);
  } else {
    Failed(absl::StrCat(Meaning(reply->status), " (", Quoted(*reply), ")"), now);
  }
  return false;
}

void OutsideWitness::Turn(Instant now) {
  if (now < not_before_) return;
  // Twice: what it holds may not be known.
  for (int asked = 0; asked < 2; ++asked) {
    const auto request = cosigning_.Next(address_.key, held_, now);
    if (!request.ok()) return Refused(request.status(), now);
    if (request->body.empty() || !Ask(*request, now)) return;
  }
}

}  // namespace entente::broker
