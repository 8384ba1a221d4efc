/** Fetches the lists of packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { plainArgument } from '../pkg/names.js';
import { clearRefreshMark } from '../../../kernel/sys/pkg/refresh-mark.js';
import { callZypper } from './zypper.js';

export interface RefreshCall {
  /** Fetches what seems to be unchanged as well; null asks the pillar, `zypper:refreshdb_force`. */
  readonly force?: Value;
  readonly root: Value;
  /** Trusts new keys of repositories. */
  readonly gpgautoimport?: Value;
  /** One repository or several; all of them when empty. */
  readonly repos?: Value;
}

/** `{ repository: true (fetched) or false (unchanged) }`. @throws CommandExecutionError with the words of zypper */
export async function refreshDb({ force = null, root, gpgautoimport = false, repos = null }: RefreshCall, ctx: Context): Promise<PlainMap> {
  await clearRefreshMark(ctx);
  const named = Array.isArray(repos) ? repos as readonly Value[] : isTruthy(repos) ? [repos] : [];
  const { stdout } = await callZypper([
    ...(isTruthy(gpgautoimport) ? ['--gpg-auto-import-keys'] : []), 'refresh',
    ...(isTruthy(force ?? forceOfPillar(ctx)) ? ['--force'] : []), ...named.map((name) => plainArgument(str(name), 'Repository')),
  ], ctx, { root, refreshes: true, options: { success_retcodes: [0, 6] } });
  return readRefresh(stdout);
}

/** As other functions refresh on the way, with their arguments. */
export const refreshWith = (root: Value, kwargs: PlainMap, ctx: Context): Promise<PlainMap> =>
  refreshDb({ root, force: kwargs['force'] ?? null, gpgautoimport: kwargs['gpgautoimport'] ?? false, repos: kwargs['repos'] ?? null }, ctx);

function forceOfPillar(ctx: Context): Value {
  const options = ctx.pillar['zypper'] ?? null;
  return isMap(options) ? mapGet(options, 'refreshdb_force') ?? true : true;
}

/** `Repository 'x' is up to date.` and `Building repository 'x' cache [....done]`. */
export function readRefresh(output: string): PlainMap {
  const found: PlainMap = {};
  for (const line of output.split('\n').map((text) => text.trim())) {
    const name = line.split("'")[1]?.trim();
    if (name === undefined) continue;
    if (line.startsWith('Repository') && line.includes('is up to date')) found[name] = false;
    if (line.startsWith('Building') && line.includes('done')) found[name] = true;
  }
  return found;
}
