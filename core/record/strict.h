// Strict reading (docs/formats.md, "Strict reading"): one reader's idea of a message cannot differ
// from another's. Stateless; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace google::protobuf {
class Message;
}

namespace entente::record {

// Fills `message` from `bytes`. Refusal malformed: does not parse, or an enum field, at any depth,
// is zero or has a number that is not listed; unknown-field: at any depth; not-canonical: encoding
// it again gives other bytes (a scalar twice, fields out of order, padded varints, defaults written
// out). Bytes within bytes are read by their own call.
absl::Status StrictParseInto(std::string_view bytes, google::protobuf::Message& message);

template <class Message>
absl::StatusOr<Message> StrictParse(std::string_view bytes) {
  Message message;
  if (absl::Status status = StrictParseInto(bytes, message); !status.ok()) return status;
  return message;
}

// For a message that came parsed inside another that is not read strictly (a SignedStatement in a
// request): the refusals unknown-field and malformed of StrictParseInto.
absl::Status CheckParsed(const google::protobuf::Message& message);

// The one encoding that StrictParse takes.
std::string Encode(const google::protobuf::Message& message);

}  // namespace entente::record
