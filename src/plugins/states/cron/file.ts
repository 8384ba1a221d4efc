/** The whole table of a user from a file. */
import type { Context } from '../../../kernel/contract/context.js';
import { TsaltError } from '../../../kernel/contract/errors.js';
import { done, failed } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { removeTemporary, writeTemporary } from '../../../kernel/sys/file/temporary.js';
import { saltenvOf } from '../outcome/saltenv.js';

export interface Wanted {
  readonly name: string;
  readonly user: string;
  readonly replace: Value;
  readonly backup: Value;
  /** How the source is fetched and rendered, by the names of `file.get_managed`. */
  readonly source: PlainMap;
}

const MODE = '0600';

/** What goes wrong in fetching and writing is told by the state. */
async function unlessManaged<T>(work: Promise<T>): Promise<{ readonly value: T } | { readonly error: string }> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof TsaltError) return { error: error.message };
    throw error;
  }
}

export async function tableFromFile(wanted: Wanted, ctx: Context): Promise<PlainMap> {
  const { name, user } = wanted;
  const info = await ctx.call('user.info', [user]);
  const groups = isPlainMap(info) ? info['groups'] : undefined;
  const group = Array.isArray(groups) ? (groups as readonly Value[])[0] : undefined;
  if (group === undefined) return failed(name, `Could not identify group for user ${user}`);
  const now = str(await ctx.call('cron.raw_cron', [user]));
  const path = await writeTemporary(ctx.sys, now.endsWith('\n') ? now : `${now}\n`);
  try {
    // The file ends with a new line, so it is never empty.
    if (!isTruthy(wanted.replace)) return done(name, `User ${user} already has a crontab. No changes made`);
    return ctx.test ? await foretell(wanted, path, group, ctx) : await apply(wanted, path, group, ctx);
  } finally {
    await removeTemporary(ctx, path);
  }
}

async function foretell({ name, user, source }: Wanted, path: string, group: Value, ctx: Context): Promise<PlainMap> {
  const [result = null, comment = null] = await ctx.call('file.check_managed', [], {
    name: path, source: name, user, group, mode: MODE, attrs: [], saltenv: saltenvOf(ctx), ...source,
  }) as readonly Value[];
  return { name, changes: {}, result, comment };
}

async function apply(wanted: Wanted, path: string, group: Value, ctx: Context): Promise<PlainMap> {
  const { name, user } = wanted;
  const saltenv = saltenvOf(ctx);
  const chosen = await ctx.call('file.source_list', [name, wanted.source['source_hash'] ?? '', saltenv]) as readonly Value[];
  const [source = null, hash = null] = chosen;
  const common = { name: path, source, user, group, mode: MODE, attrs: [], saltenv };
  const managed = await unlessManaged(ctx.call('file.get_managed', [], { ...common, ...wanted.source, source_hash: hash, skip_verify: false }));
  if ('error' in managed) return failed(name, `Unable to manage file: ${managed.error}`);
  const [sfn = '', sum = null, comment = ''] = managed.value as readonly Value[];
  if (isTruthy(comment)) return failed(name, str(comment));
  const written = await unlessManaged(ctx.call('file.manage_file', [], { ...common, sfn, ret: done(name, ''), source_sum: sum, backup: wanted.backup }));
  if ('error' in written) return failed(name, `Unable to manage file: ${written.error}`);
  return install(wanted, path, written.value as PlainMap, ctx);
}

async function install({ name, user }: Wanted, path: string, managed: PlainMap, ctx: Context): Promise<PlainMap> {
  const changes = isPlainMap(managed['changes']) ? managed['changes'] : {};
  if (!('diff' in changes)) return isTruthy(managed['result']) ? done(name, `Crontab for user ${user} is in the correct state`) : managed;
  const installed = await ctx.call('cron.write_cron_file_verbose', [user, path]) as PlainMap;
  if (installed['retcode'] === 0) return done(name, `Crontab for user ${user} was updated`, changes);
  return failed(name, `Unable to update user ${user} crontab ${path}. Error: ${str(installed['stderr'] ?? '')}`);
}
