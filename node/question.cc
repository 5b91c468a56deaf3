#include "node/question.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/day.h"
#include "core/base/refusal.h"
#include "node/search/fold.h"
#include "node/search/mrz.h"
#include "node/search/subject_keys.h"
#include "node/text.h"

namespace entente::node {
namespace {

using search::KeyKind;
using search::MatchKey;

// No name, number or zone is longer.
constexpr size_t kLongestAsked = 1024;

absl::Status Malformed(const absl::Status& why) {
  return RefuseAdvising(
      Reason::kMalformed, "", std::string(why.message()),
      "read it once more, or ask by another number, or by name and year of birth");
}

// A number alone, and the same with its issuer.
std::optional<KeyKind> WithIssuer(KeyKind kind) {
  if (kind == KeyKind::kDocument) return KeyKind::kDocumentIssuer;
  if (kind == KeyKind::kNationalNumber) return KeyKind::kNationalNumberIssuer;
  return std::nullopt;
}

const MatchKey* FindKind(const std::vector<MatchKey>& keys, KeyKind kind) {
  const auto found = std::ranges::find(keys, kind, &MatchKey::kind);
  return found == keys.end() ? nullptr : &*found;
}

// Both without their issuers, or both with.
bool Agree(const std::vector<MatchKey>& asked, const std::vector<MatchKey>& known) {
  if (asked.empty() || known.empty()) return false;
  const KeyKind plain = asked.front().kind;
  const MatchKey* const other = FindKind(known, plain);
  if (other == nullptr || *other != asked.front()) return false;
  const auto kind = WithIssuer(plain);
  if (!kind) return true;
  const MatchKey* const by_asked = FindKind(asked, *kind);
  const MatchKey* const by_known = FindKind(known, *kind);
  return by_asked == nullptr || by_known == nullptr || *by_asked == *by_known;
}

std::string_view HowWord(search::Agreement how) {
  switch (how) {
    case search::Agreement::kExact:
      return "exact";
    case search::Agreement::kPhonetic:
      return "phonetic";
    case search::Agreement::kNear:
      return "near";
    case search::Agreement::kInitial:
      return "initial";
    case search::Agreement::kJoined:
      return "joined";
  }
  return "";
}

std::string_view YearWord(search::YearAgreement year) {
  switch (year) {
    case search::YearAgreement::kAgrees:
      return "exact";
    case search::YearAgreement::kNear:
      return "near";
    case search::YearAgreement::kContradicts:
      return "differs";
    case search::YearAgreement::kMissing:
      return "";
  }
  return "";
}

v1::SearchAgreement MakeAgreement(std::string_view what, std::string asked, std::string known,
                                  std::string_view how) {
  v1::SearchAgreement agreement;
  agreement.set_what(std::string(what));
  agreement.set_asked(std::move(asked));
  agreement.set_known(std::move(known));
  agreement.set_how(std::string(how));
  return agreement;
}

std::string ZoneBirth(const search::ZoneDate& date, Instant now) {
  const std::optional<int> year = search::BirthYear(date, now);
  if (!year) return "";
  std::string text = std::to_string(*year);
  if (!date.month || !date.day) return text;
  const auto two = [](int value) {
    return std::string(value < 10 ? "0" : "") + std::to_string(value);
  };
  return text + "-" + two(*date.month) + "-" + two(*date.day);
}

class Reader {
 public:
  explicit Reader(Instant now) : now_(now) {}

  absl::Status Read(const v1::SearchRequest& request) {
    absl::Status status = AddZone(request.zone());
    status.Update(AddNumber(request.document_number(), [&](const std::string& text) {
      return search::DocumentKeys(text, request.document_issuer());
    }));
    status.Update(AddNumber(request.national_number(), [](const std::string& text) {
      return search::NationalNumberKeys(text, "");
    }));
    status.Update(AddKey(request.plate(), search::PlateKey));
    status.Update(AddKey(request.vin(), search::VinKey));
    status.Update(AddKey(request.phone(), search::PhoneKey));
    status.Update(AddKey(request.email(), search::EmailKey));
    status.Update(AddKey(request.iban(), search::IbanKey));
    status.Update(AddKey(request.crypto_address(), search::CryptoAddressKey));
    status.Update(AddName(request.name(), request.born()));
    return status;
  }
  Question Take() { return std::move(question_); }

 private:
  void Say(std::string_view kind, const std::string& text) {
    question_.kinds.emplace_back(kind);
    question_.asked.push_back(Text(kind, " ", text));
  }

  template <typename Make>
  absl::Status AddNumber(const std::string& text, Make make) {
    if (text.empty()) return absl::OkStatus();
    absl::StatusOr<std::vector<MatchKey>> keys = make(text);
    if (!keys.ok()) return Malformed(keys.status());
    Say(search::KindWord(keys->front().kind), text);
    question_.numbers.push_back({text, *std::move(keys)});
    return absl::OkStatus();
  }

  template <typename Make>
  absl::Status AddKey(const std::string& text, Make make) {
    return AddNumber(text, [&](const std::string& value) -> absl::StatusOr<std::vector<MatchKey>> {
      absl::StatusOr<MatchKey> key = make(value);
      if (!key.ok()) return key.status();
      return std::vector<MatchKey>{*std::move(key)};
    });
  }

