#include "tests/federation/model.h"

#include <cstdlib>
#include <iterator>

namespace entente::testing {
namespace {

bool IsUnion(std::string_view agency) {
  return agency == "FR.fiu" || agency == "DE.fiu" || agency == "NL.fiu";
}

// What the origin's law lets out, and the recipient's and the instrument let in.
Pieces Released(v1::RecordKind kind, std::string_view origin, std::string_view recipient) {
  if (!Bound(origin, recipient)) return {};
  if (recipient == "AE.fiu") {
    if (kind == v1::RECORD_KIND_LEAD) return {};             // AE-IN-910
    return {Piece::kAccounts, Piece::kAsset, Piece::kFile};  // FR-OUT-120
  }
  if (origin == "AE.fiu") return {Piece::kAsk, Piece::kAccounts, Piece::kAsset, Piece::kFile};
  Pieces all = {Piece::kAsk,    Piece::kAccounts, Piece::kAsset,     Piece::kNarrative,
                Piece::kVictim, Piece::kFile,     Piece::kVictimFile};
  // France alone sends on victims, and not to Switzerland: FR-OUT-800.
  if (origin != "FR.fiu" || recipient == "CH.fiu") {
    all.erase(Piece::kVictim);
    all.erase(Piece::kVictimFile);
  }
  return all;
}

struct Labels {
  const char* about;
  const char* data;
  const char* basis;
  bool essential;
};

Labels LabelsOf(Piece piece) {
  switch (piece) {
    case Piece::kAsk:
      return {"suspect", "financial", "fact", true};
    case Piece::kAccounts:
    case Piece::kFile:
      return {"suspect", "financial", "fact", false};
    case Piece::kAsset:
      return {"suspect", "asset", "assessment", false};
    case Piece::kNarrative:
      return {"suspect", "narrative", "assessment", false};
    case Piece::kVictim:
    case Piece::kVictimFile:
      break;
  }
  return {"victim", "identity", "fact", false};
}

void AddName(const std::string& text, v1::Person& person) {
  v1::Name& name = *person.add_names();
  name.set_text(text);
  name.set_kind(v1::NAME_KIND_PRIMARY);
  name.set_quality(v1::NAME_QUALITY_GOOD);
  person.set_sex(v1::SEX_UNKNOWN);
}

void Describe(const std::string& name, const v1::AttachResponse& file, v1::Attachment& attachment) {
  attachment.set_name(name);
  attachment.set_media_type("text/csv");
  attachment.set_size(file.size());
  attachment.set_sha256(file.sha256());
}

void Fill(const LeadWish& wish, Piece piece, v1::SectionContent& content) {
  const std::string secret = Secret(wish.number, piece);
  content.set_language("en");
  switch (piece) {
    case Piece::kAsk:
      content.mutable_lead_ask()->set_measure(v1::LEAD_MEASURE_FREEZE);
      content.mutable_lead_ask()->set_deadline_ms(static_cast<uint64_t>(wish.deadline.ms));
      content.mutable_lead_ask()->set_summary(secret);
      return;
    case Piece::kAccounts:
      content.mutable_subjects()->add_subjects()->mutable_account()->set_number(secret);
      return;
    case Piece::kAsset:
      content.mutable_subjects()->add_subjects()->mutable_asset()->set_description(secret);
      return;
    case Piece::kNarrative:
      content.mutable_narrative()->set_text(secret);
      return;
    case Piece::kVictim:
      return AddName(secret, *content.mutable_subjects()->add_subjects()->mutable_person());
    case Piece::kFile:
    case Piece::kVictimFile:
      Describe(secret, wish.files.at(piece), *content.mutable_attachment());
  }
}

std::string TextOf(const v1::SectionContent& content) {
  if (content.has_lead_ask()) return content.lead_ask().summary();
  if (content.has_narrative()) return content.narrative().text();
  if (content.has_attachment()) return content.attachment().name();
  if (content.subjects().subjects_size() != 1) return "";
  const v1::Subject& subject = content.subjects().subjects(0);
  if (subject.has_account()) return subject.account().number();
  if (subject.has_asset()) return subject.asset().description();
  return subject.person().names_size() == 1 ? subject.person().names(0).text() : "";
}

}  // namespace

bool Bound(std::string_view a, std::string_view b) {
  return a != b && (a == "FR.fiu" || b == "FR.fiu" || (IsUnion(a) && IsUnion(b)));
}

Pieces Permitted(const ModelRecord& record, std::string_view recipient) {
  const Pieces released = Released(record.kind, record.origin, recipient);
  Pieces out;
  for (const Piece piece : record.pieces) {
    if (released.contains(piece)) out.insert(piece);
  }
  return out;
}

std::string Secret(uint64_t number, Piece piece) {
  // A name of its own: else each other text would give the victim's away, and be held.
  const bool victim = piece == Piece::kVictim || piece == Piece::kVictimFile;
  const std::string_view head = victim ? "quijotesecret-" : "secret-";
  return std::string(head) + std::to_string(number) + "-" + std::to_string(static_cast<int>(piece));
}

bool IsFile(Piece piece) { return piece == Piece::kFile || piece == Piece::kVictimFile; }

std::string FileContent(uint64_t number, Piece piece) {
  static constexpr size_t kSizes[] = {1, 300, 5'000, 40'000, 150'000, 1'200'000, 2'200'000};
  const std::string secret = Secret(number, piece) + ";";
  const size_t size = kSizes[(number + static_cast<uint64_t>(piece)) % std::size(kSizes)];
  std::string out;
  out.reserve(size + secret.size());
  while (out.size() < size) out += secret;
  return out;
}

std::pair<uint64_t, Piece> ReadSecret(const v1::SectionContent& content) {
  const std::string text = TextOf(content);
  const size_t start = text.find("secret-");
  const size_t dash = text.rfind('-');
  if (start == std::string::npos) return {0, Piece::kAsk};
  return {std::strtoull(text.c_str() + start + 7, nullptr, 10),
          static_cast<Piece>(std::atoi(text.c_str() + dash + 1))};
}

v1::Draft MakeDraft(const LeadWish& wish) {
  v1::Draft draft;
  draft.set_kind(wish.kind);
  draft.set_case_id(wish.case_id);
  for (const std::string& recipient : wish.recipients) draft.add_recipients(recipient);
  draft.set_purpose("asset-recovery");
  draft.add_handling("H1");
  draft.set_evaluation("B2");
  draft.set_urgency(wish.urgency);
  draft.set_expires_ms(static_cast<uint64_t>(wish.expires.ms));
  draft.set_justification("case " + std::to_string(wish.number));
  draft.set_replaces(wish.replaces);
  draft.set_replace_ground(wish.ground);
  for (const Piece piece : wish.pieces) {
    const Labels labels = LabelsOf(piece);
    v1::DraftSection& section = *draft.add_sections();
    section.add_about(labels.about);
    section.add_data(labels.data);
    section.set_basis(labels.basis);
    section.set_essential(labels.essential);
    Fill(wish, piece, *section.mutable_content());
    if (IsFile(piece)) section.set_attachment_id(wish.files.at(piece).attachment_id());
  }
  return draft;
}

}  // namespace entente::testing
