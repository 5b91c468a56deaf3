#include "node/decision_texts.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/base/encoding.h"
#include "core/crypto/digest.h"

namespace entente::node {
namespace {

v1::DecisionText TextOf(std::string_view kind, std::string_view name,
                        const ledger::FileInForce& file, const ledger::Registry& registry) {
  v1::DecisionText text;
  text.set_kind(std::string(kind));
  text.set_name(std::string(name));
  text.set_version(file.version);
  text.set_digest(ToString(file.digest));
  text.set_in_force_ms(static_cast<uint64_t>(file.in_force.ms));
  text.set_held(registry.HasText(file.digest));
  return text;
}

// A basic string of TOML.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string Bounds(const policy::Interval& interval) {
  std::string out = "from = " + FormatInstant(interval.from) + '\n';
  if (interval.until) out += "until = " + FormatInstant(*interval.until) + '\n';
  return out;
}

std::string AgenciesText(const std::vector<policy::Agency>& agencies) {
  std::string out = "agencies = \"agencies/1\"\n";
  for (const policy::Agency& agency : agencies) {
    out += "\n[[agency]]\nid = " + Quoted(agency.id.text()) + "\nkind = " + Quoted(agency.kind) +
           "\nname = " + Quoted(agency.name) + '\n' + Bounds(agency.admitted);
    for (const policy::Interval& suspended : agency.suspended) {
      out += "[[agency.suspended]]\n" + Bounds(suspended);
    }
  }
  return out;
}

v1::DecisionText Agencies(const std::vector<policy::Agency>& agencies) {
  v1::DecisionText text;
  text.set_kind("agencies");
  text.set_held(true);
  text.set_text(AgenciesText(agencies));
  text.set_digest(ToString(crypto::Sha256(text.text())));
  return text;
}

std::vector<v1::DecisionText> Policies(const ledger::Registry& registry, Instant instant) {
  std::vector<v1::DecisionText> out;
  for (const ledger::NeededFile& one : registry.NeededFiles(instant)) {
    if (one.kind != v1::ENTRY_KIND_POLICY || one.file.in_force > instant) continue;
    out.push_back(TextOf("policy", one.name, one.file, registry));
  }
  std::ranges::sort(out, [](const v1::DecisionText& a, const v1::DecisionText& b) {
    return a.name() != b.name() ? a.name() < b.name() : a.version() > b.version();
  });
  return out;
}

}  // namespace

absl::StatusOr<std::vector<v1::DecisionText>> TextsInForce(const ledger::Registry& registry,
                                                           Instant instant) {
  std::vector<v1::DecisionText> out;
  for (const std::string_view type : {"vocabulary", "groups", "instruments"}) {
    const auto file = registry.FederationFile(type, instant);
    if (file) out.push_back(TextOf(type, "", *file, registry));
  }
  const auto agencies = registry.PolicyAgencies();
  if (!agencies.ok()) return agencies.status();
  out.push_back(Agencies(*agencies));
  for (v1::DecisionText& policy : Policies(registry, instant)) out.push_back(std::move(policy));
  return out;
}

Digest NameOf(const std::vector<v1::DecisionText>& texts) {
  Framing framing;
  for (const v1::DecisionText& text : texts) {
    framing.Lp16(text.kind()).Lp16(text.name()).Lp16(text.digest()).U64(text.version());
    framing.U64(text.in_force_ms()).U64(text.held() ? 1 : 0);
  }
  return crypto::Sha256(framing.bytes());
}

}  // namespace entente::node
