#include "node/desk_service.h"

#include <spdlog/spdlog.h>

#include "core/net/refusal_status.h"
#include "node/officer_of.h"

namespace entente::node {
namespace {

class DeskService final : public v1::Desk::Service {
 public:
  DeskService(Driver& driver, std::shared_ptr<const net::TrustAnchors> officers, AgencyId agency,
              std::string receipts, Clock& clock)
      : driver_(driver),
        officers_(std::move(officers)),
        agency_(std::move(agency)),
        receipts_(std::move(receipts)),
        clock_(clock) {}

  grpc::Status Status(grpc::ServerContext* context, const v1::StatusRequest*,
                      v1::StatusResponse* response) override {
    return Call(context, response, [](Engine& engine, std::string_view officer, Instant now) {
      return engine.Status(officer, now);
    });
  }
  grpc::Status Send(grpc::ServerContext* context, const v1::Draft* request,
                    v1::SendResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Send(officer, *request, now);
    });
  }
  grpc::Status Preview(grpc::ServerContext* context, const v1::Draft* request,
                       v1::PreviewResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Preview(officer, *request, now);
    });
  }
  grpc::Status ListRecords(grpc::ServerContext* context, const v1::ListRequest* request,
                           v1::ListResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ListRecords(officer, *request, now);
    });
  }
  grpc::Status AnswerLead(grpc::ServerContext* context, const v1::AnswerLeadRequest* request,
                          v1::AnswerResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.AnswerLead(officer, *request, now);
    });
  }
  grpc::Status ShowLead(grpc::ServerContext* context, const v1::ShowLeadRequest* request,
                        v1::ShowLeadResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ShowLead(officer, *request, now);
    });
  }
  grpc::Status Answer(grpc::ServerContext* context, const v1::AnswerRequest* request,
                      v1::AnswerResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Answer(officer, *request, now);
    });
  }
  grpc::Status GiveConsent(grpc::ServerContext* context, const v1::GiveConsentRequest* request,
                           v1::SendResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.GiveConsent(officer, *request, now);
    });
  }
  grpc::Status ListConsents(grpc::ServerContext* context, const v1::ListConsentsRequest* request,
                            v1::ListConsentsResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ListConsents(officer, *request, now);
    });
  }
  grpc::Status PublishOfficerKey(grpc::ServerContext* context,
                                 const v1::PublishOfficerKeyRequest* request,
                                 v1::PublishOfficerKeyResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.PublishOfficerKey(officer, *request, now);
    });
  }
  grpc::Status ShowOverride(grpc::ServerContext* context, const v1::ShowOverrideRequest* request,
                            v1::ShowOverrideResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ShowOverride(officer, *request, now);
    });
  }
  grpc::Status SignOverride(grpc::ServerContext* context, const v1::SignOverrideRequest* request,
                            v1::SignOverrideResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.SignOverride(officer, *request, now);
    });
  }
  grpc::Status ListOverrides(grpc::ServerContext* context, const v1::ListOverridesRequest* request,
                             v1::ListOverridesResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ListOverrides(officer, *request, now);
    });
  }
  grpc::Status ReviewOverride(grpc::ServerContext* context,
                              const v1::ReviewOverrideRequest* request,
                              v1::ReviewOverrideResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ReviewOverride(officer, *request, now);
    });
  }
  grpc::Status Recall(grpc::ServerContext* context, const v1::RecallRequest* request,
                      v1::RecallResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Recall(officer, *request, now);
    });
  }
  grpc::Status Restrict(grpc::ServerContext* context, const v1::RestrictRequest* request,
                        v1::RestrictResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Restrict(officer, *request, now);
    });
  }
  grpc::Status LogCheckpoint(grpc::ServerContext* context, const v1::LogCheckpointRequest*,
                             v1::LogCheckpointResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant) {
      return engine.LogCheckpoint(officer);
    });
  }
  grpc::Status CompareLog(grpc::ServerContext* context, const v1::CompareLogRequest* request,
                          v1::CompareLogResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.CompareLog(officer, *request, now);
    });
  }
  grpc::Status Review(grpc::ServerContext* context, const v1::ReviewRequest* request,
                      v1::ReviewResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Review(officer, *request, now);
    });
  }
  grpc::Status SubjectReport(grpc::ServerContext* context, const v1::SubjectReportRequest* request,
                             v1::SubjectReportResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      absl::StatusOr<v1::SubjectReportResponse> report =
          engine.SubjectReport(officer, *request, now);
      if (!report.ok()) return report;
      for (v1::SubjectItem& item : *report->mutable_items()) {
        if (item.receipt_path().empty()) continue;
        item.set_receipt_path(receipts_ + "/" + item.receipt_path());
      }
      return report;
    });
  }
  grpc::Status ClearPerson(grpc::ServerContext* context, const v1::ClearPersonRequest* request,
                           v1::SendResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ClearPerson(officer, *request, now);
    });
  }
  grpc::Status Search(grpc::ServerContext* context, const v1::SearchRequest* request,
                      v1::SearchResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Search(officer, *request, now);
    });
  }
  grpc::Status JudgeHit(grpc::ServerContext* context, const v1::JudgeHitRequest* request,
                        v1::SendResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.JudgeHit(officer, *request, now);
    });
  }
  grpc::Status OpenCase(grpc::ServerContext* context, const v1::OpenCaseRequest* request,
                        v1::CaseChange* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.OpenCase(officer, *request, now);
    });
  }
  grpc::Status ChangeCase(grpc::ServerContext* context, const v1::ChangeCaseRequest* request,
                          v1::CaseChange* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ChangeCase(officer, *request, now);
    });
  }
  grpc::Status ListCases(grpc::ServerContext* context, const v1::ListCasesRequest* request,
                         v1::ListCasesResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ListCases(officer, *request, now);
    });
  }
  grpc::Status ShowCase(grpc::ServerContext* context, const v1::ShowCaseRequest* request,
                        v1::ShowCaseResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ShowCase(officer, *request, now);
    });
  }
  grpc::Status ShareCase(grpc::ServerContext* context, const v1::ShareCaseRequest* request,
                         v1::ShareCaseResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ShareCase(officer, *request, now);
    });
  }
  grpc::Status ListHeld(grpc::ServerContext* context, const v1::ListHeldRequest* request,
                        v1::ListHeldResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ListHeld(officer, *request, now);
    });
  }
  grpc::Status JudgeHeld(grpc::ServerContext* context, const v1::JudgeHeldRequest* request,
                         v1::JudgeHeldResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.JudgeHeld(officer, *request, now);
    });
  }
  grpc::Status Inbox(grpc::ServerContext* context, const v1::InboxRequest* request,
                     v1::InboxResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Inbox(officer, *request, now);
    });
  }
  grpc::Status Show(grpc::ServerContext* context, const v1::ShowRequest* request,
                    v1::ShowResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      absl::StatusOr<v1::ShowResponse> shown = engine.Show(officer, *request, now);
      if (shown.ok() && !shown->receipt_path().empty()) {
        shown->set_receipt_path(receipts_ + "/" + shown->receipt_path());
      }
      return shown;
    });
  }
  grpc::Status Consultations(grpc::ServerContext* context, const v1::ConsultationsRequest* request,
                             v1::ConsultationsResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Consultations(officer, *request, now);
    });
  }
  grpc::Status Decisions(grpc::ServerContext* context, const v1::DecisionsRequest* request,
                         v1::DecisionsResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Decisions(officer, *request, now);
    });
  }
  grpc::Status DecisionTexts(grpc::ServerContext* context, const v1::DecisionTextsRequest* request,
                             v1::DecisionTextsResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant) {
      return engine.DecisionTexts(officer, *request);
    });
  }
  grpc::Status Keys(grpc::ServerContext* context, const v1::KeysRequest*,
                    v1::KeysResponse* response) override {
    return Call(context, response, [](Engine& engine, std::string_view officer, Instant now) {
      return engine.Keys(officer, now);
    });
  }
  grpc::Status ListAgencies(grpc::ServerContext* context, const v1::ListAgenciesRequest*,
                            v1::ListAgenciesResponse* response) override {
    return Call(context, response, [](Engine& engine, std::string_view officer, Instant now) {
      return engine.ListAgencies(officer, now);
    });
  }
  grpc::Status AddOfficer(grpc::ServerContext* context, const v1::AddOfficerRequest* request,
                          v1::AddOfficerResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.AddOfficer(officer, *request, now);
    });
  }
  grpc::Status ListOfficers(grpc::ServerContext* context, const v1::ListOfficersRequest*,
                            v1::ListOfficersResponse* response) override {
    return Call(context, response, [](Engine& engine, std::string_view officer, Instant) {
      return engine.ListOfficers(officer);
    });
  }
  grpc::Status SetUnitRule(grpc::ServerContext* context, const v1::SetUnitRuleRequest* request,
                           v1::SetUnitRuleResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.SetUnitRule(officer, *request, now);
    });
  }
  grpc::Status ListUnits(grpc::ServerContext* context, const v1::ListUnitsRequest*,
                         v1::ListUnitsResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant) {
      return engine.ListUnits(officer);
    });
  }
  grpc::Status Assign(grpc::ServerContext* context, const v1::AssignRequest* request,
                      v1::AssignResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Assign(officer, *request, now);
    });
  }
  grpc::Status ReviewOutside(grpc::ServerContext* context, const v1::ReviewOutsideRequest* request,
                             v1::ReviewOutsideResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ReviewOutside(officer, *request, now);
    });
  }
  grpc::Status ResetPassphrase(grpc::ServerContext* context,
                               const v1::ResetPassphraseRequest* request,
                               v1::ResetPassphraseResponse* response) override {
    return Call(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.ResetPassphrase(officer, *request, now);
    });
  }
  // A pager must ring while nobody is at the desk, and must not keep a session open.
  grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest*,
                     v1::WatchResponse* response) override {
    return Serve(context, response, [](Engine& engine, std::string_view officer, Instant now) {
      return engine.Watch(officer, now);
    });
  }
  // One that is locked already stays so.
  grpc::Status Lock(grpc::ServerContext* context, const v1::LockRequest*,
                    v1::LockResponse* response) override {
    return Serve(context, response, [](Engine& engine, std::string_view officer, Instant now) {
      return engine.Lock(officer, now);
    });
  }
  // These two open a session, or make it one that locks.
  grpc::Status Unlock(grpc::ServerContext* context, const v1::UnlockRequest* request,
                      v1::UnlockResponse* response) override {
    return Serve(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.Unlock(officer, *request, now);
    });
  }
  grpc::Status SetPassphrase(grpc::ServerContext* context, const v1::SetPassphraseRequest* request,
                             v1::SetPassphraseResponse* response) override {
    return Serve(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      return engine.SetPassphrase(officer, *request, now);
    });
  }

 private:
  template <typename Response, typename Use>
  grpc::Status Call(grpc::ServerContext* context, Response* response, Use use) {
    return Serve(context, response, [&](Engine& engine, std::string_view officer, Instant now) {
      const absl::Status open = engine.Enter(officer, now);
      return open.ok() ? use(engine, officer, now) : decltype(use(engine, officer, now))(open);
    });
  }

  // Also of an officer whose session is locked.
  template <typename Response, typename Use>
  grpc::Status Serve(grpc::ServerContext* context, Response* response, Use use) {
    const Instant now = clock_.Now();
    const auto officer = OfficerOf(*context, *officers_, agency_, now);
    if (!officer.ok()) return net::ToGrpcStatus(officer.status());
    auto result = driver_.With([&](Engine& engine) { return use(engine, *officer, now); });
    driver_.Changed();
    if (!result.ok()) {
      if (!RefusalOf(result.status())) spdlog::error("desk: {}", result.status().ToString());
      return net::ToGrpcStatus(result.status());
    }
    *response = *std::move(result);
    return grpc::Status::OK;
  }

  Driver& driver_;
  const std::shared_ptr<const net::TrustAnchors> officers_;
  const AgencyId agency_;
  const std::string receipts_;
  Clock& clock_;
};

}  // namespace

std::unique_ptr<v1::Desk::Service> MakeDeskService(
    Driver& driver, std::shared_ptr<const net::TrustAnchors> officers, AgencyId agency,
    std::string receipts, Clock& clock) {
  return std::make_unique<DeskService>(driver, std::move(officers), std::move(agency),
                                       std::move(receipts), clock);
}

}  // namespace entente::node
