#include "core/record/strict.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message.h>

#include "core/base/limits.h"
#include "core/record/checks.h"

namespace entente::record {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsListed(const FieldDescriptor& field, int number) {
  return number != 0 && field.enum_type()->FindValueByNumber(number) != nullptr;
}

// An enum field that is absent reads as zero, and is refused like it.
bool EnumsAreListed(const Message& message, const Reflection& reflection,
                    const FieldDescriptor& field) {
  if (!field.is_repeated()) {
    if (field.has_presence() && !reflection.HasField(message, &field)) return true;
    return IsListed(field, reflection.GetEnumValue(message, &field));
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (!IsListed(field, reflection.GetRepeatedEnumValue(message, &field, i))) return false;
  }
  return true;
}

absl::Status CheckChildren(const Message& message, const Reflection& reflection,
                           const FieldDescriptor& field) {
  if (!field.is_repeated()) {
    if (!reflection.HasField(message, &field)) return absl::OkStatus();
    return CheckParsed(reflection.GetMessage(message, &field));
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    absl::Status status = CheckParsed(reflection.GetRepeatedMessage(message, &field, i));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckParsed(const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) {
    return Refuse(Reason::kUnknownField,
                  message.GetDescriptor()->name() + " has a field that is not in this format");
  }
  const google::protobuf::Descriptor& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const FieldDescriptor& field = *descriptor.field(i);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      if (EnumsAreListed(message, reflection, field)) continue;
      return internal::Malformed(field.full_name() + " has a number that is not listed");
    }
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    absl::Status status = CheckChildren(message, reflection, field);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status StrictParseInto(std::string_view bytes, Message& message) {
  // Above any size limit of ours; the parser's own lengths are signed 32-bit integers.
  if (bytes.size() > limits::kMessageBytes) {
    return Refuse(Reason::kTooLarge,
                  message.GetDescriptor()->name() + " is larger than any may be");
  }
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return internal::Malformed(message.GetDescriptor()->name() + " cannot be read");
  }
  if (absl::Status status = CheckParsed(message); !status.ok()) return status;
  if (Encode(message) == bytes) return absl::OkStatus();
  return Refuse(Reason::kNotCanonical,
                message.GetDescriptor()->name() + " is not in the one encoding that it may have");
}

std::string Encode(const Message& message) {
  std::string bytes(message.ByteSizeLong(), '\0');
  google::protobuf::io::ArrayOutputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&coded);
  return bytes;
}

}  // namespace entente::record
