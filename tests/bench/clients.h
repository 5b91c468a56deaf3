// The three parties of an exchange, each at the end of real streams under mutual TLS: the sender
// submits; a recipient takes, verifies and acknowledges; the sender takes the acknowledgements of
// its records and verifies them. Each function works until it has seen as much as it was told to
// expect, and returns what it saw. Safe from different threads at the same time.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "entente/v1/broker.pb.h"
#include "tests/bench/ground.h"
#include "tests/bench/stopwatch.h"

namespace entente::bench {

struct Seen {
  size_t count = 0;
  double at_seconds = 0;  // of the watch, when the last one was seen
};

// Request number i, from 0.
using RequestSource = std::function<absl::StatusOr<v1::SubmitRequest>(size_t)>;

// Submits `requests` messages over that many streams, pipelined. Counts the records that the broker
// committed under a receipt; the receipts are verified when the last has come. The first refusal is
// an error.
absl::StatusOr<Seen> SubmitAll(const Ground& ground, const std::string& address,
                               const RequestSource& source, size_t requests, size_t streams,
                               const Stopwatch& watch);

// Takes `expected` records as this member. Of each: signature, strict reading, its own access and
// all sections against the digests; of each message: a cursor synced to disk, then the signed
// acknowledgements.
absl::StatusOr<Seen> TakeRecords(const Ground& ground, const std::string& address,
                                 const Member& member, size_t expected,
                                 const std::string& cursor_path, const Stopwatch& watch);

// That this member opened the record delivered.
v1::SignedStatement SignAcknowledgement(const Ground& ground, const Member& member,
                                        const Digest& hash, const v1::Delivery& delivery);

// Takes `expected` acknowledgements as the sender, verifies each, and syncs a cursor.
absl::StatusOr<Seen> TakeAcknowledgements(const Ground& ground, const std::string& address,
                                          size_t expected, const std::string& cursor_path,
                                          const Stopwatch& watch);

}  // namespace entente::bench
