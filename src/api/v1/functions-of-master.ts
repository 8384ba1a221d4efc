/** Runner and wheel functions, called for whoever asks. */
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { Asker } from '../door/master-door.js';
import { HttpError } from '../http/http-error.js';
import type { V1Host } from './route.js';

/** What the function gives. @throws HttpError */
export async function callMaster(client: 'runner' | 'wheel', fun: string, kwarg: PlainMap, asker: Asker, { door, options }: Pick<V1Host, 'door' | 'options'>): Promise<Value> {
  const late = AbortSignal.timeout(options.restTimeoutMs);
  for await (const frame of door.ask(client, { fun, arg: [], kwarg }, { ...asker, signal: AbortSignal.any([asker.signal, late]) })) {
    if (frame['kind'] === 'not_called') throw new HttpError(400, String(frame['shown']));
    if (frame['kind'] !== 'result') continue;
    const data = isPlainMap(frame['data']) ? frame['data'] : {};
    if (frame['thrown'] === true) throw new HttpError(500, `${fun} failed; the log of the master says why`);
    return data['return'] ?? null;
  }
  throw new HttpError(late.aborted ? 504 : 503);
}
