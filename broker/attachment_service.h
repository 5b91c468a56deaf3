// Attachments.Upload and Attachments.Fetch: the bytes of one file, a piece at a time in each
// direction, for an agency's node. Each stream has one piece in work, which a worker writes or
// reads, so that memory does not grow with files, and counts like any other stream of its agency.
// Who is admitted and what is granted is asked again for each piece. A file that is whole is
// checked in steps, between which others have their turn. Thread-safe.
#pragma once

#include "broker/shell.h"
#include "entente/v1/attachment.grpc.pb.h"

namespace entente::broker {

class AttachmentService final : public v1::Attachments::CallbackService {
 public:
  explicit AttachmentService(const Shell& shell) : shell_(shell) {}
  grpc::ServerBidiReactor<v1::UploadRequest, v1::UploadResponse>* Upload(
      grpc::CallbackServerContext* context) override;
  grpc::ServerBidiReactor<v1::FetchRequest, v1::FetchResponse>* Fetch(
      grpc::CallbackServerContext* context) override;

 private:
  const Shell& shell_;
};

}  // namespace entente::broker
