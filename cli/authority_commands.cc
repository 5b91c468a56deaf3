#include <array>
#include <memory>

#include "cli/commands.h"
#include "cli/files.h"
#include "cli/offline_checks.h"
#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/crypto/keyfile.h"
#include "core/crypto/random.h"
#include "core/ledger/ceremony.h"
#include "core/net/certificate_name.h"
#include "core/net/channel.h"
#include "core/net/tls.h"
#include "core/record/calendar_type.h"
#include "entente/v1/broker.grpc.pb.h"
#include "policy/calendar.h"

namespace entente::cli {
namespace {

constexpr int64_t kPolicyKeyLifeMs = 2 * 365 * limits::kDayMs;

struct AuthorityOptions {
  std::string federation, jurisdiction, out, file, type, keys, authority_key, vocabulary, genesis;
  std::vector<std::string> authority_keys;
  uint64_t version = 1;
};

struct PublishOptions {
  std::vector<std::string> files;
  std::string broker, broker_name, broker_authority;
};

absl::StatusOr<crypto::SigningKey> LoadKey(const std::string& path, crypto::KeyUse use) {
  const auto seed = crypto::ReadKeyFile(path, use);
  if (!seed.ok()) return seed.status();
  return crypto::SigningKey::FromSeed(*seed);
}

absl::StatusOr<crypto::SigningKey> MakeKey(const std::string& path, crypto::KeyUse use) {
  crypto::SystemRandom random;
  auto key = crypto::SigningKey::Create(random);
  if (absl::Status kept = crypto::WriteKeyFile(path, use, key.Seed()); !kept.ok()) return kept;
  return key;
}

absl::Status New(Context& context, const AuthorityOptions& options) {
  if (options.jurisdiction != "ORG") {
    if (absl::Status known = CheckJurisdiction(options.jurisdiction); !known.ok()) return known;
  }
  if (absl::Status made = MakePrivateFolder(options.out); !made.ok()) return made;
  const std::string path = options.out + "/authority.key";
  const auto key = MakeKey(path, crypto::KeyUse::kAuthority);
  if (!key.ok()) return key.status();
  const std::string public_text = HexEncode(key->public_key());
  if (absl::Status kept = WriteText(options.out + "/authority.pub", public_text + "\n"); !kept.ok())
    return kept;
  context.Done(
      context.Say("authority.made", {options.jurisdiction, path, public_text}),
      {{"jurisdiction", options.jurisdiction}, {"key", path}, {"public_key", public_text}});
  return absl::OkStatus();
}

absl::Status PolicyKeys(Context& context, const AuthorityOptions& options) {
  const auto authority = LoadKey(options.authority_key, crypto::KeyUse::kAuthority);
  if (!authority.ok()) return authority.status();
  const auto genesis = GenesisIn(options.genesis, options.federation);
  if (!genesis.ok()) return genesis.status();
  if (*genesis) {
    absl::Status known = CheckAuthorityKey(**genesis, options.jurisdiction, *authority);
    if (!known.ok()) return known;
  }
  if (absl::Status made = MakePrivateFolder(options.keys); !made.ok()) return made;
  const auto author = MakeKey(options.keys + "/policy-author.key", crypto::KeyUse::kPolicyAuthor);
  if (!author.ok()) return author.status();
  const auto protection =
      MakeKey(options.keys + "/policy-protection.key", crypto::KeyUse::kPolicyProtection);
  if (!protection.ok()) return protection.status();
  const Instant now = SystemClock().Now();
  const std::vector publications = {ledger::SignPolicyKeys(
      options.federation, options.jurisdiction, author->public_key(), protection->public_key(),
      {now, now + kPolicyKeyLifeMs}, now, *authority)};
  if (absl::Status kept = WritePublications(options.out, publications); !kept.ok()) return kept;
  context.Done(context.Say("authority.signed", {options.out}), {{"signed", options.out}});
  return absl::OkStatus();
}

absl::Status SignPolicy(Context& context, const AuthorityOptions& options) {
  const auto text = ReadText(options.file);
  if (!text.ok()) return text.status();
  const auto vocabulary = VocabularyIn(options.vocabulary);
  if (!vocabulary.ok()) return vocabulary.status();
  absl::Status good =
      CheckPolicyText(*text, options.file, options.jurisdiction, options.version, *vocabulary);
  if (!good.ok()) return good;
  const auto author = LoadKey(options.keys + "/policy-author.key", crypto::KeyUse::kPolicyAuthor);
  if (!author.ok()) return author.status();
  const auto protection =
      LoadKey(options.keys + "/policy-protection.key", crypto::KeyUse::kPolicyProtection);
  if (!protection.ok()) return protection.status();
  const std::vector publications = {ledger::SignPolicy(options.federation, options.jurisdiction,
                                                       options.version, *text, SystemClock().Now(),
                                                       *author, *protection)};
  if (absl::Status kept = WritePublications(options.out, publications); !kept.ok()) return kept;
  context.Done(context.Say("authority.signed", {options.out}), {{"signed", options.out}});
  return absl::OkStatus();
}

// What is known of the keys that have signed: whether they are enough, when the genesis file is
// there. JSON has it as `missing`.
absl::StatusOr<std::string> CountText(const Context& context, const AuthorityOptions& options,
                                      std::span<const crypto::SigningKey> keys, Json& json) {
  const auto genesis = GenesisIn(options.genesis, options.federation);
  if (!genesis.ok()) return genesis.status();
  if (!*genesis) return context.Say("authority.unchecked");
  const auto count = CountSignatures(**genesis, keys);
  if (!count.ok()) return count.status();
  json["missing"] = count->missing;
  return context.Say(count->missing == 0 ? "authority.enough" : "authority.missing",
                     {std::to_string(keys.size()), std::to_string(count->authorities),
                      std::to_string(count->missing)});
}

absl::Status SignFile(Context& context, const AuthorityOptions& options) {
  const auto text = ReadText(options.file);
  if (!text.ok()) return text.status();
  const auto vocabulary = VocabularyIn(options.vocabulary);
  if (!vocabulary.ok()) return vocabulary.status();
  absl::Status good =
      CheckFederationText(options.type, *text, options.file, options.version, *vocabulary);
  if (!good.ok()) return good;
  std::vector<crypto::SigningKey> keys;
  for (const std::string& path : options.authority_keys) {
    auto key = LoadKey(path, crypto::KeyUse::kAuthority);
    if (!key.ok()) return key.status();
    keys.push_back(*std::move(key));
  }
  Json json = {{"signed", options.out}};
  const auto counted = CountText(context, options, keys, json);
  if (!counted.ok()) return counted.status();
  const std::vector publications = {ledger::SignFederationFile(
      options.federation, options.type, options.version, *text, SystemClock().Now(), keys)};
  if (absl::Status kept = WritePublications(options.out, publications); !kept.ok()) return kept;
  context.Done(context.Say("authority.signed", {options.out}) + "\n" + *counted, json);
  return absl::OkStatus();
}

// What every node would refuse, or could not count by, is not signed.
absl::Status SignCalendar(Context& context, const AuthorityOptions& options) {
  const auto text = ReadText(options.file);
  if (!text.ok()) return text.status();
  const auto calendar = policy::ParseCalendar(*text, options.file);
  if (!calendar.ok()) return calendar.status();
  if (const auto zone = policy::ZoneOf(*calendar); !zone.ok()) {
    return absl::InvalidArgumentError(zone.status().message());
  }
  if (calendar->jurisdiction != options.jurisdiction || calendar->version != options.version) {
    return absl::InvalidArgumentError(
        context.Say("authority.calendar",
                    {options.file, calendar->jurisdiction, std::to_string(calendar->version)}));
  }
  const auto authority = LoadKey(options.authority_key, crypto::KeyUse::kAuthority);
  if (!authority.ok()) return authority.status();
  const std::array keys = {authority->Clone()};
  const std::vector publications = {
      ledger::SignFederationFile(options.federation, record::CalendarType(options.jurisdiction),
                                 options.version, *text, SystemClock().Now(), keys)};
  if (absl::Status kept = WritePublications(options.out, publications); !kept.ok()) return kept;
  context.Done(context.Say("authority.signed", {options.out}), {{"signed", options.out}});
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<v1::Directory::Stub>> ConnectBroker(const Context& context,
                                                                   const PublishOptions& options) {
  static SystemClock clock;
  const auto identity = net::LoadTlsIdentity(context.settings.certificate, context.settings.key);
  if (!identity.ok()) return identity.status();
  const auto authority = net::LoadCertificates(options.broker_authority);
  if (!authority.ok()) return authority.status();
  const auto federation = net::FederationOfCertificate(identity->certificate_pem);
  if (!federation.ok()) return federation.status();
  const auto anchors =
      net::TrustAnchors::Create(*federation, {{std::string(net::kBrokerAuthority), *authority}});
  if (!anchors.ok()) return anchors.status();
  return v1::Directory::NewStub(net::OpenChannel(
      options.broker,
      net::ClientTls(*identity, *anchors, net::BrokerCaller(options.broker_name), clock)));
}

// Puts the statements of one file into the log, each after the one before it.
absl::Status PublishFile(v1::Directory::Stub& stub, const std::string& file,
                         const std::vector<ledger::Publication>& publications, Json& published) {
  for (const ledger::Publication& publication : publications) {
    v1::PublishRequest request;
    request.set_entry_kind(publication.kind);
    *request.mutable_statement() = publication.statement;
    request.set_text(publication.text);
    grpc::ClientContext call;
    net::SetDeadline(call);
    v1::PublishResponse response;
    const grpc::Status status = stub.Publish(&call, request, &response);
    if (!status.ok()) return net::FromGrpcStatus(status);
    published.push_back({{"file", file}, {"log_index", response.log_index()}});
  }
  return absl::OkStatus();
}

// What is in the log is said, also when something after it was refused.
void SayPublished(Context& context, const Json& published) {
  if (context.settings.json) return context.Done("", {{"published", published}});
  for (const Json& one : published) {
    std::cout << context.Say("authority.published",
                             {one["file"].get<std::string>(),
                              std::to_string(one["log_index"].get<uint64_t>())})
              << "\n";
  }
}

void Publish(Context& context, const PublishOptions& options) {
  // Read whole before anything is published: a damaged file stops all.
  std::vector<std::vector<ledger::Publication>> contents;
  for (const std::string& file : options.files) {
    auto publications = ReadPublications(file);
    if (!publications.ok()) return context.Fail(publications.status());
    contents.push_back(*std::move(publications));
  }
  const auto stub = ConnectBroker(context, options);
  if (!stub.ok()) return context.Fail(stub.status());
  Json published = Json::array();
  absl::Status status;
  for (size_t i = 0; i < contents.size() && status.ok(); ++i) {
    status = PublishFile(**stub, options.files[i], contents[i], published);
  }
  if (status.ok() || !published.empty()) SayPublished(context, published);
  if (!status.ok()) context.FailAt({Peer::Kind::kBroker, options.broker}, status);
}

using Action = absl::Status (*)(Context&, const AuthorityOptions&);

void Run(CLI::App* command, Context& context, std::shared_ptr<AuthorityOptions> options,
         Action action) {
  command->callback([&context, options, action] {
    if (const auto status = action(context, *options); !status.ok()) context.Fail(status);
  });
}

void AddKeys(CLI::App& authority, Context& context) {
  auto options = std::make_shared<AuthorityOptions>();
  auto* const fresh =
      authority.add_subcommand("new", "Make a jurisdiction's authority key. Keep it offline.");
  fresh->add_option("jurisdiction", options->jurisdiction, "ISO 3166-1 alpha-2 code, XK or ORG")
      ->required();
  fresh->add_option("--out", options->out, "folder for authority.key and authority.pub")
      ->required();
  Run(fresh, context, options, New);

  options = std::make_shared<AuthorityOptions>();
  auto* const keys = authority.add_subcommand(
      "policy-keys", "Make and vouch for the two keys that sign this jurisdiction's policies.");
  keys->add_option("jurisdiction", options->jurisdiction, "the jurisdiction's code")->required();
  keys->add_option("--federation", options->federation, "the federation's name")->required();
  keys->add_option("--authority-key", options->authority_key, "the authority key file")->required();
  AddGenesis(*keys, options->genesis);
  keys->add_option("--keys", options->keys,
                   "folder for policy-author.key and policy-protection.key")
      ->required();
  keys->add_option("--out", options->out, "file to write the statement to")->required();
  Run(keys, context, options, PolicyKeys);
}

void AddSign(CLI::App& authority, Context& context) {
  auto options = std::make_shared<AuthorityOptions>();
  auto* const policy =
      authority.add_subcommand("sign-policy", "Sign a policy file with both policy keys.");
  policy->add_option("jurisdiction", options->jurisdiction, "the jurisdiction's code")->required();
  policy->add_option("file", options->file, "the policy, TOML, checked with `entente-policy check`")
      ->required();
  policy->add_option("--federation", options->federation, "the federation's name")->required();
  policy->add_option("--version", options->version, "the version the file states")->required();
  policy->add_option("--keys", options->keys, "folder with the two policy keys")->required();
  AddVocabulary(*policy, options->vocabulary);
  policy->add_option("--out", options->out, "file to write the statement to")->required();
  Run(policy, context, options, SignPolicy);

  options = std::make_shared<AuthorityOptions>();
  auto* const shared = authority.add_subcommand(
      "sign-federation-file",
      "Sign vocabulary, groups or instruments with more than two thirds of the authorities.");
  shared->add_option("type", options->type, "vocabulary, groups or instruments")->required();
  shared->add_option("file", options->file, "the file, TOML")->required();
  shared->add_option("--federation", options->federation, "the federation's name")->required();
  shared->add_option("--version", options->version, "version of this file")->capture_default_str();
  shared->add_option("--authority-key", options->authority_keys, "authority key files, with commas")
      ->delimiter(',')
      ->required();
  AddVocabulary(*shared, options->vocabulary);
  AddGenesis(*shared, options->genesis);
  shared->add_option("--out", options->out, "file to write the statement to")->required();
  Run(shared, context, options, SignFile);
}

void AddSignCalendar(CLI::App& authority, Context& context) {
  auto options = std::make_shared<AuthorityOptions>();
  auto* const calendar = authority.add_subcommand(
      "sign-calendar", "Sign the calendar of this jurisdiction's working days. Once a year.");
  calendar->add_option("jurisdiction", options->jurisdiction, "the jurisdiction's code")
      ->required();
  calendar->add_option("file", options->file, "the calendar, TOML; docs/formats.md has its form")
      ->required();
  calendar->add_option("--federation", options->federation, "the federation's name")->required();
  calendar->add_option("--version", options->version, "the version the file states")->required();
  calendar->add_option("--authority-key", options->authority_key, "the authority key file")
      ->required();
  calendar->add_option("--out", options->out, "file to write the statement to")->required();
  Run(calendar, context, options, SignCalendar);
}

void AddPublish(CLI::App& authority, Context& context) {
  auto options = std::make_shared<PublishOptions>();
  auto* const command = authority.add_subcommand(
      "publish", "Put signed statements into the log, with --certificate and --key of an agency.");
  command->add_option("files", options->files, "files of signed statements, in order")->required();
  command->add_option("--broker", options->broker, "HOST:PORT")->required();
  command->add_option("--broker-name", options->broker_name, "the broker's name in its certificate")
      ->required();
  command->add_option("--broker-authority", options->broker_authority, "CA of the broker, PEM")
      ->required();
  command->callback([&context, options] { Publish(context, *options); });
}

}  // namespace

void AddAuthorityCommands(CLI::App& app, Context& context) {
  auto* const authority =
      app.add_subcommand("authority",
                         "A jurisdiction's offline keys: new, policy-keys, "
                         "sign-policy, sign-federation-file, sign-calendar, sign-quorum, revoke, "
                         "publish.");
  authority->require_subcommand(1);
  AddKeys(*authority, context);
  AddSign(*authority, context);
  AddSignCalendar(*authority, context);
  AddSignQuorum(*authority, context);
  AddRevoke(*authority, context);
  AddPublish(*authority, context);
}

}  // namespace entente::cli