  absl::Status AddZone(const std::string& text) {
    if (text.empty()) return absl::OkStatus();
    absl::StatusOr<search::MachineZone> zone = search::ParseZone(text);
    if (!zone.ok()) return Malformed(zone.status());
    absl::StatusOr<std::vector<MatchKey>> keys = search::DocumentKeys(zone->number, zone->issuer);
    // Some issuers (UNO, XXA) are no countries: the number stands by itself.
    if (!keys.ok()) keys = search::DocumentKeys(zone->number, "");
    if (!keys.ok()) return Malformed(keys.status());
    Say("document", Text(zone->issuer, " ", zone->number));
    question_.numbers.push_back({zone->number, *std::move(keys)});
    const bool both = !zone->given_names.empty();
    return AddName(Text(zone->given_names, both ? " " : "", zone->surname),
                   ZoneBirth(zone->birth, now_));
  }

  absl::Status AddName(const std::string& name, const std::string& born) {
    if (name.empty()) {
      return born.empty() ? absl::OkStatus()
                          : Refuse(Reason::kLabelMissing, "name",
                                   "a date of birth is asked for together with a name");
    }
    if (!born.empty() && !IsDay(born) && !IsYear(born)) {
      return Refuse(Reason::kMalformed, "write the date of birth as YYYY-MM-DD, or the year alone");
    }
    if (!question_.name.empty()) {
      return Refuse(Reason::kMalformed, "give a name, or a machine-readable zone, not both");
    }
    if (search::FoldName(name).empty()) {
      return RefuseAdvising(Reason::kMalformed, "", "the name has no letters", "give a name");
    }
    question_.name = name;
    question_.born = born;
    Say("name", born.empty() ? name : Text(name, ", ", born));
    return absl::OkStatus();
  }

  const Instant now_;
  Question question_;
};

absl::Status CheckLengths(const v1::SearchRequest& request) {
  if (request.ByteSizeLong() - request.justification().size() <= 4 * kLongestAsked) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kTooLarge, "no name, number or zone is as long as what is asked for");
}

std::vector<MatchKey> PlainKeys(const std::vector<search::SubjectKey>& keys) {
  std::vector<MatchKey> plain;
  for (const search::SubjectKey& one : keys) plain.push_back(one.key);
  return plain;
}

bool AsksForPapers(const Question& question) {
  return std::ranges::any_of(question.numbers, [](const AskedNumber& number) {
    return number.keys.front().kind == KeyKind::kDocument;
  });
}

// Name and day of birth, without papers.
bool IsBorn(const Question& question, const v1::Person& person) {
  if (AsksForPapers(question) || question.name.empty() || question.born.size() != 10) return false;
  const auto asked = search::NameKeys(question.name, question.born);
  if (!asked.ok()) return false;
  const std::vector<MatchKey> known = search::BirthKeysOf(person);
  return std::ranges::find(known, asked->front()) != known.end();
}

}  // namespace

absl::StatusOr<Question> ReadQuestion(const v1::SearchRequest& request, Instant now) {
  if (absl::Status status = CheckLengths(request); !status.ok()) return status;
  Reader reader(now);
  if (absl::Status status = reader.Read(request); !status.ok()) return status;
  Question question = reader.Take();
  if (!question.kinds.empty()) return question;
  return RefuseAdvising(Reason::kLabelMissing, "question", "nothing is asked for",
                        "give a document, a machine-readable zone, a name or another number");
}

search::IndexQuestion ForIndex(const Question& question) {
  search::IndexQuestion asked;
  for (const AskedNumber& number : question.numbers) asked.keys.push_back(number.keys.front());
  if (question.name.empty()) return asked;
  asked.name = search::NameQuery{question.name, std::nullopt};
  uint16_t year = 0;
  std::from_chars(question.born.data(),
                  question.born.data() + std::min<size_t>(question.born.size(), 4), year);
  if (year != 0) asked.name->year = year;
  return asked;
}

std::vector<v1::SearchAgreement> Agreements(const Question& question, const v1::Subject& subject) {
  const std::vector<search::SubjectKey> known = search::KeysOf(subject);
  std::vector<v1::SearchAgreement> agreements;
  for (const AskedNumber& number : question.numbers) {
    if (!Agree(number.keys, PlainKeys(known))) continue;
    const auto written = std::ranges::find(known, number.keys.front(), &search::SubjectKey::key);
    agreements.push_back(MakeAgreement(search::KindWord(number.keys.front().kind), number.written,
                                       written->written, "exact"));
  }
  return agreements;
}

std::vector<v1::SearchAgreement> Agreements(const search::NameCandidate& candidate) {
  std::vector<v1::SearchAgreement> agreements;
  for (const search::PartReason& part : candidate.parts) {
    agreements.push_back(MakeAgreement("name", part.asked, part.known, HowWord(part.how)));
  }
  if (candidate.year != search::YearAgreement::kMissing) {
    agreements.push_back(MakeAgreement("year-of-birth", "", "", YearWord(candidate.year)));
  }
  return agreements;
}

bool IsBornAs(const Question& question, const std::vector<v1::Subject>& subjects) {
  return std::ranges::any_of(subjects, [&](const v1::Subject& subject) {
    return subject.has_person() && IsBorn(question, subject.person());
  });
}

bool IsOf(const Question& question, const v1::NotIdentical& note) {
  if (!AsksForPapers(question)) return IsBorn(question, note.person());
  return std::ranges::any_of(note.documents(), [&](const v1::Document& document) {
    v1::Subject subject;
    *subject.mutable_document() = document;
    return !Agreements(question, subject).empty();
  });
}

}  // namespace entente::node
