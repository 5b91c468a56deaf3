// The decision of docs/policy.md, made a third way: whether a rule applies is asked of Cedar, atom by
// atom; what follows from that is written here from the document alone. See cedar_rules.h for how
// labels and rules are put to Cedar.
import { createRequire } from 'node:module';
import path from 'node:path';
import v8 from 'node:v8';

const HOUR = 3600 * 1000;
const DAYS_A_MONTH = 30.436875;
const uid = (type, id) => ({ type, id });
const holds = ([from, until], at) => from <= at && (until === null || at < until);
const stateOf = (agency) => agency.split('.')[0];
const sorted = (items) => [...new Set(items)].sort();

// From `folder`/node_modules. Throws when it is not there.
export function loadCedar(folder) {
  // Node 20 ends with "unreachable code" where its compiler inlined a call into WebAssembly and then takes it back.
  v8.setFlagsFromString('--no-turbo-inline-js-wasm-calls');
  return createRequire(path.resolve(folder, 'package.json'))('@cedar-policy/cedar-wasm/nodejs');
}

function must(answer, what) {
  if (answer.type !== 'success') throw new Error(`Cedar refuses ${what}: ${JSON.stringify(answer.errors)}`);
  return answer;
}

// One schema, the policy sets of one world at a time, and every question that is asked of them.
export class Evaluator {
  calls = 0;

  constructor(cedar, head) {
    this.cedar = cedar;
    this.head = head;
    must(cedar.preparseSchema('entente', head.schema), 'the schema');
  }

  // Strictly: a condition that reads a label without asking whether it is there is refused.
  setPolicies(id, policies) {
    const call = { schema: this.head.schema, policies, validationSettings: { mode: 'strict' } };
    const { validationErrors } = must(this.cedar.validate(call), id);
    if (validationErrors.length > 0) throw new Error(`${id}: ${JSON.stringify(validationErrors)}`);
    must(this.cedar.preparsePolicySet(id, policies), id);
  }

  call(question) {
    this.calls += 1;
    return this.cedar.statefulIsAuthorized({ ...question, preparsedSchemaName: 'entente', validateRequest: true });
  }

  // {allowed, reasons}: the rules that settled it. An error in a policy would be skipped by Cedar; here it ends the run.
  ask(question) {
    const { response } = must(this.call(question), JSON.stringify(question));
    const { errors, reason } = response.diagnostics;
    if (errors.length > 0) throw new Error(`Cedar skipped a policy: ${JSON.stringify(errors)}`);
    return { allowed: response.decision === 'allow', reasons: reason };
  }
}

const PERMIT_UNLESS_FORBIDDEN = 'permit (principal, action == Action::"forbid-check", resource);';

export class World {
  constructor(evaluator, world) {
    this.evaluator = evaluator;
    this.head = evaluator.head;
    this.world = world;
    for (const policy of world.policies) {
      for (const half of ['outbound', 'inbound']) {
        const staticPolicies = { ...policy[half].cedar, 'not-forbidden': PERMIT_UNLESS_FORBIDDEN };
        evaluator.setPolicies(this.setId(policy, half), { staticPolicies });
      }
    }
  }

  setId(policy, half) {
    return `${policy.state}/${policy.version}/${half}`;
  }

  activeAgency(id, at) {
    return this.world.agencies.find(
      (agency) => agency.id === id && holds(agency.admitted, at) && !agency.suspended.some((span) => holds(span, at)));
  }

  stateEntity(state, at) {
    const groups = this.world.groups.filter((group) => group.state === state && holds(group.member, at));
    return { uid: uid('State', state), attrs: {}, parents: groups.map((group) => uid('Group', group.id)) };
  }

  policyInEffect(state, at) {
    return this.world.policies
      .filter((policy) => policy.state === state && policy.in_force <= at && policy.valid[0] <= at)
      .sort((a, b) => b.version - a.version)[0];
  }

  instrument(id) {
    return this.world.instruments.find((one) => one.id === id);
  }
}

// Labels as Cedar gets them: what is missing or unknown is left out.
class Request {
  constructor(world, { record, recipient, at }) {
    this.world = world;
    this.entities = [];
    this.principal = this.end(record.origin, at);
    this.resource = this.end(recipient.recipient, at);
    this.context = this.recordContext(record, recipient);
    const states = [record.origin, recipient.recipient].map(stateOf).concat(record.obtained_from);
    for (const state of new Set(states)) this.entities.push(world.stateEntity(state, at));
  }

  end(id, at) {
    const agency = this.world.activeAgency(id, at);
    if (agency === undefined) return uid('Nobody', 'nobody');
    const attrs = { kind: uid('AgencyKind', agency.kind) };
    if (!this.entities.some((entity) => entity.uid.id === id)) {
      this.entities.push({ uid: uid('Agency', id), attrs, parents: [uid('State', stateOf(id))] });
    }
    return uid('Agency', id);
  }

