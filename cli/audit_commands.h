// The commands of entente-audit, each in a source of its own. They print, and give an exit code.
// What they share stands in cli/audit_log.h and cli/audit_asked.h.
#pragma once

#include <string>
#include <vector>

#include "core/base/sentences.h"

namespace entente::cli {

struct TilesQuestion {
  std::string folder;
  std::string key;  // verifier key text, or a file that holds it
  bool json = false;
};
// A directory of tiles: 0 when all of it is what the log signed, 1 when not.
int VerifyTiles(Language language, const TilesQuestion& question);

struct ForkQuestion {
  std::string one, other;  // signed checkpoints, or receipts that carry one
  std::string key;
  std::string tiles;  // folder; empty: for checkpoints of one size
  std::string out;    // file for the proof; empty: none
  bool json = false;
};
// Two checkpoints of one log: 0 when they prove a fork, 1 when they fit.
int ProveFork(Language language, const ForkQuestion& question);

struct ForkProofQuestion {
  std::string file;
  std::string key;
  bool json = false;
};
// What ProveFork wrote: 0 when it proves a fork, 1 when not.
int VerifyFork(Language language, const ForkProofQuestion& question);

// What is asked of receipts, and the form of the answer.
struct ReceiptOptions {
  std::vector<std::string> paths;  // of receipts, or folders of them
  std::string genesis;             // file
  std::string from, until;
  std::string tiles;             // folder of the log's entries; empty: none
  std::string format = "table";  // or "csv", "html"
  std::string out;               // file; empty: standard output
  bool json = false;
};

struct ReportOptions : ReceiptOptions {
  std::string jurisdiction;
};
// The acts that concern a jurisdiction in a period: 0 when every receipt is verified and fits the
// others, 1 when not.
int Report(Language language, const ReportOptions& options);

struct AffectedOptions : ReceiptOptions {  // `from` and `until` may be empty
  std::string agency;
  std::string aware;  // empty: not said
};
// What was released to an agency whose node or keys were in other hands: exit codes as of Report.
int Affected(Language language, const AffectedOptions& options);

}  // namespace entente::cli
