/** Plays `render/`: templates, pipes and SLS files through the renderer, with the real execution modules behind `salt`. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandExecutionError, InvocationError, PythonError } from '../../src/kernel/contract/errors.js';
import { compareText } from '../../src/kernel/std/python-order.js';
import { repr } from '../../src/kernel/std/python-text.js';
import { Tuple, ValueSet } from '../../src/kernel/std/sequences.js';
import { Float, isBytes, isMap, isPlainMap, mapEntries, type PlainMap, type Value } from '../../src/kernel/std/value.js';
import { sameValue } from './same-value.js';
import { FileClient } from '../../src/sls/files/file-client.js';
import { localFiles } from '../../src/sls/files/local-files.js';
import { silentLog } from '../support/logs.js';
import { FileServer } from '../../src/sls/files/file-server.js';
import { Roots, rootsOptions } from '../../src/kernel/sys/tree/roots.js';
import type { CallFunction, Renderer, RenderPlace } from '../../src/sls/render/contract.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { Gatherer } from '../../src/sls/state/gather.js';
import { showHigh } from '../../src/sls/state/high-data.js';
import { createRenderer } from '../../src/sls/render/renderer.js';
import { templateFiles } from '../../src/sls/render/session-renderer.js';
import { compileTarget } from '../../src/sls/target/target.js';
import { listeningLog, neverAborted, testHost } from '../support/module-host.js';
import { differenceOf, isWanted, pendingFor, readCases, type CaseResult, type Corpus } from './corpus.js';
import { untag } from './pytag.js';

interface Stub {
  readonly returns?: unknown;
  readonly echo?: boolean;
  readonly calls?: boolean;
  readonly table?: readonly (readonly [unknown[], unknown])[];
  readonly raises?: { readonly class: string; readonly message: string };
}
interface RecordedError {
  readonly class: string;
  readonly message?: string;
  readonly message_start?: string;
  readonly line?: number;
  readonly marked_line?: string | null;
}
interface Recording {
  readonly id: string;
  readonly renderer: string;
  readonly mode?: 'sls' | 'template' | 'reactor' | 'render_sls';
  readonly sls?: string;
  readonly init?: boolean;
  readonly file?: string;
  readonly template: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly context?: { readonly grains?: unknown; readonly pillar?: unknown; readonly opts?: unknown; readonly vars?: unknown; readonly salt?: Readonly<Record<string, Stub>> };
  readonly level?: 'loose' | 'quirk';
  readonly expect: { readonly text?: string; readonly data?: unknown; readonly error?: RecordedError; readonly errors?: readonly string[]; readonly high?: unknown };
}

const ID = 'golden1';

const mapOf = (tagged: unknown): PlainMap => {
  const value = untag(tagged ?? {}, { sequences: true });
  if (!isPlainMap(value)) throw new TypeError('a map of variables has plain keys');
  return value;
};

function raise({ class: className, message }: { class: string; message: string }): never {
  if (className === 'CommandExecutionError') throw new CommandExecutionError(message);
  if (className === 'SaltInvocationError') throw new InvocationError(message);
  throw new PythonError(className, message);
}

function answer(name: string, stub: Stub, args: readonly Value[], kwargs: PlainMap): Value {
  if (stub.raises !== undefined) raise(stub.raises);
  if (stub.echo === true) return args[0] ?? null;
  if (stub.calls === true) {
    const named = Object.entries(kwargs).filter(([key]) => !key.startsWith('__')).sort(([a], [b]) => compareText(a, b)).map(([key, value]) => `${key}=${repr(value)}`);
    return `${name}(${[...args.map(repr), ...named].join(', ')})`;
  }
  const row = stub.table?.find(([wanted]) => sameValue(untag(wanted), [...args]));
  return untag(row === undefined ? stub.returns ?? null : row[1], { sequences: true });
}

/** The tree of a case, on disk as the recording had it. */
async function fileTree(root: string, files: Readonly<Record<string, string>>): Promise<FileClient> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, 'srv', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const opts = { file_roots: { base: [join(root, 'srv')] } };
  const server = FileServer.over({ roots: new Roots(rootsOptions(opts)) }, { opts, log: silentLog });
  return new FileClient({ source: localFiles(server), cacheDir: join(root, 'cache'), hashType: 'sha256', id: ID });
}

async function play(recording: Recording, root: string): Promise<Value> {
  const { context = {}, files = {}, mode = 'sls', sls = 'case' } = recording;
  const [grains, pillar] = [mapOf(context.grains), mapOf(context.pillar)];
  const opts: PlainMap = { id: ID, file_client: 'local', renderer: 'jinja|yaml', ...mapOf(context.opts), grains, pillar };
  const stubs = context.salt ?? {};
  const tree = await fileTree(root, files);
  const session = (await testHost({
    opts, grains: () => grains, pillar: () => pillar, id: ID, sys: createSys(),
    ports: { files: tree, render: { engines: () => [], template: () => Promise.reject(new Error('no case asks')), pipe: (text, wish) => renderer.renderSls(text, { sls: '', ...wish }) }, match: { matches: async (expr, kind) => compileTarget({ expr, kind, delimiter: ':' }, { nodegroups: {} })({ id: ID, grains, pillar, data: {} }), surely: async () => [] } },
  })).session({ signal: neverAborted(), unmaskPillar: true });
  const call: CallFunction = async (fun, args, kwargs) => {
    const stub = stubs[fun];
    return stub === undefined ? session.call(fun, args, kwargs) : answer(fun, stub, args, kwargs);
  };
  const functions = async (): Promise<string[]> => [...await (await testHost()).catalog.functions('modules'), ...Object.keys(stubs)];
  const renderer: Renderer = createRenderer({ files: templateFiles({ cacheFile: (path, env) => tree.cacheFile(path, env) }, createSys()), call, functions, facts: { grains, pillar, opts, id: ID }, log: listeningLog(), sys: createSys() });
  const vars = mapOf(context.vars);
  if (mode === 'template') {
    const name = recording.file ?? 'template.txt';
    const variables = { name: '/etc/golden.conf', source: `salt://${name}`, user: 'root', group: 'root', mode: '0644', attrs: null, ...vars };
    return renderer.renderTemplate(recording.template, recording.renderer, { saltenv: 'base', path: `${root}/srv/${name}`, variables });
  }
  if (mode === 'render_sls') return gathered(recording, renderer, { saltenv: 'base', path: `${root}/srv/${sls}.sls`, variables: vars });
  const place: RenderPlace = mode === 'reactor'
    ? { saltenv: '', sls: '', path: `${root}/srv/reactor.sls` }
    : { saltenv: 'base', sls, path: `${root}/srv/${sls.replaceAll('.', '/')}${recording.init === true ? '/init' : ''}.sls` };
  return renderer.renderSls(recording.template, { ...place, sls: place.sls ?? '', renderer: recording.renderer, variables: vars });
}

