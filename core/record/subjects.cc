// Each kind of subject by itself (content.h).
#include <algorithm>
#include <string>

#include "core/base/agency.h"
#include "core/base/day.h"
#include "core/base/limits.h"
#include "core/record/checks.h"
#include "core/record/content.h"

namespace entente::record {
namespace {

using internal::CheckAgency;
using internal::CheckMoney;
using internal::First;
using internal::Malformed;

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

absl::Status Country(std::string_view code) {
  if (code.empty()) return absl::OkStatus();
  const absl::Status known = CheckJurisdiction(code);
  return known.ok() ? known : Malformed(std::string(known.message()));
}

absl::Status Day(std::string_view text, std::string_view name) {
  if (text.empty() || IsDay(text)) return absl::OkStatus();
  return Malformed(std::string(name) + " is no day such as 1984-03-17");
}

absl::Status Statement(const v1::Statement& statement) {
  const std::string& basis = statement.basis();
  if (!basis.empty() && basis != "fact" && basis != "assessment") {
    return Malformed("a statement is a fact or an assessment");
  }
  const std::string& code = statement.evaluation();
  const bool good = code.size() == 2 && std::string_view("ABCX").find(code[0]) != code.npos &&
                    std::string_view("1234").find(code[1]) != code.npos;
  return code.empty() || good
             ? absl::OkStatus()
             : Malformed("an evaluation is a letter A, B, C or X and a digit 1 to 4");
}

// ---- persons

absl::Status Date(const v1::PartialDate& date) {
  const auto known = [](std::string_view text) { return IsYear(text) || IsDay(text); };
  const bool between = date.kind() == v1::DATE_KIND_BETWEEN;
  if (between != !date.until().empty()) return Malformed("only a date between two has two");
  switch (date.kind()) {
    case v1::DATE_KIND_EXACT:
      return IsDay(date.from()) ? absl::OkStatus() : Malformed("an exact date is a day");
    case v1::DATE_KIND_YEAR:
      return IsYear(date.from()) ? absl::OkStatus() : Malformed("a year has four digits");
    case v1::DATE_KIND_BETWEEN:
      if (known(date.from()) && known(date.until()) && date.from() <= date.until()) {
        return absl::OkStatus();
      }
      return Malformed("a date between two has the earlier one first");
    default:
      return known(date.from()) ? absl::OkStatus() : Malformed("a date is a day or a year");
  }
}

absl::Status Names(const google::protobuf::RepeatedPtrField<v1::Name>& names) {
  for (const v1::Name& name : names) {
    if (name.text().empty()) return Malformed("a name without text");
    if (!name.script().empty() && name.script().size() != 4) {
      return Malformed("a script is a code of ISO 15924, such as Arab");
    }
  }
  return absl::OkStatus();
}

absl::Status Person(const v1::Person& person) {
  if (person.names().empty() && person.births().empty() && person.marks().empty() &&
      person.national_number().empty()) {
    return Malformed("a person of whom nothing is said");
  }
  absl::Status status = First(Names(person.names()), Country(person.country_of_birth()));
  for (const v1::PartialDate& birth : person.births()) status.Update(Date(birth));
  for (const std::string& nationality : person.nationalities()) {
    status.Update(nationality.empty() ? Malformed("a nationality without its country")
                                      : Country(nationality));
  }
  return status;
}

absl::Status Document(const v1::Document& document) {
  return First(
      document.number().empty() ? Malformed("a document without its number") : absl::OkStatus(),
      Country(document.issuer()), Day(document.issued(), "the day of issue"),
      Day(document.expires(), "the day of expiry"));
}

absl::Status Organisation(const v1::Organisation& organisation) {
  if (organisation.names().empty() && organisation.registration_number().empty()) {
    return Malformed("an organisation without name or registration number");
  }
  return First(Names(organisation.names()), Country(organisation.country()));
}

absl::Status VictimCare(const v1::VictimCare& care) {
  if (care.consent() != v1::SHARING_CONSENT_REFUSED) return absl::OkStatus();
  return Malformed("the victim refused that this is shared");
}

// ---- things

absl::Status Vehicle(const v1::Vehicle& vehicle) {
  if (vehicle.plate().empty() && vehicle.vin().empty()) {
    return Malformed("a vehicle without plate or identification number");
  }
  const bool vin =
      vehicle.vin().size() == 17 &&
      vehicle.vin().find_first_not_of("0123456789ABCDEFGHJKLMNPRSTUVWXYZ") == vehicle.vin().npos;
  if (!vehicle.vin().empty() && !vin) {
    return Malformed("a vehicle identification number has 17 digits and letters, without I, O, Q");
  }
  return Country(vehicle.country());
}

// IMO resolution A.1117(30): the first six digits, weighted 7 to 2, end in the seventh.
bool IsImo(std::string_view number) {
  if (number.size() != 7 || !IsDigits(number)) return false;
  int sum = 0;
  for (size_t i = 0; i < 6; ++i) sum += (number[i] - '0') * static_cast<int>(7 - i);
  return sum % 10 == number[6] - '0';
}

absl::Status Vessel(const v1::Vessel& vessel) {
  if (vessel.name().empty() && vessel.imo().empty() && vessel.mmsi().empty()) {
    return Malformed("a vessel without name or number");
  }
  if (!vessel.imo().empty() && !IsImo(vessel.imo())) {
    return Malformed("an IMO number has seven digits, the last of which checks the others");
  }
  if (!vessel.mmsi().empty() && !(vessel.mmsi().size() == 9 && IsDigits(vessel.mmsi()))) {
    return Malformed("an MMSI number has nine digits");
  }
  return Country(vessel.flag());
}

absl::Status Phone(const v1::Phone& phone) {
  if (phone.number().empty() && phone.imei().empty() && phone.imsi().empty()) {
    return Malformed("a telephone without number");
  }
  const std::string_view number = phone.number();
  const bool international = number.starts_with('+') && IsDigits(number.substr(1)) &&
                             number.size() >= 7 && number.size() <= 16;
  return number.empty() || international
             ? absl::OkStatus()
             : Malformed("a telephone number is written +33142345678, digits alone");
}

absl::Status Email(const v1::Email& email) {
  const size_t at = email.address().find('@');
  const bool good = at != email.address().npos && at != 0 && at + 1 != email.address().size() &&
                    email.address().find('@', at + 1) == email.address().npos;
  return good ? absl::OkStatus() : Malformed("an e-mail address has one @ between two parts");
}

absl::Status OnlineAccount(const v1::OnlineAccount& account) {
  return account.handle().empty() && account.url().empty()
             ? Malformed("an online account without handle or address")
             : absl::OkStatus();
}

absl::Status Address(const v1::Address& address) {
  if (address.lines().empty() && address.city().empty() && address.postcode().empty() &&
      address.country().empty()) {
    return Malformed("an address with nothing in it");
  }
  return Country(address.country());
}

absl::Status Event(const v1::Event& event) {
  return First(event.has_when() ? Date(event.when()) : absl::OkStatus(), Country(event.country()));
}

// ---- money

absl::Status Account(const v1::FinancialAccount& account) {
  return First(
      account.number().empty() ? Malformed("an account without its number") : absl::OkStatus(),
      Country(account.country()), CheckMoney(account.balance()));
}

absl::Status Asset(const v1::Asset& asset) {
  return First(
      asset.description().empty() ? Malformed("an asset without description") : absl::OkStatus(),
      Country(asset.country()), CheckMoney(asset.value()));
}

absl::Status Transaction(const v1::Transaction& transaction) {
  return First(transaction.amount().amount().empty() ? Malformed("a transaction without its amount")
                                                     : absl::OkStatus(),
               CheckMoney(transaction.amount()),
               Day(transaction.day(), "the day of a transaction"));
}

// ---- pictures

absl::Status Biometric(const v1::Biometric& biometric) {
  if (biometric.reference().empty()) return Malformed("a biometric sample without its reference");
  return biometric.held_by().empty() ? absl::OkStatus()
                                     : CheckAgency(biometric.held_by(), "the holder of a sample");
}

absl::Status Photo(const v1::Photo& photo) {
  const std::string_view image = photo.image();
  const bool jpeg = photo.media_type() == "image/jpeg" && image.starts_with("\xff\xd8\xff");
  const bool png = photo.media_type() == "image/png" && image.starts_with("\x89PNG\r\n\x1a\n");
  if (!jpeg && !png) return Malformed("a photo is an image/jpeg or image/png, and begins as one");
  if (image.size() > limits::kPhotoBytes) return Malformed("a photo is larger than 256 KiB");
  return Day(photo.taken(), "the day of a photo");
}

}  // namespace

absl::Status CheckSubject(const v1::Subject& subject) {
  if (absl::Status status = Statement(subject.statement()); !status.ok()) return status;
  switch (subject.what_case()) {
    case v1::Subject::kPerson:
      return Person(subject.person());
    case v1::Subject::kDocument:
      return Document(subject.document());
    case v1::Subject::kOrganisation:
      return Organisation(subject.organisation());
    case v1::Subject::kVehicle:
      return Vehicle(subject.vehicle());
    case v1::Subject::kVessel:
      return Vessel(subject.vessel());
    case v1::Subject::kPhone:
      return Phone(subject.phone());
    case v1::Subject::kEmail:
      return Email(subject.email());
    case v1::Subject::kOnlineAccount:
      return OnlineAccount(subject.online_account());
    case v1::Subject::kAddress:
      return Address(subject.address());
    case v1::Subject::kEvent:
      return Event(subject.event());
    case v1::Subject::kAccount:
      return Account(subject.account());
    case v1::Subject::kAsset:
      return Asset(subject.asset());
    case v1::Subject::kTransaction:
      return Transaction(subject.transaction());
    case v1::Subject::kBiometric:
      return Biometric(subject.biometric());
    case v1::Subject::kPhoto:
      return Photo(subject.photo());
    case v1::Subject::kVictimCare:
      return VictimCare(subject.victim_care());
    case v1::Subject::WHAT_NOT_SET:
      break;
  }
  return Malformed("a subject of no kind");
}

}  // namespace entente::record
