/** Answers about packages that need no change: owners of files, metadata, downloads, services. */
import { normalize } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandNotFoundError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { refuseOthers } from '../pkg/keywords.js';
import { packageNames, plainArgument } from '../pkg/names.js';
import { callApt } from './apt.js';
import { refreshDb } from './refresh.js';

const CACHE_FOLDER = '/var/cache/apt';

/** The package of a file, or empty text. */
export async function ownerOf(path: string, ctx: Context): Promise<string> {
  const argv = ['dpkg', '-S', plainArgument(path, 'Path')];
  const owner = str(await ctx.call('cmd.run_stdout', [argv], { output_loglevel: 'trace', python_shell: false })).split(':')[0] ?? '';
  return owner.toLowerCase().includes('no path found') ? '' : owner;
}

/** As `ownerOf`, and false for what is no absolute path of something that exists. */
export async function whichPackage(path: string, ctx: Context): Promise<Value> {
  if (!path.startsWith('/') || !(await ctx.sys.exists(path))) {
    ctx.log.debug({ path }, 'no absolute path of a file');
    return false;
  }
  const { stdout } = await callApt(['dpkg', '-S', path.includes('/../') ? path : normalize(path).replace(/(.)\/$/, '$1')], ctx);
  return stdout.includes('no path found matching pattern') ? null : stdout.split(':')[0] ?? '';
}

/** Metadata of `apt-cache show`, by package and version. */
export async function showPackages(names: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  refuseOthers(kwargs, ['refresh', 'filter']);
  if (isTruthy(kwargs['refresh'])) await refreshDb(ctx);
  if (names.length === 0) return {};
  const filter = kwargs['filter'] ?? [];
  const wanted = (Array.isArray(filter) ? filter as readonly Value[] : str(filter).split(',')).map((name) => str(name).trim().toLowerCase());
  const { stdout } = await callApt(['apt-cache', 'show', ...packageNames(names)], ctx, { scope: false });
  return readShown(stdout, wanted);
}

/**
 * Only the first line of a field counts; a further line with a colon is taken for a field of its own, as real Salt does
 * (observed).
 */
export function readShown(output: string, wanted: readonly string[]): PlainMap {
  const found: Record<string, Record<string, PlainMap>> = {};
  for (const paragraph of output.split(/\n\s*\n/)) {
    const fields: PlainMap = {};
    for (const line of paragraph.split('\n').map((text) => text.trim())) {
      const at = line.indexOf(':');
      const name = line.slice(0, Math.max(at, 0)).trim();
      const isWanted = wanted.length === 0 || wanted.includes(name.toLowerCase()) || name === 'Package' || name === 'Version';
      if (at >= 0 && isWanted) fields[name] = line.slice(at + 1).trim();
    }
    const { Package: name, Version: version, ...others } = fields;
    if (typeof name !== 'string' || typeof version !== 'string') continue;
    const versions = (found[name] ??= {});
    versions[version] = { ...versions[version], ...others };
  }
  return found;
}

/** Names of `lowpkg.info` that package modules share, by the name dpkg has. */
const SHARED_NAMES: Readonly<Record<string, string>> = {
  package: 'name', origin: 'vendor', section: 'group', maintainer: 'packager', homepage: 'url',
};

/** Facts about installed packages under the names all package modules use. */
export function installedFacts(found: PlainMap): PlainMap {
  const answer: PlainMap = {};
  for (const [name, facts] of Object.entries(found) as [string, PlainMap][]) {
    if (str(facts['status'] ?? 'ii')[1] !== 'i') continue;
    const entries = Object.entries(facts).filter(([key]) => key !== 'status');
    answer[name] = Object.fromEntries(entries.map(([key, value]) => [SHARED_NAMES[key] ?? key, value]));
  }
  return answer;
}

/** Package files in the cache of apt, by package and version. */
export async function downloadedPackages(root: string | null, ctx: Context): Promise<PlainMap> {
  const folder = root === null || root === '' ? CACHE_FOLDER : normalize(`${root}/${CACHE_FOLDER}`);
  if (!(await ctx.sys.exists(folder))) return {};
  const answer: Record<string, Record<string, PlainMap>> = {};
  const names = await ctx.sys.fs.readdir(folder, { recursive: true });
  for (const path of names.filter((name) => name.endsWith('.deb')).toSorted().map((name) => `${folder}/${name}`)) {
    const facts = await ctx.call('lowpkg.bin_pkg_info', [path]) as PlainMap;
    const { ctimeMs, size } = await ctx.sys.fs.stat(path);
    const seconds = Math.floor(ctimeMs / 1000);
    (answer[str(facts['name'] ?? '')] ??= {})[str(facts['version'] ?? '')] = {
      path, size, creation_date_time_t: seconds, creation_date_time: new Date(seconds * 1000).toISOString().slice(0, 19),
    };
  }
  return answer;
}

/** Services that still use files that were replaced. @throws CommandNotFoundError without debian-goodies */
export async function servicesToRestart(ctx: Context): Promise<string[]> {
  if ((await ctx.sys.which('checkrestart')) === undefined) {
    throw new CommandNotFoundError("'checkrestart' is needed. It is part of the 'debian-goodies' package which can be installed from official repositories.");
  }
  const output = str(await ctx.call('cmd.run_stdout', [['checkrestart', '--machine', '--package']], { python_shell: false }));
  return [...new Set(output.split('\n').flatMap((line) => /^SERVICE:([^,]*)/.exec(line)?.[1] ?? []))];
}
