/**
 * Messages to people by Slack. Source: read, Salt 3008.3.
 *
 * Differs: attachments and blocks are sent as JSON, as Slack reads them (Salt sends what Python prints), and a server that cannot be
 * reached is told as that, not as `invalid_auth`.
 */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { asError } from '../../kernel/std/async.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { httpQuery } from '../../kernel/sys/http/query.js';

const API = 'https://slack.com/api';
const HOOKS = 'https://hooks.slack.com/services/';
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** `slack.<name>` or `<name>` inside of `slack`. */
async function configured(name: string, ctx: Context): Promise<string> {
  for (const key of [`slack.${name}`, `slack:${name}`]) {
    const value = await ctx.call('config.get', [key]);
    if (isTruthy(value)) return str(value);
  }
  return '';
}

async function keyOf(given: string | null, ctx: Context): Promise<string> {
  const key = given ?? await configured('api_key', ctx);
  if (key === '') throw new InvocationError('No Slack API key found.');
  return key;
}

async function asked(url: string, options: PlainMap, ctx: Context): Promise<PlainMap> {
  try {
    return await httpQuery(url, { decode: true, decode_type: 'json', status: true, ...options }, ctx);
  } catch (error) {
    ctx.signal.throwIfAborted();
    return { error: asError(error).message };
  }
}

/** `{res, message}`: whether it worked, and what was asked for or why not. */
async function call(method: string, field: string, key: string, options: PlainMap, ctx: Context): Promise<{ res: boolean; message: Value }> {
  const base = await configured('api_url', ctx) || API;
  const headers = { ...(options['method'] === 'POST' ? FORM : { Accept: 'application/json' }), Authorization: `Bearer ${key}` };
  const answer = await asked(`${base.replace(/\/$/, '')}/${method}`, { ...options, header_dict: headers }, ctx);
  const told = answer['dict'] ?? null;
  if (isMap(told) && mapGet(told, 'error') !== undefined) return { res: false, message: mapGet(told, 'error') ?? null };
  if (answer['status'] === 200 && isMap(told)) return { res: true, message: mapGet(told, field) ?? null };
  return { res: false, message: isTruthy(answer['error'] ?? null) ? str(answer['error'] ?? null) : isMap(told) ? 'Unknown response' : 'invalid_auth' };
}

const rooms = (key: string, ctx: Context): ReturnType<typeof call> => call('conversations.list', 'channels', key, { method: 'GET' }, ctx);
const users = (key: string, ctx: Context): ReturnType<typeof call> => call('users.list', 'members', key, { method: 'GET' }, ctx);

function named({ res, message }: { res: boolean; message: Value }, name: string): Value {
  if (!res || !isList(message)) return false;
  return message.find((one) => isMap(one) && mapGet(one, 'name') === name) ?? false;
}

interface Message {
  readonly channel: string;
  readonly message: string;
  readonly from_name: string | null;
  readonly api_key: string | null;
  readonly icon: string | null;
  readonly attachments: Value;
  readonly blocks: Value;
}

