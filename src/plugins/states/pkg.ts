/** Packages: installed, newest, removed, fetched, held. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn, type Fn } from '../../kernel/contract/plugin.js';
import { failed } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { setRefreshMark, wantsRefresh } from '../../kernel/sys/pkg/refresh-mark.js';
import { beaconOf } from './outcome/beacon.js';
import { saltenvOf } from './outcome/saltenv.js';
import { aggregate } from './pkg/aggregate.js';
import { downloaded, patched } from './pkg/fetched.js';
import { groupInstalled } from './pkg/group.js';
import { held, unheld } from './pkg/held.js';
import { installed } from './pkg/installed.js';
import { latest } from './pkg/latest.js';
import { absent } from './pkg/removed.js';
import { upToDate } from './pkg/uptodate.js';

const none = p.any(null);
const off = p.any(false);
const kwargs = p.keywords();
const versionText = (version: Value): string | null => (version === null ? null : str(version));
const withEnvironment = (given: PlainMap, ctx: Context): PlainMap => ({ ...given, saltenv: saltenvOf(ctx) });

const removalParams = { name: p.string(), version: none, pkgs: none, normalize: p.any(true), ignore_epoch: none, kwargs };
const removal = (action: 'remove' | 'purge', doc: string): Fn => fn({
  doc, params: removalParams,
  run: ({ name, version, pkgs, normalize, ignore_epoch: ignoreEpoch, kwargs: given }, ctx) =>
    absent({ action, name, version: versionText(version), pkgs, normalize: isTruthy(normalize), ignoreEpoch, kwargs: withEnvironment(given, ctx) }, ctx),
});

const FUNCTIONS = {
  installed: fn({
    doc: 'Make sure that packages are installed, at a version or with conditions such as `>=1.2,<2`, from the archive or from files.',
    params: {
      name: p.string(), version: none, refresh: none, fromrepo: none, skip_verify: off, skip_suggestions: off, pkgs: none, sources: none,
      allow_updates: off, pkg_verify: off, normalize: p.any(true), ignore_epoch: none, reinstall: off, update_holds: off, kwargs,
    },
    run: async (args, ctx) => installed({
      name: args.name, pkgs: args.pkgs, sources: args.sources, refresh: await wantsRefresh(args.refresh, ctx), fromrepo: args.fromrepo,
      skipVerify: args.skip_verify, skipSuggestions: isTruthy(args.skip_suggestions), allowUpdates: isTruthy(args.allow_updates),
      verify: isList(args.pkg_verify) ? args.pkg_verify : args.pkg_verify === true, normalize: isTruthy(args.normalize),
      ignoreEpoch: args.ignore_epoch, reinstall: isTruthy(args.reinstall), updateHolds: args.update_holds, kwargs: withEnvironment(args.kwargs, ctx),
    }, args.version, ctx),
  }),
  latest: fn({
    doc: 'Make sure that packages are installed at the newest version on offer.',
    params: { name: p.string(), refresh: none, fromrepo: none, skip_verify: off, pkgs: none, watch_flags: p.any(true), kwargs },
    run: async ({ name, pkgs, refresh, fromrepo, skip_verify: skipVerify, kwargs: given }, ctx) =>
      latest({ name, pkgs, fromrepo, skipVerify, refresh: await wantsRefresh(refresh, ctx), kwargs: withEnvironment(given, ctx) }, ctx),
  }),
  removed: removal('remove', 'Make sure that packages are not installed; their configuration may stay.'),
  purged: removal('purge', 'Make sure that nothing of packages is there, neither their configuration.'),
} as const;

/** As the state itself, because something it watches has changed. */
const watched = fn({
  doc: 'Do what the state does because something watched has changed.',
  params: { name: p.string(), kwargs },
  async run({ name, kwargs: { sfun = null, ...given } }, ctx) {
    const kind = str(sfun);
    if (!Object.hasOwn(FUNCTIONS, kind) || ctx.state === undefined) return failed(name, `pkg.${kind} does not work with the watch requisite`);
    return ctx.state.call(`pkg.${kind}`, { name, ...given });
  },
});

