// Which logs count, which witnesses, and how many of them make a checkpoint valid:
// https://c2sp.org/tlog-policy, a text of `log`, `witness`, `group` and `quorum` lines.
// Values; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/audit/checkpoint.h"
#include "core/audit/note.h"

namespace entente::audit {

class TlogPolicy {
 public:
  // INVALID_ARGUMENT `FILE:LINE:COL: sentence`; columns count bytes. `file` is for sentences alone.
  static absl::StatusOr<TlogPolicy> Parse(std::string_view file, std::string_view text);

  // In the order of their lines. Log keys are of type 0x01, witnesses' of type 0x04.
  const std::vector<VerifierKey>& logs() const { return logs_; }
  const std::vector<VerifierKey>& witnesses() const { return witnesses_; }

  // `cosigned`: positions in witnesses(), as VerifyCheckpoint() gives them for a checkpoint that
  // one of logs() has signed. True for any under `quorum none`.
  bool Meets(std::span<const size_t> cosigned) const;

  // The newest instant, Unix seconds, such that the cosignatures of then or later meet the quorum;
  // nullopt when all of them do not. Under `quorum none` the end of time.
  std::optional<uint64_t> MetSince(std::span<const Cosignature> cosignatures) const;

  // Of the last group, for people: how many of how many; 1 of 1 when it is a witness, 0 of 0 under
  // `quorum none`.
  struct Votes {
    uint64_t needed = 0;
    uint64_t all = 0;
  };
  Votes votes() const;

  // The rule of a federation: witnesses are named by agency, each jurisdiction has one vote, and
  // more than two thirds of the votes are needed, so that two quorums share an honest jurisdiction
  // as long as fewer than a third lie. FAILED_PRECONDITION with the reason.
  absl::Status CheckOneVoteEach() const;

 private:
  friend class TlogPolicyReader;

  // A witness or a group. Groups name only what stands before them.
  struct Voter {
    std::string name;
    std::optional<size_t> witness;  // position in witnesses_
    uint64_t threshold = 0;         // of a group
    std::vector<size_t> members;    // of a group; positions in voters_
  };

  absl::StatusOr<std::string> JurisdictionOf(size_t voter) const;

  std::vector<VerifierKey> logs_;
  std::vector<VerifierKey> witnesses_;
  std::vector<Voter> voters_;
  std::optional<size_t> quorum_;  // position in voters_; nullopt: none
};

}  // namespace entente::audit
