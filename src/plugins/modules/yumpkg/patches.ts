/** Advisories: what was released to repair packages. */
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { yumName } from './program.js';

const ROW = /^([i|\s])? ?(\S+) +(\S+) +(\S+)/;

/** `{ advisory: { installed, summary: [package] } }`; installed when all its packages are. */
export function readPatches(output: string): Record<string, { installed: boolean; summary: string[] }> {
  const patches: Record<string, { installed: boolean; summary: string[] }> = {};
  for (const line of output.split('\n')) {
    const [, mark, id, , name] = ROW.exec(line) ?? [];
    if (id === undefined || name === undefined) continue;
    const patch = (patches[id] ??= { installed: true, summary: [] });
    patch.summary.push(name);
    patch.installed &&= mark === 'i';
  }
  return patches;
}

/** All advisories for this machine. */
export async function listPatches(ctx: Context, { installedOnly = false } = {}): Promise<PlainMap> {
  const argv = [await yumName(ctx), '--quiet', 'updateinfo', 'list', 'all'];
  const patches = readPatches(String(await ctx.call('cmd.run_stdout', [argv], { python_shell: false })));
  return Object.fromEntries(Object.entries(patches).filter(([, { installed }]) => installed || !installedOnly));
}
