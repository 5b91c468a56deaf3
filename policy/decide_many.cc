#include "policy/decide.h"

namespace entente::policy {
namespace {

constexpr size_t kCacheLine = 64;
// Decisions between one step of fetching and the next: time for memory to answer.
constexpr size_t kAhead = 2;

// Inline, all of them: a compiler takes a function that only fetches for one that does nothing, and
// leaves out the call.
[[gnu::always_inline]] inline void Fetch(const void* from, size_t bytes) {
  const char* const at = static_cast<const char*>(from);
  for (size_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(at + i);
  if (bytes > 0) __builtin_prefetch(at + bytes - 1);
}

template <typename Item>
[[gnu::always_inline]] inline void FetchItems(const std::vector<Item>& items) {
  Fetch(items.data(), items.size() * sizeof(Item));
}

// Labels are lists in lists: each step reads what the step before has fetched.
[[gnu::always_inline]] inline void FetchRecord(const Pending& one) {
  Fetch(one.record, sizeof(*one.record));
  Fetch(one.recipient, sizeof(*one.recipient));
}

[[gnu::always_inline]] inline void FetchLists(const Pending& one) {
  FetchItems(one.record->handling);
  FetchItems(one.record->obtained_from);
  FetchItems(one.record->sections);
}

[[gnu::always_inline]] inline void FetchWords(const Pending& one) {
  for (const SectionLabels& section : one.record->sections) {
    FetchItems(section.about);
    FetchItems(section.data);
  }
}

}  // namespace

void DecideInNumbers(const Snapshot& snapshot, std::span<const Pending> queue, Instant t,
                     std::span<Ruling> out) {
  constexpr size_t kLists = kAhead;
  constexpr size_t kWords = 2 * kAhead;
  constexpr size_t kDecided = 3 * kAhead;
  for (size_t i = 0; i < queue.size() + kDecided; ++i) {
    if (i < queue.size()) FetchRecord(queue[i]);
    if (i >= kLists && i - kLists < queue.size()) FetchLists(queue[i - kLists]);
    if (i >= kWords && i - kWords < queue.size()) FetchWords(queue[i - kWords]);
    if (i < kDecided) continue;
    const Pending& one = queue[i - kDecided];
    out[i - kDecided] = DecideInNumbers(snapshot, *one.record, *one.recipient, t);
  }
}

}  // namespace entente::policy
