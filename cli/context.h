// What every command of `entente` needs: where the desk is, who asks, in which language, as text or
// JSON. One per run, not thread-safe. Commands report through exit codes (docs: README, "Exit
// codes").
#pragma once

#include <grpcpp/grpcpp.h>

#include <iostream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/failure.h"
#include "cli/json.h"
#include "core/base/sentences.h"
#include "core/net/refusal_status.h"
#include "entente/v1/attachment.grpc.pb.h"
#include "entente/v1/desk.grpc.pb.h"

namespace entente::cli {

struct Settings {
  std::string desk;         // unix:PATH or HOST:PORT
  std::string certificate;  // the officer's, PEM
  std::string key;
  std::string authority;  // PEM of the CA that certified the node
  std::string language = "en";
  bool json = false;
};

class Context {
 public:
  Settings settings;
  int exit_code = kDone;

  Language language() const;
  // One sentence of the catalogue in the chosen language, its arguments made printable.
  std::string Say(std::string_view key,
                  std::initializer_list<std::string_view> arguments = {}) const;
  // Print what went wrong with advice to standard error, as one line of JSON when that was asked
  // for, and set the exit code.
  void Fail(const absl::Status& status);
  void FailAt(const Peer& peer, const absl::Status& status);
  void Fail(const Failure& failure);
  // What a command did: the sentence, or the same as JSON.
  void Done(const std::string& sentence, const Json& json);
  // Prints the message as JSON on one line.
  void PrintJson(const google::protobuf::Message& message);

  // Calls one method of the desk; on failure prints it, sets the exit code, and gives nullopt.
  template <typename Request, typename Response>
  std::optional<Response> Call(grpc::Status (v1::Desk::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                               const Request& request) {
    if (const auto stub = Stub(); !stub.ok()) return Fail(stub.status()), std::nullopt;
    absl::StatusOr<Response> response = Ask(method, request);
    if (!response.ok()) return FailAtDesk(response.status()), std::nullopt;
    return *std::move(response);
  }

  // The same without a word; FailAtDesk() says it.
  template <typename Request, typename Response>
  absl::StatusOr<Response> Ask(grpc::Status (v1::Desk::Stub::*method)(grpc::ClientContext*,
                                                                      const Request&, Response*),
                               const Request& request) {
    const auto stub = Stub();
    if (!stub.ok()) return stub.status();
    grpc::ClientContext call;
    SetDeadline(call);
    Response response;
    const grpc::Status status = ((*stub)->*method)(&call, request, &response);
    if (!status.ok()) return net::FromGrpcStatus(status);
    return response;
  }
  void FailAtDesk(const absl::Status& status) {
    FailAt({Peer::Kind::kDesk, settings.desk}, status);
  }

  // What carries files. Calls on it have no deadline: a large one takes its time.
  absl::StatusOr<v1::DeskFiles::Stub*> Files();

  // All pages as one answer, or as many as hold `request.limit()` items.
  template <typename Request, typename Response, typename Items>
  std::optional<Response> CallPaged(grpc::Status (v1::Desk::Stub::*method)(grpc::ClientContext*,
                                                                           const Request&,
                                                                           Response*),
                                    Request request, Items items) {
    const auto limit = static_cast<int>(request.limit());
    Response all;
    bool more = true;
    while (more) {
      const auto page = Call(method, request);
      if (!page) return std::nullopt;
      all.MergeFrom(*page);
      all.set_next_page(page->next_page());
      request.set_page(page->next_page());
      const int have = items(all);
      more = !page->next_page().empty() && (limit == 0 || have < limit);
      if (more && limit != 0) request.set_limit(static_cast<uint32_t>(limit - have));
    }
    return all;
  }

 private:
  absl::StatusOr<v1::Desk::Stub*> Stub();
  absl::Status Connect();
  static void SetDeadline(grpc::ClientContext& call);
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Desk::Stub> stub_;
  std::unique_ptr<v1::DeskFiles::Stub> files_;
};

}  // namespace entente::cli
