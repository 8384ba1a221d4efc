/** Clusters of RabbitMQ. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { guarded, saidIn, virtual } from './rabbitmq/step.js';

interface Wish {
  readonly name: string;
  readonly host: string;
  readonly user: string;
  readonly ram_node: Value;
  readonly runas: string | null;
}

/** Differs: a node counts as a whole word; Salt takes `rabbit@web1` for there when `rabbit@web10` is. */
const names = (text: string, node: string): boolean => text.split(/[\s,'"[\]{}]+/).includes(node);

async function joined({ name, host, user, ram_node: ramNode, runas }: Wish, ctx: Context): Promise<PlainMap> {
  const node = `${user}@${host}`;
  if (names(str(await ctx.call('rabbitmq.cluster_status')), node)) return done(name, 'Already in cluster');
  const changes = { old: '', new: node };
  if (ctx.test) return wouldChange(name, `Node is set to join cluster ${node}`, changes);
  return done(name, saidIn(await ctx.call('rabbitmq.join_cluster', [host, user, ramNode], { runas })), changes);
}

export default defineState({
  name: 'rabbitmq_cluster',
  virtual,
  doc: 'Clusters of RabbitMQ.',
  aliases: { join: 'joined' },
  functions: {
    joined: fn({
      doc: 'Make sure that this node is in the cluster of another.',
      params: { name: p.string(), host: p.string(), user: p.string('rabbit'), ram_node: p.any(null), runas: p.string('root') },
      run: (wish, ctx) => guarded(wish.name, () => joined(wish, ctx)),
    }),
  },
});
