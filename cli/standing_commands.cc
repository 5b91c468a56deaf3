// What an authority does about an agency or a key that must not go on: statements to be published.
#include <memory>
#include <optional>
#include <vector>

#include "cli/commands.h"
#include "cli/files.h"
#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/crypto/keyfile.h"
#include "core/ledger/ceremony.h"

namespace entente::cli {
namespace {

struct StandingOptions {
  std::string federation, agency, kind, name, authority_key, out;
  uint64_t number = 0;
};

struct RevokeOptions {
  std::string federation, owner, key, reason, authority_key, identity_key, out;
  std::optional<uint64_t> doubted_from;
};

absl::Status Keep(Context& context, const std::string& out,
                  const std::vector<ledger::Publication>& publications) {
  if (absl::Status kept = WritePublications(out, publications); !kept.ok()) return kept;
  context.Done(context.Say("authority.signed", {out}), {{"signed", out}});
  return absl::OkStatus();
}

absl::Status State(Context& context, const StandingOptions& options,
                   v1::AgencyStatement::State state) {
  const auto agency = AgencyId::Parse(options.agency);
  if (!agency.ok()) return agency.status();
  const auto seed = crypto::ReadKeyFile(options.authority_key, crypto::KeyUse::kAuthority);
  if (!seed.ok()) return seed.status();
  v1::AgencyStatement statement;
  statement.set_agency(agency->text());
  statement.set_state(state);
  statement.set_kind(options.kind);
  statement.set_name(options.name);
  statement.set_from_ms(static_cast<uint64_t>(SystemClock().Now().ms));
  statement.set_number(options.number);
  return Keep(context, options.out,
              {ledger::SignAgencyState(options.federation, statement,
                                       crypto::SigningKey::FromSeed(*seed))});
}

absl::Status Revoke(Context& context, const RevokeOptions& options) {
  const auto key = FixedFromHex<sizeof(KeyId)>(options.key);
  if (!key) return absl::InvalidArgumentError(context.Say("authority.key-id", {options.key}));
  const bool authority = !options.authority_key.empty();
  const crypto::KeyUse use = authority ? crypto::KeyUse::kAuthority : crypto::KeyUse::kIdentity;
  const auto seed =
      crypto::ReadKeyFile(authority ? options.authority_key : options.identity_key, use);
  if (!seed.ok()) return seed.status();
  const auto signer = crypto::SigningKey::FromSeed(*seed);
  const auto revocation = [&](std::optional<uint64_t> doubted_from) {
    return ledger::SignRevocation(options.federation, options.owner, *key, options.reason,
                                  SystemClock().Now(), signer, use, doubted_from);
  };
  // First without: members of an earlier release take that one alone.
  std::vector<ledger::Publication> publications = {revocation(std::nullopt)};
  if (options.doubted_from) publications.push_back(revocation(options.doubted_from));
  return Keep(context, options.out, publications);
}

void AddState(CLI::App& agency, Context& context, const char* word, const char* help,
              v1::AgencyStatement::State state) {
  auto* const command = agency.add_subcommand(word, help);
  auto options = std::make_shared<StandingOptions>();
  command->add_option("agency", options->agency, "CC.name, such as BR.coaf")->required();
  command->add_option("--federation", options->federation, "the federation's name")->required();
  command->add_option("--kind", options->kind, "its kind, as it was admitted")->required();
  command->add_option("--name", options->name, "its name for people")->required();
  command
      ->add_option("--number", options->number,
                   "number of this statement: one above the last about this agency")
      ->required();
  command
      ->add_option("--authority-key", options->authority_key,
                   "the jurisdiction's authority key file")
      ->required();
  command->add_option("--out", options->out, "file to write the statement to")->required();
  command->callback([&context, options, state] {
    if (const auto status = State(context, *options, state); !status.ok()) context.Fail(status);
  });
}

}  // namespace

void AddStanding(CLI::App& agency, Context& context) {
  AddState(agency, context, "suspend",
           "At the authority: from now on nothing goes to or from this agency.",
           v1::AgencyStatement::SUSPENDED);
  AddState(agency, context, "readmit", "At the authority: end a suspension.",
           v1::AgencyStatement::ADMITTED);
  AddState(agency, context, "remove", "At the authority: end an agency's membership.",
           v1::AgencyStatement::REMOVED);
}

void AddRevoke(CLI::App& authority, Context& context) {
  auto* const command = authority.add_subcommand(
      "revoke", "Revoke a key that was lost or stolen: what it signs from now on counts no more.");
  auto options = std::make_shared<RevokeOptions>();
  command->add_option("owner", options->owner, "whose key it is: an agency or a jurisdiction")
      ->required();
  command->add_option("key", options->key, "its id, 64 hex digits, as `entente keys` lists it")
      ->required();
  command->add_option("--federation", options->federation, "the federation's name")->required();
  command->add_option("--reason", options->reason, "why, in a few words: everyone reads it")
      ->required();
  command->add_option("--doubted-from", options->doubted_from,
                      "the key was in other hands: every inbox flags what it signed at this log "
                      "index or above");
  auto* const by = command->add_option_group("by", "who revokes it");
  by->add_option("--authority-key", options->authority_key,
                 "the jurisdiction's authority key file");
  by->add_option("--identity-key", options->identity_key, "the agency's identity key file");
  by->require_option(1);
  command->add_option("--out", options->out, "file to write the statement to")->required();
  command->callback([&context, options] {
    if (const auto status = Revoke(context, *options); !status.ok()) context.Fail(status);
  });
}

}  // namespace entente::cli
