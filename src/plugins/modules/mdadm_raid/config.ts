/** The arrays in mdadm.conf, and in the first file system that the kernel sees. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { escapePython } from '../../../kernel/std/python-regex.js';
import { str } from '../../../kernel/std/python-text.js';
import type { Value } from '../../../kernel/std/value.js';
import { fields, runAll } from '../lookup/programs.js';
import { withoutNames } from './report.js';

const isDebian = ({ grains }: Context): boolean => grains['os_family'] === 'Debian';
const fileOf = (ctx: Context): string => (isDebian(ctx) ? '/etc/mdadm/mdadm.conf' : '/etc/mdadm.conf');

/** Differs: the name of the device is no pattern, and the end of its name is looked at: md1 is not md10. */
export async function forget(device: string, ctx: Context): Promise<void> {
  if (await ctx.sys.exists(fileOf(ctx))) await ctx.call('file.replace', [fileOf(ctx), `ARRAY ${escapePython(device)} .*`, '']);
}

const REFRESH: Readonly<Record<string, readonly string[]>> = { Debian: ['update-initramfs', '-u'], RedHat: ['dracut', '--force'] };

/** Differs: without the program that makes the first file system nothing is made; Salt breaks off with the arrays written. */
export async function save(ctx: Context): Promise<Value> {
  const scan = (await runAll(ctx, ['mdadm', '--detail', '--scan'])).stdout.split('\n').filter((line) => fields(line).length > 1);
  const lines = ctx.grains['os'] === 'Ubuntu' ? scan.map(withoutNames) : scan;
  const file = fileOf(ctx);
  if (await ctx.sys.exists(file)) {
    for (const line of lines) await ctx.call('file.replace', [file, `^ARRAY\\s+${escapePython(fields(line)[1] ?? '')}\\s+.*$`, line], { append_if_not_found: true });
  } else {
    await ctx.call('file.write', [file], { args: lines });
  }
  const refresh = REFRESH[str(ctx.grains['os_family'] ?? '')];
  if (refresh === undefined || await ctx.sys.which(refresh[0] ?? '') === undefined) return null;
  return ctx.call('cmd.run', [[...refresh]], { python_shell: false });
}
