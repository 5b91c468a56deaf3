// Decide() against Cedar, on random federations and records.
//   node cedar_oracle.mjs --cases PROGRAM --modules FOLDER (--calls N | --records N) [--seed N]
// PROGRAM is cedar-cases, FOLDER holds node_modules with @cedar-policy/cedar-wasm. Ends with 1 at the
// first disagreement, and shows the smallest case it could find.
import { spawnSync } from 'node:child_process';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { decide } from './cedar_decide.mjs';
import { checkSchemaIsUsed } from './cedar_schema_check.mjs';
import { Evaluator, World, loadCedar } from './cedar_world.mjs';

const WORLDS_A_TIME = 10;
const RECORDS_A_WORLD = 10;
const FIELDS = ['verdict', 'released', 'withheld', 'obligations', 'matched', 'reasons'];

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string' }, modules: { type: 'string' }, calls: { type: 'string', default: '0' },
    records: { type: 'string', default: '0' }, seed: { type: 'string', default: '1' },
  },
});

function runCases(...words) {
  const done = spawnSync(options.cases, words.map(String), { encoding: 'utf8', maxBuffer: 1 << 30 });
  if (done.status !== 0) throw new Error(`${options.cases}: ${done.error ?? done.stderr}`);
  return done.stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
}

function differing(answer, decision) {
  return FIELDS.filter((field) => !isDeepStrictEqual(answer[field], decision[field]));
}

// The one case of a seed with less in it, and whether both still disagree.
function retry(evaluator, seed, index, without) {
  const words = without.flatMap((thing) => ['--without', thing]);
  const world = runCases(seed, '--record', index, ...words)[1];
  const [one] = world.cases;
  const decision = decide(new World(evaluator, world), one);
  return { world, one, decision, fields: differing(one.answer, decision) };
}

function removable({ world, one }) {
  const sections = one.record.sections.map((section, i) => `section:${i}`).reverse();
  const rules = world.policies.flatMap((policy) => ['outbound', 'inbound'].flatMap(
    (half) => Object.keys(policy[half].cedar).map((id) => `${policy.state}/${policy.version}/${id}`)));
  const consents = one.recipient.consents.map((consent, i) => `consent:${i}`).reverse();
  const override = one.recipient.override === null ? [] : ['override'];
  return [...sections, ...consents, ...override, ...rules, ...(one.record.obtained_from.length > 0 ? ['obtained_from'] : [])];
}

// Takes out one thing after the other as long as the verdict or the released sections still differ as they did.
function shrink(evaluator, seed, index) {
  let without = [];
  let smallest = retry(evaluator, seed, index, without);
  const [telling] = smallest.fields;
  for (const thing of removable(smallest)) {
    const smaller = retry(evaluator, seed, index, [...without, thing]);
    if (!smaller.fields.includes(telling)) continue;
    without = [...without, thing];
    smallest = smaller;
  }
  return { ...smallest, without };
}

function show(evaluator, { seed, index }) {
  const { world, one, decision, fields, without } = shrink(evaluator, seed, index);
  const rules = world.policies.flatMap((policy) => ['outbound', 'inbound'].flatMap(
    (half) => Object.entries(policy[half].cedar).map(([id, text]) => `// ${policy.state}/${policy.version}/${id}\n${text}`)));
  console.log(`seed ${seed} record ${index} differs in ${fields.join(', ')}; taken out: ${without.join(' ') || 'nothing'}`);
  console.log(JSON.stringify({ record: one.record, recipient: one.recipient, at: one.at }));
  console.log(rules.join('\n'));
  for (const field of fields) {
    console.log(`${field}: Decide ${JSON.stringify(one.answer[field])}, Cedar ${JSON.stringify(decision[field])}`);
  }
}

const letGo = ({ record, answer }) => record.handling.includes('H3') && !answer.reasons.includes('handling-needs-person');
const unknownLabels = (one) => one.answer.reasons.some((reason) => reason.startsWith('label-'));

// Until there was enough, or to the first disagreement: {seed, index} of it.
function compare(evaluator, counts, verdicts) {
  const enough = () => evaluator.calls >= Number(options.calls) && counts.records >= Number(options.records);
  for (let seed = Number(options.seed); !enough(); seed += WORLDS_A_TIME) {
    for (const line of runCases(seed, WORLDS_A_TIME, RECORDS_A_WORLD).slice(1)) {
      const world = new World(evaluator, line);
      counts.worlds += 1;
      for (const [index, one] of line.cases.entries()) {
        counts.records += 1;
        verdicts[one.answer.verdict] += 1;
        if (unknownLabels(one)) counts.unknown += 1;
        const decision = decide(world, one);
        if (decision.yielded) counts.yielded += 1;
        if (decision.overridden) counts.overridden += 1;
        if (letGo(one)) counts.letGo += 1;
        if (differing(one.answer, decision).length > 0) return { seed: line.seed, index };
      }
    }
  }
  return undefined;
}

function main() {
  const begun = Date.now();
  const [head] = runCases(1, 0, 0);
  const evaluator = new Evaluator(loadCedar(options.modules), head);
  checkSchemaIsUsed(evaluator);
  const counts = { worlds: 0, records: 0, unknown: 0, yielded: 0, overridden: 0, letGo: 0 };
  const verdicts = { release: 0, 'release-in-part': 0, hold: 0, refuse: 0 };
  const found = compare(evaluator, counts, verdicts);
  console.log(`Cedar ${evaluator.cedar.getCedarVersion()}: ${counts.worlds} worlds, ${counts.records} records ` +
    `(${counts.unknown} with missing or unknown labels, ${counts.yielded} where a forbid yielded, ` +
    `${counts.overridden} where one did to an override, ${counts.letGo} with H3 let go), ${evaluator.calls} calls, ` +
    `${Object.entries(verdicts).map(([word, count]) => `${word} ${count}`).join(', ')}; ` +
    `${found ? 1 : 0} disagreements, ${Math.round((Date.now() - begun) / 1000)} s`);
  if (found) {
    show(evaluator, found);
    return 1;
  }
  // Agreement says little about what hardly occurs.
  const rarest = (share, ...found) => Math.min(...found) < counts.records / share;
  const rare = rarest(50, ...Object.values(verdicts), counts.unknown) || rarest(200, counts.yielded, counts.overridden, counts.letGo);
  if (rare) console.log('a verdict, an unknown label, or a consent or override that mattered, hardly occurred');
  return rare ? 1 : 0;
}

process.exitCode = main();
