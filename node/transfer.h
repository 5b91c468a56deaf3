// Carries sealed files between this node's folder and the broker, each way one at a time, on a
// connection of its own: what is urgent passes. A file that was broken off goes on where it stood.
// Two threads. Thread-safe.
#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "core/base/clock.h"
#include "entente/v1/attachment.grpc.pb.h"
#include "node/driver.h"
#include "node/file_folder.h"
#include "node/open_call.h"
#include "node/pace.h"

namespace entente::node {

class Transfer {
 public:
  // Driver, folder and clock outlive it. `patience`: how long the broker may leave a piece without
  // an answer.
  Transfer(Driver& driver, const FileFolder& folder, std::shared_ptr<grpc::Channel> channel,
           Clock& clock, absl::Duration patience = absl::Minutes(1));
  // Breaks off what is under way and joins the threads.
  ~Transfer();
  void Start();

 private:
  using UploadStream = grpc::ClientReaderWriter<v1::UploadRequest, v1::UploadResponse>;
  using FetchStream = grpc::ClientReaderWriter<v1::FetchRequest, v1::FetchResponse>;
  // What one direction has.
  struct Way {
    struct Pause {
      absl::Time until;
      absl::Duration length;
    };
    // Those that failed a while ago: the others go first.
    std::set<std::string> Resting() const;
    void LetRest(const std::string& name);
    // Perhaps the line's fault, and none of the file's: when it happens again in a row, others have
    // their turn.
    void BrokenOff(const std::string& name);

    OpenCall call;
    Pace pace;
    std::map<std::string, Pause> pauses;
    std::string broken_off;  // the last that was
    std::thread thread;
  };
  struct Uploading;
  struct Fetching;

  void UploadLoop();
  void FetchLoop();
  void WatchLoop();
  // True when something was done.
  bool UploadOne();
  bool FetchOne();
  absl::Status Upload(const FileToMove& file);
  absl::Status UploadPieces(UploadStream& stream, const FileToMove& file, Uploading& at);
  absl::Status Fetch(const FileToMove& file);
  absl::Status FetchAnew(const FileToMove& file);
  absl::Status FetchPieces(FetchStream& stream, const FileToMove& file, Fetching& at);
  absl::Status TakePiece(FetchStream& stream, Fetching& at);
  absl::Status CheckWhole(const FileToMove& file, const GrowingFile& part);
  void Sweep();
  // That long, or until it is stopping.
  void Rest(absl::Duration duration) const;

  Driver& driver_;
  const FileFolder& folder_;
  Clock& clock_;
  const std::unique_ptr<v1::Attachments::Stub> broker_;
  const absl::Duration patience_;
  std::atomic<bool> stopping_ = false;
  Way up_;
  Way down_;
  std::thread watching_;
};

}  // namespace entente::node
