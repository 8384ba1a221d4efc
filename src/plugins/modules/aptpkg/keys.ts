/** Keys that sign archives: apt-key where it still exists, files in a folder of keyrings elsewhere. */
import { basename, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { plainArgument } from '../pkg/names.js';
import type { ProgramResult } from '../pkg/program.js';
import { callApt } from './apt.js';

export const KEY_FOLDER = '/etc/apt/keyrings';
const KEY_MODE = 0o644;

/** apt-key is asked for only where it exists. */
export async function usesAptKey(wished: boolean, ctx: Context): Promise<boolean> {
  return wished && (await ctx.sys.which('apt-key')) !== undefined;
}

const keyFolder = (keydir: string | null): string => (keydir === null || keydir === '' ? KEY_FOLDER : keydir);

/** Keys by id, from the colon-separated listing of gpg. */
export function readKeys(output: string): Record<string, PlainMap> {
  const keys: PlainMap[] = [];
  for (const line of output.split('\n')) {
    const items = line.split(':').map((item) => item.trim());
    const key = keys.at(-1);
    const [kind] = items;
    if (kind === 'pub') keys.push(keyFacts(items));
    else if (key === undefined) continue;
    else if (kind === 'sub') key['subkey'] = keyFacts(items);
    else if (kind === 'fpr') ((key['subkey'] ?? key) as PlainMap)['fingerprint'] = items[9] ?? null;
    else if (kind === 'uid') Object.assign(key, { uid: items[9] ?? null, uid_hash: items[7] ?? null });
  }
  return Object.fromEntries(keys.map((key) => [str(key['keyid'] ?? ''), key]));
}

function keyFacts(items: readonly string[]): PlainMap {
  const number = (at: number): Value => (/^\d+$/.test(items[at] ?? '') ? Number(items[at]) : items[at] === '' ? null : items[at] ?? null);
  return {
    algorithm: number(3), bits: number(2), capability: number(11), date_creation: number(5), date_expiration: number(6),
    keyid: items[4] ?? '', validity: number(1),
  };
}

async function isFolder(path: string, ctx: Context): Promise<boolean> {
  return (await ctx.sys.fs.stat(path).catch(() => undefined))?.isDirectory() === true;
}

async function gpg(argv: readonly string[], ctx: Context): Promise<ProgramResult> {
  return await ctx.call('cmd.run_all', [['gpg', ...argv]], { python_shell: false }) as unknown as ProgramResult;
}

/** The keys, or false when there is no folder of keys. */
export async function listKeys(aptkey: boolean, keydir: string | null, ctx: Context): Promise<Record<string, PlainMap> | false> {
  if (await usesAptKey(aptkey, ctx)) {
    const done = await callApt(['apt-key', 'adv', '--batch', '--list-public-keys', '--with-fingerprint', '--with-fingerprint',
      '--with-colons', '--fixed-list-mode'], ctx, { scope: false });
    if (done.retcode !== 0) ctx.log.error({}, done.stderr);
    return done.retcode === 0 ? readKeys(done.stdout) : {};
  }
  const folder = keyFolder(keydir);
  if (!(await isFolder(folder, ctx))) {
    ctx.log.error({}, `The directory ${folder} does not exist. Please create this directory only writable by root`);
    return false;
  }
  const keys: Record<string, PlainMap> = {};
  for (const file of await keyFiles(folder, ctx)) Object.assign(keys, await keysOfFile(file, ctx));
  return keys;
}

async function keyFiles(folder: string, ctx: Context): Promise<string[]> {
  return (await ctx.sys.fs.readdir(folder)).toSorted().map((name) => join(folder, name));
}

async function keysOfFile(file: string, ctx: Context): Promise<Record<string, PlainMap>> {
  return readKeys((await gpg(['--no-default-keyring', '--keyring', file, '--list-keys', '--with-colons'], ctx)).stdout);
}

export interface AddKeyCall {
  readonly path: string | null;
  readonly text: string | null;
  readonly keyserver: string | null;
  readonly keyid: string | null;
  readonly saltenv: string;
  readonly aptkey: boolean;
  readonly keydir: string | null;
  /** Name of the file below `keydir`. */
  readonly keyfile: string | null;
}

/** True when the key is there now; what went wrong is logged. @throws InvocationError, PythonError for a call that names no key */
export async function addKey(call: AddKeyCall, ctx: Context): Promise<boolean> {
  const folder = keyFolder(call.keydir);
  if (!call.aptkey && !(await madeFolder(folder, ctx))) return false;
  const aptkey = await usesAptKey(call.aptkey, ctx);
  if (isTruthy(call.keyid) && (await isKnown(call.keyid ?? '', aptkey, folder, ctx))) return true;
  if (isTruthy(call.path)) return addKeyOfFile(call, aptkey, folder, ctx);
  if (isTruthy(call.text)) return succeeded(await callApt(['apt-key', 'add', '-'], ctx, { options: { stdin: call.text, stdin_raw_newlines: true } }), ctx);
  if (isTruthy(call.keyserver)) return fetchKey(call, aptkey, folder, ctx);
  if (isTruthy(call.keyid)) throw new InvocationError(`No keyserver specified for keyid: ${call.keyid ?? ''}`);
  throw new PythonError('TypeError', 'add_repo_key() takes at least 1 argument (0 given)');
}

async function madeFolder(folder: string, ctx: Context): Promise<boolean> {
  try {
    await ctx.sys.fs.mkdir(folder, { recursive: true, mode: 0o755 });
    return true;
  } catch (err) {
    const reason = err instanceof Error ? err.message : String(err);
    ctx.log.error({}, `The directory ${folder} does not exist and could not be created: ${reason}. Please create this directory writable only by root.`);
    return false;
  }
}

async function isKnown(keyid: string, aptkey: boolean, folder: string, ctx: Context): Promise<boolean> {
  const keys = await listKeys(aptkey, folder, ctx);
  return keys !== false && Object.keys(keys).some((known) => known.endsWith(keyid));
}

async function addKeyOfFile(call: AddKeyCall, aptkey: boolean, folder: string, ctx: Context): Promise<boolean> {
  const cached = await ctx.call('cp.cache_file', [call.path ?? '', call.saltenv]);
  if (typeof cached !== 'string' || cached === '') {
    ctx.log.error({}, `Unable to get cached copy of file: ${call.path ?? ''}`);
    return false;
  }
  if (aptkey) return succeeded(await callApt(['apt-key', 'add', cached], ctx), ctx);
  const name = basename(call.keyfile ?? cached);
  const key = await binaryKey(cached, name, ctx);
  if (key === undefined) return false;
  await ctx.sys.fs.copyFile(key, join(folder, name));
  await ctx.sys.fs.chmod(join(folder, name), KEY_MODE);
  if (key !== cached) await ctx.sys.fs.rm(key, { force: true });
  return true;
}

/** apt reads armoured keys from `.asc` files only; for others the armour is taken off. */
async function binaryKey(path: string, wantedName: string, ctx: Context): Promise<string | undefined> {
  const head = (await ctx.sys.fs.readFile(path)).subarray(0, 64).toString('latin1');
  if (!/^-*BEGIN PGP/.test(head) || wantedName.endsWith('.asc')) return path;
  if ((await ctx.sys.which('gpg')) === undefined) {
    ctx.log.error({}, `Detected an ASCII armored key ${path} and the gpg binary is not available. Not decrypting the key.`);
    return undefined;
  }
  const binary = `${path}.decrypted`;
  const done = await gpg(['--yes', '--output', binary, '--dearmor', path], ctx);
  if (done.retcode === 0) return binary;
  ctx.log.error({}, `Failed to decrypt the key ${path}`);
  return undefined;
}

async function fetchKey(call: AddKeyCall, aptkey: boolean, folder: string, ctx: Context): Promise<boolean> {
  const server = plainArgument(call.keyserver ?? '', 'Key server');
  if (!isTruthy(call.keyid)) throw new InvocationError(`No keyid or keyid too short for keyserver: ${server}`);
  const keyid = plainArgument(call.keyid ?? '', 'Key id');
  if (aptkey) return succeeded(await callApt(['apt-key', 'adv', '--batch', '--keyserver', server, '--recv', keyid], ctx), ctx);
  if (!isTruthy(call.keyfile)) {
    ctx.log.error({}, 'You must define the name of the key file to save the key. See keyfile argument');
    return false;
  }
  const file = join(folder, basename(call.keyfile ?? ''));
  const done = await callApt(['gpg', '--no-default-keyring', '--keyring', file, '--keyserver', server, '--recv-keys', keyid], ctx);
  if (done.retcode === 0) await ctx.sys.fs.chmod(file, KEY_MODE);
  return succeeded(done, ctx);
}

function succeeded(done: ProgramResult, ctx: Context): boolean {
  if (done.retcode !== 0) ctx.log.error({}, `Unable to add repo key: ${done.stderr}`);
  return done.retcode === 0;
}

export interface DeleteKeyCall {
  readonly name: string | null;
  readonly aptkey: boolean;
  readonly keydir: string | null;
  readonly kwargs: PlainMap;
}

/** The id of the key that went, or false. @throws InvocationError, CommandExecutionError */
export async function deleteKey({ name, aptkey, keydir, kwargs }: DeleteKeyCall, ctx: Context): Promise<Value> {
  const folder = keyFolder(keydir);
  if (!aptkey && !(await isFolder(folder, ctx))) {
    ctx.log.error({}, `The directory ${folder} does not exist. Please create this directory only writable by root`);
    return false;
  }
  const keyid = plainArgument(await keyToDelete(name, kwargs, ctx), 'Key id');
  if (await usesAptKey(aptkey, ctx)) {
    const done = await callApt(['apt-key', 'del', keyid], ctx, { scope: false });
    if (done.retcode === 0) return keyid;
    throw new CommandExecutionError(`Failed to remove keyid ${keyid}${done.stderr === '' ? '' : `: ${done.stderr}`}`);
  }
  const file = await fileOfKey(folder, keyid, ctx);
  if (file === undefined) return false;
  await ctx.sys.fs.rm(file);
  return keyid;
}

async function keyToDelete(name: string | null, kwargs: PlainMap, ctx: Context): Promise<string> {
  if (isTruthy(kwargs['keyid_ppa'])) {
    if (name?.startsWith('ppa:') !== true) throw new InvocationError('keyid_ppa requires that a PPA be passed');
    return str((await launchpadFacts(name, ctx))['signing_key_fingerprint'] ?? '').slice(-8);
  }
  if (!Object.hasOwn(kwargs, 'keyid')) throw new InvocationError('keyid or keyid_ppa and PPA name must be passed');
  return str(kwargs['keyid'] ?? '');
}

async function fileOfKey(folder: string, keyid: string, ctx: Context): Promise<string | undefined> {
  if (keyid.length !== 8 && keyid.length !== 16) {
    ctx.log.error({}, 'The keyid needs to be either 8 or 16 characters');
    return undefined;
  }
  for (const file of await keyFiles(folder, ctx)) {
    const keys = await keysOfFile(file, ctx);
    if (Object.keys(keys).some((known) => known.endsWith(keyid))) return file;
  }
  ctx.log.error({}, `Could not find the key file for keyid: ${keyid}`);
  return undefined;
}

/** What Launchpad knows of a `ppa:owner/name`. @throws CommandExecutionError when it knows nothing */
export async function launchpadFacts(ppa: string, ctx: Context): Promise<PlainMap> {
  const [owner = '', name = ''] = ppa.slice('ppa:'.length).split('/');
  const url = `https://launchpad.net/api/1.0/~${encodeURIComponent(owner)}/+archive/${encodeURIComponent(name)}`;
  const answer = await ctx.call('http.query', [url], { header_dict: { Accept: 'application/json' }, decode: true, decode_type: 'json' }) as PlainMap;
  const facts = answer['dict'];
  if (isTruthy(facts)) return facts as PlainMap;
  throw new CommandExecutionError(`Launchpad does not know about ${owner}/${name}: ${str(answer['error'] ?? null)}`);
}
