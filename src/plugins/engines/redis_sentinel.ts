/**
 * What Redis Sentinels say about their masters, as events `<tag>/<channel>`.
 *
 * Source: documentation of Salt 3005 and of Redis (Sentinel: Pub/Sub messages). Differs: a sentinel can also be named by its address.
 */
import { connect, type Socket } from 'node:net';
import type { Context } from '../../kernel/contract/context.js';
import { fireEvent, isMaster } from '../../kernel/contract/engine.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineEngine } from '../../kernel/contract/plugin.js';
import { isList, type PlainMap } from '../../kernel/std/value.js';
import { command, Replies, type Reply } from './parts/resp.js';

const PORT = 26_379;
const SILENT_MS = 120_000;
const PING_MS = 30_000;

/** Words of the messages by channel, as Salt names them. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '+switch-master': ['master', 'old_host', 'old_port', 'new_host', 'new_port'],
};
const DOWN_FIELDS = ['master', 'host', 'port'];

function dataOf(channel: string, message: string): PlainMap {
  const words = message.split(' ');
  const named = (names: readonly string[], from: readonly string[]): PlainMap => Object.fromEntries(names.flatMap((name, at) => (from[at] === undefined ? [] : [[name, from[at]]])));
  const fields = FIELDS[channel];
  if (fields !== undefined) return { channel, ...named(fields, words) };
  if (channel === '+odown' || channel === '-odown') return { channel, ...named(DOWN_FIELDS, words.slice(1)) };
  return { channel, data: message };
}

/** An address, or that of a minion that the target matches. */
async function hostOf(hosts: Readonly<PlainMap>, ctx: Context): Promise<string> {
  if (typeof hosts['host'] === 'string') return hosts['host'];
  const { matching, interface: device } = hosts;
  if (matching === undefined || !isMaster(ctx)) throw new InvocationError('hosts needs host, or on a master matching and interface');
  const job = { tgt: matching, fun: 'network.ip_addrs', arg: device === undefined ? [] : [device] };
  for await (const { answered, ret } of ctx.port('local').returns(job, ctx.signal)) if (answered && isList(ret) && typeof ret[0] === 'string') return ret[0];
  throw new CommandExecutionError(`no minion that matches ${String(matching)} has an address`);
}

function connected(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, signal });
    socket.setTimeout(SILENT_MS, () => socket.destroy(new CommandExecutionError(`the sentinel was silent for ${SILENT_MS} ms`)));
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

async function take(reply: Reply, tag: string, ctx: Context): Promise<void> {
  if (reply instanceof Error) throw new CommandExecutionError(`the sentinel answered ${reply.message}`);
  if (!Array.isArray(reply) || reply[0] !== 'message') return;
  const channel = String(reply[1]);
  await fireEvent(ctx, `${tag}/${channel}`, dataOf(channel, String(reply[2])));
}

export default defineEngine({
  name: 'redis_sentinel',
  doc: 'Fire what Redis Sentinels say about their masters as events.',
  params: {
    /** `host` and `port`; or on a master `matching` (a target), `interface` and `port`. */
    hosts: p.map(),
    channels: p.strings(['+switch-master', '+odown', '-odown'], 'what to listen to'), tag: p.string('salt/engine/redis_sentinel'),
    username: p.string(null), password: p.string(null),
  },
  async start({ hosts, channels, tag, username, password }, ctx) {
    const port = Number(hosts['port'] ?? PORT);
    const host = await hostOf(hosts, ctx);
    const socket = await connected(host, port, ctx.signal);
    // A sentinel that says nothing for long is asked whether it is still there.
    const ping = setInterval(() => void socket.write(command('PING')), PING_MS);
    try {
      if (password !== null) socket.write(command('AUTH', ...(username === null ? [] : [username]), password));
      socket.write(command('SUBSCRIBE', ...channels));
      ctx.log.info({ host, port, channels }, 'redis_sentinel listens');
      const replies = new Replies();
      for await (const chunk of socket as AsyncIterable<Buffer>) for (const reply of replies.push(chunk)) await take(reply, tag, ctx);
      throw new CommandExecutionError('the sentinel closed the connection');
    } finally {
      clearInterval(ping);
      socket.destroy();
    }
  },
});
