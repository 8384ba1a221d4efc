/** `file.source_list`: the first of several sources that is there. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isList, isMap, mapEntries, type Value } from '../../../../kernel/std/value.js';
import { joinPath } from '../../../../kernel/sys/file/paths.js';
import { pathExists } from '../../../../kernel/sys/file/probe.js';
import { parseAddress, saltPath, type Address } from '../../../../kernel/sys/file/url.js';
import { isOnWeb } from './web-head.js';

type Found = readonly [source: Value, hash: Value];

/** Source and hash. Differs: Salt remembers the answer for its process, which ends with the job; here each call looks anew. */
export async function chooseSource(ctx: Context, source: Value, hash: Value, saltenv: string): Promise<Found> {
  if (!isList(source)) return [source, hash];
  const master = new MasterFiles(ctx);
  for (const one of source) {
    const found = isMap(one) ? await fromMap(ctx, master, one, hash, saltenv) : await fromText(ctx, master, one, hash, saltenv);
    if (found !== undefined) return found;
  }
  throw new CommandExecutionError('none of the specified sources were found');
}

/** Files and folders of the master, listed once for each environment. */
class MasterFiles {
  readonly #ctx: Context;
  readonly #known = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  async has(path: string, saltenv: string): Promise<boolean> {
    let names = this.#known.get(saltenv);
    if (names === undefined) this.#known.set(saltenv, names = this.#list(saltenv));
    return (await names).has(path);
  }

  async #list(saltenv: string): Promise<ReadonlySet<string>> {
    const files = await this.#ctx.call('cp.list_master', [saltenv]);
    const folders = await this.#ctx.call('cp.list_master_dirs', [saltenv]);
    return new Set([files, folders].flatMap((names) => (isList(names) ? names.map(str) : [])));
  }
}

/** `{source: its own hash}`. Salt looks for it in the call's environment, whatever the address says. */
async function fromMap(ctx: Context, master: MasterFiles, one: Value, hash: Value, saltenv: string): Promise<Found | undefined> {
  const [entry, ...others] = isMap(one) ? mapEntries(one) : [];
  if (entry === undefined || others.length > 0) return undefined;
  const [source, own] = [str(entry[0]), entry[1]];
  const there = source.startsWith('salt://') ? await master.has(saltPath(source).path, saltenv) : await isThere(ctx, source);
  return there ? [source, own || hash] : undefined;
}

async function fromText(ctx: Context, master: MasterFiles, one: Value, hash: Value, saltenv: string): Promise<Found | undefined> {
  if (typeof one !== 'string') return undefined;
  const { path, saltenv: own } = saltPath(one);
  const there = await master.has(path, own ?? saltenv) || await isThere(ctx, one);
  return there ? [one, hash] : undefined;
}

async function isThere(ctx: Context, source: string): Promise<boolean> {
  const address: Address = parseAddress(source);
  if (address.scheme === 'file') {
    const places = [address.host, address.path, joinPath(address.host, address.path)].filter((place) => place !== '');
    for (const place of places) if (await pathExists(ctx.sys, place)) return true;
    return false;
  }
  if (address.scheme.startsWith('http') || address.scheme === 'ftp') {
    return isOnWeb(ctx, source);
  }
  return source.startsWith('/') && pathExists(ctx.sys, source);
}
