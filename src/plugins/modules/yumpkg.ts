/** Manages packages, their repositories, groups and holds with dnf or yum. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import type { Value } from '../../kernel/std/value.js';
import { normalizeName, splitArch } from './rpm/architecture.js';
import { differencesOfFiles } from './rpm/differences.js';
import { installedFacts } from './rpm/installed-facts.js';
import { latestVersions, listOffered, listUpgrades } from './yumpkg/available.js';
import { downloadedPackages, downloadPackages } from './yumpkg/download.js';
import { groupDifference, groupInfo, listGroups, missingOfGroups } from './yumpkg/groups.js';
import { HOLD_PATTERN, heldTargets, holdPackages, listHolds, releasePackages } from './yumpkg/holds.js';
import { installPackages } from './yumpkg/install.js';
import { listPackages, osarchOf } from './yumpkg/installed.js';
import { modifyRepository } from './yumpkg/modify-repository.js';
import { listPatches } from './yumpkg/patches.js';
import { findYum } from './yumpkg/program.js';
import { refreshDb } from './yumpkg/refresh.js';
import { removePackages, upgradePackages } from './yumpkg/remove.js';
import { deleteRepository, findRepository, listRepositories } from './yumpkg/repositories.js';
import { servicesToRestart } from './yumpkg/services.js';

const kwargs = p.keywords();
const basedir = p.any(null);

/** `update` keeps what is obsolete, `upgrade` does not. */
const upgradeParams = (obsoletes: boolean) => ({
  name: p.any(null), pkgs: p.any(null), refresh: p.any(true), skip_verify: p.bool(false), normalize: p.bool(true),
  minimal: p.bool(false), obsoletes: p.bool(obsoletes),
});
const holdParams = { name: p.any(null), pkgs: p.any(null), sources: p.any(null) };

