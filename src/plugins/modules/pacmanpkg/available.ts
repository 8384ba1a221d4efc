/** Packages on offer, and fetching their lists. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { refuseOthers } from '../pkg/keywords.js';
import { packageNames } from '../pkg/names.js';
import { addOffer, shownOffers, type RepositoryOffers } from '../pkg/offers.js';
import { clearRefreshMark } from '../../../kernel/sys/pkg/refresh-mark.js';
import { splitWords } from '../pkg/targets.js';
import { askPacman, rootWords, rowsOf } from './program.js';

/** `{ repository: true (fetched) or false (unchanged) }`. @throws CommandExecutionError with the words of pacman */
export async function refreshDb(root: Value, ctx: Context): Promise<PlainMap> {
  await clearRefreshMark(ctx);
  const done = await askPacman(['-Sy', ...rootWords(root)], ctx, { env: { LANG: 'C' } });
  if (done.retcode !== 0) throw new CommandExecutionError(`Error refreshing package database: ${done.stderr}`);
  return readRefresh(done.stdout);
}

/**
 * ` core is up to date`, ` core downloading...` of pacman 6, `downloading core.db...` of pacman 5.
 * Differs: real Salt takes the second form for a repository with the name `downloading`.
 */
export function readRefresh(output: string): PlainMap {
  const repositories: PlainMap = {};
  for (const line of output.split('\n').map((text) => text.trim())) {
    const [first = '', second = ''] = line.split(/\s+/);
    if (line.startsWith('::') || first === '') continue;
    if (line.includes('is up to date')) repositories[first] = false;
    else if (first === 'downloading') repositories[second.split('.')[0] ?? ''] = true;
    else if (second.startsWith('downloading')) repositories[first] = true;
  }
  return repositories;
}

/** What pacman would install of the names, empty text where there is nothing newer; text for one name, a mapping for several. */
export async function latestVersions(given: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<Value> {
  const names = packageNames(given);
  if (names.length === 0) return '';
  if (isTrue(kwargs['refresh'] ?? false)) await refreshDb(null, ctx);
  const { stdout } = await askPacman(['-Sp', '--needed', '--print-format', '%n %v', ...names, ...rootWords(kwargs['root'])], ctx, { ignore_retcode: true });
  const answer: PlainMap = Object.fromEntries(names.map((name) => [name, '']));
  for (const [name = '', version = '', ...more] of rowsOf(stdout, 2)) {
    if (more.length === 0 && Object.hasOwn(answer, name)) answer[name] = version;
  }
  return names.length === 1 ? answer[names[0] ?? ''] ?? '' : answer;
}

/** `{ name: version }` of all that an upgrade would change. @throws CommandExecutionError */
export async function listUpgrades(refresh: boolean, root: Value, ctx: Context): Promise<PlainMap> {
  const done = await askPacman(['-S', '-p', '-u', '--print-format', '%n %v', ...rootWords(root), ...(refresh ? ['-y'] : [])], ctx);
  if (done.retcode !== 0) {
    const why = done.stderr + done.stdout;
    throw new CommandExecutionError(`Error listing upgrades${why === '' ? '' : `: ${why}`}`);
  }
  const rows = rowsOf(done.stdout, 2).filter(([name = '', version = '', ...more]) =>
    more.length === 0 && name !== '::' && !version.startsWith('downloading') && !(name.toLowerCase() === 'downloading' && version.toLowerCase().includes('.db')));
  return Object.fromEntries(rows.map(([name = '', version = '']) => [name, version]));
}

/** All versions on offer, of the names and patterns given or of all. @throws InvocationError */
export async function listOffered(args: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  refuseOthers(kwargs, ['fromrepo', 'byrepo', 'refresh']);
  if (isTruthy(kwargs['refresh'])) await refreshDb(null, ctx);
  const repositories = isTruthy(kwargs['fromrepo']) ? splitWords(kwargs['fromrepo']) : [];
  const patterns = args.map(str);
  const { stdout } = await askPacman(['-Sl'], ctx, { ignore_retcode: true });
  const found: RepositoryOffers = {};
  for (const [repository = '', name = '', version = ''] of rowsOf(stdout, 3)) {
    const isWanted = (repositories.length === 0 || repositories.includes(repository)) && (patterns.length === 0 || patterns.some((pattern) => fnmatch(name, pattern)));
    if (isWanted) addOffer(found, { repository, name, version });
  }
  return shownOffers(found, isTruthy(kwargs['byrepo']));
}
