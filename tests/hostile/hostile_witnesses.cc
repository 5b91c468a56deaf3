// Lies about witnesses: who is asked to cosign, and whose cosignatures a member is shown. As
// hostile_broker.cc has it.
#include <string>

#include "broker/cosigning.h"
#include "core/base/read_file.h"
#include "tests/hostile/frozen.h"
#include "tests/hostile/lies.h"

#define NEXT \
  "_ZN7entente6broker9Cosigning4NextESt17basic_string_viewIcSt11char_traitsIcEEmNS_7InstantE"
#define WITNESSED "_ZNK7entente6broker9Cosigning12WitnessedForB5cxx11Em"

namespace entente::hostile {

using Next = absl::StatusOr<broker::Cosigning::Request>;

Next RealNext(broker::Cosigning*, std::string_view, uint64_t, Instant) asm("__real_" NEXT);
Next WrapNext(broker::Cosigning*, std::string_view, uint64_t, Instant) asm("__wrap_" NEXT);
std::string RealWitnessed(const broker::Cosigning*, uint64_t) asm("__real_" WITNESSED);
std::string WrapWitnessed(const broker::Cosigning*, uint64_t) asm("__wrap_" WITNESSED);

namespace {

uint64_t SizeOf(const std::string& note) { return std::stoull(note.substr(note.find('\n') + 1)); }

}  // namespace

const std::string& FrozenNote() {
  static const auto* const note =
      new std::string(*ReadFile(FromEnvironment("HOSTILE_FROZEN"), 1 << 20));
  return *note;
}

absl::StatusOr<v1::GetEntriesResponse> Freeze(absl::StatusOr<v1::GetEntriesResponse> response,
                                              uint64_t from) {
  const uint64_t size = SizeOf(FrozenNote());
  if (!response.ok() || SizeOf(response->checkpoint()) == size) return response;
  const uint64_t left = size > from ? size - from : 0;
  while (static_cast<uint64_t>(response->entries_size()) > left) {
    response->mutable_entries()->RemoveLast();
  }
  response->set_checkpoint(FrozenNote());
  Told();
  return response;
}

// Who is shown another log is not asked about this one.
Next WrapNext(broker::Cosigning* cosigning, std::string_view witness, uint64_t size, Instant now) {
  const bool minority = Lies("minority") && !AskedByVictim();
  const bool other_log =
      (Lies("frozen") || Lies("hide-revocation") || Lies("fork")) && AskedByVictim();
  if (!minority && !other_log) return RealNext(cosigning, witness, size, now);
  if (minority) Told();
  return broker::Cosigning::Request();
}

std::string WrapWitnessed(const broker::Cosigning* cosigning, uint64_t from) {
  if (Lies("frozen") && AskedByVictim()) return FrozenNote();
  if (Lies("fork") && AskedByVictim()) return "";
  return RealWitnessed(cosigning, from);
}

}  // namespace entente::hostile
