/** Creates or changes a source of packages, with its key. Start at `modifyRepository`. */
import { basename, dirname } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { plainArgument } from '../pkg/names.js';
import { callApt } from './apt.js';
import { Deb822Source } from '../../../kernel/sys/apt/deb822-source.js';
import { addKey, launchpadFacts, listKeys, usesAptKey } from './keys.js';
import { isYes, OneLineSource } from '../../../kernel/sys/apt/one-line-source.js';
import { sameUri, type PackageSource } from '../../../kernel/sys/apt/package-source.js';
import { refreshDb } from './refresh.js';
import { isPpa, ppaLine } from '../../../kernel/sys/apt/ppa.js';
import { findRepository } from './repositories.js';
import { SourcesList } from '../../../kernel/sys/apt/sources-list.js';

export interface ModifyCall {
  readonly repo: string;
  readonly saltenv: string;
  readonly aptkey: boolean;
  readonly kwargs: PlainMap;
}

/** `{ repo: source }` as it is now. @throws CommandExecutionError, InvocationError, PythonError */
export async function modifyRepository(call: ModifyCall, ctx: Context): Promise<PlainMap> {
  const refresh = isTruthy(call.kwargs['refresh_db'] ?? call.kwargs['refresh'] ?? true);
  const aptkey = await usesAptKey(call.aptkey, ctx);
  let { repo, kwargs } = call;
  if (repo.startsWith('ppa:')) {
    const added = await withProgram(repo, kwargs, refresh, ctx);
    if (added !== undefined) return { [repo]: added };
    ({ repo, kwargs } = await ppaCall(repo, kwargs, ctx));
  }
  const wanted = new OneLineSource(repo);
  if (wanted.invalid) {
    throw new InvocationError(`Name ${repo} is not valid. This must be the complete repo entry as seen in the sources file`);
  }
  const list = await SourcesList.read(ctx);
  if (isTruthy(kwargs['consolidate'])) consolidate(list);
  await addKeys({ kwargs, wanted, aptkey, saltenv: call.saltenv }, ctx);
  change(list, wanted, kwargs, aptkey);
  await list.save();
  if (refresh) await refreshDb(ctx);
  return { [repo]: await findRepository(repo, {}, ctx) };
}

/** `apt-add-repository` does it all; undefined where it is not there or private archives are asked for. */
async function withProgram(repo: string, kwargs: PlainMap, refresh: boolean, ctx: Context): Promise<PlainMap | undefined> {
  if (!isPpa(repo, ctx)) throw new CommandExecutionError(`cannot parse "ppa:" style repo definitions: ${repo}`);
  if (Object.hasOwn(kwargs, 'ppa_auth') || (await ctx.sys.which('apt-add-repository')) === undefined) return undefined;
  const known = await findRepository(repo, {}, ctx);
  if (Object.keys(known).length > 0) return known;
  const proxy = await proxyUrl(ctx);
  const env = proxy === '' ? {} : { http_proxy: proxy, https_proxy: proxy };
  const argv = ['apt-add-repository', '-y', repo];
  const done = await callApt(argv, ctx, { scope: false, options: { env } });
  if (done.retcode !== 0) {
    throw new CommandExecutionError(`Unable to add PPA '${repo.slice(4)}'. '${str(argv)}' exited with status ${done.retcode}: '${done.stderr}'`);
  }
  if (refresh) await refreshDb(ctx);
  return { ...done };
}

/** What a `ppa:` means in terms of a line, a file and a key. */
async function ppaCall(repo: string, given: PlainMap, ctx: Context): Promise<{ repo: string; kwargs: PlainMap }> {
  const [owner, name] = repo.slice(4).split('/');
  if (owner === undefined || name === undefined) {
    throw new CommandExecutionError('Unable to get PPA info from argument. Expected format "<PPA_OWNER>/<PPA_NAME>" '
      + `(e.g. saltstack/salt) not found.  Received '${repo.slice(4)}' instead.`);
  }
  const dist = str(ctx.grains['oscodename'] ?? '');
  const auth = Object.hasOwn(given, 'ppa_auth') ? str(given['ppa_auth'] ?? '') : undefined;
  const facts = await launchpadFacts(repo, ctx);
  if (auth !== undefined && !Object.hasOwn(given, 'keyid')) {
    throw new CommandExecutionError(`Private PPAs require a keyid to be specified: ${owner}/${name}`);
  }
  if (auth !== undefined && !isTruthy(facts['private'])) {
    throw new CommandExecutionError(`PPA is not private but auth credentials passed: ${repo}`);
  }
  const kwargs: PlainMap = { file: `/etc/apt/sources.list.d/${owner}-${name}-${dist}.list`, keyserver: 'keyserver.ubuntu.com', ...given, dist };
  if (auth === undefined) kwargs['keyid'] = facts['signing_key_fingerprint'] ?? '';
  return { repo: ppaLine(repo, auth, ctx), kwargs };
}

interface KeyWish {
  readonly kwargs: PlainMap;
  readonly wanted: OneLineSource;
  readonly aptkey: boolean;
  readonly saltenv: string;
}

