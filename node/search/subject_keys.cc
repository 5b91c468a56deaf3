#include "node/search/subject_keys.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace entente::node::search {
namespace {

uint16_t YearOf(const std::string& date) {
  uint16_t year = 0;
  std::from_chars(date.data(), date.data() + std::min<size_t>(date.size(), 4), year);
  return year;
}

class Keys {
 public:
  void Add(const absl::StatusOr<MatchKey>& key, const std::string& written) {
    if (key.ok()) keys_.push_back({*key, written});
  }
  void Add(const absl::StatusOr<std::vector<MatchKey>>& keys, const std::string& written) {
    if (!keys.ok()) return;
    for (const MatchKey& key : *keys) keys_.push_back({key, written});
  }
  std::vector<SubjectKey> Take() { return std::move(keys_); }

 private:
  std::vector<SubjectKey> keys_;
};

void AddAccount(const v1::FinancialAccount& account, Keys& keys) {
  const auto iban = IbanKey(account.number());
  keys.Add(iban.ok() ? iban : CryptoAddressKey(account.number()), account.number());
}

void AddPerson(const v1::Person& person, Keys& keys) {
  if (person.national_number().empty()) return;
  const std::string country =
      person.nationalities_size() == 1 ? person.nationalities(0) : std::string();
  keys.Add(NationalNumberKeys(person.national_number(), country), person.national_number());
}

void AddNames(const google::protobuf::RepeatedPtrField<v1::Name>& names, IndexEntry& entry) {
  for (const v1::Name& name : names) {
    const bool low =
        name.quality() == v1::NAME_QUALITY_LOW || name.kind() == v1::NAME_KIND_NICKNAME;
    entry.names.push_back({.text = name.text(), .low_quality = low});
  }
}

std::optional<BirthYears> YearsOf(const v1::PartialDate& date) {
  if (date.kind() == v1::DATE_KIND_FALSE) return std::nullopt;
  const uint16_t from = YearOf(date.from());
  if (from == 0) return std::nullopt;
  const uint16_t to = date.until().empty() ? from : YearOf(date.until());
  return BirthYears{.from = from, .to = to, .about = date.kind() == v1::DATE_KIND_ABOUT};
}

}  // namespace

std::vector<SubjectKey> KeysOf(const v1::Subject& subject) {
  Keys keys;
  switch (subject.what_case()) {
    case v1::Subject::kPerson:
      AddPerson(subject.person(), keys);
      break;
    case v1::Subject::kDocument:
      keys.Add(DocumentKeys(subject.document().number(), subject.document().issuer()),
               subject.document().number());
      break;
    case v1::Subject::kVehicle:
      keys.Add(PlateKey(subject.vehicle().plate()), subject.vehicle().plate());
      keys.Add(VinKey(subject.vehicle().vin()), subject.vehicle().vin());
      break;
    case v1::Subject::kPhone:
      keys.Add(PhoneKey(subject.phone().number()), subject.phone().number());
      break;
    case v1::Subject::kEmail:
      keys.Add(EmailKey(subject.email().address()), subject.email().address());
      break;
    case v1::Subject::kAccount:
      AddAccount(subject.account(), keys);
      break;
    default:
      break;
  }
  return keys.Take();
}

std::vector<MatchKey> BirthKeysOf(const v1::Person& person) {
  std::vector<MatchKey> all;
  for (const v1::PartialDate& birth : person.births()) {
    if (birth.kind() != v1::DATE_KIND_EXACT) continue;
    for (const v1::Name& name : person.names()) {
      const auto keys = NameKeys(name.text(), birth.from());
      if (keys.ok()) all.insert(all.end(), keys->begin(), keys->end());
    }
  }
  return all;
}

std::optional<IndexEntry> NamesOf(const v1::Subject& subject) {
  IndexEntry entry;
  if (subject.has_person()) {
    AddNames(subject.person().names(), entry);
    for (const v1::PartialDate& birth : subject.person().births()) {
      if (const auto years = YearsOf(birth)) entry.years.push_back(*years);
    }
  } else if (subject.has_organisation()) {
    AddNames(subject.organisation().names(), entry);
  } else if (subject.has_vessel() && !subject.vessel().name().empty()) {
    entry.names.push_back({.text = subject.vessel().name(), .low_quality = false});
  }
  if (entry.names.empty()) return std::nullopt;
  return entry;
}

}  // namespace entente::node::search
