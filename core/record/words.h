// The policy's words for the numbers of the record (conventions of the vocabulary): "case-item",
// "urgent". Stateless; safe from any thread.
#pragma once

#include <optional>
#include <string_view>

#include "entente/v1/record.pb.h"

namespace entente::record {

// "lead". Empty for zero and numbers that are not listed.
std::string_view KindWord(v1::RecordKind kind);
std::optional<v1::RecordKind> KindFromWord(std::string_view word);

// "bulk", "normal", "urgent". Empty for zero and numbers that are not listed.
std::string_view UrgencyWord(v1::Urgency urgency);
std::optional<v1::Urgency> UrgencyFromWord(std::string_view word);

// Urgent records have their own lane and their own count.
v1::Lane LaneOf(v1::Urgency urgency);
// "urgent", "bulk". Empty for zero and numbers that are not listed.
std::string_view LaneWord(v1::Lane lane);

}  // namespace entente::record
