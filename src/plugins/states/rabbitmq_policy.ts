/** Policies of RabbitMQ. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded, saidIn, virtual } from './rabbitmq/step.js';

interface Wish {
  readonly name: string;
  readonly pattern: string;
  readonly definition: Value;
  readonly priority: number;
  readonly vhost: string;
  readonly runas: string | null;
  readonly apply_to: string | null;
}

function readDefinition(definition: Value): Value {
  if (typeof definition !== 'string' || definition === '') return definition === '' || definition === null ? {} : definition;
  try {
    return JSON.parse(definition) as Value;
  } catch (error) {
    throw new InvocationError(`The definition is no JSON: ${definition}`, { cause: error });
  }
}

/** What differs, in the words of Salt. Differs: Salt looks for `apply_to` under another name, and so always finds it wrong. */
function updatesFor(wish: Wish, policy: PlainMap): string[] {
  const { pattern = '', definition = '', priority = '0', apply_to: applyTo = '' } = policy;
  return [
    ...(pattern === wish.pattern ? [] : ['Pattern']), ...(equalValues(readDefinition(definition), readDefinition(wish.definition)) ? [] : ['Definition']),
    ...(isTruthy(wish.apply_to) && applyTo !== wish.apply_to ? ['Applyto'] : []), ...(Number(str(priority)) === wish.priority ? [] : ['Priority']),
  ];
}

async function policyThere({ name, vhost, runas }: Wish, ctx: Context): Promise<PlainMap | undefined> {
  const all = await ctx.call('rabbitmq.list_policies', [], { vhost, runas });
  const ofHost = isMap(all) ? mapGet(all, vhost) : undefined;
  const found = isMap(ofHost) ? mapGet(ofHost, name) : undefined;
  return isMap(found) ? found as PlainMap : undefined;
}

async function present(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, vhost, pattern, definition, priority, runas, apply_to } = wish;
  readDefinition(definition);
  const policy = await policyThere(wish, ctx);
  const updates = policy === undefined ? [] : updatesFor(wish, policy);
  if (policy !== undefined && updates.length === 0) return done(name, `Policy ${vhost} ${name} is already present`);
  const changes: PlainMap = policy === undefined ? { old: {}, new: name } : { old: policy, new: updates };
  if (ctx.test) return wouldChange(name, `Policy ${vhost} ${name} is set to be ${policy === undefined ? 'created' : 'updated'}`, changes);
  return done(name, saidIn(await ctx.call('rabbitmq.set_policy', [vhost, name, pattern, definition], { priority, runas, apply_to })), changes);
}

async function absent({ name, vhost, runas }: Pick<Wish, 'name' | 'vhost' | 'runas'>, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('rabbitmq.policy_exists', [vhost, name], { runas }) !== true) return done(name, `Policy '${vhost} ${name}' is not present.`);
  const changes = { new: '', old: name };
  if (ctx.test) return wouldChange(name, `Policy '${vhost} ${name}' will be removed.`, changes);
  await ctx.call('rabbitmq.delete_policy', [vhost, name], { runas });
  return done(name, 'Deleted', changes);
}

const name = p.string();
const vhost = p.string('/');
const runas = p.string(null, 'the user who runs the program');

export default defineState({
  name: 'rabbitmq_policy',
  virtual,
  doc: 'Policies of RabbitMQ.',
  functions: {
    present: fn({
      doc: 'Make sure that there is a policy for queues or exchanges whose names fit a pattern.',
      params: { name, pattern: p.string(), definition: p.any(), priority: p.int(0), vhost, runas, apply_to: p.string(null, 'queues, exchanges or all') },
      run: (wish, ctx) => guarded(wish.name, () => present(wish, ctx)),
    }),
    absent: fn({ doc: 'Make sure that there is no such policy.', params: { name, vhost, runas }, run: (args, ctx) => guarded(args.name, () => absent(args, ctx)) }),
  },
});
