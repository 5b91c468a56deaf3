#include "broker/families.h"

#include "core/base/encoding.h"

namespace entente::broker {
namespace {

constexpr size_t kU64 = 8;

std::optional<uint64_t> ReadU64(std::string_view bytes) {
  if (bytes.size() != kU64) return std::nullopt;
  uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

// The agency's text before the zero byte; `rest` is what follows.
std::optional<std::string> ReadAgency(std::string_view key, std::string_view& rest) {
  size_t end = key.find('\0');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  rest = key.substr(end + 1);
  return std::string(key.substr(0, end));
}

}  // namespace

std::string IndexKey(uint64_t index) { return Framing().U64(index).str(); }

std::string PartKey(uint64_t index, uint16_t part) { return Framing().U64(index).U16(part).str(); }

std::string LanePrefix(const LaneKey& lane) {
  return Framing().Raw(lane.agency).U8(0).U8(static_cast<uint8_t>(lane.lane)).str();
}

std::string MailboxKey(const LaneKey& lane, uint64_t seq) {
  return LanePrefix(lane) + IndexKey(seq);
}

std::string SubmissionKey(std::string_view agency, uint64_t number) {
  return Framing().Raw(agency).U8(0).U64(number).str();
}

std::string GrantPrefix(std::string_view agency, std::string_view record_hash) {
  return Framing().Raw(agency).U8(0).Raw(record_hash).str();
}

std::string GrantKey(std::string_view agency, std::string_view record_hash,
                     std::string_view section_id) {
  return Framing().Raw(agency).U8(0).Raw(record_hash).Raw(section_id).str();
}

std::optional<uint64_t> ParseIndexKey(std::string_view key) { return ReadU64(key); }

std::optional<PartRef> ParsePartKey(std::string_view key) {
  if (key.size() != kU64 + 2) return std::nullopt;
  auto high = static_cast<uint8_t>(key[kU64]);
  auto low = static_cast<uint8_t>(key[kU64 + 1]);
  return PartRef{*ReadU64(key.substr(0, kU64)), static_cast<uint16_t>(high << 8 | low)};
}

std::optional<LaneKey> ParseLanePrefix(std::string_view key) {
  std::string_view rest;
  auto agency = ReadAgency(key, rest);
  if (!agency || rest.size() != 1 || !v1::Lane_IsValid(rest[0]) || rest[0] == 0) {
    return std::nullopt;
  }
  return LaneKey{*agency, static_cast<v1::Lane>(rest[0])};
}

std::optional<MailboxRef> ParseMailboxKey(std::string_view key) {
  if (key.size() < kU64) return std::nullopt;
  auto lane = ParseLanePrefix(key.substr(0, key.size() - kU64));
  if (!lane) return std::nullopt;
  return MailboxRef{*lane, *ReadU64(key.substr(key.size() - kU64))};
}

std::optional<SubmissionRef> ParseSubmissionKey(std::string_view key) {
  std::string_view rest;
  auto agency = ReadAgency(key, rest);
  auto number = ReadU64(rest);
  if (!agency || !number) return std::nullopt;
  return SubmissionRef{*agency, *number};
}

std::optional<GrantRef> ParseGrantKey(std::string_view key) {
  std::string_view rest;
  auto agency = ReadAgency(key, rest);
  if (!agency || rest.size() != sizeof(Digest) + sizeof(SectionId)) return std::nullopt;
  return GrantRef{*agency, std::string(rest.substr(0, sizeof(Digest))),
                  std::string(rest.substr(sizeof(Digest)))};
}

}  // namespace entente::broker
