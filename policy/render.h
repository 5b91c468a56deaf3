// A policy as a document that its author and a data-protection officer can read and sign: head,
// general provisions, one article for each rule, annexes. The tables of the annex are what the
// engine decides (policy/matrix.h). Pure; safe from any thread. Form: docs/policy.md, "Rendered".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "policy/document.h"
#include "policy/matrix.h"
#include "policy/party_prose.h"

namespace entente::policy {

// A file that the document was made of.
struct RenderSource {
  std::string name;
  std::string sha256;  // hex of its bytes
};

struct RenderRequest {
  std::vector<std::string> purposes;  // of the tables; each a word of the vocabulary
  RenderSource policy;                // what is signed
  std::vector<RenderSource> others;
};

// INVALID_ARGUMENT when the policy does not compile.
absl::StatusOr<Document> RenderPolicy(const RenderSetting& setting, const Policy& policy,
                                      const RenderRequest& request);

// The number of the article that a rule of either half becomes, from 1; 0 for another id.
size_t ArticleNumber(const Policy& policy, std::string_view id);

// Annexes, each a part of the document. Internal to the renderer.
using Blocks = std::vector<DocumentBlock>;
void AddMatrices(const RenderSetting& setting, const Policy& policy, Direction direction,
                 const std::vector<std::string>& purposes,
                 const std::vector<PartnerMatrix>& matrices, Blocks& out);
void AddParticipants(const RenderSetting& setting, Blocks& out);
void AddGroups(const RenderSetting& setting, const Policy& policy, Blocks& out);
void AddInstruments(const RenderSetting& setting, const Policy& policy, Blocks& out);
void AddHandlingCodes(const RenderSetting& setting, Blocks& out);
void AddMeanings(const RenderSetting& setting, const Policy& policy, Blocks& out);

}  // namespace entente::policy