async function addKeys(wish: KeyWish, ctx: Context): Promise<void> {
  const { kwargs } = wish;
  if (Object.hasOwn(kwargs, 'keyid')) await addKeysById(wish, ctx);
  else if (Object.hasOwn(kwargs, 'key_url')) await addKeyOfUrl(wish, ctx);
  else if (Object.hasOwn(kwargs, 'key_text')) {
    const text = str(kwargs['key_text'] ?? '');
    const output = await ctx.call('cmd.run_stdout', [['apt-key', 'add', '-']], { stdin: text, stdin_raw_newlines: true, python_shell: false });
    if (!str(output).toUpperCase().startsWith('OK')) throw new CommandExecutionError(`Error: failed to add key:\n${text}`);
  }
}

async function addKeysById({ kwargs, wanted, aptkey, saltenv }: KeyWish, ctx: Context): Promise<void> {
  const { keyid = null, keyserver = null } = kwargs;
  if (!isTruthy(keyid) || !isTruthy(keyserver)) throw new PythonError('NameError', 'both keyserver and keyid options required.');
  const server = plainArgument(str(keyserver), 'Key server');
  for (const item of Array.isArray(keyid) ? keyid as readonly Value[] : [keyid]) {
    const key = plainArgument(typeof item === 'number' ? `0x${item.toString(16)}` : str(item), 'Key id');
    if (aptkey) {
      await fetchWithAptKey(key, server, ctx);
    } else {
      const place = { keydir: dirname(wanted.signedby), keyfile: basename(wanted.signedby) };
      const known = await listKeys(false, place.keydir, ctx);
      if (known !== false && Object.hasOwn(known, key)) continue;
      const added = await addKey({ path: null, text: null, keyserver: server, keyid: key, saltenv, aptkey: false, ...place }, ctx);
      if (!added) throw new CommandExecutionError(`Error: Could not add key: ${key}`);
    }
  }
}

async function fetchWithAptKey(key: string, server: string, ctx: Context): Promise<void> {
  const known = await ctx.call('cmd.run_stdout', [['apt-key', 'export', key]], { python_shell: false });
  if (str(known).startsWith('-----BEGIN PGP')) return;
  const proxy = await proxyUrl(ctx);
  const direct = await ctx.call('config.option', ['no_proxy']);
  const without = Array.isArray(direct) ? direct.includes(server) : str(direct).includes(server);
  const options = proxy === '' || without ? [] : ['--keyserver-options', `http-proxy=${proxy}`];
  const done = await callApt(['apt-key', 'adv', '--batch', ...options, '--keyserver', server, '--logger-fd', '1', '--recv-keys', key], ctx, { scope: false });
  if (done.retcode !== 0) throw new CommandExecutionError(`Error: key retrieval failed: ${done.stdout}`);
}

async function proxyUrl(ctx: Context): Promise<string> {
  const [host, port, user, password] = await Promise.all(['host', 'port', 'username', 'password'].map(async (name) => {
    const value = await ctx.call('config.option', [`proxy_${name}`]);
    return isTruthy(value) ? str(value) : '';
  }));
  if (!host || !port) return '';
  return `http://${user && password ? `${user}:${password}@` : ''}${host}:${port}`;
}

async function addKeyOfUrl({ kwargs, wanted, aptkey, saltenv }: KeyWish, ctx: Context): Promise<void> {
  const url = str(kwargs['key_url'] ?? '');
  const cached = await ctx.call('cp.cache_file', [url, saltenv]);
  if (typeof cached !== 'string' || cached === '') throw new CommandExecutionError(`Error: file not found: ${url}`);
  if (aptkey) {
    const output = await ctx.call('cmd.run_stdout', [['apt-key', 'add', cached]], { python_shell: false });
    if (!str(output).toUpperCase().startsWith('OK')) throw new CommandExecutionError(`Error: failed to add key from ${url}`);
    return;
  }
  const place = wanted.signedby === '' ? { keydir: null, keyfile: null } : { keydir: dirname(wanted.signedby), keyfile: basename(wanted.signedby) };
  const added = await addKey({ path: cached, text: null, keyserver: null, keyid: null, saltenv, aptkey: false, ...place }, ctx);
  if (!added) throw new CommandExecutionError(`Error: Could not add key: ${cached}`);
}

/** Joins lines that differ in their components only. */
function consolidate(list: SourcesList): void {
  const known = new Map<string, OneLineSource>();
  for (const source of list.sources) {
    if (!(source instanceof OneLineSource)) continue;
    const key = JSON.stringify([source.architectures, source.disabled, source.type, source.uri, source.dist]);
    const first = known.get(key);
    if (first === undefined) {
      known.set(key, source);
    } else {
      first.comps = [...new Set([...first.comps, ...source.comps])];
      list.remove(source);
    }
  }
}

const textsOf = (value: Value | undefined): string[] =>
  (Array.isArray(value) ? (value as readonly Value[]).map(str) : str(value ?? '').split(',')).map((part) => part.trim()).filter((part) => part !== '');

