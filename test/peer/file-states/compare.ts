/** The same states on the same beginnings by real Salt and by ours: returns and what lies in the folder after each call. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { PlainMap, Value } from '../../../src/kernel/std/value.js';
import { compareText } from '../../../src/kernel/std/python-order.js';
import { saltProgram, skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { chunkOf, minionFolder, openStateHost, pictureOf } from '../../support/state-host.js';

export interface Case {
  readonly title: string;
  /** Content by path below the case's folder; `a/` is a folder, `-> x` a link; `path:640` sets a mode. */
  readonly files?: Readonly<Record<string, string>>;
  /** One state, or several in a row. `@` at the start of texts is the folder of the case. */
  readonly states: readonly (readonly [fun: string, args: PlainMap, low?: PlainMap])[];
  readonly chunks?: readonly PlainMap[];
  /** Default: a test run, the run, a test run and a run again. */
  readonly runs?: readonly ('test' | 'real')[];
  readonly prepare?: (folder: string) => void;
  /** Brings answers whose order is by chance into one order. */
  readonly order?: boolean;
}

interface Call {
  readonly test: boolean;
  readonly fun: string;
  readonly args: PlainMap;
  readonly low: PlainMap;
}
interface Told {
  readonly returned: Record<string, unknown>;
  readonly picture: Record<string, string>;
}

const RUNS = ['test', 'real', 'test', 'real'] as const;
/** So many different answers a failure shows. */
const SHOWN_MAX = 4;
const sources = join(import.meta.dirname, '..', '..', '..', '..');

/** Where `http://web/` leads while the cases run. */
let webAddress = '';

function placed<T extends Value>(value: T, folder: string): T {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    (typeof item === 'string' ? item.replaceAll('@/', `${folder}/`).replace(/^@$/, folder).replaceAll('http://web/', webAddress) : item));
  const keyed = text.replaceAll('"@/', `"${folder}/`);
  return JSON.parse(keyed) as T;
}

function layOut(folder: string, { files = {}, prepare }: Case): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) layFile(folder, path, content);
  prepare?.(folder);
}

function layFile(folder: string, named: string, content: string): void {
  const [, path = '', mode] = /^(.*?)(?::([0-7]{3,4}))?$/s.exec(named) ?? [];
  const target = join(folder, path);
  mkdirSync(path.endsWith('/') ? target : dirname(target), { recursive: true });
  if (content.startsWith('-> ')) symlinkSync(content.slice(3), target);
  else if (!path.endsWith('/')) writeFileSync(target, content, 'latin1');
  if (mode !== undefined) chmodSync(target, Number.parseInt(mode, 8));
}

function callsOf(one: Case, folder: string): Call[] {
  return one.states.flatMap(([fun, args, low = {}]) =>
    (one.runs ?? RUNS).map((run) => ({ test: run === 'test', fun, args: placed(args, folder), low: placed(low, folder) })));
}

function askSalt(base: string, cases: readonly Case[], folders: readonly string[]): Told[][] {
  const chunks = (one: Case, at: number): readonly PlainMap[] => placed([...one.chunks ?? []], folders[at] ?? '');
  const input = cases.map((one, at) => [
    folders[at], callsOf(one, folders[at] ?? '').map(({ test, fun, args, low }) => [test, chunkOf(fun, args, low), chunks(one, at)]),
  ]);
  const done = spawnSync(saltProgram('python'), [join(sources, 'test/support/ask-file-states.py'), base], {
    encoding: 'utf8', input: JSON.stringify(input), timeout: 240_000, maxBuffer: 256 * 1024 * 1024, env: { ...process.env, TMPDIR: join(base, 'tmp'), LC_ALL: 'C.UTF-8' },
  });
  assert.equal(done.status, 0, done.stderr.slice(-4000));
  return JSON.parse(done.stdout.slice(done.stdout.indexOf('\nANSWERS') + '\nANSWERS'.length)) as Told[][];
}

async function askOurs(base: string, cases: readonly Case[], folders: readonly string[]): Promise<Told[][]> {
  await using host = await openStateHost(base);
  const told: Told[][] = [];
  for (const [at, one] of cases.entries()) {
    const folder = folders[at] ?? '';
    const answers: Told[] = [];
    for (const { test, fun, args, low } of callsOf(one, folder)) {
      const returned = await host.run(fun, args, { test, low, chunks: placed([...one.chunks ?? []], folder) });
      answers.push({ returned: plain(returned) as Record<string, unknown>, picture: await pictureOf(folder) });
    }
    told.push(answers);
  }
  return told;
}

/** Serves a folder in a process of its own: real Salt is waited for with this one standing still. */
const WEB_SERVER = `
const http = require('node:http'), fs = require('node:fs'), path = require('node:path');
const server = http.createServer((request, response) => {
  const file = path.join(process.argv[1], path.basename(request.url));
  if (!fs.existsSync(file)) { response.writeHead(404); response.end('nothing here'); return; }
  const etag = '"' + fs.statSync(file).size + '"';
  const known = request.headers['if-none-match'] === etag;
  response.writeHead(known ? 304 : 200, { etag });
  response.end(known ? '' : fs.readFileSync(file));
});
server.listen(0, '127.0.0.1', () => process.stdout.write(String(server.address().port)));
`;

