// A map by text that is filled once and asked very often. Internal to policy/. Keys of sixteen
// bytes and less, as nearly all agencies and instruments have, are compared as numbers. Safe from
// any thread once it is filled.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/word_key.h"

namespace entente::policy {

template <typename Value>
class TextMap {
 public:
  // False when the text is there already.
  bool Add(std::string_view text, Value value) {
    if (Find(text) != nullptr) return false;
    entries_.emplace_back(text, std::move(value));
    if (entries_.size() * 2 > slots_.size()) {
      Grow();
    } else {
      Place(entries_.size() - 1);
    }
    return true;
  }

  // Null when it is not there.
  const Value* Find(std::string_view text) const {
    const WordKey key(text);
    for (size_t at = key.Hash() >> shift_;; at = (at + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[at];
      if (slot.entry == kFree) return nullptr;
      if (!(slot.key == key)) continue;
      const auto& entry = entries_[slot.entry];
      if (key.length <= WordKey::kWhole || entry.first == text) return &entry.second;
    }
  }

  size_t size() const { return entries_.size(); }

 private:
  static constexpr uint32_t kFree = 0xFFFFFFFF;
  struct Slot {
    WordKey key;
    uint32_t entry = kFree;
  };

  void Place(size_t entry) {
    const WordKey key(entries_[entry].first);
    size_t at = key.Hash() >> shift_;
    while (slots_[at].entry != kFree) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {key, static_cast<uint32_t>(entry)};
  }

  void Grow() {
    --shift_;
    slots_.assign(slots_.size() * 2, Slot());
    for (size_t i = 0; i < entries_.size(); ++i) Place(i);
  }

  int shift_ = 61;  // of a hash: what is left is below the number of slots
  std::vector<Slot> slots_ = std::vector<Slot>(8);
  std::vector<std::pair<std::string, Value>> entries_;
};

}  // namespace entente::policy
