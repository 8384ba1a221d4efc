/** Packages at their newest version. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { compareText } from '../../../kernel/std/python-order.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { tried } from '../outcome/failure.js';
import { installableVersions } from './foretell.js';
import { readPackages, resolved } from './packages.js';

/** Longer lists of names are told as their number. */
const NAMED_MAX = 10;

export interface LatestWish {
  readonly name: string;
  readonly pkgs: Value;
  readonly refresh: boolean;
  readonly fromrepo: Value;
  readonly skipVerify: Value;
  readonly kwargs: PlainMap;
}

const sorted = (names: readonly string[]): string => names.toSorted(compareText).join(', ');

/** The packages asked for, or the return of a state that cannot be. */
async function wantedOf({ name, pkgs, kwargs }: LatestWish, ctx: Context): Promise<readonly string[] | { readonly returned: PlainMap }> {
  if (isTruthy(kwargs['sources'] ?? null)) return { returned: failed(name, 'The "sources" parameter is not supported.') };
  if (isTruthy(pkgs)) {
    const names = Object.keys(await readPackages(pkgs, true, ctx));
    return names.length > 0 ? names : { returned: failed(name, 'Invalidly formatted "pkgs" parameter. See minion log.') };
  }
  return isList(pkgs) ? { returned: done(name, 'No packages to install provided') } : [name];
}

/** One name gives its version, several a map. */
const byName = (names: readonly string[], answer: Value): Record<string, string> => {
  if (isPlainMap(answer)) return Object.fromEntries(Object.entries(answer).map(([name, version]) => [name, str(version)]));
  return { [names[0] ?? '']: str(answer) };
};

interface Offer {
  readonly names: readonly string[];
  readonly current: Record<string, string>;
  readonly targets: Record<string, string>;
  readonly upToDate: readonly string[];
}

export async function latest(wish: LatestWish, ctx: Context): Promise<PlainMap> {
  const { name, fromrepo, kwargs } = wish;
  const wanted = await wantedOf(wish, ctx);
  if ('returned' in wanted) return wanted.returned;
  const { pkgs, refresh } = await resolved(wanted, wish.refresh, kwargs, ctx);
  const names = (pkgs as readonly Value[]).map(str);
  const offered = await tried(ctx.call('pkg.latest_version', names, { fromrepo, refresh, ...kwargs }));
  if ('failure' in offered) {
    return failed(name, `An error was encountered while checking the newest available version of package(s): ${offered.failure.message}`);
  }
  const known = await tried(ctx.call('pkg.version', names, kwargs));
  if ('failure' in known) return failed(name, known.failure.message);
  const [available, current] = [byName(names, offered.value), byName(names, known.value)];
  const targets = Object.fromEntries(names.flatMap((one) => (isTruthy(available[one] ?? '') ? [[one, available[one] ?? '']] : [])));
  const problems = names.filter((one) => !isTruthy(available[one] ?? '') && !isTruthy(current[one] ?? '')).map((one) => `No information found for '${one}'.`);
  if (problems.length > 0) return failed(name, problems.join(' '));
  if (Object.keys(targets).length === 0) return done(name, nothingToDo(names));
  const listed = isList(wish.pkgs) ? wish.pkgs.map((item) => (isPlainMap(item) ? Object.keys(item)[0] ?? '' : str(item))) : [];
  const offer = { names, current, targets, upToDate: listed.filter((one) => !Object.hasOwn(targets, one)) };
  return ctx.test ? foretold(wish, offer, ctx) : upgrade(wish, offer, ctx);
}

function nothingToDo(names: readonly string[]): string {
  if (names.length > NAMED_MAX) return `All ${names.length} packages are up-to-date.`;
  return names.length > 1 ? `All packages are up-to-date (${sorted(names)}).` : `Package ${names[0] ?? ''} is already up-to-date`;
}

async function foretold({ name }: LatestWish, { targets, upToDate, current }: Offer, ctx: Context): Promise<PlainMap> {
  const comments = [`The following packages would be installed/upgraded: ${sorted(Object.keys(targets))}`];
  if (upToDate.length > NAMED_MAX) comments.push(`${upToDate.length} packages are already up-to-date`);
  else if (upToDate.length > 0) {
    comments.push(`The following packages are already up-to-date: ${upToDate.toSorted(compareText).map((one) => `${one} (${current[one] ?? ''})`).join(', ')}`);
  }
  return wouldChange(name, comments.join('\n'), await installableVersions(targets, current, ctx));
}

async function upgrade(wish: LatestWish, offer: Offer, ctx: Context): Promise<PlainMap> {
  const { name, fromrepo, skipVerify, kwargs } = wish;
  const { targets, upToDate } = offer;
  const names = Object.keys(targets);
  const outcome = await tried(ctx.call('pkg.install', [], { name: null, refresh: false, fromrepo, skip_verify: skipVerify, pkgs: names, ...kwargs }));
  if ('failure' in outcome) return failed(name, `An error was encountered while installing package(s): ${outcome.failure.message}`);
  const changes = isPlainMap(outcome.value) ? outcome.value : {};
  if (Object.keys(changes).length === 0) return failed(name, unchanged(names, upToDate));
  const wrong = names.filter((one) => !arrived(changes[one], targets[one] ?? ''));
  const right = names.filter((one) => !wrong.includes(one));
  const comments = [
    ...(wrong.length > 0 ? [`The following packages failed to update: ${sorted(wrong)}`] : []),
    ...(right.length > 0 ? [`The following packages were successfully installed/upgraded: ${sorted(right)}`] : []),
  ];
  if (upToDate.length > NAMED_MAX) comments.push(`${upToDate.length} packages were already up-to-date `);
  else if (upToDate.length > 0) comments.push(`The following packages were already up-to-date: ${sorted(upToDate)}`);
  return { name, changes, result: wrong.length === 0, comment: comments.join(' ') };
}

function arrived(change: Value | undefined, version: string): boolean {
  if (!isPlainMap(change) || !isTruthy(change)) return false;
  const now = change['new'];
  return now === undefined || now === null || version === 'latest' || str(now).split(',').includes(version);
}

function unchanged(names: readonly string[], upToDate: readonly string[]): string {
  const comment = names.length > NAMED_MAX ? `${names.length} targeted packages failed to update. See debug log for details.`
    : names.length > 1 ? `The following targeted packages failed to update. See debug log for details: (${sorted(names)}).`
      : `Package ${names[0] ?? ''} failed to update.`;
  if (upToDate.length === 0) return comment;
  return upToDate.length <= NAMED_MAX
    ? `${comment} The following packages were already up-to-date: ${sorted(upToDate)}`
    : `${comment}${upToDate.length} packages were already up-to-date`;
}