async function serveWeb(folder: string): Promise<AsyncDisposable> {
  const child = spawn(process.execPath, ['-e', WEB_SERVER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(child.stdout, 'data') as [Buffer];
  webAddress = `http://127.0.0.1:${port.toString()}/`;
  return {
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

/** As JSON carries it. */
const plain = (value: Value): unknown => JSON.parse(JSON.stringify(value, (_key, item: unknown) => {
  if (item instanceof Map) return Object.fromEntries([...item].map(([key, one]) => [String(key), one as unknown]));
  if (item instanceof Uint8Array) return Buffer.from(item).toString('latin1');
  return typeof item === 'bigint' ? Number(item) : item;
}));

const EXCEPTION = 'An exception occurred in this state: ';

/** Of an exception its class and its first line; the module of the class is left out, as Python's own traceback has it at times. */
function normalException(text: string): string {
  const told = text.slice(EXCEPTION.length).split('Traceback (most recent call last):\n').at(-1) ?? '';
  const line = told.split('\n').find((one) => !one.startsWith(' ')) ?? '';
  return EXCEPTION + line.replace(/^[\w.]*\.(?=\w+:)/, '');
}

/** Names made by chance are masked. */
function normalText(text: string, ordered: boolean): string {
  const told = text.startsWith(EXCEPTION) ? normalException(text) : text;
  const masked = told.replaceAll(/__salt\.tmp\.\w+/g, '__salt.tmp.@').replaceAll(/\bpid:\n\s*\d+/g, 'pid: @');
  return ordered ? masked.split('\n').filter((line) => line !== '').sort().join('\n') : masked;
}

/** Which folders `file.recurse` makes by themselves and which as folders above others is by chance in real Salt. */
const isNewFolder = (path: string, value: unknown): boolean => isDeepStrictEqual(value, { [path]: { directory: 'new' } });

/** What is another in each run. */
const BY_CHANCE = new Set(['pid', 'start_time', 'duration']);

function normal(value: unknown, ordered: boolean): unknown {
  if (typeof value === 'string') return normalText(value, ordered);
  if (Array.isArray(value)) {
    const items = value.map((item) => normal(item, ordered));
    return ordered ? items.sort((a, b) => compareText(String(a), String(b))) : items;
  }
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key, item]) => !ordered || !isNewFolder(key, item));
  return Object.fromEntries(entries.map(([key, item]) => [key, BY_CHANCE.has(key) ? '@' : normal(item, ordered)]));
}

/** Where two answers differ. */
function difference(had: unknown, wanted: unknown, path = ''): string[] {
  if (isDeepStrictEqual(had, wanted)) return [];
  const isMap = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isMap(had) || !isMap(wanted)) return [`  ${path}: ours ${JSON.stringify(had)}\n    real ${JSON.stringify(wanted)}`];
  return [...new Set([...Object.keys(had), ...Object.keys(wanted)])].flatMap((key) => difference(had[key], wanted[key], `${path} ${key}`));
}

/** Compares all cases as one test each. The folders are the same for both. */
export function compareFileStates(name: string, cases: readonly Case[], options: { sources?: Readonly<Record<string, string>>; web?: Readonly<Record<string, string>>; pillar?: PlainMap; config?: PlainMap } = {}): void {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-file-states-')));
  after(() => rmSync(base, { recursive: true, force: true }));
  const folders = cases.map((_one, at) => join(base, 'work', String(at)));
  let told: Promise<{ theirs: Told[][]; ours: Told[][] }> | undefined;
  const ask = async (): Promise<{ theirs: Told[][]; ours: Told[][] }> => {
    minionFolder(base, options.config);
    for (const [path, content] of Object.entries(options.sources ?? {})) layFile(join(base, 'srv'), path, content);
    for (const [path, content] of Object.entries(options.web ?? {})) layFile(join(base, 'web'), path, content);
    await using _web = options.web === undefined ? undefined : await serveWeb(join(base, 'web'));
    if (options.pillar !== undefined) {
      layFile(join(base, 'pillar'), 'top.sls', "base: {'*': [data]}");
      layFile(join(base, 'pillar'), 'data.sls', JSON.stringify(options.pillar));
    }
    for (const [at, one] of cases.entries()) layOut(folders[at] ?? '', one);
    const theirs = askSalt(base, cases, folders);
    rmSync(join(base, 'var'), { recursive: true, force: true });
    for (const [at, one] of cases.entries()) layOut(folders[at] ?? '', one);
    return { theirs, ours: await askOurs(base, cases, folders) };
  };
  for (const [at, one] of cases.entries()) {
    test(`${name}: ${one.title}`, { skip: skipWithoutSalt }, async () => {
      const { theirs, ours } = await (told ??= ask());
      const calls = callsOf(one, folders[at] ?? '');
      const differing = calls.map((call, step) => {
        const [real, own] = [theirs[at]?.[step], ours[at]?.[step]];
        if (real === undefined || own === undefined) return `no answer to call ${step}`;
        const [wanted, had] = [normal(real, one.order ?? false), normal(own, one.order ?? false)];
        if (isDeepStrictEqual(had, wanted)) return '';
        return `${step} ${call.test ? 'test' : 'real'} ${call.fun} ${JSON.stringify(call.args)}\n${difference(had, wanted).join('\n')}`;
      }).filter((line) => line !== '');
      assert.ok(differing.length === 0, `\n${differing.slice(0, SHOWN_MAX).join('\n')}`);
    });
  }
}
