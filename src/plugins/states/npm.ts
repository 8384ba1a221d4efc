/**
 * Packages of Node.js. Source: read, Salt 3006 (3008 has the module without the state).
 *
 * Differs: a folder whose packages are all there is called that, as npm from version 7 on counts them; a test run foretells what the real
 * one tells; packages in the cache are found as npm names them today.
 */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isPlainMap, isTruthy, mapGet, mapValues, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { tried } from './outcome/failure.js';
import { guarded } from './outcome/step.js';

interface Installation {
  readonly name: string;
  readonly pkgs: readonly string[];
  readonly dir: string | null;
  readonly user: string | null;
  readonly force: boolean;
  readonly registry: string | null;
  readonly env: Value;
}

const nameAndVersion = (pkg: string): { name: string; version: string | undefined } => {
  const [, name = pkg, version] = /^(@?[^@\s]+)(?:@(\S+))?/.exec(pkg) ?? [];
  return { name, version };
};

/** What stands behind `://` of an address. */
const addressOf = (text: string): string | undefined => text.split('://')[1]?.replace(/\.git$/, '');

/** The version of a package that is there; empty for one that was installed from this address. */
function versionOf(name: string, there: ValueMap): string | undefined {
  const known = mapGet(there, name);
  if (isPlainMap(known) && known['version'] !== undefined) return str(known['version']);
  const wanted = addressOf(name);
  const fits = (one: Value): boolean => isPlainMap(one) && [one['from'], one['resolved']].some((from) => typeof from === 'string' && addressOf(from)?.split('#')[0] === wanted);
  return wanted !== undefined && mapValues(there).some(fits) ? '' : undefined;
}

async function installed({ name, pkgs, dir, user, force, registry, env }: Installation, ctx: Context): Promise<PlainMap> {
  const listed = await tried(ctx.call('npm.list', [], { dir, runas: user, env, depth: 0 }));
  if ('failure' in listed) return failed(name, `Error looking up '${name}': ${listed.failure.message}`);
  const there = isMap(listed.value) ? listed.value : {};
  const missing: string[] = [];
  const satisfied: string[] = [];
  for (const pkg of pkgs) {
    const { name: own, version } = nameAndVersion(pkg);
    const found = force ? undefined : versionOf(own, there);
    if (found === undefined || (version !== undefined && version !== found && found !== '')) missing.push(pkg);
    else satisfied.push(found === '' ? own : `${own}@${found}`);
  }
  const enough = `Package(s) '${pkgs.join(', ')}' satisfied by ${satisfied.join(', ')}`;
  if (missing.length === 0) return done(name, enough);
  const changes = { old: [], new: missing };
  if (ctx.test) return wouldChange(name, [`NPM package(s) '${missing.join(', ')}' are set to be installed`, ...(satisfied.length > 0 ? [enough] : [])].join('. '), changes);
  const made = await tried(ctx.call('npm.install', [], { dir, runas: user, registry, env, pkgs: [...pkgs] }));
  if ('failure' in made) return failed(name, `Error installing '${pkgs.join(', ')}': ${made.failure.message}`);
  return done(name, `Package(s) '${missing.join(', ')}' successfully installed`, changes);
}

async function removed(name: string, dir: string | null, user: string | null, ctx: Context): Promise<PlainMap> {
  const listed = await tried(ctx.call('npm.list', [], { dir, runas: user, depth: 0 }));
  if ('failure' in listed) return failed(name, `Error uninstalling '${name}': ${listed.failure.message}`);
  if (!isMap(listed.value) || mapGet(listed.value, name) === undefined) return done(name, `Package '${name}' is not installed`);
  const changes = { [name]: 'Removed' };
  if (ctx.test) return wouldChange(name, `Package '${name}' is set to be removed`, changes);
  const worked = isTruthy(await ctx.call('npm.uninstall', [], { pkg: name, dir, runas: user }));
  return worked ? done(name, `Package '${name}' was successfully removed`, changes) : failed(name, `Error removing package '${name}'`);
}

