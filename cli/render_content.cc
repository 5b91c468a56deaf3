#include "cli/render_content.h"

#include <google/protobuf/message.h>

#include <vector>

#include "cli/subject_words.h"
#include "cli/text.h"
#include "core/base/encoding.h"

namespace entente::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Append(std::string& text, std::string_view more, std::string_view between) {
  if (more.empty()) return;
  if (!text.empty()) text += between;
  text += more;
}

std::string MoneyText(const v1::Money& money) {
  return money.amount() + (money.currency().empty() ? "" : " " + money.currency());
}

std::string DateText(Language language, const v1::PartialDate& date) {
  switch (date.kind()) {
    case v1::DATE_KIND_EXACT:
    case v1::DATE_KIND_YEAR:
      return date.from();
    case v1::DATE_KIND_BETWEEN:
      return date.from() + ".." + date.until();
    default:
      return WordOf(language, *v1::DateKind_descriptor(), date.kind()) + " " + date.from();
  }
}

// What is said of it beside the text, when that is not the usual.
std::string NameText(Language language, const v1::Name& name) {
  std::string more;
  if (name.kind() != v1::NAME_KIND_PRIMARY) {
    Append(more, WordOf(language, *v1::NameKind_descriptor(), name.kind()), ", ");
  }
  if (name.quality() != v1::NAME_QUALITY_GOOD) {
    Append(more, WordOf(language, *v1::NameQuality_descriptor(), name.quality()), ", ");
  }
  Append(more, name.script(), ", ");
  return name.text() + (more.empty() ? "" : " (" + more + ")");
}

std::string MessageText(Language language, const Message& message);

// A desk: its fields on one line.
std::string DeskText(Language language, const v1::DutyDesk& desk) {
  std::string text = desk.name();
  for (const std::string* more : {&desk.telephone(), &desk.email(), &desk.time_zone()}) {
    Append(text, *more, ", ");
  }
  std::string languages;
  for (const std::string& tag : desk.languages()) Append(languages, tag, " ");
  return text + " (" + Say(language, "content.languages", {languages}) + ")";
}

std::string MessageText(Language language, const Message& message) {
  if (const auto* desk = dynamic_cast<const v1::DutyDesk*>(&message)) {
    return DeskText(language, *desk);
  }
  if (const auto* money = dynamic_cast<const v1::Money*>(&message)) return MoneyText(*money);
  if (const auto* date = dynamic_cast<const v1::PartialDate*>(&message)) {
    return DateText(language, *date);
  }
  return NameText(language, dynamic_cast<const v1::Name&>(message));
}

