#include "node/search/leak_check.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <functional>
#include <map>
#include <span>

#include "node/search/leak_secret.h"
#include "node/search/message_texts.h"

namespace entente::node::search {
namespace {

using google::protobuf::Message;

class Secrets {
 public:
  void Add(SecretKind kind, const std::string& written) {
    Secret secret(kind, written);
    if (!secret.empty()) found_.push_back(std::move(secret));
  }
  void AddAllIn(const std::string& text) {
    for (Secret& secret : SecretsIn(text)) found_.push_back(std::move(secret));
  }
  std::vector<Secret> Take() { return std::move(found_); }

 private:
  std::vector<Secret> found_;
};

void AddPerson(const v1::Person& person, Secrets& secrets) {
  for (const v1::Name& name : person.names()) secrets.Add(SecretKind::kName, name.text());
  for (const v1::PartialDate& birth : person.births()) {
    if (birth.kind() == v1::DATE_KIND_EXACT) secrets.Add(SecretKind::kDay, birth.from());
  }
  secrets.Add(SecretKind::kNumber, person.national_number());
}

void AddVehicle(const v1::Vehicle& vehicle, Secrets& secrets) {
  secrets.Add(SecretKind::kNumber, vehicle.plate());
  secrets.Add(SecretKind::kNumber, vehicle.vin());
}

void AddVessel(const v1::Vessel& vessel, Secrets& secrets) {
  secrets.Add(SecretKind::kOrganisation, vessel.name());
  secrets.Add(SecretKind::kNumber, vessel.imo());
  secrets.Add(SecretKind::kNumber, vessel.mmsi());
}

void AddPhone(const v1::Phone& phone, Secrets& secrets) {
  secrets.Add(SecretKind::kPhone, phone.number());
  secrets.Add(SecretKind::kNumber, phone.imei());
  secrets.Add(SecretKind::kNumber, phone.imsi());
}

// What the subject itself is told by.
void AddSubject(const v1::Subject& subject, Secrets& secrets) {
  switch (subject.what_case()) {
    case v1::Subject::kPerson:
      return AddPerson(subject.person(), secrets);
    case v1::Subject::kDocument:
      return secrets.Add(SecretKind::kNumber, subject.document().number());
    case v1::Subject::kOrganisation:
      for (const v1::Name& name : subject.organisation().names()) {
        secrets.Add(SecretKind::kOrganisation, name.text());
      }
      return secrets.Add(SecretKind::kNumber, subject.organisation().registration_number());
    case v1::Subject::kVehicle:
      return AddVehicle(subject.vehicle(), secrets);
    case v1::Subject::kVessel:
      return AddVessel(subject.vessel(), secrets);
    case v1::Subject::kPhone:
      return AddPhone(subject.phone(), secrets);
    case v1::Subject::kEmail:
      return secrets.Add(SecretKind::kWord, subject.email().address());
    case v1::Subject::kOnlineAccount:
      secrets.Add(SecretKind::kWord, subject.online_account().handle());
      return secrets.Add(SecretKind::kWord, subject.online_account().url());
    case v1::Subject::kAddress:
      for (const std::string& line : subject.address().lines()) {
        secrets.Add(SecretKind::kAddress, line);
      }
      return;
    case v1::Subject::kAccount:
      return secrets.Add(SecretKind::kNumber, subject.account().number());
    default:
      return;
  }
}

// What else a subject tells: who holds it, whom to ask.
void AddBeside(const v1::Subject& subject, Secrets& secrets) {
  secrets.Add(SecretKind::kName, subject.account().holder());
  secrets.Add(SecretKind::kName, subject.document().holder());
  for (const std::string& owner : subject.organisation().owners()) {
    secrets.Add(SecretKind::kName, owner);
  }
  secrets.Add(SecretKind::kAddress, subject.organisation().address());
  secrets.Add(SecretKind::kName, subject.victim_care().guardian());
  secrets.AddAllIn(subject.victim_care().safe_contact());
  secrets.Add(SecretKind::kNumber, subject.transaction().reference());
  secrets.Add(SecretKind::kNumber, subject.biometric().reference());
  secrets.AddAllIn(subject.note());
}

std::vector<Secret> Stated(const v1::SectionContent& content) {
  Secrets secrets;
  for (const v1::Subject& subject : content.subjects().subjects()) AddSubject(subject, secrets);
  return secrets.Take();
}

std::vector<Secret> Kept(const v1::SectionContent& content) {
  Secrets secrets;
  for (const v1::Subject& subject : content.subjects().subjects()) {
    AddSubject(subject, secrets);
    AddBeside(subject, secrets);
  }
  secrets.AddAllIn(content.narrative().text());
  return secrets.Take();
}

struct KeptSecret {
  uint32_t section;
  Secret secret;
};

// Each once, without what the recipient is told as a subject.
std::vector<KeptSecret> SecretsOf(const v1::Draft& draft, const std::set<uint32_t>& withheld) {
  std::set<std::pair<SecretKind, std::string>> told;
  for (uint32_t i = 0; i < static_cast<uint32_t>(draft.sections_size()); ++i) {
    if (withheld.contains(i)) continue;
    for (const Secret& secret : Stated(draft.sections(static_cast<int>(i)).content())) {
      told.emplace(secret.kind(), secret.key());
    }
  }
  std::vector<KeptSecret> kept;
  for (const uint32_t i : withheld) {
    if (i >= static_cast<uint32_t>(draft.sections_size())) continue;
    for (Secret& secret : Kept(draft.sections(static_cast<int>(i)).content())) {
      if (!told.emplace(secret.kind(), secret.key()).second) continue;
      kept.push_back({i, std::move(secret)});
    }
  }
  return kept;
}

class Finder {
 public:
  explicit Finder(std::vector<KeptSecret> secrets) : secrets_(std::move(secrets)) {}

  void Look(uint32_t section, const Message& message) {
    std::string all;
    ForEachText(message, "", [&](const std::string& field, const std::string& text) {
      LookAt(section, field, text);
      all += text + " | ";
    });
    // A number whose halves stand in two fields.
    LookAt(section, "", all);
  }
  void LookAt(uint32_t section, const std::string& field, const std::string& text) {
    const ReadText read(text);
    for (size_t i = 0; i < secrets_.size(); ++i) {
      if (seen_.contains({section, i}) || !secrets_[i].secret.IsIn(read)) continue;
      seen_.emplace(section, i);
      v1::Leak& leak = leaks_.emplace_back();
      leak.set_section(section);
      leak.set_field(field);
      leak.set_withheld(secrets_[i].section);
      leak.set_gives_away(secrets_[i].secret.written());
    }
  }
  std::vector<v1::Leak> Take() { return std::move(leaks_); }

 private:
  std::vector<KeptSecret> secrets_;
  std::set<std::pair<uint32_t, size_t>> seen_;
  std::vector<v1::Leak> leaks_;
};

}  // namespace

std::vector<v1::Leak> FindLeaks(const v1::Draft& draft, const std::set<uint32_t>& withheld) {
  if (withheld.empty()) return {};
  Finder finder(SecretsOf(draft, withheld));
  for (uint32_t i = 0; i < static_cast<uint32_t>(draft.sections_size()); ++i) {
    if (!withheld.contains(i)) finder.Look(i, draft.sections(static_cast<int>(i)).content());
  }
  finder.LookAt(static_cast<uint32_t>(draft.sections_size()), "instruction", draft.instruction());
  return finder.Take();
}

}  // namespace entente::node::search
