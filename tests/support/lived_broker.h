// A broker's folder on disk after three days of traffic: every family has rows in table files and
// in the write-ahead log, as a machine that lost its power leaves them. The rows are the same at
// every run; RocksDB's files have names and times of their own. Fails the running test when a step
// that must work does not. Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/attachment_files.h"
#include "core/store/rocks_store.h"
#include "tests/support/broker_fixture.h"

namespace entente::broker {

class LivedBroker {
 public:
  // Makes the database, the high-water file and `attachments` in `folder`.
  explicit LivedBroker(std::string folder);

  EngineFixture& fixture() { return *fixture_; }
  const std::string& folder() const { return folder_; }
  // Nothing is open until Open().
  void Close();
  absl::Status Open();
  // Traffic of every kind; the `day`s are numbered from 1.
  void Live(uint64_t day);

 private:
  void SendSome(uint64_t count);
  void Attach();
  void Declare(uint64_t day);
  void Notify();
  void Expire();
  void Cosign();
  v1::Submission Next(const LeadDraft& draft);

  const std::string folder_;
  std::unique_ptr<store::RocksStore> store_;
  std::unique_ptr<AttachmentFiles> files_;
  std::unique_ptr<EngineFixture> fixture_;
  uint64_t number_ = 0;
};

}  // namespace entente::broker
