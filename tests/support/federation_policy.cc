// The texts of the federation for tests: tests/support/federation.h.
#include <cstdlib>

#include "tests/support/federation.h"
#include "tests/support/shared.h"

namespace entente::testing {
namespace {

constexpr std::string_view kWide = R"(
for_purpose = ["asset-recovery", "fiu-analysis", "border-control"]
about       = ["suspect", "convicted", "victim", "other"]
data        = [
  "identity", "travel-document", "vehicle", "address", "organisation", "financial", "asset",
  "narrative",
]
under       = ["TEST-ALL"]
)";

std::string Allow(std::string_view direction, std::string_view id, std::string_view party,
                  std::string_view obligations) {
  return "\n[[" + std::string(direction) + ".allow]]\nid    = \"" + std::string(id) +
         "\"\ntitle = \"Everything between units\"\nlaw   = \"Test act art. 1\"\n" +
         std::string(party) + " = [\"everyone\"]\nobligations = " + std::string(obligations) +
         std::string(kWide);
}

}  // namespace

std::string DefaultPolicy(std::string_view jurisdiction, uint64_t version) {
  const std::string code(jurisdiction);
  std::string out = "policy       = \"sharing-policy/1\"\nvocabulary   = \"2026.1\"\n";
  out += "jurisdiction = \"" + code + "\"\nversion      = " + std::to_string(version) + "\n";
  out += "valid_from   = 2026-01-01T00:00:00Z\nvalid_until  = 2031-01-01T00:00:00Z\n";
  out += "contact      = \"Office of " + code + "\"\n";
  out +=
      "can_honour   = [\"use-only-for-stated-purpose\", \"delete-after:P30D\", "
      "\"onward:never\", \"no-judicial-use-without-consent\"]\n";
  out += Allow("outbound", code + "-OUT-100", "to",
               R"(["use-only-for-stated-purpose", "delete-after:P1Y"])");
  out += "\n[[outbound.withhold]]\nid    = \"" + code + "-OUT-800\"\n";
  out += "title = \"Where a victim lives stays away from Switzerland\"\n";
  out += "law   = \"Test act art. 2\"\nto    = [\"" + std::string(code == "CH" ? "FR" : "CH") +
         "\"]\nabout = [\"victim\"]\ndata  = [\"address\"]\n";
  if (code != "AE") {
    out += Allow("inbound", code + "-IN-100", "from", R"(["use-only-for-stated-purpose"])");
  }
  return out;
}

std::string InstrumentsText(const std::vector<std::string>& jurisdictions, uint64_t version) {
  std::string out =
      "instruments = \"instruments/1\"\nversion     = " + std::to_string(version) +
      "\n\n[[instrument]]\nid       = \"TEST-ALL\"\n"
      "title    = \"Between all of the test\"\nlaw      = \"Test treaty\"\n"
      "kind     = \"treaty\"\nstate    = \"in-force\"\n"
      "purposes = [\"asset-recovery\", \"fiu-analysis\", \"border-control\"]\n"
      "data     = [\"identity\", \"travel-document\", \"vehicle\", \"address\", "
      "\"organisation\", \"financial\", \"asset\", \"narrative\"]\nsent_data_stay_bound = true\n";
  for (const std::string& code : jurisdictions) {
    out += "\n[[instrument.party]]\nparty  = \"" + code + "\"\njoined = 2020-01-01T00:00:00Z\n";
  }
  return out;
}

std::string GroupsText(const std::vector<std::string>& jurisdictions, uint64_t version) {
  std::string out = "groups  = \"groups/1\"\nversion = " + std::to_string(version) +
                    "\n\n[[group]]\nid    = \"ALL\"\ntitle = \"All of the test\"\n";
  for (const std::string& code : jurisdictions) {
    if (code == "ORG") continue;
    out += "\n[[group.member]]\njurisdiction = \"" + code + "\"\njoined = 2020-01-01T00:00:00Z\n";
  }
  return out;
}

std::string VocabularyText() {
  const char* source = std::getenv("ENTENTE_SOURCE_DIR");
  return ReadFile(std::string(source ? source : ".") + "/policy/vocabulary-2026.1.toml");
}

}  // namespace entente::testing
