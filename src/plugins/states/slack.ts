/** Messages by Slack in a run of states. Source: read, Salt 3006 (3008 has the module without the state). */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { tried } from './outcome/failure.js';
import { guarded } from './outcome/step.js';

/** What is missing or too much; nothing when it can be sent. Differs: a name of the sender is not needed, as Slack refuses it today. */
function complaint(given: PlainMap): string | undefined {
  const has = (name: string): boolean => isTruthy(given[name] ?? null);
  if (!has('api_key') && !has('webhook')) return 'Please specify api_key or webhook.';
  if (has('api_key') && has('webhook')) return 'Please specify only either api_key or webhook.';
  if (has('api_key') && !has('channel')) return 'Slack channel is missing.';
  return has('message') ? undefined : 'Slack message is missing.';
}

const picked = (given: PlainMap, names: readonly string[]): PlainMap => Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name] ?? null]])));

function sent(given: PlainMap, ctx: Context): Promise<Value> {
  if (isTruthy(given['api_key'] ?? null)) return ctx.call('slack.post_message', [], picked(given, ['channel', 'message', 'from_name', 'api_key', 'icon', 'attachments', 'blocks']));
  return ctx.call('slack.call_hook', [], { ...picked(given, ['message', 'attachment', 'color', 'short', 'channel', 'username', 'icon_emoji']), identifier: given['webhook'] ?? null });
}

async function post(name: string, given: PlainMap, ctx: Context): Promise<PlainMap> {
  const why = complaint(given);
  if (why !== undefined) return failed(name, why);
  if (ctx.test) return wouldChange(name, `The following message is to be sent to Slack: ${str(given['message'] ?? '')}`);
  const made = await tried(sent(given, ctx));
  if ('failure' in made) return failed(name, `Failed to send message (${made.failure.message}): ${name}`);
  if (made.value === true) return done(name, `Sent message: ${name}`);
  return failed(name, `Failed to send message (${str(isPlainMap(made.value) ? made.value['message'] ?? null : made.value)}): ${name}`);
}

export default defineState({
  name: 'slack',
  virtual: async (ctx) => (await ctx.has('slack.post_message') ? true : 'slack module could not be loaded'),
  doc: 'Messages by Slack.',
  functions: {
    post_message: fn({
      doc: 'Send a message: message, and either api_key with channel, or webhook, perhaps with channel, username, color, attachment, short, icon_emoji.',
      params: { name: p.string(), kwargs: p.keywords() },
      run: ({ name, kwargs }, ctx) => guarded(name, () => post(name, kwargs, ctx)),
    }),
  },
});
