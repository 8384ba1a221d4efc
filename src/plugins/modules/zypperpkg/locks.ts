/** Packages that shall keep their version. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { linearMatch } from '../../../kernel/std/linear-regex.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageName } from '../pkg/names.js';
import { installedFacts } from '../rpm/installed-facts.js';
import { below, search } from './solvables.js';
import { elementsOf } from '../../../kernel/std/xml.js';
import { askZypper, callZypper } from './zypper.js';

const LOCK_FILE = '/etc/zypp/locks';

type Locks = Record<string, Record<string, string>>;

/** `{ name: { type, match_type, case_sensitive, version } }`. */
export async function listLocks(root: Value, ctx: Context): Promise<Locks> {
  return readLocks((await ctx.sys.readText(below(root, LOCK_FILE))) ?? '');
}

/** Paragraphs of `key: value`. */
export function readLocks(text: string): Locks {
  const locks: Locks = {};
  for (const paragraph of text.split('\n\n')) {
    const { solvable_name: name, ...facts } = Object.fromEntries(paragraph.split('\n').filter((line) => line.includes(':')).map((line) => {
      const at = line.indexOf(':');
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    })) as Record<string, string>;
    if (name !== undefined && name !== '') locks[name] = facts;
  }
  return locks;
}

/** Installed packages that a lock holds: names, or `name-epoch:edition.*`. */
export async function listHolds({ pattern, full, root }: { pattern: string | null; full: boolean; root: Value }, ctx: Context): Promise<string[]> {
  const editions: Record<string, PlainMap[]> = {};
  for (const [name, lock] of Object.entries(await listLocks(root, ctx))) {
    if ((lock['type'] ?? 'package') !== 'package') continue;
    const found = await findInstalled(name, { root, lock }, ctx);
    for (const one of found.filter((item) => editions[item] === undefined)) {
      const facts = await installedFacts([one], { root, attr: 'edition,epoch', all_versions: true }, ctx);
      Object.assign(editions, facts);
    }
  }
  const holds = Object.entries(editions).flatMap(([name, facts]) =>
    facts.map(({ epoch = 0, edition = null }) => (full ? `${name}-${str(epoch)}:${str(edition)}.*` : name)));
  const fits = (hold: string): boolean => pattern === null || pattern === '' || linearMatch(`${pattern}-\\S+`, hold, 'match') !== undefined;
  return [...new Set(holds)].filter(fits);
}

async function findInstalled(name: string, { root, lock }: { root: Value; lock: Record<string, string> }, ctx: Context): Promise<string[]> {
  const match = name.includes('*') ? null : 'exact';
  try {
    return Object.keys(await search(name, { root, match, case_sensitive: (lock['case_sensitive'] ?? 'on') === 'on', installed_only: true, details: true }, ctx));
  } catch (err) {
    if (!(err instanceof CommandExecutionError)) throw err;
    ctx.log.debug({ err, name }, 'a lock is for nothing that is installed');
    return [];
  }
}

/** `{ removed: count }` of locks that held nothing. */
export async function cleanLocks(root: Value, ctx: Context): Promise<PlainMap> {
  if (!(await ctx.sys.exists(below(root, LOCK_FILE)))) return { removed: 0 };
  const messages = elementsOf(await askZypper(['cl'], ctx, { root }), 'message').map(({ text }) => text.toLowerCase());
  const removed = messages.find((text) => text.startsWith('removed'));
  return { removed: removed?.split(' ')[1] ?? 0 };
}

interface Target {
  readonly name: string;
  readonly version: string | undefined;
}

/** @throws CommandExecutionError when nothing is named */
function targetsOf(name: Value, pkgs: Value): Target[] {
  if (!isTruthy(name) && !isTruthy(pkgs)) throw new CommandExecutionError('Name or packages must be specified.');
  const list = isTruthy(pkgs) ? pkgs : [name];
  return (Array.isArray(list) ? list as readonly Value[] : [list]).map((item) => {
    const [key = null, version] = isMap(item) ? mapEntries(item)[0] ?? [] : [item];
    return { name: packageName(str(key)), version: isTruthy(version) ? packageName(str(version ?? '')) : undefined };
  });
}

/** A result for each package, in the form of states. */
export async function holdPackages(name: Value, pkgs: Value, root: Value, ctx: Context): Promise<PlainMap> {
  const locks = await listLocks(root, ctx);
  const results: PlainMap = {};
  const added: string[] = [];
  for (const target of targetsOf(name, pkgs)) {
    const isHeld = locks[target.name] !== undefined;
    if (!isHeld) added.push(target.version === undefined ? target.name : `${target.name}=${target.version}`);
    results[target.name] = {
      name: target.name, changes: isHeld ? {} : { new: 'hold', old: '' }, result: true,
      comment: isHeld ? `Package ${target.name} is already set to be held.` : `Package ${target.name} is now being held.`,
    };
  }
  if (added.length > 0) await callZypper(['al', ...added], ctx, { root });
  return results;
}

/** A result for each package, in the form of states. */
export async function releasePackages(name: Value, pkgs: Value, root: Value, ctx: Context): Promise<PlainMap> {
  const locks = await listLocks(root, ctx);
  const results: PlainMap = {};
  const removed: string[] = [];
  for (const target of targetsOf(name, pkgs)) {
    const lock = locks[target.name];
    const locked = lock?.['version']?.replace(/^[= ]+/, '');
    const base = { name: target.name, changes: {}, result: true };
    if (lock === undefined) {
      results[target.name] = { ...base, comment: `Package ${target.name} was already unheld.` };
    } else if (target.version !== undefined && locked !== target.version) {
      results[target.name] = { ...base, result: false, comment: `Unable to unhold package ${target.name} as it is held with the other version.` };
    } else {
      removed.push(locked === undefined ? target.name : `${target.name}=${locked}`);
      results[target.name] = { ...base, changes: { new: '', old: 'hold' }, comment: `Package ${target.name} is no longer held.` };
    }
  }
  if (removed.length > 0) await callZypper(['rl', ...removed], ctx, { root });
  return results;
}
