#include "cli/draft_subjects.h"

#include <map>

#include "cli/subject_words.h"
#include "core/base/day.h"
#include "core/base/limits.h"
#include "core/base/money.h"
#include "core/base/read_file.h"
#include "core/base/refusal.h"
#include "core/record/content.h"

namespace entente::cli {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using net::ConfigTable;

constexpr int64_t kMostSubjects = 9999;

// What is meant where a draft says nothing.
const std::map<std::string_view, std::string_view>& UsualCodes() {
  static const auto* const codes =
      new std::map<std::string_view, std::string_view>{{"NameKind", "primary"},
                                                       {"NameQuality", "good"},
                                                       {"Sex", "unknown"},
                                                       {"DocumentState", "nothing-known"}};
  return *codes;
}

void ReadFields(ConfigTable& table, Message& message);

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

void ReadEnum(ConfigTable& table, const FieldDescriptor& field, Message& message) {
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
  for (ConfigTable& inner : table.Tables("name")) ReadFields(inner, add());
}

void ReadMessage(ConfigTable& table, const FieldDescriptor& field, Message& message) {
  const std::string& type = field.message_type()->name();
  const auto* const reflection = message.GetReflection();
  if (type == "Money") {
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

void ReadField(ConfigTable& table, const FieldDescriptor& field, Message& message) {
  const auto* const reflection = message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return ReadEnum(table, field, message);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return ReadMessage(table, field, message);
  }
  if (field.is_repeated()) {
    for (const std::string& text : table.Texts(field.name())) {
      reflection->AddString(&message, &field, text);
    }
  } else if (std::string text = table.TextOr(field.name(), ""); !text.empty()) {
    reflection->SetString(&message, &field, std::move(text));
  }
}

void ReadFields(ConfigTable& table, Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    ReadField(table, *message.GetDescriptor()->field(i), message);
  }
}

// A photo comes from a file beside the draft.
void ReadPhoto(ConfigTable& table, v1::Photo& photo) {
  const std::string path = table.Path("file");
  photo.set_taken(table.TextOr("taken", ""));
  if (path.empty()) return;
  auto image = ReadFile(path, limits::kPhotoBytes);
  if (!image.ok()) return table.Refuse("file", std::string(image.status().message()));
  photo.set_media_type(path.ends_with(".png") ? "image/png" : "image/jpeg");
  photo.set_image(*std::move(image));
}

uint32_t NumberAt(ConfigTable& table, std::string_view key) {
  return static_cast<uint32_t>(table.IntegerOr(key, 0, 0, kMostSubjects));
}

// Of a Subject or a Link.
template <typename Said>
void ReadStatement(ConfigTable& table, Said& said) {
  v1::Statement statement;
  statement.set_basis(table.TextOr("basis", ""));
  statement.set_evaluation(table.TextOr("evaluation", ""));
  const bool any = !statement.basis().empty() || !statement.evaluation().empty();
  if (any) *said.mutable_statement() = std::move(statement);
}

void ReadSubject(ConfigTable& table, const FieldDescriptor& kind, v1::Subject& subject) {
  subject.set_number(NumberAt(table, "subject"));
  subject.set_note(table.TextOr("note", ""));
  ReadStatement(table, subject);
  Message& what = *subject.GetReflection()->MutableMessage(&subject, &kind);
  if (subject.has_photo()) {
    ReadPhoto(table, *subject.mutable_photo());
  } else {
    ReadFields(table, what);
  }
}

void ReadLink(ConfigTable& table, v1::Link& link) {
  link.set_from(NumberAt(table, "from"));
  link.set_to(NumberAt(table, "to"));
  ReadStatement(table, link);
  ReadEnum(table, *v1::Link::descriptor()->FindFieldByName("kind"), link);
}

}  // namespace

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

bool HasSubjects(const ConfigTable& section) {
  for (int i = 0; i < SubjectKinds().field_count(); ++i) {
    if (section.Has(SubjectKinds().field(i)->name())) return true;
  }
  return false;
}

v1::Subjects ReadSubjects(ConfigTable& section) {
  v1::Subjects subjects;
  for (int i = 0; i < SubjectKinds().field_count(); ++i) {
    const FieldDescriptor& kind = *SubjectKinds().field(i);
    for (ConfigTable& table : section.Tables(kind.name())) {
      v1::Subject& subject = *subjects.add_subjects();
      ReadSubject(table, kind, subject);
      const absl::Status sound = record::CheckSubject(subject);
      // What has its own place says more.
      if (!sound.ok() && table.Good()) table.Refuse("", RefusalOf(sound)->text);
    }
  }
  for (ConfigTable& table : section.Tables("link")) ReadLink(table, *subjects.add_links());
  return subjects;
}

}  // namespace entente::cli
