/** Environments of Python with the packages they need. */
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandNotFoundError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { tried } from './outcome/failure.js';
import { saltenvOf } from './outcome/saltenv.js';

const none = p.any(null);
const off = p.any(false);

const versionOf = async (python: string, ctx: Context): Promise<string> => {
  const said = await ctx.call('cmd.run_stderr', [[python, '-V']], { python_shell: false });
  return str(said).replaceAll(/^\n+|\n+$/g, '');
};

/** A file of requirements on this machine; undefined when the master has none. */
async function localFile(requirements: Value, ctx: Context): Promise<Value | undefined> {
  if (typeof requirements !== 'string' || !requirements.startsWith('salt://')) return requirements;
  const cached = await ctx.call('cp.cache_file', [requirements, saltenvOf(ctx)]);
  return isTruthy(cached) ? cached : undefined;
}

interface Wish {
  readonly name: string;
  readonly clear: boolean;
  readonly requirements: Value;
  readonly pkgs: Value;
  /** Arguments of `virtualenv.create` and of `pip.install`. */
  readonly create: PlainMap;
  readonly install: PlainMap;
}

async function managed(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, clear } = wish;
  if (!await ctx.has('virtualenv.create')) return failed(name, 'Virtualenv was not detected on this system');
  const python = join(name, 'bin/python');
  const exists = await ctx.sys.exists(python);
  const requirements = await localFile(wish.requirements, ctx);
  if (requirements === undefined) return failed(name, `pip requirements file '${str(wish.requirements)}' not found`);
  const changes: PlainMap = exists && clear ? { cleared_packages: await ctx.call('pip.freeze', [], { bin_env: name }), old: await versionOf(python, ctx) } : {};
  if (ctx.test && exists && !clear) return done(name, `Virtualenv ${name} is already created`);
  if (ctx.test) return wouldChange(name, `Virtualenv ${name} is set to be ${exists ? 'cleared' : 'created'}`, changes);
  let comment = 'virtualenv exists';
  if (!exists || clear) {
    const made = await create(wish, ctx);
    if (made !== undefined) return { ...made, changes };
    changes['new'] = await versionOf(python, ctx);
    comment = clear ? 'Cleared existing virtualenv' : 'Created new virtualenv';
  }
  return isTruthy(requirements) || isTruthy(wish.pkgs) ? install({ ...wish, requirements }, done(name, comment, changes), ctx) : done(name, comment, changes);
}

/** The return of a state whose environment could not be made. */
async function create({ name, clear, create: how }: Wish, ctx: Context): Promise<PlainMap | undefined> {
  let made: PlainMap;
  try {
    made = await ctx.call('virtualenv.create', [name], { clear, ...how }) as PlainMap;
  } catch (error) {
    if (!(error instanceof CommandNotFoundError)) throw error;
    return failed(name, `Failed to create virtualenv: ${error.message}`);
  }
  return made['retcode'] === 0 ? undefined : failed(name, `${str(made['stdout'] ?? '')}${str(made['stderr'] ?? '')}`);
}

const asTexts = (value: Value): string[] => (isList(value) ? value.map(str) : []);

async function install({ name, requirements, pkgs, install: how }: Wish, returned: PlainMap, ctx: Context): Promise<PlainMap> {
  const { user = null, use_vt: useVt = false } = how;
  const frozen = await tried(ctx.call('pip.freeze', [], { bin_env: name, user, use_vt: useVt }));
  if ('failure' in frozen) return { ...returned, result: false, comment: frozen.failure.message };
  const before = asTexts(frozen.value);
  const [first = ''] = isList(requirements) ? requirements.map(str) : isTruthy(requirements) ? str(requirements).split(',') : [];
  const cwd = first === '' || isAbsolute(first) ? how['cwd'] ?? null : dirname(resolve(first));
  const answer = await ctx.call('pip.install', [], { ...how, pkgs, requirements, bin_env: name, cwd }) as PlainMap;
  const after = asTexts(await ctx.call('pip.freeze', [], { bin_env: name }));
  const [fresh, gone] = [after.filter((one) => !before.includes(one)), before.filter((one) => !after.includes(one))];
  const changes = { ...returned['changes'] as PlainMap };
  if (fresh.length > 0 || gone.length > 0) changes['packages'] = { new: fresh.length > 0 ? fresh : '', old: gone.length > 0 ? gone : '' };
  const worked = answer['retcode'] === 0;
  const comment = worked ? str(returned['comment'] ?? '') : `${str(returned['comment'] ?? '')}\n${str(answer['stdout'] ?? '')}\n${str(answer['stderr'] ?? '')}`;
  return { ...returned, changes, result: worked, comment };
}

export default defineState({
  name: 'virtualenv_mod',
  serves: 'virtualenv',
  doc: 'Environments of Python with the packages they need.',
  functions: {
    managed: fn({
      doc: 'Make sure that an environment of Python exists, with what a file of requirements names.',
      params: {
        name: p.string(), venv_bin: none, requirements: none, system_site_packages: off, distribute: off, use_wheel: off, clear: off, python: none, extra_search_dir: none,
        never_download: none, prompt: none, user: none, cwd: none, index_url: none, extra_index_url: none, pre_releases: off, no_deps: off, pip_download: none,
        pip_download_cache: none, pip_exists_action: none, pip_ignore_installed: off, proxy: none, use_vt: off, env_vars: none, no_use_wheel: off, pip_upgrade: off,
        pip_pkgs: none, pip_no_cache_dir: off, pip_cache_dir: none, process_dependency_links: off, no_binary: none, kwargs: p.keywords(),
      },
      run(args, ctx) {
        const { venv_bin, system_site_packages, distribute, python, extra_search_dir, never_download, prompt, user, use_vt, kwargs } = args;
        const { use_wheel, no_use_wheel, no_binary, cwd, index_url, extra_index_url, pre_releases, no_deps, proxy, env_vars, process_dependency_links } = args;
        return managed({
          name: args.name, clear: isTruthy(args.clear), requirements: args.requirements, pkgs: args.pip_pkgs,
          create: { venv_bin, system_site_packages, distribute, python, extra_search_dir, never_download, prompt, user, use_vt, ...kwargs },
          install: {
            use_wheel, no_use_wheel, no_binary, user, cwd, index_url, extra_index_url, pre_releases, no_deps, proxy, use_vt, env_vars, process_dependency_links,
            download: args.pip_download, download_cache: args.pip_download_cache, exists_action: args.pip_exists_action, ignore_installed: args.pip_ignore_installed,
            upgrade: args.pip_upgrade, no_cache_dir: args.pip_no_cache_dir, cache_dir: args.pip_cache_dir, ...kwargs,
          },
        }, ctx);
      },
    }),
  },
  aliases: { manage: 'managed' },
});
