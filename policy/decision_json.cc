#include <algorithm>

#include "core/base/encoding.h"
#include "policy/decision.h"

namespace entente::policy {
namespace {

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00" + HexEncode(AsBytes(std::string_view(&c, 1)));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string List(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) out += (out.size() > 1 ? ", " : "") + item;
  return out + "]";
}

std::string Texts(const std::vector<std::string>& texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(Quoted(text));
  return List(items);
}

std::vector<std::string> ReasonTexts(const std::vector<SidedReason>& reasons) {
  std::vector<std::string> out;
  for (const SidedReason& reason : reasons) out.push_back(reason.text);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string Withheld(const std::vector<WithheldSection>& sections) {
  std::vector<std::string> items;
  for (const WithheldSection& section : sections) {
    items.push_back("{\"section\": " + std::to_string(section.section) +
                    ", \"rules\": " + Texts(RuleIdsOf(section.rules)) +
                    ", \"reasons\": " + Texts(ReasonTexts(section.reasons)) + "}");
  }
  return List(items);
}

}  // namespace

std::string DecisionJson(const Decision& decision) {
  std::vector<std::string> released;
  for (const uint32_t section : decision.released) released.push_back(std::to_string(section));
  return "{\"verdict\": " + Quoted(VerdictWord(decision.verdict)) +
         ", \"released\": " + List(released) + ", \"withheld\": " + Withheld(decision.withheld) +
         ", \"obligations\": " + Texts(decision.obligations) +
         ", \"matched\": " + Texts(RuleIdsOf(decision.matched)) +
         ", \"reasons\": " + Texts(ReasonTexts(decision.reasons)) +
         ", \"at\": " + Quoted(FormatInstant(decision.at)) +
         ", \"snapshot\": " + Quoted(DigestText(decision.snapshot_hash)) + "}";
}

}  // namespace entente::policy
