/** Fetches the lists of packages. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTruthy, type PlainMap } from '../../../kernel/std/value.js';
import { clearRefreshMark } from '../../../kernel/sys/pkg/refresh-mark.js';
import { yumOptions } from './options.js';
import { callYum } from './program.js';

/** What the exit code of `check-update` says: updates on offer, none, failed. */
const ANSWERS: Readonly<Record<number, boolean | null>> = { 100: true, 0: null, 1: false };

/** True when updates are on offer, null when none are, false on failure; true when it was not asked to check. */
export async function refreshDb(kwargs: PlainMap, ctx: Context): Promise<boolean | null> {
  await clearRefreshMark(ctx);
  const { check_update: check = true, ...others } = kwargs;
  const options = yumOptions(others);
  await callYum(['--quiet', '--assumeyes', 'clean', 'expire-cache', ...options], ctx, { ignore_retcode: true });
  if (!isTruthy(check)) return true;
  const isSeven = ctx.grains['os_family'] === 'RedHat' && ctx.grains['osmajorrelease'] === 7;
  const quirk = isSeven ? ['--setopt=autocheck_running_kernel=false'] : [];
  const { retcode } = await callYum(['--quiet', '--assumeyes', 'check-update', ...quirk, ...options], ctx, { ignore_retcode: true });
  return ANSWERS[retcode] === undefined ? false : ANSWERS[retcode];
}
