// An index in memory over the names of persons, answering how a name that was heard, typed or read
// from a passport could stand in it under another spelling. Not thread-safe; calls of const members
// may run side by side.
//
// Candidates come from the words that sound like those asked for (node/search/name_words.h); the
// best of them are compared in full (node/search/name_score.h). It keeps names as words, nothing
// else of a person; what is removed leaves neither words nor counts behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "node/search/name_score.h"
#include "node/search/name_words.h"
#include "node/search/number_pool.h"

namespace entente::node::search {

// Candidates below this are no hit.
inline constexpr double kDefaultThreshold = 0.5;

struct IndexName {
  std::string text;
  bool low_quality = false;  // a nickname, or a name that the source itself trusts little
};

struct BirthYears {
  uint16_t from = 0;  // both included; the same for one year
  uint16_t to = 0;
  bool about = false;
};

struct IndexEntry {
  uint64_t id = 0;
  std::vector<IndexName> names;
  std::vector<BirthYears> years;  // any of them may be right; empty when not known
  uint32_t owner = 0;             // whose it is: none of them can crowd out another's
};

struct NameQuery {
  std::string text;
  std::optional<uint16_t> year;  // of birth
};

struct PartReason {
  std::string asked;  // as folded; two parts with a blank between
  std::string known;
  Agreement how = Agreement::kExact;
  double similarity = 0;
};

struct NameCandidate {
  uint64_t id = 0;
  double score = 0;
  size_t name = 0;  // which of the entry's names
  bool low_quality = false;
  YearAgreement year = YearAgreement::kMissing;
  bool in_order = false;
  NameAgreement agreement;
  std::vector<PartReason> parts;
};

class NameIndex {
 public:
  // An entry with this id is replaced. At most 255 names and years are kept of one entry.
  void Add(const IndexEntry& entry);
  // False when there is none.
  bool Remove(uint64_t id);

  // At most `most` entries of each owner at or above `threshold`, each with its best name, the best
  // first.
  std::vector<NameCandidate> Find(const NameQuery& query, size_t most,
                                  double threshold = kDefaultThreshold) const;

  size_t entries() const { return numbers_.size(); }
  size_t words() const { return words_.size(); }

 private:
  struct Entry {
    uint64_t id = 0;
    uint32_t owner = 0;
    uint32_t names_at = 0;
    uint32_t years_at = 0;
    uint8_t names = 0;
    uint8_t years = 0;
  };
  struct Name {
    uint32_t entry = 0;
    uint32_t words_at = 0;
    uint8_t words = 0;
    uint8_t ordinal = 0;
    bool low_quality = false;
  };
  struct Asked;

  uint32_t AddName(uint32_t entry, const IndexName& name, size_t ordinal);
  void RemoveName(uint32_t name);
  void CountSkeletons(const Entry& entry, int by);
  float Rarity(uint32_t frequency) const;
  Asked Prepare(const NameQuery& query) const;
  std::vector<uint32_t> Candidates(const Asked& asked) const;
  std::vector<uint32_t> Fairly(std::vector<uint32_t> touched,
                               const std::vector<float>& weights) const;
  NameAgreement Agree(const Asked& asked, const Name& name) const;
  YearAgreement CompareYear(const NameQuery& query, const Entry& entry) const;
  void Explain(const Asked& asked, NameCandidate& candidate) const;

  NameWords words_;
  NumberPool pool_;
  std::vector<Entry> entries_;
  std::vector<Name> names_;
  std::vector<uint32_t> free_entries_;
  std::vector<uint32_t> free_names_;
  absl::flat_hash_map<uint64_t, uint32_t> numbers_;
};

}  // namespace entente::node::search
