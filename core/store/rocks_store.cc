#include "core/store/rocks_store.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/store/disk_error.h"
#include "core/store/rocks_errors.h"
#include "core/store/rocks_open.h"
#include "core/store/slot_file.h"

namespace entente::store {
namespace {

constexpr size_t kProtectionBytesPerKey = 8;
constexpr size_t kFamilyBufferBytes = 64 << 20;
constexpr size_t kAllBuffersBytes = 512 << 20;

rocksdb::Slice ToSlice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

rocksdb::DBOptions DatabaseOptions(rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // A torn last write is what a crash leaves; a log cut short is caught by the high-water file.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.wal_compression = rocksdb::kNoCompression;
  options.db_write_buffer_size = kAllBuffersBytes;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 4;
  return options;
}

rocksdb::ColumnFamilyOptions FamilyOptions() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = kFamilyBufferBytes;
  // Hashes and ciphertext do not compress.
  options.compression = rocksdb::kNoCompression;
  return options;
}

}  // namespace

class RocksStore::Impl {
 public:
  using Handles = std::vector<rocksdb::ColumnFamilyHandle*>;

  // `families[i]` is `by_family[i]`, one of `handles`. `lock`: held by who opened only to read.
  Impl(std::string dir, std::span<const Family> families, std::unique_ptr<rocksdb::DB> db,
       Handles handles, Handles by_family, rocksdb::FileLock* lock)
      : dir_(std::move(dir)),
        families_(families.begin(), families.end()),
        db_(std::move(db)),
        handles_(std::move(handles)),
        by_family_(std::move(by_family)),
        lock_(lock) {}
  ~Impl() {
    for (auto* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
    rocksdb::Env* const env = db_->GetEnv();
    db_->Close().PermitUncheckedError();
    if (lock_ != nullptr) env->UnlockFile(lock_).PermitUncheckedError();
  }

  absl::StatusOr<rocksdb::ColumnFamilyHandle*> Handle(Family family) const {
    auto it = std::find(families_.begin(), families_.end(), family);
    if (it != families_.end()) return by_family_[static_cast<size_t>(it - families_.begin())];
    return absl::InvalidArgumentError(
        absl::StrCat("the store was not opened with column family ", std::string(family.name())));
  }

  absl::StatusOr<std::optional<std::string>> Get(const rocksdb::ReadOptions& options, Family family,
                                                 std::string_view key) const;
  absl::StatusOr<std::unique_ptr<Iterator>> Iterate(rocksdb::ReadOptions options, Family family,
                                                    std::string_view prefix) const;
  absl::Status Write(const WriteBatch& batch, Sync sync);

  std::string Place() const { return absl::StrCat(dir_, "/db"); }
  absl::Status PutFile(std::string_view name, std::string_view bytes);
  std::string FilePath(std::string_view name) const {
    return absl::StrCat(dir_, "/", std::string(name));
  }
  absl::Status CheckWritable() const {
    if (lock_ == nullptr) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("the database in ", Place(), " was opened only to read"));
  }
  rocksdb::DB& db() const { return *db_; }
  std::span<const Family> families() const { return families_; }

 private:
  const std::string dir_;
  const std::vector<Family> families_;
  const std::unique_ptr<rocksdb::DB> db_;
  const Handles handles_;
  const Handles by_family_;
  rocksdb::FileLock* const lock_;
  Mutex files_mutex_;
  std::map<std::string, std::unique_ptr<SlotFile>, std::less<>> files_
      ABSL_GUARDED_BY(files_mutex_);
};

namespace {

class RocksIterator final : public Iterator {
 public:
  RocksIterator(rocksdb::DB& db, rocksdb::ReadOptions options, rocksdb::ColumnFamilyHandle* family,
                std::string_view prefix, std::string place)
      : place_(std::move(place)), lower_(prefix), upper_(PrefixEnd(prefix)) {
    lower_slice_ = ToSlice(lower_);
    options.iterate_lower_bound = &lower_slice_;
    if (upper_) {
      upper_slice_ = ToSlice(*upper_);
      options.iterate_upper_bound = &upper_slice_;
    }
    it_.reset(db.NewIterator(options, family));
  }

  void SeekToFirst() override { it_->SeekToFirst(); }
  void SeekToLast() override { it_->SeekToLast(); }
  void Seek(std::string_view key) override { it_->Seek(ToSlice(key)); }
  void Next() override { it_->Next(); }
  void Prev() override { it_->Prev(); }
  std::string_view key() const override { return ToView(it_->key()); }
  std::string_view value() const override { return ToView(it_->value()); }
  bool Valid() const override { return it_->Valid(); }
  absl::Status status() const override { return FromRocks(it_->status(), place_); }

