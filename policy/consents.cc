#include "policy/consents.h"

#include <bit>

namespace entente::policy {
namespace {

// The same record as its source would send it: its own data, under the instrument of the consent,
// and of each section no more than the consent names. `none` must outlive the result.
Bound AsSentBySource(const Bound& bound, const BoundEnd& source, uint32_t instrument,
                     uint32_t about, uint32_t data, const std::vector<std::string>& none) {
  Bound out = bound;
  out.origin = source;
  out.instrument = instrument;
  out.obtained_from = &none;
  out.obtained_unknown = false;
  out.section_count = 0;
  for (uint32_t i = 0; i < bound.section_count; ++i) {
    const BoundSection named{{bound.sections[i].about.words() & about},
                             {bound.sections[i].data.words() & data}};
    if (named.about.rows == 0 || named.data.rows == 0) continue;
    out.sections[out.section_count++] = named;
  }
  return out;
}

uint32_t FindInstrument(const Tables& tables, const std::string& id) {
  const uint32_t* const found = tables.instrument_index.Find(id);
  return found == nullptr ? kNone : *found;
}

template <typename Visit>
void ForEachWord(uint64_t rows, Visit visit) {
  for (; rows != 0; rows &= rows - 1) visit(static_cast<size_t>(std::countr_zero(rows)));
}

bool CoversAnAtom(const SideTables& side, const Mask& rules, const Bound& asked) {
  for (uint32_t i = 0; i < asked.section_count; ++i) {
    bool any = false;
    ForEachWord(asked.sections[i].about.rows, [&](size_t person) {
      ForEachWord(asked.sections[i].data.rows,
                  [&](size_t data) { any |= Releases(side, rules, person, data); });
    });
    if (any) return true;
  }
  return false;
}

}  // namespace

Consents::Consents(const Tables& tables, const RecipientLabels& recipient, const Bound& bound,
                   Instant t, Sources sources)
    : tables_(tables),
      recipient_(recipient),
      bound_(bound),
      t_(t),
      sources_(sources),
      override_(tables, recipient.emergency, t) {
  for (const ConsentLabels& consent : recipient.consents) {
    if (consent.from <= t && t < consent.until) Hear(consent);
  }
}

void Consents::Hear(const ConsentLabels& consent) {
  Voice voice{.state = bound_.origin.state,
              .about = WordsOf(tables_, Category::kPerson, consent.about),
              .data = WordsOf(tables_, Category::kData, consent.data),
              .rules = {},
              .side = nullptr,
              .obligations = {}};
  if (consent.source == bound_.origin.agency) {
    if (consent.under == recipient_.under) voices_[count_++] = voice;
    return;
  }
  const BoundEnd source = BindEnd(tables_, consent.source, t_);
  if (!source.known || source.state == bound_.origin.state) return;
  voice.state = source.state;
  if (HearInstrument(consent, source, voice)) voices_[count_++] = voice;
}

bool Consents::HearInstrument(const ConsentLabels& consent, const BoundEnd& source,
                              Voice& voice) const {
  const uint32_t number = FindInstrument(tables_, consent.under);
  if (number == kNone || bound_.purpose == kUnknownRow || !bound_.recipient.known) return false;
  const InstrumentRow& instrument = tables_.instruments[number];
  const Party from{source.state, source.agency};
  const Party to{bound_.recipient.state, bound_.recipient.agency};
  if (instrument.Bars(from, to, t_) || (instrument.purposes >> bound_.purpose & 1u) == 0) {
    return false;
  }
  voice.data &= instrument.data;
  voice.obligations = instrument.obligations;
  return HearPolicy(source, number, voice);
}

bool Consents::HearPolicy(const BoundEnd& source, uint32_t instrument, Voice& voice) const {
  const std::vector<std::string> none;
  const Bound asked = AsSentBySource(bound_, source, instrument, voice.about, voice.data, none);
  if (sources_ == Sources::kTaken) return asked.section_count > 0;
  const PolicyTables* const policy = tables_.PolicyAt(source.state, t_);
  if (policy == nullptr || t_ >= policy->until) return false;
  const SideTables& side = policy->outbound;
  const SideAnswer answer = AnswerOf(side, tables_, asked, t_);
  if ((answer.matched & side.forbid).any() || TogetherHits(side, answer, asked, ~0u).any()) {
    return false;
  }
  voice.rules = answer.record;
  voice.side = &side;
  policy::AddObligations(side, answer.matched, voice.obligations);
  return CoversAnAtom(side, answer.record, asked);
}

bool Consents::Voice::Covers(size_t person, size_t data_row) const {
  if (!HasWord(about, person) || !HasWord(data, data_row)) return false;
  return side == nullptr || Releases(*side, rules, person, data_row);
}

bool Consents::Consented(uint16_t state, size_t person, size_t data) const {
  for (uint32_t k = 0; k < count_; ++k) {
    if (voices_[k].state == state && voices_[k].Covers(person, data)) return true;
  }
  return false;
}

bool Consents::AllAsked(const SideTables& side, size_t rule, size_t person, size_t data,
                        bool overridden) const {
  bool any = false;
  for (const std::string& code : *bound_.obtained_from) {
    const uint16_t state = StateNumber(code);
    if (state == bound_.origin.state) continue;
    if (!SourceMask(side, tables_, bound_, state, t_).Has(rule)) continue;
    if (!overridden && !Consented(state, person, data)) return false;
    any = true;
  }
  return any;
}

bool Consents::Yields(const SideTables& side, size_t rule) const {
  if (bound_.obtained_unknown) return false;
  const bool named = override_.Names(side, rule);
  for (uint32_t i = 0; i < bound_.section_count; ++i) {
    bool yields = true;
    ForEachWord(bound_.sections[i].about.rows, [&](size_t person) {
      if (!side.person[person].Has(rule)) return;
      ForEachWord(bound_.sections[i].data.rows, [&](size_t data) {
        if (!side.data[data].Has(rule)) return;
        yields &= AllAsked(side, rule, person, data, named && override_.Covers(person, data));
      });
    });
    if (!yields) return false;
  }
  return true;
}

Mask Consents::Yielding(const SideTables& side, const Mask& forbids) const {
  Mask out;
  (forbids & side.unless).ForEach([&](size_t rule) {
    if (Yields(side, rule)) out.Set(rule);
  });
  return out;
}

bool Consents::OriginLetsGo() const {
  bool all = bound_.section_count > 0;
  for (uint32_t i = 0; i < bound_.section_count; ++i) {
    ForEachWord(bound_.sections[i].about.rows, [&](size_t person) {
      ForEachWord(bound_.sections[i].data.rows,
                  [&](size_t data) { all &= Consented(bound_.origin.state, person, data); });
    });
  }
  return all;
}

void Consents::AddObligations(ObligationSet& out) const {
  if (sources_ == Sources::kTaken) return;
  for (uint32_t k = 0; k < count_; ++k) out.Add(voices_[k].obligations);
}

}  // namespace entente::policy
