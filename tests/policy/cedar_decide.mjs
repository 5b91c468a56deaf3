// The decision of docs/policy.md, made a third way: whether a rule applies is asked of Cedar, atom by
// atom; what follows from that is written here from the document alone.
import { Consents } from './cedar_consents.mjs';
import { Request, askHalf, holds, holdsTogether, isEvaluation, isSource, stateOf } from './cedar_world.mjs';

const HOUR = 3600 * 1000;
const DAYS_A_MONTH = 30.436875;
const MOST_CONSENTS = 16;
const sorted = (items) => [...new Set(items)].sort();

// Of two values of one obligation: negative when the first is stricter.
function compareObligations(choices, a, b) {
  const [word, first] = a.split(':');
  const second = b.split(':')[1];
  if (first === undefined) return 0;
  if (choices[word].length > 0) return choices[word].indexOf(first) - choices[word].indexOf(second);
  return days(first) - days(second);
}

// ISO 8601, months of the mean length.
function days(text) {
  const [, years, months, weeks, whole, hours, minutes, seconds] =
    /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text)
      .map((part) => Number(part ?? 0));
  return (years * 12 + months) * DAYS_A_MONTH + weeks * 7 + whole + (hours + (minutes + seconds / 60) / 60) / 24;
}

export function decide(world, one) {
  return new Decision(world, one).run();
}

class Decision {
  reasons = new Set();
  matched = new Set();
  obligations = new Map(); // word → strictest value
  refused = false;
  yielded = false;
  overridden = false;
  held = false;

  constructor(world, one) {
    this.world = world;
    this.head = world.head;
    this.words = world.head.words;
    this.one = one;
    this.at = one.at;
    this.request = new Request(world, one);
  }

  run() {
    if (this.one.recipient.consents.length > MOST_CONSENTS) return this.undecided();
    this.consents = new Consents(this.world, this.one);
    this.checkLabels();
    const origin = this.originPolicy();
    const destination = this.destinationPolicy();
    const instrument = this.checkInstrument();
    const sides = [];
    if (origin) sides.push(this.askSide(origin, 'outbound'));
    if (destination) sides.push(this.askSide(destination, 'inbound'));
    for (const side of sides) this.checkForbids(side);
    const withheld = this.one.record.sections
      .map((section, i) => this.judgeSection(section, i, sides, instrument))
      .filter((section) => section.reasons.length > 0);
    if (origin && destination) this.checkReleased(sides, withheld);
    this.collectObligations(instrument, sides);
    if (destination) this.checkHonoured(destination);
    return this.result(withheld);
  }

  refuse(reason) {
    this.refused = true;
    this.reasons.add(reason);
  }

  hold(reason) {
    this.held = true;
    this.reasons.add(reason);
  }

  undecided() {
    this.refuse('engine-failed');
    return this.result([]);
  }

  checkWord(label, word, vocabulary) {
    if (word === '') this.refuse(`label-missing:${label}`);
    else if (!vocabulary.includes(word)) this.refuse(`label-unknown:${label}`);
  }

  checkSet(label, set, vocabulary) {
    if (set.length === 0) this.refuse(`label-missing:${label}`);
    for (const word of set) this.checkWord(label, word, vocabulary);
  }

  checkEnd(label, id) {
    if (id === '') this.refuse(`label-missing:${label}`);
    else if (!this.world.activeAgency(id, this.at)) this.refuse(`label-unknown:${label}`);
  }

  // Step 1.
  checkLabels() {
    const { record, recipient } = this.one;
    this.checkEnd('origin', record.origin);
    this.checkEnd('recipient', recipient.recipient);
    this.checkWord('kind', record.kind, this.words.record_kind);
    this.checkWord('purpose', record.purpose, this.words.purpose);
    this.checkWord('urgency', record.urgency, this.words.urgency);
    this.checkSet('handling', record.handling, this.words.handling);
    if (record.evaluation === '') this.refuse('label-missing:evaluation');
    else if (!isEvaluation(this.words, record.evaluation)) this.refuse('label-unknown:evaluation');
    if (record.created === null) this.refuse('label-missing:created');
    if (record.expires === null) this.refuse('label-missing:expires');
    if (recipient.under === '') this.refuse('label-missing:under');
    if (!record.obtained_from.every(isSource)) this.refuse('label-unknown:obtained_from');
    if (record.sections.length === 0) this.refuse('label-missing:section');
    for (const section of record.sections) {
      this.checkSet('about', section.about, this.words.person);
      this.checkSet('data', section.data, this.words.data);
      if (section.basis !== '') this.checkWord('basis', section.basis, this.words.basis);
    }
    if (record.handling.includes('H3') && !this.consents.personLetGo()) this.hold('handling-needs-person');
  }

  // Step 2.
  waitOrRefuse(reason) {
    const { created, sent_under: version } = this.one.record;
    if (version > 0 && created !== null && this.at < created + HOUR) {
      this.hold(reason);
    } else {
      this.refuse(reason);
    }
  }

  originPolicy() {
    const policy = this.world.policyInEffect(stateOf(this.one.record.origin), this.at);
    if (!policy) this.waitOrRefuse('origin-policy-absent');
    else if (policy.version < this.one.record.sent_under) this.waitOrRefuse('snapshot-behind');
    else if (!holds(policy.valid, this.at)) this.refuse('policy-expired');
    else return policy;
    return undefined;
  }

