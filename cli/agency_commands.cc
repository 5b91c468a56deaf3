#include <memory>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/offline_checks.h"
#include "cli/render_standing.h"
#include "core/base/clock.h"
#include "core/base/limits.h"
#include "core/crypto/keyfile.h"
#include "core/crypto/random.h"
#include "core/ledger/ceremony.h"

namespace entente::cli {
namespace {

constexpr int64_t kIdentityLifeMs = 2 * 365 * limits::kDayMs;

struct EnrolOptions {
  std::string federation, agency, kind, name, keys, request, vocabulary;
};

struct ApproveOptions {
  std::string federation, request, authority_key, out, vocabulary, genesis;
  uint64_t number = 1;
  bool renewal = false;
};

absl::Status Check(const std::string& kind, const std::string& name,
                   const std::string& vocabulary) {
  const auto words = VocabularyIn(vocabulary);
  return words.ok() ? CheckKindAndName(kind, name, *words) : words.status();
}

absl::Status Enrol(Context& context, const EnrolOptions& options) {
  const auto agency = AgencyId::Parse(options.agency);
  if (!agency.ok()) return agency.status();
  if (absl::Status good = Check(options.kind, options.name, options.vocabulary); !good.ok()) {
    return good;
  }
  crypto::SystemRandom random;
  const auto identity = crypto::SigningKey::Create(random);
  const auto text =
      ledger::FormatEnrolment(options.federation, *agency, options.kind, options.name, identity);
  if (!text.ok()) return text.status();
  if (absl::Status made = MakePrivateFolder(options.keys); !made.ok()) return made;
  const std::string key_path = options.keys + "/identity.key";
  if (absl::Status kept =
          crypto::WriteKeyFile(key_path, crypto::KeyUse::kIdentity, identity.Seed());
      !kept.ok()) {
    return kept;
  }
  if (absl::Status written = WriteText(options.request, *text); !written.ok()) return written;
  context.Done(context.Say("agency.enrolled", {options.keys, options.request}),
               {{"agency", agency->text()}, {"keys", options.keys}, {"request", options.request}});
  return absl::OkStatus();
}

absl::Status Approve(Context& context, const ApproveOptions& options) {
  const auto text = ReadText(options.request);
  if (!text.ok()) return text.status();
  const auto request = ledger::ParseEnrolment(options.federation, *text);
  if (!request.ok()) return request.status();
  absl::Status good = Check(request->kind, request->name, options.vocabulary);
  if (!good.ok()) return good;
  const auto seed = crypto::ReadKeyFile(options.authority_key, crypto::KeyUse::kAuthority);
  if (!seed.ok()) return seed.status();
  const Instant now = SystemClock().Now();
  const auto authority = crypto::SigningKey::FromSeed(*seed);
  const auto genesis = GenesisIn(options.genesis, options.federation);
  if (!genesis.ok()) return genesis.status();
  if (*genesis) good = CheckAuthorityKey(**genesis, request->agency.jurisdiction(), authority);
  if (!good.ok()) return good;
  const ledger::Period period{now, now + kIdentityLifeMs};
  const auto publications =
      options.renewal
          ? std::vector{ledger::SignRenewal(options.federation, *request, period, now, authority)}
          : ledger::SignAdmission(options.federation, *request, options.number, period, now,
                                  authority);
  if (absl::Status written = WritePublications(options.out, publications); !written.ok())
    return written;
  context.Done(
      context.Say("agency.approved", {request->agency.text(), request->kind, options.out}) +
          (*genesis ? "" : "\n" + context.Say("authority.unchecked")),
      {{"agency", request->agency.text()}, {"kind", request->kind}, {"signed", options.out}});
  return absl::OkStatus();
}

void List(Context& context) {
  const auto response = context.Call(&v1::Desk::Stub::ListAgencies, v1::ListAgenciesRequest());
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderAgencies(context.language(), *response);
}

void AddEnrol(CLI::App& agency, Context& context) {
  auto* const command = agency.add_subcommand(
      "enrol", "Make this agency's identity key and a request for its jurisdiction's authority.");
  auto options = std::make_shared<EnrolOptions>();
  command->add_option("agency", options->agency, "CC.name, such as BR.coaf")->required();
  command
      ->add_option("--federation", options->federation,
                   "the federation's name, from its genesis file")
      ->required();
  command
      ->add_option("--kind", options->kind,
                   "kind of authority, a word of the vocabulary: fiu, police, border, …")
      ->required();
  command->add_option("--name", options->name, "name for people")->required();
  AddVocabulary(*command, options->vocabulary);
  command->add_option("--keys", options->keys, "folder for the private key, made with mode 0700")
      ->required();
  command->add_option("--request", options->request, "file to write the request to")->required();
  command->callback([&context, options] {
    if (const auto status = Enrol(context, *options); !status.ok()) context.Fail(status);
  });
}

void AddApprove(CLI::App& agency, Context& context) {
  auto* const command = agency.add_subcommand(
      "approve",
      "At the authority, offline: admit an agency whose request was checked by another channel.");
  auto options = std::make_shared<ApproveOptions>();
  command->add_option("request", options->request, "the agency's request file")->required();
  command->add_option("--federation", options->federation, "the federation's name")->required();
  command
      ->add_option("--authority-key", options->authority_key,
                   "the jurisdiction's authority key file")
      ->required();
  auto* const number =
      command->add_option("--number", options->number, "number of this statement about the agency")
          ->capture_default_str();
  command
      ->add_flag("--renewal", options->renewal,
                 "vouch for a further identity key of an agency that is a member")
      ->excludes(number);
  AddVocabulary(*command, options->vocabulary);
  AddGenesis(*command, options->genesis);
  command->add_option("--out", options->out, "file to write the statements to")->required();
  command->callback([&context, options] {
    if (const auto status = Approve(context, *options); !status.ok()) context.Fail(status);
  });
}

}  // namespace

void AddVocabulary(CLI::App& command, std::string& path) {
  command.add_option("--vocabulary", path,
                     "the vocabulary in force, TOML; without it the one this program comes with");
}

void AddGenesis(CLI::App& command, std::string& path) {
  command.add_option("--genesis", path,
                     "the federation's genesis file: keys are held against the authorities in it");
}

void AddAgencyCommands(CLI::App& app, Context& context) {
  auto* const agency =
      app.add_subcommand("agency",
                         "Agencies of the federation: enrol, approve, suspend, readmit, remove, "
                         "list.");
  agency->require_subcommand(1);
  AddEnrol(*agency, context);
  AddApprove(*agency, context);
  AddStanding(*agency, context);
  agency->add_subcommand("list", "All agencies that the log names, with kind, state and policy.")
      ->callback([&context] { List(context); });
}

}  // namespace entente::cli
