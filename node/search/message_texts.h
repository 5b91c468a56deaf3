// Every text of a message, whatever its fields are: one that is added is looked at too. Pure;
// thread-safe.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <string>

namespace entente::node::search {

// `call` gets the path of the field below `path`, "subjects.subjects.note", and its text.
void ForEachText(const google::protobuf::Message& message, const std::string& path,
                 const std::function<void(const std::string&, const std::string&)>& call);

}  // namespace entente::node::search
