#include "policy/decide.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "core/base/limits.h"
#include "policy/consents.h"
#include "policy/side.h"
#include "policy/tables.h"

namespace entente::policy {
namespace {

// A side that is asked and whose policy is in force.
struct Asked {
  Side side;
  const SideTables* rules;
  SideAnswer answer;
  Mask together;  // not_together rules that the released sections meet
};

template <typename T>
void SortUnique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

std::string WithSubject(PolicyReason reason, std::string_view subject) {
  return std::string(PolicyReasonWord(reason)) + ":" + std::string(subject);
}

// Run() takes all steps and remembers what it found in numbers; the words are made from that.
class Decider {
 public:
  Decider(const Snapshot& snapshot, const RecordLabels& record, const RecipientLabels& recipient,
          Instant t, bool outbound, bool inbound)
      : snapshot_(snapshot),
        tables_(snapshot.tables()),
        record_(record),
        recipient_(recipient),
        t_(t),
        outbound_(outbound),
        inbound_(inbound),
        bound_(Bind(tables_, record, recipient, t)) {
    if (recipient.consents.empty() && !recipient.emergency) return;
    // Who decides for one State alone holds no other's policy.
    const bool both = outbound && inbound;
    consents_.emplace(tables_, recipient, bound_, t,
                      both ? Consents::Sources::kAsked : Consents::Sources::kTaken);
  }

  void Run() {
    CheckLabels();
    const PolicyTables* origin = outbound_ ? OriginPolicy() : nullptr;
    destination_ = inbound_ ? DestinationPolicy() : nullptr;
    CheckInstrument();
    if (origin != nullptr) Ask(Side::kOrigin, origin->outbound);
    if (destination_ != nullptr) Ask(Side::kDestination, destination_->inbound);
    CheckInstrumentCovers();
    const bool all_answered =
        (origin != nullptr) == outbound_ && (destination_ != nullptr) == inbound_;
    if (all_answered) CheckReleased();
    CollectObligations();
    if (destination_ != nullptr) CheckHonoured(*destination_);
  }

  Ruling InNumbers() const {
    Ruling out;
    out.verdict = verdict();
    const bool releases = out.verdict <= Verdict::kReleaseInPart;
    out.released = releases ? released() : 0;
    out.obligations = (releases ? obligations_ : ObligationSet()).strictest;
    return out;
  }

  Decision InWords() const {
    Decision out;
    out.at = t_;
    out.snapshot_number = snapshot_.number();
    out.snapshot_hash = snapshot_.hash();
    if (contact_ != nullptr) {
      out.destination_contact = contact_->contact;
      out.destination_public = contact_->explain_public;
    }
    out.verdict = verdict();
    out.matched = MatchedRules();
    for (uint32_t i = 0; i < bound_.section_count; ++i) {
      if ((withheld_ >> i & 1u) != 0) out.withheld.push_back(Withheld(i));
    }
    out.reasons = AllReasons();
    if (!out.releases()) return out;
    for (uint32_t i = 0; i < bound_.section_count; ++i) {
      if ((withheld_ >> i & 1u) == 0) out.released.push_back(i);
    }
    out.obligations = Texts(obligations_);
    out.origin_obligations = Texts(OfOrigin());
    return out;
  }

 private:
  uint32_t released() const {
    const auto all = static_cast<uint32_t>((uint64_t{1} << bound_.section_count) - 1);
    return all & ~withheld_;
  }

  Verdict verdict() const {
    if (refused_) return Verdict::kRefuse;
    if (held_) return Verdict::kHold;
    return withheld_ == 0 ? Verdict::kRelease : Verdict::kReleaseInPart;
  }

  void Note(Side side, PolicyReason reason) {
    reasons_[static_cast<size_t>(side)] |= 1u << static_cast<unsigned>(reason);
  }
  void Refuse(Side side, PolicyReason reason) {
    refused_ = true;
    Note(side, reason);
  }

