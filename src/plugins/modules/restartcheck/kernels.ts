/** How the newest kernel that is installed shows itself in `uname -a`, by family of systems. */
import type { Context } from '../../../kernel/contract/context.js';
import { compareLoose } from '../../../kernel/std/loose-version.js';
import { str } from '../../../kernel/std/python-text.js';

const output = async (words: readonly string[], ctx: Context): Promise<string> =>
  str(await ctx.call('cmd.run_stdout', [words], { python_shell: false, ignore_retcode: true }));

/** The version stands in `uname -a` of Debian, and in parts in that of Ubuntu. Packages that bring no kernel of their own are passed over. */
async function debianKernels(ctx: Context): Promise<string[]> {
  const text = await output(['dpkg-query', '--show', '--showformat=${db:Status-Abbrev}\\t${Package}\\t${Version}\\n', 'linux-image-*'], ctx);
  const rows = text.split('\n').map((line) => line.split('\t')).filter(([status, name = '']) => status?.trim() === 'ii' && /^linux-image-\d/.test(name));
  const version = rows.map(([, , one = '']) => one).sort(compareLoose).at(-1);
  if (version === undefined) return [];
  if (ctx.grains['os'] !== 'Ubuntu') return [version];
  const at = version.lastIndexOf('.');
  const [release, build] = [version.slice(0, at), version.slice(at + 1)];
  return [version, `${release}-generic #${build}`, `${release}-lowlatency #${build}`];
}

async function redHatKernels(ctx: Context): Promise<string[]> {
  const text = await output(['rpm', '-q', '--last', 'kernel'], ctx);
  const newest = text.split('\n').map((line) => line.split(' ', 1)[0] ?? '').find((word) => word.startsWith('kernel-'));
  return newest === undefined ? [] : [newest.slice('kernel-'.length)];
}

/** Differs: no where no kernel is installed, as in a container; Salt 3008.3 ends with an exception there. */
export async function isKernelOld(family: 'Debian' | 'RedHat', ctx: Context): Promise<boolean> {
  const names = family === 'Debian' ? await debianKernels(ctx) : await redHatKernels(ctx);
  const running = await output(['uname', '-a'], ctx);
  return names.length > 0 && !names.some((name) => running.includes(name));
}
