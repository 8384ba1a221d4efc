/** Virtual hosts of RabbitMQ. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../kernel/contract/state.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { guarded, saidIn, virtual } from './rabbitmq/step.js';

async function setVhost(name: string, wanted: boolean, ctx: Context): Promise<PlainMap> {
  const isThere = await ctx.call('rabbitmq.vhost_exists', [name]) === true;
  if (isThere === wanted) return done(name, `Virtual Host '${name}' ${wanted ? 'already exists' : 'is not present'}.`);
  const changes = wanted ? { old: '', new: name } : { new: '', old: name };
  if (ctx.test) return wouldChange(name, `Virtual Host '${name}' will be ${wanted ? 'created' : 'removed'}.`, changes);
  return done(name, saidIn(await ctx.call(wanted ? 'rabbitmq.add_vhost' : 'rabbitmq.delete_vhost', [name])), changes);
}

export default defineState({
  name: 'rabbitmq_vhost',
  virtual,
  doc: 'Virtual hosts of RabbitMQ.',
  functions: {
    present: fn({ doc: 'Make sure that there is a virtual host.', params: { name: p.string() }, run: ({ name }, ctx) => guarded(name, () => setVhost(name, true, ctx)) }),
    absent: fn({ doc: 'Make sure that there is no such virtual host.', params: { name: p.string() }, run: ({ name }, ctx) => guarded(name, () => setVhost(name, false, ctx)) }),
  },
});
