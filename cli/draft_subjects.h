// The subjects of a draft's section: persons, documents, vehicles, accounts and all else that
// content.proto names, each a table of the draft with the names of its fields as keys. Blocking
// file access for photos; thread-safe.
#pragma once

#include "core/net/config_reader.h"
#include "entente/v1/content.pb.h"

namespace entente::cli {

bool HasSubjects(const net::ConfigTable& section);
// What is wrong is said at its place in `section`, when that is finished.
v1::Subjects ReadSubjects(net::ConfigTable& section);

// "1984-03-17", "1984", "about 1984", "1980..1984" (days or years), "false 1984-03-17".
// False for anything else.
bool ReadPartialDate(std::string_view text, v1::PartialDate& date);

}  // namespace entente::cli
