/** Grains `selinux` and `systemd`, where their programs are. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { ask } from './look.js';

export async function selinuxGrains(ctx: Context): Promise<PlainMap> {
  if (await ctx.sys.which('selinuxenabled') === undefined) return {};
  const [enabled, enforced] = await Promise.all([ask(ctx, ['selinuxenabled']), ask(ctx, ['getenforce'])]);
  if (enabled === undefined) return {};
  return { selinux: { enabled: enabled.code === 0, ...(enforced === undefined ? {} : { enforced: enforced.text.trim() }) } };
}

/** `systemctl --version`: `systemd 252 (252.39-1)`, then a line of features. */
export function systemdOf(text: string): { version: string; features: string } {
  const [first = '', features = ''] = text.split('\n');
  const version = /^systemd (\S+)/.exec(first)?.[1];
  return version === undefined ? { version: 'UNDEFINED', features: '' } : { version, features };
}

export async function systemdGrains(ctx: Context): Promise<PlainMap> {
  const programs = await Promise.all(['systemctl', 'localectl'].map((program) => ctx.sys.which(program)));
  if (programs.includes(undefined)) return {};
  const answer = await ask(ctx, ['systemctl', '--version']);
  return answer === undefined ? {} : { systemd: systemdOf(answer.code === 0 ? answer.text : '') };
}
