// A whole federation for tests, from fixed seeds: the same options give the same keys and bytes.
//
// How to use it:
//   Federation federation;                       // FR, BR, DE, CH, AE, one FIU each, policies
//   below ledger::Registry registry = federation.NewRegistry();   // with every founding statement
//   applied TestLog log = federation.NewLog();                      // the same statements as log
//   entries
// Founding() gives the statements one by one, as Directory.Publish carries them, for tests that put
// them through a broker. Private keys of every agency and office are there to sign with, rightly or
// wrongly. More statements: core/ledger/ceremony.h and the two Sign functions below.
//
// Policies, unless Options::policies says otherwise: every FIU may send every other one leads,
// answers and the like (see DefaultPolicy), but
//   AE   accepts nothing: it is refused, reason no-rule-allows;
//   CH   accepts no address of a victim: such a section is withheld, rule FR-OUT-800 of the sender.
// The instrument is "TEST-ALL", purposes "asset-recovery", "fiu-analysis", "border-control".
// Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"
#include "core/base/limits.h"
#include "core/crypto/agree.h"
#include "core/crypto/sign.h"
#include "core/ledger/ceremony.h"
#include "core/ledger/genesis.h"
#include "core/ledger/registry.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_log.h"

namespace entente::testing {

// 2026-11-02T00:00:00Z, when everything below was founded.
inline constexpr Instant kFounded{1793577600000};

struct AgencyKeys {
  crypto::SigningKey identity;
  crypto::SigningKey record_signing;
  crypto::SigningKey acknowledgement;
  // Number i is for [kFounded + 7 days * i, + 7 days); nine of them: 63 days.
  std::vector<crypto::AgreementKey> delivery;
};

struct JurisdictionKeys {
  crypto::SigningKey authority;
  crypto::SigningKey policy_author;
  crypto::SigningKey policy_protection;
};

struct FederationOptions {
  uint64_t seed = 1;
  std::string federation = "entente.test";
  std::string broker = "broker-1";
  // Each of kind "fiu" unless `kinds` says otherwise. Their jurisdictions have authorities.
  std::vector<std::string> agencies = {"FR.fiu", "BR.fiu", "DE.fiu", "CH.fiu", "AE.fiu"};
  std::map<std::string, std::string> kinds;
  // Policy texts by jurisdiction; those not named get DefaultPolicy. "" for none at all.
  std::map<std::string, std::string> policies;
  // Texts of version 1; "" for GroupsText and InstrumentsText of these agencies.
  std::string groups;
  std::string instruments;
  // Agencies that publish their keys by themselves (real nodes): only their identity key is
  // published here.
  bool agencies_publish = false;
  // Cosignatures of so many of the agencies are asked by the genesis file; 0: quorum none.
  int quorum = 0;
};

class Federation {
 public:
  explicit Federation(FederationOptions options = {});

  const ledger::Genesis& genesis() const { return *genesis_; }
  const std::string& name() const { return options_.federation; }
  const std::string& log_origin() const { return genesis()->log_origin; }

  const AgencyKeys& agency(std::string_view id) const;
  const JurisdictionKeys& jurisdiction(std::string_view code) const;
  const crypto::SigningKey& checkpoint_key() const { return checkpoint_; }
  const crypto::SigningKey& receipt_key() const { return receipt_; }
  const crypto::SigningKey& note_key() const { return note_; }

  // ---- witnesses, one for each agency

  const crypto::SigningKey& witness(std::string_view agency) const;
  audit::VerifierKey WitnessKey(std::string_view agency) const;
  // A tlog-policy: so many of these.
  std::string QuorumText(int needed, const std::vector<std::string>& agencies) const;
  // The note with a cosignature of each, at that time.
  std::string Cosigned(std::string note, const std::vector<std::string>& agencies,
                       Instant at) const;

  // All statements after genesis that found it, in an order in which each is valid.
  const std::vector<ledger::Publication>& Founding() const { return founding_; }
  // Genesis and all of Founding applied at indices 0, 1, …, at kFounded; all texts held.
  ledger::Registry NewRegistry() const;
  // The same as entries.
  TestLog NewLog() const;

  // For a key statement of an agency, signed by its identity key.
  ledger::Publication SignKeys(std::string_view agency, const v1::KeyStatement& body) const;
  // For a file of the federation, signed by the authorities named.
  ledger::Publication SignFile(std::string_view type, uint64_t version, std::string text,
                               const std::vector<std::string>& jurisdictions) const;
  // A policy of a jurisdiction by its two offices, in force at once.
  ledger::Publication SignPolicy(std::string_view jurisdiction, uint64_t version,
                                 std::string text) const;

 private:
  std::string LogOrigin() const { return options_.federation + "/log/" + options_.broker; }
  void MakeKeys();
  void MakeGenesis();
  void FoundFiles();
  void FoundJurisdiction(const std::string& code);
  void FoundAgency(const std::string& id);

  FederationOptions options_;
  SeededRandom random_;
  crypto::SigningKey checkpoint_, receipt_, note_;
  std::map<std::string, AgencyKeys, std::less<>> agencies_;
  std::map<std::string, JurisdictionKeys, std::less<>> jurisdictions_;
  std::map<std::string, crypto::SigningKey, std::less<>> witnesses_;
  std::optional<ledger::Genesis> genesis_;
  std::vector<ledger::Publication> founding_;
};

// The entry of a publication as a broker would log it.
std::string EntryOf(const ledger::Publication& publication, Instant instant);
// The bytes that an open entry carries as its body.
std::string BodyOf(const ledger::Publication& publication);

// A policy that releases leads, answers, … between FIUs under TEST-ALL in both directions, except a
// victim's address (rule <code>-OUT-800, withheld from CH). AE's has no inbound rule.
std::string DefaultPolicy(std::string_view jurisdiction, uint64_t version = 1);
// The instrument TEST-ALL between these jurisdictions.
std::string InstrumentsText(const std::vector<std::string>& jurisdictions, uint64_t version = 1);
std::string GroupsText(const std::vector<std::string>& jurisdictions, uint64_t version = 1);
// Vocabulary 2026.1 as published.
std::string VocabularyText();

}  // namespace entente::testing
