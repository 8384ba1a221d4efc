/** What a command shows the master of who calls: a token or login where it has one, else the key of the local user. */
import { userInfo } from 'node:os';
import type { DoorRequest } from '../../client/door.js';
import { readLocalKey } from '../../client/local-key.js';
import type { PlainMap } from '../../kernel/std/value.js';

export interface ProofHost {
  readonly opts: Readonly<PlainMap>;
  readonly login?: PlainMap | undefined;
}

/** @throws LocalKeyError */
export function proofOf({ opts, login }: ProofHost): Pick<DoorRequest, 'key' | 'user' | 'login'> {
  return login === undefined ? readLocalKey(opts) : { key: '', user: userInfo().username, login };
}
