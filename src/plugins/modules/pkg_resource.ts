/** What package modules share: reading targets, versions and lists of packages. */
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isTrue } from '../../kernel/std/is-true.js';
import { fnmatchFilter } from '../../kernel/std/fnmatch.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { compareWith } from './pkg_resource/compare.js';
import { formatPackageList, formatVersion, joinVersions } from './pkg_resource/format.js';
import { packSources, repackPackages } from './pkg_resource/targets.js';

/** Both halves are None in Salt when there is nothing to do. */
const NOTHING: Value = [null, null];

/** How names lose a native architecture, where the package module of this machine can say it. */
async function normalizer(normalize: boolean, ctx: Context): Promise<(name: string) => Promise<string>> {
  if (!normalize || !(await ctx.has('pkg.normalize_name'))) return (name) => Promise.resolve(name);
  return async (name) => str(await ctx.call('pkg.normalize_name', [name]));
}

async function sourceFiles(sources: PlainMap, saltenv: string, ctx: Context): Promise<Value> {
  const files: string[] = [];
  for (const [name, value] of Object.entries(sources)) {
    const source = str(value);
    if (isTruthy(await ctx.call('config.valid_fileproto', [source]))) {
      const cached = await ctx.call('cp.cache_file', [source, saltenv]);
      if (!isTruthy(cached)) throw new CommandExecutionError(`Unable to cache source ${source} for package ${name}`);
      files.push(str(cached));
    } else if (source.startsWith('/')) {
      files.push(source);
    } else {
      throw new InvocationError(`Path ${source} for package ${name} is either not absolute or an invalid protocol`);
    }
  }
  return [files, 'file'];
}

