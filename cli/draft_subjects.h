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

}  // namespace entente::cli
