/** Plugins of RabbitMQ. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../kernel/contract/state.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { guarded, virtual } from './rabbitmq/step.js';

async function setPlugin({ name, runas }: { name: string; runas: string | null }, wanted: boolean, ctx: Context): Promise<PlainMap> {
  const word = wanted ? 'enabled' : 'disabled';
  const isOn = await ctx.call('rabbitmq.plugin_is_enabled', [name], { runas }) === true;
  if (isOn === wanted) return done(name, `Plugin '${name}' is already ${word}.`);
  const changes = wanted ? { old: '', new: name } : { old: name, new: '' };
  if (ctx.test) return wouldChange(name, `Plugin '${name}' is set to be ${word}.`, changes);
  await ctx.call(wanted ? 'rabbitmq.enable_plugin' : 'rabbitmq.disable_plugin', [name], { runas });
  return done(name, `Plugin '${name}' was ${word}.`, changes);
}

const params = { name: p.string(), runas: p.string(null, 'the user who runs the program') };

export default defineState({
  name: 'rabbitmq_plugin',
  virtual,
  doc: 'Plugins of RabbitMQ.',
  functions: {
    enabled: fn({ doc: 'Make sure that a plugin is enabled.', params, run: (args, ctx) => guarded(args.name, () => setPlugin(args, true, ctx)) }),
    disabled: fn({ doc: 'Make sure that a plugin is disabled.', params, run: (args, ctx) => guarded(args.name, () => setPlugin(args, false, ctx)) }),
  },
});
