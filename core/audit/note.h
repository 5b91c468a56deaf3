// Signed notes and their keys: https://c2sp.org/signed-note. A text, an empty line, and signature
// lines `— name base64(key id || signature)`. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/bytes.h"
#include "core/crypto/sign.h"

namespace entente::audit {

enum class NoteKeyType : uint8_t {
  kEd25519 = 0x01,       // signs the text
  kCosignatureV1 = 0x04  // a witness: signs time and text, https://c2sp.org/tlog-cosignature
};

// Who may sign, pinned by whoever verifies. Text: `name+hex8(key id)+base64(type || public key)`.
class VerifierKey {
 public:
  // INVALID_ARGUMENT: not the text form, a name with a space or plus, a type other than the two
  // above, or a key id that is not the one of name, type and key.
  static absl::StatusOr<VerifierKey> Parse(std::string_view text);
  // INVALID_ARGUMENT for a name that notes do not allow.
  static absl::StatusOr<VerifierKey> Create(std::string_view name, NoteKeyType type,
                                            const crypto::PublicKey& key);

  const std::string& name() const { return name_; }
  NoteKeyType type() const { return type_; }
  const crypto::PublicKey& key() const { return key_; }
  uint32_t id() const { return id_; }
  std::string Text() const;

  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

 private:
  VerifierKey(std::string name, NoteKeyType type, const crypto::PublicKey& key);

  std::string name_;
  NoteKeyType type_;
  crypto::PublicKey key_;
  uint32_t id_;
};

struct NoteSignature {
  std::string name;
  uint32_t key_id = 0;
  std::string blob;  // what follows the key id: 64 bytes, or u64 time and 64 bytes

  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

struct Note {
  std::string text;  // ends with a newline
  std::vector<NoteSignature> signatures;
};

// Refusal malformed, or too-large above limits::kNoteSignatures. Nothing of the text may be used
// before VerifyNote.
absl::StatusOr<Note> ParseNote(std::string_view bytes);
// What ParseNote reads back. INVALID_ARGUMENT for a text or name that a note cannot hold.
absl::StatusOr<std::string> FormatNote(const Note& note);

// An Ed25519 (type 0x01) signature over `text`. Precondition: `name` is one VerifierKey takes.
NoteSignature SignNote(std::string_view text, std::string_view name, const crypto::SigningKey& key);

// What a witness signs: "cosignature/v1\ntime T\n" and the text. `time`: Unix seconds.
std::string CosignatureMessage(uint64_t time, std::string_view text);
// A witness's signature (type 0x04) over time and `text`. Preconditions: as of SignNote(), and
// `time` at most kLastCosignatureTime.
NoteSignature CosignNote(std::string_view text, std::string_view name, uint64_t time,
                         const crypto::SigningKey& key);
// Later times no cosignature may bear.
inline constexpr uint64_t kLastCosignatureTime = (uint64_t{1} << 63) - 1;

// The signature's line as it stands in a note, with its newline.
std::string SignatureLine(const NoteSignature& signature);

struct VerifiedSignature {
  size_t known;       // position in the list of known keys
  uint64_t time = 0;  // a cosignature's, Unix seconds; else 0
};

// The signatures by known keys, each key once, in the note's order. Signatures by unknown keys are
// ignored, also when they share a known name or a known id but not both. Refusal bad-signature: one
// by a known key is wrong (the whole note is refused), or there is none.
absl::StatusOr<std::vector<VerifiedSignature>> VerifyNote(const Note& note,
                                                          std::span<const VerifierKey> known);

}  // namespace entente::audit
