/** Packages that are installed. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isPlainMap, isTruthy, mapKeys, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { failedCall, tried } from '../outcome/failure.js';
import { fulfills, nameWithVersion } from './conditions.js';
import { foretell, nested } from './foretell.js';
import { applyHold, holdInstalled, type Held, type HoldOutcome } from './hold.js';
import { planInstallation, withWarnings, type Plan } from './install-plan.js';
import { installedPackages, isFree, resolved, versionsOf, type Desired } from './packages.js';
import { alteredFiles, isVerified } from './verify.js';
import type { Wish } from './wish.js';

/** Shorter lists of names are told as they are, longer ones as their number. */
const SUMMARY_CHARS = 20;
const NAMED_MAX = 20;

/** `version` stands for a single package. */
export async function installed(asked: Wish, version: Value, ctx: Context): Promise<PlainMap> {
  const { name } = asked;
  if (isList(asked.pkgs) && asked.pkgs.length === 0) return done(name, 'No packages to install provided');
  const single = isTruthy(version) ? [{ [name]: version }] : [name];
  const named = name !== '' && !isTruthy(asked.pkgs) && !isTruthy(asked.sources) ? single : asked.pkgs;
  const { pkgs, refresh } = await resolved(named, asked.refresh, asked.kwargs, ctx);
  const wish: Wish = { ...asked, pkgs, refresh, kwargs: { ...asked.kwargs, allow_updates: asked.allowUpdates, split_arch: false } };
  if (isVerified(wish) && !await ctx.has('pkg.verify')) return failed(name, 'pkg.verify not implemented');
  const plan = await planInstallation(wish, ctx);
  if ('returned' in plan) return holdInstalled(plan.returned, { name, pkgs, sources: asked.sources, kwargs: asked.kwargs }, ctx);
  if (plan.unpurge.length > 0 && !await ctx.has('lowpkg.unpurge')) return withWarnings(failed(name, 'lowpkg.unpurge not implemented'), plan.warnings);
  if (ctx.test) return foretell(wish, plan, ctx);
  return withWarnings(await carryOut(wish, plan, ctx), plan.warnings);
}

/** What is written down while the plan is carried out. */
interface Report {
  readonly comment: string[];
  readonly changes: PlainMap;
  result: boolean;
}

/** The sources of the packages that are to be installed. */
function sourcesOf(sources: Value, plan: Plan): Value {
  const chosen = (map: Desired): readonly Value[] =>
    (isList(sources) ? sources : []).filter((item) => isMap(item) && Object.hasOwn(map, str(mapKeys(item)[0] ?? null)));
  return [...chosen(plan.targets), ...chosen(plan.reinstall)];
}

async function carryOut(wish: Wish, plan: Plan, ctx: Context): Promise<PlainMap> {
  const { name, kwargs } = wish;
  const report: Report = { comment: [], changes: {}, result: true };
  const asked = { ...plan.targets, ...plan.reinstall };
  let answer: PlainMap = {};
  if (Object.keys(asked).length > 0) {
    const outcome = await tried(install(wish, plan, ctx));
    if ('failure' in outcome) return failedCall(name, 'An error was encountered while installing package(s)', outcome.failure, ctx);
    if (typeof outcome.value === 'string') report.comment.push(outcome.value);
    else if (isPlainMap(outcome.value)) answer = outcome.value;
    Object.assign(report.changes, answer);
  }
  const held = await applyHold(kwargs, { name, pkgs: Object.keys(plan.desired) }, ctx);
  if (held !== undefined && 'problem' in held) return failed(name, [...report.comment, held.problem].join('\n'), report.changes);
  if (held !== undefined && 'refused' in held) return failed(name, held.refused);
  if (plan.unpurge.length > 0) report.changes['purge_desired'] = await ctx.call('lowpkg.unpurge', plan.unpurge);
  await reportInstalled(wish, plan, held, report, ctx);
  await reportReinstalled(wish, plan, answer, report, ctx);
  return { name, changes: report.changes, result: report.result, comment: report.comment.join('\n') };
}

function install(wish: Wish, plan: Plan, ctx: Context): Promise<Value> {
  const fromFiles = isTruthy(wish.sources);
  const pkgs = [...Object.entries(plan.targets), ...Object.entries(plan.reinstall)].map(([one, version]) => ({ [one]: version }));
  return ctx.call('pkg.install', [], {
    name: null, refresh: wish.refresh && !plan.refreshed, version: null, fromrepo: wish.fromrepo, skip_verify: wish.skipVerify,
    pkgs: fromFiles ? wish.pkgs : pkgs, sources: fromFiles ? sourcesOf(wish.sources, plan) : wish.sources,
    reinstall: Object.keys(plan.reinstall).length > 0, normalize: wish.normalize, update_holds: wish.updateHolds,
    // Python's None where the user said nothing; the modules take a truth value.
    ignore_epoch: wish.ignoreEpoch ?? false, ...wish.kwargs,
  });
}

