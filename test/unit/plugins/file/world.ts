/** A minion's context on the real machine: programs run, files lie below a temporary folder, other modules are doubles. */
import { copyFile, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../../../src/kernel/contract/context.js';
import { CommandExecutionError, FunctionMissingError, InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import type { Logger } from '../../../../src/kernel/contract/log.js';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import { Float, isBytes, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { bindArguments } from '../../../../src/kernel/loader/bind.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import file from '../../../../src/plugins/modules/file.js';

const silent: Logger = {
  error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, trace: () => {}, child: () => silent,
};

export interface WorldOptions {
  readonly test?: boolean;
  readonly opts?: PlainMap;
  readonly sys?: Partial<Sys>;
  readonly calls?: Readonly<Record<string, (args: readonly Value[], kwargs: PlainMap) => Promise<Value> | Value>>;
  readonly ports?: Readonly<Record<string, unknown>>;
}

/** The context of a job; `salt://` files come from `top/srv`, the cache is `top/cache`. */
export function worldAt(top: string, options: WorldOptions = {}): Context {
  const sys: Sys = { ...createSys(), ...options.sys };
  const opts: PlainMap = { cachedir: join(top, 'cache'), hash_type: 'sha256', file_roots: { base: [join(top, 'srv')] }, backup_mode: '', ...options.opts };
  const doubles = { ...programs(sys), ...fileClient(top, sys), ...settings(opts), ...options.calls };
  return {
    sys, log: silent, signal: new AbortController().signal, opts, grains: { kernel: 'Linux' }, pillar: {}, id: 'm1',
    test: options.test ?? false, job: {}, memory: new Map(),
    call: async (fun, args = [], kwargs = {}) => {
      const double = doubles[fun];
      if (double === undefined) throw new FunctionMissingError(fun);
      return double(args, kwargs);
    },
    has: async (fun) => fun in doubles,
    setRetcode: () => {},
    port: ((name: string) => {
      const port = options.ports?.[name];
      if (port === undefined) throw new CommandExecutionError(`no port ${name}`);
      return port;
    }) as Context['port'],
  };
}

type Double = (args: readonly Value[], kwargs: PlainMap) => Promise<Value> | Value;

function programs(sys: Sys): Record<string, Double> {
  const run = async (args: readonly Value[]): Promise<{ pid: number; retcode: number; stdout: string; stderr: string }> => {
    const [program, ...words] = args[0] as [string, ...string[]];
    const done = await sys.run([program, ...words]);
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8').trimEnd();
    // Programs name themselves by the word they were started with, which is the whole path here.
    const stderr = text(done.stderr).replaceAll(new RegExp(`^\\S*/(?=${program}:)`, 'gm'), '');
    return { pid: done.pid, retcode: done.code, stdout: text(done.stdout), stderr };
  };
  return {
    'cmd.run_all': async (args) => ({ ...(await run(args)) }),
    'cmd.run': async (args) => {
      const { stdout, stderr } = await run(args);
      return [stdout, stderr].filter((text) => text !== '').join('\n');
    },
    'cmd.retcode': async (args) => (await run(args)).retcode,
  };
}

function settings(opts: PlainMap): Record<string, Double> {
  return {
    'config.option': ([name]) => opts[String(name)] ?? '',
    'config.backup_mode': ([wish]) => (isTruthy(wish) ? wish as Value : opts['backup_mode'] ?? ''),
  };
}

function fileClient(top: string, sys: Sys): Record<string, Double> {
  const local = (url: Value | undefined): string => join(top, 'srv', String(url).replace('salt://', ''));
  const cached = (url: Value | undefined): string => join(top, 'cache/files/base', String(url).replace('salt://', ''));
  const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() ?? false;
  return {
    'cp.cache_file': async ([url]) => {
      if (String(url).startsWith('/')) return url as Value;
      if (String(url).startsWith('file://')) return String(url).slice(7);
      if (!String(url).startsWith('salt://') ) throw new CommandExecutionError(`Path '${String(url)}' is not absolute`);
      if (!(await isFile(local(url)))) return false;
      await mkdir(dirname(cached(url)), { recursive: true });
      await copyFile(local(url), cached(url));
      return cached(url);
    },
    'cp.is_cached': async ([url]) => ((await isFile(cached(url))) ? cached(url) : ''),
    'cp.hash_file': async ([url]) => {
      if (!(await isFile(local(url)))) return {};
      return { hsum: await runFile('get_hash', [local(url)], {}, worldAt(top, { sys })), hash_type: 'sha256' };
    },
    'cp.stat_file': async ([url]) => {
      const path = String(url).startsWith('salt://') ? local(url) : String(url);
      return `0${((await stat(path)).mode & 0o7777).toString(8)}`.slice(-4);
    },
    'cp.list_master': async () => ['conf/app.conf', 'conf/other.conf'],
    'cp.list_master_dirs': async () => ['conf'],
  };
}

/** Calls a function of the module with positional and named arguments. */
export async function runFile(name: string, args: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<Value> {
  const declared = file.functions[name];
  if (declared === undefined) throw new FunctionMissingError(`file.${name}`);
  return declared.run(bindArguments(name, declared.params, args, kwargs), ctx);
}

/** Name of the Python class that an error stands for, and its text. */
export function errorWords(error: unknown): [string, string] {
  if (error instanceof PythonError) return [error.className, error.message];
  if (error instanceof InvocationError) return ['SaltInvocationError', error.message];
  if (error instanceof CommandExecutionError) return ['CommandExecutionError', error.message];
  throw error;
}

const NUMBERS = new Set(['pid', 'inode', 'atime', 'mtime', 'ctime', 'st_atime', 'st_mtime', 'st_ctime']);
const STAMPS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d/g, '@STAMP@'],
  [/[A-Z][a-z]{2}_[A-Z][a-z]{2}_\d\d_\d\d:\d\d:\d\d_\d{6}_\d{4}/g, '@BACKUP@'],
  [/[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d\.\d{6}/g, '@TIME@'],
  [/__salt\.tmp\.\w+/g, '__salt.tmp.@'],
];

/** A value as the recording writes it; see `normal` in `record.py`. */
export function normal(value: Value, top: string): unknown {
  if (isBytes(value)) return { bytes: Buffer.from(value).toString('latin1') };
  if (value instanceof Float) return value.value;
  if (typeof value === 'string') {
    return STAMPS.reduce((text, [pattern, word]) => text.replace(pattern, word), value.replaceAll(top, '@TMP@'));
  }
  if (Array.isArray(value)) return Array.from(value, (item: Value) => normal(item, top));
  if (!isMap(value)) return value;
  return Object.fromEntries(mapEntries(value).map(([key, item]) => {
    const name = normal(String(key), top) as string;
    return [name, NUMBERS.has(name) ? '@NUMBER@' : normal(item, top)];
  }));
}