export default defineModule({
  name: 'pkg_resource',
  quickGrains: true,
  doc: 'Helps package modules: targets, versions, lists of packages.',
  functions: {
    pack_sources: fn({
      doc: "Turns a list of one-element mappings into one mapping.\nsalt '*' pkg_resource.pack_sources '[{\"foo\": \"salt://foo.deb\"}]'",
      params: { sources: p.any(), normalize: p.bool(true) },
      run: async ({ sources, normalize }, ctx) => packSources(sources, await normalizer(normalize, ctx), ctx.log),
    }),
    parse_targets: fn({
      doc: "Reads name, pkgs or sources; gives the targets and where they come from.\nsalt '*' pkg_resource.parse_targets vim",
      params: {
        name: p.any(null), pkgs: p.any(null), sources: p.any(null), saltenv: p.string('base'), normalize: p.bool(true), kwargs: p.keywords(),
      },
      async run({ name, pkgs, sources, saltenv, normalize, kwargs }, ctx) {
        const version = kwargs['version'] ?? null;
        const nameOf = await normalizer(normalize, ctx);
        const ignored = "'version' argument will be ignored for multiple package targets";
        if (isTruthy(pkgs) && isTruthy(sources)) {
          ctx.log.error({}, 'Only one of "pkgs" and "sources" can be used.');
          return NOTHING;
        }
        if (Object.hasOwn(kwargs, 'advisory_ids')) return advisories(name, pkgs, kwargs['advisory_ids'] ?? null, ctx);
        if (isTruthy(pkgs)) {
          if (version !== null) ctx.log.warn({}, ignored);
          return [await repackPackages(pkgs, nameOf), 'repository'];
        }
        if (isTruthy(sources)) {
          if (version !== null) ctx.log.warn({}, ignored);
          const packed = await packSources(sources, nameOf, ctx.log);
          return Object.keys(packed).length === 0 ? NOTHING : sourceFiles(packed, saltenv, ctx);
        }
        if (isTruthy(name)) {
          const packed: PlainMap = {};
          for (const one of str(name).split(',')) packed[await nameOf(one)] = version;
          return [packed, 'repository'];
        }
        ctx.log.error({}, 'No package sources provided');
        return NOTHING;
      },
    }),
    version: fn({
      doc: "Gives the installed version of a package, or a mapping for several; names may have `*`.\nsalt '*' pkg_resource.version vim foo bar",
      params: { names: p.rest(), kwargs: p.keywords() },
      async run({ names, kwargs: { versions_as_list: asList = false, ...others } }, ctx) {
        if (names.length === 0) return {};
        const packages = await ctx.call('pkg.list_pkgs', [], { ...others, versions_as_list: true }) as PlainMap;
        const found: PlainMap = {};
        for (const name of names.map(str)) {
          const matches = name.includes('*') ? fnmatchFilter(Object.keys(packages), name) : [name];
          for (const match of matches) found[match] = packages[match] ?? [];
        }
        if (!isTrue(asList)) joinVersions(found);
        const single = names.every((name) => !str(name).includes('*')) && Object.keys(found).length === 1;
        return single ? Object.values(found)[0] ?? '' : found;
      },
    }),
    add_pkg: fn({
      doc: 'Adds a version to a mapping of packages, in place.\nFor package modules.',
      params: { pkgs: p.any(), name: p.string(), pkgver: p.any() },
      run({ pkgs, name, pkgver }) {
        if (!isMap(pkgs) || pkgs instanceof Map) return null;
        const known = pkgs[name];
        pkgs[name] = [...(Array.isArray(known) ? known as Value[] : []), pkgver];
        return null;
      },
    }),
    sort_pkglist: fn({
      doc: 'Sorts the versions of a mapping of packages and drops doubles, in place.\nFor package modules.',
      params: { pkgs: p.any() },
      run({ pkgs }) {
        if (!isMap(pkgs) || pkgs instanceof Map) return null;
        for (const [name, versions] of Object.entries(pkgs)) {
          if (Array.isArray(versions)) pkgs[name] = [...new Set(versions.map(str))].toSorted();
        }
        return null;
      },
    }),
    stringify: fn({
      doc: 'Joins the versions of a mapping of packages with commas, in place.\nFor package modules.',
      params: { pkgs: p.any() },
      run({ pkgs }) {
        if (isMap(pkgs) && !(pkgs instanceof Map)) joinVersions(pkgs);
        return null;
      },
    }),
    version_clean: fn({
      doc: "Gives a version as the package module of this machine cleans it.\nsalt '*' pkg_resource.version_clean 1.2-3",
      params: { verstr: p.any() },
      run: async ({ verstr }, ctx) =>
        (isTruthy(verstr) && (await ctx.has('pkg.version_clean')) ? ctx.call('pkg.version_clean', [verstr]) : verstr),
    }),
    version_compare: fn({
      doc: "Compares two versions: `<`, `<=`, `==`, `>=`, `>`, `!=`.\nsalt '*' pkg_resource.version_compare 1.0 '<' 2.0",
      params: { ver1: p.any(), oper: p.string(), ver2: p.any(), ignore_epoch: p.bool(false) },
      run: ({ ver1, oper, ver2, ignore_epoch: ignoreEpoch }, ctx) => compareWith(str(ver1), oper, str(ver2), ignoreEpoch, ctx.log),
    }),
    check_extra_requirements: fn({
      doc: "Says whether an installed version meets requirements beyond its number.\nsalt '*' pkg_resource.check_extra_requirements foo 1.2",
      params: { pkgname: p.any(), pkgver: p.any() },
      run: async ({ pkgname, pkgver }, ctx) =>
        (isTruthy(pkgver) && (await ctx.has('pkg.check_extra_requirements')) ? ctx.call('pkg.check_extra_requirements', [pkgname, pkgver]) : true),
    }),
    format_pkg_list: fn({
      doc: 'Formats detailed lists of packages as versions, or keeps the attributes asked for.\nFor package modules.',
      params: { packages: p.map(), versions_as_list: p.any(), attr: p.any() },
      async run({ packages, versions_as_list: asList, attr }, ctx) {
        const parse = await ctx.has('pkg.parse_arch');
        const archOf = async (name: string): Promise<PlainMap> =>
          (parse ? await ctx.call('pkg.parse_arch', [name]) as PlainMap : { name, arch: null });
        return formatPackageList(packages, { asList: isTruthy(asList), attr, archOf });
      },
    }),
    format_version: fn({
      doc: "Joins epoch, version and release.\nsalt '*' pkg_resource.format_version 1 2.3 4",
      params: { epoch: p.any(), version: p.any(), release: p.any() },
      run: ({ epoch, version, release }) => formatVersion(epoch, version, release),
    }),
  },
});

function advisories(name: Value, pkgs: Value, ids: Value, ctx: Context): Value {
  if (isTruthy(pkgs)) {
    ctx.log.error({}, 'Cannot use "advisory_ids" and "pkgs" at the same time');
    return NOTHING;
  }
  return [isTruthy(ids) ? ids : [name], 'advisory'];
}

