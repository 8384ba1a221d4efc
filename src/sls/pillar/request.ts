/** Who asks for pillar, and what for. */
import type { PlainMap, Value } from '../../kernel/std/value.js';

export interface PillarRequest {
  readonly id: string;
  readonly grains: PlainMap;
  readonly saltenv: string | null;
  readonly pillarenv: string | null;
  /** Values laid over everything (`pillar=` of a command). */
  readonly override: PlainMap;
  /** What the minion adds for external sources (`pass_to_ext_pillars`). */
  readonly extra: PlainMap;
  /** An external source asked for on its own (`pillar.ext`): taken when `on_demand_ext_pillar` allows it. */
  readonly external?: Value;
}
