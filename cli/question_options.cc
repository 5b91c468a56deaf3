#include "cli/question_options.h"

#include "core/base/limits.h"
#include "core/base/read_file.h"

namespace entente::cli {
namespace {

using Q = v1::SearchRequest;

void AddText(CLI::App& command, const std::string& name, const std::shared_ptr<AskedFor>& asked,
             void (Q::*set)(const std::string&), const std::string& description) {
  command.add_option_function<std::string>(
      name, [asked, set](const std::string& text) { (asked->request.*set)(text); }, description);
}

}  // namespace

void AddQuestion(CLI::App& command, const std::shared_ptr<AskedFor>& asked) {
  command.add_option("--zone", asked->zone,
                     "a file with the machine-readable zone of a document (- is standard input)");
  AddText(command, "--document", asked, &Q::set_document_number, "a document's number");
  AddText(command, "--issuer", asked, &Q::set_document_issuer,
          "the document's issuing country, two or three letters");
  AddText(command, "--name", asked, &Q::set_name, "a name, in any script and order");
  AddText(command, "--born", asked, &Q::set_born, "year or date of birth: 1984, 1984-03-17");
  AddText(command, "--national-number", asked, &Q::set_national_number, "a personal number");
  AddText(command, "--plate", asked, &Q::set_plate, "a vehicle's plate");
  AddText(command, "--vin", asked, &Q::set_vin, "a vehicle identification number");
  AddText(command, "--phone", asked, &Q::set_phone, "a telephone number with country code");
  AddText(command, "--email", asked, &Q::set_email, "an e-mail address");
  AddText(command, "--iban", asked, &Q::set_iban, "an account");
  AddText(command, "--crypto-address", asked, &Q::set_crypto_address,
          "the address of a crypto-asset");
}

absl::Status ReadZone(AskedFor& asked) {
  if (asked.zone.empty()) return absl::OkStatus();
  const auto text = ReadFile(asked.zone == "-" ? "/dev/stdin" : asked.zone, limits::kConfigBytes);
  if (!text.ok()) return text.status();
  // An empty file is no zone, and must not pass for none asked for.
  asked.request.set_zone(text->empty() ? "\n" : *text);
  return absl::OkStatus();
}

}  // namespace entente::cli
