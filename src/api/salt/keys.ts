/** Keys: lists and fingerprints, and a pair for a new minion as a tar file. Source: golden cli/api-keys*; read, Salt 3008.3. */
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { HttpError } from '../http/http-error.js';
import { lowHost, lowstateOf } from './low-of-visit.js';
import { writerFor } from './forms.js';
import { runLowstate } from './run-low.js';
import type { Resource } from './salt-host.js';
import { tarOf } from './tar.js';
import { UnexpectedError } from './unexpected-error.js';

export const keys: Resource = {
  hasSession: true, restMax: 1,
  async GET(visit, host) {
    const write = writerFor(visit.ask);
    const [match] = visit.rest;
    const lowstate: Value = [match === undefined ? { client: 'wheel', fun: 'key.list_all' } : { client: 'wheel', fun: 'key.finger', match }];
    const [answer] = await runLowstate({ lowstate, token: visit.session?.token }, lowHost(visit, host));
    return write({ return: returnOf(answer) });
  },
  /** The request proves itself: there is no session here. */
  async POST(visit, host) {
    const asked = await lowstateOf(visit);
    const first = isList(asked) ? asked[0] : undefined;
    if (!isPlainMap(first)) throw new UnexpectedError('no request');
    const { mid, ...rest } = first;
    const low: PlainMap = { ...rest, ...(mid === undefined ? {} : { id_: mid }), client: 'wheel', fun: 'key.gen_accept' };
    const id = low['id_'];
    if (typeof id !== 'string') throw new HttpError(400, 'Require "mid"');
    const [answer] = await runLowstate({ lowstate: [low] }, lowHost(visit, host));
    const pair = returnOf(answer);
    const { pub = '', priv = '' } = isPlainMap(pair) ? pair : {};
    const body = tarOf([{ name: 'minion.pub', content: String(pub) }, { name: 'minion.pem', content: String(priv) }]);
    return {
      status: 200, body,
      headers: { 'Content-Type': 'application/x-tar', 'Content-Disposition': `attachment; filename="saltkeys-${id.replaceAll(/[^\w.-]/g, '_')}.tar"`, 'Cache-Control': 'no-cache' },
    };
  },
};

function returnOf(answer: Value | undefined): Value {
  const data = isPlainMap(answer) ? answer['data'] : undefined;
  return isPlainMap(data) ? data['return'] ?? {} : {};
}
