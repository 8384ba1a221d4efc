import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus, type BusEvent } from '../../../../src/bus/event/bus.js';
import { CommandExecutionError, FunctionMissingError, InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import type { ModuleHost } from '../../../../src/kernel/loader/module-host.js';
import { deferred } from '../../../../src/kernel/std/async.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { FunctionDesk } from '../../../../src/master/functions/function-desk.js';
import { silentLog } from '../../../support/logs.js';

function bench(call: (fun: string, args: readonly Value[], kwargs: PlainMap, signal: AbortSignal) => Promise<Value>) {
  const events: BusEvent[] = [];
  const bus = new EventBus((error) => assert.fail(error as Error));
  bus.subscribe('', (event) => events.push(event));
  const kinds: string[] = [];
  const docs: Record<string, string> = { 'test.stream': 'Tell.\n\nsalt-run test.stream', 'test.sleep': 'Wait.', 'jobs.active': 'List.' };
  const host = {
    catalog: { functions: () => Promise.resolve(Object.keys(docs)), doc: (_kind: string, name: string) => Promise.resolve(docs[name]) },
    session: ({ kind, signal }: { kind: string; signal: AbortSignal }) => {
      kinds.push(kind);
      return {
        retcode: undefined, outputterOf: () => Promise.resolve('nested'),
        call: (fun: string, args: readonly Value[], kwargs: PlainMap) => call(fun, args, kwargs, signal),
      };
    },
  } as unknown as ModuleHost;
  return { desk: new FunctionDesk({ host, bus, log: silentLog, note: () => undefined }), events, kinds };
}

// Source: golden events/runner, wheel.
test('a function is announced, run, and its answer told and given', async () => {
  const { desk, events, kinds } = bench((fun, args, kwargs) => Promise.resolve([fun, ...args, kwargs]));
  const { jid, tag, done } = desk.start('runner', { fun: 'test.arg', args: [1], kwargs: { a: 2 } }, 'root');
  const data = await done;
  assert.equal(tag, `salt/run/${jid}`);
  const { _stamp, ...given } = { _stamp: '', ...data };
  assert.deepEqual(given, {
    fun: 'runner.test.arg', jid, user: 'root', fun_args: [1, { a: 2 }], return: ['test.arg', 1, { a: 2 }], success: true, outputter: 'nested',
  });
  assert.deepEqual([_stamp, events.map((event) => event.tag), kinds], ['', [`${tag}/new`, `${tag}/ret`], ['runners']]);
  await desk[Symbol.asyncDispose]();
});

test('wheel functions have their own tag; a failure is an answer', async () => {
  const { desk, kinds } = bench(() => Promise.reject(new CommandExecutionError('no such key')));
  const { tag, done } = desk.start('wheel', { fun: 'key.accept', args: ['x'], kwargs: {} }, 'root');
  const data = await done;
  assert.match(tag, /^salt\/wheel\/\d{20}$/);
  assert.equal(data['success'], false);
  assert.match(String(data['return']), /no such key/);
  assert.deepEqual(kinds, ['wheel']);
  await desk[Symbol.asyncDispose]();
});

test('only so many run at once; the others wait', async () => {
  const gate = deferred<void>();
  let running = 0;
  const { desk } = bench(async () => {
    running += 1;
    await gate.promise;
    return null;
  });
  const started = Array.from({ length: 210 }, () => desk.start('runner', { fun: 'test.sleep', args: [], kwargs: {} }, 'root'));
  await new Promise(setImmediate);
  assert.equal(running, 200);
  gate.resolve();
  await Promise.all(started.map(({ done }) => done));
  assert.equal(running, 210);
  await desk[Symbol.asyncDispose]();
});

test('when the master stops, or who asked goes, the function is ended', async () => {
  const untilAborted = (_fun: string, _args: readonly Value[], _kwargs: PlainMap, signal: AbortSignal): Promise<Value> =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const { desk } = bench(untilAborted);
  const gone = new AbortController();
  const first = desk.start('runner', { fun: 'a.b', args: [], kwargs: {} }, 'root', { signal: gone.signal });
  const second = desk.start('runner', { fun: 'a.b', args: [], kwargs: {} }, 'root');
  await new Promise(setImmediate);
  gone.abort(new Error('client went'));
  assert.equal((await first.done)['success'], false);
  await desk[Symbol.asyncDispose]();
  assert.equal((await second.done)['success'], false);
});

// Source: golden cli/run-unknown, run-bad-kwarg.
test('a runner that is not there, or has no such keyword, is refused with its namesakes', async () => {
  const { desk, events } = bench((fun) => Promise.reject(fun === 'test.sleep'
    ? new InvocationError('The following keyword arguments are not valid: a=1', { context: { keywords: ['a'] } }) : new FunctionMissingError(fun)));
  const ask = (fun: string) => desk.start('runner', { fun, args: [], kwargs: {} }, 'root');
  assert.equal(await ask('no.such').refusal, "'no.such' is not available.");
  assert.deepEqual(await ask('test.s').refusal, { 'test.stream': 'Tell.\n\nsalt-run test.stream', 'test.sleep': 'Wait.' });
  const wrong = ask('test.sleep');
  assert.deepEqual(await wrong.refusal, { 'test.sleep': 'Wait.' });
  assert.equal((await wrong.done)['success'], false);
  assert.equal(events.at(-1)?.data['return'], 'The following keyword arguments are not valid: a=1');
  await desk[Symbol.asyncDispose]();
});

// Source: golden cli/run-doc-runner, run-boom.
test('wrong arguments are answered with the documentation; a missing function inside is a failure', async () => {
  const { desk } = bench((fun) => Promise.reject(fun === 'test.stream' ? new PythonError('TypeError', 'stream() takes none') : new FunctionMissingError('other.one')));
  const wrong = desk.start('runner', { fun: 'test.stream', args: [1], kwargs: {} }, 'root');
  assert.deepEqual([(await wrong.done)['return'], (await wrong.done)['success'], await wrong.refusal], [
    '\nPassed invalid arguments: stream() takes none\n\nUsage:\n\n    Tell.\n\n    salt-run test.stream\n', true, undefined,
  ]);
  const inner = desk.start('runner', { fun: 'jobs.active', args: [], kwargs: {} }, 'root');
  assert.match(String((await inner.done)['return']), /^Exception occurred in runner jobs\.active: /);
  assert.equal(await inner.refusal, undefined);
  await desk[Symbol.asyncDispose]();
});
