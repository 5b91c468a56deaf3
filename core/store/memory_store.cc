#include "core/store/memory_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/refusal.h"

namespace entente::store {
namespace {

using Table = MemoryStore::Table;

class TableIterator final : public Iterator {
 public:
  TableIterator(std::shared_ptr<const Table> table, std::string_view prefix)
      : table_(std::move(table)), prefix_(prefix), begin_(table_->lower_bound(prefix_)) {
    auto end = PrefixEnd(prefix_);
    end_ = end ? table_->lower_bound(*end) : table_->end();
    at_ = end_;
  }

  void SeekToFirst() override { at_ = begin_; }
  void SeekToLast() override { at_ = begin_ == end_ ? end_ : std::prev(end_); }
  void Seek(std::string_view key) override {
    if (key < prefix_) return SeekToFirst();
    at_ = InRange(key) ? table_->lower_bound(key) : end_;
  }
  void Next() override { ++at_; }
  void Prev() override { at_ = at_ == begin_ ? end_ : std::prev(at_); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  bool Valid() const override { return at_ != end_; }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  bool InRange(std::string_view key) const { return end_ == table_->end() || key < end_->first; }

  std::shared_ptr<const Table> table_;
  std::string prefix_;
  Table::const_iterator begin_, end_, at_;
};

std::optional<std::string> Find(const Table& table, std::string_view key) {
  auto it = table.find(key);
  if (it == table.end()) return std::nullopt;
  return it->second;
}

void Set(Table& table, std::string_view key, std::optional<std::string_view> value) {
  if (value) {
    table.insert_or_assign(std::string(key), std::string(*value));
  } else if (auto it = table.find(key); it != table.end()) {
    table.erase(it);
  }
}

absl::Status UnknownFamily(Family family) {
  return absl::InvalidArgumentError(
      absl::StrCat("the store was not opened with column family ", std::string(family.name())));
}

absl::StatusOr<size_t> FindFamily(const std::vector<Family>& families, Family family) {
  auto it = std::find(families.begin(), families.end(), family);
  if (it == families.end()) return UnknownFamily(family);
  return static_cast<size_t>(it - families.begin());
}

class FrozenTables final : public Reader {
 public:
  FrozenTables(std::vector<Family> families, std::vector<std::shared_ptr<const Table>> tables)
      : families_(std::move(families)), tables_(std::move(tables)) {}

  absl::StatusOr<std::optional<std::string>> Get(Family family,
                                                 std::string_view key) const override {
    auto index = FindFamily(families_, family);
    if (!index.ok()) return index.status();
    return Find(*tables_[*index], key);
  }
  absl::StatusOr<std::unique_ptr<Iterator>> Iterate(Family family,
                                                    std::string_view prefix) const override {
    auto index = FindFamily(families_, family);
    if (!index.ok()) return index.status();
    return std::make_unique<TableIterator>(tables_[*index], prefix);
  }

