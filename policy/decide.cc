#include "policy/decide.h"

#include <algorithm>

#include "core/base/limits.h"
#include "policy/side.h"
#include "policy/tables.h"

namespace entente::policy {
namespace {

// A side that is asked and whose policy is in force.
struct Asked {
  Side side;
  const PolicyTables* policy;
  const SideTables* rules;
  SideAnswer answer;
};

template <typename T>
void SortUnique(std::vector<T>& items) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
}

class Decider {
 public:
  Decider(const Snapshot& snapshot, const RecordLabels& record, const RecipientLabels& recipient,
          Instant t)
      : tables_(snapshot.tables()),
        record_(record),
        recipient_(recipient),
        t_(t),
        bound_(Bind(tables_, record, recipient, t)) {
    out_.at = t;
    out_.snapshot_number = snapshot.number();
    out_.snapshot_hash = snapshot.hash();
  }

  Decision Run(bool outbound, bool inbound) {
    CheckLabels();
    const PolicyTables* origin = outbound ? OriginPolicy() : nullptr;
    const PolicyTables* destination = inbound ? DestinationPolicy() : nullptr;
    CheckInstrument();
    if (origin != nullptr) Ask(Side::kOrigin, *origin, origin->outbound);
    if (destination != nullptr) Ask(Side::kDestination, *destination, destination->inbound);
    for (uint32_t i = 0; i < bound_.section_count; ++i) JudgeSection(i);
    const bool all_answered =
        (origin != nullptr) == outbound && (destination != nullptr) == inbound;
    if (all_answered) CheckReleased();
    ObligationSet obligations = CollectObligations();
    if (destination != nullptr) CheckHonoured(*destination, obligations);
    return Finish(obligations);
  }

 private:
  void Refuse(Side side, std::string reason) {
    refused_ = true;
    out_.reasons.push_back({side, std::move(reason)});
  }
  void Refuse(Side side, PolicyReason reason) {
    Refuse(side, std::string(PolicyReasonWord(reason)));
  }

  void CheckLabels() {
    refused_ = !bound_.reasons.empty();
    out_.reasons = std::move(bound_.reasons);
    const bool for_person = (bound_.handling & tables_.vocabulary.handling_for_person()) != 0 ||
                            recipient_.consents > 0;
    if (for_person) Refuse(Side::kRecord, PolicyReason::kHandlingNeedsPerson);
  }

  // The record was sent under a version that this snapshot has not seen: it waits, not for long.
  void Behind(PolicyReason reason) {
    const bool waits =
        record_.sent_under > 0 && record_.created && t_ < *record_.created + limits::kPolicyHoldMs;
    if (!waits) return Refuse(Side::kOrigin, reason);
    held_ = true;
    out_.reasons.push_back({Side::kOrigin, std::string(PolicyReasonWord(reason))});
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
    const PolicyTables* policy = tables_.PolicyAt(bound_.recipient.state, t_);
    if (policy == nullptr) {
      Refuse(Side::kDestination, PolicyReason::kDestinationPolicyAbsent);
      return nullptr;
    }
    out_.destination_contact = policy->contact;
    out_.destination_public = policy->explain_public;
    if (t_ < policy->until) return policy;
    Refuse(Side::kDestination, PolicyReason::kPolicyExpired);
    return nullptr;
  }

  void CheckInstrument() {
    if (recipient_.under.empty()) return;
    if (bound_.instrument == kNone) {
      return Refuse(Side::kInstrument, PolicyReason::kInstrumentUnknown);
    }
    const InstrumentRow& row = tables_.instruments[bound_.instrument];
    if (const auto bar = row.Bars(bound_.origin.agency, bound_.recipient.agency, t_)) {
      return Refuse(Side::kInstrument, *bar);
    }
    if (bound_.purpose == kUnknownRow) return;
    if ((row.purposes >> bound_.purpose & 1u) == 0) {
      return Refuse(Side::kInstrument, PolicyReason::kInstrumentPurpose);
    }
    instrument_ = &row;
    out_.matched.push_back({Side::kInstrument, row.id, row.title});
  }

  void Ask(Side side, const PolicyTables& policy, const SideTables& rules) {
    Asked& asked = asked_[asked_count_++];
    asked.side = side;
    asked.policy = &policy;
    asked.rules = &rules;
    asked.answer = AnswerOf(rules, tables_, bound_, t_);
    if (asked.answer.forbids.any()) Refuse(side, PolicyReason::kForbidden);
    AddRules(side, rules, asked.answer.matched, out_.matched);
  }

  static void AddRules(Side side, const SideTables& rules, const Mask& mask,
                       std::vector<MatchedRule>& out) {
    mask.ForEach([&](size_t i) { out.push_back({side, rules.rules[i].id, rules.rules[i].title}); });
  }