interface Checked {
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

/** Which of the packages are there now as they were asked for. */
export async function checkInstalled(desired: Desired, packages: Readonly<Record<string, readonly string[]>>, ignoreEpoch: Value, provides: PlainMap, ctx: Context): Promise<Checked> {
  const right: string[] = [];
  const wrong: string[] = [];
  for (const [name, wanted] of Object.entries(desired)) {
    const versions = await versionsNow(name.split('=', 1)[0] ?? name, packages, provides, ctx);
    const [first] = versions;
    const isRight = first !== undefined && (wanted === 'latest' || wanted === null || await isFree(wanted, ctx) || wanted === ''
      || (wanted.endsWith('*') && first.startsWith(wanted.slice(0, -1))) || await fulfills(versions, wanted, { ignoreEpoch }, ctx));
    (isRight ? right : wrong).push(name);
  }
  return { right, wrong };
}

async function versionsNow(name: string, packages: Readonly<Record<string, readonly string[]>>, provides: PlainMap, ctx: Context): Promise<readonly string[]> {
  const found = versionsOf(packages, name);
  if (found.length > 0) return found;
  const known = await ctx.has('pkg.normalize_name') ? versionsOf(packages, str(await ctx.call('pkg.normalize_name', [name]))) : [];
  const [provider] = known.length === 0 && Object.hasOwn(provides, name) ? provides[name] as readonly string[] : [];
  return provider === undefined ? known : versionsOf(packages, provider);
}

const counted = (count: number): string => `${count} targeted package${count > 1 ? 's were' : ' was'}`;

async function reportInstalled(wish: Wish, plan: Plan, held: HoldOutcome | undefined, report: Report, ctx: Context): Promise<void> {
  const { comment } = report;
  const fromFiles = isTruthy(wish.sources);
  const sorted = fromFiles ? byChanges(plan, report.changes) : await byInventory(wish, plan, ctx);
  const list = (names: readonly string[]): string => names.map((name) => (fromFiles ? name : nameWithVersion(name, plan.desired[name] ?? null))).join(', ');
  const { modified, unmodified, wrong } = sorted;
  if (modified.length > 0) {
    const summary = list(modified);
    comment.push(summary.length < SUMMARY_CHARS ? `The following packages were installed/updated: ${summary}` : `${counted(modified.length)} installed/updated.`);
  }
  for (const one of held?.modified ?? []) addHold(one, report);
  if (unmodified.length > 0) {
    comment.push(unmodified.length <= NAMED_MAX ? `The following packages were already installed: ${list(unmodified)}` : `${counted(unmodified.length)} already installed`);
  }
  comment.push(...(held?.unmodified ?? []).map((one) => one.comment));
  if (wrong.length > 0) comment.unshift(`The following packages failed to install/update: ${list(wrong)}`);
  comment.push(...(held?.failed ?? []).map((one) => one.comment));
  if (wrong.length > 0 || (held?.failed ?? []).length > 0) report.result = false;
}

interface Sorted {
  readonly modified: readonly string[];
  readonly unmodified: readonly string[];
  readonly wrong: readonly string[];
}

const has = (map: Desired | PlainMap, name: string): boolean => Object.hasOwn(map, name);

function byChanges({ desired, targets, reinstall }: Plan, changes: PlainMap): Sorted {
  const modified = Object.keys(changes).filter((name) => has(targets, name));
  return {
    modified, unmodified: Object.keys(desired).filter((name) => !has(targets, name) && !has(reinstall, name)),
    wrong: Object.keys(targets).filter((name) => !modified.includes(name)),
  };
}

async function byInventory({ kwargs, ignoreEpoch }: Wish, { desired, targets, reinstall }: Plan, ctx: Context): Promise<Sorted> {
  const now = await installedPackages(kwargs, ctx);
  const provides = isTruthy(kwargs['resolve_capabilities'] ?? false) && await ctx.has('pkg.list_provides') ? await ctx.call('pkg.list_provides', [], kwargs) : {};
  const { right, wrong } = await checkInstalled(desired, now, ignoreEpoch, isPlainMap(provides) ? provides : {}, ctx);
  return {
    modified: right.filter((name) => has(targets, name)), unmodified: right.filter((name) => !has(targets, name) && !has(reinstall, name)),
    wrong: wrong.filter((name) => has(targets, name)),
  };
}

/** A package that was installed and held has both in its changes. */
function addHold({ name, changes, comment }: Held, report: Report): void {
  report.comment.push(comment);
  const known = report.changes[name];
  if (!isPlainMap(known)) {
    report.changes[name] = { new: str(changes['new'] ?? null) };
    return;
  }
  const joined = (before: Value | undefined, more: Value | undefined): string => [str(before ?? ''), str(more ?? null)].filter((text, at) => at > 0 || text !== '').join('\n');
  report.changes[name] = { ...known, new: joined(known['new'], changes['new']), old: joined(known['old'], changes['old']) };
}

async function reportReinstalled(wish: Wish, plan: Plan, answer: PlainMap, report: Report, ctx: Context): Promise<void> {
  const altered: Record<string, Value> = { ...plan.altered };
  const shown = (name: string): string => (isTruthy(wish.sources) ? name : nameWithVersion(name, plan.desired[name] ?? null));
  const right: string[] = [];
  const wrong: string[] = [];
  for (const name of Object.keys(plan.reinstall)) {
    const files = wish.reinstall ? undefined : await alteredFiles(name, wish, wish.kwargs, ctx);
    if (files !== undefined) altered[name] = files;
    const isRight = wish.reinstall ? has(answer, name) : files === undefined;
    (isRight ? right : wrong).push(name);
  }
  for (const name of right) await tell(`Package ${shown(name)} was reinstalled.`, 'The following files were remediated:', altered[name], report, ctx);
  for (const name of wrong) {
    await tell(`Reinstall was not successful for package ${shown(name)}.`, 'The following files could not be remediated:', altered[name], report, ctx);
    report.result = false;
  }
}

async function tell(what: string, files: string, altered: Value | undefined, { comment }: Report, ctx: Context): Promise<void> {
  if (altered === undefined) comment.push(what);
  else comment.push(`${what} ${files}`, await nested(altered, ctx));
}
