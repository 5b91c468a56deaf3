// A world and a record as Cedar gets them, and every question that is put to it. See cedar_rules.h for
// how labels and rules are put to Cedar.
import { createRequire } from 'node:module';
import path from 'node:path';
import v8 from 'node:v8';

const uid = (type, id) => ({ type, id });
export const holds = ([from, until], at) => from <= at && (until === null || at < until);
export const stateOf = (agency) => agency.split('.')[0];

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

  // Whether both are parties, and it is of the kind for them.
  binds(instrument, agencies, at) {
    const names = agencies.map((agency) => (stateOf(agency) === 'ORG' ? agency : stateOf(agency)));
    const isParty = (name) => instrument.parties.some(({ party, member }) => party === name && holds(member, at));
    return names.every(isParty) && (names[0] === names[1]) === instrument.domestic;
  }
}

// Labels as Cedar gets them: what is missing or unknown is left out.
export class Request {
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

export const isSource = (code) => code === 'ORG' || (/^[A-Z]{2}$/.test(code) && code !== 'UK' && code !== 'EL');

export function isEvaluation(words, text) {
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

// What one half says of each atom of each section, and which of its not_together ask about this record.
export function askHalf(world, request, policy, half, sections) {
  const setId = world.setId(policy, half);
  const ask = (action, atom) => world.evaluator.ask(request.question(setId, action, atom));
  const askAtom = (atom) => {
    const { allowed, reasons } = ask(half, atom);
    const withholds = allowed ? [] : reasons;
    // Cedar names the permits only when no forbid overrides them.
    const allows = withholds.length > 0 ? ask('duties', atom).reasons : reasons;
    if (allowed !== (allows.length > 0 && withholds.length === 0)) throw new Error('Cedar contradicts itself');
    const forbids = ask('forbid-check', atom);
    return { name: nameOf(atom), allowed, allows, withholds, forbids: forbids.allowed ? [] : forbids.reasons };
  };
  return {
    rules: policy[half].rules,
    sections: sections.map((section) => atomsOf(section, world.head.words).map(askAtom)),
    together: ask('together-check', {}).reasons,
  };
}

// "suspect identity"; undefined when a word is missing or unknown.
function nameOf({ person, data }) {
  return person && data ? `${person.id} ${data.id}` : undefined;
}

export function holdsTogether({ about, data }, sections) {
  const meant = sections.filter((section) => about.length === 0 || section.about.some((one) => about.includes(one)));
  return data.every((datum) => meant.some((section) => section.data.includes(datum)));
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
