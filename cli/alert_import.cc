#include "cli/alert_import.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "cli/draft.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"

namespace entente::cli {
namespace {

constexpr size_t kDigestShown = 8;
constexpr int kSaidEach = 100;
// Before the list's reference, in that of the alert: what an import may replace and recall.
constexpr std::string_view kListMark = "UN list ";

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
}

// What was published and still stands: by the list's reference, and whole.
struct Published {
  std::string own_reference;
  std::string record_id;  // with its origin before it: ids are known to every recipient
  bool ages = false;      // half of its time is over: it is renewed
};

bool Ages(const v1::RecordSummary& record, uint64_t now) {
  const uint64_t confirm_by = record.confirm_by_ms();
  const uint64_t until =
      confirm_by == 0 ? record.expires_ms() : std::min(confirm_by, record.expires_ms());
  return until <= record.created_ms() ||
         now > record.created_ms() + (until - record.created_ms()) / 2;
}

// By the list's reference; several when an import was cut short.
using PublishedMap = std::multimap<std::string, Published>;

std::optional<PublishedMap> FindPublished(Context& context) {
  v1::ListRequest request;
  request.set_kind(v1::RECORD_KIND_ALERT);
  const auto all = context.CallPaged(&v1::Desk::Stub::ListRecords, request,
                                     [](const auto& page) { return page.records_size(); });
  if (!all) return std::nullopt;
  const auto now = static_cast<uint64_t>(SystemClock().Now().ms);
  PublishedMap published;
  for (const v1::RecordSummary& record : all->records()) {
    const std::string& reference = record.own_reference();
    const size_t hash = reference.find(" #");
    if (!reference.starts_with(kListMark) || hash == std::string::npos) continue;
    published.emplace(
        reference.substr(kListMark.size(), hash - kListMark.size()),
        Published{reference, record.origin() + "/" + record.record_id(), Ages(record, now)});
  }
  return published;
}

class Import {
 public:
  Import(Context& context, const ImportOptions& options) : context_(context), options_(options) {}

  bool Run(const UnList& list, const v1::Draft& like) {
    auto published = FindPublished(context_);
    if (!published) return false;
    all_ = list.persons.size() + list.entities.size();
    for (const UnPerson& person : list.persons) {
      if (!Put(AlertOf(person, like), person.reference, *published)) return false;
    }
    for (const UnEntity& entity : list.entities) {
      if (!Put(AlertOf(entity, like), entity.reference, *published)) return false;
    }
    missing_ = published->size();
    if (!options_.recall_missing) return true;
    for (const auto& [reference, gone] : *published) {
      if (!TakeBack(gone.record_id, v1::RECALL_GROUND_WITHDRAWN)) return false;
      ++recalled_;
    }
    return true;
  }

  void Report() {
    const std::string sentence =
        context_.Say(options_.dry_run ? "import.would" : "import.done",
                     {std::to_string(new_), std::to_string(replaced_), std::to_string(same_),
                      std::to_string(missing_), std::to_string(recalled_)});
    context_.Done(sentence, {{"published", new_},
                             {"replaced", replaced_},
                             {"unchanged", same_},
                             {"missing", missing_},
                             {"recalled", recalled_}});
  }

 private:
  // Published anew, or passed over. Afterwards `published` lacks it.
  bool Put(v1::Draft draft, const std::string& reference, PublishedMap& published) {
    if (++seen_ % kSaidEach == 0) {
      std::cerr << context_.Say("import.progress", {std::to_string(seen_), std::to_string(all_)})
                << "\n";
    }
    const auto [first, last] = published.equal_range(reference);
    std::vector<Published> before;
    for (auto one = first; one != last; ++one) before.push_back(one->second);
    published.erase(first, last);
    const auto same = std::ranges::find_if(before, [&](const Published& one) {
      return one.own_reference == draft.own_reference() && !one.ages;
    });
    if (same != before.end()) {
      ++same_;
      before.erase(same);
      return TakeAllBack(before);
    }
    ++(before.empty() ? new_ : replaced_);
    if (options_.dry_run) return true;
    if (!before.empty()) {
      draft.set_replaces(before.back().record_id);
      before.pop_back();
    }
    return context_.Call(&v1::Desk::Stub::Send, draft) && TakeAllBack(before);
  }

  bool TakeAllBack(const std::vector<Published>& twins) {
    return std::ranges::all_of(twins, [&](const Published& twin) {
      return TakeBack(twin.record_id, v1::RECALL_GROUND_REPLACED);
    });
  }

  bool TakeBack(const std::string& record_id, v1::RecallGround ground) {
    if (options_.dry_run) return true;
    v1::RecallRequest request;
    request.set_record_id(record_id);
    request.set_ground(ground);
    request.set_justification(options_.justification);
    return context_.Call(&v1::Desk::Stub::Recall, request).has_value();
  }

  Context& context_;
  const ImportOptions& options_;
  size_t all_ = 0;
  size_t seen_ = 0;
  size_t new_ = 0;
  size_t replaced_ = 0;
  size_t same_ = 0;
  size_t missing_ = 0;
  size_t recalled_ = 0;
};

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

void ImportAlerts(Context& context, const ImportOptions& options) {
  const auto list = ReadUnList(options.list);
  if (!list.ok()) return context.Fail(list.status());
  auto like = ReadDraft(options.draft, v1::RECORD_KIND_ALERT, SystemClock().Now());
  if (!like.ok()) return context.Fail(like.status());
  if (like->sections_size() != 1) {
    return context.Fail(
        absl::InvalidArgumentError(context.Say("import.sections", {options.draft})));
  }
  for (const std::string& recipient : options.recipients) like->add_recipients(recipient);
  like->set_justification(options.justification);
  Import import(context, options);
  const bool done = import.Run(*list, *like);
  // Also of what was done before an error.
  if (done) import.Report();
}

}  // namespace entente::cli
