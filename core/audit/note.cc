#include "core/audit/note.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/audit/note_text.h"
#include "core/base/encoding.h"
#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/crypto/digest.h"

namespace entente::audit {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // em dash, space
constexpr size_t kKeyIdBytes = 4;
constexpr size_t kTimeBytes = 8;

absl::Status Malformed(std::string_view text) {
  return Refuse(Reason::kMalformed, std::string(text));
}

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (char c : bytes) value = (value << 8) | static_cast<uint8_t>(c);
  return value;
}

std::string IdBytes(uint32_t id) { return Framing().U32(id).str(); }

absl::StatusOr<NoteSignature> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kDash)) return Malformed("a signature line does not begin with a dash");
  line.remove_prefix(kDash.size());
  size_t space = line.find(' ');
  if (space == line.npos || !IsKeyName(line.substr(0, space))) {
    return Malformed("a signature line has no key name");
  }
  auto blob = Base64Decode(line.substr(space + 1));
  if (!blob || blob->size() <= kKeyIdBytes) {
    return Malformed("a signature is not base64 of a key id and a signature");
  }
  return NoteSignature{std::string(line.substr(0, space)),
                       static_cast<uint32_t>(BigEndian(blob->substr(0, kKeyIdBytes))),
                       blob->substr(kKeyIdBytes)};
}

absl::StatusOr<VerifiedSignature> VerifyOne(const NoteSignature& signature, std::string_view text,
                                            const VerifierKey& key) {
  VerifiedSignature verified{};
  std::string_view blob = signature.blob;
  std::string message(text);
  if (key.type() == NoteKeyType::kCosignatureV1) {
    verified.time = BigEndian(blob.substr(0, kTimeBytes));
    message = CosignatureMessage(verified.time, text);
    blob.remove_prefix(std::min(blob.size(), kTimeBytes));
  }
  if (verified.time <= kLastCosignatureTime &&
      crypto::Verify(key.key(), message, AsBytes(blob)).ok()) {
    return verified;
  }
  return Refuse(Reason::kBadSignature,
                absl::StrCat("the signature of ", key.name(), " under a note is wrong"));
}

}  // namespace

VerifierKey::VerifierKey(std::string name, NoteKeyType type, const crypto::PublicKey& key)
    : name_(std::move(name)), type_(type), key_(key) {
  Framing hashed;
  hashed.Raw(name_).U8('\n').U8(static_cast<uint8_t>(type_)).Raw(key_);
  Digest digest = crypto::Sha256(hashed.bytes());
  id_ = static_cast<uint32_t>(BigEndian(AsText(digest).substr(0, kKeyIdBytes)));
}

absl::StatusOr<VerifierKey> VerifierKey::Create(std::string_view name, NoteKeyType type,
                                                const crypto::PublicKey& key) {
  if (!IsKeyName(name)) {
    return absl::InvalidArgumentError("a key's name is not empty and has neither space nor plus");
  }
  return VerifierKey(std::string(name), type, key);
}

absl::StatusOr<VerifierKey> VerifierKey::Parse(std::string_view text) {
  auto fail = [](std::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("not a verifier key (name+id+key): ", std::string(what)));
  };
  size_t first = text.find('+');
  size_t second = first == text.npos ? text.npos : text.find('+', first + 1);
  if (second == text.npos) return fail("it has not three parts");
  auto id = FixedFromHex<kKeyIdBytes>(text.substr(first + 1, second - first - 1));
  auto bytes = Base64Decode(text.substr(second + 1));
  if (!id || !bytes || bytes->empty()) return fail("the id is not hex or the key not base64");
  auto type = static_cast<NoteKeyType>(bytes->front());
  bool known = type == NoteKeyType::kEd25519 || type == NoteKeyType::kCosignatureV1;
  auto key = FixedBytes<32>(std::string_view(*bytes).substr(1));
  if (!known || !key) return fail("the key is of another type than Ed25519 (1) or cosignature (4)");
  auto made = Create(text.substr(0, first), type, *key);
  if (made.ok() && made->id() != BigEndian(AsText(*id))) return fail("the id is another key's");
  return made;
}

