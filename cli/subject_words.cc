#include "cli/subject_words.h"

#include <cctype>

#include "cli/text.h"
#include "entente/v1/content.pb.h"

namespace entente::cli {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

std::string Hyphenated(std::string_view name) {
  std::string out;
  bool after_small = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isupper(byte) != 0 && after_small) out += '-';
    out += c == '_' ? '-' : static_cast<char>(std::tolower(byte));
    after_small = std::islower(byte) != 0;
  }
  return out;
}

std::string CodeOf(const EnumValueDescriptor& value) {
  return Hyphenated(value.name()).substr(Hyphenated(value.type()->name()).size() + 1);
}

const EnumValueDescriptor* ValueOf(const EnumDescriptor& list, std::string_view code) {
  for (int i = 0; i < list.value_count(); ++i) {
    const EnumValueDescriptor& value = *list.value(i);
    if (value.number() != 0 && CodeOf(value) == code) return &value;
  }
  return nullptr;
}

std::string CodesOf(const EnumDescriptor& list) {
  std::string codes;
  for (int i = 0; i < list.value_count(); ++i) {
    if (list.value(i)->number() == 0) continue;
    if (!codes.empty()) codes += ", ";
    codes += CodeOf(*list.value(i));
  }
  return codes;
}

std::string KeyOf(const FieldDescriptor& field) {
  constexpr std::string_view kInstantEnding = "_ms";
  const std::string& name = field.name();
  return name.ends_with(kInstantEnding) ? name.substr(0, name.size() - kInstantEnding.size())
                                        : name;
}

std::string LabelOf(Language language, const FieldDescriptor& field) {
  return Word(language, "field", Hyphenated(KeyOf(field)));
}

std::string WordOf(Language language, const EnumValueDescriptor& value) {
  return Word(language, Hyphenated(value.type()->name()), CodeOf(value));
}

std::string WordOf(Language language, const EnumDescriptor& list, int number) {
  const EnumValueDescriptor* const value = list.FindValueByNumber(number);
  return value == nullptr ? std::to_string(number) : WordOf(language, *value);
}

const google::protobuf::OneofDescriptor& SubjectKinds() {
  return *v1::Subject::descriptor()->FindOneofByName("what");
}

}  // namespace entente::cli
