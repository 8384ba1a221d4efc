/** Packages on offer. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageName, packageNames } from '../pkg/names.js';
import { versionLists } from '../pkg/memory.js';
import { addOffer, shownOffers, type Offer, type RepositoryOffers } from '../pkg/offers.js';
import { splitWords } from '../pkg/targets.js';
import { compareLoose } from '../pkg_resource/compare.js';
import { areBoth32, nameWithArch, splitArch } from '../rpm/architecture.js';
import { compareVersions } from '../rpm/version.js';
import { installedPackages, osarchOf } from './installed.js';
import { yumOptions } from './options.js';
import { askYum, callYum, isDnf, yumName } from './program.js';
import { refreshDb } from './refresh.js';
import { listRepositories } from './repositories.js';

/** A row of a table of packages. */
interface OfferRow extends Offer {
  readonly arch: string;
}

const HEADERS = ['installed packages', 'available packages', 'available upgrades', 'updated packages', 'upgraded packages'];

/**
 * The table of `yum list`. A row that is too long goes on in the next line, so what counts is every third word, not the
 * line.
 */
export function readOffers(output: string, osarch: string): OfferRow[] {
  const words = output.split('\n').filter((line) => !HEADERS.includes(line.trim().toLowerCase())).flatMap((line) => line.trim().split(/\s+/)).filter((word) => word !== '');
  const offers: OfferRow[] = [];
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [full = '', version = '', repository = ''] = words.slice(at, at + 3);
    const dot = full.lastIndexOf('.');
    const [name, arch] = dot < 0 ? [full, osarch] : [full.slice(0, dot), full.slice(dot + 1)];
    offers.push({ name: nameWithArch(name, arch, osarch), arch, version: version.replace(/-+$/, ''), repository: repository.replace(/^@+/, '') });
  }
  return offers;
}

/** The version an upgrade or installation would give, empty when there is nothing newer; text for one name, a mapping for several. */
export async function latestVersions(given: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<Value> {
  const { refresh = true, ...others } = kwargs;
  const names = packageNames(given);
  if (names.length === 0) return '';
  const options = yumOptions(others);
  if (isTrue(refresh)) await refreshDb(others, ctx);
  const installed = await versionLists(await installedPackages(ctx), ctx);
  const done = await callYum(['--quiet', ...options, 'list', 'available', ...names], ctx, { ignore_retcode: true });
  if (done.retcode !== 0 && done.stderr !== '' && names.some((name) => installed[name] === undefined)) {
    ctx.log.error({}, `Problem encountered getting latest version for the following package(s): ${names.join(', ')}. Stderr follows: \n${done.stderr}`);
  }
  const osarch = osarchOf(ctx);
  const offers = (done.retcode === 0 ? readOffers(done.stdout, osarch) : []).toSorted((a, b) => compareLoose(b.version, a.version));
  const answer: PlainMap = {};
  for (const name of names) {
    const { arch } = splitArch(name);
    const wanted = arch === null || arch === 'noarch' ? osarch : arch;
    const isNewer = (version: string): boolean => !(installed[name] ?? []).some((present) => compareVersions(present, version) >= 0);
    const best = offers.find((offer) => offer.name === name && isNewer(offer.version)
      && (offer.arch === 'noarch' || offer.arch === wanted || areBoth32(offer.arch, osarch)));
    answer[name] = best?.version ?? '';
  }
  return names.length === 1 ? answer[names[0] ?? ''] ?? '' : answer;
}

/** `{ name: version }` of all that an upgrade would change. */
export async function listUpgrades(refresh: Value, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const options = yumOptions(kwargs);
  if (isTrue(refresh)) await refreshDb({ ...kwargs, check_update: false }, ctx);
  const list = isDnf(await yumName(ctx)) ? '--upgrades' : 'updates';
  const { stdout } = await callYum(['--quiet', ...options, 'list', list], ctx, { ignore_retcode: true });
  return Object.fromEntries(readOffers(stdout, osarchOf(ctx)).map(({ name, version }) => [name, version]));
}

/** All versions on offer, newest first: of the packages named, or of all. */
export async function listOffered(args: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const { byrepo = false, cacheonly = false, fromrepo = null, disablerepo = null, enablerepo = null, ...others } = kwargs;
  const names = packageNames(args);
  const disabled = splitWords(disablerepo);
  const enabled = splitWords(enablerepo);
  const repositories = isTruthy(fromrepo) ? splitWords(fromrepo)
    : Object.entries(await listRepositories(null, others, ctx))
      .filter(([id, facts]) => enabled.includes(id) || (!disabled.includes(id) && str(facts['enabled'] ?? '1') === '1')).map(([id]) => id);
  const found = await offeredBy(repositories.map((id) => packageName(id)), { names, cacheOnly: isTruthy(cacheonly) }, ctx);
  return shownOffers(found, isTruthy(byrepo));
}

async function offeredBy(repositories: readonly string[], { names, cacheOnly }: { names: readonly string[]; cacheOnly: boolean }, ctx: Context): Promise<RepositoryOffers> {
  const found: RepositoryOffers = {};
  const add = (offer: Offer): void => addOffer(found, offer);
  const cache = cacheOnly ? ['-C'] : [];
  if (await isAncient(ctx)) {
    for (const source of ['installed', 'available']) {
      const done = await callYum(['--quiet', '--showduplicates', ...cache, 'list', source], ctx, { ignore_retcode: true });
      const offers = done.retcode === 0 ? readOffers(done.stdout, osarchOf(ctx)) : [];
      offers.filter(({ name, repository }) => repositories.includes(repository) && names.some((pattern) => fnmatch(name, pattern))).forEach(add);
    }
    return found;
  }
  const isTdnf = (await yumName(ctx)) === 'tdnf';
  for (const id of repositories) {
    const list = isTdnf ? ['--quiet', `--enablerepo=${id}`, 'list'] : ['--quiet', '--showduplicates', 'repository-packages', id, 'list'];
    const done = await callYum([...list, ...cache, ...names], ctx, { ignore_retcode: true });
    if (done.retcode !== 0 && done.stdout.includes('Error:')) continue;
    readOffers(done.stdout, osarchOf(ctx)).forEach(add);
  }
  return found;
}

/** yum before 3.4.3 cannot list one repository. */
async function isAncient(ctx: Context): Promise<boolean> {
  if ((await yumName(ctx)) !== 'yum') return false;
  return compareLoose((await askYum(['--version'], ctx)).split('\n')[0]?.trim() ?? '', '3.4.3') < 0;
}
