#include <memory>

#include "cli/commands.h"
#include "cli/draft_fields.h"
#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/crypto/keyfile.h"
#include "core/crypto/random.h"
#include "core/crypto/sign.h"

namespace entente::cli {
namespace {

struct PublishOptions {
  v1::PublishOfficerKeyRequest request;
  std::string key;
  std::string until = "P1Y";
};

void New(Context& context, const std::string& path) {
  crypto::SystemRandom random;
  const auto key = crypto::SigningKey::Create(random);
  const absl::Status kept = crypto::WriteKeyFile(path, crypto::KeyUse::kOfficer, key.Seed());
  if (!kept.ok()) return context.Fail(kept);
  const std::string text = HexEncode(key.public_key());
  context.Done(context.Say("officer-key.made", {path, text}), {{"file", path}, {"key", text}});
}

void Publish(Context& context, const PublishOptions& options) {
  v1::PublishOfficerKeyRequest request = options.request;
  const std::optional<Instant> until = InstantFrom(options.until, SystemClock().Now());
  if (!until) {
    return context.Fail(
        absl::InvalidArgumentError(context.Say("draft.instant", {"--until", options.until})));
  }
  request.set_until_ms(static_cast<uint64_t>(until->ms));
  request.set_public_key(HexDecode(options.key).value_or(""));
  const auto response = context.Call(&v1::Desk::Stub::PublishOfficerKey, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("officer-key.published", {response->key_id(), request.officer()})
            << "\n";
}

void AddPublish(CLI::App& group, Context& context) {
  auto* const command = group.add_subcommand(
      "publish", "Put an officer's public key into the log (administrators only).");
  auto options = std::make_shared<PublishOptions>();
  command
      ->add_option_function<std::string>(
          "officer", [options](const std::string& text) { options->request.set_officer(text); },
          "officer id, as in the certificate")
      ->required();
  command
      ->add_option_function<std::string>(
          "--role", [options](const std::string& text) { options->request.set_role(text); },
          "author or releaser: the office in which it signs, which the officer has here")
      ->required();
  command
      ->add_option("--public-key", options->key,
                   "what `officer key new` printed, compared with the officer by another channel")
      ->required();
  command
      ->add_option("--until", options->until,
                   "until when: an instant, or from now; two years at most")
      ->capture_default_str();
  command->callback([&context, options] { Publish(context, *options); });
}

}  // namespace

void AddOfficerKeyCommands(CLI::App& officer, Context& context) {
  auto* const group = officer.add_subcommand(
      "key", "Keys by which officers sign in their own name, such as overrides: new, publish.");
  group->require_subcommand(1);
  auto* const make = group->add_subcommand(
      "new", "Make your key, on your own machine. The private key never leaves it.");
  auto path = std::make_shared<std::string>();
  make->add_option("--out", *path, "file to write the key to")->required();
  make->callback([&context, path] { New(context, *path); });
  AddPublish(*group, context);
}

}  // namespace entente::cli
