/** What the steps of one compilation share. */
import type { Logger } from '../../kernel/contract/log.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import type { Renderer } from '../render/contract.js';
import type { InputRecorder } from './inputs.js';
import type { Merge } from './merge.js';
import type { PillarRequest } from './request.js';
import type { PillarTree } from './tree.js';

export interface Compilation {
  readonly request: PillarRequest;
  /** The configuration as templates of this request see it. */
  readonly opts: Readonly<PlainMap>;
  readonly tree: PillarTree;
  readonly merge: Merge;
  readonly log: Logger;
  readonly inputs: InputRecorder;
  /** A renderer whose templates see `pillar`; kept for the same map. */
  rendererFor(pillar: PlainMap): Promise<Renderer>;
  /** Asks one external source. @throws what the source throws */
  external(name: string, configuration: Value, pillar: PlainMap): Promise<Value | undefined>;
}

/** SLS that may be missing, by environment. */
export type MayMiss = ReadonlyMap<string, ReadonlySet<string>>;
