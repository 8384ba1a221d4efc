/** The minion itself: its keys on this host's master, ending and restarting it. */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { asError, sleep } from '../../kernel/std/async.js';
import { compareText } from '../../kernel/std/python-order.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const KEY_FOLDERS = ['minions', 'minions_pre', 'minions_rejected', 'minions_denied'];
/** sysexits.h */
const EX_SOFTWARE = 70;
const EX_TEMPFAIL = 75;
const KILL_SECONDS = 15;
const KILL_SECONDS_MAX = 3600;

async function namesIn(folder: string, ctx: Context): Promise<string[]> {
  const entries = await ctx.sys.fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name);
  return names.sort((a, b) => compareText(a.toLowerCase(), b.toLowerCase()));
}

async function listKeys(ctx: Context): Promise<PlainMap> {
  const folder = str(await ctx.call('config.get', ['pki_dir', ''])).replaceAll('minion', 'master');
  const found: PlainMap = {};
  for (const name of KEY_FOLDERS) found[name] = await namesIn(join(folder, name), ctx);
  return found;
}

const outcome = (facts: PlainMap, comment: readonly string[]): PlainMap => ({ ...facts, ...(comment.length > 0 ? { comment: [...comment] } : {}) });

/** Sends the signal each second until nobody is there to take it. */
async function kill(seconds: number, ctx: Context): Promise<PlainMap> {
  const pid = ctx.grains['pid'];
  if (typeof pid !== 'number' || pid <= 0) return outcome({ killed: null, retcode: EX_SOFTWARE }, ['Unable to find "pid" in grains']);
  if (!await ctx.has('ps.kill_pid')) return outcome({ killed: null, retcode: EX_SOFTWARE }, ['Missing command: ps.kill_pid']);
  if (await ctx.call('ps.kill_pid', [pid]) !== true) return outcome({ killed: null, retcode: 1 }, ['ps.kill_pid failed']);
  for (let second = 0; second < Math.min(seconds, KILL_SECONDS_MAX); second++) {
    await sleep(1000, ctx.signal, true);
    if (await ctx.call('ps.kill_pid', [pid]) !== true) return { killed: pid, retcode: 0 };
  }
  return outcome({ killed: null, retcode: EX_TEMPFAIL }, ['Timed out waiting for minion to exit']);
}

/** systemd runs this machine. Source: sd_booted(3). */
const hasSystemd = async (ctx: Context): Promise<boolean> => ctx.grains['kernel'] === 'Linux' && ctx.sys.exists('/run/systemd/system');

/** Our own unit where it is installed, else the name that Salt's has. */
async function unitName(ctx: Context): Promise<string> {
  const own = await ctx.call('service.available', ['tsalt-minion']);
  return own === true ? 'tsalt-minion' : 'salt-minion';
}

/** Starts the service later, should the restart fail. */
async function scheduleRetry(unit: string, delay: Value, ctx: Context): Promise<PlainMap> {
  if (!/^\d+$/.test(str(delay))) throw new CommandExecutionError(`Invalid retry_delay value: ${str(delay)}. Must be a number of seconds.`);
  const argv = ['systemd-run', `--on-active=${str(delay)}`, '/bin/sh', '-c', `systemctl is-active ${unit} || systemctl start ${unit}`];
  const done = await ctx.call('cmd.run_all', [argv], { python_shell: false }) as PlainMap;
  if (done['retcode'] !== 0) throw new CommandExecutionError(str(done['stderr'] ?? ''));
  return { detail: done['stderr'] ?? '', delay };
}

async function restartService(retry: boolean, delay: Value, comment: string[], ctx: Context): Promise<PlainMap> {
  const facts: PlainMap = {};
  let doing = 'Service restart failed';
  try {
    const unit = await unitName(ctx);
    if (retry) {
      doing = 'Adding scheduled retry failed';
      facts['schedule_retry'] = await scheduleRetry(unit, delay, ctx);
      comment.push(`Scheduled retry for minion restart in ${str(delay)} seconds`);
      doing = 'Service restart failed';
    }
    facts['result'] = await ctx.call('service.restart', [unit], { no_block: true });
    comment.push('Service restart successful');
    return { service_restart: facts, retcode: 0 };
  } catch (err) {
    if (!(err instanceof CommandExecutionError)) throw err;
    comment.push(doing);
    return { service_restart: { ...facts, result: false, stderr: asError(err).message }, retcode: EX_SOFTWARE };
  }
}

async function runAgain(command: readonly Value[], comment: string[], ctx: Context): Promise<PlainMap> {
  const { pid: _pid, retcode = 0, ...restart } = await ctx.call('cmd.run_all', [command], { python_shell: false }) as PlainMap;
  if (retcode !== 0) comment.push('Restart failed');
  return { restart, retcode };
}

async function restart(args: { systemd: boolean; schedule_retry: boolean; retry_delay: Value }, ctx: Context): Promise<PlainMap> {
  const facts: PlainMap = { killed: null, restart: {}, service_restart: {}, retcode: 0 };
  const comment: string[] = [];
  const given = await ctx.call('config.get', ['minion_restart_command']);
  const command = isTruthy(given) ? (Array.isArray(given) ? given as readonly Value[] : [given]) : undefined;
  const bySystemd = args.systemd && await hasSystemd(ctx);
  if (command === undefined && bySystemd) {
    comment.push('Using systemctl to restart salt-minion');
    return outcome({ ...facts, ...await restartService(args.schedule_retry, args.retry_delay, comment, ctx) }, comment);
  }
  if (command === undefined) comment.push('Not running in daemon mode - will not restart process after killing');
  else comment.push('Using configuration minion_restart_command:', ...command.map((word) => `    ${str(word)}`));
  const { comment: told = [], ...killed } = await kill(KILL_SECONDS, ctx);
  comment.push(...(told as string[]));
  if (killed['retcode'] !== 0) comment.push('Kill failed - not restarting');
  const again = killed['retcode'] === 0 && command !== undefined ? await runAgain(command, comment, ctx) : {};
  return outcome({ ...facts, ...killed, ...again }, comment);
}

export default defineModule({
  name: 'minion',
  doc: 'The minion itself: its keys on the master of this host, ending and restarting it.',
  functions: {
    list: fn({ doc: "Give the ids of minions by the state of their keys, where this host is their master.\n\nsalt 'master' minion.list", run: (_, ctx) => listKeys(ctx) }),
    kill: fn({ doc: "End the minion.\n\nsalt 'minion1' minion.kill", params: { timeout: p.int(KILL_SECONDS) }, run: ({ timeout }, ctx) => kill(timeout, ctx) }),
    restart: fn({
      doc: "End the minion and start it again: by `minion_restart_command` of the configuration, else by systemd.\n\nsalt 'minion1' minion.restart",
      params: { systemd: p.bool(true), win_service: p.bool(true, 'for Windows'), schedule_retry: p.bool(false), retry_delay: p.any(180) }, run: (args, ctx) => restart(args, ctx),
    }),
  },
});
