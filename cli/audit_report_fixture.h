// What the tests of `entente-audit report` share: acts in a log, and the receipts that readers keep
// of them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/audit_fixture.h"
#include "cli/audit_report.h"
#include "core/audit/tile.h"
#include "core/base/encoding.h"
#include "core/crypto/digest.h"
#include "core/ledger/parts.h"
#include "core/record/strict.h"
#include "tests/support/federation.h"

namespace entente::cli {

inline constexpr int64_t kHourMs = 3'600'000;

class ReportFixture : public AuditFolderTest {
 protected:
  ReportFixture() { Write("genesis.toml", federation.genesis().text()); }

  static RecordId IdOf(uint8_t number) { return {number, 0xab, 0xcd}; }
  static std::string NameOf(uint8_t number) { return HexEncode(IdOf(number)); }
  static Instant Hour(int64_t hours) { return testing::kFounded + hours * kHourMs; }

  static policy::Decision Released() {
    policy::Decision out;
    out.verdict = policy::Verdict::kReleaseInPart;
    out.withheld = {{.section = 1,
                     .rules = {{policy::Side::kOrigin, "FR-OUT-800", "A title"}},
                     .reasons = {{policy::Side::kOrigin, "withheld"}}}};
    out.obligations = {"delete-after:P30D", "onward:never"};
    out.matched = {{policy::Side::kInstrument, "TEST-ALL", ""},
                   {policy::Side::kOrigin, "FR-OUT-100", ""},
                   {policy::Side::kDestination, "CH-IN-100", ""}};
    return out;
  }
  static policy::Decision Refused(std::string contact = "Office of AE") {
    policy::Decision out;
    out.reasons = {{policy::Side::kDestination, "no-rule-allows"}};
    out.destination_contact = std::move(contact);
    return out;
  }
  static ledger::Act ActAt(Instant instant, const std::string& agency) {
    return {.instant = instant,
            .acting_agency = agency,
            .officer_pseudonym = std::string(32, '\x0f'),
            .justification_digest = std::string(32, '\x0e')};
  }
  static ledger::SubmittedRecord Record(uint8_t number, const std::string& origin) {
    return {.record_id = IdOf(number),
            .record_hash = crypto::Sha256({&number, 1}),
            .origin = origin,
            .sections = {{1}, {0xbe, 0xef}},
            .snapshot_number = 9,
            .snapshot_hash = crypto::Sha256("snapshot")};
  }

  // The index it got.
  uint64_t Keep(v1::EntryKind kind, Instant instant, std::vector<ledger::ReaderPart> parts) {
    const auto sealed = ledger::WriteSealedEntry(kind, instant, parts, random.Bytes<32>());
    EXPECT_TRUE(sealed.ok()) << sealed.status();
    return log.Append(*sealed, std::move(parts));
  }
  uint64_t Submit(uint8_t number, Instant instant, const std::string& origin,
                  std::vector<ledger::DecidedRecipient> decided) {
    return Keep(v1::ENTRY_KIND_SUBMISSION, instant,
                ledger::SubmissionParts(ActAt(instant, origin), Record(number, origin), decided));
  }
  // Files NAME.tlog-proof, .entry and .part below a folder named after the reader; the first.
  std::string Receipt(uint64_t index, const std::string& reader, const std::string& name) {
    const auto bundle = ledger::MakeReceiptBundle(log.Evidence(index, reader), log.Checkpoint());
    EXPECT_TRUE(bundle.ok()) << bundle.status();
    const std::string stem = reader + "/" + name;
    Write(stem + ".tlog-proof", bundle->proof);
    Write(stem + ".entry", bundle->entry);
    Write(stem + ".part", bundle->part);
    return Place(stem + ".tlog-proof");
  }
  // All entries so far as tiles below a folder, under the checkpoint of that size.
  void WriteTiles(const std::string& name, uint64_t size) const {
    for (uint64_t at = 0; at < size; at += audit::kTileWidth) {
      const auto width = std::min<uint64_t>(audit::kTileWidth, size - at);
      const auto bundle = audit::EncodeBundle(std::span(log.entries()).subspan(at, width));
      ASSERT_TRUE(bundle.ok());
      Write(name + "/" + audit::BundlePath(at / audit::kTileWidth, static_cast<uint32_t>(width)),
            *bundle);
    }
    Write(name + "/checkpoint", log.Checkpoint(size));
  }
  AuditedReceipt Audited(const std::string& path) const {
    return AuditReceipt(federation.genesis(), path);
  }
  AuditReport Made(const std::vector<std::string>& paths, const std::string& jurisdiction,
                   Instant from = testing::kFounded, Instant until = Hour(1000)) const {
    std::vector<AuditedReceipt> receipts;
    for (const std::string& path : paths) receipts.push_back(Audited(path));
    return MakeReport({jurisdiction, from, until}, std::move(receipts));
  }
  Said Report(const std::string& more) const {
    return RunAudit("report --genesis " + Place("genesis.toml") + " " + more);
  }
  static std::string Period() {
    return " --from 2026-11-02T00:00:00Z --until 2027-01-01T00:00:00Z ";
  }

  testing::Federation federation;
  testing::TestLog log = federation.NewLog();
  testing::SeededRandom random{7};
};

}  // namespace entente::cli