/** npm before version 7 lists what it did, later ones count. */
function isNothing(answer: Value): boolean {
  if (!isPlainMap(answer)) return !isTruthy(answer);
  const counts = ['added', 'removed', 'changed', 'updated', 'moved'].map((key) => answer[key]).filter((value) => value !== undefined);
  return counts.length > 0 && counts.every((value) => !isTruthy(value));
}

async function bootstrap(name: string, user: string | null, silent: Value, ctx: Context): Promise<PlainMap> {
  const options = { dir: name, runas: user, pkg: null, silent };
  const planned = await tried(ctx.call('npm.install', [], { ...options, dry_run: true }));
  if ('failure' in planned) return failed(name, `Error Bootstrapping '${name}': ${planned.failure.message}`);
  if (isNothing(planned.value)) return done(name, ctx.test ? `${name} is already bootstrapped` : 'Directory is already bootstrapped');
  const changes = { [name]: 'Bootstrapped' };
  if (ctx.test) return wouldChange(name, `${name} is set to be bootstrapped`, changes);
  const made = await tried(ctx.call('npm.install', [], options));
  if ('failure' in made) return failed(name, `Error Bootstrapping '${name}': ${made.failure.message}`);
  return typeof made.value === 'string' ? failed(name, `Could not bootstrap directory: ${made.value}`) : done(name, 'Directory was successfully bootstrapped', changes);
}

/** Keys of the cache, those of a package or all. */
async function cachedKeys(name: string | null, user: string | null, ctx: Context): Promise<string[]> {
  const keys = splitLines(str(await ctx.call('npm.cache_list', [], { runas: user }))).filter((line) => line !== '');
  return name === null ? keys : keys.filter((key) => key.includes(`/${name}/-/`) || key.endsWith(`/${name}`));
}

async function cacheCleaned(name: string | null, user: string | null, force: Value, ctx: Context): Promise<PlainMap> {
  const what = name ?? 'packages';
  const listed = await tried(cachedKeys(name, user, ctx));
  if ('failure' in listed) return failed(name, `Error looking up cached ${what}: ${listed.failure.message}`);
  if (listed.value.length === 0) return done(name, name === null ? 'The cache is empty' : `Package ${name} is not in the cache`);
  const changes = { [name ?? 'cache']: 'Removed' };
  if (ctx.test) return wouldChange(name, `Cached ${what} set to be removed`, changes);
  for (const path of name === null ? [null] : listed.value) {
    if (!isTruthy(await ctx.call('npm.cache_clean', [], { path, runas: user, force }))) return failed(name, `Error cleaning cached ${what}`);
  }
  return done(name, `Cached ${what} successfully removed`, changes);
}

const user = p.string(null);
const dir = p.string(null, 'folder of the packages; for all when not given');

export default defineState({
  name: 'npm',
  virtual: async (ctx) => (await ctx.has('npm.list') ? true : 'npm module could not be loaded'),
  doc: 'Packages of Node.js.',
  functions: {
    installed: fn({
      doc: 'Make sure that packages are installed, perhaps of a version: coffee-script@1.0.1.',
      params: { name: p.string(), pkgs: p.strings(null), dir, user, force_reinstall: p.any(false), registry: p.string(null), env: p.any(null) },
      run: ({ name, pkgs, force_reinstall: force, ...rest }, ctx) =>
        guarded(name, () => installed({ name, pkgs: pkgs === null || pkgs.length === 0 ? [name] : pkgs, force: force === true, ...rest }, ctx)),
    }),
    removed: fn({ doc: 'Make sure that a package is not installed.', params: { name: p.string(), dir, user }, run: (args, ctx) => guarded(args.name, () => removed(args.name, args.dir, args.user, ctx)) }),
    bootstrap: fn({
      doc: 'Make sure that a folder has the packages its package.json names.',
      params: { name: p.string(), user, silent: p.any(true) },
      run: (args, ctx) => guarded(args.name, () => bootstrap(args.name, args.user, args.silent, ctx)),
    }),
    cache_cleaned: fn({
      doc: 'Make sure that the cache does not have a package, or nothing.',
      params: { name: p.string(null), user, force: p.any(false) },
      run: (args, ctx) => guarded(args.name ?? 'cache', () => cacheCleaned(args.name, args.user, args.force, ctx)),
    }),
  },
});
