#include "core/record/statements.h"

#include <algorithm>
#include <vector>

#include "core/base/encoding.h"
#include "core/base/refusal.h"
#include "core/record/checks.h"

namespace entente::record {
namespace {

using internal::CheckLength;
using internal::Malformed;

constexpr size_t kSignatureBytes = 64;

absl::Status CheckSignatureForm(const v1::KeySignature& signature) {
  return internal::First(
      CheckLength(signature.key_id(), "a key id of the statement", sizeof(KeyId)),
      CheckLength(signature.ed25519(), "a signature of the statement", kSignatureBytes));
}

absl::Status VerifyOne(std::string_view message, const v1::KeySignature& signature,
                       const KeyLookup& keys) {
  const absl::StatusOr<crypto::PublicKey> key = keys(*FixedBytes<32>(signature.key_id()));
  if (!key.ok()) return key.status();
  return crypto::Verify(*key, message, AsBytes(signature.ed25519()));
}

bool SaysWhatThePartSays(const v1::WithholdingNote& note, const WithholdingExpected& expected) {
  if (note.log_origin() != expected.log_origin || note.recipient() != expected.recipient ||
      note.record_hash() != AsText(expected.record_hash) ||
      note.log_index() != expected.log_index) {
    return false;
  }
  std::vector<std::string> withheld;
  for (const SectionId& id : expected.withheld) withheld.push_back(ToString(id));
  std::sort(withheld.begin(), withheld.end());
  return std::equal(withheld.begin(), withheld.end(), note.section_ids().begin(),
                    note.section_ids().end());
}

}  // namespace

std::string StatementMessage(std::string_view type, std::string_view federation,
                             std::string_view body) {
  return crypto::Pae("application/vnd.entente." + std::string(type) + ".v1",
                     Framing().Lp16(federation).Raw(body).str());
}

v1::SignedStatement SignStatement(std::string_view type, std::string_view federation,
                                  std::string body, std::span<const StatementSigner> signers) {
  const std::string message = StatementMessage(type, federation, body);
  v1::SignedStatement statement;
  statement.set_body(std::move(body));
  for (const StatementSigner& signer : signers) {
    v1::KeySignature& signature = *statement.add_signatures();
    signature.set_key_id(ToString(crypto::MakeKeyId(signer.use, signer.key.public_key())));
    signature.set_ed25519(ToString(signer.key.Sign(message)));
  }
  std::sort(
      statement.mutable_signatures()->begin(), statement.mutable_signatures()->end(),
      [](const v1::KeySignature& a, const v1::KeySignature& b) { return a.key_id() < b.key_id(); });
  return statement;
}

KeyLookup OnlyKey(crypto::KeyUse use, const crypto::PublicKey& key) {
  return [use, key](const KeyId& id) -> absl::StatusOr<crypto::PublicKey> {
    if (id == crypto::MakeKeyId(use, key)) return key;
    return Refuse(Reason::kKeyUnknown, "the statement is signed by another key than expected");
  };
}

absl::Status CheckStatementForm(const v1::SignedStatement& statement) {
  if (absl::Status status = CheckParsed(statement); !status.ok()) return status;
  if (statement.signatures().empty()) return Malformed("a statement that nobody signed");
  for (int i = 0; i < statement.signatures_size(); ++i) {
    absl::Status status = CheckSignatureForm(statement.signatures(i));
    if (!status.ok()) return status;
    if (i > 0 && statement.signatures(i - 1).key_id() >= statement.signatures(i).key_id()) {
      return Refuse(Reason::kNotCanonical, "the signatures are not sorted, or one is twice");
    }
  }
  return absl::OkStatus();
}

absl::Status VerifyStatement(std::string_view type, std::string_view federation,
                             const v1::SignedStatement& statement, const KeyLookup& keys) {
  if (absl::Status status = CheckStatementForm(statement); !status.ok()) return status;
  const std::string message = StatementMessage(type, federation, statement.body());
  for (const v1::KeySignature& signature : statement.signatures()) {
    if (absl::Status status = VerifyOne(message, signature, keys); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::WithholdingNote> ReadWithholdingNote(std::string_view federation,
                                                        const v1::SignedStatement& statement,
                                                        const KeyLookup& note_key,
                                                        const WithholdingExpected& expected) {
  auto note = ReadStatement<v1::WithholdingNote>(federation, statement, note_key);
  if (!note.ok() || SaysWhatThePartSays(*note, expected)) return note;
  return Refuse(Reason::kProofBad, "the withholding note does not say what the log says");
}

}  // namespace entente::record