 private:
  const std::string place_;
  const std::string lower_;
  const std::optional<std::string> upper_;
  rocksdb::Slice lower_slice_, upper_slice_;
  std::unique_ptr<rocksdb::Iterator> it_;
};

class RocksSnapshot final : public Reader {
 public:
  explicit RocksSnapshot(const RocksStore::Impl& impl) : impl_(impl) {
    options_.snapshot = impl_.db().GetSnapshot();
  }
  ~RocksSnapshot() override { impl_.db().ReleaseSnapshot(options_.snapshot); }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  absl::StatusOr<std::optional<std::string>> Get(Family family,
                                                 std::string_view key) const override {
    return impl_.Get(options_, family, key);
  }
  absl::StatusOr<std::unique_ptr<Iterator>> Iterate(Family family,
                                                    std::string_view prefix) const override {
    return impl_.Iterate(options_, family, prefix);
  }

 private:
  const RocksStore::Impl& impl_;
  rocksdb::ReadOptions options_;
};

absl::Status MakeFolder(const std::string& dir) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::is_directory(dir, error)) return absl::OkStatus();
  if (fs::create_directories(dir, error)) fs::permissions(dir, fs::perms::owner_all, error);
  if (error) return DiskError(error.value(), "cannot make folder", dir);
  return absl::OkStatus();
}

// Without this file a new database would be made over what is left of the old one.
absl::Status CheckCurrent(const std::string& path, rocksdb::Env* env) {
  if (env->FileExists(absl::StrCat(path, "/CURRENT")).ok()) return absl::OkStatus();
  std::vector<std::string> files;
  auto listed = env->GetChildren(path, &files);
  if (!listed.ok() || std::ranges::none_of(files, [](const std::string& file) {
        return file.starts_with("MANIFEST-") || file.ends_with(".sst") || file.ends_with(".log");
      })) {
    return absl::OkStatus();
  }
  return FromRocks(rocksdb::Status::Corruption("the file CURRENT is missing"), path);
}

// The families that the database has; FAILED_PRECONDITION when one is not in `families`.
absl::StatusOr<std::vector<std::string>> FamiliesIn(const std::string& path, rocksdb::Env* env,
                                                    std::span<const Family> families) {
  std::vector<std::string> names;
  auto status = rocksdb::DB::ListColumnFamilies(DatabaseOptions(env), path, &names);
  if (!status.ok()) return FromRocks(status, path);
  std::string strange;
  for (const std::string& name : names) {
    auto known = [&](Family family) { return family.name() == name; };
    if (name == rocksdb::kDefaultColumnFamilyName || std::ranges::any_of(families, known)) continue;
    absl::StrAppend(&strange, strange.empty() ? "" : ", ", name);
  }
  if (strange.empty()) return names;
  return absl::FailedPreconditionError(absl::StrCat(
      "the database in ", path, " has column families that this version does not know (", strange,
      "): use the version that made it"));
}

std::vector<rocksdb::ColumnFamilyDescriptor> Wanted(std::span<const std::string> names) {
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  for (const std::string& name : names) wanted.emplace_back(name, FamilyOptions());
  return wanted;
}

// The program has a log of its own, and whoever only reads leaves no file.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

absl::StatusOr<std::unique_ptr<RocksStore>> OpenRocksStore(const std::string& dir,
                                                           std::span<const Family> families,
                                                           rocksdb::Env* env) {
  if (absl::Status made = MakeFolder(dir); !made.ok()) return made;
  const std::string path = absl::StrCat(dir, "/db");
  if (absl::Status whole = CheckCurrent(path, env); !whole.ok()) return whole;
  if (env->FileExists(absl::StrCat(path, "/CURRENT")).ok()) {
    auto known = FamiliesIn(path, env, families);
    if (!known.ok()) return known.status();
  }
  std::vector<std::string> names;
  for (Family family : families) names.emplace_back(family.name());
  names.push_back(rocksdb::kDefaultColumnFamilyName);
  RocksStore::Impl::Handles handles;
  rocksdb::DB* db = nullptr;
  auto status = rocksdb::DB::Open(DatabaseOptions(env), path, Wanted(names), &handles, &db);
  if (!status.ok()) return FromRocks(status, path);
  auto by_family = handles;
  return std::make_unique<RocksStore>(
      std::make_unique<RocksStore::Impl>(dir, families, std::unique_ptr<rocksdb::DB>(db),
                                         std::move(handles), std::move(by_family), nullptr));
}

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::OpenToRead(
    const std::string& dir, std::span<const Family> families) {
  rocksdb::Env* const env = rocksdb::Env::Default();
  const std::string path = absl::StrCat(dir, "/db");
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat("there is no database in ", dir));
  }
  rocksdb::FileLock* lock = nullptr;
  if (auto held = env->LockFile(absl::StrCat(path, "/LOCK"), &lock); !held.ok()) {
    return FromRocks(held, path);
  }
  auto unlock = [&](absl::Status status) {
    env->UnlockFile(lock).PermitUncheckedError();
    return status;
  };
  auto names = FamiliesIn(path, env, families);
  if (!names.ok()) return unlock(names.status());
  rocksdb::DBOptions options = DatabaseOptions(env);
  options.info_log = std::make_shared<NoLog>();
  Impl::Handles handles;
  rocksdb::DB* db = nullptr;
  auto status = rocksdb::DB::OpenForReadOnly(options, path, Wanted(*names), &handles, &db);
  if (!status.ok()) return unlock(FromRocks(status, path));
  Impl::Handles by_family;
  for (Family family : families) {
    auto at = std::ranges::find(*names, family.name());
    // Nothing is ever in the default one.
    if (at == names->end()) at = std::ranges::find(*names, rocksdb::kDefaultColumnFamilyName);
    by_family.push_back(handles[static_cast<size_t>(at - names->begin())]);
  }
  return std::make_unique<RocksStore>(
      std::make_unique<Impl>(dir, families, std::unique_ptr<rocksdb::DB>(db), std::move(handles),
                             std::move(by_family), lock));
}

