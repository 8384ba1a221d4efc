/** The newest kernel, installed and running. Source: read, Salt 3006 (3008 has the module without the state). */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

async function latestInstalled(name: string, ctx: Context): Promise<PlainMap> {
  const [installed, latest] = [await ctx.call('kernelpkg.list_installed'), await ctx.call('kernelpkg.latest_available')];
  // Differs: Salt looks for None in the list where there is no kernel at all, and upgrades nothing.
  if (latest === null) return failed(name, 'No kernel is installed and none is available');
  if (isList(installed) && installed.includes(latest)) return done(name, `The latest kernel package is already installed: ${str(latest)}`);
  if (ctx.test) return wouldChange(name, `The latest kernel package will be installed: ${str(latest)}`);
  const made = await ctx.call('kernelpkg.upgrade');
  const upgrades = isPlainMap(made) && isPlainMap(made['upgrades']) ? made['upgrades'] : {};
  return done(name, 'The latest kernel package has been installed, but not activated.', upgrades);
}

async function latestActive(name: string, atTime: Value, ctx: Context): Promise<PlainMap> {
  const [active, latest] = [await ctx.call('kernelpkg.active'), await ctx.call('kernelpkg.latest_installed')];
  if (!isTruthy(await ctx.call('kernelpkg.needs_reboot'))) return done(name, `The latest installed kernel package is active: ${str(active)}`);
  const comment = `The system will be booted to activate kernel: ${str(latest)}`;
  const changes = { kernel: { old: active, new: latest } };
  if (ctx.test) return wouldChange(name, comment, changes);
  await ctx.call('system.reboot', [], { at_time: atTime });
  return done(name, comment, changes);
}

const params = { name: p.string(), at_time: p.any(null, 'minutes until the reboot'), kwargs: p.keywords() };

export default defineState({
  name: 'kernelpkg',
  virtual: async (ctx) => (await ctx.has('kernelpkg.upgrade') ? true : 'kernelpkg module could not be loaded'),
  doc: 'The newest kernel, installed and running.',
  functions: {
    latest_installed: fn({
      doc: 'Make sure that the newest kernel of the repositories is installed; it runs after the next start.',
      params: { name: p.string(), kwargs: p.keywords() },
      run: (args, ctx) => latestInstalled(args.name, ctx),
    }),
    latest_active: fn({
      doc: 'Reboot unless the newest kernel that is installed runs.',
      params,
      run: (args, ctx) => latestActive(args.name, args.at_time, ctx),
    }),
    latest_wait: fn({
      doc: 'The same, when something that is watched or listened to changed.',
      params,
      run: (args) => done(args.name, ''),
    }),
    mod_watch: fn({
      doc: 'Reboots after a change of what is watched.',
      params: { name: p.string(), sfun: p.string(null), at_time: p.any(null), kwargs: p.keywords() },
      run: ({ name, sfun, at_time: atTime }, ctx) => (sfun === 'latest_active' || sfun === 'latest_wait'
        ? latestActive(name, atTime, ctx)
        : failed(name, `kernelpkg.${str(sfun)} does not work with the watch requisite.`)),
    }),
  },
});