  void CheckLabels() {
    refused_ = (bound_.missing | bound_.unknown) != 0;
    const bool for_person =
        (bound_.handling.words() & tables_.vocabulary.handling_for_person()) != 0;
    if (!for_person || (consents_ && consents_->OriginLetsGo())) return;
    held_ = true;
    Note(Side::kRecord, PolicyReason::kHandlingNeedsPerson);
  }

  // The record was sent under a version that this snapshot has not seen: it waits, not for long.
  void Behind(PolicyReason reason) {
    const bool waits =
        record_.sent_under > 0 && record_.created && t_ < *record_.created + limits::kPolicyHoldMs;
    if (!waits) return Refuse(Side::kOrigin, reason);
    held_ = true;
    Note(Side::kOrigin, reason);
  }

  const PolicyTables* OriginPolicy() {
    const PolicyTables* policy = tables_.PolicyAt(bound_.origin.state, t_);
    if (policy == nullptr) {
      Behind(PolicyReason::kOriginPolicyAbsent);
    } else if (policy->version < record_.sent_under) {
      Behind(PolicyReason::kSnapshotBehind);
      policy = nullptr;
    } else if (t_ >= policy->until) {
      Refuse(Side::kOrigin, PolicyReason::kPolicyExpired);
      policy = nullptr;
    }
    return policy;
  }

  const PolicyTables* DestinationPolicy() {
    contact_ = tables_.PolicyAt(bound_.recipient.state, t_);
    if (contact_ == nullptr) {
      Refuse(Side::kDestination, PolicyReason::kDestinationPolicyAbsent);
    } else if (t_ >= contact_->until) {
      Refuse(Side::kDestination, PolicyReason::kPolicyExpired);
    } else {
      return contact_;
    }
    return nullptr;
  }

  void CheckInstrument() {
    if (recipient_.under.empty()) return;
    if (bound_.instrument == kNone) {
      return Refuse(Side::kInstrument, PolicyReason::kInstrumentUnknown);
    }
    const InstrumentRow& row = tables_.instruments[bound_.instrument];
    const Party from{bound_.origin.state, bound_.origin.agency};
    const Party to{bound_.recipient.state, bound_.recipient.agency};
    if (const auto bar = row.Bars(from, to, t_)) {
      return Refuse(Side::kInstrument, *bar);
    }
    if (bound_.purpose == kUnknownRow) return;
    if ((row.purposes >> bound_.purpose & 1u) == 0) {
      return Refuse(Side::kInstrument, PolicyReason::kInstrumentPurpose);
    }
    instrument_ = &row;
  }

  void Ask(Side side, const SideTables& rules) {
    Asked& asked = asked_[asked_count_++];
    asked.side = side;
    asked.rules = &rules;
    asked.answer = AnswerOf(rules, tables_, bound_, t_);
    Mask forbids = asked.answer.matched & rules.forbid;
    if (consents_ && forbids.any()) {
      const Mask yielding = consents_->Yielding(rules, forbids);
      asked.answer.matched ^= yielding;
      forbids ^= yielding;
    }
    if (forbids.any()) Refuse(side, PolicyReason::kForbidden);
    if (asked.answer.uncovered != 0) Note(side, PolicyReason::kNoRuleAllows);
    if (asked.answer.withheld != 0) Note(side, PolicyReason::kWithheld);
    withheld_ |= asked.answer.uncovered | asked.answer.withheld;
  }

  void CheckInstrumentCovers() {
    if (instrument_ == nullptr) return;
    for (uint32_t i = 0; i < bound_.section_count; ++i) {
      const bool beyond = (bound_.sections[i].data.words() & ~instrument_->data) != 0;
      beyond_instrument_ |= uint32_t{beyond} << i;
    }
    if (beyond_instrument_ != 0) Note(Side::kInstrument, PolicyReason::kNoRuleAllows);
    withheld_ |= beyond_instrument_;
  }

  void CheckReleased() {
    for (uint32_t k = 0; k < asked_count_; ++k) {
      Asked& asked = asked_[k];
      asked.together = TogetherHits(*asked.rules, asked.answer, bound_, released());
      if (asked.together.any()) Refuse(asked.side, PolicyReason::kNotTogether);
    }
    if (released() == 0) Refuse(Side::kRecord, PolicyReason::kNothingLeft);
    if ((bound_.essential & withheld_) != 0) Refuse(Side::kRecord, PolicyReason::kEssentialMissing);
  }

