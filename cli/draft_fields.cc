#include "cli/draft_fields.h"

#include <map>

#include "cli/subject_words.h"
#include "core/base/day.h"
#include "core/base/money.h"

namespace entente::cli {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using net::ConfigTable;

// What is meant where a draft says nothing.
const std::map<std::string_view, std::string_view>& UsualCodes() {
  static const auto* const codes =
      new std::map<std::string_view, std::string_view>{{"NameKind", "primary"},
                                                       {"NameQuality", "good"},
                                                       {"Sex", "unknown"},
                                                       {"DocumentState", "nothing-known"}};
  return *codes;
}

void ReadMoney(ConfigTable& table, const std::string& key, v1::Money& money) {
  const std::string amount = table.TextOr(key, "");
  const std::string currency = table.TextOr("currency", "");
  if (amount.empty() != currency.empty()) {
    table.RefuseAs(amount.empty() ? "currency" : key, "draft.money");
  }
  if (!amount.empty() && !IsDecimalAmount(amount)) table.RefuseAs(key, "draft.amount");
  if (!currency.empty() && !IsCurrencyCode(currency)) table.RefuseAs("currency", "draft.currency");
  money.set_amount(amount);
  money.set_currency(currency);
}

void ReadEnums(ConfigTable& table, const FieldDescriptor& field, Message& message) {
  for (const std::string& code : table.Texts(field.name())) {
    const EnumValueDescriptor* const value = ValueOf(*field.enum_type(), code);
    if (value == nullptr) {
      return table.Refuse(field.name(), "write some of " + CodesOf(*field.enum_type()));
    }
    message.GetReflection()->AddEnum(&message, &field, value);
  }
}

void ReadEnum(ConfigTable& table, const FieldDescriptor& field, Message& message) {
  if (field.is_repeated()) return ReadEnums(table, field, message);
  const auto usual = UsualCodes().find(field.enum_type()->name());
  const std::string code = usual == UsualCodes().end() ? table.Text(field.name())
                                                       : table.TextOr(field.name(), usual->second);
  const EnumValueDescriptor* const value = ValueOf(*field.enum_type(), code);
  if (value != nullptr) {
    message.GetReflection()->SetEnum(&message, &field, value);
  } else if (table.Has(field.name())) {
    table.Refuse(field.name(), "write one of " + CodesOf(*field.enum_type()));
  }
}

void ReadDate(ConfigTable& table, const std::string& key, std::string_view text,
              v1::PartialDate& date) {
  if (!ReadPartialDate(text, date)) table.RefuseAs(key, "draft.date");
}

// `names = ["…"]`, the first of them primary, and [[….name]] for those that need more said.
void ReadNames(ConfigTable& table, const FieldDescriptor& field, Message& message) {
  const auto add = [&]() -> v1::Name& {
    return dynamic_cast<v1::Name&>(*message.GetReflection()->AddMessage(&message, &field));
  };
  bool first = true;
  for (const std::string& text : table.Texts("names")) {
    v1::Name& name = add();
    name.set_text(text);
    name.set_kind(first ? v1::NAME_KIND_PRIMARY : v1::NAME_KIND_ALIAS);
    name.set_quality(v1::NAME_QUALITY_GOOD);
    first = false;
  }
  for (ConfigTable& inner : table.Tables("name")) ReadFields(inner, {}, add());
}

void ReadMessage(ConfigTable& table, const FieldDescriptor& field, Message& message) {
  const std::string& type = field.message_type()->name();
  const auto* const reflection = message.GetReflection();
  if (type == "DutyDesk") {
    ConfigTable inner = table.Table(field.name());
    ReadFields(inner, {}, *reflection->MutableMessage(&message, &field));
  } else if (type == "Money") {
    ReadMoney(table, field.name(),
              dynamic_cast<v1::Money&>(*reflection->MutableMessage(&message, &field)));
  } else if (type == "Name") {
    ReadNames(table, field, message);
  } else if (field.is_repeated()) {
    for (const std::string& text : table.Texts(field.name())) {
      ReadDate(table, field.name(), text,
               dynamic_cast<v1::PartialDate&>(*reflection->AddMessage(&message, &field)));
    }
  } else if (const std::string text = table.TextOr(field.name(), ""); !text.empty()) {
    ReadDate(table, field.name(), text,
             dynamic_cast<v1::PartialDate&>(*reflection->MutableMessage(&message, &field)));
  }
}

void ReadInstant(ConfigTable& table, const FieldDescriptor& field, Instant now, Message& message) {
  const std::string key = KeyOf(field);
  if (!table.Has(key)) return;
  message.GetReflection()->SetUInt64(&message, &field, InstantAt(table, key, now));
}

void ReadTexts(ConfigTable& table, const FieldDescriptor& field, Message& message) {
  const auto* const reflection = message.GetReflection();
  if (!field.is_repeated()) {
    std::string text = table.TextOr(field.name(), "");
    if (!text.empty()) reflection->SetString(&message, &field, std::move(text));
    return;
  }
  for (const std::string& text : table.Texts(field.name())) {
    reflection->AddString(&message, &field, text);
  }
}

}  // namespace

std::optional<Instant> InstantFrom(std::string_view text, Instant now) {
  if (text.starts_with('P')) {
    const auto duration = ParseDuration(text);
    return duration.ok() ? std::optional(AddDuration(now, *duration)) : std::nullopt;
  }
  const auto instant = ParseInstant(text);
  return instant.ok() ? std::optional(*instant) : std::nullopt;
}

uint64_t InstantAt(ConfigTable& table, std::string_view key, Instant now) {
  const std::string text = table.Text(key);
  if (text.empty()) return 0;
  if (const auto instant = InstantFrom(text, now)) return static_cast<uint64_t>(instant->ms);
  table.RefuseAs(key, text[0] == 'P' ? "draft.duration" : "draft.instant");
  return 0;
}

void ReadField(ConfigTable& table, const FieldDescriptor& field, Instant now, Message& message) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return ReadEnum(table, field, message);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ReadMessage(table, field, message);
    case FieldDescriptor::CPPTYPE_BOOL:
      return message.GetReflection()->SetBool(&message, &field, table.BoolOr(field.name(), false));
    case FieldDescriptor::CPPTYPE_UINT64:
      return ReadInstant(table, field, now, message);
    default:
      return ReadTexts(table, field, message);
  }
}

void ReadFields(ConfigTable& table, Instant now, Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    ReadField(table, *message.GetDescriptor()->field(i), now, message);
  }
}

bool ReadPartialDate(std::string_view text, v1::PartialDate& date) {
  const auto known = [](std::string_view part) { return IsYear(part) || IsDay(part); };
  const auto after = [&](std::string_view word) {
    return text.starts_with(word) ? text.substr(word.size()) : std::string_view();
  };
  date.set_kind(text.size() == 4 ? v1::DATE_KIND_YEAR : v1::DATE_KIND_EXACT);
  if (const auto about = after("about "); !about.empty()) {
    date.set_kind(v1::DATE_KIND_ABOUT);
    text = about;
  } else if (const auto untrue = after("false "); !untrue.empty()) {
    date.set_kind(v1::DATE_KIND_FALSE);
    text = untrue;
  } else if (const size_t dots = text.find(".."); dots != text.npos) {
    date.set_kind(v1::DATE_KIND_BETWEEN);
    date.set_until(std::string(text.substr(dots + 2)));
    text = text.substr(0, dots);
    if (!known(date.until())) return false;
  }
  date.set_from(std::string(text));
  return known(text);
}

}  // namespace entente::cli
