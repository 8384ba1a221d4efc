/** A return in the form that can be sent: what cannot be encoded, or is larger than a master takes, becomes an error return that says so. */
import { encodeBus, EncodeError } from '../../bus/codec/codec.js';
import type { PlainMap } from '../../kernel/std/value.js';

/** The master takes 128 MiB; what the envelope adds fits into the rest. */
export const RETURN_BYTES_MAX = 120 * 1024 * 1024;

export function sendableReturn(load: PlainMap, bytesMax = RETURN_BYTES_MAX): { bytes: Buffer; load: PlainMap } {
  try {
    const bytes = encodeBus(load);
    return bytes.length <= bytesMax ? { bytes, load } : refused(load, `it has ${bytes.length} bytes, more than ${bytesMax}`);
  } catch (error) {
    if (!(error instanceof EncodeError)) throw error;
    return refused(load, error.message);
  }
}

function refused(load: PlainMap, why: string): { bytes: Buffer; load: PlainMap } {
  const { jid, id, fun, cmd, user } = load;
  const text = `ERROR: the return of ${String(fun)} cannot be sent: ${why}`;
  const rest = Object.fromEntries(Object.entries({ cmd, id, jid, fun, user }).filter(([, value]) => value !== undefined)) as PlainMap;
  const replacement: PlainMap = { ...rest, fun_args: [], return: text, retcode: 1, success: false, out: 'nested' };
  return { bytes: encodeBus(replacement), load: replacement };
}
