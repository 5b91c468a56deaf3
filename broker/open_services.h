// The two services of single calls: Directory publishes statements and gives texts to members;
// Transparency shows the log to everyone with a certificate of the federation. Thread-safe.
#pragma once

#include "broker/shell.h"
#include "entente/v1/broker.grpc.pb.h"

namespace entente::broker {

class DirectoryService final : public v1::Directory::CallbackService {
 public:
  explicit DirectoryService(const Shell& shell) : shell_(shell) {}
  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context,
                                    const v1::PublishRequest* request,
                                    v1::PublishResponse* response) override;
  grpc::ServerUnaryReactor* GetText(grpc::CallbackServerContext* context,
                                    const v1::GetTextRequest* request,
                                    v1::GetTextResponse* response) override;

 private:
  absl::StatusOr<std::string> TextFor(const grpc::ServerContextBase& context,
                                      const v1::GetTextRequest& request) const;
  const Shell& shell_;
};

class TransparencyService final : public v1::Transparency::CallbackService {
 public:
  explicit TransparencyService(const Shell& shell) : shell_(shell) {}
  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const v1::GetCheckpointRequest* request,
                                          v1::GetCheckpointResponse* response) override;
  grpc::ServerUnaryReactor* GetEntries(grpc::CallbackServerContext* context,
                                       const v1::GetEntriesRequest* request,
                                       v1::GetEntriesResponse* response) override;
  grpc::ServerUnaryReactor* GetConsistency(grpc::CallbackServerContext* context,
                                           const v1::GetConsistencyRequest* request,
                                           v1::GetConsistencyResponse* response) override;

 private:
  const Shell& shell_;
};

}  // namespace entente::broker
