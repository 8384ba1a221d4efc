/** Manages packages, their sources and keys with apt and dpkg. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isTrue } from '../../kernel/std/is-true.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { installPackages } from './aptpkg/install.js';
import { chosen, joined, listInstalled } from './aptpkg/installed.js';
import { addKey, deleteKey, listKeys } from './aptpkg/keys.js';
import { downloadedPackages, installedFacts, ownerOf, servicesToRestart, showPackages, whichPackage } from './aptpkg/lookup.js';
import { modifyRepository } from './aptpkg/modify-repository.js';
import { refreshDb } from './aptpkg/refresh.js';
import { removePackages, removeUnneeded, upgradePackages } from './aptpkg/remove.js';
import { deleteRepository, findRepository, listRepositories } from './aptpkg/repositories.js';
import { changeHold, getSelections, setSelections } from './aptpkg/selections.js';
import { compareVersions, latestOptions, latestVersions, upgradable, versionsOnOffer } from './aptpkg/versions.js';
import { refuseOthers } from './pkg/keywords.js';
import { holdTargets } from './pkg/targets.js';

const kwargs = p.keywords();

function splitArch(name: string): [string, string | null] {
  const at = name.lastIndexOf(':');
  return at < 0 ? [name, null] : [name.slice(0, at), name.slice(at + 1)];
}

const refreshed = async (wished: Value, options: PlainMap, ctx: Context): Promise<void> => {
  if (isTrue(wished)) await refreshDb(ctx, { cacheValidTime: Number(options['cache_valid_time'] ?? 0) });
};

export default defineModule({
  name: 'aptpkg',
  quickGrains: true,
  serves: 'pkg',
  when: { os_family: ['Debian'] },
  doc: 'Installs, removes and upgrades packages with apt, and manages holds, sources and signing keys.',
  functions: {
    install: fn({
      doc: "Installs packages from the archive or from files; gives old and new versions.\nsalt '*' pkg.install pkgs='[\"foo\", {\"bar\": \"1.2.3-0\"}]'",
      params: {
        name: p.any(null), refresh: p.any(false), fromrepo: p.string(null), skip_verify: p.bool(false), debconf: p.any(null), pkgs: p.any(null),
        sources: p.any(null), reinstall: p.bool(false), downloadonly: p.bool(false), ignore_epoch: p.bool(false), normalize: p.bool(true), kwargs,
      },
      run: ({ skip_verify: skipVerify, ignore_epoch: ignoreEpoch, fromrepo, ...others }, ctx) =>
        installPackages({ ...others, fromrepo: fromrepo === '' ? null : fromrepo, skipVerify, ignoreEpoch }, ctx),
    }),
    remove: fn({
      doc: "Removes packages and keeps their configuration.\nsalt '*' pkg.remove foo,bar",
      params: { name: p.any(null), pkgs: p.any(null), kwargs },
      run: ({ name, pkgs, kwargs: { env } }, ctx) => removePackages({ action: 'remove', name, pkgs, env }, ctx),
    }),
    purge: fn({
      doc: "Removes packages and their configuration.\nsalt '*' pkg.purge foo",
      params: { name: p.any(null), pkgs: p.any(null), kwargs },
      run: ({ name, pkgs, kwargs: { env } }, ctx) => removePackages({ action: 'purge', name, pkgs, env }, ctx),
    }),
    autoremove: fn({
      doc: "Removes packages that nothing needs any more, or lists them.\nsalt '*' pkg.autoremove list_only=True",
      params: { list_only: p.bool(false), purge: p.bool(false) },
      run: ({ list_only: listOnly, purge }, ctx) => removeUnneeded(listOnly, purge, ctx),
    }),
    upgrade: fn({
      doc: "Upgrades all packages; gives old and new versions.\nsalt '*' pkg.upgrade dist_upgrade=True",
      params: { refresh: p.any(true), dist_upgrade: p.bool(false), kwargs },
      run: ({ refresh, dist_upgrade: distUpgrade, kwargs: options }, ctx) => upgradePackages(isTrue(refresh), distUpgrade, options, ctx),
    }),
    list_pkgs: fn({
      doc: "Gives the installed packages and their versions.\nsalt '*' pkg.list_pkgs",
      params: { versions_as_list: p.any(false), removed: p.any(false), purge_desired: p.any(false), kwargs },
      async run({ versions_as_list: asList, removed, purge_desired: purgeDesired, kwargs: { use_context: useMemory = true } }, ctx) {
        const found = chosen(await listInstalled(ctx, isTruthy(useMemory)), { removed: isTrue(removed), purgeDesired: isTrue(purgeDesired) });
        return isTrue(asList) ? structuredClone(found) : joined(found);
      },
    }),
    list_upgrades: fn({
      doc: "Gives the packages that an upgrade would change, with their new versions.\nsalt '*' pkg.list_upgrades",
      params: { refresh: p.any(true), dist_upgrade: p.bool(true), kwargs },
      async run({ refresh, dist_upgrade: distUpgrade, kwargs: options }, ctx) {
        await refreshed(refresh, options, ctx);
        return upgradable(distUpgrade, options['fromrepo'], ctx);
      },
    }),
    upgrade_available: fn({
      doc: "Says whether a newer version is on offer.\nsalt '*' pkg.upgrade_available nano",
      params: { name: p.string(), kwargs },
      run: async ({ name }, ctx) => (await latestVersions([name], latestOptions({}), ctx)) !== '',
    }),
    latest_version: fn({
      doc: "Gives the version that an upgrade or installation would give, empty when there is nothing newer.\nsalt '*' pkg.latest_version vim fromrepo=unstable",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => latestVersions(names, latestOptions(options), ctx),
    }),
    available_version: fn({
      doc: "Gives the version that an upgrade or installation would give, as latest_version.\nsalt '*' pkg.available_version vim",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => latestVersions(names, latestOptions(options), ctx),
    }),
    version: fn({
      doc: "Gives the installed version of a package, empty when it is not installed; a mapping for several.\nsalt '*' pkg.version vim foo",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => ctx.call('pkg_resource.version', names, options),
    }),
    version_cmp: fn({
      doc: "Compares two versions: -1, 0 or 1; None when one is no version.\nsalt '*' pkg.version_cmp 0.2.4-0ubuntu1 0.2.4.1-0ubuntu1",
      params: { pkg1: p.any(), pkg2: p.any(), ignore_epoch: p.bool(false), kwargs },
      run: ({ pkg1, pkg2, ignore_epoch: ignoreEpoch }, ctx) => compareVersions(str(pkg1), str(pkg2), ctx, ignoreEpoch),
    }),
    refresh_db: fn({
      doc: "Fetches the lists of packages; gives True for each source that was fetched, None when unchanged, False on failure.\nsalt '*' pkg.refresh_db",
      params: { cache_valid_time: p.any(0), failhard: p.any(false), kwargs },
      run: ({ cache_valid_time: valid, failhard, kwargs: { timeout } }, ctx) =>
        refreshDb(ctx, { cacheValidTime: Number(valid), failhard: isTrue(failhard), ...(timeout === undefined ? {} : { timeout }) }),
    }),
    hold: fn({
      doc: "Keeps packages at their version.\nsalt '*' pkg.hold foo",
      params: { name: p.any(null), pkgs: p.any(null), sources: p.any(null), kwargs },
      run: (args, ctx) => changeHold(holdTargets(args), true, ctx),
    }),
    unhold: fn({
      doc: "Lets packages change their version again.\nsalt '*' pkg.unhold foo",
      params: { name: p.any(null), pkgs: p.any(null), sources: p.any(null), kwargs },
      run: (args, ctx) => changeHold(holdTargets(args), false, ctx),
    }),
    get_selections: fn({
      doc: "Gives packages by the state dpkg shall bring them to.\nsalt '*' pkg.get_selections 'python-*' state=hold",
      params: { pattern: p.string(null), state: p.string(null) },
      run: ({ pattern, state }, ctx) => getSelections(pattern, state, ctx),
    }),
    set_selections: fn({
      doc: "Sets the state dpkg shall bring packages to: install, hold, deinstall, purge.\nsalt '*' pkg.set_selections selection='{\"hold\": [\"ldap-utils\"]}'",
      params: { path: p.string(null), selection: p.any(null), clear: p.bool(false), saltenv: p.string('base') },
      run: (args, ctx) => setSelections(args, ctx),
    }),
    list_repos: fn({
      doc: "Gives the sources of packages, by address.\nsalt '*' pkg.list_repos",
      params: { kwargs },
      run: (_args, ctx) => listRepositories(ctx),
    }),
    get_repo: fn({
      doc: "Gives one source of packages.\nsalt '*' pkg.get_repo 'deb http://deb.debian.org/debian bookworm main'",
      params: { repo: p.string(), kwargs },
      run: ({ repo, kwargs: options }, ctx) => findRepository(repo, options, ctx),
    }),
    mod_repo: fn({
      doc: "Creates or changes a source of packages.\nsalt '*' pkg.mod_repo 'deb http://deb.example.org/ubuntu noble main' comps=main,universe",
      params: { repo: p.string(), saltenv: p.string('base'), aptkey: p.bool(true), kwargs },
      run: (args, ctx) => modifyRepository(args, ctx),
    }),
    del_repo: fn({
      doc: "Removes a source of packages.\nsalt '*' pkg.del_repo 'deb http://deb.example.org/debian bookworm main'",
      params: { repo: p.string(), kwargs },
      run: ({ repo, kwargs: options }, ctx) => deleteRepository(repo, options, ctx),
    }),
    get_repo_keys: fn({
      doc: "Gives the keys that sign archives.\nsalt '*' pkg.get_repo_keys",
      params: { aptkey: p.bool(true), keydir: p.string(null) },
      run: ({ aptkey, keydir }, ctx) => listKeys(aptkey, keydir, ctx),
    }),
    add_repo_key: fn({
      doc: "Adds a key that signs archives.\nsalt '*' pkg.add_repo_key 'salt://apt/sources/test.key'",
      params: {
        path: p.string(null), text: p.string(null), keyserver: p.string(null), keyid: p.string(null), saltenv: p.string('base'),
        aptkey: p.bool(true), keydir: p.string(null), keyfile: p.string(null),
      },
      run: (args, ctx) => addKey(args, ctx),
    }),
    del_repo_key: fn({
      doc: "Removes a key that signs archives.\nsalt '*' pkg.del_repo_key keyid=0123ABCD",
      params: { name: p.string(null), aptkey: p.bool(true), keydir: p.string(null), kwargs },
      run: (args, ctx) => deleteKey(args, ctx),
    }),
    file_list: fn({
      doc: "Gives the files of packages.\nsalt '*' pkg.file_list httpd",
      params: { packages: p.rest(), kwargs },
      run: ({ packages }, ctx) => ctx.call('lowpkg.file_list', packages),
    }),
    file_dict: fn({
      doc: "Gives the files of packages, by package.\nsalt '*' pkg.file_dict httpd",
      params: { packages: p.rest(), kwargs },
      run: ({ packages }, ctx) => ctx.call('lowpkg.file_dict', packages),
    }),
    owner: fn({
      doc: "Gives the package that owns a file; a mapping for several.\nsalt '*' pkg.owner /usr/bin/apachectl /usr/bin/basename",
      params: { paths: p.rest(), kwargs },
      async run({ paths }, ctx) {
        const owners: PlainMap = {};
        for (const path of paths.map(str)) owners[path] = await ownerOf(path, ctx);
        return Object.keys(owners).length > 1 ? owners : Object.values(owners)[0] ?? '';
      },
    }),
    which: fn({
      doc: "Gives the package that owns a file.\nsalt '*' pkg.which /usr/bin/cat",
      params: { path: p.string() },
      run: ({ path }, ctx) => whichPackage(path, ctx),
    }),
    show: fn({
      doc: "Gives what the archive knows about packages.\nsalt '*' pkg.show foo filter=description,provides",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => showPackages(names, options, ctx),
    }),
    info_installed: fn({
      doc: "Gives what is known about installed packages.\nsalt '*' pkg.info_installed apache2 bash failhard=False",
      params: { names: p.rest(), kwargs },
      async run({ names, kwargs: options }, ctx) {
        refuseOthers(options, ['failhard']);
        return installedFacts(await ctx.call('lowpkg.info', names, { failhard: options['failhard'] ?? true }) as PlainMap);
      },
    }),
    list_repo_pkgs: fn({
      doc: "Gives all versions on offer, of the packages named or of all.\nsalt '*' pkg.list_repo_pkgs foo bar",
      params: { args: p.rest(), kwargs },
      run: ({ args }, ctx) => versionsOnOffer(args, ctx),
    }),
    list_downloaded: fn({
      doc: "Gives the package files in the cache of apt.\nsalt '*' pkg.list_downloaded",
      params: { root: p.string(null), kwargs },
      run: ({ root }, ctx) => downloadedPackages(root, ctx),
    }),
    services_need_restart: fn({
      doc: "Gives the services that still use files that were replaced.\nsalt '*' pkg.services_need_restart",
      params: { kwargs },
      run: (_args, ctx) => servicesToRestart(ctx),
    }),
    normalize_name: fn({
      doc: "Gives the name of a package without the architecture of this machine.\nsalt '*' pkg.normalize_name zsh:amd64",
      params: { name: p.string() },
      run({ name }, ctx) {
        const [bare, arch] = splitArch(name);
        return arch === null || [ctx.grains['osarch'], 'all', 'any'].includes(arch) ? bare : name;
      },
    }),
    parse_arch: fn({
      doc: "Splits a name into package and architecture.\nsalt '*' pkg.parse_arch zsh:amd64",
      params: { name: p.string() },
      run({ name }) {
        const [bare, arch] = splitArch(name);
        return { name: bare, arch };
      },
    }),
  },
});