/** Finds the entry that the wish is about, or makes one, and puts the wished values into it. */
function change(list: SourcesList, wanted: OneLineSource, kwargs: PlainMap, aptkey: boolean): void {
  const comps = Object.hasOwn(kwargs, 'comps') ? textsOf(kwargs['comps']) : wanted.comps;
  const architectures = Object.hasOwn(kwargs, 'architectures') ? textsOf(kwargs['architectures']) : wanted.architectures;
  const wish = { ...kwargs, comps, architectures };
  const source = findEntry(list.sources, wanted, wish) ?? newEntry(list, wanted, kwargs, aptkey);
  if (Object.hasOwn(kwargs, 'comments')) source.comment = textOfComments(kwargs['comments'] ?? null);
  if (source instanceof OneLineSource) applyToLine(source, wanted, wish);
  else if (source instanceof Deb822Source) applyToParagraph(source, wanted, wish);
}

const textOfComments = (comments: Value): string => (Array.isArray(comments) ? (comments as readonly Value[]).map(str).join(' ') : str(comments)).trim();

interface Wish extends PlainMap {
  readonly comps: string[];
  readonly architectures: string[];
}

function findEntry(sources: readonly PackageSource[], wanted: OneLineSource, wish: Wish): PackageSource | undefined {
  const all = [...new Set([...wanted.comps, ...wish.comps])];
  const { type = null, dist = null } = wish;
  return sources.find((source) => {
    const named = source.types.includes(wanted.type) && source.uris.some((uri) => sameUri(uri, wanted.uri)) && source.suites.includes(wanted.dist);
    const asked = typeof dist === 'string' && source.suites.includes(dist) && typeof type === 'string' && source.types.includes(type);
    if (!named && !asked) return false;
    return source.comps.length === 0 || all.some((comp) => source.comps.includes(comp)) || wish.architectures.join() !== source.architectures.join();
  });
}

function newEntry(list: SourcesList, wanted: OneLineSource, kwargs: PlainMap, aptkey: boolean): PackageSource {
  const trusted = kwargs['trusted'] ?? kwargs['Trusted'];
  const isTrusted = trusted === true || (typeof trusted === 'string' && isYes(trusted));
  if (!aptkey && wanted.signedby === '' && !isTrusted) {
    throw new InvocationError("missing 'signedby' or 'trusted' option when apt-key is missing");
  }
  const file = isTruthy(kwargs['file']) ? str(kwargs['file'] ?? '') : undefined;
  let entry: PackageSource;
  if (file?.endsWith('.sources') === true) {
    const paragraph = new Deb822Source('', file);
    Object.assign(paragraph, { types: [wanted.type], uris: [wanted.uri], suites: [wanted.dist], comps: wanted.comps });
    if (isTrusted || (trusted === undefined && wanted.trusted === true)) paragraph.trusted = true;
    entry = paragraph;
  } else {
    entry = new OneLineSource(wanted.line, file);
  }
  list.entries.push(entry);
  return entry;
}

/** `disabled`, or the opposite of `enabled`; undefined when neither is said. */
function disabledOf({ disabled, enabled }: PlainMap): boolean | undefined {
  if (disabled !== undefined) return isTrue(disabled);
  return enabled === undefined ? undefined : !isTrue(enabled);
}

function trustedOf({ trusted }: PlainMap): boolean | null | undefined {
  if (trusted === undefined || trusted === null || typeof trusted === 'boolean') return trusted;
  return isYes(str(trusted));
}

type Common = { file?: string; disabled?: boolean; trusted?: boolean | null };

function commonChanges(wish: Wish): Common {
  const disabled = disabledOf(wish);
  const trusted = trustedOf(wish);
  return {
    ...(isTruthy(wish['file']) ? { file: str(wish['file'] ?? '') } : {}),
    ...(disabled === undefined ? {} : { disabled }), ...(trusted === undefined ? {} : { trusted }),
  };
}

/** The options of the line are those of the wish from now on. */
function applyToLine(source: OneLineSource, wanted: OneLineSource, wish: Wish): void {
  Object.assign(source, { ...commonChanges(wish), line: wanted.line, comps: wish.comps, signedby: wanted.signedby, uri: wanted.uri });
  if (wish.architectures.length > 0 || source.architectures.length > 0) source.architectures = wish.architectures;
  if (typeof wish['dist'] === 'string') source.dist = wish['dist'];
}

function applyToParagraph(source: Deb822Source, wanted: OneLineSource, wish: Wish): void {
  Object.assign(source, { ...commonChanges(wish), comps: wish.comps });
  source.signedby = wanted.signedby;
  if (wish.architectures.length > 0 || source.architectures.length > 0) source.architectures = wish.architectures;
  for (const name of ['uris', 'suites', 'types'] as const) if (wish[name] !== undefined) source[name] = textsOf(wish[name]);
  if (typeof wish['uri'] === 'string') source.uri = wish['uri'];
  if (typeof wish['dist'] === 'string') source.dist = wish['dist'];
}
