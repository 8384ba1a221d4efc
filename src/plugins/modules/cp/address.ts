/**
 * Addresses of files: `salt://path?saltenv=env`, web addresses and local paths; and where their copies lie in the cache.
 *
 * Source: read, Salt 3008.3 `salt.utils.url` and `salt.fileclient`; places in the cache observed.
 */
import { createHash } from 'node:crypto';
import { join, normalize } from 'node:path';
import { PythonError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { unsafeReason } from '../../../kernel/sys/safe-path.js';

const SALT = 'salt://';
/** Longer file names are replaced by their digest. */
const FILE_NAME_MAX = 255;

export interface Address {
  /** Lower case, empty for a plain path. */
  readonly scheme: string;
  /** Host with what stands before `@` and after `:`. */
  readonly netloc: string;
  readonly path: string;
  readonly query: string;
}

/** Parts of an address as Python's `urlparse` tells them; `#` is a plain character. */
export function parseAddress(text: string): Address {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?]*))?([^?]*)(?:\?([^]*))?$/.exec(text);
  return { scheme: (match?.[1] ?? '').toLowerCase(), netloc: match?.[2] ?? '', path: match?.[3] ?? '', query: match?.[4] ?? '' };
}

/** The environment of a call: the one given, else the option `saltenv`, else `base`. */
export function environmentOf(ctx: Context, saltenv: Value): string {
  if (isTruthy(saltenv)) return String(saltenv);
  const option = ctx.opts['saltenv'];
  return isTruthy(option) ? String(option) : 'base';
}

export interface SaltPath {
  /** Without `salt://` for a file of the master, else as it was given. */
  readonly path: string;
  readonly saltenv: string;
  readonly isRemote: boolean;
}

/** Takes `?saltenv=` off an address of the master's files. The older `?env=` is dropped, as Salt does. */
export function readSaltPath(address: string, saltenv: string): SaltPath {
  if (!address.startsWith(SALT)) return { path: address, saltenv, isRemote: false };
  const resource = address.slice(SALT.length);
  const old = resource.indexOf('?env=');
  const at = old >= 0 ? old : resource.indexOf('?saltenv=');
  const path = (at < 0 ? resource : resource.slice(0, at)).replace(/^\/+/, '');
  const given = old >= 0 || at < 0 ? '' : resource.slice(at + '?saltenv='.length);
  return { path, saltenv: given === '' ? saltenv : given, isRemote: true };
}

/** Path below the file roots. @throws PythonError (MinionError) for anything but `salt://` */
export function masterPath(address: string): string {
  const { path, isRemote } = readSaltPath(address, '');
  if (!isRemote) throw minionError(`Unsupported path: ${address}`);
  return path;
}

export const minionError = (message: string): PythonError => new PythonError('salt.exceptions.MinionError', message);

/** Where the copy of a web address lies. A path that would lead out of its folder gives Salt's `Invalid path`. */
export function foreignCachePath(ctx: Context, address: string, saltenv: string): string {
  const { netloc, path, query } = parseAddress(address.replace(/#.*$/s, ''));
  const host = netloc.slice(netloc.lastIndexOf('@') + 1).replace(/:(?=\d+$)/, '');
  const root = join(String(ctx.opts['cachedir']), 'extrn_files', saltenv, host);
  const name = query === '' ? path : `${path}-${query}`;
  const full = join(root, name);
  if (normalize(full) !== root && !normalize(full).startsWith(`${root}/`)) return 'Invalid path';
  return name.length > FILE_NAME_MAX ? join(root, createHash('sha256').update(name).digest('hex')) : full;
}

/** Where the copy of any address would lie; a local path is its own copy. */
export function cachePathOf(ctx: Context, address: string, saltenv: string): string {
  const { scheme } = parseAddress(address);
  if (scheme === '') return address;
  if (scheme !== 'salt') return foreignCachePath(ctx, address, saltenv);
  const target = readSaltPath(address, saltenv);
  return ctx.port('files').cachePath(target.path.replace(/^[|/]+/, ''), target.saltenv);
}

/** The copy in the cache, when there is one; a leading `|` of the path is put before the answer. */
export async function cachedPath(ctx: Context, address: string, saltenv: string): Promise<string> {
  const target = readSaltPath(address, saltenv);
  const escaped = target.path.startsWith('|');
  const name = target.path.replace(/^[|/]+/, '');
  if (unsafeReason(name) === undefined) {
    const places = [ctx.port('files').cachePath(name, target.saltenv), join(String(ctx.opts['cachedir']), 'localfiles', name)];
    for (const place of places) if (await ctx.sys.exists(place)) return escaped ? `|${place}` : place;
  }
  const foreign = foreignCachePath(ctx, target.isRemote ? target.path : address, target.saltenv);
  return (await ctx.sys.exists(foreign)) ? foreign : '';
}

/** An address for messages: without user and password. */
export const withoutLogin = (address: string): string => address.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1<redacted>@');
