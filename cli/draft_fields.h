// The fields of a message of content.proto from a table of a draft: each under its own name as the
// key, an instant without its ending "_ms", a value of a closed list by its word. What is wrong is
// said at its place when the table is finished. Pure; thread-safe.
#pragma once

#include <google/protobuf/message.h>

#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/net/config_reader.h"
#include "entente/v1/content.pb.h"

namespace entente::cli {

// "P30D" from `now`, or an instant; nullopt for anything else.
std::optional<Instant> InstantFrom(std::string_view text, Instant now);
// The same. The key must be there.
uint64_t InstantAt(net::ConfigTable& table, std::string_view key, Instant now);

void ReadField(net::ConfigTable& table, const google::protobuf::FieldDescriptor& field, Instant now,
               google::protobuf::Message& message);
void ReadFields(net::ConfigTable& table, Instant now, google::protobuf::Message& message);

// "1984-03-17", "1984", "about 1984", "1980..1984" (days or years), "false 1984-03-17".
// False for anything else.
bool ReadPartialDate(std::string_view text, v1::PartialDate& date);

}  // namespace entente::cli