async function post(given: Message, ctx: Context): Promise<Value> {
  const key = await keyOf(given.api_key, ctx);
  const channel = /^[#@]/.test(given.channel) ? given.channel : `#${given.channel}`;
  for (const name of ['from_name', 'icon'] as const) {
    if (isTruthy(given[name])) ctx.log.warn({}, `The '${name}' argument to slack.post_message is deprecated: Slack refuses it for modern apps`);
  }
  const json = (value: Value): string => pythonJson(isTruthy(value) ? value : [], { indent: null, sortKeys: false }) ?? '[]';
  const fields = new URLSearchParams({
    channel, text: given.message, attachments: json(given.attachments), blocks: json(given.blocks),
    ...(isTruthy(given.from_name) ? { username: given.from_name ?? '' } : {}), ...(given.icon === null ? {} : { icon_url: given.icon }),
  });
  const done = await call('chat.postMessage', 'channel', key, { method: 'POST', data: fields.toString() }, ctx);
  return done.res ? true : { ...done };
}

interface Hook {
  readonly message: string;
  readonly attachment: Value;
  readonly color: string;
  readonly short: Value;
  readonly identifier: string | null;
  readonly channel: string | null;
  readonly username: string | null;
  readonly icon_emoji: string | null;
}

async function hook(given: Hook, ctx: Context): Promise<Value> {
  const identifier = isTruthy(given.identifier) ? given.identifier ?? '' : await configured('hook', ctx);
  if (identifier === '') throw new InvocationError('No Slack WebHook url found');
  const base = await configured('hook_url', ctx) || HOOKS;
  // The identifier is the secret: it may not lead the message elsewhere.
  const url = new URL(identifier, base.endsWith('/') ? base : `${base}/`);
  if (url.origin !== new URL(base).origin) throw new CommandExecutionError(`The identifier of a WebHook is the part of its address behind ${base}`);
  const fields = [{ value: given.attachment, short: given.short }];
  const payload: PlainMap = isTruthy(given.attachment)
    ? { attachments: [{ fallback: given.message, color: given.color, pretext: given.message, fields }] } : { text: given.message };
  for (const name of ['channel', 'username', 'icon_emoji'] as const) if (isTruthy(given[name])) payload[name] = given[name];
  const data = new URLSearchParams({ payload: pythonJson(payload, { indent: null, sortKeys: false }) ?? '{}' }).toString();
  const answer = await asked(url.href, { method: 'POST', data, header_dict: FORM, decode: false }, ctx);
  const status = answer['status'] ?? null;
  if (typeof status === 'number' && status <= 201) return true;
  return { res: false, message: answer['body'] ?? answer['error'] ?? status };
}

const key = p.string(null, 'token of the API; that of the configuration when not given');

export default defineModule({
  name: 'slack_notify',
  serves: 'slack',
  doc: 'Messages to people by Slack.',
  card: {
    title: 'Slack', version: '1',
    configuration: {
      'slack.api_key': 'token of the API', 'slack.hook': 'the part of the address of a WebHook behind the server', 'slack.api_url': 'another address of the API',
      'slack.hook_url': 'another address of WebHooks',
    },
  },
  functions: {
    list_rooms: fn({ doc: "List the channels.\n\nsalt '*' slack.list_rooms", params: { api_key: key }, run: async (args, ctx) => ({ ...await rooms(await keyOf(args.api_key, ctx), ctx) }) }),
    list_users: fn({ doc: "List the users.\n\nsalt '*' slack.list_users", params: { api_key: key }, run: async (args, ctx) => ({ ...await users(await keyOf(args.api_key, ctx), ctx) }) }),
    find_room: fn({
      doc: "Give a channel by its name; False when there is none.\n\nsalt '*' slack.find_room name=random",
      params: { name: p.string(), api_key: key },
      run: async (args, ctx) => named(await rooms(await keyOf(args.api_key, ctx), ctx), args.name.replace(/^#/, '')),
    }),
    find_user: fn({
      doc: "Give a user by its name; False when there is none.\n\nsalt '*' slack.find_user name=larry",
      params: { name: p.string(), api_key: key },
      run: async (args, ctx) => named(await users(await keyOf(args.api_key, ctx), ctx), args.name),
    }),
    post_message: fn({
      doc: "Send a message to a channel; True, or what was refused.\n\nsalt '*' slack.post_message channel='#builds' message='Build is done'",
      params: {
        channel: p.string(), message: p.string(), from_name: p.string(null, 'refused by Slack for modern apps'), api_key: key, icon: p.string(null, 'refused by Slack for modern apps'),
        attachments: p.any(null), blocks: p.any(null),
      },
      run: (args, ctx) => post(args, ctx),
    }),
    call_hook: fn({
      doc: "Send a message by a WebHook; True, or what was refused.\n\nsalt '*' slack.call_hook message='Hello' identifier='T00/B00/XXX'",
      params: {
        message: p.string(), attachment: p.any(null), color: p.string('good'), short: p.any(false), identifier: p.string(null), channel: p.string(null), username: p.string(null),
        icon_emoji: p.string(null),
      },
      run: (args, ctx) => hook(args, ctx),
    }),
  },
});