  void JudgeSection(uint32_t i) {
    WithheldSection withheld;
    withheld.section = i;
    for (uint32_t k = 0; k < asked_count_; ++k) JudgeBySide(asked_[k], i, withheld);
    if (instrument_ != nullptr && (bound_.sections[i].data & ~instrument_->data) != 0) {
      withheld.reasons.push_back(
          {Side::kInstrument, std::string(PolicyReasonWord(PolicyReason::kNoRuleAllows))});
      withheld.rules.push_back({Side::kInstrument, instrument_->id, instrument_->title});
    }
    if (withheld.reasons.empty()) {
      released_ |= 1u << i;
      return;
    }
    SortUnique(withheld.rules);
    SortUnique(withheld.reasons);
    out_.reasons.insert(out_.reasons.end(), withheld.reasons.begin(), withheld.reasons.end());
    out_.withheld.push_back(std::move(withheld));
  }

  static void JudgeBySide(const Asked& asked, uint32_t i, WithheldSection& out) {
    const SectionAnswer& answer = asked.answer.sections[i];
    if (answer.released()) return;
    if (answer.uncovered) {
      out.reasons.push_back(
          {asked.side, std::string(PolicyReasonWord(PolicyReason::kNoRuleAllows))});
    }
    if (answer.withholds.any()) {
      out.reasons.push_back({asked.side, std::string(PolicyReasonWord(PolicyReason::kWithheld))});
      AddRules(asked.side, *asked.rules, answer.withholds, out.rules);
    }
  }

  void CheckReleased() {
    for (uint32_t k = 0; k < asked_count_; ++k) {
      const Asked& asked = asked_[k];
      const Mask hits = TogetherHits(*asked.rules, asked.answer, bound_, released_);
      if (!hits.any()) continue;
      Refuse(asked.side, PolicyReason::kNotTogether);
      AddRules(asked.side, *asked.rules, hits, out_.matched);
    }
    if (released_ == 0) Refuse(Side::kRecord, PolicyReason::kNothingLeft);
    for (uint32_t i = 0; i < bound_.section_count; ++i) {
      if (bound_.sections[i].essential && (released_ >> i & 1u) == 0) {
        Refuse(Side::kRecord, PolicyReason::kEssentialMissing);
      }
    }
  }

  ObligationSet CollectObligations() {
    ObligationSet all;
    for (uint32_t codes = bound_.handling; codes != 0; codes &= codes - 1) {
      all.Add(tables_.handling_obligations[std::countr_zero(codes)]);
    }
    if (instrument_ != nullptr) all.Add(instrument_->obligations);
    for (uint32_t k = 0; k < asked_count_; ++k) {
      const Asked& asked = asked_[k];
      (asked.answer.matched & asked.rules->allow).ForEach([&](size_t i) {
        all.Add(asked.rules->rules[i].obligations);
        if (asked.side == Side::kOrigin) of_origin_.Add(asked.rules->rules[i].obligations);
      });
    }
    return all;
  }

  void CheckHonoured(const PolicyTables& destination, const ObligationSet& obligations) {
    for (size_t i = 0; i < kObligationFamilies; ++i) {
      const uint16_t wanted = obligations.strictest[i];
      if (wanted == kNoObligation || destination.can_honour.strictest[i] <= wanted) continue;
      Refuse(Side::kDestination, std::string(PolicyReasonWord(PolicyReason::kCannotHonour)) + ":" +
                                     tables_.obligation_texts[wanted]);
    }
  }

  std::vector<std::string> Texts(const ObligationSet& set) const {
    std::vector<std::string> out;
    for (const uint16_t number : set.strictest) {
      if (number != kNoObligation) out.push_back(tables_.obligation_texts[number]);
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  Decision Finish(const ObligationSet& obligations) {
    SortUnique(out_.matched);
    SortUnique(out_.reasons);
    if (refused_ || held_) {
      out_.verdict = refused_ ? Verdict::kRefuse : Verdict::kHold;
      return std::move(out_);
    }
    out_.verdict = out_.withheld.empty() ? Verdict::kRelease : Verdict::kReleaseInPart;
    for (uint32_t i = 0; i < bound_.section_count; ++i) {
      if ((released_ >> i & 1u) != 0) out_.released.push_back(i);
    }
    out_.obligations = Texts(obligations);
    out_.origin_obligations = Texts(of_origin_);
    return std::move(out_);
  }

  const Tables& tables_;
  const RecordLabels& record_;
  const RecipientLabels& recipient_;
  const Instant t_;
  Bound bound_;
  const InstrumentRow* instrument_ = nullptr;  // only when it is in force for these two
  std::array<Asked, 2> asked_;
  uint32_t asked_count_ = 0;
  uint32_t released_ = 0;
  ObligationSet of_origin_;
  bool refused_ = false;
  bool held_ = false;
  Decision out_;
};

Decision DecideSides(const Snapshot& snapshot, const RecordLabels& record,
                     const RecipientLabels& recipient, Instant t, bool outbound, bool inbound) {
  if (record.sections.size() > limits::kSections) {
    return EngineFailed(t, snapshot.number(), snapshot.hash());
  }
  return Decider(snapshot, record, recipient, t).Run(outbound, inbound);
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

}  // namespace entente::policy
