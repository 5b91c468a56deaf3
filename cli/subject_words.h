// The words that people write and read for the closed lists of content.proto, from the names of the
// messages themselves: DOCUMENT_KIND_IDENTITY_CARD is "identity-card" of the group
// "document-kind". Pure.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

#include "core/base/sentences.h"

namespace entente::cli {

// "travel_document", "TravelDocument" and "TRAVEL_DOCUMENT" to "travel-document".
std::string Hyphenated(std::string_view name);

std::string CodeOf(const google::protobuf::EnumValueDescriptor& value);
// nullptr for a word that is none, and for "unspecified".
const google::protobuf::EnumValueDescriptor* ValueOf(const google::protobuf::EnumDescriptor& list,
                                                     std::string_view code);
// "passport, identity-card, …", for a sentence that says what may be written.
std::string CodesOf(const google::protobuf::EnumDescriptor& list);

// A field's name, of an instant without its ending "_ms".
std::string KeyOf(const google::protobuf::FieldDescriptor& field);

// From the catalogue: what a field, a kind of subject, a value is called.
std::string LabelOf(Language language, const google::protobuf::FieldDescriptor& field);
std::string WordOf(Language language, const google::protobuf::EnumValueDescriptor& value);
// The number itself when the list has none such: a newer node may know more.
std::string WordOf(Language language, const google::protobuf::EnumDescriptor& list, int number);

// A Subject's kinds: person, document, …
const google::protobuf::OneofDescriptor& SubjectKinds();

}  // namespace entente::cli