 private:
  std::vector<Family> families_;
  std::vector<std::shared_ptr<const Table>> tables_;
};

}  // namespace

MemoryStore::MemoryStore(std::span<const Family> families)
    : families_(families.begin(), families.end()) {
  for (size_t i = 0; i < families_.size(); ++i) tables_.push_back(std::make_shared<Versioned>());
}

MemoryStore::Table& MemoryStore::Writable(size_t family) {
  auto& current = tables_[family];
  if (current->readers.load(std::memory_order_acquire) > 0) {
    auto copy = std::make_shared<Versioned>();
    copy->table = current->table;
    current = std::move(copy);
  }
  return current->table;
}

std::shared_ptr<const MemoryStore::Table> MemoryStore::Hold(size_t family) const {
  std::shared_ptr<Versioned> held = tables_[family];
  held->readers.fetch_add(1, std::memory_order_relaxed);
  const Table* table = &held->table;
  return {table, [held = std::move(held)](const Table*) {
            held->readers.fetch_sub(1, std::memory_order_release);
          }};
}

std::vector<MemoryStore::Undo> MemoryStore::Apply(const WriteBatch& batch) {
  std::vector<Undo> undo;
  for (size_t i = 0; i < batch.count(); ++i) {
    WriteBatch::Op op = batch.op(i);
    size_t family = *FindFamily(families_, op.family);
    Table& table = Writable(family);
    undo.push_back({family, std::string(op.key), Find(table, op.key)});
    Set(table, op.key, op.value);
  }
  return undo;
}

std::optional<Fault> MemoryStore::NextFault() {
  ++writes_;
  if (broken_) return Fault::kSyncFailed;
  if (disk_full_) return Fault::kDiskFull;
  auto it = faults_.find(writes_);
  if (it == faults_.end()) return std::nullopt;
  Fault fault = it->second;
  faults_.erase(it);
  return fault;
}

absl::Status MemoryStore::Fail(Fault fault) {
  if (fault == Fault::kDiskFull) {
    return Refuse({.reason = Reason::kDiskFull,
                   .subject = "",
                   .text = "the disk is full: nothing was written",
                   .advice = "make room, then try again",
                   .record_id = "",
                   .log_index = std::nullopt});
  }
  broken_ = true;
  return absl::InternalError("sync failed; what reached the disk is unknown: restart the program");
}

absl::Status MemoryStore::CheckFamilies(const WriteBatch& batch) const {
  for (size_t i = 0; i < batch.count(); ++i) {
    if (auto known = FindFamily(families_, batch.op(i).family); !known.ok()) return known.status();
  }
  return absl::OkStatus();
}

absl::Status MemoryStore::Write(const WriteBatch& batch, Sync sync) {
  if (absl::Status known = CheckFamilies(batch); !known.ok()) return known;
  MutexLock lock(&mutex_);
  bool was_broken = broken_;
  if (auto fault = NextFault()) {
    if (*fault == Fault::kSyncFailed && !was_broken) unsynced_.push_back({{}, batch});
    return Fail(*fault);
  }
  unsynced_.push_back({Apply(batch), std::nullopt});
  if (sync == Sync::kYes) unsynced_.clear();
  return absl::OkStatus();
}

void MemoryStore::Crash(size_t survivors) {
  MutexLock lock(&mutex_);
  for (; unsynced_.size() > survivors; unsynced_.pop_back()) {
    auto& undo = unsynced_.back().undo;
    for (auto it = undo.rbegin(); it != undo.rend(); ++it) {
      Set(Writable(it->family), it->key, it->before);
    }
  }
  for (const Unsynced& left : unsynced_) {
    if (left.torn) Apply(*left.torn);
  }
  unsynced_.clear();
  faults_.clear();
  broken_ = false;
}

size_t MemoryStore::unsynced() const {
  MutexLock lock(&mutex_);
  return unsynced_.size();
}

void MemoryStore::FailWrite(size_t nth, Fault fault) {
  MutexLock lock(&mutex_);
  faults_[writes_ + nth] = fault;
}

void MemoryStore::SetDiskFull(bool full) {
  MutexLock lock(&mutex_);
  disk_full_ = full;
}

size_t MemoryStore::writes() const {
  MutexLock lock(&mutex_);
  return writes_;
}

absl::StatusOr<std::optional<std::string>> MemoryStore::Get(Family family,
                                                            std::string_view key) const {
  auto index = FindFamily(families_, family);
  if (!index.ok()) return index.status();
  MutexLock lock(&mutex_);
  return Find(tables_[*index]->table, key);
}

absl::StatusOr<std::unique_ptr<Iterator>> MemoryStore::Iterate(Family family,
                                                               std::string_view prefix) const {
  auto index = FindFamily(families_, family);
  if (!index.ok()) return index.status();
  MutexLock lock(&mutex_);
  return std::make_unique<TableIterator>(Hold(*index), prefix);
}

std::unique_ptr<Reader> MemoryStore::Snapshot() const {
  MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<const Table>> held;
  for (size_t i = 0; i < tables_.size(); ++i) held.push_back(Hold(i));
  return std::make_unique<FrozenTables>(families_, std::move(held));
}

absl::Status MemoryStore::PutFile(std::string_view name, std::string_view bytes) {
  if (absl::Status taken = CheckFile(name, bytes.size()); !taken.ok()) return taken;
  MutexLock lock(&mutex_);
  if (auto fault = NextFault()) return Fail(*fault);
  files_.insert_or_assign(std::string(name), std::string(bytes));
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> MemoryStore::ReadFile(std::string_view name) const {
  if (absl::Status taken = CheckFile(name, 0); !taken.ok()) return taken;
  MutexLock lock(&mutex_);
  auto it = files_.find(name);
  if (it == files_.end()) return std::nullopt;
  return it->second;
}

}  // namespace entente::store
