#include "cli/failure.h"

#include "cli/json.h"
#include "cli/text.h"

namespace entente::cli {
namespace {

Failure OfRefusal(Language language, const Refusal& refusal, ExitCode exit_code) {
  const bool usual_advice = refusal.advice == DefaultAdvice(refusal.reason);
  return {.exit_code = exit_code,
          .reason = ReasonText(refusal),
          .error = RefusalSentence(language, refusal),
          .detail = refusal.text,
          .advice = usual_advice ? AdviceSentence(language, refusal.reason) : refusal.advice,
          .record_id = refusal.record_id,
          .log_index = refusal.log_index};
}

Failure Made(ExitCode exit_code, std::string reason, std::string error, std::string advice) {
  return {exit_code, std::move(reason), std::move(error), "", std::move(advice), "", std::nullopt};
}

// A file or an argument that does not have its form, or a certificate that is of no use, is input
// refused; a signature that does not hold is an answer.
bool IsInput(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
         absl::IsUnauthenticated(status);
}

Failure NotReached(Language language, const Peer& peer, std::string_view message) {
  if (peer.kind == Peer::Kind::kBroker) {
    return Made(kPeerNotReachable, "peer-not-reachable",
                Say(language, "error.broker", {peer.address, message}),
                Say(language, "error.broker-advice"));
  }
  return Made(kPeerNotReachable, "peer-not-reachable",
              Say(language, "error.desk", {peer.address, message}),
              Say(language, "error.desk-advice"));
}

}  // namespace

Failure LocalFailure(Language language, const absl::Status& status) {
  if (const auto refusal = RefusalOf(status)) {
    return OfRefusal(language, *refusal, IsInput(status) ? kInputRefused : kAnswerIsNo);
  }
  if (IsInput(status) || absl::IsPermissionDenied(status) || absl::IsFailedPrecondition(status) ||
      absl::IsAlreadyExists(status)) {
    return Made(kInputRefused, "input-refused",
                Say(language, "error.input", {MessageIn(language, status)}),
                Say(language, "error.input-advice"));
  }
  return Made(kLocalFault, "local-fault",
              Say(language, "error.local", {MessageIn(language, status)}),
              Say(language, "error.local-advice"));
}

Failure PeerFailure(Language language, const Peer& peer, const absl::Status& status) {
  if (const auto refusal = RefusalOf(status)) return OfRefusal(language, *refusal, kAnswerIsNo);
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) {
    return NotReached(language, peer, MessageIn(language, status));
  }
  if (absl::IsNotFound(status)) {
    return Made(kAnswerIsNo, "not-found", Say(language, "error.not-found", {peer.address}),
                Say(language, "error.not-found-advice"));
  }
  // gRPC's own limits speak here: a quota of ours is a refusal.
  if (absl::IsResourceExhausted(status)) {
    return Made(kAnswerIsNo, "too-much",
                Say(language, "error.too-much", {peer.address, MessageIn(language, status)}),
                Say(language, "error.too-much-advice"));
  }
  return Made(kLocalFault, "peer-fault",
              Say(language, "error.peer-fault", {peer.address, MessageIn(language, status)}),
              Say(language, "error.peer-fault-advice"));
}

Failure UsageFailure(Language language, const std::string& what) {
  return Made(kUsage, "usage", Say(language, "error.usage", {what}),
              Say(language, "error.usage-advice"));
}

std::string RenderFailure(Language language, const Failure& failure) {
  // Of a refusal the code is shown as well: it is what people read to each other by telephone.
  std::string out = failure.detail.empty()
                        ? Printable(failure.error) + "\n"
                        : Say(language, "error.refused", {failure.reason, failure.error}) + "\n" +
                              Say(language, "error.detail", {failure.detail}) + "\n";
  return out + Say(language, "error.advice", {failure.advice}) + "\n";
}

std::string FailureJson(const Failure& failure) {
  Json json = {{"error", failure.error},
               {"reason", failure.reason},
               {"advice", failure.advice},
               {"detail", failure.detail},
               {"exit_code", static_cast<int>(failure.exit_code)}};
  if (!failure.record_id.empty()) json["record_id"] = failure.record_id;
  if (failure.log_index) json["log_index"] = *failure.log_index;
  return JsonLine(json);
}

}  // namespace entente::cli
