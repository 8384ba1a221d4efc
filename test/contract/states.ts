/**
 * What every state must hold: a test run changes nothing and foretells the changes of the real run, a second run changes nothing, a
 * failure leaves nothing behind. Call `stateContract` once for each state module, with cases on a system of its own.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlainMap, type PlainMap, type Value } from '../../src/kernel/std/value.js';

/** A system that states work on; a fresh one for each case. */
export interface StateSystem extends AsyncDisposable {
  /** Runs one state function and gives its return. */
  run(fun: string, args: PlainMap, options?: { test?: boolean }): Promise<PlainMap>;
  /** Everything that the states of this suite could touch, comparable: content, modes, owners, leftovers in temporary folders. */
  picture(): Promise<unknown>;
}

/** A state that changes something. */
export interface StateCase<S extends StateSystem> {
  readonly title: string;
  readonly fun: string;
  readonly args: (system: S) => PlainMap;
  readonly prepare?: (system: S) => Promise<void> | void;
  /** What the test run tells where real Salt tells other changes than those of its real run; null: anything, as recorded by the peer test. */
  readonly foretold?: ((system: S) => PlainMap) | null;
  /** Result of the test run where Salt's is not None. */
  readonly testResult?: boolean;
  /** Why a second run changes something again, where Salt's does. */
  readonly repeats?: string;
}

/** A state that is as wanted already: nothing changes, neither in a test run. */
export type IdleCase<S extends StateSystem> = Pick<StateCase<S>, 'title' | 'fun' | 'args' | 'prepare'>;

/** A state that fails. */
export interface FailingCase<S extends StateSystem> extends IdleCase<S> {
  readonly comment: RegExp;
  /** What the failure leaves, as real Salt's does, with the reason. */
  readonly leaves?: string;
}

export interface StateCases<S extends StateSystem> {
  /** Name of the state module. */
  readonly name: string;
  open(): Promise<S>;
  readonly skip?: string | false;
  readonly changing: readonly StateCase<S>[];
  readonly idle?: readonly IdleCase<S>[];
  readonly failing: readonly FailingCase<S>[];
}

export function stateContract<S extends StateSystem>(cases: StateCases<S>): void {
  const options = { skip: cases.skip ?? false };
  for (const one of cases.changing) {
    test(`${cases.name}: ${one.title}: a test run changes nothing and foretells the changes`, options, async () => {
      await using system = await prepared(cases, one);
      await checkForetold(system, one);
    });
    test(`${cases.name}: ${one.title}: a second run changes nothing`, options, async () => {
      await using system = await prepared(cases, one);
      await checkTwice(system, one);
    });
  }
  for (const one of cases.idle ?? []) {
    test(`${cases.name}: ${one.title}: nothing to do`, options, async () => {
      await using system = await prepared(cases, one);
      await checkIdle(system, one);
    });
  }
  for (const one of cases.failing) {
    test(`${cases.name}: ${one.title}: a failure leaves nothing behind`, options, async () => {
      await using system = await prepared(cases, one);
      await checkFailing(system, one);
    });
  }
}

async function prepared<S extends StateSystem>(cases: StateCases<S>, one: IdleCase<S>): Promise<S> {
  const system = await cases.open();
  await one.prepare?.(system);
  return system;
}

const RESULTS: readonly unknown[] = [true, false, null];

/** The return has the shape that the engine and the outputters read. */
function shaped(returned: PlainMap): { result: Value; changes: PlainMap; comment: Value } {
  const { result = 'none', changes, comment = null } = returned;
  assert.ok(RESULTS.includes(result), `result is ${String(result)}`);
  assert.ok(isPlainMap(changes), 'changes are a map');
  assert.ok(typeof comment === 'string' || Array.isArray(comment), 'the comment is text or a list of texts');
  assert.notEqual(returned['name'], undefined, 'the return has a name');
  return { result, changes, comment };
}

const textOf = (comment: Value): string => (Array.isArray(comment) ? comment.join('\n') : String(comment));

async function checkForetold<S extends StateSystem>(system: S, one: StateCase<S>): Promise<void> {
  const args = one.args(system);
  const before = await system.picture();
  const foretold = shaped(await system.run(one.fun, args, { test: true }));
  assert.equal(foretold.result, one.testResult ?? null, textOf(foretold.comment));
  assert.deepEqual(await system.picture(), before, 'a test run touches nothing');
  const real = shaped(await system.run(one.fun, args));
  assert.equal(real.result, true, textOf(real.comment));
  if (one.foretold === null) return;
  assert.deepEqual(foretold.changes, one.foretold === undefined ? real.changes : one.foretold(system));
}

async function checkTwice<S extends StateSystem>(system: S, one: StateCase<S>): Promise<void> {
  const args = one.args(system);
  const first = shaped(await system.run(one.fun, args));
  assert.equal(first.result, true, textOf(first.comment));
  assert.notDeepEqual(first.changes, {}, 'the first run changes something');
  if (one.repeats !== undefined) return;
  const after = await system.picture();
  const second = shaped(await system.run(one.fun, args));
  assert.equal(second.result, true, textOf(second.comment));
  assert.deepEqual(second.changes, {}, 'the second run changes nothing');
  assert.deepEqual(await system.picture(), after);
  const foretold = shaped(await system.run(one.fun, args, { test: true }));
  assert.deepEqual([foretold.result, foretold.changes], [true, {}], 'a test run after it foretells nothing');
}

async function checkIdle<S extends StateSystem>(system: S, one: IdleCase<S>): Promise<void> {
  const before = await system.picture();
  for (const options of [{ test: true }, {}]) {
    const returned = shaped(await system.run(one.fun, one.args(system), options));
    assert.deepEqual([returned.result, returned.changes], [true, {}], textOf(returned.comment));
  }
  assert.deepEqual(await system.picture(), before);
}

async function checkFailing<S extends StateSystem>(system: S, one: FailingCase<S>): Promise<void> {
  const before = await system.picture();
  const returned = shaped(await system.run(one.fun, one.args(system)));
  assert.equal(returned.result, false, textOf(returned.comment));
  assert.match(textOf(returned.comment), one.comment);
  if (one.leaves === undefined) assert.deepEqual(await system.picture(), before);
}
