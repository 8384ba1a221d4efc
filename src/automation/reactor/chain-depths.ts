/** How many reactions led to what happened in the last moments. */
import type { Happening } from '../../kernel/contract/happening.js';

/** Happenings that are remembered. */
const RECENT_MAX = 50_000;

export class ChainDepths {
  /** Id to the number of reactions before it, itself included. */
  readonly #depths = new Map<string, number>();

  note({ id, kind, cause }: Pick<Happening, 'id' | 'kind' | 'cause'>): void {
    const oldest = this.#depths.size < RECENT_MAX ? undefined : this.#depths.keys().next().value;
    if (oldest !== undefined) this.#depths.delete(oldest);
    this.#depths.set(id, this.depth(cause) + (kind === 'reaction' ? 1 : 0));
  }

  depth(id: string | undefined): number {
    return id === undefined ? 0 : this.#depths.get(id) ?? 0;
  }
}