export default defineState({
  name: 'pkg',
  quickGrains: true,
  virtual: async (ctx) => (await ctx.has('pkg.install') ? true : 'pkg module could not be loaded'),
  doc: 'Packages of the machine, with the package manager it has.',
  functions: {
    ...FUNCTIONS,
    downloaded: fn({
      doc: 'Make sure that the files of packages are fetched.',
      params: { name: p.string(), version: none, pkgs: none, fromrepo: none, ignore_epoch: none, kwargs },
      run({ name, version, pkgs, fromrepo, ignore_epoch: ignoreEpoch, kwargs: given }, ctx) {
        const single = isTruthy(version) ? [{ [name]: version }] : [name];
        const named = isTruthy(pkgs) || isList(pkgs) ? pkgs : single;
        return downloaded({ name, pkgs: named, fromrepo, ignoreEpoch, kwargs: given }, ctx);
      },
    }),
    patch_installed: fn({
      doc: 'Make sure that what advisories ask for is installed.',
      params: { name: p.string(), advisory_ids: none, downloadonly: none, kwargs },
      run: ({ name, advisory_ids: ids, downloadonly, kwargs: given }, ctx) => patched({ name, ids, downloadonly, kwargs: given }, ctx),
    }),
    patch_downloaded: fn({
      doc: 'Make sure that the packages of advisories are fetched.',
      params: { name: p.string(), advisory_ids: none, kwargs },
      async run({ name, advisory_ids: ids, kwargs: { downloadonly: _only, ...given } }, ctx) {
        if (!await ctx.has('pkg.list_patches')) return failed(name, 'The pkg.patch_downloaded state is not available on this platform');
        return patched({ name, ids, downloadonly: true, kwargs: given }, ctx);
      },
    }),
    uptodate: fn({
      doc: 'Make sure that an upgrade has nothing to do, for all packages or some.',
      params: { name: p.string(), refresh: off, pkgs: none, kwargs },
      run: ({ kwargs: given, ...wish }, ctx) => upToDate({ ...wish, kwargs: given }, ctx),
    }),
    group_installed: fn({
      doc: 'Make sure that a group of packages is installed, without some and with others.',
      params: { name: p.string(), skip: none, include: none, kwargs },
      run: ({ kwargs: given, ...wish }, ctx) => groupInstalled({ ...wish, kwargs: given }, ctx),
    }),
    held: fn({
      doc: 'Make sure that packages keep their version; with `replace` no others do.',
      params: { name: p.string(), version: none, pkgs: none, replace: off, kwargs },
      run: ({ name, version, pkgs, replace }, ctx) => held({ name, version, pkgs, replace: isTruthy(replace) }, ctx),
    }),
    unheld: fn({
      doc: 'Make sure that packages may change their version, some or all.',
      params: { name: p.string(), version: none, pkgs: none, all: off, kwargs },
      run: ({ name, version, pkgs, all }, ctx) => unheld({ name, version, pkgs, all: isTruthy(all) }, ctx),
    }),
    mod_init: fn({
      doc: 'Have the lists of packages fetched before the first installation of a run.',
      params: { low: p.map() },
      async run({ low }, ctx) {
        const answer = await ctx.has('pkg.ex_mod_init') ? await ctx.call('pkg.ex_mod_init', [low]) : true;
        if (low['fun'] !== 'installed' && low['fun'] !== 'latest') return false;
        await setRefreshMark(ctx);
        return answer;
      },
    }),
    mod_aggregate: fn({
      doc: 'Join the packages of several states into one installation.',
      params: { low: p.map(), chunks: p.list(), running: p.map() },
      run: ({ low, chunks, running }) => aggregate(low, chunks, running),
    }),
    mod_watch: watched,
    mod_beacon: fn({
      doc: 'Set a beacon that looks at packages.',
      params: { name: p.string(), kwargs },
      run: ({ name, kwargs: given }, ctx) => beaconOf('pkg', { name, kwargs: given, works: ['installed', 'removed'] }, { pkgs: given['pkgs'] ?? [name], interval: 60 }, ctx),
    }),
  },
});
