/** Whether masters can be reached, and the events that say so. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isTruthy } from '../../../kernel/std/value.js';
import { remotesOn } from './connections.js';

const DEFAULT_PORT = 4505;
const DEFAULT_TIMEOUT_S = 60;
const LOOKUP_TIMEOUT_MS = 10_000;

async function addressesOf(host: string, ctx: Context): Promise<string[]> {
  if (!/^[A-Za-z0-9_.:-]+$/.test(host) || host.startsWith('-')) return [];
  const done = await ctx.sys.run(['getent', 'ahosts', host], { signal: ctx.signal, timeoutMs: LOOKUP_TIMEOUT_MS });
  const rows = Buffer.from(done.stdout).toString('utf8').split('\n');
  return [...new Set(rows.flatMap((row) => row.split(/\s+/)[0] || []))];
}

/** True when a connection to the publish port of a master is open; null for no master. Fires an event when that is not what is expected. */
export async function isConnected(master: string | null, expected: boolean, ctx: Context): Promise<boolean | null> {
  if (master === null || master === '') return null;
  const addresses = await addressesOf(master, ctx);
  if (addresses.length === 0) return null;
  const port = Number(await ctx.call('config.get', ['publish_port', DEFAULT_PORT]));
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(async (path) => (await ctx.sys.readText(path)) ?? ''));
  const remotes = remotesOn(tables, port);
  const connected = addresses.some((address) => remotes.has(address));
  if (connected !== expected) {
    await ctx.port('events').fireLocal(connected ? '__master_connected' : '__master_disconnected', { master });
  }
  return connected;
}

/** True when the master at an address answers; then the minion is told to go back to it. */
export async function answersPing(master: string | null, ctx: Context): Promise<boolean> {
  if (master === null || master === '') return false;
  const port = ctx.port('master');
  if (port.ping === undefined) throw new CommandExecutionError('This program cannot ask other masters');
  const seconds = Number(ctx.opts['auth_timeout'] ?? DEFAULT_TIMEOUT_S);
  const answers = await port.ping(master, { timeoutMs: seconds * 1000 });
  if (answers) await ctx.port('events').fireLocal('__master_failback', { master });
  return answers;
}

/** Starts a proxy anew that has lost its device; true when it is alive or was started. */
export async function reconnectProxy(name: string, ctx: Context): Promise<boolean> {
  if (!isTruthy(ctx.opts['proxy']) || !(await ctx.has(`${name}.alive`))) return false;
  const asks = async (fun: string): Promise<boolean> => (await ctx.has(fun)) && isTruthy(await ctx.call(fun));
  if (await asks(`${name}.get_reboot_active`)) {
    ctx.log.info({}, `${ctx.id} (${name} proxy) is rebooting or shutting down. Don't probe connection.`);
    return true;
  }
  if (!isTruthy(await ctx.call(`${name}.alive`))) {
    ctx.log.info({}, `${ctx.id} (${name} proxy) is down. Restarting.`);
    await ctx.call(`${name}.shutdown`);
    await ctx.call(`${name}.init`);
  }
  return true;
}
