#include "node/list_entry.h"

#include <string>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "node/families.h"
#include "node/state.pb.h"
#include "node/table.h"
#include "node/text.h"

namespace entente::node {
namespace {

std::string KeyOf(const Ground& ground, std::string_view entry) {
  const auto digest = crypto::HmacSha256(ground.entry_key.ExposeSecret(), AsBytes(entry));
  return Text(kEntryPrefix, AsText(digest.ExposeSecret()));
}

}  // namespace

void RememberRecalled(const Ground& ground, std::string_view entry, std::string_view record_id,
                      v1::RecallGround why, store::WriteBatch& batch, Instant now) {
  state::RecalledEntry recalled;
  recalled.set_record_id(std::string(record_id));
  recalled.set_recalled_ms(static_cast<uint64_t>(now.ms));
  recalled.set_ground(why);
  Save(batch, kNode, KeyOf(ground, entry), recalled);
}

void ForgetRecalled(const Ground& ground, std::string_view entry, store::WriteBatch& batch) {
  batch.Delete(kNode, KeyOf(ground, entry));
}

absl::StatusOr<std::optional<v1::RecalledEntry>> FindRecalled(const Ground& ground,
                                                              std::string_view entry) {
  absl::StatusOr<std::optional<state::RecalledEntry>> found =
      Load<state::RecalledEntry>(ground.db, kNode, KeyOf(ground, entry));
  if (!found.ok()) return found.status();
  if (!*found) return std::nullopt;
  v1::RecalledEntry recalled;
  recalled.set_record_id(HexEncode(AsBytes((*found)->record_id())));
  recalled.set_recalled_ms((*found)->recalled_ms());
  recalled.set_ground((*found)->ground());
  return recalled;
}

}  // namespace entente::node
