#include "broker/publication.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/base/refusal.h"
#include "core/ledger/entry.h"

namespace entente::broker {
namespace {

bool NamesText(v1::EntryKind kind) {
  return kind == v1::ENTRY_KIND_POLICY || kind == v1::ENTRY_KIND_FEDERATION_FILE;
}

}  // namespace

absl::Status CheckPublication(const View& view, v1::EntryKind kind, std::string_view body,
                              std::string_view text, Instant instant) {
  if (!ledger::IsOpenKind(kind) || kind == v1::ENTRY_KIND_GENESIS) {
    return Refuse(Reason::kMalformed, "Entries of this kind are not published.");
  }
  if (!NamesText(kind) && !text.empty()) {
    return Refuse(Reason::kMalformed, "A text belongs to policies and federation files only.");
  }
  if (text.size() > limits::kFileTextBytes) {
    return Refuse(Reason::kTooLarge, "A policy or federation file has 1 MiB at most.");
  }
  auto status = view.registry.Check(view.next_index, kind, instant, body);
  if (!status.ok() || !NamesText(kind)) return status;
  return view.registry.CheckText(kind, body, text, instant);
}

std::string PublicationBody(const v1::PublishRequest& request) {
  return request.statement().SerializeAsString();
}

std::string SignerOf(std::string_view body) {
  v1::SignedStatement statement;
  bool is_signed = statement.ParseFromString(std::string(body)) && !statement.signatures().empty();
  return is_signed ? statement.signatures(0).key_id() : "";
}

absl::StatusOr<Command> MakePublication(const v1::PublishRequest& request, const View& view,
                                        Instant now, Random& random) {
  auto kind = static_cast<v1::EntryKind>(request.entry_kind());
  std::string statement = PublicationBody(request);
  Instant instant = std::max(now, view.ledger_time);
  auto status = CheckPublication(view, kind, statement, request.text(), instant);
  if (!status.ok()) return status;
  CommandBody body = NewCommandBody(view, instant, random);
  body.mutable_publication()->set_kind(kind);
  return MakeCommand(std::move(body), {std::move(statement), request.text()});
}

}  // namespace entente::broker
