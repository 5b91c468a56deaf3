#include "core/net/refusal_status.h"

#include "entente/v1/status.pb.h"

namespace entente::net {
namespace {

// Without the words of the status, which may name paths of this machine.
grpc::Status WithoutDetail(const absl::Status& status) {
  if (absl::IsNotFound(status)) {
    return {grpc::StatusCode::NOT_FOUND, "nothing of that name or number is kept here"};
  }
  return {static_cast<grpc::StatusCode>(status.code()),
          "a local fault at the server; its log says what"};
}

std::optional<Refusal> RefusalIn(const grpc::Status& status) {
  v1::StatusDetails details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  for (const google::protobuf::Any& detail : details.details()) {
    v1::Refusal message;
    if (detail.UnpackTo(&message)) return FromMessage(message);
  }
  return std::nullopt;
}

}  // namespace

v1::Refusal ToMessage(const Refusal& refusal) {
  v1::Refusal message;
  message.set_reason(ReasonText(refusal));
  message.set_text(refusal.text);
  message.set_advice(refusal.advice);
  message.set_record_id(refusal.record_id);
  if (refusal.log_index) message.set_log_index(*refusal.log_index);
  return message;
}

std::optional<Refusal> FromMessage(const v1::Refusal& message) {
  const std::string_view text = message.reason();
  const size_t colon = text.find(':');
  const auto reason = ReasonFromWord(text.substr(0, colon));
  if (!reason) return std::nullopt;
  Refusal refusal{*reason, "", message.text(), message.advice(), message.record_id(), std::nullopt};
  if (colon != text.npos) refusal.subject = text.substr(colon + 1);
  if (message.has_log_index()) refusal.log_index = message.log_index();
  return refusal;
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto refusal = RefusalOf(status);
  if (!refusal) return WithoutDetail(status);
  v1::StatusDetails details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(status.message()));
  details.add_details()->PackFrom(ToMessage(*refusal));
  return {static_cast<grpc::StatusCode>(status.code()), details.message(),
          details.SerializeAsString()};
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (auto refusal = RefusalIn(status)) return Refuse(*std::move(refusal));
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace entente::net
