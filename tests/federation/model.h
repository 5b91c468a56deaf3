// What ought to happen, said apart from the code under test: which piece of a record each recipient
// may see by the policies in policy/examples, and everything that was promised at a desk. Values.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"
#include "entente/v1/attachment.pb.h"
#include "entente/v1/desk.pb.h"

namespace entente::testing {

// The agencies of the simulated federation, all financial intelligence units.
inline const std::vector<std::string> kAgencies = {"FR.fiu", "BR.fiu", "DE.fiu",
                                                   "NL.fiu", "CH.fiu", "AE.fiu"};

// The sections that a simulated record is made of: only a lead asks.
enum class Piece : uint8_t { kAsk, kAccounts, kAsset, kNarrative, kVictim, kFile, kVictimFile };
using Pieces = std::set<Piece>;

// Whether any instrument of policy/examples binds both.
bool Bound(std::string_view a, std::string_view b);

// A record that its origin's desk accepted.
struct ModelRecord {
  uint64_t number = 0;  // in its texts, which hold "secret-<number>-<piece>"
  std::string id;
  v1::RecordKind kind = v1::RECORD_KIND_LEAD;
  std::string case_id{};  // of a post
  std::string copy_of{};  // of a post that went again, to one who came later
  std::string origin;
  std::vector<std::string> recipients;
  Pieces pieces;
  Instant sent;  // true time
  Instant expires;
  std::map<std::string, bool> answers{};  // recipient -> taken, accepted at its desk
  std::set<std::string> unsure{};         // recipients whose desk died while it took an answer
  std::map<Piece, std::string> files{};   // attachment ids, which are section ids
  std::string in_place_of{};              // it replaces this one, once somebody may have it
  bool recalled = false;                  // by itself, or by what took its place
  bool recall_unsure = false;             // the desk died while it took the recall, or replaced
  bool restricted = false;                // kept, and not used
  bool obliged = false;                   // to onward:never, from some time on
  bool restrict_unsure = false;           // the desk died while it took the restriction
};

// What reaches the recipient of such a record; empty when nothing does.
Pieces Permitted(const ModelRecord& record, std::string_view recipient);

// Who is in a case beside its owner, as its desk accepted it; whether it came into the log is
// another matter.
struct ModelMembership {
  std::string record;
  uint64_t number = 0;
  std::set<std::string> members;
};

struct ModelCase {
  std::string id;
  std::string owner;
  std::vector<ModelMembership> declared{};
  bool unsure = false;  // a desk died while it took a change, or a share

  bool Names(const ModelMembership& membership, const std::string& agency) const {
    return agency == owner || membership.members.contains(agency);
  }
};

std::string Secret(uint64_t number, Piece piece);
bool IsFile(Piece piece);
// Of a file: from one byte to three chunks, and its secret all through it.
std::string FileContent(uint64_t number, Piece piece);
// The number and piece that a text of a lead says; number 0 for others.
std::pair<uint64_t, Piece> ReadSecret(const v1::SectionContent& content);

struct LeadWish {
  uint64_t number = 0;
  std::vector<std::string> recipients{};
  Pieces pieces;
  Instant expires;
  Instant deadline{};
  v1::Urgency urgency = v1::URGENCY_NORMAL;
  v1::RecordKind kind = v1::RECORD_KIND_LEAD;
  std::string case_id{};
  std::map<Piece, v1::AttachResponse> files{};  // as the desk took them
  std::string replaces{};
  v1::RecallGround ground = v1::RECALL_GROUND_UNSPECIFIED;  // why that one goes
};
v1::Draft MakeDraft(const LeadWish& wish);

}  // namespace entente::testing
