// For tests of alerts, requests and recalls: what officers of the test federation write and ask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/engine_fixture.h"

namespace entente::node {

class AlertWorld : public World {
 public:
  using World::World;

  // Of FR.fiu: a woman with a Swedish passport, to be protected.
  v1::Draft Alert(std::vector<std::string> recipients) const;
  // By "author" of FR.fiu; fails the test when refused. The record id.
  std::string Publish(const v1::Draft& alert);

  // Purpose and justification, nothing asked yet.
  v1::SearchRequest Question() const;
  v1::SearchRequest ByDocument(const std::string& number) const;
  // By "reader"; fails the test when refused.
  v1::SearchResponse Find(std::string_view agency, const v1::SearchRequest& request);

  // A verification request to the alert's issuer, due in eight hours.
  std::string Ask(std::string_view agency, const std::string& alert);
  void Answer(std::string_view agency, const std::string& request, v1::ReplyState state);
  absl::Status Clear(std::string_view agency, const std::string& alert, const std::string& number,
                     const std::string& issuer);
  absl::StatusOr<v1::RecallResponse> Recall(std::string_view agency, const std::string& record);

  std::vector<v1::RecordSummary> List(std::string_view agency, v1::RecordKind kind, bool received);
  // As the data-protection officer reads it; that reading itself left out.
  std::vector<v1::Consultation> LogOf(std::string_view agency);
};

// A case for 90 days, its members investigators.
v1::OpenCaseRequest CaseWith(Instant now, const std::vector<std::string>& members);

}  // namespace entente::node