// One of a repeated field, or the only one.
std::string ValueText(Language language, const Message& message, const FieldDescriptor& field,
                      int index) {
  const auto* const reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return WordOf(language, *field.enum_type(),
                    index < 0 ? reflection->GetEnumValue(message, &field)
                              : reflection->GetRepeatedEnumValue(message, &field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return Say(language, reflection->GetBool(message, &field) ? "yes" : "no");
    case FieldDescriptor::CPPTYPE_UINT64:
      return InstantText(reflection->GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(language, index < 0
                                       ? reflection->GetMessage(message, &field)
                                       : reflection->GetRepeatedMessage(message, &field, index));
    default:
      break;
  }
  if (index >= 0) return reflection->GetRepeatedString(message, &field, index);
  const std::string text = reflection->GetString(message, &field);
  if (field.type() != FieldDescriptor::TYPE_BYTES) return text;
  return Say(language, "content.bytes", {std::to_string(text.size())});
}

std::string FieldText(Language language, const Message& message, const FieldDescriptor& field) {
  const auto* const reflection = message.GetReflection();
  if (!field.is_repeated()) {
    const bool there = field.has_presence() ? reflection->HasField(message, &field) : true;
    return there ? ValueText(language, message, field, -1) : "";
  }
  std::string text;
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    Append(text, ValueText(language, message, field, i), "; ");
  }
  return text;
}

// Shown as a subject of its own, or by its record's reference.
bool IsOwnSubject(const FieldDescriptor& field) {
  const auto* const type = field.message_type();
  return field.type() == FieldDescriptor::TYPE_BYTES
             ? field.name() == "alert_record_id"
             : type != nullptr && (type->name() == "Person" || type->name() == "Document");
}

const FieldDescriptor& KindOf(const v1::Subject& subject) {
  return *subject.GetReflection()->GetOneofFieldDescriptor(subject, &SubjectKinds());
}

std::string StatementText(Language language, const v1::Statement& statement) {
  std::string text;
  if (!statement.basis().empty()) text = Word(language, "basis", statement.basis());
  Append(text, statement.evaluation(), " ");
  return text;
}

std::string HeadOf(Language language, const v1::Subject& subject) {
  std::string head = LabelOf(language, KindOf(subject));
  if (subject.number() != 0) head += " " + std::to_string(subject.number());
  const std::string said = StatementText(language, subject.statement());
  return head + (said.empty() ? "" : " (" + said + ")");
}

void AddRows(Language language, const Message& what, std::vector<Row>& rows) {
  for (int i = 0; i < what.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *what.GetDescriptor()->field(i);
    if (IsOwnSubject(field)) continue;
    std::string text = FieldText(language, what, field);
    if (!text.empty()) rows.push_back({"    " + LabelOf(language, field), std::move(text)});
  }
}

std::string SubjectText(Language language, const v1::Subject& subject) {
  std::vector<Row> rows;
  AddRows(language, subject.GetReflection()->GetMessage(subject, &KindOf(subject)), rows);
  if (!subject.note().empty()) {
    rows.push_back({"    " + Say(language, "field.note"), subject.note()});
  }
  return "  " + Printable(HeadOf(language, subject)) + "\n" + Table(rows);
}

std::string LinkText(Language language, const v1::Link& link) {
  const std::string said = StatementText(language, link.statement());
  return "  " +
         Say(language, "content.link",
             {std::to_string(link.from()),
              WordOf(language, *v1::LinkKind_descriptor(), link.kind()),
              std::to_string(link.to())}) +
         (said.empty() ? "" : " (" + Printable(said) + ")") + "\n";
}

std::string NotIdenticalText(Language language, const v1::NotIdentical& note) {
  v1::Subjects subjects;
  *subjects.add_subjects()->mutable_person() = note.person();
  for (const v1::Document& document : note.documents()) {
    *subjects.add_subjects()->mutable_document() = document;
  }
  std::vector<Row> rows;
  AddRows(language, note, rows);
  return "  " +
         Say(language, "content.not-identical", {HexEncode(AsBytes(note.alert_record_id()))}) +
         "\n" + Table(rows) + RenderSubjects(language, subjects);
}

}  // namespace

std::string RenderAsked(Language language, const Message& message) {
  if (const auto* note = dynamic_cast<const v1::NotIdentical*>(&message)) {
    return NotIdenticalText(language, *note);
  }
  std::vector<Row> rows;
  AddRows(language, message, rows);
  return Table(rows);
}

std::string RenderAttachment(Language language, const v1::Attachment& attachment) {
  std::string out =
      "  " +
      Say(language, "content.attachment",
          {attachment.name(), attachment.media_type(), std::to_string(attachment.size()),
           HexEncode(AsBytes(attachment.sha256()))}) +
      "\n";
  if (!attachment.note().empty()) out += PrintableBlock(attachment.note());
  return out;
}

std::string RenderSubjects(Language language, const v1::Subjects& subjects) {
  std::string out;
  for (const v1::Subject& subject : subjects.subjects()) {
    if (subject.what_case() == v1::Subject::WHAT_NOT_SET) continue;
    out += SubjectText(language, subject);
  }
  for (const v1::Link& link : subjects.links()) out += LinkText(language, link);
  return out;
}

}  // namespace entente::cli
