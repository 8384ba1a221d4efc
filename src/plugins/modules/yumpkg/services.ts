/** Services that still use files that were replaced. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isDnf, yumName } from './program.js';

/** @throws CommandExecutionError without dnf or systemd */
export async function servicesToRestart(ctx: Context): Promise<string[]> {
  const yum = await yumName(ctx);
  if (!isDnf(yum)) throw new CommandExecutionError('dnf or dnf5 is required to list outdated services.');
  if (ctx.grains['init'] !== 'systemd') throw new CommandExecutionError('systemd is required to list outdated services.');
  const output = String(await ctx.call('cmd.run_stdout', [[yum, '--quiet', 'needs-restarting']], { python_shell: false }));
  const services = new Set<string>();
  for (const pid of output.split('\n').flatMap((line) => /^\s*(\d+)\s*:/.exec(line)?.[1] ?? [])) {
    const service = await serviceOf(pid, ctx);
    if (service !== undefined) services.add(service);
  }
  return [...services];
}

/** The service of systemd a process belongs to: the newest line of its journal names it. */
async function serviceOf(pid: string, ctx: Context): Promise<string | undefined> {
  const done = await ctx.sys.run(['systemctl', '--output', 'json', 'status', pid], { signal: ctx.signal });
  if (done.code !== 0) return undefined;
  const line = Buffer.from(done.stdout).toString().split('\n').find((text) => text.startsWith('{'));
  if (line === undefined) return undefined;
  const unit = /"_SYSTEMD_UNIT"\s*:\s*"([^"]+)"/.exec(line)?.[1];
  return unit?.endsWith('.service') === true ? unit.slice(0, -'.service'.length) : undefined;
}
