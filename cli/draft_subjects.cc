#include "cli/draft_subjects.h"

#include "cli/draft_fields.h"
#include "cli/subject_words.h"
#include "core/base/day.h"
#include "core/base/limits.h"
#include "core/base/read_file.h"
#include "core/base/refusal.h"
#include "core/record/content.h"

namespace entente::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using net::ConfigTable;

constexpr int64_t kMostSubjects = 9999;

// A photo comes from a file beside the draft.
void ReadPhoto(ConfigTable& table, v1::Photo& photo) {
  const std::string path = table.PathInside("file");
  photo.set_taken(table.TextOr("taken", ""));
  if (path.empty() || !table.Good()) return;
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
    ReadFields(table, {}, what);
  }
}

void ReadLink(ConfigTable& table, v1::Link& link) {
  link.set_from(NumberAt(table, "from"));
  link.set_to(NumberAt(table, "to"));
  ReadStatement(table, link);
  ReadField(table, *v1::Link::descriptor()->FindFieldByName("kind"), {}, link);
}

}  // namespace

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
