#include "node/cosigner.h"

#include <utility>

#include "core/audit/add_checkpoint.h"
#include "core/audit/checkpoint.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/net/channel.h"
#include "core/net/refusal_status.h"
#include "node/witness_key.h"

namespace entente::node {
namespace {

constexpr int64_t kAskEveryMs = limits::kSecondMs / 2;

}  // namespace

Cosigner::Cosigner(std::unique_ptr<audit::WitnessFiles> files,
                   std::unique_ptr<audit::Witness> witness, std::string origin, Clock& clock)
    : files_(std::move(files)),
      witness_(std::move(witness)),
      origin_(std::move(origin)),
      clock_(clock) {}

absl::StatusOr<std::unique_ptr<Cosigner>> Cosigner::Open(const std::string& key,
                                                         const std::string& folder,
                                                         const audit::VerifierKey& log,
                                                         Clock& clock) {
  auto own = ReadWitnessKey(key);
  if (!own.ok()) return own.status();
  auto files = audit::WitnessFiles::Open(folder, key);
  if (!files.ok()) return files.status();
  auto witness = audit::Witness::Open(own->name, std::move(own->key), {log}, **files, clock);
  if (!witness.ok()) return witness.status();
  return std::unique_ptr<Cosigner>(
      new Cosigner(*std::move(files), *std::move(witness), log.name(), clock));
}

absl::Status Cosigner::Step(v1::Witness::StubInterface& broker, Driver& driver) {
  const Instant now = clock_.Now();
  if (now >= asked_ && now - asked_ < kAskEveryMs) return absl::OkStatus();
  asked_ = now;
  v1::NextCheckpointRequest request;
  request.set_witness(witness_->key().Text());
  request.set_cosigned_size(witness_->CosignedSize(origin_));
  grpc::ClientContext context;
  net::SetDeadline(context);
  v1::NextCheckpointResponse response;
  const grpc::Status called = broker.NextCheckpoint(&context, request, &response);
  if (!called.ok()) return net::FromGrpcStatus(called);
  if (response.add_checkpoint().empty()) return absl::OkStatus();
  const auto asked = audit::ParseAddCheckpoint(response.add_checkpoint());
  if (!asked.ok()) return asked.status();
  // What it has not read yet it cosigns when it has.
  const auto follows =
      driver.With([&](Engine& engine) { return engine.Follows(asked->note, clock_.Now()); });
  if (!follows.ok() || !*follows) return follows.status();
  return Cosign(broker, response.add_checkpoint());
}

absl::Status Cosigner::Cosign(v1::Witness::StubInterface& broker, const std::string& body) {
  const audit::WitnessAnswer answer = witness_->Add(body);
  if (answer.verdict == audit::WitnessVerdict::kUnavailable) {
    return absl::InternalError(answer.remark);
  }
  if (answer.verdict != audit::WitnessVerdict::kCosigned) {
    return Refuse(Reason::kProofBad,
                  "the broker asks to cosign what does not continue what was "
                  "cosigned before: " +
                      answer.text);
  }
  v1::CosignRequest request;
  request.set_witness(witness_->key().Text());
  request.set_size(witness_->CosignedSize(origin_));
  request.set_signatures(answer.text);
  grpc::ClientContext context;
  net::SetDeadline(context);
  v1::CosignResponse response;
  return net::FromGrpcStatus(broker.Cosign(&context, request, &response));
}

}  // namespace entente::node
