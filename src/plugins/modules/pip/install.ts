/** The words that pip is called with to install and remove. Source: read and observed, Salt 3008.3. */
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { Float, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { isOlder, type PipCall } from './program.js';

/** What both know. */
export interface Request extends PipCall {
  readonly pkgs: Value;
  readonly requirements: Value;
  readonly log: string | null;
  readonly proxy: Value;
  readonly timeout: Value;
  readonly saltenv: string;
  readonly extra_args: Value;
}

export const names = (value: Value): string[] => (Array.isArray(value) ? (value as readonly Value[]).map(str) : str(value).split(',').map((one) => one.trim()));

const URL_START = /^(?:https?|ftp|file):\/\//;

/** The value of an option; none of them begins with a dash. */
export function value(text: Value, option: string): string {
  const word = str(text);
  if (word.startsWith('-')) throw new InvocationError(`Argument '${option}' must not begin with a dash: '${word}'`);
  return word;
}

/** A package, a file or an address; never an option of pip. */
export const packageWord = (name: string): string => value(name.replaceAll(';', ','), 'pkgs');

export async function logWords(log: string | null, ctx: Context): Promise<string[]> {
  if (log === null || log === '') return [];
  const stat = await ctx.sys.fs.stat(log).catch(() => undefined);
  if (stat?.isDirectory() === true) throw new PythonError('OSError', `'${log}' is a directory. Use --log path_to_file`);
  const parent = dirname(log);
  if (stat === undefined && !await ctx.sys.exists(parent)) throw new PythonError('OSError', `Trying to create '${log}' but parent directory '${parent}' does not exist.`);
  return ['--log', value(log, 'log')];
}

export function proxyWords(proxy: Value, ctx: Context): string[] {
  if (isTruthy(proxy)) return ['--proxy', value(proxy, 'proxy')];
  const { proxy_host: host = '', proxy_port: port = 0, proxy_username: user = '', proxy_password: password = '' } = ctx.opts;
  if (proxy === false || !isTruthy(host) || !isTruthy(port)) return [];
  const login = isTruthy(user) && isTruthy(password) ? `${str(user)}:${str(password)}@` : '';
  return ['--proxy', `http://${login}${str(host)}:${str(port)}`];
}

export function timeoutWords(timeout: Value): string[] {
  if (!isTruthy(timeout)) return [];
  if (timeout instanceof Float || !/^\s*[+-]?\d+\s*$/.test(str(timeout))) throw new PythonError('ValueError', `'${str(timeout)}' is not a valid timeout, must be an integer`);
  return ['--timeout', str(timeout)];
}

/** Given as they are, each a word or a pair of words. */
export function extraWords(extra: Value): string[] {
  if (!isTruthy(extra)) return [];
  return (Array.isArray(extra) ? extra as readonly Value[] : [extra]).flatMap((one) => {
    if (!isMap(one)) return [str(one)];
    const [key = null, item = null] = mapEntries(one).at(-1) ?? [];
    if (isMap(item) || Array.isArray(item)) throw new PythonError('TypeError', `Too many levels in: ${str(key)}`);
    return [str(key), str(item)];
  });
}

export interface Requirements extends AsyncDisposable {
  readonly words: readonly string[];
  readonly paths: readonly string[];
  /** The file that the master does not have. */
  readonly missing?: string;
}

/** Files of requirements, from here or the file server; for another user copies that he can read, which go at the end. */
export async function requirementFiles({ requirements, saltenv, user, cwd }: Request, ctx: Context): Promise<Requirements> {
  let folder: string | undefined;
  const close = async (): Promise<void> => { if (folder !== undefined) await ctx.sys.fs.rm(folder, { recursive: true, force: true }); };
  const paths: string[] = [];
  const nothing = { words: [], paths, [Symbol.asyncDispose]: close };
  for (const file of requirements === null ? [] : names(requirements)) {
    const path = file.startsWith('salt://') ? await ctx.call('cp.cache_file', [file, saltenv]) : value(file, 'requirements');
    if (typeof path !== 'string' || path === '') return { ...nothing, missing: file };
    paths.push(path);
  }
  if (typeof user !== 'string' || user === '' || paths.length === 0) return { ...nothing, words: paths.flatMap((path) => ['--requirement', path]) };
  const account = await ctx.sys.userByName(user);
  folder = await ctx.sys.fs.mkdtemp(join(tmpdir(), 'tsalt-pip-'));
  const copied = await copyChain(paths.map((path) => resolve(cwd ?? '.', path)), folder, ctx);
  for (const one of [folder, ...copied]) if (account !== undefined) await ctx.sys.fs.chown(one, account.uid, account.gid);
  return { ...nothing, words: paths.flatMap((path) => ['--requirement', join(folder ?? '', basename(path))]) };
}

const CHAIN_MAX = 1000;

/** Copies files and those that they name by `-r`. */
async function copyChain(files: readonly string[], folder: string, ctx: Context): Promise<string[]> {
  const waiting = [...files];
  const copied = new Map<string, string>();
  for (let file = waiting.shift(); file !== undefined && copied.size < CHAIN_MAX; file = waiting.shift()) {
    if (copied.has(file)) continue;
    const text = await ctx.sys.fs.readFile(file, 'utf8');
    const target = join(folder, basename(file));
    await ctx.sys.fs.writeFile(target, text, { mode: 0o600 });
    copied.set(file, target);
    for (const [, inner = ''] of text.matchAll(/^\s*(?:-r\s*|--requirement(?:\s+|=))(\S+)\s*(?:#.*)?$/gm)) waiting.push(resolve(dirname(file), inner));
  }
  return [...copied.values()];
}

/** Everything that `install` alone knows, by the names of its parameters. */
export type Options = Readonly<Record<string, Value>>;

function address(url: Value, option: string): string[] {
  if (!isTruthy(url)) return [];
  if (!URL_START.test(str(url))) throw new CommandExecutionError(`'${str(url)}' is not a valid URL`);
  return [option, str(url)];
}

const option = (given: Value | undefined, word: string): string[] => (isTruthy(given) ? [word, value(given ?? null, word)] : []);
const flag = (given: Value | undefined, word: string): string[] => (isTruthy(given) ? [word] : []);
const each = (given: Value | undefined, word: string): string[] => (isTruthy(given) ? names(given ?? null).flatMap((one) => [word, one]) : []);

async function wheelWords(options: Options, call: PipCall, ctx: Context): Promise<string[]> {
  const words: string[] = [];
  for (const [name, word] of [['use_wheel', '--use-wheel'], ['no_use_wheel', '--no-use-wheel']] as const) {
    if (!isTruthy(options[name])) continue;
    if (!await isOlder(call, '1.4', ctx) && await isOlder(call, '9.0.4', ctx)) words.push(word);
    else ctx.log.error({ option: word }, 'option is only supported in pip between 1.4 and 9.0.3; ignored');
  }
  if (isTruthy(options['no_binary'])) words.push('--no-binary', names(options['no_binary'] ?? null).join(','));
  return words;
}

async function sourceWords(options: Options, call: PipCall, ctx: Context): Promise<string[]> {
  const links = isTruthy(options['find_links']) ? names(options['find_links'] ?? null) : [];
  for (const link of links) if (!URL_START.test(link) && !await ctx.sys.exists(link)) throw new CommandExecutionError(`'${link}' is not a valid URL or path`);
  const { no_index: noIndex = false, index_url: index = null, extra_index_url: extra = null } = options;
  if (isTruthy(noIndex) && (isTruthy(index) || isTruthy(extra))) throw new CommandExecutionError("'no_index' and ('index_url' or 'extra_index_url') are mutually exclusive.");
  if (isTruthy(options['mirrors']) && !await isOlder(call, '7.0.0', ctx)) {
    throw new CommandExecutionError('pip >= 7.0.0 does not support mirror argument: use index_url and/or extra_index_url instead');
  }
  return [...links.flatMap((link) => ['--find-links', value(link, 'find_links')]), ...address(index, '--index-url'), ...address(extra, '--extra-index-url'), ...flag(noIndex, '--no-index')];
}

function editableWords(editable: Value): string[] {
  return isTruthy(editable) ? names(editable).flatMap((entry) => {
    const isPath = entry === '.' || entry.startsWith('file://') || entry.startsWith('/');
    if (!isPath && !/(?:#|#.*?&)egg=([^&]+)/.test(entry)) throw new CommandExecutionError('You must specify an egg for this editable');
    return ['--editable', value(entry, 'editable')];
  }) : [];
}

const ACTIONS = new Set(['s', 'i', 'w', 'b']);

/** Undefined when nothing is to be installed. */
export async function installWords(request: Request, options: Options, ctx: Context): Promise<string[] | undefined> {
  const action = options['exists_action'] ?? null;
  const before = [
    ...await wheelWords(options, request, ctx), ...await logWords(request.log, ctx), ...proxyWords(request.proxy, ctx), ...timeoutWords(request.timeout), ...await sourceWords(options, request, ctx),
    ...flag(options['disable_version_check'], '--disable-pip-version-check'), ...option(options['build'], '--build'), ...option(options['target'], '--target'), ...option(options['download'], '--download'),
    ...option(options['download_cache'] ?? options['cache_dir'], '--cache-dir'), ...option(options['source'], '--source'), ...flag(options['upgrade'], '--upgrade'),
    ...flag(options['force_reinstall'], '--force-reinstall'), ...flag(options['ignore_installed'], '--ignore-installed'),
  ];
  if (isTruthy(action) && !ACTIONS.has(str(action).toLowerCase())) {
    throw new CommandExecutionError(`The exists_action pip option only supports the values s, i, w, and b. '${str(action)}' is not valid.`);
  }
  before.push(
    ...option(action, '--exists-action'), ...flag(options['no_deps'], '--no-deps'), ...flag(options['no_install'], '--no-install'), ...flag(options['no_download'], '--no-download'),
    ...flag(options['no_cache_dir'], '--no-cache-dir'), ...flag(options['pre_releases'], '--pre'), ...option(options['cert'], '--cert'),
    ...each(options['global_options'], '--global-option'), ...each(options['install_options'], '--install-option'),
  );
  const { pkgs } = request;
  const editable = options['editable'] ?? null;
  if (!isTruthy(pkgs) && !isTruthy(request.requirements) && !isTruthy(editable)) return undefined;
  return [
    ...before, ...(isTruthy(pkgs) ? names(pkgs).map(packageWord) : []), ...editableWords(editable), ...flag(options['allow_all_external'], '--allow-all-external'),
    ...each(options['allow_external'], '--allow-external'), ...each(options['allow_unverified'], '--allow-unverified'), ...flag(options['process_dependency_links'], '--process-dependency-links'),
    ...option(options['trusted_host'], '--trusted-host'), ...extraWords(request.extra_args),
  ];
}

export async function removeWords(request: Request, requirementPaths: readonly string[], ctx: Context): Promise<string[]> {
  const before = [...await logWords(request.log, ctx), ...proxyWords(request.proxy, ctx), ...timeoutWords(request.timeout)];
  const listed = new Set<string>();
  for (const path of requirementPaths) {
    for (const line of (await ctx.sys.readText(path) ?? '').split('\n')) if (line.split('==').length === 2) listed.add(line.split('==')[0] ?? '');
  }
  const wanted = isTruthy(request.pkgs) ? names(request.pkgs).filter((name) => !listed.has(name)).map((name) => value(name, 'pkgs')) : [];
  return [...before, ...wanted, ...extraWords(request.extra_args)];
}

export const nothingToInstall: PlainMap = { retcode: 0, stdout: 'No packages to install.' };
