/** Manages packages and their groups with pacman. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { latestVersions, listOffered, listUpgrades, refreshDb } from './pacmanpkg/available.js';
import { installPackages, removePackages, upgradePackages } from './pacmanpkg/change.js';
import { listFiles, ownersOf } from './pacmanpkg/files.js';
import { groupDifference, groupInfo, listGroups } from './pacmanpkg/groups.js';
import { listPackages } from './pacmanpkg/installed.js';

const kwargs = p.keywords();
const root = p.any(null);

export default defineModule({
  name: 'pacmanpkg',
  serves: 'pkg',
  when: { os_family: ['Arch'] },
  doc: 'Installs, removes and upgrades packages with pacman.',
  aliases: { available_version: 'latest_version' },
  functions: {
    install: fn({
      doc: "Installs packages from repositories or from files; gives old and new versions.\nsalt '*' pkg.install foo refresh=True",
      params: { name: p.any(null), refresh: p.bool(false), sysupgrade: p.any(null), pkgs: p.any(null), sources: p.any(null), kwargs },
      run: (args, ctx) => installPackages(args, ctx),
    }),
    remove: fn({
      doc: "Removes packages.\nsalt '*' pkg.remove foo,bar",
      params: { name: p.any(null), pkgs: p.any(null), kwargs },
      run: ({ name, pkgs, kwargs: options }, ctx) => removePackages('remove', { name, pkgs, root: options['root'] }, ctx),
    }),
    purge: fn({
      doc: "Removes packages, what only they needed and what needs them.\nsalt '*' pkg.purge foo",
      params: { name: p.any(null), pkgs: p.any(null), kwargs },
      run: ({ name, pkgs, kwargs: options }, ctx) => removePackages('purge', { name, pkgs, root: options['root'] }, ctx),
    }),
    upgrade: fn({
      doc: "Upgrades all packages; gives old and new versions.\nsalt '*' pkg.upgrade refresh=True",
      params: { refresh: p.any(false), root, kwargs },
      run: ({ refresh, root: place }, ctx) => upgradePackages(refresh, place, ctx),
    }),
    list_pkgs: fn({
      doc: "Gives the installed packages and their versions.\nsalt '*' pkg.list_pkgs",
      params: { versions_as_list: p.any(false), kwargs },
      run: ({ versions_as_list: asList, kwargs: options }, ctx) => listPackages(asList, options, ctx),
    }),
    list_upgrades: fn({
      doc: "Gives the packages that an upgrade would change, with their new versions.\nsalt '*' pkg.list_upgrades",
      params: { refresh: p.bool(false), root, kwargs },
      run: ({ refresh, root: place }, ctx) => listUpgrades(refresh, place, ctx),
    }),
    list_repo_pkgs: fn({
      doc: "Gives all versions on offer, of the packages named or of all.\nsalt '*' pkg.list_repo_pkgs 'samba4*' fromrepo=core",
      params: { args: p.rest(), kwargs },
      run: ({ args, kwargs: options }, ctx) => listOffered(args, options, ctx),
    }),
    latest_version: fn({
      doc: "Gives the version that an upgrade or installation would give, empty when there is nothing newer.\nsalt '*' pkg.latest_version foo",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => latestVersions(names, options, ctx),
    }),
    upgrade_available: fn({
      doc: "Says whether a newer version is on offer.\nsalt '*' pkg.upgrade_available foo",
      params: { name: p.string(), kwargs },
      run: async ({ name }, ctx) => (await latestVersions([name], {}, ctx)) !== '',
    }),
    version: fn({
      doc: "Gives the installed version of a package, empty when it is not installed; a mapping for several.\nsalt '*' pkg.version foo bar",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => ctx.call('pkg_resource.version', names, options),
    }),
    refresh_db: fn({
      doc: "Fetches the lists of packages; gives True for each repository that was fetched, False when unchanged.\nsalt '*' pkg.refresh_db",
      params: { root, kwargs },
      run: ({ root: place }, ctx) => refreshDb(place, ctx),
    }),
    group_list: fn({ doc: "Gives the groups of packages by state.\nsalt '*' pkg.group_list", run: (_args, ctx) => listGroups(ctx) }),
    group_info: fn({
      doc: "Gives the packages of a group.\nsalt '*' pkg.group_info xorg",
      params: { name: p.string() },
      run: ({ name }, ctx) => groupInfo(name, ctx),
    }),
    group_diff: fn({
      doc: "Gives which packages of a group are installed and which are not.\nsalt '*' pkg.group_diff xorg",
      params: { name: p.string() },
      run: ({ name }, ctx) => groupDifference(name, ctx),
    }),
    file_list: fn({
      doc: "Gives the files of packages.\nsalt '*' pkg.file_list httpd",
      params: { packages: p.rest(), kwargs },
      async run({ packages }, ctx) {
        const { errors, rows } = await listFiles(packages, ctx);
        return { errors, files: rows.map(([, file]) => file) };
      },
    }),
    file_dict: fn({
      doc: "Gives the files of packages, by package.\nsalt '*' pkg.file_dict httpd",
      params: { packages: p.rest(), kwargs },
      async run({ packages }, ctx) {
        const { errors, rows } = await listFiles(packages, ctx);
        const files: Record<string, string[]> = {};
        for (const [name, file] of rows) (files[name] ??= []).push(file);
        return { errors, packages: files };
      },
    }),
    owner: fn({
      doc: "Gives the package that owns a file; a mapping for several.\nsalt '*' pkg.owner /usr/bin/apachectl",
      params: { paths: p.rest(), kwargs },
      run: ({ paths }, ctx) => ownersOf(paths, ctx),
    }),
  },
});
