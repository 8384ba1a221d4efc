/** `file.mod_beacon`: watches what a state manages. */
import type { Context } from '../../../../kernel/contract/context.js';
import { FunctionMissingError } from '../../../../kernel/contract/errors.js';
import { done, failed } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap } from '../../../../kernel/std/value.js';

const WATCHED = ['managed', 'directory'];
const INTERVAL_SECONDS = 60;

export async function addBeacon(ctx: Context, name: string, kwargs: PlainMap): Promise<PlainMap> {
  const { sfun = null, beacon = null, beacon_data } = kwargs;
  if (!WATCHED.includes(str(sfun))) return failed(name, `file.${str(sfun)} does not work with the beacon state function`);
  if (!isTruthy(beacon)) return done(name, 'Not adding beacon.');
  const wish = isPlainMap(beacon_data) ? beacon_data : {};
  const { mask = ['create', 'delete', 'modify'], auto_add = true, recurse = true, exclude = [], interval = INTERVAL_SECONDS, coalesce = false } = wish;
  const data = sfun === 'directory' ? { mask, auto_add, recurse, exclude } : { mask };
  if (ctx.state === undefined) throw new FunctionMissingError('beacon.present');
  return ctx.state.call('beacon.present', {
    name: `beacon_inotify_${name}`, files: { [name]: data }, interval, coalesce, beacon_module: 'inotify',
  });
}
