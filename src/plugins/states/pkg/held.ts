/** Packages that keep their version, and those that may change it again. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

interface Locks {
  /** What is locked: a version where the package manager locks versions, and what kind of thing. */
  readonly byName: Readonly<Record<string, PlainMap>>;
  readonly haveVersions: boolean;
}

const NO_LIST = 'No any function to get the list of held packages available.\nCheck if the package manager supports package locking.';

async function locksOf(ctx: Context): Promise<Locks | undefined> {
  if (await ctx.has('pkg.list_locks')) return { byName: await ctx.call('pkg.list_locks') as Record<string, PlainMap>, haveVersions: true };
  if (await ctx.has('pkg.list_holds')) {
    const holds = await ctx.call('pkg.list_holds', [], { full: true }) as readonly Value[];
    return { byName: Object.fromEntries(holds.map(str).map(readHold)), haveVersions: false };
  }
  if (!await ctx.has('pkg.get_selections')) return undefined;
  const selections = await ctx.call('pkg.get_selections', [], { state: 'hold' }) as Readonly<Record<string, readonly Value[]>>;
  return { byName: Object.fromEntries((selections['hold'] ?? []).map((name) => [str(name), {}])), haveVersions: false };
}

/** `bash-0:5.1-2.*` as yum lists holds. */
function readHold(hold: string): [string, PlainMap] {
  const [, name, epoch = '0', version = ''] = /^(.+)-(\d+):(.*)\.\*/.exec(hold) ?? [];
  return name === undefined ? [hold, {}] : [name, { version: `${epoch === '0' ? '' : `${epoch}:`}${version}` }];
}

const versionOf = (lock: PlainMap | undefined): string | null => (lock?.['version'] === undefined ? null : str(lock['version']).replace(/^[= ]+/, ''));
const isPackage = (lock: PlainMap | undefined): boolean => (lock?.['type'] ?? 'package') === 'package';
const withVersion = (name: string, version: Value | undefined): string => (isTruthy(version) ? `${name} (version = ${str(version ?? null)})` : name);

/** What the package manager said of one package. */
function outcomeOf(answer: Value, name: string): { readonly worked: boolean; readonly comment: string } {
  const one = isPlainMap(answer) && isPlainMap(answer[name]) ? answer[name] : {};
  return { worked: isTruthy(one['result'] ?? false), comment: str(one['comment'] ?? '') };
}

interface Report {
  readonly comments: string[];
  readonly changes: PlainMap;
  result: boolean;
}

function finished(name: string, { comments, changes, result }: Report): PlainMap {
  const comment = comments.join('\n');
  return { name, changes, result, comment: comment === '' && Object.keys(changes).length === 0 ? 'No changes made' : comment };
}

async function release(one: string, name: string, report: Report, ctx: Context): Promise<void> {
  const answer = await ctx.call('pkg.unhold', [], { name, pkgs: [one] });
  const { worked, comment } = outcomeOf(answer, one);
  if (!worked) report.result = false;
  if (comment !== '') report.comments.push(comment);
  if (isPlainMap(answer)) Object.assign(report.changes, answer);
}

/** The name and version of an item of `pkgs`. */
const readItem = (item: Value): [string, Value] => (isPlainMap(item) ? Object.entries(item)[0] ?? ['', null] : [str(item), null]);

interface HoldWish {
  readonly name: string;
  readonly version: Value;
  readonly pkgs: Value;
}

export async function held({ name, version, pkgs: named, replace }: HoldWish & { readonly replace: boolean }, ctx: Context): Promise<PlainMap> {
  if (isList(named) && named.length === 0 && !replace) return done(name, 'No packages to be held provided');
  const items: readonly Value[] = isList(named) ? named : [isTruthy(version) ? { [name]: version } : name];
  const locks = await locksOf(ctx);
  if (locks === undefined) return failed(name, NO_LIST);
  if (!await ctx.has('pkg.hold')) return failed(name, '`hold` function is not implemented for the package manager.');
  const report: Report = { comments: [], changes: {}, result: true };
  for (const item of items) await holdOne(item, name, locks, report, ctx);
  if (!replace) return finished(name, report);
  const kept = new Set(items.map((item) => readItem(item)[0]));
  for (const [one, lock] of Object.entries(locks.byName)) {
    if (!isPackage(lock) || kept.has(one)) continue;
    if (ctx.test) report.comments.push(`The following package would be unheld: ${one}`);
    else await release(one, name, report, ctx);
  }
  return finished(name, report);
}

async function holdOne(item: Value, name: string, { byName, haveVersions }: Locks, report: Report, ctx: Context): Promise<void> {
  const [one, version] = readItem(item);
  const isLocked = Object.hasOwn(byName, one);
  if (isLocked && !(haveVersions && versionOf(byName[one]) !== version)) return;
  if (ctx.test) {
    report.comments.push(`The following package${isLocked ? "'s hold rule would be updated" : ' would be held'}: ${withVersion(one, version)}`);
    return;
  }
  const released = isLocked ? outcomeOf(await ctx.call('pkg.unhold', [], { name, pkgs: [one] }), one).worked : false;
  const answer = await ctx.call('pkg.hold', [], { name, pkgs: [item] });
  const { worked } = outcomeOf(answer, one);
  if (!worked) report.result = false;
  report.comments.push(`Package ${one} ${!worked ? 'was not held' : released ? 'was updated with hold rule' : 'is now being held'}`);
  if (isPlainMap(answer)) Object.assign(report.changes, answer);
}

export async function unheld({ name, version, pkgs: named, all }: HoldWish & { readonly all: boolean }, ctx: Context): Promise<PlainMap> {
  if (isList(named) && named.length === 0 && !all) return done(name, 'No packages to be unheld provided');
  const items: readonly Value[] = isList(named) ? named : [{ [name]: version }];
  const locks = await locksOf(ctx);
  if (locks === undefined) return failed(name, NO_LIST);
  const wanted = new Map(items.map(readItem));
  const report: Report = { comments: [], changes: {}, result: true };
  for (const [one, lock] of Object.entries(locks.byName)) {
    const locked = locks.haveVersions ? versionOf(lock) : null;
    if (!isPackage(lock) || !(all || (wanted.has(one) && (!isTruthy(locked) || locked === wanted.get(one))))) continue;
    if (ctx.test) report.comments.push(`The following package would be unheld: ${isTruthy(wanted.get(one)) ? `${one} (version = ${str(locked)})` : one}`);
    else await release(one, name, report, ctx);
  }
  return finished(name, report);
}
