// Starting: what must be true of the store before anything is served or signed.
#include <algorithm>
#include <utility>

#include "broker/engine.h"
#include "broker/publication.h"
#include "broker/rows.h"
#include "core/audit/merkle.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/ledger/entry.h"

namespace entente::broker {
namespace {

constexpr size_t kVerifiedRoots = 4096;

absl::Status CheckKeys(const ledger::Genesis& genesis, const BrokerKeys& keys) {
  if (keys.checkpoint.public_key() != genesis->checkpoint.key() ||
      keys.receipt.public_key() != genesis->receipt || keys.note.public_key() != genesis->note) {
    return absl::FailedPreconditionError(
        "the broker's keys are not those that the genesis file names");
  }
  return absl::OkStatus();
}

absl::StatusOr<ledger::Entry> OpenEntryAt(const audit::Log& log, uint64_t index, Digest& leaf) {
  auto bytes = log.Entry(index);
  if (!bytes.ok()) return bytes.status();
  auto entry = ledger::ReadEntry(*bytes);
  if (!entry.ok() || !entry->open) {
    return absl::DataLossError("r_open names an entry that is not open: run entente-broker fsck");
  }
  leaf = audit::LeafHash(*bytes);
  return entry;
}

// Those alone that the state can still ask for. Which these are may depend on those that are held.
absl::Status LoadTexts(const store::Reader& store, Instant instant, ledger::Registry& registry) {
  for (bool more = true; more;) {
    more = false;
    for (const ledger::MissingText& missing : registry.MissingTexts(instant)) {
      auto text = store.Get(kTexts, AsText(missing.file.digest));
      if (!text.ok()) return text.status();
      if (!*text) continue;  // fsck says so
      registry.SetText(**text);
      more |= registry.HasText(missing.file.digest);
    }
  }
  return absl::OkStatus();
}

// Of an open entry with the text it names: what its publication counted.
absl::StatusOr<uint64_t> PublishedBytes(const store::Reader& store, const ledger::Entry& entry) {
  auto named = TextNamedBy(entry.kind, entry.body);
  if (!named) return entry.body.size();
  auto text = store.Get(kTexts, AsText(named->digest));
  if (!text.ok()) return text.status();
  return entry.body.size() + (*text ? (*text)->size() : 0);
}

}  // namespace

absl::Status InitLog(store::Store& store, std::string_view genesis_file, const BrokerKeys& keys) {
  auto genesis = ledger::Genesis::Parse(genesis_file);
  if (!genesis.ok()) return genesis.status();
  if (auto status = CheckKeys(*genesis, keys); !status.ok()) {
    return absl::InvalidArgumentError(status.message());
  }
  auto log = audit::Log::Open(store);
  if (!log.ok()) return log.status();
  if ((*log)->Head().size != 0) return absl::AlreadyExistsError("the store holds a log already");

  Mailboxes mailboxes;
  Publications publications;
  Submissions submissions;
  Instant created = (*genesis)->created;
  Transaction transaction(store, mailboxes, publications, submissions,
                          View{ledger::Registry(*genesis), 0, created, {}}, (*log)->Begin());
  auto index = transaction.AppendOpen(v1::ENTRY_KIND_GENESIS, created, genesis_file, "");
  if (!index.ok()) return index.status();
  transaction.batch().Put(audit::kMeta, kSumsKey, RowSums().Encode());
  auto status = (*log)->Commit(std::move(transaction.stage()), transaction.batch());
  if (!status.ok()) return status;
  auto keeper = audit::CheckpointKeeper::Open(store, **log, (*genesis)->checkpoint);
  if (!keeper.ok()) return keeper.status();
  return (*keeper)->Publish(keys.checkpoint).status();
}

HoldFile Engine::NoFiles() {
  return [](const AgencyId&, const record::FileShape&, Instant) { return Hold(); };
}

Engine::Engine(store::Store& store, ledger::Genesis genesis, BrokerKeys keys, QuotaLimits quotas,
               HoldFile hold_file)
    : store_(store),
      genesis_(std::move(genesis)),
      keys_(std::move(keys)),
      quotas_(quotas),
      hold_file_(std::move(hold_file)),
      verified_(kVerifiedRoots) {}

absl::Status Engine::OpenLog() {
  auto log = audit::Log::Open(store_);
  if (!log.ok()) return log.status();
  log_ = *std::move(log);
  auto keeper = audit::CheckpointKeeper::Open(store_, *log_, genesis_->checkpoint);
  if (!keeper.ok()) return keeper.status();
  keeper_ = *std::move(keeper);
  if (log_->Head().size == 0) {
    return absl::FailedPreconditionError(
        "the database holds no log: the disk may not be mounted; a broker that never had one is "
        "founded with entente-broker init");
  }
  Digest leaf;
  auto first = OpenEntryAt(*log_, 0, leaf);
  if (!first.ok()) return first.status();
  if (first->kind != v1::ENTRY_KIND_GENESIS || first->body != genesis_.text()) {
    return absl::FailedPreconditionError("the log began with another genesis file");
  }
  return absl::OkStatus();
}

absl::Status Engine::ReplayOne(uint64_t index, Instant last, View& view) {
  Digest leaf;
  auto entry = OpenEntryAt(*log_, index, leaf);
  if (!entry.ok()) return entry.status();
  auto status = view.registry.Apply(index, leaf, entry->kind, entry->instant, entry->body);
  if (!status.ok()) return absl::DataLossError("an open entry does not apply: run fsck");
  view.NoteQuorum(index);
  publications_.Add(index, entry->kind, entry->body);
  if (last - entry->instant > limits::kDayMs) return absl::OkStatus();
  auto bytes = PublishedBytes(store_, *entry);
  if (!bytes.ok()) return bytes.status();
  usage_.AddOpen(AccountOf(genesis_, entry->kind, entry->body), *bytes, entry->instant);
  return absl::OkStatus();
}

absl::Status Engine::Replay() {
  uint64_t size = log_->Head().size;
  auto last = log_->Entry(size - 1);
  if (!last.ok()) return last.status();
  auto entry = ledger::ReadEntry(*last);
  if (!entry.ok()) return absl::DataLossError("the last entry cannot be read: run fsck");
  View view{ledger::Registry(genesis_), size, entry->instant, {}};
  auto rows = store_.Iterate(kOpen, "");
  if (!rows.ok()) return rows.status();
  store::Iterator& it = **rows;
  for (it.SeekToFirst(); it.Valid(); it.Next()) {
    auto index = ParseIndexKey(it.value());
    if (!index) return Damaged(kOpen);
    auto status = ReplayOne(*index, entry->instant, view);
    if (!status.ok()) return status;
  }
  if (!it.status().ok()) return it.status();
  if (auto status = LoadTexts(store_, entry->instant, view.registry); !status.ok()) return status;
  MutexLock lock(&mutex_);
  view_ = std::make_shared<const View>(std::move(view));
  return absl::OkStatus();
}

absl::Status Engine::LoadSums() {
  auto sums = RowSums::Load(store_);
  if (!sums.ok()) return sums.status();
  MutexLock lock(&grants_mutex_);
  sums_ = *sums;
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(store::Store& store,
                                                     std::string_view genesis_file, BrokerKeys keys,
                                                     QuotaLimits quotas, Instant now,
                                                     HoldFile hold_file) {
  auto genesis = ledger::Genesis::Parse(genesis_file);
  if (!genesis.ok()) return genesis.status();
  if (auto status = CheckKeys(*genesis, keys); !status.ok()) return status;
  std::unique_ptr<Engine> engine(
      new Engine(store, *std::move(genesis), std::move(keys), quotas, std::move(hold_file)));
  if (auto status = engine->OpenLog(); !status.ok()) return status;
  if (auto status = engine->Replay(); !status.ok()) return status;
  Instant last = engine->view()->ledger_time;
  if (now + limits::kClockToleranceMs < last) {
    return absl::FailedPreconditionError(
        "the clock says " + FormatInstant(now) + ", but the log's last entry is of " +
        FormatInstant(last) +
        ": either may be wrong; set the clock if it is behind, and if it is right, the log was "
        "written by one that ran ahead: start again when that instant has passed");
  }
  if (auto status = engine->LoadSums(); !status.ok()) return status;
  if (auto status = engine->submissions_.Load(store); !status.ok()) return status;
  if (auto status = engine->mailboxes_.Load(store, engine->usage_); !status.ok()) return status;
  // What was written before a crash, but not yet covered by a checkpoint, is covered now.
  if (auto status = engine->Publish(); !status.ok()) return status;
  return engine;
}

}  // namespace entente::broker
