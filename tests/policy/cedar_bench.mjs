// How long Cedar takes for the decisions that entente-bench times, after it has found that it comes to the same ones.
//   node cedar_bench.mjs --modules FOLDER --cases FILE
// FILE: the head and one world with its cases, two lines as cedar-cases writes them. Timed are the calls alone, with
// schema and policies parsed and every question made before; a record's time is the sum of its calls.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { decide } from './cedar_decide.mjs';
import { Evaluator, World, loadCedar, questionsOf } from './cedar_world.mjs';

const ROUNDS = 3;

const { values: options } = parseArgs({ options: { modules: { type: 'string' }, cases: { type: 'string' } } });
const [head, line] = readFileSync(options.cases, 'utf8').trimEnd().split('\n').map((text) => JSON.parse(text));
const evaluator = new Evaluator(loadCedar(options.modules), head);
const world = new World(evaluator, line);

const times = [];
let calls = 0;
for (const [index, one] of line.cases.entries()) {
  const { verdict, released } = decide(world, one);
  assert.deepEqual({ verdict, released }, { verdict: one.answer.verdict, released: one.answer.released }, `case ${index}`);
  const questions = questionsOf(world, one);
  calls += questions.length;
  for (let round = 0; round < ROUNDS; ++round) {
    const begun = process.hrtime.bigint();
    for (const question of questions) evaluator.call(question);
    times.push(Number(process.hrtime.bigint() - begun) / 1000);
  }
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({
  version: evaluator.cedar.getCedarVersion(), records: line.cases.length, calls_a_record: calls / line.cases.length,
  p50_us: times[Math.floor(times.length / 2)],
}));
