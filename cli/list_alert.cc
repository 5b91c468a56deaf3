#include "cli/list_alert.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"

namespace entente::cli {
namespace {

constexpr size_t kDigestShown = 8;

void Note(std::string& note, std::string_view label, std::string_view text) {
  if (text.empty()) return;
  note += (note.empty() ? "" : "; ") + std::string(label) + ": " + std::string(text);
}

void AddName(const std::string& text, bool low, bool primary, v1::Person& person) {
  v1::Name& name = *person.add_names();
  name.set_text(text);
  name.set_kind(primary ? v1::NAME_KIND_PRIMARY : v1::NAME_KIND_ALIAS);
  name.set_quality(low ? v1::NAME_QUALITY_LOW : v1::NAME_QUALITY_GOOD);
}

void AddBirth(const UnBirth& birth, v1::Person& person) {
  if (birth.from == 0) return;
  v1::PartialDate& date = *person.add_births();
  const std::string year = std::to_string(birth.from);
  date.set_from(birth.date.empty() ? year : birth.date);
  date.set_kind(birth.date.empty() ? v1::DATE_KIND_YEAR : v1::DATE_KIND_EXACT);
  if (birth.kind == UnBirth::Kind::kAbout) date.set_kind(v1::DATE_KIND_ABOUT);
  if (birth.from == birth.to) return;
  date.set_kind(v1::DATE_KIND_BETWEEN);
  date.set_from(year);
  date.set_until(std::to_string(birth.to));
}

v1::DocumentKind KindOf(const std::string& type) {
  if (type == "Passport") return v1::DOCUMENT_KIND_PASSPORT;
  return type.find("dentification") != std::string::npos ? v1::DOCUMENT_KIND_IDENTITY_CARD
                                                         : v1::DOCUMENT_KIND_OTHER;
}

// The list names countries in words: they stand in the note, and the issuer counts as unknown.
void AddDocument(const UnDocument& from, v1::Subjects& subjects) {
  if (from.number.empty()) return;
  v1::Subject& subject = *subjects.add_subjects();
  subject.mutable_document()->set_kind(KindOf(from.type));
  subject.mutable_document()->set_number(from.number);
  subject.mutable_document()->set_state(v1::DOCUMENT_STATE_NOTHING_KNOWN);
  std::string note;
  Note(note, "issued by", from.issuer);
  Note(note, "issued on", from.issued_on);
  Note(note, "note", from.note);
  subject.set_note(note);
}

v1::Sex SexOf(const std::string& word) {
  return word == "Male" ? v1::SEX_MALE : word == "Female" ? v1::SEX_FEMALE : v1::SEX_UNKNOWN;
}

std::string NoteOf(const UnPerson& person) {
  std::string note;
  Note(note, "list", person.list);
  for (const std::string& nationality : person.nationalities)
    Note(note, "nationality", nationality);
  Note(note, "listed on", person.listed_on);
  Note(note, "comments", person.comments);
  return note;
}

// Under the notice's own labels, with the data that stand in it.
v1::DraftSection& AddSubjects(const v1::Draft& like, std::vector<std::string> data,
                              v1::Draft& draft) {
  v1::DraftSection& section = *draft.add_sections();
  *section.mutable_about() = like.sections(0).about();
  section.set_basis(like.sections(0).basis());
  section.set_essential(true);
  for (std::string& one : data) section.add_data(std::move(one));
  section.mutable_content()->set_language("en");
  return section;
}

// Instants move with each import; all else is what the alert says, and to whom.
std::string DigestOf(v1::Draft draft) {
  draft.clear_expires_ms();
  draft.clear_justification();
  draft.clear_own_reference();
  draft.mutable_sections(0)->mutable_content()->mutable_alert_notice()->clear_confirm_by_ms();
  return HexEncode(crypto::Sha256(draft.SerializeAsString())).substr(0, kDigestShown);
}

void SetReference(const std::string& reference, v1::Draft& draft) {
  draft.mutable_sections(0)->mutable_content()->mutable_alert_notice()->set_reference(reference);
  draft.set_own_reference(std::string(kListMark) + reference + " #" + DigestOf(draft));
  draft.set_list_entry(std::string(kListMark) + reference);
}

}  // namespace

v1::Draft AlertOf(const UnPerson& person, const v1::Draft& like) {
  v1::Draft draft = like;
  std::vector<std::string> data = {"identity"};
  v1::Subjects subjects;
  v1::Subject& subject = *subjects.add_subjects();
  for (const UnName& name : NamesOf(person)) {
    AddName(name.text, name.low_quality, name.primary, *subject.mutable_person());
  }
  for (const UnBirth& birth : person.births) AddBirth(birth, *subject.mutable_person());
  subject.mutable_person()->set_sex(SexOf(person.gender));
  if (!person.places_of_birth.empty()) {
    subject.mutable_person()->set_place_of_birth(person.places_of_birth.front());
  }
  subject.set_note(NoteOf(person));
  for (const UnDocument& document : person.documents) AddDocument(document, subjects);
  if (subjects.subjects_size() > 1) data.emplace_back("travel-document");
  *AddSubjects(like, std::move(data), draft).mutable_content()->mutable_subjects() =
      std::move(subjects);
  SetReference(person.reference, draft);
  return draft;
}

v1::Draft AlertOf(const UnEntity& entity, const v1::Draft& like) {
  v1::Draft draft = like;
  v1::Subjects subjects;
  v1::Subject& subject = *subjects.add_subjects();
  const auto add = [&](const std::string& text, v1::NameKind kind, bool low) {
    if (text.empty()) return;
    v1::Name& name = *subject.mutable_organisation()->add_names();
    name.set_text(text);
    name.set_kind(kind);
    name.set_quality(low ? v1::NAME_QUALITY_LOW : v1::NAME_QUALITY_GOOD);
  };
  add(entity.name, v1::NAME_KIND_PRIMARY, false);
  add(entity.original_script, v1::NAME_KIND_ALIAS, false);
  for (const UnAlias& alias : entity.aliases) {
    add(alias.name,
        alias.quality == UnQuality::kFormerlyKnownAs ? v1::NAME_KIND_FORMER : v1::NAME_KIND_ALIAS,
        alias.quality == UnQuality::kLow);
  }
  std::string note;
  Note(note, "list", entity.list);
  Note(note, "listed on", entity.listed_on);
  Note(note, "comments", entity.comments);
  subject.set_note(note);
  *AddSubjects(like, {"organisation"}, draft).mutable_content()->mutable_subjects() =
      std::move(subjects);
  SetReference(entity.reference, draft);
  return draft;
}

}  // namespace entente::cli
