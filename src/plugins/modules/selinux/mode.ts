/** Whether the kernel enforces its policy, now and from the next start. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isOsError } from '../../../kernel/std/os-error.js';

const CONFIG = '/etc/selinux/config';
const SETTING = /^\s*SELINUX=(.*)$/m;

/** Where the kernel shows SELinux; undefined where it is not. */
async function kernelFolder(ctx: Context): Promise<string | undefined> {
  for (const folder of ['/sys/fs/selinux', '/selinux']) if (await ctx.sys.exists(`${folder}/enforce`)) return folder;
  return undefined;
}

export async function modeNow(ctx: Context): Promise<string> {
  const folder = await kernelFolder(ctx);
  if (folder === undefined) return 'Disabled';
  return (await ctx.sys.readText(`${folder}/enforce`))?.trim() === '0' ? 'Permissive' : 'Enforcing';
}

export async function configuredMode(ctx: Context): Promise<string | null> {
  const mode = SETTING.exec(await ctx.sys.readText(CONFIG) ?? '')?.[1]?.trim();
  return mode === undefined ? null : mode.charAt(0).toUpperCase() + mode.slice(1).toLowerCase();
}

async function onFile(what: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (isOsError(error)) throw new CommandExecutionError(`Could not write SELinux ${what} file: ${error.message}`, { cause: error });
    throw error;
  }
}

const ENFORCE: Readonly<Record<string, string>> = { enforcing: '1', permissive: '0', disabled: '0' };

/** Differs: the setting is found in the first line too, and is added when there is none; without the file nothing is changed at all. */
export async function setMode(given: string, ctx: Context): Promise<string> {
  const mode = given.toLowerCase();
  const enforce = Object.hasOwn(ENFORCE, mode) ? ENFORCE[mode] : undefined;
  if (enforce === undefined) throw new InvocationError(`Invalid mode ${given}`);
  const config = await ctx.sys.readText(CONFIG);
  if (config === undefined) throw new CommandExecutionError(`Could not read SELinux config file: [Errno 2] No such file or directory: '${CONFIG}'`);
  const folder = await kernelFolder(ctx);
  // A file of the kernel: written in place.
  if (folder !== undefined) await onFile('enforce', ctx.sys.fs.writeFile(`${folder}/enforce`, enforce));
  const line = `SELINUX=${mode}`;
  const changed = SETTING.test(config) ? config.replace(SETTING, line) : `${config}${config === '' || config.endsWith('\n') ? '' : '\n'}${line}\n`;
  await onFile('config', ctx.sys.writeFile(CONFIG, changed));
  return modeNow(ctx);
}
