/**
 * `state.pkg`: a tar file with chunks, pillar, grains and files, as salt-ssh sends it. Source: read, Salt 3008.3.
 * What is wrong with the file itself is answered with an empty map, as Salt does.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { judged } from './outcome.js';
import { openEngine, type Keywords } from './request.js';

export interface PackageWish {
  readonly pkg_path: string;
  readonly pkg_sum: string;
  readonly hash_type: string;
  readonly test: Value;
  readonly kwargs: Keywords;
}

const UNPACK_MS = 600_000;

export async function runPackage(wish: PackageWish, ctx: Context): Promise<Value> {
  const { pkg_path: path, pkg_sum: sum, hash_type: hashType } = wish;
  const isFile = (await ctx.sys.fs.stat(path).catch(() => undefined))?.isFile() === true;
  if (!isFile || await ctx.call('file.get_hash', [path, hashType]) !== sum || !await isSafe(path, ctx)) return {};
  const root = await ctx.sys.fs.mkdtemp(join(tmpdir(), 'state-pkg-'));
  try {
    await tar(['-xzf', path, '-C', root, '--no-same-owner'], ctx);
    return await runUnpacked(root, wish, ctx);
  } finally {
    await ctx.sys.fs.rm(root, { recursive: true, force: true });
  }
}

/** No member leaves the folder. */
async function isSafe(path: string, ctx: Context): Promise<boolean> {
  const names = (await tar(['-tzPf', path], ctx)).split('\n');
  return names.every((name) => !name.startsWith('/') && !name.split('/').includes('..'));
}

async function tar(words: readonly string[], ctx: Context): Promise<string> {
  const done = await ctx.sys.run(['tar', ...words], { timeoutMs: UNPACK_MS, signal: ctx.signal });
  if (done.code !== 0) throw new CommandExecutionError(`Cannot read the package: ${Buffer.from(done.stderr).toString('utf8').trim()}`);
  return Buffer.from(done.stdout).toString('utf8');
}

async function runUnpacked(root: string, { test, kwargs }: PackageWish, ctx: Context): Promise<Value> {
  const read = async (name: string): Promise<Value | undefined> => {
    const text = await ctx.sys.readText(join(root, name));
    return text === undefined ? undefined : JSON.parse(text) as Value;
  };
  const low = await read('lowstate.json') ?? [];
  if (!Array.isArray(low) || !(low as readonly Value[]).every((chunk) => isPlainMap(chunk))) return low;
  const [pillar, grains] = [await read('pillar.json'), await read('roster_grains.json')];
  const folders = (await ctx.sys.fs.readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const engine = await openEngine({
    test, kwargs: isPlainMap(pillar) ? { ...kwargs, pillar } : kwargs,
    sent: { fileRoots: Object.fromEntries(folders.map(({ name }) => [name, [join(root, name)]])), ...(isPlainMap(grains) ? { grains } : {}) },
  }, ctx);
  return judged(await engine.runChunks(low as readonly PlainMap[]), ctx);
}
