/** What the resources of Salt's surface have at hand. */
import type { Logger } from '../../kernel/contract/log.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { MasterDoor } from '../door/master-door.js';
import type { Feed } from '../events/feed.js';
import type { Validity } from '../events/validity.js';
import type { ApiOptions } from '../options.js';
import type { Answer, Ask } from '../http/exchange.js';
import type { Session, Sessions } from './sessions.js';

export interface SaltHost {
  readonly options: ApiOptions;
  /** The configuration of the master. */
  readonly opts: Readonly<PlainMap>;
  readonly door: MasterDoor;
  readonly sessions: Sessions;
  readonly feed: Feed;
  readonly validity: Validity;
  readonly streams: { count: number };
  readonly log: Logger;
  readonly stats: () => PlainMap;
}

export interface Visit {
  readonly ask: Ask;
  /** Parts of the path after the name of the resource. */
  readonly rest: readonly string[];
  readonly session: Session | undefined;
}

export interface Resource {
  /** Needs a session before the body is read. */
  readonly isClosed?: boolean;
  /** Speaks with cookies. */
  readonly hasSession: boolean;
  /** Parts of the path that may come after the name. */
  readonly restMax: number;
  readonly GET?: (visit: Visit, host: SaltHost) => Promise<Answer>;
  readonly POST?: (visit: Visit, host: SaltHost) => Promise<Answer>;
}