std::string VerifierKey::Text() const {
  Framing typed;
  typed.U8(static_cast<uint8_t>(type_)).Raw(key_);
  return absl::StrCat(name_, "+", HexEncode(AsBytes(IdBytes(id_))), "+",
                      Base64Encode(typed.bytes()));
}

absl::StatusOr<Note> ParseNote(std::string_view bytes) {
  if (!IsNoteText(bytes)) return Malformed("a note is not UTF-8 or has control characters");
  size_t blank = bytes.rfind("\n\n");
  if (blank == bytes.npos || !bytes.ends_with('\n')) {
    return Malformed(
        "a note has no empty line before its signatures, or does not end its last line");
  }
  Note note{std::string(bytes.substr(0, blank + 1)), {}};
  std::string_view lines = bytes.substr(blank + 2);
  if (lines.empty()) return Malformed("a note has no signature");
  while (!lines.empty()) {
    if (note.signatures.size() == limits::kNoteSignatures) {
      return Refuse(Reason::kTooLarge, "a note has too many signatures");
    }
    size_t end = lines.find('\n');
    auto signature = ParseSignatureLine(lines.substr(0, end));
    if (!signature.ok()) return signature.status();
    note.signatures.push_back(*std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return note;
}

std::string SignatureLine(const NoteSignature& signature) {
  std::string blob = absl::StrCat(IdBytes(signature.key_id), signature.blob);
  return absl::StrCat(std::string(kDash), signature.name, " ", Base64Encode(AsBytes(blob)), "\n");
}

absl::StatusOr<std::string> FormatNote(const Note& note) {
  std::string out = absl::StrCat(note.text, "\n");
  for (const NoteSignature& signature : note.signatures) {
    out += SignatureLine(signature);
  }
  auto parsed = ParseNote(out);
  if (!parsed.ok() || parsed->text != note.text || parsed->signatures != note.signatures) {
    return absl::InvalidArgumentError("a note cannot hold this text or these signatures");
  }
  return out;
}

NoteSignature SignNote(std::string_view text, std::string_view name,
                       const crypto::SigningKey& key) {
  auto verifier = VerifierKey::Create(name, NoteKeyType::kEd25519, key.public_key());
  return {verifier->name(), verifier->id(), ToString(key.Sign(text))};
}

std::string CosignatureMessage(uint64_t time, std::string_view text) {
  return absl::StrCat("cosignature/v1\ntime ", time, "\n", std::string(text));
}

NoteSignature CosignNote(std::string_view text, std::string_view name, uint64_t time,
                         const crypto::SigningKey& key) {
  auto verifier = VerifierKey::Create(name, NoteKeyType::kCosignatureV1, key.public_key());
  Framing blob;
  blob.U64(time).Raw(key.Sign(CosignatureMessage(time, text)));
  return {verifier->name(), verifier->id(), blob.str()};
}

absl::StatusOr<std::vector<VerifiedSignature>> VerifyNote(const Note& note,
                                                          std::span<const VerifierKey> known) {
  std::vector<VerifiedSignature> verified;
  std::set<size_t> seen;
  for (const NoteSignature& signature : note.signatures) {
    auto signer = std::ranges::find_if(known, [&](const VerifierKey& key) {
      return key.name() == signature.name && key.id() == signature.key_id;
    });
    if (signer == known.end()) continue;
    auto one = VerifyOne(signature, note.text, *signer);
    if (!one.ok()) return one.status();
    one->known = static_cast<size_t>(signer - known.begin());
    if (seen.insert(one->known).second) verified.push_back(*one);
  }
  if (verified.empty()) {
    return Refuse(Reason::kBadSignature, "no known key has signed the note");
  }
  return verified;
}

}  // namespace entente::audit
