/** Hosts whose keys are known, with the programs of OpenSSH. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError, InvocationError } from '../../../kernel/contract/errors.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { fingerprintOf } from './key-lines.js';
import { isFile, isRoot, knownHostsPath, makePrivateFolder, ownerOf, trouble, type Trouble } from './places.js';

const DEFAULT_PORT = 22;
/** Asking a host may give nothing although it answers. */
const SCANS_MAX = 5;

export interface HostEntry extends PlainMap {
  readonly hostname: string;
  readonly key: string;
  readonly enc: string;
  readonly fingerprint: string;
}

export interface HostPlace {
  readonly user: string | null;
  readonly config: string | null;
  readonly hostname: string;
  readonly port: Value;
  readonly hashType: string | null;
}

const isDefaultPort = (port: Value): boolean => !isTruthy(port) || Number(port) === DEFAULT_PORT;

/** One word that no program takes for an option. @throws InvocationError */
function word(text: string, what: string): string {
  if (text.startsWith('-') || /[\s\0]/.test(text)) throw new InvocationError(`${what} '${text}' is not valid`);
  return text;
}

const hostWord = ({ hostname, port }: Pick<HostPlace, 'hostname' | 'port'>): string =>
  (isDefaultPort(port) ? word(hostname, 'Host name') : `[${word(hostname, 'Host name')}]:${word(str(port), 'Port')}`);

async function outputOf(words: readonly [string, ...string[]], ctx: Context, options: PlainMap = {}): Promise<string> {
  if (await ctx.sys.which(words[0]) === undefined) throw new CommandNotFoundError(`'${words[0]}' is not available`);
  return str(await ctx.call('cmd.run', [words], { python_shell: false, ...options }));
}

function readEntries(text: string, hashType: string | null): HostEntry[] {
  return splitLines(text).flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [hostname = '', enc = '', key = ''] = words;
    if (words.length !== 3 || hostname.startsWith('#')) return [];
    const fingerprint = fingerprintOf(key, hashType);
    return fingerprint === undefined ? [] : [{ hostname, key, enc, fingerprint }];
  });
}

const isTrouble = (value: string | Trouble): value is Trouble => typeof value !== 'string';

/** What is written down of a host. */
export async function knownEntries(place: HostPlace, ctx: Context): Promise<HostEntry[] | Trouble | null> {
  const path = await knownHostsPath(place.config, place.user, ctx);
  if (isTrouble(path)) return path;
  const found = readEntries(await outputOf(['ssh-keygen', '-F', hostWord(place), '-f', path], ctx, { ignore_retcode: true }), place.hashType);
  return found.length > 0 ? found : null;
}

export interface Scan {
  readonly hostname: string;
  readonly enc: string | null;
  readonly port: Value;
  readonly hashed: boolean;
  readonly timeout: Value;
  readonly hashType: string | null;
}

/** What the host itself says. */
export async function scannedEntries({ hostname, enc, port, hashed, timeout, hashType }: Scan, ctx: Context): Promise<HostEntry[] | null> {
  const words: [string, ...string[]] = [
    'ssh-keyscan', ...(isTruthy(port) ? ['-p', str(port)] : []), ...(isTruthy(enc) ? ['-t', str(enc)] : []), ...(hashed ? ['-H'] : []), '-T', str(timeout), word(hostname, 'Host name'),
  ];
  let text = '';
  for (let tries = 0; tries < SCANS_MAX && text === ''; tries += 1) text = await outputOf(words, ctx);
  const found = readEntries(text, hashType);
  return found.length > 0 ? found : null;
}

export async function checkHost(place: HostPlace, { key, fingerprint }: { key: string | null; fingerprint: string | null }, ctx: Context): Promise<Value> {
  const entries = await knownEntries(place, ctx);
  if (entries === null) return 'add';
  if ('error' in entries) return { ...entries };
  if (isTruthy(key)) return entries.some((entry) => entry.key === key) ? 'exists' : 'update';
  if (isTruthy(fingerprint)) return entries.some((entry) => entry.fingerprint === fingerprint) ? 'exists' : 'update';
  return 'exists';
}

async function giveTo(user: string | null, path: string, ctx: Context): Promise<void> {
  const owner = user === null || user === '' || !isRoot() ? undefined : await ownerOf(user, ctx);
  if (owner !== undefined) await ctx.sys.fs.chown(path, owner.uid, owner.gid);
}

export async function forgetHost(place: HostPlace, ctx: Context): Promise<PlainMap> {
  const path = await knownHostsPath(place.config, place.user, ctx);
  if (isTrouble(path)) return { ...path };
  if (!await isFile(path, ctx)) return trouble(`Known hosts file ${path} does not exist`);
  const comment = await outputOf(['ssh-keygen', '-R', hostWord(place), '-f', path], ctx);
  await giveTo(place.user, path, ctx);
  return { status: 'removed', comment };
}