  void CollectObligations() {
    for (uint32_t codes = bound_.handling.words(); codes != 0; codes &= codes - 1) {
      obligations_.Add(tables_.handling_obligations[std::countr_zero(codes)]);
    }
    if (instrument_ != nullptr) obligations_.Add(instrument_->obligations);
    if (consents_) consents_->AddObligations(obligations_);
    for (uint32_t k = 0; k < asked_count_; ++k) {
      AddObligations(*asked_[k].rules, asked_[k].answer.matched, obligations_);
    }
  }

  void CheckHonoured(const PolicyTables& destination) {
    for (size_t i = 0; i < kObligationFamilies; ++i) {
      const bool weaker = destination.can_honour.strictest[i] > obligations_.strictest[i];
      not_honoured_ |= uint32_t{weaker} << i;
    }
    refused_ |= not_honoured_ != 0;
  }

  ObligationSet OfOrigin() const {
    ObligationSet out;
    for (uint32_t k = 0; k < asked_count_; ++k) {
      const Asked& asked = asked_[k];
      if (asked.side == Side::kOrigin) AddObligations(*asked.rules, asked.answer.matched, out);
    }
    return out;
  }

  // In order, each once; so are the two below, since sides are asked in order.
  static void AddRules(const Asked& asked, const Mask& mask, std::vector<MatchedRule>& out) {
    const SideTables& side = *asked.rules;
    Mask places;
    mask.ForEach([&](size_t i) { places.Set(side.rules[i].place); });
    out.reserve(out.size() + places.count());
    places.ForEach([&](size_t place) {
      const RuleRow& row = side.rules[side.in_order[place]];
      out.push_back({asked.side, row.id, row.title});
    });
  }

  std::vector<MatchedRule> MatchedRules() const {
    std::vector<MatchedRule> out;
    if (instrument_ != nullptr) {
      out.push_back({Side::kInstrument, instrument_->id, instrument_->title});
    }
    for (uint32_t k = 0; k < asked_count_; ++k) {
      AddRules(asked_[k], asked_[k].answer.matched | asked_[k].together, out);
    }
    return out;
  }

  WithheldSection Withheld(uint32_t i) const {
    WithheldSection out;
    out.section = i;
    const auto note = [&](Side side, PolicyReason reason) {
      out.reasons.push_back({side, std::string(PolicyReasonWord(reason))});
    };
    if ((beyond_instrument_ >> i & 1u) != 0) {
      note(Side::kInstrument, PolicyReason::kNoRuleAllows);
      out.rules.push_back({Side::kInstrument, instrument_->id, instrument_->title});
    }
    for (uint32_t k = 0; k < asked_count_; ++k) {
      const Asked& asked = asked_[k];
      if ((asked.answer.uncovered >> i & 1u) != 0) note(asked.side, PolicyReason::kNoRuleAllows);
      if ((asked.answer.withheld >> i & 1u) == 0) continue;
      note(asked.side, PolicyReason::kWithheld);
      AddRules(asked, WithholdsOf(*asked.rules, asked.answer, bound_.sections[i]), out.rules);
    }
    return out;
  }

  std::vector<SidedReason> AllReasons() const {
    std::vector<SidedReason> out;
    for (size_t side = 0; side < reasons_.size(); ++side) {
      for (uint32_t bits = reasons_[side]; bits != 0; bits &= bits - 1) {
        const auto reason = static_cast<PolicyReason>(std::countr_zero(bits));
        out.push_back({static_cast<Side>(side), std::string(PolicyReasonWord(reason))});
      }
    }
    for (size_t i = 0; i < kLabelKinds; ++i) {
      const std::string_view label = LabelWord(static_cast<Label>(i));
      if ((bound_.missing >> i & 1u) != 0) {
        out.push_back({Side::kRecord, WithSubject(PolicyReason::kLabelMissing, label)});
      }
      if ((bound_.unknown >> i & 1u) != 0) {
        out.push_back({Side::kRecord, WithSubject(PolicyReason::kLabelUnknown, label)});
      }
    }
    for (uint32_t bits = not_honoured_; bits != 0; bits &= bits - 1) {
      const uint16_t wanted = obligations_.strictest[std::countr_zero(bits)];
      out.push_back({Side::kDestination,
                     WithSubject(PolicyReason::kCannotHonour, tables_.obligation_texts[wanted])});
    }
    SortUnique(out);
    return out;
  }

