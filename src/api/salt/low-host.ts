/** What a client has at hand to serve a request. */
import type { PlainMap, Value } from '../../kernel/std/value.js';
import type { MasterDoor } from '../door/master-door.js';
import type { ApiOptions } from '../options.js';

export interface LowHost {
  readonly door: MasterDoor;
  readonly options: Pick<ApiOptions, 'clients' | 'allowsRawShell' | 'restTimeoutMs'>;
  readonly address: string;
  readonly request: string;
  readonly signal: AbortSignal;
}

export type Client = (low: PlainMap, login: PlainMap, host: LowHost) => Promise<readonly Value[]>;