export default defineModule({
  name: 'yumpkg',
  serves: 'pkg',
  when: { os_family: ['RedHat'] },
  async virtual(ctx) {
    if (ctx.opts['yum_provider'] === 'yumpkg_api') return 'Module yumpkg: yumpkg_api provider not available';
    return (await findYum(ctx)) === undefined ? 'DNF nor YUM found' : true;
  },
  doc: 'Installs, removes and upgrades packages with dnf or yum, and manages groups, holds and repositories.',
  aliases: { available_version: 'latest_version', list_updates: 'list_upgrades', get_locked_packages: 'list_holds', groupinstall: 'group_install' },
  functions: {
    install: fn({
      doc: "Installs packages from repositories or from files; gives old and new versions.\nsalt '*' pkg.install pkgs='[\"foo\", {\"bar\": \"1.2.3-4.el9\"}]'",
      params: {
        name: p.any(null), refresh: p.any(false), skip_verify: p.bool(false), pkgs: p.any(null), sources: p.any(null), downloadonly: p.bool(false),
        reinstall: p.any(false), normalize: p.bool(true), update_holds: p.bool(false), saltenv: p.string('base'), ignore_epoch: p.bool(false), kwargs,
      },
      run: ({ skip_verify: skipVerify, update_holds: updateHolds, ignore_epoch: ignoreEpoch, ...others }, ctx) =>
        installPackages({ ...others, skipVerify, updateHolds, ignoreEpoch }, ctx),
    }),
    remove: fn({
      doc: "Removes packages.\nsalt '*' pkg.remove foo,bar",
      params: { name: p.any(null), pkgs: p.any(null), kwargs },
      run: ({ name, pkgs, kwargs: options }, ctx) => removePackages(name, pkgs, options, ctx),
    }),
    purge: fn({
      doc: "Removes packages; rpm keeps no configuration that could be purged.\nsalt '*' pkg.purge foo",
      params: { name: p.any(null), pkgs: p.any(null), kwargs },
      run: ({ name, pkgs }, ctx) => removePackages(name, pkgs, {}, ctx),
    }),
    upgrade: fn({
      doc: "Upgrades the packages named or all; gives old and new versions.\nsalt '*' pkg.upgrade minimal=True",
      params: { ...upgradeParams(true), diff_attr: p.any(null), kwargs },
      run: ({ skip_verify: skipVerify, diff_attr: diffAttr, ...others }, ctx) => upgradePackages({ ...others, skipVerify, diffAttr }, ctx),
    }),
    update: fn({
      doc: "Upgrades as `upgrade`, and keeps packages that others make obsolete.\nsalt '*' pkg.update",
      params: { ...upgradeParams(false), kwargs },
      run({ skip_verify: skipVerify, kwargs: { diff_attr: diffAttr = null, ...options }, ...others }, ctx) {
        return upgradePackages({ ...others, skipVerify, diffAttr, kwargs: options }, ctx);
      },
    }),
    list_pkgs: fn({
      doc: "Gives the installed packages and their versions.\nsalt '*' pkg.list_pkgs attr=version,arch",
      params: { versions_as_list: p.any(false), kwargs },
      run: ({ versions_as_list: asList, kwargs: options }, ctx) => listPackages(asList, options, ctx),
    }),
    list_repo_pkgs: fn({
      doc: "Gives all versions on offer, of the packages named or of all.\nsalt '*' pkg.list_repo_pkgs foo byrepo=True",
      params: { args: p.rest(), kwargs },
      run: ({ args, kwargs: options }, ctx) => listOffered(args, options, ctx),
    }),
    list_upgrades: fn({
      doc: "Gives the packages that an upgrade would change, with their new versions.\nsalt '*' pkg.list_upgrades",
      params: { refresh: p.any(true), kwargs },
      run: ({ refresh, kwargs: options }, ctx) => listUpgrades(refresh, options, ctx),
    }),
    list_downloaded: fn({
      doc: "Gives the package files in the cache.\nsalt '*' pkg.list_downloaded",
      params: { kwargs },
      run: (_args, ctx) => downloadedPackages(ctx),
    }),
    latest_version: fn({
      doc: "Gives the version that an upgrade or installation would give, empty when there is nothing newer.\nsalt '*' pkg.latest_version vim fromrepo=epel",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => latestVersions(names, options, ctx),
    }),
    upgrade_available: fn({
      doc: "Says whether a newer version is on offer.\nsalt '*' pkg.upgrade_available nano",
      params: { name: p.string(), kwargs },
      run: async ({ name, kwargs: options }, ctx) => (await latestVersions([name], options, ctx)) !== '',
    }),
    version: fn({
      doc: "Gives the installed version of a package, empty when it is not installed; a mapping for several.\nsalt '*' pkg.version vim foo",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => ctx.call('pkg_resource.version', names, options),
    }),
    version_cmp: fn({
      doc: "Compares two versions: -1, 0 or 1.\nsalt '*' pkg.version_cmp 0.2-001 0.2.0.1-002",
      params: { pkg1: p.any(), pkg2: p.any(), ignore_epoch: p.bool(false), kwargs },
      run: ({ pkg1, pkg2, ignore_epoch: ignoreEpoch }, ctx) => ctx.call('lowpkg.version_cmp', [pkg1, pkg2], { ignore_epoch: ignoreEpoch }),
    }),
    refresh_db: fn({
      doc: "Fetches the lists of packages; gives True when updates are on offer, None when none are, False on failure.\nsalt '*' pkg.refresh_db",
      params: { kwargs },
      run: ({ kwargs: options }, ctx) => refreshDb(options, ctx),
    }),
    clean_metadata: fn({
      doc: "Fetches the lists of packages anew, as refresh_db.\nsalt '*' pkg.clean_metadata",
      params: { kwargs },
      run: ({ kwargs: options }, ctx) => refreshDb(options, ctx),
    }),
    hold: fn({
      doc: "Keeps packages at their version; needs the plugin versionlock.\nsalt '*' pkg.hold foo",
      params: { ...holdParams, normalize: p.bool(true), kwargs },
      run: async (args, ctx) => holdPackages(await heldTargets(args, ctx), ctx),
    }),
    unhold: fn({
      doc: "Lets packages change their version again; needs the plugin versionlock.\nsalt '*' pkg.unhold foo",
      params: { ...holdParams, kwargs },
      run: async (args, ctx) => releasePackages(await heldTargets(args, ctx), ctx),
    }),
    list_holds: fn({
      doc: "Gives the packages that are held.\nsalt '*' pkg.list_holds full=False",
      params: { pattern: p.string(HOLD_PATTERN), full: p.bool(true) },
      run: ({ pattern, full }, ctx) => listHolds(pattern, full, ctx),
    }),
    verify: fn({
      doc: "Gives the files that differ from what packages installed.\nsalt '*' pkg.verify httpd ignore_types=config",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => ctx.call('lowpkg.verify', names, options),
    }),
    modified: fn({
      doc: "Gives the files that were changed since installation, and what of them.\nsalt '*' pkg.modified httpd size=True",
      params: { packages: p.rest(), flags: p.keywords() },
      run: ({ packages, flags }, ctx) => ctx.call('lowpkg.modified', packages, flags),
    }),
    info_installed: fn({
      doc: "Gives what is known about installed packages.\nsalt '*' pkg.info_installed bash attr=version,vendor",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => installedFacts(names, options, ctx),
    }),
    group_list: fn({ doc: "Gives the groups of packages by state.\nsalt '*' pkg.group_list", run: (_args, ctx) => listGroups(ctx) }),
    group_info: fn({
      doc: "Gives what a group is and which packages it has.\nsalt '*' pkg.group_info 'Perl Support'",
      params: { name: p.string(), expand: p.bool(false), ignore_groups: p.any(null), kwargs },
      async run({ name, expand, ignore_groups: ignored, kwargs: options }, ctx) {
        const seen = Array.isArray(ignored) ? (ignored as readonly Value[]).map(str) : [];
        return { ...(await groupInfo(name, { expand, seen, kwargs: options }, ctx)) };
      },
    }),
    group_diff: fn({
      doc: "Gives which packages of a group are installed and which are not.\nsalt '*' pkg.group_diff 'Perl Support'",
      params: { name: p.string(), kwargs },
      run: ({ name, kwargs: options }, ctx) => groupDifference(name, options, ctx),
    }),
    group_install: fn({
      doc: "Installs the packages of groups.\nsalt '*' pkg.group_install 'Group 1' skip=foo,bar",
      params: { name: p.any(), skip: p.any([]), include: p.any([]), kwargs },
      async run({ name, skip, include, kwargs: options }, ctx) {
        const pkgs = await missingOfGroups(name, skip, include, ctx);
        return pkgs.length === 0 ? {} : ctx.call('pkg.install', [], { ...options, pkgs });
      },
    }),
    list_repos: fn({
      doc: "Gives the repositories and their options.\nsalt '*' pkg.list_repos",
      params: { basedir, kwargs },
      run: ({ basedir: folders, kwargs: options }, ctx) => listRepositories(folders, options, ctx),
    }),
    get_repo: fn({
      doc: "Gives the options of one repository.\nsalt '*' pkg.get_repo myrepo",
      params: { repo: p.string(), basedir, kwargs },
      run: ({ repo, basedir: folders, kwargs: options }, ctx) => findRepository(repo, folders, options, ctx),
    }),
    del_repo: fn({
      doc: "Removes a repository.\nsalt '*' pkg.del_repo myrepo",
      params: { repo: p.string(), basedir, kwargs },
      run: ({ repo, basedir: folders, kwargs: options }, ctx) => deleteRepository(repo, folders, options, ctx),
    }),
    mod_repo: fn({
      doc: "Creates or changes a repository; an option without a value is removed.\nsalt '*' pkg.mod_repo reponame enabled=1 gpgcheck=1",
      params: { repo: p.string(), basedir, kwargs },
      run: (args, ctx) => modifyRepository(args, ctx),
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
      doc: "Gives the package that owns a file; a mapping for several.\nsalt '*' pkg.owner /usr/bin/apachectl",
      params: { paths: p.rest(), kwargs },
      run: ({ paths }, ctx) => ctx.call('lowpkg.owner', paths),
    }),
    download: fn({
      doc: "Fetches package files; gives their paths.\nsalt '*' pkg.download httpd",
      params: { packages: p.rest(), kwargs },
      run: ({ packages }, ctx) => downloadPackages(packages, ctx),
    }),
    diff: fn({
      doc: "Shows how files differ from those in their packages.\nsalt '*' pkg.diff /etc/apache2/httpd.conf",
      params: { paths: p.rest(), kwargs },
      run: ({ paths }, ctx) => differencesOfFiles(paths, {}, ctx),
    }),
    list_patches: fn({
      doc: "Gives the advisories for this machine.\nsalt '*' pkg.list_patches",
      params: { refresh: p.bool(false), kwargs },
      async run({ refresh }, ctx) {
        if (refresh) await refreshDb({}, ctx);
        return listPatches(ctx);
      },
    }),
    list_installed_patches: fn({
      doc: "Gives the advisories whose packages are all installed.\nsalt '*' pkg.list_installed_patches",
      params: { kwargs },
      run: (_args, ctx) => listPatches(ctx, { installedOnly: true }),
    }),
    services_need_restart: fn({
      doc: "Gives the services that still use files that were replaced.\nsalt '*' pkg.services_need_restart",
      params: { kwargs },
      run: (_args, ctx) => servicesToRestart(ctx),
    }),
    normalize_name: fn({
      doc: "Gives the name of a package without the architecture of this machine.\nsalt '*' pkg.normalize_name zsh.x86_64",
      params: { name: p.string() },
      run: ({ name }, ctx) => normalizeName(name, osarchOf(ctx)),
    }),
    parse_arch: fn({
      doc: "Splits a name into package and architecture.\nsalt '*' pkg.parse_arch zsh.x86_64",
      params: { name: p.string() },
      run: ({ name }) => splitArch(name),
    }),
  },
});