  std::vector<std::string> Texts(const ObligationSet& set) const {
    std::vector<std::string> out;
    for (const uint16_t number : set.strictest) {
      if (number != kNoObligation) out.push_back(tables_.obligation_texts[number]);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  const Snapshot& snapshot_;
  const Tables& tables_;
  const RecordLabels& record_;
  const RecipientLabels& recipient_;
  const Instant t_;
  const bool outbound_;  // which halves are asked
  const bool inbound_;
  const Bound bound_;
  std::optional<Consents> consents_;           // when any is attached, or an override
  const InstrumentRow* instrument_ = nullptr;  // only when it is in force for these two
  const PolicyTables* contact_ = nullptr;      // the destination's, also when it has expired
  const PolicyTables* destination_ = nullptr;
  std::array<Asked, 2> asked_;
  uint32_t asked_count_ = 0;
  uint32_t withheld_ = 0;  // sections, for whatever reason
  uint32_t beyond_instrument_ = 0;
  std::array<uint32_t, 4> reasons_{};  // by Side, bit by PolicyReason, those without a subject
  uint32_t not_honoured_ = 0;          // by family
  ObligationSet obligations_;
  bool refused_ = false;
  bool held_ = false;
};

bool TooMany(const RecordLabels& record, const RecipientLabels& recipient) {
  return record.sections.size() > limits::kSections ||
         recipient.consents.size() > limits::kConsents;
}

Decision DecideSides(const Snapshot& snapshot, const RecordLabels& record,
                     const RecipientLabels& recipient, Instant t, bool outbound, bool inbound) {
  if (TooMany(record, recipient)) {
    return EngineFailed(t, snapshot.number(), snapshot.hash());
  }
  Decider decider(snapshot, record, recipient, t, outbound, inbound);
  decider.Run();
  return decider.InWords();
}

}  // namespace

Decision Decide(const Snapshot& snapshot, const RecordLabels& record,
                const RecipientLabels& recipient, Instant t) {
  return DecideSides(snapshot, record, recipient, t, true, true);
}

Decision DecideOutbound(const Snapshot& snapshot, const RecordLabels& record,
                        const RecipientLabels& recipient, Instant t) {
  return DecideSides(snapshot, record, recipient, t, true, false);
}

Decision DecideInbound(const Snapshot& snapshot, const RecordLabels& record,
                       const RecipientLabels& recipient, Instant t) {
  return DecideSides(snapshot, record, recipient, t, false, true);
}

Ruling DecideInNumbers(const Snapshot& snapshot, const RecordLabels& record,
                       const RecipientLabels& recipient, Instant t) {
  if (TooMany(record, recipient)) {
    return {Verdict::kRefuse, 0, ObligationSet().strictest};
  }
  Decider decider(snapshot, record, recipient, t, true, true);
  decider.Run();
  return decider.InNumbers();
}

bool SameOutcome(const Snapshot& snapshot_a, const Ruling& a, const Snapshot& snapshot_b,
                 const Ruling& b) {
  if (a.verdict != b.verdict || a.released != b.released) return false;
  for (size_t i = 0; i < kObligationFamilies; ++i) {
    const uint16_t in_a = a.obligations[i];
    const uint16_t in_b = b.obligations[i];
    if ((in_a == kNoObligation) != (in_b == kNoObligation)) return false;
    if (in_a != kNoObligation &&
        snapshot_a.tables().obligation_texts[in_a] != snapshot_b.tables().obligation_texts[in_b]) {
      return false;
    }
  }
  return true;
}

}  // namespace entente::policy
