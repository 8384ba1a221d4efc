/** Tests of states: files beside them say what must hold after they ran. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { hasFailed, junitReport, listReport } from './saltcheck/report.js';
import { runTest } from './saltcheck/run-test.js';
import { TestFiles } from './saltcheck/test-files.js';

const envOf = (saltenv: string | null, ctx: Context): string => (saltenv !== null && saltenv !== '' ? saltenv : isTruthy(ctx.opts['saltenv']) ? str(ctx.opts['saltenv'] ?? '') : 'base');

async function topStates(saltenv: string, ctx: Context): Promise<string[]> {
  const top = await ctx.call('state.show_top', [], { saltenv });
  const states = isMap(top) ? mapGet(top, saltenv) : undefined;
  return isList(states) ? states.map(str) : [];
}

interface Options {
  readonly saltenv: string;
  readonly all: boolean;
  readonly onlyFails: boolean;
  readonly junit: boolean;
}

/** Differs: real Salt 3008 returns after the first of several states (read); all are tested here. */
async function testStates(states: readonly string[], options: Options, ctx: Context): Promise<Value> {
  const files = new TestFiles(options.saltenv, ctx);
  const results = new Map<string, Map<string, PlainMap>>();
  for (const state of states) {
    // Its tests ran with those of a state that includes it.
    if (files.found.includes(state)) continue;
    const tests = await files.tests(await files.of(state, options.all));
    const judged = new Map<string, PlainMap>();
    for (const [name, test] of tests) judged.set(name, await runTest(test, ctx));
    if ((results.get(state)?.size ?? 0) === 0) results.set(state, judged);
  }
  ctx.setRetcode(hasFailed(results) ? 1 : 0);
  return options.junit ? junitReport(results) : listReport(results, options.onlyFails);
}

async function reportTests(saltenv: string, ctx: Context): Promise<Value> {
  const files = new TestFiles(saltenv, ctx);
  const missing: string[] = [];
  for (const state of await topStates(saltenv, ctx)) {
    await files.of(state, false);
    if (!files.found.includes(state)) missing.push(state);
  }
  ctx.setRetcode(missing.length);
  return { 'TEST REPORT RESULTS': { 'Missing Tests': missing.length, 'States missing tests': missing, 'States with tests': files.found } };
}

const saltenv = p.string(null);
const onlyFails = p.bool(false, 'only tests that fail');
const junit = p.bool(false, 'XML as continuous integration reads it');
const stateTests = fn({
  doc: "Run the tests of states.\n\nsalt '*' saltcheck.run_state_tests postfix,common",
  params: { state: p.any(), saltenv, check_all: p.bool(false, 'all tests beside a state, not only its own'), only_fails: onlyFails, junit },
  run: (args, ctx) => testStates(isList(args.state) ? args.state.map(str) : str(args.state).split(',').map((one) => one.trim()), { saltenv: envOf(args.saltenv, ctx), all: args.check_all, onlyFails: args.only_fails, junit: args.junit }, ctx),
});

export default defineModule({
  name: 'saltcheck',
  doc: 'Tests of states: files beside them say what must hold after they ran.',
  functions: {
    run_test: fn({
      doc: "Run one test.\n\nsalt '*' saltcheck.run_test test='{module_and_function: test.echo, assertion: assertEqual, expected_return: This works!, args: [This works!]}'",
      params: { kwargs: p.keywords() },
      run: ({ kwargs }, ctx) => {
        const test = kwargs['test'] ?? null;
        return isMap(test) && isTruthy(test) ? runTest(test, ctx) : 'Test argument must be a dictionary';
      },
    }),
    state_apply: fn({
      doc: "Apply a state, as the first of its tests.\n\nsalt '*' saltcheck.state_apply postfix",
      params: { state_name: p.string(), kwargs: p.keywords() },
      run: ({ state_name: name, kwargs }, ctx) => ctx.call('state.apply', [name], kwargs),
    }),
    report_highstate_tests: fn({
      doc: "Tell which states of the highstate have tests and which have none.\n\nsalt '*' saltcheck.report_highstate_tests",
      params: { saltenv },
      run: (args, ctx) => reportTests(envOf(args.saltenv, ctx), ctx),
    }),
    run_state_tests: stateTests,
    run_state_tests_ssh: stateTests,
    parallel_scheck: fn({
      doc: 'Run one test, given as its name and its words; gives its result by its name.',
      params: { data: p.list() },
      async run({ data: [name = null, test = null] }, ctx) {
        return { [str(name)]: isMap(test) ? await runTest(test, ctx) : 'Test argument must be a dictionary' };
      },
    }),
    run_highstate_tests: fn({
      doc: "Run the tests of all states of the highstate.\n\nsalt '*' saltcheck.run_highstate_tests",
      params: { saltenv, only_fails: onlyFails, junit },
      async run(args, ctx) {
        const env = envOf(args.saltenv, ctx);
        return testStates(await topStates(env, ctx), { saltenv: env, all: false, onlyFails: args.only_fails, junit: args.junit }, ctx);
      },
    }),
  },
});