  recordContext(record, recipient) {
    const { words, most_sources: most } = this.world.head;
    const known = record.obtained_from.every(isSource);
    const context = { originState: uid('State', stateOf(record.origin)), sourcesKnown: known };
    if (words.purpose.includes(record.purpose)) context.purpose = uid('Purpose', record.purpose);
    if (words.record_kind.includes(record.kind)) context.record = uid('RecordKind', record.kind);
    if (this.world.instrument(recipient.under)) context.under = uid('Instrument', recipient.under);
    if (isEvaluation(words, record.evaluation)) context.evaluation = record.evaluation;
    if (record.handling.length > 0 && record.handling.every((code) => words.handling.includes(code))) {
      context.handling = record.handling.map((code) => uid('Handling', code));
    }
    if (record.obtained_from.length > most) throw new Error(`more than ${most} States that data was obtained from`);
    record.obtained_from.forEach((state, i) => { context[`source${i + 1}`] = uid('State', state); });
    return context;
  }

  question(setId, action, atom = {}) {
    return {
      principal: this.principal, resource: this.resource, action: uid('Action', action),
      context: { ...this.context, ...atom }, entities: this.entities, preparsedPolicySetId: setId,
    };
  }
}

const isSource = (code) => code === 'ORG' || (/^[A-Z]{2}$/.test(code) && code !== 'UK' && code !== 'EL');

function isEvaluation(words, text) {
  return text.length === 2 && words.source.includes(text[0]) && words.information.includes(text[1]);
}

// Every pair of a person and a datum; what is missing or unknown makes pairs without it.
export function atomsOf(section, words) {
  const axis = (label, type, listed, vocabulary) => {
    const known = listed.filter((word) => vocabulary.includes(word));
    const out = known.map((word) => ({ [label]: uid(type, word) }));
    return known.length < listed.length || listed.length === 0 ? [...out, {}] : out;
  };
  const persons = axis('person', 'Person', section.about, words.person);
  const data = axis('data', 'Data', section.data, words.data);
  return persons.flatMap((person) => data.map((datum) => ({ ...person, ...datum })));
}

// The questions that a record puts to both sides when nobody asks further: what a benchmark times.
export function questionsOf(world, one) {
  const request = new Request(world, one);
  const questions = [];
  for (const [half, agency] of [['outbound', one.record.origin], ['inbound', one.recipient.recipient]]) {
    const setId = world.setId(world.policyInEffect(stateOf(agency), one.at), half);
    for (const section of one.record.sections) {
      for (const atom of atomsOf(section, world.head.words)) {
        questions.push(request.question(setId, half, atom), request.question(setId, 'forbid-check', atom));
      }
    }
    questions.push(request.question(setId, 'together-check'));
  }
  return questions;
}

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
    this.checkLabels();
    const origin = this.originPolicy();
    const destination = this.destinationPolicy();
    const instrument = this.checkInstrument();
    const sides = [];
    if (origin) sides.push(this.askSide(origin, 'outbound'));
    if (destination) sides.push(this.askSide(destination, 'inbound'));
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
    if (record.handling.includes('H3') || recipient.consents > 0) this.refuse('handling-needs-person');
  }

  // Step 2.
  waitOrRefuse(reason) {
    const { created, sent_under: version } = this.one.record;
    if (version > 0 && created !== null && this.at < created + HOUR) {
      this.held = true;
      this.reasons.add(reason);
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
    const partyOf = (agency) => (stateOf(agency) === 'ORG' ? agency : stateOf(agency));
    const ends = [record.origin, recipient.recipient].map(partyOf);
    const isParty = (name) => instrument.parties.some(({ party, member }) => party === name && holds(member, this.at));
    if (!instrument) this.refuse('instrument-unknown');
    else if (!instrument.in_force) this.refuse('instrument-not-in-force');
    else if (!ends.every(isParty) || (ends[0] === ends[1]) !== instrument.domestic) this.refuse('instrument-not-party');
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
    const setId = this.world.setId(policy, half);
    const ask = (action, atom) => this.world.evaluator.ask(this.request.question(setId, action, atom));
    const side = { rules: policy[half].rules, duties: new Set(), sections: [] };
    for (const section of this.one.record.sections) {
      side.sections.push(atomsOf(section, this.words).map((atom) => this.askAtom(side, half, ask, atom)));
    }
    side.together = ask('together-check', {}).reasons;
    return side;
  }

  askAtom(side, half, ask, atom) {
    const { allowed, reasons } = ask(half, atom);
    const withholds = allowed ? [] : reasons;
    // Cedar names the permits only when no forbid overrides them.
    const allows = withholds.length > 0 ? ask('duties', atom).reasons : reasons;
    const forbids = ask('forbid-check', atom);
    if (!forbids.allowed) this.refuse('forbidden');
    for (const rule of allows) side.duties.add(rule);
    for (const rule of [...allows, ...withholds, ...(forbids.allowed ? [] : forbids.reasons)]) this.matched.add(rule);
    return { allowed, covered: allows.length > 0, withholds };
  }

  judgeSection(section, i, sides, instrument) {
    const rules = [];
    const reasons = [];
    for (const side of sides) {
      for (const atom of side.sections[i]) {
        if (!atom.covered) reasons.push('no-rule-allows');
        if (atom.withholds.length > 0) reasons.push('withheld');
        if (atom.allowed !== (atom.covered && atom.withholds.length === 0)) throw new Error('Cedar contradicts itself');
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
        const { about, data } = side.rules[id];
        const meant = released.filter((section) => about.length === 0 || section.about.some((one) => about.includes(one)));
        if (!data.every((datum) => meant.some((section) => section.data.includes(datum)))) continue;
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

  // Step 9, without instant and snapshot.
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
    };
  }
}
