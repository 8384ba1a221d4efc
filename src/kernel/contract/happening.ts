/**
 * Why something happened: what the master did or heard of, each with what led to it. Source: ours.
 *
 * Jobs and runs of runners are known by their jid; requests to the API, events to which something reacted, and reactions, by ids of their own.
 */

export type HappeningKind = 'request' | 'event' | 'reaction' | 'job' | 'run';

export interface Happening {
  readonly id: string;
  readonly kind: HappeningKind;
  /** The tag of an event; file, line and id of a reaction; user and way of a request to the API; function and target of a job; function of a run. */
  readonly what: string;
  /** Unix time in milliseconds. */
  readonly atMs: number;
  /** Id of what led to this. */
  readonly cause?: string | undefined;
  /** The minion an event came from. */
  readonly minion?: string | undefined;
}

/** `what` came, with all that came of it. */
export interface HappeningTree extends Happening {
  readonly led: readonly HappeningTree[];
}

export interface TracePort {
  /** From the first cause of a happening to all that came of it; undefined when nothing is known of the id. */
  tree(id: string): Promise<HappeningTree | undefined>;
}
