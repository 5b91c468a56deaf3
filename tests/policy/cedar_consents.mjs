// Consents, after docs/policy.md: what the half of a source's State says is asked of Cedar as for any half.
import { Request, askHalf, holds, holdsTogether, isSource, stateOf } from './cedar_world.mjs';

const DAY = 24 * 3600 * 1000;
const PROTECTED = ['victim', 'child'];

export class Consents {
  obligations = [];

  constructor(world, one) {
    this.world = world;
    this.one = one;
    this.given = one.recipient.consents.map((consent) => (
      { state: stateOf(consent.source), covered: this.isGood(consent) ? this.askSource(consent) : new Set() }));
  }

  inTime({ from, until }) {
    return holds([from, until], this.one.at);
  }

  isGood(consent) {
    const { world, one } = this;
    const instrument = world.instrument(consent.under);
    const policy = world.policyInEffect(stateOf(consent.source), one.at);
    return this.inTime(consent) &&
      world.activeAgency(consent.source, one.at) !== undefined && stateOf(consent.source) !== stateOf(one.record.origin) &&
      instrument !== undefined && instrument.in_force && instrument.purposes.includes(one.record.purpose) &&
      world.binds(instrument, [consent.source, one.recipient.recipient], one.at) &&
      policy !== undefined && holds(policy.valid, one.at);
  }

  // Of each section what the consent names and its instrument covers; a word that nobody knows names nothing.
  sectionsOf(consent) {
    const { words } = this.world.head;
    const covered = this.world.instrument(consent.under).data;
    return this.one.record.sections
      .map((section) => ({
        about: section.about.filter((word) => words.person.includes(word) && consent.about.includes(word)),
        data: section.data.filter((word) => consent.data.includes(word) && covered.includes(word)),
      }))
      .filter(({ about, data }) => about.length > 0 && data.length > 0);
  }

  // The atoms that the source's own State lets go, as if the source sent them.
  askSource(consent) {
    const { record, recipient } = this.one;
    const sections = this.sectionsOf(consent);
    const sent = { ...record, origin: consent.source, obtained_from: [], sections };
    const to = { recipient: recipient.recipient, under: consent.under };
    const request = new Request(this.world, { record: sent, recipient: to, at: this.one.at });
    const policy = this.world.policyInEffect(stateOf(consent.source), this.one.at);
    const half = askHalf(this.world, request, policy, 'outbound', sections);
    const atoms = half.sections.flat();
    const together = half.together.some((id) => holdsTogether(half.rules[id], sections));
    if (together || atoms.some(({ forbids }) => forbids.length > 0)) return new Set();
    const covered = new Set(atoms.filter(({ allowed }) => allowed).map(({ name }) => name));
    if (covered.size > 0) {
      this.obligations.push(...this.world.instrument(consent.under).obligations);
      for (const id of atoms.flatMap(({ allows }) => allows)) this.obligations.push(...half.rules[id].obligations);
    }
    return covered;
  }

  // `overridden`: says of an atom that it needs no consent.
  yields({ unless, sources }, atoms, overridden = () => false) {
    const { origin, obtained_from: given } = this.one.record;
    if (!unless || !given.every(isSource)) return false;
    const asked = given.filter((state) => state !== stateOf(origin) && this.names(sources, state));
    const covers = (state, atom) => this.given.some((one) => one.state === state && one.covered.has(atom));
    return asked.length > 0 && atoms.every((atom) => overridden(atom) || asked.every((state) => covers(state, atom)));
  }

  // An override names rules of the origin's half alone; who calls it has seen to that.
  yieldsToOverride(id, rule, atoms) {
    const { override } = this.one.recipient;
    if (override === null || !this.inTime(override) || override.until - override.from > DAY) return false;
    if (!override.rules.includes(id) || rule.about.some((person) => PROTECTED.includes(person))) return false;
    const persons = override.about.filter((person) => !PROTECTED.includes(person));
    const covered = new Set(persons.flatMap((person) => override.data.map((datum) => `${person} ${datum}`)));
    return this.yields(rule, atoms, (atom) => covered.has(atom));
  }

  names(sources, state) {
    if (sources.every || sources.states.includes(state)) return true;
    return this.world.stateEntity(state, this.one.at).parents.some(({ id }) => sources.groups.includes(id));
  }

  personLetGo() {
    const { record, recipient } = this.one;
    const own = recipient.consents.filter((consent) => (
      consent.source === record.origin && consent.under === recipient.under && this.inTime(consent)));
    const { words } = this.world.head;
    const isNamed = (person, datum) => words.person.includes(person) && words.data.includes(datum) &&
      own.some(({ about, data }) => about.includes(person) && data.includes(datum));
    const isWhole = ({ about, data }) => about.length > 0 && data.length > 0 &&
      about.every((person) => data.every((datum) => isNamed(person, datum)));
    return record.sections.length > 0 && record.sections.every(isWhole);
  }
}
