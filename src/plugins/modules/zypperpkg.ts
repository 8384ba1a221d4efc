/** Manages packages, patches, patterns, locks and repositories with zypper. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isTruthy, type Value } from '../../kernel/std/value.js';
import { areBoth32, splitArch } from './rpm/architecture.js';
import { differencesOfFiles } from './rpm/differences.js';
import { installedFacts } from './rpm/installed-facts.js';
import { rpmFilesBelow } from './rpm/package-files.js';
import { splitWords } from './pkg/targets.js';
import { latestVersions, listOffered, listUpgrades, packagesOnOffer } from './zypperpkg/available.js';
import { listProvides, resolveCapabilities } from './zypperpkg/capabilities.js';
import { CACHE_FOLDER, installPackages, removePackages, upgradePackages } from './zypperpkg/change.js';
import { downloadPackages } from './zypperpkg/download.js';
import { listPackages, osarchOf } from './zypperpkg/installed.js';
import { cleanLocks, holdPackages, listHolds, listLocks, releasePackages } from './zypperpkg/locks.js';
import { refreshDb, refreshWith } from './zypperpkg/refresh.js';
import { deleteRepository, listRepositories, modifyRepository } from './zypperpkg/repositories.js';
import { below, installedPatterns, listPatches, listProducts, search, visiblePatterns } from './zypperpkg/solvables.js';
import { callZypper } from './zypperpkg/zypper.js';

const kwargs = p.keywords();
const root = p.any(null);
const names = p.rest();
const packages = p.rest();
const targets = { name: p.any(null), pkgs: p.any(null), root, kwargs };

export default defineModule({
  name: 'zypperpkg',
  serves: 'pkg',
  when: { os_family: ['Suse'] },
  virtual: async (ctx) => ((await ctx.sys.which('zypper')) === undefined ? 'Module zypper: zypper package manager not found' : true),
  doc: 'Installs, removes and upgrades packages with zypper, and manages locks, patches, patterns and repositories.',
  aliases: { available_version: 'latest_version', list_updates: 'list_upgrades' },
  functions: {
    install: fn({
      doc: "Installs packages from repositories or from files; gives old and new versions.\nsalt '*' pkg.install pkgs='[\"foo\", {\"bar\": \">=1.2.3\"}]'",
      params: {
        name: p.any(null), refresh: p.bool(false), fromrepo: p.any(null), pkgs: p.any(null), sources: p.any(null), downloadonly: p.any(null),
        skip_verify: p.bool(false), version: p.any(null), ignore_repo_failure: p.bool(false), no_recommends: p.bool(false), root, kwargs,
      },
      run: ({ skip_verify: skipVerify, ignore_repo_failure: ignoreRepoFailure, no_recommends: noRecommends, downloadonly, ...others }, ctx) =>
        installPackages({ ...others, skipVerify, ignoreRepoFailure, noRecommends, downloadonly: isTruthy(downloadonly) }, ctx),
    }),
    remove: fn({
      doc: "Removes packages.\nsalt '*' pkg.remove foo,bar",
      params: targets,
      run: ({ name, pkgs, root: place }, ctx) => removePackages(name, pkgs, place, ctx),
    }),
    purge: fn({
      doc: "Removes packages; rpm keeps no configuration that could be purged.\nsalt '*' pkg.purge foo",
      params: targets,
      run: ({ name, pkgs, root: place }, ctx) => removePackages(name, pkgs, place, ctx),
    }),
    upgrade: fn({
      doc: "Upgrades the packages named or all; gives old and new versions.\nsalt '*' pkg.upgrade dist_upgrade=True",
      params: {
        name: p.any(null), pkgs: p.any(null), refresh: p.bool(true), dryrun: p.bool(false), dist_upgrade: p.bool(false), fromrepo: p.any(null),
        novendorchange: p.bool(false), skip_verify: p.bool(false), no_recommends: p.bool(false), root, diff_attr: p.any(null), kwargs,
      },
      run: ({ dist_upgrade: distUpgrade, skip_verify: skipVerify, no_recommends: noRecommends, diff_attr: diffAttr, ...others }, ctx) =>
        upgradePackages({ ...others, distUpgrade, skipVerify, noRecommends, diffAttr }, ctx),
    }),
    list_pkgs: fn({
      doc: "Gives the installed packages and their versions.\nsalt '*' pkg.list_pkgs includes=pattern,product",
      params: { versions_as_list: p.any(false), root, includes: p.any(null), kwargs },
      run: ({ versions_as_list: asList, root: place, includes, kwargs: options }, ctx) =>
        listPackages({ asList, root: place, includes: splitWords(includes), kwargs: options }, ctx),
    }),
    list_repo_pkgs: fn({
      doc: "Gives all versions on offer, of the packages named or of all.\nsalt '*' pkg.list_repo_pkgs 'samba4*' byrepo=True",
      params: { args: p.rest(), kwargs },
      run: ({ args, kwargs: options }, ctx) => listOffered(args, options, ctx),
    }),
    list_upgrades: fn({
      doc: "Gives the packages that an upgrade would change, with their new versions.\nsalt '*' pkg.list_upgrades",
      params: { refresh: p.any(true), root, kwargs },
      run: ({ refresh, root: place, kwargs: options }, ctx) => listUpgrades(refresh, { root: place, kwargs: options }, ctx),
    }),
    list_downloaded: fn({
      doc: "Gives the package files in the cache of zypper.\nsalt '*' pkg.list_downloaded",
      params: { root, kwargs },
      run: ({ root: place }, ctx) => rpmFilesBelow(below(place, CACHE_FOLDER), ctx),
    }),
    info_installed: fn({
      doc: "Gives what is known about installed packages.\nsalt '*' pkg.info_installed bash attr=version,vendor",
      params: { names, kwargs },
      run: ({ names: given, kwargs: options }, ctx) => installedFacts(given, options, ctx),
    }),
    info_available: fn({
      doc: "Gives what the repositories know about packages.\nsalt '*' pkg.info_available bash vim",
      params: { names, kwargs },
      run: ({ names: given, kwargs: options }, ctx) => packagesOnOffer(given, { root: options['root'] ?? null, kwargs: options }, ctx),
    }),
    latest_version: fn({
      doc: "Gives the version that an upgrade or installation would give, empty when there is nothing newer.\nsalt '*' pkg.latest_version vim refresh=False",
      params: { names, kwargs },
      run: ({ names: given, kwargs: options }, ctx): Promise<Value> | Value =>
        (given.length === 0 ? {} : latestVersions(given, { root: options['root'] ?? null, kwargs: options }, ctx)),
    }),
    upgrade_available: fn({
      doc: "Says whether a newer version is on offer.\nsalt '*' pkg.upgrade_available nano",
      params: { name: p.string(), kwargs },
      run: async ({ name, kwargs: options }, ctx) => isTruthy(await latestVersions([name], { root: options['root'] ?? null, kwargs: options }, ctx)),
    }),
    version: fn({
      doc: "Gives the installed version of a package, an empty mapping when it is not installed; a mapping for several.\nsalt '*' pkg.version vim foo",
      params: { names, kwargs },
      async run({ names: given, kwargs: options }, ctx) {
        const found = await ctx.call('pkg_resource.version', given, options);
        return isTruthy(found) ? found : {};
      },
    }),
    version_cmp: fn({
      doc: "Compares two versions: -1, 0 or 1.\nsalt '*' pkg.version_cmp 0.2-001 0.2.0.1-002",
      params: { ver1: p.any(), ver2: p.any(), ignore_epoch: p.bool(false), kwargs },
      run: ({ ver1, ver2, ignore_epoch: ignoreEpoch }, ctx) => ctx.call('lowpkg.version_cmp', [ver1, ver2], { ignore_epoch: ignoreEpoch }),
    }),
    refresh_db: fn({
      doc: "Fetches the lists of packages; gives True for each repository that was fetched, False when unchanged.\nsalt '*' pkg.refresh_db",
      params: { force: p.any(null), root, gpgautoimport: p.bool(false), kwargs },
      run: ({ force, root: place, gpgautoimport, kwargs: { repos = null } }, ctx) => refreshDb({ force, root: place, gpgautoimport, repos }, ctx),
    }),
    hold: fn({
      doc: "Keeps packages at their version.\nsalt '*' pkg.hold foo",
      params: targets,
      run: ({ name, pkgs, root: place }, ctx) => holdPackages(name, pkgs, place, ctx),
    }),
    unhold: fn({
      doc: "Lets packages change their version again.\nsalt '*' pkg.unhold foo",
      params: targets,
      run: ({ name, pkgs, root: place }, ctx) => releasePackages(name, pkgs, place, ctx),
    }),
    list_holds: fn({
      doc: "Gives the installed packages that are held.\nsalt '*' pkg.list_holds full=False",
      params: { pattern: p.string(null), full: p.bool(true), root, kwargs },
      run: ({ pattern, full, root: place }, ctx) => listHolds({ pattern, full, root: place }, ctx),
    }),
    list_locks: fn({ doc: "Gives the locks of zypper.\nsalt '*' pkg.list_locks", params: { root }, run: ({ root: place }, ctx) => listLocks(place, ctx) }),
    clean_locks: fn({
      doc: "Removes locks that hold nothing.\nsalt '*' pkg.clean_locks",
      params: { root },
      run: ({ root: place }, ctx) => cleanLocks(place, ctx),
    }),
    get_repo: fn({
      doc: "Gives the options of one repository.\nsalt '*' pkg.get_repo alias",
      params: { repo: p.string(), root, kwargs },
      run: async ({ repo, root: place }, ctx) => (await listRepositories(place, ctx))[repo] ?? {},
    }),
    list_repos: fn({
      doc: "Gives the repositories and their options.\nsalt '*' pkg.list_repos",
      params: { root, kwargs },
      run: ({ root: place }, ctx) => listRepositories(place, ctx),
    }),
    del_repo: fn({
      doc: "Removes a repository.\nsalt '*' pkg.del_repo alias",
      params: { repo: p.string(), root },
      run: ({ repo, root: place }, ctx) => deleteRepository(repo, place, ctx),
    }),
    mod_repo: fn({
      doc: "Creates or changes a repository.\nsalt '*' pkg.mod_repo alias url=http://example.com/repo refresh=True",
      params: { repo: p.string(), kwargs },
      run: ({ repo, kwargs: options }, ctx) => modifyRepository(repo, options, ctx),
    }),
    list_patterns: fn({
      doc: "Gives the patterns on offer.\nsalt '*' pkg.list_patterns",
      params: { refresh: p.bool(false), root },
      async run({ refresh, root: place }, ctx) {
        if (refresh) await refreshWith(place, {}, ctx);
        return visiblePatterns(place, ctx);
      },
    }),
    list_installed_patterns: fn({
      doc: "Gives the patterns that are installed.\nsalt '*' pkg.list_installed_patterns",
      params: { root },
      run: ({ root: place }, ctx) => installedPatterns(place, ctx),
    }),
    list_patches: fn({
      doc: "Gives the patches on offer.\nsalt '*' pkg.list_patches",
      params: { refresh: p.bool(false), root, kwargs },
      async run({ refresh, root: place, kwargs: options }, ctx) {
        if (refresh) await refreshWith(place, options, ctx);
        return listPatches({ root: place }, ctx);
      },
    }),
    list_installed_patches: fn({
      doc: "Gives the patches that are installed.\nsalt '*' pkg.list_installed_patches",
      params: { root, kwargs },
      run: ({ root: place }, ctx) => listPatches({ installedOnly: true, root: place }, ctx),
    }),
    list_products: fn({
      doc: "Gives the products that are installed, or all.\nsalt '*' pkg.list_products all=True",
      params: { all: p.bool(false), refresh: p.bool(false), root },
      async run({ all, refresh, root: place }, ctx) {
        if (refresh) await refreshWith(place, {}, ctx);
        return listProducts({ all, root: place }, ctx);
      },
    }),
    search: fn({
      doc: "Gives what zypper finds.\nsalt '*' pkg.search foo match=words",
      params: { criteria: p.string(), refresh: p.bool(false), kwargs },
      async run({ criteria, refresh, kwargs: options }, ctx) {
        if (refresh) await refreshWith(options['root'] ?? null, options, ctx);
        return search(criteria, options, ctx);
      },
    }),
    list_provides: fn({
      doc: "Gives the packages of each capability.\nsalt '*' pkg.list_provides",
      params: { root, kwargs },
      run: ({ root: place }, ctx) => listProvides(place, ctx),
    }),
    resolve_capabilities: fn({
      doc: "Gives packages for capabilities.\nsalt '*' pkg.resolve_capabilities '[w3m_ssl]' resolve_capabilities=True",
      params: { pkgs: p.any(), refresh: p.bool(false), root, kwargs },
      async run({ pkgs, refresh, root: place, kwargs: options }, ctx) {
        if (refresh) await refreshWith(place, options, ctx);
        return resolveCapabilities(pkgs, place, options, ctx);
      },
    }),
    download: fn({
      doc: "Fetches package files; gives where they are.\nsalt '*' pkg.download httpd refresh=True",
      params: { packages, kwargs },
      run: ({ packages: given, kwargs: options }, ctx) => downloadPackages(given, options, ctx),
    }),
    diff: fn({
      doc: "Shows how files differ from those in their packages.\nsalt '*' pkg.diff /etc/apache2/httpd.conf",
      params: { paths: p.rest(), kwargs },
      run: ({ paths, kwargs: options }, ctx) => differencesOfFiles(paths, options, ctx),
    }),
    verify: fn({
      doc: "Gives the files that differ from what packages installed.\nsalt '*' pkg.verify httpd ignore_types=config",
      params: { names, kwargs },
      run: ({ names: given, kwargs: options }, ctx) => ctx.call('lowpkg.verify', given, options),
    }),
    modified: fn({
      doc: "Gives the files that were changed since installation, and what of them.\nsalt '*' pkg.modified httpd size=True",
      params: { packages, flags: p.keywords() },
      run: ({ packages: given, flags }, ctx) => ctx.call('lowpkg.modified', given, flags),
    }),
    file_list: fn({
      doc: "Gives the files of packages.\nsalt '*' pkg.file_list httpd",
      params: { packages, kwargs },
      run: ({ packages: given, kwargs: options }, ctx) => ctx.call('lowpkg.file_list', given, options),
    }),
    file_dict: fn({
      doc: "Gives the files of packages, by package.\nsalt '*' pkg.file_dict httpd",
      params: { packages, kwargs },
      run: ({ packages: given, kwargs: options }, ctx) => ctx.call('lowpkg.file_dict', given, options),
    }),
    owner: fn({
      doc: "Gives the package that owns a file; a mapping for several.\nsalt '*' pkg.owner /usr/bin/apachectl",
      params: { paths: p.rest(), kwargs },
      run: ({ paths, kwargs: options }, ctx) => ctx.call('lowpkg.owner', paths, options),
    }),
    services_need_restart: fn({
      doc: "Gives the services that still use files that were replaced.\nsalt '*' pkg.services_need_restart",
      params: { root, kwargs },
      run: async ({ root: place }, ctx) => (await callZypper(['ps', '-sss'], ctx, { root: place, readOnly: true })).stdout.split(/\s+/).filter((name) => name !== ''),
    }),
    normalize_name: fn({
      doc: "Gives the name of a package without the architecture of this machine.\nsalt '*' pkg.normalize_name zsh.x86_64",
      params: { name: p.string() },
      run({ name }, ctx) {
        const { name: bare, arch } = splitArch(name);
        const isOwn = arch !== null && (arch === osarchOf(ctx) || arch === 'noarch' || areBoth32(arch, osarchOf(ctx)));
        return isOwn ? bare : name;
      },
    }),
    parse_arch: fn({
      doc: "Splits a name into package and architecture.\nsalt '*' pkg.parse_arch zsh.x86_64",
      params: { name: p.string() },
      run: ({ name }) => splitArch(name),
    }),
  },
});
