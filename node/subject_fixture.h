// For tests of what is held about a person who asks: Anna Maria Eriksson, who stands in alerts of
// FR.fiu and in texts. Fails the running test when a step that must work does not.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/refusal.h"
#include "node/restrict_fixture.h"

namespace entente::node {

class SubjectTest : public RestrictionTest {
 protected:
  v1::SubjectReportRequest About(const std::string& name) {
    v1::SubjectReportRequest request;
    request.mutable_who()->set_name(name);
    request.mutable_who()->set_justification("her letter of 3 May");
    return request;
  }
  v1::SubjectReportRequest AboutAnna() { return About("Anna Maria Eriksson"); }
  absl::StatusOr<v1::SubjectReportResponse> Try(std::string_view agency,
                                                const v1::SubjectReportRequest& request,
                                                std::string_view officer = "protector") {
    return world.node(agency)->SubjectReport(officer, request, world.now);
  }
  v1::SubjectReportResponse Report(std::string_view agency,
                                   const v1::SubjectReportRequest& request) {
    const auto report = Try(agency, request);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : v1::SubjectReportResponse();
  }
  // Empty when there is none.
  static v1::SubjectItem ItemOf(const v1::SubjectReportResponse& report, const std::string& id) {
    for (const v1::SubjectItem& item : report.items()) {
      if (item.record_id() == id) return item;
    }
    return {};
  }
  v1::SubjectItem ItemAt(std::string_view agency, const std::string& id) {
    return ItemOf(Report(agency, AboutAnna()), id);
  }
  std::string Alert(std::vector<std::string> recipients = {"BR.fiu"}) {
    const std::string id = world.Publish(world.Alert(std::move(recipients)));
    world.Settle();
    return id;
  }
  // A lead whose summary says this.
  v1::Draft Saying(const std::string& summary, std::vector<std::string> recipients = {"BR.fiu"}) {
    v1::Draft lead = world.Lead(std::move(recipients));
    lead.mutable_sections(0)->mutable_content()->mutable_lead_ask()->set_summary(summary);
    return lead;
  }
  std::string Lead(const v1::Draft& draft) {
    const std::string id = world.Send("FR.fiu", draft);
    world.Settle();
    return id;
  }
  std::vector<v1::Consultation> LinesAbout(std::string_view agency, const std::string& id,
                                           std::string_view operation) {
    std::vector<v1::Consultation> lines;
    for (const v1::Consultation& line : world.LogOf(agency)) {
      if (line.record_id() == id && line.operation() == operation) lines.push_back(line);
    }
    return lines;
  }
  static v1::AccessDecision Tell(const std::string& id, const std::string& reason = "") {
    v1::AccessDecision decision;
    decision.set_record_id(id);
    decision.set_told(true);
    decision.set_reason(reason);
    return decision;
  }
  static v1::AccessDecision Withhold(const std::string& id, v1::AccessGround ground,
                                     bool silent = false) {
    v1::AccessDecision decision;
    decision.set_record_id(id);
    decision.set_ground(ground);
    decision.set_silent(silent);
    return decision;
  }
  v1::SubjectReportRequest Deciding(std::vector<v1::AccessDecision> decisions,
                                    bool for_subject = false) {
    v1::SubjectReportRequest request = AboutAnna();
    for (v1::AccessDecision& one : decisions) *request.add_decisions() = std::move(one);
    request.set_for_subject(for_subject);
    return request;
  }
};

}  // namespace entente::node
