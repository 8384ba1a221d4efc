/** The key service for whoever logs in (`--auth`): the wheel functions of the running master, as far as the rights of the login go. */
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { TsaltError } from '../../kernel/contract/errors.js';
import type { KeyLists } from '../../kernel/contract/ports.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { proofOf, type ProofHost } from '../login/proof.js';
import type { KeyDesk } from './run-key.js';

/** The master does not let this user do it, or the function failed. */
export class KeyRefusedError extends TsaltError {
  readonly code = 'cli.key_refused';
}

export function remoteKeyDesk(host: ProofHost & { readonly signal: AbortSignal }): KeyDesk {
  const call = async (fun: string, kwarg: PlainMap): Promise<PlainMap> => {
    const path = join(String(host.opts['sock_dir']), DOOR_NAME);
    for await (const frame of askMaster(path, { op: 'wheel', ...proofOf(host), load: { fun: `key.${fun}`, arg: [], kwarg } }, host.signal)) {
      if (frame['kind'] === 'refused') throw new KeyRefusedError(isPlainMap(frame['error']) ? String(frame['error']['message']) : 'Refused by the master');
      if (frame['kind'] === 'not_called') throw new KeyRefusedError(String(frame['shown']));
      const data = frame['kind'] === 'result' && isPlainMap(frame['data']) ? frame['data'] : undefined;
      if (data === undefined) continue;
      if (data['success'] !== true || !isPlainMap(data['return'])) throw new KeyRefusedError(String(data['return']));
      return data['return'];
    }
    throw new KeyRefusedError('The master gave no answer');
  };
  const lists = async (fun: string, kwarg: PlainMap): Promise<KeyLists> =>
    Object.fromEntries(Object.entries(await call(fun, kwarg)).map(([status, ids]) => [status, isList(ids) ? ids.map(String) : []]));
  const here = (): never => {
    throw new KeyRefusedError('Keys are made by root on the host of the master, without a login');
  };
  return {
    listed: (match) => lists('list', { match }),
    matching: (match) => lists('glob_match', { match }),
    accept: (wanted, { rejected = false, denied = false }) => lists('accept_dict', { match: wanted, include_rejected: rejected, include_denied: denied }),
    reject: (wanted, { accepted = false, denied = false }) => lists('reject_dict', { match: wanted, include_accepted: accepted, include_denied: denied }),
    delete: (wanted) => lists('delete_dict', { match: wanted }),
    texts: (match: Value) => call('print', { match }),
    fingers: (match: Value) => call('finger', { match }),
    pairFiles: here,
    signMasterKey: here,
  };
}
