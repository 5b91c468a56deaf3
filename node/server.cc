#include "node/server.h"

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "core/crypto/keyfile.h"
#include "core/crypto/random.h"
#include "core/ledger/genesis.h"
#include "core/net/certificate_name.h"
#include "core/net/channel.h"
#include "core/net/tls.h"
#include "core/store/durable_file.h"
#include "core/store/rocks_store.h"
#include "node/cosigner.h"
#include "node/desk_files_service.h"
#include "node/desk_service.h"
#include "node/disk_file.h"
#include "node/driver.h"
#include "node/file_folder.h"
#include "node/link.h"
#include "node/transfer.h"

namespace entente::node {
namespace {

absl::Status MakeFolder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return absl::InternalError("cannot make the folder " + path + ": " + error.message());
  if (chmod(path.c_str(), 0700) != 0) {
    return absl::InternalError("cannot close the folder " + path + ": " + std::strerror(errno));
  }
  return absl::OkStatus();
}

// nullptr when this node is none.
absl::StatusOr<std::unique_ptr<Cosigner>> OpenCosigner(const Config& config, Clock& clock) {
  if (config.witness_key.empty()) return nullptr;
  const auto text = store::ReadFileIfThere(config.genesis);
  if (!text.ok()) return text.status();
  const auto genesis = ledger::Genesis::Parse(text->value_or(""), config.genesis);
  if (!genesis.ok()) return genesis.status();
  return Cosigner::Open(config.witness_key, config.data + "/witness", (*genesis)->checkpoint,
                        clock);
}

}  // namespace

// In the order of construction; destroyed in the other.
struct Server::Parts {
  crypto::SystemRandom random;
  std::unique_ptr<DiskFile> slots;
  std::unique_ptr<DiskFile> store_key;
  std::unique_ptr<store::RocksStore> store;
  std::unique_ptr<Driver> driver;
  std::unique_ptr<FileFolder> files;
  std::unique_ptr<v1::Desk::Service> desk;
  std::unique_ptr<v1::DeskFiles::Service> desk_files;
  std::unique_ptr<Link> link;
  std::unique_ptr<Transfer> transfer;
  std::unique_ptr<grpc::Server> server;
  std::string listening;

  absl::Status OpenFiles(const Config& config);
  absl::Status OpenEngine(const Config& config, std::string_view certificate, Instant now,
                          std::function<void()> on_broken);
  absl::Status OpenDesk(const Config& config, std::string_view federation,
                        const net::TlsIdentity& identity, Clock& clock);
  absl::Status OpenLink(const Config& config, std::string_view federation,
                        const net::TlsIdentity& identity, Clock& clock);
};

absl::Status Server::Parts::OpenFiles(const Config& config) {
  for (const std::string& folder :
       {config.data, config.data + "/receipts", config.data + "/attachments"}) {
    if (absl::Status made = MakeFolder(folder); !made.ok()) return made;
  }
  files = std::make_unique<FileFolder>(config.data + "/attachments");
  auto slot_file = DiskFile::Open(config.data + "/slots");
  if (!slot_file.ok()) return slot_file.status();
  slots = *std::move(slot_file);
  auto key_file = DiskFile::Open(config.keys + "/store.key");
  if (!key_file.ok()) return key_file.status();
  store_key = *std::move(key_file);
  auto opened = store::RocksStore::Open(config.data, Engine::Families());
  if (!opened.ok()) return opened.status();
  store = *std::move(opened);
  return absl::OkStatus();
}

absl::Status Server::Parts::OpenEngine(const Config& config, std::string_view certificate,
                                       Instant now, std::function<void()> on_broken) {
  const auto until = net::EndOfCertificate(certificate);
  if (!until.ok()) return until.status();
  const auto genesis = store::ReadFileIfThere(config.genesis);
  if (!genesis.ok()) return genesis.status();
  const auto seed = crypto::ReadKeyFile(config.keys + "/identity.key", crypto::KeyUse::kIdentity);
  if (!seed.ok()) return seed.status();
  auto engine =
      Engine::Open({.agency = config.agency,
                    .genesis = genesis->value_or(""),
                    .genesis_digest = config.genesis_digest,
                    .first_administrator = config.administrator,
                    .certificate_until = *until,
                    .second_person = config.second_person,
                    .sessions = config.sessions},
                   crypto::SigningKey::FromSeed(*seed), {*store, *slots, *store_key, random}, now);
  if (!engine.ok()) return engine.status();
  driver = std::make_unique<Driver>(*std::move(engine), std::move(on_broken));
  return absl::OkStatus();
}

