/** Python packages, with pip. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, CommandNotFoundError, TsaltError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { installed } from './pip_state/installed.js';

const none = p.any(null);
const off = p.any(false);

async function removed(name: string, how: PlainMap, ctx: Context): Promise<PlainMap> {
  const { bin_env = null, user = null, cwd = null } = how;
  let packages: Value;
  try {
    packages = await ctx.call('pip.list', [], { bin_env, user, cwd });
  } catch (error) {
    if (!(error instanceof CommandExecutionError || error instanceof CommandNotFoundError)) throw error;
    return failed(name, `Error uninstalling '${name}': ${error.message}`);
  }
  if (!isPlainMap(packages) || !Object.hasOwn(packages, name)) return done(name, 'Package is not installed.');
  if (ctx.test) return wouldChange(name, `Package ${name} is set to be removed`);
  return isTruthy(await ctx.call('pip.uninstall', [], { pkgs: name, ...how }))
    ? done(name, 'Package was successfully removed.', { [name]: 'Removed' }) : failed(name, 'Could not remove package.');
}

async function upToDate(name: string, how: PlainMap, ctx: Context): Promise<PlainMap> {
  const { use_vt, ...where } = how;
  let newer: Value;
  try {
    newer = await ctx.call('pip.list_upgrades', [], where);
  } catch (error) {
    if (!(error instanceof TsaltError)) throw error;
    return failed(name, error.message);
  }
  if (!isTruthy(newer)) return done(name, 'System is already up-to-date.');
  if (ctx.test) return wouldChange(name, 'System update will be performed');
  const updated = await ctx.call('pip.upgrade', [], { ...where, use_vt: use_vt ?? false });
  if (isPlainMap(updated) && updated['result'] === false) return { ...failed(name, 'Failed to update.'), ...updated };
  return isPlainMap(updated) && isTruthy(updated) ? done(name, 'Upgrade successful.', updated) : failed(name, 'Upgrade failed.');
}

export default defineState({
  name: 'pip_state',
  serves: 'pip',
  virtual: async (ctx) => (await ctx.has('pip.list') ? true : 'pip module could not be loaded'),
  doc: 'Python packages, with pip.',
  functions: {
    installed: fn({
      doc: 'Make sure that Python packages are installed, at versions such as `django>=4,<5`, from a file of requirements or a checkout.',
      params: {
        name: p.string(), pkgs: none, pip_bin: none, requirements: none, bin_env: none, use_wheel: off, no_use_wheel: off, log: none, proxy: none, timeout: none, repo: none,
        editable: none, find_links: none, index_url: none, extra_index_url: none, no_index: off, mirrors: none, build: none, target: none, download: none, download_cache: none,
        source: none, upgrade: off, force_reinstall: off, ignore_installed: off, exists_action: none, no_deps: off, no_install: off, no_download: off, install_options: none,
        global_options: none, user: none, cwd: none, pre_releases: off, cert: none, allow_all_external: off, allow_external: none, allow_unverified: none,
        process_dependency_links: off, env_vars: none, use_vt: off, trusted_host: none, no_cache_dir: off, cache_dir: none, no_binary: none, extra_args: none, kwargs: p.keywords(),
      },
      run({ name, pkgs, pip_bin: bin, repo: _repo, kwargs, ...how }, ctx) {
        return installed({ name, pkgs, how: { ...how, bin_env: isTruthy(how.bin_env) ? how.bin_env : bin }, kwargs }, ctx);
      },
    }),
    removed: fn({
      doc: 'Make sure that a Python package is not installed.',
      params: { name: p.string(), requirements: none, bin_env: none, log: none, proxy: none, timeout: none, user: none, cwd: none, use_vt: off },
      run: ({ name, ...how }, ctx) => removed(name, how, ctx),
    }),
    uptodate: fn({
      doc: 'Make sure that an upgrade of all Python packages has nothing to do.',
      params: { name: p.string(), bin_env: none, user: none, cwd: none, use_vt: off },
      run: ({ name, ...how }, ctx) => upToDate(name, how, ctx),
    }),
    purge_pip: fn({ doc: 'Forget what was loaded of pip; nothing is.', params: {}, run: () => null }),
  },
});
