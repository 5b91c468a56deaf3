#include "node/search/message_texts.h"

#include <google/protobuf/descriptor.h>

#include <vector>

namespace entente::node::search {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void ForEachText(const Message& message, const std::string& path,
                 const std::function<void(const std::string&, const std::string&)>& call) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string name = path.empty() ? field->name() : path + "." + field->name();
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        ForEachText(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                         : reflection.GetMessage(message, field),
                    name, call);
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        call(name, field->is_repeated() ? reflection.GetRepeatedString(message, field, i)
                                        : reflection.GetString(message, field));
      }
    }
  }
}

}  // namespace entente::node::search
