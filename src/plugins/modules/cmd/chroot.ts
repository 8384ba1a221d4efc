/** Runs a command inside another root folder, with the kernel's file systems mounted there meanwhile. */
import { join, relative } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { sleep } from '../../../kernel/std/async.js';
import { str } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';
import { runCommand, type CommandResult } from './run-command.js';
import type { CommandRequest } from './request.js';
import { quoteWord } from '../../../kernel/sys/shell-words.js';

/** SIGTERM three times, then SIGKILL three times. */
const KILL_ROUNDS = 6;
const POLITE_ROUNDS = 3;
const ROUND_MS = 100;

const KERNEL_MOUNTS = [['dev', 'devtmpfs'], ['proc', 'proc'], ['sys', 'sysfs']] as const;

/** Mounts, runs, ends what is left running below the folder, and unmounts, also when the run fails. */
export async function runInChroot(root: string, binds: readonly string[], request: CommandRequest, ctx: Context): Promise<CommandResult> {
  const mounted: string[] = [];
  const mount = async (path: string, device: string, options: Record<string, string>): Promise<void> => {
    await ctx.call('mount.mount', [path, device], options);
    mounted.unshift(path);
  };
  try {
    for (const [folder, type] of KERNEL_MOUNTS) await mount(join(root, folder), type, { fstype: type });
    for (const bind of binds) await mount(join(root, relative('/', bind)), bind, { opts: 'default,bind' });
    return await runCommand({ ...request, cmd: await chrootCommand(root, request, ctx), runas: null, group: null }, ctx);
  } finally {
    await endProcessesBelow(root, ctx);
    for (const path of mounted) await ctx.call('mount.umount', [path]);
  }
}

async function chrootCommand(root: string, { cmd, runas, group }: CommandRequest, ctx: Context): Promise<string> {
  const shell = (await ctx.sys.exists(join(root, 'bin/bash'))) ? '/bin/bash' : '/bin/sh';
  const text = Array.isArray(cmd) ? (cmd as readonly Value[]).map(str).join(' ') : str(cmd);
  const who = runas === null ? '' : `--userspec ${quoteWord(`${runas}:${group ?? ''}`)} `;
  return `chroot ${who}${quoteWord(root)} ${shell} -c ${quoteWord(text)}`;
}

async function endProcessesBelow(root: string, ctx: Context): Promise<void> {
  for (let round = 0; round < KILL_ROUNDS; round++) {
    const pids = await processesBelow(root, ctx);
    if (pids.length === 0) return;
    for (const pid of pids) signalIfThere(pid, round < POLITE_ROUNDS ? 'SIGTERM' : 'SIGKILL');
    await sleep(ROUND_MS, undefined, true);
  }
  if ((await processesBelow(root, ctx)).length > 0) {
    ctx.log.error({}, 'Processes running in chroot could not be killed, filesystem will remain mounted');
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (err) {
    if (!(err instanceof Error && 'code' in err && err.code === 'ESRCH')) throw err;
  }
}

/** Processes whose root is the folder or below; a process that ends meanwhile is skipped. */
async function processesBelow(root: string, ctx: Context): Promise<number[]> {
  const folder = root.replace(/\/+$/, '');
  if (folder === '') return [];
  const pids: number[] = [];
  for (const name of await ctx.sys.fs.readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const seen = await ctx.sys.fs.readlink(`/proc/${name}/root`).catch(() => '');
    if (seen === folder || seen.startsWith(`${folder}/`)) pids.push(Number(name));
  }
  return pids;
}
