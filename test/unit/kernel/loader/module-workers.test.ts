/** Functions of users in their threads: what they may ask, and that they can be stopped. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Context } from '../../../../src/kernel/contract/context.js';
import type { Ports } from '../../../../src/kernel/contract/ports.js';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import type { FunctionPlugin } from '../../../../src/kernel/contract/plugin.js';
import { CommandExecutionError } from '../../../../src/kernel/contract/errors.js';
import { ModuleWorkers } from '../../../../src/kernel/loader/module-workers.js';
import { tupleOf } from '../../../../src/kernel/std/sequences.js';
import { DateTime, Float, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { BUILT, listeningLog, neverAborted } from '../../../support/module-host.js';

const SOURCE = `
export function echo(value) { return value; }
export function spin() { for (;;) {} }
export async function late() { await this.sys.run(['sleep', '60']); }
export function patient() { return new Promise((resolve, reject) => this.signal.addEventListener('abort', () => reject(this.signal.reason))); }
export async function asks() { return [await this.call('test.echo', ['x'], { k: 1 }), await this.has('test.ping'), this.grains.os, this.pillar.secret, this.opts.id, this.job.jid, this.id, this.test, this.sys.hostname()]; }
export async function rows() { const all = []; for await (const row of this.port('local').returns({ fun: 'test.ping' }, this.signal)) all.push(row); return all; }
export async function nowhere() { return this.port('jobs').hasOwnProperty('x'); }
export function remember() { const n = (this.memory.get('n') ?? 0) + 1; this.memory.set('n', n); this.memory.set('odd', () => 1); this.setRetcode(n); return n; }
export function words() { console.log('printed'); this.log.child({ part: 'mine' }).warn({ n: 1 }, 'logged'); }
export function fails() { throw new RangeError('out of range'); }
export function leaves() { process.exit(3); }
export function unfit() { return { f() {} }; }
export function* pieces() { yield 1; yield 2; }
export function* many() { let n = 0; for (;;) yield n++; }
export function kinds() { return { set: new Set([1]), date: new Date(0), gone: undefined, big: 2n ** 70n, bytes: Buffer.from('ab'), map: new Map([[1, 'a']]) }; }
`;

let folder = '';
let workers: ModuleWorkers;
let plugin: FunctionPlugin;
const log = listeningLog();
const fileOf = (name: string) => ({ kind: 'modules' as const, name, url: pathToFileURL(join(folder, `${name}.mjs`)).href, source: SOURCE });
const make = () => new ModuleWorkers({
  script: join(BUILT, 'workers', 'module-worker.js'), opts: { id: 'web1' }, log, limits: { idleMs: 60_000, stopMs: 50, importMs: 2000 },
});

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsalt-workers-'));
  await writeFile(join(folder, 'mine.mjs'), SOURCE);
  await writeFile(join(folder, 'stuck.mjs'), 'for (;;) {}');
  workers = make();
  plugin = workers.plugin(fileOf('mine'), await workers.describe(fileOf('mine'))) as FunctionPlugin;
});
after(async () => {
  await workers[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function contextWith(more: Partial<Context> = {}): Context & { retcodes: number[]; ran: unknown[] } {
  const retcodes: number[] = [];
  const ran: unknown[] = [];
  const sys = {
    hostname: () => 'host1',
    run: (argv: readonly string[], options: { signal?: AbortSignal }) => new Promise((_, reject) => {
      ran.push(argv);
      options.signal?.addEventListener('abort', () => reject(new CommandExecutionError('ended')));
    }),
  } as unknown as Sys;
  const local = { async *returns() { yield { id: 'a' }; yield { id: 'b' }; } };
  return {
    sys, log, signal: neverAborted(), opts: {}, grains: { os: 'Debian' }, pillar: { secret: 'x' }, id: 'web1', test: false, job: { jid: '1' },
    memory: new Map(), retcodes, ran,
    call: async (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}) => [fun, args, kwargs],
    has: async (fun: string) => fun === 'test.ping', setRetcode: (code: number) => void retcodes.push(code),
    port: <K extends keyof Ports>(name: K) => (name === 'local' ? local : {}) as Ports[K], ...more,
  };
}
const run = (fun: string, args: Record<string, unknown> = {}, context = contextWith()): Promise<unknown> => Promise.resolve(plugin.functions[fun]?.run(args, context));

test('values keep their kinds across the border, both ways', async () => {
  const value = { float: new Float(1), list: [1, null, tupleOf(['a'])], date: new DateTime('20260101T00:00:00.000000'), bytes: Buffer.from('x'), big: 2n ** 70n, map: new Map<Value, Value>([[1, 'a']]) };
  const back = await run('echo', { value }) as typeof value;
  assert.deepEqual(back, value);
  assert.ok(back.float instanceof Float && Buffer.isBuffer(back.bytes));
  assert.deepEqual(await run('kinds'), { set: [1], date: '1970-01-01T00:00:00.000Z', gone: null, big: 2n ** 70n, bytes: Buffer.from('ab'), map: new Map([[1, 'a']]) });
});

test('a function asks the program through its context', async () => {
  assert.deepEqual(await run('asks'), [['test.echo', ['x'], { k: 1 }], true, 'Debian', 'x', 'web1', '1', 'web1', false, 'host1']);
  assert.deepEqual(await run('asks', {}, contextWith({ grains: { os: 'Arch' } })), [['test.echo', ['x'], { k: 1 }], true, 'Arch', 'x', 'web1', '1', 'web1', false, 'host1']);
  assert.deepEqual(await run('rows'), [{ id: 'a' }, { id: 'b' }]);
  await assert.rejects(run('nowhere'), { message: "There is no 'hasOwnProperty'" });
});

test('memory and return code go with the job', async () => {
  const context = contextWith();
  assert.deepEqual([await run('remember', {}, context), await run('remember', {}, context)], [1, 2]);
  assert.deepEqual([...context.memory], [['n', 2]], 'what cannot be copied stays behind');
  assert.deepEqual(context.retcodes, [1, 2]);
  assert.equal(await run('remember'), 1);
});

test('printed and logged words reach the log, not the output', async () => {
  await run('words');
  assert.ok(log.lines.some(({ level, fields, text }) => level === 'warn' && text === 'logged' && fields['part'] === 'mine' && fields['n'] === 1));
  const printed = () => log.lines.some(({ fields }) => fields['output'] === 'printed');
  for (let turn = 0; turn < 200 && !printed(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.ok(printed());
});

test('errors keep class, message and stack', async () => {
  await assert.rejects(run('fails'), (error: Error) => error.name === 'RangeError' && error.message === 'out of range' && /mine\.mjs:\d+/.test(error.stack ?? ''));
  await assert.rejects(run('unfit'), { name: 'TypeError', message: 'a function cannot be an answer' });
});

test('an endless loop ends with its job, while other jobs go on', async () => {
  const stop = new AbortController();
  const spinning = run('spin', {}, contextWith({ signal: stop.signal }));
  assert.equal(await run('echo', { value: 'free' }), 'free');
  stop.abort();
  await assert.rejects(spinning, { name: 'AbortError' });
  assert.equal(await run('echo', { value: 'again' }), 'again');
});

test('a function that listens ends by itself and keeps its thread; programs end with the job', async () => {
  for (const fun of ['patient', 'late']) {
    const stop = new AbortController();
    const context = contextWith({ signal: stop.signal });
    const waiting = run(fun, {}, context);
    for (let turn = 0; fun === 'late' && turn < 200 && context.ran.length === 0; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new DOMException('killed', 'AbortError'));
    await assert.rejects(waiting, { message: fun === 'patient' ? 'killed' : 'ended' });
  }
  await assert.rejects(run('echo', {}, contextWith({ signal: AbortSignal.abort() })), { name: 'AbortError' });
});

test('a function that ends its thread fails alone', async () => {
  await assert.rejects(run('leaves'), { code: 'job.command_failed', message: 'The thread of user modules ended' });
  assert.equal(await run('echo', { value: 1 }), 1);
});

test('pieces come one by one and only while they are read', async () => {
  const seen: unknown[] = [];
  for await (const piece of await run('pieces') as AsyncIterable<unknown>) seen.push(piece);
  assert.deepEqual(seen, [1, 2]);
  for await (const piece of await run('many') as AsyncIterable<number>) if (piece === 3) break;
  assert.equal(await run('echo', { value: 1 }), 1);
});

test('a file that never ends its import is given up', async () => {
  await assert.rejects(workers.describe(fileOf('stuck')), { message: 'stuck took longer than 2 seconds to load' });
});

test('a closed set of threads keeps nothing running', async () => {
  const own = make();
  await own.describe(fileOf('mine'));
  await own[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});