absl::Status Server::Parts::OpenDesk(const Config& config, std::string_view federation,
                                     const net::TlsIdentity& identity, Clock& clock) {
  const auto pem = net::LoadCertificates(config.authority);
  if (!pem.ok()) return pem.status();
  const auto officers = net::TrustAnchors::Create(
      std::string(federation), {{std::string(config.agency.jurisdiction()), *pem}});
  if (!officers.ok()) return officers.status();
  const auto socket = net::UnixAddress(config.socket);
  if (!socket.ok()) return socket.status();
  desk = MakeDeskService(*driver, *officers, config.agency,
                         std::filesystem::absolute(config.data + "/receipts").lexically_normal(),
                         clock);
  desk_files = MakeDeskFilesService(*driver, *files, *officers, config.agency, clock);
  grpc::ServerBuilder builder;
  net::ApplyServerLimits(builder);
  const auto credentials = net::ServerTls(identity, **officers);
  int port = 0;
  builder.AddListeningPort(*socket, credentials);
  if (!config.listen.empty()) builder.AddListeningPort(config.listen, credentials, &port);
  builder.RegisterService(desk.get());
  builder.RegisterService(desk_files.get());
  // A socket left by a process that was killed would refuse the bind.
  unlink(config.socket.c_str());
  server = builder.BuildAndStart();
  if (!server) return absl::UnavailableError("cannot listen on " + *socket + " " + config.listen);
  listening = "listening " + *socket + "\n";
  if (!config.listen.empty()) listening += "listening " + net::WithPort(config.listen, port) + "\n";
  return absl::OkStatus();
}

absl::Status Server::Parts::OpenLink(const Config& config, std::string_view federation,
                                     const net::TlsIdentity& identity, Clock& clock) {
  const auto pem = net::LoadCertificates(config.broker_authority);
  if (!pem.ok()) return pem.status();
  const auto broker = net::TrustAnchors::Create(std::string(federation),
                                                {{std::string(net::kBrokerAuthority), *pem}});
  if (!broker.ok()) return broker.status();
  const auto credentials =
      net::ClientTls(identity, *broker, net::BrokerCaller(config.broker_name), clock);
  auto cosigner = OpenCosigner(config, clock);
  if (!cosigner.ok()) return cosigner.status();
  link = std::make_unique<Link>(*driver, net::OpenChannel(config.broker, credentials), clock,
                                config.data + "/receipts");
  link->CosignWith(*std::move(cosigner));
  link->Start();
  transfer = std::make_unique<Transfer>(
      *driver, *files, net::OpenChannel(config.broker, credentials, net::Connection::kOwn), clock);
  transfer->Start();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Config& config, Clock& clock,
                                                      std::function<void()> on_broken) {
  if (absl::Status fits = CheckConfig(config); !fits.ok()) return fits;
  const auto identity = net::LoadTlsIdentity(config.certificate, config.key);
  if (!identity.ok()) return identity.status();
  const auto federation = net::FederationOfCertificate(identity->certificate_pem);
  if (!federation.ok()) return federation.status();
  auto parts = std::make_unique<Parts>();
  if (absl::Status files = parts->OpenFiles(config); !files.ok()) return files;
  absl::Status opened =
      parts->OpenEngine(config, identity->certificate_pem, clock.Now(), std::move(on_broken));
  if (!opened.ok()) return opened;
  opened = parts->OpenLink(config, *federation, *identity, clock);
  if (opened.ok()) opened = parts->OpenDesk(config, *federation, *identity, clock);
  if (!opened.ok()) return opened;
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  parts_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
}

const std::string& Server::listening() const { return parts_->listening; }

}  // namespace entente::node
