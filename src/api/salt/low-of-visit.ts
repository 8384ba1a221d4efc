/** Requests of clients as they stand in the body of a visit. */
import { isPlainMap, type Value } from '../../kernel/std/value.js';
import { sentBy } from './forms.js';
import type { LowHost } from './low-host.js';
import type { SaltHost, Visit } from './salt-host.js';

export const lowHost = ({ ask }: Visit, { door, options }: SaltHost): LowHost => ({ door, options, address: ask.address, request: ask.id, signal: ask.signal });

/** One map is a list of one. */
export async function lowstateOf({ ask }: Visit): Promise<Value> {
  const { data } = await sentBy(ask);
  return isPlainMap(data) && Object.keys(data).length > 0 ? [data] : data;
}