/** Errors and high data, as the state system makes them of an SLS. */
async function gathered({ template, sls = 'case', renderer: pipe }: Recording, renderer: Renderer, place: RenderPlace): Promise<Value> {
  const file = { text: template, path: place.path ?? '', source: `salt://${sls}.sls` };
  const gatherer = new Gatherer({
    names: async (saltenv) => (saltenv === 'base' ? [sls] : undefined), read: async (name) => (name === sls ? file : undefined),
    render: async (one, name) => renderer.renderSls(one.text, { ...place, sls: name, renderer: pipe }),
  }, { log: listeningLog(), autoOrder: true });
  const errors = await gatherer.take(new Map([['base', [sls]]]));
  return { errors, high: showHigh(gatherer.high) };
}

const normal = (text: string, root: string): string => text.replaceAll(root, '<ROOT>').replaceAll(/0x[0-9a-f]{8,}/g, '0x<ADDR>');

function judgeError(wanted: RecordedError, error: unknown, { loose, root }: { loose: boolean; root: string }): string | undefined {
  const className = error instanceof PythonError ? error.className : error instanceof Error ? error.name : typeof error;
  const message = normal(error instanceof Error ? error.message : String(error), root);
  if (className !== wanted.class) return `class ${className}, wanted ${wanted.class}: ${message}`;
  if (loose || wanted.message_start === '') return undefined;
  if (wanted.message !== undefined) return message === wanted.message ? undefined : `wanted ${JSON.stringify(wanted.message)}\nfound  ${JSON.stringify(message)}`;
  const start = wanted.message_start ?? '';
  if (!message.startsWith(start)) return `wanted start ${JSON.stringify(start)}\nfound ${JSON.stringify(message)}`;
  if (wanted.line !== undefined && !message.includes(`; line ${wanted.line}\n`)) return `no line ${wanted.line} in ${JSON.stringify(message)}`;
  return typeof wanted.marked_line !== 'string' || message.split('\n').includes(wanted.marked_line) ? undefined : `no line ${JSON.stringify(wanted.marked_line)} in ${JSON.stringify(message)}`;
}

async function judge(recording: Recording): Promise<string | undefined> {
  const root = await mkdtemp(join(tmpdir(), 'render-'));
  try {
    return await judgeIn(recording, root);
  } finally {
    await rm(root, { recursive: true });
  }
}

async function judgeIn(recording: Recording, root: string): Promise<string | undefined> {
  const { expect, level } = recording;
  let found: Value;
  try {
    found = await play(recording, root);
  } catch (error) {
    if (expect.error === undefined) return `failed: ${error instanceof Error ? error.stack : String(error)}`;
    return judgeError(expect.error, error, { loose: level === 'loose', root });
  }
  if (expect.error !== undefined) return `wanted the error ${JSON.stringify(expect.error)}\nfound ${JSON.stringify(show(found))}`;
  if (level === 'loose') return undefined;
  const wanted = expect.text ?? untag(expect.high === undefined ? expect.data : { errors: expect.errors, high: expect.high }, { sequences: true });
  const same = typeof found === 'string' && typeof wanted === 'string' ? normal(found, root) === wanted : sameValue(found, wanted);
  return same ? undefined : `wanted ${JSON.stringify(show(wanted))}\nfound  ${JSON.stringify(show(found))}`;
}

/** A value with its types, for people. */
function show(value: Value): unknown {
  if (value instanceof Float) return `float ${value.value}`;
  if (typeof value === 'bigint') return `int ${value}`;
  if (isBytes(value)) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (value instanceof Tuple || value instanceof ValueSet) return { [value instanceof Tuple ? 'tuple' : 'set']: Array.from(value, show) };
  if (Array.isArray(value)) return value.map(show);
  return isMap(value) ? Array.from(mapEntries(value), ([key, item]) => [show(key), show(item)]) : value;
}

export const corpus: Corpus = {
  name: 'render',
  async *run(dir) {
    for (const { file, content } of readCases(dir)) {
      for (const recording of content as Recording[]) {
        const id = `${file}/${recording.id}`;
        if (!isWanted(id)) continue;
        const pending = pendingFor('render', id);
        if (pending !== undefined) {
          yield { id, outcome: 'pending', detail: pending };
          continue;
        }
        const detail = await judge(recording);
        const listed = detail === undefined ? undefined : differenceOf('render', id);
        yield (detail === undefined ? { id, outcome: 'passed' } : listed === undefined ? { id, outcome: 'failed', detail } : { id, outcome: 'listed', detail: listed }) satisfies CaseResult;
      }
    }
  },
};