absl::StatusOr<std::optional<std::string>> RocksStore::Impl::Get(
    const rocksdb::ReadOptions& options, Family family, std::string_view key) const {
  auto handle = Handle(family);
  if (!handle.ok()) return handle.status();
  std::string value;
  auto status = db_->Get(options, *handle, ToSlice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return FromRocks(status, Place());
  return value;
}

absl::StatusOr<std::unique_ptr<Iterator>> RocksStore::Impl::Iterate(rocksdb::ReadOptions options,
                                                                    Family family,
                                                                    std::string_view prefix) const {
  auto handle = Handle(family);
  if (!handle.ok()) return handle.status();
  return std::make_unique<RocksIterator>(*db_, std::move(options), *handle, prefix, Place());
}

absl::Status RocksStore::Impl::Write(const WriteBatch& batch, Sync sync) {
  rocksdb::WriteBatch out(batch.bytes() + 32 * batch.count(), 0, kProtectionBytesPerKey, 0);
  for (size_t i = 0; i < batch.count(); ++i) {
    WriteBatch::Op op = batch.op(i);
    auto handle = Handle(op.family);
    if (!handle.ok()) return handle.status();
    auto added = op.value ? out.Put(*handle, ToSlice(op.key), ToSlice(*op.value))
                          : out.Delete(*handle, ToSlice(op.key));
    if (!added.ok()) return FromRocks(added, Place());
  }
  rocksdb::WriteOptions options;
  options.sync = sync == Sync::kYes;
  return FromRocks(db_->Write(options, &out), Place());
}

absl::Status RocksStore::Impl::PutFile(std::string_view name, std::string_view bytes) {
  const std::string path = FilePath(name);
  MutexLock lock(&files_mutex_);
  auto open = files_.find(name);
  if (open != files_.end()) return open->second->Put(bytes);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return SlotFile::Create(path, bytes);
  auto file = SlotFile::Open(path);
  if (!file.ok()) return file.status();
  return files_.emplace(name, *std::move(file)).first->second->Put(bytes);
}

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::Open(const std::string& dir,
                                                             std::span<const Family> families) {
  return OpenRocksStore(dir, families, rocksdb::Env::Default());
}

RocksStore::RocksStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksStore::~RocksStore() = default;

absl::StatusOr<std::optional<std::string>> RocksStore::Get(Family family,
                                                           std::string_view key) const {
  return impl_->Get(rocksdb::ReadOptions(), family, key);
}

absl::StatusOr<std::unique_ptr<Iterator>> RocksStore::Iterate(Family family,
                                                              std::string_view prefix) const {
  return impl_->Iterate(rocksdb::ReadOptions(), family, prefix);
}

absl::Status RocksStore::Write(const WriteBatch& batch, Sync sync) {
  if (absl::Status may = impl_->CheckWritable(); !may.ok()) return may;
  return impl_->Write(batch, sync);
}

std::unique_ptr<Reader> RocksStore::Snapshot() const {
  return std::make_unique<RocksSnapshot>(*impl_);
}

std::span<const Family> RocksStore::families() const { return impl_->families(); }

absl::Status RocksStore::PutFile(std::string_view name, std::string_view bytes) {
  if (absl::Status taken = CheckFile(name, bytes.size()); !taken.ok()) return taken;
  if (absl::Status may = impl_->CheckWritable(); !may.ok()) return may;
  return impl_->PutFile(name, bytes);
}

absl::StatusOr<std::optional<std::string>> RocksStore::ReadFile(std::string_view name) const {
  if (absl::Status taken = CheckFile(name, 0); !taken.ok()) return taken;
  return SlotFile::Read(impl_->FilePath(name));
}

}  // namespace entente::store
