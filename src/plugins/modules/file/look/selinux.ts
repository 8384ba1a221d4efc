/** SELinux contexts, read and set through the system's own programs. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { repr, str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';

/** The four parts of a context as they are asked for; null leaves a part alone. */
export interface ContextParts {
  readonly user: string | null;
  readonly role: string | null;
  readonly type: string | null;
  readonly range: string | null;
}

/** `file.get_selinux_context`; a sentence where there is none. */
export async function readContext(ctx: Context, path: string): Promise<string> {
  const done = await ctx.call('cmd.run_all', [['stat', '-c', '%C', path]], { python_shell: false });
  if (isPlainMap(done) && done['retcode'] === 0) return str(done['stdout'] ?? '');
  return `No selinux context information is available for ${path}`;
}

/** The context in its parts; undefined when the answer has not got exactly four. */
export function contextParts(text: string): ContextParts | undefined {
  const parts = text.split(':');
  const [user, role, type, range] = parts;
  if (parts.length !== 4 || user === undefined || role === undefined || type === undefined || range === undefined) return undefined;
  return { user, role, type, range };
}

/** `file.set_selinux_context`: the new context, or false. */
export async function setContext(ctx: Context, path: string, parts: ContextParts, persist: boolean): Promise<Value> {
  const { user, role, type, range } = parts;
  if (!user && !role && !type && !range) return false;
  if (persist) await keepInPolicy(ctx, path, parts);
  const options: string[] = [];
  if (user) options.push('-u', user);
  if (role) options.push('-r', role);
  if (type) options.push('-t', type);
  if (range) options.push('-l', range);
  const code = await ctx.call('cmd.retcode', [['chcon', ...options, path]], { python_shell: false });
  return isTruthy(code) ? false : readContext(ctx, path);
}

async function keepInPolicy(ctx: Context, path: string, { user, type, range }: ContextParts): Promise<void> {
  const wish: PlainMap = { sel_type: type, sel_user: user, sel_level: range };
  const done = await ctx.call('selinux.fcontext_add_policy', [path], wish);
  if (!isPlainMap(done) || done['retcode'] !== 0) throw new CommandExecutionError(`Problem setting fcontext: ${repr(done)}`);
}

/** `file.restorecon`. */
export async function resetContext(ctx: Context, path: string, recursive: boolean): Promise<boolean> {
  const code = await ctx.call('cmd.retcode', [['restorecon', recursive ? '-FR' : '-F', path]], { python_shell: false });
  return !isTruthy(code);
}
