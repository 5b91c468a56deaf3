#include "broker/open_services.h"

#include <utility>

#include "core/base/encoding.h"
#include "core/base/refusal.h"

namespace entente::broker {
namespace {

// Runs `answer`, which fills the response, for whoever has a certificate of the federation.
template <typename Answer>
grpc::ServerUnaryReactor* AnswerAnyone(const Shell& shell, grpc::CallbackServerContext* context,
                                       Answer answer) {
  const absl::Status status = shell.CallerOf(*context).status();
  return FinishWith(shell, context, status.ok() ? answer() : status);
}

}  // namespace

grpc::ServerUnaryReactor* DirectoryService::Publish(grpc::CallbackServerContext* context,
                                                    const v1::PublishRequest* request,
                                                    v1::PublishResponse* response) {
  const absl::Status status = shell_.CallerOf(*context).status();
  if (!status.ok()) return FinishWith(shell_, context, status);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  CommitOne(
      shell_,
      [this, request]() -> absl::StatusOr<std::variant<Command, Applied>> {
        const auto now = shell_.log_clock.Now();
        if (!now.ok()) return now.status();
        auto admitted = shell_.engine.AdmitPublication(*request, *now, shell_.random);
        if (!admitted.ok()) return admitted.status();
        if (const auto* index = std::get_if<uint64_t>(&*admitted)) {
          return Applied{.log_index = *index, .repeated = true};
        }
        return std::get<Command>(*std::move(admitted));
      },
      [this, reactor, response](const absl::StatusOr<Applied>& applied) {
        if (applied.ok()) {
          response->set_log_index(applied->log_index);
          response->set_checkpoint(shell_.engine.LatestCheckpoint().note);
        }
        reactor->Finish(shell_.Answer(applied.status()));
      });
  return reactor;
}

absl::StatusOr<std::string> DirectoryService::TextFor(const grpc::ServerContextBase& context,
                                                      const v1::GetTextRequest& request) const {
  const auto caller = shell_.CallerOf(context);
  if (!caller.ok()) return caller.status();
  if (!caller->agency) {
    return Refuse(Reason::kNotAuthorised, "texts are given to agencies and their officers");
  }
  const auto digest = FixedBytes<32>(request.digest());
  if (!digest) return Refuse(Reason::kMalformed, "a digest has 32 bytes");
  return shell_.engine.GetText(*digest, *caller->agency, shell_.clock.Now());
}

grpc::ServerUnaryReactor* DirectoryService::GetText(grpc::CallbackServerContext* context,
                                                    const v1::GetTextRequest* request,
                                                    v1::GetTextResponse* response) {
  auto text = TextFor(*context, *request);
  if (text.ok()) response->set_text(*std::move(text));
  return FinishWith(shell_, context, text.status());
}

grpc::ServerUnaryReactor* TransparencyService::GetCheckpoint(grpc::CallbackServerContext* context,
                                                             const v1::GetCheckpointRequest*,
                                                             v1::GetCheckpointResponse* response) {
  return AnswerAnyone(shell_, context, [&] {
    // In this order: the checkpoint is never the smaller one.
    response->set_witnessed(shell_.cosigning.Witnessed());
    response->set_checkpoint(shell_.engine.LatestCheckpoint().note);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* TransparencyService::GetEntries(grpc::CallbackServerContext* context,
                                                          const v1::GetEntriesRequest* request,
                                                          v1::GetEntriesResponse* response) {
  return AnswerAnyone(shell_, context, [&] {
    std::string witnessed = shell_.cosigning.WitnessedFor(request->from());
    auto entries = shell_.engine.Entries(request->from(), request->limit());
    if (!entries.ok()) return entries.status();
    *response = *std::move(entries);
    response->set_witnessed(std::move(witnessed));
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* TransparencyService::GetConsistency(
    grpc::CallbackServerContext* context, const v1::GetConsistencyRequest* request,
    v1::GetConsistencyResponse* response) {
  return AnswerAnyone(shell_, context, [&] {
    const auto proof = shell_.engine.Consistency(request->from_size(), request->to_size());
    if (!proof.ok()) return proof.status();
    for (const Digest& hash : *proof) response->add_path(ToString(hash));
    return absl::OkStatus();
  });
}

}  // namespace entente::broker
