#include <string>

#include "node/search/alert_index.h"
#include "node/search/mrz.h"
#include "node/search/name_index.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace entente::node::search;

// A zone that reads has what the search asks for.
void ReadZone(std::string_view text) {
  const auto zone = ParseZone(text);
  if (!zone.ok()) return;
  entente::fuzz::Require(!zone->number.empty() && !zone->surname.empty());
  (void)DocumentKeys(zone->number, zone->issuer);
}

// A name finds itself, whatever its letters, and is gone when it was removed.
void FindItself(std::string_view text) {
  entente::v1::Subject subject;
  subject.mutable_person()->add_names()->set_text(std::string(text));
  subject.mutable_document()->set_number(std::string(text));
  const std::vector<entente::v1::Subject> subjects = {subject};
  AlertIndex index;
  index.Add(1, 1, subjects);
  const auto keys = DocumentKeys(text, "");
  if (keys.ok()) entente::fuzz::Require(!index.Find({*keys, {}}, 10).empty());
  (void)index.Find({{}, NameQuery{std::string(text), 1984}}, 10);
  index.Remove(1);
  entente::fuzz::Require(index.records() == 0);
  if (keys.ok()) entente::fuzz::Require(index.Find({*keys, {}}, 10).empty());
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = entente::fuzz::Input(data, size);
  // The desk takes no more.
  if (text.size() > 1024) return 0;
  ReadZone(text);
  FindItself(text);
  for (const auto key : {PlateKey, VinKey, IbanKey, PhoneKey, EmailKey, CryptoAddressKey}) {
    (void)key(text);
  }
  return 0;
}
