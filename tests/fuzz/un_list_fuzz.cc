#include "cli/un_list.h"
#include "tests/fuzz/fuzz.h"

// Whatever stands in a file: a list whose rows have what they must, or an error with its place.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace entente;
  const auto list = cli::ParseUnList(fuzz::Input(data, size), "list.xml");
  if (!list.ok()) {
    fuzz::Require(!list.status().message().empty());
    return 0;
  }
  for (const cli::UnPerson& person : list->persons) {
    fuzz::Require(!person.reference.empty());
    for (const cli::UnName& name : cli::NamesOf(person)) fuzz::Require(!name.text.empty());
  }
  return 0;
}
