#include "tests/support/damage.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "broker/fsck.h"
#include "core/audit/checkpoint_keeper.h"

namespace entente::broker {
namespace {

constexpr uint64_t kProbeNumber = 100'000;

void NoTile(uint8_t, uint64_t, std::span<const Digest>) {}

}  // namespace

Rows AllRows(const store::Reader& store) {
  Rows rows;
  for (store::Family family : kBrokerFamilies) {
    auto& all = rows[family];
    auto opened = store.Iterate(family, "");
    if (!opened.ok()) continue;
    store::Iterator& it = **opened;
    for (it.SeekToFirst(); it.Valid(); it.Next()) all.emplace_back(it.key(), it.value());
    if (!it.status().ok()) all.clear();
  }
  return rows;
}

void FlipBit(std::string& bytes, size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
}

std::string FastFolder() {
  constexpr char kInMemory[] = "/dev/shm";
  return ::access(kInMemory, W_OK) == 0 ? kInMemory : "";
}

uint64_t FlipShare() {
  const char* const text = std::getenv("ENTENTE_FLIPS");
  return text == nullptr ? 100 : std::max(1, std::atoi(text));
}

bool Verdict::Names(std::string_view place) const {
  return std::ranges::find(findings, place, &audit::FsckFinding::place) != findings.end();
}

DamageJudge::DamageJudge(EngineFixture& fixture)
    : fixture_(fixture),
      rows_(AllRows(*fixture.used)),
      high_water_(*fixture.used->ReadFile(audit::kHighWaterFile)->operator->()),
      probe_(fixture.Submission(fixture.Seal({}), kProbeNumber)) {
  for (const auto& [key, entry] : rows_[audit::kEntries]) {
    log_.Append(audit::LeafHash(entry), NoTile);
  }
}

std::unique_ptr<store::MemoryStore> DamageJudge::Copy() const {
  auto copy = std::make_unique<store::MemoryStore>(kBrokerFamilies);
  store::WriteBatch batch;
  for (const auto& [family, rows] : rows_) {
    for (const auto& [key, value] : rows) batch.Put(family, key, value);
  }
  EXPECT_TRUE(copy->Write(batch, store::Sync::kYes).ok());
  EXPECT_TRUE(copy->PutFile(audit::kHighWaterFile, high_water_).ok());
  return copy;
}

std::vector<audit::FsckFinding> DamageJudge::Check(const store::Store& store) const {
  auto report = Fsck(store, fixture_.federation.genesis().text());
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? std::move(report->findings) : std::vector<audit::FsckFinding>{};
}

// The undamaged log, and after it the entries that were added since.
bool DamageJudge::ContinuesLog(const store::Store& store, const std::string& note) const {
  auto read = audit::VerifyCheckpoint(note, fixture_.federation.genesis()->checkpoint);
  if (!read.ok() || read->checkpoint.size < log_.size()) return false;
  audit::Frontier continued = log_;
  while (continued.size() < read->checkpoint.size) {
    auto entry = store.Get(audit::kEntries, IndexKey(continued.size()));
    if (!entry.ok() || !*entry) return false;
    continued.Append(audit::LeafHash(**entry), NoTile);
  }
  return continued.Root() == read->checkpoint.root;
}

bool DamageJudge::IsOfThisLog(const std::string& note) const {
  auto read = audit::VerifyCheckpoint(note, fixture_.federation.genesis()->checkpoint);
  if (!read.ok() || read->checkpoint.size > log_.size()) return false;
  audit::Frontier log;
  for (const auto& [key, entry] : rows_.at(audit::kEntries)) {
    if (log.size() < read->checkpoint.size) log.Append(audit::LeafHash(entry), NoTile);
  }
  return log.Root() == read->checkpoint.root;
}

void DamageJudge::Start(store::Store& store, Verdict& verdict) const {
  const auto before = store.ReadFile(audit::kHighWaterFile);
  testing::SeededRandom random(9);
  auto opened =
      Engine::Open(store, fixture_.federation.genesis().text(), fixture_.Keys(), {}, fixture_.now);
  if (opened.ok()) {
    auto admitted =
        (*opened)->AdmitSubmission(probe_, EngineFixture::Id("FR.fiu"), fixture_.now, random);
    if (admitted.ok() && std::holds_alternative<Command>(*admitted)) {
      (*opened)->Commit({&std::get<Command>(*admitted), 1}).status().IgnoreError();
    }
  } else {
    verdict.refused = opened.status().ToString();
  }
  const auto after = store.ReadFile(audit::kHighWaterFile);
  if (before == after) return;
  verdict.signed_over = !after.ok() || !*after || !ContinuesLog(store, **after);
}

}  // namespace entente::broker
