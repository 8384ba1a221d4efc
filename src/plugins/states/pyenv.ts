/** Versions of Python by the program pyenv. Differs: a test run looks at what is there, and foretells the changes. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { isList, isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';

const asks = async (fun: string, args: readonly (string | null)[], ctx: Context, kwargs: PlainMap = {}): Promise<boolean> => isTruthy(await ctx.call(fun, args, kwargs));

async function hasVersion(version: string, user: string | null, ctx: Context): Promise<boolean> {
  const there = await ctx.call('pyenv.versions', [user]);
  return isList(there) && there.includes(version);
}

const isDefault = async (version: string, user: string | null, ctx: Context): Promise<boolean> => await ctx.call('pyenv.default', [], { runas: user }) === version;

async function installed(name: string, wantsDefault: boolean, user: string | null, ctx: Context): Promise<PlainMap> {
  const version = name.replace(/^python-/, '');
  const isThere = await asks('pyenv.is_installed', [user], ctx);
  const hasIt = isThere && await hasVersion(version, user, ctx);
  const isChosen = hasIt && await isDefault(version, user, ctx);
  if (ctx.test && !hasIt) return wouldChange(name, `python ${version} is set to be installed`, { [version]: 'Installed' });
  if (!isThere && !await asks('pyenv.install', [user], ctx)) return failed(name, 'pyenv failed to install');
  if (!hasIt && !await asks('pyenv.install_python', [version], ctx, { runas: user })) return failed(name, 'Could not install python.');
  if (ctx.test && wantsDefault && !isChosen) return wouldChange(name, `python ${version} is set to be the default`, { default: version });
  if (wantsDefault && !isChosen) await ctx.call('pyenv.default', [version], { runas: user });
  if (hasIt) return { ...done(name, 'Requested python exists.', wantsDefault && !isChosen ? { default: version } : {}), default: isChosen };
  return { ...done(name, 'Successfully installed python', { [version]: 'Installed' }), default: wantsDefault };
}

async function absent(name: string, user: string | null, ctx: Context): Promise<PlainMap> {
  const version = name.replace(/^python-/, '');
  if (!await asks('pyenv.is_installed', [user], ctx)) return done(name, `pyenv not installed, ${version} not either`);
  if (!await hasVersion(version, user, ctx)) return done(name, `python ${version} is already absent`);
  const changes = { [version]: 'Uninstalled' };
  if (ctx.test) return wouldChange(name, `python ${version} is set to be uninstalled`, changes);
  if (await isDefault(version, user, ctx)) await ctx.call('pyenv.default', ['system'], { runas: user });
  await ctx.call('pyenv.uninstall_python', [version], { runas: user });
  // Salt takes the program's word for it, which is always yes.
  return await hasVersion(version, user, ctx) ? failed(name, 'Failed to uninstall python') : done(name, 'Successfully removed python', changes);
}

async function installPyenv(name: string, user: string | null, ctx: Context): Promise<PlainMap> {
  if (await asks('pyenv.is_installed', [user], ctx)) return done(name, 'pyenv is already installed');
  const changes = { pyenv: 'Installed' };
  if (ctx.test) return wouldChange(name, 'pyenv is set to be installed', changes);
  return await asks('pyenv.install', [user], ctx) ? done(name, 'pyenv installed', changes) : failed(name, 'pyenv failed to install');
}

const user = p.string(null);

export default defineState({
  name: 'pyenv',
  virtual: async (ctx) => (await ctx.has('pyenv.versions') ? true : 'pyenv module could not be loaded'),
  doc: 'Versions of Python by the program pyenv.',
  functions: {
    installed: fn({
      doc: 'Make sure that a version of Python is there; pyenv is fetched when it is not.',
      params: { name: p.string(), default: p.any(false, 'it is used unless another is asked for'), user },
      run: (args, ctx) => guarded(args.name, () => installed(args.name, isTruthy(args.default), args.user, ctx)),
    }),
    absent: fn({ doc: 'Make sure that a version of Python is not there.', params: { name: p.string(), user }, run: (args, ctx) => guarded(args.name, () => absent(args.name, args.user, ctx)) }),
    install_pyenv: fn({ doc: 'Make sure that pyenv is there.', params: { name: p.string(), user }, run: (args, ctx) => guarded(args.name, () => installPyenv(args.name, args.user, ctx)) }),
  },
});