  destinationPolicy() {
    const policy = this.world.policyInEffect(stateOf(this.one.recipient.recipient), this.at);
    if (!policy) this.refuse('destination-policy-absent');
    else if (!holds(policy.valid, this.at)) this.refuse('policy-expired');
    else return policy;
    return undefined;
  }

  // Step 3. What of the record it covers, or undefined.
  checkInstrument() {
    const { record, recipient } = this.one;
    if (recipient.under === '') return undefined;
    const instrument = this.world.instrument(recipient.under);
    if (!instrument) this.refuse('instrument-unknown');
    else if (!instrument.in_force) this.refuse('instrument-not-in-force');
    else if (!this.world.binds(instrument, [record.origin, recipient.recipient], this.at)) this.refuse('instrument-not-party');
    else if (!this.words.purpose.includes(record.purpose)) return undefined;
    else if (!instrument.purposes.includes(record.purpose)) this.refuse('instrument-purpose');
    else {
      this.matched.add(instrument.id);
      return instrument;
    }
    return undefined;
  }

  // Steps 4 and 5, by Cedar.
  askSide(policy, half) {
    const side = askHalf(this.world, this.request, policy, half, this.one.record.sections);
    side.half = half;
    side.duties = new Set();
    for (const { allows, withholds } of side.sections.flat()) {
      for (const rule of allows) side.duties.add(rule);
      for (const rule of [...allows, ...withholds]) this.matched.add(rule);
    }
    return side;
  }

  checkForbids(side) {
    const atoms = side.sections.flat();
    for (const id of new Set(atoms.flatMap(({ forbids }) => forbids))) {
      const forbidden = atoms.filter(({ forbids }) => forbids.includes(id)).map(({ name }) => name);
      if (this.consents.yields(side.rules[id], forbidden)) {
        this.yielded = true;
        continue;
      }
      if (side.half === 'outbound' && this.consents.yieldsToOverride(id, side.rules[id], forbidden)) {
        this.overridden = true;
        continue;
      }
      this.refuse('forbidden');
      this.matched.add(id);
    }
  }

  judgeSection(section, i, sides, instrument) {
    const rules = [];
    const reasons = [];
    for (const side of sides) {
      for (const atom of side.sections[i]) {
        if (atom.allows.length === 0) reasons.push('no-rule-allows');
        if (atom.withholds.length > 0) reasons.push('withheld');
        rules.push(...atom.withholds);
      }
    }
    const isCovered = (datum) => !this.words.data.includes(datum) || instrument.data.includes(datum);
    if (instrument && !section.data.every(isCovered)) {
      reasons.push('no-rule-allows');
      rules.push(instrument.id);
    }
    for (const reason of reasons) this.reasons.add(reason);
    return { section: i, rules: sorted(rules), reasons: sorted(reasons) };
  }

  // Steps 6 and 7.
  checkReleased(sides, withheld) {
    const kept = new Set(withheld.map(({ section }) => section));
    const { sections } = this.one.record;
    const released = sections.filter((section, i) => !kept.has(i));
    for (const side of sides) {
      for (const id of side.together) {
        if (!holdsTogether(side.rules[id], released)) continue;
        this.refuse('not-together');
        this.matched.add(id);
      }
    }
    if (released.length === 0) this.refuse('nothing-left');
    if (sections.some((section, i) => section.essential && kept.has(i))) this.refuse('essential-missing');
  }

  // Step 8.
  collectObligations(instrument, sides) {
    const all = this.one.record.handling.flatMap((code) => this.head.handling_obligations[code] ?? []);
    if (instrument) all.push(...instrument.obligations);
    all.push(...this.consents.obligations);
    for (const side of sides) for (const id of side.duties) all.push(...side.rules[id].obligations);
    for (const text of all) {
      const word = text.split(':')[0];
      const before = this.obligations.get(word);
      if (before === undefined || compareObligations(this.head.choices, text, before) < 0) this.obligations.set(word, text);
    }
  }

  checkHonoured(destination) {
    for (const [word, wanted] of this.obligations) {
      const honoured = destination.can_honour.some(
        (text) => text.split(':')[0] === word && compareObligations(this.head.choices, text, wanted) <= 0);
      if (!honoured) this.refuse(`cannot-honour:${wanted}`);
    }
  }

  // Step 9, without instant and snapshot; and whether a forbid yielded, and to what.
  result(withheld) {
    const kept = new Set(withheld.map(({ section }) => section));
    const releases = !this.refused && !this.held;
    const released = this.one.record.sections.map((section, i) => i).filter((i) => !kept.has(i));
    const inPart = withheld.length > 0 ? 'release-in-part' : 'release';
    return {
      verdict: this.refused ? 'refuse' : this.held ? 'hold' : inPart,
      released: releases ? released : [],
      withheld,
      obligations: releases ? sorted(this.obligations.values()) : [],
      matched: sorted(this.matched),
      reasons: sorted(this.reasons),
      yielded: this.yielded,
      overridden: this.overridden,
    };
  }
}
