/** Manages packages with apk. */
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { latestVersions, listUpgrades, refreshDb } from './apkpkg/available.js';
import { installPackages, removePackages, upgradePackages } from './apkpkg/change.js';
import { filesOf, ownersOf } from './apkpkg/files.js';
import { listPackages } from './apkpkg/installed.js';

const kwargs = p.keywords();

export default defineModule({
  name: 'apkpkg',
  serves: 'pkg',
  when: { os_family: ['Alpine'] },
  doc: 'Installs, removes and upgrades packages with apk.',
  functions: {
    install: fn({
      doc: "Installs packages from repositories or from files; gives old and new versions.\nsalt '*' pkg.install foo refresh=True",
      params: { name: p.any(null), refresh: p.any(false), pkgs: p.any(null), sources: p.any(null), kwargs },
      run: (args, ctx) => installPackages(args, ctx),
    }),
    remove: fn({
      doc: "Removes packages.\nsalt '*' pkg.remove foo,bar",
      params: { name: p.any(null), pkgs: p.any(null), purge: p.bool(false), kwargs },
      run: ({ name, pkgs, purge }, ctx) => removePackages({ name, pkgs }, purge, ctx),
    }),
    purge: fn({
      doc: "Removes packages and their configuration.\nsalt '*' pkg.purge foo",
      params: { name: p.any(null), pkgs: p.any(null), kwargs },
      run: ({ name, pkgs }, ctx) => removePackages({ name, pkgs }, true, ctx),
    }),
    upgrade: fn({
      doc: "Upgrades the packages named or all; gives changes, result and comment.\nsalt '*' pkg.upgrade",
      params: { name: p.any(null), pkgs: p.any(null), refresh: p.any(true), kwargs },
      run: (args, ctx) => upgradePackages(args, ctx),
    }),
    list_pkgs: fn({
      doc: "Gives the installed packages and their versions.\nsalt '*' pkg.list_pkgs",
      params: { versions_as_list: p.any(false), kwargs },
      run: ({ versions_as_list: asList, kwargs: options }, ctx) => listPackages(asList, options, ctx),
    }),
    list_upgrades: fn({
      doc: "Gives the packages that an upgrade would change, with their new versions.\nsalt '*' pkg.list_upgrades",
      params: { refresh: p.any(true), kwargs },
      run: ({ refresh }, ctx) => listUpgrades(refresh, ctx),
    }),
    latest_version: fn({
      doc: "Gives the version that an upgrade or installation would give, empty when there is nothing newer.\nsalt '*' pkg.latest_version foo",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => latestVersions(names, options, ctx),
    }),
    upgrade_available: fn({
      doc: "Says whether a newer version is on offer.\nsalt '*' pkg.upgrade_available foo",
      params: { name: p.string(), kwargs },
      run: async ({ name, kwargs: options }, ctx) => (await latestVersions([name], options, ctx)) !== '',
    }),
    version: fn({
      doc: "Gives the installed version of a package, empty when it is not installed; a mapping for several.\nsalt '*' pkg.version foo bar",
      params: { names: p.rest(), kwargs },
      run: ({ names, kwargs: options }, ctx) => ctx.call('pkg_resource.version', names, options),
    }),
    refresh_db: fn({ doc: "Fetches the lists of packages.\nsalt '*' pkg.refresh_db", params: { kwargs }, run: (_args, ctx) => refreshDb(ctx) }),
    file_list: fn({
      doc: "Gives the files of packages, by package.\nsalt '*' pkg.file_list httpd",
      params: { packages: p.rest(), kwargs },
      run: ({ packages }, ctx) => filesOf(packages, ctx),
    }),
    file_dict: fn({
      doc: "Gives the files of packages, by package.\nsalt '*' pkg.file_dict httpd",
      params: { packages: p.rest(), kwargs },
      run: ({ packages }, ctx) => filesOf(packages, ctx),
    }),
    owner: fn({
      doc: "Gives the package that owns each of the files.\nsalt '*' pkg.owner /usr/bin/apachectl",
      params: { paths: p.rest(), kwargs },
      run: ({ paths }, ctx) => ownersOf(paths, ctx),
    }),
  },
});