export async function hashHosts(config: string | null, user: string | null, ctx: Context): Promise<PlainMap> {
  const path = await knownHostsPath(config, user, ctx);
  if (isTrouble(path)) return { ...path };
  if (!await isFile(path, ctx)) return trouble(`Known hosts file ${path} does not exist`);
  const { mode } = await ctx.sys.fs.stat(path);
  const comment = await outputOf(['ssh-keygen', '-H', '-f', path], ctx);
  await ctx.sys.fs.chmod(path, mode & 0o7777);
  await giveTo(user, path, ctx);
  return { status: 'updated', comment };
}

export interface HostWish extends HostPlace {
  readonly key: string | null;
  readonly fingerprint: string | null;
  readonly enc: string | null;
  readonly hashed: boolean;
  readonly timeout: Value;
}

const sameItems = (a: readonly string[], b: readonly string[]): boolean => a.every((item) => b.includes(item)) && b.every((item) => a.includes(item));

/** Entries to be written down, or the answer that ends it. */
async function wantedEntries(wish: HostWish, stored: readonly HostEntry[], ctx: Context): Promise<readonly PlainMap[] | { readonly answer: PlainMap }> {
  const { key, fingerprint, enc } = wish;
  const keys = stored.filter((entry) => enc === null || entry.enc === enc).map((entry) => entry.key);
  const isMissing = stored.length === 0 || (isTruthy(fingerprint) && stored.every((entry) => entry.fingerprint !== fingerprint)) || (isTruthy(key) && !keys.includes(key ?? ''));
  const isOpen = key === null && fingerprint === null;
  if (!isMissing && !isOpen) return { answer: { status: 'exists', keys } };
  if (isTruthy(key)) return [{ hostname: wish.hostname, enc, key }];
  const scanned = await scannedEntries(wish, ctx);
  if (scanned === null) return { answer: trouble('Unable to receive remote host keys') };
  if (isTruthy(fingerprint) && scanned.every((entry) => entry.fingerprint !== fingerprint)) {
    return { answer: trouble('Remote host public keys found but none of their fingerprints match the one you have provided') };
  }
  const isSame = sameItems(scanned.map((entry) => entry.key), keys);
  return !isMissing && isOpen && isSame ? { answer: { status: 'exists', keys } } : scanned;
}

/** Numbers of the lines, from 1, that are about a host; `ssh-keygen -F` tells each before its entry. */
function oldLines(text: string, enc: string | null): number[] {
  const lines = splitLines(text);
  return lines.flatMap((line, at) => {
    const number = /^# Host .* line (\d+)/.exec(line.trim())?.[1];
    const kind = (lines[at + 1] ?? '').trim().split(/\s+/).at(-2);
    return number === undefined || (enc !== null && kind !== enc) ? [] : [Number(number)];
  });
}

function lineOf(entry: PlainMap, { port, hashed }: HostWish): string {
  const host = str(entry['hostname'] ?? '');
  const rest = `${str(entry['enc'] ?? null)} ${str(entry['key'] ?? null)}`;
  if (/[\r\n\0]/.test(`${host}${rest}`)) throw new InvocationError('An entry of a known host has to stand in one line');
  return hashed || isDefaultPort(port) || host.includes(':') ? `${host} ${rest}\n` : `[${host}]:${str(port)} ${rest}\n`;
}

export async function rememberHost(wish: HostWish, ctx: Context): Promise<PlainMap> {
  const { user, config, port, hashed, key } = wish;
  if (port !== null && Number(port) !== DEFAULT_PORT && hashed) return trouble('argument port can not be used in conjunction with argument hash_known_hosts');
  const stored = await knownEntries(wish, ctx);
  if (stored !== null && 'error' in stored) return { ...stored };
  const entries = await wantedEntries(wish, stored ?? [], ctx);
  if ('answer' in entries) return entries.answer;
  const path = await knownHostsPath(config, user, ctx);
  if (isTrouble(path)) return { ...path };
  const hadFile = await isFile(path, ctx);
  const kept = hadFile ? await linesWithoutOld(path, wish, ctx) : '';
  const owner = user === null || user === '' ? undefined : await ownerOf(user, ctx);
  try {
    await makePrivateFolder(posix.dirname(path), owner, ctx);
    await ctx.sys.writeFile(path, `${kept}${entries.map((entry) => lineOf(entry, wish)).join('')}`, hadFile ? {} : { mode: 0o600 });
  } catch (error) {
    if (!isOsError(error)) throw error;
    throw new CommandExecutionError(`Couldn't append to known hosts file: '${osErrorText(error)}'`, { cause: error });
  }
  await giveTo(user, path, ctx);
  if (isTruthy(key) && hashed) await hashHosts(path, user, ctx);
  const named = hashed || isDefaultPort(port) ? entries : entries.map((entry) => (str(entry['hostname'] ?? '').includes(':') ? entry : { ...entry, port }));
  return { status: 'updated', old: stored, new: [...named] };
}

async function linesWithoutOld(path: string, wish: HostWish, ctx: Context): Promise<string> {
  const found = await outputOf(['ssh-keygen', '-F', hostWord(wish), '-f', path], ctx, { ignore_retcode: true });
  const old = new Set(oldLines(found, wish.enc));
  const lines = (await ctx.sys.fs.readFile(path, 'utf8')).split(/(?<=\n)/);
  const text = lines.filter((_line, at) => !old.has(at + 1)).join('');
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
