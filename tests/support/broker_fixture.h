// A broker's engine, over a store in memory unless told otherwise, with a whole federation to speak
// for: what tests of the broker start from. Fails the running test when a step that must work does
// not.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "broker/engine.h"
#include "core/record/seal.h"
#include "core/store/memory_store.h"
#include "tests/support/federation.h"
#include "tests/support/seeded_random.h"

namespace entente::broker {

// A lead as it will be sealed. Defaults: one section about a suspect's accounts, for 30 days.
struct LeadDraft {
  std::string origin = "FR.fiu";
  std::vector<std::string> recipients = {"BR.fiu"};
  // Categories of person and of data, one pair a section. Every recipient is granted all.
  std::vector<std::pair<std::string, std::string>> sections = {{"suspect", "financial"}};
  std::vector<uint32_t> granted{};  // positions; empty: all
  bool essential = false;           // of each section
  v1::Urgency urgency = v1::URGENCY_NORMAL;
  std::string handling = "H1";
  std::string purpose = "asset-recovery";
  std::string instrument = "TEST-ALL";
  uint64_t policy_version = 1;
  int64_t created_after_ms = 0;  // the fixture's now
  int64_t lives_ms = 60 * limits::kDayMs;
  int delivery_key = 0;
  std::string sealed_to{};  // the agency whose delivery keys are used; empty: the recipient
  std::vector<std::string> consents{};
  std::map<std::string, std::string> overrides{};  // by recipient
  v1::RecordKind kind = v1::RECORD_KIND_LEAD;
  std::optional<record::CaseId> case_id{};
  uint64_t membership = 0;
  std::map<uint32_t, record::FileShape> files{};  // of the sections that are attachments
  std::vector<std::string> obtained_from{};
  std::optional<RecordId> record_id{};
};

struct Lead {
  LeadDraft draft;
  record::SealedRecord sealed;  // with its signature
  std::string bytes;            // of the record
};

class EngineFixture {
 public:
  // `found`: publish the whole federation at once. `disk`: what the engine works on instead of
  // `store`; outlives the engine.
  explicit EngineFixture(testing::FederationOptions options = {}, bool found = true,
                         QuotaLimits quotas = {}, store::Store* disk = nullptr);

  testing::Federation federation;
  testing::SeededRandom random{7};
  store::MemoryStore store{kBrokerFamilies};
  store::Store* used;  // by the engine
  QuotaLimits quotas;
  std::set<OwnedFile> uploaded;  // what is whole at the broker
  HoldFile hold_file = [this](const AgencyId& origin, const record::FileShape& shape, Instant) {
    return uploaded.contains({origin.text(), shape}) ? std::make_shared<const bool>() : Hold();
  };
  Instant now = testing::kFounded + limits::kMinuteMs;
  std::unique_ptr<Engine> engine;
  const bool ready;  // false: it did not start, and the running test has failed

  BrokerKeys Keys() const;
  absl::Status Reopen();
  void Found();

  static AgencyId Id(std::string_view agency);
  Lead Seal(const LeadDraft& draft);
  // That FR.fiu may pass on to BR.fiu what a default lead holds; signed by the source, or another.
  std::string Consent(const std::string& source, std::string record,
                      const std::string& signer = "");
  v1::Submission Submission(const Lead& lead, uint64_t number) const;
  // Signs the header again, after a test has changed it.
  void Sign(v1::Record& record, std::string_view agency);
  // The lead with its header changed by `change`, signed again.
  template <typename Change>
  Lead WithHeader(Lead lead, Change change) {
    v1::RecordHeader header;
    header.ParseFromString(lead.sealed.record.header());
    change(header);
    lead.sealed.record.set_header(header.SerializeAsString());
    Sign(lead.sealed.record, lead.draft.origin);
    lead.bytes = lead.sealed.record.SerializeAsString();
    return lead;
  }

  absl::StatusOr<Admitted> Admit(const v1::Submission& submission, std::string_view agency);
  // Admits and commits. The index where it stands.
  absl::StatusOr<uint64_t> Submit(const v1::Submission& submission, std::string_view agency);
  absl::StatusOr<uint64_t> Send(const LeadDraft& draft, uint64_t number);
  absl::StatusOr<Applied> CommitOne(Command command);
  absl::StatusOr<uint64_t> Publish(const ledger::Publication& publication);
  // Its authority suspends the agency, or removes it.
  void Suspend(std::string_view agency,
               v1::AgencyStatement::State state = v1::AgencyStatement::SUSPENDED);

  // Everything that waits for the agency; what must be decided again first is.
  std::vector<v1::Delivery> Fetch(std::string_view agency);
  // False: there is nothing to decide again, or it could not be written.
  bool DecideAgain(std::string_view agency, LanePositions after);
  v1::SignedStatement SignAcknowledgement(std::string_view agency, const v1::Delivery& delivery);
  // For these deliveries, which are of one lane.
  v1::PullAcknowledge Acknowledge(std::string_view agency,
                                  const std::vector<v1::Delivery>& deliveries);
  absl::Status Take(std::string_view agency, const v1::PullAcknowledge& acknowledge);
  // Fetches and acknowledges everything.
  void TakeAll(std::string_view agency);

  // Evidence, checkpoint and part as a recipient verifies them.
  v1::Part Verified(const v1::Evidence& evidence, std::string_view checkpoint);
  // Every row of a family.
  std::vector<std::pair<std::string, std::string>> Rows(store::Family family) const;
  // Findings of Fsck, one line each.
  std::string Findings() const;

 private:
  bool Start(bool found);
};

// A gap note or pair head as submitted.
v1::Submission GapSubmission(const EngineFixture& fixture, std::string_view origin,
                             const v1::GapNote& note, uint64_t number);
v1::Submission PairHeadSubmission(const EngineFixture& fixture, std::string_view origin,
                                  const v1::PairHead& head, uint64_t number);
v1::Submission RecallSubmission(const EngineFixture& fixture, const v1::RecallNote& note,
                                uint64_t number);
v1::Submission FetchedSubmission(const EngineFixture& fixture, const v1::FetchedNote& note,
                                 uint64_t number);

// Bytes that a broker cannot tell from a sealed file of this many bytes, and their shape.
std::string SealedBytes(uint64_t file_bytes, Random& random);
record::FileShape ShapeOf(std::string_view sealed);

}  // namespace entente::broker
