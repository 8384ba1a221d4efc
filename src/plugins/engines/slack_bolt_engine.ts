/**
 * Hears a Slack workspace over Socket Mode: messages that begin with the trigger are events `salt/engines/slack/message`, and with `control`
 * commands of those whom `groups` names. Needs the package `ws`.
 *
 * Source: documentation of Salt 3006, engine `slack_bolt`; documentation of Slack. Differs: results are posted as text, cut at a screen.
 */
import type { Context } from '../../kernel/contract/context.js';
import { fireEvent } from '../../kernel/contract/engine.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { asError, TaskGroup } from '../../kernel/std/async.js';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { askSlack, plainText, SLACK_API, type SlackDoor } from './parts/slack-call.js';
import { readCommand, readGroups, type ChatCommand } from './parts/slack-commands.js';
import { slackEvents } from './parts/slack-socket.js';

const TEXT_CHARS_MAX = 3000;
const COMMANDS_AT_ONCE = 10;
const NAMES_MAX = 1000;
/** Slack tells an event again when it was not sure that it arrived. */
const REMEMBERED_MAX = 1000;
const JOB_MS = 60_000;

interface Bot {
  readonly door: SlackDoor;
  readonly trigger: string;
  readonly tag: string;
  readonly firesAll: boolean;
  readonly groups: ReturnType<typeof readGroups> | undefined;
  readonly names: BoundedCache<string, Promise<string>>;
}

/** The name behind an id of Slack; the id itself when Slack does not tell. */
function nameOf(user: string, { door, names }: Bot, ctx: Context): Promise<string> {
  return names.get(user, () => askSlack(door, 'users.info', { user }).then(({ user: found }) => (isPlainMap(found ?? null) ? String((found as PlainMap)['name']) : user), (err: unknown) => {
    ctx.log.warn({ err: asError(err), user }, 'slack_bolt: the name of a user is not known');
    return user;
  }));
}

const say = ({ door }: Bot, channel: string, text: string): Promise<unknown> => askSlack(door, 'chat.postMessage', { channel, text });

/** A function of minions, or a runner of this master. */
async function resultOf({ fun, arg, kwarg, tgt, tgtType }: ChatCommand, ctx: Context): Promise<Value> {
  if ((await ctx.port('catalog').functions('runners')).includes(fun)) {
    return ctx.port('masterSide').runner({ name: fun, arg, kwarg, user: 'slack', full: false, saltenv: 'base' });
  }
  const answers: PlainMap = {};
  const job = { tgt, tgt_type: tgtType, fun, arg, kwarg, timeoutMs: JOB_MS, user: 'slack' };
  for await (const { id, answered, ret } of ctx.port('local').returns(job, ctx.signal)) answers[id] = answered ? ret : 'Minion did not return';
  return answers;
}

async function obey(line: string, channel: string, user: string, bot: Bot, ctx: Context): Promise<void> {
  const name = await nameOf(user, bot, ctx);
  try {
    const command = readCommand(line, [name, user], bot.groups ?? []);
    if (command === undefined) {
      ctx.log.warn({ user: name, command: line.split(' ', 1)[0] }, 'slack_bolt: a command of one who is not allowed');
      await say(bot, channel, `@${plainText(name)}, you are not allowed to do that`);
      return;
    }
    ctx.log.info({ user: name, fun: command.fun }, 'slack_bolt: command');
    const result = await resultOf(command, ctx);
    const text = (await ctx.port('output').format(result, 'nested', { ...ctx.opts, color: false })) ?? '';
    await say(bot, channel, `@${plainText(name)}'s \`${plainText(command.fun)}\`\n\`\`\`${plainText(text.slice(0, TEXT_CHARS_MAX))}\`\`\``);
  } catch (err) {
    ctx.log.error({ err: asError(err), user: name }, 'slack_bolt: command failed');
    if (!ctx.signal.aborted) await say(bot, channel, `@${plainText(name)}: ${plainText(asError(err).message.slice(0, TEXT_CHARS_MAX))}`);
  }
}

/** Messages of programs and changed ones are no commands: what this one posts would come back. */
async function take(event: PlainMap, bot: Bot, ctx: Context, commands: TaskGroup): Promise<void> {
  const { type, text, user, channel } = event;
  const isSaid = type === 'message' && typeof text === 'string' && typeof user === 'string' && typeof channel === 'string' && event['bot_id'] === undefined && event['subtype'] === undefined;
  const isTriggered = isSaid && text.startsWith(bot.trigger);
  if (isTriggered || bot.firesAll) await fireEvent(ctx, `${bot.tag}/${String(type)}`, { message_data: event });
  if (isTriggered && bot.groups !== undefined) await commands.start(() => obey(text.slice(bot.trigger.length).trim(), channel, user, bot, ctx));
}

export default defineEngine({
  name: 'slack_bolt_engine',
  serves: 'slack_bolt',
  doc: 'Hear a Slack workspace over Socket Mode: messages are events, and commands of those who are allowed.',
  params: {
    app_token: p.string(), bot_token: p.string(), control: p.bool(false, 'take commands'), trigger: p.string('!', 'what they begin with'),
    groups: p.any(null, 'who may do what: users, commands, aliases, default_target, targets'), groups_pillar_name: p.string(null, 'more of them, in the pillar'),
    fire_all: p.bool(false, 'also what does not begin with the trigger'), tag: p.string('salt/engines/slack'), api_url: p.string(SLACK_API),
  },
  async start({ app_token: appToken, bot_token: botToken, control, trigger, groups, groups_pillar_name: inPillar, fire_all: firesAll, tag, api_url: api }, ctx) {
    if (trigger === '') throw new InvocationError('trigger is empty');
    const more = inPillar === null ? null : await ctx.call('pillar.get', [inPillar, null]);
    const bot: Bot = {
      door: { api, token: botToken, signal: ctx.signal }, trigger, tag, firesAll, groups: control ? readGroups(groups, more) : undefined, names: new BoundedCache(NAMES_MAX),
    };
    const known = new Set<string>();
    await using commands = new TaskGroup({ limit: COMMANDS_AT_ONCE, onError: (err) => ctx.log.error({ err: asError(err) }, 'slack_bolt: no answer given') });
    while (!ctx.signal.aborted) {
      for await (const { event_id: id, event } of slackEvents({ api, token: appToken, signal: ctx.signal })) {
        if (!isPlainMap(event ?? null) || known.has(String(id))) continue;
        known.add(String(id));
        if (known.size > REMEMBERED_MAX) known.delete([...known][0] ?? '');
        await take(event as PlainMap, bot, ctx, commands);
      }
      ctx.log.debug({}, 'slack_bolt: Slack wants a new connection');
    }
  },
});
