#include <memory>

#include "cli/commands.h"
#include "cli/render_override.h"
#include "cli/subject_words.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/crypto/keyfile.h"
#include "core/crypto/sign.h"
#include "core/record/reference.h"
#include "core/record/statements.h"

namespace entente::cli {
namespace {

struct SignOptions {
  std::string record, seen, key, justification;
};

std::optional<v1::ShowOverrideResponse> Fetch(Context& context, const std::string& record,
                                              const std::string& justification) {
  v1::ShowOverrideRequest request;
  request.set_record_id(record);
  request.set_justification(justification);
  return context.Call(&v1::Desk::Stub::ShowOverride, request);
}

void Show(Context& context, const v1::ShowOverrideRequest& request) {
  const auto response = Fetch(context, request.record_id(), request.justification());
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderOverride(context.language(), *response);
}

// The desk is not believed: what is signed is what the officer saw, and says what was shown of it.
bool IsAsSeen(const v1::ShowOverrideResponse& shown, const std::string& seen) {
  const auto note = record::ReadBody<v1::OverrideNote>(shown.body());
  const Digest digest = crypto::Sha256(shown.body());
  const auto typed = record::ParseReference(seen);
  return note.ok() && typed.ok() &&
         record::Matches(*typed, *FixedBytes<16>(AsText(digest).substr(0, 16))) &&
         note->SerializeAsString() == shown.override().note().SerializeAsString() &&
         note->reason_digest() ==
             AsText(crypto::Sha256Concat({AsBytes(shown.salt()), AsBytes(shown.reason())}));
}

absl::StatusOr<v1::KeySignature> SignatureOf(Context& context, const std::string& body,
                                             const std::string& path) {
  const auto seed = crypto::ReadKeyFile(path, crypto::KeyUse::kOfficer);
  if (!seed.ok()) return seed.status();
  const auto status = context.Call(&v1::Desk::Stub::Status, v1::StatusRequest());
  if (!status) return absl::CancelledError();
  const auto key = crypto::SigningKey::FromSeed(*seed);
  const std::string_view type = record::kStatementType<v1::OverrideNote>;
  const std::vector<record::StatementSigner> signers = {{key, crypto::KeyUse::kOfficer}};
  return record::SignStatement(type, status->federation(), body, signers).signatures(0);
}

void Sign(Context& context, const SignOptions& options) {
  const auto shown = Fetch(context, options.record, options.justification);
  if (!shown) return;
  if (!IsAsSeen(*shown, options.seen)) {
    return context.Fail(absl::InvalidArgumentError(context.Say("override.other-body")));
  }
  const auto signature = SignatureOf(context, shown->body(), options.key);
  if (absl::IsCancelled(signature.status())) return;
  if (!signature.ok()) return context.Fail(signature.status());
  v1::SignOverrideRequest request;
  request.set_record_id(options.record);
  *request.mutable_signature() = *signature;
  request.set_justification(options.justification);
  const auto response = context.Call(&v1::Desk::Stub::SignOverride, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("override.signed",
                           {std::to_string(response->signers_size()), response->record_id()})
            << "\n";
}

void List(Context& context, const v1::ListOverridesRequest& request) {
  const auto response =
      context.CallPaged(&v1::Desk::Stub::ListOverrides, request,
                        [](const v1::ListOverridesResponse& all) { return all.overrides_size(); });
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << RenderOverrides(context.language(), *response);
}

void Review(Context& context, v1::ReviewOverrideRequest request, const std::string& finding) {
  const auto* const value = ValueOf(*v1::OverrideFinding_descriptor(), finding);
  request.set_finding(static_cast<v1::OverrideFinding>(value->number()));
  const auto response = context.Call(&v1::Desk::Stub::ReviewOverride, request);
  if (!response) return;
  if (context.settings.json) return context.PrintJson(*response);
  std::cout << context.Say("override.reviewed", {response->record_id()}) << "\n";
}

constexpr char kRecordHelp[] = "record id or spoken reference; ORIGIN/ before it when two share it";
constexpr char kWhyHelp[] = "why, in your words; kept in this node's log";

void AddShow(CLI::App& group, Context& context) {
  auto* const command = group.add_subcommand(
      "show", "One override: what it lets go, the reason where that is, who signed, its review.");
  auto request = std::make_shared<v1::ShowOverrideRequest>();
  command
      ->add_option_function<std::string>(
          "record", [request](const std::string& text) { request->set_record_id(text); },
          kRecordHelp)
      ->required();
  command
      ->add_option_function<std::string>(
          "--justification",
          [request](const std::string& text) { request->set_justification(text); }, kWhyHelp)
      ->required();
  command->callback([&context, request] { Show(context, *request); });
}

void AddSign(CLI::App& group, Context& context) {
  auto* const command = group.add_subcommand(
      "sign",
      "Sign an override in your own name: first an author, then a releaser, who is another. Your "
      "key stays on this machine.");
  auto options = std::make_shared<SignOptions>();
  command->add_option("record", options->record, kRecordHelp)->required();
  command
      ->add_option("--seen", options->seen,
                   "what `override show` printed: this statement, and no other, is signed")
      ->required();
  command->add_option("--key", options->key, "your officer's key file")->required();
  command->add_option("--justification", options->justification, kWhyHelp)->required();
  command->callback([&context, options] { Sign(context, *options); });
}

void AddReview(CLI::App& group, Context& context) {
  auto* const command = group.add_subcommand(
      "review", "End the review of an override (data-protection officer only).");
  auto request = std::make_shared<v1::ReviewOverrideRequest>();
  auto finding = std::make_shared<std::string>();
  command
      ->add_option_function<std::string>(
          "record", [request](const std::string& text) { request->set_record_id(text); },
          kRecordHelp)
      ->required();
  command->add_option("--finding", *finding, CodesOf(*v1::OverrideFinding_descriptor()))
      ->required()
      ->check([](const std::string& word) {
        return ValueOf(*v1::OverrideFinding_descriptor(), word) == nullptr
                   ? "write one of " + CodesOf(*v1::OverrideFinding_descriptor())
                   : "";
      });
  command
      ->add_option_function<std::string>(
          "--text", [request](const std::string& text) { request->set_text(text); },
          "what was looked at, and what follows; kept in this node's log")
      ->required();
  command->callback([&context, request, finding] { Review(context, *request, *finding); });
}

}  // namespace

void AddOverrideCommands(CLI::App& app, Context& context) {
  auto* const group = app.add_subcommand(
      "override",
      "Records that go on in an emergency without the consent of those who gave their data: show, "
      "sign, list, review.");
  group->require_subcommand(1);
  AddShow(*group, context);
  AddSign(*group, context);
  auto* const list = group->add_subcommand(
      "list",
      "Overrides of this agency, and those of which it is told, with their reviews "
      "(data-protection officer, auditor).");
  auto request = std::make_shared<v1::ListOverridesRequest>();
  AddLimit(*list, request);
  list->callback([&context, request] { List(context, *request); });
  AddReview(*group, context);
}

}  // namespace entente::cli
